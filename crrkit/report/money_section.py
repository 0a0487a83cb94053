"""Revenue: how much of the customers' revenue was retained, and how much the lost customers had paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_money, format_number, format_percent, gettext as _, ngettext
from crrkit.measure import COMPLETE, RecurringRevenue, RevenueRetention, revenue_retention
from crrkit.report.account import reference_row, whole_rows
from crrkit.report.dominance import without_dominated
from crrkit.report.finding import Finding
from crrkit.report.html import WITHHELD_MARK, Html, element, row_block, table_block
from crrkit.report.period_names import capital, in_period
from crrkit.report.published import pages_in
from crrkit.report.published_amounts import beside_amounts, money_carried, periods_disclosed
from crrkit.report.section import Cell, Section, Subject, counting, published_argument

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import Base
    from crrkit.report.published import Published

AMOUNTS = ["opening", "staying", "gone"]
MONEY_COLUMNS = ["period", "from_", *AMOUNTS, "lost", "nrr", "grr"]
ROUND_FROM, DIGITS_BELOW = 1000, 2  # money, and digits below that
MONEY_CALL = "money_of(base, kept, min_cell=min_cell, first=first, last=last{published})"
LATEST = 6  # periods in the table of the page


def money_section(subject: Subject) -> Section | None:
    """Revenue retention; None without amounts, or if they follow another rule than the account."""
    base, kept = subject.base, subject.kept
    if base is None:
        return None
    given = {"min_cell": subject.min_cell, "first": subject.first, "last": subject.last}
    money = money_of(base, kept, **given, published=subject.published)  # type: ignore[arg-type]  # each as it is named
    if money is None:
        return None
    found = money_finding(money)
    return Section(
        "money",
        _("Money"),
        (found,),
        lambda: money_block(money),
        cells=(
            counting(
                "money",
                MONEY_CALL.format(published=published_argument(subject)),
                money,
                then="report.money_finding(money)",
            ),
            Cell("money.table"),
        ),
        tables=(money.table,),
        brief=" ".join(filter(None, [found.claim, gone_words(money.table.iloc[-1], kept.card.currency)])),
        terms=("nrr", "grr"),
        amounts=money_carried(money.table.assign(capped=money.table["grr"] * money.table["opening"]), kept.every),
    )


def money_of(
    base: Base,
    kept: RetentionTable,
    *,
    min_cell: int | None = 10,
    first: str | None = None,
    last: str | None = None,
    published: object = None,
) -> RetentionTable | None:
    """The revenue of the periods shown in the account: ``opening staying gone lost nrr grr``.

    ``opening`` is what the customers at the start had paid in the previous period, or pay at its start by contract;
    ``staying`` is what the same customers pay afterwards, ``gone`` what the lost customers had paid.

    A period is left out if one of its sums discloses few customers: what the lost had paid, what the kept paid before
    and after, the change, or what those who joined pay; GRR is left out if few customers increased, or decreased. A sum
    discloses few if it is over fewer than ``min_cell`` customers, or if the rest without the two largest amounts is
    less than a quarter of the largest.

    Args:
        base: The list.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; None suppresses nothing.
        first: The first period of the report.
        last: The last one.
        published: The HTML files of reports already published about these customers or some of them: a period whose
            amounts differ there, or are shown by other periods, is left out.
    """
    if not base.has_amounts or (base.has_purchases and base.rule is not None):
        return None
    counted = revenue_retention(base, every=kept.every, first=first, last=last)  # type: ignore[call-overload]  # a base of either kind
    shown = whole_rows(kept)[["period", "start", "lost"]]
    both = _amounts(counted).merge(shown, on=["period", "start"]).round(dict.fromkeys([*AMOUNTS, "capped"], 2))
    if min_cell is not None:
        both = _without_few(both, base, kept.every, min_cell, pages_in(published))
    both = both.assign(nrr=both["staying"] / both["opening"], grr=both["capped"] / both["opening"])
    row = reference_row(kept)
    if row is None or row["period"] not in set(both["period"]):
        return None
    return replace(kept, table=both[MONEY_COLUMNS], base=None, notes=())


def _without_few(
    both: pd.DataFrame, base: Base, every: str, least: int, published: tuple[Published, ...]
) -> pd.DataFrame:
    calendar = base.calendar(every)
    told = both.assign(kept=both["start"] - both["lost"])
    told = beside_amounts(told, calendar, published, looks_back=base.has_purchases)
    return without_dominated(told, base, every, least=least, told=periods_disclosed(calendar, published))


def _amounts(counted: RevenueRetention | RecurringRevenue) -> pd.DataFrame:
    """The whole periods with a rate, with the column names common to both kinds.

    Rounded to the hundredth: engines add in any order, but the report must be reproducible byte for byte.
    """
    table = counted.table[(counted.table["status"] == COMPLETE) & counted.table["nrr"].notna()]
    if isinstance(counted, RevenueRetention):
        return table.assign(staying=table["closing"], capped=table["kept"])
    amounts = {"staying": table["opening"] * table["nrr"], "capped": table["opening"] * table["grr"]}
    return table.assign(**amounts, gone=table["churned"])


def money_finding(money: RetentionTable) -> Finding:
    """How much of the revenue of the customers at the start was retained, and what the lost had paid.

    ``NRR = staying / opening`` and ``GRR`` the same with nobody counted above what they had paid before.
    """
    row = money.table.iloc[-1]
    shown = {name: _amount(row[name], row["opening"], money.card.currency) for name in AMOUNTS}
    rates = {name: format_percent(row[name]) for name in ("nrr", "grr")}
    claim = _money_words(buys=money.card.counts_buyers, has_gross=not pd.isna(row["grr"]))
    claim = capital(claim.format(when=in_period(row, money.every), **shown, **rates))
    caveats = [gone_words(row, money.card.currency), _("New customers and those who returned are in neither.")]
    if money.card.currency is None:
        caveats.append(_("Amounts are in the units of the list, which names no currency."))
    return Finding(claim, money.table.tail(1), " ".join(filter(None, caveats)))


def _money_words(*, buys: bool, has_gross: bool) -> str:
    if buys and has_gross:
        return _(
            "Customers at the start paid {opening} in the period before and {staying} {when}: {nrr} of their money"
            " stayed (NRR), or {grr} without counting increases (GRR)."
        )
    if buys:
        return _(
            "Customers at the start paid {opening} in the period before and {staying} {when}: {nrr} of their money"
            " stayed (NRR)."
        )
    if has_gross:
        return _(
            "What customers at the start pay by contract went from {opening} to {staying} {when}: {nrr} of their"
            " money stayed (NRR), or {grr} without counting increases (GRR)."
        )
    return _(
        "What customers at the start pay by contract went from {opening} to {staying} {when}: {nrr} of their"
        " money stayed (NRR)."
    )


def gone_words(row: pd.Series, currency: str | None = None) -> str:
    """What the lost customers had paid; empty if nobody was lost."""
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
    return format_money(amount, currency, digits=0 if whole >= ROUND_FROM else DIGITS_BELOW)


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
            format_percent(row["nrr"]),
            WITHHELD_MARK if pd.isna(row["grr"]) else format_percent(row["grr"]),
            _amount(row["gone"], row["opening"]),
        )
        for _i, row in money.table.tail(LATEST).iterrows()
    ]
    rising = _("× = suppressed: too few customers pay more than before, or less.")
    caption = element("figcaption", rising) if money.table["grr"].tail(LATEST).isna().any() else None
    table = element("figure", table_block(heads, rows, label=_("Money")), caption)
    return element("details", element("summary", _("The latest periods")), table)
