"""Arithmetic on plain numbers: rates, the account of one period and its formula, intervals, surveys; no tables."""

from __future__ import annotations

from crrkit.counts.accounts import (
    MAYBE_NEW,
    Counts,
    too_many_lost,
)
from crrkit.counts.differences import (
    difference_p_value,
    holm,
    newcombe,
    newcombe_paired,
)
from crrkit.counts.duration import (
    Period,
    check_period,
    period_text,
    years_in,
)
from crrkit.counts.formula import churn_from_counts, crr_bounds, crr_from_counts, crr_from_sets
from crrkit.counts.intervals import (
    FEW,
    NO_INTERVAL,
    Interval,
    check_inside,
    check_share,
    clopper_pearson,
    effective_n,
    wilson,
    wilson_columns,
    wilson_share,
    z_score,
)
from crrkit.counts.lifetimes import (
    Lifetime,
    expected_lifetime,
)
from crrkit.counts.rates import (
    EXACT,
    ROUNDING,
    SHARES_SLACK,
    Rate,
    average_rate,
    convert_rate,
    quick_ratio,
)
from crrkit.counts.solving import (
    solve_counts,
)
from crrkit.counts.survey import SurveyRate, n_to_tell_apart, sample_size, survey_rate

__all__ = [
    "EXACT",
    "FEW",
    "MAYBE_NEW",
    "NO_INTERVAL",
    "ROUNDING",
    "SHARES_SLACK",
    "Counts",
    "Interval",
    "Lifetime",
    "Period",
    "Rate",
    "SurveyRate",
    "average_rate",
    "check_inside",
    "check_period",
    "check_share",
    "churn_from_counts",
    "clopper_pearson",
    "convert_rate",
    "crr_bounds",
    "crr_from_counts",
    "crr_from_sets",
    "difference_p_value",
    "effective_n",
    "expected_lifetime",
    "holm",
    "n_to_tell_apart",
    "newcombe",
    "newcombe_paired",
    "period_text",
    "quick_ratio",
    "sample_size",
    "solve_counts",
    "survey_rate",
    "too_many_lost",
    "wilson",
    "wilson_columns",
    "wilson_share",
    "years_in",
    "z_score",
]
