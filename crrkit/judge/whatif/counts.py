"""Transition counts from which a matrix is estimated: the table, rows with few counts, and resampled matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crrkit.counts import FEW
from crrkit.ground import InputError, check_column, gettext as _
from crrkit.judge.whatif.chain import check_periods
from crrkit.measure.stages import EXIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


def tabulate(transitions: pd.DataFrame) -> pd.DataFrame:
    """Transitions pooled over all periods; rows are origins, columns destinations, ``exit`` last."""
    for column in ("from_stage", "to_stage", "customers"):
        check_column(column, name="transitions", available=transitions.columns)
    counts = transitions.pivot_table(
        index="from_stage", columns="to_stage", values="customers", aggfunc="sum", fill_value=0, observed=True
    ).astype("float64")
    refuse_unknown(counts)
    return counts.reindex(columns=[*counts.index, EXIT], fill_value=0.0)


def refuse_unknown(counts: pd.DataFrame) -> None:
    """Refuse transitions to a stage from which none was counted."""
    seen = counts.index[counts.sum(axis=1) > 0]
    unknown = [str(stage) for stage in counts.index.union(counts.columns) if stage not in seen and stage != EXIT]
    if unknown:
        message = _("Nobody was counted who could leave or stay in {names}: its row is not known. Count more periods.")
        raise InputError(message.format(names=", ".join(unknown)), argument="transitions")


def thin_rows(counts: pd.DataFrame) -> tuple[str, ...]:
    """The stages whose row is estimated from few customers."""
    sizes = counts.sum(axis=1)
    return tuple(str(stage) for stage in sizes.index[sizes < FEW])


def redraw(counts: pd.DataFrame | None, draws: int, *, seed: int) -> Iterator[np.ndarray]:
    """Matrices with rows resampled independently from their own counts (multinomial)."""
    if not draws:
        return
    if counts is None:
        message = _("Bands need the counts behind the matrix. Make the model with StageModel.from_counts.")
        raise InputError(message, argument="draws", given=draws)
    number = check_periods(draws, name="draws")
    random, sizes = np.random.default_rng(seed), counts.sum(axis=1).round().astype(int)
    chances = counts.div(counts.sum(axis=1), axis=0).to_numpy()
    for _draw in range(number):
        rows = [random.multinomial(n, p) / n for n, p in zip(sizes, chances, strict=True)]
        yield np.array(rows)[:, :-1]
