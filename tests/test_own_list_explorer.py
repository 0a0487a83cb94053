"""The Python half of ListExplorer: settings are checked, results follow them, and no customer is in its state."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from every_explorer import flat_words

import crrkit as crr
from crrkit.ground.languages import LANGUAGES
from crrkit.measure.cube import ListSettings
from crrkit.rules.activity import Trailing
from crrkit.rules.stages import ContractRule, StageRule
from crrkit.widgets.bench.explorer import SAVED, StateError, frame_words, module_text, shared_text
from crrkit.widgets.own_list import ListExplorer
from crrkit.widgets.static import restore, static_html

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(crr.__file__).parent / "widgets" / "own_list"
OWN = sorted(path.name for path in FOLDER.glob("*.js") if path.name != "cube.js")
ROWS = ["start", "kept", "lost", "new", "returned", "end"]


def read(source: object = None, **options: Any) -> crr.OrderBase:
    given = {"customer": "client_id", "at": "ordered_at", "by": "region"} | options
    return crr.read_orders(crr.sample_path("orders") if source is None else source, **given)


@pytest.fixture(scope="module")
def base() -> crr.OrderBase:
    return read()


@pytest.fixture(scope="module")
def made(base: crr.OrderBase) -> ListExplorer:
    return ListExplorer(base, every="month", silence=90)


@pytest.fixture
def explorer(made: ListExplorer) -> Iterator[ListExplorer]:
    """The list is counted once for all tests; each gets it as it was."""
    first = made.state
    yield made
    with made.hold_trait_notifications():
        for name, value in first.items():
            setattr(made, name, value)
    made.scenarios, made.levers, made.costs, made.margins, made.steps = [], {}, {}, {}, 12


class TestResults:
    @pytest.mark.slow
    def test_what_it_gives_is_what_the_measures_say_under_its_settings(self, explorer: ListExplorer) -> None:
        for every, silence in (("month", 90), ("quarter", 60), ("month", "period")):
            explorer.every, explorer.silence = every, silence
            rule = silence if silence == "period" else Trailing(days=float(silence))
            said = crr.retention_by_period(explorer.cube.base.with_activity(rule), every=every)
            assert explorer.kept.table[ROWS].equals(said.table[ROWS]), (every, silence)
            assert explorer.account[ROWS].astype("int64").equals(said.table[ROWS].astype("int64")), (every, silence)

    @pytest.mark.slow
    def test_a_segment_and_a_span_are_those_of_the_account(self, explorer: ListExplorer) -> None:
        with explorer.hold_trait_notifications():
            explorer.segment, explorer.first, explorer.last = "region: North", "2023-06", "2024-03"
        under = explorer.cube.base.with_activity(Trailing(days=90))
        said = crr.retention_by_period(under, every="month", by="region", first="2023-06", last="2024-03")
        assert explorer.kept.table[ROWS].equals(said.segment(region="North").table[ROWS])
        assert explorer.account[ROWS].astype("int64").equals(explorer.kept.table[ROWS].astype("int64"))

    def test_stages_and_model_follow_the_silence_and_who_is_a_regular(self, explorer: ListExplorer) -> None:
        explorer.silence, explorer.regular = 60, 4
        rule = StageRule(lapse_days=60, k_long=4)
        said = crr.stage_flow(explorer.cube.base, every="month", rule=rule)
        assert explorer.flow.counts.equals(said.counts)
        assert explorer.flow.table["crr"].equals(said.table["crr"])
        assert explorer.model.matrix.equals(crr.StageModel.from_flow(said).matrix)
        explorer.silence = "period"
        with pytest.raises(crr.InputError, match="Stages need a silence in days"):
            _ = explorer.flow

    def test_a_longer_period_than_the_own_begins_with_the_silence_of_the_list(self) -> None:
        base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        natural = ListExplorer(base).cube.natural
        begin = {every: ListExplorer(base, every=every).silence for every in (None, "month", "quarter", "half-year")}
        assert 92 < natural < 184, "80% of the gaps close within it: by half-year, says crrkit check"
        assert begin == {None: 92, "month": 92, "quarter": 92, "half-year": natural}

    @pytest.mark.slow
    def test_for_contracts_the_slider_is_the_gap_that_is_bridged(self) -> None:
        base = crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")
        explorer = ListExplorer(base, every="month")
        assert (explorer.silence, explorer.regular, explorer.choices["by_period"]) == (0, 12, False)
        assert "By their contracts we kept" in explorer.still()
        for days in (0, 30):
            explorer.silence = days
            read = crr.read_contracts(
                crr.sample_path("contracts"), customer="client_id", start="joined", end="left", merge_gap=days
            )
            said = crr.retention_by_period(read, every="month").table[ROWS]
            assert explorer.kept.table[ROWS].equals(said), days
            assert explorer.account[ROWS].astype("int64").equals(said.astype("int64")), days
        assert "Bridging gaps up to 30 days" in explorer.still()
        assert explorer.flow.rule == ContractRule()
        explorer.regular = 24
        assert explorer.flow.rule == ContractRule(renewals=2)
        stages = explorer.cube.stages(explorer.settings)
        assert stages["long"].tolist() == explorer.flow.table["long"].tolist()

    def test_the_settings_are_a_value(self, explorer: ListExplorer) -> None:
        before = explorer.settings
        explorer.silence = 60
        assert before.silence == 90
        assert explorer.settings == ListSettings("month", 60, regular=explorer.regular)

    def test_who_observes_is_told(self, explorer: ListExplorer) -> None:
        told: list[object] = []
        explorer.observe(lambda change: told.append(change["new"]), "silence")
        explorer.silence = 60
        explorer.set_state({"silence": 30, "every": "month"})  # as the browser does
        explorer.unobserve_all("silence")
        assert told == [60, 30]

    @pytest.mark.slow
    def test_the_periods_ahead_are_those_of_the_model_with_the_levers_costs_and_margins(
        self, explorer: ListExplorer
    ) -> None:
        explorer.levers = {
            "retention_long": 0.02,
            "winback": 1,
            "conversion": 0.2,
        }  # no contacts here; winback at its end
        assert explorer.scenario.conversion == 0
        assert explorer.scenario.winback == explorer.model.lever_room("winback")[1]
        explorer.margins, explorer.costs = {"middle": 4, "long": 10}, {"retention_long": 2, "winback": 0}
        assert explorer.costs == {"retention_long": 2.0}
        said = explorer.model.project(12, scenario=explorer.scenario, margins=explorer.margins).table
        assert explorer.outlook.table.equals(said)
        assert {"customers_low", "crr_low", "margin_sum_high"} <= set(said.columns)
        assert explorer.ranking.table.set_index("lever").loc["retention_long", "cost"] > 0
        explorer.every = "quarter"
        assert explorer.steps == 4  # a year stays a year

    def test_what_the_browser_sends_is_not_sent_back(self, explorer: ListExplorer, monkeypatch: Any) -> None:
        answers: list[Any] = []
        monkeypatch.setattr(explorer, "_send", lambda message, **_: answers.append(message))
        explorer.set_state({"silence": 60, "period": "2024-01", "levers": {"inflow": 0.1}, "scenarios": []})
        assert answers == []
        explorer.set_state({"every": "quarter"})  # a year ahead stays one: what Python makes of it is told
        assert [answer["state"] for answer in answers] == [{"steps": 4}, {"period": "2024Q1"}]

    def test_what_the_two_questions_get_is_counted_from_the_list(self, explorer: ListExplorer) -> None:
        table = explorer.by_silence.set_index("silence")
        for days in (30, 90, 180):
            under = explorer.cube.base.with_activity(Trailing(days=days))
            kept = crr.retention_by_period(under, every="month", by="region")
            assert (
                table.loc[days, ["start", "kept"]].tolist()
                == kept.whole.row(explorer.shown)[["start", "kept"]].tolist()
            )
        segments = explorer.by_segment.set_index("segment")
        south = crr.retention_by_period(explorer.cube.base.with_activity(Trailing(days=90)), every="month", by="region")
        row = south.segment(region="South").row(explorer.shown)
        assert segments.loc["region: South", "lost"] == row["lost"]


class TestState:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("every", "moth", "Did you mean 'month'"),
            ("silence", 77, r"silence=77 is not counted .*; (75|80) is the nearest"),
            ("silence", "soon", "silence='soon' is not a number"),
            ("segment", "region: nort", "Did you mean 'region: North'"),
            ("regular", 40, "regular=40 is not counted"),
            ("period", "2023Q1", "period='2023Q1'"),
            ("first", "2030-13", "first='2030-13'"),
            ("scenarios", [{"silence": 60}], "a list of settings with a name"),
            ("scenarios", [{"name": "x", "silence": 77}], "silence=77 is not counted"),
            ("levers", {"promotoin": 0.1}, "Did you mean 'promotion'"),
            ("levers", {"promotion": 10}, "promotion=10"),
            ("steps", 0, "Give a count from 1 on"),
            ("costs", {"retention_long": -1}, r"costs\['retention_long'\]=-1 cannot be"),
            ("costs", {"inflow": 1}, "costs='inflow' is not known"),
            ("margins", {"midle": 1}, "Did you mean 'middle'"),
            ("margins", 5, "must map names to numbers"),
            ("scenarios", [{"name": "x", "silent": 60}], "Did you mean 'silence'"),
        ],
    )
    def test_what_cannot_be_shown_is_refused_and_nothing_changes(
        self, explorer: ListExplorer, name: str, value: object, said: str
    ) -> None:
        before = getattr(explorer, name)
        with pytest.raises(crr.InputError, match=said):
            setattr(explorer, name, value)
        assert getattr(explorer, name) == before

    def test_a_span_cannot_end_before_it_begins(self, explorer: ListExplorer) -> None:
        explorer.first = "2024-03"
        with pytest.raises(StateError, match="first='2024-03' is after last='2024-01'"):
            explorer.last = "2024-01"

    def test_named_periods_keep_their_time_when_their_length_changes(self, explorer: ListExplorer) -> None:
        with explorer.hold_trait_notifications():
            explorer.first, explorer.last, explorer.period = "2023-05", "2024-06", "2024-02"
        explorer.every = "quarter"
        assert (explorer.first, explorer.last, explorer.period) == ("2023Q2", "2024Q2", "2024Q1")
        explorer.every = "month"
        assert (explorer.first, explorer.last, explorer.period) == ("2023-04", "2024-06", "2024-01")

    def test_scenarios_are_complete_and_fit_for_a_file(self, explorer: ListExplorer) -> None:
        explorer.scenarios = json.loads('[{"name": "strict", "silence": 60}]')
        kept = explorer.scenarios[0]
        assert kept == {**explorer.state, "name": "strict", "silence": 60}
        assert restore(json.loads(json.dumps(explorer.saved))).scenarios == [kept]

    def test_only_a_base_is_a_list(self) -> None:
        with pytest.raises(crr.InputError, match=r"base is a DataFrame; .* is needed"):
            ListExplorer(pd.DataFrame({"a": [1]}))


class TestSaved:
    @pytest.mark.slow
    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_its_output_holds_view_picture_text_and_state(self, base: crr.OrderBase, lang: str) -> None:
        made = ListExplorer(base, lang=lang)
        data, _metadata = made._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == made.model_id
        assert data["text/plain"] == repr(made)
        again = restore(json.loads(json.dumps(data[SAVED], sort_keys=True)))
        assert (again.state, again.lang, again.still()) == (made.state, lang, made.still())
        again.silence = 60  # it moves without its list
        with pytest.raises(crr.InputError, match=r"without its list|без своего списка"):
            _ = again.kept
        picture = b64decode(re.search('base64,([^"]+)', made.still())[1]).decode()
        texts = [node.text for node in ET.fromstring(picture).iter() if node.tag.endswith("}text")]  # noqa: S314 - ours
        assert texts
        assert not any("nan" in text for text in texts)
        assert {"en": "100%", "ru": "100\N{NO-BREAK SPACE}%"}[lang] in texts

    def test_no_customer_is_in_what_it_sends(self, explorer: ListExplorer) -> None:
        ids = set(pd.read_csv(crr.sample_path("orders"))["client_id"].dropna())
        sent = json.dumps([explorer.get_state(), explorer.saved, explorer.page_state], default=str)
        assert len(next(iter(ids))) > 3
        assert not [one for one in ids if one in sent]

    def test_a_page_for_strangers_has_fewer_settings_and_nothing_of_few(
        self, explorer: ListExplorer, tmp_path: Path
    ) -> None:
        explorer.every, explorer.silence = "half-year", 90
        explorer.scenarios = [{"name": "mine", "silence": 60}]
        path = explorer.save_page(tmp_path / "list.html", min_cell=10)
        page = path.read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        shared = explorer.shared(min_cell=10)
        cube = shared.page_state["_cube"]
        assert [span["every"] for span in cube["spans"]] == ["half-year"]
        assert 90 in cube["silences"]
        assert len(cube["silences"]) < len(explorer._cube["silences"])
        assert (cube["gaps"], cube["cohorts"], shared.scenarios) == (None, [], [])
        assert re.search(r"\bmine\b", page) is None
        assert shared.still() in page
        explorer.silence = "period"
        with pytest.raises(crr.InputError, match="silence='period' was not counted"):
            explorer.shared()
        with pytest.raises(crr.InputError, match=r"must end in \.html"):
            explorer.save_page(tmp_path / "list.pdf")

    def test_a_page_for_strangers_says_what_is_left_out_and_takes_a_longer_period_where_little_can_be_told(
        self,
    ) -> None:
        explorer = ListExplorer(crr.read_contracts(crr.sample_path("contracts"), by="region"), every="month", lang="ru")
        explorer.last = explorer.period = "2024-11"
        shared = explorer.shared()
        cube = shared.page_state["_cube"]
        assert (shared.every, shared.last, shared.period, shared.steps) == ("quarter", "2024Q4", "2024Q4", 4)
        assert (cube["told"], len(cube["withheld"]), shared.regular) == ("together", 2, None)
        assert "(По месяцам: показать можно было бы 6 из 36), 2 из 12 периодов, кто из пришедших" in cube["note"]
        assert [one for one in ("сегменты", "когорты", "меньше 10 клиентов") if one not in cube["note"]] == []

    def test_the_button_gets_the_page_or_the_reason(self, explorer: ListExplorer, monkeypatch: Any) -> None:
        sent: list[dict[str, str]] = []
        monkeypatch.setattr(ListExplorer, "send", lambda _self, content, *_buffers: sent.append(content))
        for every, silence in (("half-year", 90), ("half-year", "period")):
            explorer.every, explorer.silence = every, silence
            explorer._handle_custom_msg({"ask": "page"}, [])
        assert [list(one) for one in sent] == [["page"], ["refused"]]
        assert sent[0]["page"].startswith("<!doctype html>")

    def test_nothing_in_it_could_end_a_script_or_a_style_early(self, explorer: ListExplorer) -> None:
        for path in FOLDER.glob("*.[jc]s*"):
            assert "</" not in path.read_text(encoding="utf-8"), path.name
        html = static_html(explorer, element_id="a", assets=False)
        assert "<" not in re.search(r"<script [^>]*>(.*)</script>", html)[1]


class TestWords:
    @pytest.mark.slow
    def test_each_word_is_said_in_russian_with_the_same_numbers(self, base: crr.OrderBase) -> None:
        english, russian = (dict(flat_words(ListExplorer(base, lang=lang)._words)) for lang in ("en", "ru"))
        assert english.keys() == russian.keys()
        for name, word in english.items():
            assert set(re.findall(r"{\w+}", russian[name])) == set(re.findall(r"{\w+}", word)), name

    def test_the_browser_uses_each_word_and_knows_each_it_uses(self, explorer: ListExplorer) -> None:
        words = explorer._words.keys()
        own = "".join((FOLDER / name).read_text(encoding="utf-8") for name in OWN)
        assert set(re.findall(r"\bwords\.(\w+)", own)) <= words
        assert words - set(re.findall(r"\w+", module_text(FOLDER))) == set()
        assert frame_words().keys() <= words

    def test_each_module_stands_once_in_the_text_that_travels(self) -> None:
        text = module_text(FOLDER)
        for name in (*OWN, "cube.js"):
            assert (FOLDER / name).read_text(encoding="utf-8").splitlines()[1] in text
        assert text.count(shared_text("shared.js").splitlines()[1]) == 1
        assert not re.search(r"^import ", text, re.MULTILINE)


def test_a_first_period_seen_in_part_is_said_as_by_the_account() -> None:
    days = [f"2023-{month:02d}-{day:02d}" for month in (11, 12) for day in range(1, 29)]
    days += ["2024-02-03", "2025-03-04"] * 9
    log = pd.DataFrame({"client_id": [f"c{i % 40}" for i in range(len(days))], "ordered_at": days})
    explorer = ListExplorer(read(log, by=()), every="year", silence="period")
    kept = explorer.kept
    second, said = explorer._rhythm["begun"]["year"]
    assert (second, said) == ("2024", str(kept.notes[0]))
    assert said.startswith("The list begins on Nov 1, 2023, within 2023.")
    assert explorer._rhythm["begun"]["month"] == ["", ""], "November is seen whole"
