"""The company of the course's last notebooks: 1,000 customers at the start of the half-year, 300 lost, 500 gained."""

from __future__ import annotations

from functools import cache

import pandas as pd

from crrkit.judge.whatif import StageModel

WORKED_STAGES = ("short", "middle", "long", "lapsed")
MOVES = ((0.10, 0.20, 0, 0), (0, 0.30, 0.25, 0.45), (0, 0.025, 0.90, 0.075), (0, 0.05, 0, 0.75))


@cache
def firm() -> StageModel:
    """Its transitions between the stages in the half-year, as shares of each stage."""
    moves = pd.DataFrame(MOVES, index=list(WORKED_STAGES), columns=list(WORKED_STAGES))
    return StageModel(moves, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250})


COSTS = {"conversion": 0.8, "retention_middle": 2.5, "promotion": 2, "retention_long": 6.25, "winback": 1}
"""What one point on a lever costs for each head treated in a half-year."""

MARGINS = {"middle": 20.0, "long": 60.0}
"""What a customer brings in a half-year."""
