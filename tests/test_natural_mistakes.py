"""Natural mistakes get a sentence: what was given, what is needed, and the call that makes it.

Every door of the library is tried with everything that a person may have at hand by then: a path, a frame, a base,
another result, a list, a number, nothing.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from every_call import calls, needed, results
from public_names import functions

import crrkit as crr
from crrkit import figures, widgets
from crrkit.ground.checks import check_given, described
from crrkit.ground.languages import use_language
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CALL = re.compile(r"\b(?:crr|widgets|figures|model)\.\w+(?:\.\w+)*\(|\bdecompose\(|by='region'")
BASES = {"base", "contracts"}
ACCOUNT = "crr.retention_by_period({}, every='month')"

# The door, the call with one thing in it, and what that thing may be.
DOORS: list[tuple[str, Callable[[Any], object], set[str]]] = [
    ("retention_by_period", lambda x: crr.retention_by_period(x, every="month"), BASES),
    ("cohort_grid", lambda x: crr.cohort_grid(x, every="month"), BASES),
    ("stage_flow", lambda x: crr.stage_flow(x, every="month"), BASES),
    ("stage_on", lambda x: crr.stage_on(x, "2024-01-01"), BASES),
    ("renewals", lambda x: crr.renewals(x, every="month"), BASES),
    ("weigh_doubts", crr.weigh_doubts, BASES),
    ("revenue_retention", lambda x: crr.revenue_retention(x, every="month"), BASES),
    ("retail_measures", lambda x: crr.retail_measures(x, every="month"), BASES),
    ("concentration", crr.concentration, {*BASES, "list"}),
    ("characteristic_interval", crr.characteristic_interval, BASES),
    ("suggest_period", crr.suggest_period, BASES),
    ("stress", lambda x: crr.stress(x, every="month"), BASES),
    ("infer_contracts", crr.judge.infer_contracts, BASES),
    ("fit_bgnbd", crr.fit_bgnbd, BASES),
    ("write_report", lambda x: crr.write_report(x, every="month", out="nowhere/never.html"), BASES),
    ("control_chart", crr.control_chart, {"kept"}),
    ("compare_segments", crr.compare_segments, set()),
    ("reconcile", crr.reconcile, {"kept"}),
    ("assess", crr.assess, {"kept", "number"}),
    ("diagnose", crr.diagnose, {"kept"}),
    ("diagnose, flow=", lambda x: crr.diagnose(AT_HAND["kept"], flow=x), {"flow", "none"}),
    ("life_table", crr.life_table, {"grid"}),
    ("compare_cohorts", lambda x: crr.compare_cohorts(x, "2024-01", "2024-02", age=1), {"grid"}),
    ("fit_sbg", crr.fit_sbg, {"list"}),
    ("decompose", lambda x: crr.decompose(x, x), {"frame", "flow", "kept"}),
    ("StageModel.from_flow", crr.StageModel.from_flow, {"flow"}),
    ("action_list", lambda x: crr.action_list(x, kind="winback"), set()),
    ("write_action_list", lambda x: crr.write_action_list(x, kind="winback", out="nowhere/never.csv"), set()),
    ("bridge", figures.bridge, {"kept"}),
    ("retention_line", figures.retention_line, {"kept"}),
    ("cohort_heatmap", figures.cohort_heatmap, {"grid"}),
    ("cohort_curves", figures.cohort_curves, {"grid"}),
    ("revenue_cohorts", figures.revenue_cohorts, {"grid"}),
    ("stage_river", figures.stage_river, {"flow"}),
    ("stage_mix", figures.stage_mix, {"flow"}),
    ("levers", figures.levers, set()),
    ("flip", figures.flip, set()),
    ("outlook", figures.outlook, set()),
    ("alt_text", figures.alt_text, set()),
    ("to_svg", figures.to_svg, set()),
    ("to_png", figures.to_png, set()),
    ("StageExplorer", widgets.StageExplorer, {"model"}),
    ("CohortExplorer", widgets.CohortExplorer, {*BASES, "grid"}),
    ("StageRuleExplorer", widgets.StageRuleExplorer, BASES),
    *(
        (name, getattr(widgets, name), {"kept", "none"})
        for name in ("FormulaExplorer", "NoiseExplorer", "PeriodExplorer")
    ),
    ("WhoIsNewExplorer", widgets.WhoIsNewExplorer, {*BASES, "kept", "none"}),
    ("DecompositionExplorer", widgets.DecompositionExplorer, {"flow", "none"}),
]
# Doors for numbers and for lists: what was given is said; there is no call that makes a number.
OTHERS: list[tuple[str, Callable[[Any], object], set[str]]] = [
    ("crr_from_counts", lambda x: crr.crr_from_counts(start=x, end=90, new=30, period="month"), set()),
    ("solve_counts", lambda x: crr.solve_counts(start=x, lost=10, new=30), {"none"}),
    ("wilson", lambda x: crr.wilson(x, 70), set()),
    ("infer", lambda x: crr.infer(x, 70), set()),
    ("convert_rate", lambda x: crr.convert_rate(x, from_="month", to="year"), {"number"}),
    ("FormulaExplorer, start=", lambda x: widgets.FormulaExplorer(start=x), {"none"}),
    ("read_orders", crr.read_orders, {"frame"}),
    ("read_contracts", lambda x: crr.read_contracts(x, start="a", end="b"), set()),
    ("resolve_people", lambda x: crr.resolve_people(x, keys={"email": "client_id"}), {"frame"}),
]

AT_HAND: dict[str, Any] = {}  # what a person may have by then, filled once


@pytest.fixture(scope="module", autouse=True)
def at_hand() -> Iterator[None]:
    frame = crr.sample("orders").query("ordered_at >= '2024'")
    base = crr.read_orders(frame, customer="client_id", at="ordered_at", amount="total")
    contracts = crr.read_contracts(crr.sample("contracts"), customer="client_id", start="joined", end="left")
    flow = crr.stage_flow(base)
    AT_HAND.update(
        {
            "path": "orders.csv",
            "frame": frame,
            "base": base,
            "contracts": contracts,
            "kept": crr.retention_by_period(base),
            "grid": crr.cohort_grid(base),
            "flow": flow,
            "model": crr.StageModel.from_flow(flow),
            "list": [1, 2, 3],
            "number": 0.85,
            "none": None,
        }
    )
    yield
    AT_HAND.clear()


def said_by(door: Callable[[Any], object], value: object) -> str:
    """The sentence with which a door refuses; an error that is not of crrkit, or none, is not one."""
    try:
        door(value)
    except crr.CrrkitError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - any other error is the finding
        return f"[{type(error).__name__}: {error}]"
    return "[accepted]"


def amiss(
    doors: list[tuple[str, Callable[[Any], object], set[str]]], right: Callable[[str, object], object]
) -> list[str]:
    """Each refusal that is none or does not say enough."""
    wrong = [
        (name, kind, said_by(door, AT_HAND[kind])) for name, door, takes in doors for kind in AT_HAND.keys() - takes
    ]
    return [f"{name}({kind}): {said}" for name, kind, said in wrong if said[0] == "[" or not right(said, AT_HAND[kind])]


def test_every_door_says_what_was_given_and_the_call() -> None:
    unlike = {
        "compare_segments(kept)",
        "decompose",
        "CohortExplorer(list)",
        "DecompositionExplorer(kept)",
    }  # the sentence is about what is in it
    found = amiss(DOORS, lambda said, value: CALL.search(said) and (described(value) in said or "[" in said))
    assert [line for line in found if not line.startswith(tuple(unlike))] == []
    assert [line for line in found if "): [" in line] == []


def test_a_door_for_numbers_says_what_was_given() -> None:
    assert amiss(OTHERS, lambda said, _value: said.endswith(".")) == []


def test_all_doors_are_tried() -> None:
    # A function that takes a base or a result as its first argument is a door; whoever adds one adds it here.
    tried = {name.split(",")[0].split(".")[-1] for name, *_rest in DOORS}
    needed = {"base", "kept", "grid", "flow", "curve", "stages", "model", "result", "picture", "value_or_kept"}
    pictures = {name: getattr(figures, name) for name in figures.__all__}
    doors = {name for name, function in {**functions(), **pictures}.items() if first_argument(function) in needed}
    numbers = {"average_rate", "clopper_pearson", "infer", "wilson"}  # their kept is a count
    assert {name.split(".")[-1] for name in doors} - tried - numbers == set(), "give each a line in DOORS above"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a few rows are few for some laws, and they say so
def test_no_argument_of_any_function_lets_a_bare_error_through(tmp_path: Path) -> None:
    # What stands in a place may be refused with a sentence or taken; Python's own errors are neither.
    made = results()
    known = calls(made, tmp_path)
    assert needed() - set(known) == set(), "give each a call in tests/every_call.py"
    kinds = {
        **{kind: AT_HAND[kind] for kind in ("path", "frame", "base", "kept", "list", "number", "none")},
        "word": "what",
    }
    few = ("list", "number", "base")  # by name nobody gives everything
    found = []
    for name, (function, given, by_name) in known.items():
        function(*given, **by_name)  # the call that the mistakes are made in
        tries = [
            ((*given[:i], kinds[kind], *given[i + 1 :]), by_name, f"{i}: {kind}")
            for i in range(len(given))
            for kind in kinds
        ]
        tries += [(given, {**by_name, key: kinds[kind]}, f"{key}={kind}") for key in by_name for kind in few]
        for places, names, told in tries:
            said = said_by(partial(said_call, function, places, names), None)
            if not said.endswith((".", "?", "[accepted]")):
                found.append(f"{name}({told}): {said}")
        plt.close("all")
    assert found == []


def said_call(
    function: Callable[..., object], places: tuple[Any, ...], names: dict[str, Any], _value: object
) -> object:
    return function(*places, **names)


class TestWithoutItsName:
    @pytest.mark.parametrize(
        ("call", "right"),
        [
            (lambda: crr.crr_from_counts(70, 90, 30), "crr.crr_from_counts(start=70, end=90, new=30, period='month')"),
            (lambda: crr.churn_from_counts(1000, 300), "crr.churn_from_counts(start=1000, lost=300, period='month')"),
            (lambda: crr.convert_rate(0.9, "month", "year"), "crr.convert_rate(rate, from_='month', to='year')"),
            (lambda: crr.assess(0.9, "month"), "crr.assess(rate, period='month')"),
            (lambda: crr.read_orders("a.csv", "who", "at"), "crr.read_orders(source, customer='who', at='at')"),
            (lambda: crr.retention_by_period(AT_HAND["base"], "month"), "crr.retention_by_period(base, every='month')"),
            (lambda: crr.cohort_grid(AT_HAND["base"], "month"), "crr.cohort_grid(base, every='month')"),
            (lambda: crr.stage_flow(AT_HAND["base"], "month"), "crr.stage_flow(base, every='month')"),
            (lambda: crr.write_report(AT_HAND["base"], "a.html"), "crr.write_report(base, out='a.html')"),
        ],
    )  # fmt: skip
    def test_the_right_call_is_said(self, call: Callable[[], object], right: str) -> None:
        with pytest.raises(crr.InputTypeError) as refused:
            call()
        assert str(refused.value) == f"Name what you give, so that none is taken for another: {right}."

    @pytest.mark.parametrize(
        ("call", "said"),
        [
            (lambda: crr.crr_from_counts(start=70, end=90, new=30), "period is missing"),
            (lambda: crr.crr_from_counts(start=70, end=90, period="month"), "new is missing"),
            (lambda: crr.churn_from_counts(start=70, period="month"), "lost is missing"),
            (lambda: crr.convert_rate(0.9, from_="month"), "to is missing"),
            (lambda: crr.stage_on(AT_HAND["base"]), "day=None is not a day"),
        ],
    )
    def test_what_is_missing_is_named(self, call: Callable[[], object], said: str) -> None:
        with pytest.raises(crr.InputError, match=said):
            call()


def first_argument(function: Any) -> str:
    code = getattr(function, "__code__", None)
    return code.co_varnames[0] if code and code.co_argcount else ""


class TestTheSentence:
    @pytest.mark.parametrize(
        ("door", "value", "given", "call"),
        [
            (crr.stress, "none", "base is None; a Base", "crr.read_orders(source) or crr.read_contracts(source)"),
            (figures.bridge, "frame", "result is a DataFrame; a RetentionTable", ACCOUNT.format("crr.read_orders(df)")),
            (crr.control_chart, "base", "kept is an OrderBase; a RetentionTable", ACCOUNT.format("base")),
            (widgets.StageExplorer, "flow", "model is a StageFlow; a StageModel", "crr.StageModel.from_flow(flow)"),
            (crr.life_table, "list", "grid is a list; a CohortGrid", "crr.cohort_grid(base, every='month')"),
            (crr.life_table, "kept", "grid is a RetentionTable; a CohortGrid", "crr.cohort_grid(base, every='month')"),
        ],
    )  # fmt: skip
    def test_in_english(self, door: Callable[[Any], object], value: str, given: str, call: str) -> None:
        assert said_by(door, AT_HAND[value]) == f"{given} is needed. Make it with {call}."

    def test_an_explorer_of_numbers(self) -> None:
        said = said_by(widgets.FormulaExplorer, 70)
        assert said.startswith("FormulaExplorer takes its numbers by their names, and was given an int. Write")
        assert said.endswith(" widgets.FormulaExplorer(start=70, lost=10, new=30).")

    def test_in_russian(self) -> None:
        with use_language("ru"):
            assert said_by(crr.assess, AT_HAND["base"]) == (
                "value_or_kept\xa0— это объект OrderBase, а нужен объект RetentionTable. Его даёт"
                " crr.retention_by_period(base, every='month')."
            )
            assert said_by(crr.stage_flow, "log.csv") == (
                "base\xa0— это 'log.csv', а нужен объект Base. Его даёт crr.read_orders('log.csv') или"
                " crr.read_contracts('log.csv')."
            )

    def test_the_call_that_it_names_works(self) -> None:
        said = said_by(widgets.StageExplorer, AT_HAND["base"])
        call = said.partition("Make it with ")[2].rstrip(".")
        assert isinstance(eval(call, {"crr": crr, "base": AT_HAND["base"]}), crr.StageModel)  # noqa: S307 - our own words

    def test_an_order_of_arguments_that_is_wrong(self) -> None:
        assert said_by(lambda day: crr.stage_on(day, AT_HAND["base"]), "2024-07-01").startswith(
            "base is '2024-07-01'; a Base"
        )

    @pytest.mark.parametrize("secret", ["postgresql://me:hunter2@db/shop", "host=db password=hunter2", "x" * 100])
    def test_what_may_hold_a_password_is_not_repeated(self, secret: str) -> None:
        assert described(secret) == "a str"
        assert "hunter2" not in said_by(crr.retention_by_period, secret)

    def test_it_is_a_type_error_and_knows_the_argument(self) -> None:
        with pytest.raises(crr.InputTypeError) as refused:
            check_given([1], Base, name="base")
        assert (refused.value.argument, refused.value.given) == ("base", [1])
        assert check_given(AT_HAND["base"], Base, name="base") is AT_HAND["base"]

    def test_a_table_where_a_name_belongs_does_not_fill_the_screen(self) -> None:
        said = said_by(lambda x: crr.retention_by_period(AT_HAND["base"], unit=x), pd.DataFrame({"a": range(1000)}))
        assert said.startswith("unit=a DataFrame is not known. Choose one of ")
