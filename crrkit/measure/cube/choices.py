"""What can be chosen of a list: its periods, the limits of silence, its segments, and one choice of each."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.ground import DAYS_PER_MONTH, PERIODS
from crrkit.measure import span_of
from crrkit.measure.cadence import advise, characteristic_interval
from crrkit.rules import ContractRule, StageRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read import Base

REGULARS_TO_CHOOSE = (2, 3, 4, 5, 6)
MONTHS_TO_CHOOSE = (1, 3, 6, 12, 24, 36)  # of contracts without a break
FEWEST_TO_CHOOSE, MOST_TO_CHOOSE = 2, 240
QUICK_PERIODS = ("day", "week")
MOST_SHORT = 110  # of days and weeks: two years of weeks, and a page that stays small
MOST_SHORT_OF_ALL = 6 * MOST_SHORT  # of everybody and of all segments together
# Days: round ones, those of weeks and months, and between them steps that grow with the number.
FEW_DAYS = (1, 2, 3, 4, 5, 6)  # of lists that are no longer than NOT_LONG
NOT_LONG = 90
SILENCES = (
    7, 10, 14, 17, 21, 24, 28, 30, 31, 35, 40, 42, 45, 50, 56, 60, 61, 65, 70, 75, 80, 85, 90, 91, 92, 100, 105, 112,
    120, 130, 140, 150, 160, 170, 180, 182, 183, 195, 210, 225, 240, 255, 270, 285, 300, 315, 330, 345, 360, 365, 366,
    390, 420, 450, 480, 510, 540, 575, 610, 650, 690, 730, 913, 1096, 1461, 1826, 2557, 3652,
)  # fmt: skip
PAUSES = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 31, 45, 60, 75, 90, 120, 150, 180)  # days between contracts
USUAL_SILENCE = 90
SEGMENTS_ERROR = 0.05  # of all segments together
COVERED = 0.8  # the share of the gaps that the list's own limit covers


@dataclass(frozen=True)
class ListSettings:
    """One choice of everything that can be chosen of a list.

    Attributes:
        every: The period.
        silence: After how many days of silence a buyer is no customer, or ``"period"`` for who bought in the period;
            of contracts, how long a gap still is the same relationship.
        segment: The key of a segment; None for everybody.
        regular: How many purchase days make a regular; of contracts, how many months without a break.
        first: The first period by its name; None for the first of all.
        last: The last period; None for the last of all.
    """

    every: str
    silence: int | str
    segment: str | None = None
    regular: int | None = None
    first: str | None = None
    last: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the browser takes them."""
        return {
            "every": self.every, "silence": self.silence, "segment": self.segment, "regular": self.regular,
            "from": self.first, "to": self.last,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ListSettings:
        """What `to_dict` gave."""
        renamed = {"from": "first", "to": "last"}
        return cls(**{renamed.get(name, name): value for name, value in values.items()})


@dataclass(frozen=True)
class Segment:
    """A segment that can be chosen.

    Attributes:
        key: How it is chosen, ``"region: north"``.
        by: The column.
        name: Its value; None for all the others of the column together.
        customers: How many there are.
    """

    key: str
    by: str
    name: str | None
    customers: int


def everies_of(base: Base) -> tuple[str, ...]:
    """The periods of which the data touch a number that can be looked at; the shortest that can be counted else."""
    lengths = PERIODS[PERIODS.index(base.listed_every or PERIODS[0]) :]  # between two lists nothing is seen
    touched = {every: _touched(base, every) for every in lengths}
    most = {every: MOST_SHORT if every in QUICK_PERIODS else MOST_TO_CHOOSE for every in PERIODS}
    found = tuple(every for every, n in touched.items() if FEWEST_TO_CHOOSE <= n <= most[every])
    if found:
        return found
    span_of(base, base.calendar(lengths[0]))  # refuses data that are shorter than a day
    return (next(every for every in lengths if touched[every] <= MOST_TO_CHOOSE),)


def small_enough(everies: tuple[str, ...], base: Base, segments: int) -> tuple[str, ...]:
    """The periods without short ones of which there would be too many beside so many segments; one at least."""
    places = 1 + segments
    short = [
        every for every in everies if every in QUICK_PERIODS and places * _touched(base, every) > MOST_SHORT_OF_ALL
    ]
    found = tuple(every for every in everies if every not in short)
    return found or everies


def _touched(base: Base, every: str) -> int:
    """How many periods the data touch."""
    calendar = base.calendar(every)
    return calendar.index(base.last_seen) - calendar.index(base.first) + 1


def natural_silence(base: Base) -> int | None:
    """The limit that the list itself suggests: its own window, else the days within which four of five gaps close.

    Of contracts it is the gap that they were read with.
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
    """The limits that can be chosen: up to the first that the history does not exceed, the natural one among them."""
    if base.listed_every:
        return (0,)  # a list says itself who is a customer on its day
    history = (base.as_of.date() - base.first.date()).days
    steps = [*(FEW_DAYS if history <= NOT_LONG else ()), *SILENCES] if base.has_purchases else [*PAUSES]
    reached = steps[: bisect_left(steps, history) + 1]
    return tuple(sorted({*reached, *([] if natural is None else [natural])}))


def starting_every(base: Base, everies: tuple[str, ...]) -> str:
    """The period that suits the list, among those that can be chosen."""
    suggested = advise(base).every
    return suggested if suggested in everies else everies[-1]


def starting_silence(silences: tuple[int, ...], natural: int | None) -> int:
    """The list's own limit, else the usual one or the nearest to it."""
    return natural if natural is not None else min(silences, key=lambda days: abs(days - USUAL_SILENCE))


def regulars_of(rule: StageRule | ContractRule, base: Base) -> tuple[int, ...]:
    """What can be asked of a regular: purchase days that the window of the rule has room for, or months of contract.

    Of months there are those that the list is long enough for, and those of the rule.
    """
    if getattr(base, "missing", ()):
        return ()  # whoever stood on the lists beside one that is missing need not have been there in between
    if isinstance(rule, ContractRule):
        days = (base.as_of - base.first).days
        reached = (months for months in MONTHS_TO_CHOOSE if months * DAYS_PER_MONTH < days)
        return tuple(sorted({*reached, asked_of_regulars(rule)}))
    return tuple(number for number in REGULARS_TO_CHOOSE if number - 1 + 2 <= rule.window_days)


def asked_of_regulars(rule: StageRule | ContractRule) -> int:
    """How many purchase days, or months of contract, a rule asks of a regular."""
    return rule.renewals * rule.months if isinstance(rule, ContractRule) else rule.k_long


def together(segments: int) -> float:
    """How many standard errors an interval is wide, so that 95 % holds for so many of them together."""
    return NormalDist().inv_cdf(1 - SEGMENTS_ERROR / (2 * max(segments, 1)))
