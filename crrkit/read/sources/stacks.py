"""Customer lists by date in files, sheets or a mapping, concatenated with a column for the name that has the date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from crrkit.ground import InputError, SourceError, first_few, ntold as ngettext, told as _
from crrkit.read.disk import files, sheets
from crrkit.read.sources import peek
from crrkit.read.sources.opened import open_source
from crrkit.read.values import Forms
from crrkit.read.words import has_list_columns, is_label, labels_in, sure_day, usual_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.read.disk import Layout

LIST_NAME = "crrkit_list"  # the column with the name of the list that a row is on


class Stack(NamedTuple):
    """A source of several lists.

    Attributes:
        source: The source to open.
        name: Its display name; None for the name of the source itself.
        at: The column with the list of a row; empty for a table with one column per list.
        wide: The columns that are lists.
        names: The names of the lists in `LIST_NAME`, including empty ones.
        notes: Notes for the user.
    """

    source: Any
    name: str | None
    at: str
    wide: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def stack_of(
    source: Any, *, at: str | None, named: Mapping[str, str | None], by: Sequence[str], layout: Layout
) -> Stack:
    """Determine how a source assigns rows to lists: by a column, by one column per list, or by names.

    The source is a table, a file or pattern, several of them, or a mapping of names to these; ``at`` is ``""`` if no
    column has the date of the list.
    """
    if isinstance(source, Mapping) and source and all(labels_in(name) for name in source):
        lists = [(str(name), _as_table(part, named)) for name, part in source.items()]
        return _stacked(lists, _("{n} {n:list|lists}"), named, by, layout)
    if isinstance(source, list | tuple) and source and all(isinstance(part, str | Path) for part in source):
        return _stacked([(Path(part).name, part) for part in source], _("{n} {n:list|lists}"), named, by, layout)
    if at:
        return Stack(source, None, at)
    parts = _parts(source) if isinstance(source, str | Path) and not files.ADDRESS.match(str(source)) else []
    if len(parts) > 1 and all(labels_in(name) for name, _part in parts):
        _ask_which(parts, at)
        return _stacked(parts, str(source), named, by, layout)
    return _in_columns(source, peek.columns_of(source, layout, fits=has_list_columns), at)


def _as_table(part: Any, named: Mapping[str, str | None]) -> Any:
    """Return one list of a mapping as a table; a sequence of ids becomes a table of one column."""
    import pandas as pd

    if isinstance(part, list | tuple | set | frozenset | pd.Series):
        ids = list(part) if not isinstance(part, set | frozenset) else sorted(part, key=str)
        return pd.DataFrame({named.get("customer") or "customer": pd.Series(ids, dtype=object)})
    return part


def _in_columns(source: Any, columns: Sequence[str], at: str | None) -> Stack:
    wide = tuple(name for name in columns if is_label(name))
    if len(wide) > 1:
        return Stack(source, None, "", wide)
    found = None if at == "" else usual_day(columns)
    if found is None:
        message = _(
            "It is not seen on which list a row stands: no column looks like the date of a list, and no columns or"
            " files are named like 2024-01. Use at= with the column, or give a mapping such as {example}; the columns"
            " are {columns}."
        )
        text = message.format(example="{'2024-01': 'january.csv', …}", columns=", ".join(columns))
        raise InputError(text, argument="at", available=list(columns))
    return Stack(source, None, found)


def list_names(source: str | Path) -> list[str]:
    """Return the names of the files or sheets that may each be the list of a date."""
    return [name for name, _part in _parts(source)]


def _parts(source: str | Path) -> list[tuple[str, Any]]:
    """Return the files of a pattern, or the sheets of a workbook, with the names that may contain dates."""
    paths = files.resolve(source)
    if len(paths) > 1:
        return [(path.name, path) for path in paths]
    if files.kind_of(paths[0]) != "spreadsheet":
        return [(paths[0].name, paths[0])]
    names = sheets.sheet_names(paths[0])
    told = [name if labels_in(name) else f"{paths[0].stem} {name}" for name in names]
    exact = [(name, (paths[0], sheet)) for name, sheet in zip(told, names, strict=True) if _names_a_month(name)]
    return exact if len(exact) > 1 else [(paths[0].name, paths[0])]


def _names_a_month(name: str) -> bool:
    """Return whether a name contains more than a year, which may come from the file name for all sheets."""
    return any(label.every != "year" for label in labels_in(name))


def _ask_which(parts: list[tuple[str, Any]], at: str | None) -> None:
    """Raise an error if both the file names and a column contain dates."""
    first = parts[0][1]
    if at == "" or not isinstance(first, Path):
        return
    sure = sure_day(peek.columns_of(first, fits=has_list_columns))
    if sure is not None:
        message = _(
            "The file names contain dates, such as {name!r}, and so does column {column!r}. Use at={column!r}"
            " for the column, or at='' for the names."
        )
        raise InputError(message.format(name=parts[0][0], column=sure), argument="at")


def _stacked(
    parts: Sequence[tuple[str, Any]], name: str, named: Mapping[str, str | None], by: Sequence[str], layout: Layout
) -> Stack:
    """Concatenate all lists; columns are found in each list and take the names of the first one."""
    read = [_opened(told, part, named, by, layout) for told, part in parts]
    unread = [name for name in read[0].unread if all(name in one.unread for one in read)]
    tables, notes = [], []
    for (told, _part), one in zip(parts, read, strict=True):
        table = one.table.select([name for name in one.table.column_names if name not in one.unread] + unread)
        tables.append(table.append_column(LIST_NAME, pa.array([told] * len(table), pa.string())))
        notes += one.notes
    heads = tables[0].schema.names
    for (told, _part), table in zip(parts, tables, strict=True):
        if table.num_columns != len(heads):
            message = _("{part} has other columns than {beside}: {columns}. Name the columns, or leave it out.")
            words = {"part": told, "beside": parts[0][0], "columns": ", ".join(table.schema.names[:-1])}
            raise SourceError(message.format(**words), argument="source")
    n = len(parts)
    notes.append(ngettext("Read from {n} list: {names}.", "Read from {n} lists: {names}.", n).format(
        n=n, names=first_few([told for told, _part in parts], 3)
    ))  # fmt: skip
    rows = pa.concat_tables([table.rename_columns(heads) for table in tables])
    return Stack(rows, name.format(n=n), LIST_NAME, names=tuple(told for told, _part in parts), notes=tuple(notes))


class _List(NamedTuple):
    """One list: its columns as text, those of them without a role, and its notes."""

    table: pa.Table
    unread: tuple[str, ...]
    notes: list[str]


def _opened(told: str, part: Any, named: Mapping[str, str | None], by: Sequence[str], layout: Layout) -> _List:
    """Return the needed columns of one list; errors are raised with the name of the list."""
    if isinstance(part, tuple):
        path, sheet = part
        layout, part = replace(layout, sheet=sheet), path
    try:
        opened = open_source(part, kind="snapshots", named=named, by=by, forms=Forms(layout=layout))
    except InputError as refused:
        if told in str(refused):
            raise
        message = _("The list {name}: {why}").format(name=told, why=refused)
        raise SourceError(message, argument="source", available=refused.available) from refused
    columns = list(dict.fromkeys([*opened.columns.values(), *by, *opened.currencies, *opened.unread]))
    table = opened.table.select(**{name: opened.table[name].cast("string") for name in columns}).to_pyarrow()
    notes = [note for note in opened.notes if told in note or note.startswith(Path(str(part)).name)]
    return _List(table, opened.unread, notes)
