"""The only module that writes expressions over customers' rows: each turns the big table into a small frame.

Every expression is plain Ibis that compiles for DuckDB, PostgreSQL and Spark alike; a test holds it. What a reader
has to understand happens afterwards, in pandas, on what these functions return.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import SECONDS_PER_DAY

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.rules import Calendar

CENT = 0.01
NO_SEGMENT = "–"  # the segment of customers whose earliest row names none
OPEN = 10**9  # the number of a period that never comes: a spell that has not ended when the data end


def period_index(at: ir.TimestampValue, calendar: Calendar) -> ir.IntegerValue:
    """The number of the period that holds a moment: `Calendar.index` as an expression."""
    if calendar.months:
        months = at.year() * 12 + at.month() - 1 - calendar.month_shift
        return months if calendar.months == 1 else _floor_divide(months, calendar.months)
    days = at.date().delta(ibis.date("1970-01-01"), unit="day")
    return days if calendar.every == "day" else _floor_divide(days + calendar.week_shift, 7)


def _floor_divide(number: ir.IntegerValue, by: int) -> ir.IntegerValue:
    return (number / by).floor().cast("int64")


def order_histogram(orders: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Purchases as ``period, before, customers``: how many bought in a period and, last before it, in ``before``.

    ``before`` is null for those who had never bought.
    """
    seen = orders.filter(orders["at"] < as_of)
    active = seen.select(customer=seen["customer"], period=period_index(seen["at"], calendar)).distinct()
    earlier = active["period"].lag().over(group_by=active["customer"], order_by=active["period"])
    rows = with_segments(active.mutate(before=earlier), seen, "at", by)
    return rows.group_by(*by, "period", "before").agg(customers=lambda t: t.count())


def of_kinds(events: ir.Table, *, kinds: tuple[str, ...]) -> ir.Table:
    """The events of some kinds, without the column that says so."""
    return events.filter(events["kind"].isin(kinds)).select(*_but_the_kind(events))


def _but_the_kind(events: ir.Table) -> list[str]:
    """The other columns by name: the oldest Ibis mixes up the order of what ``drop`` leaves."""
    return [name for name in events.columns if name != "kind"]


def without_refunded(
    events: ir.Table, *, buying: tuple[str, ...], refund: str, as_of: datetime, by_receipt: bool
) -> ir.Table:
    """The events of ``buying`` kinds but for purchases that were given back in full before the cut-off.

    With receipts a purchase is given back when the refunds under its receipt that follow it reach what was paid. Any
    other refund takes back the latest purchase of the customer and the same amount before it that none has taken back.
    """
    seen = events.filter(events["at"] < as_of)
    bought, back = seen.filter(seen["kind"].isin(buying)), seen.filter(seen["kind"] == refund)
    if by_receipt:
        bought, back = _not_refunded_by_receipt(bought, back), back.anti_join(bought, ["customer", "receipt"])
    return _not_refunded_by_amount(bought, back).select(*_but_the_kind(events))


def _not_refunded_by_receipt(bought: ir.Table, back: ir.Table) -> ir.Table:
    under = bought.group_by("customer", "receipt").agg(paid=bought["amount"].abs().sum(), since=bought["at"].min())
    joined = back.join(under, ["customer", "receipt"])
    after = joined.filter(joined["at"] >= joined["since"])
    sums = after.group_by("customer", "receipt").agg(returned=after["amount"].abs().sum(), paid=after["paid"].max())
    whole = sums.filter(sums["returned"] >= sums["paid"] - CENT)
    return bought.anti_join(whole, ["customer", "receipt"])


def _not_refunded_by_amount(bought: ir.Table, back: ir.Table) -> ir.Table:
    """A refund closes the last purchase that is open, as a bracket does.

    A purchase was given back when, after it, fewer purchases are open at some time than were with it.
    """
    steps = bought.mutate(step=1).union(back.mutate(step=-1))
    steps = steps.mutate(cents=(steps["amount"].abs() / CENT).round())
    own = {"group_by": ["customer", "cents"], "order_by": ["at", ibis.desc("step")]}
    counted = steps.mutate(depth=steps["step"].sum().over(ibis.window(**own, preceding=(None, 0))))
    lowest = counted["depth"].min().over(ibis.window(**own, following=(1, None)))
    marked = counted.mutate(closed=(lowest < counted["depth"]).fill_null(ibis.literal(value=False)))
    return marked.filter((marked["step"] == 1) & ~marked["closed"])


def buyers_and_contacts(events: ir.Table, *, buying: tuple[str, ...]) -> ir.Table:
    """``people, buyers, first``: who is in the log, who of them ever bought, and when the first of them did."""
    bought = events["kind"].isin(buying)
    own = events.group_by("customer").agg(first=events["at"].min(where=bought))
    return own.agg(people=own.count(), buyers=own["first"].count(), first=own["first"].min())


def spell_histogram(
    units: ir.Table, *, calendar: Calendar, as_of: datetime, segments: ir.Table | None = None
) -> ir.Table:
    """Intervals of being a customer as ``joined, left, history, customers, joins``.

    Overlapping and touching intervals of a customer are one spell. All spells of a customer that begin in the same
    period are one row: ``joins`` of them, the last of which ends in period ``left`` (`OPEN` when it has not ended).
    ``history`` is ``first`` (never a customer before that period), ``former`` (an earlier spell ended before the
    period) or ``there`` (an earlier spell ended inside it, so that the customer was there at its start).

    Args:
        units: ``customer, start, end`` as `contract_units` or `order_units` give them.
        calendar: The periods.
        as_of: The cut-off; what reaches it has not ended.
        segments: One row a customer with its segments, which then come in front of the columns.
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


def contract_units(contracts: ir.Table, *, as_of: datetime, unit: str, by: tuple[str, ...] = ()) -> ir.Table:
    """What is counted, as ``customer, start, end``; an end that was not seen is at the cut-off or later."""
    seen = contracts.filter(contracts["start"] < as_of)
    end = ibis.coalesce(seen["end"], ibis.literal(as_of, type="timestamp"))
    customer = contract_number(seen) if unit == "contract" else seen["customer"]
    return seen.select(customer=customer, start=seen["start"], end=end, **{name: seen[name] for name in by})


def contract_number(contracts: ir.Table) -> ir.StringValue:
    """The contract's number; a row without one is a contract of its own. The order is the same in every run."""
    order = [contracts["customer"], contracts["start"], contracts["end"]]
    row = ibis.row_number().over(order_by=order).cast("string")
    if "contract" not in contracts.columns:
        return row
    return ibis.coalesce("#" + contracts["contract"].cast("string"), row)


def with_gaps_merged(contracts: ir.Table, *, days: int) -> ir.Table:
    """Contracts that run on until the customer's next one when that begins at most ``days`` after all have ended.

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
    """The contracts with their ends as they were read, before late renewals were joined to them."""
    if "due" not in contracts.columns:
        return contracts
    columns = {name: contracts[name] for name in contracts.columns if name not in ("end", "due")}
    return contracts.select(**columns, end=contracts["due"])


def renewal_histogram(units: ir.Table, *, calendar: Calendar, as_of: datetime, late_days: int) -> ir.Table:
    """Contracts by the period of their end and what became of them, as ``period, outcome, contracts``.

    ``renewed_on_time`` when another one runs on from the end, ``renewed_late`` when one begins at most ``late_days``
    after it, ``undecided`` when that much has not been seen yet, else ``not_renewed``.
    """
    start, end = (units[name].cast("timestamp") for name in ("start", "end"))  # the union needs one precision
    held = units.select(customer=units["customer"], start=start, end=end).filter(start < end)
    never = ibis.null("timestamp")
    begun = held.select("customer", at=held["start"], until=held["end"], begins=held["start"], ends=ibis.literal(0))
    ended = held.filter(held["end"] < as_of)
    over = ended.select("customer", at=ended["end"], until=never, begins=never, ends=ibis.literal(1))
    rows = begun.union(over)
    order = {"group_by": "customer", "order_by": ["at", "ends"]}  # what begins at an end stands before it
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
    told = due.select(period=period_index(due["at"], calendar), outcome=outcome)
    return told.group_by("period", "outcome").agg(contracts=told.count())


def trailing_units(orders: ir.Table, *, days: float | None, months: int | None = None, as_of: datetime) -> ir.Table:
    """Purchases as intervals of a fixed length: a customer as of ``t`` is who bought in ``[t - days, t)``.

    With ``months`` the interval ends on the same day so many calendar months later. At the first day of a month this
    asks for a purchase in the months before it; their lengths do not matter.
    """
    seen = orders.filter(orders["at"] < as_of)
    window = ibis.interval(months=months) if days is None else ibis.interval(seconds=round(days * SECONDS_PER_DAY))
    return seen.select(customer=seen["customer"], start=seen["at"], end=seen["at"] + window)


def own_gap_units(orders: ir.Table, *, limits: list[tuple[float, float]], as_of: datetime) -> ir.Table:
    """Purchase days as intervals that end when the silence exceeds the customer's own limit.

    A limit holds until the next purchase, after which the customer's rhythm is known better.

    Args:
        orders: ``customer, at``.
        limits: For 0, 1, 2 … closed gaps so far: days, and the multiple of the own mean gap, whose sum is the limit;
            the last pair serves for all higher numbers.
        as_of: The cut-off.
    """
    seen = orders.filter(orders["at"] < as_of)
    days = seen.select(customer=seen["customer"], start=seen["at"].date().cast("timestamp")).distinct()
    own = ibis.window(group_by="customer", order_by="start", preceding=(None, 0))
    counted = days.mutate(gaps=days.count().over(own) - 1, begun=days["start"].min().over(own))
    span = counted["start"].date().delta(counted["begun"].date(), unit="day")
    branches = [(counted["gaps"] == n, fixed + times * (span / max(n, 1))) for n, (fixed, times) in enumerate(limits)]
    limit = ibis.cases(*branches[:-1], else_=limits[-1][0] + limits[-1][1] * (span / counted["gaps"].nullif(0)))
    seconds = (limit * SECONDS_PER_DAY).round().cast("int64")
    following = counted["start"].lead().over(group_by=counted["customer"], order_by=counted["start"])
    limit_ends = counted["start"] + seconds.as_interval("s")
    end = ibis.least(limit_ends, ibis.coalesce(following, limit_ends))
    return counted.select(customer=counted["customer"], start=counted["start"], end=end)


def population_gap(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """``exposure, gaps``: days from each customer's first purchase to the cut-off, and repeat purchase days, summed.

    Exposure by events counts the open gaps too; the mean of closed gaps alone is too short (domain of censored times).
    """
    seen = orders.filter(orders["at"] < as_of)
    own = seen.group_by("customer").agg(first=seen["at"].min(), days=seen["at"].date().nunique())
    exposure = ibis.literal(as_of, type="timestamp").date().delta(own["first"].date(), unit="day")
    return own.agg(exposure=exposure.sum(), gaps=(own["days"] - 1).sum(), customers=own.count())


def gap_histogram(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Purchase days as ``days, closed, gaps``: how many silences of that length ended with a purchase, or not yet."""
    seen = orders.filter(orders["at"] < as_of)
    days = seen.select(customer=seen["customer"], day=seen["at"].date()).distinct()
    following = days["day"].lead().over(group_by=days["customer"], order_by=days["day"])
    until = ibis.coalesce(following, ibis.literal(as_of, type="timestamp").date())
    gaps = days.select(days=until.delta(days["day"], unit="day"), closed=following.notnull())
    return gaps.group_by("days", "closed").agg(gaps=gaps.count())


def term_histogram(contracts: ir.Table, *, as_of: datetime) -> ir.Table:
    """Contracts with an end as ``days, contracts``: how long they run, those included whose end is still ahead."""
    contracts = as_due(contracts)
    known = contracts.filter((contracts["start"] < as_of) & contracts["end"].notnull())
    rows = known.select(days=known["end"].date().delta(known["start"].date(), unit="day"))
    return rows.group_by("days").agg(contracts=rows.count())


def repeat_histogram(orders: ir.Table, *, as_of: datetime) -> ir.Table:
    """Customers as ``frequency, recency_days, age_days, customers``, for laws of purchases.

    ``frequency`` counts purchase days after the first one, ``recency_days`` the days from the first to the last, and
    ``age_days`` those from the first to the last day that was seen.
    """
    seen = orders.filter(orders["at"] < as_of)
    days = seen.select(customer=seen["customer"], day=seen["at"].date())
    own = days.group_by("customer").agg(first=days["day"].min(), last=days["day"].max(), days=days["day"].nunique())
    until = ibis.literal((as_of - timedelta(microseconds=1)).date())
    rows = own.select(
        frequency=own["days"] - 1,
        recency_days=own["last"].delta(own["first"], unit="day"),
        age_days=until.delta(own["first"], unit="day"),
    )
    return rows.group_by("frequency", "recency_days", "age_days").agg(customers=rows.count())


def revenue_by_period(orders: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Revenue as ``period, customers, revenue, retained, capped, negative``, one row a period with purchases.

    ``revenue`` is what the customers of the period paid in it, ``retained`` what the same customers paid in the next
    period, ``capped`` the same, for each no more than before; ``negative`` counts customers one of whose two sums is
    below 0. Whoever only got money back in a period is none of its ``customers``.
    """
    paid = _paid(orders, calendar, as_of)
    own = {"group_by": paid["customer"], "order_by": paid["period"]}
    adjacent = paid["period"].lead().over(**own) == paid["period"] + 1
    following = ibis.ifelse(adjacent.fill_null(ibis.literal(value=False)), paid["revenue"].lead().over(**own), 0.0)
    rows = with_segments(paid.mutate(following=following), orders.filter(orders["at"] < as_of), "at", by)
    return rows.group_by(*by, "period").agg(
        customers=rows.count(where=rows["bought"]),
        revenue=rows["revenue"].sum(),
        retained=rows["following"].sum(),
        capped=ibis.least(rows["revenue"], rows["following"]).sum(),
        negative=ibis.ifelse(ibis.least(rows["revenue"], rows["following"]) < 0, 1, 0).sum(),
    )


def retail_histogram(orders: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Purchases as ``period, buyers, receipts, repeat_buyers, revenue``.

    A receipt is its number when the base has numbers, a row without one is a receipt by itself; when it has none, all
    that a customer bought at one moment. A repeat buyer bought on at least two days of the period.
    """
    seen = orders.filter(orders["at"] < as_of)
    receipt = seen["receipt"].cast("string") if "receipt" in seen.columns else seen["at"].cast("string")
    rows = seen.select(
        customer=seen["customer"],
        period=period_index(seen["at"], calendar),
        receipt=receipt,
        day=seen["at"].date(),
        amount=seen["amount"].cast("float64"),
        bought=is_purchase(seen),
    )
    own = rows.group_by("period", "customer").agg(
        receipts=rows["receipt"].nunique(where=rows["bought"])
        + (rows["bought"] & rows["receipt"].isnull()).ifelse(1, 0).sum(),
        days=rows["day"].nunique(where=rows["bought"]),
        revenue=rows["amount"].sum(),
        bought=rows["bought"].any(),
    )
    return own.group_by("period").agg(
        buyers=own.count(where=own["bought"]),
        receipts=own["receipts"].sum(),
        repeat_buyers=ibis.ifelse(own["days"] > 1, 1, 0).sum(),
        revenue=own["revenue"].sum(),
    )


def revenue_ranks(orders: ir.Table, *, as_of: datetime, top: float, points: int) -> ir.Table:
    """Customers by revenue as ``bucket, customers, revenue, weighted, top_revenue, negative``, the smallest first.

    ``weighted`` is the sum of rank times revenue, from which the Gini coefficient follows exactly; ``top_revenue``
    what the ``ceil(top * n)`` customers with the highest revenue paid. There are at most ``points`` buckets of equal
    numbers of customers, for a curve.
    """
    seen = orders.filter(orders["at"] < as_of)
    own = seen.group_by("customer").agg(revenue=seen["amount"].cast("float64").sum())
    own = own.mutate(revenue=own["revenue"].fill_null(0.0))
    ranked = own.mutate(rank=ibis.row_number().over(order_by=[own["revenue"], own["customer"]]) + 1)
    counted = ranked.mutate(n=ranked.count().over())
    counted = counted.mutate(
        bucket=((counted["rank"] * points - 1) / counted["n"]).floor().cast("int64"),
        is_top=counted["rank"] > counted["n"] - (counted["n"] * top - 1e-9).ceil(),
    )
    return counted.group_by("bucket").agg(
        customers=counted.count(),
        revenue=counted["revenue"].sum(),
        weighted=(counted["rank"] * counted["revenue"]).sum(),
        top_revenue=ibis.ifelse(counted["is_top"], counted["revenue"], 0.0).sum(),
        negative=ibis.ifelse(counted["revenue"] < 0, 1, 0).sum(),
    )


def _paid(orders: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """What each customer paid in each period, ``customer, period, revenue``."""
    seen = orders.filter((orders["at"] < as_of) & orders["amount"].notnull())
    rows = seen.select(
        customer=seen["customer"],
        period=period_index(seen["at"], calendar),
        amount=seen["amount"].cast("float64"),
        bought=is_purchase(seen),
    )
    return rows.group_by("customer", "period").agg(revenue=rows["amount"].sum(), bought=rows["bought"].any())


def is_purchase(money: ir.Table) -> ir.BooleanValue:
    """Whether a row of money is a purchase; one that is marked ``back`` is money given back."""
    return ~money["back"] if "back" in money.columns else ibis.literal(value=True)


def contracts_of_people(contracts: ir.Table, *, since: datetime, until: datetime) -> ir.Table:
    """Contracts that ran just before ``since`` as ``contracts, kept, people``: how many people held so many of them.

    ``kept`` of them ran just before ``until``. Rows with the same id are one contract.
    """
    rows = contracts.mutate(contract=contract_number(contracts))
    opening, closing = (_runs(rows, moment).ifelse(1, 0) for moment in (since, until))
    own = rows.mutate(opening=opening, closing=closing).group_by("contract")
    held = own.agg(
        customer=lambda t: t["customer"].min(where=t["opening"] == 1),
        opening=lambda t: t["opening"].max(),
        closing=lambda t: t["closing"].max(),
    ).filter(lambda t: t["opening"] == 1)
    people = held.group_by("customer").agg(contracts=held.count(), kept=held["closing"].sum())
    return people.group_by("contracts", "kept").agg(people=people.count())


def _runs(contracts: ir.Table, moment: datetime) -> ir.BooleanValue:
    """Whether a contract runs just before a moment."""
    at = ibis.literal(moment, type="timestamp")
    return (contracts["start"] < at) & (contracts["end"].isnull() | (contracts["end"] >= at))


def with_clock_moved(rows: ir.Table, *, hours: float) -> ir.Table:
    """The same rows as another zone's clock would have written them."""
    moved = ibis.interval(seconds=round(hours * 3600))
    times = {name: rows[name] + moved for name in ("at", "start", "end", "due") if name in rows.columns}
    return rows.mutate(**times)


def clocked(rows: ir.Table) -> ir.Table:
    """``n``: how many times of the rows are not at midnight; none in a list of dates alone."""
    times = [rows[name] for name in ("at", "start", "end") if name in rows.columns]
    later = [(time != time.truncate("D")).fill_null(False).cast("int64").sum() for time in times]  # noqa: FBT003 - Ibis takes a value
    return rows.agg(n=sum(later[1:], start=later[0]))


def customer_segments(rows: ir.Table, *, time: str, by: tuple[str, ...]) -> ir.Table:
    """One row a customer with its segments: those of the earliest row, the smallest where several are as early.

    Several segments are taken from one row together: a combination that no row has is nobody's.
    """
    first = rows[time].min().over(group_by=rows["customer"])
    found = rows.mutate(earliest=rows[time] == first).filter(lambda t: t["earliest"])
    found = found.select("customer", **{name: found[name].cast("string") for name in by}).distinct()
    rank = ibis.row_number().over(group_by="customer", order_by=[ibis.asc(name, nulls_first=False) for name in by])
    one = found.mutate(rank=rank).filter(lambda t: t["rank"] == 0)
    return one.select("customer", **{name: one[name].fill_null(NO_SEGMENT) for name in by})


def with_segments(rows: ir.Table, source: ir.Table, time: str, by: tuple[str, ...]) -> ir.Table:
    """The rows with the segments of their customers in front, when there are any."""
    return rows.join(customer_segments(source, time=time, by=by), "customer") if by else rows


def spells(units: ir.Table, *, until: str, of: tuple[str, ...] = ("customer",)) -> ir.Table:
    """Overlapping and touching intervals of each customer, or of each contract of a customer, merged.

    With ``until="first"`` those that overlap end with the first of them to end. A renewal only touches what it renews:
    the two are never held together, so the spell goes on. An interval without length is never held and ends nothing.
    """
    if until == "first":
        held = _chained(units, of, touching=False)
        lasting = held["end"].min(where=held["end"] > held["start"])
        first = ibis.coalesce(lasting, held["end"].min())
        units = held.group_by(*of, "spell").agg(start=held["start"].min(), end=first)
    chained = _chained(units, of, touching=True)
    return chained.group_by(*of, "spell").agg(start=chained["start"].min(), end=chained["end"].max())


def _chained(units: ir.Table, of: tuple[str, ...], *, touching: bool) -> ir.Table:
    """Intervals with the number of their chain: each begins before the latest end so far, or also at it."""
    earlier = ibis.window(group_by=list(of), order_by=["start", "end"], preceding=(None, 1))
    known = units.mutate(reach=units["end"].max().over(earlier))
    apart = known["start"] > known["reach"] if touching else known["start"] >= known["reach"]
    numbered = known.mutate(opens=ibis.ifelse(known["reach"].isnull() | apart, 1, 0))
    # Equal intervals share a number (a range, not rows): this window may put them in another order than the one above.
    so_far = ibis.window(group_by=list(of), order_by=["start", "end"], range=(None, 0))
    return numbered.mutate(spell=numbered["opens"].sum().over(so_far))


def collect(reduction: ir.Table) -> pd.DataFrame:
    """Run a reduction where its table lives and bring the small frame home."""
    frame: pd.DataFrame = reduction.to_pandas()
    return frame
