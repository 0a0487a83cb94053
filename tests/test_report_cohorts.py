"""The cohorts of a report: sentences against worlds counted by hand, and what must not be told."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit import report
from crrkit.ground.languages import LANGUAGES, use_language
from crrkit.measure.cohorts.grid import OBSERVED
from crrkit.report.cohort_counts import MOST_COHORTS, SharedCohorts
from crrkit.report.cohort_findings import against_the_others, comparable_age, has_shown_ages
from crrkit.report.cohort_section import about_cohorts, cohorts_block, cohorts_caption
from crrkit.report.headline_section import headline_section
from crrkit.report.period_names import later, of_life
from crrkit.report.privacy import refuse_leaks
from crrkit.report.section import Subject


def purchases(cohorts: dict[str, list[int]], *, as_of: str) -> crr.Base:
    """Of each cohort the first so many members buy in each month of age."""
    rows = [
        (f"{cohort}/{i}", pd.Period(cohort, "M").start_time + pd.DateOffset(months=age))
        for cohort, counts in cohorts.items()
        for age, count in enumerate(counts)
        for i in range(count)
    ]
    return orders(rows, as_of=as_of)


def orders(rows: list[tuple[str, object]], **rules) -> crr.Base:
    log = pd.DataFrame(rows, columns=["who", "at"])
    return crr.read_orders(log.assign(at=pd.to_datetime(log["at"])), customer="who", at="at", **rules)


def members(stays: list[tuple[int, str, str | None]], *, as_of: str) -> crr.Base:
    """So many members who join on a day and leave on another."""
    rows = [(f"{i}/{k}", *days) for i, (n, *days) in enumerate(stays) for k in range(n)]
    frame = pd.DataFrame(rows, columns=["who", "from", "to"])
    return crr.read_contracts(frame, customer="who", start="from", end="to", as_of=as_of)


def lives(base: crr.Base, *, every: str = "month", min_cell: int | None = 10) -> SharedCohorts:
    return report.cohorts_of(base, every=every, min_cell=min_cell)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


# Which cohort stands out ----------------------------------------------------------------------------------------------


def test_a_cohort_that_differs_stands_out_with_its_interval() -> None:
    found = report.cohort_finding(lives(purchases({"2024-01": [100, 60], "2024-02": [120, 30]}, as_of="2024-04-01")))
    expected = "The cohort of January 2024 stands out: 1 month later 60.0% of it bought, against 25.0% of the others."
    assert found.claim == expected
    low, high = crr.newcombe(60, 100, 30, 120)
    assert f"Difference +35.0 points, 95% interval +{100 * low:.1f} points to +{100 * high:.1f} points." in plain(
        found.caveat
    )
    assert "Each of 2 cohorts was compared with all others" in found.caveat
    assert "first in the list and holds buyers who came before the list begins" in found.caveat
    assert found.evidence["cohort"].tolist() == ["2024-01", "2024-02"]


def test_a_difference_that_chance_brings_is_not_called_one() -> None:
    # 55 of 100 against 60 of 120: .05 (-.08, .18)
    found = report.cohort_finding(lives(purchases({"2024-01": [100, 55], "2024-02": [120, 60]}, as_of="2024-04-01")))
    assert found.claim == (
        "No cohort clearly stands out: 1 month later from 50.0% (February 2024) to 55.0% (January 2024)"
        " of a cohort bought, which chance alone can explain."
    )


def test_cohorts_that_are_alike_are_not_ranked() -> None:
    found = report.cohort_finding(lives(purchases({"2024-01": [100, 50], "2024-02": [60, 30]}, as_of="2024-04-01")))
    assert found.claim == "No cohort stands out: 1 month later 50.0% of each."


def test_one_cohort_of_many_that_chance_would_pick_is_corrected_for() -> None:
    # Seen whole at age 5 are January to April: 62 of 100 against 150 of 300, p .04 and four times that after Holm.
    cohorts = {f"2024-{m:02}": [100, *[62 if m == 4 else 50] * 8] for m in range(1, 9)}
    found = report.cohort_finding(lives(purchases(cohorts, as_of="2024-10-01"), min_cell=None))
    best = found.evidence.set_index("cohort").loc["2024-04"]
    assert best["p_value"] < 0.05 < best["p_holm"]
    assert found.claim.startswith("No cohort clearly stands out: 5 months later from 50.0%")


def test_contracts_are_there_and_do_not_buy() -> None:
    base = members(
        [(60, "2024-01-05", None), (60, "2024-01-05", "2024-02-10"), (110, "2024-02-05", None)], as_of="2024-04-01"
    )
    found = report.cohort_finding(lives(base))
    assert "1 month later 50.0% of it were there, against 100.0% of the others" in found.claim
    assert "before the list begins" not in found.caveat


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_each_cohort_is_held_against_everybody_else(counts: list[tuple[int, int]]) -> None:
    counts = [(size, min(back, size)) for size, back in counts]
    cohorts = {f"2024-{m:02}": list(pair) for m, pair in enumerate(counts, start=1)}
    grid = crr.cohort_grid(purchases(cohorts, as_of="2024-10-01"))
    held = against_the_others(grid, 1)
    for i, (size, back) in enumerate(counts):
        others = [pair for j, pair in enumerate(counts) if j != i]
        n, k = sum(pair[0] for pair in others), sum(pair[1] for pair in others)
        assert held["rate"][i] == pytest.approx(back / size)
        assert held["others"][i] == pytest.approx(k / n)
        assert (held["low"][i], held["high"][i]) == pytest.approx(crr.newcombe(back, size, k, n))
    assert (held["p_holm"] >= held["p_value"] - 1e-12).all()


def test_the_calendar_chooses_the_age_and_not_the_result() -> None:
    cohorts = {f"2024-{m:02}": [30, 15, 15, 15, 15] for m in range(1, 6)}
    grid = crr.cohort_grid(purchases(cohorts, as_of="2024-07-01"))
    whole = grid.table[grid.table["status"] == OBSERVED]
    assert comparable_age(whole, grid) == 3  # seen whole at age 3 are three of five: January, February, March
    assert comparable_age(whole[whole["age"] == 0], grid) is None


# Where in their life customers leave ----------------------------------------------------------------------------------

# 50 leave after 22 days, 30 after 75, in month 3 (days 61 to 91); 120 stay.
LEAVING = [(50, "2024-01-10", "2024-02-01"), (30, "2024-01-10", "2024-03-25"), (120, "2024-01-10", None)]


def test_the_age_in_which_most_are_lost_has_its_interval_and_its_rival() -> None:
    found = report.leaving_finding(lives(members(LEAVING, as_of="2024-06-01")))
    low, high = crr.wilson(50, 200)
    assert found.claim == (
        f"Customers leave most often in their first month: 50 of 200 (25.0%; 95% interval {low:.1%} to {high:.1%})."
    )
    assert "This does not clearly differ from the loss in their third month (20.0%)." in found.caveat
    assert found.evidence["lost"].tolist() == [50, 0, 30]


def test_a_loss_that_is_larger_beyond_chance_only_names_the_next() -> None:
    more = [(80, *LEAVING[0][1:]), *LEAVING[1:]]
    assert (
        "Next comes the loss in their third month (20.0%)."
        in report.leaving_finding(lives(members(more, as_of="2024-06-01"))).caveat
    )


def test_ages_in_which_few_left_are_withheld() -> None:
    few = [LEAVING[0], (9, *LEAVING[1][1:]), LEAVING[2]]
    found = report.leaving_finding(lives(members(few, as_of="2024-06-01")))
    assert "Suppressed, because few customers left or stayed: 1 month." in found.caveat
    assert math.isnan(found.evidence["lost"].iloc[2])
    assert math.isnan(found.evidence["at_risk"].iloc[2])
    told_all = report.leaving_finding(lives(members(few, as_of="2024-06-01"), min_cell=None))
    assert told_all.evidence["lost"].tolist() == [50, 0, 9]


def test_who_may_still_come_back_is_not_lost() -> None:
    # 100 buy on 2 January; 60 again after 40 days, in month 2, and 30 of them after 80, in month 3; seen to August.
    days = [(100, "2024-01-02"), (60, "2024-02-11"), (30, "2024-03-22")]
    base = orders([(f"c{i}", day) for n, day in days for i in range(n)], as_of="2024-08-05")
    found = report.leaving_finding(lives(base))
    # from month 1 to later 60 of 100 went on; of them 30 from month 2; the gap that nine of ten need is one month
    assert found.evidence["at_risk"].tolist() == [100, 60, 30]
    assert found.evidence["lost"].tolist() == [40, 30, 30]
    # nobody who came back did so within a month: by month the silence of a month tells nothing
    assert "Purchases as rare as these do not show" in found.claim
    assert "Of 100 customers 40 have not bought again after their first period so far" in found.caveat


def test_the_loss_of_frequent_buyers_has_its_moment() -> None:
    # 100 buy on 2 January and two weeks later; 60 of them every two weeks until July; seen to August
    days = [(100, 0), (100, 14), *((60, day) for day in range(28, 211, 14))]
    start = pd.Timestamp("2024-01-02")
    base = orders([(f"c{i}", start + pd.Timedelta(days=day)) for n, day in days for i in range(n)], as_of="2024-08-05")
    there = lives(base)
    found = report.leaving_finding(there)
    assert there.silence == 0  # of those who came back all did after two weeks
    assert "in their first month: 40 of 100 bought then for the last time" in found.claim


def test_an_age_after_which_a_return_is_likely_tells_of_no_loss() -> None:
    # all 50 come again after two months; at the end of the data two months of silence are no leaving
    base = orders([(f"c{i}", day) for day in ("2024-01-02", "2024-03-15") for i in range(50)], as_of="2024-06-05")
    found = report.leaving_finding(lives(base))
    assert found.claim == "Purchases as rare as these do not show when customers leave."
    assert found.evidence["lost"].tolist() == [0]
    assert "have not bought again" not in found.caveat  # all have


def nobody_leaves(chance: float, seed: int, *, months: int = 24, each: int = 40) -> crr.Base:
    """Every month so many come, never leave, and buy in each later month with one chance."""
    dice, rows = np.random.default_rng(seed), []
    for month in range(months):
        bought = dice.random((each, months - month)) < chance
        bought[:, 0] = True
        days = dice.integers(0, 28, bought.shape)
        starts = pd.date_range("2022-01-01", periods=months, freq="MS")[month:]
        rows += [(f"{month}/{who}", starts[k] + pd.Timedelta(days=int(days[who, k]))) for who, k in np.argwhere(bought)]
    return orders(rows, as_of="2024-01-01")


@pytest.mark.parametrize("every", ["month", "quarter"])
def test_rare_purchases_of_whom_nobody_leaves_have_no_moment_of_loss(every: str) -> None:
    there = lives(nobody_leaves(0.08, 1), every=every)
    found = report.leaving_finding(there)
    assert found.claim == "Purchases as rare as these do not show when customers leave."
    first = found.evidence.iloc[0]
    told_so = f"Of {first['at_risk']:.0f} customers {first['lost']:.0f} have not bought again after their first period"
    assert told_so in plain(found.caveat)
    assert there.rhythm is not None
    assert there.rhythm.warning in found.caveat
    with use_language("ru"):
        assert "по столь редким покупкам" in report.leaving_finding(there).claim


@pytest.mark.daily(1)
@pytest.mark.parametrize("chance", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("seed", [1, 2])
def test_where_nobody_leaves_no_moment_is_named(chance: float, seed: int) -> None:
    claim = report.leaving_finding(lives(nobody_leaves(chance, seed, each=20), every="quarter", min_cell=None)).claim
    assert "most often" not in claim, claim


def test_pauses_that_outlast_the_wait_are_no_moment() -> None:
    # of the pauses that ended 30 % outlast the wait, and from 24 % on (57 of 190) the loss could be such pauses alone
    rows = pd.DataFrame(
        {"age": [1], "at_risk": [190.0], "lost": [57.0], "hazard": [0.3], "low": [0.24], "high": [0.37]}
    )
    there = replace(lives(nobody_leaves(0.8, 1, each=5), every="quarter"), leaving=rows)
    assert "most often in their first quarter" in report.leaving_finding(replace(there, silence=0.2)).claim
    found = report.leaving_finding(replace(there, silence=0.3))
    assert found.claim.startswith("No moment of life can be named in which customers leave")
    assert "of the pauses that ended 30.0% were longer" in plain(found.caveat)


def test_silence_is_the_share_of_pauses_longer_than_the_wait() -> None:
    # 60 come again after 40 days, 30 of them after 40 more; nine of ten gaps are one month, so the wait is two months
    days = [(100, "2024-01-02"), (60, "2024-02-11"), (30, "2024-03-22")]
    base = orders([(f"c{i}", day) for n, day in days for i in range(n)], as_of="2024-08-05")
    assert lives(base).silence == 0


# What may be expected -------------------------------------------------------------------------------------------------


def test_the_projection_of_contracts_is_the_published_one() -> None:
    # Fader and Hardie 2007, High-End: .869 .743 .653 .593 .551 .517 .491 after 1 to 7 renewals, S(8) = .460
    there = [1000, 869, 743, 653, 593, 551, 517, 491]
    leavers = [(a - b, "2010-01-01", f"{2010 + k}-07-01") for k, (a, b) in enumerate(pairwise(there))]
    counted = lives(members([*leavers, (491, "2010-01-01", None)], as_of="2018-02-01"), every="year")
    found = report.outlook_finding(counted)
    assert found.claim.startswith(
        "Of new customers 49.1% were still there 7 years later, and 46.0% are expected to be 8 years later (95% band "
    )
    row = found.evidence.iloc[-1]
    assert row["low"] < row["survival"] < row["high"]
    assert f"With a constant rate it would be {0.491 ** (8 / 7):.1%}." in found.caveat
    assert found.evidence["observed"].notna().sum() == 1  # single steps would tell of few


def test_where_nothing_can_be_projected_the_reason_is_said() -> None:
    found = report.outlook_finding(lives(members([(40, "2024-01-05", None)], as_of="2024-03-05")))
    assert found.claim == "There is no projection of who will stay."
    assert "at least 3 renewals" in found.caveat


def test_few_renewals_are_warned_of() -> None:
    stays = [(n, "2024-01-05", f"2024-0{m}-20") for n, m in ((100, 1), (40, 2), (20, 3))] + [(140, "2024-01-05", None)]
    found = report.outlook_finding(lives(members(stays, as_of="2024-05-10")))
    assert "Only 3 renewals were observed" in found.caveat


def test_purchases_have_two_readings_and_no_projection() -> None:
    # of 100 in January 40 come again in February, others in March; the gap that nine of ten need is two months
    rows = [(f"c{i}", "2024-01-05") for i in range(100)] + [(f"c{i}", "2024-02-05") for i in range(40)]
    base = orders([*rows, *[(f"c{i}", "2024-03-05") for i in range(40, 60)]], as_of="2024-05-01")
    found = report.outlook_finding(lives(base))
    assert (
        found.claim == "1 month later 40.0% of the customers bought in that very period, and 60.0% then or afterwards."
    )
    assert "there is no projection of who will stay" in found.caveat
    assert "These are the cohorts" not in found.caveat, "there is one cohort"
    late = orders([*rows, *[(f"c{i}", "2024-03-05") for i in range(40, 60)],
                   *[(f"d{i}", "2024-04-05") for i in range(30)]], as_of="2024-05-01")  # fmt: skip
    assert "These are the cohorts up to 2024-01;" in report.outlook_finding(lives(late)).caveat


@pytest.mark.slow
def test_a_law_that_has_doubts_is_not_quoted() -> None:
    rows = [(f"c{i}", f"2024-{m:02}-{1 + i % 27:02}") for i in range(60) for m in range(1, 8)]  # nobody ever leaves
    regular = lives(orders(rows, as_of="2024-08-01"))
    assert regular.outlook.empty
    assert "BG/NBD" not in report.outlook_finding(regular).caveat
    shop = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
    caveat = report.outlook_finding(lives(shop)).caveat
    law = crr.fit_bgnbd(shop)
    assert f"these {law.customers:,} customers to buy" in caveat
    assert f"of the {int((law.histogram['frequency'] > 0) @ law.histogram['customers'])} who bought again" in caveat


# Shapes that are no triangle ------------------------------------------------------------------------------------------

JANUARY = [(f"c{i}", f"2024-01-{1 + i % 28:02}") for i in range(40)]
REFUNDED = pd.DataFrame({
    "who": ["a", "a", "b"], "at": ["2024-01-05", "2024-03-05", "2024-02-03"], "paid": [5, -5, -1],
})  # fmt: skip
STRANGE = {
    "one customer": (lambda: orders([("a", "2024-01-05"), ("a", "2024-03-05")], as_of="2024-05-01"), "No rate is"),
    "one period": (lambda: orders(JANUARY, as_of="2024-02-01"), "There was nobody to keep yet"),
    "one cohort": (
        lambda: orders([*JANUARY, *[(f"c{i}", "2024-02-05") for i in range(20)]], as_of="2024-04-01"),
        "Cohorts cannot be compared yet",
    ),
    "only refunds after": (
        lambda: crr.read_orders(REFUNDED, customer="who", at="at", amount="paid", as_of="2024-05-01"),
        "No rate is shown",
    ),
}


@pytest.mark.daily(1)
@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("lang", ["en", pytest.param("ru", marks=pytest.mark.pages)])
def test_a_list_that_makes_no_triangle_gets_a_sentence(name: str, lang: str, tmp_path) -> None:
    base, claim = STRANGE[name][0](), STRANGE[name][1]
    written = crr.write_report(base, every="month", out=tmp_path / "r.html", lang=lang)
    page = written.out.read_text(encoding="utf-8")
    assert ('id="cohorts"' in page) is (name == "one cohort"), "where no rate is told, no cohort is asked after"
    if lang == "en":
        assert any(found.claim.startswith(claim) for found in written.findings)
    if not has_shown_ages(lives(base)):
        assert "cohort-explorer" not in page


def test_a_list_of_refunds_is_refused_in_a_sentence() -> None:
    log = pd.DataFrame({"who": ["a", "b"], "at": ["2024-01-05", "2024-02-03"], "paid": [-5, -1]})
    with pytest.raises(ValueError, match="refund"):
        crr.read_orders(log, customer="who", at="at", amount="paid")


def test_a_triangle_of_many_small_cohorts_is_taken_by_longer_periods() -> None:
    stays = [(12, f"2023-{m:02}-05", None) for m in range(1, 13)] + [
        (12, f"2023-{m:02}-05", f"2023-{m:02}-28") for m in range(1, 13)
    ]
    base = members(stays, as_of="2024-04-01")
    assert lives(base, min_cell=None).grid.every == "month"
    quarters = lives(members([(8, *days) for _n, *days in stays], as_of="2024-04-01"))
    assert quarters.grid.every == "quarter"
    assert "With shorter periods most cells" in cohorts_caption(quarters, every="month")


def test_the_latest_two_dozen_cohorts_are_shown_and_said_to_be() -> None:
    rows = [(f"c{m}/{i}", pd.Timestamp("2021-01-05") + pd.DateOffset(months=m)) for m in range(30) for i in range(12)]
    many = lives(orders(rows, as_of="2023-07-01"), min_cell=None)
    assert many.grid.table["cohort"].nunique() == MOST_COHORTS
    assert many.number == 30
    assert "The last 24 of 30 cohorts are shown." in cohorts_caption(many, every="month")


# What must not be told ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 45), st.lists(st.floats(0, 1), min_size=1, max_size=4)), min_size=1, max_size=4
    ).filter(lambda cohorts: any(size for size, _ in cohorts)),
    st.sampled_from([3, 10]),
)
def test_no_number_speaks_of_few(cohorts: list[tuple[int, list[float]]], least: int) -> None:
    counts = {
        f"2024-{m:02}": [size, *(round(size * share) for share in shares)]
        for m, (size, shares) in enumerate(cohorts, start=1)
    }
    found = lives(purchases(counts, as_of="2024-09-01"), min_cell=least)
    for cells in [grid.table for grid in found.grids] + [
        found.leaving.rename(columns={"at_risk": "size", "lost": "active"})
    ]:
        shown = cells.dropna(subset="active")
        for part in (shown["active"], shown["size"] - shown["active"]):
            assert not part.between(1, least - 1).any()
        assert not cells["size"].between(1, least - 1).any()


@pytest.mark.slow
def test_counts_of_cohorts_are_no_ids_although_they_look_like_some() -> None:
    # customers are numbered 10000 to 22999; 13,000 come in January and 11,500 of them in March
    rows = [(str(i), "2024-01-05") for i in range(10000, 23000)] + [(str(i), "2024-03-05") for i in range(10000, 21500)]
    base = orders(rows, as_of="2024-05-01")
    kept = crr.retention_by_period(base)
    parts = [headline_section(Subject(kept)), about_cohorts(lives(base), every="month")]
    refuse_leaks([lives(base).grid.table.to_string()], base, file="r.html", parts=parts)
    with pytest.raises(ValueError, match="would name a customer"):
        refuse_leaks(["cohort of 20999"], base, file="r.html", parts=parts)


def test_nothing_of_the_block_is_shown_where_nothing_may_be_told() -> None:
    few = lives(orders([("a", "2024-01-05"), ("a", "2024-03-05")], as_of="2024-05-01"))
    assert cohorts_block(few, every="month") == ""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "half-year", "year"])
def test_ages_have_words_for_every_period(lang: str, every: str) -> None:
    with use_language(lang):
        words = {later(n, every) for n in (1, 2, 5)} | {of_life(n, every) for n in (1, 2)}
    assert len(words) == 5
    assert not any("{" in text for text in words)


def test_russian_ages_agree_with_their_numbers() -> None:
    with use_language("ru"):
        assert [later(n, "week") for n in (1, 2, 5, 21)] == [
            "через 1 неделю", "через 2 недели", "через 5 недель", "через 21 неделю",
        ]  # fmt: skip


@pytest.mark.real_data
def test_the_real_shop(shop) -> None:
    # The matrix of cohort-885: 352 of 885 buy five months after December 2010.
    told = lives(shop)
    found = report.cohort_finding(told)
    assert found.claim.startswith(
        f"The cohort of December 2010 stands out: 5 months later {352 / 885:.1%} of it bought"
    )
    assert "first in the list" in found.caveat
    # 45 % of the purchases that are followed by another have it within a month: by month no moment can be named
    assert "Purchases as rare as these do not show" in report.leaving_finding(told).claim
    assert "BG/NBD" not in report.outlook_finding(told).caveat  # the law has doubts here
