"""The rule of the stages, as in by_hand.sql; apart, so that a side imports nothing else with it."""

import crrkit as crr

RULE = crr.StageRule(lapse_days=90, window_days=180, k_long=3, span_days=30, contact_days=30)
