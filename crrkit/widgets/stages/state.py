"""The traits of StageExplorer, its model as the small numbers embedded in a page, and the data of its charts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, check_choice, check_given, check_number, gettext as _
from crrkit.widgets.bench import LARGEST_COUNT, SLIDERS, StateError, as_state_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from crrkit.judge.whatif import Basis, Scenario, StageModel

State = dict[str, Any]  # a model as JSON
BY_EFFECT = ("customers", "crr", "crr_endpoint", "margin")
BY_COST = ("customers_per_1000", "margin_per_cost")


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


class Change(traitlets.TraitType[float, float]):
    """A change of a lever, a fraction: 0.01 is one point."""

    def validate(self, obj: traitlets.HasTraits, value: Any) -> float:
        """The change as a float, or an error with the reason."""
        del obj
        from crrkit.judge.whatif import Scenario

        with as_state_error(str(self.name), value):
            return float(Scenario(**{str(self.name): value}).changes().get(str(self.name), 0.0))


class Margins(traitlets.TraitType[dict[str, float], dict[str, float]]):
    """The margin of a step by stage; missing customer stages have 0."""

    def validate(self, obj: Any, value: object) -> dict[str, float]:
        """The margins, completed for every customer stage, or an error with the reason."""
        if not isinstance(value, Mapping):
            message = _("{name} must map stages to numbers, for example {{'{stage}': 100}}.")
            text = message.format(name=self.name, stage=obj.model.retained[0])
            raise StateError(text, argument=self.name, given=value)
        with as_state_error(str(self.name), value):
            margins = {check_choice(stage, name="margins", choices=obj.model.stages): value[stage] for stage in value}
            checked = {stage: check_number(n, name=f"margins[{stage!r}]") for stage, n in margins.items()}
        too_large = next((stage for stage, n in checked.items() if abs(n) > LARGEST_COUNT), None)
        if too_large is not None:
            message = _("margins[{stage!r}]={value:g} is more than the explorer shows.")
            text = message.format(stage=too_large, value=checked[too_large])
            raise StateError(text, argument=self.name, given=value)
        named = {**dict.fromkeys(obj.model.retained, 0.0), **checked}
        return {stage: named[stage] for stage in obj.model.stages if stage in named}
