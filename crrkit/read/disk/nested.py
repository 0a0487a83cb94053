"""JSON files: records as lines, in an array or in a list under a key, with nested records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, told as _
from crrkit.read.disk.files import bad, list_of, quoted, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from crrkit.read.disk.layout import Fits

READ_WHOLE = "hive_partitioning = false, maximum_object_size = 100000000"
Way = tuple[str, ...]  # the keys that lead to a value


def load_json(
    engine: duckdb.DuckDBPyConnection, paths: list[Path], *, name: str, fits: Fits, under: str | None = None
) -> tuple[str, ...]:
    """Load the records of JSON files to a table, every field as text, and return the notes.

    Records are lines or an array. If they do not have the columns, the only list of records in them is read. If there
    is a single record, its list is read even if both have the columns.

    Raises:
        SourceError: If there are no records.
        InputError: If there are several lists of records and ``under``, the key of one, is not given.
    """
    if any(path.suffix.lower() in {".bz2", ".xz", ".zip"} for path in paths):
        raise bad(paths[0], _("is packed JSON. Unpack it first."))
    found = f"SELECT * FROM read_json({list_of(paths)}, {READ_WHOLE}, sample_size = -1, union_by_name = true)"  # noqa: S608 - names are quoted
    run(engine, f"CREATE OR REPLACE TEMP VIEW {name}_seen AS {found}", paths)
    seen = engine.execute(f"SELECT * FROM {name}_seen LIMIT 0").description or ()  # noqa: S608 - a name of our own
    fields = {str(field[0]): field[1] for field in seen}
    leaves = {leaf: way for field, kind in fields.items() for leaf, way in _leaves(kind, (field,))}
    lists = {leaf: one for field, kind in fields.items() for leaf, one in _lists(kind, (field,))}
    if under is None and (not lists or (fits(list(leaves)) and not _is_wrapped(engine, name, lists, fits))):
        if not leaves:
            what = _("holds lists under {names}, not records one after another. Save one of the lists by itself.")
            raise bad(paths[0], what.format(names=", ".join(fields)))
        run(engine, f"CREATE TABLE {name} AS {_records(paths, leaves)}", paths)
        return ()
    chosen = _one_list(paths[0], lists, under)
    run(engine, f"CREATE TABLE {name} AS {_elements(paths, *lists[chosen])}", paths)
    note = _("{name} holds a list of records under {list!r}, which was read.")
    return (note.format(name=paths[0].name, list=chosen),)


def _is_wrapped(engine: duckdb.DuckDBPyConnection, name: str, lists: Mapping[str, Any], fits: Fits) -> bool:
    """Return whether there is a single record, which is only metadata of the list in it."""
    records = engine.execute(f"SELECT count(*) FROM (SELECT 1 FROM {name}_seen LIMIT 2)").fetchall()  # noqa: S608 - a name of our own
    return bool(records[0][0] == 1 and any(fits(list(leaves)) for _way, leaves in lists.values()))


def _one_list(path: Path, lists: Mapping[str, Any], under: str | None) -> str:
    if under in lists or (under is None and len(lists) == 1):
        return under or next(iter(lists))
    if under is not None:
        message = _("{name} has no list of records under {list!r}, but under {names}.")
        text = message.format(name=path.name, list=under, names=", ".join(map(repr, lists)) or "–")
    else:
        message = _(
            "{name} holds several lists of records: {names}. Say which one with sheet=, such as sheet={first!r}."
        )
        text = message.format(name=path.name, names=", ".join(map(repr, lists)), first=next(iter(lists)))
    raise InputError(text, argument="sheet", available=list(lists))


def _leaves(kind: Any, way: Way) -> Iterator[tuple[str, Way]]:
    """Yield the scalar values in a field, including nested ones, by names such as ``customer.id``; lists have none."""
    if kind.id == "struct":
        for name, inner in kind.children:
            yield from _leaves(inner, (*way, name))
    elif kind.id not in ("list", "map", "array", "union"):
        yield ".".join(way), way


def _lists(kind: Any, way: Way) -> Iterator[tuple[str, tuple[Way, dict[str, Way]]]]:
    """Yield the lists of records in a field, each with the path to it and the values of its records."""
    if kind.id == "struct":
        for name, inner in kind.children:
            yield from _lists(inner, (*way, name))
    elif kind.id == "list" and kind.child.id == "struct":
        leaves = {leaf: inner for name, one in kind.child.children for leaf, inner in _leaves(one, (name,))}
        if leaves:
            yield ".".join(way), (way, leaves)


def _records(paths: list[Path], leaves: Mapping[str, Way]) -> str:
    kinds = {way[0]: "VARCHAR" if len(way) == 1 else "JSON" for way in leaves.values()}
    columns = ", ".join(f"{quoted(field)}: '{kind}'" for field, kind in kinds.items())
    taken = ", ".join(f"{_taken(way)} AS {quoted(leaf)}" for leaf, way in leaves.items())
    return f"SELECT {taken} FROM read_json({list_of(paths)}, {READ_WHOLE}, columns = {{{columns}}})"  # noqa: S608 - names are quoted


def _elements(paths: list[Path], way: Way, leaves: Mapping[str, Way]) -> str:
    """Return the query for the records of a list, with values as text."""
    columns = f"{quoted(way[0])}: 'JSON'"
    whole = f"SELECT {quoted(way[0])} AS field FROM read_json({list_of(paths)}, {READ_WHOLE}, columns = {{{columns}}})"  # noqa: S608 - names are quoted
    each = f"SELECT unnest(from_json(json_extract(field, '{_inside(way[1:])}'), '[\"JSON\"]')) AS record FROM ({whole})"  # noqa: S608 - names are quoted
    taken = ", ".join(
        f"json_extract_string(record, '{_inside(one)}') AS {quoted(leaf)}" for leaf, one in leaves.items()
    )
    return f"SELECT {taken} FROM ({each})"  # noqa: S608 - names are quoted


def _taken(way: Way) -> str:
    """Return the expression for the value at a path, as text."""
    return f"json_extract_string({quoted(way[0])}, '{_inside(way[1:])}')" if way[1:] else quoted(way[0])


def _inside(way: Way) -> str:
    """Return a path as a JSON path of the engine."""
    return "$" + "".join(f".{quoted(name)}" for name in way).replace("'", "''")
