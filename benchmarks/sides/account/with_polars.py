"""The same in Polars."""

import sys

import polars as pl

source, result = sys.argv[1:]
at, period = pl.col("at"), pl.col("period")
months = at.dt.year().cast(pl.Int32) * 12 + at.dt.month().cast(pl.Int32) - 1
active = pl.scan_parquet(source).select("customer", period=months).unique().sort("customer", "period")
before = period.shift().over("customer")
flows = active.with_columns(kept=before == period - 1, new=before.is_null(), returned=before < period - 1)
found = flows.group_by("period").agg(pl.col("kept", "new", "returned").sum()).sort("period").collect()
found.select("kept", "new", "returned").head(35).write_csv(result)
