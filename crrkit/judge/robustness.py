"""How much the headline rate depends on arbitrary choices: time zone, start of the week, cut-off date, window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit import reduce
from crrkit.ground import (
    InputError,
    Shown,
    check_given,
    check_numbers,
    format_cell,
    format_number,
    gettext as _,
    mark,
    weekday_name,
)
from crrkit.measure import retention_by_period
from crrkit.read import Base
from crrkit.rules import WEEKDAYS, Trailing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


CLOCKS = (-6.0, -3.0, 3.0, 6.0)


@dataclass(frozen=True, eq=False, repr=False)
class StressTest(Shown):
    """The rate of one period under slightly different choices.

    Attributes:
        table: ``choice setting start kept crr difference``; the first row is the account as requested.
        period: The period's name.
        notes: Which choices were left out, and why.
    """

    table: pd.DataFrame
    period: str
    notes: tuple[str, ...] = ()

    kinds: ClassVar[Mapping[str, str]] = {
        "choice": "word", "setting": "text", "start": "count", "kept": "count", "crr": "rate", "difference": "points",
    }  # fmt: skip

    @property
    def band(self) -> tuple[float, float]:
        """The lowest and the highest rate over the choices."""
        return float(self.table["crr"].min()), float(self.table["crr"].max())

    def below(self) -> tuple[str, ...]:
        """The notes."""
        return self.notes

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "choice": _("choice"), "setting": _("setting"), "start": _("start"), "kept": _("kept"), "crr": _("CRR"),
            "difference": _("difference"),
        }  # fmt: skip

    def caption(self) -> str:
        """The rate and its band."""
        low, high = (format_cell(value, "rate") for value in self.band)
        text = _("{period}: CRR {crr} as asked for, {low} to {high} under other choices")
        return text.format(period=self.period, crr=format_cell(self.table["crr"].iloc[0], "rate"), low=low, high=high)


def stress(
    base: Base, *, every: str = "month", period: str | None = None, clocks: Sequence[float] = CLOCKS
) -> StressTest:
    """Recompute the headline rate with shifted clocks, the cut-off a day earlier or later, other weeks and windows.

    Args:
        base: The result of `read_contracts` or `read_orders`.
        every: The period.
        period: The period's name; by default the latest complete one.
        clocks: Time shifts in hours, as another time zone would cause; not applied to a list that has only dates.

    Returns:
        One row per choice, and the band over all of them. The rate is NaN for a choice without customers at the start.

    Raises:
        ValueError: If the period is not known.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({"who": ["a", "b", "a"], "when": ["2024-01-05", "2024-01-31 23:00", "2024-02-01 01:00"]})
        >>> base = read_orders(log, customer="who", at="when", as_of="2024-03-01")
        >>> stress(base, clocks=(3.0,)).table[["choice", "setting", "start", "kept"]].head(2).to_dict("split")["data"]
        [['as asked for', '', 2, 1], ['clock', '+3 h', 1, 1]]
    """
    check_given(base, Base, name="base")
    asked = retention_by_period(base, every=every)
    row = asked.latest if period is None else asked.row(period)
    dates_only = not reduce.collect(reduce.clocked(base.table))["n"].iloc[0]
    middle = row["from_"] + (row["until"] - row["from_"]) / 2
    rows = [_found(mark("as asked for"), "", row)]
    for choice, setting, other in _choices(
        base, every, () if dates_only else clocks, days=(row["until"] - row["from_"]).days
    ):
        here = _period_of(other, every, middle)
        if here is not None:
            rows.append(_found(choice, setting, here))
    frame = pd.DataFrame(rows)
    frame["difference"] = frame["crr"] - frame["crr"].iloc[0]
    note = _("The list has dates without times of day, so that no clock was moved.")
    return StressTest(frame, str(row["period"]), (note,) if dates_only else ())


def _period_of(base: Base, every: str, moment: pd.Timestamp) -> pd.Series | None:
    """The period that contains a moment; None if the data of this choice end before it or are shorter than a period."""
    try:
        table = retention_by_period(base, every=every).table
    except InputError:
        return None
    here = table[(table["from_"] <= moment) & (table["until"] > moment)]
    return here.iloc[0] if len(here) else None


def _found(choice: str, setting: str, row: pd.Series) -> dict[str, object]:
    return {"choice": choice, "setting": setting, "start": row["start"], "kept": row["kept"], "crr": row["crr"]}


def _choices(base: Base, every: str, clocks: Sequence[float], *, days: int) -> Iterator[tuple[str, str, Base]]:
    """The alternative choices, each as a base."""
    for hours in check_numbers(clocks, name="clocks"):
        moved = reduce.with_clock_moved(base.table, hours=hours)
        text = _("{hours} h").format(hours=f"{hours:+g}")
        yield mark("clock"), text, replace(base, table=moved, first=base.first + timedelta(hours=hours))
    for step in (-1, 1):
        cut = base.as_of + timedelta(days=step)
        yield mark("cut-off"), f"{cut:%Y-%m-%d}", replace(base, as_of=cut, card=base.card.with_(as_of=cut))
    for number, weekday in enumerate(WEEKDAYS if every == "week" else ()):
        if weekday != base.card.week_starts:
            card = base.card.with_(week_starts=weekday)
            yield mark("week starts on"), weekday_name(number), replace(base, card=card)
    if base.has_purchases:
        for window in (days, 2 * days, 3 * days):
            text = _("{days} {days:day|days}").format(days=format_number(window))
            yield mark("activity window"), text, base.with_activity(Trailing(days=window))
