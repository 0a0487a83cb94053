"""Normalisation of ids: invisible differences never make two ids different.

Ids are equal regardless of the kind of spaces, composed or decomposed letters, the text markers of spreadsheets, and
``17850.0`` for ``17850``. Each step is applied only if the column has values that need it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.compute as pc

from crrkit.ground import InputError, told as _
from crrkit.read.values.text import NOT_AN_ID, aggregate, is_nan, is_true
from crrkit.reduce import arrow_of, from_kept, rows_of_each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

PLAIN_DIGITS = "^[0-9]*$"  # ids that need no normalisation
ODD = r"""[^!-~]|^[='"{]"""
BLANKS = r"[\s\x{00A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]+"
UNSEEN = r"[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{FEFF}]"
GUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
# ="007", '007 and {guid}: how spreadsheets and databases mark text so that it is not converted
WRAPPED = {
    r'^=?"([^"]*)"$': r"\1",
    r"^'([-+=@＝＋－＠0-9][^']*)$": r"\1",
    rf"^\{{({GUID})\}}$": r"\1",
}
FLOATS = r"^[0-9]+\.0+$"  # 17850.0: a whole number that was stored as a float
COMMA_FLOATS = r"^[1-9][0-9]*,0{1,2}$"  # 17850,0: the same with a decimal comma; 17,000 has a thousands separator
ONE_ZERO, MORE_ZEROS = r"^[0-9]+\.0$", r"^[0-9]+\.00+$"
VERSION = r"^[0-9]+\.[0-9]*[1-9]"  # 1.10 is a version, not a number, and so is 2.0 in the same column

CYRILLIC, LATIN = "АВЕКМНОРСТУХаеорсух", "ABEKMHOPCTYXaeopcyx"
LATIN_CODE = rf"^[^a-zA-Z]*[{LATIN}][!-~]*[0-9][!-~]*$"
CYRILLIC_CODE = rf"^(?:[ !-~]|[{CYRILLIC}])*$"

BYTES = r"^(?:\\x[0-9A-F]{2})+"

LIKELY_TOTAL = r"(?i)total|итог|всего"
# Labels of totals in a report; these words are never names. "Total Energies" is a firm, and is taken for one unless the
# other words are a customer or a period.
SURE_TITLE = re.compile(
    r"(?:итого|всего|общий итог|промежуточный итог|общая сумма|grand total|sub-?total|totals?)\W*$"
    r"|(?:итого|всего|общий итог|промежуточный итог|grand total|sub-?total)[\s:.,(-]"
)
WORD_BEHIND = re.compile(r"(.+?)[\s:,-]+(?:sub-?)?(?:total|итог|итого|всего)\W*$")
WORD_BEFORE = re.compile(r"totals?(?:\s+(?:for|of|per))?[\s:,-]+(.+)$")
TIMES_TOTALLED = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w*"
    r"(?:\W+\d{2,4})?(?:\W+г(?:ода?)?)?\W*$"
    r"|(?:19|20)\d\d\W*(?:г(?:ода?)?\W*)?$|[\d./-]{4,10}$"
    r"|(?:[1-4]|i{1,3}|iv)\W*кв|q[1-4]|(?:day|week|month|quarter|year|день|недел|месяц|квартал|год)"
)


@ibis.udf.scalar.builtin(name="nfc_normalize")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _composed(text: dt.string) -> dt.string:
    """Return a text in Unicode NFC, as computed by DuckDB."""


def parse_ids(table: ir.Table, column: str) -> ir.Value:
    """Return ids as integers or normalised text; null if there is none."""
    values = table[column]
    kind = values.type()
    if kind.is_nested() or kind.is_boolean():
        message = _("Column {column!r} holds values of type {kind}, which are not ids. Name another column.")
        raise InputError(message.format(column=column, kind=kind), argument="customer")
    if kind.is_integer():
        return values
    if kind.is_floating():
        return _float_ids(table, values)
    text = values.cast("string")
    if not in_duckdb(table) or aggregate(table, digits=text.re_search(PLAIN_DIGITS).all())["digits"] is not False:
        return known(text.strip())
    return (tidier(spellings_of(table.select(customer=text)), column) or known)(text)


def in_duckdb(table: ir.Table) -> bool:
    """Return whether the engine is DuckDB, whose regular expressions and functions normalisation needs."""
    return bool(table.get_backend().name == "duckdb")


def spellings_of(rows: ir.Table) -> pa.Table:
    """Return the distinct ids of ``customer`` with their numbers of rows, in memory, since they are used repeatedly."""
    each = rows_of_each(rows)
    met = each.filter(each["customer"].notnull())
    return arrow_of(from_kept(met.select(id=met["customer"].cast("string"), rows=met["rows"])))


def is_among(ids: ir.Value, words: Sequence[str]) -> ir.BooleanValue:
    """Return whether an id is among the words; integers are compared as such, since a cast to text is slow."""
    if ids.type().is_integer():
        return is_true(ids.isin([int(word) for word in words]))
    return is_true(ids.cast("string").isin(words))


def counts_of(spellings: pa.Table, change: Callable[[ir.StringValue], ir.StringValue] | None) -> pa.Table:
    """Return each id with its rows and spellings after ``change``; without it only words for no id are dropped."""
    if change is None:
        known = spellings.filter(pc.invert(pc.is_in(pc.utf8_lower(spellings["id"]), pa.array(NOT_AN_ID))))
        return known.append_column("spellings", pa.array([1] * len(known), pa.int64()))
    rows = ibis.memtable(spellings)
    changed = rows.select("rows", id=change(rows["id"]))
    met = changed.filter(changed["id"].notnull()).group_by("id")
    table: pa.Table = met.agg(rows=lambda t: t["rows"].sum(), spellings=lambda t: t.count()).to_pyarrow()
    return table


def known(text: ir.StringValue) -> ir.StringValue:
    """Return the text, or null for a word that means no id."""
    return ibis.ifelse(text.lower().isin(NOT_AN_ID), ibis.null("string"), text)


def looks_of(ids: pa.ChunkedArray, **patterns: str) -> dict[str, bool]:
    """Return for each pattern whether it occurs among the ids."""
    met = {name: pc.match_substring_regex(ids, pattern=pattern) for name, pattern in patterns.items()}
    return {name: bool(pc.any(found).as_py()) for name, found in met.items()}


def _float_ids(table: ir.Table, values: ir.Value) -> ir.Value:
    number = ibis.ifelse(is_nan(values) | values.isinf(), ibis.null("float64"), values)
    seen = aggregate(table, fractional=(number % 1 != 0).any(), infinite=values.isinf().any())
    if seen["infinite"]:
        message = _("Column {column!r} holds infinite numbers, which are not ids. Name another column.")
        raise InputError(message.format(column=values.get_name()), argument="customer")
    if seen["fractional"]:
        return number.cast("string")
    return number.try_cast("int64") if in_duckdb(table) else number.cast("int64")


def tidier(spellings: pa.Table, column: str) -> Callable[[ir.StringValue], ir.StringValue] | None:
    """Return the function that normalises ids, with only the steps that the column needs; None if it needs none."""
    steps: list[Callable[[ir.StringValue], ir.StringValue]] = []

    def tidy(text: ir.StringValue) -> ir.StringValue:
        for step in steps:
            text = step(text)
        return known(text)

    ids = spellings["id"]
    if looks_of(ids, odd=ODD)["odd"]:
        steps.append(_unwrapped)
        ids = counts_of(spellings, tidy)["id"]
    seen = looks_of(
        ids, mail="@.*[A-Z]|[A-Z].*@", latin=LATIN_CODE, cyrillic=rf"[{CYRILLIC}]", short=ONE_ZERO, long=MORE_ZEROS,
        version=VERSION, bytes=BYTES, comma=COMMA_FLOATS, others=r",[0-9]*[1-9]",
    )  # fmt: skip
    _check_writing(seen, column)
    if seen["mail"]:
        steps.append(lambda text: ibis.ifelse(text.contains("@"), text.lower(), text))
    guids = looks_of(ids.filter(pc.match_substring_regex(ids, pattern=f"^{GUID}$")), large="[A-F]", small="[a-f]")
    if all(guids.values()):  # hexadecimal: upper and lower case are equal
        steps.append(lambda text: ibis.ifelse(text.re_search(f"^{GUID}$"), text.lower(), text))
    if seen["latin"] and seen["cyrillic"]:
        steps.append(_in_latin)
    if (seen["short"] or seen["long"]) and not seen["version"]:
        steps.append(lambda text: ibis.ifelse(text.re_search(FLOATS), text.re_replace(r"\.0+$", ""), text))
    if seen["comma"] and not seen["others"]:
        steps.append(lambda text: ibis.ifelse(text.re_search(COMMA_FLOATS), text.re_replace(",0+$", ""), text))
    return tidy if steps else None


def _check_writing(seen: dict[str, bool], column: str) -> None:
    message = ""
    if seen["bytes"]:
        message = _("Column {column!r} holds bytes that are not text. Write the ids as text first.")
    elif seen["short"] and seen["long"] and not seen["version"]:
        message = _(
            "Ids in {column!r} end in .0 and in .00: they may be numbers or versions. Write them as whole numbers, or"
            " as text without a point."
        )
    if message:
        raise InputError(message.format(column=column), argument="customer")


def _unwrapped(text: ir.StringValue) -> ir.StringValue:
    """Remove invisible characters, and the markers of spreadsheets and databases around ids."""
    text = _composed(text).re_replace(UNSEEN, "").re_replace(BLANKS, " ").strip()
    for pattern, inside in WRAPPED.items():
        text = text.re_replace(pattern, inside)
    return text


def _in_latin(text: ir.StringValue) -> ir.StringValue:
    """Convert Cyrillic С007 to Latin C007: in codes with digits these letters look the same."""
    code = text.re_search(CYRILLIC_CODE) & text.re_search("[0-9]")
    return ibis.ifelse(code, text.translate(CYRILLIC, LATIN), text)


def totals_among(ids: pa.ChunkedArray) -> list[str]:
    """Return the ids that are labels of totals: by an unambiguous word, or by a word next to a customer or a period."""
    likely = ids.filter(pc.match_substring_regex(ids, pattern=LIKELY_TOTAL)).to_pylist()
    if not likely:
        return []
    others = {str(one).casefold() for one in ids.to_pylist()}
    return [one for one in likely if _is_total(one.casefold().strip(), others)]


def _is_total(title: str, others: set[str]) -> bool:
    if SURE_TITLE.match(title):
        return True
    found = WORD_BEHIND.match(title) or WORD_BEFORE.match(title)
    return found is not None and (found[1] in others or TIMES_TOTALLED.match(found[1]) is not None)
