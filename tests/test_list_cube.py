"""The cube of a list: under every setting the account that is counted anew, in Python and in the browser's module."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import brute
import numpy as np
import pandas as pd
import pytest

from crrkit.ground import InputError
from crrkit.judge import control_chart
from crrkit.judge.whatif import Scenario, StageModel
from crrkit.measure import retention_by_period
from crrkit.measure.cadence import characteristic_interval, judge_rhythm
from crrkit.measure.cohorts import cohort_grid
from crrkit.measure.cube import ListSettings, cohorts_of, list_cube, rates_by_segment, rates_by_silence
from crrkit.measure.stages import CUSTOMERS, stage_flow
from crrkit.read import read_contracts, read_orders
from crrkit.rules import StageRule
from crrkit.widgets.own_list.counted import choices_of, rhythm_of

ROOT = Path(__file__).parent.parent
EPOCH = datetime(2024, 1, 29)  # noqa: DTZ001 - the business's own clock
CLOCK = [timedelta(0), timedelta(seconds=1), timedelta(hours=12), timedelta(hours=23, minutes=59, seconds=59)]
COUNTS = ["start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost"]


def crowd(seed: int, *, people: int = 14, days: int = 45, regions: int = 3) -> pd.DataFrame:
    """Purchases that crowd around midnight; each customer stands in one region, some in none."""
    random = np.random.default_rng(seed)
    rows = []
    for who in range(people):
        region = [None, *(f"r{k}" for k in range(1, regions))][random.integers(regions)]
        for _ in range(random.integers(1, 8)):
            at = EPOCH + timedelta(days=int(random.integers(days))) + CLOCK[random.integers(len(CLOCK))]
            rows.append((f"c{who}", at, region))
    return pd.DataFrame(rows, columns=["who", "at", "region"])


def base_of(log: pd.DataFrame, **options):
    return read_orders(log, customer="who", at="at", **({"by": "region"} | options))


LISTS = [
    (crowd(1), {}),
    (crowd(2), {"as_of": "2024-03-01"}),
    (crowd(3, people=24, regions=12), {"as_of": "2024-03-10 12:00", "week_starts": "thursday", "burn_in_days": 20}),
    (crowd(4, days=400, people=8), {"year_starts": "march", "as_of": "2025-02-20 23:59:59"}),
    (crowd(5, people=1, days=3), {"by": ()}),
]


@pytest.fixture(scope="module")
def cubes():
    return [list_cube(base_of(log, **options)) for log, options in LISTS]


def settings_of(cube, step: int = 1) -> list[ListSettings]:
    """Every setting, or each of so many: steps that share no divisor with the choices meet all of these."""
    keys = [None, *(segment.key for segment in cube.segments)]
    choices = enumerate(product(cube.everies, [*cube.silences, "period"], keys))
    regulars = len(cube.regulars)
    return [ListSettings(*choice, regular=cube.regulars[place % regulars]) for place, choice in choices][::step]


def stagewise(settings: list[ListSettings], step: int) -> list[tuple[int, ListSettings]]:
    """The places of some of the settings that `stage_flow` has, and these: of everybody, by days of silence."""
    fitting = [(place, one) for place, one in enumerate(settings) if one.segment is None and one.silence != "period"]
    return fitting[::step]


# Counted by hand --------------------------------------------------------------------------------------------------


def test_three_customers_under_two_limits():
    # a buys on 5 January, 4 February and 20 March; b on 31 January; c on 10 February. The data end on 1 April.
    log = pd.DataFrame({
        "who": ["a", "a", "a", "b", "c"],
        "at": ["2024-01-05", "2024-02-04", "2024-03-20", "2024-01-31", "2024-02-10"],
    })  # fmt: skip
    cube = list_cube(base_of(log, by=(), as_of="2024-04-01"))
    # 30 days. On 1 February a is 27 days silent, b one: both there. On 1 March a 26, c 20: there; b 30: there. On
    # 1 April a 12: there; c 51, b 61: lost. a's gap in March is 45 days: lost and back within the month, so there at
    # both ends, but not without a break.
    short = cube.account(ListSettings("month", 30)).set_index("period")
    assert short[COUNTS].loc["2024-02"].tolist() == [2, 2, 0, 1, 0, 3, 0, 0]
    assert short[COUNTS].loc["2024-03"].tolist() == [3, 1, 2, 0, 0, 1, 0, 0]
    assert short.loc["2024-03", ["crr", "crr_continuous"]].tolist() == [1 / 3, 0]
    # 60 days: c is there on 1 April, b not any more.
    long = cube.account(ListSettings("month", 60)).set_index("period")
    assert long[COUNTS].loc["2024-03"].tolist() == [3, 2, 1, 0, 0, 2, 0, 0]
    assert long.loc["2024-03", ["crr", "crr_continuous"]].tolist() == [2 / 3, 2 / 3]
    # Who bought in the month: a and c in February, a in March.
    bought = cube.account(ListSettings("month", "period")).set_index("period")
    assert bought[COUNTS].loc["2024-03"].tolist() == [2, 1, 1, 0, 0, 1, 0, 0]


def test_what_was_not_counted_is_refused(cubes):
    cube = cubes[0]
    wrong = {
        "every": ListSettings("fortnight", 30), "silence": ListSettings("month", 1000),
        "segment": ListSettings("month", 30, "region: nowhere"), "first": ListSettings("month", 30, first="1999-01"),
    }  # fmt: skip
    for name, settings in wrong.items():
        with pytest.raises(InputError) as refused:
            cube.account(settings)
        assert refused.value.argument == name


def test_periods_are_chosen_without_counting_anew(cubes):
    whole = cubes[0].account(ListSettings("week", 10))
    names = list(whole["period"])
    part = cubes[0].account(ListSettings("week", 10, first=names[2], last=names[5]))
    pd.testing.assert_frame_equal(part, whole.iloc[2:6].reset_index(drop=True))


def test_a_segment_beside_the_others_counted_by_hand():
    # Every customer of both regions buys in January. In February one of four in r1 and all four of r2 buy again, in
    # March one of the two who are left in r1 ... by who bought in the month before: February 1 of 4 and 4 of 4, March
    # 0 of 1 and 4 of 4.
    rows = [(f"a{i}", "2024-01-05", "r1") for i in range(4)] + [("a0", "2024-02-05", "r1")]
    rows += [(f"b{i}", f"2024-0{month}-05", "r2") for i in range(4) for month in (1, 2, 3)]
    cube = list_cube(base_of(pd.DataFrame(rows, columns=["who", "at", "region"]), as_of="2024-04-01"))
    table = rates_by_segment(cube, ListSettings("month", "period"), "2024-02").set_index("segment")
    assert list(table.index) == ["region: r1", "region: r2"]  # by the others' rate r1 had lost nobody: three more
    first = table.loc["region: r1"]
    assert [*first[["start", "kept", "lost", "crr", "rest", "more"]]] == [4, 1, 3, 0.25, 1.0, 3.0]
    assert (first["since"], first["periods"]) == ("2024-02", 1)
    assert (table.loc["region: r2", "since"], table.loc["region: r2", "more"]) == ("", -3.0)
    later = rates_by_segment(cube, ListSettings("month", "period"), "2024-03").set_index("segment")
    assert (later.loc["region: r1", "since"], later.loc["region: r1", "periods"]) == ("2024-02", 2)
    # 40 days of silence hold February's start whole; of r1 only a0 is no more than 40 days silent on 1 March.
    by_silence = rates_by_silence(cube, ListSettings("month", "period"), "2024-02").set_index("silence")
    assert [*by_silence.loc[40, ["start", "kept"]]] == [8, 5]
    with pytest.raises(InputError, match="period='2023-02'"):
        rates_by_segment(cube, ListSettings("month", "period"), "2023-02")


def test_settings_travel_as_plain_values():
    settings = ListSettings("month", "period", "region: r1", 3, "2024-02", "2024-03")
    assert ListSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_more_segments_than_can_be_chosen_are_taken_together(cubes):
    cube, log = cubes[2], LISTS[2][0]
    segments = cube.segments
    assert [segment.name for segment in segments].count(None) == 1
    assert segments[-1].name is None
    sizes = log[log["at"] < cube.base.as_of].fillna("–").groupby("region")["who"].nunique()
    assert segments[-1].customers == sizes.sum() - sum(segment.customers for segment in segments[:-1])


# Every setting ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_setting_is_what_a_look_at_every_moment_gives(cubes):
    looked, wrong = 0, []
    for cube, (log, options) in zip(cubes, LISTS, strict=True):
        calendar = {name: options[name] for name in ("week_starts", "year_starts") if name in options}
        last = (cube.base.as_of - timedelta(microseconds=1)).date()
        region = log.fillna("–").groupby("who")["region"].first()
        shown = {segment.name for segment in cube.segments}
        for settings in settings_of(cube, 7):
            key = settings.segment
            name = None if key is None else next(segment.name for segment in cube.segments if segment.key == key)
            inside = {
                who
                for who in region.index
                if key is None or region[who] == name or (name is None and region[who] not in shown)
            }
            bounds = brute.periods(log["at"].min().date(), last, settings.every, **calendar)
            moments = log[log["at"] < cube.base.as_of].groupby("who")["at"].agg(list)
            own = {who: [at.to_pydatetime() for at in moments[who]] for who in inside if who in moments}
            if settings.silence == "period":
                rows = brute.buyers(own, bounds, cube.base.as_of)
            else:
                spans = {who: brute.trailing(all_of, settings.silence) for who, all_of in own.items()}
                rows = brute.account(spans, bounds, cube.base.as_of)
            account = cube.account(settings)
            unbroken = (account["crr_continuous"] * account["start"]).fillna(0)
            found = account[COUNTS].assign(continuous=unbroken.round().astype(int)).to_dict("records")
            looked += 1
            wrong += [(settings, a, b) for a, b in zip(found, rows, strict=True) if a != {name: b[name] for name in a}]
    assert not wrong
    assert looked > 250


@pytest.mark.slow
def test_the_account_counted_anew_has_the_same_rows(cubes):
    for cube in cubes:
        for settings in settings_of(cube, 149):
            kept = retention_by_period(cube.base_under(settings), every=settings.every, by=cube.base.by)
            if settings.segment is None:
                table = kept.whole.table if kept.whole else kept.table
            elif (name := settings.segment.partition(": ")[2]) in set(kept.table["region"]):
                table = kept.segment(region=name).table
            else:
                continue
            found = cube.account(settings)
            pd.testing.assert_frame_equal(found, table[list(found.columns)], check_dtype=False)


@pytest.mark.slow
def test_the_stages_counted_anew_are_the_same(cubes):
    looked = 0
    for cube in cubes:
        for _place, settings in stagewise(settings_of(cube), 17):
            flow = stage_flow(cube.base, every=settings.every, rule=cube.rule_under(settings))
            found = cube.stages(settings)
            columns = [name for name in found.columns if name in flow.table.columns]
            expected = flow.table[columns].rename_axis(columns=None)
            pd.testing.assert_frame_equal(found[columns], expected, check_dtype=False)
            pd.testing.assert_frame_equal(cube.transitions(settings), flow.transitions, check_dtype=False)
            looked += 1
    assert looked > 15


def test_the_rate_is_the_sum_of_the_stages_shares_times_their_retention(cubes):
    for cube in cubes:
        for settings in settings_of(cube, 31):
            if settings.silence == "period":
                continue
            account, stages = cube.account(settings), cube.stages(settings)
            whole = (stages["until"] <= cube.base.as_of) & (stages["start"] > 0)
            parts = sum(stages[name] / stages["start"] * stages[f"retention_{name}"].fillna(0) for name in CUSTOMERS)
            assert parts[whole].to_numpy() == pytest.approx(account["crr"][whole].to_numpy())


def test_who_bought_in_the_period_has_no_stages(cubes):
    with pytest.raises(InputError):
        cubes[0].stages(ListSettings("month", "period", regular=3))
    with pytest.raises(InputError):
        cubes[0].stages(ListSettings("month", 30, regular=17))


@pytest.mark.slow
def test_no_customer_travels_and_the_state_is_small(cubes):
    for cube, (log, _options) in [*zip(cubes, LISTS, strict=True)][2:]:
        state = json.dumps(cube.to_state())
        assert state == json.dumps(list_cube(cube.base).to_state())  # the same in every run
        assert not [who for who in set(log["who"]) if f'"{who}"' in state]


# Contracts --------------------------------------------------------------------------------------------------------


def memberships(seed: int, people: int = 25) -> pd.DataFrame:
    """Contracts that touch, overlap, pause, have no length or no end."""
    random = np.random.default_rng(seed)
    rows = []
    for who in range(people):
        at, region = EPOCH + timedelta(days=int(random.integers(40))), f"r{random.integers(3)}"
        for _ in range(random.integers(1, 5)):
            pause = timedelta(days=int(random.integers(-3, 25))) + CLOCK[random.integers(len(CLOCK))]
            start, end = at + pause, at + pause + timedelta(days=int(random.integers(0, 30)))
            rows.append((f"c{who}", start, None if random.integers(9) == 0 else end, region))
            at = end
    return pd.DataFrame(rows, columns=["who", "since", "until", "region"])


MEMBERS = [(memberships(1), {}), (memberships(2), {"as_of": "2024-03-20 12:00", "burn_in_days": 12})]


def contracts_of(log: pd.DataFrame, **options):
    named = {"customer": "who", "start": "since", "end": "until", "by": "region", "end_is": "first_day_after"}
    return read_contracts(log, **named | options)


@pytest.fixture(scope="module")
def member_cubes():
    return [list_cube(contracts_of(log, **options)) for log, options in MEMBERS]


def long_memberships(seed: int, people: int = 30) -> pd.DataFrame:
    """Contracts of up to ten weeks, so that some are renewed for months, with pauses and without."""
    random = np.random.default_rng(seed)
    rows = []
    for who in range(people):
        at, region = EPOCH + timedelta(days=int(random.integers(60))), f"r{random.integers(3)}"
        for _ in range(random.integers(1, 6)):
            start = at + timedelta(days=int(random.integers(-3, 25))) + CLOCK[random.integers(len(CLOCK))]
            end = start + timedelta(days=int(random.integers(0, 70)))
            rows.append((f"c{who}", start, None if random.integers(9) == 0 else end, region))
            at = end
    return pd.DataFrame(rows, columns=["who", "since", "until", "region"])


MEMBERS += [(long_memberships(1), {"as_of": "2024-05-20 12:00", "burn_in_days": 12}), (long_memberships(2), {})]


def members_settings(cube, step: int = 1) -> list[ListSettings]:
    """Every setting, or each of so many; the months of a regular go round."""
    keys = [None, *(segment.key for segment in cube.segments)]
    choices = enumerate(product(cube.everies, cube.silences, keys))
    months = len(cube.regulars)
    return [ListSettings(*choice, regular=cube.regulars[place % months]) for place, choice in choices][::step]


@pytest.mark.slow
def test_the_stages_of_contracts_are_those_of_the_flow_under_every_gap(member_cubes):
    looked = 0
    for cube in member_cubes:
        for settings in (one for one in members_settings(cube, 13) if one.segment is None):
            flow = stage_flow(cube.base_under(settings), every=settings.every, rule=cube.rule_under(settings))
            found = cube.stages(settings)
            columns = [name for name in found.columns if name in flow.table.columns]
            expected = flow.table[columns].rename_axis(columns=None)
            pd.testing.assert_frame_equal(found[columns], expected, check_dtype=False)
            pd.testing.assert_frame_equal(cube.transitions(settings), flow.transitions, check_dtype=False)
            looked += 1
    assert looked > 20


def test_regulars_of_contracts_counted_by_hand():
    # a holds one contract from 10 January, b one until 20 February and, after five days, another until 3 April, c one
    # until 15 March. With 1 month a and b are regulars from 10 February on, c from 5 March. On 1 March a is one; b's
    # second contract began on 25 February, so b is only where five days are bridged.
    log = pd.DataFrame({"who": ["a", "b", "b", "c"], "since": ["2024-01-10", "2024-01-10", "2024-02-25", "2024-02-05"],
                        "until": [None, "2024-02-20", "2024-04-03", "2024-03-15"], "region": "r"})  # fmt: skip
    cube = list_cube(contracts_of(log, as_of="2024-05-20"))
    assert cube.regulars == (1, 3, 12)  # 12 of the usual rule, although the list is too short for it
    columns = ["middle", "long", "lapsed", "start", "kept_middle", "kept_long"]
    apart, bridged = (
        cube.stages(ListSettings("month", days, regular=1)).set_index("period")[columns].loc["2024-03"].tolist()
        for days in (0, 5)
    )
    assert apart == [2, 1, 0, 3, 1, 1]  # of b and c b is kept, and has been a regular since 25 March
    assert bridged == [1, 2, 0, 3, 0, 2]
    moves = cube.transitions(ListSettings("month", 0, regular=1)).query("from_period == '2024-03'")
    assert moves.drop(columns="from_period").to_numpy().tolist() == [
        ["middle", "long", 1], ["middle", "lapsed", 1], ["long", "long", 1],
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"regular=2 was not counted; choose one of 1, 3, 12\."):
        cube.stages(ListSettings("month", 0, regular=2))
    with pytest.raises(InputError, match="Contracts need a rule of terms"):
        list_cube(contracts_of(log), rule=StageRule())


@pytest.mark.slow
def test_the_rate_of_contracts_is_the_sum_of_the_stages_shares_times_their_retention(member_cubes):
    for cube in member_cubes:
        for settings in members_settings(cube, 7):
            account, stages = cube.account(settings), cube.stages(settings)
            whole = (stages["until"] <= cube.base_under(settings).decided) & (stages["start"] > 0)
            parts = sum(stages[name] / stages["start"] * stages[f"retention_{name}"].fillna(0) for name in CUSTOMERS)
            assert parts[whole].to_numpy() == pytest.approx(account["crr"][whole].to_numpy())


@pytest.mark.slow
def test_contracts_under_every_gap_are_as_if_read_with_it(member_cubes):
    looked = 0
    for cube, (log, options) in zip(member_cubes, MEMBERS, strict=True):
        for settings in members_settings(cube, 31):
            read = contracts_of(log, merge_gap=settings.silence, **options | {"as_of": cube.base.as_of})
            kept = retention_by_period(read, every=settings.every, by="region")
            part = kept.whole if settings.segment is None else kept.segment(region=settings.segment.partition(": ")[2])
            found = cube.account(settings)
            pd.testing.assert_frame_equal(found, part.table[list(found.columns)], check_dtype=False)
            looked += 1
    assert looked > 5


def test_a_pause_of_five_days_is_bridged_from_five_days_on():
    # a's second contract begins five days after the first ended, on 31 January: away on 1 February unless bridged.
    log = pd.DataFrame({"who": ["a", "a", "b"], "since": ["2024-01-05", "2024-02-05", "2024-01-10"],
                        "until": ["2024-01-31", None, None], "region": "r"})  # fmt: skip
    cube = list_cube(contracts_of(log, as_of="2024-04-01"))
    found = {days: cube.account(ListSettings("month", days)).set_index("period") for days in (3, 5)}
    assert [int(table.loc["2024-02", "start"]) for table in found.values()] == [1, 2]
    assert [int(table.loc["2024-02", "returned"]) for table in found.values()] == [1, 0]
    with pytest.raises(InputError):
        cube.account(ListSettings("month", "period"))


# The browser's module ---------------------------------------------------------------------------------------------

NODE = shutil.which("node")
ASK = """
import { readFileSync } from "node:fs";
import {
  accountOf, cohortsOf, gapsOf, limitsOf, modelOf, openCube, ratesBySegment, ratesBySilence, stagesOf,
} from "%s/cube.js";
import { leadersOf, rankedLevers } from "%s/ranking.js";
import { chainOf, outlook } from "%s/whatif.js";
import { caution, goneAtOnce, shortOf } from "%s/doubts.js";
import { doubtOf } from "%s/sentences.js";
import { speaker } from "%s/../bench/shared.js";
const asked = JSON.parse(readFileSync(0, "utf8"));
const bare = (key, value) => (Number.isNaN(value) ? null : value);
const told = [];
for (const { state, settings, rhythm } of asked) {
  const cube = await openCube(state);
  told.push(settings.map((one) => {
    const rows = accountOf(cube, one);
    const beside = [ratesBySilence, ratesBySegment].map((of) => of(cube, one, rows.at(-1).label));
    return {
      rows, limits: limitsOf(rows), stages: stagesOf(cube, one), model: modelOf(cube, one), gaps: gapsOf(cube, one),
      beside, cohorts: cohortsOf(cube, one), ahead: aheadOf(modelOf(cube, one)),
      doubts: doubtsOf(cube, rhythm, one, rows),
    };
  }));
}
console.log(JSON.stringify(told, bare));
function doubtsOf(cube, rhythm, one, rows) {
  if (!rhythm) return null;
  const same = (text) => ({ one: text, few: text, many: text, other: text });
  const words = {
    suits: "{what}", noLonger: "no longer", silent: same("{n} days"), goneAtOnce: "gone at once",
    doubts: { by_construction: "", too_short: "", not_seen: "" }, periods: new Proxy({}, { get: (_, name) => name }),
    monthsMeant: same("{n} months"), shorterWindow: "shorter",
  };
  const voice = { cube, words, say: speaker("en"), lang: "en" };
  return {
    doubt: doubtOf(rhythm, one), remedy: caution(rhythm, one, null, voice), short: shortOf(rhythm, one, voice),
    gone: goneAtOnce(rows, voice),
  };
}
function aheadOf(model) {
  const chain = chainOf(model, %s);
  if (!chain) return null;
  const own = chain.levers.map(({ name, low, high }) => [name, (low + 2 * high) / 30]);
  const levers = { ...Object.fromEntries(own), ...(chain.inflow.some(Boolean) ? { inflow: 0.1 } : {}) };
  const { now, customers, rate, margin } = outlook(chain, levers, 3, %s);
  const ranked = rankedLevers(chain, levers, 3, %s, "margin_per_cost");
  const leaders = leadersOf(chain, {}, 20, %s, "margin_per_cost");
  return { levers, now, customers, rate, margin, ranked, leaders };
}
"""
COSTS = {"retention_middle": 3.0, "promotion": 1.0, "retention_long": 2.0, "winback": 0.5}
MARGINS = {"middle": 4.0, "long": 10.0}
COLUMNS = {
    "label": "period", "status": "status", "start": "start", "kept": "kept", "lost": "lost", "new": "new",
    "returned": "returned", "end": "end", "newLost": "new_lost", "returnedLost": "returned_lost", "crr": "crr",
    "low": "crr_low", "high": "crr_high", "churn": "churn", "continuous": "crr_continuous",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(cubes):
    """What the browser's module makes of each cube under each setting."""
    return ask_node([(cube.to_state(), settings_of(cube, 5), rhythm(cube)) for cube in cubes])


def rhythm(cube) -> dict:
    """What Python sends of the rhythm of a list."""
    return rhythm_of(cube.base, choices_of(cube))


def ask_node(cubes: list) -> list:
    """What the browser's module makes of states under settings."""
    if NODE is None:
        pytest.skip("Node is not here: what the browser computes is not held against Python")
    asked = [
        {"state": state, "settings": [one.to_dict() for one in settings], "rhythm": [*facts, None][0]}
        for state, settings, *facts in cubes
    ]
    folder, costs, margins = (ROOT / "crrkit/widgets/own_list").as_uri(), json.dumps(COSTS), json.dumps(MARGINS)
    script = ASK % (*[folder] * 6, costs, margins, margins, margins)
    command = [NODE, "--input-type=module", "--eval", script]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def compare_accounts(cube, settings: list[ListSettings], answers: list) -> None:
    tables = pd.concat([cube.account(one) for one in settings], ignore_index=True)
    rows = pd.DataFrame([row for answer in answers for row in answer["rows"]]).rename(columns=COLUMNS)
    for name, moments in {"from": tables["from_"], "until": tables["until"]}.items():
        assert list(rows[name]) == list(moments.dt.strftime("%Y-%m-%d"))
    expected = tables[list(COLUMNS.values())]
    found = rows[list(COLUMNS.values())].astype(expected.dtypes)
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-12)


@pytest.mark.slow
def test_the_browser_says_the_same(cubes, told):
    for cube, answers in zip(cubes, told, strict=True):
        compare_accounts(cube, settings_of(cube, 5), answers)


@pytest.mark.pages
def test_the_browser_says_the_same_of_contracts(member_cubes):
    asked = [(cube.to_state(), members_settings(cube, 2)) for cube in member_cubes]
    for cube, (_state, settings), answers in zip(member_cubes, asked, ask_node(asked), strict=True):
        compare_accounts(cube, settings, answers)
        compare_stages(cube, [*zip(settings, answers, strict=True)][::11])
        assert not [answer for answer in answers if answer["gaps"]]


@pytest.mark.slow
def test_the_browser_doubts_what_python_doubts(cubes, told):
    """Each warning and note of `retention_by_period` under the same settings, and what it says would suit."""
    met = set()
    for cube, answers in zip(cubes, told, strict=True):
        for settings, answer in [*zip(settings_of(cube, 5), answers, strict=True)][::5]:
            judged = judge_rhythm(cube.base_under(settings), every=settings.every)
            found = answer["doubts"]
            assert found["doubt"] == (judged.status if judged.is_doubtful else ""), settings
            assert found["remedy"] == remedy_of(judged), settings
            months = f"{judged.months_meant} months" if judged.months_meant else "shorter" if judged.shorter else ""
            assert found["short"] == months, settings
            met |= {found["doubt"], found["remedy"][:9], found["short"]}
    assert met >= {"", "too_short", "by_construction", "no longer", "12 months", "shorter"}


def remedy_of(judged) -> str:
    """What a rhythm says would suit, in the words that the browser was given."""
    advice = judged.advice
    if not judged.is_doubtful:
        return ""
    if not advice.fits:
        return advice.why
    said = judged.warning.rpartition("What would suit: ")[2]
    named = re.fullmatch(r"(?:every='([\w-]+)')?(?:, )?(?:activity=Trailing\(days=(\d+)\))?\.", said)
    if not named:
        return "no longer"
    return ", ".join(filter(None, [named[1], named[2] and f"{named[2]} days"]))


def test_the_browser_doubts_an_end_of_all_at_once():
    log = pd.DataFrame({"who": list("abcdef"), "since": "2024-01-05", "until": "2024-05-20", "region": "r"})
    members = [log, log.assign(until=["2024-05-20"] * 5 + ["2024-06-20"]), log[:4]]
    cubes = [list_cube(contracts_of(one, as_of="2024-08-01")) for one in members]
    asked = [(cube.to_state(), [ListSettings("month", 0, regular=12)], rhythm(cube)) for cube in cubes]
    found = [bool(answer["doubts"]["gone"]) for [answer] in ask_node(asked)]
    warned = [bool(retention_by_period(cube.base, every="month").warning) for cube in cubes]
    assert found == warned == [True, False, False]


def test_the_limits_of_the_browser_are_those_of_the_chart(cubes, told):
    compared = 0
    for cube, answers in zip(cubes, told, strict=True):
        for settings, answer in [*zip(settings_of(cube, 5), answers, strict=True)][::11]:
            if settings.segment is not None:
                continue
            kept = retention_by_period(cube.base_under(settings), every=settings.every)
            whole = (kept.table["status"] == "complete") & (kept.table["start"] > 0)
            if whole.sum() < 2:
                assert answer["limits"] is None
                continue
            chart, limits = control_chart(kept), answer["limits"]
            assert [limits["centre"], limits["dispersion"]] == pytest.approx([chart.centre, chart.dispersion])
            for name in ("low", "high"):
                assert np.array(limits[name], dtype=float)[whole] == pytest.approx(chart.table[name].to_numpy())
            assert list(np.array(limits["signal"])[whole]) == list(chart.table["signal"])
            compared += 1
    assert compared > 5


@pytest.mark.slow
def test_the_browser_puts_limits_and_segments_beside_each_other_as_python_does(cubes, told):
    compared = 0
    for cube, answers in zip(cubes, told, strict=True):
        for settings, answer in [*zip(settings_of(cube, 5), answers, strict=True)][::13]:
            period = answer["rows"][-1]["label"]
            tables = rates_by_silence(cube, settings, period), rates_by_segment(cube, settings, period)
            for expected, rows in zip(tables, answer["beside"], strict=True):
                found = pd.DataFrame(rows, columns=[*rows[0]] if rows else expected.columns)
                found = found.rename(columns={"key": "segment"})[list(expected.columns)].astype(expected.dtypes)
                pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-9, atol=1e-12)
                compared += len(expected)
    assert compared > 500


def test_cohorts_are_those_of_the_grid_in_python_and_in_the_browser(cubes, told):
    compared = 0
    for cube, answers in zip(cubes, told, strict=True):
        compared += compare_cohorts(cube, [*zip(settings_of(cube, 5), answers, strict=True)][::23])
    assert compared > 5


def compare_cohorts(cube, told: list) -> int:
    """How many cells were held against the grid."""
    compared = 0
    for settings, answer in told:
        if settings.every in ("day", "week"):
            assert answer["cohorts"] == []
            with pytest.raises(InputError, match=r"every='(day|week)'"):
                cohorts_of(cube, settings)
            continue
        table = cohorts_of(cube, settings)
        cells = [
            (row["label"], age, cell["label"], row["size"], cell["active"])
            for row in answer["cohorts"]
            for age, cell in enumerate(row["cells"])
        ]
        assert cells == list(table.drop(columns="rate").itertuples(index=False, name=None))
        if settings.segment is None:
            grid = cohort_grid(cube.base_under(settings), every=settings.every).to_pandas()
            over = grid[grid["status"] == "observed"]
            columns = ["cohort", "age", "size", "active"]
            expected = over[columns].astype({"age": int, "size": int, "active": int}).to_numpy().tolist()
            assert expected == table[columns].to_numpy().tolist(), settings
            compared += len(table)
    return compared


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_cohorts_under_every_silence_are_those_of_the_grid(seed):
    lists = [
        (list_cube(base_of(crowd(seed, days=300), **({"as_of": "2024-10-20 12:00"} if seed % 2 else {}))), settings_of),
        (list_cube(contracts_of(long_memberships(seed))), members_settings),
    ]
    compared = 0
    for cube, of in lists:
        settings = [one for one in of(cube) if one.every not in ("day", "week")][::37]
        compared += compare_cohorts(cube, [*zip(settings, ask_node([(cube.to_state(), settings)])[0], strict=True)])
    assert compared > 50


def test_who_of_a_cohort_is_still_a_customer_counted_by_hand():
    # a first buys on 5 January and again on 20 March, b on 31 January; c on 10 February. At the end of February, 29
    # days, a is 56 days silent, b 30; at the end of March a 12, b 61.
    log = pd.DataFrame({"who": ["a", "a", "b", "c"],
                        "at": ["2024-01-05", "2024-03-20", "2024-01-31", "2024-02-10"]})  # fmt: skip
    cube = list_cube(base_of(log, by=(), as_of="2024-04-01"))
    found = {days: cohorts_of(cube, ListSettings("month", days)) for days in (30, 56, "period")}
    first = {days: table[table["cohort"] == "2024-01"]["active"].tolist() for days, table in found.items()}
    assert first == {30: [2, 1, 1], 56: [2, 2, 1], "period": [2, 0, 1]}
    assert set(found[30]["size"]) == {2, 1}


STAGE_COLUMNS = {
    "label": "period", "status": "status", "middle": "middle", "long": "long", "lapsed": "lapsed", "start": "start",
    "kept": "kept", "keptMiddle": "kept_middle", "keptLong": "kept_long", "crr": "crr",
}  # fmt: skip


@pytest.mark.slow
def test_the_browser_has_the_same_stages_and_moves(cubes, told):
    for cube, answers in zip(cubes, told, strict=True):
        compare_stages(cube, [*zip(settings_of(cube, 5), answers, strict=True)][::11])


def compare_stages(cube, told: list) -> None:
    for settings, answer in told:
        if settings.silence == "period":
            assert answer["stages"] == []
            continue
        expected = cube.stages(settings)[list(STAGE_COLUMNS.values())]
        rows = pd.DataFrame(answer["stages"]).rename(columns=STAGE_COLUMNS)
        found = rows[list(STAGE_COLUMNS.values())].astype(expected.dtypes)
        pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-12)
        moves = {
            (row["label"], start, end, n)
            for row in answer["stages"]
            for start, ends in (row["transitions"] or {}).items()
            for end, n in ends.items()
            if n
        }
        assert moves == set(cube.transitions(settings).itertuples(index=False, name=None))


@pytest.mark.pages
def test_the_browser_has_the_model_of_contracts(member_cubes):
    told = ask_node([(cube.to_state(), members_settings(cube, 2)) for cube in member_cubes])
    compared = 0
    for cube, answers in zip(member_cubes, told, strict=True):
        pairs = [*zip(members_settings(cube, 2), answers, strict=True)]
        for settings, answer in [one for one in pairs if one[0].segment is None][::7]:
            found = answer["model"]
            flow = stage_flow(cube.base_under(settings), every=settings.every, rule=cube.rule_under(settings))
            try:
                model = StageModel.from_flow(flow)
            except InputError:
                assert found["matrix"] is None
                continue
            matrix = [[found["matrix"][start][end] for end in model.stages] for start in model.stages]
            assert np.array(matrix) == pytest.approx(model.matrix.to_numpy())
            assert list(found["inflow"].values()) == pytest.approx(list(model.inflow.values()))
            assert bool(found["reason"]) == bool(model.refusal)
            compared += 1
    assert compared > 5


@pytest.mark.pages
def test_the_browser_has_the_same_model_and_its_error(cubes, told):
    compared = refused = 0
    for cube, answers in zip(cubes, told, strict=True):
        for place, settings in stagewise(settings_of(cube, 5), 4):
            found = answers[place]["model"]
            flow = stage_flow(cube.base, every=settings.every, rule=cube.rule_under(settings))
            try:
                model = StageModel.from_flow(flow)
            except InputError:
                assert found["matrix"] is None
                refused += 1
                continue
            assert [found["stages"], found["retained"]] == [list(model.stages), list(model.retained)]
            assert [found["first"], found["last"]] == [model.basis.first, model.basis.last]
            matrix = [[found["matrix"][start][end] for end in model.stages] for start in model.stages]
            assert np.array(matrix) == pytest.approx(model.matrix.to_numpy())
            for name in ("start", "inflow"):
                assert list(found[name].values()) == pytest.approx(list(getattr(model, name).values()))
            assert bool(found["reason"]) == bool(model.refusal)
            if found["backtest"]:
                tested = [found["backtest"][name] for name in ("first", "last", "tested")]
                assert tested == [model.basis.tested_first, model.basis.tested_last, model.basis.tested]
                error = [np.nan if found["backtest"][name] is None else found["backtest"][name] for name in ERRORS]
                assert error == pytest.approx([model.basis.error, model.basis.largest], nan_ok=True)
                compared += 1
    assert compared > 3
    assert refused


@pytest.mark.slow
def test_the_browser_looks_as_far_ahead_as_python(cubes, told):
    compared = 0
    for cube, answers in zip(cubes, told, strict=True):
        for place, settings in stagewise(settings_of(cube, 5), 1):
            found = answers[place]["ahead"]
            if found is None:
                continue
            flow = stage_flow(cube.base, every=settings.every, rule=cube.rule_under(settings))
            model, scenario = StageModel.from_flow(flow), Scenario(**found["levers"])
            costs = {name: cost for name, cost in COSTS.items() if name in model.lever_names}
            margins = {name: MARGINS[name] for name in model.retained}
            table = model.project(3, scenario=scenario, margins=margins).table
            spread = model.basis.spread.periods > 1
            assert found["now"]["customers"] == pytest.approx(list(table["customers"]))
            ends = ("low", "high") if spread else ()
            for end in ends:
                assert found["customers"][end] == pytest.approx(list(table[f"customers_{end}"]), rel=1e-9)
                assert found["margin"][end] == pytest.approx(list(table[f"margin_sum_{end}"]), rel=1e-9)
                rate = table[f"crr_{end}"].iloc[-1]
                if not np.isnan(rate):
                    assert found["rate"][end] == pytest.approx(rate, rel=1e-9)
            levers = model.under(scenario).levers(3, costs=costs, margins=margins)
            ranked = {row["lever"]: row for row in found["ranked"]}
            for row in levers.table.to_dict("records"):
                for name in ("customers", "cost", "customers_per_1000", "margin_per_cost"):
                    assert ranked[row["lever"]][name] == pytest.approx(row[name], rel=1e-9), (name, row["lever"])
            there = [name for name in model.lever_names if model.lever_room(name)[1] >= 0.01]
            own = {name: cost for name, cost in costs.items() if name in there}
            wide = model.levers(3, only=there, costs=own, margins=margins).by_horizon.pivot_table(
                index="step", columns="lever", values="margin_per_cost"
            )
            for run in found["leaders"]:
                best = wide.loc[run["from"] : run["to"]]
                assert (best[run["lever"]] >= best.max(axis=1) - 1e-9).all()
            compared += 1
    assert compared > 5


ERRORS = ("error", "largest")


def test_the_browser_has_the_same_rhythm(cubes, told):
    for cube, answers in zip(cubes, told, strict=True):
        gaps = characteristic_interval(cube.base)
        for settings, answer in [*zip(settings_of(cube, 5), answers, strict=True)][::17]:
            found = answer["gaps"]
            assert found["gaps"] == gaps.seen
            assert found["longer"] == pytest.approx(gaps.table["survival"].tolist())
            assert found["returning"] == pytest.approx([gaps.returning(day) for day in found["days"]])
            if settings.silence == "period":
                assert found["atSilence"] is None
            else:
                assert found["atSilence"] == pytest.approx(gaps.returning(settings.silence))


# Real lists -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.real_data
def test_a_quarter_of_cdnow_goes_from_a_quarter_to_four_fifths(data_dir):
    base = read_orders(data_dir / "cdnow" / "CDNOW_master.txt", customer="customer_id", at="date")
    cube = list_cube(base)
    rates = {days: cube.account(ListSettings("quarter", days)).set_index("period")["crr"] for days in (30, 365)}
    assert [round(float(one["1998Q2"]), 3) for one in rates.values()] == [0.273, 0.826]


def test_a_column_that_names_customers_never_goes_into_a_page() -> None:
    twelve = pd.DataFrame({"who": range(12), "mail": [f"c{i}@example.org" for i in range(12)]})
    log = pd.concat([twelve.assign(at=day) for day in ("2024-01-05", "2024-02-05")])
    with pytest.raises(InputError, match=r"by='mail' divides 12 customers into 12 segments"):
        list_cube(read_orders(log, customer="who", at="at", by="mail"))
    shops = twelve.assign(mail=[f"shop {i % 3}" for i in range(12)], at="2024-01-05")
    assert [one.customers for one in list_cube(read_orders(shops, customer="who", at="at", by="mail")).segments] == [
        4
    ] * 3
