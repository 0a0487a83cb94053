"""The checked arguments of a cohort grid, and what follows from them before any row is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.ground import (
    DAYS_PER_PERIOD,
    SECONDS_PER_DAY,
    InputError,
    check_choice,
    check_count,
    format_number,
    gettext as _,
)
from crrkit.measure.cohorts.count import Shape
from crrkit.measure.cohorts.grid import ALIGNMENTS, GRID_KINDS, PRESENCES, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from crrkit.read import Base
    from crrkit.rules import Calendar

Bracket = tuple[int, int]

MOST_CELLS = 1_000_000


def checked_presence(base: Base, asked: dict[str, str], presence: str | None) -> str:
    """Check the arguments and return ``presence``, or its default for the base."""
    for name, choices in (("kind", GRID_KINDS), ("value", VALUES), ("align", ALIGNMENTS)):
        check_choice(asked[name], name=name, choices=choices)
    base.check_unit(asked["unit"])
    money = asked["value"] == "revenue"
    if money:
        _refuse_revenue(base, asked["kind"])
    purchases = money or base.is_by_period
    chosen = check_choice(presence or ("window" if purchases else "moment"), name="presence", choices=PRESENCES)
    if purchases and chosen == "moment":
        message = _(
            "presence='moment' needs a rule that says until when somebody is a customer; purchases happen inside a"
            " window. Leave presence= out, or read the orders with activity=Trailing(days=…)."
        )
        raise InputError(message, argument="presence", given=presence)
    return chosen


def _refuse_revenue(base: Base, kind: str) -> None:
    if not (base.has_purchases and base.has_amounts):
        message = _("This needs purchases with an amount. Read them with read_orders(…, amount=…).")
        raise InputError(message, argument="base")
    if kind != "bounded":
        message = _("kind={kind!r} counts customers; revenue is followed age by age. Use kind='bounded'.")
        raise InputError(message.format(kind=kind), argument="kind", given=kind)


def checked_brackets(brackets: Sequence[Bracket] | None, kind: str) -> tuple[Bracket, ...] | None:
    """Check the brackets and return them as pairs."""
    if brackets is None:
        return None
    if kind != "bracket":
        message = _("brackets= belongs to kind='bracket', kind={kind!r} was given.")
        raise InputError(message.format(kind=kind), argument="brackets", given=brackets)
    pairs = tuple(pair for pair in map(_as_bracket, brackets) if pair is not None)
    if not pairs or len(pairs) != len(list(brackets)) or len(set(pairs)) != len(pairs):
        message = _("brackets={given!r} needs first and last ages, each pair once, such as [(1, 2), (3, 6)].")
        raise InputError(message.format(given=list(brackets)), argument="brackets", given=brackets)
    return pairs


def _as_bracket(pair: Any) -> Bracket | None:
    numbers = tuple(pair) if isinstance(pair, tuple | list) else ()
    whole = len(numbers) == 2 and all(isinstance(n, int | np.integer) for n in numbers)  # noqa: PLR2004 - from and to
    return (int(numbers[0]), int(numbers[1])) if whole and 0 <= numbers[0] <= numbers[1] else None


@dataclass(frozen=True)
class Plan:
    """The checked arguments of `cohort_grid`."""

    base: Base
    calendar: Calendar
    kind: str
    value: str
    align: str
    presence: str
    unit: str
    by: tuple[str, ...]
    span: range
    ages: int | None
    given_brackets: tuple[Bracket, ...] | None

    @property
    def step(self) -> int | None:
        """The length of one age in seconds; None on the calendar."""
        return None if self.align == "calendar" else round(DAYS_PER_PERIOD[self.calendar.every] * SECONDS_PER_DAY)

    @cached_property
    def last_age(self) -> int:
        """The highest age requested, or by default the highest that the oldest cohort has begun."""
        if self.ages is not None:
            return int(check_count(self.ages, name="ages"))
        latest = self.calendar.index(self.base.last_seen)
        if self.step is None:
            return latest - self.span.start
        seen = (self.base.as_of - self.starts(self.span.start)).total_seconds()
        return int(seen // self.step) if self.presence == "moment" else int(-(-seen // self.step)) - 1

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        """The first and the last age of each column."""
        if self.kind != "bracket":
            return tuple((age, age) for age in range(self.last_age + 1))
        if self.given_brackets:
            return self.given_brackets
        return tuple((2**i, 2 ** (i + 1) - 1) for i in range(max(self.last_age, 1).bit_length()))

    @property
    def purchases(self) -> bool:
        """Whether customers are active in the ages with a purchase only, as under the activity rule ``"period"``."""
        return self.base.is_by_period

    @property
    def shape(self) -> Shape:
        """The shape of the grid to fill."""
        return Shape(self.span, self.last_age)

    def starts(self, cohort: int) -> datetime:
        """Return the start of a cohort's period."""
        return datetime.combine(self.calendar.start(cohort), time.min)

    def refuse_too_many(self) -> None:
        """Refuse a grid that is too large to read or to hold in memory."""
        cells = len(self.span) * len(self.brackets)
        if cells > MOST_CELLS:
            message = _(
                "The grid would have {n} {n:cell|cells}. Choose a longer period than every={every!r}, or use ages=."
            )
            text = message.format(n=format_number(cells), every=self.calendar.every)
            raise InputError(text, argument="every", given=self.calendar.every)

    def stretches(self) -> Any:
        """Return the expression for the ages in which each customer is active."""
        moment = self.presence == "moment"
        return self.base.stretches(self.calendar, unit=self.unit, by=self.by, step=self.step, moment=moment)

    def parts(self, frame: pd.DataFrame) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
        """Yield the rows of each segment with its names and values; without segments, all rows."""
        if not self.by:
            yield {}, frame
            return
        for _key, part in frame.groupby(list(self.by), sort=True):
            yield {name: part[name].iloc[0] for name in self.by}, part
