"""The rows of an account that a chart draws; of the retention line also its scale, its marks and its alt text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.figures.labels import count
from crrkit.ground import (
    InputError,
    InputTypeError,
    check_given,
    check_moment,
    format_cell,
    format_date,
    format_percent,
    gettext as _,
    ngettext,
)
from crrkit.judge import ControlChart
from crrkit.measure import RetentionTable, check_one_account

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from crrkit.measure.cadence import Rhythm

LEAST_SPAN = 0.10  # a narrower axis would make noise look like a signal
MOST_NAMES = 8  # names that a listener can follow
MARK_LETTERS = "ABCDEFGHIJ"  # of marks
TICKS = (0.01, 0.02, 0.05, 0.10, 0.20)
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


@dataclass(frozen=True)
class Mark:
    """An event: its day, name and position on the x axis."""

    day: date
    name: str
    at: float


def marks_of(given: Mapping[str, str] | Mapping[date, str] | None, rows: pd.DataFrame) -> tuple[Mark, ...]:
    """The marks by day, each at its position between the periods of an account.

    Raises:
        InputError: If one is outside the periods, has no name or is not a date, or there are more marks than letters.
    """
    if not given:
        return ()
    if not hasattr(given, "items"):
        message = _("marks is a {kind}; give days with their names, such as marks={{'2024-06-01': 'new prices'}}.")
        raise InputTypeError(message.format(kind=type(given).__name__), argument="marks", given=given)
    marks = [_mark(day, name, rows) for day, name in given.items()]
    if len(marks) > len(MARK_LETTERS):
        message = _("marks holds {n} {n:day|days}; a line chart shows {most} at most.").format(
            n=len(marks), most=len(MARK_LETTERS)
        )
        raise InputError(message, argument="marks", given=given)
    return tuple(sorted(marks, key=lambda mark: (mark.at, mark.name)))


def _mark(day: object, name: object, rows: pd.DataFrame) -> Mark:
    if not isinstance(name, str) or not name.strip():
        message = _("marks says no name for {day}. Give one, such as marks={{'2024-06-01': 'new prices'}}.")
        raise InputError(message.format(day=day), argument="marks", given=name)
    moment = pd.Timestamp(check_moment(day, name="marks")).normalize()
    holding = rows[(rows["from_"] <= moment) & (moment < rows["until"])]
    if holding.empty:
        message = _("marks: {day} lies outside of the periods shown, {first} to {last}.")
        ends = {"first": format_date(rows["from_"].iloc[0]), "last": format_date(rows["until"].iloc[-1])}
        raise InputError(message.format(day=format_date(moment), **ends), argument="marks", given=day)
    begins, ends_ = holding[["from_", "until"]].iloc[0]
    at = float(holding.index[0]) - 0.5 + (moment - begins) / (ends_ - begins)
    return Mark(moment.date(), " ".join(name.split()), at)


def limits_of(chart: object, rows: pd.DataFrame) -> pd.DataFrame | None:
    """The control limits at the positions of the account's rows."""
    if chart is None:
        return None
    if not isinstance(chart, ControlChart):
        message = _("limits is a {kind}; give what crr.control_chart(kept) gives.").format(kind=type(chart).__name__)
        raise InputTypeError(message, argument="limits", given=chart)
    own = chart.table.set_index("period")
    shown = rows[rows["period"].isin(own.index) & rows["crr"].notna()]
    return own.loc[shown["period"], ["low", "high", "crr", "signal"]].set_axis(shown.index)


@dataclass(frozen=True)
class Line:
    """The rows of the table by how they are drawn; the index of a row is its position on the x axis."""

    rows: pd.DataFrame
    every: str
    target: float | None
    segment: str | None = None
    rhythm: Rhythm | None = None
    limits: pd.DataFrame | None = None  # of the periods that have some: low high crr signal
    centre: float | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def defined(self) -> pd.DataFrame:
        """Periods that have a rate."""
        return self.rows[self.rows["crr"].notna()]

    @property
    def complete(self) -> pd.DataFrame:
        """Complete periods with a rate."""
        return self.defined[self.defined["status"] != "running"]

    @property
    def running(self) -> pd.DataFrame:
        """Running periods with a rate."""
        return self.defined[self.defined["status"] == "running"]

    @property
    def empty(self) -> pd.DataFrame:
        """Periods that started with nobody."""
        return self.rows[self.rows["status"] == "empty_base"]

    @property
    def withheld(self) -> pd.DataFrame:
        """Periods whose rate is suppressed."""
        return self.rows[self.rows["crr"].isna() & (self.rows["status"] != "empty_base")]

    def names(self) -> list[str]:
        """The label under each period: its name, and its customers at the start."""
        return [f"{row['period']}\nn={count(row['start'])}" for _i, row in self.rows.iterrows()]

    def scale(self) -> tuple[float, float, float]:
        """The bottom, top and step of the vertical axis."""
        shown = self.defined[["crr", "crr_low", "crr_high"]].to_numpy(dtype=float).ravel()
        if not len(shown):
            return 0.0, 1.0, TICKS[-1]
        shown = np.append(shown[np.isfinite(shown)], [] if self.target is None else [self.target])
        if self.limits is not None:
            shown = np.append(shown, self.limits[["low", "high"]].to_numpy(dtype=float).clip(0, 1))
        low, high = float(shown.min()), float(shown.max())
        high = max(high, min(low + LEAST_SPAN, 1.0))
        low = min(low, high - LEAST_SPAN)
        low = low if 2 * low > high else 0.0
        step = next(step for step in TICKS if step >= (high - low) / 6)
        return step * math.floor(low / step + 1e-9), min(step * math.ceil(high / step - 1e-9), 1.0), step


def in_words(line: Line) -> str:
    """The alt text of the line."""
    first, last = line.rows["period"].iloc[[0, -1]]
    n = len(line.rows)
    head = ngettext(
        "Line chart of the retention rate (CRR) from {first} to {last}, {n} period.",
        "Line chart of the retention rate (CRR) from {first} to {last}, {n} periods.",
        n,
    ).format(first=first, last=last, n=n)
    doubt = [line.rhythm.warning] if line.rhythm and line.rhythm.warning else []
    parts = [head, *doubt, *_latest_in_words(line), *_range_in_words(line), *_rest_in_words(line), _axis_in_words(line)]
    return " ".join(parts)


def _latest_in_words(line: Line) -> list[str]:
    text = _("Latest complete period {period}: {crr} (95% interval {low} to {high}), {kept} of {start} kept.")
    return [text.format(**_facts(row)) for _i, row in line.complete.tail(1).iterrows()]


def _facts(row: pd.Series) -> dict[str, str]:
    rates = {name: format_cell(row[column], "rate") for name, column in _RATES.items()}
    return {"period": str(row["period"]), "kept": count(row["kept"]), "start": count(row["start"]), **rates}


_RATES = {"crr": "crr", "low": "crr_low", "high": "crr_high"}


def _range_in_words(line: Line) -> list[str]:
    if len(line.complete) < 2:  # noqa: PLR2004 - a range needs two
        return []
    by_rate, by_start = (line.complete.sort_values(name, kind="stable") for name in ("crr", "start"))
    low, high, small = _facts(by_rate.iloc[0]), _facts(by_rate.iloc[-1]), _facts(by_start.iloc[0])
    return [
        _("Lowest {low} in {then}, highest {high} in {when}.").format(
            low=low["crr"], then=low["period"], high=high["crr"], when=high["period"]
        ),
        _("Fewest customers at the start: {n} in {period}.").format(n=small["start"], period=small["period"]),
    ]


def _rest_in_words(line: Line) -> list[str]:
    running = [
        _("{period} is still running: {crr} so far.").format(**_facts(row)) for _i, row in line.running.iterrows()
    ]
    empty, withheld = _listed(line.empty), _listed(line.withheld)
    gaps = [_("No rate, because there was nobody to keep: {periods}.").format(periods=empty)] if empty else []
    gaps += [_("Rate suppressed: {periods}.").format(periods=withheld)] if withheld else []
    goal = [] if line.target is None else [_("Target: {target}.").format(target=format_cell(line.target, "rate"))]
    return [*running, *gaps, *goal, *_limits_in_words(line), *_marks_in_words(line)]


def _limits_in_words(line: Line) -> list[str]:
    if line.limits is None:
        return []
    signals = list(line.rows["period"][line.limits.index[line.limits["signal"] != ""]])
    said = _("outside of it, or at the end of a long run on one side: {periods}").format(periods=", ".join(signals))
    text = _("The usual range around {centre} is drawn; {signals}.")
    return [
        text.format(centre=format_cell(line.centre, "rate"), signals=said if signals else _("no period is a signal"))
    ]


def _marks_in_words(line: Line) -> list[str]:
    named = [f"{mark.name} ({format_date(mark.day)})" for mark in line.marks]
    return [_("Marked: {marks}.").format(marks=", ".join(named))] if named else []


def _listed(rows: pd.DataFrame) -> str:
    """The periods by name; for very many, the first, the last and their number."""
    names = list(rows["period"])
    if len(names) > MOST_NAMES:
        names = [*names[:3], f"… {names[-1]} ({count(len(names))})"]
    return ", ".join(names)


def _axis_in_words(line: Line) -> str:
    floor, top, _step = line.scale()
    return _("The vertical axis runs from {floor} to {top}.").format(
        floor=format_percent(floor, digits=0), top=format_percent(top, digits=0)
    )
