"""What each cohort paid in each month of its life, by crrkit, which counts also what of it is no more than at first."""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
grid = crr.cohort_grid(base, every="month", value="revenue").to_pandas()
cells = grid[(grid["status"] == "observed") & (grid["active"] > 0)]
cells[["cohort", "age", "revenue"]].to_csv(result, index=False)
