"""Ids, times and numbers as people write them: read rightly, set aside by name, or refused; never guessed."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crrkit.ground import errors
from crrkit.read.values import ids as ids_as, numbers as numbers_as, text, times as times_as

NUMBERED = itertools.count()
UNREADABLE = "unreadable"


@cache
def engine():
    con = ibis.duckdb.connect()
    con.con.execute("SET TimeZone = 'Asia/Tokyo'").fetchall()  # no answer may depend on the session
    return con


def column(values) -> ibis.Table:
    name = f"column_{next(NUMBERED)}"
    engine().con.register(name, pa.table({"x": values if isinstance(values, pa.Array) else pa.array(values)}))
    return engine().table(name)


def read(parsed: text.Parsed, table: ibis.Table) -> list:
    rows = table.select(value=parsed.value, given=parsed.given).to_pyarrow().to_pylist()
    return [UNREADABLE if row["given"] and row["value"] is None else row["value"] for row in rows]


def times(values, **rules) -> list:
    table = column(values)
    return read(times_as.parse_times(table, "x", **rules), table)


def numbers(values, **said) -> list:
    table = column(values)
    return read(numbers_as.parse_numbers(table, {"x": "x"}, text.Forms(**said))["x"], table)


def ids(values) -> list:
    table = column(values)
    return table.select(x=ids_as.parse_ids(table, "x"))["x"].to_pyarrow().to_pylist()


def at(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001 - the business's own clock


# Times ----------------------------------------------------------------------------------------------------------------


JANUARY = at(2024, 1, 31, 23, 59, 59)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["2024-02-29", "2024/02/29", "2024.02.29", "20240229", " 2024-02-29 "], [at(2024, 2, 29)] * 5),
        (
            ["2024-2-9", "2024-01-31 23:59", "2024-01-31 9:05"],
            [at(2024, 2, 9), at(2024, 1, 31, 23, 59), at(2024, 1, 31, 9, 5)],
        ),
        (["2024-01-31 23:59:59", "2024-01-31T23:59:59", "2024/1/31 23:59:59"], [JANUARY] * 3),
        (
            ["2024-01-31 23:59:59.5", "2024-01-31T23:59:59.000001"],
            [JANUARY.replace(microsecond=n) for n in (500000, 1)],
        ),
        (["31.12.2024", "1.2.2024 9:05", "31.01.2024 23:59:59"], [at(2024, 12, 31), at(2024, 2, 1, 9, 5), JANUARY]),
        (
            ["1/31/2024 11:59:59 PM", "1/2/2024 12:00 AM", "1/2/2024 3:04PM"],
            [JANUARY, at(2024, 1, 2), at(2024, 1, 2, 15, 4)],
        ),
        (["12/31/2024 12:30 pm", "12/31/2024 12:30 am"], [at(2024, 12, 31, 12, 30), at(2024, 12, 31, 0, 30)]),
        (
            ["31-12-24", "1/2/05", "1.2.69", "1.2.68"],
            [at(2024, 12, 31), at(2005, 2, 1), at(1969, 2, 1), at(2068, 2, 1)],
        ),
        (
            ["5 Jan 2024", "Jan 5, 2024", "January 5, 2024", "05-Jan-2024 10:00"],
            [*[at(2024, 1, 5)] * 3, at(2024, 1, 5, 10)],
        ),
        (["03/03/2024", "05/05/2024"], [at(2024, 3, 3), at(2024, 5, 5)]),  # both ways the same
        ([20240229, 20231231], [at(2024, 2, 29), at(2023, 12, 31)]),
        ([20240229.0, None], [at(2024, 2, 29), None]),
        ([date(2024, 2, 29), None], [at(2024, 2, 29), None]),
    ],
)
def test_times_as_people_write_them(written, meant):
    assert times(written) == meant


@pytest.mark.daily(8)
@pytest.mark.parametrize(
    "written",
    [
        "2023-02-29", "2024-02-30", "2024-13-01", "31.11.2024",  # no such day
        "2024-12", "202412", "202411", "2024",  # a month or a year, not its second of January
        "2024-W05", "2024-060", "45296", "1704412800", "2024-01-05 10:00 MSK", "2024-01-05 10:00:00 Europe/Moscow",
        "2024-01-05 abc", "2024-01-05 10", "1024-01-05", "9999-12-31", "0001-01-01", "today", "январь 2024",
        "2024-01-051", "20240105x", "2024-01-05 25:00", "2024-01-05 10:61",
    ],
)  # fmt: skip
def test_what_is_no_time_is_named_and_not_guessed(written):
    assert times(["2024-01-05", written, "2024-01-07"]) == [at(2024, 1, 5), UNREADABLE, at(2024, 1, 7)]


def test_words_for_nothing_are_no_time_and_not_unreadable():
    nothing = ["", " ", "NaN", "null", "N/A", "-", "—", "NaT", "нет", None]
    assert times([*nothing, "2024-01-05"]) == [*[None] * len(nothing), at(2024, 1, 5)]


def test_a_single_dotted_date_does_not_turn_a_column_around():
    assert times(["2024-11-05", "2024-12-07", "31.12.2024"]) == [at(2024, 11, 5), at(2024, 12, 7), UNREADABLE]
    assert times(["2024-11-05", "30.12.2024", "31.12.2024"]) == [UNREADABLE, at(2024, 12, 30), at(2024, 12, 31)]


@pytest.mark.parametrize(
    "written", [["03/04/2024", "05/06/2024"], ["03-04-2024"], ["03/04/24", None], ["03/04/2024 10:00", "04/04/2024"]]
)
def test_dates_that_can_be_read_both_ways_are_refused(written):
    with pytest.raises(errors.InputError, match=r"day first or month first\. Use dates='day-month-year'") as refused:
        times(written)
    assert refused.value.argument == "dates"


@pytest.mark.parametrize(
    ("order", "meant"),
    [
        ("day-month-year", at(2024, 4, 3)), ("month-day-year", at(2024, 3, 4)), ("%d/%m/%Y", at(2024, 4, 3)),
        ("%m/%d/%Y", at(2024, 3, 4)),
    ],
)  # fmt: skip
def test_a_said_order_decides(order, meant):
    assert times(["03/04/2024", "03/04/2024"], order=order) == [meant, meant]


def test_a_said_order_is_held_to():
    assert times(["2024-03-04", "13/04/2024"], order="month-day-year") == [UNREADABLE, UNREADABLE]


@pytest.mark.parametrize("order", ["dmy", "%Q", "%d.%m.%", ""])
def test_an_unknown_order_is_refused(order):
    with pytest.raises(errors.InputError) as refused:
        times(["03/04/2024"], order=order)
    assert refused.value.argument == "dates"


FORMS = [
    "%Y-%m-%d %H:%M:%S", "%Y%m%d", "%Y/%m/%dT%H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%y", "%m/%d/%Y %I:%M:%S %p",
    "%d %b %Y %H:%M",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_is_printed_in_one_form_is_read_back(form):
    random = np.random.default_rng(5)
    moments = [at(1990, 1, 1) + timedelta(seconds=int(s)) for s in random.integers(0, 34 * 365 * 86400, 200)]
    printed = [moment.strftime(form) for moment in moments]
    assert times(printed) == [datetime.strptime(written, form) for written in printed]  # noqa: DTZ007 - the business's own clock


# Dates that prove two orders, or are numbers --------------------------------------------------------------------------


def notes(values, **rules) -> tuple[str, ...]:
    return times_as.parse_times(column(values), "x", **rules).notes


def test_two_orders_in_one_column_are_refused_with_an_example_of_each():
    mixed = ["05/01/2024", "17/01/2024", "31/01/2024", "02/29/2024", "03/13/2024"]
    with pytest.raises(errors.InputError, match=r"two orders: '31/01/2024' can only be day first, '03/13/2024'"):
        times(mixed)


def test_a_slip_among_dates_of_one_order_is_set_aside_and_said():
    values = ["05/01/2024", "17/01/2024", "31/01/2024", "03/13/2024"]
    assert times(values) == [at(2024, 1, 5), at(2024, 1, 17), at(2024, 1, 31), UNREADABLE]
    assert notes(values) == ("1 date in 'x' is written in another form than the rest, and is set aside.",)
    assert notes(["05.01.2024", "17.01.2024"]) == ()


def test_dates_that_a_spreadsheet_turned_where_it_could_are_refused():
    # 5 January became 2024-05-01; what has no month 13 or above stayed as it was.
    with pytest.raises(errors.InputError, match="look half turned by a spreadsheet"):
        times(["2024-05-01", "2024-06-02", "13/01/2024", "14/01/2024", "20/02/2024"])
    rest = ["2024-05-01", "2024-06-13", "13/01/2024", "14/01/2024", "05/02/2024"]  # turned by nobody
    assert times(rest) == [at(2024, 5, 1), at(2024, 6, 13), at(2024, 1, 13), at(2024, 1, 14), at(2024, 2, 5)]
    assert notes(rest) == (
        "Dates in 'x' stand in two forms, such as '2024-06-13' and '14/01/2024'; each was read in its own.",
    )
    doubtful = ["2024-05-01", "13/01/2024", "14/01/2024", "20/02/2024"]  # one cell: turned, or written so
    assert times(doubtful) == [UNREADABLE, at(2024, 1, 13), at(2024, 1, 14), at(2024, 2, 20)]
    assert notes(doubtful) == ("1 date in 'x' is written in another form than the rest, and is set aside.",)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([1641024000, 1641110400], [at(2022, 1, 1, 8), at(2022, 1, 2, 8)]),
        (["1704412800", "1704412800.5", None], [at(2024, 1, 5), at(2024, 1, 5, 0, 0, 0, 500000), None]),
        ([1704412800.0, None], [at(2024, 1, 5), None]),
        (["1704412800000", "1704412800250"], [at(2024, 1, 5), at(2024, 1, 5, 0, 0, 0, 250000)]),
        (["1704412800000001"], [at(2024, 1, 5, 0, 0, 0, 1)]),
        ([45292, 45300, 45330.5], [at(2024, 1, 1), at(2024, 1, 9), at(2024, 2, 8, 12)]),
        (["45292.41666667", "45300"], [at(2024, 1, 1, 10), at(2024, 1, 9)]),
    ],
)
def test_times_that_are_numbers(written, meant):
    assert times(written) == meant
    assert notes(written)[0].startswith("Numbers in 'x' are read as times written as ")


def test_times_that_are_numbers_are_moved_or_said():
    assert times([1641024000], zone="Europe/Moscow") == [at(2022, 1, 1, 11)]  # 08:00 UTC
    assert times([45292], zone="Europe/Moscow") == [at(2024, 1, 1)]  # a spreadsheet knows no zone
    assert times([43830], order="excel-days-1904") == [at(2024, 1, 1)]
    assert times(["45292", "x"], order="excel-days") == [at(2024, 1, 1), UNREADABLE]
    assert notes([45292], order="excel-days") == ()


def test_numbers_that_are_no_times_stay_unreadable():
    assert times(["2024-01-05", "45296"]) == [at(2024, 1, 5), UNREADABLE]
    assert "number of a spreadsheet, '45296' beside '2024-01-05'" in notes(["2024-01-05", "45296"])[0]
    with pytest.raises(errors.InputError, match=r"such as '17\.01\.2024' and numbers of a spreadsheet such as '45296'"):
        times(["17.01.2024", "45296", "45295"])
    assert times(["45296", "99999"]) == times(["1704412800", "5"]) == [UNREADABLE, UNREADABLE]


@pytest.mark.daily(4)
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            ["5 января 2024", "17 мая 2024 г.", "31 декабря 2024 года"],
            [at(2024, 1, 5), at(2024, 5, 17), at(2024, 12, 31)],
        ),
        (["05-янв.-2024", "14-Фев-2024", "13 мар. 2024"], [at(2024, 1, 5), at(2024, 2, 14), at(2024, 3, 13)]),
        (["5 сентября 2024 9:05"], [at(2024, 9, 5, 9, 5)]),
        (["31.12.2024, 14:30:00", "01.12.2024, 9:05:00"], [at(2024, 12, 31, 14, 30), at(2024, 12, 1, 9, 5)]),
        (["05-Jan-24", "31-DEC-23"], [at(2024, 1, 5), at(2023, 12, 31)]),
        (
            ["Friday, January 5, 2024", "Sat, 06 Jan 2024 14:30:00", "Sept 7th, 2024"],
            [at(2024, 1, 5), at(2024, 1, 6, 14, 30), at(2024, 9, 7)],
        ),
        (["пт 05.01.2024 г.", "6 мая 2024 г., 9:05"], [at(2024, 1, 5), at(2024, 5, 6, 9, 5)]),
        (["2024-Jan-05", "Fri Jan 05 14:30:00 2024"], [at(2024, 1, 5), at(2024, 1, 5, 14, 30)]),
        (
            ['="2024-01-05"', "'2024-01-06", "2024:01:07 14:30:00"],
            [at(2024, 1, 5), at(2024, 1, 6), at(2024, 1, 7, 14, 30)],
        ),
        (["20240105143000", "20240106090500"], [at(2024, 1, 5, 14, 30), at(2024, 1, 6, 9, 5)]),
        (["05.01.2024 14.30", "06.01.2024 9.05"], [at(2024, 1, 5, 14, 30), at(2024, 1, 6, 9, 5)]),
        (["2024-01-05T10:00:00Z[UTC]"], [at(2024, 1, 5, 10)]),
        (["Marvin 5, 2024", "2024-01-05"], [UNREADABLE, at(2024, 1, 5)]),
    ],
)
def test_months_in_words_and_clocks_behind_a_comma(written, meant):
    assert times(written) == meant


def test_two_digits_in_front_are_the_year_only_where_they_must_be():
    must = ["24-01-05", "24-12-31", "24-02-29", "00-06-01"]  # no day 00: the last is no date day first
    assert times(must) == [at(2024, 1, 5), at(2024, 12, 31), at(2024, 2, 29), at(2000, 6, 1)]
    for either in (["24-01-05", "24-01-17", "24-01-31"], ["24-01-05", "25-02-07", "26-03-08"]):
        with pytest.raises(errors.InputError, match="may begin with the year or with the day"):
            times(either)
    assert times(["24-01-05", "24-01-17"], order="%y-%m-%d") == [at(2024, 1, 5), at(2024, 1, 17)]
    assert times(["05/01/24", "17/01/24", "31/01/24"]) == [at(2024, 1, 5), at(2024, 1, 17), at(2024, 1, 31)]


# Zones ----------------------------------------------------------------------------------------------------------------

ZONES = ["Europe/Moscow", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


ISO, DOTTED = "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"
WITH_OFFSET = [
    (ISO, "Z", 0), ("%Y-%m-%dT%H:%M:%S", "+00:00", 0), (ISO, " UTC", 0), (ISO, "+0300", 3), (ISO, " -05", -5),
    (DOTTED, " +03:00", 3),
]  # fmt: skip


def changes_of_the_clock() -> list[datetime]:
    """Every hour around both changes of 2024 in New York and Auckland, and random moments of twenty years."""
    near = [at(2024, 3, 10), at(2024, 11, 3), at(2024, 4, 7), at(2024, 9, 29), at(2011, 3, 27), at(2014, 10, 26)]
    hours = [day + timedelta(minutes=30 * k) for day in near for k in range(-36, 72)]
    random = np.random.default_rng(6)
    return hours + [at(2004, 1, 1) + timedelta(seconds=int(s)) for s in random.integers(0, 20 * 365 * 86400, 100)]


def local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.daily(2)
@pytest.mark.parametrize("zone", ZONES)
def test_times_with_an_offset_are_moved_to_the_zone_of_the_business(zone):
    moments = changes_of_the_clock()
    for form, ending, hours in WITH_OFFSET:
        written = [f"{moment + timedelta(hours=hours):{form}}{ending}" for moment in moments]
        assert times(written, zone=zone) == [local(moment, zone) for moment in moments], (form, ending)


def test_both_changes_of_the_clock_by_hand():
    # New York springs from 02:00 to 03:00 on 10 March 2024 at 07:00 UTC, and falls back at 06:00 UTC on 3 November.
    written = ["2024-03-10T06:59:59Z", "2024-03-10T07:00:00Z", "2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z"]
    assert times(written, zone="America/New_York") == [
        at(2024, 3, 10, 1, 59, 59), at(2024, 3, 10, 3), at(2024, 11, 3, 1, 30), at(2024, 11, 3, 1, 30),
    ]  # fmt: skip
    # Moscow has had no changes since 2014; the last of the year there begins three hours before that of London.
    new_year = ["2023-12-31T20:59:59Z", "2023-12-31T21:00:00Z"]
    assert times(new_year, zone="Europe/Moscow") == [at(2023, 12, 31, 23, 59, 59), at(2024, 1, 1)]


def test_times_without_an_offset_are_local_beside_those_with_one():
    written = ["2024-01-05", "2024-01-05 10:00", "2024-01-05 10:00:00+00:00"]
    assert times(written, zone="Europe/Moscow") == [at(2024, 1, 5), at(2024, 1, 5, 10), at(2024, 1, 5, 13)]
    assert times(written) == [at(2024, 1, 5), at(2024, 1, 5, 10), at(2024, 1, 5, 10)]  # no zone said: UTC


@pytest.mark.parametrize("stored", ["UTC", "America/New_York", "Europe/Moscow"])
def test_aware_columns_do_not_depend_on_the_zone_they_are_stored_in(stored):
    moments = changes_of_the_clock()
    aware = pa.array(pd.DatetimeIndex(moments, tz="UTC").tz_convert(stored))
    assert times(aware, zone="Asia/Kolkata") == [local(moment, "Asia/Kolkata") for moment in moments]


@pytest.mark.parametrize(
    ("values", "aware"),
    [
        (["2024-01-05 10:00:00"], False), (["2024-01-05"], False), (["2024-01-05 10:00:00Z"], True),
        (["2024-01-05", "2024-01-05 10:00 +03"], True), (["2024-01-05 10:00:00 UTC"], True), ([None], False),
        (["10-12-2024"], False), ([20240105], False), ([at(2024, 1, 5)], False),
        ([datetime(2024, 1, 5, tzinfo=UTC)], True),
    ],
)  # fmt: skip
def test_offsets_are_noticed(values, aware):
    assert times_as.has_offsets(column(values), "x") is aware


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_no_precision_moves_the_last_moment_of_a_month(unit):
    last = np.datetime64("2024-02-01T00:00:00", unit) - np.timedelta64(1, unit)
    assert times(pa.array([last]))[0].month == 1


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1 234,56", "12,5", "0,10", "7"], [1234.56, 12.5, 0.1, 7.0]),
        (["1\u00a0234,56", "1\u202f234\u202f567,00", "12\u2009500,5"], [1234.56, 1234567.0, 12500.5]),
        (["1,234.56", "1,234", "12.5", "1,234,567.00"], [1234.56, 1234.0, 12.5, 1234567.0]),
        (["1.234,56", "1.234.567,00", "12,00"], [1234.56, 1234567.0, 12.0]),
        (["1'234.50", "1’000.00"], [1234.5, 1000.0]),
        (["(100)", "(1 000,50)", "-5", "−7", "+3", "0"], [-100.0, -1000.5, -5.0, -7.0, 3.0, 0.0]),
        (["100 ₽", "₽100", "100р.", "100 руб.", "100 RUB", "-100₽", "(100 ₽)"], [100.0] * 5 + [-100.0] * 2),
        (["$1,200.50", "-$5.25", "US$ 7.10", "7.10 USD"], [1200.5, -5.25, 7.1, 7.1]),
        (["€ 7.10", "7.10 EUR", "-7.10€"], [7.1, 7.1, -7.1]),
        (["1200,-", "99,50", "0.–"], [1200.0, 99.5, 0.0]),
        (["-,01", ",5", "12,25"], [-0.01, 0.5, 12.25]),
        (["1e3", "1.5E-2"], [1000.0, 0.015]),
        ([1, -2, None], [1.0, -2.0, None]),
        ([1.5, float("nan"), None], [1.5, None, None]),
        (["", "n/a", "NaN", None, "нет", "5"], [None, None, None, None, None, 5.0]),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(written, meant):
    assert numbers(written) == pytest.approx(meant, nan_ok=True)


@pytest.mark.parametrize(
    "written",
    [
        "ten",
        "1.2.3",
        "1,23,4",
        "12 pcs",
        "1 234,5,6",
        "--5",
        "5-",
        "(5",
        "₽",
        "inf",
        "1e999",
        "1_000",
        "0x10",
        "50%",
        "-",
        "—",
        "#N/A",
        "1200.50 1",
        "05 01 2024",
        "5.01.2024",
        "1200 тыс. руб.",
    ],
)
def test_what_is_no_number_is_named_and_not_guessed(written):
    assert numbers(["1.25", "2.50", written]) == [1.25, 2.5, UNREADABLE]


def test_the_decimal_mark_is_the_columns_not_the_rows():
    assert numbers(["1,50", "2,75", "3.25"]) == [1.5, 2.75, UNREADABLE]
    assert numbers(["1.50", "2.75", "3,25"]) == [1.5, 2.75, UNREADABLE]
    assert numbers(["1,500", "2.75", "3.25"]) == [1500.0, 2.75, 3.25]
    assert numbers(["1,500", "2,75", "3,25"]) == [1.5, 2.75, 3.25]


def test_an_infinite_amount_is_no_amount():
    assert numbers([1.0, float("inf"), float("-inf")]) == [1.0, UNREADABLE, UNREADABLE]


@pytest.mark.parametrize(
    ("group", "point"), [(" ", ","), ("\u00a0", ","), (",", "."), (".", ","), ("", "."), ("", ",")]
)
def test_what_is_printed_in_one_form_of_numbers_is_read_back(group, point):
    amounts = np.random.default_rng(7).integers(-(10**9), 10**9, 300) / 100
    printed = [f"{x:,.2f}".translate({ord(","): group, ord("."): point}) for x in amounts]
    assert numbers(printed) == amounts.tolist()


# Ids ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["17850.0", "12346.0", None], ["17850", "12346", None]),  # whole numbers that went through a float column
        (["17850.0", "C-7"], ["17850", "C-7"]),  # whatever stands beside them
        (["17850.5", "1.0"], ["17850.5", "1.0"]),
        (["00001", "0001"], ["00001", "0001"]),  # leading zeros tell two customers apart
        ([" a ", "a", "A"], ["a", "a", "A"]),
        (["", " ", "NaN", "null", "-", "n/a", "none", "НЕТ", "#N/A", "x"], [None] * 9 + ["x"]),
        ([1, 2, None], [1, 2, None]),
        ([1.0, 2.0, None, float("nan")], [1, 2, None, None]),
        ([1.5, 2.0], ["1.5", "2.0"]),
        ([None, None], [None, None]),
    ],
)
def test_ids_as_people_write_them(written, meant):
    assert ids(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["0,350", "1,000", "2,000"], [0.35, 1.0, 2.0]),  # no group begins with 0
        (["1500,000", "2,250"], [1500.0, 2.25]),  # nor follows four digits
        (["1 500,000", "2,250"], [1500.0, 2.25]),
        (["1,500,000", "2,250"], [1500000.0, 2250.0]),  # what occurs twice is no decimal mark
        (["1.500.000", "2.250", "3"], [1500000.0, 2250.0, 3.0]),
        (["1,200", "99", "5"], [1200.0, 99.0, 5.0]),  # as a decimal, 99 would be written 99,000
        (["1.200", "99", "5"], [1200.0, 99.0, 5.0]),
        (["0.125", "1.375"], [0.125, 1.375]),
        (["1,2345", "1,200"], [1.2345, 1.2]),
    ],
)
def test_a_mark_before_three_digits_is_settled_by_the_column(written, meant):
    assert numbers(written) == pytest.approx(meant)


@pytest.mark.parametrize(
    "written",
    [
        ["1,200", "12,345"],
        ["1.200", "99.900"],
        ["1,234", "99"],  # three decimals of which the last is not 0
        ["1,200", "99", "1500"],  # groups that are not always written
        ["1,200", "1.300"],
        ["1,50", "2.25", "1,200"],  # both marks are proven, and the last can be either
    ],
)
def test_a_mark_that_nothing_settles_is_asked_with_examples(written):
    with pytest.raises(errors.InputError, match=r"Use decimal=',' or decimal='\.'") as asked:
        numbers(written)
    assert asked.value.argument == "decimal"
    assert "1,200" in str(asked.value) or "1.200" in str(asked.value) or "1,234" in str(asked.value)


def test_a_said_mark_decides():
    assert numbers(["1,200", "12,345"], decimal=",") == [1.2, 12.345]
    assert numbers(["1,200", "12,345"], decimal=".") == [1200.0, 12345.0]
    assert numbers(["1,200", "12,345"], thousands=",") == [1200.0, 12345.0]
    assert numbers(["1.200", "12.345"], thousands=".") == [1200.0, 12345.0]
    assert numbers(["1,200", "99.5", "1 200"], decimal=".", thousands="") == [UNREADABLE, 99.5, UNREADABLE]
    assert numbers(["1 200,5", "1'200,5"], decimal=",", thousands=" ") == [1200.5, UNREADABLE]
    assert numbers(["1.5", "2.5"], decimal=",") == [UNREADABLE, UNREADABLE]


@pytest.mark.parametrize("said", [{"decimal": ";"}, {"thousands": "x"}, {"decimal": ",", "thousands": ","}])
def test_marks_that_cannot_be_are_refused(said):
    with pytest.raises(errors.InputError, match=r"decimal|thousands"):
        numbers(["1"], **said)


def test_a_neighbour_settles_what_a_column_does_not():
    con = engine()
    con.con.register(
        "neighbours", pa.table({"n": ["1,000", "2,000"], "p": ["150,00", "99,50"], "q": ["150.00", "9.5"]})
    )
    table = con.table("neighbours")
    for price, meant in (("p", [1.0, 2.0]), ("q", [1000.0, 2000.0])):
        parsed = numbers_as.parse_numbers(table, {"quantity": "n", "price": price}, text.Forms())
        assert read(parsed["quantity"], table) == meant


@pytest.mark.parametrize("written", [["$5.00", "5.00 €"], ["100 руб.", "100 USD", "1"], ["(5.00 $)", "5 zł"]])
def test_several_currencies_in_one_column_are_refused(written):
    with pytest.raises(errors.InputError, match="are in several currencies"):
        numbers(written)


@pytest.mark.parametrize("values", [[None, None], ["", "nan"], pa.array([None], pa.float64())])
def test_a_column_without_a_number_is_refused(values):
    with pytest.raises(errors.InputError, match="holds no number at all"):
        numbers(values)


def test_a_column_written_as_the_engine_writes_times_is_cast_and_no_more():
    # One value in another form, a year that is a misreading or a day that there is not: the way of all others.
    plain = ["2024-01-31", "2024-01-31 23:59:59", None, "2024-02-29T10:00", "2024-03-01 00:00:00.5"]
    read_as = [
        at(2024, 1, 31),
        at(2024, 1, 31, 23, 59, 59),
        None,
        at(2024, 2, 29, 10),
        at(2024, 3, 1, 0, 0, 0, 500_000),
    ]
    assert times(plain) == times([*plain, "2024-1-5"])[:5] == read_as
    parsed = times_as.parse_times(column(plain), "x")
    assert parsed.form == "year-month-day"
    assert "REGEXP" not in str(ibis.to_sql(parsed.value)).upper()
    for odd, said in (("2024-1-5", at(2024, 1, 5)), ("2024-02-30", UNREADABLE), ("1024-01-05", UNREADABLE)):
        assert times(["2024-01-31", odd]) == [at(2024, 1, 31), said]
