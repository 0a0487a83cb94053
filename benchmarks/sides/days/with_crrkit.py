"""Customers who are new, or back after thirty days, on each day of a log of events, by crrkit."""

import sys

import crrkit as crr

source, result = sys.argv[1:]
base = crr.read_events(source, customer="customer", at="at", kind="kind")
base = base.with_activity(crr.Trailing(days=30))
found = crr.retention_by_period(base, every="day").to_pandas()
found = found[["period", "new", "returned"]].fillna(0).astype({"new": int, "returned": int})
found[found["new"] + found["returned"] > 0].to_csv(result, index=False)
