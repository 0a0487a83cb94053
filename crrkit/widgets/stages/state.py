"""A stage model as the small numbers that an explorer embeds in a page, and the data of its charts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, check_given, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from crrkit.judge.whatif import Basis, Scenario, StageModel

# The levers with a slider. Repeated here, so that showing an explorer does not import pandas.
SLIDERS = ("conversion", "retention_middle", "promotion", "retention_long", "winback", "inflow")
State = dict[str, Any]  # a model as JSON
BY_EFFECT = ("customers", "crr", "crr_endpoint", "margin")
BY_COST = ("customers_per_1000", "margin_per_cost")
STEP = 0.01  # one point


def as_json(model: StageModel, costs: Mapping[str, float]) -> State:
    """A model, its levers and their costs.

    Raises:
        InputError: If the model has none of the levers, or a row sums to more than 1.
    """
    if not model.lever_names:
        message = _(
            "The sliders move stages called short, middle, long and lapsed, and this model has {stages}. Rename its"
            " stages, or use model.project(…) and model.levers(…), which take any matrix."
        )
        raise InputError(message.format(stages=", ".join(model.stages)), argument="model")
    if (model.matrix.sum(axis=1) > 1 + ROUNDING).any():
        message = _("The rows of this model sum above 1: its members bear others, and the sliders move shares only.")
        raise InputError(message, argument="model")
    table = model.table
    return {
        "stages": list(model.stages), "matrix": model.matrix.to_numpy().tolist(),
        "start": table["start"].tolist(), "inflow": table["inflow"].tolist(),
        "retained": [stage in model.retained for stage in model.stages],
        "levers": [_lever(model, name) for name in model.lever_names], "costs": dict(costs),
        "basis": _basis(model),
    }  # fmt: skip


def _basis(model: StageModel) -> State | None:
    """The backtest and the quantile of the band of a projection; None for a model without a list."""
    from crrkit.judge.whatif import LEVEL, student

    if model.basis is None:
        return None
    quantile = student(LEVEL, model.basis.spread.periods - 1)
    return model.basis.to_dict() | {"quantile": None if math.isnan(quantile) else quantile}


def _lever(model: StageModel, name: str) -> State:
    from crrkit.judge.whatif import LEVERS

    lever, (low, high) = LEVERS[name], model.lever_room(name)
    own, towards = (model.stages.index(stage) for stage in (lever.stage, lever.towards))
    return {"name": name, "how": lever.how, "own": own, "towards": towards, "low": low, "high": high}


def from_json(state: State) -> StageModel:
    """Restore the model."""
    import pandas as pd

    from crrkit.judge.whatif import StageModel

    stages = state["stages"]
    matrix = pd.DataFrame(state["matrix"], index=stages, columns=stages)
    start, inflow = (dict(zip(stages, state[name], strict=True)) for name in ("start", "inflow"))
    kept = [stage for stage, retained in zip(stages, state["retained"], strict=True) if retained]
    return StageModel(matrix, start, inflow, retained=kept, basis=_read_basis(state.get("basis")))


def _read_basis(values: State | None) -> Basis | None:
    from crrkit.judge.whatif import Basis

    return None if values is None else Basis.from_dict({k: v for k, v in values.items() if k != "quantile"})


def layers(rows: pd.DataFrame, stages: Sequence[str]) -> list[tuple[list[float], list[float]]]:
    """The bottom and top of each stage at each step, stacked: like ``layers`` in the module."""
    tops = rows[list(stages)].cumsum(axis=1)
    feet = tops - rows[list(stages)]
    return [(feet[stage].tolist(), tops[stage].tolist()) for stage in stages]


def ranked(table: pd.DataFrame, measure: str) -> list[tuple[str, float]]:
    """The levers with the effect of one point, the largest gain first, unknown ones last."""
    effects = zip(table["lever"].astype(str), table[measure].astype(float), strict=True)
    return sorted(effects, key=lambda pair: -math.inf if math.isnan(pair[1]) else pair[1], reverse=True)


def sliders_of(scenario: Scenario | None) -> dict[str, float]:
    """The slider positions of a scenario.

    Raises:
        InputError: If it changes a lever without a slider.
    """
    from crrkit.judge.whatif import Scenario

    if scenario is not None and check_given(scenario, Scenario, name="scenario").demotion:
        message = _("demotion has no slider. Move it in the model: model.under(Scenario(demotion={value!r})).")
        raise InputError(message.format(value=scenario.demotion), argument="scenario", given=scenario)
    return {name: getattr(scenario, name, 0.0) for name in SLIDERS}


def scenario_of(state: Mapping[str, Any]) -> Scenario:
    """The scenario of slider positions."""
    from crrkit.judge.whatif import Scenario

    return Scenario(**{name: state[name] for name in SLIDERS})
