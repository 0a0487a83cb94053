"""The BG/NBD model's input and numerics: histories, likelihood, expected purchases, maximisation, standard errors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.ground import (
    InputError,
    MissingDependencyError,
    check_column,
    check_given,
    gettext as _,
)
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

PARAMETERS = ("r", "alpha", "a", "b")
STEP_ASIDE = 1e-7
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
Numbers = float | np.ndarray
COLUMNS = {"frequency", "recency", "T"}  # of a table of customers


def log_likelihood(
    parameters: np.ndarray, x: np.ndarray, last: np.ndarray, whole: np.ndarray, customers: np.ndarray
) -> float:
    """Return the log-likelihood of all customers."""
    return float(customers @ row_log_likelihood(parameters, x, last, whole))


def row_log_likelihood(parameters: np.ndarray, x: np.ndarray, last: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the log-likelihood of each row, in logarithms throughout, as powers of times overflow at 100 purchases."""
    r, alpha, a, b = parameters
    gammaln = _scipy("special").gammaln
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stay = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    there = -(r + x) * np.log(alpha + whole)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    return np.asarray(rate + stay + np.where(x > 0, np.logaddexp(there, left), there))


def mean_purchases(r: np.ndarray, alpha: np.ndarray, a: float, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return ``E X(t)``, the expected number of purchases, by numerical integration.

    The published form divides by ``a - 1`` and subtracts nearly equal numbers; this one has no singularity:
    ``r * integral from 0 to log(1 + t/alpha) of exp(-r u) F(r+1, b; a+b; 1-exp(-u)) du``.
    """
    end = np.log1p(t / alpha)
    u = end[..., None] * (NODES + 1) / 2
    r_, b_ = np.broadcast_to(r, end.shape)[..., None], np.broadcast_to(b, end.shape)[..., None]
    values = _purchase_rate(r_, a, b_, u)
    beside = _purchase_rate(r_ + STEP_ASIDE, a, b_, u)  # scipy overflows where a - r is a whole number below about -90
    return np.asarray(r * end / 2 * (np.where(np.isfinite(values), values, beside) @ WEIGHTS))


def _purchase_rate(r: np.ndarray, a: float, b: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return ``exp(-r u) F(r+1, b; a+b; 1-exp(-u))``, by Euler's transformation where this form is unbounded."""
    hyp2f1, y = _scipy("special").hyp2f1, -np.expm1(-u)
    plain = a > r + 1
    first, second = np.where(plain, r + 1, a + b - r - 1), np.where(plain, b, a)
    return np.asarray(np.exp(np.where(plain, -r, 1 - a) * u) * hyp2f1(first, second, a + b, y))


def maximum(function: Callable[[np.ndarray], float], start: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the logarithms of the parameters at the maximum, and the maximum."""
    minimize = _scipy("optimize").minimize

    def objective(logs: np.ndarray) -> float:
        return -function(np.clip(logs, -14, 14))

    limits = {"bounds": [(-14, 14)] * len(start), "options": {"ftol": 1e-13, "gtol": 1e-7, "maxiter": 300}}
    near = minimize(objective, start, method="L-BFGS-B", **limits)
    # Nelder-Mead needs no gradient and continues where rounding spoils it; on its own it is slow along a ridge.
    options = {"xatol": 1e-7, "fatol": 1e-8, "maxiter": 500, "adaptive": True}
    found = minimize(objective, near.x, method="Nelder-Mead", options=options)
    return np.clip(found.x, -14, 14), -float(found.fun)


def standard_errors(function: Callable[[np.ndarray], float], at: np.ndarray) -> tuple[float, float, float, float]:
    """Return the standard errors from the Hessian in the logarithms, by central differences; NaN if it is singular."""
    step, size = 1e-3, len(at)
    moves = np.eye(size) * step
    hessian = np.array([
        [sum(s * t * function(at + s * moves[i] + t * moves[j]) for s in (1, -1) for t in (1, -1)) for j in range(size)]
        for i in range(size)
    ]) / (4 * step**2)  # fmt: skip
    flat = np.linalg.eigvalsh(-hessian).min() <= 1e-6  # noqa: PLR2004 - below the error of the differences
    spread = np.full(size, math.nan) if flat else np.sqrt(np.diag(np.linalg.inv(-hessian)))
    r, alpha, a, b = np.exp(at) * spread
    return float(r), float(alpha), float(a), float(b)


def check_history(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frequency, recency and age as arrays of one shape; raise if no customer can have such a history."""
    names = ("frequency", "recency", "age")
    given = [not_negative(value, name) for value, name in zip((frequency, recency, age), names, strict=True)]
    x, last, whole = np.broadcast_arrays(*given)
    if (last > whole).any() or ((x == 0) & (last > 0)).any() or (x != np.floor(x)).any():
        message = _(
            "A customer with {x} repeat {x:purchase|purchases}, the last {last} after the first, which was {age} ago,"
            " cannot be. Frequency is whole, recency lies between 0 and the age, and is 0 without a repeat."
        )
        bad = int(np.flatnonzero((last > whole) | ((x == 0) & (last > 0)) | (x != np.floor(x)))[0])
        words = {name: f"{array.flat[bad]:.12g}" for name, array in (("x", x), ("last", last), ("age", whole))}
        raise InputError(message.format(**words), argument="frequency")
    return x, last, whole


def not_negative(values: ArrayLike, name: str) -> np.ndarray:
    """Return the values as an array of finite numbers of 0 or more; else raise."""
    try:
        numbers = np.asarray(values, dtype="float64")
    except (TypeError, ValueError):
        numbers = np.array(math.nan)
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        bad = numbers.flat[int(np.flatnonzero(~(numbers >= 0) | np.isinf(numbers))[0])]
        message = _("{name} holds {value:g}; numbers of 0 or more are needed.")
        raise InputError(message.format(name=name, value=bad), argument=name, given=bad)
    return numbers


def _scipy(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"scipy.{part}")
    except ImportError as missing:
        text = _("The purchase model needs scipy. Install it with: pip install 'crrkit[survival]'")
        raise MissingDependencyError(text) from missing


def histories_of_base(base: object, unit_days: float) -> pd.DataFrame:
    """Return ``frequency recency age customers`` of a log of purchases, with times in units of ``unit_days`` days."""
    base = check_given(base, Base, name="base")
    if not base.has_purchases:
        message = _(
            "A log of purchases is needed, read with read_orders. Contracts say when a customer left, so nothing has to"
            " be guessed from silence: take life_table(grid) for them."
        )
        raise InputError(message, argument="base")
    days = reduce.collect(reduce.repeat_histogram(base.table, as_of=base.as_of))
    days = days.sort_values(list(days.columns), ignore_index=True)  # a fixed order of summation, so fits are identical
    return pd.DataFrame({
        "frequency": days["frequency"].astype("int64"), "recency": days["recency_days"] / unit_days,
        "age": days["age_days"] / unit_days, "customers": days["customers"].astype("int64"),
    })  # fmt: skip


def histories_of_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same for a table with ``frequency recency T``, checked and with equal rows merged."""
    columns = [check_column(name, name="base", available=table.columns) for name in ("frequency", "recency", "T")]
    customers = table["customers"] if "customers" in table.columns else 1
    x, last, whole = check_history(*(table[name] for name in columns))
    counts = not_negative(np.broadcast_to(customers, x.shape), "customers")
    rows = pd.DataFrame({"frequency": x, "recency": last, "age": whole, "customers": counts})
    return rows.groupby(["frequency", "recency", "age"], as_index=False)[["customers"]].sum()


def refuse_too_little(rows: pd.DataFrame) -> None:
    """Refuse histories to which the model cannot be fitted: one customer only, or no repeat purchase."""
    if rows["customers"].sum() <= 1:
        message = _("The model describes how customers differ, so more than one customer is needed.")
        raise InputError(message, argument="base")
    if not (rows["frequency"] * rows["customers"]).sum():
        message = _(
            "Nobody bought on a second day, so the rhythm of purchases is unknown. Collect a longer history, or count"
            " customers by another event."
        )
        raise InputError(message, argument="base")
