"""What became of a purchase: the words of a column of states, and which of them are purchases."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crrkit.ground import InputError, suggestion, told as _, told_number as format_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_STATES = 50  # more different words are no states but names or texts
WORDS_NAMED = 8  # more do not fit a sentence
COUNTED, NO_PURCHASE, UNKNOWN_STATE = "counts", "no purchase", "unknown"

# Folded to lower-case letters, ё as е. "Partially refunded" was bought; "not cancelled" is nobody's usual word.
_PARTLY = re.compile(r"partial|частичн")
_DENIED = re.compile(r"^(?:not?|non|не)(?!paid|confirmed|completed?|оплачен|подтвержд|заверш|выполн|выкуп|проведен)")
_NO_PURCHASE = re.compile(
    r"cancel|refund|lost$|проигран|chargeback|fail|declin|reject|void|unpaid|notpaid|notconfirmed|notcompleted?|incomplete|abandon"
    r"|draft|fraud|revers|revoked|denied|unavailable|отмен|аннулир|возвра|неоплач|неподтвержд|незаверш|невыполн"
    r"|невыкуп|непроведен|нереализ|отклон|отказ|черновик|брошен|ожида|storno|сторно"
    r"|^(?:pending|await|waiting|test|onhold|hold$|return(?:ed)?$|errors?$|expired|deleted|trash|spam|тест|ошибка|удален"
    r"|просроч)"
)
_COUNTS = re.compile(
    r"^(?:paid|complete|fulfil|deliver|shipp?ed|dispatch|done$|ok$|success|succe|confirm|approved|captured|settled"
    r"|processing|processed|invoiced|accepted|sold|closed|finished|received|active$|оплач|выполн|заверш|доставл|отгруж"
    r"|отправл|получен|выдан|подтвержд|провед|продан|успе|закрыт|принят|собран|реализован|исполнен|выкуп)"
)

# What a word has to be in a column of which nothing is known but its words; "refundable" and "free return" are no such.
_PLAINLY_NONE = re.compile(
    r"^(?:cancell?ed|cancellation|refund(?:ed)?|return(?:ed)?|failed|declined|rejected|voided|chargeback|unpaid|notpaid"
    r"|storno|reversal|reversed|отмен(?:а|ен[аоы]?)|аннулир(?:ован[аоы]?)?|возврат|возвращен[аоы]?|сторно|неоплачен[аоы]?"
    r"|отказ|отклонен[аоы]?)$"
)
_SPARED = re.compile(r"^(?:no|non|without|free|policy|partial(?:ly)?|без|бесплатн.*|частичн.*)$")
MOST_WORDS_OF_A_STATE = 4  # more are a text


def is_plainly_none(word: str) -> bool:
    """Whether a word says of a row that it is no purchase, whatever its column is called.

    Examples:
        >>> [is_plainly_none(word) for word in ("Чек возврата", "SALE_RETURN", "Free return", "Draft beer")]
        [True, True, False, False]
    """
    parts = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", word).casefold().replace("ё", "е"))
    if not 0 < len(parts) <= MOST_WORDS_OF_A_STATE or any(map(_SPARED.match, parts)):
        return False
    told = [*parts, *(one + two for one, two in pairwise(parts) if one in ("не", "not"))]
    is_none = state_of(word) == NO_PURCHASE or (not _DENIED.search(parts[0]) and state_of(parts[-1]) == NO_PURCHASE)
    return is_none and any(_PLAINLY_NONE.match(_singular(one)) for one in told)


def _singular(word: str) -> str:
    """``возврата``, ``возвраты``: the case does not matter."""
    return re.sub(r"^(возврат|отказ)(?:а|ы|ом|ов)$", r"\1", word)


def state_of(word: str) -> str:
    """Whether a state is one of a purchase, by the words that firms use.

    Examples:
        >>> [state_of(word) for word in ("Completed", "cancelled by customer", "partially_refunded", "gold", "Тест")]
        ['counts', 'no purchase', 'counts', 'unknown', 'no purchase']
    """
    folded = re.sub(r"[\W_\d]+", "", word.casefold()).replace("ё", "е")
    if _PARTLY.search(folded):
        return COUNTED
    if _DENIED.search(folded):
        return UNKNOWN_STATE
    if _NO_PURCHASE.search(folded):
        return NO_PURCHASE
    return COUNTED if _COUNTS.search(folded) else UNKNOWN_STATE


def judge_states(words: Iterable[str], *, counts: Sequence[str] | None) -> dict[str, str]:
    """What each word means: as ``counts`` says, else by its usual meaning.

    Raises:
        InputError: If a word of ``counts`` does not occur.
    """
    met = list(words)
    if counts is None:
        return {word: state_of(word) for word in met}
    check_words(counts, met, name="counts")
    return {word: COUNTED if word in counts else NO_PURCHASE for word in met}


def check_words(said: Iterable[object], met: Iterable[str], *, name: str) -> None:
    """Refuse a word that does not occur: it is a slip of the pen, and its rows would count as something else."""
    known = sorted(met)
    strange = next((word for word in said if word not in known), None)
    if strange is None:
        return
    message = _("{name}: {word!r} does not occur in the column. The words there are {words}.")
    text = message.format(name=name, word=strange, words=listed(known))
    raise InputError(text + suggestion(str(strange), known), argument=name, given=strange, available=known)


def listed(words: Sequence[str], rows: Mapping[str, int] | None = None) -> str:
    """Words for a sentence, the first of them and with their rows when these are known."""
    shown = [f"{word!r} ({format_number(rows[word])})" if rows else repr(word) for word in words[:WORDS_NAMED]]
    return ", ".join(shown) + (", …" if len(words) > WORDS_NAMED else "")
