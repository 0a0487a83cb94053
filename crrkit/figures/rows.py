"""The rows of an account from which a chart is drawn; charts compute nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit.ground import check_given
from crrkit.measure import RetentionTable, check_one_account

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = {"period", "start", "kept", "lost", "new", "returned", "end", "crr", "crr_low", "crr_high", "status"}


def account_rows(result: RetentionTable, *, picture: str) -> pd.DataFrame:
    """The table of a result of ``retention_by_period``; all segments at once and anything else are refused."""
    table: pd.DataFrame | None = getattr(result, "table", None)
    if table is not None and set(table.columns) >= _NEEDED:
        check_one_account(result, f"figures.{picture}({{kept}})")
        return table
    return check_given(result, RetentionTable, name="result").table


def account_row(result: RetentionTable, *, period: str | None) -> pd.Series:
    """The row of the named period, or of the latest complete one."""
    account_rows(result, picture="bridge")
    return result.latest if period is None else result.row(period)


def segment_of(result: RetentionTable) -> str | None:
    """The segment of the account; None if it is of everybody."""
    return getattr(result.card, "segment", None)  # a chart needs no card


def named(result: RetentionTable, text: str) -> str:
    """The text about an account, preceded by its segment if it has one."""
    segment = segment_of(result)
    return f"{segment}. {text}" if segment else text
