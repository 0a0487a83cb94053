"""Seven measures of one base: account of rows, account of customers, cohorts, stages, revenue, gaps, concentration."""

import sys

import crrkit as crr
from benchmarks.together import MEASURES

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
for name, measure in MEASURES.items():
    if name != "receipts":
        measure(base)
