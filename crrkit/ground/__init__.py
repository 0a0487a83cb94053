"""What every room stands on: errors, the two languages, how results look, checks at the door."""

from __future__ import annotations

from crrkit.ground.checks import check_choice, check_column, check_count, check_fraction, check_number, suggestion
from crrkit.ground.display import UNDEFINED, Shown, format_cell, segment_names
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
    "check_choice",
    "check_column",
    "check_count",
    "check_fraction",
    "check_number",
    "face",
    "format_cell",
    "format_date",
    "format_number",
    "format_percent",
    "format_points",
    "gettext",
    "language",
    "mark",
    "ngettext",
    "segment_names",
    "set_language",
    "suggestion",
    "use_language",
]
