"""What a report says: each sentence against numbers counted by hand, in both languages."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.ground.languages import LANGUAGES, format_percent, use_language
from crrkit.report.account import earlier_periods, reference_row
from crrkit.report.period_names import in_period, period_name, periods_counted, span_name
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.trend_section import swing_words
from crrkit.report.trial_section import worth_words

MARCH = {"first": "2024-03", "start": 316}


def claim(finding: report.Finding) -> str:
    return finding.claim.replace("\N{NO-BREAK SPACE}", " ")


class TestHeadline:
    def test_the_rate_with_its_counts_period_and_interval(self) -> None:
        # 316 - 27 = 289; Wilson 95 % of 289/316 is 0.87854 to 0.94062
        found = report.retention_finding(account((27, 10, 0), **MARCH))
        assert found.claim == "In March 2024 we kept 289 of 316 customers: 91.5% (95% interval 87.9% to 94.1%)."
        assert found.caveat == "Counted from a complete list, not estimated."
        assert list(found.evidence["period"]) == ["2024-03"]

    def test_two_sums_in_dollars_are_no_formula_in_a_notebook(self) -> None:
        found = replace(report.retention_finding(account((27, 10, 0), **MARCH)), claim="$200 paid, $180 kept.")
        assert found._repr_markdown_().splitlines()[0] == r"### \$200 paid, \$180 kept."

    def test_the_same_in_russian(self) -> None:
        with use_language("ru"):
            found = report.retention_finding(account((27, 10, 0), **MARCH))
        expected = (
            "За март 2024 года мы удержали 289 из 316 клиентов: 91,5 % (95-процентный интервал от 87,9 % до 94,1 %)."
        )
        assert claim(found) == expected

    @pytest.mark.parametrize(
        ("start", "lost", "english", "russian"),
        [
            (47, 0, "we kept all 47 customers: 100.0%", "мы удержали всех клиентов (47): 100,0 %"),
            (12, 12, "we kept none of 12 customers: 0.0%", "мы не удержали никого из 12 клиентов: 0,0 %"),
            (21, 21, "we kept none of 21 customers: 0.0%", "мы не удержали никого из 21 клиента: 0,0 %"),
            (1, 0, "we kept 1 of 1 customer: 100.0%", "мы удержали 1 из 1 клиента: 100,0 %"),
            (2, 1, "we kept 1 of 2 customers: 50.0%", "мы удержали 1 из 2 клиентов: 50,0 %"),
        ],
    )
    def test_all_none_and_one(self, start: int, lost: int, english: str, russian: str) -> None:
        kept = account((lost, 1, 0), start=start)
        assert english in claim(report.retention_finding(kept))
        with use_language("ru"):
            assert russian in claim(report.retention_finding(kept))

    def test_returned_customers_are_named_because_they_are_not_kept(self) -> None:
        assert "121 customers who returned are not counted as kept." in caveat(account((27, 10, 121), **MARCH))
        assert "1 customer who returned is not counted as kept." in caveat(account((27, 10, 1), **MARCH))
        with use_language("ru"):
            texts = [caveat(account((27, 10, n), **MARCH)) for n in (1, 2, 5)]
        assert [text.split(".")[0] for text in texts] == [
            "1 вернувшийся клиент не считается удержанным",
            "2 вернувшихся клиента не считаются удержанными",
            "5 вернувшихся клиентов не считаются удержанными",
        ]

    def test_a_running_period_is_not_the_headline(self) -> None:
        found = report.retention_finding(account((10, 10, 0), (60, 0, 0), running=True))
        assert found.claim.startswith("In January 2024 we kept 90 of 100")
        assert found.caveat.startswith(
            "Left out, because the list ends on February 29, 2024, before the end of the period: February 2024."
        )

    def test_where_only_a_running_period_has_a_rate_it_is_called_one(self) -> None:
        found = report.retention_finding(account((60, 0, 0), running=True))
        assert found.claim.startswith("So far in January 2024 we kept 40 of 100 customers: 40.0%")
        assert found.caveat.startswith("The period had not ended when the data ended, so this is not a result yet.")

    def test_a_small_base_says_what_one_person_is_worth(self) -> None:
        assert "With 12 customers at the start, one person moves the rate by 8.3" in caveat(
            account((3, 0, 0), start=12)
        )
        assert "one person" not in caveat(account((3, 0, 0), start=30))

    def test_what_the_account_must_not_hide_comes_first(self) -> None:
        base = crr.read_orders(
            crr.sample_path("orders"), customer="client_id", at="ordered_at", activity=crr_trailing(365)
        )
        kept = crr.retention_by_period(base, every="month")
        assert "kept by construction" in kept.warning
        assert report.retention_finding(kept).claim.startswith(kept.warning)  # before the rate, no longer after it
        noted = replace(kept, notes=("Only the north was read.",))
        assert report.retention_finding(noted).caveat.startswith("Only the north was read.")

    def test_nobody_to_keep_claims_nothing(self) -> None:
        found = report.retention_finding(account((0, 5, 0), start=0))
        assert found.claim == "There was nobody to keep yet: no period began with a customer."

    def test_all_gone_at_once_may_be_the_day_of_the_list(self) -> None:
        frame = pd.DataFrame({"who": [f"c{i}" for i in range(12)], "from": "2023-12-05", "to": "2024-02-10"})
        base = crr.read_contracts(frame, customer="who", start="from", end="to", as_of="2024-05-01")
        kept = crr.retention_by_period(base, every="month")
        found = report.retention_finding(kept)
        assert found.claim.startswith("All contracts that were left end on Feb 10, 2024, the last day of")
        assert str(kept).startswith(
            "All contracts that were left end on Feb 10, 2024"
        )  # in front of the number, not below it
        assert crr.retention_by_period(base, every="month", last="2024-01").warning == ""
        assert report.movement_finding(report.shared(kept, min_cell=10)).claim.startswith(
            "Of 12 customers 12 left; nobody"
        )

    @pytest.mark.slow
    def test_a_report_stops_before_the_day_of_the_list(self, tmp_path: Path) -> None:
        """12 are there since December and end on 10 February: up to that day January is the last whole month."""
        frame = pd.DataFrame({"who": [f"c{i}" for i in range(12)], "from": "2023-12-05", "to": "2024-02-10"})
        named = {"customer": "who", "start": "from", "end": "to", "as_of": "2024-05-01"}
        written = crr.write_report(crr.read_contracts(frame, **named), every="month", out=tmp_path / "a.html")
        assert "In January 2024 we kept all 12 customers" in written.findings[0].claim
        assert written.findings[0].claim.startswith("No contract in the list had ended by Feb 10, 2024")
        assert "Counted up to February 10, 2024: all contracts still running end on that day" in str(
            written.findings[0]
        )
        gone = crr.write_report(
            crr.read_contracts(frame, open_ends=(), **named), every="month", out=tmp_path / "b.html"
        )
        assert "In February 2024 we kept none of 12 customers" in gone.findings[0].claim

    def test_everything_withheld_claims_nothing(self) -> None:
        found = report.retention_finding(report.shared(account((3, 0, 0), (2, 5, 0)), min_cell=10))
        assert found.claim.startswith("No rate is shown")
        assert "%" not in found.claim

    def test_later_withheld_periods_are_named(self) -> None:
        kept = report.shared(account((30, 0, 0), (3, 0, 0), (3, 0, 0), (3, 0, 0), (3, 0, 0)), min_cell=10)
        found = report.retention_finding(kept)
        assert found.claim.startswith("In January 2024")
        text = "rest on too small a group of customers: February 2024, March 2024, April 2024, May 2024."
        assert text in found.caveat


def caveat(kept: crr.RetentionTable) -> str:
    return report.retention_finding(kept).caveat.replace("\N{NO-BREAK SPACE}", " ")


def crr_trailing(days: int) -> object:
    from crrkit.rules.activity import Trailing

    return Trailing(days=days)


class TestChange:
    # 140 of 200 against 180 of 200: Newcombe's interval of the difference excludes 0; 178 against 180 does not.
    @pytest.mark.parametrize(
        ("before", "now", "words"),
        [
            (60, 20, "Up from 70.0% (January 2024) to 90.0%: more than chance alone would explain."),
            (20, 60, "Down from 90.0% (January 2024) to 70.0%: more than chance alone would explain."),
            (20, 22, "90.0% (January 2024) and 89.0% are no further apart than chance alone would explain."),
            (20, 20, "The same as before: 90.0% (January 2024) and 90.0%."),
        ],
    )
    def test_the_words_follow_the_interval(self, before: int, now: int, words: str) -> None:
        kept = account((before, before, 0), (now, now, 0), start=200)
        assert claim(report.change_finding(kept, since="2024-01")) == words

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_up_and_down_only_where_newcombe_excludes_zero(self, before: int, now: int) -> None:
        kept = account((before, before, 0), (now, now, 0), start=60)
        low, high = crr.newcombe(60 - now, 60, 60 - before, 60)
        word = claim(report.change_finding(kept, since="2024-01")).split(maxsplit=1)[0]
        held = "The" if before == now else f"{(60 - before) / 60:.1%}"
        assert word == ("Up" if low > 0 else "Down" if high < 0 else held)

    def test_a_year_ago_is_compared_before_the_neighbour(self) -> None:
        kept = account(*[(20, 20, 0)] * 14, first="2023-02", start=200)
        assert earlier_periods(kept) == ["2023-03", "2024-02"]
        neighbour = report.change_finding(kept, since="2024-02").caveat
        year_ago = report.change_finding(kept, since="2023-03").caveat
        assert "season" in neighbour
        assert "season" not in year_ago

    def test_years_are_compared_once(self) -> None:
        assert earlier_periods(account((20, 20, 0), (20, 20, 0), first="2023", every="year")) == ["2023"]

    def test_without_a_rate_there_is_nothing_earlier(self) -> None:
        assert earlier_periods(account((0, 0, 0), (0, 0, 0), start=0)) == []

    def test_a_running_period_is_held_against_nothing(self) -> None:
        assert earlier_periods(account((0, 100, 0), (50, 0, 0), start=0, running=True)) == []

    def test_a_period_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(ValueError, match="2020-01"):
            report.change_finding(account((20, 20, 0)), since="2020-01")


class TestOtherFindings:
    def test_movement(self) -> None:
        found = report.movement_finding(account((27, 10, 3), **MARCH))
        assert (
            found.claim
            == "Of 316 customers 27 left; 10 came for the first time; 3 returned; that makes 302 at the end."
        )
        still = report.movement_finding(account((0, 0, 0), **MARCH))
        assert still.claim == "Nobody left; nobody new came; that makes 316 at the end."

    def test_who_came_is_one_number_where_new_and_returned_are_not_told_apart(self) -> None:
        # 316 - 27 = 289 stayed; 302 - 289 = 13 came
        for flows, said in (
            ((27, 10, 3), "27 left; 13 came, for the first time or again; that makes 302 at the end."),
            ((27, 0, 0), "27 left; nobody came; that makes 289 at the end."),
        ):
            kept = account(flows, **MARCH)
            hidden = replace(kept, table=kept.table.assign(new=math.nan, returned=math.nan))
            assert report.movement_finding(hidden).claim == f"Of 316 customers {said}"

    @pytest.mark.parametrize(
        ("low", "high", "said"),
        [
            (0.2, 0.9, "20.0% to 90.0%"), (0.2, 1, "20.0% to 100.0%"), (0.2, 1.1, "20.0% or more"),
            (0, 0.9, "0.0% to 90.0%"), (-0.1, 0.9, "90.0% or less"), (-0.1, 1.1, "any rate"),
        ],
    )  # fmt: skip
    def test_a_limit_that_no_rate_can_cross_is_left_out(self, low: float, high: float, said: str) -> None:
        assert swing_words(pd.Series({"low": low, "high": high})) == said

    def test_who_is_new_depends_on_where_the_list_begins(self) -> None:
        bought = report.movement_finding(account((27, 10, 3), **MARCH)).caveat
        signed = report.movement_finding(account((27, 10, 3), unit="person_any", **MARCH)).caveat
        assert "purchases before it begins are not known" in bought
        assert "bought" not in signed

    def test_the_average_is_weighted(self) -> None:
        # 50 of 100, then 140 of 150: (50 + 140) / 250 = 76 %, not (50 % + 93.3 %) / 2 = 71.7 %
        found = report.trend_finding(account((50, 100, 0), (10, 0, 0)))
        text = "The rate lay between 50.0% (January 2024) and 93.3% (February 2024), 76.0% on average (2 months)."
        assert found.claim == text

    def test_withheld_periods_take_the_average_away(self) -> None:
        kept = report.shared(account((50, 100, 0), (5, 0, 0), (20, 0, 0)), min_cell=10)
        found = report.trend_finding(kept)
        assert "average" not in found.claim
        assert "not a fair sample" in found.caveat

    def test_one_period_is_no_trend(self) -> None:
        assert "no trend" in report.trend_finding(account((50, 100, 0))).claim

    def test_the_textbook_formula_and_who_makes_the_difference(self) -> None:
        # domain: the eleven customers, 2024H1: 3 of 5 kept; (6 - 2) / 5 = 80 % with first-timers who stayed,
        # (6 - 3) / 5 = 60 % with all first-timers, since the one who returned and the one who left again cancel.
        base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
        kept = crr.retention_by_period(base, every="half-year", last="2024H1")
        found = report.textbook_finding(kept)
        assert found.claim == "The textbook formula (end − new) / start would say 80.0% instead of 60.0%."
        assert "It counts 1 customer who returned as kept" in found.caveat
        assert (
            "1 more customer joined and left inside the period; counted as new, it lowers the formula to 60.0%."
            in found.caveat
        )

    def test_where_nobody_returned_the_textbook_says_the_same(self) -> None:
        found = report.textbook_finding(account((27, 10, 0), **MARCH))
        assert found.claim == "The textbook formula (end − new) / start says the same: 91.5%."

    def test_rows(self) -> None:
        found = report.quality_finding(account((1, 0, 0), reasons={"no date": 40, "no customer id": 60}).quality)
        assert found.claim == "Of 1,000 rows 900 were used and 100 set aside (10.0%)."
        assert found.caveat == "The most frequent reason: no customer id (60)."
        assert report.quality_finding(account((1, 0, 0)).quality).claim == "All 900 rows were used."

    @given(st.integers(1, 2000).flatmap(lambda start: st.tuples(st.just(start), st.integers(0, start))))
    def test_what_it_takes_for_a_point_more(self, counts: tuple[int, int]) -> None:
        start, lost = counts
        text = worth_words(start, lost)
        found = re.search(r"required ([\d,]+) more customer", text)
        if found:
            more = int(found[1].replace(",", ""))
            assert (more - 1) / start < 0.01 <= more / start
            assert more <= lost
        else:
            assert lost == 0 or start < 100 or lost < start / 100

    def test_the_account_that_does_not_balance_is_called_a_fault(self) -> None:
        kept = account((27, 10, 0), (3, 10, 0), **MARCH)
        assert report.balance_finding(kept).claim == "The account balances in every period (2 months)."
        kept.table.loc[1, "end"] += 1
        assert report.balance_finding(kept).claim.startswith("The account does not balance in 2024-04")


@pytest.mark.parametrize(
    ("every", "label", "english", "russian"),
    [
        ("day", "2024-02-29", "on February 29, 2024", "за 29 февраля 2024 года"),
        (
            "week",
            "2024-W05",
            "in the week of January 29, 2024",
            "за неделю с 29 января 2024 года",
        ),
        ("month", "2024-05", "in May 2024", "за май 2024 года"),
        ("quarter", "2024Q2", "in the second quarter of 2024", "за второй квартал 2024 года"),
        ("half-year", "2024H1", "in the first half of 2024", "за первое полугодие 2024 года"),
        ("year", "2024", "in 2024", "за 2024 год"),
    ],
)
def test_periods_in_a_sentence(every: str, label: str, english: str, russian: str) -> None:
    row = account((1, 0, 0), first=label, every=every).table.iloc[0]
    assert in_period(row, every) == english
    with use_language("ru"):
        assert in_period(row, every).replace("\N{NO-BREAK SPACE}", " ") == russian


def test_a_fiscal_year_keeps_its_two_numbers() -> None:
    row = pd.Series({"period": "2024/25Q1"})
    assert period_name(row, "quarter") == "the first quarter of 2024/25"


def test_periods_are_counted_in_three_russian_forms() -> None:
    assert [periods_counted(n, "month") for n in (1, 2)] == ["1 month", "2 months"]
    with use_language("ru"):
        assert [periods_counted(n, "year") for n in (1, 2, 5, 11, 21)] == [
            "1 год",
            "2 года",
            "5 лет",
            "11 лет",
            "21 год",
        ]


@pytest.mark.daily(1)
@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=40)
@given(
    start=st.integers(0, 400),
    flows=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=15),
    running=st.booleans(),
    min_cell=st.sampled_from([None, 10]),
)
def test_every_account_finds_its_words(
    lang: str, start: int, flows: list[tuple[float, int, int]], running: bool, min_cell: int | None
) -> None:
    kept = report.shared(grown(start, flows, running=running), min_cell=min_cell)
    with use_language(lang):
        found = [finding for section in sections(Subject(kept)) for finding in section.findings]
        for finding in found:
            assert finding.claim.endswith(".")
            assert finding.caveat.strip()
            assert not re.search(r"\bnan\b|(?<!=)None|\{|\}|\.\.|  ", f"{finding.claim}\n{finding.caveat}")
        row = reference_row(kept)
        if row is not None:
            assert format_percent(row["crr"]) in found[0].claim


def test_a_span_of_quarters_is_told_by_its_days() -> None:
    rows = crr.retention_by_period(
        crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at"), every="quarter"
    ).table
    first, last = rows.iloc[1], rows.iloc[3]
    assert span_name(first, last, "quarter") == "from April 1, 2023 to December 31, 2023"
    with use_language("ru"):
        assert span_name(first, last, "quarter") == "с 1 апреля 2023 года по 31 декабря 2023 года"


def grown(start: int, flows: list[tuple[float, int, int]], *, running: bool) -> crr.RetentionTable:
    """An account in which a share of those who are there leaves."""
    counts, size = [], start
    for share, new, returned in flows:
        lost = round(share * size)
        counts.append((lost, new, returned))
        size += new + returned - lost
    return account(*counts, start=start, running=running)


def test_a_difference_says_where_periods_differ_by_more_than_chance() -> None:
    # 80 % and 88 % of 1,000 in turn, 84 % together: z is 3.45 up and down, and 6.9 apart by 1.128 is 6.1 times chance.
    swinging = account(*[(200, 200, 0), (120, 120, 0)] * 6, start=1000)
    caveat = report.change_finding(swinging, since=str(swinging.table["period"].iloc[-2])).caveat
    assert "That is the interval of chance alone; neighbouring periods of this list usually differ 6.1 times" in caveat
    steady = account(*[(162, 162, 0), (158, 158, 0)] * 6, start=1000)
    assert "chance alone" not in report.change_finding(steady, since=str(steady.table["period"].iloc[-2])).caveat
    short = account((200, 200, 0), (120, 120, 0), start=1000)
    assert "chance alone" not in report.change_finding(short, since="2024-01").caveat
