"""Words that say whether somebody is a customer: states of purchases, marks on lists, answers of a survey."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crrkit.ground import InputError, first_few, suggestion, told as _, told_number
from crrkit.read.words.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_STATES = 50  # a column with more distinct words contains names or text, not states
WORDS_NAMED = 8  # the most words to list in a message
COUNTED, NO_PURCHASE, UNKNOWN_STATE = "counts", "no purchase", "unknown"

# Folded to lower-case letters, ё as е. "Partially refunded" is a purchase; "not cancelled" is not in use.
_PARTLY = re.compile(r"partial|частичн")
_DENIED = re.compile(
    r"^(?:not?|non|не)(?!paid|confirmed|completed?|show|оплачен|подтвержд|заверш|выполн|выкуп|проведен|приш|яв)"
)
_NO_PURCHASE = re.compile(
    r"cancel|refund|noshow|lost$|проигран|chargeback|creditnote|creditmemo|fail|declin|reject|void|unpaid|notpaid|notconfirmed|notcompleted?|incomplete|abandon"
    r"|draft|fraud|revers|revoked|denied|unavailable|отмен|аннулир|возвра|неоплач|неподтвержд|незаверш|невыполн"
    r"|невыкуп|непроведен|неприш|неяв|нереализ|отклон|отказ|черновик|брошен|ожида|storno|сторно"
    r"|^(?:pending|await|waiting|test|onhold|hold(?:ed)?$|return(?:ed)?$|errors?$|expired|deleted|trash|spam|quot(?:e|ation)$"
    r"|estimate$|proforma|wishlist|planned$|forecast$|план(?:ов\w*)?$|тест|ошибка|удален|просроч|коммерческоепредлож|дубл)"
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
    r"|отказ|отклонен[аоы]?|невыкуп|noshow|неприш(?:ел|ла|ли)|неяв(?:ка|ил\w*)|planned|forecast|план(?:ов\w*)?|quot(?:e|ation)|estimate|proforma|creditnote|creditmemo|test(?:order|purchase|sale)"
    r"|коммерческоепредложение|тестов(?:ый|ая|ое)|тестовыйзаказ)$"
)
# The two sides of a cash book or of an account statement.
_COMES = re.compile(
    r"^(?:in|inflow|incom(?:e|ing)|receiv(?:ed|ing)|receipts?|deposit|credit|cr|charge|moneyin|paidin|inbound|kredit|haben|h|приход"
    r"|поступление.*|кредит|входящ.*|зачисление.*|пополнение.*|доход)$"
)
_GOES = re.compile(
    r"^(?:out|outflow|outgoing|expenses?|sent|sending|withdrawal|payout|debit|dr|db|moneyout|paidout|outbound|soll|s|расход"
    r"|списание.*|дебет|исходящ.*|выплата.*|выдача.*|снятие.*)$"
)
_NO_SHOW = re.compile(r"(?i)^no[ _-]?show")  # otherwise spared by its first word
_SPARED = re.compile(r"^(?:no|non|without|free|policy|partial(?:ly)?|без|бесплатн.*|частичн.*)$")
MOST_WORDS_OF_A_STATE = 4  # more are free text

# Marks in customer lists.
_THERE = frozenset((
    "1", "yes", "y", "true", "t", "+", "x", "х", "v", "✓", "✔", "☑", "да", "д", "есть", "истина", "active",
    "activated", "current", "customer", "member", "subscribed", "paying", "paid", "retained", "existing", "stayed",
    "open", "live", "enabled",
    "активен", "активна", "активный", "активная", "активно", "действует", "действующий", "клиент", "подписан",
    "оплачено", "оплатил", "текущий", "работает", "открыт",
))  # fmt: skip
_NOT_THERE = frozenset((
    "", "0", "no", "n", "false", "f", "-", "–", "—", "нет", "н", "ложь", "inactive", "churned", "churn", "lost", "left",
    "cancelled", "canceled", "closed", "terminated", "expired", "former", "gone", "attrited", "exited", "ended",
    "unsubscribed", "disabled", "неактивен", "неактивна", "неактивный", "отток", "ушел", "ушла", "ушёл", "потерян",
    "расторгнут", "закрыт", "отключен", "отключён", "бывший", "отписан", "завершен", "завершён", "архив",
))  # fmt: skip

# Answers to the question whether somebody is still a customer.
STAYS, LEAVES = "stays", "leaves"
IS_STILL = "stillcustomer|stillbuy|stillacustomer|willstay|stillwithus|остались?клиентом|продолжаетепокупать"
SURVEYED = {
    "answer": rf"^(?:{IS_STILL}|answer$|ответ$)",
    "reason": r"^(?:reason|reasonforleaving|whyleft|причина|причинаухода)$",
    "customer": r"^(?:customer|customerid|client|clientid|respondent|respondentid|id|email|клиент|idклиента|кодклиента"
    r"|респондент)$",
}
_YES_IS_TO_STAY = re.compile(r"^(?:still|willstay|остал|продолжа)")
_YES, _NO = ("yes", "y", "true", "1", "да"), ("no", "n", "false", "0", "нет")
_STAYS = re.compile(
    r"^(?:i?(?:will)?stay(?:s|ed|ing)?|still.*|остаюсь|остался|осталась|остались|останусь|продолжаю.*)$"
)
_LEAVES = re.compile(
    r"^(?:i?(?:will)?leav(?:e|es|ing)|left|gone|churned|quit|stopped|уш(?:ел|ла|ли)|ухожу|уйду|неостаюсь|непокупаю"
    r"|перестала?.*)$"
)
_SILENT = re.compile(
    r"^(?:noanswer|noreply|noresponse|notreached|unreachable|na|nan|none|null|нетответа|неответила?|неответили"
    r"|недозвонились)?$"
)


def is_plainly_none(word: str) -> bool:
    """Return whether a word means that a row is not a purchase, regardless of the column name.

    Examples:
        >>> [is_plainly_none(word) for word in ("Чек возврата", "SALE_RETURN", "Free return", "Draft beer")]
        [True, True, False, False]
    """
    word = _NO_SHOW.sub("noshow", word)
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


# The two words of a column that tells sales from returns, or what was paid from what is planned.
_PAIRS = (("s", "r"), ("sale", "ret"), ("п", "в"), ("прод", "возвр"), ("факт", "план"), ("actual", "plan"))


def other_of_pair(words: Iterable[str]) -> str:
    """Return the word that is no purchase, in a column with two words that only tell purchases from it; else empty.

    Examples:
        >>> [other_of_pair(words) for words in (("S", "R"), ("S", "M", "R"), ("План", "Факт"))]
        ['R', '', 'План']
    """
    met = {word.strip().casefold(): word for word in words if word.strip()}
    return next((met[other] for bought, other in _PAIRS if set(met) == {bought, other}), "")


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
    if counts is None and (other := other_of_pair(met)):
        return {word: NO_PURCHASE if word == other else COUNTED if word else UNKNOWN_STATE for word in met}
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
    shown = [f"{word!r} ({told_number(rows[word])})" if rows else repr(word) for word in words]
    return first_few(shown, WORDS_NAMED)


def is_there(word: str) -> bool | None:
    """Return whether a mark means a customer; None if it is ambiguous.

    Examples:
        >>> [is_there(word) for word in ("1", "да", "0", "", "Churned", "paused")]
        [True, True, False, False, False, None]
    """
    folded = " ".join(word.split()).casefold().removesuffix(".0")
    return True if folded in _THERE else False if folded in _NOT_THERE else None


def marks_there(met: Mapping[str, int], *, column: str, counts: str | Sequence[str] | None) -> list[str]:
    """Return the words of a column that mean a customer: those given as ``counts``, else the usual ones.

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


def surveyed_columns(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table of survey answers, by their names."""
    found = {role: [name for name in columns if re.search(names, fold(name))] for role, names in SURVEYED.items()}
    return {role: names[0] for role, names in found.items() if names}


def judge_answers(
    words: Mapping[str, int], *, column: str, stay: Sequence[str] | None, leave: Sequence[str] | None
) -> dict[str, str | None]:
    """Return for each answer whether it means to stay or to leave; None for no answer.

    Raises:
        InputError: If the meaning of an answer is unknown, or a given one does not occur.
    """
    if (stay is None) != (leave is None):
        message = _("stay= and leave= belong together: words in neither are no answer. Name both; () for none.")
        raise InputError(message, argument="stay" if stay is None else "leave")
    if stay is not None and leave is not None:
        said = {"stay": list(stay), "leave": list(leave)}
        for name, given in said.items():
            check_words(given, list(words), name=name)
        return {word: STAYS if word in said["stay"] else LEAVES if word in said["leave"] else None for word in words}
    meant = {word: _meaning(word, yes_is_to_stay=bool(_YES_IS_TO_STAY.search(fold(column)))) for word in words}
    strange = [word for word, one in meant.items() if one == ""]
    if strange:
        message = _(
            "Column {column!r} says {words}: it is not known who stays. Use stay=[…] and leave=[…]; other words are no"
            " answer then."
        )
        raise InputError(message.format(column=column, words=listed(strange, words)), argument="stay")
    return {word: one or None for word, one in meant.items()}


def _meaning(word: str, *, yes_is_to_stay: bool) -> str | None:
    """Return the meaning of an answer, None for no answer, and an empty text if unknown."""
    folded = re.sub(r"\.0$|[\W_]+", "", word.casefold()).replace("ё", "е")
    if _SILENT.search(folded):
        return None
    if yes_is_to_stay and folded in (*_YES, *_NO):
        return STAYS if folded in _YES else LEAVES
    return STAYS if _STAYS.search(folded) else LEAVES if _LEAVES.search(folded) else ""
