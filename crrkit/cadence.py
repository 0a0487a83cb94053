"""How often customers buy: the characteristic interval, and the shortest period in which a rate means anything.

A silence that has not ended yet is not a gap of unknown length to be left out: it is at least that long. Closed gaps
alone are too short, the more so the shorter the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit import reductions
from crrkit._checks import check_fraction
from crrkit._display import Shown
from crrkit._errors import InputError
from crrkit._language import format_number, format_percent
from crrkit._language import gettext as _
from crrkit.bases import OrderBase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.bases import Base

DAYS = {"week": 7.0, "month": 30.44, "quarter": 91.31, "half-year": 182.62, "year": 365.25}
ENOUGH_CYCLES = 2  # a history of less than two cycles shows no rhythm


@dataclass(frozen=True, eq=False, repr=False)
class Gaps(Shown):
    """The gaps between purchases of all customers, open ones censored.

    Attributes:
        table: One row for each length that occurred: ``days``, ``closed`` and ``open`` gaps, ``at_risk`` and
            ``survival``, the share of gaps longer than that (Kaplan and Meier).
        history_days: The days from the first purchase to the cut-off.
    """

    table: pd.DataFrame
    history_days: int

    kinds: ClassVar[Mapping[str, str]] = {"days": "count", "closed": "count", "open": "count", "survival": "rate"}

    @property
    def median(self) -> float:
        """The days within which half of the gaps close; NaN when fewer than half were seen to."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """The days within which a share of the gaps closes; NaN when that share was never reached."""
        check_fraction(share, name="share")
        reached = self.table[(self.table["survival"] <= 1 - share + 1e-12) & (self.table["closed"] > 0)]
        return float(reached["days"].iloc[0]) if len(reached) else float("nan")

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {"days": _("days"), "closed": _("closed"), "open": _("open"), "survival": _("longer than that")}

    def caption(self) -> str:
        """The median and the 80th percentile in a sentence."""
        closed, still = int(self.table["closed"].sum()), int(self.table["open"].sum())
        text = _("Half of the gaps close within {median} days, 80% within {q80} ({closed} closed, {open} open)")
        words = {"median": _days(self.median), "q80": _days(self.quantile(0.8))}
        return text.format(**words, closed=format_number(closed), open=format_number(still))


def characteristic_interval(base: Base) -> Gaps:
    """Estimate how long customers are silent between two purchases.

    The survival function of the gap by Kaplan and Meier: ``S(t)`` is the product over lengths up to ``t`` of
    ``1 - closed / at risk``; a gap that is still open at the cut-off is at risk until then and then leaves. Purchases
    on the same day are one.

    Args:
        base: A log of purchases.

    Returns:
        The gaps with ``.median`` and ``.quantile(share)``, in days; NaN where the share was never reached.

    Raises:
        ValueError: If the base has no purchases to take gaps from.

    Examples:
        >>> from crrkit.bases import read_orders
        >>> log = pd.DataFrame({"who": list("aabb"), "when": ["2024-01-01", "2024-01-11", "2024-01-01", "2024-01-31"]})
        >>> gaps = characteristic_interval(read_orders(log, customer="who", at="when"))
        >>> gaps.median, int(gaps.table["open"].sum())
        (30.0, 2)
    """
    if not isinstance(base, OrderBase):
        message = _("Contracts have no gaps between purchases. Take a log of purchases, read with read_orders.")
        raise InputError(message, argument="base")
    histogram = reductions.collect(reductions.gap_histogram(base.table, as_of=base.as_of))
    return Gaps(survival_of_gaps(histogram), (base.as_of.date() - base.first.date()).days)


def survival_of_gaps(histogram: pd.DataFrame) -> pd.DataFrame:
    """Kaplan and Meier's estimate from ``days, closed, gaps``.

    A gap that closes after as many days as another has been open counts as closing first, as is usual.
    """
    wide = histogram.pivot_table(index="days", columns="closed", values="gaps", aggfunc="sum", fill_value=0)
    closed = wide.get(True, pd.Series(0, index=wide.index)).astype("int64")
    still = wide.get(False, pd.Series(0, index=wide.index)).astype("int64")
    left = (closed + still).cumsum()
    at_risk = left.iloc[-1] - left.shift(fill_value=0)
    survival = np.cumprod(1 - closed / at_risk)
    table = pd.DataFrame({"closed": closed, "open": still, "at_risk": at_risk, "survival": survival})
    return table.reset_index()


def suggest_period(base: Base, *, share: float = 0.8) -> str:
    """Name the shortest period in which most customers who go on buying would have bought again.

    The smallest of week, month, quarter, half-year and year that is at least as long as the ``share`` quantile of the
    gaps between purchases.

    Args:
        base: A log of purchases.
        share: The share of the gaps that the period should cover.

    Returns:
        ``week month quarter half-year`` or ``year``, for ``every=``.

    Raises:
        ValueError: If that share of the gaps was never seen to close, if the history is shorter than two such gaps,
            or if it is longer than a year: a rate by period would then report the calendar, not the customers.

    Examples:
        >>> from crrkit.bases import read_orders
        >>> coffee = pd.DataFrame({"who": "a", "when": pd.date_range("2024-01-01", periods=60, freq="3D")})
        >>> suggest_period(read_orders(coffee, customer="who", at="when"))
        'week'
        >>> cars = pd.DataFrame({"who": ["a", "a", "b"], "when": ["2020-01-01", "2023-06-01", "2022-01-01"]})
        >>> suggest_period(read_orders(cars, customer="who", at="when"))
        Traceback (most recent call last):
        crrkit._errors.InputError: 80% of the gaps between purchases close within 1,247 days, but the history is
            1,248 days: less than two cycles. Collect a longer history, or count contracts or service visits instead.
    """
    gaps = characteristic_interval(base)
    needed = gaps.quantile(share)
    reason = _why_no_period(gaps, share, needed)
    if reason:
        raise InputError(reason, argument="base")
    return next(name for name, days in DAYS.items() if days >= needed)


def _why_no_period(gaps: Gaps, share: float, needed: float) -> str | None:
    words = {"share": format_percent(share, digits=0), "needed": _days(needed), "history": _days(gaps.history_days)}
    if np.isnan(needed):
        text = _(
            "Within the {history} days of history fewer than {share} of the gaps between purchases were seen to close,"
            " so no period can be named. Take a smaller share=, or collect a longer history."
        )
    elif gaps.history_days < ENOUGH_CYCLES * needed:
        text = _(
            "{share} of the gaps between purchases close within {needed} days, but the history is {history} days:"
            " less than two cycles. Collect a longer history, or count contracts or service visits instead."
        )
    elif needed > DAYS["year"]:
        text = _(
            "{share} of the gaps between purchases close within {needed} days, longer than a year. Use"
            " activity=Trailing(days={needed}) instead of a calendar period."
        )
    else:
        return None
    return text.format(**words)


def _days(days: float) -> str:
    return "\N{EN DASH}" if np.isnan(days) else format_number(days)
