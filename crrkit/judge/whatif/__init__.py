"""The stages as a transition matrix: projections of the base, customer value, and the effect of each lever."""

from __future__ import annotations

from crrkit.judge.whatif.backtest import Backtest
from crrkit.judge.whatif.band import LEVEL, student
from crrkit.judge.whatif.basis import Basis
from crrkit.judge.whatif.chain import StageModelWarning
from crrkit.judge.whatif.levers import LeverTable, effect_text
from crrkit.judge.whatif.model import StageModel
from crrkit.judge.whatif.projection import Projection
from crrkit.judge.whatif.scenario import LEVERS, Scenario, check_costs
from crrkit.judge.whatif.window import parts_of

__all__ = [
    "LEVEL",
    "LEVERS",
    "Backtest",
    "Basis",
    "LeverTable",
    "Projection",
    "Scenario",
    "StageModel",
    "StageModelWarning",
    "check_costs",
    "effect_text",
    "parts_of",
    "student",
]
