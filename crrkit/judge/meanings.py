"""The counts formula under every meaning of "new", for one period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.counts import MAYBE_NEW, too_many_lost
from crrkit.ground import Shown, check_count, format_cell, gettext as _
from crrkit.judge.conventions import CONVENTIONS, Convention, formula

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False, repr=False)
class Meanings(Shown):
    """The counts formula under every meaning of "new", for one period.

    Attributes:
        table: Sixteen rows: which flows are called new in addition to first-timers who stayed (``joined_and_left
            returned returned_and_left rejoined``, 0 or 1), ``new`` counted that way, ``crr`` by the formula, and its
            ``difference`` from the truth.
        truth: The share of the customers at the start who are still there at the end; NaN if there were none.
    """

    table: pd.DataFrame
    truth: float

    kinds: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(MAYBE_NEW, "count"), "new": "count", "crr": "rate", "difference": "points",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "joined_and_left": _("joined and left"), "returned": _("came back"),
            "returned_and_left": _("came back and left"), "rejoined": _("left and rejoined"), "new": _("new"),
            "crr": _("CRR"), "difference": _("difference"),
        }  # fmt: skip

    def caption(self) -> str:
        """The true rate, and the range over the meanings."""
        text = _("Kept: {truth}. By the formula, depending on who is called new: {low} to {high}")
        rates = {"truth": self.truth, "low": self.table["crr"].min(), "high": self.table["crr"].max()}
        return text.format(**{name: format_cell(float(rate), "rate") for name, rate in rates.items()})


def who_is_new(
    start: int,
    *,
    lost: int,
    new: int,
    joined_and_left: int = 0,
    returned: int = 0,
    returned_and_left: int = 0,
    rejoined: int = 0,
) -> Meanings:
    """Compute ``(end - new) / start`` under every meaning of "new", compared with the true share of customers kept.

    With ``a r s h`` = 1 if the flow is called new and 0 if not, the formula differs from the truth ``(start - lost) /
    start`` by ``((1 - r) returned - a joined_and_left - s returned_and_left - h rejoined) / start``. Nothing is
    clipped: a result may be below 0 or above 1.

    Args:
        start: Customers at the start. With 0 the rate is NaN.
        lost: Those of them who are no longer customers at the end.
        new: First-time customers still there at the end; every meaning includes them.
        joined_and_left: First-time customers who left again before the end.
        returned: Former customers who returned in the period and are there at the end.
        returned_and_left: Former customers who returned and left again.
        rejoined: Further joins within the period by the same customer, who left and came back.

    Returns:
        The sixteen rates, with ``.truth``.

    Raises:
        InputError: If a count is negative or not an integer.
        InconsistentCounts: If ``lost`` is above ``start``.

    Examples:
        A list of eleven customers:

        >>> flows = {"joined_and_left": 1, "returned": 1, "returned_and_left": 1, "rejoined": 1}
        >>> answers = who_is_new(5, lost=2, new=2, **flows)
        >>> answers.truth, sorted(set(answers.table["crr"]))
        (0.6, [0.0, 0.2, 0.4, 0.6, 0.8])
    """
    named = {"joined_and_left": joined_and_left, "returned": returned, "returned_and_left": returned_and_left}
    given = {"start": start, "lost": lost, "new": new, **named, "rejoined": rejoined}
    counts = {name: int(check_count(value, name=name)) for name, value in given.items()}
    if counts["lost"] > counts["start"]:
        raise too_many_lost(lost=counts["lost"], start=counts["start"])
    rows = [
        _meant(dict(zip(MAYBE_NEW, marks, strict=True)), counts) for marks in product((0, 1), repeat=len(MAYBE_NEW))
    ]
    truth = CONVENTIONS[0].rate(_as_flows(counts))
    return Meanings(pd.DataFrame(rows).assign(difference=lambda table: table["crr"] - truth), truth)


def _meant(marks: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, float]:
    convention = Convention("", "", formula(**{name: bool(mark) for name, mark in marks.items()}))
    called_new = counts["new"] + sum(counts[name] for name, mark in marks.items() if mark)
    return {**marks, "new": called_new, "crr": convention.rate(_as_flows(counts))}


def _as_flows(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of `who_is_new` by the names that conventions use; those who rejoined and stayed count as kept."""
    flows = {"through": counts["start"] - counts["lost"], "rejoined_kept": 0, "extra_joins": counts["rejoined"]}
    flows |= {"new_lost": counts["joined_and_left"], "returned_lost": counts["returned_and_left"]}
    return flows | {name: counts[name] for name in ("lost", "new", "returned")}
