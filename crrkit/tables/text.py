"""What fields mean: ids, times and numbers as people write them, read by the engine in one pass.

How dates and decimal marks are written is decided for a whole column, from all of its values, never row by row: a
column in which 03/04/2024 could be read both ways is refused. What does not fit the column's form is set aside by
name, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.datatypes as dt

from crrkit._checks import check_choice
from crrkit._errors import InputError
from crrkit._language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

NOT_AN_ID = ("", "nan", "none", "null", "na", "n/a", "<na>", "nat", "-", "–", "—", "#n/a", "#н/д", "нет")
WITH_OFFSET = r"[0-9]{2}:[0-9]{2}.*(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})$"

MICROSECONDS = 6  # the digits after the second that the engine's times have
YEAR = "(?:18|19|20|21)[0-9]{2}"  # any other year is a misreading, not a customer

TWELVE_HOURS = r"[0-9] ?[AaPp][Mm]$"
LOCAL = r"^[0-9-]+(?:[T ]+[0-9:.]+)?$"  # a cast passes over what follows: 3:04 PM becomes 03:04, 10:00 MSK 10:00

# How a date's day, month and year may stand, as groups of a pattern; the rest of the text is the time of day.
_ORDERS = {
    # Without marks only as eight digits: 2024-12 and 202412 are months, not the second of January.
    "year-month-day": (
        rf"^({YEAR})(?:[-./]([0-9]{{1,2}})[-./]([0-9]{{1,2}})|([0-9]{{2}})([0-9]{{2}}))",
        r"\1-\2\4-\3\5",
    ),
    "day-month-year": (rf"^([0-9]{{1,2}})[-./]([0-9]{{1,2}})[-./]({YEAR})", r"\3-\2-\1"),
    "month-day-year": (rf"^([0-9]{{1,2}})[-/]([0-9]{{1,2}})[-/]({YEAR})", r"\3-\1-\2"),
}
ORDERS_OF_DATES = tuple(_ORDERS)
_SHORT_YEAR = r"^([0-9]{1,2}[-./][0-9]{1,2}[-./])([0-9]{2})( |,|$)"
# Forms that only a slower reading knows: month names, and clocks of twelve hours.
_WORDY = [
    day + clock
    for day in ("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")
    for clock in ("", " %H:%M", " %H:%M:%S")
]
_TWELVE = [f"%Y-%m-%d {clock}" for clock in ("%I:%M %p", "%I:%M:%S %p")]


NEVER = ibis.literal(value=False)


def is_true(condition: ir.BooleanValue) -> ir.BooleanValue:
    """The condition with unknown counted as no."""
    return condition.fill_null(NEVER)


@ibis.udf.scalar.builtin(name="try_strptime")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _try_strptime(text: str, formats: list[str]) -> dt.timestamp:
    """DuckDB's reading of a time under the first of several forms that fits; null where none does."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _local(zone: str, at: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]  # Ibis reads it as a type
    """What the clocks of a zone show at a moment; unlike a cast it does not ask which zone the session is in."""


@ibis.udf.scalar.builtin(name="isfinite")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _is_finite(number: dt.float64) -> dt.boolean:
    """Whether a number is neither infinite nor NaN."""


def is_nan(values: ir.FloatingValue) -> ir.BooleanValue:
    """Whether a number is NaN; over Parquet without statistics of NaN, DuckDB 2 folds its own isnan to false."""
    if values.get_backend().name != "duckdb":
        return values.isnan()
    return ~_is_finite(values.cast("float64")) & ~values.isinf()


@ibis.udf.scalar.builtin(name="epoch_ns")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _nanoseconds(at: dt.timestamp) -> dt.int64:
    """Nanoseconds since 1970."""


@ibis.udf.scalar.builtin(name="make_timestamp_ns")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _from_nanoseconds(since_1970: dt.int64) -> dt.timestamp:
    """The moment so many nanoseconds after 1970 began."""


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How the fields of a source are written and meant, as far as the user said; None is seen from the column."""

    zone: str | None = None
    dates: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    fold: str | Sequence[str] | None = None
    nobody: Sequence[str] | None = None


@dataclass(frozen=True)
class Parsed:
    """A column as it is used, and where something stood: given and without a value is unreadable."""

    value: ir.Value
    given: ir.BooleanValue


def parse_times(table: ir.Table, column: str, *, order: str | None = None, zone: str | None = None) -> Parsed:
    """Naive times on the business's clock; times with an offset are moved to its ``zone``."""
    values = table[column]
    kind = values.type()
    if kind.is_timestamp() or kind.is_date():
        value = _to_microseconds(values) if kind.is_date() or kind.timezone is None else _local(zone or "UTC", values)
        return Parsed(value, value.notnull())
    if kind.is_numeric():
        values = values.cast("int64").cast("string")
    text = values.cast("string").strip()
    text = ibis.ifelse(text.lower().isin(NOT_AN_ID), ibis.null("string"), text)
    value = _read_times(table, text, column, order, zone)
    return Parsed(value, text.notnull())


def _to_microseconds(values: ir.Value) -> ir.TimestampValue:
    """A time in the engine's own precision; a cast from nanoseconds would round the end of a month up to the next."""
    if values.type().is_timestamp() and (values.type().scale or 0) > MICROSECONDS:
        since_1970 = _nanoseconds(values)
        values = _from_nanoseconds(since_1970 - since_1970 % 1000)
    return values.cast("timestamp")


def has_offsets(table: ir.Table, column: str) -> bool:
    """Whether the times of a column say how far they are from UTC."""
    kind = table.schema()[column]
    if kind.is_timestamp():
        return kind.timezone is not None
    if not kind.is_string():
        return False
    return bool(aggregate(table, any=table[column].strip().re_search(WITH_OFFSET).any())["any"])


def _reading(text: ir.StringValue, order: str, *, zone: str | None = None, wordy: bool = False) -> ir.Value:
    """The times of a column under one order of day, month and year; null where the text is not so written.

    The readings that are rarely needed are left out unless the column has such values: the engine would try them on
    every row.
    """
    if "%" in order:
        return _try_strptime(text, [order])
    pattern, iso = _ORDERS[order]
    full = text if order == "year-month-day" else _with_century(text)
    plain = ibis.ifelse(full.re_search(pattern), full.re_replace(pattern, iso), ibis.null("string"))
    readings = [ibis.ifelse(plain.re_search(LOCAL), plain, ibis.null("string")).try_cast("timestamp")]
    if zone is not None:
        with_offset = ibis.ifelse(plain.re_search(WITH_OFFSET), plain, ibis.null("string"))
        closed_up = with_offset.re_replace(r" *(?:[Zz]|UTC|GMT)$", "Z").re_replace(r" +([+-][0-9:]+)$", r"\1")
        readings.append(_local(zone, closed_up.try_cast(dt.Timestamp(timezone="UTC"))))
    if wordy:
        worded = ibis.ifelse(full.re_search(rf"[A-Za-z]{{3}}.*{YEAR}"), full, ibis.null("string"))
        spaced = plain.re_replace(r" ?([AaPp][Mm])$", r" \1")
        readings += [_try_strptime(spaced, _TWELVE), _try_strptime(worded, _WORDY)]
    return ibis.coalesce(*readings)


def _with_century(text: ir.StringValue) -> ir.StringValue:
    """31.12.24 as 31.12.2024; two-digit years from 69 on belong to the last century, as in POSIX."""
    last = text.re_replace(r"^([0-9]{1,2}[-./][0-9]{1,2}[-./])(69|[7-9][0-9])( |,|$)", r"\119\2\3")
    return last.re_replace(_SHORT_YEAR, r"\120\2\3")


def _read_times(table: ir.Table, text: ir.StringValue, column: str, order: str | None, zone: str | None) -> ir.Value:
    """Look through the column once to see how its times are written, then read them so."""
    seen = aggregate(
        table,
        numeric=text.re_search(r"^[0-9]{1,2}[-./][0-9]{1,2}[-./]").any(),
        aware=text.re_search(WITH_OFFSET).any(),
        wordy=text.re_search(rf"[A-Za-z]{{3}}|{TWELVE_HOURS}").any(),
    )
    forms: dict[str, Any] = {"zone": (zone or "UTC") if seen["aware"] else None, "wordy": bool(seen["wordy"])}
    if order is not None:
        _check_order(table, text, order)
    else:
        order = _order_of_dates(table, text, column, forms) if seen["numeric"] else "year-month-day"
    return _reading(text, order, **forms)


def _check_order(table: ir.Table, text: ir.StringValue, order: str) -> None:
    if "%" not in order:
        check_choice(order, name="dates", choices=ORDERS_OF_DATES)
        return
    try:
        aggregate(table, tried=_try_strptime(text.max(), [order]))
    except duckdb.Error as refused:
        message = _("dates={order!r} is not a pattern of dates. Write it like '%d.%m.%Y', or say {choices}.")
        choices = ", ".join(ORDERS_OF_DATES)
        raise InputError(message.format(order=order, choices=choices), argument="dates", given=order) from refused


def _order_of_dates(table: ir.Table, text: ir.StringValue, column: str, forms: dict[str, Any]) -> str:
    """The order in which most values can be read; refused when two orders read all of them differently."""
    read = {name: _reading(text, name, **forms) for name in ORDERS_OF_DATES}
    differ = read["day-month-year"] != read["month-day-year"]
    example = ibis.ifelse(differ, text, ibis.null("string")).max()
    counts = {name.replace("-", "_"): value.count() for name, value in read.items()}
    seen = aggregate(table, **counts, differ=differ.sum(), example=example)
    year, day, month = (seen[name] for name in counts)
    if year >= max(day, month):
        return "year-month-day"
    if day == month and seen["differ"]:
        message = _(
            "Dates in {column!r} such as {example!r} can be read day first or month first."
            " Say dates='day-month-year' or dates='month-day-year'."
        )
        raise InputError(message.format(column=column, example=seen["example"]), argument="dates")
    return "day-month-year" if day >= month else "month-day-year"


def aggregate(table: ir.Table, **values: ir.Scalar) -> dict[str, Any]:
    """Values of a whole column, in one pass."""
    row: dict[str, Any] = table.aggregate(**values).to_pyarrow().to_pylist()[0]
    return row
