"""Errors for sources of which so much is set aside that the rest is not representative."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import (
    SourceError,
    mark,
    ntold as ngettext,
    told as _,
    told_number as format_number,
    told_percent as format_percent,
)
from crrkit.read.quality.unknown import NOT_KNOWN
from crrkit.read.words import is_label, labels_in

if TYPE_CHECKING:
    from crrkit.read.quality.rows import QualityReport

BROKEN = 0.5  # share of rows or revenue from which unreadable rows mean that the source is read wrongly …
GENTLE = {
    "heading, total or group line",
    *NOT_KNOWN[:2],
    "no date",
    "kind not used",
    "status does not count",
    "refund or return",
    "zero amount",
    "end without a start",
    "on or after the cut-off",
}  # … except for these reasons
FEW_LOST = 10  # so few rows may have much of the revenue of a short list by chance, without losing customers
HARDLY_ANY = 0.95  # maximum share of rows without a customer or a date
SHOWN, SHOWABLE = 20, re.compile(r"(?=.*[0-9])[^@]{1,30}")
ENDS_LOST, FEWEST_ENDS = 0.1, 10  # without these contracts, which may have ended or not, the rest is biased

REMEDIES = {
    "heading, total or group line": mark("Export the rows themselves, without totals."),
    "no customer id": mark("Say which column holds the customer with customer=."),
    "id of nobody in particular": mark("Use nobody=() if they are customers."),
    "id rounded by a spreadsheet": mark("Export the ids again as text: 7.90001E+11 stands for many customers."),
    "no date": mark("Say which column holds the date."),
    "unreadable date": mark("Check the column, or say how dates are written, as in dates='day-month-year'."),
    "date that stands for none": mark(
        "Check the column: 1900-01-01 and 1970-01-01 are what systems write for no date."
    ),
    "no kind": mark("Say which column says what happened with kind=."),
    "kind not used": mark("Name the kinds that count with kinds=."),
    "unreadable number": mark("Check the column of amounts."),
    "end without a start": mark("Export the log from its beginning."),
    "ends before it starts": mark("start= and end= may be swapped."),
    "cut-off line": mark("Lines with too few or too many fields: export the file again."),
    "status does not count": mark("Say which words of the column of states count with counts=."),
    "refund or return": mark("Check that amounts of sales are above 0, or use refunds='keep'."),
    "zero amount": mark("Check the column of amounts."),
    "on or after the cut-off": mark("Choose a later as_of."),
}


def refuse_broken(quality: QualityReport) -> None:
    """Raise an error if half of the rows are unreadable, which means that the source is read wrongly.

    Raises:
        SourceError: With the reason that affects the most rows, and what to try.
    """
    if quality.rows_read == 0:
        message = _("{source} has column names but no rows. At least one row is needed.")
        raise SourceError(message.format(source=quality.source), argument="source")
    met = list(quality.table["reason"])
    _refuse(quality, met if not quality.rows_used else [], 0)
    _refuse(quality, [reason for reason in met if reason not in GENTLE], BROKEN)
    _refuse(quality, [reason for reason in met if reason in (*NOT_KNOWN, "no date")], HARDLY_ANY)


def _refuse(quality: QualityReport, reasons: list[str], limit: float) -> None:
    """Raise an error if the reasons together affect at least ``limit`` of the rows or of the revenue."""
    rows = int(quality.table.loc[quality.table["reason"].isin(reasons), "rows"].sum())
    revenue = quality.revenue_of(*reasons)
    if not rows or not (rows >= limit * quality.rows_read or (revenue >= limit and rows >= FEW_LOST)):
        return
    counts = quality.table[quality.table["reason"].isin(reasons)].sort_values("rows", ascending=False, kind="stable")
    told = ngettext("{n} of {total} row", "{n} of {total} rows", quality.rows_read)
    share = told.format(n=format_number(rows), total=format_number(quality.rows_read))
    if rows < limit * quality.rows_read:
        share += _(" with {share} of the revenue").format(share=format_percent(revenue))
    message = ngettext(
        "{source} cannot be used: {share} set aside with the reason “{reason}”{such}. {remedy}",
        "{source} cannot be used: {share} set aside with the reasons “{reason}”{such}. {remedy}",
        len(counts),
    )
    met = _examples(quality, counts["reason"].iloc[0])
    remedy = _(REMEDIES[counts["reason"].iloc[0]])
    if met and all(label.every != "day" for cell in met for label in labels_in(cell)) and all(map(labels_in, met)):
        remedy = _(
            "They name months and no days: a purchase needs its day; lists of who was a customer in each month are for"
            " read_snapshots(…)."
        )
    moment = quality.columns.get("at")
    if moment is not None and is_label(moment):
        remedy = _(
            "Column {column!r} is a month itself: a table with a column for each month is for read_snapshots(…)."
        )
        remedy = remedy.format(column=moment)
    such = _(", such as {cells}").format(cells=", ".join(map(repr, met))) if met else ""
    words = {"reason": "; ".join(map(_, counts["reason"])), "remedy": remedy, "such": such}
    raise SourceError(message.format(source=quality.source, share=share, **words), argument="source")


def _examples(quality: QualityReport, reason: str) -> list[str]:
    """Return two examples of unreadable dates or numbers; text without digits may be a name and is not shown."""
    roles = {"unreadable date": ("at", "start"), "unreadable number": ("amount", "quantity", "price")}.get(reason, ())
    columns = [quality.columns[role] for role in roles if quality.columns.get(role)]
    if len(columns) != 1:
        return []
    cells = quality.rows(reason, limit=SHOWN)[columns[0]].dropna().astype(str).unique()
    return [cell for cell in cells if SHOWABLE.fullmatch(cell)][:2]


def refuse_lost_ends(quality: QualityReport, *, unread: int, column: str) -> None:
    """Raise an error if so many ends of contracts are unreadable that the rate of the others would be biased.

    Raises:
        SourceError: From a tenth of the contracts on.
    """
    swapped = quality.table["reason"] == "ends before it starts"
    lost = unread + int(quality.table.loc[swapped, "rows"].sum())
    if lost < ENDS_LOST * quality.rows_read or quality.rows_read < FEWEST_ENDS:
        return
    message = _(
        "{n} of {total} {total:contract|contracts} {n:has|have} an end in {column!r} that cannot be used, and the"
        " rate would be that of the others. Correct the column, or use dates= or, for words that mean that a"
        " contract is still running, open_ends=."
    )
    words = {"n": format_number(lost), "total": format_number(quality.rows_read), "column": column}
    raise SourceError(message.format(**words), argument="end")
