"""The period of a report: the shortest, from the one that suits the customers on, in which no group is too small.

Holes choose the news: where every month with few lost is withheld, those shown are the bad ones. A longer period has no
holes, or only where the list begins; those first periods are then left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit.ground import format_number, gettext as _, longer
from crrkit.measure import retention_by_period
from crrkit.measure.cadence import BY, holds
from crrkit.report.account import shared
from crrkit.report.period_names import period_name, periods_counted
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

HEAD = 0.25  # of the periods: at most so many are left out at the beginning
FEWEST = 2  # periods with a rate, to be held against each other


@dataclass(frozen=True, eq=False)
class SafeAccount:
    """The account of a report.

    Attributes:
        counted: As it was counted; it is never written.
        kept: As it is shown.
        every: Its period.
        first: The first period that is told of; None where it is that of the list.
        notes: Why another period than the usual one, and what was left out.
    """

    counted: RetentionTable
    kept: RetentionTable
    every: str
    first: str | None
    notes: tuple[str, ...] = ()


def safe_account(
    base: Base, *, every: str, min_cell: int | None, first: str | None, last: str | None, is_told: bool
) -> SafeAccount:
    """The account by the period, or by the next longer one of which nothing has to be withheld.

    Args:
        base: The list, under the rule of the report.
        every: The period that suits the customers' rhythm, or that the caller asked for.
        min_cell: The smallest group that may be shown; None withholds nothing.
        first: The first period asked for.
        last: The last one.
        is_told: Whether the caller asked for this period: then it is taken, and holes are left.
    """
    begun = _account(base, every, min_cell, first, last)
    if is_told or min_cell is None or first is not None or last is not None:
        return begun
    tried = [begun]
    while not _is_safe(tried[-1]) and (following := longer(tried[-1].every)) and holds(base, following[0]) >= FEWEST:
        tried.append(_account(base, following[0], min_cell, first, last))
    chosen = next((one for one in tried if _is_safe(one)), None) or min(tried, key=_hidden_share)
    if chosen is not begun:
        chosen = _with_notes(chosen, _why_longer(begun, chosen))
    return _without_head(base, chosen, min_cell) if _is_safe(chosen) and _hidden(chosen) else chosen


def _account(base: Base, every: str, min_cell: int | None, first: str | None, last: str | None) -> SafeAccount:
    counted = retention_by_period(base, every=every, first=first, last=last)
    return SafeAccount(counted, shared(counted, min_cell=min_cell), every, first)


def _hidden(account: SafeAccount) -> list[int]:
    """The places of the periods whose movement is withheld."""
    return [i for i, status in enumerate(account.kept.table["status"]) if status == WITHHELD]


def _hidden_share(account: SafeAccount) -> float:
    rated = int(account.kept.table["crr"].notna().sum())
    return len(_hidden(account)) / len(account.kept.table) if rated else 1.0


def _is_safe(account: SafeAccount) -> bool:
    """Whether nothing is withheld but in a short head, and rates are left."""
    hidden, table = _hidden(account), account.kept.table
    head = hidden[-1] + 1 if hidden else 0
    return head <= HEAD * len(table) and int(table["crr"][head:].notna().sum()) >= FEWEST


def _without_head(base: Base, account: SafeAccount, min_cell: int | None) -> SafeAccount:
    """The same from the first period on after which nothing is withheld."""
    table = account.kept.table
    head = _hidden(account)[-1] + 1
    text = _("The account begins with {period}: before that, the groups are too small to be told of.")
    note = text.format(period=period_name(table.iloc[head], account.every))
    begun = _account(base, account.every, min_cell, str(table["period"].iloc[head]), None)
    return _with_notes(begun, *account.notes, note)


def _why_longer(begun: SafeAccount, chosen: SafeAccount) -> str:
    text = _("{by} all the same: of {all} {n} would be withheld, because they tell of too few customers.")
    return text.format(
        by=_(BY[chosen.every]),
        all=periods_counted(len(begun.kept.table), begun.every),
        n=format_number(len(_hidden(begun))),
    )


def _with_notes(account: SafeAccount, *notes: str) -> SafeAccount:
    return SafeAccount(account.counted, account.kept, account.every, account.first, notes)
