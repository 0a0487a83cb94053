"""A list counted once for all settings; the result is a few thousand numbers, without customer data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit import reduce
from crrkit.ground import InputError, check_choice, check_given, gettext as _
from crrkit.measure import NOT_LISTED, begun_within, dated, span_of
from crrkit.measure.cadence import characteristic_interval
from crrkit.measure.cube.choices import (
    ListSettings,
    Segment,
    asked_of_regulars,
    everies_of,
    natural_silence,
    regulars_of,
    segments_of,
    silences_of,
    small_enough,
    starting_every,
    starting_silence,
    together,
)
from crrkit.measure.cube.counting import counts_of_contracts, counts_of_purchases, rows_of_list
from crrkit.measure.cube.stages import (
    REGULARS,
    moves_under_limit,
    named,
    overview_of,
    transitions_of,
    with_stage_rates,
)
from crrkit.measure.cube.state import gaps_state, packed, rule_state, seen_state, span_state
from crrkit.measure.cube.tally import (
    ACCOUNT,
    AGAIN,
    BOUGHT,
    BY_COHORT,
    OPENING,
    Layout,
    flows_by_period,
    flows_under_limit,
    with_rates,
    without_lead,
)
from crrkit.measure.stages import fitting_rule
from crrkit.read import Base
from crrkit.rules import PERIOD_BEFORE, ContractRule, StageRule, Trailing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from crrkit.rules import Calendar


@dataclass(frozen=True, eq=False, repr=False)
class ListCube:
    """The counts of a list under every setting offered.

    Attributes:
        base: The list.
        everies: The period lengths offered, the shortest first.
        silences: The limits of silence in days; for contracts, the longest pause that is bridged.
        natural: The limit that the list suggests; None if there is none.
        segments: The segments.
        rule: The stage rule; the settings replace its ``lapse_days`` and ``k_long``, or its terms.
        regulars: The numbers of purchase days offered as requirement for a regular; for contracts, of uninterrupted
            months.
        tallies: For each period length, the counts by segment, period and, for most of them, bin.
    """

    made_by: ClassVar[tuple[str, ...]] = ("list_cube(base)",)

    base: Base
    everies: tuple[str, ...]
    silences: tuple[int, ...]
    natural: int | None
    segments: tuple[Segment, ...]
    rule: StageRule | ContractRule
    regulars: tuple[int, ...]
    tallies: Mapping[str, Mapping[str, np.ndarray]] = field(repr=False)

    @property
    def has_period(self) -> bool:
        """Whether the activity rule ``"period"`` is available."""
        return all(BOUGHT in counts for counts in self.tallies.values())

    @property
    def _has_opening(self) -> bool:
        return all(OPENING in counts for counts in self.tallies.values())

    @property
    def starting(self) -> ListSettings:
        """The default settings for the list."""
        regular = min(self.regulars, key=lambda number: abs(number - asked_of_regulars(self.rule)), default=None)
        silence = starting_silence(self.silences, self.natural)
        return ListSettings(starting_every(self.base, self.everies), silence, regular=regular)

    def account(self, settings: ListSettings) -> pd.DataFrame:
        """Return counts and rates under the settings: the rows of `retention_by_period` for `base_under`.

        Its columns are ``period from_ until``, the counts ``start kept lost new returned end new_lost returned_lost``,
        the rates ``crr crr_low crr_high churn crr_continuous`` and ``status``.

        Raises:
            ValueError: If a setting is not one of those offered.
        """
        base, counts = self.base_under(settings), self.tallies[settings.every]
        segment = self.place(settings)
        if settings.silence == PERIOD_BEFORE and self.has_period:
            flows = flows_by_period(counts, segment)
        else:
            flows = flows_under_limit(counts, segment, self.limit(settings))
        calendar = base.calendar(settings.every)
        return self._between(
            with_rates(dated(flows, calendar, span_of(base, calendar), base, rule=base.rule)), settings
        )

    def begun(self, every: str) -> tuple[str, str]:
        """Return the second period and the warning before its rate if the first was seen only in part, else empty.

        As `retention_by_period` under the activity rule ``"period"``; under a limit of silence there is none.
        """
        if not self.has_period:
            return ("", "")
        account = self.account(ListSettings(every=every, silence=PERIOD_BEFORE))
        said = begun_within(account, self.base.with_activity(PERIOD_BEFORE))
        return (str(account["period"].iloc[1]), said[0]) if said else ("", "")

    def stages(self, settings: ListSettings) -> pd.DataFrame:
        """Return the stages under the settings: the rows of ``stage_flow(…).table`` for `rule_under`.

        Its columns are ``period from_ until``, the stages as of the start, ``start kept_middle kept_long kept``, the
        rates ``crr crr_low crr_high retention_middle retention_long`` and ``status``.

        Raises:
            ValueError: If a setting is not one of those offered, or ``silence`` is ``"period"``.
        """
        base, moves = self.base_under(settings), self._moves(settings)
        calendar = base.calendar(settings.every)
        table = dated(overview_of(moves), calendar, span_of(base, calendar), base, rule=base.rule)
        return self._between(with_stage_rates(table, (table["until"] <= base.decided).to_numpy()), settings)

    def transitions(self, settings: ListSettings) -> pd.DataFrame:
        """Return the transitions under the settings, as in ``stage_flow(…).transitions``: those of whole periods.

        Raises:
            ValueError: As for `stages`.
        """
        every = self.stages(replace(settings, first=None, last=None))["period"]
        table = self.stages(settings)
        moves = transitions_of(self._moves(settings), list(every))
        over = (table["until"] <= self.base_under(settings).decided) & (table["status"] != NOT_LISTED)
        chosen = table["period"][over]
        return moves[moves["from_period"].isin(chosen)].reset_index(drop=True)

    def rule_under(self, settings: ListSettings) -> StageRule | ContractRule:
        """Return the stage rule for the settings; raise if ``silence`` is ``"period"``, which has no stages here."""
        if settings.silence == PERIOD_BEFORE:
            message = _("Stages go by days of silence: silence='period' has none here.")
            raise InputError(message, argument="silence", given=settings.silence)
        regular = self._regular(settings)
        if isinstance(self.rule, ContractRule):
            return ContractRule.of_months(regular)
        return replace(self.rule, lapse_days=self.silences[self.limit(settings)], k_long=regular)

    def _regular(self, settings: ListSettings) -> int:
        """Return the requirement for a regular; raise if it was not counted."""
        if settings.regular in self.regulars:
            return int(settings.regular)
        message = _("regular={given!r} was not counted; choose one of {numbers}.")
        text = message.format(given=settings.regular, numbers=", ".join(map(str, self.regulars)))
        raise InputError(text, argument="regular", given=settings.regular)

    def _moves(self, settings: ListSettings) -> dict[str, np.ndarray]:
        self.rule_under(settings)  # refuses settings without stages
        counts, place, limit = self.tallies[settings.every], self.place(settings), self.limit(settings)
        return moves_under_limit(counts, place, limit, self._regular(settings))

    def to_state(self) -> dict[str, Any]:
        """Return all that the browser needs to compute results: counts, labels of periods and segments; no ids."""
        histograms = [*ACCOUNT, *(named(name, number) for number in self.regulars for name in REGULARS)]
        numbers = [BOUGHT, AGAIN] if self.has_period else []
        gaps = gaps_state(characteristic_interval(self.base)) if self.has_period else None
        return {
            "kind": self.base.kind, "silences": list(self.silences), "natural": self.natural,
            "segments": [asdict(segment) for segment in self.segments], "starting": self.starting.to_dict(),
            "regulars": list(self.regulars), "rule": rule_state(self.rule),
            "spans": [span_state(self.base, every) for every in self.everies], "seen": seen_state(self.base),
            "gaps": gaps, "z": together(len(self.segments)),
            "opening": {every: self.tallies[every][OPENING].tolist() for every in self.everies if self._has_opening},
            "histograms": histograms, "numbers": numbers, "withheld": [],
            **{name: [every for every in self.everies if name in self.tallies[every]] for name in BY_COHORT},
            "counts": packed([self.tallies[every] for every in self.everies], histograms, numbers, BY_COHORT),
        }  # fmt: skip

    def base_under(self, settings: ListSettings) -> Base:
        """Return the list under the activity rule of the settings."""
        check_choice(settings.every, name="every", choices=self.everies)
        if self.base.listed_every:
            self.limit(settings)  # refuses any other than the only one
            return self.base
        if not self.base.has_purchases:
            return self.base.with_merge_gap(self.silences[self.limit(settings)])
        if settings.silence == PERIOD_BEFORE:
            return self.base.with_activity(PERIOD_BEFORE)
        return self.base.with_activity(Trailing(days=self.silences[self.limit(settings)]))

    def limit(self, settings: ListSettings) -> int:
        """Return the index of the limit of silence in the settings."""
        if settings.silence in self.silences:
            return self.silences.index(int(settings.silence))
        message = _("silence={given!r} was not counted; choose one of {days} {days:day|days}.")
        days = ", ".join(map(str, self.silences))
        raise InputError(message.format(given=settings.silence, days=days), argument="silence", given=settings.silence)

    def place(self, settings: ListSettings) -> int:
        """Return the index of the segment in the settings; 0 is all customers."""
        if settings.segment is None:
            return 0
        keys = [segment.key for segment in self.segments]
        return 1 + keys.index(check_choice(settings.segment, name="segment", choices=keys))

    def _between(self, table: pd.DataFrame, settings: ListSettings) -> pd.DataFrame:
        """Return the rows from the first to the last period in the settings."""
        names = list(table["period"])
        begin, end = (
            names.index(check_choice(label, name=name, choices=names)) if label is not None else place
            for name, label, place in (("first", settings.first, 0), ("last", settings.last, len(names) - 1))
        )
        return table.iloc[begin : end + 1].reset_index(drop=True)


def list_cube(base: Base, *, rule: StageRule | ContractRule | None = None) -> ListCube:
    """Count a list once for every period length, limit of silence, segment and requirement for regulars.

    Args:
        base: Purchases, events or contracts; its segments are the columns that it was read with.
        rule: The stage rule; ``StageRule()`` by default, for contracts ``ContractRule()``.

    Raises:
        ValueError: If ``base`` is not a base, the data are shorter than a day, a segment column practically identifies
            customers, or the rule does not fit the base.
    """
    check_given(base, Base, name="base")
    everies, natural = everies_of(base), natural_silence(base)
    silences, stages = silences_of(base, natural), fitting_rule(base, rule)
    regulars = regulars_of(stages, base)
    rows = reduce.cached(rows_of_list(base, silences, stages, regulars))
    segments, codes = segments_of(rows, base.by)
    everies = small_enough(everies, base, len(segments))
    shown = {name: [value for value in values if value is not None] for name, values in codes.items()}
    rows = reduce.with_others(rows, {name: some for name, some in shown.items() if None in codes[name]})
    tallies = {}
    for every in everies:
        calendar = base.calendar(every)
        layout = _layout(base, calendar, silences, codes, 1 + len(segments))
        if isinstance(stages, StageRule):
            counts = counts_of_purchases(rows, layout, base.by, stages.window_days, regulars)
        else:
            counts = counts_of_contracts(rows, layout, base.by, regulars)
        tallies[every] = without_lead(counts, layout)
    return ListCube(base, everies, silences, natural, segments, stages, regulars, tallies)


def _layout(
    base: Base,
    calendar: Calendar,
    silences: tuple[int, ...],
    codes: Mapping[str, Mapping[str | None, int]],
    segments: int,
) -> Layout:
    """Return the layout of a base; for snapshots with a lead period, which ends at the first snapshot."""
    span, lead = span_of(base, calendar), int(base.listed_every is not None)
    return Layout(calendar, range(span.start - lead, span.stop), base.as_of, silences, codes, segments, lead=lead)
