"""Tables and queries of databases: finding the table, read-only access, and errors without credentials."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import sqlglot
from sqlglot import exp

from crrkit.ground import InputError, SourceError, first_few, suggestion, told as _
from crrkit.read.disk import ADDRESS, bad
from crrkit.read.engines.connections import database_of
from crrkit.reduce import first_line_of, is_of_an_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.read.disk import Layout
    from crrkit.read.engines.connections import Database, Place, Rows

WRITES = (exp.DML, exp.DDL, exp.Command, exp.Into)
MOST_TABLES = 20
SHORTEST_SECRET = 3  # shorter pieces of a password occur in any text


def find(source: Any, layout: Layout) -> Rows | None:
    """Return the rows of a database source; None for any other source.

    Raises:
        InputError: If the table is ambiguous or unknown, or the query is not a single SELECT.
        SourceError: If the database cannot be reached or read.
    """
    with as_source_errors(source):
        database = database_of(source)
        if database is None:
            if not (isinstance(source, str) and ADDRESS.match(source)):  # other URLs are refused later
                layout.refuse("table", "query")
            return None
        layout.refuse("sheet", "skip", "sep", "encoding", "fill_down")
        if layout.query is not None:
            return database.ask(_single_select(layout, database.dialect))
        name, place, notes = _chosen_table(database, layout.table)
        return database.rows(place)._replace(name=f"{database.name}: {name}", notes=notes)


@contextmanager
def as_source_errors(source: Any) -> Iterator[None]:
    """Context manager that converts errors of a database to `SourceError`."""
    try:
        yield
    except Exception as broken:
        if not is_of_an_engine(broken):
            raise
        raise refusal(source, broken) from None


def refusal(source: Any, broken: Exception) -> SourceError:
    """Return the error for a database error, without the credentials in its URL."""
    what = _("cannot be read: the database says “{why}”. Check the address, the names and your rights.")
    name = source if isinstance(source, str | Path) else type(source).__name__
    return bad(name, what.format(why=_without_secrets(first_line_of(broken), source)))


def _without_secrets(text: str, source: Any) -> str:
    credentials = re.search(r"(?s)://(.*)@", str(source)) if isinstance(source, str | Path) else None
    password = credentials[1].partition(":")[2] if credentials else ""
    given = re.findall(r"(?i)(?:password|passwd|pwd|token|secret|key)=([^&\s]+)", str(source)) if credentials else []
    for whole in filter(None, [password, *given]):
        pieces = {
            whole,
            unquote(whole),
            *(piece for piece in re.split("[:/@]", whole) if len(piece) >= SHORTEST_SECRET),
        }
        for piece in sorted(pieces, key=len, reverse=True):
            text = text.replace(piece, "…")
    return text


def _chosen_table(database: Database, table: str | None) -> tuple[str, Place, tuple[str, ...]]:
    """Return the given table, or the only one there is, with a note."""
    tables = database.tables()
    listed = first_few(list(tables), MOST_TABLES)
    if table is None:
        if len(tables) == 1:
            name = next(iter(tables))
            note = _("{table} is the only table of {database}.").format(table=name, database=database.name)
            return name, tables[name], (note,)
        message = _("{database} has several tables. Say which one is meant with table=: {tables}.")
        if not tables:
            message = _("No table was found in {database}. Say which one is meant with table=, or give a query=.")
        raise InputError(
            message.format(database=database.name, tables=listed), argument="table", available=list(tables)
        )
    parts = table.rpartition(".")
    found = tables.get(table) or next((place for place in tables.values() if place == (parts[0], parts[2])), None)
    if found is None and tables and not parts[0]:
        message = _("table={table!r} is not a table of {database}. Its tables are {tables}.")
        words = {"table": table, "database": database.name, "tables": listed}
        text = message.format(**words) + suggestion(table, tables)
        raise InputError(text, argument="table", given=table, available=list(tables))
    return table, found or (parts[0] or None, parts[2]), ()


def _single_select(layout: Layout, dialect: str) -> str:
    """Return the query, which must be a single SELECT."""
    if layout.table is not None:
        message = _("table= and query= are both given. Give the one or the other.")
        raise InputError(message, argument="query")
    query = (layout.query or "").strip().rstrip(";").strip()
    try:
        statements = sqlglot.parse(query, read=dialect or None)
    except sqlglot.errors.SqlglotError:
        statements = []
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(*WRITES) is not None:
        message = _("query= must be a single SELECT: crrkit reads a database and changes nothing in it.")
        raise InputError(message, argument="query")
    return query
