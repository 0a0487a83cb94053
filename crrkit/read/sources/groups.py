"""Grouped reports, in which each customer id is printed once, above or in the first of its rows: ids are filled down.

Printed reports, pivot tables and merged cells omit repeated ids. Read row by row, all but the first purchase of each
customer would be without a customer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import InputError, ntold as ngettext, told as _, told_number
from crrkit.read.disk import quoted
from crrkit.read.quality import Note
from crrkit.read.values import Forms, aggregate, is_true, parse_times

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from crrkit.read.sources.opened import Opened

STANDS_AT = "crrkit_place"
FEWEST_IDS, SHARE_BELOW = 2, 0.2  # with fewer ids, or fewer rows without one, it is not taken for a report


def filled_down(opened: Opened, *, time: str, forms: Forms) -> Opened:
    """Fill in the ids that a grouped report omits, and add a note with their number.

    Ids are filled down if requested, or if each row has either an id or a date, so that ids are above their rows. If
    each id occurs once, in the first of its rows, the others may have no customer, and the user must decide.

    Raises:
        InputError: If ids are missing as in a report, and ``fill_down`` is not given.
    """
    fill = forms.layout.fill_down
    if fill is False or not opened.in_order:
        return opened
    ids, times = (opened.table[opened.columns[role]] for role in ("customer", time))
    if not aggregate(opened.table, any=is_blank(ids).any())["any"]:
        return opened
    rows = opened.table.select(id=ids, who=is_blank(ids), when=is_blank(times))
    who, when = rows["who"], rows["when"]
    seen = aggregate(  # rows with an id only, a date only and both, and the distinct ids, in one pass
        rows, above=(~who & when).sum(), below=(who & ~when).sum(), both=(~who & ~when).sum(),
        ids=rows["id"].nunique(where=~who),
    )  # fmt: skip
    if not seen["below"]:
        return opened
    grouped = bool(seen["above"]) and not seen["both"]
    if not (fill or grouped):
        if seen["ids"] >= seen["both"]:  # each id occurs once
            _ask(opened, time, forms, below=seen["below"], both=seen["both"])
        return opened
    filled = _filled(opened, seen["below"])
    return replace(filled, undated=opened.columns[time]) if grouped else filled


def is_blank(values: ir.Value) -> ir.BooleanValue:
    """Return whether values are null or blank."""
    return values.isnull() | is_true(values.cast("string").strip() == "")


def _filled(opened: Opened, below: int) -> Opened:
    who = quoted(opened.columns["customer"])
    numbered = f"SELECT *, row_number() OVER () AS {STANDS_AT} FROM ({ibis.to_sql(opened.table, dialect='duckdb')})"  # noqa: S608 - Ibis quotes names
    given = f"CASE WHEN trim({who}::VARCHAR) = '' THEN NULL ELSE {who} END"
    last = f"last_value({given} IGNORE NULLS) OVER (ORDER BY {STANDS_AT} ROWS UNBOUNDED PRECEDING)"
    query = f"SELECT * EXCLUDE ({STANDS_AT}) REPLACE ({last} AS {who}) FROM ({numbered})"  # noqa: S608 - names are quoted
    opened.engine.con.execute(f"CREATE OR REPLACE TABLE crrkit_filled AS {query}").fetchall()
    note = ngettext(
        "{n} row without an id has the one above it, as in a report that writes it once. Use fill_down=False if it is"
        " of nobody.",
        "{n} rows without an id have the one above them, as in a report that writes it once. Use fill_down=False if"
        " they are of nobody.",
        below,
    )
    notes = (*opened.notes, Note(note.format(n=told_number(below)), fill_down=False))
    return replace(opened, table=opened.engine.table("crrkit_filled"), notes=notes)


def _ask(opened: Opened, time: str, forms: Forms, *, below: int, both: int) -> None:
    """Raise an error if it may be a report: ids occur once, many rows have none, and dates restart with the ids."""
    if both < FEWEST_IDS or below < SHARE_BELOW * (below + both) or not _begins_anew(opened, time, forms):
        return
    message = _(
        "{n} of {total} {total:row|rows} {n:has|have} no id, and each id in {column!r} stands once, as in a report that"
        " writes it beside the first row of each customer. Use fill_down=True if they belong to the id above,"
        " fill_down=False if to nobody."
    )
    counts = {"n": told_number(below), "total": told_number(below + both)}
    raise InputError(message.format(column=opened.columns["customer"], **counts), argument="fill_down")


def _begins_anew(opened: Opened, time: str, forms: Forms) -> bool:
    """Return whether the first row has an id, and the dates restart at rows with one."""
    who = opened.table[opened.columns["customer"]]
    at = parse_times(opened.table, opened.columns[time], order=forms.dates, zone=forms.zone).value
    rows = opened.table.select(at=at, blank=is_blank(who), place=ibis.row_number())
    before = rows.mutate(before=rows["at"].lag().over(order_by="place"))
    known = before.filter(before["at"].notnull() & before["before"].notnull())
    seen = aggregate(
        known, up=(known["at"] > known["before"]).sum(), down=(known["at"] < known["before"]).sum(),
        anew=(~known["blank"] & (known["at"] < known["before"])).sum(),
    )  # fmt: skip
    first = aggregate(rows.filter(rows["place"] == 0), blank=rows["blank"].any())["blank"]
    return bool(not first and seen["up"] and seen["down"] and seen["anew"])
