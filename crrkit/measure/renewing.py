"""Renewal rates: the contracts due in each period, renewed on time, renewed late or not renewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.counts import wilson_columns
from crrkit.ground import (
    InputError,
    Shown,
    check_choice,
    check_count,
    check_given,
    format_cell,
    format_number,
    gettext as _,
    ngettext,
)
from crrkit.measure.spans import COMPLETE, EMPTY, RUNNING, span_of
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read import QualityReport
    from crrkit.rules import Calendar, DefinitionCard

LATE_DAYS = 30
RENEWING_UNITS = ("person_any", "contract")
OUTCOMES = ("renewed_on_time", "renewed_late", "not_renewed", "undecided")


@dataclass(frozen=True, eq=False, repr=False)
class RenewalTable(Shown):
    """Outcomes of the contracts that ended, one row per period.

    Attributes:
        table: ``period from_ until``; ``due``, the sum of ``renewed_on_time renewed_late not_renewed undecided``;
            ``rate rate_low rate_high status``.
        every: The period.
        late_days: The number of days after the end up to which a renewal counts as late; after that it does not count.
        card: The definition under which it was counted.
        quality: The account of the rows that were read and set aside.
    """

    table: pd.DataFrame
    every: str
    late_days: int
    card: DefinitionCard
    quality: QualityReport

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "due": "count", "renewed_on_time": "count", "renewed_late": "count", "not_renewed": "count",
        "undecided": "count", "rate": "rate", "rate_low": "rate", "rate_high": "rate", "status": "word",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "period": _("period"), "due": _("due"), "renewed_on_time": _("on time"), "renewed_late": _("late"),
            "not_renewed": _("not renewed"), "undecided": _("not known yet"), "rate": _("renewed"),
            "rate_low": _("from"), "rate_high": _("to"), "status": _("status"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the counts and the rate of the last complete period."""
        known = self.table[self.table["status"] == COMPLETE]
        if not len(known):
            return _("No period is known to its end: the latest renewals are still to come.")
        row = known.iloc[-1]
        text = ngettext(
            "{period}: of {n} contract due {on_time} renewed on time and {late} late, {rate} together",
            "{period}: of {n} contracts due {on_time} renewed on time and {late} late, {rate} together",
            int(row["due"]),
        )
        counts = {"n": row["due"], "on_time": row["renewed_on_time"], "late": row["renewed_late"]}
        shown = {name: format_number(count) for name, count in counts.items()}
        return text.format(period=row["period"], rate=format_cell(float(row["rate"]), "rate"), **shown)


def renewals(
    base: Base,
    *,
    every: str = "month",
    first: str | None = None,
    last: str | None = None,
    unit: str = "person_any",
    late_days: int | None = None,
) -> RenewalTable:
    """Compute the renewal rate of the contracts that end in each period: ``rate = (on time + late) / due``.

    A contract is *due* in the period in which it ends. It is renewed *on time* if another contract of the same
    customer continues at that moment, *late* if one begins at most ``late_days`` after it, else *not renewed*. If the
    data end before this can be determined it is *undecided*, and the period has no rate. A contract that runs in
    parallel counts as a renewal, too: read the base with contract ids and use ``unit="contract"`` to match each
    contract with its own renewal.

    Args:
        base: A base from `read_contracts`.
        every: ``day week month quarter half-year`` or ``year``.
        first: The label of the first period, as for `retention_by_period`.
        last: The label of the last period; by default the one that contains the end of the data.
        unit: Who has to continue: the customer (``person_any``), or the contract by its id (``contract``).
        late_days: The number of days after the end within which a renewal still counts; by default the ``merge_gap``
            of the base, or 30 if it has none.

    Returns:
        One row per period. The rate is a fraction with its Wilson interval (95 %); NaN with the status ``empty_base``
        if nothing was due, and ``running`` while a contract is undecided or the period is not over.

    Raises:
        ValueError: If the base has no contracts or a name is unknown.

    Examples:
        >>> import pandas as pd
        >>> from crrkit.read.bases.readers import read_contracts
        >>> terms = pd.DataFrame({
        ...     "customer": ["a", "a", "b", "b", "c"],
        ...     "start": ["2024-01-01", "2024-02-01", "2024-01-01", "2024-02-08", "2024-01-01"],
        ...     "end": ["2024-02-01", None, "2024-02-01", None, "2024-02-01"]})
        >>> due = renewals(read_contracts(terms, as_of="2024-06-01"), every="month", first="2024-02", last="2024-02")
        >>> print(due)
        2024-02: of 3 contracts due 1 renewed on time and 1 late, 66.7% together
        period   due  on time  late  not renewed  not known yet  renewed   from     to  status
        2024-02    3        1     1            1              0    66.7%  20.8%  93.9%  complete
    """
    check_given(base, Base, name="base")
    if not base.has_terms:
        message = _("Renewals are of contracts, and this is a {kind}. Read contracts with read_contracts(…).")
        raise InputError(message.format(kind=type(base).__name__), argument="base")
    check_choice(unit, name="unit", choices=RENEWING_UNITS)
    wait = base.card.merge_gap or LATE_DAYS if late_days is None else late_days
    check_count(wait, name="late_days")
    calendar = base.calendar(every)
    span = span_of(base, calendar, first=first, last=last)
    units = reduce.contract_units(reduce.as_due(base.table), as_of=base.as_of, unit=unit)
    histogram = reduce.renewal_histogram(units, calendar=calendar, as_of=base.as_of, late_days=wait)
    table = _finished(_counted(reduce.collect(histogram), span), calendar, span, base)
    return RenewalTable(table, every, wait, base.card_of(every=every, unit=unit), base.quality)


def _counted(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Pivot the outcomes of `reduce.renewal_histogram` to one row per period and add their sum, ``due``."""
    wide = histogram.pivot_table(index="period", columns="outcome", values="contracts", aggfunc="sum")
    counts = wide.reindex(index=span, columns=list(OUTCOMES)).fillna(0).astype("int64").reset_index(drop=True)
    counts.insert(0, "due", counts.sum(axis=1))
    return counts.rename_axis(columns=None)


def _finished(counts: pd.DataFrame, calendar: Calendar, span: range, base: Base) -> pd.DataFrame:
    """Add the label and bounds of each period in front, rates and status at the end; undecided periods have no rate."""
    bounds = pd.to_datetime([calendar.start(k) for k in range(span.start, span.stop + 1)])
    counts.insert(0, "period", [calendar.label(k) for k in span])
    counts.insert(1, "from_", bounds[:-1])
    counts.insert(2, "until", bounds[1:])
    open_ = (counts["until"] > base.decided) | (counts["undecided"] > 0)
    due = counts["due"].where(~open_ & (counts["due"] > 0))
    renewed = counts["renewed_on_time"] + counts["renewed_late"]
    low, high = wilson_columns(renewed, due)
    status = np.select([open_, counts["due"] == 0], [RUNNING, EMPTY], COMPLETE)
    return counts.assign(rate=renewed / due, rate_low=low, rate_high=high, status=status)
