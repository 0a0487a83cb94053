"""Every public function: positional for what it is about, keywords for how, typed, and explained."""

from __future__ import annotations

import inspect

import pytest
from public_names import functions

FUNCTIONS = functions()
# Four counts in the order of the published formula: 56 of 70 against 48 of 80.
COUNTS_IN_A_ROW = {"newcombe"}
# What the reader of the kind takes, which refuses what it does not know.
PASSED_ON = {"explore": ["roles"]}


def parameters_of(name: str) -> dict[str, inspect.Parameter]:
    """What a function takes; ``*_unnamed: Never`` takes nothing, it says in a sentence what needs its name."""
    found = inspect.signature(FUNCTIONS[name]).parameters
    return {name: parameter for name, parameter in found.items() if parameter.annotation != "Never"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_at_most_two_positional_arguments_and_no_open_ends(name: str) -> None:
    parameters = parameters_of(name).values()
    positional = [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert len(positional) <= (4 if name in COUNTS_IN_A_ROW else 3 if name == "compare_cohorts" else 2)
    open_ends = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    assert [p.name for p in parameters if p.kind in open_ends] == PASSED_ON.get(name, [])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_argument_is_typed(name: str) -> None:
    signature = inspect.signature(FUNCTIONS[name])
    assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())
    assert signature.return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_docstring_explains_every_argument(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    assert text
    missing = [argument for argument in parameters_of(name) if f"{argument}:" not in text]
    assert not missing or len(text.splitlines()) == 1
