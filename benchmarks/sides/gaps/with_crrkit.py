"""Gaps between purchases, as a Kaplan-Meier curve, by crrkit."""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_orders(source, customer="customer", at="at", amount="amount")
crr.characteristic_interval(base).table[["days", "survival"]].to_csv(result, index=False)
