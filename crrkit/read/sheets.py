"""Spreadsheets, each cell as it was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import MissingDependencyError, gettext as _
from crrkit.read.files import bad, first_line

if TYPE_CHECKING:
    from pathlib import Path


def spreadsheet(path: Path) -> pd.DataFrame:
    """The first sheet of a spreadsheet, each cell as it was typed: 0101 is not 101, nor 1E2 a hundred."""
    try:
        cells = pd.read_excel(path, engine="calamine", header=None, dtype=object, na_filter=False).replace("", None)
    except ImportError as missing:
        text = _("Reading {name} needs python-calamine. Install it with: pip install 'crrkit[excel]'")
        raise MissingDependencyError(text.format(name=path.name)) from missing
    except Exception as broken:  # every reader of spreadsheets raises errors of its own
        raise bad(path, _("is not a spreadsheet that can be read ({why}).").format(why=first_line(broken))) from broken
    cells = cells.dropna(how="all").dropna(how="all", axis="columns")
    if cells.empty:
        raise bad(path, _("is empty. A table with a line of column names and at least one row is needed."))
    names = ["" if name is None else str(name) for name in cells.iloc[0]]  # as they stand there: two may be the same
    return cells.iloc[1:].set_axis(names, axis="columns").reset_index(drop=True)
