"""Statistics of proportions: intervals, differences, corrections, sample sizes.

    crr.stats.wilson(60, 70)                                  # interval for 60 of 70 kept
    crr.stats.newcombe(56, 70, 48, 80)                        # interval for the difference of two proportions
    crr.stats.n_to_tell_apart(0.80, 0.85)                     # customers per group needed to detect the difference
    crr.stats.simulate_chart(200, rate=0.8)                   # how a constant rate varies by chance alone

The functions are defined in ``crrkit.counts`` and ``crrkit.judge``; this module re-exports them.
"""

from __future__ import annotations

from crrkit.counts import (
    average_rate,
    churn_from_counts,
    clopper_pearson,
    crr_bounds,
    crr_from_sets,
    effective_n,
    expected_lifetime,
    holm,
    n_to_tell_apart,
    newcombe,
    newcombe_paired,
    quick_ratio,
    sample_size,
    wilson,
)
from crrkit.judge import infer, infer_contracts, simulate_chart

__all__ = [
    "average_rate",
    "churn_from_counts",
    "clopper_pearson",
    "crr_bounds",
    "crr_from_sets",
    "effective_n",
    "expected_lifetime",
    "holm",
    "infer",
    "infer_contracts",
    "n_to_tell_apart",
    "newcombe",
    "newcombe_paired",
    "quick_ratio",
    "sample_size",
    "simulate_chart",
    "wilson",
]


def __dir__() -> list[str]:
    """List the public names only."""
    return list(__all__)
