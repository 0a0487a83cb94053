"""The headline: how many customers were kept in the latest complete period; its finding is the title of the page.

While it is too early for a rate, it says why, and from which date there will be one.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import FEW
from crrkit.ground import DAYS_PER_PERIOD, format_in_points, format_number, format_percent, gettext as _, ngettext
from crrkit.judge import WORDING
from crrkit.measure import EMPTY, RUNNING
from crrkit.measure.cadence import BY, ENOUGH_CYCLES, LATE, RHYTHM_PERIODS, days_text
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, nothing_to_claim, plainly, rows_of
from crrkit.report.period_names import capital, day_name, in_period, period_name
from crrkit.report.recent import recent_finding
from crrkit.report.section import AS_ONE_SPAN, Cell, Section, Subject, counting, counts_carried
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from datetime import date

    from crrkit.measure import RetentionTable
    from crrkit.measure.cadence import Advice

PERIODS_NAMED = 3  # periods in a sentence


def headline_section(subject: Subject) -> Section:
    """The rate of the latest complete period; its finding is the title of the page."""
    kept, recent = subject.kept, subject.recent
    found, cell = _headline(subject)
    return Section(
        "headline",
        _("Finding"),
        (found,),
        cells=(cell,),
        tables=(kept.table, *([] if recent is None else [recent.table]), _rhythm_facts(kept)),
        names=_names(kept),
        is_short=True,
        carried={} if recent is None else {AS_ONE_SPAN: counts_carried(_spans(recent))},
    )


def _headline(subject: Subject) -> tuple[Finding, Cell]:
    """The headline on the latest period, on the latest ones pooled, or that it is too early; and its code."""
    kept, recent, day = subject.kept, subject.recent, subject.last_row
    if subject.is_early:
        return early_finding(kept), Cell("report.early_finding(kept)")
    if recent is not None:
        call = "recent_of(counted, kept, min_cell=min_cell)"
        return recent_finding(kept, recent), counting(
            "recent", call, recent, then="report.recent_finding(kept, recent)"
        )
    given = "kept" if day is None else f"kept, last_row={day.isoformat()!r}"
    return retention_finding(kept, last_row=day), Cell(f"report.retention_finding({given})")


def _spans(recent: RetentionTable) -> pd.DataFrame:
    """The number lost in pooled periods, by their first and last day."""
    days = [f"{row['from_']:%Y-%m-%d} {row['until']:%Y-%m-%d}" for _i, row in recent.table.iterrows()]
    return recent.table[["start", "kept", "lost"]].set_axis(days)


def retention_finding(kept: RetentionTable, *, last_row: date | str | None = None) -> Finding:
    """How many customers were kept in the latest complete period: the headline of a report.

    If the period does not suit the customers' rhythm, the claim says so before it states the rate.

    Args:
        kept: The account.
        last_row: The day of the list's last row, if the account is counted up to a later end of a period.
    """
    row = reference_row(kept)
    if row is None:
        return nothing_to_claim(kept)
    when = in_period(row, kept.every)
    if last_row is not None and row["until"] == pd.Timestamp(kept.card.as_of):
        day = day_name(pd.Timestamp(last_row))
        when = _("{when} (rows until {day})").format(when=when, day=day)
    claim = capital(f"{kept_words(row, when)} {interval_words(row)}.")
    caveats = [
        *(plainly(doubt) for doubt in kept.quality.above() if doubt not in kept.warning),
        *running_caveat(row),
        *later_caveats(kept, row),
        *_notes_beside_warning(kept),
        *([kept.rhythm.note] if kept.rhythm and kept.rhythm.note else []),
        *returned_caveat(row),
        *few_caveat(row),
    ]
    claim = " ".join(filter(None, [kept.warning, claim]))
    return Finding(claim, rows_of(kept, row), " ".join(caveats or [_("Counted from a complete list, not estimated.")]))


def _notes_beside_warning(kept: RetentionTable) -> list[str]:
    """The notes, without the one on why no period fits if the warning says it already."""
    said = kept.rhythm.advice.why if kept.rhythm and kept.warning else ""
    return [plainly(note) for note in kept.notes if not (said and said in note and said in kept.warning)]


def kept_words(row: pd.Series, when: str) -> str:
    """``in March 2024 we kept 289 of 316 customers: 91.5%``."""
    start, n = int(row["start"]), int(row["kept"])
    if n == start > 1:
        text = _("{when} we kept all {start} {start:customer|customers}: {crr}")
    elif n == 0:
        text = ngettext(
            "{when} we kept none of {start} customer: {crr}", "{when} we kept none of {start} customers: {crr}", start
        )
    else:
        text = ngettext(
            "{when} we kept {kept} of {start} customer: {crr}",
            "{when} we kept {kept} of {start} customers: {crr}",
            start,
        )
    numbers = {"kept": format_number(n), "start": format_number(start), "crr": format_percent(row["crr"])}
    if row["status"] == RUNNING:
        when = _("so far {when}").format(when=when)
    return text.format(when=when, **numbers)


def interval_words(row: pd.Series) -> str:
    """The interval of the rate, in brackets."""
    text = _("(95% interval {low} to {high})")
    return text.format(low=format_percent(row["crr_low"]), high=format_percent(row["crr_high"]))


def process_caveat(row: pd.Series) -> str:
    """What the interval of a complete list means, in the fixed wording."""
    ends = {"low": format_percent(row["crr_low"]), "high": format_percent(row["crr_high"])}
    wording = WORDING["process"]
    return _(wording).format(**ends)


def running_caveat(row: pd.Series) -> list[str]:
    """A note that a running period is not a result."""
    return (
        [_("The period had not ended when the data ended, so this is not a result yet.")]
        if row["status"] == RUNNING
        else []
    )


def later_caveats(kept: RetentionTable, row: pd.Series) -> list[str]:
    """Why the headline is not about a later period."""
    later = kept.table[kept.table["from_"] > row["from_"]]
    reasons = {
        RUNNING: _("Left out, because the list ends on {day}, before the end of the period: {periods}."),
        WITHHELD: _("Suppressed, because the rate would rest on too small a group of customers: {periods}."),
        EMPTY: _("Without a rate, because there was nobody to keep: {periods}."),
    }
    of = {
        status: [period_name(r, kept.every) for _i, r in later[later["status"] == status].iterrows()]
        for status in reasons
    }
    seen = {"day": day_name(kept.card.as_of - timedelta(microseconds=1))}
    said = [reasons[status].format(periods=_listed(names), **seen) for status, names in of.items() if names]
    return [*said, *_nearly_whole(kept, later)]


def _nearly_whole(kept: RetentionTable, later: pd.DataFrame) -> list[str]:
    """A note that a nearly complete period can be used, if nothing happened on the missing days."""
    if later.empty or later["status"].iloc[-1] != RUNNING:
        return []
    last, as_of = later.iloc[-1], kept.card.as_of
    missing = (last["until"] - pd.Timestamp(as_of)).days
    if not 0 < missing <= LATE * (last["until"] - last["from_"]).days:
        return []
    text = ngettext(
        "Only {n} day of it is missing; if nothing was to be recorded on it, the report can be written as of {day}.",
        "Only {n} days of it are missing; if nothing was to be recorded on them, the report can be written as of"
        " {day}.",
        missing,
    )
    return [text.format(n=format_number(missing), day=day_name(last["until"]))]


def returned_caveat(row: pd.Series) -> list[str]:
    """A note that returned customers do not count as kept."""
    if row["end"] == row["kept"]:  # nobody joined, so nobody returned
        return []
    if pd.isna(row["returned"]):
        return [_("Customers who returned are not counted as kept; they are too few to show.")]
    n = int(row["returned"])
    if not n:
        return []
    text = ngettext(
        "{n} customer who returned is not counted as kept.", "{n} customers who returned are not counted as kept.", n
    )
    return [text.format(n=format_number(n))]


def few_caveat(row: pd.Series) -> list[str]:
    """The weight of one customer in a small base."""
    if row["start"] >= FEW:
        return []
    text = ngettext(
        "With {n} customer at the start, one person moves the rate by {step}.",
        "With {n} customers at the start, one person moves the rate by {step}.",
        int(row["start"]),
    )
    return [text.format(n=format_number(row["start"]), step=format_in_points(1 / row["start"]).lstrip("+"))]


def _listed(names: list[str]) -> str:
    more = len(names) - PERIODS_NAMED
    if more <= 1:
        return ", ".join(names)
    return _("{periods} and {n} more").format(periods=", ".join(names[:PERIODS_NAMED]), n=format_number(more))


def _rhythm_facts(kept: RetentionTable) -> pd.DataFrame:
    """The counts behind the judgement of the period, which the notebook contains and which are not ids."""
    facts = {} if kept.rhythm is None else kept.rhythm.to_dict()
    told = facts | facts.pop("advice", {})
    return pd.DataFrame({"fact": [str(value) for value in told.values() if isinstance(value, int | float)]})


def _names(kept: RetentionTable) -> tuple[str, ...]:
    """The names from the list: its own, its segment's, those of the states that count."""
    return tuple(str(text) for text in (kept.card.source, kept.card.segment, *(kept.card.counts or ())) if text)


def is_early(kept: RetentionTable) -> bool:
    """Whether the history is too short for any period, so that a rate would only reflect the calendar."""
    return kept.rhythm is not None and kept.rhythm.is_doubtful and not kept.rhythm.advice.fits


def early_finding(kept: RetentionTable) -> Finding:
    """Why there is no rate yet, from when on there will be, and what the list shows already."""
    rhythm = kept.rhythm
    advice = None if rhythm is None else rhythm.advice
    claim = _("It is too early to say how many customers stay.")
    caveats = [
        *([] if advice is None else [_why(advice)]),
        *map(plainly, kept.quality.above()),
        *([] if advice is None else _from_when(kept, advice)),
        *([_median(rhythm.median)] if rhythm is not None and not math.isnan(rhythm.median) else []),
        _("The account below shows who bought when; its rates do not show who stays."),
    ]
    return Finding(claim, kept.to_pandas(), " ".join(caveats))


def _why(advice: Advice) -> str:
    if math.isnan(advice.needed):
        return _("Hardly anybody has bought twice yet.")
    text = _(
        "It takes {needed} {needed:day|days} until {share} of the customers have bought again, and the "
        "list covers {history} {history:day|days}, less than twice as long."
    )
    return text.format(
        needed=days_text(advice.needed), share=format_percent(advice.share, digits=0),
        history=format_number(advice.history_days),
    )  # fmt: skip


def _median(days: float) -> str:
    text = _("So far half of the repeat purchases came within {median} {median:day|days} of the one before.")
    return text.format(median=days_text(days))


def _from_when(kept: RetentionTable, advice: Advice) -> list[str]:
    """The day from which the list will contain two whole periods of sufficient length."""
    if kept.base is None or not advice.needed <= DAYS_PER_PERIOD["year"]:
        return []
    every = next(every for every in RHYTHM_PERIODS if DAYS_PER_PERIOD[every] >= advice.needed)
    calendar, first = kept.base.calendar(every), kept.base.first
    begun = calendar.index(first)
    late = first.date() > calendar.start(begun) + timedelta(days=LATE * DAYS_PER_PERIOD[every])
    whole = pd.Timestamp(calendar.start(begun + late + ENOUGH_CYCLES))
    long_enough = pd.Timestamp(first).normalize() + timedelta(days=ENOUGH_CYCLES * advice.needed)
    text = _("{by} it can be said from {day} on, if they go on buying at this pace.")
    return [text.format(by=_(BY[every]), day=day_name(max(whole, long_enough)))]
