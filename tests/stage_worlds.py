"""Matrices to test the stage model with: the worked example and published matrices, columns from, as printed."""

from __future__ import annotations

import numpy as np
import pandas as pd

import crrkit as crr

STAGES = ["short", "middle", "long", "lapsed"]
# The second source article's figures: half-year steps, contacts who never bought are no customers.
WORKED = pd.DataFrame(
    [[0.10, 0.20, 0, 0], [0, 0.30, 0.25, 0.45], [0, 0.025, 0.90, 0.075], [0, 0.05, 0, 0.75]],
    index=STAGES,
    columns=STAGES,
)
MARGINS = {"middle": 20, "long": 60}
COSTS = {"conversion": 0.8, "retention_middle": 2.5, "promotion": 2, "retention_long": 6.25, "winback": 1}


def worked(**kwargs: object) -> crr.StageModel:
    return crr.StageModel(WORKED, {"short": 2500, "middle": 600, "long": 400}, {"short": 2250}, **kwargs)


def population(columns_from: list[list[float]]) -> crr.StageModel:
    """A matrix as the books print it, columns from."""
    names = [f"s{i}" for i in range(1, len(columns_from) + 1)]
    matrix = pd.DataFrame(np.array(columns_from).T, index=names, columns=names)
    return crr.StageModel(matrix, dict.fromkeys(names, 10), retained=names, population=True)


# Killer whales: Brault and Caswell 1993, Ecology 74:1444-1454
WHALE = [[0, 0.0043, 0.1132, 0], [0.9775, 0.9111, 0, 0], [0, 0.0736, 0.9534, 0], [0, 0, 0.0452, 0.9804]]

# Desert tortoise: Doak, Kareiva and Klepetka 1994, Ecological Applications 4:446-460; Caswell 2001, Ex. 9.4
_GROWN = [
    [0.716, 0.567, 0, 0, 0, 0, 0, 0],
    [0, 0.149, 0.567, 0, 0, 0, 0, 0],
    [0, 0, 0.149, 0.604, 0, 0, 0, 0],
    [0, 0, 0, 0.235, 0.560, 0, 0, 0],
    [0, 0, 0, 0, 0.225, 0.678, 0, 0],
    [0, 0, 0, 0, 0, 0.249, 0.851, 0],
    [0, 0, 0, 0, 0, 0, 0.016, 0.860],
]
TORTOISE = {
    name: [[0, 0, 0, 0, 0, *born], *_GROWN]
    for name, born in {
        "low": [0.042, 0.069, 0.069],
        "medlow": [0.42, 0.69, 0.69],
        "medhigh": [1.3, 1.98, 2.57],
        "high": [2.22, 3.38, 4.38],
    }.items()
}

# Teasel: Werner and Caswell 1977, Ecology 58:1103-1111; Caswell 2001, Ex. 5.2
TEASEL = [
    [0, 0, 0, 0, 0, 322.388],
    [0.966, 0, 0, 0, 0, 0],
    [0.013, 0.01, 0.125, 0, 0, 3.488],
    [0.007, 0, 0.125, 0.238, 0, 30.170],
    [0.008, 0, 0.038, 0.245, 0.167, 0.862],
    [0, 0, 0, 0.023, 0.750, 0],
]

# Hudsonia montana, four years: Gross, Lockwood, Frost and Morris 1998; Morris and Doak 2002
_SEED86 = [[0.4995, 0, 4.5782, 12.1425, 22.3167, 50.1895], [0.0004, 0, 0.0039, 0.0102, 0.0188, 0.0423]]
HUDSONIA = {
    "A85": [
        *_SEED86,
        [0, 0.4773, 0.7059, 0.1294, 0.0831, 0],
        [0, 0, 0.1345, 0.453, 0.2079, 0.2],
        [0, 0, 0, 0.3235, 0.6238, 0.2],
        [0, 0, 0, 0.0647, 0.0831, 0.6],
    ],
    "A86": [
        *_SEED86,
        [0, 0.4773, 0.4995, 0.2178, 0.0493, 0],
        [0, 0, 0.2913, 0.4356, 0.148, 0],
        [0, 0, 0, 0.2722, 0.444, 0],
        [0, 0, 0, 0, 0.3454, 0.9994],
    ],
    "A87": [
        [0.4995, 0, 4.4234, 11.7319, 21.562, 48.4923],
        [0.0003, 0, 0.0028, 0.0073, 0.0135, 0.0303],
        [0, 0.4545, 0.4575, 0.3079, 0.1425, 0],
        [0, 0, 0.1144, 0.5544, 0.1425, 0.0769],
        [0, 0, 0, 0.0616, 0.4985, 0.3846],
        [0, 0, 0, 0, 0.2137, 0.5385],
    ],
    "A88": [
        [0.4995, 0, 4.733, 12.5531, 23.0714, 51.8867],
        [0.0003, 0, 0.0028, 0.0075, 0.0137, 0.0308],
        [0, 0.5, 0.7331, 0.1428, 0, 0],
        [0, 0, 0.22, 0.4286, 0, 0],
        [0, 0, 0, 0.4286, 0.6154, 0.1],
        [0, 0, 0, 0, 0.3846, 0.9],
    ],
}
