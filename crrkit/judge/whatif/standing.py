"""The state of a stage model: transitions, counts per stage, inflow, and the current value of each lever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - the fields of a dataclass
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Self

import pandas as pd

from crrkit.ground import Shown, gettext as _
from crrkit.judge.whatif import chain as _chain, steady, window as _window
from crrkit.judge.whatif.scenario import Scenario, apply, available, check_levers, level, room
from crrkit.measure.stages import EXIT

if TYPE_CHECKING:
    from numpy import ndarray

    from crrkit.judge.whatif.basis import Basis
    from crrkit.judge.whatif.window import Window


@dataclass(frozen=True, eq=False, repr=False)
class Standing(Shown):
    """The stages, their counts and transitions; `StageModel` documents the fields."""

    matrix: pd.DataFrame
    start: Mapping[str, float]
    inflow: Mapping[str, float] | None = None
    _: KW_ONLY
    retained: Sequence[str] | str = ("middle", "long")
    population: bool | None = None
    counts: pd.DataFrame | None = None
    basis: Basis | None = None
    window: Window | None = None
    chain: _chain.Chain = field(init=False)

    def __post_init__(self) -> None:
        chain = _chain.read_chain(
            self.matrix, self.start, self.inflow, retained=self.retained, population=self.population
        )
        names = list(chain.stages)
        settled = {
            "chain": chain, "matrix": pd.DataFrame(chain.matrix, index=names, columns=names),
            "start": dict(zip(names, chain.start.tolist(), strict=True)),
            "inflow": dict(zip(names, chain.inflow.tolist(), strict=True)), "retained": chain.customers,
        }  # fmt: skip
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @property
    def kinds(self) -> Mapping[str, str]:  # type: ignore[override]  # the stages are columns
        """What each shown column means."""
        rates = dict.fromkeys((*self.stages, EXIT), "rate")
        return {"from": "word", **rates, "start": "count", "inflow": "count"}

    @property
    def refusal(self) -> str:
        """Why the list behind the model is not projected; empty if it is, or if there is no list."""
        return self.basis.refusal if self.basis else ""

    def _check_list(self) -> None:
        if self.basis:
            self.basis.check()

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages in the order of the matrix."""
        return self.chain.stages

    @property
    def retention(self) -> pd.Series:
        """The share of each customer stage that are customers after a step."""
        return pd.Series(self.chain.retention, index=list(self.stages))[list(self.retained)]

    @property
    def has_counts(self) -> bool:
        """Whether the matrix was estimated from counts, so that bands can be drawn."""
        return self.counts is not None

    @property
    def thin(self) -> tuple[str, ...]:
        """Stages whose row is estimated from fewer than 30 customers."""
        return () if self.counts is None else _window.thin_rows(self.counts)

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made when it is asked for
        """The matrix with its exits, and the counts."""
        frame = self.matrix.assign(**{EXIT: 1 - self.chain.matrix.sum(axis=1)})
        return frame.assign(start=self.chain.start, inflow=self.chain.inflow).rename_axis("from").reset_index()

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        stages = {stage: _(stage) for stage in self.stages}
        return {"from": _("from stage"), **stages, EXIT: _("exit"), "start": _("start"), "inflow": _("inflow")}

    def _margins(self, margins: Mapping[str, float] | None) -> ndarray | None:
        return None if margins is None else _chain.by_stage(margins, self.stages, "margins", signed=True)

    def under(self, scenario: Scenario | None) -> Self:
        """The model under a scenario; refuses shares below 0 or above 1."""
        if scenario is None:
            return self
        moved = apply(self.chain, scenario)
        bears = bool((moved.matrix.sum(axis=1) > 1).any())
        matrix = pd.DataFrame(moved.matrix, index=list(self.stages), columns=list(self.stages))
        inflow = dict(zip(self.stages, moved.inflow.tolist(), strict=True))
        basis = self.basis.with_inflow(1 + scenario.inflow) if self.basis else None
        return replace(
            self, matrix=matrix, inflow=inflow, population=bears or self.population, counts=None, basis=basis
        )

    @property
    def lever_names(self) -> tuple[str, ...]:
        """The levers that the stages allow. Demotion and inflow only if named: ``only=["inflow"]``."""
        return available(self.chain)

    def lever(self, name: str) -> float:
        """The current value of a lever: a probability, or for promotion and demotion a share of those kept."""
        return level(self.chain, check_levers(self.chain, (name,))[0])

    def lever_room(self, name: str) -> tuple[float, float]:
        """How far a lever can change, down and up, before something would be below 0 or above 1."""
        return room(self.chain, check_levers(self.chain, (name,))[0])

    @property
    def growth_rate(self) -> float:
        """The largest eigenvalue of the transitions among customers: the CRR to which a closed base converges."""
        return steady.dominant(self.chain.block)[0]

    @property
    def stable_mix(self) -> pd.Series:
        """The stage shares to which a closed base converges."""
        return pd.Series(steady.dominant(self.chain.block)[1], index=list(self.retained))
