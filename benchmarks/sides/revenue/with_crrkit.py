"""Revenue of each cohort in each month since its start, by crrkit.

It also computes the part of that revenue that does not exceed the customer's first month.
"""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
grid = crr.cohort_grid(base, every="month", value="revenue").to_pandas()
cells = grid[(grid["status"] == "observed") & (grid["active"] > 0)]
cells[["cohort", "age", "revenue"]].to_csv(result, index=False)
