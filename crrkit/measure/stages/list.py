"""The stage of each customer as of a day, from the events before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.ground import (
    MISSING,
    SECONDS_PER_DAY,
    InputError,
    Shown,
    check_given,
    format_date,
    format_number,
    gettext as _,
)
from crrkit.measure.cadence import survival_of_gaps
from crrkit.measure.stages.moves import CUSTOMERS
from crrkit.measure.stages.steps import fitting_rule
from crrkit.read import TOUCHES, Base, moment_of, purchase_steps
from crrkit.reduce import UNKNOWN
from crrkit.rules import ENOUGH_GAPS, STAGES, ContractRule, StageRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


OWN_ACTS = ("visit", "education")  # contacts initiated by the customer; an offer is not
QUIET_QUANTILE = 0.8  # a silence longer than this quantile of the gaps marks a customer as at risk


@dataclass(frozen=True, eq=False, repr=False)
class StageList(Shown):
    """The stage of each customer as of a day. Printing shows counts only; ``to_pandas()`` has the customers.

    Attributes:
        customers: One row per person: ``customer stage``; ``first_purchase`` (bought on only one day of the spell: M1),
            ``returned`` (the spell is not the first), ``re_engaged`` (lapsed, but got in touch again), ``at_risk``
            (silent for longer than 80% of the gaps); ``purchase_days`` of the spell, ``silent_days`` since the last of
            them (for contacts, since the last contact), and the segments of the base. The stage is ``unknown`` for
            people without a purchase or contact before the day.
        day: The day as of which the stages hold.
        rule: The stage rule.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.stage_on(base, '2024-07-01')",)

    customers: pd.DataFrame = field(repr=False)
    day: datetime
    rule: StageRule | ContractRule

    kinds: ClassVar[Mapping[str, str]] = {
        "stage": "word", "customers": "count", "first_purchase": "count", "returned": "count", "re_engaged": "count",
        "at_risk": "count",
    }  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed from the customers
        """The number of customers in each stage, and of those with each flag."""
        flags = ["first_purchase", "returned", "re_engaged", "at_risk"]
        grouped = self.customers.groupby("stage")
        counted = grouped[flags].sum().astype("int64")
        counted.insert(0, "customers", grouped.size())
        order = [stage for stage in (*STAGES, UNKNOWN) if stage in STAGES or stage in counted.index]
        return counted.reindex(order, fill_value=0).rename_axis("stage").reset_index()

    def to_pandas(self) -> pd.DataFrame:
        """Return a copy of ``customers``. It identifies customers, so it is never part of a report."""
        return self.customers.copy()

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "stage": _("stage"), "customers": _("people"), "first_purchase": _("bought once"),
            "returned": _("returned"), "re_engaged": _("looked again"), "at_risk": _("quiet"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return a sentence with the number of customers and the rule."""
        n = int(self.customers["stage"].isin(CUSTOMERS).sum())
        text = _("As of {day}: {n} {n:customer|customers} (middle and long); {rule}")
        return text.format(day=format_date(self.day), n=format_number(n), rule=self.rule)


def stage_on(base: Base, day: str | date = MISSING, *, rule: StageRule | ContractRule | None = None) -> StageList:
    """Assign each customer to a stage as of a day, from the events before it.

    Args:
        base: Events, purchases or contracts.
        day: A date such as ``"2024-07-01"``; events on the day itself are ignored.
        rule: The stage rule; by default ``StageRule()``, for contracts ``ContractRule()``.

    Returns:
        One row per person in the base. A customer is ``at_risk`` if their silence is longer than 80% of their own gaps
        or, with fewer than five own gaps, than 80% of all customers' gaps (open ones censored); only gaps before the
        day count.

    Raises:
        ValueError: If the day is not a date or lies after the end of the data, or the rule does not fit the base or
            has ``lapse_days="period"``.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> log = pd.DataFrame({
        ...     "who": ["a", "a", "a", "b"], "when": ["2024-04-15", "2024-05-15", "2024-06-15", "2024-06-01"]})
        >>> seen = stage_on(read_orders(log, customer="who", at="when", as_of="2024-07-01"), "2024-07-01")
        >>> seen.to_pandas()[["customer", "stage", "first_purchase"]].to_string(index=False).splitlines()[1:]
        ['       a   long           False', '       b middle            True']
    """
    check_given(base, Base, name="base")
    cut = _as_of(base, day)
    seen = base.seen_before(cut)
    chosen = fitting_rule(seen, rule)
    if isinstance(chosen, StageRule) and chosen.is_by_period:
        message = _("A day has no period before it: give a limit of silence, rule=StageRule(lapse_days=90, …).")
        raise InputError(message, argument="rule", given=rule)
    known = _of_contracts(seen, chosen) if isinstance(chosen, ContractRule) else _of_buyers(seen, chosen)
    people = reduce.collect(reduce.everybody(base.everything))
    table = people.merge(known, on="customer", how="left").sort_values("customer", ignore_index=True)
    table["stage"] = table["stage"].fillna(UNKNOWN)
    for flag in ("first_purchase", "returned", "re_engaged", "at_risk"):
        table[flag] = table[flag].eq(other=True)
    columns = ["stage", "first_purchase", "returned", "re_engaged", "at_risk", "purchase_days", "silent_days"]
    return StageList(_with_segments(table[["customer", *columns]], seen), cut, chosen)


def _with_segments(table: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Add the segment columns that the base was read with, except those whose names are taken."""
    free = tuple(name for name in base.by if name not in table.columns)
    segments = base.segments("person_any", by=free)
    return table if segments is None else table.merge(reduce.collect(segments), on="customer", how="left")


def _as_of(base: Base, day: Any) -> datetime:
    moment = moment_of(day)
    if moment is None or moment != moment.replace(hour=0, minute=0, second=0, microsecond=0):
        message = _("day={day!r} is not a day. Write it like '2024-07-01'.")
        raise InputError(message.format(day=day), argument="day", given=day)
    if moment > base.as_of:
        message = _("day={day} lies after the end of the data ({end}); nobody knows who will have bought by then.")
        raise InputError(message.format(day=format_date(moment), end=format_date(base.as_of)), argument="day")
    return moment


def _of_buyers(base: Base, rule: StageRule) -> pd.DataFrame:
    """Return the stages and flags of everybody with a purchase or a contact."""
    today = (base.as_of.date() - date(1970, 1, 1)).days
    table = reduce.collect(reduce.last_steps(purchase_steps(base, rule)))
    if base.has_contacts:
        touched = reduce.collect(reduce.last_touches(base.everything, touches=TOUCHES, own=OWN_ACTS, as_of=base.as_of))
        table = table.merge(touched, on="customer", how="outer")
    else:
        table = table.assign(touched=np.nan, own_touch=np.nan)
    bought = table["day"].notna()
    named = [
        bought & (today <= table["long_until"]),
        bought & (today <= table["active_until"]),
        bought,
        table["touched"] >= today - rule.contact_days,
    ]
    table["stage"] = np.select(named, ["long", "middle", "lapsed", "short"], "cold")
    own = table["own_touch"]
    table["re_engaged"] = (table["stage"] == "lapsed") & (own > table["day"]) & (own >= today - rule.contact_days)
    table["first_purchase"] = (table["stage"] == "middle") & (table["bought_on"] == 1)
    table["purchase_days"] = table["bought_on"]
    table["silent_days"] = today - table["day"].fillna(table["touched"])
    table["at_risk"] = table["stage"].isin(CUSTOMERS) & (table["silent_days"] > _usual_gaps(base, table))
    return table


def _usual_gaps(base: Base, table: pd.DataFrame) -> pd.Series:
    """Return the 80% quantile of each customer's own gaps if there are enough, else of all customers' gaps."""
    histogram = reduce.collect(reduce.gap_histogram(base.table, as_of=base.as_of))
    if not len(histogram):
        return pd.Series(np.nan, index=table.index)
    curve = survival_of_gaps(histogram)
    reached = curve[(curve["survival"] <= 1 - QUIET_QUANTILE + 1e-12) & (curve["closed"] > 0)]["days"]
    everybodys = float(reached.iloc[0]) if len(reached) else np.nan
    own = reduce.collect(reduce.own_gaps(base.table, as_of=base.as_of, share=QUIET_QUANTILE)).set_index("customer")
    known = own["usual_gap"].astype("float64").where(own["gaps"] >= ENOUGH_GAPS)
    return table["customer"].map(known).astype("float64").fillna(everybodys)


def _of_contracts(base: Base, rule: ContractRule) -> pd.DataFrame:
    """Return the stages of everybody whose first contract began before the day."""
    merged = reduce.spells(base.units("person_any"), until="last")
    rows = reduce.last_spells(merged, as_of=base.as_of, renewals=rule.renewals, months=rule.months)
    table = reduce.collect(rows)
    cut = pd.Timestamp(base.as_of)
    running = table["end"] >= cut
    table["stage"] = np.select([running & (table["renewed"] < cut), running], ["long", "middle"], "lapsed")
    since = table["end"].where(~running, cut)
    return table.assign(
        returned=table["number"] > 1, first_purchase=False, re_engaged=False, at_risk=False,
        purchase_days=np.nan, silent_days=(cut - since).dt.total_seconds() / SECONDS_PER_DAY,
    )  # fmt: skip
