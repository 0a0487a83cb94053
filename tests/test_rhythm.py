"""The guard of the rhythm: whether a period suits the customers, said before any rate, and one suggestion for all."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings, strategies as st

import crrkit as crr
from crrkit import figures
from crrkit.cli.check import check_lines, look, report_command
from crrkit.measure.cadence.advice import advise
from crrkit.measure.cadence.rhythm import Rhythm, judge_rhythm
from crrkit.report.headline_section import retention_finding

if TYPE_CHECKING:
    from pathlib import Path

FIRST = pd.Timestamp("2014-01-01")
COUNTS = ["start", "kept", "lost", "new", "returned", "end"]
QUICK = settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])


def orders(log: dict[object, list[int]], **options: object) -> crr.OrderBase:
    rows = [(who, FIRST + timedelta(days=day)) for who, days in log.items() for day in days]
    return crr.read_orders(pd.DataFrame(rows, columns=["who", "at"]), customer="who", at="at", **options)


@cache
def cars() -> crr.OrderBase:
    """Everybody buys a car every three years for twelve years, and nobody ever goes elsewhere."""
    return orders({who: list(range(13 * who % 1095, 12 * 365, 1095)) for who in range(60)}, as_of="2026-01-01")


@cache
def coffee() -> crr.OrderBase:
    """Half of the guests are travellers who come once, the others come every three days for half a year."""
    guests = {f"guest {who}": list(range(who % 3, 182, 3)) for who in range(20)}
    return orders(guests | {f"traveller {who}": [3 * who] for who in range(60)})


def yearly_contracts(years: tuple[int, ...] = (1, 2, 3)) -> crr.ContractBase:
    """Contracts that end after whole years, three begun in each month of 2019."""
    begins = [date(2019, 1 + n % 12, 5) for n in range(36)]
    ends = [begin.replace(year=begin.year + years[n % len(years)]) for n, begin in enumerate(begins)]
    rows = pd.DataFrame({"who": range(36), "start": begins, "end": ends})
    return crr.read_contracts(rows, customer="who", start="start", end="end", as_of="2024-01-01")


# How long the gaps are ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "said"),
    [
        # gaps of 10 days seven times and 20 days twice, one open: of ten 3 are longer than 10 days and 1 than 20
        ({"a": [*range(0, 71, 10), 90, 110]}, "within 10 days, 80% within 20 days (9 were, 1 not yet)"),
        # of ten gaps five are open, longer than all others
        (
            {"a": [0, 10], "b": [0, 10], "c": [0, 20], "d": [0, 20], "e": [0, 30]},
            "within 30 days, and fewer than 80% at all (5 were, 5 not yet)",
        ),
        ({"a": [0], "b": [0, 10], "c": [0]}, "Fewer than half of the purchases were followed by another (1 was, 3 not"),
    ],
)
def test_the_gaps_in_a_sentence(log: dict[object, list[int]], said: str) -> None:
    gaps = crr.characteristic_interval(orders(log, as_of="2016-01-01"))
    assert said in gaps.in_words()
    if "80% within" in said:
        assert gaps.caption() == "Half of the gaps close within 10 days, 80% within 20 (9 closed, 1 open)"
    else:
        assert gaps.caption() == gaps.in_words()


# What is judged -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every", ["week", "month", "quarter", "half-year", "year"])
def test_cars_by_a_calendar_period_are_flagged_with_what_would_do(every: str) -> None:
    kept = crr.retention_by_period(cars(), every=every)
    assert kept.rhythm.status == "too_short"
    assert kept.rhythm.covered == 0, "nobody ever bought again within a year"
    assert kept.rhythm.advice.ground == "rule"
    assert (kept.rhythm.advice.every, kept.rhythm.advice.activity) == ("year", crr.Trailing(days=1095))
    assert "every='year', activity=Trailing(days=1095)" in kept.warning


def test_the_warning_stands_before_the_number_wherever_it_is_told() -> None:
    kept = crr.retention_by_period(cars(), every="month")
    opening = "By month the rate does not measure who stays"
    found, finding = crr.assess(kept), retention_finding(kept)
    for text in (str(kept), kept.caption(), str(found), str(crr.diagnose(kept)), str(finding), finding.claim):
        assert text.startswith(opening)
    for html in (kept.to_html(), found.to_html(), crr.diagnose(kept).to_html()):
        assert html.index(opening) < html.index("0.0%")
    for draw in (figures.retention_line, figures.bridge):
        ax = draw(kept)
        assert opening in figures.alt_text(ax)
        assert "no measure of who stays: the period is too short" in " ".join(text.get_text() for text in ax.texts)


def test_in_russian_too() -> None:
    kept = crr.retention_by_period(cars(), every="month")
    with crr.use_language("ru"):
        assert str(kept).startswith("По месяцам коэффициент не показывает, кто остаётся")
        assert "Подошло бы: every='year', activity=Trailing(days=1095)." in kept.warning


def test_travellers_who_never_return_are_lost_and_no_slow_rhythm() -> None:
    # 20 guests with a gap of three days: whoever comes back does so within the week; 60 of 80 never do.
    kept = crr.retention_by_period(coffee(), every="week")
    assert kept.rhythm.status == "fits"
    assert not kept.warning
    assert str(kept).startswith("2014-W")
    assert kept.rhythm.covered == 1


def test_the_share_that_has_come_back_counted_by_hand() -> None:
    # Closed gaps: 10 10 10 40 40 40; open at the end: a 60, b 20, c 20, d 70. At 10: 3 of 10 close, S = 7/10. At 20:
    # two leave. At 40: 3 of 5 close, S = 7/10 * 2/5 = 7/25. Of all that ever close, 1 - 7/25, within 30 days: .3 / .72.
    base = orders({"a": [0, 10], "b": [0, 10, 50], "c": [0, 10, 50], "d": [-40, 0]}, as_of="2014-03-12")
    rhythm = judge_rhythm(base, every="month")
    assert rhythm.covered == pytest.approx(0.3 / 0.72)
    assert (rhythm.status, rhythm.closed, rhythm.seen, rhythm.median) == ("too_short", 6, 10, 40)


def test_one_gap_less_than_half_is_flagged_and_half_is_not() -> None:
    # some with a gap of 20 days, the others of 40; all bought again on day 40, a day before the end
    def status(quick: int, slow: int) -> str:
        log = {f"q{n}": [20, 40] for n in range(quick)} | {f"s{n}": [0, 40] for n in range(slow)}
        return judge_rhythm(orders(log, as_of="2014-02-11"), every="month").status

    assert [status(5, 5), status(4, 6)] == ["fits", "too_short"]


@pytest.mark.parametrize(
    ("log", "status"),
    [
        ({"a": [0]}, "unknown"),  # one customer, one purchase: an example, nothing to judge
        ({"a": [0, 40], "b": [0, 40]}, "unknown"),  # two repeat purchases
        ({who: [who] for who in range(19)}, "unknown"),
        ({who: [who] for who in range(20)}, "not_seen"),  # a list of single purchases
        ({who: [who, who + 9][: 1 + (who < 4)] for who in range(40)}, "not_seen"),  # four of forty came back
        ({"a": list(range(0, 90, 3))}, "fits"),  # one customer, but thirty visits
    ],
)
def test_too_little_to_see_a_rhythm(log: dict[object, list[int]], status: str) -> None:
    kept = crr.retention_by_period(orders(log, as_of="2014-04-01"), every="month")
    assert kept.rhythm.status == status
    assert bool(kept.warning) == (status == "not_seen")


def test_single_purchases_are_not_told_as_nobody_stayed() -> None:
    kept = crr.retention_by_period(orders({who: [who] for who in range(60)}, as_of="2014-04-01"), every="month")
    assert kept.caption().startswith("By month the rate does not measure who stays: of 60 purchases fewer than 5 were")
    assert crr.assess(kept).annual is None
    assert not len(crr.assess(kept).to_pandas())


@pytest.mark.parametrize(
    ("rule", "every", "status"),
    [
        (crr.Trailing(days=365), "month", "by_construction"),
        (crr.Trailing(days=365), "year", "fits"),
        (crr.Trailing(days=31), "month", "fits"),
        (crr.Trailing(days=32), "month", "by_construction"),
        (crr.Trailing(months=1), "month", "fits"),
        (crr.Trailing(months=2), "month", "by_construction"),
        (crr.Trailing(days=2), "month", "too_short"),  # who comes every three days cannot have come in two
        (crr.OwnGap(population_days=40), "month", "by_construction"),  # 3 * 40 days and no purchase needed
        (crr.OwnGap(population_days=3), "month", "fits"),
    ],
)
def test_windows_and_own_limits(rule: crr.activity.Activity, every: str, status: str) -> None:
    base = coffee().with_activity(rule)
    assert judge_rhythm(base, every=every).status == status


@pytest.mark.parametrize(
    ("window", "every", "said"),
    [
        (5, "week", "every='month', activity=Trailing(days=31)"),
        (20, "week", "every='month', activity=Trailing(days=31)"),
        (20, "month", "activity=Trailing(days=31)"),
        (7, "quarter", "every='month', activity=Trailing(days=31)"),
        (26, "week", "every='month'"),
        (None, "week", "every='month'"),
    ],
)
def test_what_would_do_under_a_window_is_not_flagged(window: int | None, every: str, said: str) -> None:
    regular = orders({who: list(range(who % 25, 700, 25)) for who in range(60)})  # everybody comes every 25 days
    base = regular if window is None else regular.with_activity(crr.Trailing(days=window))
    warning = judge_rhythm(base, every=every).warning
    assert warning.endswith(f"What would suit: {said}.")
    assert judge_rhythm(base, every="month").is_doubtful == ("activity" in said)
    if "activity" in said:
        base = regular.with_activity(crr.Trailing(days=31))
    assert not judge_rhythm(base, every="month").is_doubtful


def test_what_would_do_is_never_flagged_itself() -> None:
    for base in (coffee(), coffee().with_activity(crr.Trailing(days=100)), yearly_contracts()):
        advice = advise(base)
        assert advice.fits
        assert not judge_rhythm(advice.applied(base), every=advice.every).is_doubtful
        assert crr.suggest_period(base) == advice.every


@pytest.mark.slow
@given(st.integers(1, 200), st.integers(1, 4), st.integers(2, 30))
@QUICK
def test_a_suggested_period_is_never_flagged(gap: int, loyal: int, visits: int) -> None:
    log = {who: list(range(who, who + visits * gap, gap)) for who in range(loyal)} | {
        f"once {n}": [n] for n in range(9)
    }
    base = orders(log)
    advice = advise(base)
    if not advice.fits or advice.activity:
        with pytest.raises(crr.InputError):
            crr.suggest_period(base)
    else:
        assert crr.suggest_period(base) == advice.every
        assert judge_rhythm(base, every=advice.every).status in ("fits", "unknown")


def test_events_are_judged_like_purchases() -> None:
    rows = [(who, FIRST + timedelta(days=day), "buy") for who in range(30) for day in (who, who + 400, who + 800)]
    log = pd.DataFrame([*rows, (99, FIRST, "visit")], columns=["who", "at", "what"])
    base = crr.read_events(
        log, customer="who", at="at", kind="what", kinds={"buy": "purchase", "visit": "visit"}, as_of="2018-01-01"
    )
    assert crr.retention_by_period(base, every="month").rhythm.status == "too_short"
    assert advise(base).what == "every='year', activity=Trailing(days=400)"


# Contracts ------------------------------------------------------------------------------------------------------------


def test_contracts_by_the_year_get_a_word_and_no_flag() -> None:
    kept = crr.retention_by_period(yearly_contracts(), every="month")
    assert kept.rhythm.status == "within_term"
    assert not kept.rhythm.is_doubtful
    assert "only those whose renewal is due can leave" in str(kept).splitlines()[-1]
    assert "only those whose renewal is due can leave" in retention_finding(kept).caveat
    assert crr.suggest_period(yearly_contracts()) == "year"
    assert advise(yearly_contracts()).why.startswith("By year, because most contracts that ended had run for whole")
    assert judge_rhythm(yearly_contracts(), every="year").status == "fits"


def test_contracts_of_decades_are_looked_at_by_longer_periods() -> None:
    """120 months are ten years; of 12 years there are 48 quarters, of 90 years 90 years."""
    for begun, every in [(2014, "month"), (2012, "quarter"), (1934, "year")]:
        rows = pd.DataFrame({"who": ["a", "b"], "start": [f"{begun}-01-01", "2023-05-07"], "end": None})
        base = crr.read_contracts(rows, customer="who", start="start", end="end", as_of="2024-01-01")
        assert crr.suggest_period(base) == every
    assert advise(base).why == "By year, because the list runs over 90 years: shorter periods would be too many."


def test_contracts_of_any_length_are_looked_at_by_month() -> None:
    dice = np.random.default_rng(5)
    begins = [date(2020, 1, 1) + timedelta(days=int(n)) for n in dice.integers(0, 700, 90)]
    rows = pd.DataFrame({"who": range(90), "start": begins})
    rows["end"] = [begin + timedelta(days=int(n)) for begin, n in zip(begins, dice.integers(20, 900, 90), strict=True)]
    base = crr.read_contracts(rows, customer="who", start="start", end="end", as_of="2024-01-01")
    assert judge_rhythm(base, every="month").status == "fits"
    assert crr.suggest_period(base) == "month"


# No year from a month of buyers ---------------------------------------------------------------------------------------


def regulars() -> crr.OrderBase:
    """Of 100 who buy every other month in 2014 the first 80 go on in 2015: by the year .8, by the month near 0."""
    return orders({who: list(range(who % 60, 730 if who < 80 else 365, 60)) for who in range(100)}, as_of="2016-01-01")


def test_a_buyer_rate_is_not_raised_to_a_power_but_measured() -> None:
    found = crr.assess(crr.retention_by_period(regulars(), every="quarter"))
    assert found.rhythm.status == "fits"
    assert (found.annual.numerator, found.annual.denominator, found.annual.period) == (80, 100, "year")
    assert "Measured over the year 2015: 80.0%." in found.caption()
    rows = found.to_pandas()
    assert set(rows["basis"]) == {"as stated", "measured", "share gained"}
    yearly = rows[(rows["source"] == "B18")].iloc[0]
    assert (yearly["value"], yearly["stands"]) == (0.8, "usual")  # a base change of 20 % a year
    assert any("not raised to a power" in note for note in found.notes)


def test_a_monthly_rate_of_slow_buyers_is_no_critical_year() -> None:
    found = crr.assess(crr.retention_by_period(regulars(), every="month"))
    assert found.is_doubtful
    assert set(found.to_pandas()["basis"]) == {"measured"}
    assert "critical" not in " ".join(found.to_pandas()["stands"])
    cards = [card.name for card in crr.diagnose(crr.retention_by_period(regulars(), every="month")).cards]
    assert "leaky_bucket" not in cards


def test_without_two_years_there_is_no_annual_figure() -> None:
    base = orders({who: list(range(who % 30, 300, 25)) for who in range(50)})
    found = crr.assess(crr.retention_by_period(base, every="month"))
    assert found.annual is None
    assert "There is no annual figure" in found.caption()
    assert set(found.to_pandas()["source"]) == {"A16", "B24"}


def test_contracts_are_converted_as_before() -> None:
    found = crr.assess(crr.retention_by_period(yearly_contracts(), every="quarter"))
    assert found.annual.status == "equivalent"


# One suggestion for Python, check and report --------------------------------------------------------------------------


def csv_of(base: crr.OrderBase, folder: Path) -> str:
    file = folder / "list.csv"
    base.table.to_pandas()[["customer", "at"]].to_csv(file, index=False)
    return str(file)


def test_check_says_what_suggest_period_says(tmp_path: Path) -> None:
    file = csv_of(coffee(), tmp_path)
    seen = look(file, kind="orders", reading={})
    assert seen.advice.every == crr.suggest_period(seen.base) == "week"
    assert "By week, because" in "\n".join(check_lines(seen, kind_was_named=True))
    assert "--every week" in report_command(seen)


def test_check_of_contracts_says_what_suggest_period_says() -> None:
    seen = look(str(crr.sample_path("contracts")), kind="contracts", reading={"start": "joined", "end": "left"})
    assert seen.advice.every == crr.suggest_period(seen.base) == "month"


def test_check_names_no_period_where_suggest_period_refuses(tmp_path: Path) -> None:
    file = csv_of(orders({who: [3 * who] for who in range(30)}), tmp_path)
    seen = look(file, kind="orders", reading={})
    text = "\n".join(check_lines(seen, kind_was_named=True))
    with pytest.raises(crr.InputError) as refused:
        crr.suggest_period(seen.base)
    assert str(refused.value) in text
    assert "No period can be suggested" in text
    assert "Suggested period" not in text


@pytest.mark.slow
def test_a_report_takes_the_period_that_suits_and_says_why(tmp_path: Path) -> None:
    written = crr.write_report(coffee(), out=tmp_path / "r.html", min_cell=None, detail="short")
    assert (written.every, written.advice.ground) == ("week", "covers")
    left, reason = written.findings[0].caveat.split("June 30, 2014. ")
    assert left == "Left out, because the list ends on July 1, 2014, before the end of the period: the week of "
    assert reason.startswith("By week, because 80% of the gaps between purchases close within 3 days.")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.index("By week, because") < page.index('id="findings"')


@pytest.mark.slow
def test_a_report_takes_the_rule_that_suits_and_flags_what_is_said_otherwise(tmp_path: Path) -> None:
    short = {"min_cell": None, "detail": "short"}
    written = crr.write_report(cars(), out=tmp_path / "r.html", **short)
    assert str(written).splitlines()[1].startswith("By year with activity=Trailing(days=1095), because 80%")
    obeyed = crr.write_report(cars(), every="month", out=tmp_path / "m.html", lang="ru", **short)
    assert obeyed.advice is None
    assert obeyed.findings[0].claim.startswith("По месяцам коэффициент не показывает, кто остаётся")
    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    heading = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1]
    assert heading.startswith('<span class="warning">По месяцам коэффициент не показывает')  # in front of the number


def test_the_judgement_can_be_kept() -> None:
    kept = crr.retention_by_period(cars(), every="month")
    assert Rhythm.from_dict(kept.rhythm.to_dict()).warning == kept.warning


# Calendar months ------------------------------------------------------------------------------------------------------


def test_two_calendar_months_are_not_sixty_days() -> None:
    # At the end of August two calendar months are July and August: x bought on July 1 and is still in, y too. Of days
    # it takes 62: with 60 or 61 the window at September 1 opens on July 3 or 2, and x is out.
    log = pd.DataFrame({"who": ["x", "y", "y"], "at": ["2007-07-01", "2007-07-20", "2007-09-10"]})
    read = {"customer": "who", "at": "at", "as_of": "2007-11-01"}

    def august(rule: crr.Trailing) -> tuple[int, ...]:
        base = crr.read_orders(log, activity=rule, **read)
        return tuple(crr.retention_by_period(base, every="month").row("2007-08")[COUNTS])

    assert august(crr.Trailing(months=2)) == august(crr.Trailing(days=62)) == (2, 2, 0, 0, 0, 2)
    assert august(crr.Trailing(days=60)) == august(crr.Trailing(days=61)) == (2, 1, 1, 0, 0, 1)


LOGS = st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(0, 400), min_size=1, max_size=9), min_size=1)


@pytest.mark.slow
@given(LOGS, st.sampled_from([("month", 1), ("quarter", 3), ("half-year", 6), ("year", 12)]))
@QUICK
def test_a_window_of_one_period_in_months_is_the_rule_of_the_period(log: dict, sizes: tuple[str, int]) -> None:
    every, months = sizes
    base = orders(log, as_of="2016-01-01")
    by_rule, by_window = (
        crr.retention_by_period(one, every=every).table[COUNTS]
        for one in (base, base.with_activity(crr.Trailing(months=months)))
    )
    pd.testing.assert_frame_equal(by_rule, by_window)


@pytest.mark.parametrize("lengths", [{}, {"days": 3, "months": 2}, {"months": 0}, {"months": 1.5}, {"days": 0}])
def test_a_window_has_one_length(lengths: dict[str, float]) -> None:
    with pytest.raises(crr.InputError):
        crr.Trailing(**lengths)


# Real lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_online_retail(shop: crr.Base) -> None:
    kept = crr.retention_by_period(shop, every="month")
    assert tuple(kept.row("2011-11")[["kept", "start"]]) == (622, 1364)
    assert kept.rhythm.status == "too_short"  # half of the repeat purchases take more than 36 days
    assert kept.rhythm.median == 36
    assert crr.suggest_period(shop) == "quarter"
    assert advise(shop).ground == "history"  # 80 % within 103 days, but one whole half-year only
    assert crr.assess(kept).annual is None


@pytest.mark.real_data
def test_cdnow(data_dir: Path) -> None:
    log = pd.read_csv(
        data_dir / "cdnow" / "CDNOW_master.txt", sep=r"\s+", skiprows=1, names=["who", "at", "n", "paid"], dtype=str
    )
    log = log[log["at"].str.len() == 8].assign(at=lambda rows: pd.to_datetime(rows["at"]))
    base = crr.read_orders(log, customer="who", at="at")
    assert judge_rhythm(base, every="month").status == "too_short"
    assert judge_rhythm(base, every="quarter").status == "fits"
    assert (advise(base).every, advise(base).ground) == ("half-year", "returns")  # 30 % of the gaps never close


@pytest.mark.parametrize(
    ("every", "rule", "said"),
    [
        ("month", crr.Trailing(60), "2 calendar months can be 62 days long: with a window of 60 days"),
        ("month", crr.Trailing(61), "Trailing(months=2) looks back over whole months."),
        ("month", crr.Trailing(62), ""),
        ("month", crr.Trailing(months=2), ""),
        ("month", crr.Trailing(30), "A calendar month can be 31 days long: with a window of 30 days"),
        ("month", crr.Trailing(14), "The window of 14 days is shorter than the month"),
        ("quarter", crr.Trailing(30), "The window of 30 days is shorter than the quarter"),
        ("quarter", crr.Trailing(90), "3 calendar months can be 92 days long"),
        ("quarter", crr.Trailing(92), ""),
        ("week", crr.Trailing(5), "The window of 5 days is shorter than the week"),
        ("week", crr.Trailing(30), ""),
    ],
)
def test_a_window_in_days_that_just_misses_calendar_months_says_so(every, rule, said):
    # x bought on 1 July 2007 and is in two calendar months before 1 September, but not in the 60 or 61 days before it.
    log = pd.DataFrame([("x", "2007-07-01"), ("y", "2007-07-20"), ("y", "2007-09-10")], columns=["customer", "at"])
    kept = crr.retention_by_period(crr.read_orders(log, activity=rule, as_of="2007-11-01"), every=every)
    assert said in kept.rhythm.note
    young = [line for line in kept.below() if "nobody can be lost" in line]  # another matter, of longer windows
    assert bool(said) == bool(kept.rhythm.note) == (len(kept.below()) > len(young))
    if every == "month" and rule.length > 59:
        assert kept.row("2007-08")["kept"] == (1 if rule.days in (60, 61) else 2)
