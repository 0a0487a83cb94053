"""The final check of a report: its files must not contain any customer's id or e-mail address.

The words of a file are looked up among the customers' ids, not the ids in the file, so that a million customers cost
one pass over a column. Candidate words are:

* in text, alternative texts, URLs and data of a page; not in style sheets, scripts and drawing coordinates, which come
  only from the package's own files and aggregated numbers;
* one word or several adjacent ones (a name), with or without a leading sign (``+7912…``), in any case;
* with letters: three characters or more;
* digits only: five or more, not part of a longer number, and not a number or date of the account. A shorter number
  cannot be told from a count or a year.

There are two checks. The strings from the caller and the data (title, names of files, columns, states and segments) are
checked first, without exceptions. In the complete files, words from crrkit itself are excepted: those of messages that
occur in the file, and of its code.
"""

from __future__ import annotations

import base64
import io
import re
import tokenize
import unicodedata
from functools import cache, lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from crrkit import reduce
from crrkit.ground import InputError, all_messages, gettext as _, language
from crrkit.report.keys import LEAST_DIGITS, LEAST_LETTERS, TOKEN, keys_of, parts_of
from crrkit.report.parameters import LINES_OF_SETTINGS, OF_PARAMETERS, OF_READING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crrkit.read import Base
    from crrkit.report.section import Section

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
HOLE = re.compile(r"\{[^{}]*\}")  # a placeholder for a number or a name in a message
LAID_OUT = ("meta", "main", "section")  # elements whose attributes are crrkit's own, the same on every page
MARKUP = re.compile(r"<[a-z!]")
TOGETHER = 6  # words of one id
STATE_WORDS = {
    "kinds",
    "pooled",
    "simple",
    "untested",
    "bracket",
}  # names in the states of explorers that occur in no script
SHARED_BY = 10  # ids that share a word: from so many on it identifies nobody
PICTURE = "data:image/svg+xml;base64,"


def refuse_leaks(
    texts: Iterable[str], base: Base, *, file: str, parts: Iterable[Section], code: Iterable[str] = ()
) -> None:
    """Raise if a text of a file contains a customer's or contract's id, or an e-mail address, without repeating it.

    The sections' numbers, names and dates and the file's own code (`code_of_page`, `code_of_notebook`) are no ids.
    """
    texts = list(texts)
    own = STATE_WORDS.union(*map(_words_of_code, code))
    _refuse(texts, base, file=file, own=own | _numbers_and_names(parts) | template_words(texts))


def refuse_names(texts: Iterable[str], base: Base, *, file: str, groups: Iterable[str] = ()) -> None:
    """Raise if a string from the caller or the data names a customer, without exceptions for words of crrkit.

    A customer is named by an id as a whole, in parts, several in a row, in another word order, and with any separators.
    ``groups`` are the names of segments: each speaks of many, so that a word of one may also be a part of an id.
    """
    texts, groups = list(texts), list(groups)
    _refuse([*texts, *groups], base, file=file, own=set())
    rows = dict.fromkeys((base.everything, base.money))
    keys = {key: (run, text) for text in [*texts, *groups] for key, run in keys_of(text)}
    words = {key: (run, text) for text in texts for key, run in parts_of(text)}
    for key in reduce.keys_among(rows, keys=keys):
        raise _refusal(*keys[key], file)
    for word in reduce.words_among(rows, words=words, fewer_than=SHARED_BY):
        raise _refusal(*words[word], file)


def _refuse(texts: list[str], base: Base, *, file: str, own: set[str]) -> None:
    places = {mail[0]: text for text in texts for mail in MAIL.finditer(text)}
    if not places:
        candidates = {word: text for text in texts for word in words_to_check(text)}
        rows = dict.fromkeys((base.everything, base.money))  # people with only contacts or refunds count, too
        places = {word: candidates[word] for word in reduce.ids_among(rows, words=candidates.keys() - own)}
    for word, text in places.items():
        raise _refusal(word, text, file)


def words_to_check(text: str) -> Iterator[str]:
    """The candidate ids in a text, in lower case."""
    runs = [(*found.span(), *_weight(found[0])) for found in TOKEN.finditer(text)]
    for i, (begin, *_first) in enumerate(runs):
        letters, digits = False, 0
        for _begin, end, has_letter, n in runs[i : i + TOGETHER]:
            letters, digits = letters or has_letter, digits + n
            if not letters and digits < LEAST_DIGITS:
                continue
            word = text[begin:end].lower()
            if len(word) >= LEAST_LETTERS if letters else not _is_in_number(text, begin, end, word):
                yield word
                yield text[begin - 1 : end].lower().strip() if begin else word


def _weight(run: str) -> tuple[bool, int]:
    """Whether a run of letters and digits has a letter, and its number of digits."""
    if run.isalpha():
        return True, 0
    return any(map(str.isalpha, run)), sum(map(str.isdigit, run))


@lru_cache(maxsize=64)
def _words_of_code(text: str) -> frozenset[str]:
    """The words in crrkit's own code that look like ids: the same code is in every report."""
    return frozenset(words_to_check(text))


def texts_of_page(page: str) -> list[str]:
    """All texts of an HTML page visible to a reader, a screen reader or a script."""
    return _read(page).texts


def code_of_page(page: str) -> list[str]:
    """The scripts, style sheets and head elements of a page: crrkit's own files, verbatim.

    The states of explorers do not count as code: they contain numbers and words of the data.
    """
    return _read(page).code


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def texts_of_notebook(cells: Any) -> Iterator[str]:
    """All texts of a notebook: sources, outputs, metadata; of HTML and SVG outputs the visible text."""
    if isinstance(cells, str):
        yield from texts_of_page(cells) if MARKUP.search(cells) else [cells]
    elif isinstance(cells, dict):
        for name, value in cells.items():
            yield name
            yield from texts_of_notebook(value) if name != "image/png" else ()
    elif isinstance(cells, list):
        for value in cells:
            yield from texts_of_notebook(value)


def code_of_notebook(cells: Any) -> Iterator[str]:
    """The parts of a notebook other than numbers and texts: code, field names, and its format's own strings."""
    if isinstance(cells, list):
        for value in cells:
            yield from code_of_notebook(value)
    if not isinstance(cells, dict):
        return
    if cells.get("cell_type") == "code":
        told = {OF_PARAMETERS, OF_READING} & set(cells["metadata"].get("tags", ()))
        yield from names_in(cells["source"]) if told else [cells["source"]]
    for name, value in cells.items():
        yield name
        plain = name in ("metadata", "id", "name", "cell_type", "output_type")
        yield from texts_of_notebook(value) if plain else code_of_notebook(value)


def names_in(source: str) -> Iterator[str]:
    """The parts of a notebook's first cells that are crrkit's own: lines of settings, otherwise names in the code."""
    yield from (line for line in source.split("\n") if line.startswith(LINES_OF_SETTINGS))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    yield from (token.string for token in tokens if token.type == tokenize.NAME)


class _Reader(HTMLParser):
    seen = ("alt", "title", "content", "id", "name", "value", "href", "src", "lang")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.code: list[str] = []
        self.skipped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        told = given.get("type") == "application/json" and "data-crrkit-modules" not in given
        self.skipped = tag == "style" or (tag == "script" and not told)
        for name, value in attrs:
            if value and value.startswith(PICTURE):
                self.texts += texts_of_page(base64.b64decode(value.removeprefix(PICTURE)).decode())
            elif value and (name in self.seen or name.startswith(("aria-", "data-"))):
                (self.code if tag in LAID_OUT else self.texts).append(value)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.skipped = False

    def handle_data(self, data: str) -> None:
        if data.strip():
            (self.code if self.skipped else self.texts).append(data)

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)


def _is_in_number(text: str, begin: int, end: int, word: str) -> bool:
    """Whether digits are only part of a longer number, such as the fraction of 0.12345 or 12,345."""
    if not word.isdigit():
        return False
    return bool(re.search(r"\d[.,\s]$", text[max(begin - 2, 0) : begin]) or re.match(r"[.,\s]\d", text[end : end + 2]))


def _numbers_and_names(parts: Iterable[Section]) -> set[str]:
    """The report's numbers, periods and states, and the roles of columns."""
    tables = [table for part in parts for table in part.tables]
    values = [value for table in tables for name in table for value in (name, *table[name])]
    return {f"{value:.15g}" if isinstance(value, float) else str(value) for value in values}


def template_words(texts: Iterable[str]) -> set[str]:
    """The words of crrkit in the texts: those of every message whose fixed parts all occur there, and months.

    A word of a message that does not occur there is not excepted.
    """
    said = f" {' '.join(_words(' '.join(texts)))} "
    met = set(said.split())
    here = [
        (parts, forms)
        for parts, words, forms in _messages()
        if met.issuperset(words) and all(f" {part} " in said for part in parts)
    ]
    own = {word for parts, _forms in here for part in parts for word in words_to_check(part)}
    return own.union(*(met & forms for _parts, forms in here)) | _months(language())


def _words(text: str) -> list[str]:
    return TOKEN.findall(text.lower())


@cache
def _messages() -> list[tuple[list[str], set[str], set[str]]]:
    """The fixed parts of each message, without punctuation, their words, and the plural forms in it."""
    return [_parted(message) for message in all_messages()]


def _parted(message: str) -> tuple[list[str], set[str], set[str]]:
    parts = [part for part in (" ".join(_words(part)) for part in HOLE.split(message)) if part]
    chosen = " ".join(hole.partition(":")[2] for hole in HOLE.findall(message) if "|" in hole)
    return parts, {word for part in parts for word in part.split()}, set(_words(chosen))


@cache
def _months(lang: str) -> set[str]:
    from babel import Locale

    forms = [names for widths in Locale.parse(lang).months.values() for names in widths.values()]
    return {word for names in forms for name in names.values() for word in _words(name)}


def _refusal(word: str, text: str, file: str) -> InputError:
    plain = unicodedata.normalize("NFKC", " ".join(text.split()))
    told = re.escape(unicodedata.normalize("NFKC", " ".join(word.split())))
    shown = re.sub(told, "…", plain, flags=re.IGNORECASE)
    shown = shown if "…" in shown else "…"
    at = max(shown.find("…") - 30, 0)
    message = _(
        "{file} would name a customer (at “{place}”), so nothing was written. Take ids and addresses out of the title"
        " and the names of files, columns and segments."
    )
    return InputError(message.format(file=file, place=shown[at : at + 60]))
