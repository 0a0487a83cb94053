"""Read a table of survey answers, one row per customer who was asked, to canonical names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import ColumnNotFoundError, told as _
from crrkit.read.intake import with_source_errors
from crrkit.read.sources import columns_of, open_source
from crrkit.read.values import parse_ids
from crrkit.read.words import find_columns, is_no_column, surveyed_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.read.values import Forms


@with_source_errors
def read_survey_rows(
    source: Any, *, named: Mapping[str, str | None], forms: Forms
) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    """Return the answers (those of ``customer answer reason`` that exist), their columns, and the notes.

    Raises:
        ColumnNotFoundError: If a column is missing, or none looks like that of the answers.
    """
    available = columns_of(source, forms.layout)
    usual = surveyed_columns([name for name in available if name not in named.values()])
    columns = {role: name for role, name in usual.items() if named.get(role) is None} | find_columns(
        {role: name for role, name in named.items() if not is_no_column(name)}, available=available
    )
    if "answer" not in columns:
        message = _("No column looks like {role}. Say which one it is with {role}=; the columns are {columns}.")
        text = message.format(role="answer", columns=", ".join(available))
        raise ColumnNotFoundError(text, argument="answer", available=available)
    opened = open_source(source, kind="counts", named=columns, by=(), forms=forms)  # no role is detected
    fields: dict[str, Any] = {
        role: opened.table[columns[role]].cast("string").strip().fill_null("")
        for role in ("answer", "reason")
        if role in columns
    }
    fields |= {"customer": parse_ids(opened.table, columns["customer"])} if "customer" in columns else {}
    return opened.table.select(**fields).to_pandas(), columns, opened.notes
