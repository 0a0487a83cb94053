"""The Python halves of the explorers of the course: period, noise, who is new, rates or mix."""

import json
import math
import re
from base64 import b64decode
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import traitlets
from every_explorer import OF_NUMBERS, flat_words
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.counts.duration import (
    YEARS_PER_PERIOD,
)
from crrkit.ground.languages import use_language
from crrkit.judge.conventions import CONVENTIONS, formula
from crrkit.widgets.bench.explorer import SAVED, Explorer, frame_words, module_text, shared_text
from crrkit.widgets.decomposition import DecompositionExplorer
from crrkit.widgets.noise import NoiseExplorer
from crrkit.widgets.noise.still import scale
from crrkit.widgets.period import PeriodExplorer
from crrkit.widgets.period.still import lowest
from crrkit.widgets.static import restore, static_html
from crrkit.widgets.who_is_new import MAYBE_NEW, MEANINGS_NAMED, WhoIsNewExplorer
from crrkit.widgets.who_is_new.still import span

every_explorer = pytest.mark.parametrize("explorer", OF_NUMBERS, ids=lambda one: one.__name__)
OF_PARTS = {"followed", "limit", "tooMany"}  # words that only explorers with a part of a whole need
shares = st.floats(0, 1).map(lambda share: round(share, 6))


@st.composite
def noise_states(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(1, 200))
    level = draw(st.floats(0.5, 0.999))
    return {"n": n, "kept": draw(st.integers(0, n)), "level": level, "seed": draw(st.integers(0, 2**32 - 1))}


@st.composite
def flow_states(draw: st.DrawFn) -> dict[str, Any]:
    counts = {name: draw(st.integers(0, 50)) for name in ("start", "new", *MAYBE_NEW)}
    counted = draw(st.sets(st.sampled_from(MAYBE_NEW)))
    return counts | {"lost": draw(st.integers(0, counts["start"])), "counted": sorted(counted)}


@st.composite
def mixes(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=6, unique=True))
    weights = st.lists(st.integers(0, 10), min_size=len(names), max_size=len(names)).filter(any)

    def period() -> dict[str, tuple[float, float]]:
        heads = draw(weights)
        return {name: (head / sum(heads), draw(shares)) for name, head in zip(names, heads, strict=True)}

    return {"before": period(), "after": period()}


class TestFamily:
    @every_explorer
    def test_it_prints_as_the_line_that_makes_it(self, explorer: type[Explorer]) -> None:
        made = explorer()
        again = eval(repr(made), {explorer.__name__: explorer})  # noqa: S307 - our own line
        assert again.state == made.state

    @every_explorer
    def test_its_output_holds_view_picture_text_and_state(self, explorer: type[Explorer]) -> None:
        made = explorer(lang="ru")
        data, _metadata = made._repr_mimebundle_()
        assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == made.model_id
        assert data["text/plain"] == repr(made)
        again = restore(json.loads(json.dumps(data[SAVED], sort_keys=True)))  # as notebooks are written
        assert (again.state, again.lang) == (made.state, "ru")
        assert list(again.state) == list(made.names)

    @every_explorer
    def test_the_still_picture_is_well_formed_in_both_languages(self, explorer: type[Explorer]) -> None:
        for lang, words in (("en", "[a-z]"), ("ru", "[а-я]")):
            still = explorer(lang=lang).still()
            alt = re.search('alt="([^"]+)"', still)[1]
            assert re.search(words, alt)
            svg = b64decode(re.search('base64,([^"]+)', still)[1]).decode()
            texts = [node.text for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]  # noqa: S314 - ours
            assert texts
            assert not any("nan" in text for text in texts)

    @every_explorer
    def test_each_word_is_said_in_russian_with_the_same_numbers(self, explorer: type[Explorer]) -> None:
        english, russian = (dict(flat_words(explorer(lang=lang)._words)) for lang in ("en", "ru"))
        assert english.keys() == russian.keys()
        for name, word in english.items():
            if re.search("[a-z]{3}", word) and not word.isidentifier():
                assert re.search("[а-я]", russian[name], re.IGNORECASE), name
            assert set(re.findall(r"{\w+}", russian[name])) == set(re.findall(r"{\w+}", word)), name

    @every_explorer
    def test_the_browser_uses_each_word_and_knows_each_it_uses(self, explorer: type[Explorer]) -> None:
        words, own = explorer()._words.keys(), (explorer.folder / "index.js").read_text(encoding="utf-8")
        assert set(re.findall(r"\bwords\.(\w+)", own)) <= words
        assert set(re.findall(r"\bwords\.(\w+)", shared_text("shared.js"))) <= words | OF_PARTS
        used_there = set(re.findall(r"\w+", module_text(explorer.folder)))
        assert words - used_there == set()
        assert frame_words().keys() <= words

    @every_explorer
    def test_nothing_in_it_could_end_a_script_or_a_style_early(self, explorer: type[Explorer]) -> None:
        for name in ("index.js", "style.css"):
            assert "</" not in (explorer.folder / name).read_text(encoding="utf-8")
        html = static_html(explorer(), element_id="a", assets=False)
        assert "<" not in re.search(r"<script [^>]*>(.*)</script>", html)[1]

    @every_explorer
    def test_the_state_as_it_stands_becomes_the_start_state_of_a_page(self, explorer: type[Explorer]) -> None:
        made = explorer()
        assert {name: made.page_state[name] for name in made.names} == made.page_state["_initial"]


REFUSED = [
    (PeriodExplorer, "rate", 85, "Did you mean 0.85"),
    (PeriodExplorer, "rate", math.nan, "not a finite number"),
    (PeriodExplorer, "period", "moth", "Did you mean 'month'"),
    (PeriodExplorer, "horizon", 0, "less than the explorer shows. Give a count from 1 on"),
    (PeriodExplorer, "horizon", 61, "up to 60"),
    (PeriodExplorer, "horizon", 1.5, "not a whole number"),
    (NoiseExplorer, "n", 0, "from 1 on"),
    (NoiseExplorer, "n", 8, "kept=9 is more than n=8"),
    (NoiseExplorer, "n", 10_001, "up to 10,000"),
    (NoiseExplorer, "kept", 11, "kept=11 is more than n=10"),
    (NoiseExplorer, "kept", "9", "not a number"),
    (NoiseExplorer, "level", 0.4, "from 0.5 to 0.999"),
    (NoiseExplorer, "level", 95, "Did you mean 0.95"),
    (NoiseExplorer, "seed", -1, "negative"),
    (NoiseExplorer, "seed", 2**32, "up to 4,294,967,295"),
    (WhoIsNewExplorer, "lost", 6, "lost=6 is more than start=5"),
    (WhoIsNewExplorer, "start", 1, "lost=2 is more than start=1"),
    (WhoIsNewExplorer, "returned", -1, "negative"),
    (WhoIsNewExplorer, "rejoined", 10**9 + 1, "up to 1,000,000,000"),
    (WhoIsNewExplorer, "counted", "returned", "is not a list"),
    (WhoIsNewExplorer, "counted", 5, "is not a list"),
    (WhoIsNewExplorer, "counted", ["new"], "counted='new' is not known"),
    (DecompositionExplorer, "after", {"middle": (0.7, 0.57), "long": (0.4, 0.93)}, "sum to 1.1"),
    (DecompositionExplorer, "after", {"middle": (0.7, 57), "long": (0.3, 0.93)}, "Did you mean 0.57"),
    (DecompositionExplorer, "after", {"middle": (1, 0.57)}, "same two to six segments"),
    (DecompositionExplorer, "after", {"long": (0.4, 0.9), "middle": (0.6, 0.9)}, "in the same order"),
    (DecompositionExplorer, "before", [1, 2], "must map each segment"),
    (DecompositionExplorer, "before", {"middle": 1}, "must map each segment"),
    (DecompositionExplorer, "before", {"middle": (0.5, 0.5, 0.5)}, "must map each segment"),
]


def test_every_explorer_refuses_something() -> None:
    assert {explorer for explorer, *_what in REFUSED} == set(OF_NUMBERS)


@pytest.mark.parametrize(("explorer", "name", "value", "words"), REFUSED)
class TestRefusals:
    def test_when_it_is_made(self, explorer: type[Explorer], name: str, value: object, words: str) -> None:
        with pytest.raises(crr.InputError, match=words) as refused:
            explorer(**explorer().state | {name: value})
        assert refused.value.argument in explorer.names

    def test_when_it_is_changed_the_state_stays(
        self, explorer: type[Explorer], name: str, value: object, words: str
    ) -> None:
        made = explorer()
        with pytest.raises(traitlets.TraitError, match=words):
            setattr(made, name, value)
        assert made.state == explorer().state


class TestPeriod:
    # domain.md 2.7: rate of a period, the year by compounding, the churn that "times so many" claims
    table = (
        ("month", 0.85, 12, 0.142242, 1.80), ("month", 60 / 70, 12, 0.157267, 1.714),
        ("month", 0.90, 12, 0.282430, 1.20), ("month", 0.95, 12, 0.540360, 0.60),
        ("month", 0.97, 12, 0.693842, 0.36), ("month", 0.99, 12, 0.886385, 0.12),
        ("half-year", 0.70, 2, 0.49, 0.60), ("quarter", 0.90, 4, 0.6561, 0.40),
    )  # fmt: skip

    @pytest.mark.parametrize(("period", "rate", "horizon", "left", "claimed"), table)
    def test_the_specified_rates(self, period: str, rate: float, horizon: int, left: float, claimed: float) -> None:
        explorer = PeriodExplorer(rate=rate, period=period, horizon=horizon)
        assert explorer.compounded == pytest.approx(left, abs=1e-6)
        assert 1 - explorer.multiplied == pytest.approx(claimed, abs=5e-4)
        assert explorer.annual == pytest.approx(explorer.compounded)  # the horizon is a year

    @given(shares, st.sampled_from([*YEARS_PER_PERIOD]), st.integers(1, 60))
    def test_the_line_of_code_gives_the_numbers_again(self, rate: float, period: str, horizon: int) -> None:
        explorer = PeriodExplorer(rate=rate, period=period, horizon=horizon)
        world: dict[str, Any] = {"crr": crr}
        exec(explorer.code, world)  # noqa: S102 - our own line
        shown = (explorer.annual, explorer.compounded, explorer.multiplied)
        assert (world["annual"], world["left"], world["added_up"]) == pytest.approx(shown)
        last = explorer.curves.iloc[-1]
        assert (last["compounded"], last["multiplied"]) == shown[1:]
        assert len(explorer.curves) == horizon + 1

    @given(shares, st.integers(1, 60))
    def test_customers_taken_away_one_period_after_the_other(self, rate: float, horizon: int) -> None:
        here = 1.0
        for _period in range(horizon):
            here -= here * (1 - rate)
        explorer = PeriodExplorer(rate=rate, horizon=horizon)
        assert explorer.compounded == pytest.approx(here, abs=1e-12)
        assert explorer.multiplied <= explorer.compounded + 1e-12  # losses added up are never too few

    def test_below_zero_is_shown_as_such(self) -> None:
        explorer = PeriodExplorer(rate=0.5, horizon=30)
        assert explorer.multiplied == -14
        assert "= −1,400.0%" in explorer.still()
        picture = b64decode(re.search('base64,([^"]+)', explorer.still())[1]).decode()
        assert "↓ −1,400%" in picture  # deeper than the picture goes, and it says so
        assert [lowest(value) for value in (0.3, 0.0, -0.2, -0.5, -0.8, -14)] == [0, 0, -0.5, -0.5, -1, -1]


class TestNoise:
    @settings(max_examples=15)
    @given(noise_states())
    def test_the_line_of_code_gives_the_numbers_again(self, state: dict[str, Any]) -> None:
        explorer = NoiseExplorer(**state)
        world: dict[str, Any] = {"crr": crr}
        exec(explorer.code, world)  # noqa: S102 - our own line
        assert world["interval"] == explorer.interval
        assert world["chart"].table.equals(explorer.chart.table)
        low, high = scale(explorer.chart)
        assert low < explorer.chart.table[["crr", "low"]].min().min()
        assert high > explorer.chart.table[["crr", "high"]].max().max()

    def test_both_counts_change_together(self) -> None:
        explorer = NoiseExplorer()
        with explorer.hold_trait_notifications():
            explorer.n, explorer.kept = 5, 5
        explorer.set_state({"n": 3, "kept": 1})  # as the browser sends it
        assert explorer.state == {"n": 3, "kept": 1, "level": 0.95, "seed": 1}

    def test_false_alarms_are_counted_in_words(self) -> None:
        assert NoiseExplorer()._words["alarms"][0] == "Nothing happened, and no period looks like a signal."
        russian = NoiseExplorer(lang="ru")._words["alarms"]
        assert russian[1].startswith("Ничего не произошло, а 1 период похож")
        assert russian[21].startswith("Ничего не произошло, а 21 период похож")
        assert russian[3].startswith("Ничего не произошло, а 3 периода похожи")

    def test_counts_of_numpy_become_plain_ones(self) -> None:
        explorer = NoiseExplorer(n=np.int64(80), kept=np.float64(8))
        assert [type(explorer.n), type(explorer.kept)] == [int, int]


class TestWhoIsNew:
    def test_the_eleven_customers(self) -> None:
        # domain.md 8.2: 0/20/60/80 % from one list
        explorer = WhoIsNewExplorer()
        rates = []
        for counted in MEANINGS_NAMED:
            explorer.counted = counted
            rates.append(explorer.answer)
        assert rates == pytest.approx([0.6, 0.8, 0.6, 0.2, 0.0])
        assert explorer.truth == 0.6

    @given(flow_states())
    def test_the_answer_is_a_row_of_the_sixteen(self, state: dict[str, Any]) -> None:
        explorer = WhoIsNewExplorer(**state)
        table = explorer.meanings.table
        marks = [int(name in state["counted"]) for name in MAYBE_NEW]
        row = table[(table[list(MAYBE_NEW)] == marks).all(axis=1)].iloc[0]
        assert explorer.called_new == row["new"]
        assert explorer.answer == pytest.approx(row["crr"], nan_ok=True)
        world: dict[str, Any] = {"crr": crr}
        exec(explorer.code, world)  # noqa: S102 - our own line
        assert world["answers"].table.equals(table)
        assert world["answers"].truth == pytest.approx(explorer.truth, nan_ok=True)

    @given(flow_states())
    def test_it_says_why_the_formula_is_off(self, state: dict[str, Any]) -> None:
        explorer = WhoIsNewExplorer(**state)
        remark = explorer.sentence()
        if not state["start"]:
            assert "undefined, not 0" in remark
        elif abs(explorer.answer - explorer.truth) > 1e-9:
            assert "Off because of:" in remark
        else:
            assert "luck" in remark or "the formula is right" in remark
        assert "nan" not in explorer.still()

    def test_the_meanings_have_the_names_of_the_conventions(self) -> None:
        by_name = {convention.name: convention.numerator for convention in CONVENTIONS}
        for counted, name in MEANINGS_NAMED.items():
            assert by_name[name] == formula(**{flow: flow in counted for flow in MAYBE_NEW})

    def test_the_measure_reaches_so_far_and_no_farther(self) -> None:
        assert span([0.2, 0.8]) == (0, 1)
        assert span([-0.2, 1.3]) == (-0.5, 1.5)
        assert span([-8.5, 7.0, math.nan]) == (-1, 2)
        assert span([math.nan]) == (0, 1)


class TestDecomposition:
    def test_stages_given_by_name_are_called_as_in_the_tables(self) -> None:
        mix = {"middle": (0.4, 0.55), "long": (0.6, 0.925)}
        explorer = DecompositionExplorer(before=mix, after=mix, lang="ru")
        picture = b64decode(re.search('base64,([^"]+)', explorer.still())[1]).decode()
        assert ">средняя<" in picture
        assert ">middle<" not in picture
        assert "middle" in explorer.code
        own = DecompositionExplorer(
            before={"a": (1.0, 0.5), "long": (0.0, 0.9)}, after={"a": (0.5, 0.5), "long": (0.5, 0.9)}
        )
        assert "long" in b64decode(re.search('base64,([^"]+)', own.still())[1]).decode()

    def test_simpson_in_the_first_state(self) -> None:
        # domain.md 3.7, V3
        split = DecompositionExplorer().split
        assert (split.crr_before, split.crr_after) == pytest.approx((0.775, 0.678))
        assert (split.rate_effect, split.mix_effect) == pytest.approx((0.01325, -0.11025))
        assert "Simpson" in split.notes[0]

    def test_the_stages_are_named_in_the_language(self) -> None:
        explorer = DecompositionExplorer(lang="ru")
        assert list(explorer.before) == ["средняя", "длительная"]
        assert "структура" in explorer.split.notes[0]
        with use_language("ru"):
            assert list(DecompositionExplorer().before) == ["средняя", "длительная"]

    @pytest.mark.slow
    @settings(max_examples=20)
    @given(mixes())
    def test_the_line_of_code_gives_the_split_again(self, state: dict[str, Any]) -> None:
        explorer = DecompositionExplorer(**state)
        world: dict[str, Any] = {"crr": crr}
        exec(explorer.code, world)  # noqa: S102 - our own line
        assert world["split"].table.equals(explorer.split.table)
        assert explorer.split.rate_effect + explorer.split.mix_effect == pytest.approx(explorer.split.change, abs=1e-12)
        for name in ("before", "after"):
            rate = math.fsum(share * rate for share, rate in state[name].values())
            assert getattr(explorer.split, f"crr_{name}") == pytest.approx(rate, abs=1e-12)
        assert "nan" not in explorer.still()

    def test_where_nobody_was_the_rate_says_nothing(self) -> None:
        before = {"a": (0.0, 0.1), "b": (1.0, 0.9)}
        split = DecompositionExplorer(before=before, after={"a": (0.5, 0.5), "b": (0.5, 0.9)}).split
        assert split.rate_effect == 0  # b is kept as before, and a was not there
        assert split.mix_effect == pytest.approx(-0.2)
        other = DecompositionExplorer(before=before | {"a": (0.0, 1.0)}, after={"a": (0.5, 0.5), "b": (0.5, 0.9)}).split
        assert other.table.equals(split.table)

    def test_both_periods_or_none(self) -> None:
        with pytest.raises(crr.InputError, match="Give both periods"):
            DecompositionExplorer(before={"a": (0.5, 0.5), "b": (0.5, 0.5)})

    def test_rows_from_the_browser_are_taken(self) -> None:
        explorer = DecompositionExplorer()
        explorer.set_state({"after": [["middle", 0.5, 0.6], ["long", 0.5, 0.9]]})
        assert explorer.after == {"middle": (0.5, 0.6), "long": (0.5, 0.9)}
        assert explorer.get_state()["after"] == [["middle", 0.5, 0.6], ["long", 0.5, 0.9]]
