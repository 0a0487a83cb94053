"""Placeholders among integer ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from crrkit.reduce import from_kept, is_shared, rows_of_each

if TYPE_CHECKING:
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
    others = counts.filter(pc.match_substring_regex(counts["id"], pattern="^[0-9]{1,18}$"))
    filling = pc.match_substring_regex(others["id"], pattern=LONG_FILLERS)
    met, others = others.filter(filling).to_pylist(), others.filter(pc.invert(filling))
    if not met or len(others) < max(FEWEST_OTHERS, MOSTLY_NUMBERS * len(counts)):
        return []
    numbers = others["id"].cast(pa.int64())
    low, high, usual = pc.min(numbers).as_py(), pc.max(numbers).as_py(), pc.mean(others["rows"]).as_py()
    lengths = set(pc.unique(pc.utf8_length(others["id"])).to_pylist())
    return sorted(
        row["id"]
        for row in met
        if (not low <= int(row["id"]) <= high or len(row["id"]) not in lengths) and row["rows"] >= OUTSTANDING * usual
    )


def nobody_among_numbers(rows: ir.Table) -> list[str] | None:
    """Return the placeholders in an integer column if no other check is needed; None if ids are long or not stored.

    Text ids are checked for words, look-alike letters and phone formats. Short integers have none of these, so not all
    ids have to be fetched.
    """
    if not is_shared(rows):
        return None
    each = rows_of_each(rows)
    each = each.filter(each["customer"].notnull())
    asked = each.agg(
        least=each["customer"].min(), largest=each["customer"].max(), below=each.count(where=each["customer"] < 0)
    )
    seen = from_kept(asked).to_pyarrow().to_pylist()[0]
    if seen["least"] is None or seen["least"] <= -SHORT_NUMBER or seen["largest"] >= SHORT_NUMBER:
        return None
    top = from_kept(each.order_by([ibis.desc("rows"), "customer"]).limit(MOST_FILLERS)).to_pyarrow().to_pylist()
    counts = [(str(one["customer"]), one["rows"]) for one in top]
    most = next((n for name, n in counts if not re.search(FILLERS, name)), None)  # of all others, the most rows
    if most is None:
        return None
    lonely = ["-1"] if seen["below"] == 1 and seen["least"] == -1 else []
    return sorted([name for name, n in counts if re.search(FILLERS, name) and n >= OUTSTANDING * most] + lonely)
