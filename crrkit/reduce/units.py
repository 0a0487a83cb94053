"""Intervals of being a customer, from contracts or purchases under an activity rule, merged to spells and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.ground import SECONDS_PER_DAY
from crrkit.reduce.dialects import divided, rounded
from crrkit.reduce.periods import period_index

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar


OPEN = 10**9  # a period number later than any: the spell had not ended at the cut-off


def spell_histogram(
    units: ir.Table, *, calendar: Calendar, as_of: datetime, segments: ir.Table | None = None
) -> ir.Table:
    """Count spells of being a customer as ``joined, left, history, customers, joins``.

    Overlapping and touching intervals of a customer are merged to one spell. All spells of a customer that begin in the
    same period are one row: ``joins`` of them, the last of which ends in period ``left`` (`OPEN` if it has not ended).
    ``history`` is ``first`` (never a customer before that period), ``former`` (an earlier spell ended before the
    period) or ``there`` (an earlier spell ended inside it, so that the customer was there at its start). Each customer
    is ``first`` once; the cumulative sum of these is the number of people who had ever been customers.

    Args:
        units: ``customer, start, end`` from `contract_units`, `trailing_units` or `own_gap_units`.
        calendar: The periods.
        as_of: The cut-off; a spell that reaches it has not ended.
        segments: One row per customer with its segments; the segment columns then come first.
    """
    merged = spells(units, until="last")
    joined, left = period_index(merged["start"], calendar), period_index(merged["end"], calendar)
    left = ibis.ifelse(merged["end"] >= as_of, ibis.literal(OPEN), left)
    numbered = merged.select(customer=merged["customer"], joined=joined, left=left)
    rows = numbered.group_by("customer", "joined").agg(left=numbered["left"].max(), joins=numbered.count())
    before = rows["left"].lag().over(group_by=rows["customer"], order_by=rows["joined"])
    history = ibis.cases((before.isnull(), "first"), (before < rows["joined"], "former"), else_="there")
    named = rows.mutate(history=history)
    by = () if segments is None else tuple(name for name in segments.columns if name != "customer")
    if segments is not None:
        named = named.join(segments, "customer")
    return named.group_by(*by, "joined", "left", "history").agg(customers=named.count(), joins=named["joins"].sum())


def spells(units: ir.Table, *, until: str, of: tuple[str, ...] = ("customer",)) -> ir.Table:
    """Merge overlapping and touching intervals of each customer, or of each contract of a customer.

    With ``until="first"`` overlapping intervals end when the first of them ends. A renewal only touches the contract
    that it renews and does not overlap it, so the spell continues. An interval of zero length never ends a spell.
    """
    if until == "first":
        held = _chained(units, of, touching=False)
        lasting = held["end"].min(where=held["end"] > held["start"])
        first = ibis.coalesce(lasting, held["end"].min())
        units = held.group_by(*of, "spell").agg(start=held["start"].min(), end=first)
    chained = _chained(units, of, touching=True)
    return chained.group_by(*of, "spell").agg(start=chained["start"].min(), end=chained["end"].max())


def _chained(units: ir.Table, of: tuple[str, ...], *, touching: bool) -> ir.Table:
    """Number the chains of intervals: each interval starts before the latest end so far, or with ``touching`` at it."""
    earlier = ibis.window(group_by=list(of), order_by=["start", "end"], preceding=(None, 1))
    known = units.mutate(reach=units["end"].max().over(earlier))
    apart = known["start"] > known["reach"] if touching else known["start"] >= known["reach"]
    numbered = known.mutate(opens=ibis.ifelse(known["reach"].isnull() | apart, 1, 0))
    # RANGE rather than ROWS, so that equal intervals share a number: the two windows may order ties differently.
    so_far = ibis.window(group_by=list(of), order_by=["start", "end"], range=(None, 0))
    return numbered.mutate(spell=numbered["opens"].sum().over(so_far))


def contract_units(contracts: ir.Table, *, as_of: datetime, unit: str, by: tuple[str, ...] = ()) -> ir.Table:
    """Return ``customer, start, end`` of the counted unit; an unobserved end is replaced by the cut-off."""
    seen = contracts.filter(contracts["start"] < as_of)
    end = ibis.coalesce(seen["end"], ibis.literal(as_of, type="timestamp"))
    customer = contract_number(seen) if unit == "contract" else seen["customer"]
    return seen.select(customer=customer, start=seen["start"], end=end, **{name: seen[name] for name in by})


def contract_number(contracts: ir.Table) -> ir.StringValue:
    """Return the contract id; a row without one is a contract of its own, numbered in a reproducible order."""
    order = [contracts["customer"], contracts["start"], contracts["end"]]
    row = ibis.row_number().over(order_by=order).cast("string")
    if "contract" not in contracts.columns:
        return row
    return ibis.coalesce("#" + contracts["contract"].cast("string"), row)


def with_gaps_merged(contracts: ir.Table, *, days: int) -> ir.Table:
    """Extend contracts to the start of the customer's next one if it starts at most ``days`` days after all have ended.

    ``due`` is the end as it was read.
    """
    never = ibis.literal("9999-01-01").cast("timestamp")
    known = contracts.mutate(due=contracts["end"], end=ibis.coalesce(contracts["end"], never))
    chained = _chained(known, ("customer",), touching=True)
    chains = chained.group_by("customer", "spell").agg(begins=chained["start"].min(), last=chained["end"].max())
    following = chains["begins"].lead().over(group_by=chains["customer"], order_by=chains["begins"])
    rows = chained.join(chains.mutate(following=following), ["customer", "spell"])
    near = (rows["end"] == rows["last"]) & (rows["following"] <= rows["last"] + ibis.interval(days=days))
    end = ibis.ifelse(near.fill_null(ibis.literal(value=False)), rows["following"], rows["due"])
    return rows.select(**({name: rows[name] for name in contracts.columns} | {"end": end, "due": rows["due"]}))


def as_due(contracts: ir.Table) -> ir.Table:
    """Return the contracts with their ends as they were read, before `with_gaps_merged`."""
    if "due" not in contracts.columns:
        return contracts
    columns = {name: contracts[name] for name in contracts.columns if name not in ("end", "due")}
    return contracts.select(**columns, end=contracts["due"])


def renewal_histogram(units: ir.Table, *, calendar: Calendar, as_of: datetime, late_days: int) -> ir.Table:
    """Count contracts by the period of their end and by outcome, as ``period, outcome, contracts``.

    The outcome is ``renewed_on_time`` if another contract continues past the end, ``renewed_late`` if one starts at
    most ``late_days`` days after it, ``undecided`` if those days have not passed at the cut-off, else ``not_renewed``.
    """
    start, end = (units[name].cast("timestamp") for name in ("start", "end"))  # the union needs one precision
    held = units.select(customer=units["customer"], start=start, end=end).filter(start < end)
    never = ibis.null("timestamp")
    begun = held.select("customer", at=held["start"], until=held["end"], begins=held["start"], ends=ibis.literal(0))
    ended = held.filter(held["end"] < as_of)
    over = ended.select("customer", at=ended["end"], until=never, begins=never, ends=ibis.literal(1))
    rows = begun.union(over)
    order = {"group_by": "customer", "order_by": ["at", "ends"]}  # at equal times starts sort before ends
    seen = rows.mutate(
        reach=rows["until"].max().over(ibis.window(**order, preceding=(None, 0))),
        following=rows["begins"].min().over(ibis.window(**order, following=(1, None))),
    )
    due = seen.filter(seen["ends"] == 1)
    latest = due["at"] + ibis.interval(days=late_days)
    outcome = ibis.cases(
        (due["reach"] > due["at"], "renewed_on_time"),
        ((due["following"] <= latest).fill_null(ibis.literal(value=False)), "renewed_late"),
        (latest >= ibis.literal(as_of, type="timestamp"), "undecided"),
        else_="not_renewed",
    )
    outcomes = due.select(period=period_index(due["at"], calendar), outcome=outcome)
    return outcomes.group_by("period", "outcome").agg(contracts=outcomes.count())


def term_histogram(contracts: ir.Table, *, as_of: datetime) -> ir.Table:
    """Count contracts with a known end, even if after the cut-off, by length in days, as ``days, contracts``."""
    contracts = as_due(contracts)
    known = contracts.filter((contracts["start"] < as_of) & contracts["end"].notnull())
    rows = known.select(days=known["end"].date().delta(known["start"].date(), unit="day"))
    return rows.group_by("days").agg(contracts=rows.count())


def contracts_of_people(contracts: ir.Table, *, since: datetime, until: datetime) -> ir.Table:
    """Count people by the contracts that ran just before ``since``, as ``contracts, kept, people``.

    ``kept`` of these ``contracts`` ran just before ``until``. Rows with the same id are one contract.
    """
    rows = contracts.mutate(contract=contract_number(contracts))
    opening, closing = (_runs(rows, moment).ifelse(1, 0) for moment in (since, until))
    per_contract = rows.mutate(opening=opening, closing=closing).group_by("contract")
    held = per_contract.agg(
        customer=lambda t: t["customer"].min(where=t["opening"] == 1),
        opening=lambda t: t["opening"].max(),
        closing=lambda t: t["closing"].max(),
    ).filter(lambda t: t["opening"] == 1)
    people = held.group_by("customer").agg(contracts=held.count(), kept=held["closing"].sum())
    return people.group_by("contracts", "kept").agg(people=people.count())


def _runs(contracts: ir.Table, moment: datetime) -> ir.BooleanValue:
    """Return whether a contract runs just before a moment."""
    at = ibis.literal(moment, type="timestamp")
    return (contracts["start"] < at) & (contracts["end"].isnull() | (contracts["end"] >= at))


def trailing_units(orders: ir.Table, *, days: float | None, months: int | None = None, as_of: datetime) -> ir.Table:
    """Return purchases as intervals of fixed length: a customer as of ``t`` is who bought in ``[t - days, t)``.

    With ``months`` the interval ends on the same day that many calendar months later. At the first day of a month, this
    asks for a purchase in the ``months`` calendar months before it, whatever their lengths.
    """
    seen = orders.filter(orders["at"] < as_of)
    window = ibis.interval(months=months) if days is None else ibis.interval(seconds=round(days * SECONDS_PER_DAY))
    return seen.select(customer=seen["customer"], start=seen["at"], end=seen["at"] + window)


def own_gap_units(orders: ir.Table, *, limits: list[tuple[float, float]], as_of: datetime) -> ir.Table:
    """Return purchase days as intervals that end when the time without a purchase exceeds the customer's own limit.

    The limit is recomputed at each purchase, from the gaps closed so far.

    Args:
        orders: ``customer, at``.
        limits: For 0, 1, 2 … closed gaps so far a pair ``(days, multiple)``; the limit is ``days`` plus ``multiple``
            times the customer's mean gap. The last pair applies to all higher numbers.
        as_of: The cut-off.
    """
    seen = orders.filter(orders["at"] < as_of)
    days = seen.select(customer=seen["customer"], start=seen["at"].date().cast("timestamp")).distinct()
    so_far = ibis.window(group_by="customer", order_by="start", preceding=(None, 0))
    counted = days.mutate(gaps=days.count().over(so_far) - 1, begun=days["start"].min().over(so_far))
    span = counted["start"].date().delta(counted["begun"].date(), unit="day")
    branches = [
        (counted["gaps"] == n, fixed + times * divided(span, max(n, 1))) for n, (fixed, times) in enumerate(limits)
    ]
    limit = ibis.cases(*branches[:-1], else_=limits[-1][0] + limits[-1][1] * divided(span, counted["gaps"].nullif(0)))
    seconds = rounded(limit * SECONDS_PER_DAY)
    following = counted["start"].lead().over(group_by=counted["customer"], order_by=counted["start"])
    limit_ends = counted["start"] + seconds.as_interval("s")
    end = ibis.least(limit_ends, ibis.coalesce(following, limit_ends))
    return counted.select(customer=counted["customer"], start=counted["start"], end=end)
