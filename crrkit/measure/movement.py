"""The account of the base: who was there, who left, who came, who came back, period by period.

``start - lost + new + returned = end`` in every row, and ``end`` is the next row's ``start``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.counts import Rate, wilson_columns
from crrkit.ground import (
    UNDEFINED,
    InputError,
    Shown,
    check_choice,
    format_cell,
    format_date,
    format_number,
    gettext as _,
    mark,
    ngettext,
    segment_names,
)
from crrkit.measure.cadence import Rhythm, holds, judge
from crrkit.read import UNITS, Base, ContractBase, OrderBase
from crrkit.rules import PERIODS, Calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read import QualityReport
    from crrkit.rules import DefinitionCard

COMPLETE, RUNNING, EMPTY, BURN_IN = mark("complete"), mark("running"), mark("empty_base"), mark("burn_in")
RETURNED_WITH_FEWER = mark(
    "a former customer, not there at the start, there again at the end; and who gave up some contracts and holds others"
)
MOST_PERIODS = 20_000  # days in half a century: more rows than that were not meant
MOST_NAMED = 8  # segments in a message


@dataclass(frozen=True, eq=False, repr=False)
class RetentionTable(Shown):
    """The account of a base, one row a period.

    Attributes:
        table: ``period from_ until``; the counts ``start kept lost new returned end new_lost returned_lost rejoined
            joins leaves former``; the rates ``crr crr_low crr_high churn crr_continuous crr_textbook churn_events
            early_loss winback recovered growth quick_ratio``; ``status``. With ``unit="person_all"`` also ``reduced``,
            those who gave up some contracts and hold others: they are among the lost and among the returned.
        every: The period.
        card: The definition under which it was counted.
        quality: The account of the rows.
        by: The segment columns, which then stand in front; each segment has its own account.
        notes: Sentences that must not be missed.
        whole: The account of all segments together, when there are segments; see also `segment`.
        base: The base that was counted; None for an account that came without it.
        judged: Whether the period suits the rhythm, of an account that came without its base.
    """

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
        "reduced": "count", "end": "count", "crr": "rate", "crr_low": "rate", "crr_high": "rate", "status": "word",
    }  # fmt: skip

    @property
    def rhythm(self) -> Rhythm | None:
        """Whether the period and the rule suit the customers' rhythm; None where that is not known.

        It is judged when it is first asked for, such as by printing, and once for a base: who only takes the numbers
        does not wait for it.
        """
        return judge(self.base, every=self.every) if self.judged is None and self.base is not None else self.judged

    @property
    def warning(self) -> str:
        """What must be read before any rate of this account; empty where nothing must."""
        return self.rhythm.warning if self.rhythm else ""

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
        somebody = self.table[self.table["start"] > 0]
        complete = somebody[somebody["status"] == COMPLETE]
        pool = next(rows for rows in (complete, somebody, self.table) if len(rows))
        return pool.iloc[-1]

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
            "crr_low": _("from"), "crr_high": _("to"),
            "status": _("status"),
        }  # fmt: skip

    def above(self) -> tuple[str, ...]:
        """What is in doubt about the list."""
        return self.quality.doubts

    def below(self) -> tuple[str, ...]:
        """What must not be missed."""
        return (*self.notes, *([self.rhythm.note] if self.rhythm and self.rhythm.note else []))

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
    *,
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
        The account. Rates are fractions; a rate without a denominator is NaN, with ``status`` ``empty_base``. The
        Wilson interval (95 %) says how far the same process could have landed, it is no sampling error.

    Raises:
        ValueError: If a name is not known, or the data are shorter than one period.

    Examples:
        >>> import pandas as pd
        >>> from crrkit.read.bases import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "b", "a", "c"], "when": ["2024-01-05", "2024-01-09", "2024-02-01", "2024-02-29"]})
        >>> kept = retention_by_period(read_orders(log, customer="who", at="when"), every="month")
        >>> shown = ["period", "start", "kept", "lost", "new", "end", "crr", "status"]
        >>> print(kept.to_pandas()[shown].to_string(index=False))
         period  start  kept  lost  new  end  crr     status
        2024-01      0     0     0    2    2  NaN empty_base
        2024-02      2     1     1    1    2  0.5   complete
    """
    check_choice(unit, name="unit", choices=UNITS)
    if isinstance(base, OrderBase) and unit != "person_any":
        message = _("unit={unit!r} is for contracts; orders are counted by customer id. Leave unit= out.")
        raise InputError(message.format(unit=unit), argument="unit", given=unit)
    segments = _segments(base, by)
    calendar = Calendar(every, week_starts=base.card.week_starts, year_starts=base.card.year_starts)
    span = span_of(base, calendar, first=first, last=last)
    whole, parts = _flows(base, calendar, span, unit, segments)
    card = base.card.with_(every=every, **(_rules_of(unit) if isinstance(base, ContractBase) else {}))
    account = RetentionTable(_with_rates(whole), every, card, base.quality, base=base)
    if parts is None:
        return account
    return replace(account, table=_with_rates(parts), by=segments, whole=account)


def _measured_year(base: Base, unit: str) -> Rate | None:
    """The rate of the latest complete year whose start the data hold."""
    needed = 2 if base.activity == "period" else 1  # buyers of the year before, or who was there on the day
    if holds(base, "year") < needed or judge(base, every="year").is_doubtful:
        return None
    row = retention_by_period(base, every="year", unit=unit if isinstance(base, ContractBase) else "person_any").latest
    if row["status"] != COMPLETE or base.first.date() > row["from_"].date():
        return None
    return Rate(
        float(row["crr"]), numerator=float(row["kept"]), denominator=float(row["start"]), period="year",
        status="measured", reason=str(row["period"]), ci=(float(row["crr_low"]), float(row["crr_high"])),
    )  # fmt: skip


def _rules_of(unit: str) -> dict[str, str]:
    return {"unit": unit} | ({"returned": RETURNED_WITH_FEWER} if unit == "person_all" else {})


def _segments(base: Base, by: str | Sequence[str]) -> tuple[str, ...]:
    names = (by,) if isinstance(by, str) else tuple(by)
    return tuple(check_choice(name, name="by", choices=base.by) for name in names)


def span_of(base: Base, calendar: Calendar, *, first: str | None = None, last: str | None = None) -> range:
    """The numbers of the periods that are asked for."""
    opening, closing = calendar.index(base.first), calendar.index(base.as_of - pd.Timedelta(microseconds=1))
    if calendar.start(opening + 1) > base.as_of.date() and first is None and last is None:
        raise _too_short(base, calendar)
    begin = opening if first is None else calendar.parse(first, name="first")
    end = closing if last is None else calendar.parse(last, name="last")
    if max(begin, end) > closing:
        late, name = (last, "last") if end > closing else (first, "first")
        message = _("{name}={label!r} begins after the data end ({day}). Choose an earlier period.")
        raise InputError(message.format(name=name, label=late, day=format_date(base.as_of)), argument=name)
    if begin > end or end - begin > MOST_PERIODS:
        message = _("first={first!r} and last={last!r} span {n} periods; at least 1 and at most {most} are needed.")
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


def _flows(
    base: Base, calendar: Calendar, span: range, unit: str, by: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The flows of the whole base and, when there are segments, of each with the segment's names in front."""
    histogram, finish = _histogram(base, calendar, unit, by)
    whole = dated(finish(histogram, span), calendar, span, base)
    if not by:
        return whole, None
    parts = []
    for _key, group in histogram.groupby(list(by), sort=True):
        flows = dated(finish(group, span), calendar, span, base)
        for place, name in enumerate(by):
            flows.insert(place, name, group[name].iloc[0])
        parts.append(flows)
    return whole, pd.concat(parts, ignore_index=True)


def _histogram(
    base: Base, calendar: Calendar, unit: str, by: tuple[str, ...]
) -> tuple[pd.DataFrame, Callable[[pd.DataFrame, range], pd.DataFrame]]:
    """The small frame of a base, and what makes flows of it; without its segments it is that of the whole."""
    if isinstance(base, OrderBase) and base.activity == "period":
        reduction = reduce.order_histogram(base.table, calendar=calendar, as_of=base.as_of, by=by)
        return reduce.collect(reduction), flows_of_orders
    units, segments = units_of(base, unit, by)
    reduction = reduce.spell_histogram(units, calendar=calendar, as_of=base.as_of, segments=segments)
    found = reduce.collect(reduction)
    if unit != "person_all":
        return found, flows_of_spells
    asked = reduce.given_up(base.table, calendar=calendar, as_of=base.as_of, by=by)
    return pd.concat([found, reduce.collect(asked)], ignore_index=True), flows_of_holders


def units_of(base: Base, unit: str, by: tuple[str, ...]) -> tuple[ir.Table, ir.Table | None]:
    """The intervals of being a customer, and the segments of each customer."""
    time = "at" if isinstance(base, OrderBase) else "start"
    units = base.units(unit)
    if not by:
        return units, None
    rows = base.table if unit != "contract" else reduce.contract_units(base.table, as_of=base.as_of, unit=unit, by=by)
    return units, reduce.customer_segments(rows, time=time, by=by)


def flows_of_orders(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Flows per period when a customer of a period is who bought in it.

    Args:
        histogram: ``period, before, customers`` from `reductions.order_histogram`.
        span: The numbers of the periods.
    """
    period, customers = histogram["period"].to_numpy(), histogram["customers"]
    gap = (histogram["period"] - histogram["before"]).to_numpy(dtype="float64", na_value=np.nan)
    end = _sum_at(period, customers, span)
    start = _sum_at(period + 1, customers, span)
    kept = _sum_at(period, customers.where(gap == 1, 0), span)
    new = _sum_at(period, customers.where(np.isnan(gap), 0), span)
    ever = _sum_up_to(period, customers.where(np.isnan(gap), 0), span)
    zero = np.zeros(len(span), dtype="int64")
    return pd.DataFrame({
        "start": start, "kept": kept, "lost": start - kept, "new": new, "returned": end - kept - new, "end": end,
        "new_lost": zero, "returned_lost": zero, "rejoined": zero, "continuous": kept,
        "joins": end - kept, "leaves": start - kept, "former": ever - start,
    })  # fmt: skip


def flows_of_spells(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Flows per period when customers are there in spells.

    With ``a`` the period in which a spell begins and ``z`` the one in which it ends, the customer is there at the
    start of every period ``k`` with ``a < k <= z``.

    Args:
        histogram: ``joined, left, history, customers, joins`` from `reductions.spell_histogram`.
        span: The numbers of the periods.
    """
    a, z, n, joins = (histogram[name].to_numpy() for name in ("joined", "left", "customers", "joins"))
    history, stays = histogram["history"].to_numpy(), z > a
    of = {name: history == name for name in ("first", "former", "there")}

    def at_join(mask: np.ndarray, count: np.ndarray = n) -> np.ndarray:
        return _sum_at(a, np.where(mask, count, 0), span)

    start = _sum_between(a + 1, z, n, span)
    through = _sum_between(a + 1, z - 1, np.where(stays, n, 0), span)
    rejoined_kept = at_join(of["there"] & stays)
    kept = through + rejoined_kept
    new, returned = at_join(of["first"] & stays), at_join(of["former"] & stays)
    return pd.DataFrame({
        "start": start, "kept": kept, "lost": start - kept, "new": new, "returned": returned,
        "end": kept + new + returned,
        "new_lost": at_join(of["first"] & ~stays), "returned_lost": at_join(of["former"] & ~stays),
        "rejoined": at_join(of["there"], joins) + at_join(~of["there"], joins - n),
        "continuous": through,
        "joins": at_join(np.ones_like(stays), joins),
        "leaves": at_join(np.ones_like(stays), joins - n) + _sum_at(z, n, span),
        "former": _sum_up_to(a, np.where(of["first"], n, 0), span) - start,
    })  # fmt: skip


def flows_of_holders(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Flows per period when only those are kept who keep all contracts that they held at the start.

    ``start`` and ``end`` are people with any contract. Who gave up some and holds others is lost as a holder of all
    and returned as a holder of the rest, so that the account balances; ``reduced`` counts these.

    Args:
        histogram: The columns of `reductions.spell_histogram`, and below them those of `contract_reductions.given_up`.
        span: The numbers of the periods.
    """
    of_spells = histogram["history"].notna()
    any_left = ["joined", "left", "customers", "joins"]
    spells, given_up = histogram[of_spells].astype(dict.fromkeys(any_left, "int64")), histogram[~of_spells]
    flows = flows_of_spells(spells, span)
    period = given_up["period"].to_numpy(dtype="int64")
    lost, broken = (_sum_at(period, given_up[name], span) for name in ("reduced", "rejoined"))
    reduced = lost - flows["lost"]
    moved = {name: flows[name] + reduced for name in ("returned", "joins", "leaves")}
    kept = {"kept": flows["start"] - lost, "lost": lost, "continuous": flows["start"] - broken, "reduced": reduced}
    return flows.assign(**moved, **kept)


def _sum_at(index: np.ndarray, weight: np.ndarray | pd.Series, span: range) -> np.ndarray:
    """The sum of the weights that fall in each period."""
    inside = (index >= span.start) & (index < span.stop)
    total = np.bincount(index[inside] - span.start, weights=np.asarray(weight)[inside], minlength=len(span))
    return total.astype("int64")


def _sum_between(first: np.ndarray, last: np.ndarray, weight: np.ndarray, span: range) -> np.ndarray:
    """The sum of the weights whose range ``first .. last``, both included, covers each period."""
    first, after = np.clip(first, span.start, span.stop), np.clip(last + 1, span.start, span.stop)
    wider = range(span.start, span.stop + 1)
    steps = _sum_at(first, np.where(after > first, weight, 0), wider) - _sum_at(
        after, np.where(after > first, weight, 0), wider
    )
    return np.cumsum(steps)[:-1]


def _sum_up_to(index: np.ndarray, weight: np.ndarray | pd.Series, span: range) -> np.ndarray:
    """The sum of the weights that fall before each period."""
    return _sum_between(index + 1, np.full_like(index, span.stop), np.asarray(weight), span)


def dated(flows: pd.DataFrame, calendar: Calendar, span: range, base: Base) -> pd.DataFrame:
    """Names and bounds in front, and how far each period has been seen behind."""
    bounds = pd.to_datetime([calendar.start(k) for k in range(span.start, span.stop + 1)])
    flows.insert(0, "period", [calendar.label(k) for k in span])
    flows.insert(1, "from_", bounds[:-1])
    flows.insert(2, "until", bounds[1:])
    running = flows["until"] > base.as_of - timedelta(days=base.card.merge_gap)  # who is late may still renew
    unknown = flows["from_"] < base.first + timedelta(days=base.card.burn_in_days)
    states = [flows["start"] == 0, running, unknown & (base.card.burn_in_days > 0)]
    flows["status"] = np.select(states, [EMPTY, RUNNING, BURN_IN], COMPLETE)
    return flows


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The rates of the account; a rate without a denominator is NaN, lost = 0 beside gains makes an infinite ratio."""
    start, gained = table["start"].where(table["start"] > 0), table["new"] + table["returned"]
    joined = table["new"] + table["new_lost"]
    low, high = wilson_columns(table["kept"], table["start"])
    with np.errstate(divide="ignore", invalid="ignore"):
        quick = gained.to_numpy() / table["lost"].to_numpy()
    rates = {
        "crr": table["kept"] / start, "crr_low": low, "crr_high": high,
        "churn": table["lost"] / start,
        "crr_continuous": table["continuous"] / start,
        "crr_textbook": (table["end"] - table["new"]) / start,
        "churn_events": table["leaves"] / start,
        "early_loss": table["new_lost"] / joined.where(joined > 0),
        "winback": (table["returned"] - table.get("reduced", 0)) / table["former"].where(table["former"] > 0),
        "recovered": (table["kept"] + table["returned"]) / start,
        "growth": table["end"] / start - 1,
        "quick_ratio": quick,
    }  # fmt: skip
    status = table.pop("status")
    return table.assign(**rates, status=status)
