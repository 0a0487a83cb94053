"""English and Russian say the same: every message has a translation, with the same placeholders."""

from __future__ import annotations

import ast
import pickle
import re
from datetime import date
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from babel.messages.catalog import Catalog

import crrkit as crr
from crrkit.ground import ntold, retold, told, told_list, told_number, use_language
from crrkit.ground.display import format_cell
from scripts import words

if TYPE_CHECKING:
    from pathlib import Path


SAYING = ("_", "gettext", "ngettext", "mark", "told", "ntold")
BESIDE_F = re.compile(rf"\bf[\"'].*\b(?:{'|'.join(SAYING)})\(|\b(?:{'|'.join(SAYING)})\(\s*f[\"']")


@cache
def russian() -> Catalog:
    return words.catalogue()


@cache
def template() -> Catalog:
    return words.template()


def test_every_message_has_a_translation() -> None:
    missing = list(words.lacking(template(), russian()))
    assert not missing, "\n".join(f"{entry.id!r} {entry.locations}" for entry in missing)


def unseen(source: str) -> list[int]:
    """Lines of messages inside of an f-string, or made by one, which the extraction does not see."""
    if not BESIDE_F.search(source):  # to parse all of the package takes a second
        return []
    nodes = list(ast.walk(ast.parse(source)))
    inside = {id(part) for text in nodes if isinstance(text, ast.JoinedStr) for part in ast.walk(text)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args]
    said = [(call, call.args[0]) for call in calls if getattr(call.func, "id", "") in SAYING]
    return [
        call.lineno
        for call, text in said
        if isinstance(text, ast.JoinedStr) or (id(call) in inside and isinstance(text, ast.Constant | ast.IfExp))
    ]


def test_no_message_stands_inside_of_an_f_string() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(words.PACKAGE.rglob("*.py"))}
    assert not {str(path): found for path, text in sources.items() if (found := unseen(text))}
    assert [unseen(text) for text in ('f"{_(\'a\')}"', '_(f"{n}")', 'f"{_(name)} {_word(1)}"', '_("a") + f"{n}"')] == [
        [1], [1], [], []
    ]  # fmt: skip


def test_no_translation_is_left_over() -> None:
    left = [entry.id for entry in words.left_over(template(), russian())]
    assert not left, left


def test_a_message_knows_its_places_and_the_notes_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text('# note: of a price\n_("high")\nngettext("{n} day", "{n} days", 2)\n')
    (tmp_path / "two.py").write_text('\n\nprint(_("high"))\n')
    found = words.template()
    assert found.get("high").locations == [("crrkit/one.py", 2), ("crrkit/two.py", 3)]
    assert found.get("high").auto_comments == ["note: of a price"]
    assert found.get("{n} day").id == ("{n} day", "{n} days")


def test_what_is_missing_is_asked_for_at_the_end_and_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    new, old = Catalog(), tmp_path / "ru.po"
    new.add("pp")
    new.add("high", auto_comments=["note: of a price"])
    new.add(("{n} day", "{n} days"))
    new.add("half")
    begun = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "pp"\nmsgstr "п. п."\n'
    begun += '\nmsgid "half"\nmsgstr ""\n\nmsgid "gone"\nmsgstr "нет"\n'
    old.write_text(begun, encoding="utf-8")
    missing = list(words.lacking(new, words.catalogue(old)))
    assert {entry.id for entry in missing} == {"high", ("{n} day", "{n} days"), "half"}
    assert [entry.id for entry in words.left_over(new, words.catalogue(old))] == ["gone"]
    text = words.appended(begun, [entry for entry in missing if entry.id != "half"])
    assert text.startswith(begun)
    assert '#. note: of a price\nmsgid "high"\nmsgstr ""\n' in text
    assert 'msgid_plural "{n} days"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n' in text
    assert words.appended(begun, []) == begun


def fields(text: str) -> set[str]:
    return {name.split("!")[0] for _text, name, _spec, _conversion in Formatter().parse(text) if name}


def agree(english: tuple[str, ...], russian: tuple[str, ...]) -> bool:
    """Whether a translation has the placeholders of its message, and Russian's three forms where English has two."""
    same = all(fields(text) == fields(english[-1]) for text in russian)
    return same and len(russian) == (3 if len(english) == 2 else 1)


def test_a_translation_has_the_placeholders_of_its_message() -> None:
    pairs = [[text if isinstance(text, tuple) else (text,) for text in (e.id, e.string)] for e in russian() if e.id]
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
    latin = [entry.id for entry in russian() if entry.id and not re.search("[а-яё–]", str(entry.string), re.IGNORECASE)]
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


class TestNotesSpeakTheReadersLanguage:
    def test_a_list_read_in_english_has_no_english_note_in_russian(self) -> None:
        rows = [(name, f"2024-0{month}-0{day}") for month in range(1, 6) for day, name in enumerate("abcd", start=1)]
        rows += [
            ("guest", "2024-03-05"),
            ("guest", "2024-04-05"),
            ("", "2024-03-07"),
            ("e", "someday"),
            ("f", "2024-05-09"),
        ]
        frame = pd.DataFrame(rows, columns=["client", "date"])
        base = crr.read_orders(frame)
        assert any(note.startswith("Ids that stand for nobody in particular") for note in base.quality.notes)
        with use_language("ru"):
            read_in_russian = crr.read_orders(frame).quality
            assert base.quality.all_notes() == read_in_russian.notes
            assert base.quality.above() == read_in_russian.doubts
            assert re.findall("[A-Za-z]{4,}", " ".join(base.quality.all_notes())) == ["guest", "nobody", "nobody"]
        assert base.quality.all_notes() == base.quality.notes  # back in English, word for word

    def test_what_was_put_in_is_said_again_too(self) -> None:
        note = told("{n} set aside").format(n=told_number(1234.5, digits=1))
        assert retold(told_list([told("late"), "b"])) == "late, b"
        longer = note + " " + ntold("{n} row read", "{n} rows read", 2).format(n=2)
        assert longer == "1,234.5 set aside 2 rows read"
        with use_language("ru"):
            assert retold(told_list([told("late"), "b"])) == "с опозданием, b"
            assert retold(longer) == "отложено 1\N{NO-BREAK SPACE}234,5 прочитано 2 строки"
        assert pickle.loads(pickle.dumps(longer)) == longer  # noqa: S301 - made in the line itself
