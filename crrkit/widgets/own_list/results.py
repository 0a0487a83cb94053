"""The results of ListExplorer in Python for its current settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, gettext as _
from crrkit.widgets.bench import POINT, Explorer
from crrkit.widgets.own_list.counted import flow_under, kept_under

if TYPE_CHECKING:
    import pandas as pd

    from crrkit.judge.whatif import LeverTable, Projection, Scenario, StageModel
    from crrkit.measure import RetentionTable
    from crrkit.measure.cube import ListCube, ListSettings
    from crrkit.measure.stages import StageFlow


class Results(Explorer):
    """The results of a ListExplorer, which follow its settings."""

    _counted: ListCube | None = None
    levers: Any
    steps: Any
    costs: Any
    margins: Any
    period: Any

    @property
    def settings(self) -> ListSettings:
        """The current settings, as an immutable value."""
        from crrkit.measure.cube import ListSettings

        named = ("every", "silence", "segment", "regular", "first", "last")
        return ListSettings(**{name: getattr(self, name) for name in named})

    @property
    def account(self) -> pd.DataFrame:
        """The rows that the browser draws, from the embedded counts: equal to the table of `kept`."""
        return self.cube.account(self.settings)

    @property
    def kept(self) -> RetentionTable:
        """The account for the settings, counted from the list: `retention_by_period`."""
        return kept_under(self.cube, self.settings)

    @property
    def flow(self) -> StageFlow:
        """The stage flow for the settings, of all customers: `stage_flow`."""
        return flow_under(self.cube, self.settings)

    @property
    def model(self) -> StageModel:
        """The stage model for the settings, of all customers: `StageModel.from_flow`."""
        from crrkit.judge.whatif import StageModel

        return StageModel.from_flow(self.flow)

    @property
    def scenario(self) -> Scenario:
        """The current levers, limited to their room in the model, as in the browser."""
        from crrkit.judge.whatif import Scenario

        model = self.model
        come = ("inflow",) if any((model.inflow or {}).values()) else ()
        fitted = {}
        for name in (*model.lever_names, *come):
            low, high = model.lever_room(name)
            fitted[name] = min(max(self.levers.get(name, 0.0), low), high)
        return Scenario(**fitted)

    @property
    def cohorts(self) -> pd.DataFrame:
        """Cohorts by first purchase, and how many of each bought in later periods: `cohorts_of`."""
        from crrkit.measure.cube import cohorts_of

        return cohorts_of(self.cube, self.settings)

    @property
    def outlook(self) -> Projection:
        """The projection with the current levers, with bands: `StageModel.project`."""
        return self.model.project(self.steps, scenario=self.scenario, margins=self.margins or None)

    @property
    def ranking(self) -> LeverTable:
        """The effect of one more point on each lever, from the current values: `StageModel.levers`."""
        under = self.model.under(self.scenario)
        there = [name for name in under.lever_names if under.lever_room(name)[1] >= POINT - ROUNDING]
        costs = {name: cost for name, cost in self.costs.items() if name in there}
        return under.levers(self.steps, only=there, costs=costs or None, margins=self.margins or None)

    @property
    def cube(self) -> ListCube:
        """The counts of the list.

        Raises:
            InputError: If the explorer was restored without its list.
        """
        if self._counted is None:
            message = _("This explorer was restored without its list, so nothing can be recounted.")
            raise InputError(message, argument="base")
        return self._counted

    @property
    def shown(self) -> str:
        """The name of the period shown."""
        from crrkit.widgets.own_list.still import chosen_row

        return str(chosen_row(self.account, self.period)["period"])

    @property
    def by_silence(self) -> pd.DataFrame:
        """The rate of the period shown for every silence: `rates_by_silence`."""
        from crrkit.measure.cube import rates_by_silence

        return rates_by_silence(self.cube, self.settings, self.shown)

    @property
    def by_segment(self) -> pd.DataFrame:
        """Each segment in the period shown, compared with the others: `rates_by_segment`."""
        from crrkit.measure.cube import rates_by_segment

        return rates_by_segment(self.cube, self.settings, self.shown)
