"""Words that say that a contract begins or ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDS = re.compile(
    r"cancel|unsubscri|churn|deactivat|terminat|expire|delet|ended?$|^end|stopped|stop$|closed?$|^left$|^leave|quit|lapse"
    r"|inactive|неактив|отпис|отмен|расторг|отключ|деактив|истек|истёк|закры|прекращ|окончан|заверш|уш[её]л|ушла|отказ"
)
_STARTS = re.compile(
    r"subscri|sign ?_?-?up|activat|started|^start|creat|renew|resum|join|reopen|upgrade|downgrade|^new$|^open(?:ed)?$"
    r"|подпис|подключ|актив|возобнов|продл|вступ|открыт|оформ|начал|заключ"
)
# The day on which somebody asks for the end, or is told of it, is not that of the end.
_ASKED = re.compile(r"request|schedul|notice|pending|planned|запро|заявк|заявлен|планир|ожида")

_OF_MEMBERS = re.compile(
    r"subscri|churn|activat|terminat|sign ?_?-?up|join|resum|renew|подпис|отпис|расторг|подключ|отключ"
)


def turn_of(word: str) -> str | None:
    """Whether a word begins (``start``) or ends (``end``) a contract; None where it could be either.

    Examples:
        >>> [turn_of(word) for word in ("customer.subscription.deleted", "Подписался", "paused", "cancel_requested")]
        ['end', 'start', None, None]
    """
    folded = word.casefold().strip()
    if _ASKED.search(folded):
        return None
    if _ENDS.search(folded):
        return "end"
    return "start" if _STARTS.search(folded) else None


def tell_turns(words: Iterable[str]) -> bool:
    """Whether words of a log say beginnings and ends of subscriptions: one of each, and one that no order has."""
    met = [word for word in words if word]
    return {"start", "end"} <= {turn_of(word) for word in met} and any(map(_OF_MEMBERS.search, map(str.casefold, met)))
