"""Spelling differences between ids of the same customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from crrkit.ground import mark
from crrkit.read.values import CYRILLIC, LATIN

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

LETTERS_IN_FRONT = r"(?:\p{L}+[-_# ]?|[#№] ?)"  # SHOP-9, №9
WITH_A_LETTER, PUNCTUATION = r"\p{L}", r"[«»\"„“”‟‘’\x27`´‐-―−_.,()\s-]"  # ООО «Ромашка», ООО "Ромашка"
TWO_WORDS = rf"{WITH_A_LETTER}.* .*{WITH_A_LETTER}"  # Ромашка ООО, Smith Ann
GROUPED = r"^[1-9][0-9]{0,2}(?:[ ,.'][0-9]{3})+$"  # 12 345


class Fold(NamedTuple):
    """A spelling difference: the patterns of the two forms, and the common form."""

    touches: str
    other: str
    common: Callable[[ir.StringValue], ir.StringValue]
    told: str
    needs_common: bool = False  # the common form itself must occur: SHOP-9 and 9, not SHOP-9 and MAIN-9
    over_time: bool = False  # both forms are in use, unless one ends before the other begins
    beyond: Callable[[ir.StringValue], ir.StringValue] = lambda x: x  # what is the same by another fold is no twin


def _words(x: ir.StringValue) -> ir.StringValue:
    return x.re_replace(PUNCTUATION, " ").re_replace(" +", " ").strip()


FOLDS = {
    "case": Fold(r"\p{Lu}", r"\p{Ll}", lambda x: x.lower(), mark("in capital and small letters")),
    "yo": Fold("[ёЁ]", "[еЕ]", lambda x: x.translate("ёЁ", "еЕ"), mark("with ё and with е")),
    "look-alikes": Fold(
        rf"[{CYRILLIC}]",
        "[A-Za-z]",
        lambda x: x.translate(CYRILLIC, LATIN),
        mark("in Latin and Cyrillic letters that look alike"),
    ),
    "phones": Fold(
        r"^\+?[0-9][0-9 ()-]{9,}$",
        r"^\+|[ ()-]|^8[0-9]{10}$",
        lambda x: ibis.ifelse(
            x.re_search(r"^\+?[0-9][0-9 ()-]{9,}$"),
            x.re_replace(r"[^0-9]", "").re_replace(r"^8([0-9]{10})$", r"7\1"),
            x,
        ),
        mark("in several forms of a telephone number"),
    ),
    "marks": Fold(
        rf"{WITH_A_LETTER}.*{PUNCTUATION}|{PUNCTUATION}.*{WITH_A_LETTER}",
        WITH_A_LETTER,
        lambda x: ibis.ifelse(x.re_search(WITH_A_LETTER) & ~x.contains("@"), _words(x), x),
        mark("with other quotes, dashes or blanks"),
    ),
    "order": Fold(
        TWO_WORDS,
        TWO_WORDS,
        lambda x: ibis.ifelse(
            x.re_search(TWO_WORDS) & ~x.contains("@"), ibis.literal(" ").join(_words(x).split(" ").sort()), x
        ),
        mark("with their words in another order"),
        beyond=_words,
    ),
    "zeros": Fold(
        r"^0+[0-9]+$",
        "^[1-9][0-9]*$",
        lambda x: x.re_replace(r"^0+([0-9]+)$", r"\1"),
        mark("with and without leading zeros"),
        over_time=True,
    ),
    "groups": Fold(
        GROUPED,
        "^[0-9]{4,}$",
        lambda x: ibis.ifelse(x.re_search(GROUPED), x.re_replace("[ ,.']", ""), x),
        mark("with and without marks between thousands"),
        needs_common=True,
    ),
    "prefix": Fold(
        rf"^{LETTERS_IN_FRONT}[0-9]+$",
        "^[0-9]+$",
        lambda x: x.re_replace(rf"^{LETTERS_IN_FRONT}([0-9]+)$", r"\1"),
        mark("with and without letters in front"),
        needs_common=True,
        over_time=True,
    ),
}
