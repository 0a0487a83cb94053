"""Texts of ListExplorer, in the current language; {names} are filled in by the browser."""

from __future__ import annotations

from typing import Any

from crrkit.ground import PERIODS, gettext as _, ngettext
from crrkit.widgets.own_list.question_words import forms, question_words
from crrkit.widgets.own_list.what_if_words import what_if_words


def page_words() -> dict[str, Any]:
    """All texts shown in the browser."""
    return {
        "title": _("Your own list, with sliders"),
        **_controls(),
        **_headline(),
        **_line(),
        **_stages(),
        **_rhythm(),
        **_rules(),
        **_kept(),
        **question_words(),
        **what_if_words(),
    }


def _controls() -> dict[str, Any]:
    return {
        "every": _("Period"),
        "periods": {every: _(every) for every in PERIODS},
        "customer": _("Who is a customer"),
        "silenceRule": _("silent for no more than … days"),
        "periodRule": _("bought in the period before"),
        "gap": _("Days between two contracts that are still one relationship"),
        "regular": _("Purchase days that make a regular (long)"),
        "renewed": _("Months of contract without a break that make a regular (long)"),
        "listed": _("Months on the lists without a break that make a regular (long)"),
        "noSilenceOfLists": _(
            "Who stands on a list is a customer on its day: there is no silence to choose, and nothing shorter than a"
            " {every} is seen."
        ),
        "months": forms(lambda n: ngettext("{n} month", "{n} months", n)),
        "segment": _("Segment"),
        "all": _("all customers"),
        "first": _("From"),
        "last": _("To"),
        "begin": _("the start"),
        "end": _("the end"),
        "days": forms(lambda n: ngettext("{n} day", "{n} days", n)),
        "nearest": _("Counted in steps: {shown} is the nearest."),
        "back": _("Step back"),
        "wentBack": _("One step back."),
        "hint": _("Arrow keys move a slider by a step. Click the line to choose a period, drag the dot on the curve."),
    }


def _headline() -> dict[str, Any]:
    return {
        "bySilence": forms(
            lambda n: ngettext("With {n} day of silence allowed", "With {n} days of silence allowed", n)
        ),
        "byPeriod": _("Counting who bought in the period before"),
        "byContracts": _("By their contracts"),
        "byLists": _("By the lists"),
        "bridged": forms(lambda n: ngettext("Bridging gaps up to {n} day", "Bridging gaps up to {n} days", n)),
        "weKept": _("{by} we kept {crr} ({kept} of {start}) {when}"),
        "soFar": _("{by} {crr} ({kept} of {start}) are kept so far {when}, which still runs"),
        "notSettled": _("{by} {crr} ({kept} of {start}) are kept so far {when}, which is not settled yet"),
        "otherwise": _("; {by} {crr}: {unchanged}."),
        "ofOthers": _("; of {everybody} {crr}."),
        "everybody": _("all"),
        "atFirst": _("; at first, {by}, {crr} {when}: {unchanged}."),
        "unchanged": {
            "purchases": _("the purchases are the same"),
            "contracts": _("the contracts are the same"),
            "snapshots": _("the lists are the same"),
        },
        "when": {
            "day": _("on {name}"),
            "week": _("in week {label}"),
            "month": _("in {name}"),
            "quarter": _("in Q{part} {year}"),
            "half-year": _("in H{part} {year}"),
            "year": _("in {year}"),
        },
        "nobody": _("Nobody was a customer before, so nobody could be kept {when}: the rate is undefined, not 0."),
        "notSaid": _("The list does not say who was kept {when}: it begins later or has ended before."),
        "notListed": _("A list of the beginning or the end is missing {when}: who was kept is not known."),
        "withheld": _("Too few customers {when} to show in a shared page."),
        "nothing": _("The list holds no period of this length. Choose a shorter one."),
        "doubts": {
            "by_construction": _(
                "{window} {window:day is|days are} longer than a {every}: whoever bought in the older part of"
                " {window:it|them} is kept by construction, so the rate hangs on purchases of long ago."
            ),
            "too_short": _(
                "Too short to measure who stays: of those who buy again only {covered} do so within {window}"
                " {window:day|days}; half of them take {median} {median:day|days} or more."
            ),
            "not_seen": _(
                "Of {seen} {seen:purchase|purchases} fewer than {few} were followed by another: no rhythm can be seen,"
                " and the rate does not measure who stays."
            ),
            "annual": _(
                "Whoever pays once a year counts as lost in between: some purchases come exactly a year after the one"
                " before, as payments of annual plans do. Count by year, or read the plans as contracts."
            ),
        },
        **_beside_the_rate(),
        "thin": _(
            "With {start} at the start one customer more or less moves the rate by {points} {points:point|points}."
        ),
    }


def _beside_the_rate() -> dict[str, Any]:
    """Further warnings before a rate: a more suitable period, and what the end of a list leaves open."""
    from crrkit.measure import GONE_AT_ONCE

    return {
        "suits": _("What would suit: {what}."),
        "silent": forms(lambda n: ngettext("{n} day of silence", "{n} days of silence", n)),
        "noLonger": _("No calendar period is as long; the cohorts show who comes back after years."),
        "goneAtOnce": _(GONE_AT_ONCE),
        "safe": _(
            "Nobody can be lost in this period yet: no purchase of the list is older than the silence. Its rate is 100%"
            " by construction, and no comparison takes it in."
        ),
        "unsettled": forms(
            lambda n: ngettext(
                "Not settled yet: {periods}. Whether a gap of up to {n} day is bridged is seen only {n} day later.",
                "Not settled yet: {periods}. Whether a gap of up to {n} days is bridged is seen only {n} days later.",
                n,
            )
        ),
        "monthsMeant": forms(
            lambda n: ngettext(
                "{n} calendar month can be {longest} {longest:day|days} long: by {window} {window:day|days} of silence"
                " whoever bought on its first days and not again counts as lost.",
                "{n} calendar months can be {longest} {longest:day|days} long: by {window} {window:day|days} of silence"
                " whoever bought on the first of them and not again counts as lost.",
                n,
            )
        ),
        "shorterWindow": _(
            "{window} {window:day is|days are} shorter than the {every}: whoever bought at the beginning of it and not"
            " again counts as lost."
        ),
    }


def _line() -> dict[str, Any]:
    return {
        "short": _("CRR"),
        "kept": _("kept"),
        "columns": {
            "start": _("Start"), "lost": _("Lost"), "new": _("New"), "returned": _("Returned"), "end": _("End"),
            "sofar": _("So far"), "came": _("New or back"),
        },
        "bridgeTitle": _("What became of the customers {when}"),
        "picture": _(
            "{start} at the start, {kept} kept, {lost} lost, {new} new, {returned} returned, {end} at the end {when}."
        ),
        "pictureTogether": _(
            "{start} at the start, {kept} kept, {lost} lost, {new} new or back, {end} at the end {when}."
        ),
        "cameAndWent": _("Joined and left within the period: {n}."),
        "overTime": _("Kept and lost, period by period"),
        "choosePeriod": _("Period shown"),
        "legend": {
            "crr": _("CRR"), "churn": _("churn"), "band": _("95% interval"), "limit": _("limits of chance"),
            "signal": _("signal"), "running": _("still running"),
        },
        "noLimits": _("Fewer than two whole periods: nothing can be called a signal yet."),
        "noNews": _("{crr} {when} is no signal: an unchanged {centre} would lie between {low} and {high}."),
        "isNews": {
            "below": _("Signal: {crr} {when} is below what an unchanged {centre} would give, {low} to {high}."),
            "above": _("Signal: {crr} {when} is above what an unchanged {centre} would give, {low} to {high}."),
            "run": _("Signal: up to {when} eight periods or more lie on one side of {centre}."),
        },
        "newsLater": _("Whether the rate {when} is a signal will be seen when the period is over."),
        "newsToo": _("Further signals: {periods}."),
        "withheldToo": _("Left out, because they have too few customers: {periods}."),
        "withheldMany": forms(
            lambda n: ngettext(
                "Left out, because it has too few customers: {n} period.",
                "Left out, because they have too few customers: {n} periods.",
                n,
            )
        ),
        "tooFew": _("too few customers to show"),
        "noRate": _("nobody to keep, no rate"),
        "noList": _("a list is missing"),
    }  # fmt: skip


def _stages() -> dict[str, Any]:
    return {
        "stagesTitle": _("Stages: the width is the share of the customers, the filled height what was kept"),
        "stageColumns": {
            "stage": _("stage"), "start": _("at the start"), "share": _("share"), "retention": _("kept"),
            "part": _("adds to CRR"),
        },
        "stages": {stage: _(stage) for stage in ("short", "cold", "middle", "long", "lapsed")},
        "noStages": _("Stages need a silence in days: choose one above."),
        "inNoRate": _("not in the rate"),
        "who": _("Who they are"),
        "whoThey": _("Who they are, in Python, where the list is:"),
        "flowOf": {
            "lost": _("lost: {n}"), "new": _("new: {n}"), "returned": _("returned: {n}"), "kept": _("kept: {n}"),
        },
    }  # fmt: skip


def _rhythm() -> dict[str, Any]:
    return {
        "rhythmTitle": _("The list's own rhythm: who still buys again after so long a silence"),
        "rhythmAxis": _("days of silence"),
        "returnLater": _("Of those silent for {days} {share} still buy again later: lost by this rule, then returned."),
        "noneReturns": _("Of those silent for {days} nobody was seen to buy again."),
        "noSilence": _("No silence is chosen: customers are who bought in the period before."),
        "cardTitle": _("What is counted here"),
    }


def _rules() -> dict[str, Any]:
    return {
        "rules": {
            "silence": forms(lambda n: ngettext("bought in the last {n} day", "bought in the last {n} days", n)),
            "period": _("bought in the period before (start) and in this one (end)"),
            "gap": forms(
                lambda n: ngettext(
                    "up to {n} day after the end the relationship is the same",
                    "up to {n} days after the end the relationship is the same",
                    n,
                )
            ),
            "noGap": _("a contract that begins after a gap is a new relationship"),
            "renewed": forms(
                lambda n: ngettext(
                    "under contract for {n} month without a break", "under contract for {n} months without a break", n
                )
            ),
            "listed": forms(
                lambda n: ngettext(
                    "on the lists for {n} month without a break", "on the lists for {n} months without a break", n
                )
            ),
            "regular": _(
                "{k} {k:purchase day|purchase days} in less than {window} {window:day|days}, {span} {span:day|days}"
                " apart at least"
            ),
        }
    }


def _kept() -> dict[str, Any]:
    return {
        "keep": _("Keep to compare"),
        "keptTitle": _("Kept to compare"),
        "keptName": _("setting {n}"),
        "keptColumns": {
            "name": _("name"), "rule": _("rule"), "when": _("when"), "crr": _("CRR"), "kept": _("kept"), "act": "",
        },
        "keptOf": _("{kept} of {start}"),
        "show": _("Show"),
        "remove": _("Remove"),
        "savePage": _("Save as page"),
        "pageMade": _("The page is made …"),
        "pageSaved": _(
            "The page is saved. It has fewer settings and no small groups, so that it discloses no single customer."
        ),
        "link": _("Link to this"),
        "linked": _("The address of this page now leads to these settings."),
    }  # fmt: skip
