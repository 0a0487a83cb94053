"""The words of the findings: each follows the numbers of its row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import FEW
from crrkit.ground import format_number, format_percent, format_points, gettext as _, ngettext
from crrkit.judge import WORDING
from crrkit.measure import EMPTY, RUNNING
from crrkit.report.withhold import WITHHELD
from crrkit.report.words import period_name

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable

PERIODS_NAMED = 3  # periods in a sentence
POINT_IS_SOMEBODY = 100  # from this many customers on, a point is at least one of them


def kept_words(row: pd.Series, when: str) -> str:
    """``in March 2024 we kept 289 of 316 customers: 91.5%``."""
    start, n = int(row["start"]), int(row["kept"])
    if n == start > 1:
        text = _("{when} we kept all {start} customers: {crr}")
    elif n == 0:
        text = ngettext(
            "{when} we kept none of {start} customer: {crr}", "{when} we kept none of {start} customers: {crr}", start
        )
    else:
        text = ngettext(
            "{when} we kept {kept} of {start} customer: {crr}",
            "{when} we kept {kept} of {start} customers: {crr}",
            start,
        )
    numbers = {"kept": format_number(n), "start": format_number(start), "crr": format_percent(row["crr"])}
    if row["status"] == RUNNING:
        when = _("so far {when}").format(when=when)
    return text.format(when=when, **numbers)


def interval_words(row: pd.Series) -> str:
    """The interval of the rate, in brackets."""
    text = _("(95% interval {low} to {high})")
    return text.format(low=format_percent(row["crr_low"]), high=format_percent(row["crr_high"]))


def process_caveat(row: pd.Series) -> str:
    """What the interval of a complete list speaks of, in the fixed wording."""
    ends = {"low": format_percent(row["crr_low"]), "high": format_percent(row["crr_high"])}
    wording = WORDING["process"]
    return _(wording).format(**ends)


def running_caveat(row: pd.Series) -> list[str]:
    """That a running period is no result."""
    return (
        [_("The period had not ended when the data ended, so this is no result yet.")]
        if row["status"] == RUNNING
        else []
    )


def later_caveats(kept: RetentionTable, row: pd.Series) -> list[str]:
    """Why the headline does not speak of a later period."""
    later = kept.table[kept.table["from_"] > row["from_"]]
    reasons = {
        RUNNING: _("Left out, because it had not ended when the data ended: {periods}."),
        WITHHELD: _("Withheld, because the rate would rest on too small a group of customers: {periods}."),
        EMPTY: _("Without a rate, because there was nobody to keep: {periods}."),
    }
    of = {
        status: [period_name(r, kept.every) for _i, r in later[later["status"] == status].iterrows()]
        for status in reasons
    }
    return [reasons[status].format(periods=_listed(names)) for status, names in of.items() if names]


def returned_caveat(row: pd.Series) -> list[str]:
    """That customers who returned are not counted as kept."""
    n = int(row["returned"])
    if not n:
        return []
    text = ngettext(
        "{n} customer who returned is not counted as kept.", "{n} customers who returned are not counted as kept.", n
    )
    return [text.format(n=format_number(n))]


def few_caveat(row: pd.Series) -> list[str]:
    """What one person is worth in a small base."""
    if row["start"] >= FEW:
        return []
    text = ngettext(
        "With {n} customer at the start, one person moves the rate by {step}.",
        "With {n} customers at the start, one person moves the rate by {step}.",
        int(row["start"]),
    )
    return [text.format(n=format_number(row["start"]), step=format_points(1 / row["start"]).lstrip("+"))]


def change_claim(change: float, low: float, high: float) -> str:
    """Up, down or no telling, by the interval of the difference."""
    if low > 0:
        return _("Up from {was} ({then}) to {is}: more than chance alone would bring.")
    if high < 0:
        return _("Down from {was} ({then}) to {is}: more than chance alone would bring.")
    if not change:
        return _("The same as before: {was} ({then}) and {is}.")
    return _("No telling whether it changed: {was} ({then}) and {is} are within chance of each other.")


def lost_words(lost: int, start: int) -> str:
    """``of 316 customers 27 left``."""
    if not lost:
        return _("Nobody left")
    text = ngettext("Of {start} customer {n} left", "Of {start} customers {n} left", start)
    return text.format(start=format_number(start), n=format_number(lost))


def gained_words(row: pd.Series) -> list[str]:
    """Who came for the first time and who returned."""
    new, back = int(row["new"]), int(row["returned"])
    came = ngettext("{n} came for the first time", "{n} came for the first time", new) if new else _("nobody new came")
    returned = [ngettext("{n} returned", "{n} returned", back).format(n=format_number(back))] if back else []
    return [came.format(n=format_number(new)), *returned]


def new_caveat(kept: RetentionTable) -> str:
    """Whom the list calls new."""
    if not kept.card.counts_buyers:
        return _("New are customers for the first time ever in this list.")
    return _("New are buyers for the first time in this list; who bought before it begins is not known.")


def trend_words(*, some_withheld: bool) -> tuple[str, str]:
    """The claim and the caveat about all periods; those shown are no fair sample when others are withheld."""
    if some_withheld:
        return _("In the periods shown the rate lay between {low} ({when}) and {high} ({then}) ({n})."), _(
            "Periods are withheld where few customers left or stayed, so those shown are no fair sample: there is no"
            " average here."
        )
    return _("The rate lay between {low} ({when}) and {high} ({then}), {mean} on average ({n})."), _(
        "The average weighs each period by its customers at the start. It is not the rate of a longer period: measure"
        " that one on its own dates."
    )


def worth_words(start: int, lost: int) -> str:
    """What it takes to raise the rate: so many customers for a point, or so many points for a customer."""
    if not lost:
        return _("Nobody left, so the rate cannot rise.")
    more = math.ceil(start / 100)
    if start < POINT_IS_SOMEBODY or more > lost:
        step = format_points(1 / start, digits=2).lstrip("+")
        return _("One customer more who stays raises the rate by {step}.").format(step=step)
    text = ngettext(
        "One point more would have taken {n} customer more who stays.",
        "One point more would have taken {n} customers more who stay.",
        more,
    )
    return text.format(n=format_number(more))


def gross_caveat(row: pd.Series) -> str:
    """The customers who are in no stock: they joined and left inside the period."""
    gone = row["new_lost"]
    if pd.isna(gone) or not gone:
        return ""
    text = ngettext(
        "{n} more customer joined and left inside the period; counted as new, it lowers the formula to {rate}.",
        "{n} more customers joined and left inside the period; counted as new, they lower the formula to {rate}.",
        int(gone),
    )
    rate = (row["end"] - row["new"] - gone) / row["start"]
    return text.format(n=format_number(gone), rate=format_percent(rate))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:PERIODS_NAMED]) + (", …" if len(names) > PERIODS_NAMED else "")
