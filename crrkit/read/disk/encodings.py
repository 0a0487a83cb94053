"""Detection of the encoding of text files; ambiguous encodings raise an error instead of being guessed."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from crrkit.ground import InputError, told as _
from crrkit.read.disk.files import bad

if TYPE_CHECKING:
    from pathlib import Path

BOMS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
CYRILLIC_PAGES = ("cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5")
SURE = ("utf-8", "utf-32", "utf-16", "utf-16-le", "utf-16-be", *CYRILLIC_PAGES)  # all others are only likely
LOOKED_AT = 100_000
# Letter frequencies of Russian in percent: of two decodings, the one with the more frequent letters is right.
USUAL_LETTERS = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", (
    11, 8.5, 8, 7.4, 6.7, 6.3, 5.5, 4.7, 4.5, 4.4, 3.5, 3.2, 3, 2.8, 2.6, 2, 1.9, 1.7, 1.7, 1.7, 1.6, 1.4, 1.2, 1, 0.9,
    0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.1, 0.1,
), strict=True))  # fmt: skip
OTHERS = frozenset("іїєґўђ")
MARKS = frozenset("«»„“”‘’—–…№\u00a0€£°§")
RUSSIAN = 3.0  # the mean frequency of the letters is above this in Russian text, and below it if wrongly decoded
STRAY_LETTERS = 0.05
TURKISH = frozenset("çğıöşüâîû")
ICELANDIC = frozenset("áðéíóúýþæö")
UNSURE = frozenset("ðýþ")  # or ğış: cp1252 and cp1254 differ in these letters only
# For encodings with two bytes per letter: the lead bytes of letters in common use, and the trail bytes.
EASTERN = {
    "gb18030": rb"[\xb0-\xd7][\xa1-\xfe]",
    "euc_jp": rb"[\xa4\xa5\xb0-\xcf][\xa1-\xfe]",
    "euc_kr": rb"[\xb0-\xc8][\xa1-\xfe]",
    "shift_jis": rb"[\x82\x83\x88-\x98][\x40-\x7e\x80-\xfc]",
    "big5": rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]",
}
GLUED = re.compile(r"[£§°][^\W\d_]|[^\W\d_][£§°]")  # currency and degree signs do not occur inside words
LETTERS_TOGETHER = re.compile(r"[^\W\d_]+")


def encoding_of(head: bytes, path: Path) -> str:
    """Return the encoding of the beginning of a file, as the only one in which it is plausible text.

    Raises:
        SourceError: If several encodings, or none, give plausible text.
    """
    marked = next((name for bom, name in BOMS if head.startswith(bom)), None) or _without_mark(head)
    if marked is not None:
        return marked
    if b"\0" in head:
        raise bad(path, _("is not a text file. Give a CSV, Parquet or Excel file; rename it if its ending is wrong."))
    if _is_utf8(head):
        return "utf-8"
    seen = head[:LOOKED_AT].rpartition(b"\n")[0] or head
    found = _cyrillic(seen) or _western(seen) or _eastern(seen)
    if found is None:
        raise bad(path, _("is in an encoding that was not recognised. Save it as UTF-8, or use encoding='cp1254'."))
    return found


def check_encoding(encoding: str) -> str:
    """Return the normalised name of a text encoding given by the user.

    Raises:
        InputError: If it is unknown.
    """
    try:
        known = codecs.lookup(encoding)
    except (LookupError, TypeError):
        known = None
    if known is None or not known._is_text_encoding:  # noqa: SLF001 - there is no public attribute
        message = _("encoding={encoding!r} is not known. Write it like 'utf-8', 'cp1251' or 'cp1252'.")
        raise InputError(message.format(encoding=encoding), argument="encoding", given=encoding)
    return known.name


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(head: bytes) -> str | None:
    """Detect UTF-16 without a BOM: every other byte is the high byte of Latin or Cyrillic letters."""
    pairs = len(head) // 2
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        high = head[first : 2 * pairs : 2]
        if (
            pairs > 1
            and b"\0" in high
            and high.count(0) + high.count(4) + high.count(0x20) > (1 - STRAY_LETTERS) * pairs
        ):
            return name
    return None


def _cyrillic(head: bytes) -> str | None:
    """Return the only Cyrillic code page in which the text is Russian, or None."""
    read = {name: text for name in CYRILLIC_PAGES if (text := _decoded(head, name)) is not None}
    scores = {name: _russian(text) for name, text in read.items()}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or scores[best] < RUSSIAN:
        return None
    rivals = [name for name in scores if scores[name] > 0.98 * scores[best] and read[name] != read[best]]
    return None if rivals else best


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return head.decode(encoding)
    except UnicodeDecodeError:
        return None


def _russian(text: str) -> float:
    """Return the mean frequency in Russian of the non-ASCII letters; 0 if many words are implausible."""
    far = sum(not char.isascii() for char in text)
    good = [word for word in LETTERS_TOGETHER.findall(text) if not word.isascii() and _is_word(word)]
    known = sum(map(len, good)) + sum(char in MARKS for char in text)
    if not far or known < (1 - STRAY_LETTERS) * far:
        return 0
    return sum(USUAL_LETTERS.get(letter, 1) for word in good for letter in word.lower()) / far


def _is_word(word: str) -> bool:
    """Return whether a word has Cyrillic letters only, and capitals in plausible positions."""
    letters = set(word.lower())
    return letters <= USUAL_LETTERS.keys() | OTHERS and word in (word.lower(), word.upper(), word.capitalize())


def _western(head: bytes) -> str | None:
    """Detect cp1252 or cp1254 (Turkish): non-ASCII letters occur within words of Latin letters."""
    text = _decoded(head, "cp1252")
    if text is None or GLUED.search(text):
        return None
    far = [char for char in text if not char.isascii() and char not in MARKS]
    words = [word for word in LETTERS_TOGETHER.findall(text) if not word.isascii()]
    natural = [word for word in words if word in (word.lower(), word.upper(), word.capitalize())]
    inside = sum(any(char.isascii() for char in word) for word in natural)
    if len(natural) < len(words) or len(words) > 2 * inside or not all(char.isalpha() for char in far):
        return None
    letters = {char.lower() for char in far}
    if not letters & UNSURE or (letters <= ICELANDIC and letters - UNSURE - {"ö"}):
        return "cp1252"
    turkish = {char.lower()[0] for char in head.decode("cp1254") if not char.isascii() and char not in MARKS}
    return "cp1254" if turkish - {"i"} <= TURKISH else None


def _eastern(head: bytes) -> str | None:
    """Return the only double-byte encoding in which all letters are in common use, or None."""
    fits = [name for name, pair in EASTERN.items() if re.fullmatch(rb"(?:[\x00-\x7f]|" + pair + rb")*", head)]
    return fits[0] if len(fits) == 1 and _decoded(head, fits[0]) is not None else None
