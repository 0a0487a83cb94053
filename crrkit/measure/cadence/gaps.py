"""The gaps between purchases and the characteristic interval; for contracts, their usual term.

A gap that is still open at the cut-off date is right-censored: it is at least that long. Leaving open gaps out would
underestimate the gaps, the more so the shorter the history.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.counts import EXACT
from crrkit.ground import DAYS_PER_MONTH, InputError, Shown, check_fraction, check_given, format_number, gettext as _
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRM = 10  # gaps at risk; with fewer, the tail of the estimate depends on single customers
TERM_MONTHS = (36, 24, 12, 6, 3)  # months; the first that most contracts fit is taken
NEAR = 3  # days: months differ in length
FEW_CONTRACTS = 20  # with fewer contracts that have an end, a common term may be chance
MOST_OF_CONTRACTS = 0.5
ANNIVERSARY, AROUND = (365, 366), 30  # days of an anniversary, and the days on either side to compare with
FEWEST_YEARLY, FAR_ABOVE, YEARLY_SHARE = 5, 5, 0.05  # gaps, multiple of their frequency nearby, share of the time
_terms: WeakKeyDictionary[Base, int] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, repr=False)
class Gaps(Shown):
    """The gaps between purchases of all customers; open gaps are right-censored.

    Attributes:
        table: One row per observed length: ``days``, the numbers of ``closed`` and ``open`` gaps, ``at_risk``, and
            ``survival``, the share of gaps longer than that (Kaplan and Meier).
        history_days: The days from the first purchase to the cut-off date.
    """

    table: pd.DataFrame
    history_days: int

    kinds: ClassVar[Mapping[str, str]] = {"days": "count", "closed": "count", "open": "count", "survival": "rate"}

    @property
    def median(self) -> float:
        """The days within which half of the gaps close; NaN if that share was never reached."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """Return the days within which a share of the gaps closes; NaN if that share was never reached."""
        check_fraction(share, name="share")
        reached = self.table[(self.table["survival"] <= 1 - share + EXACT) & (self.table["closed"] > 0)]
        return float(reached["days"].iloc[0]) if len(reached) else float("nan")

    @property
    def closed(self) -> int:
        """The number of purchases that were followed by another."""
        return int(self.table["closed"].sum())

    @property
    def seen(self) -> int:
        """The number of all gaps, closed and open: one per customer and purchase day."""
        return self.closed + int(self.table["open"].sum())

    def covered(self, days: float) -> float:
        """Return, of the purchases that are followed by another, the share followed within ``days``.

        ``F(days) / F(longest)`` with ``F = 1 - S``: customers who never return are lost, not slow, so they are
        excluded. NaN if no purchase was followed by another.
        """
        within = self.table.loc[self.table["days"] <= days, "survival"]
        share = 1 - float(within.iloc[-1]) if len(within) else 0.0
        return min(share / self._ever, 1.0) if self._ever else float("nan")

    @property
    def has_annual(self) -> bool:
        """Whether some gaps are those of annual payments.

        Gaps of exactly a year are then far more frequent than of some days more or less, and are a share of the time
        observed.
        """
        days, closed = self.table["days"].to_numpy(), self.table["closed"].to_numpy()
        n = int(closed[np.isin(days, ANNIVERSARY)].sum())
        beside = (days >= ANNIVERSARY[0] - AROUND) & (days <= ANNIVERSARY[1] + AROUND) & ~np.isin(days, ANNIVERSARY)
        usual = closed[beside].sum() / AROUND  # in two days
        is_long = n * ANNIVERSARY[0] >= YEARLY_SHARE * float((days * closed).sum())
        return n >= FEWEST_YEARLY and n > FAR_ABOVE * usual and is_long

    def quantile_of_returns(self, share: float) -> float:
        """Return the days within which a share of the purchases that are followed by another is followed; else NaN."""
        reached = self.table[1 - self.table["survival"] >= share * self._ever - EXACT]
        return float(reached["days"].iloc[0]) if self._ever and len(reached) else float("nan")

    def returning(self, days: float) -> float:
        """Return, of those silent for ``days``, the share that buys again within the data: ``1 - S(longest) / S``."""
        within = self.table.loc[self.table["days"] <= days, "survival"]
        still, never = float(within.iloc[-1]) if len(within) else 1.0, 1 - self._ever
        return 1 - never / still if still > never else 0.0

    @property
    def _ever(self) -> float:
        """The share of gaps that ever close, without the tail of the estimate where few gaps are at risk."""
        closing = self.table[self.table["closed"] > 0]
        firm = closing[closing["at_risk"] >= min(FIRM, self.seen / FIRM)]
        return 1 - float(min((firm if len(firm) else closing)["survival"], default=1.0))

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {"days": _("days"), "closed": _("closed"), "open": _("open"), "survival": _("longer than that")}

    def caption(self) -> str:
        """Return a sentence with the median and the 80th percentile."""
        if math.isnan(self.quantile(0.8)):
            return self.in_words()
        text = _(
            "Half of the gaps close within {median} {median:day|days}, 80% within {q80} ({closed} closed, {open} open)"
        )
        return text.format(**self._words())

    def in_words(self) -> str:
        """Return the sentence for a reader who does not know what a gap is."""
        if math.isnan(self.median):
            text = _(
                "Fewer than half of the purchases were followed by another ({closed} {closed:was|were}, {open} not yet)"
            )
        elif math.isnan(self.quantile(0.8)):
            text = _(
                "Half of the purchases are followed by another within {median} {median:day|days}, and fewer than 80% at"
                " all ({closed} {closed:was|were}, {open} not yet)"
            )
        else:
            text = _(
                "Half of the purchases are followed by another within {median} {median:day|days}, 80% within {q80}"
                " {q80:day|days} ({closed} {closed:was|were}, {open} not yet)"
            )
        return text.format(**self._words())

    def _words(self) -> dict[str, str]:
        closed, still = int(self.table["closed"].sum()), int(self.table["open"].sum())
        days = {"median": days_text(self.median), "q80": days_text(self.quantile(0.8))}
        return {**days, "closed": format_number(closed), "open": format_number(still)}


_counted: WeakKeyDictionary[Base, Gaps] = WeakKeyDictionary()  # a base is immutable, so its gaps are cached


def characteristic_interval(base: Base) -> Gaps:
    """Estimate the distribution of the gaps between a customer's purchases.

    Kaplan and Meier's estimate of the survival function of the gap: ``S(t)`` is the product over lengths up to ``t`` of
    ``1 - closed / at risk``; a gap that is still open at the cut-off date is right-censored. Purchases on the same day
    count as one.

    Args:
        base: A log of purchases.

    Returns:
        The gaps with ``.median`` and ``.quantile(share)``, in days; NaN if the share was never reached.

    Raises:
        ValueError: If the base has no purchases.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({"who": list("aabb"), "when": ["2024-01-01", "2024-01-11", "2024-01-01", "2024-01-31"]})
        >>> gaps = characteristic_interval(read_orders(log, customer="who", at="when"))
        >>> gaps.median, int(gaps.table["open"].sum())
        (30.0, 2)
    """
    check_given(base, Base, name="base")
    if not base.has_purchases:
        message = _("Contracts have no gaps between purchases. Take a log of purchases, read with read_orders.")
        raise InputError(message, argument="base")
    if base not in _counted:
        histogram = reduce.collect(reduce.gap_histogram(base.table, as_of=base.as_of))
        _counted[base] = Gaps(survival_of_gaps(histogram), (base.as_of.date() - base.first.date()).days)
    return _counted[base]


def survival_of_gaps(histogram: pd.DataFrame) -> pd.DataFrame:
    """Compute Kaplan and Meier's estimate from ``days, closed, gaps``.

    At equal length, closed gaps count before open ones, as is usual.
    """
    wide = histogram.pivot_table(index="days", columns="closed", values="gaps", aggfunc="sum", fill_value=0)
    closed = wide.get(True, pd.Series(0, index=wide.index)).astype("int64")
    still = wide.get(False, pd.Series(0, index=wide.index)).astype("int64")
    left = (closed + still).cumsum()
    at_risk = (closed + still).sum() - left.shift(fill_value=0)
    survival = np.cumprod(1 - closed / at_risk)
    table = pd.DataFrame({"closed": closed, "open": still, "at_risk": at_risk, "survival": survival})
    return table.reset_index()


def days_text(days: float) -> str:
    """Format a number of days; NaN is an en dash."""
    return "\N{EN DASH}" if np.isnan(days) else format_number(days)


def term_of(base: Base) -> int:
    """Return the term in months of most contracts that have an end; 0 if there is none.

    The longest of three years, two years, a year, half a year and a quarter such that more than half of the contracts
    with an end run for a whole number of such terms, give or take three days.
    """
    if not base.has_terms:
        return 0
    if base not in _terms:
        lengths = reduce.collect(reduce.term_histogram(base.table, as_of=base.as_of))
        _terms[base] = _term(lengths["days"].to_numpy(dtype=float), lengths["contracts"].to_numpy(dtype=float))
    return _terms[base]


def _term(days: np.ndarray, contracts: np.ndarray) -> int:
    if contracts.sum() < FEW_CONTRACTS:
        return 0
    for months in TERM_MONTHS:
        terms = np.round(days / (months * DAYS_PER_MONTH))
        whole = (terms >= 1) & (np.abs(days - terms * months * DAYS_PER_MONTH) <= NEAR)
        if contracts[whole].sum() > MOST_OF_CONTRACTS * contracts.sum():
            return months
    return 0
