"""The glossary of a report, to which the sections link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.report.html import Html, element
from crrkit.report.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crrkit.report.section import Subject


def glossary_section(subject: Subject) -> Section:
    """All terms."""
    del subject  # the terms are the same for all reports
    return Section("glossary", _("Words"), block=_words, is_appendix=True)


def glossary() -> dict[str, tuple[str, str]]:
    """The terms with their meaning, in the current language."""
    return {
        "crr": (
            _("retention rate, CRR"),
            _("the share of the customers at the start of a period who are there at its end"),
        ),
        "kept": (_("kept"), _("customers at the start who are customers at the end")),
        "lost": (_("lost"), _("customers at the start who are none at the end")),
        "new": (_("new"), _("customers at the end who had never been one before")),
        "returned": (_("returned"), _("customers at the end who were none at the start, but had been one before")),
        "interval": (
            _("95% interval"),
            _("how far the rate could have come out by chance alone; the rate itself is counted, not estimated"),
        ),
        "limits": (
            _("limits"),
            _("what an unchanged rate shows from period to period; only what lies outside is news"),
        ),
        "cohort": (_("cohort"), _("customers who first came in the same period, followed from there on")),
        "stage": (
            _("stage"),
            _("short and cold have not bought yet, middle has, long buys regularly, lapsed has stopped"),
        ),
        "segment": (_("segment"), _("customers who have something in common, such as the region")),
        "mix": (
            _("mix"),
            _("the segments' shares of the customers; they move the rate even where no segment's own moves"),
        ),
        "nrr": (
            _("NRR, net revenue retention"),
            _("what the customers of the start pay after, against what they paid before; new ones are not in it"),
        ),
        "grr": (_("GRR, gross revenue retention"), _("the same, with nobody counted above what they paid before")),
        "holdout": (_("holdout"), _("customers drawn by lot whom an action leaves out, to see what it does")),
    }  # fmt: skip


def links_to(terms: Iterable[str]) -> Html | None:
    """Links to the terms that a section uses, with the meanings as tooltips; None if there are none."""
    known = glossary()
    links = [element("a", known[term][0], href=f"#word-{term}", title=known[term][1]) for term in terms]
    return (
        element("p", _("Words:"), *(part for link in links for part in (" ", link)), class_="words") if links else None
    )


def _words() -> Html:
    pairs = [
        part
        for term, (name, meaning) in glossary().items()
        for part in (element("dt", name, id=f"word-{term}"), element("dd", meaning))
    ]
    return element("dl", *pairs)
