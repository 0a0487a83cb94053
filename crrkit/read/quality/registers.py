"""Registers with a status beside the dates: who is said to be gone and has no end counts as there, and that is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import ntold as ngettext, told_number as format_number
from crrkit.read.quality.doubts import UNREAD, words_in
from crrkit.read.words import MOST_STATES, fold, is_there, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

_STATUS = re.compile(
    r"^(?:status|state|active|isactive|customerstatus|accountstatus|статус|состояние|активен|действует)$"
)
_GONE = re.compile(r"^(?:churn|churned|churnflag|churnlabel|ischurned|exited|attrition|отток|ушел)$")


def statuses(columns: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """The columns that nobody reads and that by their names say whether a customer is still there."""
    read, names = set(taken), [str(name) for name in columns]
    folded = [name.casefold() for name in names]  # the engine does not tell capital letters from small ones
    free = [name for name in names if name not in read and folded.count(name.casefold()) == 1]
    return tuple(name for name in free if _is_status(name))


def _is_status(name: str) -> bool:
    return bool(_STATUS.match(fold(name)) or _GONE.match(fold(name)))


def register_doubts(rows: ir.Table, unread: Sequence[str]) -> list[str]:
    """A sentence for each column that calls customers gone whose contracts have no end."""
    said = []
    for place, name in enumerate(unread):
        if not _is_status(name):
            continue
        column = UNREAD + str(place)
        open_ = rows.filter(rows["end"].isnull())
        words = words_in(open_, column, most=MOST_STATES)
        means_gone = _GONE.match(fold(name)) is not None
        gone = [word for word in words if word and is_there(word) is means_gone]
        n = sum(words[word] for word in gone)
        if n:
            message = ngettext(
                "{n} contract without an end says {words} in column {column!r}, and counts as running. Give it the day"
                " of its end; without it the rate is too high.",
                "{n} contracts without an end say {words} in column {column!r}, and count as running. Give them the"
                " days of their ends; without them the rate is too high.",
                n,
            )
            said.append(message.format(n=format_number(n), words=listed(gone, words), column=name))
    return said
