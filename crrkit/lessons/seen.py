"""Tables in the reader's language, which are also visible in apps without code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from crrkit.ground import Shown, format_date, gettext as _, mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_HEADINGS: Final = (
    mark("share of the base"), mark("stays"), mark("bought on"), mark("cost of a point"), mark("overtakes"),
    mark("overtaken"), mark("margin_per_cost"), mark("silent_days"), mark("customer"), mark("new contacts"),
    mark("people"), mark("before"), mark("after"), mark("client_id"), mark("joined"), mark("left"),
    mark("paid before"), mark("pays now"), mark("in a year"), mark("same rate every"),
)  # fmt: skip
_COLUMNS: Final = {"crr": mark("CRR"), "low": mark("from"), "high": mark("to")}  # the column names of results


@dataclass(frozen=True, eq=False, repr=False)
class Seen(Shown):
    """A table with headings and words in the reader's language.

    Attributes:
        table: The data; the first column names the rows.
        given: What each column means.
    """

    table: pd.DataFrame
    given: Mapping[str, str]

    @property
    def kinds(self) -> Mapping[str, str]:  # type: ignore[override]  # any table can be shown
        """What each column means."""
        return self.given

    def titles(self) -> dict[str, str]:
        """The headings; unknown ones are unchanged."""
        return {name: _(_COLUMNS.get(name, name)).replace("_", " ") if name else "" for name in self.given}


def show(table: Any, **kinds: str) -> Seen:
    """Show a data frame, series or mapping as a table with headings and words in the reader's language.

    Args:
        table: The data. Named rows keep their names as the first column.
        **kinds: The type of a column if its values do not show it: ``count rate points ratio money date text word``.

    Examples:
        >>> import pandas as pd
        >>> print(show(pd.DataFrame({"stays": [0.55, 0.925]}, index=["middle", "long"])))
                stays
        middle  55.0%
        long    92.5%

        Dates are formatted in the reader's language; a cell may have several:

        >>> print(show(pd.Series({"ann": ["2024-04-15", "2024-05-15"]}, name="bought on")))
             bought on
        ann  Apr 15, 2024; May 15, 2024
    """
    import pandas as pd

    frame = table.to_frame() if isinstance(table, pd.Series) else pd.DataFrame(table)
    if not isinstance(frame.index, pd.RangeIndex):
        named = frame.index.name
        frame = frame.rename_axis("" if named is None else str(named)).reset_index()
    frame.columns = [str(name) for name in frame.columns]
    frame = frame.map(lambda cell: "; ".join(map(_day, cell)) if isinstance(cell, list) else cell)
    return Seen(frame, {name: kinds.get(name) or _kind(frame[name]) for name in frame.columns})


def show_stages(**periods: Mapping[str, tuple[float, float]]) -> Seen:
    """Show stages in the form that `decompose` accepts, by period: their shares of the base, and the rate of each.

    Examples:
        >>> print(show_stages(before={"middle": (0.6, 0.55), "long": (0.4, 0.925)}))
        period  stage   share of the base  stays
        before  middle              60.0%  55.0%
        before  long                40.0%  92.5%
    """
    import pandas as pd

    rows = [(when, stage, *both) for when, stages in periods.items() for stage, both in stages.items()]
    frame = pd.DataFrame(rows, columns=["period", "stage", "share of the base", "stays"])
    return show(frame)


def _day(written: str) -> str:
    return format_date(date.fromisoformat(written))


def _kind(column: pd.Series[Any]) -> str:
    if column.dtype.kind == "M":
        return "date"
    if column.dtype.kind in "iu":
        return "count"
    if column.dtype.kind == "f":
        return "rate" if column.dropna().between(0, 1).all() else "ratio"
    return "word"
