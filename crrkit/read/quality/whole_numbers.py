"""Placeholders among integer ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from crrkit.ground import ntold as ngettext
from crrkit.read.quality.notes import Note
from crrkit.reduce import from_kept, is_shared, rows_of_each

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir

FILLERS = r"^(?:0+|1{4,}|2{4,}|3{4,}|4{4,}|5{4,}|6{4,}|7{4,}|8{4,}|9{4,}|12345[0-9]*)$"
LONG_FILLERS, FEWEST_OTHERS = "^(?:0+|1{5,}|2{5,}|3{5,}|4{5,}|5{5,}|6{5,}|7{5,}|8{5,}|9{5,}|12345[0-9]*)$", 20
MOSTLY_NUMBERS = 0.9  # a share of the ids that are numbers
OUTSTANDING = 3  # 0 or 99999 is a placeholder, rather than a real id, if it has this multiple of any other id's rows
SHORT_NUMBER = 10**10  # a longer number may be a phone number, or have lost its last digits
MOST_FILLERS = 200  # ids with the most rows that are checked; at least one of them is not a placeholder


def numbers_of_nobody(counts: pa.Table) -> list[str]:
    """Return the placeholders: 0 or 99999 with many more rows than any other id, and -1 as the only negative id."""
    doubtful = pc.match_substring_regex(counts["id"], pattern=FILLERS)
    met = counts.filter(doubtful).to_pylist()
    others = counts.filter(pc.invert(doubtful))
    below = others["id"].filter(pc.match_substring_regex(others["id"], pattern="^-[0-9]+$")).to_pylist()
    most = pc.max(others["rows"]).as_py()
    zeros = [row["id"] for row in met if most is not None and row["rows"] >= OUTSTANDING * most]
    return zeros + (below if below == ["-1"] else [])


def maybe_nobody(counts: pa.Table) -> list[str]:
    """Return the ids such as 999999 that lie outside the numbers of all others and have more rows than most of them."""
    numbers = counts.filter(pc.match_substring_regex(counts["id"], pattern="^-?[0-9]{1,18}$"))
    if not len(numbers) or len(numbers) < MOSTLY_NUMBERS * len(counts):
        return []
    usual = pc.sum(numbers["rows"]).as_py() / len(numbers)
    met = _fillers([(row["id"], row["rows"]) for row in numbers.to_pylist()], usual=usual)
    others = numbers["id"].filter(pc.invert(pc.is_in(numbers["id"], pa.array(met, numbers["id"].type))))
    if not met or len(others) < FEWEST_OTHERS:
        return []
    ends = pc.min_max(others.cast(pa.int64())).as_py()
    return _outside(met, ends["min"], ends["max"])


def _fillers(counts: Iterable[tuple[str, int]], *, usual: float) -> list[str]:
    return [name for name, rows in counts if re.search(LONG_FILLERS, name) and rows >= OUTSTANDING * usual]


def _outside(met: Iterable[str], low: int, high: int) -> list[str]:
    return sorted(name for name in met if not low <= int(name) <= high)


def nobody_among_numbers(rows: ir.Table) -> tuple[list[str], list[str]] | None:
    """Return the placeholders in an integer column, and ids that may be; None if ids are long or not stored.

    Text ids are checked for words, look-alike letters and phone formats. Short integers have none of these, so not all
    ids have to be fetched.
    """
    if not is_shared(rows):
        return None
    each = rows_of_each(rows)
    each = each.filter(each["customer"].notnull())
    asked = each.agg(
        least=each["customer"].min(), largest=each["customer"].max(), below=each.count(where=each["customer"] < 0),
        ids=each.count(), usual=each["rows"].mean(),
    )  # fmt: skip
    seen = from_kept(asked).to_pyarrow().to_pylist()[0]
    if seen["least"] is None or seen["least"] <= -SHORT_NUMBER or seen["largest"] >= SHORT_NUMBER:
        return None
    top = from_kept(each.order_by([ibis.desc("rows"), "customer"]).limit(MOST_FILLERS)).to_pyarrow().to_pylist()
    counts = [(str(one["customer"]), one["rows"]) for one in top]
    most = next((n for name, n in counts if not re.search(FILLERS, name)), None)  # of all others, the most rows
    if most is None:
        return None
    lonely = ["-1"] if seen["below"] == 1 and seen["least"] == -1 else []
    found = [name for name, n in counts if re.search(FILLERS, name) and n >= OUTSTANDING * most] + lonely
    perhaps = _fillers(counts, usual=seen["usual"])
    if not perhaps or seen["ids"] - len(perhaps) < FEWEST_OTHERS:
        return sorted(found), []
    others = each.filter(each["customer"].notin([int(name) for name in perhaps]))
    ends = (
        from_kept(others.agg(low=others["customer"].min(), high=others["customer"].max())).to_pyarrow().to_pylist()[0]
    )
    return sorted(found), [name for name in _outside(perhaps, ends["low"], ends["high"]) if name not in found]


def perhaps_note(perhaps: list[str], found: list[str]) -> list[str]:
    """Return the doubt on ids that may stand for nobody, though not plainly enough to be set aside."""
    if not perhaps:
        return []
    message = ngettext(
        "The id {names} lies outside the numbers of all others and has more rows than most: it may stand for nobody in"
        " particular, and counts as one customer. If so, use nobody={call}.",
        "The ids {names} lie outside the numbers of all others and have more rows than most: they may stand for nobody"
        " in particular, and count as customers. If so, use nobody={call}.",
        len(perhaps),
    )
    both = [*found, *perhaps]
    return [Note(message.format(names=", ".join(perhaps), call=both), nobody=tuple(both))]
