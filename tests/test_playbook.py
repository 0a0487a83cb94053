"""The playbook: each card in a world in which it is drawn and in one just short of it, both counted by hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from report_worlds import account
from stage_worlds import COSTS, WORKED, worked

import crrkit as crr
from crrkit.counts.intervals import wilson
from crrkit.counts.rates import Rate
from crrkit.judge.playbook.cards import two_groups
from crrkit.judge.playbook.cause_rules import CAUSES
from crrkit.judge.playbook.facts import MEASURES_OF
from crrkit.judge.playbook.plans import PLANS, QUOTES
from crrkit.judge.playbook.stage_rules import WHAT_IT_RAISES
from crrkit.measure.stages.list import StageList
from crrkit.read.samples import sample_path

YEAR = account((300, 500, 0), start=1000, every="year", first="2024")  # the second article's numbers, of a year
CALM = account((130, 300, 0), start=1000, every="year", first="2024")  # 87% a year, far more gained than lost


on = datetime.fromisoformat  # local time, as the base has it


def names(*args, **kwargs) -> list[str]:
    return [card.name for card in crr.diagnose(*args, **kwargs).cards]


def test_when_nothing_fires_a_sentence_says_so() -> None:
    found = crr.diagnose(CALM)
    assert found.cards == ()
    assert str(found) == "Nothing asks for action: no rule fired on the numbers that were given."
    assert "no rule fired" in found.to_html()
    assert len(found.to_pandas()) == 0


# By number ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lost", "short_of"),
    [
        ("base_change", 301, 300),  # exactly 30% is not above 30% (B18)
        ("rare", 99, 100),  # exactly 10% is not below 10%
        ("below_band", 151, 150),  # exactly 85% is in the band (A16)
    ],
)
def test_a_line_is_crossed_or_not(name: str, lost: int, short_of: int) -> None:
    worlds = [account((n, 5000, 0), start=1000, every="year", first="2024") for n in (lost, short_of)]
    assert [name in names(kept) for kept in worlds] == [True, False]


def test_lost_and_gained_are_comparable_while_the_interval_holds_one_half() -> None:
    # Wilson: 349 of 649 from .4993, 350 of 650 from .50002
    assert [wilson(n, n + 300)[0] > 1 / 2 for n in (349, 350)] == [False, True]
    worlds = [account((300, n, 0), start=1000, every="year", first="2024") for n in (349, 350)]
    assert ["leaky_bucket" in names(kept) for kept in worlds] == [True, False]
    assert "leaky_bucket" in names(account((300, 100, 0), start=1000, every="year", first="2024")), "the base shrinks"


def test_a_change_inside_its_interval_may_be_chance() -> None:
    # 700 then 730 of 1000: z = .03 / sqrt((.21 + .1971) / 1000) = 1.49; 750: z = 2.5
    chance, news, none = (
        account((300, 300, 0), (lost, 5000, 0), start=1000, every="year", first="2023") for lost in (270, 250, 300)
    )
    assert "noise" in names(chance)
    assert "noise" not in names(news)
    assert "noise" not in names(none), "no change is no news that might be chance"
    card = crr.diagnose(chance).card("noise")
    # (1.95996 + .84162)^2 (.7 * .3 + .73 * .27) / .03^2 = 3550.3
    assert card.trial.sample == 3551
    assert "+3.0\xa0points" in card.triggers[0]
    assert crr.diagnose(chance, before="2023").card("noise") is not None


def test_the_period_to_compare_with_can_be_another_one() -> None:
    kept = account((100, 100, 0), (300, 300, 0), (300, 5000, 0), start=1000, every="year", first="2022")
    assert "noise" not in names(kept)
    assert "noise" not in names(kept, before="2022"), "900 then 700 of 1000 is no chance"
    with pytest.raises(crr.InputError, match=r"before='2024' is not known\. Choose one of 2022, 2023"):
        crr.diagnose(kept, before="2024")


@cache
def sample_flow() -> crr.StageFlow:
    base = crr.read_orders(sample_path("orders"), customer="client_id", at="ordered_at")
    return crr.stage_flow(base, every="month")


def flow_with(now: dict[str, tuple[int, int]], then: dict[str, tuple[int, int]] | None = None) -> crr.StageFlow:
    """A flow of the sample shop whose last two periods have these rates, (hits, of), and no others."""
    flow = sample_flow()
    rates = flow.rates.assign(hits=0, of=0)
    for period, given_ in ((flow.latest["period"], now), (flow.table["period"].iloc[-2], then or {})):
        for measure, (hits, of) in given_.items():
            row = (rates["period"] == period) & (rates["measure"] == measure)
            rates.loc[row, ["hits", "of"]] = hits, of
    return replace(flow, rates=rates)


MONTHS = account((100, 900, 0), start=1000, first="2024-11")


def stages(middle: tuple[int, int], long: tuple[int, int]) -> dict[str, tuple[int, int]]:
    return {"retention of middle": middle, "retention of long": long}


@pytest.mark.parametrize(
    ("then", "now", "fires"),
    [
        # domain: shares .6/.4 then .575/.425, rates .55 and .925 both times: mix +.009375 of +.009375
        (stages((330, 600), (370, 400)), stages((1518, 2760), (1887, 2040)), True),
        # rates 5 points higher, the same shares: all rate
        (stages((330, 600), (370, 400)), stages((360, 600), (390, 400)), False),
        # shares .5/.5 then .45/.55, rates .5/.9 then .52/.92: rate .02, mix .4 * .05 = .02, exactly half
        (stages((250, 500), (450, 500)), stages((234, 450), (506, 550)), True),
        # .521/.921: rate .021, less than half by mix
        (stages((250, 500), (450, 500)), stages((234450, 450000), (506550, 550000)), False),
        # nothing changed: half of nothing is no trigger
        (stages((250, 500), (450, 500)), stages((250, 500), (450, 500)), False),
    ],
)
def test_where_the_mix_makes_half_of_the_change_nobody_is_credited(then, now, fires: bool) -> None:
    assert ("mix" in names(MONTHS, flow=flow_with(now, then), model=worked())) == fires


def test_the_mix_card_names_simpson() -> None:
    # domain V3: .4/.6 then .7/.3, both stages better: .775 then .678
    flow = flow_with(stages((399, 700), (279, 300)), stages((220, 400), (555, 600)))
    card = crr.diagnose(MONTHS, flow=flow, model=worked()).card("mix")
    assert "(Simpson)" in card.triggers[0]
    assert "By mix −11.0" in card.triggers[0]
    assert "−9.70\xa0points" in card.triggers[0]


def by_age(young: tuple[int, int], old: tuple[int, int]) -> crr.RetentionTable:
    """One year by age band, (kept, start) of each."""
    parts = [account((n - k, 0, 0), start=n, every="year", first="2024") for k, n in (young, old)]
    table = pd.concat([part.table.assign(age=age) for part, age in zip(parts, ("18-24", "25+"), strict=True)])
    return replace(parts[0], table=table.reset_index(drop=True), by=("age",))


def test_young_customers_get_novelty_when_they_are_surely_kept_less() -> None:
    # Newcombe: 40 against 60 of 100 from -.33 to -.06; 55 against 60 from -.18 to .09
    low, fair = by_age((40, 100), (60, 100)), by_age((55, 100), (60, 100))
    card = crr.diagnose(YEAR, segments=low, young=["18-24"]).card("young")
    assert "price cuts" in card.action
    assert (card.reach, card.gain) == (100, pytest.approx(1.0))
    assert "young" not in names(YEAR, segments=fair, young=["18-24"])
    assert "young" not in names(YEAR, segments=low, young=["25+"])
    with pytest.raises(crr.InputError, match="young='18' is not known"):
        crr.diagnose(YEAR, segments=low, young=["18"])
    with pytest.raises(crr.InputError, match="segments is needed"):
        crr.diagnose(YEAR, young=["18-24"])


def test_without_a_flow_the_mix_is_that_of_the_segments() -> None:
    # Both bands keep as before, .5 and .9; the young grow from 100 of 200 to 300 of 400: .7 then .6
    then, now = by_age((50, 100), (90, 100)), by_age((150, 300), (90, 100))
    then = then.table.assign(period="2023")
    both = replace(now, table=pd.concat([then, now.table], ignore_index=True))
    kept = account((60, 260, 0), (160, 0, 0), start=200, every="year", first="2023")
    assert "mix" in names(kept, segments=both)
    assert "mix" not in names(kept)


def test_identity_comes_first_where_it_is_less_certain_than_chance() -> None:
    # Wilson of 700/1000: .670876 to .727593, .0567 wide
    assert "identity" in names(YEAR, identity=(0.67, 0.73))
    assert "identity" in names(YEAR, identity=(0.73, 0.67)), "in either order"
    assert "identity" not in names(YEAR, identity=(0.68, 0.73))
    card = crr.diagnose(YEAR, identity=(0.67, 0.73)).card("identity")
    said = "Strict and loose links give 67.0% to 73.0%, 6.0 points apart; the interval is 5.7 points wide."
    assert card.triggers[0].replace("\N{NO-BREAK SPACE}", " ") == said
    assert card.trial.sample == 278  # domain 2.10: five points, p = .5, frame 1000


def test_a_target_is_due_in_the_last_sixty_days_of_the_year() -> None:
    def due(as_of: datetime, *days: str) -> bool:
        history = crr.TargetHistory()
        for day in days:
            history = history.append(crr.Target(value=0.8, period="year", basis_period="2023", author="A", date=day))
        kept = replace(YEAR, card=YEAR.card.with_(as_of=as_of))
        return "target_due" in names(kept, targets=history)

    # The data end before as_of: on November 2 there are 60 days until January 1, on November 1 there are 61.
    assert due(on("2024-11-03"))
    assert not due(on("2024-11-02"))
    assert due(on("2025-01-01")), "all of the year was seen"
    assert due(on("2025-01-01"), "2024-11-01")
    assert not due(on("2025-01-01"), "2024-11-02")
    assert not due(on("2025-01-01"), "2024-02-01", "2025-01-01")
    assert "target_due" not in names(YEAR), "who keeps no history is not asked for one"


def test_the_year_of_a_target_may_begin_in_another_month() -> None:
    kept = replace(YEAR, card=YEAR.card.with_(as_of=on("2024-06-20"), year_starts="july"))
    card = crr.diagnose(kept, targets=crr.TargetHistory()).card("target_due")
    assert card.triggers[0].startswith("12 days are left until Jul 1, 2024")


def test_without_a_rate_there_is_a_survey() -> None:
    found = crr.diagnose(account((0, 500, 0), start=0))
    assert [card.name for card in found.cards] == ["no_rate"]
    # domain 2.10: five points, p = .5, frame 500: ask 218
    assert found.cards[0].trial.sample == 218
    assert "Periods in the account: 1; complete: 0;" in found.cards[0].triggers[0]
    running = account((10, 0, 0), start=100, running=True)
    assert names(running) == ["no_rate"], "a running period is no result"
    nobody = account((0, 0, 0), start=0)
    assert crr.diagnose(nobody).cards[0].trial.sample is None


def test_causes_are_told_even_without_a_rate() -> None:
    found = crr.diagnose(account((0, 500, 0), start=0), causes={"service": 10})
    assert [card.name for card in found.cards] == ["no_rate", "service"]
    assert math.isnan(found.card("service").gain)


# By stage -------------------------------------------------------------------------------------------------------------

HALVES = account((300, 500, 0), start=1000, every="half-year", first="2024H1")


def test_the_largest_lever_is_the_one_of_the_published_table() -> None:
    # domain 3.8, one year of half-years: +38.75 customers by conversion, the largest
    found = crr.diagnose(HALVES, model=worked(), horizon=2)
    assert [card.name for card in found.cards if card.kind == "do"] == ["conversion"]
    card = found.card("conversion")
    assert card.gain == pytest.approx(38.75)
    assert card.reach == 2500
    assert math.isnan(card.cost)
    assert "costs={'conversion': …}" in str(card)
    named = (
        "The largest lever is the share of contacts who become customers in a period: raised by one percentage point"
    )
    assert card.triggers[0].startswith(f"{named}, it would mean 38.8 more customers after 2 periods")
    with crr.use_language("ru"):
        [said] = crr.diagnose(HALVES, model=worked(), horizon=2).card("conversion").triggers
    named = "Самый сильный рычаг\N{NO-BREAK SPACE}— доля контактов, которые за период становятся клиентами"
    assert said.startswith(
        f"{named}: если поднять её на один процентный пункт, получится ещё 38,8 клиента через 2 периода"
    )


def test_each_lever_is_named_by_what_it_raises() -> None:
    assert set(WHAT_IT_RAISES) == set(MEASURES_OF)
    assert len({*WHAT_IT_RAISES.values()}) == len(WHAT_IT_RAISES)


def test_with_all_costs_the_largest_is_the_one_that_brings_most_for_them() -> None:
    # domain 3.8: customers per 1000 of cost 9.69, 3.40, .48, 1.51 and 10.0 by winning back, which costs 300
    found = crr.diagnose(HALVES, model=worked(), horizon=2, costs=COSTS)
    card = found.card("winback")
    assert (card.gain, card.cost) == (pytest.approx(3.0), pytest.approx(300))
    assert 1000 * card.gain_per_cost == pytest.approx(10.0)
    assert "conversion" not in [card.name for card in found.cards]
    some = {name: COSTS[name] for name in ("conversion", "winback")}
    assert "conversion" in names(HALVES, model=worked(), horizon=2, costs=some), "one price cannot outrank no price"


MEASURE_CARDS = [
    ("conversion", "conversion"), ("second purchase", "retention_middle"), ("retention of middle", "retention_middle"),
    ("promotion", "promotion"), ("retention of long", "retention_long"), ("win-back", "winback"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "name"), MEASURE_CARDS)
def test_a_measure_whose_whole_interval_is_below_the_norm_gets_a_card(measure: str, name: str) -> None:
    # Wilson of 500/2500: .1848 to .216135
    flow = flow_with({measure: (500, 2500)})
    priced = {"promotion": 1e9} | dict.fromkeys(COSTS, 1.0) if name != "promotion" else COSTS
    below = crr.diagnose(MONTHS, flow=flow, model=worked(), norms={measure: 0.2162}, costs=priced)
    assert any("your norm of 21.6%" in trigger for trigger in below.card(name).triggers)
    inside = crr.diagnose(MONTHS, flow=flow, model=worked(), norms={measure: 0.2161}, costs=priced)
    assert not [t for card in inside.cards for t in card.triggers if "norm" in t]


@pytest.mark.daily(2)
@pytest.mark.parametrize(("measure", "name"), MEASURE_CARDS)
def test_a_measure_that_fell_by_more_than_chance_gets_a_card(measure: str, name: str) -> None:
    # Pooled test: 60 then 40 of 100 p = .0047; 60 then 44 p = .0236, and .071 when Holm counts three measures
    others = {other: (50, 100) for other, _name in MEASURE_CARDS if other != measure}
    quiet = {other: others[other] for other in list(others)[:2]}
    flow = flow_with({measure: (40, 100)} | quiet, {measure: (60, 100)} | quiet)
    found = crr.diagnose(MONTHS, flow=flow, model=worked())
    assert any(
        "fell from 60.0% to 40.0% since 2024-11: −20.0\xa0points" in trigger for trigger in found.card(name).triggers
    )
    short = flow_with({measure: (44, 100)} | quiet, {measure: (60, 100)} | quiet)
    rose = flow_with({measure: (60, 100)} | quiet, {measure: (40, 100)} | quiet)
    for other in (short, rose):
        cards = crr.diagnose(MONTHS, flow=other, model=worked()).cards
        assert not [t for card in cards for t in card.triggers if "fell" in t]


def stage_list(quiet: int, long: int) -> StageList:
    """So many long customers, the first of them quiet."""
    rows = pd.DataFrame({"customer": [f"ID-{n:04}" for n in range(long)], "stage": "long"})
    rows = rows.assign(first_purchase=False, returned=False, re_engaged=False, at_risk=[n < quiet for n in range(long)])
    return StageList(rows.assign(purchase_days=5, silent_days=40), on("2024-07-01"), crr.StageRule())


def test_more_quiet_regulars_than_timing_alone_would_give() -> None:
    # Wilson of 28/100 from .2014, of 27/100 from .1927
    card = crr.diagnose(HALVES, model=worked(), stages=stage_list(28, 100)).card("retention_long")
    [trigger] = card.triggers
    assert trigger.startswith("Quiet of the long customers: 28 of 100, 28.0% (95% interval 20.1% to 37.5%);")
    assert "retention_long" not in names(HALVES, model=worked(), stages=stage_list(27, 100))
    assert "retention_long" not in names(HALVES, model=worked(), stages=stage_list(0, 0))


def test_more_lapsed_than_customers() -> None:
    # Against 600 + 400 customers: 1100 of 2100 from .5025, 1080 of 2080 from .4977
    def with_lapsed(n: int) -> crr.StageModel:
        start = {"short": 2500, "middle": 600, "long": 400, "lapsed": n}
        return crr.StageModel(WORKED, start, {"short": 2250})

    assert "winback" in names(HALVES, model=with_lapsed(1100), horizon=2)
    assert "winback" not in names(HALVES, model=with_lapsed(1080), horizon=2)


def test_four_fifths_from_one_fifth() -> None:
    # domain 2.5: 500 + 300 of 1000
    ten = [500, 300, 50, 40, 30, 25, 20, 15, 12, 8]
    card = crr.diagnose(YEAR, concentration=crr.concentration(ten)).card("concentration")
    assert "80.0% of the revenue" in card.triggers[0]
    assert (card.reach, card.gain) == (2, pytest.approx(0.02))
    assert "concentration" not in names(YEAR, concentration=crr.concentration([499, *ten[1:]]))
    # With a model: of the 600 + 400 customers one in a hundred more stays each period; a customer so kept is worth a
    # tenth of what the ten of the first period bring.
    model, point = worked(), crr.Scenario(retention_middle=0.01, retention_long=0.01)
    more = model.project(2, scenario=point).table["customers"].iloc[-1] - model.project(2).table["customers"].iloc[-1]
    card = crr.diagnose(HALVES, model=model, horizon=2, concentration=crr.concentration(ten)).card("concentration")
    assert card.gain == pytest.approx(0.02 * more / 10, rel=1e-2)
    with pytest.raises(crr.InputError, match="top fifth"):
        crr.diagnose(YEAR, concentration=crr.concentration(ten, top=0.1))


def test_levers_are_made_of_the_flow_and_have_bands() -> None:
    base = crr.read_orders(sample_path("orders"), customer="client_id", at="ordered_at")
    flow = crr.stage_flow(base, every="month")
    found = crr.diagnose(crr.retention_by_period(base, every="month"), flow=flow)
    table = crr.StageModel.from_flow(flow).levers(12).table.set_index("lever")["customers"]
    [card] = [card for card in found.cards if any("largest lever" in trigger for trigger in card.triggers)]
    assert card.name == table.idxmax()
    assert card.gain == pytest.approx(table.max())
    assert "95% band" in card.triggers[0]
    assert "matters in" in " ".join(found.facts.notes), "the sample shop's stages remember"


def test_a_flow_from_which_a_move_is_missing_says_why_there_are_no_levers() -> None:
    log = pd.DataFrame({"who": ["a", "b"], "at": ["2024-01-05", "2024-03-20"]})
    base = crr.read_orders(log, customer="who", at="at", as_of="2024-05-01")  # a lapsed in April, and what then?
    found = crr.diagnose(crr.retention_by_period(base), flow=crr.stage_flow(base, every="month"))
    assert "No lever could be looked at: Nobody was counted" in str(found)


# By cause -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "name"), [(cause, name) for cause, name in CAUSES.items() if name])
def test_a_cause_surely_behind_one_in_ten_gets_a_card(cause: str, name: str) -> None:
    # Wilson of 16/100 from .101, of 15/100 from .093
    assert [wilson(n, 100)[0] > 0.1 for n in (16, 15)] == [True, False]
    assert name in names(YEAR, causes={cause: 16, "unknown": 84})
    assert name not in names(YEAR, causes={cause: 15, "unknown": 85})


def test_two_reasons_of_one_card_are_one_share() -> None:
    card = crr.diagnose(YEAR, causes={"service": 8, "quality": 8, "unknown": 84}).card("service")
    assert "16 of 100" in card.triggers[0]
    assert "service 8, quality 8, of 100 in all" in card.evidence


def test_who_moved_is_in_no_share_of_another_cause() -> None:
    found = crr.diagnose(YEAR, causes={"service": 16, "moved": 15, "no_need": 5, "unknown": 64})
    assert "16 of 80, 20.0%" in found.card("service").triggers[0]
    # churn 30%, a fifth of it out of reach
    # Wilson of 20/100 from .13337 to .28883: .3 (1 - .28883) = .2133 to .3 (1 - .13337) = .2600
    said = "churn 30.0%, of it addressable 24.0% (95% interval 21.3% to 26.0%)"
    assert found.card("not_addressable").evidence.startswith(said)
    assert "unknown" not in [card.name for card in found.cards]


def test_what_a_point_against_a_cause_brings() -> None:
    # Of 300 lost 16% name service; one in a hundred of them stays: .48 customers in the period.
    assert crr.diagnose(YEAR, causes={"service": 16, "unknown": 84}).card("service").gain == pytest.approx(0.48)
    # With levers: the same saved in each stage, a scenario in which .0016 of the lost of each stage stay.
    model = worked()
    saved = crr.Scenario(retention_middle=0.0016 * 0.45, retention_long=0.0016 * 0.075)
    more = model.project(2, scenario=saved).table["customers"].iloc[-1] - model.project(2).table["customers"].iloc[-1]
    card = crr.diagnose(HALVES, model=model, horizon=2, causes={"service": 16, "unknown": 84}).card("service")
    assert card.gain == pytest.approx(more, rel=1e-2)  # a point is small, not nothing


def test_a_cause_costs_by_head_and_period() -> None:
    card = crr.diagnose(HALVES, causes={"service": 9}, costs={"service": 0.5}, horizon=3).card("service")
    assert card.cost == 0.5 * 1000 * 3


# Trials ---------------------------------------------------------------------------------------------------------------


def test_the_holdout_is_no_larger_than_is_needed() -> None:
    # (1.95996 + .84162)^2 (.7 * .3 + .75 * .25) / .05^2 = 1247.98
    trial = two_groups(0.7, people=3000, aim=0.05)
    assert (trial.sample, trial.holdout, trial.share) == (1248, 1248, pytest.approx(0.416))
    assert trial.holdout_says == "leave 1,248 of 3,000 untouched, chosen at random (41.6%)"


def test_too_few_for_a_trial_are_told_how_many_it_takes() -> None:
    trial = two_groups(0.7, people=1000, aim=0.05)
    assert (trial.holdout, trial.share) == (500, 0.5)
    assert "it takes 2.5 times as many" in trial.holdout_says  # 2 * 1248 / 1000
    assert "too few people" in two_groups(0.7, people=1, aim=0.05).holdout_says


def test_a_measure_at_its_bound_cannot_be_seen_to_rise() -> None:
    assert two_groups(1.0, people=1000, aim=0.05).sample is None
    assert two_groups(math.nan, people=1000, aim=0.05).sample is None
    assert two_groups(0.99, people=1000, aim=0.05).sample == crr.n_to_tell_apart(0.99, 1.0)


# All cards ------------------------------------------------------------------------------------------------------------

counts = st.integers(0, 60)


def test_what_to_do_first_is_what_brings_most_for_its_cost() -> None:
    # One point: +38.75 by conversion; of the lost a third name service and a sixth the price.
    asked = {"model": worked(), "horizon": 2, "causes": {"service": 40, "price": 20, "unknown": 60}}

    def order(**costs: float) -> list[str]:
        return [card.name for card in crr.diagnose(HALVES, costs=costs, **asked).cards if card.kind == "do"]

    assert order() == ["conversion", "service", "price"]
    assert order(price=1) == ["price", "conversion", "service"]
    assert order(price=1, service=1) == ["service", "price", "conversion"]
    assert order(price=1, service=3) == ["price", "service", "conversion"]


@pytest.mark.hypothesis
@settings(max_examples=12, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(CAUSES)), counts, min_size=1).filter(lambda c: sum(c.values())),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 900)), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from([n for n, p in PLANS.items() if p.kind == "do"]), st.floats(0.01, 50)),
    st.randoms(),
)
def test_no_card_without_numbers_and_the_order_is_as_stated(causes, flows, costs, random) -> None:
    kept = account(*((min(lost, 100), new, 0) for lost, new in flows), start=500, every="quarter", first="2024Q1")
    extras = {"model": worked(), "costs": costs, "identity": (0.2, 0.9), "stages": stage_list(40, 80)}
    found = crr.diagnose(kept, causes=causes, **extras)
    cards = found.cards
    assert len({card.name for card in cards}) == len(cards)
    for card in cards:
        assert card.triggers
        assert all(re.search(r"\d", trigger) for trigger in card.triggers)
        assert card.evidence
        assert card.owner
        assert card.kpi
        assert card.caution
    kinds = [["mind first", "look into", "do"].index(card.kind) for card in cards]
    assert kinds == sorted(kinds)
    todo = [card for card in cards if card.kind == "do"]
    worth = [(math.isnan(c.gain_per_cost), -(c.gain if math.isnan(c.gain_per_cost) else c.gain_per_cost)) for c in todo]
    assert worth == sorted(worth)
    shuffled = list(causes.items())
    random.shuffle(shuffled)
    again = crr.diagnose(kept, causes=dict(shuffled), **extras)
    assert [card.name for card in again.cards] == [card.name for card in cards]
    with crr.use_language("ru"):
        russian = found.cards
    assert [card.name for card in russian] == [card.name for card in cards]
    assert all(re.search("[а-яё]", card.title + card.action + card.caution) for card in russian)


def test_every_plan_quotes_what_is_there_and_every_quotation_is_used() -> None:
    used = {quote for plan in PLANS.values() for quote in plan.sources}
    assert used == set(QUOTES)
    assert [name for name, plan in PLANS.items() if not plan.sources] == ["involuntary"], (
        "the articles are silent on it"
    )


def test_the_quotations_are_in_the_articles_own_words() -> None:
    with crr.use_language("ru"):
        # not HALVES: who bought in half a year is not made a year of
        card = crr.diagnose(account((400, 500, 0), start=1000, every="year", first="2024")).card("base_change")
        text = str(card)
    assert card.quotes[1] == ("B18", "Цифра выше 30% считается довольно критичной")
    assert "B16" not in text
    assert "цитата: «при низком коэффициенте нужно незамедлительно опрашивать потребителей" in text


def test_every_card_that_was_not_a_trial_asks_for_one() -> None:
    causes = {"service": 30, "moved": 30}
    found = crr.diagnose(HALVES, model=worked(), stages=stage_list(40, 80), causes=causes, horizon=2)
    for name in ("conversion", "retention_long", "service"):
        assert "Only a randomized holdout" in found.card(name).caution
        assert found.card(name).trial.holdout
    assert found.card("not_addressable").trial.holdout is None


def test_print_and_html_say_the_same_and_name_nobody() -> None:
    found = crr.diagnose(HALVES, model=worked(), stages=stage_list(40, 80), causes={"service": 30, "moved": 30})
    text, html = str(found), found.to_html()
    assert text.startswith("5 cards: first what to mind")  # a half-year of buyers is no base change a year (B18)
    for card in found.cards:
        for _heading, said in card.lines():
            assert said in text
            assert said.replace("'", "&#x27;") in html
    for shown in (text, repr(found), html, repr(found.facts.quiet)):
        assert "ID-0" not in shown
    assert found.to_pandas().loc[0, "trigger"]


def test_a_verdict_given_from_outside_is_the_one_that_is_read() -> None:
    stated = crr.assess(Rate(0.5, numerator=50, denominator=100, period="year"))
    assert "base_change" in names(CALM, assessment=stated)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"causes": {"servise": 3}}, "causes='servise' is not known.*Did you mean 'service'"),
        ({"causes": {"service": -3}}, "is negative"),
        ({"causes": {"service": 2.5}}, "is not a whole number"),
        ({"causes": {}}, "causes holds no answers"),
        ({"causes": {"price": 0}}, "causes holds no answers"),
        ({"norms": {"conversion": 20}}, "must be a fraction between 0 and 1. Did you mean 0.2"),
        ({"norms": {"retention": 0.2}}, "norms='retention' is not known"),
        ({"costs": {"winback": 0}}, "must be above 0"),
        ({"costs": {"noise": 1}}, "costs='noise' is not known"),
        ({"identity": (0.6,)}, "identity needs two rates"),
        ({"identity": 0.6}, "identity needs two rates"),
        ({"identity": (60, 70)}, "must be a fraction"),
        ({"horizon": 0}, "horizon=0 looks nowhere"),
        ({"horizon": 1.5}, "not a whole number"),
        ({"aim": 0}, "aim"),
        ({"aim": 5}, "aim"),
        ({"before": "1999"}, "before='1999' is not known"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(given_, says: str) -> None:
    with pytest.raises(crr.InputError, match=says):
        crr.diagnose(YEAR, **given_)


def test_accounts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(crr.InputError, match=r"diagnose\(kept.whole, segments=kept\)"):
        crr.diagnose(by_age((40, 100), (60, 100)))
    with pytest.raises(TypeError, match="kept is a float; a RetentionTable is needed"):
        crr.diagnose(0.7)
    with pytest.raises(crr.InputError, match="by year and the flow by month"):
        crr.diagnose(YEAR, flow=flow_with({}))
    with pytest.raises(crr.InputError, match=r"name='noise' is not known\. Choose one of below_band"):
        crr.diagnose(YEAR).card("noise")


# Lists ----------------------------------------------------------------------------------------------------------------

# As of 2024-07-01, lapsed after 90 days: reg buys monthly (five gaps of 29 to 31 days) and is silent for 61 days; act
# bought on June 15; one and two bought once; old has lapsed, back has lapsed and came to look on June 25.
HISTORY = {
    "ID-reg": ["2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"],
    "ID-act": ["2024-04-15", "2024-05-15", "2024-06-15"],
    "ID-one": ["2024-06-01"],
    "ID-two": ["2024-05-01"],
    "ID-old": ["2024-02-01"],
    "ID-back": ["2023-11-01"],
}


@pytest.fixture(scope="module")
def seen() -> StageList:
    rows = [(who, day, "purchase") for who, days in HISTORY.items() for day in days]
    log = pd.DataFrame([*rows, ("ID-back", "2024-06-25", "visit")], columns=["who", "at", "what"])
    base = crr.read_events(log, customer="who", at="at", kind="what", as_of="2024-07-01")
    return crr.stage_on(base, "2024-07-01")


@pytest.mark.parametrize(
    ("kind", "customers", "due"),
    [
        ("quiet", ["ID-reg"], ["2024-07-31"]),  # May 1 and 91 days
        ("second_purchase", ["ID-two", "ID-one"], ["2024-07-31", "2024-08-31"]),
        ("winback", ["ID-back", "ID-old"], [None, None]),  # looked again, so before the shorter silence
    ],
)
def test_lists_hold_whom_they_are_about(seen: StageList, kind: str, customers, due) -> None:
    found = crr.action_list(seen, kind=kind)
    table = found.to_pandas()
    assert table["customer"].tolist() == customers
    days = [None if pd.isna(day) else day.date().isoformat() for day in table["due"]]
    assert days == due
    assert (table["owner"] != "").all()
    for shown in (str(found), repr(found), found.to_html()):
        assert "ID-" not in shown
        assert "names customers" in shown
    if kind == "winback":
        reasons = ["silent beyond the limit, but looked again", "silent beyond the limit"]
        assert table["reason"].tolist() == reasons


def test_who_is_due_is_lapsed_on_that_day_and_not_before(seen: StageList) -> None:
    log = pd.DataFrame([(who, day) for who, days in HISTORY.items() for day in days], columns=["who", "at"])
    base = crr.read_orders(log, customer="who", at="at", as_of="2025-01-01")
    for row in crr.action_list(seen, kind="second_purchase").to_pandas().itertuples():
        for day, stage in ((row.due, "lapsed"), (row.due - pd.Timedelta(days=1), "middle")):
            table = crr.stage_on(base, day.date()).to_pandas().set_index("customer")
            assert table.loc[row.customer, "stage"] == stage


def test_a_list_is_written_whole_where_it_is_asked_for_and_nowhere_else(seen: StageList, tmp_path) -> None:
    out = tmp_path / "quiet.csv"
    written = crr.write_action_list(seen, kind="second_purchase", out=out)
    assert [path.name for path in tmp_path.iterdir()] == ["quiet.csv"]
    table = pd.read_csv(out)
    assert table["customer"].tolist() == ["ID-two", "ID-one"]
    assert table["due"].tolist() == ["2024-07-31", "2024-08-31"]
    assert str(out) in str(written)
    assert "holds customers' ids" in str(written)
    assert "ID-" not in str(written)


def test_a_file_that_is_there_is_kept_unless_it_may_go(seen: StageList, tmp_path) -> None:
    out = tmp_path / "list.csv"
    out.write_text("mine")
    with pytest.raises(crr.InputError, match="is there already"):
        crr.write_action_list(seen, kind="quiet", out=out)
    assert out.read_text() == "mine"
    crr.write_action_list(seen, kind="quiet", out=str(out), overwrite=True)
    assert "ID-reg" in out.read_text(encoding="utf-8-sig")


def test_lists_that_cannot_be_are_refused(seen: StageList, tmp_path) -> None:
    with pytest.raises(crr.InputError, match=r"kind='loud' is not known\. Choose one of quiet, second_"):
        crr.action_list(seen, kind="loud")
    with pytest.raises(TypeError, match=r"stages is a DataFrame; a StageList is needed\. Make it with crr\.stage_on"):
        crr.action_list(seen.to_pandas(), kind="quiet")
    with pytest.raises(crr.InputError, match=r"must end in \.csv"):
        crr.write_action_list(seen, kind="quiet", out=tmp_path / "list.html")
    with pytest.raises(crr.InputError, match="lies in a folder that does not exist"):
        crr.write_action_list(seen, kind="quiet", out=tmp_path / "no" / "list.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_list_is_a_list(tmp_path) -> None:
    nobody = crr.action_list(stage_list(0, 3), kind="quiet")
    assert "0 customers" in str(nobody)
    assert len(nobody.to_pandas()) == 0
    crr.write_action_list(stage_list(0, 3), kind="winback", out=tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text(encoding="utf-8-sig").startswith("customer,stage,reason")


def test_contracts_have_no_day_on_which_silence_ends_them() -> None:
    rows = pd.DataFrame({"who": ["a", "b"], "start": ["2023-01-01"] * 2, "end": ["2024-01-01", None]})
    base = crr.read_contracts(rows, customer="who", start="start", end="end", as_of="2024-07-01")
    table = crr.action_list(crr.stage_on(base, date(2024, 7, 1)), kind="winback").to_pandas()
    assert table["customer"].tolist() == ["a"]
    assert table["due"].isna().all()


def test_lists_speak_russian(seen: StageList) -> None:
    with crr.use_language("ru"):
        found = crr.action_list(seen, kind="winback")
        assert str(found).startswith("Ушедшие клиенты, которых стоит вернуть, на 1 июл. 2024")
        assert "молчит дольше порога, но снова заходил" in set(found.to_pandas()["reason"])
