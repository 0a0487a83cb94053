"""The account on histories counted by hand: every column, the calendar's edges, the cut-off and the refusals."""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
import worlds
from worlds import CONTRACT_WORLDS, FLOWS, ORDER_WORLDS, World

from crrkit.counts.intervals import wilson
from crrkit.ground import errors, languages
from crrkit.measure.movement import RetentionTable, retention_by_period
from crrkit.read.bases.readers import ContractBase, OrderBase, read_contracts, read_orders
from crrkit.rules import Trailing

RATES = (
    "crr", "crr_low", "crr_high", "churn", "crr_continuous", "crr_textbook", "churn_events", "early_loss", "winback",
    "recovered", "growth", "quick_ratio",
)  # fmt: skip


@cache
def contracts_of(world: World, **rules) -> ContractBase:
    """The base of a world; made once, it is never changed."""
    named = {"customer": "client_id", "contract": "contract", "start": "joined", "end": "left"}
    return read_contracts(world.contracts(), **named, **({"as_of": world.as_of} | rules))


@cache
def orders_of(world: World, **rules) -> OrderBase:
    return read_orders(world.orders(), customer="client_id", at="ordered_at", **({"as_of": world.as_of} | rules))


@cache
def account(world: World, **rules) -> RetentionTable:
    base = orders_of(world, **rules) if world in ORDER_WORLDS.values() else contracts_of(world, **rules)
    return retention_by_period(base, every=world.every, unit=world.unit)


def flows(kept: RetentionTable) -> pd.DataFrame:
    return kept.table.set_index("period")[list(FLOWS)]


# Counted by hand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*CONTRACT_WORLDS, *ORDER_WORLDS])
def test_every_flow_is_the_one_counted_by_hand(name):
    world = {**CONTRACT_WORLDS, **ORDER_WORLDS}[name]
    expected = world.expected()
    counted = flows(account(world))
    if name != "LEAP":  # daily: from the first day of the data on, which is a year before
        assert list(counted.index) == list(expected.index)
    pd.testing.assert_frame_equal(counted.loc[expected.index], expected)


def test_a_fiscal_year_begins_where_it_is_said_to():
    counted = flows(account(worlds.FISCAL, year_starts="april"))
    pd.testing.assert_frame_equal(counted, worlds.FISCAL.expected())


# domain.md 8.2, H1 = [2024-01-01, 2024-07-01): S 5, E 6, K 3, L 2; the formula under each meaning of "new".
def test_canonical_rates_of_the_first_half():
    row = account(worlds.CANONICAL).row("2024H1")
    assert row["from_"] == pd.Timestamp("2024-01-01")
    assert row["until"] == pd.Timestamp("2024-07-01")
    assert row["status"] == "complete"
    expected = {
        "crr": 0.6, "churn": 0.4, "crr_continuous": 0.4, "crr_textbook": 0.8,
        "churn_events": 1.0,  # 5 ends of contracts to 5 at the start, though 2 were lost
        "early_loss": 1 / 3,  # e of d, e, i
        "winback": 1 / 2,  # f of f, g
        "recovered": 4 / 5, "growth": 0.2, "quick_ratio": 1.5,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-15)
    assert (row["crr_low"], row["crr_high"]) == pytest.approx(wilson(3, 5))
    formula = {
        "net": row["new"] + row["returned"], "first ever, still here": row["new"],
        "first ever, gross": row["new"] + row["new_lost"],
        "gross with returns": row["new"] + row["new_lost"] + row["returned"] + row["returned_lost"],
        "every start": row["joins"],
    }  # fmt: skip
    by_formula = {name: (row["end"] - n) / row["start"] for name, n in formula.items()}
    assert list(by_formula.values()) == pytest.approx([0.6, 0.8, 0.6, 0.2, 0.0])


def test_canonical_rates_of_the_second_half():
    row = account(worlds.CANONICAL).row("2024H2")
    expected = {
        "crr": 5 / 6, "churn": 1 / 6, "crr_continuous": 5 / 6, "crr_textbook": 5 / 6, "churn_events": 1 / 6,
        "early_loss": 0.0, "winback": 0.0, "recovered": 5 / 6, "growth": 0.0, "quick_ratio": 1.0,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-15)
    assert row["crr"] == pytest.approx(0.833333, abs=5e-7)  # as domain.md 8.2 prints it


def test_the_textbook_formula_calls_comeback_fully_kept():
    row = account(worlds.COMEBACK).row("2024-03")
    assert (row["crr"], row["crr_textbook"]) == (0.5, 1.0)


def test_who_lets_one_contract_go_is_shown_and_has_not_come_back():
    kept = account(worlds.LETS_ONE_GO)
    row = kept.row("2024-02")
    assert (row["reduced"], row["crr"], row["churn"]) == (2, 1 / 3, 2 / 3)
    assert math.isnan(row["winback"])  # there are no former customers; the two had not gone
    assert "of them with fewer contracts" in str(kept)
    assert "who gave up some contracts and holds others" in str(kept.card)
    assert "reduced" not in account(worlds.SEVERAL_CONTRACTS["person_any"]).table


# Undefined is not zero ------------------------------------------------------------------------------------------------


def test_without_anybody_at_the_start_a_rate_is_undefined_and_says_why():
    march = account(worlds.EXODUS).row("2024-03")
    assert march["status"] == "empty_base"
    assert math.isnan(march["early_loss"]) is False  # one joined, none lost early: that is known
    of_the_start = ("crr", "crr_low", "crr_high", "churn", "crr_continuous", "crr_textbook", "churn_events", "growth")
    assert march[[*of_the_start, "recovered"]].isna().all()


def test_everybody_lost_is_zero_and_not_undefined():
    february = account(worlds.EXODUS).row("2024-02")
    assert (february["crr"], february["churn"], february["status"]) == (0.0, 1.0, "complete")
    assert february["crr_low"] == 0.0


def test_ratios_without_their_denominator():
    table = account(worlds.EXODUS).table.set_index("period")
    assert table.loc["2024-01", "quick_ratio"] == math.inf  # gained, none lost
    assert math.isnan(table.loc["2024-04", "quick_ratio"])  # nothing gained, nothing lost
    assert table.loc["2024-02", "quick_ratio"] == 0.0
    assert math.isnan(table.loc["2024-02", "early_loss"])  # nobody joined
    assert math.isnan(table.loc["2024-01", "winback"])  # no former customers
    assert table.loc["2024-03", "winback"] == 0.0  # two former customers, none back


# The latest, the running and the asked for ----------------------------------------------------------------------------


def test_the_latest_row_is_the_last_complete_one_with_somebody_to_keep():
    assert account(worlds.CUT_OFF).latest["period"] == "2024-02"
    assert account(worlds.EXODUS).latest["period"] == "2024-04"
    assert account(worlds.STROKE, as_of="2024-02-20").latest["period"] == "2024-02"  # running, but there is no other
    nobody = retention_by_period(contracts_of(worlds.FAITHFUL), every="month", last="2024-01")
    assert nobody.latest["status"] == "empty_base"


def test_the_running_period_is_marked_and_ends_at_the_cut_off():
    table = account(worlds.CUT_OFF).table.set_index("period")
    assert table["status"].tolist() == ["empty_base", "complete", "running"]
    later = account(worlds.CUT_OFF, as_of="2024-04-01").table.set_index("period")
    assert later.loc["2024-03", ["status", "lost", "new"]].tolist() == ["complete", 3, 1]


def test_by_default_the_data_end_on_the_day_after_the_last_thing_that_happened():
    base = contracts_of(worlds.CANONICAL, as_of=None)
    assert base.as_of == datetime(2024, 7, 2)  # noqa: DTZ001 - j joins, h leaves on 1 July
    assert retention_by_period(base, every="half-year").table["status"].tolist()[-2:] == ["complete", "running"]


def test_an_agreed_end_in_the_future_does_not_stretch_the_data():
    far = World("a 2024-01-10..2199-01-01\nb 2024-01-20..2024-03-05", "month", "")
    assert contracts_of(far).as_of == datetime(2024, 3, 6)  # noqa: DTZ001 - the business's own clock


@pytest.mark.parametrize("cut", ["2024-03-10", date(2024, 3, 10), datetime(2024, 3, 10), pd.Timestamp("2024-03-10")])  # noqa: DTZ001 - the business's own clock
def test_the_cut_off_can_be_said_in_every_usual_way(cut):
    assert contracts_of(worlds.EXODUS, as_of=cut).as_of == datetime(2024, 3, 10)  # noqa: DTZ001 - the business's own clock


def test_first_and_last_cut_a_window_out_of_the_same_account():
    base = contracts_of(worlds.CANONICAL)
    whole = retention_by_period(base, every="half-year").table.set_index("period")
    part = retention_by_period(base, every="half-year", first="2023H2", last="2024H1").table.set_index("period")
    pd.testing.assert_frame_equal(part, whole.loc["2023H2":"2024H1"])
    before = retention_by_period(base, every="half-year", first="2021H1", last="2022H1").table.set_index("period")
    assert before["start"].tolist() == [0, 0, 0]
    assert before["new"].tolist() == [0, 0, 2]


def test_orders_before_the_window_still_count_as_history():
    part = retention_by_period(orders_of(worlds.COMEBACK), every="month", first="2024-03").table
    pd.testing.assert_frame_equal(part.set_index("period")[list(FLOWS)], worlds.COMEBACK.expected().loc[["2024-03"]])


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "half-year", "year"])
def test_rows_follow_one_another_without_a_gap(every):
    table = retention_by_period(contracts_of(worlds.CANONICAL), every=every).table
    assert (table["from_"].iloc[1:].to_numpy() == table["until"].iloc[:-1].to_numpy()).all()
    assert (table["end"].iloc[:-1].to_numpy() == table["start"].iloc[1:].to_numpy()).all()
    assert (table["start"] - table["lost"] + table["new"] + table["returned"] == table["end"]).all()
    assert list(table.columns) == ["period", "from_", "until", *FLOWS, *RATES, "status"]
    assert {str(table[name].dtype) for name in FLOWS} == {"int64"}
    assert {str(table[name].dtype) for name in RATES} == {"float64"}


# Reading the result ---------------------------------------------------------------------------------------------------


def test_the_caption_reads_the_latest_rate_back_in_both_languages():
    kept = account(worlds.CANONICAL)
    assert kept.caption() == "2024H2: kept 5 of 6, CRR 83.3%"
    with languages.use_language("ru"):
        assert "83,3\N{NO-BREAK SPACE}%" in kept.caption()
        assert "kept" not in str(kept)


def test_an_undefined_rate_is_shown_as_a_dash_and_never_as_nan():
    shown = str(account(worlds.EXODUS)) + account(worlds.EXODUS).to_html()
    assert "nan" not in shown.lower()
    assert "–" in shown


def test_the_card_of_the_result_names_the_period_and_the_unit():
    card = retention_by_period(contracts_of(worlds.CANONICAL), every="quarter", unit="contract").card
    assert (card.every, card.unit, card.activity) == ("quarter", "contract", "contract runs")
    assert orders_of(worlds.COMEBACK).card.every is None
    assert account(worlds.COMEBACK).card.unit == "buyer"


def test_a_row_is_found_by_its_name_only():
    kept = account(worlds.EXODUS)
    assert kept.row("2024-02")["lost"] == 2
    with pytest.raises(errors.InputError, match="Choose one of 2024-01"):
        kept.row("2024-2")


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "argument", "said"),
    [
        ({"every": "monthly"}, "every", "Did you mean 'month'"),
        ({"every": None}, "every", "Choose one of day"),
        ({"every": "month", "unit": "person"}, "unit", "person_any"),
        ({"every": "month", "first": "2024Q1"}, "first", "is written like '2024-02'"),
        ({"every": "month", "last": "yesterday"}, "last", "is written like"),
        ({"every": "month", "last": "2024-12"}, "last", "begins after the data end"),
        ({"every": "month", "first": "2025-01"}, "first", "begins after the data end"),
        ({"every": "month", "first": "2024-03", "last": "2024-02"}, "first", "at least 1"),
        ({"every": "day", "first": "1900-01-01"}, "first", "at most 20000"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_why(wrong, argument, said):
    with pytest.raises(errors.InputError, match=said) as refused:
        retention_by_period(contracts_of(worlds.EXODUS), **wrong)
    assert refused.value.argument == argument


@pytest.mark.parametrize("every", ["year", "half-year", "quarter"])
def test_a_period_longer_than_the_data_is_refused_with_the_longest_that_fits(every):
    base = contracts_of(World("a 2024-01-10..2024-02-05", "year", "", as_of="2024-03-01"))
    with pytest.raises(errors.InputError, match="every='month'") as refused:
        retention_by_period(base, every=every)
    assert refused.value.argument == "every"
    assert len(retention_by_period(base, every="month").table) == 2


def test_data_of_a_week_are_no_month():
    base = orders_of(World("a 2024-01-08\nb 2024-01-14", "month", ""))
    with pytest.raises(errors.InputError, match="from Jan 8, 2024 to Jan 15, 2024, less than one month"):
        retention_by_period(base, every="month")
    assert len(retention_by_period(base, every="week").table) == 1


def test_orders_know_no_contracts():
    with pytest.raises(errors.InputError, match="unit") as refused:
        retention_by_period(orders_of(worlds.COMEBACK), every="month", unit="contract")
    assert refused.value.argument == "unit"


def test_contracts_without_a_number_are_one_a_row():
    frame = worlds.SEVERAL_CONTRACTS["contract"].contracts()
    for numbers in (frame["contract"], frame["contract"].where(frame["contract"] > 3), [None] * len(frame)):
        rows = frame.assign(contract=numbers)
        base = read_contracts(
            rows, customer="client_id", contract="contract", start="joined", end="left", as_of="2024-07-01"
        )
        row = retention_by_period(base, every="half-year", unit="contract").row("2024H1")
        assert (row["start"], row["kept"]) == (10, 6)
    unnumbered = read_contracts(frame, customer="client_id", start="joined", end="left", as_of="2024-07-01")
    assert retention_by_period(unnumbered, every="half-year", unit="contract").row("2024H1")["crr"] == 0.6


def test_last_active_day_is_one_day_before_the_first_day_after():
    frame = worlds.CANONICAL.contracts()
    named = {"customer": "client_id", "start": "joined", "end": "left", "as_of": "2025-01-01"}
    after = read_contracts(frame, **named)
    shifted = frame.assign(left=frame["left"] - np.timedelta64(1, "D"))
    last = read_contracts(shifted, end_is="last_active_day", **named)
    assert last.card.end_is == "last_active_day"
    pd.testing.assert_frame_equal(
        retention_by_period(after, every="half-year").table, retention_by_period(last, every="half-year").table
    )


class TestBegunWithin:
    """Customers are who bought in the period before: of a first period that is seen in part, some are missing."""

    @staticmethod
    def account(first: str, *, every: str = "month", a_day: int = 2, days: int = 200, **rules):
        at = [day for day in pd.date_range(first, periods=days) for _ in range(a_day)]
        log = pd.DataFrame({"who": [f"c{k % 60}" for k in range(len(at))], "at": at})
        return retention_by_period(read_orders(log, customer="who", at="at", **rules), every=every)

    def test_a_list_that_begins_in_the_middle_of_a_month_says_so_beside_the_rates(self):
        kept = self.account("2024-01-17")
        assert any(note.startswith("The list begins on Jan 17, 2024, within 2024-01.") for note in kept.notes)
        assert "The list begins" not in kept.warning, "the latest period is another"

    def test_before_the_rate_where_it_is_that_of_the_second_period(self):
        kept = self.account("2022-08-15", every="year", days=600)
        assert kept.latest["period"] == "2023"
        assert "whoever bought only then is missing at the start of 2023" in kept.warning
        assert str(kept).count("The list begins on Aug 15, 2022") == 1

    @pytest.mark.parametrize("first", ["2024-01-01", "2024-01-05"])
    def test_not_where_little_of_the_period_is_missing(self, first: str):
        assert not any("The list begins" in note for note in self.account(first).notes)

    def test_from_a_fifth_of_the_period_and_seven_customers_on(self):
        def said(first: str, **more: int) -> bool:
            return any("The list begins" in note for note in self.account(first, **more).notes)

        # From January 8 on 7 days of 31 are missing and 24 seen, in which one a day bought: at that pace 7 are missing.
        assert said("2024-01-08", a_day=1)
        assert not said("2024-01-07T06:00", a_day=1), "in 24.75 days 25 bought: in the missing 6.25 days 6.3 would have"
        assert said("2024-01-07T06:00")
        assert not said("2024-01-07"), "6 days are less than a fifth of 31"
        assert said("2024-01-17", days=30), "a second period is enough, though it is running"

    def test_nor_in_a_list_of_few_rows_or_under_a_window(self):
        log = pd.DataFrame({"who": list("aabb"), "at": ["2024-01-17", "2024-02-03", "2024-01-20", "2024-03-03"]})
        kept = retention_by_period(read_orders(log, customer="who", at="at"), every="month")
        assert not any("The list begins" in note for note in kept.notes)
        under = self.account("2024-01-17", activity=Trailing(days=31))
        assert not any("The list begins" in note for note in under.notes)
