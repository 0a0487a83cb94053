"""StageModel: the model that answers questions about stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - the fields of a dataclass
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import check_fraction, check_given
from crrkit.judge.whatif import chain as _chain, levers, projection, steady, window as _window
from crrkit.judge.whatif.allocation import Allocation, check_ceilings, water_fill
from crrkit.judge.whatif.backtest import Backtest, backtest, basis_of
from crrkit.judge.whatif.band import with_bands
from crrkit.judge.whatif.scenario import Scenario, available, check_costs, check_levers
from crrkit.judge.whatif.standing import Standing
from crrkit.judge.whatif.window import parts_of, window_of
from crrkit.measure.stages import StageFlow

if TYPE_CHECKING:
    import pandas as pd

HORIZON = 20


@dataclass(frozen=True, eq=False, repr=False)
class StageModel(Standing):
    """Customers moving between stages: ``n(t+1) = n(t) P + b``.

    The retention rate of a step is ``sum(share of stage * rate of stage)`` over the stages that are customers, with
    ``rate of stage`` the sum of its row over those stages. If no stage's rate changes, it can still change by the mix.

    Args:
        matrix: A data frame of probabilities; rows are origins, columns destinations. What a row lacks to 1 leaves for
            good; an optional column ``exit`` states it, and the rows must then sum to 1.
        start: Stage to count at step 0; missing stages have 0.
        inflow: Stage to the number of entries per step; none by default.
        retained: The stages that are customers.
        population: True accepts any non-negative matrix, such as one where members recruit others; rates are then
            growth factors. By default it is assumed, with a warning, if every stage is retained.
        counts: The transitions from which the matrix was estimated, for bands; see `from_counts`.
        basis: The periods of the list behind the model, and its backtest; see `from_flow`.
        window: The part of the list that `from_flow` used.

    Raises:
        ValueError: If a share is negative or above 1, a row sums to more than 1, a count is negative, or a stage is not
            known.

    References:
        Caswell 2001, Matrix Population Models (whose columns are origins); Pfeifer and Carraway 2000, Journal of
        Interactive Marketing 14(2).

    Examples:
        >>> import pandas as pd
        >>> stages = ["short", "middle", "long", "lapsed"]
        >>> moves = [[.1, .2, 0, 0], [0, .3, .25, .45], [0, .025, .9, .075], [0, .05, 0, .75]]
        >>> matrix = pd.DataFrame(moves, index=stages, columns=stages)
        >>> model = StageModel(matrix, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})
        >>> [round(float(rate), 6) for rate in model.project(periods=2).to_pandas()["crr"][1:]]
        [0.7, 0.709375]
        >>> round(model.growth_rate, 6), round(model.equilibrium().customers, 4)
        (0.910242, 3431.3725)
        >>> StageModel(matrix, {"mdidle": 600}, retained=("middle", "long"))
        Traceback (most recent call last):
            ...
        crrkit.InputError: start='mdidle' is not known. Choose one of short, middle, long, lapsed. Did you ...
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.StageModel.from_flow(crr.stage_flow(base, every='month'))",)

    @classmethod
    def from_counts(
        cls,
        transitions: pd.DataFrame,
        start: Mapping[str, float],
        inflow: Mapping[str, float] | None = None,
        *,
        retained: Sequence[str] | str = ("middle", "long"),
    ) -> StageModel:
        """Estimate the matrix from transition counts: ``p_ij = n_ij / sum_j(n_ij)``, pooled over all periods.

        Args:
            transitions: Columns ``from_stage to_stage customers``, one row per transition; leaving has ``exit`` as
                ``to_stage``.
            start: Stage to count at step 0.
            inflow: Stage to newcomers of each step.
            retained: The stages that are customers.

        Raises:
            ValueError: If a column is missing, or transitions lead to a stage from which none was counted.

        Examples:
            >>> import pandas as pd
            >>> moves = {"from_stage": ["middle"] * 2, "to_stage": ["middle", "exit"], "customers": [3, 1]}
            >>> StageModel.from_counts(pd.DataFrame(moves), {"middle": 8}, retained="middle").growth_rate
            0.75
        """
        counts = _window.tabulate(transitions)
        matrix = counts.div(counts.sum(axis=1), axis=0)
        return cls(matrix, start, inflow, retained=retained, counts=counts)

    @classmethod
    def from_flow(
        cls, flow: StageFlow, *, periods: int | None = None, first: str | None = None, last: str | None = None
    ) -> StageModel:
        """Estimate the model from a list: transitions and entries of its last whole periods, counts at their end.

        The running period is left out, and the burn-in, in which stages depend on where the list begins (as long as the
        rule looks back, or ``burn_in_days`` if longer). Of the others the last year is used, so that every season is
        included once; for half-years and years, the last four. If nothing is left after the burn-in, the model uses
        what there is and is not projected.

        Args:
            flow: The result of `stage_flow`. A contact that goes cold leaves; a new contact with it is a new entry.
            periods: The number of whole periods; by default one year.
            first: The name of the first period, possibly within the burn-in; instead of ``periods``.
            last: The last period; by default the last whole one. Its end is step 0 of the model.

        Raises:
            ValueError: If the flow lacks such a period or has too few, or no transition from an occupied stage was
                observed.

        Examples:
            >>> from crrkit.read.bases.events import read_events
            >>> from crrkit.read.samples import sample_path
            >>> from crrkit.measure.stages import stage_flow
            >>> flow = stage_flow(read_events(sample_path("events"), customer="client_id", amount="total"))
            >>> model = StageModel.from_flow(flow)
            >>> model.basis.first, model.basis.last, round(model.growth_rate, 4)
            ('2024-01', '2024-12', 0.9271)
            >>> print(model.project(periods=1).caption())
            Customers 328 → ...
        """
        check_given(flow, StageFlow, name="flow")
        window = window_of(flow, periods=periods, first=first, last=last)
        parts = parts_of(window)
        return cls(
            parts.matrix, parts.start, parts.inflow, retained=parts.retained, counts=parts.counts,
            basis=basis_of(window, parts), window=window,
        )  # fmt: skip

    def backtest(self, periods: int | None = None) -> Backtest:
        """Backtest the model: estimate it from earlier periods, project it over the last ones, compare.

        The earlier model uses as many periods as this one, or as many as there are after the burn-in.

        Args:
            periods: How many of the last periods are held out; by default a third, at most a year. Every projection
                prints the error of that default, and beyond its ``limit`` crrkit refuses to project.

        Returns:
            The held-out periods with projection, band and actual values; ``error`` is the overall error.

        Raises:
            ValueError: If the model is not from a list, or fewer than two periods would be left to estimate from.

        Examples:
            >>> from crrkit.read.bases.events import read_events
            >>> from crrkit.read.samples import sample_path
            >>> from crrkit.measure.stages import stage_flow
            >>> flow = stage_flow(read_events(sample_path("events"), customer="client_id", amount="total"))
            >>> tested = StageModel.from_flow(flow).backtest()
            >>> list(tested.table["period"])[-1], round(tested.error, 3), tested.passed
            ('2024-12', 0.036, True)
        """
        return backtest(self.window, periods)

    def project(
        self,
        periods: int,
        *,
        scenario: Scenario | None = None,
        margins: Mapping[str, float] | None = None,
        draws: int = 0,
        level: float = 0.95,
        seed: int = 0,
    ) -> projection.Projection:
        """Project the base step by step.

        Args:
            periods: Steps, at least 1.
            scenario: Changes of the levers; none by default.
            margins: Margin of a step by stage.
            draws: The number of resampled matrices for bands of customers and CRR, if the model was made from counts.
            level: Coverage of the bands.
            seed: Of the draws.

        Returns:
            The steps, step 0 first, which has no rate (NaN). If the model is from a list, customers, rate and margin
            have bands for the uncertainty of transitions and entries and for chance in the steps to come.

        Raises:
            ValueError: If the model is from a list and failed its backtest.
        """
        self._check_list()
        steps, share, moved = _chain.check_periods(periods), check_fraction(level, name="level"), self.under(scenario)
        chain = moved.chain
        table = projection.project(chain, steps, margins=self._margins(margins))
        if draws:
            change = chain.matrix - self.chain.matrix
            redrawn = [chain.with_matrix(one.matrix + change) for one in self._redraw(draws, seed)]
            table = projection.add_bands(table, redrawn, level=share)
        if moved.basis:
            table = with_bands(table, chain, moved.basis.spread, margins=self._margins(margins), level=share)
        return projection.Projection(table, self.stages, scenario, self.basis)

    def fundamental(self, *, returns: bool = False) -> steady.Fundamental:
        """Expected lifetimes and values of customers.

        Args:
            returns: Count the whole lifetime, returns included; by default until the first lapse.

        Raises:
            ValueError: If some never leave, so that the lifetime is infinite.
        """
        return steady.fundamental(self.chain, returns=returns)

    def equilibrium(self, *, margins: Mapping[str, float] | None = None) -> steady.Equilibrium:
        """The base to which constant transitions and inflow converge: ``n = b (I - P)^-1``.

        Raises:
            ValueError: If the largest eigenvalue of the matrix is 1 or more: there is no equilibrium.
        """
        return steady.equilibrium(self.chain, margins=self._margins(margins))

    def levers(
        self,
        periods: int,
        *,
        step: float = 0.01,
        costs: Mapping[str, float] | None = None,
        margins: Mapping[str, float] | None = None,
        only: Sequence[str] = (),
        horizon: int = HORIZON,
        draws: int = 0,
        level: float = 0.95,
        seed: int = 0,
    ) -> levers.LeverTable:
        """Compute the effect of one step on each lever, the others unchanged.

        Estimates from observational data are not causal effects: customers who were promoted may have been different
        from the start. A trial with a holdout measures the effect.

        Args:
            periods: The horizon in steps.
            step: The step on each lever; 0.01 is one point.
            costs: Lever to the cost of the step per person and period; everybody in its stage is treated.
            margins: Margin of a step by stage.
            only: The levers to include; by default all that the stages allow.
            horizon: The last step of ``by_horizon`` and ``flips()``.
            draws: The number of resampled matrices for bands, if the model was made from counts.
            level: Coverage of the bands.
            seed: Of the draws.

        Raises:
            ValueError: If a lever is not known or has no room for the step.
        """
        self._check_list()
        steps = _chain.check_periods(periods)
        names = check_levers(self.chain, only) or available(self.chain)
        return levers.lever_table(
            self.chain, names, periods=steps, step=step, costs=check_costs(costs, names),
            horizon=max(steps, _chain.check_periods(horizon, name="horizon")), margins=self._margins(margins),
            draws=self._redraw(draws, seed), coverage=check_fraction(level, name="level"), basis=self.basis,
        )  # fmt: skip

    def allocate(
        self,
        budget: float,
        *,
        ceilings: Mapping[str, float],
        speeds: Mapping[str, float],
        periods: int,
        margins: Mapping[str, float] | None = None,
    ) -> Allocation:
        """Allocate a budget between levers with the response ``r0 + (C - r0)(1 - exp(-k s))`` to spending ``s``.

        The weight of a lever is the distance to its ceiling, ``C - r0``, times its gain per unit within the periods
        (margin, or customers without margins), extrapolated linearly from one point, good for short distances.

        Args:
            budget: The money.
            ceilings: Lever to ``C``, the level that no spending can exceed.
            speeds: Lever to ``k``, per unit of money.
            periods: The horizon in steps.
            margins: Margin of a step by stage.

        Raises:
            ValueError: If a ceiling is below the current level, or a name is not known.
        """
        names = check_levers(self.chain, list(ceilings))
        ways = check_ceilings(ceilings, {name: self.lever(name) for name in names})
        step = 1e-6
        effects = self.levers(periods, step=step, only=names, margins=margins).table.set_index("lever")
        gains = effects["customers" if margins is None else "margin"] / step
        return water_fill(budget, weights={n: ways[n] * gains[n] for n in names}, speeds=speeds)

    def _redraw(self, draws: int, seed: int) -> list[_chain.Chain]:
        """The chain with every row resampled from its own counts."""
        return [self.chain.with_matrix(matrix) for matrix in _window.redraw(self.counts, draws, seed=seed)]
