"""The in-process engine, and copying rows into it."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import weakref
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa

from crrkit.ground import InputError, gettext as _
from crrkit.read.disk import scratch
from crrkit.reduce import allow_growth, enable_sharing, interrupt_on_signal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import ibis.expr.types as ir

RAW = "crrkit_raw"
LONG_TEXT = 500_000_000  # bytes of text from which the rows are stored on disk
MEMORY = 600_000_000  # default memory limit in bytes; larger if the files that are read in place are larger
BYTES_IN = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
TEXT_COMPRESSION = 8  # approximate compression ratio of text
SETTINGS = {"CRRKIT_MEMORY": "memory_limit", "CRRKIT_THREADS": "threads"}
_spills = itertools.count()
_compiling = threading.RLock()


def new_engine(texts: Iterable[Path] = (), *, stored: Iterable[Path] = ()) -> Any:
    """Return a new DuckDB in UTC with a low memory limit; if the texts to copy are long, with its tables on disk.

    The files in ``stored`` are read in place for every query.
    """
    large = sum(_length(path) for path in texts) > LONG_TEXT
    con = _on_disk() if large else ibis.duckdb.connect()
    # One spill folder per engine, since two engines would confuse their files. Created only when needed.
    spill = str(scratch.root() / f"spill-{next(_spills)}").replace("'", "''")
    con.con.execute(f"SET TimeZone = 'UTC'; SET temp_directory = '{spill}'").fetchall()
    con.compiler = _without_merging(con.compiler)
    _compile_ahead(con)
    enable_sharing(con)
    interrupt_on_signal(con)
    if not os.environ.get("CRRKIT_MEMORY"):
        _limit_memory(con, sum(path.stat().st_size for path in stored))
    for variable, setting in SETTINGS.items():
        if os.environ.get(variable):
            _apply_setting(con, setting, os.environ[variable], variable)
    return con


def _without_merging(compiler: Any) -> Any:
    """Return a compiler that leaves nested SELECTs as they are: merging them takes Ibis as long as all the rest.

    DuckDB's optimiser merges them anyway.
    """

    class WithoutMerging(type(compiler)):  # type: ignore[misc]  # the class of Ibis's compiler is no part of its API
        __slots__ = ()

        def to_sqlglot(self, *args: Any, **kwargs: Any) -> Any:
            with _compiling:  # the option belongs to all of Ibis
                merging, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
                try:
                    return super().to_sqlglot(*args, **kwargs)
                finally:
                    ibis.options.sql.fuse_selects = merging

    return WithoutMerging()


def _compile_ahead(con: Any) -> None:
    """Add ``compile_ahead(expression)`` to the engine, whose next ``compile`` of the expression then takes no time."""
    # Weak: an engine that refers to itself, or to expressions over its own tables, would not be freed with its base.
    compile_now, engine = type(con).compile, weakref.ref(con)
    ahead = weakref.WeakKeyDictionary[Any, str]()

    def compile_ahead(expression: ir.Expr) -> None:
        with _compiling:
            ahead[expression.op()] = compile_now(engine(), expression)

    def compiled(expression: ir.Expr, /, **options: Any) -> str:
        with _compiling:  # waits for what is being compiled ahead
            query = ahead.pop(expression.op(), None)
            return compile_now(engine(), expression, **options) if query is None or any(options.values()) else query

    con.compile, con.compile_ahead = compiled, compile_ahead


def _limit_memory(con: Any, length: int) -> None:
    """Lower the memory limit: sorts beyond it spill to disk, and long files may use more."""
    number, unit = con.con.execute("SELECT current_setting('memory_limit')").fetchall()[0][0].split()
    wanted = max(MEMORY, length)
    if wanted < float(number) * BYTES_IN.get(unit, 1):
        con.con.execute(f"SET memory_limit = '{wanted}B'").fetchall()
        allow_growth(con)


def _apply_setting(con: Any, setting: str, value: str, variable: str) -> None:
    """Apply an environment variable to a setting of the engine."""
    quoted = value.replace("'", "''")
    try:
        con.con.execute(f"SET {setting} = '{quoted}'").fetchall()
    except duckdb.Error as refused:
        message = _(
            "{variable}={value} is not a valid setting of the engine. Write CRRKIT_MEMORY=2GB or CRRKIT_THREADS=4."
        )
        raise InputError(message.format(variable=variable, value=value), argument=variable, given=value) from refused


def _length(path: Path) -> int:
    is_plain = path.suffix.lower() in (".csv", ".tsv", ".txt", ".json", ".jsonl")
    return path.stat().st_size * (1 if is_plain else TEXT_COMPRESSION)


def _on_disk() -> Any:
    folder = scratch.lasting()
    con = ibis.duckdb.connect(folder / "rows.duckdb")
    (folder / "rows.duckdb").chmod(0o600)
    weakref.finalize(con, shutil.rmtree, folder, ignore_errors=True)
    return con


def copied_to_engine(engine: Any, rows: pa.RecordBatchReader | pa.Table) -> ir.Table:
    """Copy the rows to a table of the engine batch by batch; the source is read in the current thread."""
    _copy_batch(engine, rows.schema.empty_table(), f"CREATE OR REPLACE TABLE {RAW} AS")
    for batch in rows.to_batches() if isinstance(rows, pa.Table) else rows:
        _copy_batch(engine, pa.Table.from_batches([batch]), f"INSERT INTO {RAW}")
    return engine.table(RAW)


def _copy_batch(engine: Any, rows: pa.Table, into: str) -> None:
    engine.con.register("crrkit_passing", rows)
    engine.con.execute(f"{into} SELECT * FROM crrkit_passing").fetchall()  # noqa: S608 - names of our own, no value from outside
    engine.con.unregister("crrkit_passing")
