"""The BG/NBD model: the probability that a buyer is still a customer, and their expected number of purchases.

Buyers do not announce that they leave, so a silence is either a pause or the end. The model weighs the two: each
customer buys at their own rate (gamma distribution with r and alpha) and may leave for good after each purchase with
their own probability (beta distribution with a and b). The same silence is stronger evidence of having left for a
frequent buyer than for a rare one.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import (
    DAYS_PER_YEAR,
    InputError,
    Shown,
    check_number,
    format_cell,
    format_number,
    gettext as _,
)
from crrkit.measure.lifetime.fitting import LARGE, SMALL
from crrkit.measure.lifetime.projection import FARTHEST
from crrkit.measure.lifetime.purchase_model import (
    COLUMNS,
    PARAMETERS,
    Numbers,
    check_history,
    histories_of_base,
    histories_of_table,
    log_likelihood,
    maximum,
    mean_purchases,
    not_negative,
    refuse_too_little,
    standard_errors,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from crrkit.read import Base


NOBODY_LEAVES = 1e-12  # a probability of leaving that stands for 0
TELLS_APART = 1.92  # half of 3.84: the gain in log-likelihood by one parameter that is significant at the 5% level
MANY_REPEATS = 7  # this many repeat purchases or more are one row of the table, as in the published one


class BoundaryWarning(UserWarning):
    """Warns that a fit is at the boundary of its model, so that its values for single customers are meaningless."""


@dataclass(frozen=True, eq=False, repr=False)
class BGNBD(Shown):
    """A fitted BG/NBD model. Times are in units of ``unit_days`` days.

    Attributes:
        r: Shape of the gamma distribution of purchase rates; small if customers differ much.
        alpha: Rate (inverse scale) of that distribution; the mean purchase rate is ``r / alpha``.
        a: First parameter of the beta distribution of the probability of leaving after a purchase; the mean is
            ``a / (a + b)``.
        b: Second parameter of that distribution.
        log_likelihood: The log-likelihood of the fitted model.
        se: The standard errors of r, alpha, a, b; NaN if the likelihood is flat.
        histogram: The data fitted: ``frequency recency age customers``.
        unit_days: The length of a unit of time in days.
        notes: Reasons not to trust the fit; empty if there are none.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    se: tuple[float, float, float, float]
    histogram: pd.DataFrame
    unit_days: float = 7.0
    notes: tuple[str, ...] = ()

    kinds: ClassVar[Mapping[str, str]] = {
        "frequency": "text", "customers": "count", "alive": "rate", "expected": "ratio",
    }  # fmt: skip

    @property
    def customers(self) -> int:
        """The number of customers in the data fitted."""
        return int(self.histogram["customers"].sum())

    @property
    def alive(self) -> float:
        """The expected number of them who are still customers."""
        return float((self.histogram["customers"] * self._alive()).sum())

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed on access
        """By repeat purchases: ``customers``, their mean P(alive), and the expected purchases of each in a year.

        If a year is beyond `farthest` it is not projected: the purchases are NaN, and the caption says why.
        """
        rows = self.histogram
        year: ArrayLike = math.nan
        if self._year <= self.farthest:
            year = self.expected_purchases(self._year, rows["frequency"], rows["recency"], rows["age"])
        sums = pd.DataFrame({"customers": 1, "alive": self._alive(), "expected": year}, index=rows.index)
        sums = sums.mul(rows["customers"], axis=0).groupby(rows["frequency"].clip(upper=MANY_REPEATS)).sum(min_count=1)
        names = [f"{n}+" if n == MANY_REPEATS else str(n) for n in sums.index.astype("int64")]
        means = sums[["alive", "expected"]].div(sums["customers"], axis=0)
        counts = sums["customers"].astype("int64")
        return pd.concat([counts, means], axis=1).assign(frequency=names).reset_index(drop=True)[[*self.kinds]]

    @property
    def farthest(self) -> float:
        """The longest projection allowed: twice the longest time any customer was observed, as for `fit_sbg`."""
        return FARTHEST * float(self.histogram["age"].max())

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Numbers:
        """Return P(alive), the probability that a customer has not left for good.

        ``1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))`` with x repeat purchases, the last of
        them t_x after the first purchase, which was T ago. Without a repeat purchase it is 1: in this model a customer
        can leave only after a repeat purchase, so it is uninformative for those who bought once.

        Args:
            frequency: The number of repeat purchase days, 0 or more.
            recency: Time from the first to the last purchase; 0 without a repeat.
            age: Time from the first purchase to today.

        Returns:
            A number for numbers, else an array.

        Raises:
            ValueError: If a value is missing or negative, or the last purchase lies outside of the age.
        """
        x, last, whole = check_history(frequency, recency, age)
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1)
        odds = odds + (self.r + x) * (np.log(self.alpha + whole) - np.log(self.alpha + last))
        return _plain(np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0))

    def expected_purchases(
        self, t: ArrayLike, frequency: ArrayLike = 0, recency: ArrayLike = 0, age: ArrayLike = 0
    ) -> Numbers:
        """Return the expected number of purchases of a customer in the time ``t`` from now.

        ``P(alive)`` times the mean of the model for those still alive, with r + x, alpha + T and b + x in place of r,
        alpha and b. Without a history it is the expectation for a customer who made their first purchase today.

        Args:
            t: The length of the time ahead.
            frequency: The number of repeat purchase days so far.
            recency: Time from the first to the last purchase.
            age: Time from the first purchase to today.

        Raises:
            ValueError: As for `probability_alive`, or if ``t`` is missing, negative or beyond `farthest`.
        """
        x, _last, whole = check_history(frequency, recency, age)
        ahead = self._near(not_negative(t, "t"))
        there = mean_purchases(self.r + x, self.alpha + whole, self.a, self.b + x, ahead)
        return _plain(np.asarray(self.probability_alive(frequency, recency, age) * there))

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "frequency": _("repeat purchases"), "customers": _("customers"), "alive": _("still customers"),
            "expected": _("purchases in a year"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the parameters, the expected number still customers, and the reasons not to trust the fit."""
        text = _(
            "BG/NBD: {parameters}; of {customers} {customers:customer|customers} {alive} {alive:is|are} expected to be"
            " there still."
        )
        parameters = ", ".join(f"{name} {format_cell(getattr(self, name), 'number')}" for name in PARAMETERS)
        words = {"customers": format_number(self.customers), "alive": format_number(self.alive)}
        return " ".join([text.format(parameters=parameters, **words), *self.notes, *self._too_short()])

    def _too_short(self) -> list[str]:
        if self._year <= self.farthest:
            return []
        text = _("The list covers less than half a year, so purchases per year are not given.")
        return [text]

    @property
    def _year(self) -> float:
        return DAYS_PER_YEAR / self.unit_days

    def _near(self, ahead: np.ndarray) -> np.ndarray:
        beyond = ahead[ahead > self.farthest]
        if not beyond.size:
            return ahead
        message = _(
            "Customers were watched for {seen} {seen:unit|units} of {days} {days:day|days} at most; t={given} is more"
            " than twice as far, which the data do not carry. Ask for at most {most}."
        )
        words = {"days": f"{self.unit_days:g}", "given": f"{beyond.max():g}", "most": f"{self.farthest:g}"}
        message = message.format(seen=f"{self.farthest / FARTHEST:g}", **words)
        raise InputError(message, argument="t", given=float(beyond.max()))

    def _alive(self) -> np.ndarray:
        rows = self.histogram
        return np.asarray(self.probability_alive(rows["frequency"], rows["recency"], rows["age"]))


def fit_bgnbd(base: Base | pd.DataFrame, *, unit_days: float = 7.0) -> BGNBD:
    """Fit the BG/NBD model to a log of purchases by maximum likelihood.

    For x repeat purchases, the last t_x after the first, which was T ago, the likelihood is
    ``G(r+x) alpha**r / G(r) * (B(a,b+x) / (alpha+T)**(r+x) + [x>0] B(a+1,b+x-1) / (alpha+t_x)**(r+x)) / B(a,b)``.
    Purchases on one day count as one, and time runs to the last day before the cut-off date, as in the published CDNOW
    summary.

    Args:
        base: A log of purchases; or a table with ``frequency``, ``recency``, ``T`` and one row per customer, or with
            the number of equal ``customers`` in each row.
        unit_days: The unit of time in days, in which alpha and all times are given. A table is used as it is.

    Returns:
        The fitted model, with ``.probability_alive(...)`` and ``.expected_purchases(t, ...)``.

    Raises:
        ValueError: If the base is not a log of purchases, there is one customer only, nobody bought again, or a table
            holds impossible rows.

    Warns:
        BoundaryWarning: If the model fits no better than one in which nobody leaves, or the data do not identify a
            parameter (its standard error is as large as itself); P(alive) is then meaningless.

    References:
        Fader, Hardie and Lee 2005, Marketing Science 24(2); note 004 (June 2005).

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> model = fit_bgnbd(base)
        >>> print(model.caption())
        BG/NBD: ...
        >>> float(model.probability_alive(8, 20, 60)) < float(model.probability_alive(8, 55, 60))
        True
        >>> fit_bgnbd(pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [5, 9]}))
        Traceback (most recent call last):
        crrkit.InputError: Nobody bought on a second day, so the rhythm of purchases is unknown. ...
    """
    if check_number(unit_days, name="unit_days") <= 0:
        message = _("unit_days={value} must be more than 0 days, for example 7.")
        raise InputError(message.format(value=unit_days), argument="unit_days", given=unit_days)
    if isinstance(base, pd.DataFrame) and not COLUMNS.isdisjoint(base.columns):
        rows = histories_of_table(base)
    else:
        rows = histories_of_base(base, unit_days)
    refuse_too_little(rows)
    columns = tuple(rows[name].to_numpy(dtype="float64") for name in ("frequency", "recency", "age", "customers"))
    start = np.array([0.0, math.log(max(columns[2].mean(), 1e-6)), 0.0, 0.0])
    found, value = maximum(lambda logs: log_likelihood(np.exp(logs), *columns), start)
    staying = np.log([NOBODY_LEAVES, 1.0])
    _logs, without = maximum(lambda logs: log_likelihood(np.exp([*logs, *staying]), *columns), start[:2])
    r, alpha, a, b = (float(value) for value in np.exp(found))
    se = standard_errors(lambda logs: log_likelihood(np.exp(logs), *columns), found)
    notes = tuple(_doubts({"r": r, "alpha": alpha, "a": a, "b": b}, se, gain=value - without))
    for note in notes:
        warnings.warn(note, BoundaryWarning, stacklevel=2)
    return BGNBD(r, alpha, a, b, value, se, rows, unit_days, notes)


def _doubts(parameters: Mapping[str, float], errors: Sequence[float], *, gain: float) -> list[str]:
    if gain < TELLS_APART:
        return [
            _(
                "A model in which nobody ever leaves fits as well: the data show no leaving, so P(alive) means"
                " nothing here. Collect a longer history."
            )
        ]
    unsettled = [
        f"{name} {value:.3g} \N{PLUS-MINUS SIGN} {error:.3g}"
        for (name, value), error in zip(parameters.items(), errors, strict=True)
        if not SMALL < value < LARGE or not error < value
    ]
    if not unsettled:
        return []
    text = _(
        "The fit sits at a boundary, or so near to one that the data do not settle it ({parameters}): P(alive) of a"
        " single customer means nothing here."
    )
    return [text.format(parameters=", ".join(unsettled))]


def _plain(values: np.ndarray) -> Numbers:
    return values if values.ndim else float(values)
