"""Findings: sentences written from the numbers, each with what it rests on and what must not be forgotten.

One function a finding. The words follow the numbers: a change inside its interval is not called one, a running period
is not called a result, and where there was nobody to keep nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import newcombe
from crrkit.ground import format_cell, format_number, format_percent, format_points, gettext as _, ngettext
from crrkit.measure import COMPLETE
from crrkit.report import phrases
from crrkit.report.account import reference_row
from crrkit.report.withhold import WITHHELD
from crrkit.report.words import capital, in_period, period_name, periods_counted

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.read import QualityReport

TOLD_COUNTS = ["start", "kept", "lost", "new", "returned", "end"]


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
    """How many were kept in the latest complete period: the headline of a report.

    Where the period does not suit the customers' rhythm the claim says so before it says the rate.
    """
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    when = in_period(row, kept.every)
    claim = capital(f"{phrases.kept_words(row, when)} {phrases.interval_words(row)}.")
    caveats = [
        *kept.quality.doubts,
        *kept.notes,
        *([kept.rhythm.note] if kept.rhythm and kept.rhythm.note else []),
        *phrases.running_caveat(row),
        *phrases.later_caveats(kept, row),
        *phrases.returned_caveat(row),
        *phrases.few_caveat(row),
    ]
    claim = " ".join(filter(None, [kept.warning, claim]))
    return Finding(claim, _rows(kept, row), " ".join([*caveats, phrases.process_caveat(row)]))


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
        "then": period_name(then, kept.every),
        "was": format_percent(then["crr"]),
        "is": format_percent(now["crr"]),
    }
    caveat = _("Difference {change}, 95% interval {low} to {high}.").format(
        change=format_points(change), low=format_points(low), high=format_points(high)
    )
    if then["until"] == now["from_"] and kept.every != "year":
        caveat += " " + _("Neighbouring periods may differ by their season alone.")
    return Finding(phrases.change_claim(change, low, high).format(**words), _rows(kept, then, now), caveat)


def earlier_periods(kept: RetentionTable) -> list[str]:
    """The periods that the headline's is held against: the same one a year earlier and the one before."""
    row = reference_row(kept)
    if row is None:
        return []
    rated = kept.table[kept.table["crr"].notna()]
    year_ago = rated["from_"] == row["from_"] - pd.DateOffset(years=1)
    return list(rated["period"][year_ago | (rated["until"] == row["from_"])])


def movement_finding(kept: RetentionTable) -> Finding:
    """How the customers of the start became those of the end."""
    row = reference_row(kept)
    if row is None:
        return _nothing_to_claim(kept)
    parts = [phrases.lost_words(int(row["lost"]), int(row["start"])), *phrases.gained_words(row)]
    claim = _("{movement}; that makes {n} at the end.")
    claim = claim.format(movement="; ".join(parts), n=format_number(row["end"]))
    return Finding(claim, _rows(kept, row), phrases.new_caveat(kept))


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
    claim, caveat = phrases.trend_words(some_withheld=WITHHELD in set(kept.table["status"]))
    return Finding(claim.format(**words), rows, caveat)


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
    return Finding(claim.format(**words), _rows(kept, row), f"{caveat} {phrases.gross_caveat(row)}".strip())


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
        phrases.worth_words(int(row["start"]), int(row["lost"])),
        _rows(kept, row),
        _("New customers do not move the rate."),
    )


def _nothing_to_claim(kept: RetentionTable) -> Finding:
    if (kept.table["status"] == WITHHELD).any():
        claim = _("No rate is shown: in every period it would rest on too small a group of customers.")
        caveat = _("Take longer periods, or make a private report without a smallest group (min_cell=None).")
    else:
        claim = _("There was nobody to keep yet: no period began with a customer.")
        caveat = _("A rate needs customers at the start of a period. Take shorter periods or wait for the next one.")
    return Finding(claim, kept.to_pandas(), caveat)


def _rows(kept: RetentionTable, *rows: pd.Series) -> pd.DataFrame:
    chosen = kept.table["period"].isin([row["period"] for row in rows])
    return kept.table[chosen]


def balance_finding(kept: RetentionTable) -> Finding:
    """In how many periods the account balances; if not in all of them, that is a fault of crrkit."""
    shown = kept.table.dropna(subset=TOLD_COUNTS)
    gaps = shown[shown["start"] - shown["lost"] + shown["new"] + shown["returned"] != shown["end"]]
    n = periods_counted(len(shown), kept.every)
    claim = _("The account balances in every period ({n}).").format(n=n)
    if len(shown) < len(kept.table):
        claim = _("The account balances in every period that is shown in full ({n}).").format(n=n)
    if len(gaps):
        claim = _("The account does not balance in {periods}: a fault of crrkit, please tell us.")
        claim = claim.format(periods=", ".join(gaps["period"]))
    return Finding(claim, shown, _("The end of each period is the start of the next."))
