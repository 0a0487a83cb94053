"""Initial numbers of an explorer from a result: a period of an account, and the note about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, format_cell, gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure import RetentionTable


def row_of(account: RetentionTable, period: str | None, *, explorer: str, somebody: bool = False) -> pd.Series:
    """The row of the named period of an account, by default of its latest complete one.

    Args:
        account: The result of `retention_by_period`.
        period: The period's name.
        explorer: The explorer that asks, for the error message.
        somebody: Refuse a period without customers at the start, for explorers that cannot show an undefined rate.

    Raises:
        InputError: If it is not an account, is one by segments, lacks the period, or the period has no customers at the
            start.
    """
    from crrkit.measure import check_one_account

    check_one_account(account, f"widgets.{explorer}({{kept}})")
    row = account.latest if period is None else account.row(period)
    if somebody and not row["start"]:
        message = _("In {period} there was nobody to keep, so there is no rate to explore. Name another period.")
        raise InputError(message.format(period=row["period"]), argument="period", given=row["period"])
    return row


def no_account(period: str | None) -> None:
    """Refuse a period without an account."""
    if period is not None:
        message = _("period={period!r} names a period of an account. Give the account in front of it.")
        raise InputError(message.format(period=period), argument="period", given=period)


def about(account: RetentionTable, row: pd.Series) -> str:
    """Warnings, then what the initial numbers are, in the current language."""
    text = _("It begins with {period}: kept {kept} of {start}, CRR {crr}.")
    if account.card.segment:
        text = _("It begins with {period}, {segment}: kept {kept} of {start}, CRR {crr}.")
    kinds = {"period": "text", "kept": "count", "start": "count", "crr": "rate"}
    words = {name: format_cell(row[name], kind) for name, kind in kinds.items()}
    return " ".join(filter(None, [account.warning, text.format(**words, segment=account.card.segment)]))


def named(first: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The initial numbers, overridden by those given explicitly."""
    return first | {name: value for name, value in typed.items() if value is not None}
