"""The revenue of contracts: what all customers pay at each boundary of a period, and what moved it in between.

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

NEGATIVE = mark("negative_revenue")  # some customer brought in less than nothing
UNPRICED = mark("amounts_missing")  # some customer there is in no sum, since what they pay is not known
UNPAID = mark("no_revenue")  # customers, but nobody paid anything


@dataclass(frozen=True, eq=False, repr=False)
class RecurringRevenue(Shown):
    """How the revenue of contracts moved, one row per period.

    Attributes:
        table: ``period from_ until``; what all customers pay at the start, ``opening``, and at the end, ``closing``; in
            between ``new expansion contraction churned reactivated``; how many customers these are, ``start end``;
            ``unpriced``, how many more there are at the one end or the other, whichever is more, who are in no sum
            because a contract of theirs has no amount; ``nrr grr``; ``status``.
        every: The period.
        card: The definition.
        by: The segment columns, which then stand in front.
        notes: Sentences that must not be missed.
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
        """Headings of the shown columns."""
        return {name: name for name in self.by} | {
            "period": _("period"), "start": _("customers at the start"), "opening": _("opening revenue"),
            "new": _("from new"), "expansion": _("expansion"), "contraction": _("contraction"),
            "churned": _("gone with the lost"), "reactivated": _("from returned"), "closing": _("closing revenue"),
            "nrr": _("NRR"), "grr": _("GRR"), "status": _("status"),
        }  # fmt: skip

    def caption(self) -> str:
        """The rates of the latest whole period; of segments none, each has its own."""
        whole = self.table[self.table["status"] == COMPLETE]
        if self.by or not len(whole):
            return ""
        row = whole.iloc[-1]
        text = _("{period}: revenue of {opening} at the start, NRR {nrr}, GRR {grr}")
        shown = {name: format_cell(row[name], self.kinds[name]) for name in ("period", "opening", "nrr", "grr")}
        return text.format(**shown)

    def below(self) -> Sequence[str]:
        """What a reader must know besides."""
        return self.notes

    def _shown_names(self) -> list[str]:
        return [*self.by, *super()._shown_names()]


def recurring_revenue(
    base: Base, *, every: str, first: str | None, last: str | None, by: str | Sequence[str]
) -> RecurringRevenue:
    """The account of the revenue of contracts; see `crrkit.measure.revenue.revenue_retention`."""
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
    """The finished whole, or each segment finished by itself with its names in front."""
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
    """The account of each period from what changed in every period that something changed in."""
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
    """The sum of all changes before the start and before the end of each period; decimals are summed as such."""
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
    """Who is left out because nobody knows what they pay."""
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
