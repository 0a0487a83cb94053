"""The last look before a report leaves: no customer's id and no e-mail address may stand in its files.

The words of a file are looked up among the customers' ids, not the ids in the file, so that a million customers cost
one pass over a column. What counts as a word that can betray somebody:

* text, alternative texts, addresses and data of a page; not style sheets, scripts and drawing coordinates, which are
  made of nothing but the package's own files and aggregated numbers;
* one word or several that stand together (a name), with or without a sign in front (``+7912…``), in any case;
* with letters: three characters or more, and not a word that crrkit itself prints ("new", "total");
* digits only: five or more, not part of a longer number, and not a number or date of the account. A shorter number
  cannot be told from a count or a year.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from crrkit import reduce
from crrkit.ground import CATALOGUES, InputError, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crrkit.read import Base
    from crrkit.report.sections import Facts

WORD = re.compile(r"[^\W_]+")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
MARKUP = re.compile(r"<[a-z!]")
TOGETHER = 6  # words of one id
LETTERS, DIGITS = 3, 5  # from these lengths on an id can be told from other words and numbers
PICTURE = "data:image/svg+xml;base64,"


def refuse_leaks(texts: Iterable[str], base: Base, *, file: str, facts: Facts) -> None:
    """Raise if a text of a file holds a customer's or contract's id, or an e-mail address.

    Args:
        texts: What `texts_of_page` or `texts_of_notebook` gave.
        base: The base whose ids are looked for.
        file: The file's name, for the message.
        facts: What the report tells: its own numbers, names and dates are not taken for ids.

    Raises:
        InputError: With the place, the id itself left out.
    """
    texts = list(texts)
    places = {mail[0]: text for text in texts for mail in MAIL.finditer(text)}
    if not places:
        candidates = {word: text for text in texts for word in telling_words(text)}
        rows = dict.fromkeys((base.everything, base.money))  # who only looked or gave something back is somebody, too
        leaked = reduce.ids_among(rows, words=candidates.keys() - _own_words(facts))
        places = {word: candidates[word] for word in leaked}
    for word, text in places.items():
        raise _refusal(word, text, file)


def telling_words(text: str) -> Iterator[str]:
    """What in a text could be somebody's id, in lower case."""
    runs = list(WORD.finditer(text))
    for i, first in enumerate(runs):
        for last in runs[i : i + TOGETHER]:
            begin, end = first.start(), last.end()
            word = text[begin:end].lower()
            if _is_telling(word) and not _is_in_number(text, begin, end, word):
                yield word
                yield text[begin - 1 : end].lower().strip() if begin else word


def texts_of_page(page: str) -> list[str]:
    """What a reader, a screen reader or a script of an HTML page can see."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.texts


def texts_of_notebook(cells: Any) -> Iterator[str]:
    """Every text of a notebook: sources, outputs, metadata; in HTML and SVG outputs what a reader can see."""
    if isinstance(cells, str):
        yield from texts_of_page(cells) if MARKUP.search(cells) else [cells]
    elif isinstance(cells, dict):
        for name, value in cells.items():
            yield name
            yield from texts_of_notebook(value) if name != "image/png" else ()
    elif isinstance(cells, list):
        for value in cells:
            yield from texts_of_notebook(value)


class _Reader(HTMLParser):
    seen = ("alt", "title", "content", "id", "name", "value", "href", "src", "lang")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.skipped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped = tag == "style" or (tag == "script" and "data-crrkit-state" not in dict(attrs))
        for name, value in attrs:
            if value and value.startswith(PICTURE):
                self.texts += texts_of_page(base64.b64decode(value.removeprefix(PICTURE)).decode())
            elif value and (name in self.seen or name.startswith(("aria-", "data-"))):
                self.texts.append(value)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.skipped = False

    def handle_data(self, data: str) -> None:
        if not self.skipped and data.strip():
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)


def _is_telling(word: str) -> bool:
    if any(c.isalpha() for c in word):
        return len(word) >= LETTERS
    return sum(c.isdigit() for c in word) >= DIGITS


def _is_in_number(text: str, begin: int, end: int, word: str) -> bool:
    """Whether digits are only a part of a longer number, such as the fraction of 0.12345 or 12,345."""
    if not word.isdigit():
        return False
    return bool(re.search(r"\d[.,\s]$", text[max(begin - 2, 0) : begin]) or re.match(r"[.,\s]\d", text[end : end + 2]))


def _own_words(facts: Facts) -> set[str]:
    """The numbers and names that the report tells, and the words that crrkit prints."""
    quality = facts.kept.quality
    tables = [facts.kept.table, quality.table, *(facts.lives.tables if facts.lives else [])]
    tables += facts.staged.tables if facts.staged else []
    if facts.segments is not None:
        tables.append(facts.segments.table.select_dtypes("number"))  # names of segments are for the scan to judge
    values = [value for table in tables for name in table for value in table[name]]
    values += [quality.rows_read, quality.rows_used, quality.rows_set_aside]
    return {f"{value:.15g}" if isinstance(value, float) else str(value) for value in values} | _words_of_crrkit()


@cache
def _words_of_crrkit() -> frozenset[str]:
    text = (CATALOGUES / "ru.po").read_text(encoding="utf-8")
    return frozenset(word.lower() for word in WORD.findall(text) if word.isalpha())


def _refusal(word: str, text: str, file: str) -> InputError:
    shown = re.sub(re.escape(word), "…", " ".join(text.split()), flags=re.IGNORECASE)
    at = max(shown.find("…") - 30, 0)
    message = _(
        "{file} would name a customer (at “{place}”), so nothing was written. Take ids and addresses out of the title,"
        " the file's name and the names of columns."
    )
    return InputError(message.format(file=file, place=shown[at : at + 60]))
