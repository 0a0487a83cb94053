"""Databases by URL, by file or by connection, opened read-only."""

from __future__ import annotations

import re
import weakref
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import ibis
import pyarrow as pa

from crrkit.ground import MissingDependencyError, told as _
from crrkit.read.disk import ADDRESS, bad
from crrkit.read.engines import fetching
from crrkit.read.engines.engine import new_engine
from crrkit.reduce import is_of_an_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

    from crrkit.read.engines.fetching import Sql

KNOWN_ADDRESS = re.compile(r"(?is)^(postgres(?:ql)?|duckdb|sqlite)(?:\+\w+)?://(.*)$")
SQLITE_FILE, DUCKDB_FILE = b"SQLite format 3\x00", b"DUCK"  # at the start of the file, and at byte 8
# Dialects that end a query with LIMIT and in which a refused query does not end the user's transaction.
WITH_LIMIT = ("sqlite", "duckdb", "mysql", "mariadb")
Place = tuple[str | None, str]  # the schema, None if not needed, and the table


class Rows(NamedTuple):
    """The rows of a database source.

    Attributes:
        name: Their display name.
        columns: Their column names.
        table: An Ibis table, if the engine can run reductions; None if the rows can only be fetched.
        fetch: A function that returns the given columns as Arrow.
        engine: An object to keep alive.
        notes: Notes on choices made by default.
        close: Closes a connection that was opened for them.
        sample: A function that returns at most so many rows of the given columns as Arrow, or their distinct ones, if
            there is no Ibis table; None if the SQL dialect may not know how.
    """

    name: str
    columns: list[str]
    table: ir.Table | None
    fetch: Callable[[Sequence[str]], Any]
    engine: Any
    notes: tuple[str, ...] = ()
    close: Callable[[], object] = list
    sample: Callable[..., pa.Table] | None = None


class Database(NamedTuple):
    """A database: its name, its SQL dialect, its tables, and the rows of a table or a query."""

    name: str
    dialect: str
    tables: Callable[[], dict[str, Place]]
    rows: Callable[[Place], Rows]
    ask: Callable[[str], Rows]


def of_table(table: ir.Table, name: str) -> Rows:
    """Return the rows of an Ibis table."""
    counts = table.get_backend().name != "sqlite"  # which has neither month intervals nor static column types
    fetch = partial(fetching.of_ibis, table)
    return Rows(name, list(table.columns), table if counts else None, fetch, table.get_backend())


def is_database(source: Any) -> bool:
    """Return whether the source is a database URL, a database file or a connection."""
    if isinstance(source, str | Path):
        return bool(KNOWN_ADDRESS.match(str(source))) or _kind_of_file(Path(source)) is not None
    return isinstance(source, ibis.BaseBackend) or fetching.sql_source_of(source) is not None


def database_of(source: Any) -> Database | None:
    """Return the database of a source; None for any other source."""
    if isinstance(source, str | Path):
        return _at(source) if is_database(source) else None
    if isinstance(source, ibis.BaseBackend) and source.name != "sqlite":
        return _of_ibis(source)
    source = getattr(source, "con", source) if isinstance(source, ibis.BaseBackend) else source
    sql = fetching.sql_source_of(source)
    return _of_sql(sql, engine=source) if sql else None


def _at(source: str | Path) -> Database:
    address = KNOWN_ADDRESS.match(str(source))
    if address and address[1].lower().startswith("postgres"):
        return _postgres(str(source))
    path = _path_of(address[2]) if address else Path(source)
    kind = _kind_of_file(path)
    if not path.is_file():
        raise bad(path, _("was not found. Check the name; the current folder is {folder}.").format(folder=Path.cwd()))
    if address and kind != address[1].lower():
        expected = {"sqlite": "SQLite", "duckdb": "DuckDB"}[address[1].lower()]
        raise bad(path, _("is not a valid {kind} file.").format(kind=expected))
    if kind == "duckdb":
        return _duckdb(path)
    con = fetching.open_sqlite(path)
    return _closing(_of_sql(fetching.of_sqlite(con)._replace(name=path.name), engine=con), con.close)


def _path_of(rest: str) -> Path:
    """Return the file path of a URL: relative after three slashes, absolute after four."""
    named = Path(rest.partition("?")[0].removeprefix("/")).expanduser()
    return Path("/", named) if not named.exists() and Path("/", named).exists() else named


def _kind_of_file(path: Path) -> str | None:
    if ADDRESS.match(str(path)):
        return None
    try:
        if not path.expanduser().is_file():
            return None
        with path.expanduser().open("rb") as stream:
            head = stream.read(16)
    except (OSError, ValueError):
        return None
    return "sqlite" if head == SQLITE_FILE else "duckdb" if head[8:12] == DUCKDB_FILE else None


def _postgres(address: str) -> Database:
    """Connect to PostgreSQL in a read-only session."""
    try:
        import psycopg
    except ImportError as missing:
        text = _("Reading a PostgreSQL database needs psycopg. Install it with: pip install 'crrkit[postgres]'")
        raise MissingDependencyError(text) from missing
    plain = re.sub(r"(?i)^postgres(?:ql)?(?:\+\w+)?://", "postgresql://", address)
    con = psycopg.connect(plain, autocommit=True, connect_timeout=20, application_name="crrkit")
    con.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    backend = ibis.postgres.from_connection(con)
    weakref.finalize(backend, con.close)
    return _closing(_of_ibis(backend), con.close)


def _closing(database: Database, close: Callable[[], object]) -> Database:
    """Return the database with a function that closes the connection opened here."""
    return database._replace(
        rows=lambda place: database.rows(place)._replace(close=close),
        ask=lambda query: database.ask(query)._replace(close=close),
    )


def _of_ibis(backend: Any) -> Database:
    """Return the database of an Ibis backend."""
    name = backend.con.info.dbname if backend.name == "postgres" else backend.name

    def tables() -> dict[str, Place]:
        if backend.name == "duckdb":
            return _of_sql(fetching.of_duckdb(backend.con), engine=backend).tables()
        if backend.name != "postgres":
            return {table: (None, table) for table in backend.list_tables()}
        listed = backend.con.execute(fetching.POSTGRES_TABLES).fetchall()
        return {(table if near else f"{schema}.{table}"): (schema, table) for schema, table, near in listed}

    def rows(place: Place) -> Rows:
        return of_table(backend.table(place[1], database=place[0]), "")

    def ask(query: str) -> Rows:
        schema = _postgres_schema(backend, query) if backend.name == "postgres" else None
        return of_table(backend.sql(query, schema=schema), _("{database}: a query").format(database=name))

    return Database(name, backend.name, tables, rows, ask)


def _postgres_schema(backend: Any, query: str) -> ibis.Schema:
    """Return the schema of a query; Ibis would create a view for it, which a read-only session cannot."""
    seen = backend.con.execute(f"SELECT * FROM ({query}) AS crrkit_asked LIMIT 0").description  # noqa: S608 - a query that only reads
    kinds = [backend.con.execute("SELECT format_type(%s, NULL)", [one.type_code]).fetchone()[0] for one in seen]
    mapped = backend.compiler.type_mapper.from_string
    return ibis.schema({one.name: mapped(kind) for one, kind in zip(seen, kinds, strict=True)})


def _duckdb(path: Path) -> Database:
    """Open a DuckDB file read-only, attached to a new engine, in which temporary tables can be created."""
    own = duckdb.connect(str(path), read_only=True)
    beside = _of_sql(fetching.of_duckdb(own)._replace(name=path.name), engine=own)
    con = new_engine()
    con.con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS crrkit_source (READ_ONLY)").fetchall()

    def rows(place: Place) -> Rows:
        try:
            return of_table(con.table(place[1], database=("crrkit_source", place[0] or "main")), "")
        except Exception as unknown:
            if not is_of_an_engine(unknown):
                raise
            return beside.rows(place)  # a view refers to tables by names that are valid only in its own file

    return beside._replace(rows=rows)


def _of_sql(sql: Sql, *, engine: Any) -> Database:
    """Return a database whose rows are fetched by SQL."""

    def of(relation: str, called: str) -> Rows:
        def fetch(columns: Sequence[str]) -> Any:
            wanted = ", ".join(map(sql.quote, columns))
            return sql.rows(f"SELECT {wanted} FROM {relation}")  # noqa: S608 - names are quoted

        def sample(columns: Sequence[str], most: int, *, distinct: bool) -> pa.Table:
            wanted = ("DISTINCT " if distinct else "") + ", ".join(map(sql.quote, columns))
            rows = sql.rows(f"SELECT {wanted} FROM {relation} LIMIT {most}")  # noqa: S608 - names are quoted
            return rows if isinstance(rows, pa.Table) else rows.read_all()

        names = sql.names(f"SELECT * FROM {relation} WHERE 1 = 0")  # noqa: S608 - names are quoted
        return Rows(called, names, None, fetch, engine, sample=sample if sql.dialect in WITH_LIMIT else None)

    def rows(place: Place) -> Rows:
        return of(".".join(sql.quote(part) for part in place if part), "")

    def ask(query: str) -> Rows:
        return of(f"({query}) crrkit_asked", _("{database}: a query").format(database=sql.name))

    def tables() -> dict[str, Place]:
        parted = {table: table.partition(".") if sql.dialect == "duckdb" else (table, "", "") for table in sql.tables()}
        return {table: (one, other) if other else (None, one) for table, (one, _dot, other) in parted.items()}

    return Database(sql.name, sql.dialect, tables, rows, ask)
