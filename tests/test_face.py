"""What a reader meets at the top: few names, each shown once, rooms that open at once, and a table of questions."""

from __future__ import annotations

import inspect
import pydoc
import re
import subprocess
import sys
from operator import attrgetter
from pathlib import Path
from types import ModuleType

import pytest
from public_names import OTHER_ROOMS, SHOWN, WORKS

import crrkit as crr

ROOT = Path(__file__).parent.parent
ROOMS = ["errors", "figures", "judge", "lessons", "lifetime", "measure", "report", "rules", "stats", "widgets"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = re.compile(r"crr\.(\w+(?:\.\w+)?)")

# Names that work at the top beside the one that is shown, and that no room shows.
BESIDE = {
    "__version__": "asked for by tools",
    "resolve_people": "before a list is read, where people have several ids",
    "People": "what resolve_people gives",
    "sample_path": "sample, as a file",
    "language": "set_language, asked",
    "use_language": "set_language, for a block",
    "characteristic_interval": "suggest_period, before it decides",
    "Trial": "a line of a Card",
    "Lifetime": "what stats.expected_lifetime gives",
    "MarkovCheck": "what StageFlow.markov_check gives",
}

# The names that were promised at the top, wherever they are shown.
PROMISED = re.findall(
    r"\w+",
    "crr_from_counts crr_bounds churn_from_counts solve_counts convert_rate quick_ratio expected_lifetime wilson "
    "clopper_pearson newcombe survey_rate read_contracts read_orders read_events retention_by_period cohort_grid "
    "StageRule stage_on stage_flow StageModel decompose revenue_retention retail_measures concentration "
    "life_table fit_sbg assess diagnose sample write_report guess read_snapshots read_counts figures widgets "
    "stats report resolve_people ",
)


def kind(name: str) -> str:
    value = getattr(crr, name)
    return "room" if isinstance(value, ModuleType) else "class" if inspect.isclass(value) else "verb"


def test_dir_shows_the_rooms_some_thirty_verbs_and_the_results_and_nothing_else() -> None:
    assert dir(crr) == sorted(SHOWN) == sorted(crr.__all__)
    assert [name for name in SHOWN if kind(name) == "room"] == ROOMS
    assert 25 <= len([name for name in SHOWN if kind(name) == "verb"]) <= 30
    assert all(name[0].isupper() == (kind(name) == "class") for name in SHOWN)


def test_a_room_shows_what_it_is_for_and_no_modules() -> None:
    for name in set(ROOMS) - {"errors"}:
        room = getattr(crr, name)
        assert sorted(dir(room)) == sorted(room.__all__)
        assert not [shown for shown in dir(room) if isinstance(getattr(room, shown), ModuleType)]


def test_every_name_that_works_loads_and_what_was_promised_works() -> None:
    assert all(getattr(crr, name) is not None for name in WORKS)
    assert set(PROMISED) <= set(WORKS)


def test_what_works_without_being_shown_is_shown_by_a_room() -> None:
    elsewhere = {name for room in ROOMS for name in getattr(crr, room).__dict__.get("__all__", dir(getattr(crr, room)))}
    assert set(WORKS) - set(SHOWN) - elsewhere == set(BESIDE)


@pytest.mark.parametrize("room", OTHER_ROOMS)
def test_a_room_has_what_the_top_has(room: str) -> None:
    here = getattr(crr, room)
    assert {name for name in here.__all__ if name in WORKS and getattr(here, name) is not getattr(crr, name)} == set()


def test_what_a_verb_gives_can_be_written_in_an_annotation() -> None:
    given = {
        name: str(inspect.signature(getattr(crr, name)).return_annotation) for name in SHOWN if kind(name) == "verb"
    }
    classes = {name: set(re.findall(r"\b[A-Z]\w+", text)) - {"None", "DataFrame"} for name, text in given.items()}
    assert {name: lacking for name, found in classes.items() if (lacking := found - set(SHOWN))} == {}


FIRST_USES = [
    "import crrkit as crr; crr.report.cohorts_of",
    "import crrkit as crr; crr.figures.bridge",
    "import crrkit as crr; crr.widgets.FormulaExplorer",
    "import crrkit as crr; crr.lessons.check",
    "import crrkit as crr; assert crr.stats.wilson is crr.wilson",
    "import crrkit as crr; crr.lifetime.survival_curve, crr.judge.claims, crr.rules.diff",
    "import crrkit as crr; assert crr.errors.InputError is crr.InputError",
    "from crrkit import figures, widgets; figures.bridge, widgets.FormulaExplorer",
    "from crrkit.widgets import FormulaExplorer",
    "from crrkit import *; retention_by_period, stats.wilson",
]


@pytest.mark.daily(2)
@pytest.mark.parametrize("code", FIRST_USES)
def test_a_room_opens_in_the_first_line_of_a_fresh_interpreter(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"crrkit has no name 'retention'. Its names are listed by dir\(crrkit\)"):
        crr.retention  # noqa: B018 - asked for to be refused


def in_readme() -> dict[str, str]:
    page = README[README.index("## Which question") : README.index("## What it guarantees")]
    return dict(re.findall(r"^\| (.+?) \| (.+) \|$", page.replace("`", ""), re.MULTILINE)[1:])


def in_help(questions: list[str]) -> dict[str, str]:
    """The table in the docstring of the package: what stands between one question and the next is its answer."""
    table = " ".join(str(crr.__doc__).split("Then ask:\n\n")[1].split("\n\n")[0].split())
    parts = re.split("(" + "|".join(map(re.escape, questions)) + ")", table)
    return {question: answer.strip() for question, answer in zip(parts[1::2], parts[2::2], strict=True)}


def test_help_begins_with_the_table_of_the_readme() -> None:
    readme = in_readme()
    answers = in_help(list(readme))
    assert len(readme) > 15
    assert list(answers.items()) == [(question, answers[question]) for question in readme]
    assert {question: answer.replace("crr.", "") for question, answer in answers.items()} == readme
    assert "Then ask:" in pydoc.plain(pydoc.render_doc(crr))[:2000]


def test_the_table_names_what_is_there() -> None:
    named = NAMED.findall(str(crr.__doc__))
    assert len(set(named)) > 40
    for name in named:
        assert attrgetter(name)(crr) is not None, name
