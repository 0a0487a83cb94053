"""The Python half of the explorers; what the browser half does is tested in tests/browser."""

import json
import math
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import traitlets
from hypothesis import given, strategies as st

import crrkit as crr
from crrkit import widgets
from crrkit.ground.languages import use_language
from crrkit.widgets.bench.explorer import SAVED, module_text
from crrkit.widgets.formula import FormulaExplorer
from crrkit.widgets.formula.still import BASE, ROOM, bars, bridge_svg
from crrkit.widgets.static import EXPLORERS, island, restore, static_assets, static_html, static_page
from crrkit.widgets.svg import round_up

WIDGETS = Path(crr.__file__).parent / "widgets"
JS = module_text(FormulaExplorer.folder)


@st.composite
def states(draw: st.DrawFn) -> dict[str, int]:
    start = draw(st.integers(0, 10**9))
    return {"start": start, "lost": draw(st.integers(0, start)), "new": draw(st.integers(0, 10**9))}


def make(**state: Any) -> FormulaExplorer:
    return FormulaExplorer(**({"start": 70, "lost": 10, "new": 30} | state))


class TestState:
    def test_the_counts_are_those_that_python_solves(self) -> None:
        counts = make(lost=21).counts
        assert (counts.start, counts.lost, counts.new, counts.end) == (70, 21, 30, 79)  # 70 - 21 + 30
        assert counts.crr == pytest.approx(0.7)  # 49 of 70
        assert counts.churn == pytest.approx(0.3)

    def test_with_nobody_at_the_start_there_is_no_rate(self) -> None:
        counts = make(start=0, lost=0).counts
        assert counts.end == 30
        assert math.isnan(counts.crr)
        assert math.isnan(counts.churn)

    def test_moving_on_in_python_is_seen_in_counts_code_and_print(self) -> None:
        explorer = make()
        explorer.start, explorer.new = 100, 0
        assert repr(explorer) == "FormulaExplorer(start=100, lost=10, new=0)"
        assert explorer.code == "crr.solve_counts(start=100, lost=10, new=0)"
        assert explorer.counts.crr == pytest.approx(0.9)

    @given(states())
    def test_the_line_of_code_gives_the_counts_again(self, state: dict[str, int]) -> None:
        explorer = FormulaExplorer(**state)
        again = eval(explorer.code, {"crr": crr})  # noqa: S307 - our own line
        assert again == explorer.counts

    def test_counts_of_numpy_become_plain_ones(self) -> None:
        explorer = make(start=np.int64(80), lost=np.float64(8))
        assert [type(value) for value in explorer.state.values()] == [int, int, int]

    def test_what_the_browser_sends_is_taken_as_one_change(self) -> None:
        explorer = make()
        explorer.set_state({"start": 5, "lost": 3})  # start alone would be below lost=10
        assert explorer.state == {"start": 5, "lost": 3, "new": 30}


REFUSED = [
    ("start", -1, "negative"),
    ("start", 1.5, "not a whole number"),
    ("new", math.nan, "not a finite number"),
    ("new", math.inf, "not a finite number"),
    ("new", "30", "not a number"),
    ("lost", True, "not a number"),
    ("new", 10**9 + 1, "up to 1,000,000,000"),
    ("lost", 71, "more than start=70"),
    ("start", 9, "lost=10 is more than start=9"),
]


def change_two(explorer: FormulaExplorer, name: str, value: object) -> None:
    with explorer.hold_trait_notifications():
        explorer.new = 31
        setattr(explorer, name, value)


@pytest.mark.parametrize(("name", "value", "words"), REFUSED)
class TestRefusals:
    def test_when_it_is_made(self, name: str, value: object, words: str) -> None:
        with pytest.raises(crr.InputError, match=words):
            make(**{name: value})

    def test_when_it_is_changed_the_state_stays(self, name: str, value: object, words: str) -> None:
        explorer = make()
        with pytest.raises(crr.InputError, match=words):
            setattr(explorer, name, value)
        assert explorer.state == {"start": 70, "lost": 10, "new": 30}

    def test_inside_a_held_change_everything_goes_back(self, name: str, value: object, words: str) -> None:
        explorer = make()
        with pytest.raises(traitlets.TraitError, match=words):
            change_two(explorer, name, value)
        assert explorer.state == {"start": 70, "lost": 10, "new": 30}


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="lang='de'"):
        FormulaExplorer(lang="de")


class TestWords:
    english: dict[str, Any] = make(lang="en")._words
    russian: dict[str, Any] = make(lang="ru")._words

    @staticmethod
    def flat(words: dict[str, Any]) -> dict[str, str]:
        columns = {f"column {name}": word for name, word in words["columns"].items()}
        return {name: word for name, word in words.items() if name != "columns"} | columns

    def test_each_is_said_in_russian_with_the_same_numbers(self) -> None:
        english, russian = self.flat(self.english), self.flat(self.russian)
        assert english.keys() == russian.keys()
        for name, word in english.items():
            assert re.search("[а-я]", russian[name], re.IGNORECASE), name
            assert set(re.findall(r"{\w+}", russian[name])) == set(re.findall(r"{\w+}", word)), name

    def test_the_browser_uses_each_and_knows_each_it_uses(self) -> None:
        used = set(re.findall(r"\bwords\.(\w+)", JS))
        assert used >= self.english.keys() - {"notBetween"}
        assert used - {"followed", "notBetween"} <= self.english.keys()

    def test_the_current_language_is_taken_when_none_is_named(self) -> None:
        with use_language("ru"):
            explorer = make()
        assert explorer.lang == "ru"
        assert explorer._words == self.russian


class TestBridge:
    @given(states())
    def test_crr_reads_as_a_height(self, state: dict[str, int]) -> None:
        counts = crr.solve_counts(**state)
        shape = bars(counts)
        whole = shape["kept-before"].height + shape["gone"].height
        if state["start"] > max(counts.end, 1) / 1000:  # tall enough for the quotient to mean something
            assert shape["kept-before"].height / whole == pytest.approx(counts.crr, abs=1e-9)
        assert shape["kept-before"].height == shape["kept-after"].height
        assert shape["gone"].height == shape["lost"].height
        assert shape["new"].height == shape["came"].height

    @given(states())
    def test_every_bar_stands_inside_the_picture(self, state: dict[str, int]) -> None:
        shape = bars(crr.solve_counts(**state))
        assert all(bar.height >= 0 for bar in shape.values())
        assert min(bar.y for bar in shape.values()) >= BASE - ROOM - 1e-9
        assert max(bar.y + bar.height for bar in shape.values()) <= BASE + 1e-9

    def test_counted_by_hand(self) -> None:
        shape = bars(crr.solve_counts(start=70, lost=10, new=30))  # end 90, so the picture is 100 high: 2 px a customer
        heights = {name: bar.height for name, bar in shape.items()}
        assert heights == {"kept-before": 120, "gone": 20, "lost": 20, "new": 60, "kept-after": 120, "came": 60}
        assert (shape["lost"].y, shape["new"].y) == (232 - 140, 232 - 180)

    @given(st.integers(1, 2 * 10**9))
    def test_the_scale_is_the_next_of_a_few_round_numbers(self, value: int) -> None:
        round_numbers = [
            tenths * 10**power // 10 for tenths in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80) for power in range(11)
        ]
        assert round_up(value) == pytest.approx(
            min(edge for edge in round_numbers if edge >= value and edge), rel=1e-12
        )

    def test_a_round_number_is_its_own_scale(self) -> None:
        assert [round_up(value) for value in (1, 100, 101, 120, 10**9)] == [1, 100, 120, 120, 10**9]

    @given(states(), st.sampled_from(["en", "ru"]))
    def test_it_is_well_formed(self, state: dict[str, int], lang: str) -> None:
        with use_language(lang):
            svg = bridge_svg(crr.solve_counts(**state), make(lang=lang)._words)
        texts = [node.text for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]  # noqa: S314 - our own
        assert len(texts) in {8, 13}  # four counts and four columns; twice "60 kept" and the rate when there is room
        assert not any("nan" in text for text in texts)


def picture(html: str) -> str:
    return b64decode(re.search('base64,([^"]+)', html)[1]).decode()


class TestShownWithoutAKernel:
    def test_the_output_holds_view_picture_text_and_state(self) -> None:
        explorer = make()
        data, metadata = explorer._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
        assert data["text/plain"] == repr(explorer)
        assert data[SAVED] == {
            "module": "formula_explorer",
            "state": {"start": 70, "lost": 10, "new": 30, "lang": "en"},
        }
        assert "CRR = (90 − 30) / 70 = 85.7%" in data["text/html"]
        assert metadata == {}

    def test_what_is_compared_between_runs_does_not_change(self) -> None:
        stable = ("text/plain", "text/html", SAVED)
        one, other = (make()._repr_mimebundle_()[0] for _ in range(2))
        assert [one[key] for key in stable] == [other[key] for key in stable]

    def test_the_saved_state_survives_json_and_comes_back(self) -> None:
        explorer = make(start=1000, lost=300, new=500, lang="ru")
        again = restore(json.loads(json.dumps(explorer.saved)))
        assert (again.state, again.lang) == (explorer.state, "ru")

    def test_what_is_no_explorer_is_not_brought_back(self) -> None:
        with pytest.raises(crr.InputError, match="Did you mean 'formula_explorer'"):
            restore({"module": "formula_explorr", "state": {}})
        with pytest.raises(crr.InputError, match="more than start=70"):
            restore({"module": "formula_explorer", "state": {"start": 70, "lost": 71, "new": 0}})

    def test_the_still_form_speaks_the_explorers_language(self) -> None:
        still = make(start=1000, lost=300, new=500, lang="ru").still()
        assert "КУК = (1\N{NO-BREAK SPACE}200 − 500) / 1\N{NO-BREAK SPACE}000 = 70,0\N{NO-BREAK SPACE}%" in still
        assert 'alt="Клиентов на начало: 1\N{NO-BREAK SPACE}000. Потеряно: 300, удержано: 700, новых: 500.' in still
        assert "удержано" in picture(still)

    def test_undefined_is_a_dash_in_the_still_form_too(self) -> None:
        assert "CRR = (30 − 30) / 0 = –" in make(start=0, lost=0).still()

    def test_a_saved_page_knows_every_explorer(self) -> None:
        shown = {name for name in widgets.__all__ if name.endswith("Explorer") and name != "Explorer"}
        assert shown == {one.__name__ for one in EXPLORERS.values()}

    @pytest.mark.parametrize("module", EXPLORERS)
    def test_each_explorer_has_its_module_and_its_style(self, module: str) -> None:
        assert {"__init__.py", "index.js", "style.css"} <= {file.name for file in EXPLORERS[module].folder.iterdir()}


class TestModules:
    @pytest.mark.parametrize("module", EXPLORERS)
    def test_no_import_is_left_in_the_text_that_travels(self, module: str) -> None:
        text = module_text(EXPLORERS[module].folder)
        assert not re.search(r"^import |\bfrom \"", text, re.MULTILINE)
        assert text.endswith("export default { render };\n")

    @pytest.mark.parametrize("module", EXPLORERS)
    def test_no_name_stands_twice_in_it(self, module: str) -> None:
        text = module_text(EXPLORERS[module].folder)
        names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let) (\w+)", text, re.MULTILINE)
        assert len(names) == len(set(names)) > 30

    def test_all_are_checked_for_types_and_no_line_is_longer_than_those_of_python(self) -> None:
        texts = {path: path.read_text("utf-8") for path in WIDGETS.rglob("*.js")}
        assert [path for path, text in texts.items() if not text.startswith("// @ts-check\n")] == []
        assert [line for text in texts.values() for line in text.splitlines() if len(line) > 120] == []


class TestStaticPage:
    def test_a_hostile_value_cannot_leave_its_place(self) -> None:
        hostile = "</script><!--<script>alert(1)//"
        assert "<" not in island({"a": hostile})
        assert json.loads(island({"a": hostile})) == {"a": hostile}
        html = static_html(make(), element_id='"><img src=x>')
        assert "<img src=x>" not in html
        page = static_page([make()], title="</title><script>alert(1)</script>")
        assert "alert(1)</script>" not in page

    def test_nothing_in_it_could_end_a_script_or_a_style_early(self) -> None:
        for path in [*WIDGETS.rglob("*.css"), WIDGETS / "bench" / "static.js"]:
            assert "</" not in path.read_text(encoding="utf-8"), path

    def test_it_asks_nothing_from_the_network(self) -> None:
        page = static_page([make(), make(lang="ru")], title="Two")
        assert set(re.findall(r"https?://[\w./-]*", page)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
        assert not re.search(r"@import|\bfrom \"|require\(|fetch\(", page)

    def test_assets_stand_once_however_many_explorers_there_are(self) -> None:
        both = [make(), make(lang="ru")]
        assert static_assets(both) == static_assets(both[:1])
        assert "<style>" in static_html(both[0], element_id="a")
        assert "<style>" not in static_html(both[0], element_id="a", assets=False)

    def test_the_state_as_it_stands_becomes_the_start_state(self) -> None:
        explorer = make()
        explorer.lost = 21
        html = static_html(explorer, element_id="a", assets=False)
        state = json.loads(re.search(r"<script [^>]*data-crrkit-state=[^>]*>(.*)</script>", html)[1])
        assert state["lost"] == state["_initial"]["lost"] == 21
        assert state["_words"] == explorer._words

    def test_a_page_of_none_is_a_page(self) -> None:
        assert static_page([], title="Empty").startswith("<!doctype html>")


def test_looking_at_an_explorer_loads_neither_matplotlib_nor_pandas() -> None:
    heavy = "{'matplotlib', 'pandas'} & {*sys.modules}"
    code = f"import sys, crrkit.widgets as w; w.FormulaExplorer().still(); print(*{heavy})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=WIDGETS.parent.parent)
    assert run.stdout.split() == []
