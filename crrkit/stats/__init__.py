"""Statistics of proportions: intervals, differences, corrections, sample sizes.

    crr.stats.wilson(60, 70)                                  # 60 of 70 kept: what is compatible with it
    crr.stats.newcombe(56, 70, 48, 80)                        # the difference of two shares
    crr.stats.n_to_tell_apart(0.80, 0.85)                     # how many customers tell these two apart
    crr.stats.simulate_chart(200, rate=0.8)                  # what chance alone does to a rate that never changes

The functions live beside what uses them; this room shows them together.
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
    """What the room is for, without what Python and its modules add."""
    return list(__all__)
