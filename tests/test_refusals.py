"""A refusal of the counting core names the argument as it was typed and the value that was given, to who catches it
and to who reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import pytest

from crrkit.counts import (
    churn_from_counts,
    convert_rate,
    crr_bounds,
    crr_from_counts,
    crr_from_sets,
    difference_p_value,
    effective_n,
    n_to_tell_apart,
    newcombe_paired,
    quick_ratio,
    sample_size,
    survey_rate,
)
from crrkit.ground import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = crr_from_counts(start=70, end=90, new=30, period="month")
SURVEY = {"kept": 150, "asked": 200, "frame": 1000, "answered": 180}
PAIRS = {"both": 5, "first_only": 3, "second_only": 4, "neither": 3}
TWO = {"k1": 6, "n1": 7, "k2": 5, "n2": 7}
APART = {"p1": 0.8, "p2": 0.7}

# What is called, what is wrong in it, and what else has to be read in the sentence.
REFUSED: list[tuple[Callable[..., object], dict[str, Any], str, str]] = [
    (crr_bounds, {"start": 70, "end": 90, "new": 10}, "new", "end=90 less new=10 leaves 80, more than start=70"),
    (churn_from_counts, {"start": 70, "lost": 80, "period": "month"}, "lost", "lost=80 is more than start=70"),
    (crr_bounds, {"start": -70, "end": 90, "new": 30}, "start", "-70"),
    (crr_bounds, {"start": 70, "end": 9.5, "new": 30}, "end", "9.5"),
    (crr_bounds, {"start": 70, "end": 90, "new": math.inf}, "new", "inf"),
    (crr_from_counts, {"start": 70, "end": 90, "new": 10, "period": "month"}, "new", "start=70"),
    (crr_from_sets, {"start": "ann", "end": ["ann"], "period": "month"}, "start", "one text"),
    (crr_from_sets, {"start": ["ann"], "end": "ann", "period": "month"}, "end", "one text"),
    (crr_from_sets, {"start": ["ann"], "end": 7, "period": "month"}, "end", "int"),
    (crr_from_sets, {"start": ["ann"], "end": ["ann", None], "period": "month"}, "end", "missing"),
    (quick_ratio, {"gained": -1, "lost": 2}, "gained", "-1"),
    (quick_ratio, {"gained": 1, "lost": -2}, "lost", "-2"),
    (convert_rate, {"rate": RATE, "from_": "quarter", "to": "year"}, "from_", "month"),
    (convert_rate, {"rate": RATE, "from_": "quater", "to": "year"}, "from_", "'quater'"),
    (effective_n, {"n": -1, "cluster_size": 2, "icc": 0.5}, "n", "-1"),
    (effective_n, {"n": 9, "cluster_size": math.nan, "icc": 0.5}, "cluster_size", "cluster_size"),
    (effective_n, {"n": 9, "cluster_size": 0.5, "icc": 0.5}, "cluster_size", "0.5"),
    (effective_n, {"n": 9, "cluster_size": 2, "icc": 50}, "icc", "50"),
    *((newcombe_paired, PAIRS | {name: -1}, name, "-1") for name in PAIRS),
    *((difference_p_value, TWO | {name: -1}, name, "-1") for name in TWO),
    *((n_to_tell_apart, APART | {name: 80}, name, "80") for name in APART),
    (n_to_tell_apart, {"p1": 0.8, "p2": 0.8}, "p2", "0.8"),
    (n_to_tell_apart, APART | {"power": 1.0}, "power", "1"),
    (sample_size, {"margin": 0.05, "frame": 0}, "frame", "nobody to ask"),
    (survey_rate, SURVEY | {"answered": 140}, "kept", "kept=150 is more than answered=140"),
    (survey_rate, SURVEY | {"asked": 170}, "answered", "answered=180 is more than asked=170"),
    (survey_rate, SURVEY | {"frame": 100}, "asked", "asked=200 is more than frame=100"),
    (lambda share: survey_rate(**SURVEY).if_leavers_answer(share), {"share": 0.0}, "share", "never answer"),
]


def test_it_names_the_argument_and_what_was_given() -> None:
    wrong = []
    for function, given, argument, also in REFUSED:
        with pytest.raises(InputError) as caught:
            function(**given)
        error = caught.value
        told = argument in str(error) and also in str(error)
        carried = None if function is crr_from_sets else given[argument]  # ids of customers do not travel in an error
        same = error.given == carried or (error.given != error.given and carried != carried)  # noqa: PLR0124 - NaN
        if not told or error.argument != argument or not same:
            wrong.append((function, argument, error.argument, error.given, str(error)))
    assert not wrong, "\n".join(map(repr, wrong))


def test_a_notebook_shows_the_own_line_and_the_message_alone() -> None:
    client = nbclient.NotebookClient(
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(
                    "import crrkit as crr\n\nkept = crr.convert_rate(0.9, from_='mnth', to='year')"
                )
            ]
        ),
        allow_errors=True,
        timeout=120,
    )
    (shown,) = client.execute().cells[0].outputs
    assert shown.traceback[0] == "----> 3 kept = crr.convert_rate(0.9, from_='mnth', to='year')"
    assert shown.traceback[-1].startswith("InputError: from_='mnth' is not known.")
    assert not any("crrkit/" in line for line in shown.traceback)
