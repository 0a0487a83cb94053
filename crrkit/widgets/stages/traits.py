"""The traits of StageExplorer: changes of levers, and margins by stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from crrkit.ground import check_choice, check_number, gettext as _
from crrkit.widgets.bench import LARGEST_COUNT, StateError, as_state_error


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
