"""CONTRIBUTING's contract for a public function: explained, in the table of questions, in a notebook, told in a report.

Who owes something stands in a list with the reason. A line that is no longer true fails, so the lists only shrink.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from public_names import functions

import crrkit as crr

ROOT = Path(__file__).parent.parent
FUNCTIONS = functions()
CODE = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
NOTEBOOKS = "\n".join(
    code for page in (ROOT / "notebooks").glob("*.md") for code in CODE.findall(page.read_text(encoding="utf-8"))
)

# Not in the table of questions, which names the first function for each.
NOT_IN_THE_TABLE = {
    "break_even_save_rate": "belongs to judge.claims: how often an offer must succeed to pay",
    "value_of_lost": "belongs to judge.claims: what the lost would have brought",
    "characteristic_interval": "the gaps behind suggest_period",
    "churn_from_counts": "the complement of crr_from_counts",
    "crr_bounds": "crr_from_counts where `new` is not certain",
    "crr_from_sets": "crr_from_counts of two lists of ids",
    "quick_ratio": "a column of the account",
    "stats.average_rate": "one rate of several periods that were counted elsewhere",
    "expected_lifetime": "from a rate alone; lifetime has better",
    "clopper_pearson": "the exact brother of stats.wilson",
    "stats.newcombe_paired": "stats.newcombe for the same customers twice",
    "stats.effective_n": "contracts that belong together; stats.infer_contracts does it for a list",
    "stats.holm": "what compare_segments corrects by",
    "stats.infer_contracts": "judge.infer of contracts that belong together",
    "n_to_tell_apart": "stats.sample_size for two shares",
    "compare_cohorts": "beside life_table in crr.lifetime",
    "lifetime.survival_curve": "life_table from durations",
    "diff": "two cards side by side; reconcile says it of two numbers",
    "stage_profile": "one of rules.stage_profiles",
    "sample_path": "sample, as a file",
    "language": "set_language, asked",
    "use_language": "set_language, for a block",
    "write_action_list": "action_list, into a file",
}

# In no notebook of the course, and why the course does without it.
NOT_IN_A_NOTEBOOK = {
    **dict.fromkeys(["action_list", "write_action_list"], "names customers; a notebook is sent, such a list is not"),
    **dict.fromkeys(
        ["assess", "diagnose", "weigh_doubts"],
        "lesson 10 writes the report, which tells what they find on the learner's own list; alone they want its facts",
    ),
    "resolve_people": "people are told apart before a list is read; docs/people.md walks through it",
    "guess": "lesson 10 names it beside the call that it would give, which is what the cell holds",
    "stress": "how far a clock or a cut-off moves the rate: for who doubts a number, not for who learns to make one",
    **dict.fromkeys(
        ["read_snapshots", "read_counts", "read_survey"],
        "the lessons have dates; docs/exports.md leads from other lists to these",
    ),
    **dict.fromkeys(
        ["stats.average_rate", "quick_ratio", "clopper_pearson", "sample_size"],
        "a close relative of what the lesson uses",
    ),
    **dict.fromkeys(
        ["stats.holm", "stats.effective_n", "stats.newcombe_paired", "stats.infer_contracts", "simulate_chart"],
        "statistics beyond an introduction",
    ),
    **dict.fromkeys(["fit_bgnbd", "lifetime.survival_curve"], "beyond an introduction; tested on published values"),
    "update": "keeps customers in a folder, for who counts again each month; the course leaves nothing behind",
    "compare_cohorts": "named in the lesson on lasting, as what to try next",
    "who_is_new": "the lesson on who is new moves its explorer, which computes by it",
    **dict.fromkeys(["stage_profile", "stage_profiles", "diff"], "read, not asked"),
    **dict.fromkeys(["language", "set_language", "use_language"], "lessons.begin sets the language of a notebook"),
}

# What a report says of a measure: its finding, or why there is none.
FINDING = {
    "retention_by_period": "retention_finding",
    "cohort_grid": "cohort_finding",
    "life_table": "leaving_finding",
    "fit_sbg": "outlook_finding",
    "stage_flow": "stage_finding",
    "decompose": "mix_finding",
    "compare_segments": "segment_finding",
    "reconcile": "textbook_finding",
    "diagnose": "advice_finding",
    "assess": "verdict_finding",
    "control_chart": "control_chart_finding",
    "renewals": "renewal_finding",
    "revenue_retention": "money_finding",
}
WITHOUT_FINDING = {
    "weigh_doubts": "a table below quality_finding, which says how many rows it is about",
    "retail_measures": "what buyers spend says nothing of who stayed; money_finding tells the revenue of those who did",
    "concentration": "diagnose takes it, and advice_finding tells it when few customers bring most of the revenue",
    "stage_on": "names customers, which no report does",
    "action_list": "names customers, which no report does",
}


def owes(lacking: set[str], excused: dict[str, str]) -> tuple[set[str], set[str]]:
    """Who lacks it without an excuse, and who is excused for nothing."""
    return lacking - set(excused), set(excused) - lacking


def sections(function: Any) -> set[str]:
    """The parts that the docstring of a function must have, from its signature and its body."""
    signature, tree = inspect.signature(function), ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    refuses = any(isinstance(node, ast.Raise) for node in ast.walk(tree)) or any("check_" in call for call in calls)
    needed = {"Examples": True, "Args": bool(signature.parameters), "Raises": refuses}
    needed["Returns"] = signature.return_annotation not in {"None", None}
    return {part for part, need in needed.items() if need}


def test_every_docstring_has_its_parts() -> None:
    lacking = {
        f"{name}: {part}"
        for name, function in FUNCTIONS.items()
        for part in sections(function)
        if f"\n{part}:\n" not in str(inspect.getdoc(function))
    }
    assert lacking == set()


def called(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{name.rpartition('.')[2]}\(")


def test_every_function_answers_a_question_of_the_table() -> None:
    table = {name.rpartition(".")[2] for name in re.findall(r"crr\.(\w+(?:\.\w+)?)", str(crr.__doc__))}
    lacking = {name for name in FUNCTIONS if name.rpartition(".")[2] not in table}
    assert owes(lacking, NOT_IN_THE_TABLE) == (set(), set())


def test_every_function_is_used_in_a_notebook() -> None:
    lacking = {name for name in FUNCTIONS if not called(name).search(NOTEBOOKS)}
    assert owes(lacking, NOT_IN_A_NOTEBOOK) == (set(), set())


def measures() -> set[str]:
    """The verbs at the top that make a result of a base or of another result."""
    first = {name: next(iter(inspect.signature(f).parameters.values()), None) for name, f in FUNCTIONS.items()}
    about = re.compile(r"Base|RetentionTable|CohortGrid|StageFlow|StageList|LifeTable")
    return {
        name
        for name, parameter in first.items()
        if name in dir(crr) and parameter is not None and about.search(str(parameter.annotation))
    }


def test_every_measure_has_its_finding() -> None:
    found = measures()
    assert {"retention_by_period", "control_chart", "stage_flow"} <= found
    neither = {"suggest_period", "write_report"}  # advice before measuring; the report itself
    assert found - set(FINDING) - set(WITHOUT_FINDING) == neither
    assert {finding for finding in FINDING.values() if not hasattr(crr.report, finding)} == set()


@pytest.mark.parametrize("name", ["wilson", "assess"])
def test_the_rule_for_docstrings_sees_what_is_missing(name: str) -> None:
    assert sections(FUNCTIONS[name]) == {"Args", "Returns", "Raises", "Examples"}


def test_the_walks_name_files_that_are_there() -> None:
    walks = (ROOT / "docs" / "walks.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w./-]+)`", walks) if "/" in name and "NN" not in name}
    assert len(named) > 30
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert re.findall(r"^## An? (\w+)", walks, re.MULTILINE) == [
        "measure",
        "section",
        "rule",
        "format",
        "explorer",
        "lesson",
        "language",
    ]
