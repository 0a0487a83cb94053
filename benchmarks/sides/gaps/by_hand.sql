-- The gaps between purchase days, their histogram, the product over it.
WITH days AS (SELECT DISTINCT customer, "at"::DATE AS day FROM '{path}'),
     gaps AS (SELECT day, lead(day) OVER (PARTITION BY customer ORDER BY day) AS after FROM days),
     cut AS (SELECT max(day) + 1 AS day FROM days),
     lengths AS (SELECT coalesce(after, cut.day) - gaps.day AS days, count(after) AS closed, count(*) AS n
                 FROM gaps, cut GROUP BY ALL),
     risk AS (SELECT days, closed, sum(n) OVER (ORDER BY days DESC) AS at_risk FROM lengths)
SELECT days, product(1 - closed / at_risk) OVER (ORDER BY days) AS survival FROM risk ORDER BY days
