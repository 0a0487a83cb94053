"""Functions for the course's notebooks: their language, checked answers, fresh exercises.

    from crrkit import lessons
    lessons.begin()                        # set the language by the notebook's folder
    lessons.ask("month")                   # a question with an answer box
    lessons.check("month", "128.6 %")      # the same without a box
    lessons.ask("mistake-4")               # a report with one wrong sentence
    lessons.exercise("formula", seed=7)    # fresh numbers; .key() is for the teacher

Nothing about the learner is stored: no answers, no attempt counts.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crrkit.counts import Counts, survey_rate
from crrkit.ground import LANGUAGES, check_choice, set_language
from crrkit.lessons import (
    cohorts_topic,
    levers_topic,
    mix_topic,
    new_topic,
    noise_topic,
    period_topic,
    revenue_topic,
    stages_topic,
)
from crrkit.lessons.exercises import TOPICS, AnswerKey, Exercise, exercise
from crrkit.lessons.formula_topic import bracket_question, crr_from_flows
from crrkit.lessons.grading import Grades, grade_sheets, require_right
from crrkit.lessons.mistakes import MISTAKES
from crrkit.lessons.questions import Feedback, Question, judge
from crrkit.lessons.seen import Seen, show, show_stages
from crrkit.lessons.sheets import make_sheets
from crrkit.lessons.stages_topic import firm

if TYPE_CHECKING:
    from collections.abc import Mapping

from crrkit.lessons.lab import START_HERE, App, copy_notebooks, find_apps, open_app, open_lab
from crrkit.lessons.own_list import IS_THERE, OWN_LIST, OwnList, own_list_notebook, write_own_list

__all__ = [
    "IS_THERE",
    "MISTAKES",
    "OWN_LIST",
    "QUESTIONS",
    "START_HERE",
    "TOPICS",
    "AnswerKey",
    "App",
    "Exercise",
    "Feedback",
    "Grades",
    "OwnList",
    "Question",
    "Seen",
    "ask",
    "begin",
    "check",
    "copy_notebooks",
    "exercise",
    "find_apps",
    "grade_sheets",
    "make_sheets",
    "open_app",
    "open_lab",
    "own_list_notebook",
    "require_right",
    "show",
    "show_stages",
    "trial",
    "write_own_list",
]

_HALF_YEAR = crr_from_flows(Counts(start=1000, lost=300, new=500))

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "month": crr_from_flows(Counts(start=70, lost=10, new=30)),
        "half-year": _HALF_YEAR,
        "crr": _HALF_YEAR,
        "bracket": bracket_question("((CE-CN)/CS)) X 100"),
        "which-new": new_topic.which_new(new_topic.ELEVEN),
        "highest": new_topic.highest_rate(facts=new_topic.Ends(start=70, end=90, new=30)),
        "below-zero": new_topic.below_zero(facts=new_topic.Ends(start=10, end=15, new=100)),
        "month-to-year": period_topic.month_to_year(0.9),
        "half-year-to-year": period_topic.half_year_to_year(_HALF_YEAR.facts.crr),
        "car-dealer": period_topic.dealer(36),
        "none-of-twelve": noise_topic.which_interval(0, 12),
        "two-shops": noise_topic.apart(noise_topic.Kept(60, 70), noise_topic.Kept(48, 70)),
        "silence": noise_topic.silence(facts=survey_rate(kept=150, answered=200, asked=500, frame=5000)),
        "nine-of-ten": noise_topic.lower_end(facts=noise_topic.Kept(9, 10)),
        "regular": stages_topic.which_stage(stages_topic.bought("04-15", "05-15", "06-15")),
        "three-days": stages_topic.which_stage(stages_topic.bought("06-01", "06-02", "06-03")),
        "came-back": stages_topic.which_stage(stages_topic.bought("2023-09-01", "06-10")),
        "doubled": stages_topic.doubled(stages_topic.CANDIDATES),
        "contacts": stages_topic.firm_contacts(),
        "rate-part": mix_topic.rate_part(facts=mix_topic.WORSE),
        "what-happened": mix_topic.what_happened(mix_topic.SIMPSON),
        "closed-base": mix_topic.closed_base(facts=firm()),
        "best-per-cost": levers_topic.best_per_cost(levers_topic.ONE_YEAR),
        "best-by-base": levers_topic.best_by_base(levers_topic.AFTER_TEN),
        "why-lower": levers_topic.why_lower(levers_topic.ONE_YEAR),
        "cells": cohorts_topic.over(facts=cohorts_topic.Triangle(6)),
        "two-cohorts": cohorts_topic.two_cohorts(facts=cohorts_topic.Cohorts(((100, 80, 70), (120, 90)))),
        "lifetime": cohorts_topic.lifetime(facts=cohorts_topic.Groups(0.95, 0.5)),
        "tail": cohorts_topic.which_tail(cohorts_topic.HIGH_END),
        "nrr": revenue_topic.net(facts=revenue_topic.THREE),
        "grr": revenue_topic.gross(facts=revenue_topic.THREE),
        "turnover": revenue_topic.turnover(facts=revenue_topic.Factors(0.2, 0.2)),
        **MISTAKES,
    }
)
"""The questions of the course by name: the first are the examples and the formula of two articles."""


def begin(lang: str | None = None) -> None:
    """Set the language to that of the notebook.

    The notebooks of the course are in folders named ``en`` and ``ru``, and Jupyter runs them there, so that the same
    code works in both languages. In any other folder the language is not changed.

    Args:
        lang: ``"en"`` or ``"ru"``; None takes the name of the current folder.

    Raises:
        ValueError: If ``lang`` is not one of the two.

    Examples:
        >>> begin("en")
        >>> begin("de")
        Traceback (most recent call last):
        crrkit.InputError: lang='de' is not a language of crrkit. Choose one of en, ru.
    """
    folder = Path.cwd().name
    if lang is None and folder not in LANGUAGES:
        print('In English: lessons.begin("en"). По-русски: lessons.begin("ru").')  # noqa: T201 - for the notebook's reader
        return
    set_language(lang or folder)


def check(question: str | Question, answer: object) -> Feedback:
    """Check an answer: whether it is right, which misreading leads to it, or how to write it if it cannot be read.

    Args:
        question: A name in ``QUESTIONS`` or a question of an `exercise`.
        answer: A number or text: ``0.7``, ``"0,7"``, ``"70%"``, ``"70,0 %"``, ``"7/10"``; a number above 1 without a
            percent sign is a percentage, too. The tolerance is half a percentage point.

    Returns:
        The feedback, displayed in the current language. No answer raises an error.

    Raises:
        InputError: If the question is not known.

    Examples:
        >>> check("crr", "70,0 %")
        Right. Of the 1,000 at the start 700 are still there: 70.0%.
        >>> check("crr", 1.2).misreading
        'end by start'
        >>> check("crr", "70 apples")
        “70 apples” cannot be read as a number. Write a share, for example 0.7, 70% or 7/10.
        >>> check("crrr", 0.7)
        Traceback (most recent call last):
        crrkit.InputError: question='crrr' is not known. Choose one of ... Did you mean 'crr'?
    """
    return judge(_known(question), answer)


def ask(question: str | Question) -> Any:
    """Show a question with an answer box; without a kernel, only the question.

    Args:
        question: A name in ``QUESTIONS`` or a question of an `exercise`.

    Returns:
        A widget that checks the answer on Enter or a click of its button.

    Raises:
        InputError: If the question is not known.

    Examples:
        >>> ask("month")
        At the start 70, lost 10, new 30. What is the retention rate?
    """
    from crrkit.lessons.trials import AnswerForm

    return AnswerForm(_known(question))


def trial(name: str, *given: Any) -> Any:
    """Show a small experiment: sliders, with an explanation of what they change and why.

    Args:
        name: ``"answers"`` (the response rate of a survey), ``"ratio"`` (the cost of acquiring versus keeping),
            ``"stages"`` (their effect on the overall rate) or ``"maturity"`` (cells of a cohort grid that lie in the
            future).
        *given: For ``"maturity"``, the grid.

    Returns:
        A widget.

    Raises:
        InputError: If the name is not known.

    Examples:
        >>> trial("ratio")
        How many times dearer winning is
    """
    from crrkit.lessons.trials import TRIALS

    return TRIALS[check_choice(name, name="name", choices=TRIALS)](*given)


def _known(question: str | Question) -> Question:
    if isinstance(question, Question):
        return question
    return QUESTIONS[check_choice(question, name="question", choices=QUESTIONS)]


def __dir__() -> list[str]:
    """The public names only."""
    return list(__all__)
