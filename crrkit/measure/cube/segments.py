"""The segments of a cube: which values of a column are shown by name, and where the counts of each stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.ground import InputError, format_number, gettext as _
from crrkit.measure.cube.choices import Segment

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

MOST_OF_A_COLUMN = 8  # of a column; the smaller ones are taken together
FEWEST_OF_A_NAME = 2  # customers that a value of a segment column has on average, unless it is as good as a name


def segments_of(days: ir.Table, by: tuple[str, ...]) -> tuple[tuple[Segment, ...], dict[str, dict[str | None, int]]]:
    """The segments of each column, small ones as one, and where the counts of each value stand; 0 is everybody."""
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
    """Refuse a column that nearly every customer has to themselves: a page that is shared would carry its values.

    Args:
        by: The column.
        customers: How many customers each of its values has.
    """
    if len(customers) <= MOST_OF_A_COLUMN or customers.mean() >= FEWEST_OF_A_NAME:
        return
    message = _(
        "by={by!r} parts {n} {n:customer|customers} into {segments} {segments:segment|segments}: values such as these"
        " tell who somebody is, and a page would carry some of them. Read the list without this column, or with a"
        " coarser one."
    )
    words = {"n": format_number(int(customers.sum())), "segments": format_number(len(customers))}
    raise InputError(message.format(by=by, **words), argument="by", given=by)


def key_of(by: str, value: str | None) -> str:
    """How a segment is chosen; all others of a column by the column alone."""
    return f"{by}: {value}" if value is not None else f"{by}:"
