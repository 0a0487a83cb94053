"""Targets with author and date, in an append-only history.

A target changed after the result is known is not a target. Each has an author and a date, and the target in force on a
given day never changes afterwards.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import (
    YEARS_PER_PERIOD,
    InputError,
    InputTypeError,
    Shown,
    SourceError,
    check_choice,
    check_fraction,
    check_moment,
    format_date,
    format_number,
    gettext as _,
    ngettext,
    write_beside,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Target:
    """A retention rate to reach.

    Attributes:
        value: The rate, a fraction between 0 and 1.
        period: The period of the rate: day, week, month, quarter, half-year or year.
        basis_period: The period whose results it is based on, such as ``"2023"``.
        author: Who set it.
        date: The first day on which it is in force; text such as ``"2024-01-01"`` is converted.
        strategy_note: How it is meant to be reached.

    Raises:
        InputError: If the value is not a fraction, the period is unknown, the date is invalid or the author is missing.

    Examples:
        >>> Target(value=0.75, period="year", basis_period="2023", author="Sales", date="2024-01-01").date
        datetime.date(2024, 1, 1)
        >>> Target(value=75, period="year", basis_period="2023", author="Sales", date="2024-01-01")
        Traceback (most recent call last):
        ...
        crrkit.InputError: value=75 must be a fraction between 0 and 1. Did you mean 0.75?
    """

    value: float
    period: str
    basis_period: str
    author: str
    date: date
    strategy_note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", check_fraction(self.value, name="value"))
        check_choice(self.period, name="period", choices=YEARS_PER_PERIOD)
        for name in ("basis_period", "author", "strategy_note"):
            _check_text(getattr(self, name), name=name, may_be_empty=name == "strategy_note")
        object.__setattr__(self, "date", check_day(self.date, name="date"))


@dataclass(frozen=True, eq=False, repr=False)
class TargetHistory(Shown):
    """Targets in the order in which they were set; appending returns a new history, nothing is removed.

    Attributes:
        targets: The targets, in order of date.

    Examples:
        >>> first = Target(value=0.70, period="year", basis_period="2022", author="Sales", date="2023-01-01")
        >>> history = TargetHistory().append(first)
        >>> history = history.append(Target(
        ...     value=0.75, period="year", basis_period="2023", author="Board", date="2024-01-01"))
        >>> history.in_force("2023-12-31").value, history.in_force("2024-01-01").author, history.in_force("2022-12-31")
        (0.7, 'Board', None)
        >>> history.append(first)
        Traceback (most recent call last):
        ...
        crrkit.InputError: The target of 2023-01-01 is older than the last one (2024-01-01). A history is only
        added to: date it on the day from which it holds.
    """

    targets: tuple[Target, ...] = ()

    kinds: ClassVar[Mapping[str, str]] = {
        "date": "date", "value": "rate", "period": "word", "basis_period": "text", "author": "text",
        "strategy_note": "text",
    }  # fmt: skip

    def __post_init__(self) -> None:
        object.__setattr__(self, "targets", tuple(self.targets))
        for before, target in zip((None, *self.targets), self.targets, strict=False):
            _check_order(before, target)

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the targets
        """One row per target, in the order in which they were set."""
        import pandas as pd

        return pd.DataFrame([asdict(target) for target in self.targets], columns=list(self.kinds))

    def append(self, target: Target) -> TargetHistory:
        """A history with one more target.

        Raises:
            InputError: If it is not a target, or is dated before the last one.
        """
        return replace(self, targets=(*self.targets, target))

    def in_force(self, on: date | str, *, period: str | None = None) -> Target | None:
        """The last target dated on or before a day; None if there was none yet.

        Args:
            on: The day.
            period: Only targets for this period, if months and years have separate targets.
        """
        day = check_day(on, name="on")
        if period is not None:
            check_choice(period, name="period", choices=YEARS_PER_PERIOD)
        known = [target for target in self.targets if target.date <= day and period in (None, target.period)]
        return known[-1] if known else None

    def to_json(self, path: str | Path) -> Path:
        """Write the history as JSON, to a temporary file that then replaces the old one.

        Raises:
            InputError: If the file cannot be written.
        """
        rows = [asdict(target) | {"date": target.date.isoformat()} for target in self.targets]
        text = json.dumps({"targets": rows}, ensure_ascii=False, indent=2) + "\n"
        return write_beside(path, text.encode())

    @classmethod
    def from_json(cls, path: str | Path) -> TargetHistory:
        """Read a history that `to_json` wrote.

        Raises:
            SourceError: If the file cannot be read or is not such a history.
            InputError: If a target in it is invalid.
        """
        try:
            rows = json.loads(Path(path).read_text(encoding="utf-8"))["targets"]
            known = [{field.name: row[field.name] for field in fields(Target)} for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as refused:
            message = _("{path} is not a history of targets ({why}). Give a file that to_json has written.")
            why = getattr(refused, "strerror", None) or type(refused).__name__
            raise SourceError(message.format(path=path, why=why), argument="path", given=str(path)) from refused
        return cls(tuple(Target(**row) for row in known))

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "date": _("in force from"), "value": _("target"), "period": _("period"), "basis_period": _("set from"),
            "author": _("author"), "strategy_note": _("strategy"),
        }  # fmt: skip

    def caption(self) -> str:
        """How many targets there are."""
        n = len(self.targets)
        return ngettext("{n} target", "{n} targets", n).format(n=format_number(n)) if n else _("No target was set yet.")

    def __str__(self) -> str:
        """The targets as text, or the sentence that there are none."""
        return super().__str__() if self.targets else self.caption()

    __repr__ = __str__


def check_day(value: object, *, name: str) -> date:
    """A day from a date, a moment or text such as ``2024-01-31``."""
    return check_moment(value, name=name).date()


def _check_order(before: Target | None, target: object) -> None:
    if not isinstance(target, Target):
        message = _("target is a {kind}; give a Target.").format(kind=type(target).__name__)
        raise InputTypeError(message, argument="target", given=target)
    if before is not None and target.date < before.date:
        message = _(
            "The target of {day} is older than the last one ({last}). A history is only added to: date it on the day"
            " from which it holds."
        )
        raise InputError(message.format(day=target.date, last=before.date), argument="target", given=target)


def _check_text(value: object, *, name: str, may_be_empty: bool) -> None:
    if not isinstance(value, str) or not (may_be_empty or value.strip()):
        message = _("{name}={value!r} is missing or not text; a target says who set it and from what.")
        raise InputError(message.format(name=name, value=value), argument=name, given=value)


def target_text(target: Target) -> str:
    """A target's author and day in the current language."""
    return _("set by {author}, in force from {day}").format(author=target.author, day=format_date(target.date))
