"""Read a table of counts, one row per period, to numbers under canonical names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import ColumnNotFoundError, InputError, told as _
from crrkit.read.intake import with_source_errors
from crrkit.read.quality import QualityReport
from crrkit.read.sources import columns_of, counted_columns, open_source
from crrkit.read.values import parse_numbers
from crrkit.read.words import Label, find_columns, is_no_column, labels_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.read.values import Forms

COUNTS_OF = ("start", "end", "new", "lost", "returned")


@with_source_errors
def read_count_rows(
    source: Any, *, named: Mapping[str, str | None], forms: Forms
) -> tuple[pd.DataFrame, list[Label], QualityReport]:
    """Return the counts, the period of each row, and the account of the rows.

    Rows whose period cannot be read, such as a total below the table, are set aside.

    Raises:
        InputError: If a column is missing, or contains something that is not a number.
    """
    available = columns_of(source, forms.layout)
    usual = counted_columns([name for name in available if name not in named.values()])
    columns = {role: name for role, name in usual.items() if named.get(role) is None} | find_columns(
        {role: name for role, name in named.items() if not is_no_column(name)}, available=available
    )
    for role in ("period", "start"):
        if role not in columns:
            message = _("No column looks like {role}. Say which one it is with {role}=; the columns are {columns}.")
            text = message.format(role=role, columns=", ".join(available))
            raise ColumnNotFoundError(text, argument=role, available=available)
    opened = open_source(source, kind="counts", named=columns, by=(), forms=forms)
    numbers = parse_numbers(opened.table, {role: columns[role] for role in COUNTS_OF if role in columns}, forms)
    told = opened.table[columns["period"]].cast("string")
    fields = {role: column.value for role, column in numbers.items()}
    given = {f"{role}_given": column.given for role, column in numbers.items()}
    rows = opened.table.select(told=told, **fields, **given).to_pandas()
    labels = [next(iter(labels_in(name, dates=forms.dates)), None) if name else None for name in rows["told"]]
    _check_numbers(rows, columns)
    kept = [place for place, label in enumerate(labels) if label is not None]
    counts = {"unreadable date": len(rows) - len(kept)}
    notes = (*opened.notes, *[note for column in numbers.values() for note in column.notes])
    quality = QualityReport.from_counts(
        counts, source=opened.name, rows_used=len(kept), columns=columns, notes=notes, kind="counts"
    )
    found = [label for label in labels if label is not None]
    return rows.iloc[kept][list(fields)].astype(float).reset_index(drop=True), found, quality


def _check_numbers(rows: pd.DataFrame, columns: Mapping[str, str]) -> None:
    for role in [role for role in COUNTS_OF if role in rows]:
        wrong = rows[rows[f"{role}_given"] & rows[role].isna()]
        if len(wrong):
            message = _("Column {column!r} has a value that is not a number in the row of {period}.")
            text = message.format(column=columns[role], period=wrong["told"].iloc[0])
            raise InputError(text, argument=role)
