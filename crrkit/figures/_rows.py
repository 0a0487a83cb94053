"""The rows that a picture of an account is drawn from; the pictures compute nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit._errors import InputTypeError
from crrkit._language import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.movement import RetentionTable

_NEEDED = {"period", "start", "kept", "lost", "new", "returned", "end", "crr", "crr_low", "crr_high", "status"}


def account_rows(result: RetentionTable) -> pd.DataFrame:
    """The table of a result of ``retention_by_period``; anything else is refused."""
    table: pd.DataFrame | None = getattr(result, "table", None)
    if table is not None and set(table.columns) >= _NEEDED:
        return table
    message = _("result is a {kind}; a table of retention_by_period is needed.").format(kind=type(result).__name__)
    raise InputTypeError(message, argument="result", given=type(result).__name__)


def account_row(result: RetentionTable, *, period: str | None) -> pd.Series:
    """The row of the named period, or of the latest complete one."""
    account_rows(result)
    return result.latest if period is None else result.row(period)
