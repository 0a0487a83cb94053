"""Retention by period: how many customers were kept, lost, new and returned in each period.

``start - lost + new + returned = end`` in every row, and ``end`` is the next row's ``start``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.counts import Rate
from crrkit.ground import (
    UNDEFINED,
    InputError,
    Shown,
    check_choice,
    check_given,
    check_named,
    format_cell,
    format_number,
    gettext as _,
    mark,
    ngettext,
    retold,
    segment_names,
)
from crrkit.measure.cadence import Rhythm, holds, judge_rhythm
from crrkit.measure.flows import FLOWS_OF, with_rates
from crrkit.measure.spans import COMPLETE, at_its_ends, begun_within, dated, kept_by_construction, latest_of, span_of
from crrkit.read import UNITS, Base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Never

    from crrkit.read import QualityReport
    from crrkit.rules import Calendar, DefinitionCard

RETURNED_WITH_FEWER = mark(
    "a former customer, not there at the start, there again at the end; and who gave up some contracts and holds others"
)
MOST_NAMED = 8  # segments in a message


@dataclass(frozen=True, eq=False, repr=False)
class RetentionTable(Shown):
    """The retention rate and the counts behind it, one row per period.

    Attributes:
        table: ``period from_ until``; the counts ``start kept lost new returned end new_lost returned_lost rejoined
            joins leaves continuous former``; the rates ``crr crr_low crr_high churn crr_continuous crr_textbook
            churn_events early_loss winback recovered growth quick_ratio``; ``status``. With ``unit="person_all"``
            also ``reduced``, people who gave up some contracts and hold others: they count as lost and as returned.
            If read by `read_counts`, also ``crr_least crr_most``, bounds of the rate if some of the new have left.
        every: The period.
        card: The definition under which it was counted.
        quality: The account of the rows that were read and set aside.
        by: The segment columns, which come first in the table; each segment has its own rows.
        notes: Notes that must be shown with the result.
        whole: The result for all segments together, if there are segments; see also `segment`.
        base: The base that was counted; None if the result was created without one.
        judged: The judgement of period and purchase rhythm, for a result that was created without its base.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.retention_by_period(base, every='month')",)

    table: pd.DataFrame
    every: str
    card: DefinitionCard
    quality: QualityReport
    by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    whole: RetentionTable | None = None
    base: Base | None = None
    judged: Rhythm | None = None

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "start": "count", "kept": "count", "lost": "count", "new": "count", "returned": "count",
        "reduced": "count", "end": "count", "crr": "rate", "crr_low": "rate", "crr_high": "rate", "crr_least": "rate",
        "crr_most": "rate", "status": "word",
    }  # fmt: skip

    @property
    def rhythm(self) -> Rhythm | None:
        """Whether the period and the activity rule suit the customers' purchase rhythm; None if unknown.

        Computed on first access, for example when printing; what it takes from the rows is computed once per base.
        """
        if self.judged is None and self.base is not None:
            return judge_rhythm(self.base, every=self.every)
        return self.judged

    @property
    def warning(self) -> str:
        """A warning to read before any rate of this result; empty if there is none."""
        rhythm = self.rhythm.warning if self.rhythm else ""
        return " ".join(filter(None, [rhythm, *at_its_ends(self.table, self.card, self.quality, self.base)]))

    @property
    def year(self) -> Rate | None:
        """The measured rate of the latest complete year: the share of customers at its start who were there at its end.

        None for segments, without the base, if a year does not suit the purchase rhythm, or if the data do not cover
        that year and, with the activity rule ``"period"``, the year before it.
        """
        if self.base is None or self.by or self.card.segment:
            return None
        return _measured_year(self.base, self.card.unit)

    @property
    def latest(self) -> pd.Series:
        """The last complete period with customers at its start; else the last with any; else the last row.

        Raises:
            ValueError: If the result has segments: each has its own latest period.
        """
        check_one_account(self, "{kept}.latest")
        return latest_of(self.table)

    def row(self, period: str, **segment: str) -> pd.Series:
        """Return the row of a period by its label; with segments, ``kept.row("2024-03", region="north")``.

        Raises:
            ValueError: If there is no such period or segment, or there are segments and none is given.
        """
        if segment:
            return self.segment(**segment).row(period)
        check_one_account(self, "{kept}.row(…)")
        check_choice(period, name="period", choices=list(self.table["period"]))
        return self.table.iloc[list(self.table["period"]).index(period)]

    def segment(self, **chosen: str) -> RetentionTable:
        """Return the result for one segment, ``kept.segment(region="north")``; its card states the segment.

        Raises:
            ValueError: If not exactly the segment columns are given, or there is no such value or combination.
        """
        if not self.by or set(chosen) != set(self.by):
            message = _("The segments of this account are by {names}; say one value for each.")
            raise InputError(message.format(names=", ".join(self.by) or UNDEFINED), argument="segment", given=chosen)
        table = self.table
        for name in self.by:
            check_choice(chosen[name], name=name, choices=dict.fromkeys(table[name]))
            table = table[table[name] == chosen[name]]
        card = self.card.with_(segment=", ".join(f"{name}: {chosen[name]}" for name in self.by))
        return replace(self, table=table.drop(columns=[*self.by]).reset_index(drop=True), card=card, by=(), whole=None)

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return dict(zip(self.by, self.by, strict=True)) | {
            "period": _("period"), "start": _("start"), "kept": _("kept"), "lost": _("lost"), "new": _("new"),
            "returned": _("returned"), "reduced": _("of them with fewer contracts"), "end": _("end"), "crr": _("CRR"),
            "crr_low": _("from"), "crr_high": _("to"), "crr_least": _("at least"), "crr_most": _("at most"),
            "status": _("status"),
        }  # fmt: skip

    def above(self) -> tuple[str, ...]:
        """Return the doubts about the list, to show above the table."""
        return tuple(doubt for doubt in self.quality.above() if doubt not in self.warning)  # not twice

    def below(self) -> tuple[str, ...]:
        """Return the notes to show below the table."""
        notes = [note for note in self.notes if note not in self.warning]  # not twice
        return (*map(retold, notes), *([self.rhythm.note] if self.rhythm and self.rhythm.note else []))

    def _shown_names(self) -> list[str]:
        return [*self.by, *super()._shown_names()]

    def caption(self) -> str:
        """Return the latest rate with its counts, preceded by `warning`.

        For all segments together, or for the segment that was selected.
        """
        return " ".join(filter(None, [self.warning, self.headline()]))

    def headline(self) -> str:
        """Return the latest rate with its counts, without `warning`."""
        if self.by:
            n = len(self.table.drop_duplicates([*self.by]))
            text = ngettext("{n} segment together, {whole}", "{n} segments together, {whole}", n)
            return "" if self.whole is None else text.format(n=format_number(n), whole=self.whole.headline())
        row = self.latest
        text = _("{period}: kept {kept} of {start}, CRR {crr}")
        values = {name: format_cell(row[name], self.kinds[name]) for name in ("period", "kept", "start", "crr")}
        return "; ".join(filter(None, [self.card.segment, text.format(**values)]))


def check_one_account(kept: RetentionTable, call: str) -> None:
    """Refuse a result with segments where a single one is needed; the error lists the calls that select one."""
    check_given(kept, RetentionTable, name="kept")
    if not kept.by:
        return
    rows = kept.table.drop_duplicates([*kept.by])
    one = ", ".join(f"{name}={rows[name].iloc[0]!r}" for name in kept.by)
    names = segment_names(rows, kept.by)
    named = ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    message = _(
        "This account is given by segments ({by}), and one of them is needed: {one}, or {whole} for all together."
        " The segments are {names}."
    )
    calls = {"one": call.format(kept=f"kept.segment({one})"), "whole": call.format(kept="kept.whole")}
    raise InputError(message.format(by=", ".join(kept.by), names=named, **calls), argument="kept", available=names)


def retention_by_period(
    base: Base,
    *_unnamed: Never,
    every: str = "month",
    first: str | None = None,
    last: str | None = None,
    by: str | Sequence[str] = (),
    unit: str = "person_any",
) -> RetentionTable:
    """Count the customers kept, lost, new and returned in each period, and compute retention and churn rates.

    The end-point customer retention rate is ``crr = |S and E| / |S|``: of those who were customers just before the
    period began (S), the share who were customers just before it ended (E).

    Args:
        base: A base from `read_contracts`, `read_orders` or another reader.
        every: ``day week month quarter half-year`` or ``year``.
        first: The label of the first period, such as ``"2024-02" "2024Q2" "2024H1" "2024" "2024-W05"``; by default
            the period of the first customer.
        last: The label of the last period; by default the one that contains the end of the data, marked ``running``.
        by: Segment columns that the base was read with. The result then has rows for each segment; a customer belongs
            to the segment of their earliest row, so that the segments sum to `whole`, the result for all customers.
        unit: For contracts, what one customer is: ``person_any`` (a customer while any contract runs), ``contract``, or
            ``person_all``: a customer while any contract runs, but kept only if every contract that ran at the start
            still runs at the end or was renewed, that is, another contract of the person starts at the moment it ends.
            People who gave up only some contracts count as ``lost`` and as ``returned``; ``reduced`` is their number.

    Returns:
        One row per period. Rates are fractions, NaN if their denominator is 0; without customers at the start the
        status is ``empty_base``. It is ``burn_in`` while no purchase is older than the window of `Trailing`, so that
        everybody is kept by construction. The Wilson interval (95 %) is not a sampling error: it shows where the rate
        could have landed if the same process ran again.

    Raises:
        ValueError: If a name is unknown, or the data are shorter than one period.

    Examples:
        >>> import pandas as pd
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "b", "a", "c"], "when": ["2024-01-05", "2024-01-09", "2024-02-01", "2024-02-29"]})
        >>> kept = retention_by_period(read_orders(log, customer="who", at="when"), every="month")
        >>> shown = ["period", "start", "kept", "lost", "new", "end", "crr", "status"]
        >>> print(kept.to_pandas()[shown].to_string(index=False))
         period  start  kept  lost  new  end  crr     status
        2024-01      0     0     0    2    2  NaN empty_base
        2024-02      2     1     1    1    2  0.5   complete
    """
    check_named(_unnamed, "crr.retention_by_period(base, {})", "every", "first", "last")
    check_given(base, Base, name="base")
    base.check_unit(unit)
    segments, calendar = base.check_segments(by), base.calendar(every)
    span = span_of(base, calendar, first=first, last=last)
    whole, parts = _flows(base, calendar, span, unit, segments)
    card = base.card_of(every=every, unit=unit)
    if unit == "person_all":
        card = card.with_(returned=RETURNED_WITH_FEWER)
    notes = (*kept_by_construction(whole, base), *begun_within(whole, base))
    account = RetentionTable(with_rates(whole), every, card, base.quality, notes=notes, base=base)
    if parts is None:
        return account
    return replace(account, table=with_rates(parts), by=segments, whole=account)


def _measured_year(base: Base, unit: str) -> Rate | None:
    """Return the rate of the latest complete year whose start the data cover."""
    needed = 2 if base.is_by_period else 1  # the base is the buyers of the previous year, or the customers on one day
    if holds(base, "year") < needed or judge_rhythm(base, every="year").is_doubtful:
        return None
    row = retention_by_period(base, every="year", unit=unit if unit in UNITS else "person_any").latest
    if row["status"] != COMPLETE or base.first.date() > row["from_"].date():
        return None
    return Rate(
        float(row["crr"]), numerator=float(row["kept"]), denominator=float(row["start"]), period="year",
        status="measured", reason=str(row["period"]), ci=(float(row["crr_low"]), float(row["crr_high"])),
    )  # fmt: skip


def _flows(
    base: Base, calendar: Calendar, span: range, unit: str, by: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return the flows of the whole base and, with segments, those of each segment, with the segment columns first."""
    form, histogram = base.movement(calendar, unit=unit, by=by)
    finish = FLOWS_OF[form]
    whole = dated(finish(histogram, span), calendar, span, base, rule=base.rule)
    if not by:
        return whole, None
    parts = []
    for _key, group in histogram.groupby(list(by), sort=True):
        flows = dated(finish(group, span), calendar, span, base, rule=base.rule)
        for place, name in enumerate(by):
            flows.insert(place, name, group[name].iloc[0])
        parts.append(flows)
    return whole, pd.concat(parts, ignore_index=True)
