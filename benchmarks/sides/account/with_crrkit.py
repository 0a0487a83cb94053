"""Customers kept, new and returned in each month, by crrkit."""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
found = crr.retention_by_period(base, every="month", last="2023-11").to_pandas()
found[["kept", "new", "returned"]].fillna(0).astype(int).to_csv(result, index=False)
