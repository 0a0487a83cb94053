"""The periods of a base: which are requested, their labels and bounds, and how completely each was observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.ground import PERIODS, InputError, mark, told as _, told_date as format_date
from crrkit.read import ALL_AT_ONCE, ENDS_ON_ONE_DAY, NO_END, NOBODY_AFTER
from crrkit.rules import Trailing

if TYPE_CHECKING:
    from datetime import datetime

    from crrkit.read import Base, QualityReport
    from crrkit.rules import Activity, Calendar, DefinitionCard

COMPLETE, RUNNING, EMPTY, BURN_IN = mark("complete"), mark("running"), mark("empty_base"), mark("burn_in")
NOT_LISTED = mark("unseen")
AT_START, AT_END = ("start", "opening"), ("end", "closing")  # columns that need a list at one boundary only
NOT_IN_LISTS = ("new_lost", "returned_lost", "rejoined", "continuous", "joins", "leaves")  # need data within the period
MISSING_PART, MANY_MISSING = 0.2, 7  # of the first period; chance alone misses so many in one list of a thousand
MOST_PERIODS = 20_000  # days in half a century; more is a mistake

GONE_AT_ONCE = mark(
    "All of them left in the same period, and nobody has been a customer since. If their last date is only the day"
    " on which the list was made, they have not left: leave it empty and count again."
)


def span_of(base: Base, calendar: Calendar, *, first: str | None = None, last: str | None = None) -> range:
    """Return the indices of the requested periods; by default from the first customer to the end of the data."""
    opening, closing = calendar.index(base.first), calendar.index(base.last_seen)
    if calendar.start(opening + 1) > base.as_of.date() and first is None and last is None:
        raise _too_short(base, calendar)
    begin = opening if first is None else calendar.parse(first, name="first")
    end = closing if last is None else calendar.parse(last, name="last")
    if max(begin, end) > closing:
        late, name = (last, "last") if end > closing else (first, "first")
        message = _("{name}={label!r} begins after the data end ({day}). Choose an earlier period.")
        raise InputError(message.format(name=name, label=late, day=format_date(base.as_of)), argument=name)
    if begin > end or end - begin > MOST_PERIODS:
        message = _(
            "first={first!r} and last={last!r} span {n} {n:period|periods}; at least 1 and at most {most} are needed."
        )
        raise InputError(message.format(first=first, last=last, n=end - begin + 1, most=MOST_PERIODS), argument="first")
    return range(begin, end + 1)


def _too_short(base: Base, calendar: Calendar) -> InputError:
    message = _("The data run from {first} to {last}, less than one {every}.").format(
        first=format_date(base.first), last=format_date(base.as_of), every=_(calendar.every)
    )
    shorter = [replace(calendar, every=every) for every in PERIODS[: PERIODS.index(calendar.every)]]
    fitting = [other.every for other in shorter if other.index(base.as_of) - other.index(base.first) > 1]
    hint = _("Choose a shorter period, such as every={every!r}.").format(every=fitting[-1]) if fitting else ""
    return InputError(f"{message} {hint}".strip(), argument="every", given=calendar.every)


def dated(
    flows: pd.DataFrame, calendar: Calendar, span: range, base: Base, *, rule: Activity | None = None
) -> pd.DataFrame:
    """Add the label and bounds of each period in front and its status at the end.

    Args:
        flows: One row per period, with the column ``start``.
        calendar: The calendar of the periods.
        span: The indices of the periods.
        base: The base that was counted.
        rule: The activity rule, if the flows were counted under one.
    """
    bounds = pd.to_datetime([calendar.start(k) for k in range(span.start, span.stop + 1)])
    flows.insert(0, "period", [calendar.label(k) for k in span])
    flows.insert(1, "from_", bounds[:-1])
    flows.insert(2, "until", bounds[1:])
    running = flows["until"] > base.decided
    unknown = flows["from_"] < base.first + timedelta(days=base.card.burn_in_days)
    unknown = (unknown & (base.card.burn_in_days > 0)) | (flows["until"] <= safe_until(base.first, rule))
    flows["status"] = np.select([flows["start"] == 0, running, unknown], [EMPTY, RUNNING, BURN_IN], COMPLETE)
    return flows if base.listed_every is None else _as_seen(flows, base)


def safe_until(first: datetime, rule: Activity | None) -> pd.Timestamp:
    """Return the time up to which nobody can be lost, since no purchase in the data is older than the window.

    The rate of a period that ends by then is 100 % whatever customers do: those who left before the data begin are not
    in them. Without a `Trailing` rule it is ``first``.
    """
    if not isinstance(rule, Trailing):
        return pd.Timestamp(first)
    window = pd.Timedelta(days=rule.length) if rule.months is None else pd.DateOffset(months=rule.months)
    return pd.Timestamp(first) + window


def kept_by_construction(flows: pd.DataFrame, base: Base) -> tuple[str, ...]:
    """Return a note on the periods in which nobody can be lost yet."""
    safe = safe_until(base.first, base.rule)
    periods = flows.loc[(flows["status"] == BURN_IN) & (flows["until"] <= safe), "period"]
    if periods.empty:
        return ()
    text = _(
        "Before {day} nobody can be lost: no purchase of the list is older than the window. The rates are 100% by"
        " construction up to {last}, and no average and no comparison takes them in."
    )
    return (text.format(day=format_date(safe), last=periods.iloc[-1]),)


def begun_within(flows: pd.DataFrame, base: Base) -> tuple[str, ...]:
    """Return a warning about the second row if its customers are the buyers of a first period seen only in part.

    A short list starts within its first period by chance, so the warning needs a missing part of at least a fifth of
    the period in which, at the pace of the rest, at least seven customers would have bought.
    """
    if not base.is_by_period or len(flows) < 2:  # noqa: PLR2004 - the opening period and the one that it opens
        return ()
    opening, second = flows.iloc[0], flows.iloc[1]
    missing, seen = base.first - opening["from_"], min(opening["until"], base.as_of) - base.first
    if missing < MISSING_PART * (opening["until"] - opening["from_"]) or seen <= timedelta(0):
        return ()
    if opening["end"] * (missing / seen) < MANY_MISSING:
        return ()
    text = _(
        "The list begins on {day}, within {opening}. If there were purchases before that day, whoever bought only then"
        " is missing at the start of {second}, and the rate of {second} is that of the others."
    )
    return (text.format(day=format_date(base.first), opening=opening["period"], second=second["period"]),)


def seen_of(base: Base, calendar: Calendar, span: range) -> set[int]:
    """Return the periods for which the customers at both boundaries are known: all, except for snapshots."""
    return {k for k in span if base.saw(calendar.start(k)) and base.saw(calendar.start(k + 1))}


def _as_seen(flows: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Set to NaN what snapshots do not show: events within a period, and boundaries without a snapshot."""
    since = np.array([base.saw(day.date()) for day in flows["from_"]])
    until = np.array([base.saw(min(day, pd.Timestamp(base.as_of)).date()) for day in flows["until"]])
    flows.loc[~(since & until), "status"] = NOT_LISTED
    for name in [name for name in flows.columns if pd.api.types.is_numeric_dtype(flows[name])]:
        known = since if name in AT_START else until if name in AT_END else since & until
        known = np.zeros_like(known) if name in NOT_IN_LISTS else known
        flows[name] = flows[name] if known.all() else flows[name].where(known)
    return flows


def gone_at_once(table: pd.DataFrame, card: DefinitionCard) -> str:
    """Return a warning if all contracts ended in one period, perhaps the day the list was made; else empty."""
    there = table[table["start"] > 0]
    if card.is_by_period or card.counts_buyers or there.empty or not table["period"].is_unique:
        return ""
    last = there.iloc[-1]
    if last["start"] < ALL_AT_ONCE or last["kept"] != 0 or last["end"] != 0:
        return ""
    return _(GONE_AT_ONCE)


def latest_of(table: pd.DataFrame) -> pd.Series:
    """Return the last complete period with customers at its start; else the last with any; else the last row."""
    somebody = table[table["start"] > 0]
    complete = somebody[somebody["status"] == COMPLETE]
    return next(rows for rows in (complete, somebody, table) if len(rows)).iloc[-1]


def at_its_ends(
    table: pd.DataFrame, card: DefinitionCard, quality: QualityReport, base: Base | None
) -> tuple[str, ...]:
    """Return warnings on the end of the data and, if the latest period is still in burn-in, on their beginning."""
    gone, ends = gone_at_once(table, card), quality.doubt(NO_END)[0] or quality.doubt(ENDS_ON_ONE_DAY)[0]
    ended = ends or (gone and (quality.doubt(NOBODY_AFTER)[0] or gone))
    if base is None or not table["period"].is_unique:
        return (ended,)
    latest = latest_of(table)
    if latest["status"] == BURN_IN:
        return (ended, *kept_by_construction(table, base))
    is_second = len(table) > 1 and latest["period"] == table["period"].iloc[1]
    return (ended, *(begun_within(table, base) if is_second else ()))
