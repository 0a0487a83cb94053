"""The three bases know what they are: a measure asks them and does not look which one it has."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import crrkit
from crrkit.ground import InputError
from crrkit.read.bases.events import read_events
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.rules.activity import Trailing
from crrkit.rules.periods import Calendar

PACKAGE = Path(crrkit.__file__).parent
BASES = {"Base", "ContractBase", "OrderBase", "EventBase"}

# Who may still look at what it was given, and why.
REASONS = {
    "widgets/cohorts/state.py": "an explorer takes a base or finished grids",
    "widgets/list_chooser/__init__.py": "explore() takes a base or a source to read",
    "widgets/who_is_new/__init__.py": "an explorer takes a base or a finished account",
}
# The one place that knows how each fact is spelt.
SPELT = {"rules/card.py"}


def _looks(tree: ast.AST) -> list[str]:
    """Where a module looks which base it has: by type, by the name of its rule, or by the name of its unit."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            named = {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
            found += [ast.unparse(node)] * bool(named & BASES)
        elif isinstance(node, ast.Compare):
            words = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
            asked = {ast.unparse(side).split(".")[-1] for side in (node.left, *node.comparators)}
            about_rule = "period" in words and "activity" in asked
            found += [ast.unparse(node)] * (about_rule or ("buyer" in words and "unit" in asked))
    return found


def test_no_measure_looks_which_base_it_has() -> None:
    looking = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("read/") and name not in SPELT and (found := _looks(ast.parse(path.read_text("utf-8")))):
            looking[name] = found
    assert {name: len(found) for name, found in looking.items()} == dict.fromkeys(REASONS, 1), looking


@pytest.mark.parametrize(
    "planted",
    [
        "isinstance(base, ContractBase)",
        "isinstance(x, (str, OrderBase))",
        "isinstance(x, read.EventBase | EventBase)",
        "base.activity == 'period'",
        "'period' != activity",
        "kept.card.unit == 'buyer'",
    ],
)
def test_a_look_is_seen(planted: str) -> None:
    assert _looks(ast.parse(planted)) == [planted]


def contracts():
    frame = pd.DataFrame({"who": ["a", "b"], "since": ["2024-01-05", "2024-02-01"], "until": ["2024-03-01", None]})
    return read_contracts(frame, customer="who", start="since", end="until", as_of="2024-04-01")


def orders(**rules):
    frame = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-01"], "paid": [1, 2]})
    return read_orders(frame, customer="who", at="when", amount="paid", as_of="2024-04-01", **rules)


def events():
    frame = pd.DataFrame({"who": ["a", "b"], "at": ["2024-01-05", "2024-02-01"], "what": ["visit", "purchase"]})
    return read_events(frame, customer="who", at="at", kind="what", as_of="2024-04-01")


def test_each_base_says_what_it_is() -> None:
    facts = ("kind", "time", "has_purchases", "has_contacts", "has_amounts", "is_by_period")
    said = [tuple(getattr(base, fact) for fact in facts) for base in (contracts(), orders(), events())]
    assert said == [
        ("contracts", "start", False, False, False, False),
        ("orders", "at", True, False, True, True),
        ("events", "at", True, True, False, True),
    ]
    assert not orders(activity=Trailing(days=30)).is_by_period


def test_a_base_knows_its_calendar_and_its_last_moment() -> None:
    base = orders(year_starts="april", week_starts="sunday")
    assert base.calendar("year") == Calendar("year", week_starts="sunday", year_starts="april")
    assert base.last_seen + timedelta(microseconds=1) == base.as_of


def test_everything_holds_who_is_no_customer() -> None:
    base = events()
    assert int(base.table.count().execute()) == 1
    assert int(base.everything.count().execute()) == 2  # a only looked
    assert orders().everything.equals(orders().table) or int(orders().everything.count().execute()) == 2


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    ("base", "unit", "form"),
    [
        (contracts, "person_any", "spells"),
        (contracts, "contract", "spells"),
        (contracts, "person_all", "holders"),
        (orders, "person_any", "purchases"),
        (events, "person_any", "purchases"),
        (lambda: orders(activity=Trailing(days=30)), "person_any", "spells"),
    ],
)
def test_movement_comes_in_the_form_that_the_base_has(base, unit: str, form: str) -> None:
    base = base()
    assert base.movement(base.calendar("month"), unit=unit, by=())[0] == form


def test_a_unit_of_contracts_is_refused_for_orders_and_a_rule_of_purchases_for_contracts() -> None:
    with pytest.raises(InputError, match="unit='contract' is for contracts"):
        orders().check_unit("contract")
    with pytest.raises(InputError, match="Contracts state until when"):
        contracts().with_activity(Trailing(days=30))
