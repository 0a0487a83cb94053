"""Transitions between stages, from a log of events, by crrkit."""

import sys

import crrkit as crr
from benchmarks.sides.stages.rule import RULE

source, result = sys.argv[1:]
base = crr.read_events(source, customer="customer", at="at", kind="kind", as_of="2024-01-01")
flow = crr.stage_flow(base, rule=RULE).transitions
flow[["from_period", "from_stage", "to_stage", "customers"]].to_csv(result, index=False)
