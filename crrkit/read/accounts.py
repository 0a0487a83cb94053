"""The account of a source: each row is used, or set aside for a reason; counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import ibis

from crrkit.ground import SourceError, format_number, gettext as _, mark, ngettext
from crrkit.read import files, frames
from crrkit.read.connections import is_database
from crrkit.read.currencies import currency_doubts
from crrkit.read.databases import refusal
from crrkit.read.doubts import TWIN, UNREAD, id_doubts, month_doubts, repeat_notes, unread_doubts
from crrkit.read.fields import end_of_today, literal
from crrkit.read.kinds import BUYING
from crrkit.read.open_ends import AS_WRITTEN
from crrkit.read.quality import REASONS, QualityReport
from crrkit.reduce import is_of_an_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.sources import Opened

CANONICAL = ("customer", "contract", "start", "end", "receipt", "at", "kind", "amount", "back")
WHY = "why set aside"
BROKEN = 0.5  # from this share on, rows that cannot be read mean that the source was misread …
GENTLE = {
    "heading, total or group line",
    "no customer id",
    "id of nobody in particular",
    "no date",
    "kind not used",
    "status does not count",
    "refund or return",
    "zero amount",
    "on or after the cut-off",
}  # … but for these


@dataclass(frozen=True)
class Canonical:
    """The rows that the measures count.

    Attributes:
        table: Canonical columns and the segment columns; only rows that are used.
        quality: The account of all rows.
        first: The earliest time of the used rows.
        last: The latest time of the used rows that is not in the future.
        zone: The business's zone, or None when times are local as written.
        engine: What must stay alive while the table is used.
        money: The rows of the table and refunds, when these were kept; None when revenue is what the table says.
    """

    table: ir.Table
    quality: QualityReport
    first: datetime
    last: datetime
    zone: str | None
    engine: object
    money: ir.Table | None = None

    def with_notes(self, *notes: str) -> Canonical:
        """The same rows with more to know about them."""
        return replace(self, quality=replace(self.quality, notes=(*self.quality.notes, *notes)))


P = ParamSpec("P")


def in_a_sentence(read: Callable[P, Canonical]) -> Callable[P, Canonical]:
    """Say what the engine refuses, such as a broken page of a Parquet file, as every other refusal is said."""

    @wraps(read)
    def spoken(*args: P.args, **rules: P.kwargs) -> Canonical:
        try:
            return read(*args, **rules)
        except Exception as broken:
            if not is_of_an_engine(broken):
                raise
            if frames.is_ibis(args[0]) or is_database(args[0]):
                raise refusal(args[0], broken) from None
            raise files.not_a_table(args[0], broken) from broken

    return spoken


def account_of(
    opened: Opened,
    fields: Mapping[str, Any],
    wrong: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    by: Sequence[str],
    times: tuple[str, ...],
    zone: str | None,
    as_of: datetime | None,
    kind: str,
) -> Canonical:
    """Give each row its reason or none, count once, and keep the rows without one."""
    looked_at = {UNREAD + str(place): opened.table[name] for place, name in enumerate(opened.unread)}
    looked_at |= {TWIN: opened.table[TWIN]} if opened.has_twins else {}
    rows = opened.table.select(**fields, **{name: opened.table[name] for name in by}, **looked_at)
    if opened.copied:  # read the fields once: the engine would read them again wherever one is mentioned
        rows = opened.engine.create_table("crrkit_rows", rows, overwrite=True)
    kept = [name for name in rows.columns if name in CANONICAL or name in by]
    found = wrong({name: rows[name] for name in fields})
    marked = rows.select(*kept, **{WHY: _reason(found)})
    now = literal(end_of_today())
    latest = [ibis.ifelse(marked[name] <= now, marked[name], ibis.null("timestamp")).max() for name in times]
    summary = marked.group_by(reason=marked[WHY]).agg(
        rows=marked.count(),
        first=marked[times[0]].min(),
        last=ibis.greatest(*[ibis.coalesce(x, latest[0]) for x in latest]),
        months=_month(marked[times[0]]).nunique(),
    )
    seen = {row["reason"]: row for row in summary.to_pyarrow().to_pylist()}
    counts = {name: row["rows"] for name, row in seen.items() if name is not None} | {"cut-off line": opened.cut_lines}
    used = seen.get(None, {"rows": 0, "first": None, "last": None, "months": 0})
    fetch = _fetcher(opened, _reason(wrong(fields)))
    columns = opened.columns | dict.fromkeys(opened.declined, "")
    quality = QualityReport.from_counts(
        counts, source=opened.name, rows_used=used["rows"], columns=columns, notes=opened.notes, fetch=fetch, kind=kind
    )
    _refuse_broken(quality)
    met = found if rows.get_backend().name != "duckdb" else {name: found[name] for name in found if counts.get(name)}
    # Only what was met is looked for again: each condition costs a tenth of a measure. A warehouse may get new rows.
    good = rows.filter(*[~fault for fault in met.values()]) if met else rows
    last = used["last"] or used["first"]
    canonical = Canonical(good.select(*kept), quality, used["first"], last, zone, opened.engine)
    doubts = _doubts(good, canonical, opened, by=by, months=used["months"], as_of=as_of)
    twice = opened.has_twins and {"amount", "receipt"} & set(kept)
    return doubted(canonical, doubts=doubts, notes=repeat_notes(good) if twice else ())


def _month(at: ir.Value) -> ir.IntegerValue:
    return at.year() * 12 + at.month() - 1


def _doubts(
    good: ir.Table, found: Canonical, opened: Opened, *, by: Sequence[str], months: int, as_of: datetime | None
) -> list[str]:
    """What makes the rate of a list another number than it seems."""
    quality, is_log = found.quality, found.quality.kind in ("orders", "events")
    said = list(opened.doubts)
    if "amount" in found.table.columns:
        said += currency_doubts(opened.table, opened.currencies, by=by)
    said += id_doubts(found.table, used=quality.rows_used, column=quality.columns["customer"], once=is_log)
    if is_log:
        said += month_doubts(
            found.table, used=quality.rows_used, months=months, first=found.first, last=found.last, as_of=as_of
        )
    if opened.unread:
        bought = good.filter(good["kind"].isin(BUYING)) if quality.kind == "events" else good
        said += unread_doubts(bought, opened.unread)
    return said


def _reason(wrong: Mapping[str, Any]) -> ir.StringValue:
    """The first reason that fits, null where none does."""
    return ibis.cases(*[(wrong[name], name) for name in REASONS if name in wrong], else_=ibis.null("string"))


def _fetcher(opened: Opened, reason: ir.StringValue) -> Callable[[str, int], pd.DataFrame]:
    def fetch(name: str, limit: int) -> pd.DataFrame:
        rows = opened.table.mutate(reason=reason)
        rows = rows.drop(TWIN) if opened.has_twins else rows
        frame: pd.DataFrame = rows.filter(rows["reason"] == name).limit(limit).to_pandas()
        if AS_WRITTEN in frame:
            frame[opened.columns["end"]] = frame.pop(AS_WRITTEN)
        return frame

    return fetch


_REMEDIES = {
    "heading, total or group line": mark("Export the rows themselves, without totals."),
    "no customer id": mark("Say which column holds the customer with customer=."),
    "id of nobody in particular": mark("Say nobody=() if they are customers."),
    "id rounded by a spreadsheet": mark("Export the ids again as text: 7.90001E+11 stands for many customers."),
    "no date": mark("Say which column holds the date."),
    "unreadable date": mark("Check the column, or say how dates are written, as in dates='day-month-year'."),
    "date that stands for none": mark(
        "Check the column: 1900-01-01 and 1970-01-01 are what systems write for no date."
    ),
    "no kind": mark("Say which column says what happened with kind=."),
    "kind not used": mark("Name the kinds that count with kinds=."),
    "unreadable number": mark("Check the column of amounts."),
    "ends before it starts": mark("start= and end= may be swapped."),
    "cut-off line": mark("Lines with too few or too many fields: export the file again."),
    "status does not count": mark("Say which words of the column of states count with counts=."),
    "refund or return": mark("Check that amounts of sales are above 0, or say refunds='keep'."),
    "zero amount": mark("Check the column of amounts."),
    "on or after the cut-off": mark("Choose a later as_of."),
}


def _refuse_broken(quality: QualityReport) -> None:
    """Half of the rows unreadable is no data with a few errors, it is a source read wrongly."""
    if quality.rows_read == 0:
        message = _("{source} has column names but no rows. At least one row is needed.")
        raise SourceError(message.format(source=quality.source), argument="source")
    for reason, count in zip(quality.table["reason"], quality.table["rows"], strict=True):
        if quality.rows_used and (reason in GENTLE or count < BROKEN * quality.rows_read):
            continue
        rows = ngettext("{n} of {total} row", "{n} of {total} rows", quality.rows_read)
        share = rows.format(n=format_number(count), total=format_number(quality.rows_read))
        message = _("{source} cannot be used: {share} set aside with the reason “{reason}”. {remedy}")
        words = {"source": quality.source, "share": share, "reason": _(reason), "remedy": _(_REMEDIES[reason])}
        raise SourceError(message.format(**words), argument="source")


def doubted(rows: Canonical, *, doubts: Sequence[str], notes: Sequence[str] = ()) -> Canonical:
    """The same rows with more to say of them, first what is in doubt."""
    quality = rows.quality
    all_notes = (*doubts, *quality.notes, *notes)
    return replace(rows, quality=replace(quality, doubts=(*doubts, *quality.doubts), notes=all_notes))
