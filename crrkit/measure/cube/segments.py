"""The segments of a cube: which values of a column are shown by name, and the index of each in the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.ground import InputError, format_number, gettext as _
from crrkit.measure.cube.choices import Segment

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

MOST_OF_A_COLUMN = 8  # segments per column; smaller ones are merged
FEWEST_OF_A_NAME = 2  # mean number of customers per value, below which a column practically identifies customers


def segments_of(days: ir.Table, by: tuple[str, ...]) -> tuple[tuple[Segment, ...], dict[str, dict[str | None, int]]]:
    """Return the segments of each column, small ones merged, and the index of each value; 0 is all customers."""
    segments: list[Segment] = []
    codes: dict[str, dict[str | None, int]] = {}
    for name in by:
        sizes = reduce.collect(reduce.segment_sizes(days, name=name))
        refuse_names_as_segments(name, sizes["customers"])
        most = MOST_OF_A_COLUMN if len(sizes) <= MOST_OF_A_COLUMN else MOST_OF_A_COLUMN - 1
        values: list[str | None] = [str(value) for value in sizes[name][:most]]
        counts = [int(n) for n in sizes["customers"][:most]]
        if len(sizes) > most:
            values, counts = [*values, None], [*counts, int(sizes["customers"][most:].sum())]
        codes[name] = {value: 1 + len(segments) + place for place, value in enumerate(values)}
        segments += [Segment(key_of(name, value), name, value, n) for value, n in zip(values, counts, strict=True)]
    return tuple(segments), codes


def refuse_names_as_segments(by: str, customers: pd.Series) -> None:
    """Refuse a segment column whose values nearly identify customers: a shared page would contain the values.

    Args:
        by: The column.
        customers: The number of customers of each of its values.
    """
    if len(customers) <= MOST_OF_A_COLUMN or customers.mean() >= FEWEST_OF_A_NAME:
        return
    message = _(
        "by={by!r} divides {n} {n:customer|customers} into {segments} {segments:segment|segments}: such values"
        " identify people, and a page would contain some of them. Read the list without this column, or with a"
        " coarser one."
    )
    words = {"n": format_number(int(customers.sum())), "segments": format_number(len(customers))}
    raise InputError(message.format(by=by, **words), argument="by", given=by)


def key_of(by: str, value: str | None) -> str:
    """Return the key of a segment; for the remaining values of a column it is ``"column:"``."""
    return f"{by}: {value}" if value is not None else f"{by}:"
