"""States of purchases: the words of a status column, and which of them count as purchases."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crrkit.ground import InputError, suggestion, told as _, told_number as format_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_STATES = 50  # a column with more distinct words contains names or text, not states
WORDS_NAMED = 8  # the most words to list in a message
COUNTED, NO_PURCHASE, UNKNOWN_STATE = "counts", "no purchase", "unknown"

# Folded to lower-case letters, ё as е. "Partially refunded" is a purchase; "not cancelled" is not in use.
_PARTLY = re.compile(r"partial|частичн")
_DENIED = re.compile(r"^(?:not?|non|не)(?!paid|confirmed|completed?|оплачен|подтвержд|заверш|выполн|выкуп|проведен)")
_NO_PURCHASE = re.compile(
    r"cancel|refund|lost$|проигран|chargeback|creditnote|creditmemo|fail|declin|reject|void|unpaid|notpaid|notconfirmed|notcompleted?|incomplete|abandon"
    r"|draft|fraud|revers|revoked|denied|unavailable|отмен|аннулир|возвра|неоплач|неподтвержд|незаверш|невыполн"
    r"|невыкуп|непроведен|нереализ|отклон|отказ|черновик|брошен|ожида|storno|сторно"
    r"|^(?:pending|await|waiting|test|onhold|hold(?:ed)?$|return(?:ed)?$|errors?$|expired|deleted|trash|spam|quot(?:e|ation)$"
    r"|estimate$|proforma|wishlist|тест|ошибка|удален|просроч|коммерческоепредлож|дубл)"
)
_LOST, _WON = re.compile(r"lost$"), re.compile(r"won$|выигран|успеш")  # of deals; a parcel is lost, too
_COUNTS = re.compile(
    r"^(?:paid|complete|fulfil|deliver|shipp?ed|dispatch|done$|ok$|success|succe|confirm|approved|captured|settled"
    r"|processing|processed|invoiced|accepted|sold|closed|finished|received|active$|оплач|выполн|заверш|доставл|отгруж"
    r"|отправл|получен|выдан|подтвержд|провед|продан|успе|закрыт|принят|собран|реализован|исполнен|выкуп)"
)

# The words accepted if the name of the column is not that of a status; "refundable" and "free return" do not match.
_PLAINLY_NONE = re.compile(
    r"^(?:cancell?ed|cancellation|refund(?:ed)?|return(?:ed)?|failed|declined|rejected|voided|chargeback|unpaid|notpaid"
    r"|storno|reversal|reversed|отмен(?:а|ен[аоы]?)|аннулир(?:ован[аоы]?)?|возврат|возвращен[аоы]?|сторно|неоплачен[аоы]?"
    r"|отказ|отклонен[аоы]?|невыкуп|quot(?:e|ation)|estimate|proforma|creditnote|creditmemo|test(?:order|purchase|sale)"
    r"|коммерческоепредложение|тестов(?:ый|ая|ое)|тестовыйзаказ)$"
)
# The two sides of a cash book or of an account statement.
_COMES = re.compile(
    r"^(?:in|inflow|incom(?:e|ing)|receiv(?:ed|ing)|receipts?|deposit|credit|cr|charge|moneyin|paidin|inbound|kredit|приход"
    r"|поступление.*|кредит|входящ.*|зачисление.*|пополнение.*|доход)$"
)
_GOES = re.compile(
    r"^(?:out|outflow|outgoing|expenses?|sent|sending|withdrawal|payout|debit|dr|db|moneyout|paidout|outbound|расход"
    r"|списание.*|дебет|исходящ.*|выплата.*|выдача.*|снятие.*)$"
)
_SPARED = re.compile(r"^(?:no|non|without|free|policy|partial(?:ly)?|без|бесплатн.*|частичн.*)$")
MOST_WORDS_OF_A_STATE = 4  # more are free text


def is_plainly_none(word: str) -> bool:
    """Return whether a word means that a row is not a purchase, regardless of the column name.

    Examples:
        >>> [is_plainly_none(word) for word in ("Чек возврата", "SALE_RETURN", "Free return", "Draft beer")]
        [True, True, False, False]
    """
    parts = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", word).casefold().replace("ё", "е"))
    if not 0 < len(parts) <= MOST_WORDS_OF_A_STATE or any(map(_SPARED.match, parts)):
        return False
    told = [*parts, *(one + two for one, two in pairwise(parts))]
    is_none = state_of(word) == NO_PURCHASE or (not _DENIED.search(parts[0]) and state_of(parts[-1]) == NO_PURCHASE)
    return is_none and any(_PLAINLY_NONE.match(_singular(one)) for one in told)


def tell_directions(words: Iterable[str]) -> bool:
    """Return whether words tell which way money goes: each is one of the two sides of an account, and both occur.

    Examples:
        >>> [tell_directions(words) for words in (("Приход", "Расход"), ("CR", "DR"), ("in", "online"), ("credit",))]
        [True, True, False, False]
    """
    met = [_folded(word) for word in words if word]
    return all(_COMES.match(word) or _GOES.match(word) for word in met) and all(
        any(map(side.match, met)) for side in (_COMES, _GOES)
    )


def side_of(name: str) -> str:
    """Return which way the money of a column goes by its name: ``comes``, ``goes`` or empty.

    Examples:
        >>> [side_of(name) for name in ("Credit Amount", "Списание", "Сумма по дебету", "Credit card", "Total")]
        ['comes', 'goes', 'goes', '', '']
    """
    plain = re.sub(r"^(?:сумма|оборот)(?:по)?|(?:amount|sum|usd|eur|gbp|rub|руб|s|у)$", "", _folded(name))
    return "comes" if _COMES.match(plain) else "goes" if _GOES.match(plain) else ""


def _folded(word: str) -> str:
    return re.sub(r"[\W_\d]+", "", word.casefold()).replace("ё", "е")


NUMBERED = r"(?: +(?:от|dated|№|#))? *\S*[0-9]\S*"  # for the engine, too


def without_numbers(text: str) -> str:
    """Return a text without its numbers and dates: the kind of a document.

    Examples:
        >>> without_numbers("Возврат от покупателя 00-000017 от 01.02.2024 12:00:05")
        'Возврат от покупателя'
    """
    return re.sub(NUMBERED, "", text).strip()


def _singular(word: str) -> str:
    """Return the singular stem, so that inflected forms such as ``возврата`` and ``возвраты`` match."""
    return re.sub(r"^(возврат|отказ)(?:а|ы|ом|ов)$", r"\1", word)


def state_of(word: str) -> str:
    """Return whether a state is that of a purchase, by the words in common use.

    Examples:
        >>> [state_of(word) for word in ("Completed", "cancelled by customer", "partially_refunded", "gold", "Тест")]
        ['counts', 'no purchase', 'counts', 'unknown', 'no purchase']
    """
    folded = _folded(word.strip().removeprefix("wc-"))  # of WooCommerce
    if _PARTLY.search(folded):
        return COUNTED
    if _DENIED.search(folded):
        return UNKNOWN_STATE
    if _NO_PURCHASE.search(folded):
        return NO_PURCHASE
    return COUNTED if _COUNTS.search(folded) else UNKNOWN_STATE


def judge_states(words: Iterable[str], *, counts: Sequence[str] | None) -> dict[str, str]:
    """Return the meaning of each word: according to ``counts``, else the usual one.

    Raises:
        InputError: If a word of ``counts`` does not occur.
    """
    met = list(words)
    if counts is None:
        are_of_deals = any(_WON.search(_folded(word)) for word in met)
        unsure = [] if are_of_deals else [word for word in met if _LOST.search(_folded(word))]
        return {word: UNKNOWN_STATE if word in unsure else state_of(word) for word in met}
    check_words(counts, met, name="counts")
    return {word: COUNTED if word in counts else NO_PURCHASE for word in met}


def check_words(said: Iterable[object], met: Iterable[str], *, name: str) -> None:
    """Raise an error for a given word that does not occur: it is probably misspelt, and its rows would be misread."""
    known = sorted(met)
    strange = next((word for word in said if word not in known), None)
    if strange is None:
        return
    message = _("{name}: {word!r} does not occur in the column. The words there are {words}.")
    text = message.format(name=name, word=strange, words=listed(known))
    raise InputError(text + suggestion(str(strange), known), argument=name, given=strange, available=known)


def listed(words: Sequence[str], rows: Mapping[str, int] | None = None) -> str:
    """Format words for a message, at most `WORDS_NAMED` of them, with their numbers of rows if known."""
    shown = [f"{word!r} ({format_number(rows[word])})" if rows else repr(word) for word in words[:WORDS_NAMED]]
    return ", ".join(shown) + (", …" if len(words) > WORDS_NAMED else "")
