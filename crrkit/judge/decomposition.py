"""Why the rate changed: because the segments' own rates changed, or because the mix of customers did.

The rate of a base is the mean of the rates of its stages or segments, weighted by their shares. Both the shares and the
rates can move it; the overall rate alone cannot tell which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import (
    Shown,
    check_choice,
    format_cell,
    format_points,
    gettext as _,
)
from crrkit.judge.segment_rates import read_segments, two_periods
from crrkit.judge.segments import simpson_notes
from crrkit.measure import RetentionTable
from crrkit.rules import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.measure.stages import StageFlow

SPLITS = ("twofold", "threefold")
STILL = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Decomposition(Shown):
    """A change of the rate, split exactly into rate and mix effects, one row per stage or segment.

    Attributes:
        table: ``segment share_before share_after crr_before crr_after``; ``rate_effect``, the effect of its own rate;
            ``mix_effect``, the effect of its share, measured from the mean rate, so that each row can be read alone;
            ``mix_raw``, the same measured from zero, with the same sum; ``interaction`` (threefold only); ``effect``,
            the row's total.
        crr_before: The rate before.
        crr_after: The rate after.
        kind: ``twofold`` or ``threefold``.
        notes: Warnings, one sentence each.
        of_stages: Whether the segments are stages, whose names are shown in the current language.
    """

    table: pd.DataFrame
    crr_before: float
    crr_after: float
    kind: str
    notes: tuple[str, ...] = ()
    of_stages: bool = False

    kinds: ClassVar[Mapping[str, str]] = {
        "segment": "text", "share_before": "rate", "share_after": "rate", "crr_before": "rate", "crr_after": "rate",
        "rate_effect": "points", "mix_effect": "points", "interaction": "points", "effect": "points",
    }  # fmt: skip

    @property
    def change(self) -> float:
        """The rate after minus the rate before."""
        return self.crr_after - self.crr_before

    @property
    def rate_effect(self) -> float:
        """The effect of the segments' rates on the overall rate."""
        return float(self.table["rate_effect"].sum())

    @property
    def mix_effect(self) -> float:
        """The effect of the segments' shares on the overall rate."""
        return float(self.table["mix_effect"].sum())

    @property
    def interaction(self) -> float:
        """The joint effect of both; 0 in a twofold split."""
        return float(self.table["interaction"].sum()) if self.kind == "threefold" else 0.0

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "segment": _("segment"), "share_before": _("share before"), "share_after": _("share after"),
            "crr_before": _("CRR before"), "crr_after": _("CRR after"), "rate_effect": _("by rate"),
            "mix_effect": _("by mix"), "interaction": _("by both"), "effect": _("together"),
        }  # fmt: skip

    def caption(self) -> str:
        """The change and its components."""
        text = _("CRR {before} → {after}: {change} = {rate} by rate, {mix} by mix")
        if self.kind == "threefold":
            text = _("CRR {before} → {after}: {change} = {rate} by rate, {mix} by mix, {both} by both")
        parts = {"change": self.change, "rate": self.rate_effect, "mix": self.mix_effect, "both": self.interaction}
        return text.format(
            before=format_cell(self.crr_before, "rate"),
            after=format_cell(self.crr_after, "rate"),
            **{name: format_points(value, digits=2) for name, value in parts.items()},
        )

    def below(self) -> tuple[str, ...]:
        """The warnings."""
        return self.notes

    def _shown_kinds(self) -> list[str]:
        names = ["word"] if self.of_stages else ["text"]
        return names + super()._shown_kinds()[1:]


def decompose(
    of: Any = None,
    after: Any = None,
    *,
    before: Any = None,
    kind: str = "twofold",
    by: str | Sequence[str] = (),
    account: RetentionTable | StageFlow | None = None,
) -> Decomposition:
    r"""Split a change of the rate into the effect of the segments' rates and the effect of their mix.

    With shares ``w`` and rates ``r`` before (0) and after (1), ``crr = sum(w * r)`` and exactly

    ``crr1 - crr0 = sum((w0 + w1)/2 * (r1 - r0)) + sum(((r0 + r1)/2 - c) * (w1 - w0))``, rate and mix,

    where ``c = (crr0 + crr1)/2`` does not change the sum but makes each row interpretable: a segment with an
    above-average rate raises the overall rate when its share grows. Swapping before and after flips every sign. There
    are infinitely many ways to split a weighted mean; this one favours neither period. ``threefold`` weights by the
    earlier period, ``sum(w0 * dr) + sum((r0 - crr0) * dw) + sum(dw * dr)``; the last term is the interaction.

    ``decompose(kept, before="2023", after="2024")`` splits the change between two periods of an account by segments or
    of a stage flow; ``decompose(before, after)`` the change between two states.

    Args:
        of: An account by segments, ``retention_by_period(..., by=...)``, or a ``stage_flow``, in which both periods are
            looked up. Or the earlier of two states: a mapping ``{segment: (start, kept)}`` of counts, or ``(share,
            rate)`` with shares that sum to 1, or ``(start, rate)``; or a data frame with columns of these names
            (``crr`` is accepted for ``rate``).
        after: The later period's name; or the later state. A segment missing in a state had no customers.
        before: The earlier period's name, by default the one before; or the earlier state, by its name.
        kind: ``twofold`` or ``threefold``.
        by: For data frames, the columns that identify the segment; by default the index.
        account: For the older call, ``decompose("2023", "2024", account=kept)``.

    Returns:
        The split, with ``.rate_effect .mix_effect .interaction .change``. A segment without customers in one of the
        periods has no rate there (NaN): its whole effect is mix.

    Raises:
        ValueError: If a period is missing, unknown or without customers at its start, shares do not sum to 1, or more
            customers were kept than there were.

    References:
        Kitagawa 1955, Journal of the American Statistical Association 50:1168-1194; Das Gupta 1993.

    Examples:
        Both stages retain better, and yet the rate falls:

        >>> split = decompose({"middle": (.4, .55), "long": (.6, .925)}, {"middle": (.7, .57), "long": (.3, .93)})
        >>> round(split.crr_before, 3), round(split.crr_after, 3)
        (0.775, 0.678)
        >>> round(split.rate_effect, 5), round(split.mix_effect, 5)
        (0.01325, -0.11025)
        >>> split.notes[0]
        'Every segment kept more of its customers, yet the overall rate fell: the mix of segments changed (Simpson).'

        >>> decompose({"all": (10, 11)}, {"all": (10, 9)})
        Traceback (most recent call last):
            ...
        crrkit.InconsistentCounts: before: 11 of 10 were kept in 'all'. Give (start, kept) with kept no more ...
    """
    check_choice(kind, name="kind", choices=SPLITS)
    if account is not None:
        of, before = account, of if before is None else before
    are_segments = isinstance(of, RetentionTable)  # named by the list, even if like a stage
    if isinstance(of, Shown):
        before, after, by = two_periods(of, before, after)
    elif before is None:
        before = of
    old, new = read_segments(before, by, "before"), read_segments(after, by, "after")
    names = list(dict.fromkeys([*old.index, *new.index]))
    old, new = (_complete(rows, names) for rows in (old, new))
    table, crr = _split(old, new, threefold=kind == "threefold")
    of_stages = not are_segments and set(names) <= set(STAGES)
    notes = _notes(table, crr[1] - crr[0], of_stages=of_stages)
    return Decomposition(table, crr[0], crr[1], kind, tuple(notes), of_stages)


def _split(old: pd.DataFrame, new: pd.DataFrame, *, threefold: bool) -> tuple[pd.DataFrame, tuple[float, float]]:
    # A segment without customers takes the rate of the other period: its whole effect is then mix.
    r0 = old["rate"].fillna(new["rate"]).fillna(STILL).to_numpy()
    r1 = new["rate"].fillna(old["rate"]).fillna(STILL).to_numpy()
    w0, w1 = old["share"].to_numpy(), new["share"].to_numpy()
    dr, dw = r1 - r0, w1 - w0
    crr = float(w0 @ r0), float(w1 @ r1)
    weight, level, centre = (w0, r0, crr[0]) if threefold else ((w0 + w1) / 2, (r0 + r1) / 2, (crr[0] + crr[1]) / 2)
    parts = {"rate_effect": weight * dr, "mix_effect": (level - centre) * dw, "mix_raw": level * dw}
    both = dw * dr if threefold else np.zeros(len(dw))
    table = pd.DataFrame({
        "segment": old.index, "share_before": w0, "share_after": w1, "crr_before": old["rate"].to_numpy(),
        "crr_after": new["rate"].to_numpy(), **parts, **({"interaction": both} if threefold else {}),
        "effect": parts["rate_effect"] + parts["mix_effect"] + both,
    })  # fmt: skip
    return table, crr


def _notes(table: pd.DataFrame, change: float, *, of_stages: bool) -> list[str]:
    only_once = table.loc[table["crr_before"].isna() ^ table["crr_after"].isna(), "segment"]
    notes = [*simpson_notes(list(_moves(table)), change)]
    if len(only_once):
        text = _("Only in one of the periods, so that all they do is mix: {names}.")
        notes.append(text.format(names=", ".join(_(name) if of_stages else str(name) for name in only_once)))
    return notes


def _moves(table: pd.DataFrame) -> pd.Series:
    """The change of rate of each segment that had customers in at least one period."""
    there = table["crr_before"].notna() | table["crr_after"].notna()
    return (table["crr_after"] - table["crr_before"])[there]


def _complete(rows: pd.DataFrame, names: list[Any]) -> pd.DataFrame:
    full = rows.reindex(names)
    full["share"] = full["share"].fillna(0.0)
    return full
