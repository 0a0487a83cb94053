"""Reductions that need each contract of a person: recurring revenue, and people who gave up some of their contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.reduce.periods import period_index
from crrkit.reduce.rows import with_segments
from crrkit.reduce.units import OPEN, contract_number, spells

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

MONEY_TYPE = "decimal(38, 9)"  # exact: amounts added and subtracted again leave no rounding error, unlike floats
TOO_MUCH = 1e20  # not a plausible price; sums of such decimals would overflow
REVENUE_FLOWS = ("new", "expansion", "contraction", "churned", "reactivated")


def revenue_changes(contracts: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """Return the revenue changes between the two boundaries of each period, summed over customers, one row per period.

    The revenue of a customer at a boundary is the sum of the amounts of the contracts that run just before it. For
    customers at both boundaries, ``expansion`` and ``contraction`` are the increases and decreases. For customers at
    only one, ``churned`` is the revenue before, and ``new`` or ``reactivated`` the revenue after, depending on whether
    their first contract began in the period. ``came`` and ``gone`` count these customers; ``negative`` is the change in
    the number of customers with revenue below 0. Customers who hold any contract without an amount are excluded from
    all of these; ``unpriced`` is the change in their number. ``customers`` and ``unknown`` count all customers, and the
    excluded ones, in the period of their first contract.
    """
    known = before_and_after(contracts, calendar=calendar, as_of=as_of)
    known = known.mutate(first=known["period"] == known["period"].min().over(group_by="customer"))
    rows = with_segments(known, contracts.filter(contracts["start"] < as_of), "start", by)
    return rows.group_by(*by, "period").agg(**_sums(rows))


def before_and_after(contracts: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return the changes of `_moved` with the customer's number of contracts and revenue before and after."""
    moved = _moved(_priced(contracts, as_of), calendar, as_of)
    so_far = ibis.window(group_by="customer", order_by="period", preceding=(None, 0))
    known = moved.mutate(contracts=moved["joins"].sum().over(so_far), closing=moved["revenue"].sum().over(so_far))
    return known.mutate(former=known["contracts"] - known["joins"], opening=known["closing"] - known["revenue"])


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    """Return the columns of `revenue_changes` from contracts and revenue before and after, and their differences."""
    priced, was, there = rows["unpriced"] == 0, rows["former"] > 0, rows["contracts"] > 0
    came, gone, stayed = priced & ~was & there, priced & was & ~there, priced & was & there

    def money(amount: ir.DecimalValue, where: ir.BooleanValue) -> ir.Value:
        return ibis.ifelse(where, amount, ibis.literal(0).cast(MONEY_TYPE)).sum()

    def heads(where: ir.BooleanValue) -> ir.IntegerValue:
        return ibis.ifelse(where, 1, 0)

    return {
        "new": money(rows["closing"], came & rows["first"]),
        "expansion": money(rows["revenue"], stayed & (rows["revenue"] > 0)),
        "contraction": money(-rows["revenue"], stayed & (rows["revenue"] < 0)),
        "churned": money(rows["opening"], gone),
        "reactivated": money(rows["closing"], came & ~rows["first"]),
        "came": heads(came).sum(),
        "gone": heads(gone).sum(),
        "negative": (heads(priced & (rows["closing"] < 0)) - heads(priced & (rows["opening"] < 0))).sum(),
        "unpriced": (heads(~priced & there) - heads(~priced & was)).sum(),
        "customers": heads(rows["first"]).sum(),
        "unknown": heads(rows["first"] & ~priced).sum(),
    }


def _priced(contracts: ir.Table, as_of: datetime) -> ir.Table:
    """Return contracts begun before the cut-off with ``revenue`` and ``unpriced``.

    ``unpriced`` is 1 for all contracts of a customer if any of them has no amount.
    """
    seen = contracts.filter(contracts["start"] < as_of)
    amount = seen["amount"].cast("float64")
    amount = ibis.ifelse(amount.abs() < TOO_MUCH, amount, ibis.null("float64"))
    rows = seen.select("customer", "start", "end", amount=amount)
    unpriced = ibis.ifelse(rows["amount"].isnull(), 1, 0).max().over(group_by=rows["customer"])
    revenue = ibis.coalesce(rows["amount"], 0.0).cast(MONEY_TYPE)
    return rows.select("customer", "start", "end", revenue=revenue, unpriced=unpriced)


def _moved(rows: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return changes per customer and period: ``joins`` in the number of contracts, ``revenue`` in what they pay."""
    joined, left = period_index(rows["start"], calendar), last_period(rows["end"], calendar, as_of)
    whole = rows.select("customer", "unpriced", "revenue", joined=joined, left=left)
    begun = whole.select("customer", "unpriced", "revenue", period=whole["joined"], joins=ibis.literal(1))
    ended = whole.filter(whole["left"] < OPEN)
    ended = ended.select(
        "customer", "unpriced", revenue=-ended["revenue"], period=ended["left"], joins=ibis.literal(-1)
    )
    both = begun.union(ended.select(*begun.columns))
    return both.group_by("customer", "period").agg(
        joins=both["joins"].sum(), revenue=both["revenue"].sum(), unpriced=both["unpriced"].max()
    )


def last_period(end: ir.TimestampValue, calendar: Calendar, as_of: datetime) -> ir.IntegerValue:
    """Return the number of the period in which a contract ends; `OPEN` if it has not ended at the cut-off."""
    seen = ibis.coalesce(end, ibis.literal(as_of, type="timestamp"))
    return ibis.ifelse(seen >= as_of, ibis.literal(OPEN), period_index(seen, calendar))


def partial_cancellations(
    contracts: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()
) -> ir.Table:
    """Return ``period, reduced, rejoined``: people with contracts at the start of a period who gave one up in it.

    ``reduced`` counts people who at its end hold neither all of these contracts nor their renewals; ``rejoined`` also
    those who lacked one only at some moment inside the period. A contract is renewed if another of the same person
    begins at the very moment it ends, one for one; a contract that begins so also counts as held from the start.
    """
    rows = _numbered(_held(contracts, as_of), calendar, as_of)
    begun = rows.group_by("customer", end=rows["start"]).agg(renewals=rows.count())
    old = rows.filter((rows["left"] < OPEN) & (rows["base"] < rows["left"]))
    old = old.filter((old["begun"] < old["left"]) | (old["took"] > 0))
    ended = old.group_by("customer", "left", "end").agg(broken=old.count(), gone=old["last"].sum())
    beside = ended.left_join(begun, ["customer", "end"])
    renewals = beside["renewals"].fill_null(0)
    marked = beside.select(
        "customer",
        period=beside["left"],
        reduced=ibis.ifelse(beside["gone"] > renewals, 1, 0),
        rejoined=ibis.ifelse(beside["broken"] > renewals, 1, 0),
    )
    per_customer = marked.group_by("customer", "period").agg(
        reduced=marked["reduced"].max(), rejoined=marked["rejoined"].max()
    )
    people = with_segments(per_customer, contracts.filter(contracts["start"] < as_of), "start", by)
    return people.group_by(*by, "period").agg(reduced=people["reduced"].sum(), rejoined=people["rejoined"].sum())


def _held(contracts: ir.Table, as_of: datetime) -> ir.Table:
    """Return the uninterrupted intervals of each contract of a person, without intervals of zero length."""
    seen = contracts.filter(contracts["start"] < as_of)
    end = ibis.coalesce(seen["end"], ibis.literal(as_of, type="timestamp"))
    rows = seen.select(customer=seen["customer"], contract=contract_number(seen), start=seen["start"], end=end)
    return spells(rows.filter(rows["end"] > rows["start"]), until="last", of=("customer", "contract"))


def _numbered(held: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Return the intervals with ``joined, left``, the periods of their start and end, and ``begun, base, last, took``.

    A break that begins and ends inside one period does not show at its boundaries and is ignored: ``begun`` is the
    period in which the contract began, ``base`` that in which the person's contracts began, and ``last`` is 1 if the
    contract ends for longer than such a break. ``took`` is 1 if it began at a moment when another of the person ended.
    """
    ends = held.group_by("customer", start=held["end"]).agg(ended=held.count())
    rows = held.left_join(ends, ["customer", "start"])
    rows = rows.select("customer", "contract", "start", "end", took=ibis.ifelse(rows["ended"].notnull(), 1, 0))
    rows = rows.mutate(joined=period_index(rows["start"], calendar), left=last_period(rows["end"], calendar, as_of))
    contract, person = ["customer", "contract"], ["customer"]
    following = rows["joined"].lead().over(group_by=contract, order_by="start")
    rows = rows.mutate(last=ibis.ifelse(following.isnull() | (following > rows["left"]), 1, 0))
    rows = _since(_since(rows, contract, "begun"), person, "base")
    return rows.mutate(took=rows["took"].max().over(group_by=[*contract, "begun"]))


def _since(rows: ir.Table, of: list[str], name: str) -> ir.Table:
    """Add the period in which a contract, or a person's contracts, began, ignoring breaks inside one period."""
    earlier = ibis.window(group_by=of, order_by=["start", "end"], preceding=(None, 1))
    known = rows.mutate(reach=rows["left"].max().over(earlier))
    opens = known["reach"].isnull() | (known["joined"] > known["reach"])
    so_far = ibis.window(group_by=of, order_by=["start", "end"], range=(None, 0))
    known = known.mutate(**{name: ibis.ifelse(opens, known["joined"], ibis.null("int64"))})
    return known.mutate(**{name: known[name].max().over(so_far)}).drop("reach")
