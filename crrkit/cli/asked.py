"""Parsing of the options --target and --mark of a report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crrkit.ground import YEARS_PER_PERIOD, InputError, check_choice, gettext as _
from crrkit.judge import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

TYPED_PERCENT = 100


def target_of(typed: str | None) -> float | Target | None:
    """Parse a target rate: ``0.7`` or ``70%`` for the report's period, ``0.7=year`` for another one."""
    if typed is None:
        return None
    number, _sign, period = (part.strip() for part in typed.partition("="))
    value = _number(number, typed)
    if not period:
        return value
    check_choice(period, name="target", choices=YEARS_PER_PERIOD)
    return Target(value=value, period=period, basis_period="–", author="–", date=datetime.now(UTC).date())


def _number(text: str, typed: str) -> float:
    try:
        bare = text.rstrip("%").strip().replace(",", ".")
        return float(bare) / TYPED_PERCENT if text.endswith("%") else float(bare)
    except ValueError:
        message = _("target={typed!r} is no rate. Write it like --target 0.7, or --target 0.7=year for a yearly one.")
        raise InputError(message.format(typed=typed), argument="target", given=typed) from None


def marks_of(typed: Iterable[str]) -> dict[str, str]:
    """Parse dated events such as ``2024-06-01=new prices``."""
    pairs = [text.partition("=") for text in typed]
    for day, sign, name in pairs:
        if not (day.strip() and sign and name.strip()):
            message = _("mark={typed!r} does not say what happened when. Write it like --mark 2024-06-01='new prices'.")
            raise InputError(message.format(typed=day + sign + name), argument="mark", given=day)
    return {day.strip(): name.strip() for day, _sign, name in pairs}
