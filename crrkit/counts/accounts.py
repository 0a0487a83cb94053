"""The account of one period, ``start - lost + new + returned = end``, and the errors for counts that contradict it.

Counts that no group of customers can have produced are refused, not clipped: they mean that ``new`` or ``lost`` was
counted under another rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import (
    AccountingMismatch,
    InconsistentCounts,
    Shown,
    format_cell,
    gettext as _,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

COUNTS = ("start", "end", "new", "lost")
RATES = ("crr", "churn")
MAYBE_NEW = ("joined_and_left", "returned", "returned_and_left", "rejoined")  # counted as new by some conventions only


@dataclass(frozen=True, kw_only=True, repr=False)
class Counts(Shown):
    """A balanced account of one period; ``end``, ``kept``, ``crr`` and ``churn`` follow from the rest.

    Attributes:
        start: Customers at the start of the period.
        lost: Customers of the start who are gone at the end.
        new: Customers at the end who had never been customers before.
        returned: Former customers, absent at the start, who are customers again at the end.

    Examples:
        >>> Counts(start=70, lost=10, new=30).end
        90
    """

    start: float
    lost: float
    new: float
    returned: float = 0

    kinds: ClassVar[Mapping[str, str]] = {
        "start": "count",
        "lost": "count",
        "new": "count",
        "returned": "count",
        "end": "count",
        "crr": "rate",
        "churn": "rate",
    }

    @property
    def end(self) -> float:
        """Customers at the end: ``start - lost + new + returned``."""
        return self.start - self.lost + self.new + self.returned

    @property
    def kept(self) -> float:
        """Customers of the start who are still there at the end: ``start - lost``."""
        return self.start - self.lost

    @property
    def crr(self) -> float:
        """Customer retention rate ``kept / start``, a fraction; NaN if ``start`` is 0."""
        return self.kept / self.start if self.start else math.nan

    @property
    def churn(self) -> float:
        """Churn rate ``lost / start``, a fraction; NaN if ``start`` is 0."""
        return self.lost / self.start if self.start else math.nan

    @cached_property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed on access: see _shown_rows
        """The account as a data frame of one row."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(self, name) for name in self.kinds}])

    def titles(self) -> dict[str, str]:
        """Return the heading of each column in the current language."""
        words = (_("start"), _("lost"), _("new"), _("returned"), _("end"), _("CRR"), _("churn"))
        return dict(zip(self.kinds, words, strict=True))

    def _shown_names(self) -> list[str]:
        return list(self.kinds)

    def _shown_rows(self) -> list[list[str]]:
        # Not through `table`: printing an account must not import pandas, which takes a second.
        return [[format_cell(getattr(self, name), kind) for name, kind in self.kinds.items()]]


def contradiction(counts: Mapping[str, float]) -> tuple[str, InconsistentCounts] | None:
    """Return what is wrong with the counts of a period as (one-word reason, error to raise), or None.

    If ``start`` is 0 there is no rate to protect, and only ``lost``, if given, is checked.
    """
    start, end, lost = counts["start"], counts["end"], counts.get("lost")
    came = counts["new"] + counts["returned"]
    label = "new + returned" if counts["returned"] else "new"
    if lost is not None and lost > start:
        return "lost_exceeds_start", too_many_lost(lost=lost, start=start)
    if start and came > end and not same(came, end, scale=end):
        return "new_exceeds_end", _too_many_came(label, came=came, end=end)
    if start and end - came > start and not same(end - came, start, scale=end):
        return "kept_exceeds_start", too_many_kept(label, came=came, start=start, end=end)
    if lost is None or same(start - lost + came, end, scale=end):
        return None
    return "accounting_mismatch", _unbalanced(expected=start - lost + came, end=end)


def same(one: float, other: float, *, scale: float = 0, trust: float = 1e-15) -> bool:
    """Return whether two numbers are equal up to rounding error, which grows with the ``scale`` of the numbers used."""
    return math.isclose(one, other, rel_tol=0, abs_tol=1e-9 + trust * scale)


def too_many_kept(label: str, *, came: float, start: float, end: float) -> InconsistentCounts:
    """Return the error for ``end - new - returned > start``: more kept than there were at the start."""
    message = _(
        "end={end} less {label}={came} leaves {kept}, more than start={start}: at least {extra}"
        " {extra:customer|customers} who returned or were given a second id are missing from new. Give those who"
        " returned as returned=."
    )
    numbers = {"came": came, "start": start, "end": end, "kept": end - came, "extra": end - came - start}
    text = message.format(label=label, **{name: plain(value) for name, value in numbers.items()})
    return InconsistentCounts(text, argument="new", given=came)


def too_many_lost(*, lost: float, start: float) -> InconsistentCounts:
    """Return the error for ``lost > start``."""
    message = _(
        "lost={lost} is more than start={start}: it includes newcomers, or people who left more than once. "
        "Count each customer of the start at most once."
    )
    return InconsistentCounts(message.format(lost=plain(lost), start=plain(start)), argument="lost", given=lost)


def plain(value: float) -> str:
    """Format a number for a message: 12 significant digits, which hides floating-point noise."""
    return f"{value:.12g}"


def _too_many_came(label: str, *, came: float, end: float) -> InconsistentCounts:
    message = _(
        "{label}={came} is more than end={end}: it counts people who are no longer here, and at least {gone} of them "
        "left. Count only those who are still there, or ask crr_bounds what is certain."
    )
    text = message.format(label=label, came=plain(came), end=plain(end), gone=plain(came - end))
    return InconsistentCounts(text, argument="new", given=came)


def _unbalanced(*, expected: float, end: float) -> AccountingMismatch:
    residual = end - expected
    if residual > 0:
        message = _(
            "start - lost + new + returned = {expected}, but end={end}: {gap} {gap:customer|customers} came"
            " unexplained."
        )
    else:
        message = _(
            "start - lost + new + returned = {expected}, but end={end}: {gap} {gap:customer|customers} left"
            " unexplained."
        )
    text = message.format(expected=plain(expected), end=plain(end), gap=plain(abs(residual)))
    return AccountingMismatch(text, residual=residual, argument="end", given=end)
