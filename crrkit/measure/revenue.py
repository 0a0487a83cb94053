"""Revenue: gross and net revenue retention, and the components of retail revenue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, overload

import pandas as pd

from crrkit import reduce
from crrkit.ground import InputError, Shown, check_given, gettext as _
from crrkit.measure.recurring import NEGATIVE, UNPAID, RecurringRevenue, in_segments, recurring_revenue
from crrkit.measure.spans import COMPLETE, dated, span_of
from crrkit.read import Base, ContractBase, OrderBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.rules import Calendar, DefinitionCard


@dataclass(frozen=True, eq=False, repr=False)
class RevenueRetention(Shown):
    """Gross and net revenue retention of purchases, one row per period.

    Attributes:
        table: ``period from_ until``; ``opening``, the revenue of the previous period; ``closing``, the revenue of the
            same customers in this period; ``kept``, the same with each customer capped at their previous revenue;
            ``gone``, the previous revenue of those who bought nothing in this period; ``grr nrr``; ``status``.
        every: The period.
        card: The definition.
    """

    table: pd.DataFrame
    every: str
    card: DefinitionCard
    by: tuple[str, ...] = ()

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "opening": "money", "kept": "money", "closing": "money", "grr": "rate", "nrr": "rate",
        "status": "word",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {name: name for name in self.by} | {
            "period": _("period"), "opening": _("opening revenue"), "kept": _("kept"), "closing": _("now paid"),
            "grr": _("GRR"), "nrr": _("NRR"), "status": _("status"),
        }  # fmt: skip

    def _shown_names(self) -> list[str]:
        return [*self.by, *super()._shown_names()]


@overload
def revenue_retention(
    base: ContractBase,
    *,
    every: str = ...,
    first: str | None = ...,
    last: str | None = ...,
    by: str | Sequence[str] = ...,
) -> RecurringRevenue: ...


@overload
def revenue_retention(
    base: OrderBase, *, every: str = ..., first: str | None = ..., last: str | None = ..., by: str | Sequence[str] = ...
) -> RevenueRetention: ...


def revenue_retention(
    base: Base,
    *,
    every: str = "month",
    first: str | None = None,
    last: str | None = None,
    by: str | Sequence[str] = (),
) -> RevenueRetention | RecurringRevenue:
    """Compute gross and net revenue retention (GRR, NRR) from one period to the next.

    For the customers at the start, each with revenue ``m0`` at the start and ``m1`` at the end:
    ``GRR = sum(min(m1, m0)) / sum(m0)`` and ``NRR = sum(m1) / sum(m0)``. New and returned customers enter neither.

    For purchases, ``m0`` is what a customer paid in the previous period and ``m1`` what they paid in this one. For
    contracts, they are the total price of the customer's contracts that run just before the period begins and just
    before it ends; the flows then balance, ``opening + new + expansion + reactivated - contraction - churned =
    closing``, and ``closing`` is the next ``opening``. Record a price change as an end and a start on the same day. The
    amount is the recurring price for a month, a year or any other length of time, which must be the same in all rows:
    divide a yearly price among monthly ones by 12 first.

    Args:
        base: Purchases or contracts with an amount.
        every: The period.
        first: The label of the first period, as for `retention_by_period`.
        last: The label of the last period.
        by: Segment columns that the base was read with; each segment then has its own rows.

    Returns:
        One row per period. Rates are NaN if there was no opening revenue (status ``empty_base``, or ``no_revenue`` if
        there were customers), or if the revenue of some customer is below 0 before or after (``negative_revenue``):
        nothing is clipped at 0. Customers with a contract without an amount are left out of all sums; periods in which
        they are customers have the status ``amounts_missing`` and their number in ``unpriced``, and a note states how
        many there are. An amount of 0 is a price: going from 0 to a positive amount is expansion.

    Raises:
        ValueError: If the base has no amounts or is shorter than one period, or a name is unknown.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "b", "a"], "when": ["2024-01-05", "2024-01-09", "2024-02-29"], "paid": [100, 50, 120]})
        >>> table = revenue_retention(read_orders(log, customer="who", at="when", amount="paid")).table
        >>> table[["opening", "kept", "closing", "grr", "nrr"]].iloc[-1].round(3).to_dict()
        {'opening': 150.0, 'kept': 100.0, 'closing': 120.0, 'grr': 0.667, 'nrr': 0.8}
        >>> from crrkit.read.bases.readers import read_contracts
        >>> rents = pd.DataFrame({
        ...     "who": ["a", "b", "b", "c"], "since": ["2023-12-01", "2023-12-01", "2024-02-15", "2023-12-01"],
        ...     "until": [None, "2024-02-15", None, "2024-02-10"], "mrr": [100, 100, 150, 50]})
        >>> base = read_contracts(rents, customer="who", start="since", end="until", amount="mrr", as_of="2024-03-01")
        >>> row = revenue_retention(base).table.iloc[-1]
        >>> row[["opening", "expansion", "churned", "closing", "nrr", "grr"]].to_dict()
        {'opening': 250.0, 'expansion': 50.0, 'churned': 50.0, 'closing': 250.0, 'nrr': 1.0, 'grr': 0.8}
    """
    if check_given(base, Base, name="base").has_amounts and not base.has_purchases:
        return recurring_revenue(base, every=every, first=first, last=last, by=by)
    check_amounts(base, or_contracts=True)
    segments = base.check_segments(by)
    calendar = base.calendar(every)
    span = span_of(base, calendar, first=first, last=last)
    asked = reduce.revenue_by_period(base.money, calendar=calendar, as_of=base.as_of, by=segments)
    found = reduce.collect(asked)
    table = in_segments(found, segments, lambda part: _retained(part, calendar, span, base))
    return RevenueRetention(table, every, base.card.with_(every=every), segments)


def _retained(found: pd.DataFrame, calendar: Calendar, span: range, base: Base) -> pd.DataFrame:
    before = found.set_index("period").reindex([k - 1 for k in span])
    table = pd.DataFrame({
        "opening": before["revenue"].fillna(0.0).to_numpy(),
        "kept": before["capped"].fillna(0.0).to_numpy(),
        "closing": before["retained"].fillna(0.0).to_numpy(),
        "gone": before["gone"].fillna(0.0).to_numpy(),
        "start": before["customers"].fillna(0).to_numpy(dtype="int64"),
    })  # fmt: skip
    table = dated(table, calendar, span, base)
    table.loc[table["status"].eq(COMPLETE) & table["opening"].eq(0), "status"] = UNPAID
    table.loc[before["negative"].fillna(0).to_numpy() > 0, "status"] = NEGATIVE
    known = (table["opening"] > 0) & (table["status"] != NEGATIVE)
    table["grr"] = (table["kept"] / table["opening"]).where(known)
    table["nrr"] = (table["closing"] / table["opening"]).where(known)
    return table


@dataclass(frozen=True, eq=False, repr=False)
class RetailMeasures(Shown):
    """A shop's revenue broken down into its factors, one row per period.

    Attributes:
        table: ``period from_ until buyers receipts revenue average_check frequency repeat_rate status``;
            ``revenue = buyers * frequency * average_check``.
        every: The period.
        card: The definition, including the treatment of refunds.
    """

    table: pd.DataFrame
    every: str
    card: DefinitionCard

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "buyers": "count", "receipts": "count", "revenue": "money", "average_check": "money",
        "frequency": "ratio", "repeat_rate": "rate", "status": "word",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {
            "period": _("period"), "buyers": _("buyers"), "receipts": _("receipts"), "revenue": _("revenue"),
            "average_check": _("average check"), "frequency": _("frequency"), "repeat_rate": _("repeat purchase rate"),
            "status": _("status"),
        }  # fmt: skip


def retail_measures(base: Base, *, every: str = "month") -> RetailMeasures:
    """Break down a shop's revenue: buyers, how often they buy, and how much each time.

    ``average_check = revenue / receipts``, ``frequency = receipts / buyers``, and ``repeat_rate`` is the share of the
    period's buyers who bought on at least two of its days.

    Args:
        base: Purchases with an amount. A row without a receipt number is a receipt of its own; if the base was read
            without ``receipt=``, all rows of a customer at one point in time are one receipt.
        every: The period.

    Returns:
        One row per period; a ratio with denominator 0 is NaN.

    Raises:
        ValueError: If the base has no amounts or is shorter than one period.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "a", "b"], "when": ["2024-01-05", "2024-01-09", "2024-01-31"], "paid": [10, 20, 60]})
        >>> table = retail_measures(read_orders(log, customer="who", at="when", amount="paid")).table
        >>> table[["buyers", "receipts", "revenue", "average_check", "frequency", "repeat_rate"]].iloc[0].to_dict()
        {'buyers': 2.0, 'receipts': 3.0, 'revenue': 90.0, 'average_check': 30.0, 'frequency': 1.5, 'repeat_rate': 0.5}
    """
    check_amounts(check_given(base, Base, name="base"))
    calendar = base.calendar(every)
    span = span_of(base, calendar)
    found = reduce.collect(reduce.retail_histogram(base.money, calendar=calendar, as_of=base.as_of))
    table = found.set_index("period").reindex(list(span)).fillna(0).reset_index(drop=True)
    table = table.astype({"buyers": "int64", "receipts": "int64", "repeat_buyers": "int64"})
    table = dated(table.assign(start=table["buyers"]), calendar, span, base).drop(columns="start")
    table["average_check"] = table["revenue"] / table["receipts"].where(table["receipts"] > 0)
    table["frequency"] = table["receipts"] / table["buyers"].where(table["buyers"] > 0)
    table["repeat_rate"] = table["repeat_buyers"] / table["buyers"].where(table["buyers"] > 0)
    return RetailMeasures(table, every, base.card.with_(every=every))


def check_amounts(base: Base, *, or_contracts: bool = False) -> None:
    """Refuse a base without the amounts that a measure needs."""
    if base.has_purchases and base.has_amounts:
        return
    message = _("This needs purchases with an amount. Read them with read_orders(…, amount=…).")
    if or_contracts:
        message = _(
            "This needs purchases with an amount or contracts with one. Read them with read_orders(…, amount=…) or"
            " read_contracts(…, amount=…)."
        )
    raise InputError(message, argument="base")
