"""The stages as a matrix: where the base is going, what a customer is worth, and which lever moves it."""

from __future__ import annotations

from crrkit.whatif._chain import StageModelWarning
from crrkit.whatif._model import StageModel
from crrkit.whatif._scenario import Scenario

__all__ = ["Scenario", "StageModel", "StageModelWarning"]
