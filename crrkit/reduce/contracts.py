"""Expressions over contracts for measures that must know each contract of a person.

What all of them pay together, and which people gave up some that they held.
"""

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

MONEY_TYPE = "decimal(38, 9)"  # a billionth: what is taken away again leaves nothing behind, as it would with floats
TOO_MUCH = 1e20  # no price; as decimals the sums of such would overflow
REVENUE_FLOWS = ("new", "expansion", "contraction", "churned", "reactivated")


def revenue_changes(contracts: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """What changed in each period between its two boundaries, as sums over customers, one row a period.

    The revenue of a customer at a boundary is the sum of the amounts of the contracts that run just before it. Of those
    there at both, ``expansion`` and ``contraction`` are the rises and the falls; of those there at one of them,
    ``churned`` is what was paid before, ``new`` and ``reactivated`` what is paid after, by whether the customer's first
    contract began in the period. ``came`` and ``gone`` count these customers, ``negative`` by how many more have a
    revenue below 0 than before. Customers who hold any contract without an amount are in none of these: ``unpriced``
    says by how many more of them are there than before. ``customers`` and ``unknown`` count everybody, and those
    customers, in the period of their first contract.
    """
    known = before_and_after(contracts, calendar=calendar, as_of=as_of)
    known = known.mutate(first=known["period"] == known["period"].min().over(group_by="customer"))
    rows = with_segments(known, contracts.filter(contracts["start"] < as_of), "start", by)
    return rows.group_by(*by, "period").agg(**_sums(rows))


def before_and_after(contracts: ir.Table, *, calendar: Calendar, as_of: datetime) -> ir.Table:
    """The moves of `_moved` with what a customer holds and pays before and after."""
    moved = _moved(_priced(contracts, as_of), calendar, as_of)
    own = ibis.window(group_by="customer", order_by="period", preceding=(None, 0))
    known = moved.mutate(contracts=moved["joins"].sum().over(own), closing=moved["revenue"].sum().over(own))
    return known.mutate(former=known["contracts"] - known["joins"], opening=known["closing"] - known["revenue"])


def _sums(rows: ir.Table) -> dict[str, ir.Value]:
    """The columns of `revenue_changes` from a customer's contracts and revenue before and after, and the difference."""
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
    """Contracts seen, with what they pay as ``revenue``; ``unpriced`` marks all of a customer who has one without."""
    seen = contracts.filter(contracts["start"] < as_of)
    amount = seen["amount"].cast("float64")
    amount = ibis.ifelse(amount.abs() < TOO_MUCH, amount, ibis.null("float64"))
    rows = seen.select("customer", "start", "end", amount=amount)
    unpriced = ibis.ifelse(rows["amount"].isnull(), 1, 0).max().over(group_by=rows["customer"])
    revenue = ibis.coalesce(rows["amount"], 0.0).cast(MONEY_TYPE)
    return rows.select("customer", "start", "end", revenue=revenue, unpriced=unpriced)


def _moved(rows: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """By how many the contracts of a customer change in a period, ``joins``, and by how much what they pay."""
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
    """The number of the period in which a contract ends; `OPEN` when it has not ended at the cut-off."""
    seen = ibis.coalesce(end, ibis.literal(as_of, type="timestamp"))
    return ibis.ifelse(seen >= as_of, ibis.literal(OPEN), period_index(seen, calendar))


def given_up(contracts: ir.Table, *, calendar: Calendar, as_of: datetime, by: tuple[str, ...] = ()) -> ir.Table:
    """People who held contracts at the start of a period and gave one up in it: ``period, reduced, rejoined``.

    ``reduced`` counts those who do not hold all of them at its end, nor what renewed them; ``rejoined`` also those who
    at some moment inside it did not. A contract is renewed when another of the same person begins at the very moment
    at which it ends, one for one; what begins at such a moment counts as held from the start as well.
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
    own = marked.group_by("customer", "period").agg(reduced=marked["reduced"].max(), rejoined=marked["rejoined"].max())
    people = with_segments(own, contracts.filter(contracts["start"] < as_of), "start", by)
    return people.group_by(*by, "period").agg(reduced=people["reduced"].sum(), rejoined=people["rejoined"].sum())


def _held(contracts: ir.Table, as_of: datetime) -> ir.Table:
    """The stretches without a break of each contract of a person; what has no length is never held."""
    seen = contracts.filter(contracts["start"] < as_of)
    end = ibis.coalesce(seen["end"], ibis.literal(as_of, type="timestamp"))
    rows = seen.select(customer=seen["customer"], contract=contract_number(seen), start=seen["start"], end=end)
    return spells(rows.filter(rows["end"] > rows["start"]), until="last", of=("customer", "contract"))


def _numbered(held: ir.Table, calendar: Calendar, as_of: datetime) -> ir.Table:
    """Stretches with the periods in which they begin and end, ``joined, left``, and what these belong to.

    A break that begins and ends inside one period is none at its boundaries: ``begun`` is the period in which the
    contract began but for such breaks, ``base`` that of the person's first contract, ``last`` whether the contract ends
    for more than such a break. ``took`` is 1 when it began at a moment at which another of the person's ended.
    """
    ends = held.group_by("customer", start=held["end"]).agg(ended=held.count())
    rows = held.left_join(ends, ["customer", "start"])
    rows = rows.select("customer", "contract", "start", "end", took=ibis.ifelse(rows["ended"].notnull(), 1, 0))
    rows = rows.mutate(joined=period_index(rows["start"], calendar), left=last_period(rows["end"], calendar, as_of))
    own, person = ["customer", "contract"], ["customer"]
    following = rows["joined"].lead().over(group_by=own, order_by="start")
    rows = rows.mutate(last=ibis.ifelse(following.isnull() | (following > rows["left"]), 1, 0))
    rows = _since(_since(rows, own, "begun"), person, "base")
    return rows.mutate(took=rows["took"].max().over(group_by=[*own, "begun"]))


def _since(rows: ir.Table, of: list[str], name: str) -> ir.Table:
    """The rows with the period in which what they belong to began, breaks inside one period left out."""
    earlier = ibis.window(group_by=of, order_by=["start", "end"], preceding=(None, 1))
    known = rows.mutate(reach=rows["left"].max().over(earlier))
    opens = known["reach"].isnull() | (known["joined"] > known["reach"])
    so_far = ibis.window(group_by=of, order_by=["start", "end"], range=(None, 0))
    known = known.mutate(**{name: ibis.ifelse(opens, known["joined"], ibis.null("int64"))})
    return known.mutate(**{name: known[name].max().over(so_far)}).drop("reach")
