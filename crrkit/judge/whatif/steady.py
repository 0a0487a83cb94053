"""Long-run properties of the matrix: growth, lifetimes and values, and the equilibrium."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import InputError, Shown, check_number, format_cell, gettext as _
from crrkit.judge.whatif.chain import Chain, by_stage, check_periods, runs_out, spectral_radius
from crrkit.measure.stages import EXIT

if TYPE_CHECKING:
    from collections.abc import Mapping


def dominant(block: np.ndarray) -> tuple[float, np.ndarray]:
    """Solve ``w T = g w`` for the largest ``g``; w sums to 1."""
    values, vectors = np.linalg.eig(block.T)
    mix = np.abs(np.real(vectors[:, np.argmax(np.real(values))]))
    return float(np.abs(values).max()), mix / mix.sum()


@dataclass(frozen=True, eq=False, repr=False)
class Fundamental(Shown):
    """Expected lifetimes: the fundamental matrix ``N = (I - T)^-1``.

    Attributes:
        table: ``stage``; ``stay``, the expected number of steps as a customer, the first included; its ``variance``.
        matrix: ``N``: the expected number of steps in the column's stage for somebody now in the row's stage.
        reach: The probability of ever being in the column's stage, ``N_ij / N_jj``.
        leaves_to: The destination on first leaving the stages of the matrix: other stages, or ``exit``.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    reach: pd.DataFrame
    leaves_to: pd.DataFrame
    block: np.ndarray

    kinds: ClassVar[Mapping[str, str]] = {"stage": "word", "stay": "number", "variance": "number"}

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {"stage": _("stage"), "stay": _("expected stay"), "variance": _("variance")}

    def value(self, margins: Any, *, discount: float = 1.0, periods: int | None = None) -> pd.Series:
        """The value of a customer from now on: ``sum over t of (discount T)^t margins``, this step included.

        Args:
            margins: Margin of a step by stage; missing stages have 0, a negative margin is a cost.
            discount: The factor of one step, such as ``1/1.05``, above 0 and at most 1.
            periods: The number of further steps to count; all by default.

        Raises:
            ValueError: If a stage is not known or the discount is out of range.
        """
        factor = check_number(discount, name="discount")
        if not 0 < factor <= 1:
            message = _("discount={value:g} must be above 0 and at most 1; 5 % a step is 1/1.05.")
            raise InputError(message.format(value=factor), argument="discount", given=discount)
        stages = list(self.matrix.index)
        brings = by_stage(margins, stages, "margins", signed=True)
        if periods is None:
            return pd.Series(np.linalg.solve(np.eye(len(stages)) - factor * self.block, brings), index=stages)
        worth = brings
        for _step in range(check_periods(periods)):
            worth = brings + factor * self.block @ worth
        return pd.Series(worth, index=stages)


def fundamental(chain: Chain, *, returns: bool) -> Fundamental:
    """Lifetimes of customers until they first lapse or, with returns, in total."""
    inside = np.ones(len(chain.stages), dtype=bool) if returns else chain.retained
    block = chain.matrix[np.ix_(inside, inside)]
    matrix = inverse(block, _("expected stays"))
    reward = chain.retained[inside].astype("float64")
    stay = matrix @ reward
    stages = [stage for stage, there in zip(chain.stages, inside, strict=True) if there]
    table = pd.DataFrame({
        "stage": stages,
        "stay": stay,
        # E[stay²] = N (2 r·stay - r²); with r = 1 this is (2N - I) stay - stay²
        "variance": matrix @ (reward * (2 * stay - 1)) - stay**2,
    })  # fmt: skip
    leaves = pd.DataFrame(chain.matrix[np.ix_(inside, ~inside)], index=stages)
    leaves.columns = pd.Index([stage for stage in chain.stages if stage not in stages])
    leaves[EXIT] = 1 - chain.matrix[inside].sum(axis=1)
    return Fundamental(
        table,
        matrix=pd.DataFrame(matrix, index=stages, columns=stages),
        reach=pd.DataFrame(matrix / np.diag(matrix), index=stages, columns=stages),
        leaves_to=pd.DataFrame(matrix @ leaves.to_numpy(), index=stages, columns=leaves.columns),
        block=block,
    )


def inverse(block: np.ndarray, wanted: str) -> np.ndarray:
    """``(I - block)^-1``, refused if some never leave."""
    if not runs_out(block):
        radius = spectral_radius(block)
        message = _(
            "The greatest eigenvalue is {radius:.6g}, and there are no {wanted} at 1 or above: some never leave. Leave"
            " out of the rows the share that goes for good."
        )
        raise InputError(message.format(radius=radius, wanted=wanted), argument="matrix", given=radius)
    return np.linalg.inv(np.eye(len(block)) - block)


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium(Shown):
    """The base to which constant transitions and a constant inflow converge: a direction, not a forecast.

    Attributes:
        table: ``stage count``.
        customers: The number of customers.
        crr: The rate of a step.
        margin: The margin of a step; NaN without margins.
        new: Entries per step of people who were never customers.
        entered: All entries per step, returns included.
        stay: Expected number of steps from entry to the next lapse.
        customer_periods: Expected number of steps as a customer for a new one, returns included.
        growth: The largest eigenvalue of the whole matrix: the share of the distance to the equilibrium left after a
            step.
    """

    table: pd.DataFrame
    customers: float
    crr: float
    margin: float
    new: float
    entered: float
    stay: float
    customer_periods: float
    growth: float

    kinds: ClassVar[Mapping[str, str]] = {"stage": "word", "count": "count"}

    @property
    def counts(self) -> pd.Series:
        """The count of each stage."""
        return self.table.set_index("stage")["count"]

    @property
    def half_life(self) -> float:
        """Steps until half of the distance is left, asymptotically."""
        return math.log(1 / 2) / math.log(self.growth) if self.growth > 0 else 0.0

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {"stage": _("stage"), "count": _("customers and contacts")}

    def caption(self) -> str:
        """The base, its rate, and how fast it is approached."""
        text = _(
            "In the long run {customers} {customers:customer|customers}, CRR {crr}; half of the way takes {half}"
            " {half:step|steps}"
        )
        return text.format(
            customers=format_cell(self.customers, "count"),
            crr=format_cell(self.crr, "rate"),
            half=format_cell(self.half_life, "ratio"),
        )


def equilibrium(chain: Chain, *, margins: np.ndarray | None) -> Equilibrium:
    """Solve ``n = n P + b``."""
    whole = inverse(chain.matrix, _("finite numbers to tend to"))
    counts = chain.inflow @ whole
    customers = float(counts[chain.retained].sum())
    kept = float(counts[chain.retained] @ chain.retention[chain.retained])
    entries = chain.inflow + np.where(chain.retained, 0.0, counts) @ chain.matrix
    first = chain.inflow + np.where(chain.retained | chain.former, 0.0, counts) @ chain.matrix
    entries, first = entries[chain.retained], first[chain.retained]
    stay = np.linalg.inv(np.eye(len(entries)) - chain.block).sum(axis=1)
    periods = whole[np.ix_(chain.retained, chain.retained)].sum(axis=1)
    return Equilibrium(
        pd.DataFrame({"stage": chain.stages, "count": counts}), customers, _over(kept, customers),
        math.nan if margins is None else float(counts @ margins), float(first.sum()), float(entries.sum()),
        _over(float(entries @ stay), float(entries.sum())), _over(float(first @ periods), float(first.sum())),
        spectral_radius(chain.matrix),
    )  # fmt: skip


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan
