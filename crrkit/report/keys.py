"""Which parts of a string could identify somebody: every run of its words, without separators.

Ids are compared in the form of `crrkit.reduce.key`: lower case, Unicode-normalised, letters and digits only. So ``+7
(912) 345-67-89`` matches ``79123456789`` and vice versa, and a name matches in another word order.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(r"[^\W_]+")
PIECE = re.compile(r"[^\W\d_]+\d*|\d+")  # C00042C00043 is two of them
LONGEST_RUN, SWAPPED = 8, 3  # words in a run, and of those in any order
LEAST_LETTERS, LEAST_DIGITS = 3, 5  # from these lengths on, an id is distinguishable from other words and numbers
PHONE = re.compile(r"[78](\d{10})")  # the one country code with two common spellings


def keys_of(text: str) -> Iterator[tuple[str, str]]:
    """Each form in which an id may occur in a text, with the run from which it was made."""
    for form in dict.fromkeys((text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFKC", text))):
        for words in (list(TOKEN.finditer(form)), list(PIECE.finditer(form))):
            for i, first in enumerate(words):
                for last in range(i, min(i + LONGEST_RUN, len(words))):
                    run = form[first.start() : words[last].end()]
                    for key in _forms([plain_key(one[0]) for one in words[i : last + 1]]):
                        yield key, run


def _forms(words: list[str]) -> Iterator[str]:
    orders = permutations(words) if len(words) <= SWAPPED else [tuple(words), tuple(reversed(words))]
    for order in orders:
        key = "".join(order)
        if is_long_enough(key):
            yield key
            if found := PHONE.fullmatch(key):
                yield from ("7" + found[1], "8" + found[1], found[1])


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that could be part of a name, such as a surname, each as written."""
    form = unicodedata.normalize("NFKC", text)
    for found in [*TOKEN.finditer(form), *PIECE.finditer(form)]:
        if is_long_enough(key := plain_key(found[0])):
            yield key, found[0]


def plain_key(text: str) -> str:
    """Lower case, normalised, with ``ё`` as ``е``, since both spellings are common."""
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


def is_long_enough(key: str) -> bool:
    """Whether it is long enough to identify somebody."""
    if any(c.isalpha() for c in key):
        return len(key) >= LEAST_LETTERS
    return len(key) >= LEAST_DIGITS
