"""The periods of a base: which are asked for, when they begin, and how far each has been seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.ground import PERIODS, InputError, format_date, gettext as _, mark
from crrkit.read import ALL_AT_ONCE

if TYPE_CHECKING:
    from crrkit.read import Base
    from crrkit.rules import Calendar, DefinitionCard

COMPLETE, RUNNING, EMPTY, BURN_IN = mark("complete"), mark("running"), mark("empty_base"), mark("burn_in")
NOT_LISTED = mark("unseen")
AT_START, AT_END = ("start", "opening"), ("end", "closing")  # what is known without what happened up to the other bound
NOT_IN_LISTS = ("new_lost", "returned_lost", "rejoined", "continuous", "joins", "leaves")  # what two lists do not show
MOST_PERIODS = 20_000  # days in half a century: more rows than that were not meant

GONE_AT_ONCE = mark(
    "All of them left in the same period, and nobody has been a customer since. If their last date is only the day"
    " on which the list was made, they have not left: leave it empty and count again."
)


def span_of(base: Base, calendar: Calendar, *, first: str | None = None, last: str | None = None) -> range:
    """The numbers of the periods that are asked for."""
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


def dated(flows: pd.DataFrame, calendar: Calendar, span: range, base: Base) -> pd.DataFrame:
    """Names and bounds in front, and how far each period has been seen behind."""
    bounds = pd.to_datetime([calendar.start(k) for k in range(span.start, span.stop + 1)])
    flows.insert(0, "period", [calendar.label(k) for k in span])
    flows.insert(1, "from_", bounds[:-1])
    flows.insert(2, "until", bounds[1:])
    running = flows["until"] > base.decided
    unknown = flows["from_"] < base.first + timedelta(days=base.card.burn_in_days)
    states = [flows["start"] == 0, running, unknown & (base.card.burn_in_days > 0)]
    flows["status"] = np.select(states, [EMPTY, RUNNING, BURN_IN], COMPLETE)
    return flows if base.listed_every is None else _as_seen(flows, base)


def seen_of(base: Base, calendar: Calendar, span: range) -> set[int]:
    """The periods at both bounds of which it is known who was there: all of them, but of lists of single days."""
    return {k for k in span if base.saw(calendar.start(k)) and base.saw(calendar.start(k + 1))}


def _as_seen(flows: pd.DataFrame, base: Base) -> pd.DataFrame:
    """What lists of single days do not show is missing: what happened between two, and at a bound without a list."""
    since = np.array([base.saw(day.date()) for day in flows["from_"]])
    until = np.array([base.saw(min(day, pd.Timestamp(base.as_of)).date()) for day in flows["until"]])
    flows.loc[~(since & until), "status"] = NOT_LISTED
    for name in [name for name in flows.columns if pd.api.types.is_numeric_dtype(flows[name])]:
        known = since if name in AT_START else until if name in AT_END else since & until
        known = np.zeros_like(known) if name in NOT_IN_LISTS else known
        flows[name] = flows[name] if known.all() else flows[name].where(known)
    return flows


def gone_at_once(table: pd.DataFrame, card: DefinitionCard) -> str:
    """That the end of all contracts in one period may be the day on which the list was made; else empty."""
    there = table[table["start"] > 0]
    if card.is_by_period or card.counts_buyers or there.empty or not table["period"].is_unique:
        return ""
    last = there.iloc[-1]
    if last["start"] < ALL_AT_ONCE or last["kept"] != 0 or last["end"] != 0:
        return ""
    return _(GONE_AT_ONCE)
