"""Parsing of times, in the engine in one pass.

The date format is determined for a whole column from all of its values, never row by row: a column in which 03/04/2024
is ambiguous raises an error. Values in another format are set aside and reported, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.datatypes as dt

from crrkit.ground import InputError, check_choice, told as _
from crrkit.read.values.notations import STAMPS, WITHOUT_WORDS, in_numbers, local, read_stamps
from crrkit.read.values.orders_of_dates import (
    check_orders,
    day_or_month,
    is_as_written,
    order_beside,
    own_forms,
    serials_among,
    strays,
)
from crrkit.read.values.text import NOT_AN_ID, Parsed, aggregate, is_true

if TYPE_CHECKING:
    import ibis.expr.types as ir

WITH_OFFSET = r"[0-9]{2}:[0-9]{2}.*(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})$"

MICROSECONDS = 6  # decimal places of seconds in the engine
YEAR = "(?:18|19|20|21)[0-9]{2}"  # any other year is a misreading, not a customer

TWELVE_HOURS = r"[0-9] ?[AaPp][Mm]$"
LOCAL = r"^[0-9-]+(?:[T ]+[0-9:.]+)?$"  # a cast ignores the rest: 3:04 PM becomes 03:04, 10:00 MSK 10:00
# For such values a cast suffices: no second pass over the column is needed, which takes a third of the time.
ISO = rf"^{YEAR}-[0-9]{{2}}-[0-9]{{2}}(?:[ T][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:[.][0-9]{{1,6}})?)?)?$"

# The positions of day, month and year as groups of a pattern; the rest of the text is the time of day.
_ORDERS = {
    # Without separators only as eight digits: 2024-12 and 202412 are months, not the second of January.
    "year-month-day": (
        rf"^({YEAR})(?:[-./]([0-9]{{1,2}})[-./]([0-9]{{1,2}})|([0-9]{{2}})([0-9]{{2}}))",
        r"\1-\2\4-\3\5",
    ),
    "day-month-year": (rf"^([0-9]{{1,2}})[-./]([0-9]{{1,2}})[-./]({YEAR})", r"\3-\2-\1"),
    "month-day-year": (rf"^([0-9]{{1,2}})[-/]([0-9]{{1,2}})[-/]({YEAR})", r"\3-\1-\2"),
}
ORDERS_OF_DATES = tuple(_ORDERS)
_SHORT_FIRST = r"^([0-9]{2})[-/]([0-9]{2})[-/]([0-9]{2})( |,|T|$)"  # 24-01-05, or 05/01/24
_SHORT_YEAR = r"^([0-9]{1,2}[-./][0-9]{1,2}[-./])([0-9]{2})( |,|$)"
# Times with AM and PM require a slower function.
_TWELVE = [f"%Y-%m-%d {clock}" for clock in ("%I:%M %p", "%I:%M:%S %p")]


@ibis.udf.scalar.builtin(name="try_strptime")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _try_strptime(text: str, formats: list[str]) -> dt.timestamp:
    """Parse a time with DuckDB by the first of several formats that fits; null if none does."""


@ibis.udf.scalar.builtin(name="epoch_ns")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _nanoseconds(at: dt.timestamp) -> dt.int64:
    """Return the nanoseconds since 1970-01-01."""


@ibis.udf.scalar.builtin(name="make_timestamp_ns")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _from_nanoseconds(since_1970: dt.int64) -> dt.timestamp:
    """Return the time that many nanoseconds after 1970-01-01."""


def parse_times(table: ir.Table, column: str, *, order: str | None = None, zone: str | None = None) -> Parsed:
    """Parse a column to local times without a time zone; times with an offset are converted to ``zone``."""
    values = table[column]
    kind = values.type()
    if kind.is_timestamp() or kind.is_date():
        value = _to_microseconds(values) if kind.is_date() or kind.timezone is None else local(zone or "UTC", values)
        return Parsed(value, value.notnull(), form="times")
    if (
        kind.is_string()
        and order in (None, ORDERS_OF_DATES[0])
        and aggregate(table, iso=values.re_search(ISO).all())["iso"]
    ):
        return Parsed(values.try_cast("timestamp"), values.notnull(), form=ORDERS_OF_DATES[0])
    text = values.cast("string").re_replace(r"\.0+$", "") if kind.is_floating() else values.cast("string").strip()
    text = ibis.ifelse(text.lower().isin(NOT_AN_ID), ibis.null("string"), text)
    worded = text
    if "%" not in (order or "") and aggregate(table, odd=(~text.re_search(WITHOUT_WORDS)).any())["odd"]:
        text = in_numbers(text)
    looks = _looks(table, text)
    form = order if order in STAMPS else None
    if order is None and looks["numbers"]:
        form = _stamp(table, text)
    if form is not None:
        note = _("Numbers in {column!r} are read as times written as {form}. Use dates= if they are not.")
        said = () if order else (note.format(column=column, form=form),)
        return Parsed(read_stamps(text, form, zone), text.notnull(), said, form)
    serials = _serials_beside(table, text, worded, column) if order is None and looks["serial"] else ()
    forms: dict[str, Any] = {"zone": (zone or "UTC") if looks["aware"] else None, "twelve": bool(looks["twelve"])}
    if order is None and looks["numeric"]:
        value, notes, name = _in_seen_order(table, text, worded, column, forms)
    else:
        if order is not None:
            _check_order(table, text, order)
        name, notes = order or "year-month-day", ()
        value = _reading(text, name, **forms)
    if order is not None and text is not worded:  # the order does not matter with month names
        named = ibis.ifelse(text != worded, text, ibis.null("string"))
        value = ibis.coalesce(value, _reading(named, ORDERS_OF_DATES[0], zone=forms["zone"]))
    return Parsed(value, text.notnull(), (*notes, *serials), name)


def _looks(table: ir.Table, text: ir.StringValue) -> dict[str, Any]:
    """Collect the evidence on the time format of a column, in one pass."""
    return aggregate(
        table,
        numbers=text.re_search(r"^[0-9]{5}[0-9.]*$").all(),
        serial=text.re_search(STAMPS["excel-days"].looks).any(),
        numeric=text.re_search(r"^[0-9]{1,2}[-./][0-9]{1,2}[-./]").any(),
        aware=text.re_search(WITH_OFFSET).any(),
        twelve=text.re_search(TWELVE_HOURS).any(),
    )


def _stamp(table: ir.Table, text: ir.StringValue) -> str | None:
    """Return the format of a column in which every time is a number, see `crrkit.read.values.notations`; else None."""
    looks = aggregate(table, **{form: text.re_search(stamp.looks).all() for form, stamp in STAMPS.items()})
    return next((form for form, every in looks.items() if every), None)


def _serials_beside(table: ir.Table, text: ir.StringValue, written: ir.StringValue, column: str) -> tuple[str, ...]:
    """Return notes on serial days among dates in text: the spreadsheet may have swapped their day and month."""
    serial = text.re_search(STAMPS["excel-days"].looks)
    seen = aggregate(table, all=text.count(), n=serial.sum(), one=_example(written, serial),
                     other=_example(written, text.re_search("[0-9].*[0-9]") & ~serial))  # fmt: skip
    return serials_among(column, seen) if seen["other"] else ()


def _to_microseconds(values: ir.Value) -> ir.TimestampValue:
    """Truncate a time to microseconds; a cast from nanoseconds would round the end of a month up to the next."""
    if values.type().is_timestamp() and (values.type().scale or 0) > MICROSECONDS:
        since_1970 = _nanoseconds(values)
        values = _from_nanoseconds(since_1970 - since_1970 % 1000)
    return values.cast("timestamp")


def has_offsets(table: ir.Table, column: str) -> bool:
    """Return whether times of a column have an offset from UTC."""
    kind = table.schema()[column]
    if kind.is_timestamp():
        return kind.timezone is not None
    if not kind.is_string():
        return False
    return bool(aggregate(table, any=table[column].strip().re_search(WITH_OFFSET).any())["any"])


def has_clocks(table: ir.Table, column: str) -> bool:
    """Return whether some times of a text column have a time of day and no offset."""
    values = table[column]
    if not values.type().is_string():
        return False
    local = values.re_search("[0-9]:[0-9]{2}") & ~values.strip().re_search(WITH_OFFSET)
    return bool(aggregate(table, any=local.any())["any"])


def _reading(text: ir.StringValue, order: str, *, zone: str | None = None, twelve: bool = False) -> ir.Value:
    """Parse the times of a column with one order of day, month and year; null if the text has another format.

    Rarely needed formats are included only if the column has such values, since the engine would try them on every
    row.
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
        readings.append(local(zone, closed_up.try_cast(dt.Timestamp(timezone="UTC"))))
    if twelve:
        readings.append(_try_strptime(plain.re_replace(r" ?([AaPp][Mm])$", r" \1"), _TWELVE))
    return ibis.coalesce(*readings)


def _with_century(text: ir.StringValue) -> ir.StringValue:
    """Expand 31.12.24 to 31.12.2024; two-digit years from 69 on are of the last century, as in POSIX."""
    last = text.re_replace(r"^([0-9]{1,2}[-./][0-9]{1,2}[-./])(69|[7-9][0-9])( |,|$)", r"\119\2\3")
    return last.re_replace(_SHORT_YEAR, r"\120\2\3")


def _check_order(table: ir.Table, text: ir.StringValue, order: str) -> None:
    if "%" not in order:
        check_choice(order, name="dates", choices=(*ORDERS_OF_DATES, *STAMPS))
        return
    try:
        aggregate(table, tried=_try_strptime(text.max(), [order]))
    except duckdb.Error as refused:
        message = _("dates={order!r} is not a pattern of dates. Write it like '%d.%m.%Y', or say {choices}.")
        choices = ", ".join(ORDERS_OF_DATES)
        raise InputError(message.format(order=order, choices=choices), argument="dates", given=order) from refused


def _in_seen_order(
    table: ir.Table, text: ir.StringValue, written: ir.StringValue, column: str, forms: dict[str, Any]
) -> tuple[ir.Value, tuple[str, ...], str]:
    """Parse the times in the order that the column proves; an error if it proves both, or none and it matters."""
    read = {name: _reading(text, name, **forms) for name in ORDERS_OF_DATES}
    named = dict(zip(("year", "day", "month"), read.values(), strict=True))
    rows = table.select(text=text, written=written, **named)  # as columns, since each is a long expression
    year, day, month = (rows[name] for name in named)
    differ = day != month
    only = {"day": day.notnull() & month.isnull(), "month": month.notnull() & day.isnull()}
    written = rows["written"]
    seen = aggregate(
        rows, years=year.count(), days=day.count(), months=month.count(), differ=differ.sum(),
        either=_example(written, differ), only_day=only["day"].sum(), only_month=only["month"].sum(),
        one=_example(written, only["day"]), other=_example(written, only["month"]),
        iso=_example(written, year.notnull()),
        beside=_example(written, year.isnull() & ibis.coalesce(day, month).notnull()),
        marks=rows["text"].re_search("^[0-9]{1,2}[-/]").sum(),
        turned=is_true((year.day() <= 12) & (rows["text"] == written)).sum(),  # noqa: PLR2004 - a month
        left=is_true(ibis.coalesce(day, month).day() <= 12).sum(),  # noqa: PLR2004 - a month
    )  # fmt: skip
    seen |= {"column": column, "some": max(seen["days"], seen["months"])}
    if seen["years"] < seen["some"] or seen["years"] == 0:
        first = _short_year_first(table, text, seen)
        if first is not None:
            return first, (), "%y-%m-%d"
    check_orders(seen)
    name = order_beside(seen) if 0 < seen["years"] >= seen["some"] else day_or_month(seen)
    if name and seen["years"] and is_as_written(seen):
        return ibis.coalesce(read["year-month-day"], read[name]), (*own_forms(seen), *strays(seen, 0)), name
    name = name if name and seen["years"] < seen["some"] else "year-month-day"
    return read[name], strays(seen, min(seen["years"], seen["some"])), name


def _example(text: ir.StringValue, condition: ir.BooleanValue) -> ir.StringScalar:
    return ibis.ifelse(is_true(condition), text, ibis.null("string")).max()


def _short_year_first(table: ir.Table, text: ir.StringValue, seen: dict[str, Any]) -> ir.Value | None:
    """Parse 24-01-05 with the year first, if the first number has the fewer values and all dates are valid so."""
    iso = ibis.ifelse(text.re_search(_SHORT_FIRST), text.re_replace(_SHORT_FIRST, r"20\1-\2-\3\4"), ibis.null("string"))
    parts = {"first": text.left(2).nunique(), "third": text.substr(6, 2).nunique(), "dashes": text.contains("-").all()}
    met = aggregate(table, all=text.count(), short=text.re_search(_SHORT_FIRST).sum(), **parts)
    if not met["all"] or met["short"] < met["all"] or met["first"] > met["third"]:
        return None
    if met["first"] == met["third"] and (met["first"] == 1 or not met["dashes"]):
        return None
    value = _reading(iso, "year-month-day")
    if aggregate(table, read=value.count())["read"] < met["all"]:
        return None
    if seen["days"] == met["all"]:
        message = _(
            "Dates in {column!r} such as {example!r} may begin with the year or with the day. Use dates='%y-%m-%d' or"
            " dates='%d-%m-%y'."
        )
        example = aggregate(table, example=text.max())["example"]
        raise InputError(message.format(column=seen["column"], example=example), argument="dates")
    return value
