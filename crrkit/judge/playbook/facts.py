"""The numbers that the rules use, gathered once: aggregates only, nothing about a single customer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crrkit.counts import wilson
from crrkit.ground import format_number, format_percent, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.counts import Interval
    from crrkit.judge import Assessment, Decomposition, TargetHistory
    from crrkit.judge.whatif import LeverTable
    from crrkit.measure import Concentration, RetentionTable
    from crrkit.measure.stages import StageFlow

ONE_POINT = 0.01  # the change for which effects are computed
# The measures of a flow relevant to each lever; the first is the card's evidence.
MEASURES_OF = {
    "conversion": ("conversion",),
    "retention_middle": ("second purchase", "retention of middle"),
    "promotion": ("promotion",),
    "retention_long": ("retention of long",),
    "winback": ("win-back",),
}
STAGE_OF = {
    "conversion": "short", "retention_middle": "middle", "promotion": "middle", "retention_long": "long",
    "winback": "lapsed",
}  # fmt: skip


@dataclass(frozen=True)
class Share:
    """A share: a count out of a total."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        """The share; NaN if the total is 0."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> Interval:
        """Wilson's interval (95%)."""
        return wilson(self.hits, self.of)

    def __str__(self) -> str:
        text = _("{hits} of {of}, {rate} (95% interval {low} to {high})")
        low, high = self.interval
        words = {"hits": format_number(self.hits), "of": format_number(self.of), "rate": format_percent(self.rate)}
        return text.format(**words, low=format_percent(low), high=format_percent(high))


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """The facts that the rules use.

    Attributes:
        kept: The account.
        now: Its latest complete row with a rate, or None.
        then: The earlier row that it is compared with, or None.
        aim: The change of a measure that a trial must be able to show, a fraction.
        horizon: The number of periods over which effects are computed, if there are levers.
        flow: The flow of stages.
        before: The name of the flow's earlier period, or None.
        levers: The effect of one percentage point on each lever.
        sizes: People in each stage, if there are levers or a flow.
        change: The change of the rate by stage or segment.
        costs: Unit costs by card.
        norms: The user's own norms by measure.
        causes: Answers by cause.
        quiet: Long customers who have been silent for unusually long.
        concentration: How concentrated the revenue is.
        assessment: The verdicts on the rate.
        young: The young customers kept, and the others.
        identity: The rate with strict and with loose links.
        targets: The history of targets.
        notes: Notes that apply to all cards.
    """

    kept: RetentionTable
    now: pd.Series | None
    then: pd.Series | None
    aim: float
    horizon: int
    flow: StageFlow | None = None
    before: str | None = None
    levers: LeverTable | None = None
    sizes: Mapping[str, float] = field(default_factory=dict)
    change: Decomposition | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    norms: Mapping[str, float] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    quiet: Share | None = None
    concentration: Concentration | None = None
    assessment: Assessment | None = None
    young: tuple[Share, Share] | None = None
    identity: Interval | None = None
    targets: TargetHistory | None = None
    notes: tuple[str, ...] = ()

    def measure(self, name: str, period: str | None = None) -> Share:
        """A measure of the flow in a period, by default the latest."""
        if self.flow is None:
            return Share(0, 0)
        rates = self.flow.rates
        row = rates[(rates["measure"] == name) & (rates["period"] == (period or self.flow.latest["period"]))]
        return Share(int(row["hits"].sum()), int(row["of"].sum()))

    def lever(self, name: str, column: str = "customers") -> float:
        """A cell of the levers' table; NaN if unknown."""
        if self.levers is None or column not in self.levers.table:
            return math.nan
        found = self.levers.table.set_index("lever")[column]
        return float(found[name]) if name in found.index else math.nan

    def gain_of_stage(self, name: str) -> float:
        """Customers gained per percentage point on a lever: at the horizon, or in one period without levers."""
        known = self.lever(name)
        return ONE_POINT * self.sizes.get(STAGE_OF[name], math.nan) if self.levers is None else known

    def gain_of_keeping(self, share: float) -> float:
        """Customers gained by keeping one in a hundred of a group of leavers, given as a share of all leavers."""
        if self.levers is None:
            return ONE_POINT * share * float(self.row["lost"])
        stages = [name for name in ("retention_middle", "retention_long") if not math.isnan(self.lever(name))]
        return share * sum((1 - self.lever(name, "level")) * self.lever(name) for name in stages)

    def effect_of_keeping(self) -> float:
        """Customers gained per customer kept each period: at the horizon, or 1 without levers."""
        if self.levers is None:
            return 1.0
        known = [name for name in ("retention_middle", "retention_long") if not math.isnan(self.lever(name))]
        people = sum(self.sizes[STAGE_OF[name]] for name in known)
        return sum(self.lever(name) for name in known) / (ONE_POINT * people) if people else math.nan

    @property
    def row(self) -> pd.Series:
        """The latest row; use it only if there is one."""
        if self.now is None:
            raise LookupError
        return self.now

    @property
    def rate(self) -> Share:
        """Customers kept, out of those at the start."""
        return Share(int(self.row["kept"]), int(self.row["start"]))
