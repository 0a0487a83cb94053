"""Projections of the base, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import Shown, format_cell, gettext as _
from crrkit.judge.whatif.basis import with_basis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.judge.whatif.basis import Basis
    from crrkit.judge.whatif.chain import Chain
    from crrkit.judge.whatif.scenario import Scenario


@dataclass(frozen=True, eq=False, repr=False)
class Projection(Shown):
    """The number of customers in each stage, step by step.

    Attributes:
        table: One row per step, step 0 first: ``step``, the stages, ``customers``; for the step that led there ``kept
            lost new returned crr crr_textbook quick_ratio``, where ``new`` entered from stages that no customer can
            reach and ``crr_textbook = (customers - new) / customers before``; for the customers of step 0
            ``crr_endpoint``, the share who are customers now, ``crr_unbroken``, without those who lapsed in between,
            ``crr_chain``, the product of the rates; with margins, the ``margin`` of the step. For a model from a list,
            or with draws, the bands ``customers_low customers_high crr_low crr_high``; for one from a list with
            margins, ``margin_sum`` up to this step, with ``margin_sum_low margin_sum_high``.
        stages: The stages.
        scenario: The scenario, or None.
        basis: The list behind the model, or None.
    """

    made_by: ClassVar[tuple[str, ...]] = (
        "crr.StageModel.from_flow(crr.stage_flow(base, every='month')).project(periods=4)",
    )

    table: pd.DataFrame
    stages: tuple[str, ...]
    scenario: Scenario | None = None
    basis: Basis | None = None

    @property
    def kinds(self) -> Mapping[str, str]:  # type: ignore[override]  # the stages are columns
        """What each shown column means."""
        stages = dict.fromkeys(self.stages, "count")
        named = ("customers", "customers_low", "customers_high", "kept", "lost", "new", "returned")
        flows = dict.fromkeys(named, "count")
        return {"step": "count", **stages, **flows, "crr": "rate", "crr_low": "rate", "crr_high": "rate",
                "quick_ratio": "ratio", "margin": "money", "margin_sum": "money", "margin_sum_low": "money",
                "margin_sum_high": "money"}  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "step": _("step"), **{stage: _(stage) for stage in self.stages}, "customers": _("customers"),
            "customers_low": _("from"), "customers_high": _("to"), "kept": _("kept"), "lost": _("lost"),
            "new": _("new"), "returned": _("returned"), "crr": _("CRR"), "crr_low": _("from"), "crr_high": _("to"),
            "quick_ratio": _("quick ratio"), "margin": _("margin"), "margin_sum": _("margin of all steps"),
            "margin_sum_low": _("from"), "margin_sum_high": _("to"),
        }  # fmt: skip

    def caption(self) -> str:
        """The base at the end, and the backtest error."""
        return with_basis(self._way(), self.basis, len(self.table) - 1)

    def _way(self) -> str:
        first, last = self.table.iloc[0], self.table.iloc[-1]
        text = _("Customers {start} → {end}, steps: {n}; CRR of the last step {crr}")
        return text.format(
            start=format_cell(first["customers"], "count"),
            end=format_cell(last["customers"], "count"),
            n=len(self.table) - 1,
            crr=format_cell(last["crr"], "rate"),
        )


def project(chain: Chain, periods: int, *, margins: np.ndarray | None) -> pd.DataFrame:
    """The table of a projection."""
    path = chain.path(periods)
    table = pd.DataFrame(path, columns=list(chain.stages))
    table.insert(0, "step", range(periods + 1))
    table = pd.concat([table, _flows(chain, path), _of_the_first(chain, periods)], axis=1)
    table["crr_chain"] = np.append(1.0, np.cumprod(table["crr"][1:]))
    return table if margins is None else table.assign(margin=path @ margins)


def _flows(chain: Chain, path: np.ndarray) -> pd.DataFrame:
    before, customers = path[:-1], path[:, chain.retained].sum(axis=1)
    kept = _after(before[:, chain.retained] @ chain.retention[chain.retained])
    returned = _after(before[:, chain.former] @ chain.retention[chain.former])
    opening = _after(customers[:-1])
    new = customers - kept - returned
    lost = opening - kept
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = {
            "crr": kept / opening,
            "crr_textbook": (customers - new) / opening,
            "quick_ratio": (new + returned) / lost,
        }
    return pd.DataFrame({"customers": customers, "kept": kept, "lost": lost, "new": new, "returned": returned, **rates})


def _of_the_first(chain: Chain, periods: int) -> pd.DataFrame:
    first = np.where(chain.retained, chain.start, 0.0)
    here, unbroken, rows = first, first[chain.retained], []
    for _step in range(periods + 1):
        rows.append((here[chain.retained].sum(), unbroken.sum()))
        here, unbroken = here @ chain.matrix, unbroken @ chain.block
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.array(rows) / first.sum()
    return pd.DataFrame(shares, columns=["crr_endpoint", "crr_unbroken"])


def _after(values: np.ndarray) -> np.ndarray:
    """Attach flows to the step that they lead to; step 0 has none."""
    return np.append(np.nan, values)


def add_bands(table: pd.DataFrame, redrawn: Sequence[Chain], *, level: float) -> pd.DataFrame:
    """Add the bands of customers and CRR over resampled matrices."""
    draws = [project(chain, len(table) - 1, margins=None) for chain in redrawn]
    ends = ((1 - level) / 2, (1 + level) / 2)
    for name in ("customers", "crr"):
        values = np.array([draw[name] for draw in draws])
        table = table.assign(
            **dict(zip((f"{name}_low", f"{name}_high"), np.quantile(values, ends, axis=0), strict=True))
        )
    return table
