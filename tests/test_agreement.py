"""Words agree with the numbers beside them, in every message that has a count, in both languages, for every count."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from crrkit.ground import Message, format_number, gettext, use_language
from crrkit.ground.word_forms import agreeing
from scripts import words

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = (0, 1, 2, 5, 11, 21, 101, 1001)
NOUNS = {
    forms[0]: forms
    for forms in map(
        str.split,
        """клиент клиента клиентов|день дня дней|месяц месяца месяцев|год года лет|период периода периодов
        строка строки строк|договор договора договоров|контакт контакта контактов|список списка списков
        когорта когорты когорт|покупка покупки покупок|сегмент сегмента сегментов|шаг шага шагов|раз раза раз
        продление продления продлений|значение значения значений|уход ухода уходов|квартал квартала кварталов
        неделя недели недель|карточка карточки карточек|пара пары пар|ячейка ячейки ячеек|перерыв перерыва перерывов
        окончание окончания окончаний|дата даты дат|ориентир ориентира ориентиров|полугодие полугодия полугодий"""
        .replace("\n", "|").split("|"),
    )
    if forms
}  # fmt: skip
GENITIVE = re.compile(
    r"\b(?:из|у|от|до|без|после|около|вместо|среди|больше|меньше|короче|дольше|длиннее|ближе|первых|первого|кривые|"
    r"карта|хватает)\s$",
    re.IGNORECASE,
)
BESIDE = re.compile(
    r"(?<![\d,.\xa0–№-])(\d{1,3}(?:\xa0\d{3})+|\d+)\s+(?:\w+(?:ый|ых|ого|ие|их|ая|ой|ые|ую)\s)?([а-яё]+)"
)
OTHER_CASE = re.compile(r"\b(?:по|в среднем по|за каждый|к|с|в|на каждую)\s$", re.IGNORECASE)
NO_COUNTS = set(
    """rate share crr churn lost first second fifth revenue rows value level low high wrong gone kept covered staying
    then now ever later year name period periods each when loyal fickle heavy light middle long m0 l0 difference opening
    mix""".split()  # noqa: SIM905 - a list of quotes says no more
)
"""Names of placeholders that hold a share, a name or ready words: «{rate} клиентов» is «85 % клиентов»."""


@cache
def russian() -> list[tuple[str, tuple[str, ...]]]:
    entries = [entry for entry in words.catalogue() if entry.id]
    return [(_first(entry.id), _forms(entry.string)) for entry in entries]


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def rendered(forms: tuple[str, ...], n: int, lang: str = "ru") -> str:
    """The message as it is printed for this count, all its numbers being that one."""
    text = agreeing(n, list(forms)) if len(forms) > 1 else forms[0]
    with use_language(lang):
        ink = format_number(n)
    specs = {name: spec for _text, name, spec, _conversion in Formatter().parse(text) if name}
    numbers = {name: ink if "|" in (specs[name] or "|") else n for name in specs}
    return Message(re.sub(r"\{(\w+)(?:![rs]|:[^}|]*)?\}", r"{\1}", text)).format(**numbers)


def disagreements(text: str) -> Iterator[str]:
    """Nouns of the table that stand behind a count in another form than it asks for."""
    for found in BESIDE.finditer(text):
        n, noun, before = int(re.sub(r"\s", "", found[1])), found[2], text[: found.start()]
        forms = next((forms for forms in NOUNS.values() if noun in forms), None)
        if forms is None or OTHER_CASE.search(before):
            continue
        one, few, many = forms
        asked = agreeing(n, [few, many, many] if GENITIVE.search(before) else [_accusative(one), few, many])
        if noun not in {asked, one if asked == _accusative(one) else None}:
            yield found[0]


def _accusative(noun: str) -> str:
    return noun[:-1] + "у" if noun.endswith("а") else noun[:-1] + "ю" if noun.endswith("я") else noun


def test_words_agree_with_every_count() -> None:
    wrong = []
    for english, forms in russian():
        if not any("|" in form for form in forms) and len(forms) == 1:
            continue
        wrong += [(english, bad) for n in COUNTS for bad in disagreements(rendered(forms, n))]
    assert not wrong, "\n".join(map(repr, wrong))


def test_no_count_stands_beside_a_noun_that_cannot_follow_it() -> None:
    nouns = {noun for forms in NOUNS.values() for noun in forms}
    beside = re.compile(r"\{(\w+)(?::[^}|]*)?\}\s+(?:\w+(?:ый|ых|ого|ие|их|ая|ой|ые|ую)\s)?(\w+)")
    wrong = [
        (english[:90], found[0])
        for english, forms in russian()
        if len(forms) == 1
        for found in beside.finditer(forms[0])
        if found[2] in nouns and found[1] not in NO_COUNTS
    ]
    assert not wrong, "\n".join(map(repr, wrong))


@cache
def english() -> list[tuple[str, ...]]:
    return [_forms(entry.id) for entry in words.catalogue() if entry.id]


@cache
def of_many() -> set[str]:
    """Words that some message says of many and not of one: “customers”, “were”."""
    pairs = [
        found for forms in english() for text in forms for found in re.findall(r"\{\w+:([^|}]+)\|([^|}]+)\}", text)
    ]
    return {word for one, many in pairs for word in set(many.split()) - set(one.split())}


def lonely_plurals(text: str) -> list[str]:
    """Places where one is followed by a word for many, maybe with another word between."""
    beside = re.finditer(
        r"(?<![\w.,=–−-])1 ((?!and |of |to |or |in |as |on |under |million )[a-z]+ )?([a-z]+)\b(?![='])", text
    )
    return [found[0] for found in beside if found[2] in of_many()]


def test_one_is_never_said_of_many() -> None:
    no_count, wrong = rf"\{{\w+(?:!r|\[\d\])\}}|\{{(?:{'|'.join(NO_COUNTS)})\}}", []
    for forms in english():
        if "{'" not in forms[0]:  # a dictionary to be typed: it stands there as it is
            said = rendered(tuple(re.sub(no_count, "X", form) for form in forms), 1, "en")
            wrong += [(forms[0][:110], bad) for bad in lonely_plurals(said)]
    assert len(of_many()) > 40
    assert not wrong, "\n".join(map(repr, wrong))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1 customers", True), ("1 customer", False), ("1 new customers", True), ("1 of 2 customers", False),
        ("21 customers", False), ("1,001 days", False), ("of 1 were", True),
    ],
)  # fmt: skip
def test_a_plural_behind_one_is_seen(text: str, wrong: bool) -> None:
    assert bool(lonely_plurals(text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("501 клиентов", True), ("501 клиент", False), ("из 501 клиента", False), ("из 501 клиент", True),
        ("2\xa0434 контактов", True), ("2\xa0434 контакта", False), ("11 дней", False), ("111 день", True),
        ("за 21 неделю", False), ("за 21 недель", True), ("85,5 клиентов", False), ("3 новых клиентов", True),
    ],
)  # fmt: skip
def test_a_word_that_does_not_agree_is_seen(text: str, wrong: bool) -> None:
    assert bool(list(disagreements(text))) is wrong


def test_a_message_chooses_its_forms_and_is_a_string_otherwise() -> None:
    said = Message("{n} {n:клиент|клиента|клиентов} из {all:.1f}, {word!r}").format(n=1001, all=2.25, word="а")
    assert said == "1001 клиент из 2.2, 'а'"
    assert Message("{n} {n:customer|customers}").format(n="1,001") == "1,001 customers"
    assert Message("{} {{n}}").format(5) == "5 {n}"
    assert [agreeing(n, ["год", "года", "лет"]) for n in (2.5, "−1", "112", "–")] == ["года", "год", "лет", "лет"]


TYPOGRAPHY = {
    "straight quotes around words": r'"[а-яё]|[а-яё]"',
    "English quotes": r"[“”]",
    "a hyphen for a dash": r"(?<=[а-яё»)]) -(?:\s|$)",
    "three dots": r"\.\.\.",
    "a space before a stop": r"(?<=\w) [,;:!?]",
    "two spaces": r"(?<=[^\s\n])  (?=[^\s-])",
    "a decimal point": r"(?<![\w=.,\[({:/])\d+\.\d+(?! )(?![\d.]*[\w/)\]}])",
    "a dash without its spaces": r"(?<=[а-яё])—|—(?=[а-яё])",
    "an abbreviated day": r"\bдн\.",
    "two words for one thing": r"(?i)ретеншн|чёрн|клиентск\w+ отток|коэффициент\w* сохранения|\bфаз[аы]\b",
}


def test_russian_is_set_as_russian_is_set() -> None:
    prose = [(english, form) for english, forms in russian() for form in forms]
    wrong = [
        f"{what}: {form}"
        for english, form in prose
        for what, pattern in TYPOGRAPHY.items()
        if re.search(pattern, re.sub(r"`[^`]*`|\{[^}]*\}|\w+=\S+|'[^']*'", "X", _prose(form)))
    ]
    assert not wrong, "\n".join(wrong)


def _prose(text: str) -> str:
    """Help of the command line without its lines of code."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("  "))


def test_no_line_can_begin_with_a_dash_or_a_percent_sign() -> None:
    with use_language("ru"):
        said = [gettext(english) for english, _forms in russian()]
    assert len(said) > 1000
    assert not [text for text in said if re.search(r" —|\d %", text)]
