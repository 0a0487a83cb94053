"""Recurring revenue of contracts: revenue at the boundaries of each period and the flows in between.

``opening + new + expansion + reactivated - contraction - churned = closing`` in every row, and ``closing`` is the next
row's ``opening``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.ground import Shown, format_cell, format_number, gettext as _, mark, ngettext
from crrkit.measure.spans import COMPLETE, EMPTY, dated, span_of
from crrkit.reduce import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crrkit.read import Base
    from crrkit.rules import DefinitionCard

NEGATIVE = mark("negative_revenue")  # the revenue of some customer is below 0
UNPRICED = mark("amounts_missing")  # some customer is left out of the sums, as their price is unknown
UNPAID = mark("no_revenue")  # there are customers, but their revenue is 0


@dataclass(frozen=True, eq=False, repr=False)
class RecurringRevenue(Shown):
    """Recurring revenue and its flows, one row per period.

    Attributes:
        table: ``period from_ until``; the revenue of all customers at the start, ``opening``, and at the end,
            ``closing``; the flows ``new expansion contraction churned reactivated``; the number of these customers,
            ``start end``; ``unpriced``, the number of customers left out of the sums because a contract of theirs has
            no amount, at the start or at the end, whichever is larger; ``nrr grr``; ``status``.
        every: The period.
        card: The definition.
        by: The segment columns, which come first in the table.
        notes: Notes that must be shown with the result.
    """

    table: pd.DataFrame
    every: str
    card: DefinitionCard
    by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "start": "count", "opening": "money", "new": "money", "expansion": "money",
        "contraction": "money", "churned": "money", "reactivated": "money", "closing": "money", "nrr": "rate",
        "grr": "rate", "status": "word",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {name: name for name in self.by} | {
            "period": _("period"), "start": _("customers at the start"), "opening": _("opening revenue"),
            "new": _("from new"), "expansion": _("expansion"), "contraction": _("contraction"),
            "churned": _("gone with the lost"), "reactivated": _("from returned"), "closing": _("closing revenue"),
            "nrr": _("NRR"), "grr": _("GRR"), "status": _("status"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the rates of the latest complete period; empty if there are segments."""
        whole = self.table[self.table["status"] == COMPLETE]
        if self.by or not len(whole):
            return ""
        row = whole.iloc[-1]
        text = _("{period}: revenue of {opening} at the start, NRR {nrr}, GRR {grr}")
        shown = {name: format_cell(row[name], self.kinds[name]) for name in ("period", "opening", "nrr", "grr")}
        return text.format(**shown)

    def below(self) -> Sequence[str]:
        """Return the notes to show below the table."""
        return self.notes

    def _shown_names(self) -> list[str]:
        return [*self.by, *super()._shown_names()]


def recurring_revenue(
    base: Base, *, every: str, first: str | None, last: str | None, by: str | Sequence[str]
) -> RecurringRevenue:
    """Compute recurring revenue and its flows; see `crrkit.measure.revenue.revenue_retention`."""
    segments = base.check_segments(by)
    calendar = base.calendar(every)
    span = span_of(base, calendar, first=first, last=last)
    found = collect(reduce.revenue_changes(base.table, calendar=calendar, as_of=base.as_of, by=segments))
    table = in_segments(found, segments, lambda part: _with_rates(dated(_account(part, span), calendar, span, base)))
    card = base.card.with_(every=every, activity="contract pays")
    return RecurringRevenue(table, every, card, segments, _notes(found))


def in_segments(
    found: pd.DataFrame, by: tuple[str, ...], finish: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Apply ``finish`` to the whole frame or, with segments, to each segment, with the segment columns first."""
    if not by:
        return finish(found)
    parts = []
    for _key, group in found.groupby(list(by), sort=True):
        part = finish(group)
        for place, name in enumerate(by):
            part.insert(place, name, group[name].iloc[0])
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _account(changes: pd.DataFrame, span: range) -> pd.DataFrame:
    """Compute the account of each period from the changes, which have rows only for periods with a change."""
    changes = changes.set_index("period").sort_index()
    inside = changes[list(reduce.REVENUE_FLOWS)].reindex(list(span), fill_value=0)
    gained = changes["new"] + changes["expansion"] + changes["reactivated"]
    opening, closing = _standing(gained - changes["contraction"] - changes["churned"], span)
    start, end = _standing(changes["came"] - changes["gone"], span)
    before, after = _standing(changes["unpriced"], span)
    flows = {name: inside[name].to_numpy() for name in reduce.REVENUE_FLOWS}
    kept = opening - flows["contraction"] - flows["churned"]
    money = pd.DataFrame({"opening": opening, **flows, "closing": closing, "kept": kept}, dtype="float64")
    heads = {"start": start, "end": end, "unpriced": np.maximum(before, after)}
    heads["negative"] = np.add(*_standing(changes["negative"], span))
    return money.assign(**{name: count.astype("int64") for name, count in heads.items()})


def _standing(changes: pd.Series, span: range) -> tuple[np.ndarray, np.ndarray]:
    """Return the cumulative changes up to the start and up to the end of each period; decimals stay decimals."""
    total = np.array([0, *changes.cumsum()], dtype=object)
    numbers = np.array(span)
    at = [np.searchsorted(changes.index.to_numpy(), numbers, side=side) for side in ("left", "right")]
    return total[at[0]], total[at[1]]


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    status, kept, negative = table.pop("status"), table.pop("kept"), table.pop("negative") > 0
    status = status.mask(status.eq(COMPLETE) & table["opening"].eq(0), UNPAID)
    status = status.mask(status.isin([COMPLETE, EMPTY, UNPAID]) & table["unpriced"].gt(0), UNPRICED)
    status = status.mask(negative, NEGATIVE)
    known = table["opening"].where((table["opening"] > 0) & ~negative)
    return table.assign(nrr=(kept + table["expansion"]) / known, grr=kept / known, status=status)


def _notes(found: pd.DataFrame) -> tuple[str, ...]:
    """Return a note on the customers left out because their price is unknown."""
    unknown, customers = int(found["unknown"].sum()), int(found["customers"].sum())
    if not unknown:
        return ()
    text = ngettext(
        "{n} of {all} {all:customer|customers} holds a contract without an amount: what they pay is unknown, they are"
        " in no sum.",
        "{n} of {all} {all:customer|customers} hold a contract without an amount: what they pay is unknown, they are in"
        " no sum.",
        unknown,
    )
    return (text.format(n=format_number(unknown), all=format_number(customers)),)
