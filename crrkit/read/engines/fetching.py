"""Fetching rows as Arrow from databases by cursors: SQLite, SQLAlchemy and any PEP 249 driver, and from DuckDB.

Only the needed columns are selected, and only SELECT is used.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing, contextmanager
from decimal import Decimal
from itertools import islice
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import ibis
import pyarrow as pa

from crrkit.read.disk import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import ibis.expr.types as ir

BATCH = 50_000
NO_ARROW = (ValueError, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError)  # ArrowInvalid is a ValueError
DIALECTS = {"psycopg": "postgres", "psycopg2": "postgres", "pymysql": "mysql", "mysql": "mysql", "_duckdb": "duckdb"}

POSTGRES_TABLES = """
SELECT n.nspname, c.relname, n.nspname = ANY (current_schemas(false))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema' AND has_any_column_privilege(c.oid, 'SELECT') ORDER BY 3 DESC, 1, 2"""

DUCKDB_TABLES = """
SELECT CASE WHEN schema_name = 'main' THEN name ELSE schema_name || '.' || name END
FROM (SELECT database_name, schema_name, table_name AS name, FALSE AS internal FROM duckdb_tables()
      UNION ALL SELECT database_name, schema_name, view_name, internal FROM duckdb_views())
WHERE NOT internal AND database_name IN (current_database(), 'temp') ORDER BY 1"""


class Sql(NamedTuple):
    """A database that is queried in SQL.

    Attributes:
        name: Its display name.
        dialect: Its SQL dialect.
        quote: Quotes an identifier.
        names: Returns the columns of a query.
        rows: Returns the rows of a query.
        tables: Returns the tables and views.
    """

    name: str
    dialect: str
    quote: Callable[[str], str]
    names: Callable[[str], list[str]]
    rows: Callable[[str], Any]
    tables: Callable[[], list[str]]


def sql_source_of(source: Any) -> Sql | None:
    """Return the database of a connection of a known kind, or None."""
    root = type(source).__module__.partition(".")[0]
    if isinstance(source, sqlite3.Connection):
        return of_sqlite(source)
    if root == "sqlalchemy" and hasattr(source, "dialect"):
        return _of_sqlalchemy(source)
    if not (hasattr(source, "cursor") and hasattr(source, "rollback")):
        return None
    return of_duckdb(source) if DIALECTS.get(root, root) == "duckdb" else _of_cursors(source, DIALECTS.get(root, ""))


def of_sqlite(con: sqlite3.Connection) -> Sql:
    """Return a SQLite database; types are determined per column from the cells, since SQLite types are dynamic."""
    tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"

    def names(query: str) -> list[str]:
        return [column[0] for column in con.execute(query).description]

    def rows(query: str) -> pa.RecordBatchReader:
        columns = names(f"SELECT * FROM ({query}) LIMIT 0")  # noqa: S608 - a query that only reads
        kinds = [_sqlite_kind(con, query, name) for name in columns]
        cast = ", ".join(f"CAST({quoted(name)} AS {kind[0]})" for name, kind in zip(columns, kinds, strict=True))
        schema = pa.schema([(name, kind[1]) for name, kind in zip(columns, kinds, strict=True)])
        cursor = con.execute(f"SELECT {cast} FROM ({query})")  # noqa: S608 - names are quoted
        return pa.RecordBatchReader.from_batches(schema, _batches(cursor, schema))

    return Sql("sqlite", "sqlite", quoted, names, rows, lambda: [row[0] for row in con.execute(f"{tables} ORDER BY 1")])


def open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a SQLite file read-only; bytes that are not UTF-8 are replaced."""
    con = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    con.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    return con


def _sqlite_kind(con: sqlite3.Connection, query: str, name: str) -> tuple[str, pa.DataType]:
    kind = f"typeof({quoted(name)})"
    types = con.execute(f"SELECT DISTINCT {kind} FROM ({query})")  # noqa: S608 - names are quoted
    kinds = {row[0] for row in types} - {"null"}
    if kinds == {"integer"}:
        return "INTEGER", pa.int64()
    return ("REAL", pa.float64()) if kinds and kinds <= {"integer", "real"} else ("TEXT", pa.string())


def _batches(cursor: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while rows := cursor.fetchmany(BATCH):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def of_duckdb(con: Any) -> Sql:
    """Return a DuckDB database by a connection, whose settings and transaction are left unchanged."""

    def names(query: str) -> list[str]:
        return [column[0] for column in con.cursor().execute(query).description]

    def rows(query: str) -> pa.RecordBatchReader:
        relation = con.cursor().sql(query)
        has_new_name = hasattr(relation, "to_arrow_reader")
        reader = relation.to_arrow_reader if has_new_name else relation.fetch_arrow_reader
        return reader(BATCH)

    def tables() -> list[str]:
        return [row[0] for row in con.cursor().execute(DUCKDB_TABLES).fetchall()]

    return Sql("duckdb", "duckdb", quoted, names, rows, tables)


def _of_sqlalchemy(source: Any) -> Sql:
    """Return the database of a SQLAlchemy engine or connection."""
    import sqlalchemy

    def connected() -> AbstractContextManager[Any]:
        return closing(source.connect()) if hasattr(source, "connect") else _transaction_restored(source)

    @contextmanager
    def result_of(query: str) -> Iterator[Any]:
        with connected() as con:
            yield con.execution_options(stream_results=True).exec_driver_sql(query.replace("%", "%%"))

    def names(query: str) -> list[str]:
        with result_of(query) as result:
            return [str(name) for name in result.keys()]  # noqa: SIM118 - a result, no mapping

    def rows(query: str) -> pa.Table:
        with result_of(query) as result:
            return from_rows(result, [str(name) for name in result.keys()])  # noqa: SIM118 - a result, no mapping

    def tables() -> list[str]:
        with connected() as con:
            seen = sqlalchemy.inspect(con)
            return sorted({*seen.get_table_names(), *seen.get_view_names()})

    dialect = {"postgresql": "postgres"}.get(source.dialect.name, source.dialect.name)
    name = Path(source.engine.url.database or "").name or dialect
    return Sql(name, dialect, source.dialect.identifier_preparer.quote, names, rows, tables)


@contextmanager
def _transaction_restored(con: Any) -> Iterator[Any]:
    """Context manager that leaves the user's connection outside a transaction if it was in none."""
    was = con.in_transaction()
    try:
        yield con
    finally:
        if not was:
            con.rollback()


def _of_cursors(con: Any, dialect: str) -> Sql:
    """Return the database of a PEP 249 connection; its tables are known for PostgreSQL only."""

    def names(query: str) -> list[str]:
        with closing(con.cursor()) as cursor:
            cursor.execute(query)
            return [str(column[0]) for column in cursor.description]

    def rows(query: str) -> pa.Table:
        with closing(con.cursor()) as cursor:
            cursor.execute(query)
            fetched = iter(lambda: cursor.fetchmany(BATCH), [])
            columns = [str(column[0]) for column in cursor.description]
            return from_rows((row for batch in fetched for row in batch), columns)

    def tables() -> list[str]:
        if dialect != "postgres":
            return []
        with closing(con.cursor()) as cursor:
            cursor.execute(POSTGRES_TABLES)
            return [table if near else f"{schema}.{table}" for schema, table, near in cursor.fetchall()]

    name = getattr(getattr(con, "info", None), "dbname", "") or dialect or type(con).__module__.partition(".")[0]
    return Sql(name, dialect, quoted, names, rows, tables)


def from_rows(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> pa.Table:
    """Convert rows of Python values to Arrow in batches; a column of several types becomes text."""
    batches = iter(rows)
    parts = []
    while batch := list(islice(batches, BATCH)):
        columns = list(zip(*batch, strict=True))
        parts.append([arrow_of(values) for values in columns])
    if not parts:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    whole = [in_one_type([part[place] for part in parts]) for place in range(len(names))]
    return pa.Table.from_arrays(whole, names=list(names))


def arrow_of(values: Sequence[Any]) -> pa.Array:
    """Convert Python values to Arrow; decimals become floats, and mixed types the text of each value."""
    plain = [_plain(value) for value in values]
    try:
        return pa.array(plain)
    except NO_ARROW:
        return pa.array([None if v is None else printed(v) for v in plain], pa.string())


def _plain(value: Any) -> Any:
    if type(value).__name__ == "NaTType" or (isinstance(value, float) and isnan(value)):  # pandas need not be loaded
        return None
    return float(value) if isinstance(value, Decimal) else str(value) if isinstance(value, UUID) else value


def printed(value: Any) -> str:
    """Return the text of a value; lone surrogates, which Arrow does not accept, are escaped."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def in_one_type(parts: Sequence[pa.Array]) -> pa.ChunkedArray:
    """Concatenate the batches of a column in a common type: int and float give float, other mixtures text."""
    kinds = {part.type for part in parts} - {pa.null()}
    kind = next(iter(kinds), pa.null())
    if len(kinds) > 1:
        kind = pa.float64() if kinds == {pa.int64(), pa.float64()} else pa.string()
    return pa.chunked_array([part.cast(kind) for part in parts], kind)


def of_ibis(table: ir.Table, columns: Sequence[str]) -> pa.RecordBatchReader:
    """Return the columns of an Ibis table; SQLite is read directly, since Ibis expects static types."""
    backend, wanted = table.get_backend(), table.select(*columns)
    if backend.name == "sqlite":
        return of_sqlite(backend.con).rows(ibis.to_sql(wanted, pretty=False))
    return wanted.to_pyarrow_batches(chunk_size=BATCH)
