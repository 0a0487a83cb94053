"""Adding rows to a saved base, with the results of reading all rows at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crrkit import reduce
from crrkit.ground import InputError, as_path, told as _
from crrkit.read.bases import keeping
from crrkit.read.bases.base import Base
from crrkit.read.bases.events import event_base, read_events
from crrkit.read.bases.order_base import OrderBase, settled
from crrkit.read.bases.readers import read_orders
from crrkit.read.engines import new_engine
from crrkit.read.quality import QualityReport
from crrkit.rules import DefinitionCard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import ibis.expr.types as ir

READ_AGAIN: Mapping[str, Any] = {"orders": read_orders, "events": read_events}
SHOWN_SOURCES = 3


def update(path: str | Path, new_rows: Any = None, *, as_of: str | date | datetime | None = None) -> OrderBase:
    """Add rows to a base saved with ``base.save(path)``, and return the whole base.

    The new rows are read with the same columns and rules as the first ones. They may be in any order and include late
    rows and refunds. Every measure then gives the result of reading all rows at once. A row that is in both lists
    counts twice; adding the identical list a second time is refused.

    Args:
        path: The folder of the saved base.
        new_rows: The new rows, any source that the reader accepts; or a base, if they must be read with other arguments
            (another sheet, a table of a database). None returns the base as it was saved.
        as_of: The cut-off of the new rows; by default the day after the last of them. The cut-off of the whole is the
            later of the two and never moves back.

    Returns:
        The base of all rows. ``quality`` adds up the accounts of all readings; rows that were set aside are not saved.

    Raises:
        ValueError: If there is no saved base, it is damaged, or the new rows cannot be read or have other rules.

    Examples:
        >>> import pandas as pd, tempfile
        >>> folder = tempfile.mkdtemp() + "/shop"
        >>> january = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-01-09"]})
        >>> _ = read_orders(january, customer="who", at="when").save(folder)
        >>> february = pd.DataFrame({"who": ["a", "c", "b"], "when": ["2024-02-01", "2024-02-02", "2024-01-31"]})
        >>> base = update(folder, february)
        >>> base.customers, base.quality.rows_used, base.card.as_of.date().isoformat()
        (3, 5, '2024-02-03')
        >>> update(folder, read_orders(february, customer="who", at="when", zone="Europe/Moscow"))
        Traceback (most recent call last):
        crrkit.InputError: The new rows were read with other rules than the saved ones: zone is 'Europe/Moscow'
            and was None. Read them with the same rules, or save a base of all rows.
    """
    folder = as_path(path)
    manifest = keeping.read_manifest(folder)
    if new_rows is None:
        return _opened(folder, manifest)
    more = new_rows if isinstance(new_rows, Base) else _read(manifest, new_rows, as_of)
    _refuse_other_rules(manifest, more)
    keeping.refuse_what_cannot_grow(more)
    with keeping.locked(folder):
        manifest = keeping.read_manifest(folder)
        part = keeping.write_part(folder, more)
        _refuse_twice(manifest, part)
        keeping.write_manifest(folder, _with(manifest, more, part))
    return _opened(folder, keeping.read_manifest(folder))


def _read(manifest: keeping.Manifest, source: Any, as_of: Any) -> Base:
    """Read the new rows with the columns and arguments of the first ones."""
    arguments = manifest["said"] | manifest["columns"]
    base: Base = READ_AGAIN[manifest["kind"]](source, **arguments, as_of=as_of)
    return base


def _refuse_other_rules(manifest: keeping.Manifest, more: Base) -> None:
    was = {**manifest["card"], "kind": manifest["kind"], "by": manifest["by"], "columns": _roles(manifest["columns"])}
    now = {**keeping.rules_of(more), "kind": more.kind, "by": list(more.by), "columns": _roles(more.quality.columns)}
    other = next((name for name in was if was[name] != now.get(name)), None)
    if other is not None:
        message = _(
            "The new rows were read with other rules than the saved ones: {rule} is {now!r} and was {was!r}. Read them"
            " with the same rules, or save a base of all rows."
        )
        raise InputError(message.format(rule=other, now=now.get(other), was=was[other]), argument="new_rows")


def _roles(columns: Mapping[str, str]) -> list[str]:
    """Return the roles that the columns provide; quantity and price count as amount."""
    told = {role for role, column in columns.items() if column} - {"status", "price"}
    return sorted("amount" if role == "quantity" else role for role in told)


def _refuse_twice(manifest: keeping.Manifest, part: keeping.Manifest) -> None:
    if part["rows"] and part["sha256"] in {one["sha256"] for one in manifest["parts"]}:
        message = _("The same rows have been added before and would count twice. Nothing was changed.")
        raise InputError(message, argument="new_rows")


def _with(manifest: keeping.Manifest, more: Base, part: keeping.Manifest) -> keeping.Manifest:
    return manifest | {
        "readings": [*manifest["readings"], keeping.reading_of(more)],
        "parts": [*manifest["parts"], part],
        "as_of": max(datetime.fromisoformat(manifest["as_of"]), more.card.as_of).isoformat(),
    }


def _opened(folder: Path, manifest: keeping.Manifest) -> OrderBase:
    """Return the base of all saved rows."""
    engine, rows = _rows(folder, manifest)
    quality = _quality(manifest)
    arguments = {**manifest["said"], **manifest["columns"], "activity": keeping.activity_of(manifest["activity"])}
    as_of = datetime.fromisoformat(manifest["as_of"])
    rules = {**manifest["card"], "counts": manifest["card"]["counts"] and tuple(manifest["card"]["counts"])}
    card = DefinitionCard(
        source=quality.source, as_of=as_of, activity=str(arguments["activity"]), read_as=quality.read_as(), **rules
    )
    by = tuple(manifest["by"])
    if manifest["kind"] == "events":
        found: OrderBase = event_base(
            rows, quality, card, activity=arguments["activity"], by=by, engine=engine,
            refunded=arguments.get("refunded", "count"),
        )  # fmt: skip
        return replace(found, arguments=arguments)
    table = rows.filter(~rows["back"]).drop("back") if "back" in rows.columns else rows
    first = reduce.first_moment(table, rows)
    reduce.declare_shared(table, span=(first, as_of), at_most=quality.rows_used)
    rule = settled(arguments["activity"], table, as_of)
    return OrderBase(
        table, quality, card.with_(activity=str(rule)), first, as_of, by, rule, engine,
        refunded_too=rows if "back" in rows.columns else None, arguments=arguments,
    )  # fmt: skip


def _rows(folder: Path, manifest: keeping.Manifest) -> tuple[Any, ir.Table]:
    """Return an engine and all parts as one table; raise an error if a checksum does not match."""
    paths = [folder / part["file"] for part in manifest["parts"]]
    for path, part in zip(paths, manifest["parts"], strict=True):
        if not path.is_file() or keeping.sum_of(path) != part["sha256"]:
            raise keeping.damaged(folder, part["file"])
    engine = new_engine(stored=paths)
    parts = [engine.read_parquet(path, table_name=f"crrkit_part_{place}") for place, path in enumerate(paths)]
    reduce.watch(engine, paths)
    return engine, reduce.union_of(parts)


def _quality(manifest: keeping.Manifest) -> QualityReport:
    readings = manifest["readings"]
    counts: dict[str, int] = {}
    money: dict[str, float] = {}
    for reading in readings:
        for sums, told in ((counts, reading["counts"]), (money, reading["money"])):
            for name, value in told.items():
                sums[name] = sums.get(name, 0) + value
    sources = list(dict.fromkeys(reading["source"] for reading in readings))
    shown = ", ".join(sources[:SHOWN_SOURCES]) + (" …" if len(sources) > SHOWN_SOURCES else "")
    notes, doubts = (tuple(dict.fromkeys(n for one in readings for n in one[name])) for name in ("notes", "doubts"))
    return QualityReport.from_counts(
        counts, source=shown, rows_used=sum(one["used"] for one in readings), columns=manifest["columns"], notes=notes,
        doubts=doubts, kind=manifest["kind"], money=money, fetch=_not_kept,
    )  # fmt: skip


def _not_kept(_reason: str, _limit: int) -> Any:
    message = _("The rows that were set aside are not saved. Look at them where they were read.")
    raise InputError(message, argument="reason")
