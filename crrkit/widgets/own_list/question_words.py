"""Texts of ListExplorer for questions about a list, and phrases in every plural form; the browser fills in {names}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import gettext as _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

PLURALS = {"one": 1, "few": 2, "many": 5, "other": 10}  # one number for each plural form of the two languages


def forms(phrase: Callable[[int], str]) -> dict[str, str]:
    """A phrase with a number in each plural form."""
    return {form: phrase(n) for form, n in PLURALS.items()}


def question_words() -> dict[str, Any]:
    """The texts of the sections on silences, segments, and the previous year."""
    return {
        "bySilences": {
            "title": _("The same customers {when}, under every limit"),
            "purchases": {
                "axis": _("days of silence"),
                "said": _("From {low} with {least} of silence allowed to {high} with {most}: one list, one period."),
                "wanted": _("Which limit gives a rate of"),
            },
            "contracts": {
                "axis": _("longest gap bridged, days"),
                "said": _("From {low} with {least} bridged to {high} with {most}: one list, one period."),
                "wanted": _("Which gap gives a rate of"),
            },
        },
        "rateReached": _("Nearest to {wanted}: {days}, which give {crr} ({kept} of {start})."),
        "rateNotReached": _("No limit gives {wanted}; the nearest is {days}: {crr} ({kept} of {start})."),
        "segmentsTitle": _("Segments against the rest: which lose more, and since when"),
        "segmentColumns": {
            "segment": _("segment"), "start": _("at the start"), "crr": _("kept"), "rest": _("others"),
            "more": _("lost more"), "since": _("below since"),
        },
        "segmentLoses": _(
            "{segment} loses most {when}: {crr} kept, {rest} of the others; that is {more} {more:customer|customers}"
            " more than at their rate, and more than chance alone explains."
        ),
        "segmentChance": _(
            "No segment loses more {when} than chance alone explains; {segment} comes nearest: {crr} kept, {rest} of"
            " the others."
        ),
        "belowSince": forms(
            lambda n: ngettext(
                "Below the others for {n} period, since {since}.",
                "Below the others for {n} periods in a row, since {since}.",
                n,
            )
        ),
        "noMore": _("no more"),
        "allOthers": _("all others"),
        "beyondChance": _("differs from the others by more than chance alone"),
        "likeLastYear": _("A year earlier, {when}, it was {crr}: {difference}, which may be chance."),
        "unlikeLastYear": _("A year earlier, {when}, it was {crr}: {difference}, more than chance alone explains."),
        "pp": _("pp"),
        **_new(),
        **_cohorts(),
    }  # fmt: skip


def _new() -> dict[str, Any]:
    return {
        "newTitle": _("What counts as new, and what the formula (end − new) / start then says"),
        "newMeans": {
            "apart": _("first-timers still there; returned customers apart"),
            "returned": _("everyone not there at the start"),
            "gross": _("all first-timers, also those who left again"),
            "everybody": _("everyone who came, also those who left again"),
        },
        "newColumns": {
            "newMeaning": _("new is"), "called": _("new"), "answer": _("formula"), "off": _("off by"),
        },
        "formulaRight": _("{sum} = {answer}: so many stayed."),
        "formulaOff": _("{sum} = {answer}, but {crr} stayed: this meaning of new does not fit the formula."),
    }  # fmt: skip


def _cohorts() -> dict[str, Any]:
    return {
        "cohorts": {
            "bought": _cohorts_who_bought(),
            "there": _cohorts_there(),
            "contracts": _cohorts_of_contracts(),
            "lists": _cohorts_of_lists(),
        },
        "noCohorts": _("Cohorts are counted by the month and by longer periods."),
        "noSecondAge": _("No cohort has a second whole period yet."),
        "noOldCohort": _(
            "No cohort is old enough for this silence: so far the first purchase makes most of them customers."
        ),
        "byFirst": _("Up to +{age} the first purchase alone makes all or most of them so."),
        "size": _("customers"),
    }


def _cohorts_who_bought() -> dict[str, str]:
    return {
        "title": _("Cohorts: of those who first bought in a period, who bought in each later one"),
        "said": _("In the next period {share} bought again ({again} of {size})."),
        "cohort": _("first bought"),
        "cell": _("{active} of the {size} who first bought in {cohort} bought in {period}."),
    }


def _cohorts_there() -> dict[str, str]:
    return {
        "title": _(
            "Cohorts: of those who first bought in a period, who is still a customer at the end of each later one"
        ),
        "said": _("{by} {share} are still customers at the end of period +{age} ({again} of {size})."),
        "cohort": _("first bought"),
        "cell": _(
            "{active} of the {size} who first bought in {cohort} {active:is a customer|are customers} at the end of"
            " {period}."
        ),
    }


def _cohorts_of_contracts() -> dict[str, str]:
    return {
        "title": _(
            "Cohorts: of those whose first contract began in a period, who has one at the end of each later one"
        ),
        "said": _("{by} {share} are still customers at the end of the next period ({again} of {size})."),
        "cohort": _("first contract"),
        "cell": _(
            "{active} of the {size} whose first contract began in {cohort} {active:has|have} one at the end of"
            " {period}."
        ),
    }


def _cohorts_of_lists() -> dict[str, str]:
    return {
        "title": _(
            "Cohorts: of those who first stood on a list in a period, who stands on that of the end of each later one"
        ),
        "said": _("{by} {share} are still customers at the end of the next period ({again} of {size})."),
        "cohort": _("first on a list"),
        "cell": _(
            "{active} of the {size} who first stood on a list in {cohort} {active:stands|stand} on that of the end of"
            " {period}."
        ),
    }
