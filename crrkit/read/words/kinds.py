"""A source's words for events: which of the seven kinds they are, or the start or the end of a contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import InputError, InputTypeError, check_mapping, mark, suggestion, told as _, told_number
from crrkit.read.words.states import check_words, listed
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOUCHES = (mark("visit"), mark("offer"), mark("education"))
KINDS = (*TOUCHES, *BUYING, mark("refund"), mark("incident"))
REFUSE, SET_ASIDE = "refuse", "set aside"
MOST_WORDS = 1000  # a column with more distinct words contains names or text, not kinds of events

Words = str | tuple[str, ...] | list[str] | set[str] | frozenset[str]

# Usual words, folded to lower-case letters.
_USUAL = {
    "visit": (
        "visit", "visits", "sitevisit", "storevisit", "pageview", "view", "look", "session", "визит", "посещение",
        "просмотр", "заход",
    ),
    "offer": ("offer", "offers", "quote", "promotion", "mailing", "предложение", "рассылка", "акция"),
    "education": ("education", "webinar", "training", "guide", "lesson", "обучение", "вебинар", "урок"),
    "purchase": ("purchase", "purchases", "buy", "order", "sale", "payment", "покупка", "заказ", "продажа", "оплата"),
    "contract": ("contract", "subscription", "договор", "контракт", "подписка"),
    "refund": ("refund", "return", "chargeback", "возврат"),
    "incident": ("incident", "complaint", "claim", "инцидент", "жалоба", "рекламация"),
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _USUAL.items() for word in words}
# Other words of clickstream logs. None is a purchase; which of the seven kinds they are must be given.
_CLICKS = re.compile(
    r"click|cart|login|logon|logout|signin|signup|^register$|search|page|scroll|install|browse|wishlist|impression"
    r"|checkout|subscribed?$|^openapp|^home$|^catalog|^start$|^end$|клик|корзин|вход|регистрац|поиск|каталог"
)

# Words for the start and the end of a contract.
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


def map_kinds(
    words: Iterable[str], *, kinds: Mapping[str, str | Words | None] | None, other: str
) -> dict[str, str | None]:
    """Return the kind of each word that occurs; None for a word whose rows are set aside.

    ``kinds`` takes precedence over the usual meaning, and that over ``other``.

    Args:
        words: The distinct words of the column.
        kinds: A mapping of words to one of `KINDS` (None: set aside), or of `KINDS` to lists of words.
        other: ``"refuse"``, ``"set aside"`` or one of `KINDS`, for words that are neither given nor usual.

    Raises:
        ValueError: If a kind is unknown, a word of ``kinds`` does not occur, or a word has no kind and ``other`` is
            ``"refuse"``.

    Examples:
        >>> map_kinds(["buy", "hum"], kinds={"hum": "visit"}, other="refuse")
        {'buy': 'purchase', 'hum': 'visit'}
    """
    said, found = _pairs(kinds or {}), list(words)
    if len(found) > MOST_WORDS:
        message = _("The column of kinds holds {n} different {n:word|words}. Name the column that says what happened.")
        raise InputError(message.format(n=told_number(len(found))), argument="kind")
    if other not in (REFUSE, SET_ASIDE):
        _check_kind(other, name="other")
    check_words(said, found, name="kinds")
    mapped = {word: said.get(word, _KIND_OF.get(_fold(word), other)) for word in found}
    unknown = sorted(word for word, kind in mapped.items() if kind == REFUSE)
    if unknown:
        raise _unknown(unknown)
    return {word: None if kind == SET_ASIDE else kind for word, kind in mapped.items()}


def usual_kind(word: str) -> str | None:
    """Return the usual kind of a word, ``"click"`` for other actions that are not purchases, or None."""
    folded = _fold(word)
    return _KIND_OF.get(folded) or ("click" if _CLICKS.search(folded) else None)


def _pairs(kinds: Mapping[str, str | Words | None]) -> dict[str, str | None]:
    """Return the mapping of words to kinds, for both directions of the argument."""
    pairs: dict[str, str | None] = {}
    for key, value in check_mapping(kinds, name="kinds", like="{'paid': 'purchase'}").items():
        if isinstance(value, list | tuple | set | frozenset):
            pairs |= dict.fromkeys(map(str, value), _check_kind(key, name="kinds"))
        elif value is None or value in KINDS:
            pairs[str(key)] = value
        elif key in KINDS and isinstance(value, str):
            pairs[value] = key
        else:
            _check_kind(value, name="kinds")
    return pairs


def _check_kind(value: object, *, name: str) -> str:
    if isinstance(value, str) and value in KINDS:
        return value
    message = _("{name}: {value!r} is not a kind of event. Choose one of {choices}.")
    text = message.format(name=name, value=value, choices=", ".join(KINDS))
    if not isinstance(value, str):
        raise InputTypeError(text, argument=name, given=value)
    raise InputError(text + suggestion(value, KINDS), argument=name, given=value)


def _unknown(words: list[str]) -> InputError:
    message = _(
        "It is not known what these kinds of events mean: {words}. Say it with kinds={{{first!r}: 'visit'}}, choosing"
        " from {choices}; or take the rest together with other='visit' or other='set aside'."
    )
    text = message.format(words=listed(words), first=words[0], choices=", ".join(KINDS))
    return InputError(text, argument="kinds", given=words)


def _fold(word: str) -> str:
    return re.sub(r"[\W_\d]+", "", word.casefold())


def contract_event(word: str) -> str | None:
    """Return whether a word means the ``start`` or the ``end`` of a contract; None if it is unknown or ambiguous.

    Examples:
        >>> words = "customer.subscription.deleted", "Подписался", "paused", "cancel_requested"
        >>> [contract_event(word) for word in words]
        ['end', 'start', None, None]
    """
    folded = word.casefold().strip()
    if _ASKED.search(folded):
        return None
    if _ENDS.search(folded):
        return "end"
    return "start" if _STARTS.search(folded) else None


def are_contract_events(words: Iterable[str]) -> bool:
    """Return whether the words of a log are those of subscriptions: a start, an end, and one not used for orders."""
    met = [word.casefold() for word in words if word]
    return {"start", "end"} <= set(map(contract_event, met)) and any(map(_OF_MEMBERS.search, met))
