"""Precomputed counts of a list for every period length, limit of silence and segment, for interactive sliders."""

from crrkit.measure.cube.beside import cohorts_of, rates_by_segment, rates_by_silence
from crrkit.measure.cube.choices import ListSettings, Segment, periods_touched, refuse_names_as_segments
from crrkit.measure.cube.counted import ListCube, list_cube
from crrkit.measure.cube.sharing import SharedCube, shared_cube

__all__ = [
    "ListCube",
    "ListSettings",
    "Segment",
    "SharedCube",
    "cohorts_of",
    "list_cube",
    "periods_touched",
    "rates_by_segment",
    "rates_by_silence",
    "refuse_names_as_segments",
    "shared_cube",
]
