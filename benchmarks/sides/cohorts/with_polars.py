"""The same in Polars."""

import sys

import polars as pl

source, result = sys.argv[1:]
at, period = pl.col("at"), pl.col("period")
months = at.dt.year().cast(pl.Int32) * 12 + at.dt.month().cast(pl.Int32) - 1
active = pl.scan_parquet(source).select("customer", period=months).unique()
aged = active.with_columns(cohort=period.min().over("customer")).filter(period < 2023 * 12 + 11)
found = aged.group_by("cohort", "period").agg(active=pl.len()).sort("cohort", "period").collect()
name = pl.format("{}-{}", pl.col("cohort") // 12, (pl.col("cohort") % 12 + 1).cast(pl.String).str.zfill(2))
found.select(cohort=name, age=period - pl.col("cohort"), active="active").write_csv(result)
