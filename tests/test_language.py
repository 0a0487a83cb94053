"""English and Russian say the same: every message has a translation, with the same placeholders."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import crrkit as crr
from crrkit import cli
from crrkit.ground.display import format_cell

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(crr.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}


@cache
def catalogue() -> Catalog:
    with (PACKAGE / "locale" / "ru.po").open("rb") as source:
        return read_po(source, locale="ru")


def help_texts() -> set[str]:
    """What --help says: docstrings and options, which the command line translates as it builds its commands."""
    built = cli.build()
    commands = [built, *built.commands.values()]
    texts = [text for command in commands for text in (command.help, command.epilog.removeprefix("\b\n"))]
    return {*texts, *(parameter.help for command in commands for parameter in command.params if parameter.help)}


@cache
def messages() -> set[tuple[str | None, str | tuple[str, str]]]:
    """Every message in the source, with its context."""
    found = extract_from_dir(str(PACKAGE), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {(None, text) for text in help_texts() if text != "Show this message and exit."} | {
        (context, tuple(m for m in message if m) if isinstance(message, tuple) else message)
        for _file, _line, message, _comments, context in found
    }


def test_every_message_has_a_translation() -> None:
    russian = catalogue()
    missing = [
        message
        for context, message in messages()
        if not (entry := russian.get(message if isinstance(message, str) else message[0], context=context))
        or not all(entry.string if isinstance(entry.string, tuple) else (entry.string,))
    ]
    assert not missing, "\n".join(map(repr, missing))


def test_no_translation_is_left_over() -> None:
    used = {message if isinstance(message, str) else message[0] for _context, message in messages()}
    left = [
        entry.id
        for entry in catalogue()
        if entry.id and (entry.id if isinstance(entry.id, str) else entry.id[0]) not in used
    ]
    assert not left, left


def fields(text: str) -> set[str]:
    return {name.split("!")[0] for _text, name, _spec, _conversion in Formatter().parse(text) if name}


def agree(english: tuple[str, ...], russian: tuple[str, ...]) -> bool:
    """Whether a translation has the placeholders of its message, and Russian's three forms where English has two."""
    same = all(fields(text) == fields(english[-1]) for text in russian)
    return same and len(russian) == (3 if len(english) == 2 else 1)


def test_a_translation_has_the_placeholders_of_its_message() -> None:
    pairs = [[text if isinstance(text, tuple) else (text,) for text in (e.id, e.string)] for e in catalogue() if e.id]
    assert len(pairs) > 1000
    wrong = [english for english, russian in pairs if not agree(english, russian)]
    assert not wrong, "\n".join(map(repr, wrong))


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        (("{n} kept",), ("удержано {m}",)),
        (("{n} kept",), ("удержано",)),
        (("kept",), ("удержано {n}",)),
        (("{n} day", "{n} days"), ("{n} день", "{n} дня")),
        (("{n} day", "{n} days"), ("{n} день", "дня", "{n} дней")),
    ],
)
def test_a_translation_that_differs_is_seen(english: tuple[str, ...], russian: tuple[str, ...]) -> None:
    assert not agree(english, russian)


def test_russian_is_written_in_russian() -> None:
    latin = [
        entry.id for entry in catalogue() if entry.id and not re.search("[а-яё–]", str(entry.string), re.IGNORECASE)
    ]
    assert not latin, latin


@pytest.mark.parametrize(
    ("value", "kind", "english", "russian"),
    [
        (6 / 7, "rate", "85.7%", "85,7\xa0%"),
        (1234567, "count", "1,234,567", "1\xa0234\xa0567"),
        (-0.0575, "points", "−5.8\xa0pp", "−5,8\xa0п.\xa0п."),
        (0.02, "points", "+2.0\xa0pp", "+2,0\xa0п.\xa0п."),
        (1234.5, "money", "1,234.50", "1\xa0234,50"),
        (float("nan"), "rate", "–", "–"),
        (float("inf"), "ratio", "∞", "∞"),
        (date(2024, 1, 31), "date", "Jan 31, 2024", "31 янв. 2024\u202fг."),
        ("running", "word", "running", "период идёт"),
    ],
)  # fmt: skip
def test_cells_in_both_languages(value, kind: str, english: str, russian: str) -> None:
    assert format_cell(value, kind) == english
    with crr.use_language("ru"):
        assert format_cell(value, kind) == russian


def test_a_language_does_not_leak_out_of_its_block() -> None:
    with pytest.raises(RuntimeError), crr.use_language("ru"):
        raise RuntimeError
    assert crr.language() == "en"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de' is not a language"):
        crr.set_language("de")
