"""The Python half of the stage explorer: its state is a scenario, and what it shows is what the model says."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import traitlets
from hypothesis import given, settings, strategies as st
from stage_worlds import COSTS, MARGINS, STAGES, WORKED, population, worked

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.ground.languages import LANGUAGES, use_language
from crrkit.widgets.bench.explorer import SAVED
from crrkit.widgets.stages import StageExplorer
from crrkit.widgets.stages.state import BY_EFFECT, SLIDERS, layers, ranked
from crrkit.widgets.static import restore, static_html

JS = (Path(crr.__file__).parent / "widgets" / "stages" / "index.js").read_text(encoding="utf-8")
FIVE = ("conversion", "retention_middle", "promotion", "retention_long", "winback")


def make(**options: Any) -> StageExplorer:
    return StageExplorer(worked(), **{"periods": 2, "margins": MARGINS, "costs": COSTS} | options)


def test_every_lever_has_a_slider() -> None:
    assert SLIDERS == (*worked().lever_names, "inflow") == (*FIVE, "inflow")


class TestState:
    def test_the_projection_of_the_worked_example(self) -> None:
        table = make().projection.table
        assert table["customers"].tolist() == pytest.approx([1000, 1200, 1366.25])
        assert table["crr"].tolist()[1:] == pytest.approx([0.7, 0.709375])
        assert make().projection.caption() == "Customers 1,000 → 1,366, steps: 2; CRR of the last step 70.9%"

    def test_the_scenario_has_a_repr_that_evaluates_to_it(self) -> None:
        explorer = make()
        explorer.conversion = 0.01
        explorer.winback = 0.02
        assert repr(explorer.scenario) == "Scenario(conversion=0.01, winback=0.02)"
        assert eval(repr(explorer.scenario), {"Scenario": crr.Scenario}) == explorer.scenario  # noqa: S307 - the promise
        # the printed effect of one point of conversion is 38.75, and two of winback bring 6 more
        more = explorer.projection.table["customers"].iloc[-1] - explorer.unchanged.table["customers"].iloc[-1]
        assert more == pytest.approx(44.75)

    def test_the_code_reproduces_the_projection(self) -> None:
        explorer = make(scenario=crr.Scenario(retention_long=0.05, promotion=-0.1))
        world: dict[str, Any] = {"crr": crr, "model": explorer.model}
        exec(explorer.code, world)  # noqa: S102 - our own line
        pd.testing.assert_frame_equal(world["future"].table, explorer.projection.table)
        assert world["scenario"] == explorer.scenario
        assert make(margins={}).code == "scenario = crr.Scenario(); future = model.project(2, scenario=scenario)"

    def test_levers_are_ranked_from_the_current_scenario(self) -> None:
        explorer = make(scenario=crr.Scenario(retention_middle=0.2))
        moved = explorer.model.under(explorer.scenario).levers(2, margins=MARGINS, costs=COSTS).table
        pd.testing.assert_frame_equal(explorer.levers.table, moved)
        plain = ranked(make().levers.table, "customers")  # the printed table, 1,000 of cost too
        assert [name for name, _value in plain] == [FIVE[i] for i in (0, 1, 3, 4, 2)]
        assert [value for _name, value in ranked(make().levers.table, "customers_per_1000")] == pytest.approx(
            [10.0, 9.69, 3.40, 1.51, 0.48], abs=5e-3
        )

    def test_a_lever_that_cannot_rise_by_a_point_is_not_ranked(self) -> None:
        explorer = make(scenario=crr.Scenario(retention_long=0.07))
        assert "retention_long" not in explorer.levers.table["lever"].tolist()
        assert "retention_long" in make(scenario=crr.Scenario(retention_long=0.065)).levers.table["lever"].tolist()

    def test_the_static_picture_works_when_no_lever_can_rise(self) -> None:
        stays = pd.DataFrame(np.eye(4), index=STAGES, columns=STAGES)
        at_the_end = crr.Scenario(conversion=1.0, promotion=1.0, winback=1.0)
        explorer = StageExplorer(crr.StageModel(stays, {"middle": 5}), scenario=at_the_end)
        assert "Customers 5 → 5" in explorer.still()
        with pytest.raises(InputError, match="cannot change by"):
            _ = explorer.levers

    def test_stages_without_a_given_margin_have_margin_zero(self) -> None:
        assert make(margins={"long": 60}).margins == {"middle": 0.0, "long": 60.0}
        assert list(make(margins={"long": 1, "short": -1}).margins.items()) == [
            ("short", -1.0),
            ("middle", 0.0),
            ("long", 1.0),
        ]

    def test_several_settings_from_the_browser_are_applied_together(self) -> None:
        explorer = make()
        explorer.set_state({"conversion": 0.1, "periods": 7, "margins": {"middle": 1, "long": 2}, "measure": "margin"})
        assert (explorer.scenario, explorer.periods, explorer.measure) == (crr.Scenario(conversion=0.1), 7, "margin")
        assert explorer.margins == {"middle": 1.0, "long": 2.0}

    def test_a_model_of_fewer_stages_has_fewer_levers(self) -> None:
        customers = ["middle", "long"]
        model = crr.StageModel(WORKED.loc[customers, customers], {"middle": 600, "long": 400})
        explorer = StageExplorer(model)
        assert [lever["name"] for lever in explorer._chain["levers"]] == [*FIVE[1:4]]
        with pytest.raises(InputError, match="no lever 'winback'"):
            explorer.winback = 0.01

    def test_winback_is_taken_from_those_who_stay_lapsed_if_nobody_exits(self) -> None:
        closed = WORKED.copy()
        closed.loc["lapsed", "lapsed"] = 0.95
        explorer = StageExplorer(crr.StageModel(closed, {"lapsed": 100}), scenario=crr.Scenario(winback=0.05))
        assert explorer.projection.table.loc[1, ["middle", "lapsed"]].tolist() == pytest.approx([10, 90])
        assert explorer._words["notes"]["winback"] == "taken from the lapsed who stay away"
        assert explorer._words["notes"]["conversion"] == "taken from the contacts who leave for good"

    def test_the_repr_is_the_call_that_creates_it(self) -> None:
        assert repr(make(scenario=crr.Scenario(winback=0.01))) == (
            "StageExplorer(scenario=Scenario(winback=0.01), periods=2, margins={'middle': 20.0, 'long': 60.0}, "
            "measure='customers')"
        )


REFUSED = [
    ("conversion", 0.71, "cannot change by"),
    ("conversion", -0.21, "cannot change by"),
    ("retention_long", 5, "five points"),
    ("winback", "0.1", "not a number"),
    ("promotion", float("nan"), "not a finite number"),
    ("periods", 0, "0 is less than"),
    ("periods", 41, "up to 40"),
    ("periods", 1.5, "not a whole number"),
    ("margins", {"midle": 1}, "Did you mean 'middle'"),
    ("margins", {"middle": "20"}, "not a number"),
    ("margins", {"middle": 2e9}, "more than the explorer shows"),
    ("margins", 20, "must map stages to numbers"),
    ("measure", "equilibrium", "Choose one of customers"),
]


@pytest.mark.parametrize(("name", "value", "words"), REFUSED)
class TestRefusals:
    def test_an_invalid_value_is_refused_and_the_state_is_unchanged(self, name: str, value: object, words: str) -> None:
        explorer = make()
        before = explorer.state
        with pytest.raises(crr.InputError, match=words):
            setattr(explorer, name, value)
        assert explorer.state == before

    def test_an_invalid_argument_is_refused(self, name: str, value: object, words: str) -> None:
        if name in FIVE:
            return
        with pytest.raises(crr.InputError, match=words):
            make(**{name: value})


class TestModels:
    def test_a_model_of_other_stages_is_refused(self) -> None:
        names = ["bronze", "gold"]
        model = crr.StageModel(pd.DataFrame(np.eye(2) / 2, index=names, columns=names), {"gold": 1}, retained="gold")
        with pytest.raises(InputError, match=r"this model has bronze, gold\. Rename its stages"):
            StageExplorer(model)

    def test_population_models_with_births_are_refused(self) -> None:
        with pytest.raises(InputError, match="short, middle, long and lapsed"):
            StageExplorer(population([[0.5, 1.5], [0.5, 0.5]]))
        born = pd.DataFrame([[0.5, 0.9], [0.2, 0.7]], index=["middle", "long"], columns=["middle", "long"])
        with pytest.raises(InputError, match="sum above 1"):
            StageExplorer(crr.StageModel(born, {"middle": 1}, population=True))

    def test_invalid_scenarios_and_costs_are_refused(self) -> None:
        with pytest.raises(InputError, match="demotion has no slider"):
            make(scenario=crr.Scenario(demotion=0.01))
        with pytest.raises(InputError, match="cannot change by"):
            make(scenario=crr.Scenario(winback=0.3))
        with pytest.raises(InputError, match="Choose one of conversion"):
            make(costs={"conv": 1})
        with pytest.raises(traitlets.TraitError, match="needs costs="):
            make(costs=None, measure="margin_per_cost")


class TestShownWithoutAKernel:
    def test_the_output_contains_text_html_and_the_saved_state(self) -> None:
        explorer = make()
        data, _metadata = explorer._repr_mimebundle_()
        assert data["text/plain"] == repr(explorer)
        assert "Customers 1,000 → 1,366, steps: 2; CRR of the last step 70.9%" in data["text/html"]
        assert data[SAVED]["module"] == "stage_explorer"

    def test_the_explorer_is_restored_from_the_saved_state_as_json(self) -> None:
        explorer = make(scenario=crr.Scenario(winback=0.02), measure="margin_per_cost", lang="ru")
        again = restore(json.loads(json.dumps(explorer.saved)))
        assert again.saved == explorer.saved
        pd.testing.assert_frame_equal(again.projection.table, explorer.projection.table)
        assert again.levers.table.equals(explorer.levers.table)

    def test_reset_on_a_page_returns_to_the_state_at_saving(self) -> None:
        explorer = make()
        explorer.conversion = 0.05
        assert explorer.page_state["_initial"]["conversion"] == 0.05
        assert '"conversion": 0.05' in static_html(explorer, element_id="x")

    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize("measure", BY_EFFECT)
    def test_the_static_picture_is_valid_svg_and_names_every_lever(self, lang: str, measure: str) -> None:
        explorer = make(lang=lang, measure=measure, scenario=crr.Scenario(retention_long=0.07))
        svg = b64decode(re.search('base64,([^"]+)', explorer.still())[1]).decode()
        texts = [node.text for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]  # noqa: S314 - our own
        assert {explorer._words["names"][name] for name in FIVE if name != "retention_long"} <= set(texts)
        assert not any("nan" in text for text in texts)

    def test_the_alt_text_contains_the_numbers(self) -> None:
        assert (
            'alt="Customers by stage, steps: 2. Now 1,000, at the end 1,366; with nothing changed 1,366.'
            in make().still()
        )
        assert "Клиенты по стадиям, шагов: 2." in make(lang="ru").still()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), min_size=1, max_size=6))
    def test_layers_are_stacked_and_reach_the_sum(self, rows: list[list[float]]) -> None:
        stages = ["a", "b", "c"]
        frame = pd.DataFrame(rows, columns=stages)
        found = layers(frame, stages)
        assert found[0][0] == pytest.approx([0] * len(rows), abs=1e-6)
        for (_feet, tops), (feet, _tops) in pairwise(found):
            assert feet == pytest.approx(tops, rel=1e-9, abs=1e-6)
        assert found[-1][1] == pytest.approx(frame.sum(axis=1).tolist(), rel=1e-9)


class TestWords:
    english, russian = make(lang="en")._words, make(lang="ru")._words

    def flat(self, words: dict[str, Any], prefix: str = "") -> dict[str, str]:
        pairs: dict[str, str] = {}
        for name, word in words.items():
            pairs |= self.flat(word, f"{prefix}{name}.") if isinstance(word, dict) else {f"{prefix}{name}": word}
        return pairs

    def test_every_message_has_a_russian_translation_with_the_same_placeholders(self) -> None:
        english, russian = self.flat(self.english), self.flat(self.russian)
        assert english.keys() == russian.keys()
        of_a_list = ("refusal", "tried", "beyond")
        assert not any(english[name] for name in of_a_list)  # this model has none
        for name, word in english.items():
            if name in of_a_list:
                continue
            assert re.search("[а-я]", russian[name], re.IGNORECASE), name
            assert set(re.findall(r"{\w+}", russian[name])) == set(re.findall(r"{\w+}", word)), name

    def test_the_javascript_uses_exactly_the_messages_it_is_given(self) -> None:
        shared = (Path(crr.__file__).parent / "widgets" / "bench" / "shared.js").read_text(encoding="utf-8")
        own = set(re.findall(r"\bwords\.(\w+)", JS))
        assert own <= self.english.keys()
        assert self.english.keys() - own <= set(re.findall(r"\bwords\.(\w+)", shared))

    def test_the_default_language_is_the_current_one(self) -> None:
        with use_language("ru"):
            assert make().lang == "ru"
