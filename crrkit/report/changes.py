"""Whether the rate changed: the headline period compared with the previous one and the one a year earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import newcombe
from crrkit.ground import format_in_points, format_number, format_percent, gettext as _
from crrkit.judge import control_chart
from crrkit.measure import COMPLETE
from crrkit.report.account import reference_row
from crrkit.report.finding import Finding, nothing_to_claim, rows_of
from crrkit.report.period_names import period_name
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable

LONG_ENOUGH = 8  # periods needed for a signal
WIDER = 1.05  # a smaller factor would be printed as "1.0 times as much"


def change_finding(kept: RetentionTable, *, since: str) -> Finding:
    """Whether the headline period differs from an earlier one by more than chance.

    Args:
        kept: The account.
        since: The name of the earlier period, such as ``"2024-02"``; both must have a rate.
    """
    now, then = reference_row(kept), kept.row(since)
    if now is None or pd.isna(then["crr"]):
        return nothing_to_claim(kept)
    change = now["crr"] - then["crr"]
    low, high = newcombe(int(now["kept"]), int(now["start"]), int(then["kept"]), int(then["start"]))
    words = {
        "then": period_name(then, kept.every),
        "was": format_percent(then["crr"]),
        "is": format_percent(now["crr"]),
    }
    caveat = _("Difference {change}, 95% interval {low} to {high}.").format(
        change=format_in_points(change), low=format_in_points(low), high=format_in_points(high)
    )
    caveat = " ".join(filter(None, [caveat, _usual_scatter(kept)]))
    if then["until"] == now["from_"] and kept.every != "year":
        caveat += " " + _("Neighbouring periods may differ by season alone.")
    told = change_claim(change, low, high).format(**words)
    return Finding(told, rows_of(kept, then, now), caveat, is_news=low > 0 or high < 0)


def _usual_scatter(kept: RetentionTable) -> str:
    """A note that the interval covers only chance, if the periods vary by more."""
    whole = kept.table[(kept.table["status"] == COMPLETE) & kept.table["crr"].notna()]
    if len(whole) < LONG_ENOUGH or WITHHELD in set(kept.table["status"]):
        return ""
    times = control_chart(kept).dispersion
    if times < WIDER:
        return ""
    text = _(
        "That is the interval of chance alone; neighbouring periods of this list usually differ {times}"
        " {times:time|times} as much."
    )
    return text.format(times=format_number(times, digits=1))


def change_claim(change: float, low: float, high: float) -> str:
    """Up, down or undecided, by the interval of the difference."""
    if low > 0:
        return _("Up from {was} ({then}) to {is}: more than chance alone would explain.")
    if high < 0:
        return _("Down from {was} ({then}) to {is}: more than chance alone would explain.")
    if not change:
        return _("The same as before: {was} ({then}) and {is}.")
    return _("{was} ({then}) and {is} are no further apart than chance alone would explain.")
