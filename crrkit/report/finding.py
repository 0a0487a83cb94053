"""A finding: a sentence generated from the numbers, with its evidence and its caveat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit.ground import format_in_points, format_number, format_percent, gettext as _
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.measure import RetentionTable

PAIR = 2  # for a comparison
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ])")
TYPED = re.compile(r"\b[a-z_]+(?:=\S|\(\w*\))|=[,.\s]")


@dataclass(frozen=True, eq=False)
class Finding:
    """One statement derived from the numbers.

    Attributes:
        claim: A sentence with its numbers.
        evidence: The rows that it is based on.
        caveat: The limits of the statement; part of the finding and never empty.
        is_informative: Whether it is informative; otherwise it is set in small print and is not a section's heading.
    """

    claim: str
    evidence: pd.DataFrame
    caveat: str
    is_informative: bool = True

    def __str__(self) -> str:
        return f"{self.claim}\n{self.caveat}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        text = f"### {self.claim}\n\n{self.caveat}"
        return text.replace("$", r"\$")  # two sums in dollars would be set as a formula


def nothing_to_claim(kept: RetentionTable) -> Finding:
    """Why there is no rate at all."""
    if (kept.table["status"] == WITHHELD).any():
        claim = _("No rate is shown: in every period it would rest on too small a group of customers.")
        caveat = _(
            "Longer periods may help. If the whole list is that small, only a private report, which suppresses"
            " nothing, can show a rate."
        )
    else:
        claim = _("There was nobody to keep yet: no period began with a customer.")
        caveat = _("A rate needs customers at the start of a period. Take shorter periods or wait for the next one.")
    return Finding(claim, kept.to_pandas(), caveat)


def plainly(text: str) -> str:
    """A text without the sentences on what to type, which are for the analyst and not for the reader of a report.

    Examples:
        >>> plainly("All end on one day. If that is an export, use open_ends=['2013-10-01'].")
        'All end on one day.'
        >>> plainly("Use every='month'.")
        "Use every='month'."
    """
    sentences = SENTENCE_END.split(text)
    told = [sentence for sentence in sentences if not TYPED.search(sentence)]
    return " ".join(told) or text


def difference_words(change: float, low: float, high: float) -> str:
    """A difference of two rates with its interval."""
    text = _("Difference {change}, 95% interval {low} to {high}.")
    ends = {"change": change, "low": low, "high": high}
    return text.format(**{name: format_in_points(value) for name, value in ends.items()})


def share_words(kept: float, start: float) -> str:
    """A share with its counts: ``54.3% (69 of 127)``."""
    counts = {"kept": format_number(kept), "start": format_number(start)}
    return _("{share} ({kept} of {start})").format(share=format_percent(kept / start), **counts)


def rows_of(kept: RetentionTable, *rows: pd.Series) -> pd.DataFrame:
    """The complete rows of an account that a finding is based on."""
    chosen = kept.table["period"].isin([row["period"] for row in rows])
    return kept.table[chosen]
