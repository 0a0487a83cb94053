"""Marks in customer lists: customer, not a customer, or ambiguous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import InputError, told as _
from crrkit.read.words.states import check_words, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_THERE = frozenset((
    "1", "yes", "y", "true", "t", "+", "x", "х", "v", "✓", "✔", "☑", "да", "д", "есть", "истина", "active", "activated",
    "current", "customer", "member", "subscribed", "paying", "paid", "retained", "existing", "stayed", "open", "live",
    "enabled", "активен", "активна", "активный", "активная", "активно", "действует", "действующий", "клиент",
    "подписан", "оплачено", "оплатил", "текущий", "работает", "открыт",
))  # fmt: skip
_NOT_THERE = frozenset((
    "", "0", "no", "n", "false", "f", "-", "–", "—", "нет", "н", "ложь", "inactive", "churned", "churn", "lost", "left",
    "cancelled", "canceled", "closed", "terminated", "expired", "former", "gone", "attrited", "exited", "ended",
    "unsubscribed", "disabled", "неактивен", "неактивна", "неактивный", "отток", "ушел", "ушла", "ушёл", "потерян",
    "расторгнут", "закрыт", "отключен", "отключён", "бывший", "отписан", "завершен", "завершён", "архив",
))  # fmt: skip


def is_there(word: str) -> bool | None:
    """Return whether a mark means a customer; None if it is ambiguous.

    Examples:
        >>> [is_there(word) for word in ("1", "да", "0", "", "Churned", "paused")]
        [True, True, False, False, False, None]
    """
    folded = " ".join(word.split()).casefold().removesuffix(".0")
    return True if folded in _THERE else False if folded in _NOT_THERE else None


def marks_there(met: Mapping[str, int], *, column: str, counts: str | Sequence[str] | None) -> list[str]:
    """Return the words of a column that mean a customer.

    Args:
        met: The number of rows of each word.
        column: The column, or a name for the columns.
        counts: The words given by the user; all others then mean no customer.

    Raises:
        InputError: If a given word does not occur, or the meaning of a word is unknown.
    """
    if counts is not None:
        said = [counts] if isinstance(counts, str) else [str(word) for word in counts]
        check_words(said, met, name="counts")
        return said
    strange = [word for word in met if is_there(word) is None]
    if strange:
        message = _(
            "{column!r} says {words}, and it is not known whether such a customer is there. List in counts= the words"
            " that say so."
        )
        raise InputError(message.format(column=column, words=listed(strange, met)), argument="counts")
    return [word for word in met if is_there(word)]
