"""Flow between stages: counts, transitions and rates by period, from which the retention rate follows exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit import reduce
from crrkit.counts import wilson_columns
from crrkit.ground import InputError, Shown, check_given, check_named, format_cell, gettext as _
from crrkit.measure import COMPLETE, NOT_LISTED, dated, seen_of, span_of
from crrkit.measure.stages.moves import (
    CUSTOMERS,
    IN_MATRIX,
    counted_by_period,
    counts_of_moves,
    entries_by_period,
    moves_of_steps,
    transitions_of_moves,
)
from crrkit.measure.stages.rates import MarkovCheck, check_memory, few_sentence, rates_of_moves
from crrkit.measure.stages.steps import fitting_rule
from crrkit.read import Base, steps_of
from crrkit.rules import STAGES, StageRule, Trailing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Never

    from crrkit.read import QualityReport
    from crrkit.rules import Activity, Calendar, ContractRule, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class StageFlow(Shown):
    """Customers per stage, transitions between stages, and their rates, by period.

    Attributes:
        table: One row per period: ``period from_ until``, the number in each stage at its start, ``start`` (customers,
            that is, middle and long), ``kept`` of them, ``crr crr_low crr_high``, ``retention_middle retention_long``,
            ``status``. The identity ``crr = sum(share of stage * retention of stage)`` holds in every row.
        counts: Customers by period (rows) and stage (columns) at the start of each period; the last row, after the last
            whole period, is its end. A stage as of a point in time never changes when more data arrive.
        transitions: ``from_period from_stage to_stage customers``: from the start of the period to its end, whole
            periods only. ``from_stage`` is ``unknown`` for customers first seen in the period.
        rates: ``period measure of hits rate low high thin``, whole periods only, with Wilson's interval (95%); a rate
            of fewer than 30 customers is ``thin``. ``promotion`` is a share of the middle customers who stay customers,
            ``second purchase`` one of those who bought on only one day of their spell.
        every: The period.
        rule: The stage rule.
        card: The definition.
        quality: The account of the rows that were read and set aside.
        began: The time of the first event in the data; None if unknown.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.stage_flow(base, every='month')",)
    table: pd.DataFrame
    counts: pd.DataFrame
    transitions: pd.DataFrame
    rates: pd.DataFrame
    every: str
    rule: StageRule | ContractRule
    card: DefinitionCard
    quality: QualityReport
    moves: pd.DataFrame = field(repr=False)
    began: datetime | None = None

    by: ClassVar[tuple[str, ...]] = ("stage",)
    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "short": "count", "cold": "count", "middle": "count", "long": "count", "lapsed": "count",
        "crr": "rate", "crr_low": "rate", "crr_high": "rate", "retention_middle": "rate", "retention_long": "rate",
        "status": "word",
    }  # fmt: skip

    @property
    def latest(self) -> pd.Series:
        """The last complete period with customers at its start, else the last row."""
        complete = self.table[(self.table["status"] == COMPLETE) & (self.table["start"] > 0)]
        return (complete if len(complete) else self.table).iloc[-1]

    @property
    def by_stage(self) -> pd.DataFrame:
        """``period stage start kept`` for middle and long in whole periods, as input for `decompose`."""
        kept = [self.rates[self.rates["measure"] == f"retention of {stage}"].assign(stage=stage) for stage in CUSTOMERS]
        rows = pd.concat(kept).rename(columns={"of": "start", "hits": "kept"})
        return rows[["period", "stage", "start", "kept"]].sort_values("period", kind="stable", ignore_index=True)

    @property
    def pooled(self) -> pd.DataFrame:
        """The rates of all whole periods pooled, ``measure of hits rate low high thin``."""
        return rates_of_moves(self.moves, by=None).drop(columns="boundary")

    def matrix(self, *, first: str | None = None, last: str | None = None) -> pd.DataFrame:
        """Return the row-stochastic transition matrix, pooled over the periods from ``first`` to ``last``.

        Rows are from, columns are to; ``exit`` is a contact that went cold. The row of an empty stage is NaN.

        Args:
            first: The label of the first period; by default the first of the flow.
            last: The label of the last period; by default the last whole one.

        Raises:
            ValueError: If the flow has no such period.
        """
        counted = self.counted(first=first, last=last)
        return counted.div(counted.sum(axis=1).where(lambda total: total > 0), axis=0)

    def counted(self, *, first: str | None = None, last: str | None = None) -> pd.DataFrame:
        """Return the transitions behind `matrix` as numbers of customers."""
        by_period = counted_by_period(self.transitions, self.whole_periods(first, last))
        summed = by_period.groupby(level="from_stage").sum()
        return summed.reindex(index=list(IN_MATRIX), fill_value=0).rename_axis(columns="to_stage")

    def entries(self, *, first: str | None = None, last: str | None = None) -> pd.Series:
        """Return the mean number of entries into each stage per period: people not seen before, and cold contacts.

        NaN if the flow has no whole period.
        """
        return entries_by_period(self.transitions, self.whole_periods(first, last)).mean()

    def whole_periods(self, first: str | None = None, last: str | None = None) -> tuple[str, ...]:
        """Return the labels of the periods from ``first`` to ``last`` that ended by the cut-off date and were observed.

        Raises:
            ValueError: If the flow has no such period, or ``first`` is after ``last``.
        """
        over = self.table["until"] <= self.card.as_of - timedelta(days=self.card.merge_gap)
        whole = list(self.table["period"][over & (self.table.get("status", COMPLETE) != NOT_LISTED)])
        for name, label in (("first", first), ("last", last)):
            if label is not None and label not in whole:
                message = _("{name}={label!r} is no whole period of the flow; they run from {begin} to {end}.")
                bounds = {"begin": whole[0] if whole else "–", "end": whole[-1] if whole else "–"}
                raise InputError(message.format(name=name, label=label, **bounds), argument=name, given=label)
        begin = whole.index(first) if first else 0
        end = whole.index(last) if last else len(whole) - 1
        if begin > end and whole:
            message = _("first={first!r} is after last={last!r}. Give the earlier period first.")
            raise InputError(message.format(first=first, last=last), argument="first", given=first)
        return tuple(whole[begin : end + 1])

    @property
    def burn_in_days(self) -> int:
        """Days from the first event in which stages depend on where the data begin, not only on what people did."""
        return max(self.rule.memory_days, self.card.burn_in_days)

    @property
    def settled_periods(self) -> tuple[str, ...]:
        """The whole periods that begin after the burn-in."""
        if self.began is None:
            return self.whole_periods()
        known = set(self.table["period"][self.table["from_"] >= self.began + timedelta(days=self.burn_in_days)])
        return tuple(period for period in self.whole_periods() if period in known)

    def markov_check(self, *, level: float = 0.95) -> MarkovCheck:
        """Test the Markov assumption: compare customers new to a stage with those already in it one period earlier.

        A transition matrix assumes that the two do not differ. Differences are tested at ``level`` with Holm's
        correction, and their intervals have that level; with fewer than 30 customers in either group the verdict is
        ``too few``.
        """
        return check_memory(self.moves, level=level)

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        named = {"period": _("period"), **{stage: _(stage) for stage in STAGES}}
        return named | {
            "crr": _("CRR"), "crr_low": _("from"), "crr_high": _("to"), "retention_middle": _("retention of middle"),
            "retention_long": _("retention of long"), "status": _("status"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the identity for the latest period in one line."""
        row = self.latest
        if not row["start"] or pd.isna(row["crr"]):
            return _("Nobody was there to keep in a whole period.")
        parts = [
            f"{format_cell(row[stage] / row['start'], 'rate')} × {format_cell(row[f'retention_{stage}'], 'rate')}"
            for stage in CUSTOMERS
            if row[stage]
        ]
        text = _("{period}: CRR {crr} = {parts} (share of the stage × its retention)")
        return text.format(period=row["period"], crr=format_cell(row["crr"], "rate"), parts=" + ".join(parts))

    def __str__(self) -> str:
        """Return the caption, the table, the rule and a note on rates of few customers."""
        return "\n".join(line for line in (super().__str__(), str(self.rule), few_sentence(self.pooled)) if line)

    __repr__ = __str__


def stage_flow(
    base: Base,
    *_unnamed: Never,
    every: str = "month",
    rule: StageRule | ContractRule | None = None,
    first: str | None = None,
    last: str | None = None,
) -> StageFlow:
    """Count the customers in each stage and the transitions between stages, period by period.

    The retention rate of a period is ``sum(w * r)`` over middle and long, with ``w`` the stage's share of the customers
    at the start and ``r`` the share of them who are customers at the end. It equals that of `retention_by_period` for
    ``base.with_activity(Trailing(days=rule.lapse_days))``, or for ``lapse_days="period"`` with the activity rule
    ``"period"``.

    Args:
        base: Events or purchases; with purchases only, nobody is short or cold. Contracts take a `ContractRule`.
        every: ``day week month quarter half-year`` or ``year``.
        rule: The stage rule; by default ``StageRule()``, for contracts ``ContractRule()``.
        first: The label of the first period; by default the one of the first event.
        last: The label of the last period; by default the one that contains the end of the data, marked ``running``.

    Returns:
        The flow. A period that has not ended is not extrapolated: it has no transitions, and its rates are NaN.

    Raises:
        ValueError: If the rule does not fit the base, or a name is unknown.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "a", "a", "b"], "when": ["2024-01-10", "2024-02-12", "2024-03-15", "2024-01-20"]})
        >>> flow = stage_flow(read_orders(log, customer="who", at="when", as_of="2024-06-01"))
        >>> flow.counts[["middle", "long", "lapsed"]].loc["2024-04"].tolist()
        [1, 1, 0]
        >>> flow.transitions.query("from_period == '2024-04'").to_string(index=False).splitlines()[1:]
        ['    2024-04     middle   lapsed          1', '    2024-04       long     long          1']
    """
    check_named(_unnamed, "crr.stage_flow(base, {})", "every", "rule")
    chosen = fitting_rule(check_given(base, Base, name="base"), rule)
    calendar = base.calendar(every)
    newest = calendar.index(base.as_of)
    histogram = reduce.collect(reduce.step_histogram(*steps_of(base, chosen, calendar), last=newest))
    moves = moves_of_steps(histogram)
    span = span_of(base, calendar, first=first, last=last)
    if first is None and len(moves) and base.listed_every is None:  # nothing was observed before a first snapshot
        span = range(min(span.start, int(histogram["since"].min())), span.stop)
    whole = range(span.start, min(span.stop, calendar.index(base.decided)))
    within = moves[(moves["boundary"] - 1).isin(seen_of(base, calendar, whole))]
    label = {k: calendar.label(k) for k in range(span.start, span.stop + 1)}
    counts = _as_listed(counts_of_moves(moves, range(span.start, min(span.stop, newest) + 1)), base, calendar)
    rates = rates_of_moves(within)
    rates.insert(0, "period", [label[k - 1] for k in rates.pop("boundary")])
    transitions = transitions_of_moves(within)
    transitions.insert(0, "from_period", [label[k - 1] for k in transitions.pop("boundary")])
    at_start = counts.reindex(list(span)).reset_index(drop=True)
    at_start["start"] = at_start[list(CUSTOMERS)].sum(axis=1, min_count=1)
    table = _overview(dated(at_start, calendar, span, base, rule=_activity_of(chosen)), rates)
    counts.index = pd.Index([label[k] for k in counts.index], name="period")
    card = base.card.with_(every=every, activity=str(chosen))
    return StageFlow(table, counts, transitions, rates, every, chosen, card, base.quality, within, base.first)


def _activity_of(rule: StageRule | ContractRule) -> Activity | None:
    """Return the activity rule equivalent to the stage rule, if it is a window; else None."""
    lapse = rule.lapse_days if isinstance(rule, StageRule) else None
    return Trailing(days=lapse) if isinstance(lapse, int | float) else None


def _as_listed(counts: pd.DataFrame, base: Base, calendar: Calendar) -> pd.DataFrame:
    """Set the counts at boundaries without a snapshot to NaN."""
    known = pd.Series([base.saw(calendar.start(int(k))) for k in counts.index], index=counts.index)
    return counts if known.all() else counts.where(known, axis=0)


def _overview(at_start: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Build one row per period: customers per stage at its start, and their retention."""
    table = at_start.copy()
    status = table.pop("status")
    by_period = rates.set_index(["measure", "period"])
    hits = {stage: _of_stage(by_period, stage, "hits", table["period"]) for stage in CUSTOMERS}
    table["kept"] = hits["middle"] + hits["long"]
    table["crr"] = table["kept"] / table["start"].where(table["start"] > 0)
    table["crr_low"], table["crr_high"] = wilson_columns(table["kept"], table["start"])
    for stage in CUSTOMERS:
        table[f"retention_{stage}"] = _of_stage(by_period, stage, "rate", table["period"])
    return table.assign(status=status)


def _of_stage(by_period: pd.DataFrame, stage: str, column: str, periods: pd.Series) -> pd.Series:
    measured = by_period[column].loc[[f"retention of {stage}"]].droplevel("measure") if len(by_period) else pd.Series()
    return pd.Series(measured.reindex(periods).to_numpy(dtype="float64"), index=periods.index)
