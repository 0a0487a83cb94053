"""Rows in another engine: whether they can be counted there with the same result, or must be fetched.

Columns of plain types are counted in their database, and no row leaves it. If values need cleaning first (dates or
numbers in text, ids in several spellings, placeholder ids), the columns that are read, and no others, are fetched. The
results are therefore those of the same rows in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import told as _
from crrkit.read.quality import FILLERS, OUTSTANDING, TILLS
from crrkit.read.values import aggregate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from crrkit.read.values import Forms

TIME_ROLES, NUMBER_ROLES, OTHER_IDS = ("at", "start", "end"), ("amount", "quantity", "price"), ("contract", "receipt")
# If all ids have one of these forms, no cleaning or check of ids can apply to any of them. Longer numbers may be phone
# numbers, or have lost digits.
PLAIN_FORMS = (
    r"^[1-9][0-9]{0,8}$",
    r"^[A-Z]{1,4}[-_]?[0-9]{1,15}$",
    r"^[a-z]{1,4}[-_]?[0-9]{1,15}$",
    r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
)
TIDY = r"^[0-9A-Za-z_-]*$"


def why_fetched(table: ir.Table, columns: Mapping[str, str], forms: Forms) -> str | None:
    """Return the column that requires fetching; None if the rows can be counted in their database."""
    backend = table.get_backend().name
    if backend == "duckdb":
        return None
    schema = table.schema()
    for role, name in columns.items():
        kind = schema[name]
        if role in TIME_ROLES and not _is_plain_time(kind, backend):
            return name
        if role in NUMBER_ROLES and not (kind.is_numeric() and not kind.is_boolean()):
            return name
    asked = forms.fold is not None or forms.nobody is not None
    if asked or not _are_plain(table, columns["customer"]):
        return columns["customer"]
    others = [columns[role] for role in OTHER_IDS if role in columns]
    return next((name for name in others if not _are_tidy(table, name)), None)


def _is_plain_time(kind: Any, backend: str) -> bool:
    if kind.is_date():
        return True
    return bool(kind.is_timestamp() and (kind.timezone is None or backend == "postgres"))


def _are_plain(table: ir.Table, name: str) -> bool:
    """Return whether customer ids need no cleaning and raise no question."""
    if table.schema()[name].is_uuid():
        return True
    ids = _rows_of_ids(table, name)
    if ids is None:
        return False
    filler = ids["id"].re_search(FILLERS)
    odd = {f"odd{place}": (~ids["id"].re_search(form)).any() for place, form in enumerate(PLAIN_FORMS)}
    most = {"most": ids["rows"].max(where=~filler), "filler": ids["rows"].max(where=filler)}
    seen = aggregate(ids, till=ids["id"].lower().re_search(TILLS).any(), **most, **odd)
    if seen["till"] or (seen["filler"] or 0) >= OUTSTANDING * (seen["most"] or 0) > 0:
        return False
    return any(seen[place] is False for place in odd)


def _are_tidy(table: ir.Table, name: str) -> bool:
    """Return whether other ids would remain unchanged by cleaning."""
    if table.schema()[name].is_uuid():
        return True
    ids = _rows_of_ids(table, name)
    return ids is not None and not aggregate(ids, odd=(~ids["id"].re_search(TIDY)).any())["odd"]


def _rows_of_ids(table: ir.Table, name: str) -> ir.Table | None:
    """Return the number of rows per id, as an expression; None if ids are neither integers nor text."""
    kind = table.schema()[name]
    if not (kind.is_integer() or kind.is_string()):
        return None
    ids = table.select(id=table[name].cast("string"))
    return ids.filter(ids["id"].notnull()).group_by("id").agg(rows=lambda t: t.count())


def fetched_note(name: str, column: str) -> str:
    """Return the note on rows that were fetched from their database."""
    note = _(
        "{name}: the columns that are read were fetched from the database, because {column!r} has to be tidied here"
        " first. Dates, numbers and ids in types of their own are counted where they are."
    )
    return note.format(name=name, column=column)
