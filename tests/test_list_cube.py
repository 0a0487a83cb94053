"""The cube of a list: under every setting the account that is counted anew, in Python and in the browser's module."""

from __future__ import annotations

import json
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
from crrkit.measure import retention_by_period
from crrkit.measure.cube import ListSettings, list_cube
from crrkit.read import read_orders

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
    choices = product(cube.everies, [*cube.silences, "period"], keys)
    return [ListSettings(*choice) for choice in choices][::step]


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


def test_every_setting_is_what_a_look_at_every_moment_gives(cubes):
    looked, wrong = 0, []
    for cube, (log, options) in zip(cubes, LISTS, strict=True):
        calendar = {name: options[name] for name in ("week_starts", "year_starts") if name in options}
        last = (cube.base.as_of - timedelta(microseconds=1)).date()
        region = log.fillna("–").groupby("who")["region"].first()
        shown = {segment.name for segment in cube.segments}
        for settings in settings_of(cube, 5):
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
    assert looked > 300


def test_the_account_counted_anew_has_the_same_rows(cubes):
    for cube in cubes:
        for settings in settings_of(cube, 97):
            kept = retention_by_period(cube.base_under(settings), every=settings.every, by=cube.base.by)
            if settings.segment is None:
                table = kept.whole.table if kept.whole else kept.table
            elif (name := settings.segment.partition(": ")[2]) in set(kept.table["region"]):
                table = kept.segment(region=name).table
            else:
                continue
            found = cube.account(settings)
            pd.testing.assert_frame_equal(found, table[list(found.columns)], check_dtype=False)


# The browser's module ---------------------------------------------------------------------------------------------

NODE = shutil.which("node")
ASK = """
import { readFileSync } from "node:fs";
import { accountOf, limitsOf, openCube } from "%s";
const asked = JSON.parse(readFileSync(0, "utf8"));
const bare = (key, value) => (Number.isNaN(value) ? null : value);
const told = [];
for (const { state, settings } of asked) {
  const cube = await openCube(state);
  told.push(settings.map((one) => {
    const rows = accountOf(cube, one);
    return { rows, limits: limitsOf(rows) };
  }));
}
console.log(JSON.stringify(told, bare));
"""
COLUMNS = {
    "label": "period", "status": "status", "start": "start", "kept": "kept", "lost": "lost", "new": "new",
    "returned": "returned", "end": "end", "newLost": "new_lost", "returnedLost": "returned_lost", "crr": "crr",
    "low": "crr_low", "high": "crr_high", "churn": "churn", "continuous": "crr_continuous",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(cubes):
    """What the browser's module makes of each cube under each setting."""
    if NODE is None:
        pytest.skip("Node is not here: what the browser computes is not held against Python")
    asked = [{"state": cube.to_state(), "settings": [one.to_dict() for one in settings_of(cube, 3)]} for cube in cubes]
    script = ASK % (ROOT / "crrkit" / "widgets" / "own_list" / "cube.js").as_uri()
    command = [NODE, "--input-type=module", "--eval", script]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_browser_says_the_same(cubes, told):
    for cube, answers in zip(cubes, told, strict=True):
        tables = pd.concat([cube.account(settings) for settings in settings_of(cube, 3)], ignore_index=True)
        rows = pd.DataFrame([row for answer in answers for row in answer["rows"]]).rename(columns=COLUMNS)
        for name, moments in {"from": tables["from_"], "until": tables["until"]}.items():
            assert list(rows[name]) == list(moments.dt.strftime("%Y-%m-%d"))
        expected = tables[list(COLUMNS.values())]
        found = rows[list(COLUMNS.values())].astype(expected.dtypes)
        pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-12)


def test_the_limits_of_the_browser_are_those_of_the_chart(cubes, told):
    compared = 0
    for cube, answers in zip(cubes, told, strict=True):
        for settings, answer in [*zip(settings_of(cube, 3), answers, strict=True)][::11]:
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


# Real lists -------------------------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_a_quarter_of_cdnow_goes_from_a_quarter_to_four_fifths(data_dir):
    base = read_orders(data_dir / "cdnow" / "CDNOW_master.txt", customer="customer_id", at="date")
    cube = list_cube(base)
    rates = {days: cube.account(ListSettings("quarter", days)).set_index("period")["crr"] for days in (30, 365)}
    assert [round(float(one["1998Q2"]), 3) for one in rates.values()] == [0.273, 0.826]
