"""The Python half of the rule explorer: the same people under another rule, and no customer in what it sends."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.ground.languages import LANGUAGES
from crrkit.measure.stages.list import stage_on
from crrkit.measure.stages.moves import STAGES as ORDER
from crrkit.rules.activity import OwnGap
from crrkit.rules.stages import ContractRule, StageRule
from crrkit.widgets.bench.explorer import SAVED
from crrkit.widgets.stage_rule import STAGES, StageRuleExplorer
from crrkit.widgets.static import restore, static_assets, static_page

WIDGETS = Path(crr.__file__).parent / "widgets"
JS = (WIDGETS / "stage_rule" / "index.js").read_text(encoding="utf-8")
AS_OF = "2024-07-01"
# Three people: ann buys every month, bob came twice in spring, cid once in January.
DAYS = {"ann": ["2024-03-10", "2024-04-12", "2024-05-11", "2024-06-10"], "bob": ["2024-04-20", "2024-05-25"],
        "cid": ["2024-01-15"]}  # fmt: skip


@cache
def base() -> crr.OrderBase:
    rows = [(who, day) for who, days in DAYS.items() for day in days]
    return crr.read_orders(pd.DataFrame(rows, columns=["who", "at"]), customer="who", at="at", as_of=AS_OF)


@pytest.fixture
def explorer() -> StageRuleExplorer:
    return StageRuleExplorer(base())


class TestState:
    def test_counts_and_changes_by_hand(self, explorer: StageRuleExplorer) -> None:
        # 90 days of silence: cid has lapsed; three purchase days over 30: ann is long, bob is not
        assert explorer.counts.to_dict() == {"short": 0, "cold": 0, "middle": 1, "long": 1, "lapsed": 1}
        assert explorer.moved == 0
        explorer.k_long = 2
        assert explorer.counts["long"] == 2  # bob's two days are 35 days apart
        assert explorer.changes.loc["middle", "long"] == explorer.moved == 1
        explorer.span_days = 36
        assert explorer.moved == 0
        explorer.lapse_days = 20  # as of July 1 all are silent for longer
        assert explorer.counts["lapsed"] == 3
        assert explorer.changes["lapsed"].tolist() == [0, 0, 1, 1, 1]
        assert explorer.moved == 2

    def test_counts_and_changes_equal_those_of_stage_on(self) -> None:
        log = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at")
        explorer = StageRuleExplorer(log, day="2024-10-01", rule=StageRule(lapse_days=60))
        explorer.set_state({"lapse_days": 45, "window_days": 300, "k_long": 4, "span_days": 80})
        now = stage_on(log, "2024-10-01", rule=explorer.rule).to_pandas().set_index("customer")["stage"]
        first = stage_on(log, "2024-10-01", rule=StageRule(lapse_days=60)).to_pandas().set_index("customer")["stage"]
        assert explorer.rule == StageRule(lapse_days=45, window_days=300, k_long=4, span_days=80)
        assert explorer.counts.to_dict() == {stage: int((now == stage).sum()) for stage in STAGES}
        assert explorer.moved == int((now != first.loc[now.index]).sum())
        assert explorer.changes.to_numpy().sum() == (now != "unknown").sum()

    def test_the_rate_depends_on_lapse_days(self, explorer: StageRuleExplorer) -> None:
        # June: on its first day ann (21 days before) and bob (7) are there, and on July 1 ann (21) and bob (37)
        assert explorer.rates.to_dict() == {"crr": {"now": 1.0, "first": 1.0}, "churn": {"now": 0.0, "first": 0.0}}
        explorer.lapse_days = 30
        assert explorer.rates["crr"].to_dict() == {"now": 0.5, "first": 1.0}
        assert explorer._counted["rate"]["period"] == "2024-06"
        assert "2024-06: CRR 50.0%, churn 50.0%; under the first rule CRR was 100.0%." in explorer.still()
        assert explorer.flow.latest["crr"] == 0.5
        early = StageRuleExplorer(base(), day="2024-01-20")
        assert early.rates.isna().all(axis=None)
        assert "No whole period lies before this day" in early.still()

    def test_the_rate_equals_the_retention_table(self) -> None:
        log = crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at")
        explorer = StageRuleExplorer(log, day="2024-10-01", every="quarter")
        for days in (45, 120):
            explorer.lapse_days = days
            kept = crr.retention_by_period(log.with_activity(crr.Trailing(days=days)), every="quarter")
            assert explorer.rates.loc["now", "crr"] == kept.row("2024Q3")["crr"]

    def test_settings_changed_together_are_counted_once(self, explorer: StageRuleExplorer) -> None:
        answers = []
        explorer.observe(lambda change: answers.append(change["new"]["rule"]), "_counted")
        explorer.set_state({"lapse_days": 40, "window_days": 200, "k_long": 2, "span_days": 10})
        assert answers == [{"lapse_days": 40, "window_days": 200, "k_long": 2, "span_days": 10}]

    def test_the_code_reproduces_the_stages(self, explorer: StageRuleExplorer) -> None:
        explorer.k_long = 2
        world: dict[str, Any] = {"crr": crr, "base": base()}
        exec(explorer.code, world)  # noqa: S102 - our own line
        pd.testing.assert_frame_equal(world["people"].to_pandas(), explorer.stages.to_pandas())
        assert repr(explorer) == f"StageRuleExplorer(day='2024-07-01', rule={explorer.rule!r}, every='month')"

    def test_events_are_counted_with_their_contacts(self) -> None:
        rows = [("ann", "2024-06-20", "visit"), ("bob", "2024-02-01", "visit"), ("cid", "2024-06-01", "purchase")]
        log = pd.DataFrame(rows, columns=["who", "at", "kind"])
        events = crr.read_events(log, customer="who", at="at", kind="kind", as_of=AS_OF)
        counts = StageRuleExplorer(events, rule=StageRule(contact_days=30)).counts
        assert counts.to_dict() == {"short": 1, "cold": 1, "middle": 1, "long": 0, "lapsed": 0}
        assert StageRuleExplorer(events, rule=StageRule(contact_days=200)).counts["short"] == 2

    def test_the_stages_are_in_the_order_of_the_library(self) -> None:
        assert STAGES == ORDER


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("span_days", 179, "nobody could ever be long"),
            ("window_days", 20, "nobody could ever be long"),
            ("lapse_days", 0, "is less than"),
            ("k_long", 101, "up to 100"),
            ("lapse_days", 1.5, "not a whole number"),
        ],
    )
    def test_an_invalid_rule_is_refused_and_the_state_is_unchanged(
        self, explorer: StageRuleExplorer, name: str, value: object, words: str
    ) -> None:
        before = explorer.state, explorer.counts.to_dict()
        with pytest.raises(InputError, match=words):
            setattr(explorer, name, value)
        assert (explorer.state, explorer.counts.to_dict()) == before

    def test_contracts_own_gaps_and_invalid_days_are_refused(self) -> None:
        with pytest.raises(InputError, match="contracts have terms"):
            StageRuleExplorer(base(), rule=ContractRule())  # type: ignore[arg-type]  # what is refused
        frame = pd.DataFrame({"who": ["a"], "from": ["2024-01-05"], "to": [None]})
        contracts = crr.read_contracts(frame, customer="who", start="from", end="to", as_of=AS_OF)
        with pytest.raises(InputError, match="contracts have terms"):
            StageRuleExplorer(contracts)
        with pytest.raises(InputError, match="one for all"):
            StageRuleExplorer(base(), rule=StageRule(lapse_days=OwnGap()))
        with pytest.raises(InputError, match="is not a date"):
            StageRuleExplorer(base(), day="soon")


class TestShownWithoutAKernel:
    def test_no_customer_id_is_sent_or_saved(self, explorer: StageRuleExplorer) -> None:
        explorer.k_long = 2
        data, _metadata = explorer._repr_mimebundle_()
        sent = {name: value for name, value in explorer.get_state().items() if name not in ("_esm", "_css")}
        said = json.dumps([data[SAVED], data["text/html"], data["text/plain"], sent], default=str)
        picture = b64decode(re.search('base64,([^"]+)', data["text/html"])[1]).decode()
        assert not [who for who in DAYS if re.search(rf"\b{who}\b", said + picture)]

    def test_a_restored_explorer_shows_its_picture_and_refuses_changes(self, explorer: StageRuleExplorer) -> None:
        explorer.k_long = 2
        again = restore(json.loads(json.dumps(explorer.saved)))
        assert again.saved == explorer.saved
        assert again.still() == explorer.still()
        assert not again._live
        with pytest.raises(InputError, match="without its list"):
            again.k_long = 3
        with pytest.raises(InputError, match="without its list"):
            _ = again.stages

    def test_a_page_has_the_picture_and_says_what_it_needs(self, explorer: StageRuleExplorer) -> None:
        page = static_page([explorer], title="Rules")
        assert "Python and the list are needed: open the notebook." in page
        assert "data-crrkit-state=" not in page
        assert "shortestWindow" not in static_assets([explorer])

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_the_static_picture_is_valid_svg(self, lang: str) -> None:
        explorer = StageRuleExplorer(base(), lang=lang)
        svg = b64decode(re.search('base64,([^"]+)', explorer.still())[1]).decode()
        texts = [node.text for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]  # noqa: S314 - our own
        shown = [explorer._words["stages"][stage] for stage in ("middle", "long", "lapsed")]
        assert texts[1:] == [text for name in shown for text in (name, "1 (1)")]

    def test_the_alt_text_contains_the_numbers(self, explorer: StageRuleExplorer) -> None:
        assert 'alt="People by stage: short 0, cold 0, middle 1, long 1, lapsed 1.' in explorer.still()


@cache
def words_in(lang: str) -> dict[str, Any]:
    return StageRuleExplorer(base(), lang=lang)._words


class TestWords:
    @property
    def english(self) -> dict[str, Any]:
        return words_in("en")

    @property
    def russian(self) -> dict[str, Any]:
        return words_in("ru")

    def test_every_message_has_a_russian_translation_with_the_same_placeholders(self) -> None:
        assert self.english.keys() == self.russian.keys()
        for name, word in self.english.items():
            if isinstance(word, str) and name != "code":
                assert re.search("[а-я]", self.russian[name], re.IGNORECASE), name
                assert set(re.findall(r"{\w+}", self.russian[name])) == set(re.findall(r"{\w+}", word)), name

    def test_the_javascript_uses_only_messages_it_is_given(self) -> None:
        shared = (WIDGETS / "bench" / "shared.js").read_text(encoding="utf-8")
        own = set(re.findall(r"\bwords\.(\w+)", JS))
        assert own <= self.english.keys()
        still = {"elsewhere", "picture", "needsPython"}
        assert self.english.keys() - own - still <= set(re.findall(r"\bwords\.(\w+)", shared))
