"""The stages in a report: counted by hand, without small groups, and the same on the page and in the notebook."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import crrkit as crr
from crrkit.read.samples import sample_path
from crrkit.report.account import reference_row, shared
from crrkit.report.advice_section import about_advice, advice_finding
from crrkit.report.stage_counts import _model, stages_of
from crrkit.report.stage_section import stage_finding

if TYPE_CHECKING:
    from crrkit.report.stage_facts import Staged

# Lapsed after 45 days. The faithful buy on the 10th of every month and are long from the third time on. Who buys once,
# on May 20, is middle at the start of June and of July. Who is gone bought three times to May 10: long at the start of
# June, silent for 52 days at that of July.
FAITHFUL = [f"2024-{month:02}-10" for month in range(1, 7)]
ONCE, GONE = ["2024-05-20"], ["2024-03-10", "2024-04-10", "2024-05-10"]
RULE = {"activity": crr.Trailing(days=45)}


def shop(faithful: int, once: int, gone: int, **options) -> crr.OrderBase:
    kinds = [("f", faithful, FAITHFUL), ("o", once, ONCE), ("g", gone, GONE)]
    rows = [(f"{kind}-{n:04}", day) for kind, people, days in kinds for n in range(people) for day in days]
    log = pd.DataFrame(rows, columns=["who", "at"])
    return crr.read_orders(log, customer="who", at="at", as_of="2024-07-01", **(RULE | options))


def staged(base: crr.OrderBase, min_cell: int | None = 10) -> Staged | None:
    return stages_of(base, shared(crr.retention_by_period(base, every="month"), min_cell=min_cell), min_cell=min_cell)


def test_the_world_is_as_it_is_said() -> None:
    base = shop(60, 20, 20)
    for day in ("2024-06-01", "2024-07-01"):
        table = crr.stage_on(base, day, rule=crr.StageRule(lapse_days=45)).to_pandas()
        stages = table.groupby(table["customer"].str[0])["stage"].unique().str[0].to_dict()
        assert stages == {"f": "long", "o": "middle", "g": "long" if day == "2024-06-01" else "lapsed"}


def test_the_rate_is_the_sum_over_its_stages() -> None:
    # June: of 20 middle all stay, of 60 + 20 long 60: 20 % * 100 % + 80 % * 75 % = 80 %
    found = staged(shop(60, 20, 20))
    finding = stage_finding(found)
    assert finding.claim == (
        "Of the 20 lost in June 2024, 0 were “middle” (100.0% of these stayed), 20 “long” (75.0%)."
    )
    assert finding.caveat.startswith(
        "The rate of 80.0% is the sum of share × retention: 20.0% × 100.0% (middle) + 80.0% × 75.0% (long)."
    )
    assert "lapsed after 45 days of silence" in finding.caveat
    assert "differ" not in finding.caveat, "the account waits for the same silence"
    assert found.rates[["start", "kept"]].to_numpy().tolist() == [[20, 20], [80, 60]]
    row = found.flow.counts.loc["2024-07"]
    assert row.to_dict() == {"short": 0, "cold": 0, "middle": 20, "long": 60, "lapsed": 20}


def test_it_is_the_rate_of_the_account_where_the_rule_is_the_same() -> None:
    base = shop(60, 20, 20)
    kept = crr.retention_by_period(base, every="month").row("2024-06")
    rates = staged(base).rates
    assert rates["kept"].sum() / rates["start"].sum() == kept["crr"] == 0.8


def test_by_period_the_stages_are_those_of_who_bought_in_the_period_before() -> None:
    # June: of May's buyers 20 bought once (middle) and none of them in June, 60 + 20 three times (long), of whom 60.
    found = staged(shop(60, 20, 20, activity="period"))
    finding = stage_finding(found)
    assert finding.claim == ("Of the 40 lost in June 2024, 20 were “middle” (0.0% of these stayed), 20 “long” (75.0%).")
    assert "lapsed after a period without a purchase" in finding.caveat


@pytest.mark.daily(3)
@pytest.mark.parametrize("every", ["month", "quarter", "half-year"])
@pytest.mark.parametrize("rule", ["period", crr.Trailing(days=60), crr.OwnGap()])
def test_the_report_speaks_of_one_rate(every: str, rule: object, orders: crr.OrderBase) -> None:
    base = orders.with_activity(rule)
    kept = crr.retention_by_period(base, every=every)
    rates = stages_of(base, kept, min_cell=None).rates
    row = kept.row(rates["period"].iloc[0])
    assert row["period"] == reference_row(kept)["period"]
    assert (rates["start"].sum(), rates["kept"].sum()) == (row["start"], row["kept"])


def test_where_no_stages_give_the_rate_there_are_none(orders: crr.OrderBase) -> None:
    base = orders.with_activity(crr.Trailing(months=2))
    assert stages_of(base, crr.retention_by_period(base, every="month")) is None


@pytest.mark.daily(1)
@pytest.mark.parametrize(("faithful", "once", "gone"), [(60, 9, 20), (60, 20, 9), (9, 20, 20)])
def test_no_group_of_fewer_than_ten_is_told_of(faithful: int, once: int, gone: int) -> None:
    base = shop(faithful, once, gone)
    found = staged(base)
    counts = found.flow.counts.to_numpy()
    assert len(counts)
    assert not ((counts > 0) & (counts < 10)).any()
    assert "2024-07" not in found.flow.counts.index
    groups = found.rates[["start", "kept"]].assign(lost=found.rates["start"] - found.rates["kept"]).to_numpy()
    assert not ((groups > 0) & (groups < 10)).any()
    assert "2024-06" not in set(found.rates["period"])
    assert found.cards.empty, "the last boundary cannot be told, so nothing is proposed for it"
    assert staged(base, None).rates["period"].unique().tolist() == ["2024-06"]


def test_ten_are_enough() -> None:
    found = staged(shop(60, 10, 10))
    assert found.rates["period"].unique().tolist() == ["2024-06"]
    assert "2024-07" in found.flow.counts.index


def test_too_small_a_shop_has_no_stages_to_show() -> None:
    assert staged(shop(3, 3, 3)) is None


def test_where_no_period_can_be_told_the_finding_says_so() -> None:
    # 60 faithful ones; each month 6 newcomers, of whom 3 come once more: in no month are nobody or ten of them lost.
    rows = [(f"f-{n:03}", day) for n in range(60) for day in FAITHFUL]
    rows += [(f"n-{month}-{n}", f"2024-{month:02}-05") for month in range(1, 7) for n in range(6)]
    rows += [(f"n-{month}-{n}", f"2024-{month + 1:02}-10") for month in range(1, 6) for n in range(3)]
    base = crr.read_orders(pd.DataFrame(rows, columns=["who", "at"]), customer="who", as_of="2024-07-01", **RULE)
    found = staged(base)
    assert list(found.flow.counts.index) == ["2024-02"], "from March on 3 or more, but not ten, have lapsed"
    assert stage_finding(found).claim == "The retention of each stage cannot be shown: the groups are too small."


def test_contracts_have_no_such_stages() -> None:
    base = crr.read_contracts(sample_path("contracts"), customer="client_id", start="joined", end="left")
    assert staged(base) is None


def test_the_first_card_is_the_advice() -> None:
    base = crr.read_orders(sample_path("orders"), customer="client_id", at="ordered_at")
    found = staged(base)
    flow = crr.stage_flow(base, every="month", rule=found.flow.rule)
    cards = crr.diagnose(crr.retention_by_period(base, every="month"), flow=flow).cards
    first = next(card for card in cards if card.kind == "do")
    finding = advice_finding(found.cards)
    assert finding.claim == f"What to try first: “{first.title}”."
    assert first.triggers[0] in finding.caveat
    assert "Only a randomized holdout" in finding.caveat


def test_every_card_is_told_in_its_place() -> None:
    found = staged(shop(60, 20, 20))
    cards = pd.DataFrame([[f"{what} {n}" for what in found.cards.columns] for n in (1, 2)], columns=found.cards.columns)
    claims = [finding.claim for finding in about_advice(cards).findings]
    assert claims == ["What to try first: “title 1”.", "And then: “title 2”."]
    assert advice_finding(cards, place=2).caveat == "because 2 action 2 caution 2"


def test_a_caution_that_the_reason_contains_is_not_repeated() -> None:
    cards = staged(shop(60, 20, 20)).cards.head(1).assign(because="Lost 15. It is growth.", caution="It is growth.")
    assert advice_finding(cards.assign(action="Stop.")).caveat == "Lost 15. It is growth. Stop."


@pytest.mark.pages
def test_page_and_notebook_say_the_same(tmp_path) -> None:
    start = date(2024, 1, 1)
    visits = [(f"v-{n:03}", start + timedelta(days=150 + n % 30), "visit") for n in range(40)]
    kinds = [("f", 60, FAITHFUL), ("o", 20, ONCE), ("g", 20, GONE)]
    bought = [
        (f"{kind}-{n:03}", day, "purchase") for kind, people, days in kinds for n in range(people) for day in days
    ]
    log = pd.DataFrame(bought + visits, columns=["who", "at", "what"]).astype({"at": "datetime64[ns]"})
    base = crr.read_events(log, customer="who", at="at", kind="what", as_of="2024-07-01", **RULE)
    out, notebook = tmp_path / "out.html", tmp_path / "out.ipynb"
    written = crr.write_report(base, every="month", out=out, notebook=notebook)
    page = out.read_text(encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    printed = json.dumps([cell.get("outputs") for cell in cells], ensure_ascii=False)
    claims = [str(finding.claim) for finding in written.findings if "Of the 20 lost" in finding.claim]
    assert len(claims) == 1
    assert claims[0] in page
    assert claims[0] in printed
    assert 'id="stages"' in page
    for who in ("v-001", "f-001", "g-001"):
        assert who not in page
        assert who not in json.dumps(cells)


# The levers -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def orders() -> crr.OrderBase:
    return crr.read_orders(sample_path("orders"), customer="client_id", at="ordered_at", amount="total")


def test_the_levers_of_a_report_are_those_of_its_flow(orders: crr.OrderBase) -> None:
    kept = crr.retention_by_period(orders, every="month")
    found = stages_of(orders, kept)
    whole = crr.StageModel.from_flow(crr.stage_flow(orders, every="month", rule=found.flow.rule))
    pd.testing.assert_frame_equal(found.model.table, whole.table)
    assert found.model.retained == ("middle", "long")


def test_a_model_in_which_a_move_was_of_few_is_withheld(orders: crr.OrderBase) -> None:
    flow = crr.stage_flow(orders, every="month")
    moves = crr.StageModel.from_flow(flow).counts.to_numpy().astype(int)
    smallest = int(moves[moves > 0].min())
    assert 1 < smallest < 100
    assert _model(flow, smallest) is not None
    assert _model(flow, smallest + 1) is None
    counts = flow.counts.copy()
    counts.loc["2024-06", "long"] = 4  # its sums over twelve boundaries, less the eleven that are shown, would tell it
    assert _model(replace(flow, counts=counts), smallest) is None


def test_where_the_new_of_a_period_are_withheld_nothing_tells_how_many_have_lapsed(orders: crr.OrderBase) -> None:
    """All who ever bought stand in some stage: their number at two boundaries would tell who came first between."""
    kept = crr.retention_by_period(orders, every="quarter")
    hidden = replace(kept, table=kept.table.assign(new=kept.table["new"].mask(kept.table["period"] == "2024Q2")))
    whole, found = stages_of(orders, kept), stages_of(orders, hidden)
    assert (whole.model is None, found.model) == (False, None)
    assert list(found.flow.counts) == ["middle", "long"]
    pd.testing.assert_frame_equal(found.rates, whole.rates)
    assert (len(whole.cards), len(found.cards)) == (1, 0), "they name how many have lapsed by now"


def test_stages_that_nobody_left_or_kept_have_no_levers() -> None:
    found = staged(shop(60, 20, 20))  # the first have lapsed in the last period: nobody knows what becomes of them
    assert found.model is None


@pytest.mark.pages
def test_a_list_that_is_not_projected_has_the_sentence_in_place_of_the_picture(tmp_path) -> None:
    page, notebook = tmp_path / "r.html", tmp_path / "r.ipynb"
    early = crr.read_orders(
        sample_path("orders"), customer="client_id", at="ordered_at", amount="total", as_of="2023-06-01"
    )
    crr.write_report(early, every="month", min_cell=None, out=page, notebook=notebook)
    kept = crr.retention_by_period(early, every="month")
    refusal = stages_of(early, kept, min_cell=None).model.refusal
    assert "3 whole periods, and the list has 1" in refusal
    text = page.read_text(encoding="utf-8")
    assert refusal in text
    assert 'id="stage-explorer"' not in text
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert refusal in json.dumps([cell.get("outputs") for cell in cells], ensure_ascii=False)
