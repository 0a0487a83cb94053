"""StageExplorer: move the levers of a stage model and see the effect on the base, its rate and its margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, check_given, format_cell, gettext as _, paragraphs, use_language
from crrkit.widgets.bench import (
    POINT,
    SLIDERS,
    Choice,
    Count,
    Explorer,
    StateError,
    as_state_error,
    still_html,
)
from crrkit.widgets.stages.state import (
    BY_COST,
    BY_EFFECT,
    Change,
    Margins,
    State,
    as_json,
    from_json,
    ranked,
    scenario_of,
    sliders_of,
)
from crrkit.widgets.stages.still import stages_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.judge.whatif import LeverTable, Projection, Scenario, StageModel

__all__ = ["StageExplorer"]

MOST_STEPS = 40


class StageExplorer(Explorer):
    """Five levers, a horizon and margins: the base step by step, its rate, its margin, and the most effective lever.

    Sliders change the levers of `crrkit.Scenario`, each compensated as documented there. It computes and draws in the
    browser, so it responds immediately and also works in a page without a kernel. The values shown are available in
    Python: `scenario` is a frozen value whose repr can be pasted into the next cell, `projection` is
    ``model.project(periods, scenario=scenario, margins=margins)``, and `levers` the effect of one more point on each
    lever from there. It contains a matrix and counts by stage, but no customers.

    For a model from a list it shows the band of the customers and the backtest error, or why the list is not projected.

    Args:
        model: A model with some of the stages short, middle, long and lapsed; a lever whose stages are missing has no
            slider.
        scenario: The initial positions of the sliders; by default nothing is changed.
        periods: The horizon in steps, 1 to 40.
        margins: Margin of a step by stage; without margins no amounts are shown.
        costs: Lever to the cost of one point for one person and step, to rank the levers by cost too.
        measure: The measure by which the levers are ranked: ``customers``, ``crr`` (of the last step), ``crr_endpoint``
            (of the customers of step 0), ``margin``, and with costs ``customers_per_1000`` and ``margin_per_cost``.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If the model has none of the levers or rows that sum to more than 1, or the scenario is impossible.
            To change several values, defer validation: ``with explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> import pandas as pd
        >>> from crrkit import StageModel
        >>> names = ["middle", "long"]
        >>> matrix = pd.DataFrame([[.30, .25], [.025, .90]], index=names, columns=names)
        >>> explorer = StageExplorer(StageModel(matrix, {"middle": 600, "long": 400}), periods=2)
        >>> explorer.retention_middle = 0.05
        >>> explorer.scenario
        Scenario(retention_middle=0.05)
        >>> explorer.code
        'scenario = crr.Scenario(retention_middle=0.05); future = model.project(2, scenario=scenario)'
        >>> explorer.retention_long = 0.5
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: retention_long stands at 0.925 and cannot change by +0.5: ...
    """

    module = "stage_explorer"
    names = (*SLIDERS, "periods", "margins", "measure")
    embedded = ("_chain",)

    conversion = Change().tag(sync=True)
    retention_middle = Change().tag(sync=True)
    promotion = Change().tag(sync=True)
    retention_long = Change().tag(sync=True)
    winback = Change().tag(sync=True)
    inflow = Change().tag(sync=True)
    periods = Count(least=1, most=MOST_STEPS).tag(sync=True)
    margins = Margins().tag(sync=True)
    measure = Choice((*BY_EFFECT, *BY_COST)).tag(sync=True)
    _chain: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: StageModel,
        *,
        scenario: Scenario | None = None,
        periods: int = 4,
        margins: Mapping[str, float] | None = None,
        costs: Mapping[str, float] | None = None,
        measure: str = BY_EFFECT[0],
        lang: str | None = None,
    ) -> None:
        from crrkit.judge.whatif import StageModel, check_costs

        self.model = check_given(model, StageModel, name="model")
        self.costs = check_costs(costs, model.lever_names)
        self._chain = as_json(model, self.costs)
        given = {"periods": periods, "margins": {} if margins is None else margins, "measure": measure}
        self._start({**sliders_of(scenario), **given}, lang=lang, words=self._words_of_the_page)

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> StageExplorer:
        """Restore the explorer from its state."""
        scenario = scenario_of(state)
        rest = {name: state[name] for name in ("periods", "margins", "measure", "lang")}
        return cls(from_json(state["chain"]), scenario=scenario, costs=state["chain"]["costs"], **rest)

    def _check(self, state: Mapping[str, Any]) -> None:
        with as_state_error("scenario", state):
            self.model.under(scenario_of(state))
        if state["measure"] in BY_COST and not self.costs:
            message = _("measure={measure!r} needs costs=: what one point of each lever costs for one person and step.")
            raise StateError(message.format(measure=state["measure"]), argument="measure", given=state["measure"])

    @traitlets.validate(*SLIDERS, "measure")
    def _hold_to_what_can_be(self, proposal: dict[str, Any]) -> Any:
        return self._checked(proposal)

    @property
    def scenario(self) -> Scenario:
        """The current scenario, as a value to paste."""
        return scenario_of(self.state)

    @property
    def projection(self) -> Projection:
        """The projection for the current sliders; its ``table`` starts with step 0."""
        return self.model.project(self.periods, scenario=self.scenario, margins=self.margins)

    @property
    def unchanged(self) -> Projection:
        """The projection with no lever changed."""
        return self.model.project(self.periods, margins=self.margins)

    @property
    def levers(self) -> LeverTable:
        """The effect of one more point on each lever from the current sliders; levers without room are left out."""
        moved, changes = self.model.under(self.scenario), self.scenario.changes(all_levers=True)
        room = {name: self.model.lever_room(name)[1] - changes[name] for name in moved.lever_names}
        names = [name for name, left in room.items() if left + ROUNDING >= POINT]
        costs = {name: cost for name, cost in self.costs.items() if name in names}
        return moved.levers(
            self.periods, step=POINT, only=names, margins=self.margins, costs=costs, horizon=self.periods
        )

    @property
    def code(self) -> str:
        """The line of code that reproduces the numbers shown."""
        margins = ", ".join(f'"{stage}": {value!r}' for stage, value in self.margins.items() if value)
        given = f", margins={{{margins}}}" if margins else ""
        return f"scenario = crr.{self.scenario!r}; future = model.project({self.periods}, scenario=scenario{given})"

    @property
    def saved_state(self) -> dict[str, Any]:
        """The levers, the horizon, the margins, the language and the model."""
        return self.state | {"lang": self.lang, "chain": self._chain}

    def still(self) -> str:
        """The base, its stages and the ranking as static HTML, for places without JavaScript."""
        if self._words["refusal"]:
            return paragraphs([self._words["refusal"]])
        now, plain = self.projection, self.unchanged
        with use_language(self.lang):
            ranking = ranked(self._rank_table(), self.measure)
            picture = stages_svg(now.table, plain.table, ranking, stages=self.model.retained, words=self._words,
                                 measure=self.measure)  # fmt: skip
            counts = (
                now.table["customers"].iloc[0],
                now.table["customers"].iloc[-1],
                plain.table["customers"].iloc[-1],
            )
            start, end, same = (format_cell(n, "count") for n in counts)
            alt = self._words["picture"].format(n=self.periods, start=start, end=end, plain=same)
            if "customers_low" in now.table:
                ends = (format_cell(float(now.table[f"customers_{end}"].iloc[-1]), "count") for end in ("low", "high"))
                alt += " " + self._words["band"].format(**dict(zip(("low", "high"), ends, strict=True)))
            return still_html(now.caption(), picture, alt)

    def _rank_table(self) -> Any:
        try:
            return self.levers.table
        except InputError:  # no lever has room for a point
            import pandas as pd

            return pd.DataFrame(columns=["lever", self.measure])

    @property
    def _arguments(self) -> str:
        return f"scenario={self.scenario!r}, periods={self.periods}, margins={self.margins!r}, measure={self.measure!r}"

    def _words_of_the_page(self) -> State:
        """All texts shown in the browser, in the current language; {names} are filled in there."""
        stages = {stage: format_cell(stage, "word") for stage in self.model.stages}
        words = _words()
        others = words.pop("others")
        return words | self._words_of_the_list() | {
            "stages": stages,
            "notes": words["notes"] | {name: others[name] for name in self._from_those_who_stay()},
            "marginOf": {stage: _("Margin of a step, stage: {stage}").format(stage=stages[stage])
                         for stage in self.model.retained},
            "names": {name: format_cell(name, "word") for name in self.model.lever_names},
        }  # fmt: skip

    def _words_of_the_list(self) -> State:
        """The backtest error, or why there is no projection; empty without a list."""
        basis, refusal = self.model.basis, self.model.refusal
        words = {"refusal": refusal, "tried": "", "beyond": ""}
        return words if basis is None or refusal else words | {"tried": basis.tried(), "beyond": basis.beyond()}

    def _from_those_who_stay(self) -> list[str]:
        """The levers of stages that nobody leaves for good."""
        from crrkit.judge.whatif import LEVERS

        leaves = self.model.table.set_index("from")["exit"]
        own = {name: LEVERS[name].stage for name in self.model.lever_names if LEVERS[name].how == "enter"}
        return [name for name, stage in own.items() if abs(leaves[stage]) <= ROUNDING]


def _words() -> State:
    return {
        "title": _("Stages and levers, to try"),
        "levers": {
            "conversion": _("Contacts who become customers"),
            "retention_middle": _("Middle customers kept"),
            "promotion": _("Kept middle customers who become long"),
            "retention_long": _("Long customers kept"),
            "winback": _("Lapsed customers who come back"),
            "inflow": _("Who comes in a step"),
        },
        "notes": {
            "conversion": _("taken from the contacts who leave for good"),
            "retention_middle": _("the same share of the kept becomes long"),
            "promotion": _("as many fewer stay middle; nobody more is kept"),
            "retention_long": _("the same share of the kept falls back to middle"),
            "winback": _("taken from the lapsed who are gone for good"),
            "inflow": _("of those who come now, in every stage alike"),
        },
        "others": {
            "conversion": _("taken from the contacts who stay contacts"),
            "winback": _("taken from the lapsed who stay away"),
        },
        "periods": _("Steps ahead"),
        "measure": _("Rank the levers by"),
        "measures": {
            "customers": _("customers at the end"),
            "crr": _("CRR of the last step"),
            "crr_endpoint": _("CRR of today's customers"),
            "margin": _("margin of all the steps"),
            "customers_per_1000": _("customers per 1,000 of cost"),
            "margin_per_cost": _("margin per 1 of cost"),
        },
        "customers": _("Customers, now → at the end"),
        "crr": _("CRR of the last step"),
        "endpoint": _("Today's customers still there at the end"),
        "money": _("Margin of all the steps"),
        "short": _("CRR"),
        "sumNote": _("share of each stage × its retention, added up, in the last step"),
        "undefined": _("Nobody was a customer before the last step, so there is no rate."),
        "ranking": _("One point more on each lever: {measure}, steps: {n}"),
        "full": _("at its end"),
        "plain": _("nothing changed"),
        "axis": _("steps"),
        "pp": _("pp"),
        "band": _("95% band of the customers at the end: {low} to {high}."),
        "picture": _("Customers by stage, steps: {n}. Now {start}, at the end {end}; with nothing changed {plain}."),
        "atEnd": _("That is all: one point more, and a share would be above 100% or more than there is to take from."),
        "hint": _("An arrow key moves a lever by one point; a box takes any change in points."),
    }
