"""The effect of each lever: one percentage point on each, by effect, cost and horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import (
    UNDEFINED,
    Shown,
    check_choice,
    format_number,
    format_points,
    gettext as _,
)
from crrkit.judge.whatif.basis import with_basis
from crrkit.judge.whatif.chain import Chain, parted, runs_out
from crrkit.judge.whatif.scenario import LEVERS, Scenario, apply, direction, level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.judge.whatif.basis import Basis

GAINS = ("customers", "margin", "margin_per_cost")
LEVER_RATES = ("crr", "crr_endpoint")
PER_COST = ("customers_per_1000", "margin_per_cost")
EQUAL = 12  # digits for comparing two effects


@dataclass(frozen=True, eq=False, repr=False)
class LeverTable(Shown):
    """The effect of one step on each lever, the others unchanged.

    Attributes:
        table: One row per lever: ``lever``; ``level``, its current value. Changes after the given periods caused by one
            step of the lever: ``customers``; ``crr`` of the last period; ``crr_endpoint``, the share of the customers
            of step 0 who are customers then; ``margin`` of all the periods; ``equilibrium_customers`` and
            ``equilibrium_margin`` of a period in the long run (NaN if there is no equilibrium). Derivatives, per unit
            of the lever: ``derivative`` and ``elasticity`` of customers, ``derivative_equilibrium`` and
            ``elasticity_equilibrium``. With costs: ``cost`` of the step over the periods, ``customers_per_1000`` of it,
            ``margin_per_cost`` and ``equilibrium_margin_per_cost``. With draws: ``customers_low customers_high
            margin_low margin_high`` and ``first``, the share of draws in which the lever gains the most customers.
        by_horizon: ``step lever customers margin cost margin_per_cost`` for every horizon.
        step: The step on each lever, a fraction.
        periods: The horizon of the table.
        draws: The effects in each resampled matrix: ``draw lever customers margin``; empty without draws.
        coverage: The share of draws inside a band.
        basis: The list behind the model, or None.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.StageModel.from_flow(crr.stage_flow(base, every='month')).levers(4)",)

    table: pd.DataFrame
    by_horizon: pd.DataFrame
    step: float
    periods: int
    draws: pd.DataFrame = field(default_factory=pd.DataFrame)
    coverage: float = 0.95
    basis: Basis | None = None

    kinds: ClassVar[Mapping[str, str]] = {
        "lever": "word", "level": "rate", "customers": "ratio", "customers_low": "ratio", "customers_high": "ratio",
        "crr": "points", "crr_endpoint": "points", "margin": "money", "equilibrium_customers": "ratio",
        "equilibrium_margin": "money", "elasticity": "ratio", "cost": "money", "margin_per_cost": "ratio",
        "first": "rate",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "lever": _("lever"), "level": _("now"), "customers": _("customers"), "customers_low": _("from"),
            "customers_high": _("to"), "crr": _("CRR of the last step"), "crr_endpoint": _("CRR over the horizon"),
            "margin": _("margin"), "equilibrium_customers": _("customers in the long run"),
            "equilibrium_margin": _("margin in the long run"), "elasticity": _("elasticity"), "cost": _("cost"),
            "margin_per_cost": _("margin per 1 of cost"), "first": _("comes first"),
        }  # fmt: skip

    def caption(self) -> str:
        """The step on each lever, and the backtest error."""
        text = _("Each lever alone by {step}; steps: {n}").format(step=format_points(self.step), n=self.periods)
        return with_basis(text, self.basis, self.periods)

    def flips(self, measure: str = "customers") -> pd.DataFrame:
        """The horizons at which the ranking changes: ``step overtakes overtaken``, the first time for each pair.

        Args:
            measure: ``customers``, ``margin`` or, with costs, ``margin_per_cost``.
        """
        wide = self._wide(measure)
        rows = []
        for one, other in permutations(wide.columns, 2):
            lead = wide[one] - wide[other]
            behind = (lead < 0).cummax()
            passed = lead.index[behind & (lead > 0)]
            if len(passed):
                rows.append({"step": int(passed[0]), "overtakes": one, "overtaken": other})
        return pd.DataFrame(rows, columns=["step", "overtakes", "overtaken"]).sort_values("step", ignore_index=True)

    def ranks(self, measure: str = "customers") -> pd.DataFrame:
        """The rank of each lever at each horizon, 1 for the largest effect: rows are horizons, columns are levers.

        Ties keep the order of the previous horizon; initial ties take the order in which they later separate. NaN if a
        lever has no defined effect, such as margin per cost while nobody is treated.

        Args:
            measure: ``customers``, ``margin`` or, with costs, ``margin_per_cost``.
        """
        wide = self._wide(measure)
        values = wide.fillna(-math.inf)
        order = sorted(wide.columns, key=lambda lever: list(values[lever]), reverse=True)
        rows = []
        for row in values.to_dict("records"):
            order = sorted(order, key=row.__getitem__, reverse=True)  # ties keep their order
            rows.append({lever: rank for rank, lever in enumerate(order, start=1)})
        return pd.DataFrame(rows, index=wide.index, columns=wide.columns).where(wide.notna())

    def _wide(self, measure: str) -> pd.DataFrame:
        """Rows are horizons, columns levers, as shares of the largest; differences by rounding are removed."""
        check_choice(measure, name="measure", choices=GAINS)
        wide = self.by_horizon.pivot_table(index="step", columns="lever", values=measure, dropna=False)
        wide = wide[list(self.table["lever"])]
        greatest = float(np.abs(wide.to_numpy()).max(initial=0.0, where=wide.notna().to_numpy()))
        return (wide / (greatest or 1.0)).round(EQUAL)


def effect_text(value: float, measure: str) -> str:
    """An effect as displayed text, with its sign."""
    if math.isnan(value):
        return UNDEFINED
    if measure in LEVER_RATES:
        return format_points(value, digits=2)
    digits = 2 if measure in PER_COST else 1 if abs(value) < 1000 else 0  # noqa: PLR2004 - as is read
    return ("+" if value > 0 else "") + format_number(value, digits=digits)


def lever_table(
    chain: Chain,
    names: Sequence[str],
    *,
    periods: int,
    step: float,
    horizon: int,
    costs: Mapping[str, float],
    margins: np.ndarray | None,
    draws: Sequence[Chain],
    coverage: float,
    basis: Basis | None,
) -> LeverTable:
    """Compute the table of one step on each lever."""
    changes = {name: _change(chain, name, step) for name in names}
    by_horizon = pd.concat(
        [_over_horizons(chain, changes[name], name, horizon, costs=costs, margins=margins) for name in names]
    )
    table = pd.DataFrame([{**_facts(chain, name), **_effects(chain, changes[name], periods, margins),
                           **_calculus(chain, name, periods)} for name in names])  # fmt: skip
    if costs:
        table = _with_costs(table, by_horizon[by_horizon["step"] == periods], chain, costs)
    sample = _sample(draws, names, periods=periods, step=step, margins=margins)
    if draws:
        table = table.merge(_bands(sample, coverage), on="lever")
    by_horizon = by_horizon[by_horizon["step"] <= horizon].reset_index(drop=True)
    return LeverTable(table, by_horizon, step, periods, sample, coverage, basis)


def _facts(chain: Chain, name: str) -> dict[str, object]:
    return {"lever": name, "level": level(chain, name)}


def _change(chain: Chain, name: str, step: float) -> np.ndarray:
    apply(chain, Scenario(**{name: step}))  # refuses shares outside 0 to 1
    return step * direction(chain, name)


def _effects(chain: Chain, change: np.ndarray, periods: int, margins: np.ndarray | None) -> dict[str, float]:
    """The effects, computed directly: a difference of two outcomes would lose digits by cancellation."""
    path, gain, kept = chain.path(periods), chain.gain(change, periods), chain.retained
    first = replace(chain, start=np.where(kept, chain.start, 0.0), inflow=np.zeros(len(chain.stages)))
    closed = first.gain(parted(change)[0], periods)
    steady = _steady_gain(chain, change)
    return {
        "customers": float(gain[-1, kept].sum()),
        "crr": _rate_gain(chain, change, before=path[-2], gain=gain[-2]),
        "crr_endpoint": _ratio(float(closed[-1, kept].sum()), float(first.start.sum())),
        "margin": math.nan if margins is None else float((gain @ margins).sum()),
        "equilibrium_customers": float(steady[kept].sum()),
        "equilibrium_margin": math.nan if margins is None else float(steady @ margins),
    }


def _rate_gain(chain: Chain, change: np.ndarray, *, before: np.ndarray, gain: np.ndarray) -> float:
    """Of a rate ``n r / N`` with d more in the base: ``(n dr + d (r + dr - n r / N)) / (N + D)``."""
    kept = chain.retained
    counts, more, rates, lift = before[kept], gain[kept], chain.retention[kept], change[np.ix_(kept, kept)].sum(axis=1)
    rate = _ratio(float(counts @ rates), float(counts.sum()))
    return _ratio(float(counts @ lift + more @ (rates + lift - rate)), float((counts + more).sum()))


def _steady(chain: Chain) -> np.ndarray:
    if not runs_out(chain.matrix):
        return np.full(len(chain.stages), math.nan)
    return np.linalg.solve(np.eye(len(chain.stages)) - chain.matrix.T, chain.inflow)


def _steady_gain(chain: Chain, change: np.ndarray) -> np.ndarray:
    """From ``n = n P + b``: ``d = d (P + change) + n change``, plus the change of the inflow."""
    moves, came = parted(change)
    return _steady(replace(chain, matrix=chain.matrix + moves, inflow=_steady(chain) @ moves + came))


def _calculus(chain: Chain, name: str, periods: int) -> dict[str, float]:
    """Derivatives: ``sum_t n_t dP P^(T-1-t) c`` at the horizon, ``n* dP (I - P)^-1 c`` at the equilibrium."""
    (moves, came), counted = parted(direction(chain, name)), chain.retained.astype("float64")
    at = level(chain, name)
    path, slope, carried = chain.path(periods), 0.0, counted
    for counts in path[-2::-1]:
        slope += float((counts @ moves + came) @ carried)
        carried = chain.matrix @ carried
    steady = _steady(chain)
    long_run = math.nan
    if not np.isnan(steady).any():
        worth = np.linalg.solve(np.eye(len(counted)) - chain.matrix, counted)
        long_run = float((steady @ moves + came) @ worth)
    return {
        "derivative": slope, "elasticity": _ratio(at * slope, float(path[-1] @ counted)),
        "derivative_equilibrium": long_run, "elasticity_equilibrium": _ratio(at * long_run, float(steady @ counted)),
    }  # fmt: skip


def _over_horizons(
    chain: Chain, change: np.ndarray, name: str, horizon: int, *, costs: Mapping[str, float], margins: np.ndarray | None
) -> pd.DataFrame:
    path, gain = chain.path(horizon), chain.gain(change, horizon)[1:]
    treated = _treated(chain, name, path[:-1])
    margin = np.full(horizon, math.nan) if margins is None else (gain @ margins).cumsum()
    cost = costs.get(name, math.nan) * treated.cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        per_cost = np.where(cost > 0, margin / cost, math.nan)
    return pd.DataFrame({
        "step": range(1, horizon + 1), "lever": name, "customers": gain[:, chain.retained].sum(axis=1),
        "margin": margin, "cost": cost, "margin_per_cost": per_cost,
    })  # fmt: skip


def _treated(chain: Chain, name: str, path: np.ndarray) -> np.ndarray:
    """How many people a lever addresses in each step: those in its stage, or the inflow."""
    if name == "inflow":
        return np.full(len(path), float(chain.inflow.sum()))
    return np.asarray(path[:, chain.stages.index(LEVERS[name].stage)])


def _with_costs(
    table: pd.DataFrame, at_horizon: pd.DataFrame, chain: Chain, costs: Mapping[str, float]
) -> pd.DataFrame:
    steady = _steady(chain)[None, :]
    each = [costs.get(name, math.nan) * float(_treated(chain, name, steady)[0]) for name in table["lever"]]
    cost = at_horizon["cost"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return table.assign(
            cost=cost,
            customers_per_1000=np.where(cost > 0, 1000 * table["customers"] / cost, math.nan),
            margin_per_cost=at_horizon["margin_per_cost"].to_numpy(),
            equilibrium_margin_per_cost=table["equilibrium_margin"] / np.array(each),
        )


def _sample(
    draws: Sequence[Chain], names: Sequence[str], *, periods: int, step: float, margins: np.ndarray | None
) -> pd.DataFrame:
    """The effects in each resampled matrix; there a lever may leave the range of probabilities, being linear."""
    rows = []
    for number, chain in enumerate(draws):
        for name in names:
            gain = chain.gain(step * direction(chain, name), periods)
            margin = math.nan if margins is None else float((gain @ margins).sum())
            rows.append((number, name, float(gain[-1, chain.retained].sum()), margin))
    return pd.DataFrame(rows, columns=["draw", "lever", "customers", "margin"])


def _bands(sample: pd.DataFrame, coverage: float) -> pd.DataFrame:
    ends = {"low": (1 - coverage) / 2, "high": (1 + coverage) / 2}
    groups = sample.groupby("lever", sort=False)
    bands = {f"{m}_{end}": groups[m].quantile(q) for m in ("customers", "margin") for end, q in ends.items()}
    best = sample.loc[sample.groupby("draw")["customers"].idxmax(), "lever"].value_counts(normalize=True)
    frame = pd.DataFrame(bands)
    return frame.assign(first=best.reindex(frame.index).fillna(0.0)).reset_index()


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan
