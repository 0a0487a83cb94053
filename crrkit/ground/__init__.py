"""Foundations of all packages: errors, languages, display of results, argument checks, saving and printing."""

from __future__ import annotations

from crrkit.ground.checks import (
    MISSING,
    as_moment,
    check_choice,
    check_column,
    check_count,
    check_fraction,
    check_given,
    check_mapping,
    check_moment,
    check_named,
    check_names,
    check_number,
    check_numbers,
    described,
    first_few,
    is_plain,
    suggestion,
)
from crrkit.ground.chromium import find_chromium, print_page
from crrkit.ground.display import PLAIN_TEXT, UNDEFINED, Shown, format_cell, is_missing, paragraphs, segment_names
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
    LANGUAGES,
    all_messages,
    currency_sign,
    format_date,
    format_in_points,
    format_money,
    format_number,
    format_percent,
    format_points,
    gettext,
    language,
    mark,
    month_name,
    ngettext,
    set_language,
    use_language,
    weekday_name,
)
from crrkit.ground.periods import (
    DAYS_PER_MONTH,
    DAYS_PER_PERIOD,
    DAYS_PER_WEEK,
    DAYS_PER_YEAR,
    MONTHS_PER_PERIOD,
    PERIODS,
    SECONDS_PER_DAY,
    YEARS_PER_PERIOD,
    longer,
)
from crrkit.ground.retelling import Told, ntold, retold, told, told_date, told_list, told_number, told_percent
from crrkit.ground.saving import as_path, beside, check_target, write_beside, write_csv
from crrkit.ground.word_forms import Message

__version__ = "0.1.0"  # the same as in pyproject.toml

__all__ = [
    "DAYS_PER_MONTH", "DAYS_PER_PERIOD", "DAYS_PER_WEEK", "DAYS_PER_YEAR", "LANGUAGES", "MISSING", "MONTHS_PER_PERIOD",
    "PERIODS", "PLAIN_TEXT", "SECONDS_PER_DAY", "UNDEFINED", "YEARS_PER_PERIOD", "AccountingMismatch",
    "ColumnNotFoundError", "CrrkitError", "InconsistentCounts", "InputError", "InputTypeError", "Message",
    "MissingDependencyError", "Shown", "SourceError", "Told", "UndefinedRateWarning", "UnsettledError", "__version__",
    "all_messages", "as_moment", "as_path", "beside", "check_choice", "check_column", "check_count", "check_fraction",
    "check_given", "check_mapping", "check_moment", "check_named", "check_names", "check_number", "check_numbers",
    "check_target", "currency_sign", "described", "face", "find_chromium", "first_few", "format_cell", "format_date",
    "format_in_points", "format_money", "format_number", "format_percent", "format_points", "gettext", "is_missing",
    "is_plain", "language", "longer", "mark", "month_name", "ngettext", "ntold", "paragraphs", "print_page", "retold",
    "segment_names", "set_language", "suggestion", "told", "told_date", "told_list", "told_number", "told_percent",
    "use_language", "weekday_name", "write_beside", "write_csv",
]  # fmt: skip
