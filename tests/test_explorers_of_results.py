"""Explorers of numbers that are given a result: they begin with its numbers, and say nothing else than it does."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest

import crrkit as crr
from crrkit import widgets
from crrkit.judge.conventions import CONVENTIONS
from crrkit.widgets.static import restore
from crrkit.widgets.who_is_new import MEANINGS_NAMED

OF_AN_ACCOUNT = (widgets.FormulaExplorer, widgets.PeriodExplorer, widgets.NoiseExplorer, widgets.WhoIsNewExplorer)


@pytest.fixture(scope="module")
def contracts() -> crr.ContractBase:
    return crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")


@pytest.fixture(scope="module")
def club() -> crr.RetentionTable:
    base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
    return crr.retention_by_period(base, every="quarter")


@pytest.fixture(scope="module")
def orders() -> crr.OrderBase:
    return crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")


class TestAnAccount:
    def test_counted_by_hand(self, contracts: crr.ContractBase) -> None:
        # The list of eleven in the first half of 2024: five were there, two of them left, two came for the first time
        # and one came back; one joined and left, one came back and left, one left and rejoined.
        kept = crr.retention_by_period(contracts, every="half-year")
        formula = widgets.FormulaExplorer(kept, period="2024H1")
        assert formula.state == {"start": 5, "lost": 2, "new": 3}
        assert (formula.counts.end, formula.counts.crr) == (6, 0.6)
        assert widgets.PeriodExplorer(kept, period="2024H1").state == {
            "rate": 0.6, "period": "half-year", "horizon": 12,
        }  # fmt: skip
        noise = widgets.NoiseExplorer(kept, period="2024H1", level=0.9)
        assert noise.state == {"n": 5, "kept": 3, "level": 0.9, "seed": 1}
        for given in (kept, contracts):
            flows = widgets.WhoIsNewExplorer(given, every="half-year", period="2024H1")
            assert flows.state == widgets.WhoIsNewExplorer().state

    def test_every_period_of_a_club_says_what_the_account_says(self, club: crr.RetentionTable) -> None:
        for row in club.table.to_dict("records"):
            of = row["period"]
            counts = widgets.FormulaExplorer(club, period=of).counts
            assert (counts.start, counts.lost, counts.end) == (row["start"], row["lost"], row["end"])
            flows = widgets.WhoIsNewExplorer(club, period=of)
            rates = crr.reconcile(club, period=of).table.set_index("convention")["rate"]
            named = {name: flows._answer(counted) for counted, name in MEANINGS_NAMED.items()}
            assert pd.Series(named).equals(rates[list(named)]), of
            if not row["start"]:
                assert math.isnan(flows.truth)
                continue
            assert counts.crr == flows.truth == widgets.PeriodExplorer(club, period=of).rate == row["crr"]
            interval = widgets.NoiseExplorer(club, period=of).interval
            assert interval == pytest.approx((row["crr_low"], row["crr_high"]))
        assert len(named) == len(MEANINGS_NAMED) < len(CONVENTIONS)

    def test_the_latest_complete_period_by_default_and_one_of_a_segment(self, orders: crr.OrderBase) -> None:
        kept = crr.retention_by_period(orders, by="region")
        assert widgets.FormulaExplorer(kept.whole).start == kept.whole.latest["start"]
        north = kept.segment(region="North")
        assert widgets.NoiseExplorer(north).n == north.latest["start"] < kept.whole.latest["start"]
        assert "region: North: kept" in widgets.NoiseExplorer(north)._about

    def test_a_number_that_is_named_beside_it_stands_in_its_place(self, club: crr.RetentionTable) -> None:
        start = int(club.latest["start"])
        assert widgets.FormulaExplorer(club, lost=0).state["lost"] == 0
        assert widgets.FormulaExplorer(club, lost=0).start == start
        with pytest.raises(crr.InputError, match=f"is more than start={start}"):
            widgets.FormulaExplorer(club, lost=start + 1)

    def test_what_it_begins_with_is_said_and_saved_with_what_must_be_read_before(
        self, club: crr.RetentionTable, orders: crr.OrderBase
    ) -> None:
        row = club.latest
        said = f"It begins with {row['period']}: kept {row['kept']} of {row['start']}, CRR {row['crr']:.1%}."
        for explorer in OF_AN_ACCOUNT:
            made = explorer(club)
            assert made._about == said
            assert said in made.still()
            again = restore(json.loads(json.dumps(made.saved)))
            assert (again.state, again.page_state["_about"]) == (made.state, said)
            assert "_about" not in explorer().page_state
        assert widgets.FormulaExplorer(club, lang="ru")._about.startswith(f"В начале здесь {row['period']}: удержано")
        weekly = crr.retention_by_period(orders, every="week")
        assert weekly.warning
        assert widgets.FormulaExplorer(weekly)._about.startswith(weekly.warning)

    def test_what_cannot_be_is_refused(self, club: crr.RetentionTable, orders: crr.OrderBase) -> None:
        empty = club.table["period"].iloc[0]
        assert not club.row(empty)["start"]
        parts = crr.retention_by_period(orders, by="region")
        many = crr.retention_by_period(orders)
        many.table.loc[len(many.table) - 2, ["start", "kept"]] = [20_000, 15_000]
        refusals: list[tuple[Any, str]] = [
            (lambda: widgets.NoiseExplorer(club, period=empty), f"In {empty} there was nobody to keep"),
            (lambda: widgets.PeriodExplorer(club, period=empty), f"In {empty} there was nobody to keep"),
            (lambda: widgets.FormulaExplorer(club, period="2024-01"), "period='2024-01' is not known"),
            (lambda: widgets.FormulaExplorer(parts), r"widgets.FormulaExplorer\(kept.segment\(region='East'\)\)"),
            (lambda: widgets.FormulaExplorer(period="2024Q1"), "Give the account in front of it"),
            (lambda: widgets.NoiseExplorer(many, period=many.table["period"].iloc[-2]), "20,000 customers.*10,000"),
        ]
        for refused, words in refusals:
            with pytest.raises(crr.InputError, match=words):
                refused()


class TestTwoPeriods:
    def test_a_flow_between_stages_and_an_account_by_segments(self, orders: crr.OrderBase) -> None:
        flow, kept = crr.stage_flow(orders, every="quarter"), crr.retention_by_period(orders, by="region")
        for result, periods in ((flow, ("2024Q1", "2024Q3")), (kept, ("2024-01", "2024-02"))):
            made = widgets.DecompositionExplorer(result, before=periods[0], after=periods[1])
            wanted = crr.decompose(result, before=periods[0], after=periods[1])
            assert made.split.rate_effect == pytest.approx(wanted.rate_effect, abs=1e-12)
            assert made.split.mix_effect == pytest.approx(wanted.mix_effect, abs=1e-12)
            assert made._about == f"It begins with {periods[0]} and {periods[1]}: {wanted.caption()}."
        assert list(made.before) == ["East", "North", "South", "West"]
        assert list(widgets.DecompositionExplorer(flow, lang="ru").after) == ["средняя", "длительная"]

    def test_the_latest_against_the_one_before_by_default(self, orders: crr.OrderBase) -> None:
        flow = crr.stage_flow(orders, every="quarter")
        periods = list(flow.whole_periods())
        assert flow.latest["period"] == periods[-1]
        assert widgets.DecompositionExplorer(flow)._about.startswith(f"It begins with {periods[-2]} and {periods[-1]}")

    def test_who_was_nobody_in_one_of_them_has_no_share_there(self) -> None:
        # In January and February ann and bob of the north; from February on cid of the south, who comes back in March.
        rows = [("ann", "north", "01"), ("ann", "north", "02"), ("ann", "north", "03"), ("bob", "north", "01"),
                ("cid", "south", "02"), ("cid", "south", "03"), ("dan", "east", "03")]  # fmt: skip
        log = pd.DataFrame(
            [(who, where, f"2024-{month}-05") for who, where, month in rows], columns=["who", "of", "at"]
        )
        kept = crr.retention_by_period(crr.read_orders(log, customer="who", at="at", by="of"), by="of")
        made = widgets.DecompositionExplorer(kept, before="2024-02", after="2024-03")
        assert made.before == {"north": (1, 0.5), "south": (0, 1)}
        assert made.after == {"north": (0.5, 1), "south": (0.5, 1)}
        assert made.split.notes == crr.decompose(kept, before="2024-02", after="2024-03").notes

    def test_what_cannot_be_is_refused(self, orders: crr.OrderBase, club: crr.RetentionTable) -> None:
        kept = crr.retention_by_period(orders, by="region")
        north = crr.retention_by_period(orders, by="region").segment(region="North")
        many = orders.table.to_pandas().assign(region=lambda rows: rows["customer"].astype(str).str[-1])
        shops = crr.read_orders(many, customer="customer", at="at", by="region")
        by_shop = crr.retention_by_period(shops, by="region")
        refusals: list[tuple[Any, str]] = [
            (lambda: widgets.DecompositionExplorer(club), "This account has no segments"),
            (lambda: widgets.DecompositionExplorer(north), "This account has no segments"),
            (lambda: widgets.DecompositionExplorer(kept, after="2024-1"), "after='2024-1' is not known"),
            (
                lambda: widgets.DecompositionExplorer(orders),
                r"a StageFlow is needed. Make it with crr.stage_flow\(base",
            ),
            (
                lambda: widgets.DecompositionExplorer(by_shop),
                "There are 10 segments",
            ),
        ]
        for refused, words in refusals:
            with pytest.raises(crr.InputError, match=words):
                refused()
