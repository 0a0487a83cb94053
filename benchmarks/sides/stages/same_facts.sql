-- by_hand.sql, which also keeps what crrkit does: who bought on one day of the spell only, and the stage two boundaries before.
WITH days AS (SELECT DISTINCT customer, "at"::DATE AS day FROM '{path}' WHERE kind = 'purchase'),
     known AS (SELECT customer, day,
                      lag(day) OVER own AS before, lag(day, 2) OVER own AS third,
                      max(day) OVER (PARTITION BY customer ORDER BY day
                                     RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 30 DAY PRECEDING) AS spaced
               FROM days WINDOW own AS (PARTITION BY customer ORDER BY day)),
     spells AS (SELECT *, max(CASE WHEN before IS NULL OR day - before > 90 THEN day END)
                              OVER (PARTITION BY customer ORDER BY day ROWS UNBOUNDED PRECEDING) AS opened
                FROM known),
     bought AS (SELECT customer, year(day) * 12 + month(day) - 1 AS since, arg_max(day, day) AS day,
                       arg_max(CASE WHEN third >= opened AND spaced >= opened
                                    THEN least(least(third, spaced)::DATE + 179, day + 90) ELSE day END, day)
                           AS long_day,
                       arg_max(day = opened, day) AS once
                FROM spells GROUP BY ALL),
     first AS (SELECT customer, min(since) AS bought FROM bought GROUP BY customer),
     touched AS (SELECT customer, year("at") * 12 + month("at") - 1 AS since, max("at"::DATE) AS day
                 FROM '{path}' WHERE kind <> 'purchase' GROUP BY ALL),
     steps AS (SELECT customer, since, true AS buyer, once, year(long_day) * 12 + month(long_day) - 1 AS a,
                      year(day + 90) * 12 + month(day + 90) - 1 AS b FROM bought
               UNION ALL
               SELECT customer, since, false, false, since, year(day + 30) * 12 + month(day + 30) - 1
               FROM touched LEFT JOIN first USING (customer) WHERE bought IS NULL OR since < bought),
     walked AS (SELECT *, coalesce(lead(since) OVER own, {last}) AS following,
                       lag(since) OVER own AS p, lag(buyer) OVER own AS p_buyer, lag(once) OVER own AS p_once,
                       lag(a) OVER own AS pa, lag(b) OVER own AS pb,
                       lag(buyer, 2) OVER own AS q_buyer, lag(once, 2) OVER own AS q_once,
                       lag(a, 2) OVER own AS qa, lag(b, 2) OVER own AS qb
                FROM steps WINDOW own AS (PARTITION BY customer ORDER BY since)),
     counted AS (SELECT since, following, buyer, least(a, following) AS a, least(b, following) AS b, once,
                        CASE WHEN p IS NULL THEN 'unknown'
                             WHEN p_buyer THEN CASE WHEN since <= pa THEN 'long'
                                                    WHEN since <= pb THEN if(p_once, 'once', 'middle')
                                                    ELSE 'lapsed' END
                             WHEN since <= pb THEN 'short' ELSE 'cold' END AS entered,
                        CASE WHEN p IS NULL THEN 'unknown'
                             WHEN p < since - 1 THEN
                                 CASE WHEN p_buyer THEN CASE WHEN since - 1 <= pa THEN 'long'
                                                             WHEN since - 1 <= pb THEN if(p_once, 'once', 'middle')
                                                             ELSE 'lapsed' END
                                      WHEN since - 1 <= pb THEN 'short' ELSE 'cold' END
                             WHEN q_buyer IS NULL THEN 'unknown'
                             WHEN q_buyer THEN CASE WHEN since - 1 <= qa THEN 'long'
                                                    WHEN since - 1 <= qb THEN if(q_once, 'once', 'middle')
                                                    ELSE 'lapsed' END
                             WHEN since - 1 <= qb THEN 'short' ELSE 'cold' END AS earlier, count(*) AS n
                 FROM walked WHERE since < {last} GROUP BY ALL),
     cells AS (SELECT k, n, CASE WHEN k = since THEN if(entered = 'once', 'middle', entered)
                                 WHEN buyer THEN CASE WHEN k <= a THEN 'long' WHEN k <= b THEN 'middle'
                                                      ELSE 'lapsed' END
                                 WHEN k <= b THEN 'short' ELSE 'cold' END AS was,
                      CASE WHEN buyer THEN CASE WHEN k + 1 <= a THEN 'long' WHEN k + 1 <= b THEN 'middle'
                                                ELSE 'lapsed' END
                           WHEN k + 1 <= b THEN 'short' ELSE 'cold' END AS becomes
               FROM (SELECT *, unnest(range(since, following)) AS k FROM counted))
SELECT printf('%04d-%02d', (k // 12)::INT, (k % 12 + 1)::INT) AS from_period, was AS from_stage, becomes AS to_stage,
       sum(n)::BIGINT AS customers
FROM cells GROUP BY ALL
