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
    """All terms that reports use."""
    del subject  # the terms are the same for all reports
    return Section("glossary", _("Glossary"), block=_words, is_appendix=True)


def glossary() -> dict[str, tuple[str, str]]:
    """The terms with their meaning, in the current language."""
    return {
        "crr": (
            _("retention rate, CRR"),
            _("the share of the customers at the start of a period who are still customers at its end"),
        ),
        "kept": (_("kept"), _("customers at the start who are customers at the end")),
        "lost": (_("lost"), _("customers at the start who are no longer customers at the end")),
        "new": (_("new"), _("customers at the end who had never been customers before")),
        "returned": (_("returned"), _("former customers who are customers again at the end but were not at the start")),
        "interval": (
            _("95% interval"),
            _("how much the rate could vary by chance alone; the rate itself is counted, not estimated"),
        ),
        "limits": (
            _("limits"),
            _("the range in which an unchanged rate varies from period to period; only a rate outside it is a signal"),
        ),
        "cohort": (_("cohort"), _("customers who first came in the same period, followed from there on")),
        "stage": (
            _("stage"),
            _("short and cold have not bought yet, middle has, long buys regularly, lapsed has stopped"),
        ),
        "segment": (_("segment"), _("customers who have something in common, such as the region")),
        "mix": (
            _("mix"),
            _("the segments' shares of the customers; when they shift, the rate moves even if no segment's rate does"),
        ),
        "nrr": (
            _("NRR, net revenue retention"),
            _("what customers at the start pay now, as a share of what they paid before; new customers are excluded"),
        ),
        "grr": (_("GRR, gross revenue retention"), _("the same, with no customer counted above what they paid before")),
        "holdout": (_("holdout"), _("customers chosen at random who are left out of an action, to measure its effect")),
    }  # fmt: skip


def links_to(terms: Iterable[str]) -> Html | None:
    """Links to the terms that a section uses, with the meanings as tooltips; None if there are none."""
    known = glossary()
    links = [element("a", known[term][0], href=f"#word-{term}", title=known[term][1]) for term in terms]
    return (
        element("p", _("Terms:"), *(part for link in links for part in (" ", link)), class_="words") if links else None
    )


def _words() -> Html:
    pairs = [
        part
        for term, (name, meaning) in glossary().items()
        for part in (element("dt", name, id=f"word-{term}"), element("dd", meaning))
    ]
    return element("dl", *pairs)
