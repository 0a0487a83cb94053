"""The account of the base: who was there, who left, who came, who came back, period by period.

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
    """The account of a base, one row a period.

    Attributes:
        table: ``period from_ until``; the counts ``start kept lost new returned end new_lost returned_lost rejoined
            joins leaves continuous former``; the rates ``crr crr_low crr_high churn crr_continuous crr_textbook
            churn_events early_loss winback recovered growth quick_ratio``; ``status``. With ``unit="person_all"``
            also ``reduced``, who gave up some contracts and hold others: they are among the lost and the returned.
            Of a table of counts also ``crr_least crr_most``, between which the rate lies if some of the new have left.
        every: The period.
        card: The definition under which it was counted.
        quality: What became of the rows that were read.
        by: The segment columns, which then stand in front; each segment has its own account.
        notes: Sentences that must not be missed.
        whole: The account of all segments together, when there are segments; see also `segment`.
        base: The base that was counted; None for an account that came without it.
        judged: Whether the period suits the rhythm, of an account that came without its base.
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
        """Whether the period and the rule suit the customers' rhythm; None where that is not known.

        It is judged when it is first asked for, such as by printing, and once for a base.
        """
        if self.judged is None and self.base is not None:
            return judge_rhythm(self.base, every=self.every)
        return self.judged

    @property
    def warning(self) -> str:
        """What must be read before any rate of this account; empty where nothing must."""
        rhythm = self.rhythm.warning if self.rhythm else ""
        return " ".join(filter(None, [rhythm, *at_its_ends(self.table, self.card, self.quality, self.base)]))

    @property
    def year(self) -> Rate | None:
        """The rate of the latest complete year, measured: of the customers at its start, who was there at its end.

        None for a segment, where the base is not at hand, where a year is no period for its rhythm, or where the data
        do not hold that year and, if customers are who bought in the period before, the one before it.
        """
        if self.base is None or self.by or self.card.segment:
            return None
        return _measured_year(self.base, self.card.unit)

    @property
    def latest(self) -> pd.Series:
        """The last complete period with somebody to keep, else the last with somebody, else the last row.

        Raises:
            ValueError: If the account is given by segments: each has its own.
        """
        check_one_account(self, "{kept}.latest")
        return latest_of(self.table)

    def row(self, period: str, **segment: str) -> pd.Series:
        """The row of a period by its name, of an account by segments ``kept.row("2024-03", region="north")``.

        Raises:
            ValueError: If the account has no such period or segment, or has segments and none is named.
        """
        if segment:
            return self.segment(**segment).row(period)
        check_one_account(self, "{kept}.row(…)")
        check_choice(period, name="period", choices=list(self.table["period"]))
        return self.table.iloc[list(self.table["period"]).index(period)]

    def segment(self, **chosen: str) -> RetentionTable:
        """The account of one segment, ``kept.segment(region="north")``; its card says which.

        Raises:
            ValueError: If the segments are other ones, or have no such value or combination.
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
        """Headings of the shown columns."""
        return dict(zip(self.by, self.by, strict=True)) | {
            "period": _("period"), "start": _("start"), "kept": _("kept"), "lost": _("lost"), "new": _("new"),
            "returned": _("returned"), "reduced": _("of them with fewer contracts"), "end": _("end"), "crr": _("CRR"),
            "crr_low": _("from"), "crr_high": _("to"), "crr_least": _("at least"), "crr_most": _("at most"),
            "status": _("status"),
        }  # fmt: skip

    def above(self) -> tuple[str, ...]:
        """What is in doubt about the list."""
        return tuple(doubt for doubt in self.quality.above() if doubt not in self.warning)  # said once

    def below(self) -> tuple[str, ...]:
        """What must not be missed."""
        notes = [note for note in self.notes if note not in self.warning]  # said once
        return (*map(retold, notes), *([self.rhythm.note] if self.rhythm and self.rhythm.note else []))

    def _shown_names(self) -> list[str]:
        return [*self.by, *super()._shown_names()]

    def caption(self) -> str:
        """The latest rate with its counts, after what must be read before it.

        Of all segments together, or of the one that was chosen.
        """
        return " ".join(filter(None, [self.warning, self.headline()]))

    def headline(self) -> str:
        """The latest rate with its counts alone."""
        if self.by:
            n = len(self.table.drop_duplicates([*self.by]))
            text = ngettext("{n} segment together, {whole}", "{n} segments together, {whole}", n)
            return "" if self.whole is None else text.format(n=format_number(n), whole=self.whole.headline())
        row = self.latest
        text = _("{period}: kept {kept} of {start}, CRR {crr}")
        values = {name: format_cell(row[name], self.kinds[name]) for name in ("period", "kept", "start", "crr")}
        return "; ".join(filter(None, [self.card.segment, text.format(**values)]))


def check_one_account(kept: RetentionTable, call: str) -> None:
    """Refuse an account by segments where one account is needed, and say the calls that choose it."""
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
    """Count who stayed, left, came and came back in every period.

    The end-point customer retention rate is ``crr = |S and E| / |S|``: of those who were customers just before the
    period began (S), the share who were customers just before it ended (E).

    Args:
        base: What `read_contracts` or `read_orders` gave.
        every: ``day week month quarter half-year`` or ``year``.
        first: The first period by its name, such as ``"2024-02" "2024Q2" "2024H1" "2024" "2024-W05"``; by default
            the one in which the first customer came.
        last: The last period; by default the one that holds the end of the data, marked ``running``.
        by: Segment columns that the base was read with; the account is then given for each segment, each customer
            standing in the segment of the earliest row, so that the segments add up to `whole`, all together.
        unit: For contracts, what one customer is: ``person_any`` (there while any contract runs), ``contract``, or
            ``person_all``: there while any contract runs, and kept when every contract that ran at the start runs at
            the end or was renewed, which is when another of the person begins at the moment at which it ends. Who
            gave up some and holds others is in ``lost`` and, with the rest, in ``returned``; ``reduced`` counts them.

    Returns:
        The account. Rates are fractions; a rate without a denominator is NaN, with ``status`` ``empty_base``;
        where no purchase is older yet than the window of `Trailing` all are kept by construction, ``burn_in``. The
        Wilson interval (95 %) says how far the same process could have landed, it is no sampling error.

    Raises:
        ValueError: If a name is not known, or the data are shorter than one period.

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
    """The rate of the latest complete year whose start the data hold."""
    needed = 2 if base.is_by_period else 1  # buyers of the year before, or who was there on the day
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
    """The flows of the whole base and, when there are segments, of each with the segment's names in front."""
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
