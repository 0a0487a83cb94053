"""Ids in an engine that is not DuckDB: looked through in memory, and changed there one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.ground import InputError, format_number, gettext as _
from crrkit.read.ids import known

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    import pyarrow as pa

MOST_IDS = 1_000_000  # more are not fetched to be looked through
MOST_CHANGES = 1_000  # more do not fit one query


def is_small_enough(values: ir.Value) -> bool:
    """Whether the different ids may be fetched."""
    ids = values.name("id").as_table()
    return int(ids.aggregate(n=ids["id"].nunique()).to_pyarrow()["n"][0].as_py()) <= MOST_IDS


def changed(
    text: ir.StringValue, spellings: pa.Table, change: Callable[[ir.StringValue], ir.StringValue], *, column: str
) -> ir.Value:
    """The ids after a change that only DuckDB knows how to make.

    Args:
        text: The ids in their engine.
        spellings: The different ids, fetched.
        change: What is done to each.
        column: What to call them in a refusal.

    Raises:
        InputError: If more ids change than one query can name.
    """
    rows = ibis.memtable(spellings)
    pairs = rows.select(before=rows["id"], after=change(rows["id"])).to_pyarrow().to_pylist()
    differ = [(row["before"], row["after"]) for row in pairs if row["after"] not in (None, row["before"].strip())]
    if len(differ) > MOST_CHANGES:
        message = _(
            "{n} ids in {column!r} stand in another form than they are counted in: too many for a table of {engine}."
            " Bring them to one form there."
        )
        words = {"n": format_number(len(differ)), "column": column, "engine": text.get_backend().name}
        raise InputError(message.format(**words), argument="customer")
    plain = known(text.strip())
    return text.cases(*differ, else_=plain) if differ else plain
