"""Fit the shifted beta-geometric (sBG) model: maximum likelihood, standard errors, curves that cannot be fitted."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.ground import (
    InputError,
    MissingDependencyError,
    check_count,
    check_given,
    check_numbers,
    gettext as _,
    is_plain,
)
from crrkit.measure.lifetime.projection import ShiftedBetaGeometric, log_survival
from crrkit.measure.lifetime.survival import LifeTable

if TYPE_CHECKING:
    from collections.abc import Sequence

ASSUMED_CUSTOMERS = 1000  # the number of customers assumed for a curve of shares if none is given
FEWEST_AGES = 3  # renewals; two parameters fit any two points
ENOUGH_AGES = 5
SMALL, LARGE = 1e-3, 1e4


class ProjectionWarning(UserWarning):
    """Warns that a projection is based on few ages."""


def fit_sbg(curve: Any, *, customers: float | None = None) -> ShiftedBetaGeometric:
    """Fit the shifted beta-geometric (sBG) model to a retention curve by maximum likelihood.

    ``log L = sum(lost_t log P(t)) + sum(still_there_t log S(t))`` with ``P(t) = S(t-1) - S(t)``.

    Args:
        curve: Shares of survivors starting with 1; or numbers of survivors of one cohort; or a list of such curves for
            cohorts of different length; or a `LifeTable`.
        customers: The number of customers behind a curve of shares; the parameters do not depend on it, the standard
            errors and the band do. None assumes 1,000 for shares, and the caption says so; numbers of survivors need
            none.

    Returns:
        The fitted model, with ``.alpha .beta .log_likelihood .survival(t)``.

    Raises:
        ValueError: If the curve rises, has fewer than three renewals, nobody ever left, or the fit runs to a boundary.

    Warns:
        ProjectionWarning: With fewer than five renewals.

    References:
        Fader and Hardie 2007, Journal of Interactive Marketing 21(1).

    Examples:
        >>> model = fit_sbg([1, .869, .743, .653, .593, .551, .517, .491])
        >>> round(model.alpha, 3), round(model.beta, 3), round(model.survival(12), 3), model.expected_lifetime
        (0.668, 3.806, 0.378, inf)
    """
    rests_on = ASSUMED_CUSTOMERS if customers is None else check_count(customers, name="customers")
    lost, still = _events(_checked(curve), rests_on)
    ages = _last_age(lost, still)
    if ages < FEWEST_AGES or not lost.sum():
        message = _(
            "A curve needs at least {n} {n:renewal|renewals} and somebody who left; this one has {ages}"
            " {ages:renewal|renewals}."
        )
        raise InputError(message.format(n=FEWEST_AGES, ages=ages), argument="curve")
    if ages < ENOUGH_AGES:
        message = _(
            "Only {ages} {ages:renewal was|renewals were} observed: the projection rests on little, and its band may be"
            " too narrow."
        )
        warnings.warn(message.format(ages=ages), ProjectionWarning, stacklevel=2)
    alpha, beta, value = _maximum(lost, still)
    _refuse_boundary(alpha, beta)
    return ShiftedBetaGeometric(
        alpha, beta, value, _covariance(alpha, beta, lost, still), ages, _shares(lost, still),
        customers=float(lost.sum() + still.sum()), is_assumed=customers is None and _of_shares(curve),
    )  # fmt: skip


def _checked(curve: Any) -> Any:
    """Return the curve if it is a `LifeTable` or plain numbers; else raise."""
    if not is_plain(curve):
        return check_given(curve, LifeTable, name="curve")
    return check_numbers(curve, name="curve")


def _of_shares(curve: Any) -> bool:
    """Return whether some curve is one of shares, starting with 1, without numbers of customers."""
    several = not hasattr(curve, "table") and hasattr(curve[0], "__len__")
    return not hasattr(curve, "table") and any(cohort[0] == 1 for cohort in (curve if several else [curve]))


def _events(curve: Any, customers: float) -> tuple[pd.Series, pd.Series]:
    """Return the numbers lost at each age and those censored, last seen as customers, at each age."""
    if hasattr(curve, "table") and "at_risk" in curve.table:
        rows = curve.table.set_index("age")
        last = rows.iloc[-1]
        final = float(last["at_risk"] - last["lost"] - last["censored"])  # neither lost nor counted as censored
        still = rows["censored"].astype("float64").copy()
        still.iloc[-1] += final
        return rows["lost"][rows["lost"] > 0].astype("float64"), still[still > 0]
    cohorts = [curve] if not hasattr(curve[0], "__len__") else curve
    lost, still = pd.Series(dtype="float64"), pd.Series(dtype="float64")
    for cohort in cohorts:
        counts = _counts(cohort, customers)
        steps = pd.Series(counts[:-1] - counts[1:], index=range(1, len(counts)))
        lost = lost.add(steps, fill_value=0.0)
        still = still.add(pd.Series([counts[-1]], index=[len(counts) - 1]), fill_value=0.0)
    return lost, still


def _last_age(lost: pd.Series, still: pd.Series) -> int:
    """Return the last age at which anybody was observed; 0 if nobody was."""
    return int(max([0, *lost.index, *still.index]))


def _counts(cohort: Sequence[float], customers: float) -> np.ndarray:
    values = np.asarray(cohort, dtype="float64")
    if len(values) < 2 or np.isnan(values).any() or (np.diff(values) > 0).any() or values[0] <= 0:  # noqa: PLR2004 - a curve has two points at least
        message = _("A curve begins with 1 (or with the size of the cohort) and never rises; this one does not fit.")
        raise InputError(message, argument="curve")
    return values * customers if values[0] == 1 else values


def _log_leaving(alpha: float, beta: float, t: int) -> float:
    """Return ``log P(t)``: a customer after ``t - 1`` renewals who does not make the next."""
    return log_survival(alpha, beta, t - 1) + math.log(alpha) - math.log(alpha + beta + t - 1)


def log_likelihood(alpha: float, beta: float, lost: pd.Series, still: pd.Series) -> float:
    """Return the log-likelihood of the sBG model from the numbers lost and censored at each age."""
    gone = sum(n * _log_leaving(alpha, beta, int(t)) for t, n in zip(lost.index, lost, strict=True) if n)
    stayed = sum(n * log_survival(alpha, beta, float(t)) for t, n in zip(still.index, still, strict=True) if n)
    return float(gone + stayed)


def _maximum(lost: pd.Series, still: pd.Series) -> tuple[float, float, float]:
    try:
        from scipy.optimize import minimize
    except ImportError as missing:
        text = _("Fitting a curve needs scipy. Install it with: pip install 'crrkit[survival]'")
        raise MissingDependencyError(text) from missing

    def objective(log_parameters: np.ndarray) -> float:
        alpha, beta = np.exp(np.clip(log_parameters, -12, 14))
        return -log_likelihood(float(alpha), float(beta), lost, still)

    found = minimize(
        objective, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-10, "maxiter": 4000}
    )
    alpha, beta = np.exp(found.x)
    return float(alpha), float(beta), -float(found.fun)


def _refuse_boundary(alpha: float, beta: float) -> None:
    if not (SMALL < alpha < LARGE and SMALL < beta < LARGE):
        message = _(
            "The fit runs to a boundary: customers are all alike or the curve is not of this form. Use the constant"
            " rate instead."
        )
        raise InputError(message, argument="curve", given={"alpha": alpha, "beta": beta})


def _covariance(alpha: float, beta: float, lost: pd.Series, still: pd.Series) -> np.ndarray:
    """Return the covariance of the parameters: the inverse negative Hessian at the maximum, by central differences."""
    at, step = np.array([alpha, beta]), np.array([alpha, beta]) * 1e-4
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            total = 0.0
            for si, sj in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                moved = at.copy()
                moved[i] += si * step[i]
                moved[j] += sj * step[j]
                total += si * sj * log_likelihood(float(moved[0]), float(moved[1]), lost, still)
            hessian[i, j] = total / (4 * step[i] * step[j])
    covariance: np.ndarray = np.linalg.inv(-hessian)
    return covariance


def _shares(lost: pd.Series, still: pd.Series) -> tuple[float, ...]:
    """Return the pooled share of survivors at each age, the life table of the same customers."""
    ages = range(_last_age(lost, still) + 1)
    gone, seen = lost.reindex(ages, fill_value=0.0), still.reindex(ages, fill_value=0.0)
    at_risk = float(gone.sum() + seen.sum()) - (gone.cumsum() + seen.cumsum()).shift(fill_value=0.0)
    return tuple(np.cumprod(1 - gone / at_risk))
