"""The input of a decomposition: customers and rates by segment, from data frames, mappings and results."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import SHARES_SLACK
from crrkit.ground import (
    InconsistentCounts,
    InputError,
    InputTypeError,
    Shown,
    check_choice,
    check_column,
    check_count,
    check_fraction,
    gettext as _,
    segment_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


GIVEN_COLUMNS = (("start", "kept"), ("share", "rate"), ("share", "crr"), ("start", "rate"), ("start", "crr"))


def two_periods(account: Shown, before: Any, after: Any) -> tuple[pd.DataFrame, pd.DataFrame, Sequence[str]]:
    """The rows of two periods of an account, and the columns that identify its segments."""
    table: pd.DataFrame = getattr(account, "by_stage", account.table)
    if not set(table.columns) >= {"period", "start", "kept"}:
        message = _("of is a {kind}; give an account by segments, retention_by_period(…, by=…), or stage_flow(…).")
        raise InputTypeError(message.format(kind=type(account).__name__), argument="of", given=account)
    by: Sequence[str] = getattr(account, "by", ())
    if not by:
        message = _("This account has no segments. Count it with by=, for example by='region'.")
        raise InputError(message, argument="of")
    labels = list(dict.fromkeys(table["period"]))
    check_choice(after, name="after", choices=labels)
    earlier = labels[: labels.index(after)]
    then = earlier[-1] if before is None and earlier else check_choice(before, name="before", choices=labels)
    old, new = (table.loc[table["period"] == label, [*by, "start", "kept"]] for label in (then, after))
    return old, new, by


def read_segments(rows: Any, by: str | Sequence[str], name: str) -> pd.DataFrame:
    """Shares and rates by segment; NaN for a segment without customers."""
    frame = _indexed(rows, by, name) if isinstance(rows, pd.DataFrame) else _from_mapping(rows, name)
    weight, measure = _columns(frame, name)
    first, second = frame[weight].astype("float64"), frame[measure].astype("float64")
    _check_weights(first, weight, name)
    if measure == "kept":
        _check_kept(first, second, name)
        second = second / first.where(first > 0)
    _check_rates(second, first, name)
    return pd.DataFrame({"share": first / first.sum(), "rate": second})


def _columns(frame: pd.DataFrame, name: str) -> tuple[str, str]:
    for pair in GIVEN_COLUMNS:
        if set(pair) <= set(frame.columns):
            return pair
    message = _("{name} needs the columns start and kept, or share and rate; it has {columns}.")
    raise InputError(message.format(name=name, columns=", ".join(map(str, frame.columns))), argument=name)


def _indexed(rows: pd.DataFrame, by: str | Sequence[str], name: str) -> pd.DataFrame:
    for column in [by] if isinstance(by, str) else by:
        check_column(column, name="by", available=rows.columns)
    if not by:
        _check_index(rows, name)
    frame = rows.set_index([by] if isinstance(by, str) else list(by)) if by else rows.copy()
    levels = range(frame.index.nlevels)
    frame.index = pd.Index(segment_names(frame.index.to_frame().set_axis(levels, axis=1), levels))
    if not frame.index.is_unique:
        message = _(
            "{name} {name:name|names} a segment twice. Give one row a segment and the columns that name it in by=."
        )
        raise InputError(message.format(name=name), argument=name)
    return frame


def _check_index(rows: pd.DataFrame, name: str) -> None:
    """Refuse row numbers as segments if a column could name them: in another frame they belong to other segments."""
    is_numbered = rows.index.name is None and pd.api.types.is_integer_dtype(rows.index)
    texts = [str(column) for column in rows.columns if not pd.api.types.is_numeric_dtype(rows[column])]
    if is_numbered and texts:
        message = _(
            "The rows of {name} are numbered, and no segment is named. Say which column names it, such as"
            " by={column!r}; for two periods of an account say decompose(kept, before=…, after=…)."
        )
        raise InputError(message.format(name=name, column=texts[0]), argument="by", available=texts)


def _from_mapping(rows: Any, name: str) -> pd.DataFrame:
    if not isinstance(rows, Mapping) or not rows or any(np.size(pair) != 2 for pair in rows.values()):  # noqa: PLR2004 - a pair has two
        message = _(
            "{name} must map each segment to two numbers, (start, kept) or (share, rate), or be a frame. For two"
            " periods of an account say decompose(kept, before=…, after=…)."
        )
        raise InputError(message.format(name=name), argument=name)
    numbers = [
        [check_count(value, name=f"{name}[{segment!r}]", allow_fractional=True) for value in pair]
        for segment, pair in rows.items()
    ]
    frame = pd.DataFrame(numbers, index=[str(segment) for segment in rows])
    frame.columns = pd.Index(_meaning(frame[0], frame[1]))
    return frame


def _meaning(first: pd.Series, second: pd.Series) -> tuple[str, str]:
    """Integers are counts; otherwise values that never exceed 1 are shares, or, next to counts, rates."""
    if (first % 1 == 0).all() and (second % 1 == 0).all():
        return "start", "kept"
    if (first <= 1).all():
        return "share", "rate"
    return ("start", "rate") if (second <= 1).all() else ("start", "kept")


def _check_weights(first: pd.Series, weight: str, name: str) -> None:
    for segment, value in first.items():
        check_count(value, name=f"{name}[{segment!r}]", allow_fractional=True)
    total = float(first.sum())
    if not total:
        message = _("{name}: nobody was there to keep, so that there is no rate to split.")
        raise InputError(message.format(name=name), argument=name)
    if weight == "share" and abs(total - 1) > SHARES_SLACK:
        message = _("{name}: the shares sum to {total:.6g}, they must sum to 1.")
        raise InputError(message.format(name=name, total=total), argument=name, given=total)


def _check_kept(first: pd.Series, second: pd.Series, name: str) -> None:
    wrong = (second < 0) | (second > first)
    for segment in first.index[wrong]:
        message = _(
            "{name}: {kept:.12g} of {start:.12g} were kept in {segment!r}. Give (start, kept) with kept no more than"
            " start, in this order, or (share, rate) with shares that sum to 1."
        )
        words = {"name": name, "kept": second[segment], "start": first[segment], "segment": segment}
        raise InconsistentCounts(message.format(**words), argument=name, given=words["kept"])


def _check_rates(rate: pd.Series, first: pd.Series, name: str) -> None:
    for segment, value in rate.items():
        if not math.isnan(value):
            check_fraction(value, name=f"{name}[{segment!r}]")
    unknown = rate.index[rate.isna() & (first > 0)]
    if len(unknown):
        message = _("{name}: segment {segment!r} has customers and no rate.")
        raise InputError(message.format(name=name, segment=unknown[0]), argument=name)
