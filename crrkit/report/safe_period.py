"""The period of a report: the shortest, starting from the one that suits the customers, without too small groups.

Suppression biases the picture: if every month with few lost is suppressed, only bad months are shown. A longer period
has no gaps, or only at the beginning of the list; those first periods are then left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crrkit.ground import InputError, format_number, gettext as _, longer
from crrkit.measure import retention_by_period
from crrkit.measure.cadence import BY, holds
from crrkit.report.account import shared
from crrkit.report.period_names import period_name, periods_counted
from crrkit.report.recent import recent_of
from crrkit.report.whole_period import QuietEnd, end_of_last, until_end
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crrkit.measure import RetentionTable
    from crrkit.read import Base

HEAD = 0.25  # of the periods: the largest share left out at the beginning
FEWEST = 2  # periods with a rate, for a comparison


@dataclass(frozen=True, eq=False)
class SafeAccount:
    """The account of a report.

    Attributes:
        counted: The account as counted; it is never written.
        kept: The account as shown.
        every: Its period.
        first: The first period shown; None if it is the first of the list.
        base: The base: as of the end of the last period, if that counts as whole.
        end: Why it does; None if the cut-off is unchanged.
        recent: The latest periods pooled if each alone is suppressed, otherwise None.
        notes: Why the period differs from the usual one, and what was left out.
    """

    counted: RetentionTable
    kept: RetentionTable
    every: str
    first: str | None
    base: Base
    end: QuietEnd | None = None
    recent: RetentionTable | None = None
    notes: tuple[str, ...] = ()


def safe_account(
    base: Base,
    *,
    every: str,
    min_cell: int | None,
    first: str | None,
    last: str | None,
    is_told: bool,
    published: object = None,
) -> SafeAccount:
    """The account by the period, or by the next longer one without suppression.

    If the caller requested the period, ``is_told``, it is used, and gaps remain. A period that would disclose something
    in combination with published reports is not used.
    """
    ends: dict[datetime | None, tuple[Base, QuietEnd | None]] = {}

    def account(every: str, first: str | None = first) -> SafeAccount:
        until = end_of_last(base, every) if last is None else None
        if until not in ends:  # a month, a quarter and a year may end on one day
            ends[until] = (base, None) if until is None else until_end(base, until)
        whole, end = ends[until]
        counted = retention_by_period(whole, every=every, first=first, last=last)
        kept = shared(counted, min_cell=min_cell, published=published)
        return SafeAccount(counted, kept, every, first, whole, end)

    if is_told or min_cell is None or first is not None or last is not None:
        return account(every)
    tried, refused = _tried(base, every, account)
    if not tried:
        raise refused[0]
    chosen = next((one for one in tried if _is_safe(one)), None) or min(tried, key=_hidden_share)
    if refused:
        chosen = replace(chosen, notes=(_why_not_published(chosen),))
    elif chosen is not tried[0]:
        chosen = replace(chosen, notes=(_why_longer(tried[0], chosen),))
    if _is_safe(chosen) and _hidden(chosen):
        return _without_head(account, chosen)
    return chosen if published else replace(chosen, recent=recent_of(chosen.counted, chosen.kept, min_cell=min_cell))


def _tried(base: Base, every: str, account: Callable[[str], SafeAccount]) -> tuple[list[SafeAccount], list[InputError]]:
    """Try the account by one period after the other until one is safe; also return what published reports ruled out."""
    tried: list[SafeAccount] = []
    refused: list[InputError] = []
    following: str | None = every
    while following and not (tried and _is_safe(tried[-1])):
        try:
            tried.append(account(following))
        except InputError as error:
            if error.argument != "published":
                raise
            refused.append(error)
        next_one = longer(following)
        following = next_one[0] if next_one and holds(base, next_one[0]) >= FEWEST else None
    return tried, refused


def _hidden(account: SafeAccount) -> list[int]:
    """The positions of the periods whose movement is suppressed."""
    return [i for i, status in enumerate(account.kept.table["status"]) if status == WITHHELD]


def _hidden_share(account: SafeAccount) -> float:
    rated = int(account.kept.table["crr"].notna().sum())
    return len(_hidden(account)) / len(account.kept.table) if rated else 1.0


def _is_safe(account: SafeAccount) -> bool:
    """Whether nothing is suppressed except in a short head, and rates are left."""
    hidden, table = _hidden(account), account.kept.table
    head = hidden[-1] + 1 if hidden else 0
    return head <= HEAD * len(table) and int(table["crr"][head:].notna().sum()) >= FEWEST


def _without_head(account: Callable[[str, str], SafeAccount], chosen: SafeAccount) -> SafeAccount:
    """The account from the first period after which nothing is suppressed."""
    table = chosen.kept.table
    head = _hidden(chosen)[-1] + 1
    text = _("The account begins with {period}: before that, the groups are too small to show.")
    note = text.format(period=period_name(table.iloc[head], chosen.every))
    begun = account(chosen.every, str(table["period"].iloc[head]))
    return replace(begun, notes=(*chosen.notes, note))


def _why_not_published(chosen: SafeAccount) -> str:
    text = _("{by}: shorter periods would disclose small groups together with the reports published before.")
    return text.format(by=_(BY[chosen.every]))


def _why_longer(begun: SafeAccount, chosen: SafeAccount) -> str:
    text = _("{by}, because {n} of {all} have groups too small to show.")
    return text.format(
        by=_(BY[chosen.every]),
        all=periods_counted(len(begun.kept.table), begun.every),
        n=format_number(len(_hidden(begun))),
    )
