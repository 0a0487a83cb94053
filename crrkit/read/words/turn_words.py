"""Words for the start and the end of a contract."""

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
# The date of a cancellation request, or of its confirmation, is not that of the end.
_ASKED = re.compile(r"request|schedul|notice|pending|planned|запро|заявк|заявлен|планир|ожида")

_OF_MEMBERS = re.compile(
    r"subscri|churn|activat|terminat|sign ?_?-?up|join|resum|renew|подпис|отпис|расторг|подключ|отключ"
)


def turn_of(word: str) -> str | None:
    """Return whether a word means the ``start`` or the ``end`` of a contract; None if it is unknown or ambiguous.

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
    """Return whether the words of a log are those of subscriptions: a start, an end, and one not used for orders."""
    met = [word for word in words if word]
    return {"start", "end"} <= {turn_of(word) for word in met} and any(map(_OF_MEMBERS.search, map(str.casefold, met)))
