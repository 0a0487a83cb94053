"""Arguments shared by all readers: formats, folding of ids, cut-off and calendar."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crrkit.ground import InputError, as_moment, check_choice, check_count, check_names, told as _
from crrkit.read.disk import Layout
from crrkit.read.values import Forms
from crrkit.rules import MONTHS, WEEKDAYS, DefinitionCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.read.intake.canonical import Canonical
    from crrkit.read.quality import QualityReport


FILE = "file"  # the cut-off is the modification time of the file
OF_LAYOUT = {field.name for field in fields(Layout)}


@dataclass(frozen=True, kw_only=True)
class SharedArguments:
    """The arguments that `read_contracts`, `read_orders` and `read_events` share, checked.

    Attributes:
        by: The segment columns.
        cut: The cut-off, if given.
        forms: The formats of values and the folding of ids.
        burn_in_days: The number of days in which new customers cannot be identified.
        week_starts: The first day of the week.
        year_starts: The first month of the year.
    """

    by: tuple[str, ...]
    cut: datetime | None
    forms: Forms
    burn_in_days: int
    week_starts: str
    year_starts: str

    def card(self, rows: Canonical, **rules: Any) -> DefinitionCard:
        """Return the definition card of the rows; the default cut-off is the end of the day of the last one."""
        day_after = datetime.combine(rows.last, time.min) + timedelta(days=1)
        return DefinitionCard(
            source=rows.quality.source, as_of=self.cut or day_after, zone=rows.zone,
            week_starts=self.week_starts, year_starts=self.year_starts, burn_in_days=self.burn_in_days,
            read_as=rows.quality.read_as(), currency=self._currency(rows.quality), **rules,
        )  # fmt: skip

    def _currency(self, quality: QualityReport) -> str | None:
        """Return the currency of the amounts given by the user, else by the source; None if unknown."""
        said, seen = self.forms.currency, quality.currency
        if said and seen and said != seen:
            message = _(
                "currency={said!r}, but {source} says that its amounts are in {seen}. Use that, or leave currency= out."
            )
            text = message.format(said=said, seen=seen, source=quality.source)
            raise InputError(text, argument="currency", given=said)
        return said or seen or None


def check_arguments(
    source: object,
    *,
    by: str | Sequence[str],
    as_of: str | date | datetime | None,
    burn_in_days: int,
    week_starts: str,
    year_starts: str,
    **formats: Any,
) -> SharedArguments:
    """Check the shared arguments of a reader; ``formats`` are those of `Layout` and `Forms`."""
    layout = Layout(**{name: formats.pop(name) for name in OF_LAYOUT & set(formats)})
    check_choice(week_starts, name="week_starts", choices=WEEKDAYS)
    check_choice(year_starts, name="year_starts", choices=MONTHS)
    check_count(burn_in_days, name="burn_in_days")
    check_currency(formats.get("currency"))
    return SharedArguments(
        by=check_names(by, name="by"), cut=written(source) if as_of == FILE else moment_of(as_of),
        forms=Forms(**formats, layout=layout), burn_in_days=burn_in_days, week_starts=week_starts,
        year_starts=year_starts,
    )  # fmt: skip


def check_currency(code: object) -> None:
    """Raise an error if it is not a currency code, such as a sign: ``"$"`` is ambiguous."""
    from babel.numbers import is_currency

    if code is not None and not (isinstance(code, str) and is_currency(code)):
        message = _("currency={value!r} is not a currency code. Write it like 'EUR' or 'RUB'.")
        raise InputError(message.format(value=code), argument="currency", given=code)


def moment_of(as_of: str | date | datetime | None) -> datetime | None:
    """Return the cut-off as a datetime in the time zone of the business."""
    if as_of is None:
        return None
    moment = as_moment(as_of)
    if moment is None:
        message = _("as_of={value!r} is not a date. Write it like '2024-07-01'.")
    elif moment.tzinfo is not None:
        message = _("as_of={value!r} has a time zone. Write it in the local time of the business, like '2024-07-01'.")
    else:
        return moment
    raise InputError(message.format(value=as_of), argument="as_of", given=as_of)


def written(source: object) -> datetime:
    """Return the modification time of the file of a list, up to which its content may have been recorded."""
    if isinstance(source, str | Path) and Path(source).is_file():
        return datetime.fromtimestamp(int(Path(source).stat().st_mtime))  # noqa: DTZ006 - local time of this machine
    message = _("as_of='file' takes the day on which one file was written, and {given} is not one file. Name the day.")
    raise InputError(message.format(given=type(source).__name__), argument="as_of", given=FILE)


def one_id_one_customer(unit: str) -> str:
    """Raise an error for a unit of contracts if there are no contracts."""
    if unit != "person_any":
        message = _("unit={unit!r} is for contracts; this is counted by customer id. Leave unit= out.")
        raise InputError(message.format(unit=unit), argument="unit", given=unit)
    return unit
