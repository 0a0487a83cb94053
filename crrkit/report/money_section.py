"""Money: how much of the customers' revenue stayed, and what the lost had been worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crrkit.ground import format_money, format_number, format_percent, gettext as _, ngettext
from crrkit.measure import COMPLETE, RecurringRevenue, RevenueRetention, revenue_retention
from crrkit.report.account import reference_row
from crrkit.report.dominance import without_dominated
from crrkit.report.finding import Finding
from crrkit.report.html import Html, element, row_block, table_block
from crrkit.report.period_names import capital, in_period
from crrkit.report.section import Cell, Section, Subject, counting

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure import RetentionTable
    from crrkit.read import Base

AMOUNTS = ["opening", "staying", "gone"]
MONEY_COLUMNS = ["period", "from_", *AMOUNTS, "lost", "nrr", "grr"]
ROUND_FROM, HUNDREDTHS = 1000, 2  # money, and digits below that
MONEY_CALL = "money_of(base, kept, min_cell=min_cell, first=first, last=last)"
LATEST = 6  # periods in the table of the page


def money_section(subject: Subject) -> Section | None:
    """How much revenue stayed; None without amounts, and where they follow another rule than the account."""
    base, kept = subject.base, subject.kept
    money = (
        None
        if base is None
        else money_of(base, kept, min_cell=subject.min_cell, first=subject.first, last=subject.last)
    )
    if money is None:
        return None
    found = money_finding(money)
    return Section(
        "money",
        _("Money"),
        (found,),
        lambda: money_block(money),
        cells=(
            counting("money", MONEY_CALL, money, then="report.money_finding(money)"),
            Cell("money.table"),
        ),
        tables=(money.table,),
        brief=" ".join(filter(None, [found.claim, gone_words(money.table.iloc[-1], kept.card.currency)])),
        terms=("nrr", "grr"),
    )


def money_of(
    base: Base,
    kept: RetentionTable,
    *,
    min_cell: int | None = 10,
    first: str | None = None,
    last: str | None = None,
) -> RetentionTable | None:
    """The revenue of the periods whose account is shown: ``opening staying gone lost nrr grr``.

    ``opening`` is what the customers of the start had paid in the period before, or pay at its start by contract;
    ``staying`` what the same customers pay after, ``gone`` what the lost had paid.

    A period in a sum of which one customer makes nearly all is left out.

    Args:
        base: The list.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; None withholds nothing.
        first: The first period of the report.
        last: The last one.
    """
    if not base.has_amounts or (base.has_purchases and base.rule is not None):
        return None
    counted = revenue_retention(base, every=kept.every, first=first, last=last)  # type: ignore[call-overload]  # a base of either kind
    shown = kept.table.loc[(kept.table["status"] == COMPLETE) & kept.table["crr"].notna(), ["period", "start", "lost"]]
    both = _amounts(counted).merge(shown, on=["period", "start"]).round(dict.fromkeys([*AMOUNTS, "capped"], 2))
    if min_cell is not None:
        both = without_dominated(both, base, kept.every)
    both = both.assign(nrr=both["staying"] / both["opening"], grr=both["capped"] / both["opening"])
    row = reference_row(kept)
    if row is None or row["period"] not in set(both["period"]):
        return None
    return replace(kept, table=both[MONEY_COLUMNS], base=None, notes=())


def _amounts(counted: RevenueRetention | RecurringRevenue) -> pd.DataFrame:
    """The whole periods with a rate, under the names that both kinds have in common.

    To the hundredth: an engine adds in any order, and a report of the same data is the same to the byte.
    """
    table = counted.table[(counted.table["status"] == COMPLETE) & counted.table["nrr"].notna()]
    if isinstance(counted, RevenueRetention):
        return table.assign(staying=table["closing"], capped=table["kept"])
    amounts = {"staying": table["opening"] * table["nrr"], "capped": table["opening"] * table["grr"]}
    return table.assign(**amounts, gone=table["churned"])


def money_finding(money: RetentionTable) -> Finding:
    """How much of the revenue of the customers of the start stayed, and what the lost had paid.

    ``NRR = staying / opening`` and ``GRR`` the same with nobody counted above what they had paid before.

    Args:
        money: The money of a report.
    """
    row = money.table.iloc[-1]
    shown = {name: _amount(row[name], row["opening"], money.card.currency) for name in AMOUNTS}
    rates = {name: format_percent(row[name]) for name in ("nrr", "grr")}
    claim = _(
        "The customers of the start paid {opening} in the period before and {staying} {when}: {nrr} of their money"
        " stayed (NRR), or {grr} if nobody counts for more than before (GRR)."
    )
    if not money.card.counts_buyers:
        claim = _(
            "What the customers of the start pay by contract went from {opening} to {staying} {when}: {nrr} of their"
            " money stayed (NRR), or {grr} if nobody counts for more than before (GRR)."
        )
    claim = capital(claim.format(when=in_period(row, money.every), **shown, **rates))
    caveats = [gone_words(row, money.card.currency), _("New customers and those who returned are in neither.")]
    if money.card.currency is None:
        caveats.append(_("Amounts are in the units of the list, which names no currency."))
    return Finding(claim, money.table.tail(1), " ".join(filter(None, caveats)))


def gone_words(row: pd.Series, currency: str | None = None) -> str:
    """What the lost had paid; empty where nobody was lost."""
    if not row["lost"]:
        return ""
    text = ngettext(
        "The {n} lost had paid {gone} of it ({share}).",
        "The {n} lost had paid {gone} of it ({share}).",
        int(row["lost"]),
    )
    gone, share = _amount(row["gone"], row["opening"], currency), format_percent(row["gone"] / row["opening"])
    return text.format(n=format_number(row["lost"]), gone=gone, share=share)


def _amount(amount: float, whole: float, currency: str | None = None) -> str:
    """An amount in a sentence: no hundredths where the whole is in thousands."""
    return format_money(amount, currency, digits=0 if whole >= ROUND_FROM else HUNDREDTHS)


def money_block(money: RetentionTable) -> Html:
    """The latest periods as rows."""
    unit = f", {money.card.currency}" if money.card.currency else ""
    heads = [
        _("period"), _("opening revenue") + unit, _("of the same customers after") + unit, _("NRR"), _("GRR"),
        _("gone with the lost") + unit,
    ]  # fmt: skip
    rows = [
        row_block(
            str(row["period"]),
            *(_amount(row[name], row["opening"]) for name in ("opening", "staying")),
            *(format_percent(row[name]) for name in ("nrr", "grr")),
            _amount(row["gone"], row["opening"]),
        )
        for _i, row in money.table.tail(LATEST).iterrows()
    ]
    table = element("figure", table_block(heads, rows, label=_("Money")))
    return element("details", element("summary", _("The latest periods")), table)
