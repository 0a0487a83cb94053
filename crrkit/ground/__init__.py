"""What every room stands on: errors, the two languages, how results look, checks at the door."""

from __future__ import annotations

from crrkit.ground.checks import check_choice, check_column, check_count, check_fraction, check_number, suggestion
from crrkit.ground.display import UNDEFINED, Shown, format_cell, is_missing, segment_names
from crrkit.ground.errors import (
    AccountingMismatch,
    ColumnNotFoundError,
    CrrkitError,
    InconsistentCounts,
    InputError,
    InputTypeError,
    MissingDependencyError,
    SourceError,
    UndefinedRateWarning,
    UnsettledError,
)
from crrkit.ground.faces import face
from crrkit.ground.languages import (
    CATALOGUES,
    LANGUAGES,
    format_date,
    format_number,
    format_percent,
    format_points,
    gettext,
    language,
    mark,
    ngettext,
    set_language,
    use_language,
)
from crrkit.ground.saving import beside, check_target, write_beside, write_csv
from crrkit.ground.version import __version__

__all__ = [
    "CATALOGUES",
    "LANGUAGES",
    "UNDEFINED",
    "AccountingMismatch",
    "ColumnNotFoundError",
    "CrrkitError",
    "InconsistentCounts",
    "InputError",
    "InputTypeError",
    "MissingDependencyError",
    "Shown",
    "SourceError",
    "UndefinedRateWarning",
    "UnsettledError",
    "__version__",
    "beside",
    "check_choice",
    "check_column",
    "check_count",
    "check_fraction",
    "check_number",
    "check_target",
    "face",
    "format_cell",
    "format_date",
    "format_number",
    "format_percent",
    "format_points",
    "gettext",
    "is_missing",
    "language",
    "mark",
    "ngettext",
    "segment_names",
    "set_language",
    "suggestion",
    "use_language",
    "write_beside",
    "write_csv",
]
