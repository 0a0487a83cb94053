"""How often customers buy: the characteristic interval.

A silence that has not ended yet is not a gap of unknown length to be left out: it is at least that long. Closed gaps
alone are too short, the more so the shorter the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.counts import EXACT
from crrkit.ground import InputError, Shown, check_fraction, check_given, format_number, gettext as _
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Mapping


FIRM = 10  # gaps at risk, below which the tail of the estimate hangs on single customers


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
        reached = self.table[(self.table["survival"] <= 1 - share + EXACT) & (self.table["closed"] > 0)]
        return float(reached["days"].iloc[0]) if len(reached) else float("nan")

    @property
    def closed(self) -> int:
        """The purchases that were followed by another."""
        return int(self.table["closed"].sum())

    @property
    def seen(self) -> int:
        """All gaps, open ones too: one for each day on which a customer bought."""
        return self.closed + int(self.table["open"].sum())

    def covered(self, days: float) -> float:
        """Of the purchases that are followed by another, as far as was seen, the share that has it within the days.

        ``F(days) / F(longest)`` with ``F = 1 - S``: who never comes back is a loss, not a slow rhythm, so they are not
        in it. NaN where no purchase was followed by another.
        """
        within = self.table.loc[self.table["days"] <= days, "survival"]
        share = 1 - float(within.iloc[-1]) if len(within) else 0.0
        return min(share / self._ever, 1.0) if self._ever else float("nan")

    def quantile_of_returns(self, share: float) -> float:
        """The days within which a share of the purchases that are followed by another has it."""
        reached = self.table[1 - self.table["survival"] >= share * self._ever - EXACT]
        return float(reached["days"].iloc[0]) if self._ever and len(reached) else float("nan")

    def returning(self, days: float) -> float:
        """Of those silent for so many days, the share that still buys again, as far as was seen: ``1 - S(all) / S``."""
        within = self.table.loc[self.table["days"] <= days, "survival"]
        still, never = float(within.iloc[-1]) if len(within) else 1.0, 1 - self._ever
        return 1 - never / still if still > never else 0.0

    @property
    def _ever(self) -> float:
        """The share of gaps that close at all; the tail where few are at risk says little and is left out."""
        closing = self.table[self.table["closed"] > 0]
        firm = closing[closing["at_risk"] >= min(FIRM, self.seen / FIRM)]
        return 1 - float(min((firm if len(firm) else closing)["survival"], default=1.0))

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {"days": _("days"), "closed": _("closed"), "open": _("open"), "survival": _("longer than that")}

    def caption(self) -> str:
        """The median and the 80th percentile in a sentence."""
        closed, still = int(self.table["closed"].sum()), int(self.table["open"].sum())
        text = _(
            "Half of the gaps close within {median} {median:day|days}, 80% within {q80} ({closed} closed, {open} open)"
        )
        words = {"median": days_text(self.median), "q80": days_text(self.quantile(0.8))}
        return text.format(**words, closed=format_number(closed), open=format_number(still))


_counted: WeakKeyDictionary[Base, Gaps] = WeakKeyDictionary()  # a base does not change, so its gaps are counted once


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
    """Kaplan and Meier's estimate from ``days, closed, gaps``.

    A gap that closes after as many days as another has been open counts as closing first, as is usual.
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
    """Days in ink; those that were never reached are an en dash."""
    return "\N{EN DASH}" if np.isnan(days) else format_number(days)
