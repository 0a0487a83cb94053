"""The choices offered for a list: period lengths, limits of silence, segments; and one selection of each."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit import reduce
from crrkit.ground import DAYS_PER_MONTH, PERIODS, InputError, format_number, gettext as _
from crrkit.measure import span_of
from crrkit.measure.cadence import advise, characteristic_interval
from crrkit.rules import ContractRule, StageRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read import Base

REGULARS_TO_CHOOSE = (2, 3, 4, 5, 6)
MONTHS_TO_CHOOSE = (1, 3, 6, 12, 24, 36)  # of uninterrupted contract
FEWEST_TO_CHOOSE, MOST_TO_CHOOSE = 2, 240
QUICK_PERIODS = ("day", "week")
MOST_SHORT = 110  # periods of days or weeks: two years of weeks, which keeps the page small
MOST_SHORT_OF_ALL = 6 * MOST_SHORT  # the same summed over all customers and all segments
# Days: round numbers, those of weeks and months, and in between steps that grow with the number.
FEW_DAYS = (1, 2, 3, 4, 5, 6)  # for histories of at most NOT_LONG days
NOT_LONG = 90
SILENCES = (
    7, 10, 14, 17, 21, 24, 28, 30, 31, 35, 40, 42, 45, 50, 56, 60, 61, 65, 70, 75, 80, 85, 90, 91, 92, 100, 105, 112,
    120, 130, 140, 150, 160, 170, 180, 182, 183, 195, 210, 225, 240, 255, 270, 285, 300, 315, 330, 345, 360, 365, 366,
    390, 420, 450, 480, 510, 540, 575, 610, 650, 690, 730, 913, 1096, 1461, 1826, 2557, 3652,
)  # fmt: skip
PAUSES = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 31, 45, 60, 75, 90, 120, 150, 180)  # days between contracts
USUAL_SILENCE = 90
SEGMENTS_ERROR = 0.05  # the error rate for all segments together
COVERED = 0.8  # the share of the gaps covered by the limit that the list suggests
MOST_OF_A_COLUMN = 8  # segments per column; smaller ones are merged
FEWEST_OF_A_NAME = 2  # mean number of customers per value, below which a column practically identifies customers


@dataclass(frozen=True)
class ListSettings:
    """One selection of all settings of a list.

    Attributes:
        every: The period.
        silence: The days of silence after which a buyer lapses, or ``"period"`` for the activity rule ``"period"``; for
            contracts, the longest gap in days within one relationship.
        segment: The key of a segment; None for all customers.
        regular: The number of purchase days that makes a regular; for contracts, of uninterrupted months.
        first: The label of the first period; None for the first in the data.
        last: The label of the last period; None for the last in the data.
    """

    every: str
    silence: int | str
    segment: str | None = None
    regular: int | None = None
    first: str | None = None
    last: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the settings in the form that the browser uses."""
        return {
            "every": self.every, "silence": self.silence, "segment": self.segment, "regular": self.regular,
            "from": self.first, "to": self.last,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ListSettings:
        """Create the settings from the output of `to_dict`."""
        renamed = {"from": "first", "to": "last"}
        return cls(**{renamed.get(name, name): value for name, value in values.items()})


@dataclass(frozen=True)
class Segment:
    """A segment that can be selected.

    Attributes:
        key: The key by which it is selected, ``"region: north"``.
        by: The segment column.
        name: Its value; None for the remaining values of the column together.
        customers: The number of its customers.
    """

    key: str
    by: str
    name: str | None
    customers: int


def everies_of(base: Base) -> tuple[str, ...]:
    """Return the period lengths that give a readable number of periods; if none does, the shortest that is possible."""
    lengths = PERIODS[PERIODS.index(base.listed_every or PERIODS[0]) :]  # nothing is known between two snapshots
    touched = {every: periods_touched(base, every) for every in lengths}
    most = {every: MOST_SHORT if every in QUICK_PERIODS else MOST_TO_CHOOSE for every in PERIODS}
    found = tuple(every for every, n in touched.items() if FEWEST_TO_CHOOSE <= n <= most[every])
    if found:
        return found
    span_of(base, base.calendar(lengths[0]))  # refuses data that are shorter than a day
    return (next(every for every in lengths if touched[every] <= MOST_TO_CHOOSE),)


def small_enough(everies: tuple[str, ...], base: Base, segments: int) -> tuple[str, ...]:
    """Remove short period lengths that would give too many periods for the number of segments; keep at least one."""
    most = MOST_SHORT_OF_ALL / (1 + segments)
    found = tuple(every for every in everies if every not in QUICK_PERIODS or periods_touched(base, every) <= most)
    return found or everies


def periods_touched(base: Base, every: str) -> int:
    """Return the number of periods that the data overlap."""
    calendar = base.calendar(every)
    return calendar.index(base.last_seen) - calendar.index(base.first) + 1


def natural_silence(base: Base) -> int | None:
    """Return the limit of silence that the list suggests: its own window, else the 80% quantile of the gaps in days.

    For contracts it is the ``merge_gap`` that they were read with.
    """
    if not base.has_purchases:
        return base.card.merge_gap
    rule = base.rule
    if rule is not None and getattr(rule, "days", None):
        return int(np.ceil(rule.length))
    gaps = characteristic_interval(base)
    needed = [days for days in (gaps.quantile(COVERED), gaps.quantile_of_returns(COVERED)) if not np.isnan(days)]
    return max(1, int(np.ceil(needed[0]))) if needed else None


def silences_of(base: Base, natural: int | None) -> tuple[int, ...]:
    """Return the limits of silence offered: up to the first that reaches the length of the history, and the natural."""
    if base.listed_every:
        return (0,)  # a snapshot states who is a customer on its day
    history = (base.as_of.date() - base.first.date()).days
    steps = [*(FEW_DAYS if history <= NOT_LONG else ()), *SILENCES] if base.has_purchases else [*PAUSES]
    reached = steps[: bisect_left(steps, history) + 1]
    return tuple(sorted({*reached, *([] if natural is None else [natural])}))


def starting_every(base: Base, everies: tuple[str, ...]) -> str:
    """Return the recommended period length if it is offered, else the longest offered."""
    suggested = advise(base).every
    return suggested if suggested in everies else everies[-1]


def starting_silence(silences: tuple[int, ...], natural: int | None) -> int:
    """Return the natural limit, else the one closest to the usual 90 days."""
    return natural if natural is not None else min(silences, key=lambda days: abs(days - USUAL_SILENCE))


def regulars_of(rule: StageRule | ContractRule, base: Base) -> tuple[int, ...]:
    """Return the requirements offered for a regular: purchase days that fit into the rule's window, or contract months.

    The months are those shorter than the history, and those of the rule.
    """
    if getattr(base, "missing", ()):
        return ()  # customers before and after a missing snapshot need not have been customers in between
    if isinstance(rule, ContractRule):
        days = (base.as_of - base.first).days
        reached = (months for months in MONTHS_TO_CHOOSE if months * DAYS_PER_MONTH < days)
        return tuple(sorted({*reached, asked_of_regulars(rule)}))
    return tuple(number for number in REGULARS_TO_CHOOSE if number - 1 + 2 <= rule.window_days)


def asked_of_regulars(rule: StageRule | ContractRule) -> int:
    """Return the purchase days, or contract months, that a rule requires of a regular."""
    return rule.renewals * rule.months if isinstance(rule, ContractRule) else rule.k_long


def together(segments: int) -> float:
    """Return the normal quantile for intervals with a simultaneous coverage of 95 % (Bonferroni)."""
    return NormalDist().inv_cdf(1 - SEGMENTS_ERROR / (2 * max(segments, 1)))


def segments_of(days: ir.Table, by: tuple[str, ...]) -> tuple[tuple[Segment, ...], dict[str, dict[str | None, int]]]:
    """Return the segments of each column, small ones merged, and the index of each value; 0 is all customers."""
    segments: list[Segment] = []
    codes: dict[str, dict[str | None, int]] = {}
    for name in by:
        sizes = reduce.collect(reduce.segment_sizes(days, name=name))
        refuse_names_as_segments(name, sizes["customers"])
        most = MOST_OF_A_COLUMN if len(sizes) <= MOST_OF_A_COLUMN else MOST_OF_A_COLUMN - 1
        values: list[str | None] = [str(value) for value in sizes[name][:most]]
        counts = [int(n) for n in sizes["customers"][:most]]
        if len(sizes) > most:
            values, counts = [*values, None], [*counts, int(sizes["customers"][most:].sum())]
        codes[name] = {value: 1 + len(segments) + place for place, value in enumerate(values)}
        segments += [Segment(key_of(name, value), name, value, n) for value, n in zip(values, counts, strict=True)]
    return tuple(segments), codes


def refuse_names_as_segments(by: str, customers: pd.Series) -> None:
    """Refuse a segment column whose values nearly identify customers: a shared page would contain the values.

    Args:
        by: The column.
        customers: The number of customers of each of its values.
    """
    if len(customers) <= MOST_OF_A_COLUMN or customers.mean() >= FEWEST_OF_A_NAME:
        return
    message = _(
        "by={by!r} divides {n} {n:customer|customers} into {segments} {segments:segment|segments}: such values"
        " identify people, and a page would contain some of them. Read the list without this column, or with a"
        " coarser one."
    )
    words = {"n": format_number(int(customers.sum())), "segments": format_number(len(customers))}
    raise InputError(message.format(by=by, **words), argument="by", given=by)


def key_of(by: str, value: str | None) -> str:
    """Return the key of a segment; for the remaining values of a column it is ``"column:"``."""
    return f"{by}: {value}" if value is not None else f"{by}:"
