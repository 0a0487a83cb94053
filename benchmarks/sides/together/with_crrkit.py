"""All measures of one base: account, cohorts, stages, revenue, gaps, concentration; the receipts need no pass more."""

import sys

import crrkit as crr
from benchmarks.together import MEASURES

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
for measure in MEASURES.values():
    measure(base)
