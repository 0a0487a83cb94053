"""Calendars: every day falls in exactly one period, and names lead back to their period."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import crrkit
from crrkit.ground.errors import InputError
from crrkit.ground.periods import DAYS_PER_PERIOD, DAYS_PER_YEAR, PERIODS, YEARS_PER_PERIOD, longer
from crrkit.rules.periods import MONTHS, WEEKDAYS, Calendar

PACKAGE = Path(crrkit.__file__).parent

calendars = st.builds(
    Calendar, st.sampled_from(PERIODS), week_starts=st.sampled_from(WEEKDAYS), year_starts=st.sampled_from(MONTHS)
)
days = st.dates(min_value=date(1890, 1, 1), max_value=date(2199, 12, 31))


@given(calendars, days)
def test_a_day_lies_in_its_period_and_in_no_other(calendar: Calendar, day: date) -> None:
    index = calendar.index(day)
    assert calendar.start(index) <= day < calendar.start(index + 1)


@given(calendars, days)
def test_a_name_leads_back_to_its_period(calendar: Calendar, day: date) -> None:
    index = calendar.index(day)
    assert calendar.parse(calendar.label(index)) == index


@given(st.sampled_from(WEEKDAYS), days)
def test_a_week_begins_on_its_weekday_and_lasts_seven_days(weekday: str, day: date) -> None:
    calendar = Calendar("week", week_starts=weekday)
    first = calendar.start(calendar.index(day))
    assert WEEKDAYS[first.weekday()] == weekday
    assert calendar.start(calendar.index(day) + 1) - first == timedelta(days=7)


@given(days)
def test_monday_weeks_are_iso_weeks(day: date) -> None:
    year, week, _weekday = day.isocalendar()
    assert Calendar("week").label_of(day) == f"{year}-W{week:02d}"


@pytest.mark.parametrize(
    ("calendar", "day", "label", "first", "following"),
    [
        (Calendar("day"), date(2024, 2, 29), "2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
        (Calendar("week"), date(2024, 12, 30), "2025-W01", date(2024, 12, 30), date(2025, 1, 6)),
        (Calendar("week", week_starts="sunday"), date(2024, 2, 4), "2024-W06", date(2024, 2, 4), date(2024, 2, 11)),
        (Calendar("month"), date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        (Calendar("quarter"), date(2024, 6, 30), "2024Q2", date(2024, 4, 1), date(2024, 7, 1)),
        (Calendar("half-year"), date(2024, 6, 30), "2024H1", date(2024, 1, 1), date(2024, 7, 1)),
        (Calendar("half-year"), date(2024, 7, 1), "2024H2", date(2024, 7, 1), date(2025, 1, 1)),
        (Calendar("year"), date(2024, 12, 31), "2024", date(2024, 1, 1), date(2025, 1, 1)),
        (Calendar("year", year_starts="april"), date(2024, 3, 31), "2023/24", date(2023, 4, 1), date(2024, 4, 1)),
        (Calendar("quarter", year_starts="april"), date(2024, 4, 1), "2024/25Q1", date(2024, 4, 1), date(2024, 7, 1)),
        (
            Calendar("half-year", year_starts="july"),
            date(2024, 12, 31),
            "2024/25H1",
            date(2024, 7, 1),
            date(2025, 1, 1),
        ),
    ],
)
def test_counted_by_hand(calendar: Calendar, day: date, label: str, first: date, following: date) -> None:
    index = calendar.index(day)
    assert (calendar.label(index), calendar.start(index), calendar.start(index + 1)) == (label, first, following)


@pytest.mark.parametrize(
    ("every", "label"),
    [
        ("month", "2024-13"), ("month", "2024Q1"), ("quarter", "2024Q5"), ("week", "2023-W53"), ("year", "24"),
        ("day", "2023-02-29"), ("half-year", "2024H3"), ("month", ""),
    ],
)  # fmt: skip
def test_a_wrong_name_is_refused_with_an_example(every: str, label: str) -> None:
    with pytest.raises(InputError, match="is written like") as refused:
        Calendar(every).parse(label, name="first")
    assert refused.value.argument == "first"


@pytest.mark.parametrize(
    "wrong", [{"every": "fortnight"}, {"every": "week", "week_starts": "monady"}, {"every": "year", "year_starts": "4"}]
)
def test_unknown_calendars_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="Choose one of"):
        Calendar(**wrong)


# One room for the names and lengths ---------------------------------------------------------------------------------


def test_the_periods_are_named_once_and_from_short_to_long() -> None:
    assert tuple(YEARS_PER_PERIOD) == tuple(DAYS_PER_PERIOD) == PERIODS
    assert list(DAYS_PER_PERIOD.values()) == sorted(DAYS_PER_PERIOD.values())
    assert [days / DAYS_PER_YEAR for days in DAYS_PER_PERIOD.values()] == pytest.approx([*YEARS_PER_PERIOD.values()])


def test_every_period_but_a_year_has_longer_ones_and_nobody_is_offered_half_years() -> None:
    for every in PERIODS:
        following = longer(every)
        lengths = [DAYS_PER_PERIOD[one] for one in (every, *following)]
        assert lengths == sorted(lengths)
        assert bool(following) == (every != "year")
        assert "half-year" not in following


def test_the_browser_knows_the_same_lengths() -> None:
    """PER_YEAR of the explorer of periods: how many of each period a year has."""
    (line,) = [
        line
        for path in PACKAGE.rglob("*.js")
        for line in path.read_text("utf-8").splitlines()
        if "PER_YEAR = {" in line
    ]
    pairs = re.findall(r"\"?([a-z-]+)\"?: ([\d.]+)(?: / (\d+))?", line)
    browser = {name: float(number) / float(by or 1) for name, number, by in pairs}
    assert browser == pytest.approx({name: 1 / years for name, years in YEARS_PER_PERIOD.items()})
    assert [*browser] == [*PERIODS]
