"""One list, many retention rates: what each convention counts, and which customers make the difference.

Every convention is a ratio of two sums of flows. The difference between any two is therefore exact: a number of
customers in certain flows, each moving the rate by one over the base.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.counts import MAYBE_NEW
from crrkit.ground import InputError, Shown, check_choice, gettext as _, mark
from crrkit.measure import check_one_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.measure import RetentionTable

# The flows of a period, each counted once. The account knows them as columns: `through` is `continuous`,
# `rejoined_kept` is `kept - continuous` (who left and came back inside), `extra_joins` is `rejoined` (joins beyond the
# first). `who_is_new` asks for `joined_and_left` (`new_lost`), `returned_and_left` (`returned_lost`) and `rejoined`.
FLOWS = ("through", "rejoined_kept", "lost", "new", "returned", "new_lost", "returned_lost", "extra_joins", "leaves")
STAYED = {"through": 1, "rejoined_kept": 1}
START = {"through": 1, "rejoined_kept": 1, "lost": 1}
END = {"through": 1, "rejoined_kept": 1, "new": 1, "returned": 1}


@dataclass(frozen=True)
class Convention:
    """A way to compute a retention rate from the flows of a period.

    Attributes:
        name: A short name.
        says: What it counts, in one sentence.
        numerator: How often each flow is counted in the numerator.
        denominator: How often each flow is counted in the denominator.
    """

    name: str
    says: str
    numerator: Mapping[str, int]
    denominator: Mapping[str, int] = field(default_factory=lambda: START)

    def rate(self, flows: Mapping[str, float]) -> float:
        """The rate for these flows; NaN if the denominator is zero."""
        base = _total(self.denominator, flows)
        return _total(self.numerator, flows) / base if base else float("nan")


def formula(
    *, joined_and_left: bool = False, returned: bool = False, returned_and_left: bool = False, rejoined: bool = False
) -> Mapping[str, int]:
    """The numerator of ``(end - new) / start`` when ``new`` also counts these flows."""
    new = {"new": 1, "new_lost": joined_and_left, "returned": returned}
    new |= {"returned_lost": returned_and_left, "extra_joins": rejoined}
    return {name: END.get(name, 0) - int(new.get(name, 0)) for name in FLOWS}


def _formula(name: str, says: str, **called_new: bool) -> Convention:
    return Convention(name, says, formula(**called_new))


def _less(base: Mapping[str, int], churned: Mapping[str, int]) -> dict[str, int]:
    return {name: base.get(name, 0) - churned.get(name, 0) for name in FLOWS}


_NEWCOMERS = {"new": 1, "new_lost": 1}
CONVENTIONS = (
    Convention(mark("people"), mark("the share of the customers at the start who are there at the end"), STAYED),
    Convention(
        mark("continuous"), mark("the share of the customers at the start who never left in between"), {"through": 1}
    ),
    _formula(mark("new = not there at the start"), mark("(end − new) / start, new: who was not there"), returned=True),
    _formula(mark("new = first ever, still here"), mark("(end − new) / start, new: first-timers who stayed")),
    _formula(mark("new = first ever, gross"), mark("(end − new) / start, new: all first-timers"), joined_and_left=True),
    _formula(
        mark("new = everybody who came, gross"),
        mark("(end − new) / start, new: first-timers and returned"),
        **dict.fromkeys(("joined_and_left", "returned", "returned_and_left"), True),
    ),
    _formula(
        mark("new = every start"),
        mark("(end − new) / start, new: every contract start"),
        **dict.fromkeys(MAYBE_NEW, True),
    ),
    # help.chartmogul.com "Metric: Customer Churn rate", B2B formula: churned in the period, without those who both
    # joined and churned in it, over customers at its start.
    Convention(
        "ChartMogul",
        mark("1 − customers at the start who left at any moment / start"),
        _less(START, {"rejoined_kept": 1, "lost": 1}),
    ),
    # support.stripe.com "Calculating subscriber churn rate in Billing": churned (a second churn counts again) over
    # active at the start plus new; who joins and churns inside is in both.
    Convention(
        "Stripe",
        mark("1 − every leaving / (start + newcomers)"),
        _less({**START, **_NEWCOMERS}, {"leaves": 1}),
        {**START, **_NEWCOMERS},
    ),
    # help.baremetrics.com "User and Revenue Churn": cancelled customers over active customers at the start; since a
    # later update those who sign up and cancel inside are included.
    Convention(
        "Baremetrics",
        mark("1 − customers who left at any moment, newcomers too / start"),
        _less(START, {"rejoined_kept": 1, "lost": 1, "new_lost": 1, "returned_lost": 1}),
    ),
    # recurly.com "A Better Way to Calculate Your Churn Rate", the basic formula of its example: 50 of 1,000 and 12 of
    # the 500 newcomers left, 6.2 %.
    Convention(
        mark("Recurly, basic"),
        mark("1 − customers gone at the end, newcomers too / start"),
        _less(START, {"lost": 1, "new_lost": 1, "returned_lost": 1}),
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation(Shown):
    """The rates that one period has under each convention.

    Attributes:
        table: ``convention says rate difference`` (to the share of people kept).
        period: The period's name.
        flows: The number of customers (or events) in each flow.
    """

    table: pd.DataFrame
    period: str
    flows: Mapping[str, int]

    kinds: ClassVar[Mapping[str, str]] = {"convention": "word", "rate": "rate", "difference": "points", "says": "word"}

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "convention": _("convention"),
            "rate": _("rate"),
            "difference": _("difference"),
            "says": _("what it counts"),
        }

    def caption(self) -> str:
        """The period, and how far the conventions are apart."""
        return _("One list, {n} {n:rate|rates}: {period}").format(n=len(self.table), period=self.period)

    def bridge(self, before: str, after: str) -> pd.DataFrame:
        """Explain the difference between two conventions, flow by flow.

        Args:
            before: The name of a convention.
            after: The name of another.

        Returns:
            One row for each flow that the numerators count differently, then one for the different denominator:
            ``flow``, ``customers``, ``times`` (how often more it is counted), ``effect`` on the rate. The effects add
            up to the difference of the two rates.

        Raises:
            ValueError: If a name is not known.
        """
        one, other = _named(before, "before"), _named(after, "after")
        base, new_base = _total(one.denominator, self.flows), _total(other.denominator, self.flows)
        rows: list[tuple[str, float, int, float]] = []
        for name in FLOWS:
            times = other.numerator.get(name, 0) - one.numerator.get(name, 0)
            if times and self.flows[name]:
                rows.append((name, self.flows[name], times, times * self.flows[name] / base))
        if new_base != base:
            above = _total(other.numerator, self.flows)
            rows.append(("base", new_base - base, 1, above / new_base - above / base))
        return pd.DataFrame(rows, columns=["flow", "customers", "times", "effect"])


def reconcile(kept: RetentionTable, *, period: str | None = None) -> Reconciliation:
    """Compare the share of people kept with the counts formula under each meaning of "new", and with vendors' rates.

    With ``N = new + a·new_lost + r·returned + s·returned_lost + h·extra_joins`` the counts formula differs from the
    share of people kept by ``[(1 - r)·returned - a·new_lost - s·returned_lost - h·extra_joins] / start``.

    Args:
        kept: The account.
        period: A period by its name; by default the latest complete one.

    Returns:
        The rates, which may be below 0 or above 1 where a convention allows it: nothing is clipped.

    Raises:
        ValueError: If the account has no such period, or is given by segments.

    Examples:
        >>> from crrkit.read.bases.readers import read_contracts
        >>> from crrkit.measure.movement import retention_by_period
        >>> from crrkit.read.samples import sample_path
        >>> base = read_contracts(sample_path("canonical"), customer="client_id", start="joined", end="left")
        >>> rates = reconcile(retention_by_period(base, every="half-year"), period="2024H1")
        >>> rates.table.set_index("convention")["rate"].round(3).head(7).to_dict()  # doctest: +NORMALIZE_WHITESPACE
        {'people': 0.6, 'continuous': 0.4, 'new = not there at the start': 0.6, 'new = first ever, still here': 0.8,
         'new = first ever, gross': 0.6, 'new = everybody who came, gross': 0.2, 'new = every start': 0.0}
    """
    check_one_account(kept, "reconcile({kept})")
    row = kept.latest if period is None else kept.row(period)
    flows = flows_of(row)
    people = CONVENTIONS[0].rate(flows)
    rates = [convention.rate(flows) for convention in CONVENTIONS]
    table = pd.DataFrame({
        "convention": [convention.name for convention in CONVENTIONS],
        "says": [convention.says for convention in CONVENTIONS],
        "rate": rates,
        "difference": [rate - people for rate in rates],
    })  # fmt: skip
    return Reconciliation(table, str(row["period"]), flows)


def flows_of(row: pd.Series) -> dict[str, int]:
    """The flows of a row of the account, by the names that conventions use.

    Raises:
        InputError: If they were not observed, as between two lists of customers.
    """
    if row[["lost", "new", "returned", "new_lost", "returned_lost", "leaves", "rejoined", "continuous"]].isna().any():
        message = _(
            "The meanings of “new” differ by who came and left inside a period, and this account does not show it:"
            " lists of single days do not, nor do tables of counts. They need contracts, orders or events."
        )
        raise InputError(message, argument="kept")
    values = {name: int(row[name]) for name in ("lost", "new", "returned", "new_lost", "returned_lost", "leaves")}
    through = int(row["continuous"])
    return values | {
        "through": through,
        "rejoined_kept": int(row["kept"]) - through,
        "extra_joins": int(row["rejoined"]),
    }


def _named(name: str, argument: str) -> Convention:
    check_choice(name, name=argument, choices=[convention.name for convention in CONVENTIONS])
    return next(convention for convention in CONVENTIONS if convention.name == name)


def _total(counts: Mapping[str, int], flows: Mapping[str, float]) -> float:
    return sum(times * flows[name] for name, times in counts.items() if times)
