"""Results of comparing segments: with each other, and each with its own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import Shown, gettext as _, mark, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


MOST_SHOWN = 10  # rows displayed; the table has all of them
DIFFER, CANNOT_TELL_APART, NOBODY_TO_KEEP = mark("differ"), mark("cannot tell"), mark("nobody to keep")
ROSE, FELL = mark("rose"), mark("fell")


class _Strongest(Shown):
    """A table sorted by strength of evidence; the first rows are shown, the number of the others is stated."""

    notes: tuple[str, ...] = ()

    def below(self) -> tuple[str, ...]:
        """The number of rows not shown, and the notes."""
        rest = max(len(self.table) - MOST_SHOWN, 0)
        text = ngettext(
            "{n} weaker comparison is not shown; .table has them all.",
            "{n} weaker comparisons are not shown; .table has them all.",
            rest,
        )
        return (*([text.format(n=rest)] if rest else []), *self.notes)

    def _shown_rows(self) -> list[list[str]]:
        return super()._shown_rows()[:MOST_SHOWN]


@dataclass(frozen=True, eq=False, repr=False)
class SegmentChanges(_Strongest):
    """Each segment compared with its own past, the strongest evidence first.

    Attributes:
        table: One row per segment: ``segment crr_before crr_after difference low high p_value p_holm few verdict``;
            verdicts are ``fell``, ``rose``, ``cannot tell`` and ``nobody to keep``.
        before: The earlier period's name.
        period: The later period's name.
        change: The change of the overall rate.
    """

    table: pd.DataFrame
    before: str
    period: str
    change: float

    kinds: ClassVar[Mapping[str, str]] = {
        "segment": "text", "crr_before": "rate", "crr_after": "rate", "difference": "points", "low": "points",
        "high": "points", "p_holm": "p_value", "verdict": "word",
    }  # fmt: skip

    @property
    def moved(self) -> pd.DataFrame:
        """The segments that changed by more than chance."""
        return self.table[self.table["verdict"].isin([FELL, ROSE])]

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "segment": _("segment"), "crr_before": _("CRR before"), "crr_after": _("CRR after"),
            "difference": _("difference"), "low": _("from"), "high": _("to"), "p_holm": _("p, Holm"),
            "verdict": _("verdict"),
        }  # fmt: skip

    def caption(self) -> str:
        """How many segments changed by more than chance."""
        n = len(self.table)
        text = ngettext(
            "{before} → {period}: {moved} of {n} segment moved by more than chance",
            "{before} → {period}: {moved} of {n} segments moved by more than chance",
            n,
        )
        return text.format(before=self.before, period=self.period, moved=len(self.moved), n=n)


@dataclass(frozen=True, eq=False, repr=False)
class SegmentComparison(_Strongest):
    """The segments of one period compared pairwise, the strongest evidence first.

    Attributes:
        table: One row per pair: ``one other crr_one crr_other difference low high p_value p_holm few verdict``.
        period: The period's name.
        notes: Warnings, one sentence each.
        past: Each segment compared with its own past; None if the account has no earlier period.
    """

    table: pd.DataFrame
    period: str
    notes: tuple[str, ...] = ()
    past: SegmentChanges | None = None

    kinds: ClassVar[Mapping[str, str]] = {
        "one": "text", "other": "text", "crr_one": "rate", "crr_other": "rate", "difference": "points",
        "low": "points", "high": "points", "p_holm": "p_value", "verdict": "word",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "one": _("segment"), "other": _("against"), "crr_one": _("CRR of the segment"),
            "crr_other": _("CRR of the other"),
            "difference": _("difference"), "low": _("from"), "high": _("to"), "p_holm": _("p, Holm"),
            "verdict": _("verdict"),
        }  # fmt: skip

    def caption(self) -> str:
        """How many pairs differ by more than chance."""
        n = int((self.table["verdict"] == DIFFER).sum())
        text = ngettext(
            "{period}: {n} of {pairs} pair differs", "{period}: {n} of {pairs} pairs differ", len(self.table)
        )
        return text.format(period=self.period, n=n, pairs=len(self.table))

    def __str__(self) -> str:
        """The pairs, and each segment against its past."""
        return "\n".join([super().__str__(), *([] if self.past is None else [str(self.past)])])

    __repr__ = __str__

    def to_html(self) -> str:
        """The pairs, and each segment against its past."""
        return super().to_html() + ("" if self.past is None else self.past.to_html())
