"""The Python half of the cohort explorer: what it carries is what the grids say, and nothing else."""

import json
import math
import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import traitlets
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.ground.languages import use_language
from crrkit.read.bases.order_base import OrderBase
from crrkit.widgets.bench.explorer import SAVED, frame_words
from crrkit.widgets.cohorts import CohortExplorer
from crrkit.widgets.cohorts.state import MOST_SENT, _numbers, default_cohorts, last_common
from crrkit.widgets.static import restore

WIDGETS = Path(crr.__file__).parent / "widgets"
JS = (WIDGETS / "cohorts" / "index.js").read_text(encoding="utf-8")
ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 200)), min_size=2, max_size=40)
START = pd.Timestamp("2024-01-01")


def log_of(rows: list[tuple[str, int]], as_of: str = "2024-07-20") -> OrderBase:
    purchases = [(who, START + pd.Timedelta(days=day), 5.0) for who, day in rows]
    frame = pd.DataFrame(purchases, columns=["who", "at", "paid"])
    return crr.read_orders(frame, customer="who", at="at", amount="paid", as_of=as_of)


@pytest.fixture(scope="module")
def base():
    # a came in January and returned in March; b in February; nobody in April; c in May; June is running
    rows = [("a", 4), ("a", 70), ("b", 40), ("b", 70), ("c", 130), ("c", 155)]
    return log_of(rows, as_of="2024-06-20")


@pytest.fixture
def explorer(base) -> CohortExplorer:
    return CohortExplorer(base)


class TestState:
    def test_a_world_counted_by_hand(self, explorer: CohortExplorer) -> None:
        grid = explorer.grid
        assert grid["cohorts"] == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]
        assert grid["sizes"] == [1, 1, 0, 0, 1, 0]
        assert grid["states"] == ["ooooop", "oooopu", "eeeeee", "eeeeee", "opuuuu", "eeeeee"]
        assert grid["rates"][0] == [1, 0, 1, 0, 0, None]  # in the running month nobody has come yet: that is not 0
        assert grid["rates"][4] == [1, 1, None, None, None, None]  # c has: a number so far
        assert grid["averages"]["pooled"] == [1, 0.5, 0.5, 0, 0, None]
        assert grid["first"] == 1
        assert (explorer.one, explorer.other) == ("2024-01", "2024-02")

    @pytest.mark.slow
    @settings(max_examples=5, deadline=None)
    @given(ROWS)
    def test_what_is_carried_is_what_the_grids_say(self, rows: list[tuple[str, int]]) -> None:
        base = log_of(rows)
        explorer = CohortExplorer(base)
        for carried in explorer._grids:
            asked = {"every": carried["period"], "kind": carried["kind"], "value": carried["value"]}
            grid = crr.cohort_grid(base, **asked)
            assert np.array(carried["rates"], dtype=float) == pytest.approx(grid.matrix().to_numpy(), nan_ok=True)
            words = grid.matrix("status").replace("in_progress", "p").to_numpy()
            assert carried["states"] == ["".join(word[0] for word in row) for row in words]
            for kind in ("pooled", "simple"):
                mean = np.array(carried["averages"][kind], dtype=float)
                assert mean == pytest.approx(grid.average(kind)["rate"].to_numpy(), abs=1e-12, nan_ok=True)

    def test_curves_hold_only_what_was_observed_whole(self, base, explorer: CohortExplorer) -> None:
        explorer.other = "2024-05"
        curves = explorer.curves
        assert curves["other"].tolist()[:1] == [1]
        assert curves["other"][1:].isna().all()  # age 1 is running
        assert curves["average"].tolist() == pytest.approx(
            crr.cohort_grid(base, every="month").average()["rate"].tolist(), nan_ok=True
        )

    def test_the_line_of_code_gives_the_curves_again(self, base, explorer: CohortExplorer) -> None:
        explorer.average = "simple"
        world: dict[str, object] = {"crr": crr, "base": base}
        exec(explorer.code, world)  # noqa: S102 - our own line
        assert world["average"]["rate"].tolist() == pytest.approx(explorer.curves["average"].tolist(), nan_ok=True)
        assert list(world["curves"].index) == [explorer.one, explorer.other]

    def test_another_period_brings_its_own_cohorts(self, explorer: CohortExplorer) -> None:
        base = log_of([("a", 1), ("b", 100), ("a", 101)])
        only = CohortExplorer([crr.cohort_grid(base, every=every) for every in ("month", "quarter")])
        only.period = "quarter"
        assert (only.one, only.other) == ("2024Q1", "2024Q2")
        assert explorer.period == "month"

    def test_what_the_browser_sends_is_taken_as_one_change(self) -> None:
        explorer = CohortExplorer(log_of([("a", 1), ("b", 100), ("a", 101), ("b", 190)]))
        explorer.set_state({"period": "quarter", "one": "2024Q2", "other": "2024Q1", "average": "simple"})
        assert (explorer.period, explorer.one, explorer.other) == ("quarter", "2024Q2", "2024Q1")

    def test_an_opening_age_that_says_something_is_shown(self) -> None:
        frame = pd.DataFrame({"who": ["a", "b", "c"], "from": ["2024-01-05", "2024-01-06", "2024-02-01"],
                              "to": ["2024-01-20", None, None]})  # fmt: skip
        contracts = crr.read_contracts(frame, customer="who", start="from", end="to", as_of="2024-04-01")
        grid = CohortExplorer(contracts).grid
        assert (grid["first"], grid["rates"][0][0]) == (0, 0.5)

    def test_the_sentence_compares_at_the_last_common_age(self, explorer: CohortExplorer) -> None:
        assert explorer.sentence() == "At age 3: 0.0% of 2024-01, 0.0% of 2024-02, on average 0.0%."
        assert last_common(explorer.grid, "2024-01", "2024-02") == 3
        explorer.other = "2024-03"
        assert explorer.sentence() == "2024-01 and 2024-03 have no age at which both were observed whole."


class TestRefusals:
    @pytest.mark.parametrize("name", ["kind", "period", "value", "average", "one", "other"])
    def test_a_choice_that_is_not_there_leaves_the_state(self, explorer: CohortExplorer, name: str) -> None:
        before = explorer.state
        with pytest.raises(InputError, match=f"{name}='x'"):
            setattr(explorer, name, "x")
        assert explorer.state == before

    def test_revenue_is_followed_for_one_kind_only(self, explorer: CohortExplorer) -> None:
        explorer.value = "revenue"
        with pytest.raises(traitlets.TraitError, match="It has: bounded month customers; unbounded month customers"):
            explorer.kind = "unbounded"
        with explorer.hold_trait_notifications():
            explorer.kind, explorer.value = "unbounded", "customers"
        assert explorer.kind == "unbounded"

    def test_grids_that_cannot_be_shown(self, base) -> None:
        with pytest.raises(InputError, match="no cohort grid"):
            CohortExplorer([])
        grid = crr.cohort_grid(base)
        with pytest.raises(InputError, match="same kind, period and value"):
            CohortExplorer([grid, grid])
        with pytest.raises(InputError, match="too large for a page"):
            CohortExplorer(log_of([("a", 1), ("b", 190)]), every="day")
        with_segments = crr.read_orders(
            crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region", amount="total"
        )
        with pytest.raises(InputError, match="one segment at a time"):
            CohortExplorer(crr.cohort_grid(with_segments, every="quarter", by="region"))


class TestSharing:
    def test_no_customer_and_little_weight(self) -> None:
        base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        text = json.dumps(CohortExplorer(base).page_state)
        assert len(text) < 80_000
        ids = {str(one) for one in crr.sample("orders")["client_id"]}
        assert not ids & set(re.findall(r"[\w-]+", text))
        assert "NaN" not in text

    def test_withheld_cells_stay_withheld(self) -> None:
        base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        grid = crr.cohort_grid(base, every="month").suppressed(10)
        carried = CohortExplorer(grid).grid
        hidden = grid.matrix("status").to_numpy() == "suppressed"
        assert hidden.any()
        for name in ("rates", "active"):
            assert np.isnan(np.array(carried[name], dtype=float)[hidden]).all()

    def test_it_comes_back_without_its_base(self, explorer: CohortExplorer) -> None:
        explorer.kind, explorer.one = "unbounded", "2024-02"
        again = restore(json.loads(json.dumps(explorer.saved)))
        assert repr(again) == repr(explorer)
        assert again.saved == explorer.saved
        data, _metadata = explorer._repr_mimebundle_()
        assert data[SAVED]["module"] == "cohort_explorer"
        assert explorer.sentence() in data["text/html"]

    def test_the_largest_grid_there_may_be_weighs_little(self) -> None:
        rows = [(f"c{n}", 7 * n) for n in range(61)]
        grid = crr.cohort_grid(log_of(rows, as_of="2025-03-10"), every="week")
        assert 3_500 < len(grid.table) <= MOST_SENT
        assert len(json.dumps(CohortExplorer(grid).saved)) < 200_000


class TestStill:
    def test_unseen_is_hatched_and_empty_a_dash(self, explorer: CohortExplorer) -> None:
        svg = b64decode(re.search('base64,([^"]+)', explorer.still())[1]).decode()
        tree = ET.fromstring(svg)  # noqa: S314 - our own
        texts = [node.text for node in tree.iter() if node.tag.endswith("}text")]
        rects = [node for node in tree.iter() if node.tag.endswith("}rect")]
        unseen = sum(row[1:].count("u") for row in explorer.grid["states"])
        assert sum(node.get("fill") == "url(#crrkit-unseen)" for node in rects) == unseen
        assert texts.count("–") == 3 * 5  # three empty cohorts of five ages
        assert texts.count("–*") == 2  # running cells without a number so far
        assert "100%*" in texts  # c in the running month
        assert not any("nan" in str(text) for text in texts)

    def test_it_speaks_russian(self, base) -> None:
        still = CohortExplorer(base, lang="ru").still()
        assert "В возрасте 3" in still
        assert "Треугольник когорт" in still


def test_words_are_the_ones_the_browser_uses() -> None:
    base = log_of([("a", 1), ("b", 40)])
    words = {lang: CohortExplorer(base, lang=lang)._words for lang in ("en", "ru")}
    named = {"kind", "period", "value", "kinds", "values", "running", "unseen", "empty", "hidden", "provisional",
             "picture"}  # fmt: skip
    shared = frame_words().keys() | {"title"}
    assert set(re.findall(r"\bwords\.(\w+)", JS)) | named | shared == words["en"].keys() == words["ru"].keys()
    for name, english in words["en"].items():
        if isinstance(english, str):
            russian = words["ru"][name]
            assert set(re.findall(r"{\w+}", russian)) == set(re.findall(r"{\w+}", english)), name
            assert re.search("[а-я]", russian), name


def test_the_first_choice_is_the_oldest_cohort_and_the_youngest_with_a_curve() -> None:
    grid = {"cohorts": ["a", "b", "c", "d"], "states": ["eeee", "oooo", "ooop", "opuu"]}  # d is too young
    assert default_cohorts(grid) == ("b", "c")
    assert default_cohorts({"cohorts": ["a", "b"], "states": ["ooo", "opu"]}) == ("a", "b")
    assert default_cohorts({"cohorts": ["a"], "states": ["o"]}) == ("a", "a")


def test_the_language_is_that_of_the_moment(base) -> None:
    with use_language("ru"):
        assert CohortExplorer(base).lang == "ru"
    assert CohortExplorer(base).lang == "en"


def test_the_order_in_which_money_was_added_leaves_no_trace() -> None:
    # seen in two runs of one notebook: threads of the engine end in any order, and floats are not associative
    one, other = 0.8044732531254066, 0.8044732531254067
    assert _numbers([one, 1 - 1e-16, math.nan, 112.0]) == _numbers([other, 1.0, math.nan, 112.0])
    assert _numbers([one]) == [pytest.approx(one, rel=1e-11)]
