"""The transition matrix between stages, validated on input, as plain arrays.

Rows are origins, columns are destinations: ``n(t+1) = n(t) P + b``. Matrix-population books write the transpose.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import ROUNDING
from crrkit.ground import InputError, check_choice, check_count, check_names, check_number, gettext as _, suggestion
from crrkit.measure.stages import EXIT

if TYPE_CHECKING:
    from collections.abc import Sequence

SLACK = 1e-12  # rounding error of an eigenvalue of 1
TAKEN = (
    EXIT, "step", "customers", "kept", "lost", "new", "returned", "crr", "crr_textbook", "quick_ratio", "crr_endpoint",
    "crr_unbroken", "crr_chain", "margin", "customers_low", "customers_high", "crr_low", "crr_high",
    "margin_sum", "margin_sum_low", "margin_sum_high",
)  # fmt: skip


class StageModelWarning(UserWarning):
    """A matrix that is not one of probabilities is treated as a population model."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Stages, transitions, counts per stage, inflow, and which stages are customers."""

    stages: tuple[str, ...]
    matrix: np.ndarray
    start: np.ndarray
    inflow: np.ndarray
    retained: np.ndarray

    @property
    def block(self) -> np.ndarray:
        """The transitions among customer stages."""
        return np.asarray(self.matrix[np.ix_(self.retained, self.retained)])

    @property
    def retention(self) -> np.ndarray:
        """The share of each stage that are customers after the step."""
        return np.asarray(self.matrix[:, self.retained].sum(axis=1))

    @property
    def customers(self) -> tuple[str, ...]:
        """The stages that are customers."""
        return tuple(stage for stage, kept in zip(self.stages, self.retained, strict=True) if kept)

    @property
    def former(self) -> np.ndarray:
        """The non-customer stages that a customer can move to: entering from there is a return."""
        reach = np.linalg.matrix_power(np.eye(len(self.stages)) + (self.matrix > 0), len(self.stages))
        return np.asarray((reach[self.retained].sum(axis=0) > 0) & ~self.retained)

    def with_matrix(self, matrix: np.ndarray) -> Chain:
        """The same people with another matrix."""
        return replace(self, matrix=matrix)

    def path(self, periods: int) -> np.ndarray:
        """The counts per stage, one row per step, step 0 first."""
        rows = [self.start]
        for _step in range(periods):
            rows.append(rows[-1] @ self.matrix + self.inflow)
        return np.array(rows)

    def gain(self, change: np.ndarray, periods: int) -> np.ndarray:
        """The change of the path caused by a change of the matrix: ``d(t+1) = d(t) (P + change) + n(t) change``.

        An additional row below the matrix is a change of the inflow, added in every step. Computed directly, since a
        difference of two paths would lose digits by cancellation.
        """
        moves, came = parted(change)
        rows = [np.zeros(len(self.stages))]
        for counts in self.path(periods)[:-1]:
            rows.append(rows[-1] @ (self.matrix + moves) + counts @ moves + came)
        return np.array(rows)


def parted(change: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A change, split into that of the matrix and that of the inflow, an optional additional row."""
    size = change.shape[1]
    return change[:size], change[size:].sum(axis=0)


def runs_out(matrix: np.ndarray) -> bool:
    """Whether everybody in the matrix eventually leaves: its spectral radius is below 1."""
    return spectral_radius(matrix) < 1 - SLACK


def spectral_radius(matrix: np.ndarray) -> float:
    """The largest modulus of an eigenvalue; for a non-negative matrix it is itself an eigenvalue."""
    return float(np.abs(np.linalg.eigvals(matrix)).max()) if matrix.size else 0.0


def read_chain(
    matrix: Any, start: Any, inflow: Any, *, retained: Sequence[str] | str, population: bool | None
) -> Chain:
    """Validate all inputs of a model."""
    frame = _square(matrix)
    stages = tuple(map(str, frame.index))
    _check_names(stages)
    kept = check_names(retained, name="retained")
    for stage in kept:
        check_choice(stage, name="retained", choices=stages)
    if not kept:
        message = _("retained names no stage. Name the stages that are customers, such as ('middle', 'long').")
        raise InputError(message, argument="retained")
    values = _check_values(frame, stages, population=population, whole=set(kept) == set(stages))
    mask = np.array([stage in kept for stage in stages])
    return Chain(stages, values, by_stage(start, stages, "start"), by_stage(inflow, stages, "inflow"), mask)


def by_stage(values: Any, stages: Sequence[str], name: str, *, signed: bool = False) -> np.ndarray:
    """A mapping of stage to number, as an array in stage order; missing stages are 0."""
    given = {} if values is None else values
    if not isinstance(given, Mapping | pd.Series):
        message = _("{name} must map stages to numbers, for example {{'{stage}': 100}}.")
        raise InputError(message.format(name=name, stage=stages[0]), argument=name)
    for stage in given.keys():  # noqa: SIM118 - a Series is no dictionary: it iterates over its values
        check_choice(stage, name=name, choices=stages)
    check = check_number if signed else _count
    return np.array([check(given[stage], name=f"{name}[{stage!r}]") if stage in given else 0.0 for stage in stages])


def check_periods(value: object, *, name: str = "periods") -> int:
    """A number of steps: an integer, at least 1."""
    number = check_count(value, name=name)
    if number < 1:
        raise InputError(
            _("{name}={value:g}: at least one step is needed.").format(name=name, value=number), argument=name
        )
    return int(number)


def _count(value: object, *, name: str) -> float:
    return check_count(value, name=name, allow_fractional=True)


def _square(matrix: Any) -> pd.DataFrame:
    if not isinstance(matrix, pd.DataFrame):
        message = _(
            "matrix is a {kind}; it must be a frame whose rows (from) and columns (to) are named by the stages."
        )
        raise InputError(message.format(kind=type(matrix).__name__), argument="matrix")
    frame = matrix.rename(index=str, columns=str)
    if EXIT in frame:
        _check_exit(frame)
        frame = frame.drop(columns=EXIT).drop(index=EXIT, errors="ignore")
    if not len(frame) or not frame.index.is_unique or sorted(frame.index) != sorted(frame.columns):
        message = _("matrix: the rows are {rows}, the columns {columns}; both must name the same stages, each once.")
        words = {"rows": ", ".join(frame.index), "columns": ", ".join(frame.columns)}
        raise InputError(message.format(**words), argument="matrix")
    return frame[list(frame.index)]


def _check_exit(frame: pd.DataFrame) -> None:
    sums = frame.drop(index=EXIT, errors="ignore").sum(axis=1)
    wrong = sums[(sums - 1).abs() > 1e-6]  # noqa: PLR2004 - shares typed by hand
    if len(wrong):
        message = _("matrix: with its exit the row of {stage!r} sums to {total:.6g}, it must sum to 1.")
        raise InputError(message.format(stage=wrong.index[0], total=wrong.iloc[0]), argument="matrix")


def _check_names(stages: Sequence[str]) -> None:
    for stage in stages:
        if stage in TAKEN:
            message = _(
                "A stage cannot be called {stage!r}: a column of the results bears that name. Rename the stage."
            )
            raise InputError(message.format(stage=stage), argument="matrix", given=stage)


def _check_values(frame: pd.DataFrame, stages: Sequence[str], *, population: bool | None, whole: bool) -> np.ndarray:
    rows = [[check_number(v, name=f"matrix[{a!r}, {b!r}]") for b, v in zip(stages, row, strict=True)]
            for a, row in zip(stages, frame.to_numpy(dtype=object), strict=True)]  # fmt: skip
    values = np.array(rows)
    if (values < 0).any():
        i, j = np.argwhere(values < 0)[0]
        message = _("matrix[{a!r}, {b!r}]={value:g} is negative; a share that moves is 0 or more.")
        raise InputError(message.format(a=stages[i], b=stages[j], value=values[i, j]), argument="matrix")
    if (values.sum(axis=1) > 1 + ROUNDING).any() and not population:
        _refuse_growth(values, stages, forbidden=population is False or not whole)
    return values


def _refuse_growth(values: np.ndarray, stages: Sequence[str], *, forbidden: bool) -> None:
    """Refuse rows that sum above 1, or, if every stage is a customer, warn that the model has growth."""
    row = int(values.sum(axis=1).argmax())
    words = {"stage": stages[row], "total": values[row].sum(), "most": values[row].max()}
    if not forbidden:
        message = _(
            "The row of {stage!r} sums to {total:.6g}: the matrix is taken as a population whose members bear others."
            " population=True says that this is meant."
        )
        warnings.warn(message.format(**words), StageModelWarning, stacklevel=5)
        return
    message = _("matrix: {most:.6g} in the row of {stage!r} is above 1, and a share that moves cannot be.")
    if words["most"] <= 1 + ROUNDING:
        message = _("matrix: the row of {stage!r} sums to {total:.6g}, above 1; what is missing to 1 leaves.")
    hint = _("Rows are from, columns are to. population=True takes members that bear others.")
    raise InputError(message.format(**words) + " " + hint, argument="matrix", given=words["total"])


def unknown_name(value: str, known: Sequence[str]) -> str:
    """The end of an error message: the known names, and the one probably meant."""
    return _("There are {names}.").format(names=", ".join(known)) + suggestion(value, known)
