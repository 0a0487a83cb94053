"""Every message in other letters: what stays readable does not come from the catalogue."""

from __future__ import annotations

import gettext
import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from report_worlds import account

import crrkit as crr
from crrkit import lessons, widgets
from crrkit.ground import languages, use_language
from crrkit.report import sections as listed
from crrkit.report.page import PageHeader, build_page
from crrkit.report.section import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = re.compile(r"(\{[^}]*\}|<[^>]*>|`[^`]*`|&\w+;|%\w)")
OTHER = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀćďéƒǵĥíĵķĺḿńóṕɋŕśťúṽẃẋýźÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹ",
)
NAMES = {  # what is called so in every language
    "crrkit", "CRR", "CSV", "HTML", "Python", "SVG", "PNG", "list", "csv", "NRR", "GRR",
}  # fmt: skip


class Pseudo(gettext.NullTranslations):
    """Accents on every letter of a message, its placeholders left alone but for the words they choose from."""

    def gettext(self, message: str) -> str:
        return "".join(_accented(part) for part in PLACE.split(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _accented(part: str) -> str:
    name, forms = part.split(":", 1) if "|" in part else (part, "")
    if PLACE.fullmatch(part):
        return f"{name}:{forms.translate(OTHER)}" if forms else part
    return part.translate(OTHER)


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(languages, "_catalogue", lambda _lang: Pseudo())
    with use_language("ru"):  # numbers and dates come from Babel: no plain letters of English
        yield


def readable(text: str) -> set[str]:
    """Words of plain English letters in what a reader sees; code, styles and scripts are no words."""
    text = re.sub(r"(?s)<(script|style|code|pre)\b.*?</\1>|<!--.*?-->", " ", text)
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', text)
    seen = html.unescape(" ".join([re.sub(r"<[^>]*>", " ", text), *spoken]))
    return {word for word in re.findall(r"(?<![\w.=/-])[A-Za-z]{3,}(?![\w.(=/])", seen) if word not in NAMES}


def test_a_page_says_nothing_outside_the_catalogue() -> None:
    subject = Subject(account((20, 20, 3), (30, 20, 0), (25, 10, 1), new_lost=2))
    page = build_page(listed.sections(subject), subject.kept, PageHeader("Ñ"))
    assert "ŕéťéńťíóń" in page
    assert readable(page) == set()


def test_an_explorer_says_nothing_outside_the_catalogue() -> None:
    made = (
        widgets.FormulaExplorer(start=70, lost=10, new=30),
        widgets.PeriodExplorer(),
        widgets.NoiseExplorer(n=10, kept=9),
        widgets.WhoIsNewExplorer(),
        widgets.DecompositionExplorer(
            before={"ñ": (0.4, 0.5), "é": (0.6, 0.9)}, after={"ñ": (0.5, 0.5), "é": (0.5, 0.9)}
        ),
    )
    outside = {type(one).__name__: (_said(one._words) - set(one.trait_names())) | readable(_still(one)) for one in made}
    assert {name: found for name, found in outside.items() if found} == {}


def _still(one: Any) -> str:
    """What a place without a kernel shows."""
    data, _metadata = one._repr_mimebundle_()
    return str(data["text/html"])


def _said(words: Any) -> set[str]:
    if isinstance(words, dict):
        return set().union(*map(_said, words.values()))
    if isinstance(words, list | tuple):
        return set().union(set(), *map(_said, words))
    return readable(re.sub(r"\{[^}]*\}", " ", words)) if isinstance(words, str) else set()


def test_a_table_has_no_heading_outside_the_catalogue() -> None:
    kept = account((20, 20, 3), (30, 20, 0))
    shown = (kept, crr.control_chart(kept), lessons.exercise("formula", seed=1).key(), kept.card)
    outside = {type(one).__name__: readable(one.to_html()) for one in shown}
    assert {name: found for name, found in outside.items() if found} == {}


@pytest.mark.slow
def test_a_question_says_nothing_outside_the_catalogue() -> None:
    outside = {
        name: found
        for name, question in lessons.QUESTIONS.items()
        if name != "bracket"
        if (
            found := readable(
                str(question) + " ".join(question.fill(words) for _way, _value, words in question.known())
            )
        )
    }
    assert outside == {}


def test_what_is_outside_is_seen() -> None:
    assert readable('<p title="Two words">áƀ <b>plain</b></p><code>kept</code>') == {"Two", "words", "plain"}
