"""Findings: sentences written from the numbers, each with what it rests on and what must not be forgotten.

One function a finding. The words follow the numbers: a change inside its interval is not called one, a running period
is not called a result, and where there was nobody to keep nothing is claimed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from crrkit._display import format_cell
from crrkit._language import format_number, format_percent, format_points, ngettext
from crrkit._language import gettext as _
from crrkit.intervals import newcombe
from crrkit.movement import COMPLETE, EMPTY, RUNNING
from crrkit.noise import FEW
from crrkit.report.account import WITHHELD, reference_row
from crrkit.report.words import capital, day_name, in_period, period_name, periods_counted

if TYPE_CHECKING:
    from crrkit.movement import RetentionTable
    from crrkit.tables import QualityReport

MOST_NAMED = 3  # periods in a sentence
POINTS = 100  # from this many customers on, a point is at least one of them
COUNTS = ["start", "kept", "lost", "new", "returned", "end"]


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that the numbers say.

    Attributes:
        claim: A sentence with its numbers.
        evidence: The rows that it rests on.
        caveat: What a reader must not forget; it is part of the finding and never empty.
    """

    claim: str
    evidence: pd.DataFrame
    caveat: str

    def __str__(self) -> str:
        return f"{self.claim}\n{self.caveat}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"### {self.claim}\n\n{self.caveat}"


def retention_finding(kept: RetentionTable) -> Finding:
    """How many were kept in the latest complete period: the headline of a report."""
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    when = in_period(row, kept.every)
    claim = f"{_kept_of(row, when)} {_interval(row)}."
    caveats = [
        *kept.notes,
        *_running_caveat(row),
        *_later_caveats(kept, row),
        *_returned_caveat(row),
        *_few_caveat(row),
    ]
    return Finding(capital(claim), _rows(kept, row), " ".join([*caveats, process_caveat()]))


def process_caveat() -> str:
    """What the interval of a complete list means; the wording is the same wherever it stands."""
    return _(
        "Every customer of the list is counted, so the rate is a fact, not an estimate. The interval answers another"
        " question: how far could the same process have landed?"
    )


def change_finding(kept: RetentionTable, *, since: str) -> Finding:
    """Whether the headline's period differs from an earlier one by more than chance.

    Args:
        kept: The account.
        since: The name of the earlier period, such as ``"2024-02"``; both must have a rate.
    """
    now, then = reference_row(kept), kept.row(since)
    if now is None or pd.isna(then["crr"]):
        return _nothing_to_claim(kept)
    change = now["crr"] - then["crr"]
    low, high = newcombe(int(now["kept"]), int(now["start"]), int(then["kept"]), int(then["start"]))
    words = {
        "now": period_name(now, kept.every),
        "then": period_name(then, kept.every),
        "was": format_percent(then["crr"]),
        "is": format_percent(now["crr"]),
    }
    caveat = _("Difference {change}, 95% interval {low} to {high}.").format(
        change=format_points(change), low=format_points(low), high=format_points(high)
    )
    if then["until"] == now["from_"] and kept.every != "year":
        caveat += " " + _("Neighbouring periods may differ by their season alone.")
    return Finding(_change_claim(change, low, high).format(**words), _rows(kept, then, now), caveat)


def earlier_periods(kept: RetentionTable) -> list[str]:
    """The complete periods that the headline's is held against: the same one a year earlier and the one before."""
    row = reference_row(kept)
    if row is None or row["status"] != COMPLETE:
        return []
    rated = kept.table[kept.table["crr"].notna()]
    year_ago = rated["from_"] == row["from_"] - pd.DateOffset(years=1)
    return list(rated["period"][year_ago | (rated["until"] == row["from_"])])


def movement_finding(kept: RetentionTable) -> Finding:
    """How the customers of the start became those of the end."""
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    parts = [_lost_words(int(row["lost"]), int(row["start"])), *_gained_words(row)]
    claim = _("{movement}; that makes {n} at the end.")
    claim = claim.format(movement="; ".join(parts), n=format_number(row["end"]))
    return Finding(claim, _rows(kept, row), _new_caveat(kept))


def trend_finding(kept: RetentionTable) -> Finding:
    """Between which rates the complete periods lay, and how many were kept on average."""
    rows = kept.table[(kept.table["status"] == COMPLETE) & kept.table["crr"].notna()]
    if len(rows) < 2:  # noqa: PLR2004 - one point is no line
        claim = _("There is no second complete period yet, so no trend can be seen.")
        return Finding(claim, rows, _("Two points are a difference, and three are hardly a trend."))
    low, high = rows.iloc[rows["crr"].argmin()], rows.iloc[rows["crr"].argmax()]
    words = {
        "n": periods_counted(len(rows), kept.every),
        "low": format_percent(low["crr"]), "when": period_name(low, kept.every),
        "high": format_percent(high["crr"]), "then": period_name(high, kept.every),
        "mean": format_percent(rows["kept"].sum() / rows["start"].sum()),
    }  # fmt: skip
    claim, caveat = _trend_words(some_withheld=WITHHELD in set(kept.table["status"]))
    return Finding(claim.format(**words), rows, caveat)


def _trend_words(*, some_withheld: bool) -> tuple[str, str]:
    if some_withheld:
        return _("In the periods shown the rate lay between {low} ({when}) and {high} ({then}) ({n})."), _(
            "Periods are withheld where few customers left or stayed, so those shown are no fair sample: there is no"
            " average here."
        )
    return _("The rate lay between {low} ({when}) and {high} ({then}), {mean} on average ({n})."), _(
        "The average weighs each period by its customers at the start. It is not the rate of a longer period: measure"
        " that one on its own dates."
    )


def textbook_finding(kept: RetentionTable) -> Finding:
    """What the formula (end - new) / start says for the headline's period, and which customers make the difference."""
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    textbook = (row["end"] - row["new"]) / row["start"]
    words = {"is": format_percent(row["crr"]), "textbook": format_percent(textbook)}
    if row["returned"]:
        claim = _("The textbook formula (end − new) / start would say {textbook} instead of {is}.")
        caveat = ngettext(
            "It counts {n} customer who returned as kept, because nobody who was a customer before is new.",
            "It counts {n} customers who returned as kept, because nobody who was a customer before is new.",
            int(row["returned"]),
        ).format(n=format_number(row["returned"]))
    else:
        claim = _("The textbook formula (end − new) / start says the same: {is}.")
        caveat = _("Nobody returned in this period; with customers who return it would count them as kept.")
    return Finding(claim.format(**words), _rows(kept, row), f"{caveat} {_gross_caveat(row)}".strip())


def quality_finding(quality: QualityReport) -> Finding:
    """How many rows were read, used and set aside."""
    words = {
        "read": format_number(quality.rows_read),
        "used": format_number(quality.rows_used),
        "aside": format_number(quality.rows_set_aside),
    }
    if not quality.rows_set_aside:
        claim = ngettext("The one row was used.", "All {read} rows were used.", quality.rows_read)
        return Finding(claim.format(**words), quality.to_pandas(), _("No row was set aside."))
    share = format_percent(quality.rows_set_aside / quality.rows_read)
    claim = _("Of {read} rows {used} were used and {aside} set aside ({share}).").format(share=share, **words)
    largest = quality.table.sort_values("rows", ascending=False, kind="stable").iloc[0]
    caveat = _("The most frequent reason: {reason} ({rows}).")
    caveat = caveat.format(reason=format_cell(largest["reason"], "word"), rows=format_number(largest["rows"]))
    return Finding(claim, quality.to_pandas(), caveat)


def value_of_one(kept: RetentionTable) -> Finding:
    """How many customers more would have to stay for one point more, or what one of them is worth in a small base."""
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    return Finding(
        _worth(int(row["start"]), int(row["lost"])), _rows(kept, row), _("New customers do not move the rate.")
    )


def _worth(start: int, lost: int) -> str:
    if not lost:
        return _("Nobody left, so the rate cannot rise.")
    more = math.ceil(start / 100)
    if start < POINTS or more > lost:
        step = format_points(1 / start, digits=2).lstrip("+")
        return _("One customer more who stays raises the rate by {step}.").format(step=step)
    text = ngettext(
        "One point more would have taken {n} customer more who stays.",
        "One point more would have taken {n} customers more who stay.",
        more,
    )
    return text.format(n=format_number(more))


def _nothing_to_claim(kept: RetentionTable) -> Finding:
    if (kept.table["status"] == WITHHELD).any():
        claim = _("No rate is shown: in every period it would rest on too small a group of customers.")
        caveat = _("Take longer periods, or make a private report without a smallest group (min_cell=None).")
    else:
        claim = _("There was nobody to keep yet: no period began with a customer.")
        caveat = _("A rate needs customers at the start of a period. Take shorter periods or wait for the next one.")
    return Finding(claim, kept.to_pandas(), caveat)


def _kept_of(row: pd.Series, when: str) -> str:
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


def _interval(row: pd.Series) -> str:
    text = _("(95% interval {low} to {high})")
    return text.format(low=format_percent(row["crr_low"]), high=format_percent(row["crr_high"]))


def _running_caveat(row: pd.Series) -> list[str]:
    return (
        [_("The period had not ended when the data ended, so this is no result yet.")]
        if row["status"] == RUNNING
        else []
    )


def _later_caveats(kept: RetentionTable, row: pd.Series) -> list[str]:
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


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _returned_caveat(row: pd.Series) -> list[str]:
    n = int(row["returned"])
    if not n:
        return []
    text = ngettext(
        "{n} customer who returned is not counted as kept.", "{n} customers who returned are not counted as kept.", n
    )
    return [text.format(n=format_number(n))]


def _few_caveat(row: pd.Series) -> list[str]:
    if row["start"] >= FEW:
        return []
    text = ngettext(
        "With {n} customer at the start, one person moves the rate by {step}.",
        "With {n} customers at the start, one person moves the rate by {step}.",
        int(row["start"]),
    )
    return [text.format(n=format_number(row["start"]), step=format_points(1 / row["start"]).lstrip("+"))]


def _change_claim(change: float, low: float, high: float) -> str:
    if low > 0:
        return _("Up from {was} ({then}) to {is}: more than chance alone would bring.")
    if high < 0:
        return _("Down from {was} ({then}) to {is}: more than chance alone would bring.")
    if not change:
        return _("The same as before: {was} ({then}) and {is}.")
    return _("No telling whether it changed: {was} ({then}) and {is} are within chance of each other.")


def _lost_words(lost: int, start: int) -> str:
    if not lost:
        return _("Nobody left")
    text = ngettext("Of {start} customer {n} left", "Of {start} customers {n} left", start)
    return text.format(start=format_number(start), n=format_number(lost))


def _gained_words(row: pd.Series) -> list[str]:
    new, back = int(row["new"]), int(row["returned"])
    came = ngettext("{n} came for the first time", "{n} came for the first time", new) if new else _("nobody new came")
    returned = [ngettext("{n} returned", "{n} returned", back).format(n=format_number(back))] if back else []
    return [came.format(n=format_number(new)), *returned]


def _new_caveat(kept: RetentionTable) -> str:
    if kept.card.unit != "buyer":
        return _("New are customers for the first time ever in this list.")
    text = _("New are buyers for the first time in this list. It begins on {day}: who bought before that is not known.")
    return text.format(day=day_name(kept.table["from_"].iloc[0]))


def _gross_caveat(row: pd.Series) -> str:
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


def _rows(kept: RetentionTable, *rows: pd.Series) -> pd.DataFrame:
    chosen = kept.table["period"].isin([row["period"] for row in rows])
    return kept.table[chosen]


def balance_finding(kept: RetentionTable) -> Finding:
    """In how many periods the account balances; if not in all of them, that is a fault of crrkit."""
    shown = kept.table.dropna(subset=COUNTS)
    gaps = shown[shown["start"] - shown["lost"] + shown["new"] + shown["returned"] != shown["end"]]
    n = periods_counted(len(shown), kept.every)
    claim = _("The account balances in every period ({n}).").format(n=n)
    if len(shown) < len(kept.table):
        claim = _("The account balances in every period that is shown in full ({n}).").format(n=n)
    if len(gaps):
        claim = _("The account does not balance in {periods}: a fault of crrkit, please tell us.")
        claim = claim.format(periods=", ".join(gaps["period"]))
    return Finding(claim, shown, _("The end of each period is the start of the next."))
