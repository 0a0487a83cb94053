"""Read the tables that do not become bases, to canonical names: counts by period, and answers of a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import ColumnNotFoundError, InputError, told as _
from crrkit.read.intake import with_source_errors
from crrkit.read.quality import QualityReport
from crrkit.read.sources import columns_of, counted_columns, open_source
from crrkit.read.values import parse_ids, parse_numbers
from crrkit.read.words import Label, find_columns, is_no_column, labels_in, surveyed_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from crrkit.read.sources import Opened
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
    opened, columns = _opened(source, named, forms, usual=counted_columns, required=("period", "start"))
    numbers = parse_numbers(opened.table, {role: columns[role] for role in COUNTS_OF if role in columns}, forms)
    period = opened.table[columns["period"]].cast("string")
    fields = {role: column.value for role, column in numbers.items()}
    given = {f"{role}_given": column.given for role, column in numbers.items()}
    rows = opened.table.select(period=period, **fields, **given).to_pandas()
    labels = [next(iter(labels_in(name, dates=forms.dates)), None) if name else None for name in rows["period"]]
    _check_numbers(rows, columns)
    kept = [place for place, label in enumerate(labels) if label is not None]
    counts = {"unreadable date": len(rows) - len(kept)}
    notes = (*opened.notes, *[note for column in numbers.values() for note in column.notes])
    quality = QualityReport.from_counts(
        counts, source=opened.name, rows_used=len(kept), columns=columns, notes=notes, kind="counts"
    )
    found = [label for label in labels if label is not None]
    return rows.iloc[kept][list(fields)].astype(float).reset_index(drop=True), found, quality


@with_source_errors
def read_survey_rows(
    source: Any, *, named: Mapping[str, str | None], forms: Forms
) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    """Return one row per customer asked (those of ``customer answer reason`` that exist), the columns, and the notes.

    Raises:
        ColumnNotFoundError: If a column is missing, or none looks like that of the answers.
    """
    opened, columns = _opened(source, named, forms, usual=surveyed_columns, required=("answer",))
    fields: dict[str, Any] = {
        role: opened.table[columns[role]].cast("string").strip().fill_null("")
        for role in ("answer", "reason")
        if role in columns
    }
    fields |= {"customer": parse_ids(opened.table, columns["customer"])} if "customer" in columns else {}
    return opened.table.select(**fields).to_pandas(), columns, opened.notes


def _opened(
    source: Any,
    named: Mapping[str, str | None],
    forms: Forms,
    *,
    usual: Callable[[Sequence[str]], Mapping[str, str]],
    required: tuple[str, ...],
) -> tuple[Opened, dict[str, str]]:
    """Return the open source and the column of each role: the named ones, and for the others those by usual names."""
    available = columns_of(source, forms.layout)
    detected = usual([name for name in available if name not in named.values()])
    columns = {role: name for role, name in detected.items() if named.get(role) is None} | find_columns(
        {role: name for role, name in named.items() if not is_no_column(name)}, available=available
    )
    for role in required:
        if role not in columns:
            message = _("No column looks like {role}. Say which one it is with {role}=; the columns are {columns}.")
            text = message.format(role=role, columns=", ".join(available))
            raise ColumnNotFoundError(text, argument=role, available=available)
    return open_source(source, kind="counts", named=columns, by=(), forms=forms), columns


def _check_numbers(rows: pd.DataFrame, columns: Mapping[str, str]) -> None:
    for role in [role for role in COUNTS_OF if role in rows]:
        wrong = rows[rows[f"{role}_given"] & rows[role].isna()]
        if len(wrong):
            message = _("Column {column!r} has a value that is not a number in the row of {period}.")
            text = message.format(column=columns[role], period=wrong["period"].iloc[0])
            raise InputError(text, argument=role)
