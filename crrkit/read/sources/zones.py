"""The time zone of the business: how it is determined, and when it must be given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import duckdb

from crrkit.ground import InputError, suggestion, told as _
from crrkit.read.values import has_clocks, has_offsets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.read.sources.opened import Opened
    from crrkit.read.values import Forms


def in_business_zone(opened: Opened, forms: Forms, *roles: str) -> tuple[Opened, Forms]:
    """Return the source with a note, and the forms with the zone of its times; None if all are local as written."""
    found = _business_zone(opened, roles, forms.zone)
    if found is None or found == forms.zone:
        return opened, forms
    note = _("Times have an offset from UTC, and no zone= was said: days and months begin at midnight of UTC.")
    return replace(opened, notes=(*opened.notes, note)), replace(forms, zone=found)


def _business_zone(opened: Opened, roles: Sequence[str], zone: str | None) -> str | None:
    if zone is not None:
        _check_zone(zone)
    if not any(has_offsets(opened.table, opened.columns[role]) for role in roles):
        return zone
    backend = opened.table.get_backend()
    if zone is None:
        _check_offsets(opened, roles)
    zone = zone or "UTC"
    if backend.name != "duckdb":
        return zone
    try:
        backend.con.execute("SELECT timezone(?, now())", [zone]).fetchall()
    except duckdb.Error:  # a name known to Python but not to the engine, such as "localtime"
        raise _unknown_zone(zone, "") from None
    return zone


def _check_offsets(opened: Opened, roles: Sequence[str]) -> None:
    """Raise an error if a column has times with and without an offset, which are comparable only with a given zone."""
    for column in [opened.columns[role] for role in roles]:
        if has_offsets(opened.table, column) and has_clocks(opened.table, column):
            message = _(
                "Some times in {column!r} have an offset from UTC and some have none. Use zone=, the time zone of those"
                " without."
            )
            raise InputError(message.format(column=column), argument="zone")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise _unknown_zone(zone, suggestion(str(zone), available_timezones())) from None


def _unknown_zone(zone: str, hint: str) -> InputError:
    message = _("zone={zone!r} is not a known time zone. Write it like 'Europe/Moscow' or 'UTC'.").format(zone=zone)
    return InputError(message + hint, argument="zone", given=zone)
