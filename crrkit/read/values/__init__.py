"""Parsing of fields: numbers, times and ids in the notations in use, and placeholders for open ends."""

from crrkit.read.values import text
from crrkit.read.values.ids import (
    CYRILLIC,
    LATIN,
    counts_of,
    in_duckdb,
    is_among,
    known,
    looks_of,
    parse_ids,
    spellings_of,
    tidier,
    totals_among,
)
from crrkit.read.values.numbers import parse_numbers, signs_in
from crrkit.read.values.open_ends import AS_WRITTEN, OpenEnds, open_ends_of, unread_ends, without_open_ends
from crrkit.read.values.text import Forms, aggregate, is_true, words_of
from crrkit.read.values.times import has_clocks, has_offsets, parse_times

__all__ = [
    "AS_WRITTEN", "CYRILLIC", "LATIN", "Forms", "OpenEnds", "aggregate", "counts_of", "has_clocks",
    "has_offsets", "in_duckdb", "is_among", "is_true", "known", "looks_of", "open_ends_of", "parse_ids",
    "parse_numbers", "parse_times", "signs_in", "spellings_of", "text", "tidier", "totals_among", "unread_ends",
    "without_open_ends", "words_of",
]  # fmt: skip
