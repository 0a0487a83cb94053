"""A list of purchases as long as explorers must be quick with, for benchmarks and what guards them."""

from __future__ import annotations

import numpy as np
import pandas as pd

import crrkit as crr

CUSTOMERS, DAYS, BRANCHES = 6_000, 730, 8


def list_of_two_years() -> crr.OrderBase:
    """Purchases of two years in eight branches: some buy every few weeks, many hardly again."""
    dice = np.random.default_rng(7)
    first = dice.uniform(0, 0.9 * DAYS, CUSTOMERS)
    pause = 1 / np.maximum(dice.gamma(1.2, 1 / 60, CUSTOMERS), 1e-4)
    later = first[:, None] + np.cumsum(dice.exponential(1, (CUSTOMERS, 200)) * pause[:, None], axis=1)
    days = np.column_stack([first, later])
    client, nth = np.nonzero(days < DAYS)
    at = pd.Timestamp("2023-01-01") + pd.to_timedelta(days[client, nth].astype(int), unit="D")
    frame = pd.DataFrame({"client": client, "at": at, "branch": "branch " + pd.Series(client % BRANCHES).astype(str)})
    return crr.read_orders(frame, customer="client", at="at", by="branch", as_of="2025-01-01")
