"""Numbers alone: rates, the account of one period with its formula, intervals, surveys; no table is met."""

from __future__ import annotations

from crrkit.counts.accounts import Counts, solve_counts, too_many_lost
from crrkit.counts.formula import churn_from_counts, crr_bounds, crr_from_counts, crr_from_sets
from crrkit.counts.intervals import (
    UNKNOWN,
    Interval,
    check_inside,
    check_share,
    clopper_pearson,
    difference_p_value,
    effective_n,
    holm,
    newcombe,
    newcombe_paired,
    wilson,
    wilson_columns,
    wilson_share,
    z_score,
)
from crrkit.counts.rates import (
    Lifetime,
    Period,
    Rate,
    average_rate,
    check_period,
    convert_rate,
    expected_lifetime,
    period_text,
    quick_ratio,
    years_in,
)
from crrkit.counts.survey import SurveyRate, n_to_tell_apart, sample_size, survey_rate

__all__ = [
    "UNKNOWN",
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
