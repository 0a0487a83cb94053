"""Verdicts: every line from both sides and on it, the articles' own examples, and "cannot tell" where it is so."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, strategies as st
from report_worlds import account

import crrkit as crr
from crrkit import Rate, Target, TargetHistory

A12 = crr.crr_from_counts(start=70, end=90, new=30, period="month")  # the first article: 70 + 30 - 10 = 90
B6 = crr.crr_from_counts(start=1000, end=1200, new=500, period="half-year")  # the second: 1000 - 300 + 500 = 1200


def verdicts(found, column: str = "verdict") -> dict[tuple[str, str], str]:
    return {(row.source, row.basis): getattr(row, column) for row in found.to_pandas().itertuples()}


# domain 2.7: annual retention that is equivalent to the observed one, computed there with numpy.
@pytest.mark.parametrize(
    ("value", "period", "annual"),
    [
        (0.85, "month", 0.142242), (60 / 70, "month", 0.157267), (0.90, "month", 0.282430), (0.95, "month", 0.540360),
        (0.97, "month", 0.693842), (0.99, "month", 0.886385), (0.70, "half-year", 0.49), (0.90, "quarter", 0.6561),
        (0.80, "year", 0.80),
    ],
)  # fmt: skip
def test_the_annual_equivalent_stands_beside_the_value(value: float, period: str, annual: float) -> None:
    found = crr.assess(value, period=period)
    assert found.annual == pytest.approx(annual, abs=5e-7)
    held = found.to_pandas().set_index("source").loc["B18"]
    assert held["value"] == pytest.approx(annual, abs=5e-7)
    assert held["basis"] == ("as stated" if period == "year" else "equivalent")


# domain 1.3: c < .10 rare; .10 <= c <= .30 usual; .30 < c <= .35 usual and critical; above it critical, out of range.
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (0.0, "rare"), (0.0999999, "rare"), (0.10, "usual"), (0.2999999, "usual"), (0.30, "usual"),
        (0.3000001, "usual and critical"), (0.35, "usual and critical"), (0.3500001, "critical and out of range"),
        (1.0, "critical and out of range"),
    ],
)  # fmt: skip
def test_the_classes_of_the_base_change(change: float, expected: str) -> None:
    assert verdicts(crr.assess(1 - change, period="year"))["B18", "as stated"] == expected
    churn = Rate(change, period="year", measure="churn")
    assert verdicts(crr.assess(churn))["B18", "as stated"] == expected
    # The same line met as the equivalent of a month or a quarter, floating point or not.
    monthly = crr.convert_rate(1 - change, from_="year", to="month")
    assert verdicts(crr.assess(float(monthly), period="month"))["B18", "equivalent"] == expected


@given(st.integers(0, 1000), st.sampled_from(["day", "week", "month", "quarter", "half-year", "year"]))
def test_the_classes_agree_with_the_sentence_of_the_specification(kept: int, period: str) -> None:
    years = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "quarter": 1 / 4, "half-year": 1 / 2, "year": 1}
    change = round(1 - (kept / 1000) ** (1 / years[period]), 12)
    usual, critical = 0.10 <= change <= 0.35, change > 0.30
    expected = {
        (True, False): "usual", (True, True): "usual and critical", (False, True): "critical and out of range",
        (False, False): "rare",
    }[usual, critical]  # fmt: skip
    found = verdicts(crr.assess(kept / 1000, period=period))
    assert found["B18", "as stated" if period == "year" else "equivalent"] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.8499, "below"), (0.85, "inside"), (0.87, "inside"), (0.90, "inside"), (0.9001, "above")],
)
def test_the_band_of_the_first_article(value: float, expected: str) -> None:
    assert verdicts(crr.assess(value, period="year"))["A16", "as stated"] == expected
    assert ("A16", "equivalent") not in verdicts(crr.assess(value, period="year"))


def test_the_first_articles_own_example_is_inside_as_stated_and_far_beyond_critical_a_year() -> None:
    # domain 1.3: 60/70 a month is 15.73 % a year, a base change of 84.3 %.
    found = crr.assess(A12, gained=30, lost=10)
    stands = verdicts(found, "stands")
    assert stands["A16", "as stated"] == "inside"
    assert stands["A16", "equivalent"] == "below"
    assert verdicts(found)["B18", "equivalent"] == "critical and out of range"
    assert "base change 84.3%" in next(v.evidence for v in found.verdicts if v.source == "B18")
    assert "85.7% (month) as stated is inside, the yearly equivalent 15.7% is below" in found.notes[0]
    # domain 2.9: Wilson 60/70 is .756616 to .920511, on both sides of .85 and of .90.
    assert verdicts(found)["A16", "as stated"] == "cannot tell"
    assert "75.7% to 92.1% crosses a line" in found.verdicts[0].claim


def test_a_month_of_85_percent_is_said_to_be_14_percent_a_year() -> None:
    found = crr.assess(0.85, period="month")
    assert "equivalent to 14.2% a year if every period were alike" in str(found)
    assert verdicts(found) == {
        ("A16", "as stated"): "inside",
        ("A16", "equivalent"): "below",
        ("B18", "equivalent"): "critical and out of range",
    }


def test_the_second_articles_own_example() -> None:
    # domain 1.3: 30 % lost in half a year is 51 % a year, beyond the article's own 30 and 35 %.
    found = crr.assess(B6, gained=500, lost=300)
    assert found.annual == pytest.approx(0.49)
    assert verdicts(found)["B18", "equivalent"] == "critical and out of range"
    caveat = next(v.caveat for v in found.verdicts if v.source == "B18")
    assert "30% lost in half a year, is a base change of 51.0% a year" in caveat
    lost = crr.churn_from_counts(start=1000, lost=300, period="half-year")
    assert verdicts(crr.assess(lost, gained=500, lost=300)) == verdicts(found)
    assert crr.assess(lost).rate.ci == pytest.approx(B6.ci)


def test_both_words_of_the_overlap_are_said() -> None:
    caveats = [v.caveat for v in crr.assess(0.68, period="year").verdicts if v.source == "B18"]
    assert "Up to 35% is published as usual, above 30% as critical" in caveats[0]
    assert "Up to 35%" not in str(crr.assess(0.72, period="year"))


# domain 2.6: gained and lost are comparable when Wilson's 95 % interval of gained / (gained + lost) contains one half.
@pytest.mark.parametrize(
    ("gained", "lost", "low", "high", "expected"),
    [
        (30, 10, 0.598, 0.858, "growing"),  # A: 30 of 40
        (500, 300, 0.591, 0.658, "growing"),  # B: 500 of 800
        (50, 50, 0.404, 0.596, "comparable"),
        (300, 500, 0.342, 0.409, "shrinking"),  # B turned round
        (0, 0, math.nan, math.nan, "cannot tell"),
    ],
)
def test_the_alarm_that_as_many_are_lost_as_gained(
    gained: int, lost: int, low: float, high: float, expected: str
) -> None:
    found = crr.assess(0.9, period="month", gained=gained, lost=lost).to_pandas().set_index("source").loc["B24"]
    assert found["verdict"] == expected
    assert found[["low", "high"]].to_list() == pytest.approx([low, high], abs=6e-4, nan_ok=True)
    assert "that the retention rate falls does not follow" in found["caveat"]
    assert ("Fewer than 30" in found["caveat"]) == (gained + lost < 30)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_the_alarm_turns_round_with_the_flows(gained: int, lost: int) -> None:
    turned = {"growing": "shrinking", "shrinking": "growing", "comparable": "comparable", "cannot tell": "cannot tell"}
    one = verdicts(crr.assess(0.9, period="month", gained=gained, lost=lost))["B24", "share gained"]
    other = verdicts(crr.assess(0.9, period="month", gained=lost, lost=gained))["B24", "share gained"]
    assert other == turned[one]
    moved = gained + lost
    if moved:  # the score test itself: |p - 1/2| <= z sqrt(1/4 / n), from which Wilson's interval is made
        inside = abs(gained / moved - 0.5) <= 1.959963984540054 * math.sqrt(0.25 / moved)
        assert (one == "comparable") == inside


def test_numbers_that_are_apart_and_few_are_not_called_comparable() -> None:
    # 15 of 42 is 35.7 %, 23.0 to 50.8 %: one half is inside, and nobody would call 15 and 27 the same.
    few, alike = (crr.assess(0.9, period="month", gained=gained, lost=lost) for gained, lost in ((27, 15), (15, 14)))
    assert "Lost 15, gained 27: too few to tell whether more come than leave." in str(few)
    assert "Lost 14, gained 15: comparable." in str(alike)


def test_without_flows_there_is_no_alarm_and_half_of_them_is_refused() -> None:
    assert "B24" not in set(crr.assess(0.9, period="month").to_pandas()["source"])
    with pytest.raises(crr.InputError, match="lost is missing"):
        crr.assess(0.9, period="month", gained=3)


@given(st.integers(1, 2000), st.data(), st.sampled_from(["month", "year"]))
def test_a_class_is_only_given_when_the_whole_interval_lies_in_it(n: int, data, period: str) -> None:
    kept = data.draw(st.integers(0, n))
    rate = crr.crr_from_counts(start=n, end=kept, new=0, period=period)
    for verdict in crr.assess(rate, norms={"month": (0.8, 0.95)}).verdicts:
        lines = {"A16": (0.85, 0.90), "B18": (0.65, 0.70, 0.90), "norms": (0.8, 0.95)}[verdict.source]
        crossed = any(verdict.low < line < verdict.high for line in lines)
        assert (verdict.verdict == "cannot tell") == crossed
        assert verdict.verdict in ("cannot tell", verdict.stands)
        assert verdict.low - 1e-12 <= verdict.value <= verdict.high + 1e-12


def test_norms_are_held_in_their_own_period_and_replace_what_a_profile_says() -> None:
    found = crr.assess(0.97, period="month", profile="telecom", norms={"month": (0.95, 0.99), "year": (0.75, 0.85)})
    rows = found.to_pandas().query("source == 'norms'")
    assert list(zip(rows["period"], rows["basis"], rows["verdict"], strict=True)) == [
        ("month", "as stated", "inside"),
        ("year", "equivalent", "below"),  # .97 ** 12 = .693842
    ]
    assert "B21" not in set(found.to_pandas()["source"])


@pytest.mark.parametrize(("profile", "source"), [("telecom", "B21"), ("bank", "B20"), ("coffee", "profile")])
def test_a_profile_has_words_but_no_number(profile: str, source: str) -> None:
    found = crr.assess(0.9, period="year", profile=profile).to_pandas().set_index("source").loc[source]
    assert found["verdict"] == "cannot tell"
    assert found["against"] == "no number"
    assert "none is made up" in found["caveat"]


def test_a_profile_says_when_the_period_is_not_the_usual_one() -> None:
    assert "usually measured by the year, the rate is of a month" in str(
        crr.assess(0.9, period="month", profile="car_dealer")
    )
    assert "usually measured" not in str(crr.assess(0.9, period="year", profile="car_dealer"))
    said = "usually measured by the month, year, the rate is of a"  # either will do
    told = [said in str(crr.assess(0.9, period=period, profile="telecom")) for period in ("month", "quarter", "year")]
    assert told == [False, True, False]


@pytest.mark.parametrize(
    ("lost", "annual"),
    [
        ((40, 40, 40), 0.96**12),
        ((400, 20, 40), 0.96**12),  # the interval of 96%, from 94.6% to 97.0%, lies between 60% and 98%
        ((400, 400, 40), None),
        ((10, 10, 40), None),
        ((40, 40), None),  # one other period shows nothing
    ],
)
def test_a_rate_is_raised_to_a_power_only_beside_others_like_it(lost: tuple[int, ...], annual: float | None) -> None:
    kept = account(*[(n, n, 0) for n in lost], start=1000, unit="contract")
    found = crr.assess(replace(kept, card=kept.card.with_(activity="contract runs")))
    assert found.annual == (None if annual is None else pytest.approx(annual))
    assert ("the account shows too few of them" in str(found)) == (annual is None)
    assert ("There is no annual figure: the account shows too few" in str(found)) == (annual is None)


YEARLY = Target(value=0.75, period="year", basis_period="2023", author="Board", date="2024-01-01")
OLDER = Target(value=0.50, period="year", basis_period="2022", author="Sales", date="2023-01-01")


@pytest.mark.parametrize(("value", "expected"), [(0.7499, "missed"), (0.75, "reached"), (0.8, "reached")])
def test_a_target_is_reached_on_its_line(value: float, expected: str) -> None:
    found = crr.assess(value, period="year", target=YEARLY)
    assert verdicts(found)["target", "as stated"] == expected
    assert "set by Board, in force from Jan 1, 2024" in str(found)


def test_a_yearly_target_is_held_against_the_yearly_equivalent() -> None:
    # .97 ** 12 = .693842 (domain 2.7), .98 ** 12 = .784717
    assert verdicts(crr.assess(0.97, period="month", target=YEARLY))["target", "equivalent"] == "missed"
    assert verdicts(crr.assess(0.98, period="month", target=YEARLY))["target", "equivalent"] == "reached"


def test_of_a_history_the_target_in_force_on_the_first_day_is_taken() -> None:
    history = TargetHistory((OLDER, YEARLY))
    year = crr.assess(0.6, period=(date(2023, 1, 1), date(2024, 1, 1)), target=history)
    assert [scale.target for scale in year.scales if scale.target] == [OLDER]
    assert verdicts(year)["target", "as stated"] == "reached"  # 365 days are a year
    assert [scale.target for scale in crr.assess(0.6, period="year", target=history).scales[2:]] == [YEARLY]
    before = crr.assess(0.6, period=(date(2022, 1, 1), date(2023, 1, 1)), target=history)
    assert "target" not in set(before.to_pandas()["source"])
    assert "No target was in force when the period began." in before.notes


@pytest.fixture
def kept():
    # Ten from January on; of them two leave in February, three come in February and one of those leaves in March.
    rows = [*[("2024-01-01", None)] * 8, *[("2024-01-01", "2024-02-10")] * 2, *[("2024-02-05", None)] * 2]
    rows.append(("2024-02-05", "2024-03-10"))
    frame = pd.DataFrame(rows, columns=["joined", "left"]).assign(client=range(len(rows)))
    frame[["joined", "left"]] = frame[["joined", "left"]].apply(pd.to_datetime)
    base = crr.read_contracts(frame, customer="client", start="joined", end="left", as_of="2024-03-20")
    return crr.retention_by_period(base, every="month")


def test_an_account_is_judged_by_its_latest_complete_period(kept) -> None:
    found = crr.assess(kept)
    assert (found.rate.numerator, found.rate.denominator, found.rate.period) == (8, 10, "month")  # February
    assert found.rate.ci == pytest.approx(crr.wilson(8, 10))
    assert found.moved == (3, 2)
    assert verdicts(found)["B24", "share gained"] == "comparable"
    assert not found.running


def test_a_named_period_of_an_account_is_judged_and_a_running_one_said_to_be_so(kept) -> None:
    found = crr.assess(kept, period="2024-03")
    assert (found.rate.numerator, found.rate.denominator, found.moved) == (10, 11, (0, 1))
    assert "The period is still running" in str(found)
    with pytest.raises(crr.InputError, match="is not known"):
        crr.assess(kept, period="2023-03")
    with pytest.raises(crr.InputError, match="nobody to keep"):
        crr.assess(kept, period="2024-01")


def test_counts_alone_are_told_apart_from_people() -> None:
    assert "crr_bounds" in str(crr.assess(A12))
    assert "crr_bounds" not in str(crr.assess(crr.crr_from_sets(range(10), range(9), period="month")))


def test_without_counts_it_says_that_there_is_no_interval() -> None:
    assert "No counts were given" in str(crr.assess(0.9, period="month"))
    assert crr.assess(0.9, period="month").to_pandas()["low"].isna().all()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"value_or_kept": 0.85}, "a rate without a period says nothing"),
        ({"value_or_kept": 85, "period": "month"}, r"Did you mean 0\.85"),
        ({"value_or_kept": "85 %", "period": "month"}, "is not a number"),
        ({"value_or_kept": Rate(math.nan, period="month")}, "nobody to keep"),
        ({"value_or_kept": Rate(1.2, period="month")}, "must be a fraction"),
        ({"value_or_kept": A12, "period": "year"}, "of another period"),
        ({"value_or_kept": 0.8, "period": "year", "profile": "banks"}, "Did you mean 'bank'"),
        ({"value_or_kept": 0.8, "period": "year", "norms": 0.8}, "not a norm with its period"),
        ({"value_or_kept": 0.8, "period": "year", "norms": {"years": (0.7, 0.8)}}, "Did you mean 'year'"),
        ({"value_or_kept": 0.8, "period": "year", "norms": {"year": (0.8, 0.7)}}, "lower one first"),
        ({"value_or_kept": 0.8, "period": "year", "norms": {"year": 0.7}}, "need two fractions"),
        ({"value_or_kept": 0.8, "period": "year", "target": 0.8}, "give a Target"),
        ({"value_or_kept": 0.8, "period": "year", "gained": -1, "lost": 2}, "is negative"),
    ],
)
def test_what_cannot_be_judged_is_refused(facts: dict[str, object], message: str) -> None:
    given = dict(facts)
    with pytest.raises(crr.InputError, match=message):
        crr.assess(given.pop("value_or_kept"), **given)


def test_segments_are_refused() -> None:
    frame = pd.DataFrame({"who": ["a", "b", "a", "b"], "at": ["2024-01-05", "2024-01-09", "2024-02-01", "2024-02-29"]})
    base = crr.read_orders(frame.assign(region=["n", "s", "n", "s"]), customer="who", at="at", by="region")
    with pytest.raises(crr.InputError, match="given by segments"):
        crr.assess(crr.retention_by_period(base, every="month", by="region"))


def test_every_verdict_has_its_claim_evidence_and_caveat_in_both_languages() -> None:
    found = crr.assess(A12, gained=30, lost=10, profile="bank", target=YEARLY, norms={"month": (0.8, 0.9)})
    frame = found.to_pandas()
    assert set(frame["source"]) == {"A16", "B18", "B24", "norms", "target"}
    assert (frame[["claim", "evidence", "caveat", "against"]].map(len) > 5).all(axis=None)
    assert "<table" in found.to_html()
    assert "crosses a line" in found.to_html()
    with crr.use_language("ru"):
        inside = "85,7\xa0% (месяц), как есть: внутри (от 85\xa0% до 90\xa0%, период и вид бизнеса не указаны), но"
        assert inside in str(found)
        assert "Ушло 10, пришло 30: пришло больше, чем ушло." in found.to_html()
        assert list(found.to_pandas()["verdict"]) == list(frame["verdict"])  # words for programs stay as they are


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("profile", ["bank", "telecom", "b2b"])
def test_a_reader_meets_no_number_of_a_statement(profile: str, lang: str) -> None:
    with crr.use_language(lang):
        found = crr.assess(A12, gained=30, lost=10, profile=profile)
        assert not re.search(r"\b[AB]\d|\barticle|стать", str(found) + found.to_html())
        assert [row[0] for row in found._shown_rows()] == [verdict.name for verdict in found.verdicts]
    assert {"A16", "B18", "B24"} <= set(found.to_pandas()["source"])  # programs go by the numbers


def test_a_comparison_says_what_its_lines_do_not_state() -> None:
    found = crr.assess(0.5, period="quarter", norms={"quarter": (0.8, 0.9)})
    said = {verdict.source: verdict.claim for verdict in found.verdicts if verdict.basis == "as stated"}
    assert said["A16"] == "50.0% (quarter), as stated: below (85% to 90%, period and kind of business not stated)."
    assert said["norms"] == "50.0% (quarter), as stated: below (80% to 90%)."
    assert "a year, kind of business not stated)" in next(v.claim for v in found.verdicts if v.source == "B18")


def test_no_year_is_told_from_a_month_that_is_like_no_other() -> None:
    """Of 100 leave 2, 3, 2 and then 30, 95% 22 to 40: raised to a power that would be 1.4% a year."""
    calm, shock = [(2, 2, 0), (3, 3, 0), (2, 2, 0)], (30, 30, 0)

    def of_contracts(*flows: tuple[int, int, int]) -> crr.RetentionTable:
        kept = account(*flows)
        return replace(kept, card=kept.card.with_(activity="contract runs"))

    for flows in ([*calm, shock], calm[:2]):
        found = crr.assess(of_contracts(*flows))
        assert found.annual is None
        assert "equivalent" not in {verdict.basis for verdict in found.verdicts}
        assert "There is no annual figure: the account shows too few periods like this one." in str(found)
    assert crr.assess(of_contracts(*calm)).annual == pytest.approx(0.98**12)
