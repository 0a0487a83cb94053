"""Cohorts of customers by the month of their first purchase, by crrkit."""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
grid = crr.cohort_grid(base, every="month").to_pandas()
cells = grid[(grid["status"] == "observed") & (grid["active"] > 0)]
cells[["cohort", "age", "active"]].astype({"active": int}).to_csv(result, index=False)
