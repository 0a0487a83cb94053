"""Selection of the rows of a source: each is used, or set aside with one reason, and counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import ibis

from crrkit.read.disk import files
from crrkit.read.engines import frames, is_database, refusal
from crrkit.read.intake.fields import end_of_today, literal
from crrkit.read.quality import (
    NOT_KNOWN,
    REASONS,
    TWIN,
    UNREAD,
    QualityReport,
    crowded_day_doubt,
    currency_doubts,
    currency_of,
    hole_doubts,
    id_doubts,
    largest_note,
    limit_doubt,
    listed_doubts,
    lives_doubts,
    lost_doubts,
    people_doubts,
    refuse_broken,
    repeat_notes,
    spells_in,
    swapped_dates_doubt,
    unknown_by_day,
    unknown_note,
    unpriced_doubt,
    unread_doubts,
    with_weight,
)
from crrkit.read.values import AS_WRITTEN
from crrkit.reduce import declare_shared, is_of_an_engine, reuse_tables, watch_rows
from crrkit.rules import BUYING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.sources import Opened

CANONICAL = ("customer", "contract", "start", "end", "receipt", "at", "kind", "amount", "back")
WHY = "why set aside"
FIELD, ASIDE = "crrkit_field_", "crrkit_aside"


@dataclass(frozen=True)
class Canonical:
    """The rows that the measures count.

    Attributes:
        table: The used rows, with canonical columns and segment columns.
        quality: The account of all rows.
        first: The earliest time of the used rows.
        last: The latest time of the used rows that is not in the future.
        zone: The time zone of the business; None if times are local as written.
        engine: An object to keep alive while the table is used.
        money: The rows of the table and the refunds, if refunds were kept; None if revenue is that of the table.
        beside: The used rows with the columns to check; None if they have been checked.
    """

    table: ir.Table
    quality: QualityReport
    first: datetime
    last: datetime
    zone: str | None
    engine: object
    money: ir.Table | None = None
    beside: ir.Table | None = None


P = ParamSpec("P")
R = TypeVar("R")


def with_source_errors(read: Callable[P, R]) -> Callable[P, R]:
    """Decorator of a reader: convert engine errors, such as a damaged page of a Parquet file, to `SourceError`."""

    @wraps(read)
    def reading(*args: P.args, **rules: P.kwargs) -> R:
        try:
            return read(*args, **rules)
        except Exception as broken:
            if not (is_of_an_engine(broken) or isinstance(broken, OSError | UnicodeError)):
                raise
            if frames.is_ibis(args[0]) or is_database(args[0]):
                raise refusal(args[0], broken) from None
            raise files.not_a_table(args[0], broken) from broken

    return reading


def canonical_of(
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
    """Assign each row a reason to be set aside or none, count in one pass, and keep the rows without a reason."""
    looked_at = {UNREAD + str(place): opened.table[name] for place, name in enumerate(opened.unread)}
    looked_at |= {TWIN: opened.table[TWIN]} if opened.has_twins else {}
    rows = opened.table.select(**fields, **{name: opened.table[name] for name in by}, **looked_at)
    if opened.copied:  # store parsed fields: the engine would parse them again for every reference
        rows = opened.engine.create_table(opened.kept_as, rows, overwrite=True)
    kept = [name for name in rows.columns if name in CANONICAL or name in by]
    found = wrong({name: rows[name] for name in fields})
    marked = rows.select(*kept, **{WHY: _reason(found)})
    seen = _counted(marked, times, elsewhere=opened.elsewhere)
    used = seen.get(None, {"rows": 0, "first": None, "last": None})
    quality = _account(opened, marked, seen, time=times[0], kind=kind, fetch=_fetcher(opened, fields, wrong))
    met = found if rows.get_backend().name != "duckdb" else {name: found[name] for name in found if name in seen}
    # Only reasons that occurred become filters, each of which costs a tenth of a measure. Databases may get new rows.
    good = rows.filter(*[~fault for fault in met.values()]) if met else rows
    beside = good if kind == "contracts" and opened.unread else None  # until when they were recorded is not known yet
    span = used["first"], used["last"] or used["first"]
    canonical = Canonical(good.select(*kept), quality, *span, zone, opened.engine, beside=beside)
    if opened.elsewhere:
        until = canonical.table.filter(canonical.table[times[0]] <= literal(used["last"])) if used["last"] else None
        watch_rows(canonical.table, name=opened.name, known=until, rows=used.get("known") or 0)
    as_looked_at = opened.looked is not None and not quality.rows_set_aside
    if (kind == "orders" and "back" not in kept) or (kind == "events" and as_looked_at):
        declare_shared(canonical.table, largest=used.get("largest"))
    if as_looked_at:
        reuse_tables(canonical.table, of=opened.looked)
    doubts = [*unknown_note(quality), *_doubts(good, canonical, opened, by=by, as_of=as_of)]
    money = _money_column(opened)
    if kind == "orders" and money is not None:
        doubts += unpriced_doubt(canonical.table, used=used["rows"], unpriced=used.get("unpriced") or 0, column=money)
    twice = opened.has_twins and {"amount", "receipt"} & set(kept)
    notes = [*largest_note(quality, used.get("largest")), *(repeat_notes(good) if twice else ())]
    return doubted(canonical, doubts=doubts, notes=notes)


def _counted(marked: ir.Table, times: tuple[str, ...], *, elsewhere: bool) -> dict[str | None, dict[str, Any]]:
    """Count the rows of each reason in one pass, with the span of their times and their revenue without refunds."""
    now = literal(end_of_today())
    latest = [ibis.ifelse(marked[name] <= now, marked[name], ibis.null("timestamp")).max() for name in times]
    # The first time is not null; Spark has no GREATEST of one argument.
    last = ibis.greatest(*[ibis.coalesce(x, latest[0]) for x in latest]) if latest[1:] else latest[0]
    asked = {"rows": marked.count(), "first": marked[times[0]].min(), "last": last}
    if "amount" in marked.columns:
        money = ibis.greatest(marked["amount"], 0.0)
        asked |= {"money": money.sum(), "largest": marked["amount"].max(), "unpriced": marked["amount"].isnull().sum()}
    if elsewhere:
        asked["known"] = (marked[times[0]] <= now).sum()
    summary = marked.group_by(reason=marked[WHY]).agg(**asked)
    seen = {row["reason"]: row for row in summary.to_pyarrow().to_pylist()}
    if "amount" in marked.columns and seen.keys() - {None}:  # only such rows may be totals
        for reason, totalled in _totalled(marked, times[0]).items():
            seen[reason]["money"] -= totalled
    return seen


def _totalled(marked: ir.Table, time: str) -> dict[str, float]:
    """Return the amounts by reason of rows without a customer and without a time: totals, whose amount is of others."""
    totals = marked.filter(marked["customer"].isnull() & marked[time].isnull() & (marked["amount"] > 0))
    found = totals.group_by(reason=totals[WHY]).agg(money=totals["amount"].sum()).to_pyarrow().to_pylist()
    return {row["reason"]: row["money"] for row in found}


def _money_column(opened: Opened) -> str | None:
    return next((opened.columns[role] for role in ("amount", "price") if opened.columns.get(role)), None)


def _account(
    opened: Opened,
    marked: ir.Table,
    seen: Mapping[str | None, Mapping[str, Any]],
    *,
    time: str,
    kind: str,
    fetch: Callable[[str, int], pd.DataFrame],
) -> QualityReport:
    """Return the account of the rows; an error if so many are unreadable that the source is read wrongly."""
    counts = {name or "": row["rows"] for name, row in seen.items()}
    used = counts.pop("", 0)
    columns = opened.columns | dict.fromkeys(opened.declined, "")
    quality = QualityReport.from_counts(
        counts | {"cut-off line": opened.cut_lines}, source=opened.name, rows_used=used, columns=columns,
        notes=opened.notes, fetch=fetch, kind=kind,
        money={name or "": row["money"] or 0.0 for name, row in seen.items() if "money" in row},
        unknown=unknown_by_day(marked, time=time, why=WHY) if set(NOT_KNOWN) & set(counts) else None,
    )  # fmt: skip
    currency = currency_of(opened.table, opened.currencies, amounts=_money_column(opened))
    quality = replace(quality, currency=currency)
    refuse_broken(quality)
    return replace(quality, notes=with_weight(quality))


def _doubts(
    good: ir.Table, found: Canonical, opened: Opened, *, by: Sequence[str], as_of: datetime | None
) -> list[str]:
    """Return the doubts that may affect every rate of the list."""
    quality, is_log = found.quality, found.quality.kind in ("orders", "events")
    said = [*lost_doubts(quality), *opened.doubts]
    said += limit_doubt(quality.rows_read) if opened.is_exported else []
    if "amount" in found.table.columns:
        said += currency_doubts(opened.table, opened.currencies, by=by)
    said += id_doubts(found.table, used=quality.rows_used, column=quality.columns["customer"], once=is_log)
    if is_log:
        # Of a database only the long gaps are fetched.
        spells = spells_in(found.table, all_of_them=not opened.elsewhere)
        said += hole_doubts(
            found.table, spells, used=quality.rows_used, first=found.first, last=found.last, as_of=as_of
        )
        said += lives_doubts(found.table, first=found.first, last=found.last)
        if spells and not opened.elsewhere:
            said += crowded_day_doubt(spells, used=quality.rows_used)
            said += swapped_dates_doubt([*(spell.day for spell in spells), max(spell.after for spell in spells)])
    if quality.kind == "snapshots":
        said += listed_doubts(good, opened.unread)
    elif is_log and opened.unread:
        bought = good.filter(good["kind"].isin(BUYING)) if quality.kind == "events" else good
        said += people_doubts(bought, opened.unread, column=quality.columns["customer"])
        said += unread_doubts(bought, opened.unread, spoken=opened.spoken)
    return said


def _reason(wrong: Mapping[str, Any]) -> ir.StringValue:
    """Return the first reason that applies, null if none does."""
    return ibis.cases(*[(wrong[name], name) for name in REASONS if name in wrong], else_=ibis.null("string"))


def _fetcher(
    opened: Opened, fields: Mapping[str, Any], wrong: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Callable[[str, int], pd.DataFrame]:
    def fetch(name: str, limit: int) -> pd.DataFrame:
        rows = opened.table.mutate(**{FIELD + role: value for role, value in fields.items()})
        if opened.copied:  # each field is a long expression, to which the reasons refer many times
            rows = opened.engine.create_table(ASIDE, rows, overwrite=True)
        rows = rows.mutate(reason=_reason(wrong({role: rows[FIELD + role] for role in fields})))
        rows = rows.drop(*[FIELD + role for role in fields], *([TWIN] if opened.has_twins else []))
        frame: pd.DataFrame = rows.filter(rows["reason"] == name).limit(limit).to_pandas()
        if opened.copied:
            opened.engine.drop_table(ASIDE)
        if AS_WRITTEN in frame:
            frame[opened.columns["end"]] = frame.pop(AS_WRITTEN)
        return frame

    return fetch


def doubted(rows: Canonical, *, doubts: Sequence[str], notes: Sequence[str] = ()) -> Canonical:
    """Return the same rows with more doubts and notes."""
    quality = rows.quality
    all_notes = (*doubts, *quality.notes, *notes)
    return replace(rows, quality=replace(quality, doubts=(*doubts, *quality.doubts), notes=all_notes))
