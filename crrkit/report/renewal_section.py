"""Renewals: how many of the contracts due were renewed, on time and late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crrkit.ground import format_cell, format_number, format_percent, gettext as _, ngettext
from crrkit.measure import COMPLETE, RenewalTable, renewals
from crrkit.measure.cadence import term_of
from crrkit.report.finding import Finding
from crrkit.report.html import Html, element, row_block, table_block
from crrkit.report.money_section import LATEST
from crrkit.report.period_names import capital, in_period
from crrkit.report.section import Cell, Section, Subject, counting, counts_carried
from crrkit.report.withhold import RENEWAL_COUNTS, blank_renewals

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

RENEWAL_CALL = "renewals_of(base, kept, min_cell=min_cell, first=first, last=last)"
MOST_RENEWED = 0.5  # if fewer are renewed and contracts have no terms, an end is a cancellation: nothing was due


def renewal_section(subject: Subject) -> Section | None:
    """The outcome of contracts due; None if ends are cancellations, or no period may be shown."""
    if subject.base is None:
        return None
    due = renewals_of(subject.base, subject.kept, min_cell=subject.min_cell, first=subject.first, last=subject.last)
    if due is None:
        return None
    return Section(
        "renewals",
        _("Renewals"),
        (renewal_finding(due),),
        lambda: renewal_block(due),
        cells=(counting("due", RENEWAL_CALL, due, then="report.renewal_finding(due)"), Cell("due.table")),
        tables=(due.table,),
        carried={f"renewals {due.every}": counts_carried(due.table.set_index("period")[RENEWAL_COUNTS])},
    )


def renewals_of(
    base: Base,
    kept: RetentionTable,
    *,
    min_cell: int | None = 10,
    first: str | None = None,
    last: str | None = None,
) -> RenewalTable | None:
    """The whole periods in which contracts were due, small cells suppressed.

    Args:
        base: The contracts.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; None suppresses nothing.
        first: The first period of the report.
        last: The last one.
    """
    if not base.has_terms or base.listed_every is not None:
        return None
    counted = renewals(base, every=kept.every, first=first, last=last)
    table = counted.table[counted.table["status"] == COMPLETE].reset_index(drop=True)
    renewed = table["renewed_on_time"].sum() + table["renewed_late"].sum()
    if not renewed or not (term_of(base) or renewed > MOST_RENEWED * table["due"].sum()):
        return None
    if min_cell is not None:
        table = blank_renewals(table, min_cell)
    return replace(counted, table=table) if table["rate"].notna().any() else None


def renewal_finding(due: RenewalTable) -> Finding:
    """How many of the contracts due in the latest period shown were renewed, on time and late.

    Args:
        due: The renewals of a report, or the result of `crrkit.measure.renewals`.

    Returns:
        The finding; if no outcome is final yet, a finding that says so.
    """
    known = due.table[(due.table["status"] == COMPLETE) & due.table["rate"].notna()]
    if not len(known):
        claim = _("Nothing can be said of renewals yet: no period is known to its end.")
        return Finding(claim, due.table, _late_words(due), is_informative=False)
    row = known.iloc[-1]
    text = ngettext(
        "Of the {n} contract due {when}, {on_time} {on_time:was|were} renewed on time and {late} late: {rate} (95%"
        " interval {low} to {high}).",
        "Of the {n} contracts due {when}, {on_time} {on_time:was|were} renewed on time and {late} late: {rate} (95%"
        " interval {low} to {high}).",
        int(row["due"]),
    )
    counts = {"n": row["due"], "on_time": row["renewed_on_time"], "late": row["renewed_late"]}
    rates = {name: format_percent(row[column]) for name, column in (("low", "rate_low"), ("high", "rate_high"))}
    shown = {name: format_number(count) for name, count in counts.items()}
    claim = text.format(when=in_period(row, due.every), rate=format_percent(row["rate"]), **rates, **shown)
    return Finding(capital(claim), known.tail(1), _late_words(due))


def _late_words(due: RenewalTable) -> str:
    """The definition of late, and a note that a customer may be counted in several periods."""
    late = ngettext(
        "Late is up to {n} day after the end, and nothing counts after that.",
        "Late is up to {n} days after the end, and nothing counts after that.",
        due.late_days,
    )
    also = _("Whose contract was not due is in neither number, so this is not the retention rate of all customers.")
    return f"{late.format(n=format_number(due.late_days))} {also}"


def renewal_block(due: RenewalTable) -> Html:
    """The latest periods as rows."""
    heads = [_("period"), _("due"), _("on time"), _("late"), _("not renewed"), _("renewed")]
    kinds = {"period": "text", **dict.fromkeys(RENEWAL_COUNTS, "count"), "rate": "rate"}
    rows = [
        row_block(*(format_cell(row[name], kind) for name, kind in kinds.items()))
        for _i, row in due.table.tail(LATEST).iterrows()
    ]
    table = element("figure", table_block(heads, rows, label=_("Renewals")))
    return element("details", element("summary", _("The latest periods")), table)
