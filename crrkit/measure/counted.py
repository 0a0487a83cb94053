"""Retention from a table of counts per period, without customer data; with bounds where the rate is not determined."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import crr_bounds
from crrkit.ground import (
    PERIODS,
    InconsistentCounts,
    InputError,
    InputTypeError,
    described,
    mark,
    ntold as ngettext,
    told as _,
    told_number as format_number,
)
from crrkit.measure.flows import with_rates
from crrkit.measure.movement import RetentionTable
from crrkit.measure.spans import COMPLETE, EMPTY, NOT_IN_LISTS
from crrkit.read import Forms, Layout, read_count_rows
from crrkit.rules import Calendar, DefinitionCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.read import Label

INCONSISTENT, BOUNDS = mark("inconsistent"), mark("bounds only")
NEW_IS_NET = mark("as counted: those who are there at the end and were not at the start")
NEW_IS_GROSS = mark("as counted: everyone who joined in the period, still there or not")
ROWS_NAMED = 4  # periods in a sentence


def read_counts(
    source: Any,
    *,
    period: str | None = None,
    start: str | None = None,
    end: str | None = None,
    new: str | None = None,
    lost: str | None = None,
    returned: str | None = None,
    gross: bool = False,
    dates: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    sheet: str | None = None,
    skip: int | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    table: str | None = None,
    query: str | None = None,
    year_starts: str = "january",
) -> RetentionTable:
    """Read a table of counts with one row per period: customers at start and end, new, and lost if known.

    ``crr = (end - new - returned) / start``, or ``(start - lost) / start`` if lost customers are counted. If ``new``
    counts everyone who joined, the counts do not determine the rate, and ``crr_least`` and ``crr_most`` are its bounds
    (`crr_bounds`). Without customer data there are no cohorts and no stages, and the columns on customers who came and
    left within a period are NaN.

    Args:
        source: As for `read_orders`; columns that are not named are found by their usual names.
        period: The column with the period, such as ``2024-02``, ``Feb 2024``, ``2024Q1``, ``2024``.
        start: The column with the customers at the start of the period.
        end: The column with the customers at its end; optional if ``new`` and ``lost`` determine it.
        new: The column with the customers at the end who were not there at the start; with ``gross=True``, with
            everyone who joined.
        lost: The column with the customers of the start who are gone at the end; ``""`` ignores a column so named.
        returned: The column with the former customers who are there at the end and were not at the start.
        gross: Whether ``new`` counts everyone who joined, whether still there or not.
        dates: As for `read_orders`.
        decimal: As for `read_orders`.
        thousands: As for `read_orders`.
        sheet: As for `read_orders`.
        skip: As for `read_orders`.
        sep: As for `read_orders`.
        encoding: As for `read_orders`.
        table: As for `read_orders`.
        query: As for `read_orders`.
        year_starts: The first month of the (fiscal) year.

    Returns:
        The counts and rates, for `control_chart`, `assess` and `figures.retention_line`. A row with counts that no
        group of customers can have produced has no rate and the status ``inconsistent``; a row with 0 at the start has
        ``empty_base``. ``quality.doubts`` report an ``end`` that differs from the next ``start``, and missing periods.

    Raises:
        InputError: If a column is missing, the periods differ in length or repeat, or neither ``new`` nor ``lost`` is
            given.

    Examples:
        >>> table = pd.DataFrame({
        ...     "month": ["2024-01", "2024-02"], "start": [70, 90], "new": [30, 20], "end": [90, 95]})
        >>> kept = read_counts(table)
        >>> shown = ["period", "start", "kept", "lost", "crr", "crr_least", "crr_most"]
        >>> print(kept.to_pandas()[shown].round(3).to_string(index=False))
         period  start  kept  lost   crr  crr_least  crr_most
        2024-01     70    60    10 0.857      0.857       1.0
        2024-02     90    75    15 0.833      0.833       1.0
        >>> read_counts(table[["month", "start", "end"]])
        Traceback (most recent call last):
        crrkit.InputError: From start and end alone nothing is known of who stayed. Name the column of the new
            customers with new=, or of the lost with lost=.
    """
    _check_flag(gross, name="gross")
    named = {"period": period, "start": start, "end": end, "new": new, "lost": lost, "returned": returned}
    layout = Layout(sheet=sheet, skip=skip, sep=sep, encoding=encoding, table=table, query=query)
    forms = Forms(dates=dates, decimal=decimal, thousands=thousands, layout=layout)
    rows, labels, quality = read_count_rows(source, named=named, forms=forms)
    every = _one_length(labels)
    calendar = Calendar(every, year_starts=year_starts)
    rows = rows.assign(number=[calendar.index(label.day) for label in labels]).sort_values("number", ignore_index=True)
    _refuse_repeated(rows["number"], calendar)
    flows = _completed(rows, gross=gross)
    account = _account(flows, rows["number"], calendar, gross=gross)
    doubts = (*_breaks(account), *_gaps(rows["number"], calendar), *_contradictions(account))
    quality = quality.with_doubts(*doubts)
    card = DefinitionCard(
        source=quality.source, unit="counted", activity="as counted", every=every, year_starts=year_starts,
        as_of=datetime.combine(calendar.start(int(rows["number"].iloc[-1]) + 1), time.min), read_as=quality.read_as(),
        new=NEW_IS_GROSS if gross else NEW_IS_NET,
    )  # fmt: skip
    return RetentionTable(account, every, card, quality, notes=_certain(account, gross=gross))


def _check_flag(value: object, *, name: str) -> None:
    if not isinstance(value, bool):
        message = _("{name} is {given}, and it can be True or False.")
        raise InputTypeError(message.format(name=name, given=described(value)), argument=name, given=value)


def _one_length(labels: Sequence[Label]) -> str:
    lengths = sorted({label.every for label in labels}, key=PERIODS.index)
    if len(lengths) == 1:
        return lengths[0]
    if not lengths:
        message = _("No row names a period. Write them like 2024-02, 2024Q1 or 2024, or name the column with period=.")
        raise InputError(message, argument="period")
    message = _("The periods differ in length: {names}. Keep one length, or leave out what is a total.")
    named = ", ".join(next(str(label) for label in labels if label.every == length) for length in lengths)
    raise InputError(message.format(names=named), argument="period")


def _refuse_repeated(numbers: pd.Series, calendar: Calendar) -> None:
    twice = numbers[numbers.duplicated()]
    if len(twice):
        message = _("The period {name} stands in more than one row. Add the rows up, or read one segment at a time.")
        raise InputError(message.format(name=calendar.label(int(twice.iloc[0]))), argument="period")


def _completed(rows: pd.DataFrame, *, gross: bool) -> pd.DataFrame:
    """Complete the flows of each row from those that were given."""
    if "lost" not in rows and "new" not in rows:
        message = _(
            "From start and end alone nothing is known of who stayed. Name the column of the new customers with"
            " new=, or of the lost with lost=."
        )
        raise InputError(message, argument="new")
    given = rows.reindex(columns=["start", "end", "new", "lost", "returned"])
    back = given["returned"].fillna(0.0)
    kept = given["start"] - given["lost"]
    end = given["end"] if gross else given["end"].fillna(kept + given["new"] + back)
    new = given["new"] if gross else given["new"].fillna(end - kept - back)
    by_new = end - new - back
    if not gross:
        kept = kept.fillna(by_new)
    told = given.assign(end=end, new=new, returned=back, kept=kept)
    told["lost"] = given["lost"].fillna(told["start"] - told["kept"])
    told["residual"] = 0.0 if gross else (told["kept"] - by_new).fillna(0.0)
    return told


def _account(flows: pd.DataFrame, numbers: pd.Series, calendar: Calendar, *, gross: bool) -> pd.DataFrame:
    """Build the table of a `RetentionTable`; rows whose counts contradict each other have no rate."""
    start, end, new, kept = (flows[name] for name in ("start", "end", "new", "kept"))
    counts = flows[["start", "end", "new", "lost", "returned"]]
    whole = (counts.isna() | ((counts >= 0) & (counts == counts.round()))).all(axis=1)
    wrong = ~whole | (flows["residual"] != 0) | (kept > start) | (kept < 0) | (~np.array(gross) & (new > end))
    known = kept.notna() & start.notna() & ~wrong
    table = flows.drop(columns="residual").assign(**dict.fromkeys(NOT_IN_LISTS, np.nan), former=np.nan)
    table.loc[~known, ["kept", "lost"]] = np.nan
    for name in ("start", "kept", "lost", "new", "returned", "end"):
        table[name] = table[name].astype("int64") if table[name].notna().all() and whole.all() else table[name]
    bounds = [_bounds(*row) for row in zip(start, end, new, flows["returned"], strict=True)]
    states = [wrong, start == 0, ~known]
    table["status"] = np.select(states, [INCONSISTENT, EMPTY, BOUNDS], COMPLETE)
    table = with_rates(table)
    table["crr_least"], table["crr_most"] = zip(*bounds, strict=True)
    order = [int(number) for number in numbers]
    table.insert(0, "period", [calendar.label(k) for k in order])
    table.insert(1, "from_", pd.to_datetime([calendar.start(k) for k in order]))
    table.insert(2, "until", pd.to_datetime([calendar.start(k + 1) for k in order]))
    return table[[*[name for name in table.columns if name != "status"], "status"]]


def _bounds(start: float, end: float, new: float, returned: float) -> tuple[float, float]:
    """Return the bounds of the rate if some of the new have left again; NaN if the counts do not determine them."""
    if any(np.isnan(count) or count < 0 or count != round(count) for count in (start, end, new)) or returned:
        return np.nan, np.nan
    try:
        return crr_bounds(start=int(start), end=int(end), new=int(new))
    except InconsistentCounts:
        return np.nan, np.nan


def _breaks(table: pd.DataFrame) -> list[str]:
    """Return a doubt if the ``end`` of some period differs from the ``start`` of the next."""
    ends, starts = table["end"].astype(float), table["start"].astype(float).shift(-1)
    breaks = (table["until"] == table["from_"].shift(-1)) & ends.notna() & starts.notna() & (ends != starts)
    names = table["period"]
    pairs = [(names[k], ends[k], names[k + 1], starts[k]) for k in np.flatnonzero(breaks)]
    if not pairs:
        return []
    message = ngettext(
        "{n} end is not the start of the next period: {where}. Customers came or went between, or were counted anew.",
        "{n} ends are not the start of the next period: {where}. Customers came or went between, or were counted anew.",
        len(pairs),
    )
    text = _("{one} ends with {end}, {two} begins with {start}")
    told = [
        text.format(one=one, end=format_number(end), two=two, start=format_number(start))
        for one, end, two, start in pairs[:ROWS_NAMED]
    ]
    return [message.format(n=format_number(len(pairs)), where="; ".join(told))]


def _gaps(numbers: pd.Series, calendar: Calendar) -> list[str]:
    missing = sorted(set(range(int(numbers.min()), int(numbers.max()) + 1)) - set(numbers))
    if not missing:
        return []
    message = ngettext("{n} period is missing: {names}.", "{n} periods are missing: {names}.", len(missing))
    names = ", ".join(calendar.label(k) for k in missing[:ROWS_NAMED]) + (", …" if len(missing) > ROWS_NAMED else "")
    return [message.format(n=format_number(len(missing)), names=names)]


def _contradictions(table: pd.DataFrame) -> list[str]:
    wrong = table[table["status"] == INCONSISTENT]
    if wrong.empty:
        return []
    message = ngettext(
        "In {n} row the counts contradict each other, and it has no rate: {names}. If new is everyone who joined, use"
        " gross=True; former customers who came back belong into returned=.",
        "In {n} rows the counts contradict each other, and they have no rate: {names}. If new is everyone who joined,"
        " use gross=True; former customers who came back belong into returned=.",
        len(wrong),
    )
    names = ", ".join(wrong["period"][:ROWS_NAMED]) + (", …" if len(wrong) > ROWS_NAMED else "")
    return [message.format(n=format_number(len(wrong)), names=names)]


def _certain(table: pd.DataFrame, *, gross: bool) -> tuple[str, ...]:
    """Return a note that explains the columns of bounds, if the counts do not determine the rate."""
    open_ = table[(table["crr_least"] < table["crr_most"]) & (table["status"].isin([COMPLETE, BOUNDS]))]
    if open_.empty:
        return ()
    if gross and (table["status"] == BOUNDS).any():
        return (_("New is everyone who joined, so the rate is only known to lie between crr_least and crr_most."),)
    return (_("The rate holds if every new customer is still there; else it lies between crr_least and crr_most."),)
