"""StageModel: the one value that the questions about stages are put to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - the fields of a dataclass
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import check_fraction, check_given
from crrkit.judge.whatif import chain as _chain, counts as _counts, levers, projection, steady
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
    ``rate of stage`` the mass of its row that stays among them. It moves without any rate moving: that is the mix.

    Args:
        matrix: A frame, rows are from, columns are to, of shares between 0 and 1. What a row lacks to 1 leaves for
            good; a column ``exit`` may say so, the rows must then sum to 1.
        start: Stage to count at step 0; a stage that is not named has 0.
        inflow: Stage to newcomers of each step; nobody by default.
        retained: The stages that are customers.
        population: True takes any matrix without negative entries, such as of members who bear others; rates are
            then factors of growth. By default that is taken, with a warning, where every stage is retained.
        counts: The moves that the matrix was estimated from, for bands; see `from_counts`.
        basis: The periods of the list behind the model, and how it fared when held against them; see `from_flow`.
        window: The list itself, as `from_flow` took it.

    Raises:
        ValueError: If a share is negative or above 1, a row sums above 1, a count is negative, a stage not known.

    References:
        Caswell 2001, Matrix Population Models (columns are from there); Pfeifer and Carraway 2000, Journal of
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
        """Estimate the matrix from counted moves: ``p_ij = n_ij / sum_j(n_ij)``, all periods together.

        Args:
            transitions: Columns ``from_stage to_stage customers``, one row a move; ``exit`` as ``to_stage`` is leaving.
            start: Stage to count at step 0.
            inflow: Stage to newcomers of each step.
            retained: The stages that are customers.

        Raises:
            ValueError: If a column is missing, or moves lead to a stage from which none was counted.

        Examples:
            >>> import pandas as pd
            >>> moves = {"from_stage": ["middle"] * 2, "to_stage": ["middle", "exit"], "customers": [3, 1]}
            >>> StageModel.from_counts(pd.DataFrame(moves), {"middle": 8}, retained="middle").growth_rate
            0.75
        """
        counts = _counts.tabulate(transitions)
        matrix = counts.div(counts.sum(axis=1), axis=0)
        return cls(matrix, start, inflow, retained=retained, counts=counts)

    @classmethod
    def from_flow(
        cls, flow: StageFlow, *, periods: int | None = None, first: str | None = None, last: str | None = None
    ) -> StageModel:
        """Estimate the model from a list: the moves of its last whole periods, who stands where at their end, who came.

        Left out are the burn-in, in which stages hang on where the list begins (as long as the rule looks back, or
        ``burn_in_days`` of the list if that is longer), and the period that still runs. Of the others the last year is
        taken, so that every season is in it once; of half-years and years four. Where nothing is left after the
        burn-in the model is of what there is, and is not projected.

        Args:
            flow: What `stage_flow` gave. A contact grown cold leaves; one that looks again comes anew.
            periods: How many whole periods; by default a year.
            first: The first period by its name, within the burn-in if it must be; in place of ``periods``.
            last: The last period; by default the last whole one. Step 0 of the model is its end.

        Raises:
            ValueError: If the flow has no such period or not so many, or a stage in which somebody stands was never
                left or kept.

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
        """Hold the model against what came true: estimate it from earlier periods, project it over the last ones.

        The earlier model takes as many periods as this one, or as many as there are after the burn-in.

        Args:
            periods: How many of the last periods are held out; by default one of three, at most a year. It is that
                error which every projection prints, and beyond ``limit`` there is none.

        Returns:
            The periods held out, what was projected, with its band, and what came true; ``error`` on the whole.

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
        """Go forward step by step.

        Args:
            periods: Steps, at least 1.
            scenario: Changes of the levers; none by default.
            margins: Margin of a step by stage.
            draws: Redrawn matrices for bands of customers and CRR, where the model was made from counts.
            level: Coverage of the bands.
            seed: Of the draws.

        Returns:
            The steps, step 0 first; the first has no rate (NaN). Customers, rate and margin of a model from a list have
            bands, from what the list does not know of moves and entries and from chance in the steps to come.

        Raises:
            ValueError: If the model is from a list that it failed on when held against its last periods.
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
        """Expected stays and values of customers.

        Args:
            returns: Count the whole life with the firm, coming back included; by default until the first lapse.

        Raises:
            ValueError: If some never leave, so that no stay is finite.
        """
        return steady.fundamental(self.chain, returns=returns)

    def equilibrium(self, *, margins: Mapping[str, float] | None = None) -> steady.Equilibrium:
        """The base that the same moves and the same inflow tend to: ``n = b (I - P)^-1``.

        Raises:
            ValueError: If the greatest eigenvalue of the matrix is 1 or more: there is none.
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
        """What one step on each lever changes, the others as they are.

        An estimate from observation is no effect: who was promoted may have been another customer to begin with. A
        trial with a holdout measures the effect.

        Args:
            periods: The horizon in steps.
            step: The step on each lever; 0.01 is one point.
            costs: Lever to the cost of the step for one person and period; treated is who stands in its stage.
            margins: Margin of a step by stage.
            only: Levers to look at; all that the stages allow by default.
            horizon: How far ``by_horizon`` and ``flips()`` look.
            draws: Redrawn matrices for bands, where the model was made from counts.
            level: Coverage of the bands.
            seed: Of the draws.

        Raises:
            ValueError: If a lever is not known or cannot take the step.
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
        """Split a budget between levers that answer ``r0 + (C - r0)(1 - exp(-k s))`` to money ``s``.

        The weight of a lever is the way to its ceiling, ``C - r0``, times what a unit of it brings within the periods
        (margin, or customers without margins), as one point shows it: a straight line, good for small ways.

        Args:
            budget: The money.
            ceilings: Lever to the level that no money lifts it above, ``C``.
            speeds: Lever to ``k``, per unit of money.
            periods: The horizon in steps.
            margins: Margin of a step by stage.

        Raises:
            ValueError: If a ceiling lies below the level, or a name is not known.
        """
        names = check_levers(self.chain, list(ceilings))
        ways = check_ceilings(ceilings, {name: self.lever(name) for name in names})
        step = 1e-6
        effects = self.levers(periods, step=step, only=names, margins=margins).table.set_index("lever")
        gains = effects["customers" if margins is None else "margin"] / step
        return water_fill(budget, weights={n: ways[n] * gains[n] for n in names}, speeds=speeds)

    def _redraw(self, draws: int, seed: int) -> list[_chain.Chain]:
        """The chain with every row drawn anew from its own counts."""
        return [self.chain.with_matrix(matrix) for matrix in _counts.redraw(self.counts, draws, seed=seed)]
