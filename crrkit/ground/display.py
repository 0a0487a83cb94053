"""Display of results: formatting of cells by kind, tables in text and HTML.

Only display rounds. A column is formatted as a *rate* because of its result's ``kinds``, not because of its values.
"""

from __future__ import annotations

import html
import math
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

from crrkit.ground.languages import format_date, format_number, format_percent, format_points, gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

UNDEFINED = "\N{EN DASH}"
BETWEEN = " \N{MIDDLE DOT} "  # separates the names of one segment by several columns
ROWS_SHOWN, ROWS_OF_AN_END = 120, 20  # a longer table is shown by so many rows of each end
# JupyterLab and nbconvert would set "$10 to $20" as a formula; these classes, of MathJax 3 and 2, forbid it.
PLAIN_TEXT = "mathjax_ignore tex2jax_ignore"


def _p_value(value: float) -> str:
    """Format a p-value; one that would be rounded to 0 is not 0."""
    least = 10**-3
    return format_number(value, digits=3) if value >= least else f"<{format_number(least, digits=3)}"


_FORMATS: dict[str, Callable[[Any], str]] = {
    "count": format_number,
    "rate": format_percent,
    "points": format_points,
    "ratio": lambda value: format_number(value, digits=2),
    "duration": lambda value: format_number(value, digits=0 if float(value).is_integer() else 2),
    "money": lambda value: format_number(value, digits=2),
    "number": lambda value: format_number(value, digits=3),
    "p_value": _p_value,
    "date": format_date,
    "text": str,
    "word": lambda value: _(str(value)).replace("_", " "),
}


def format_cell(value: object, kind: str) -> str:
    """Format one cell; undefined values are an en dash, never ``nan``.

    Examples:
        >>> format_cell(0.8342, "rate"), format_cell(1200, "count"), format_cell(None, "rate")
        ('83.4%', '1,200', '–')
    """
    if is_missing(value):
        return UNDEFINED
    if isinstance(value, float) and math.isinf(value):
        return "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"
    return _FORMATS[kind](value)


def is_missing(value: object) -> bool:
    """Return whether a value is missing: None, NaN, or the missing value of a data frame library."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, Real) and math.isnan(value)


def segment_names(frame: pd.DataFrame, by: Sequence[Any]) -> list[str]:
    """Return one name per row from the segment columns.

    Examples:
        >>> import pandas as pd
        >>> segment_names(pd.DataFrame({"region": ["north", "south"], "tariff": ["a", None]}), ["region", "tariff"])
        ['north · a', 'south · –']
    """
    rows = frame[list(by)].itertuples(index=False, name=None)
    return [BETWEEN.join(UNDEFINED if is_missing(value) else str(value) for value in row) for row in rows]


class Shown:
    """Base class of results: a table, and its display as text and HTML.

    A subclass is a frozen dataclass with ``table``; ``kinds`` maps each displayed column to its kind (``count rate
    points ratio duration money number date text word``), ``titles`` to its heading, both in display order.
    """

    table: pd.DataFrame
    kinds: ClassVar[Mapping[str, str]] = {}

    def to_pandas(self) -> pd.DataFrame:
        """Return a copy of the whole table, unrounded."""
        return self.table.copy()

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns, in the current language."""
        return {name: _(name) for name in self.kinds}

    def above(self) -> Sequence[str]:
        """Return the doubts that must be read before the numbers, shown above everything else."""
        return ()

    def below(self) -> Sequence[str]:
        """Return the notes to show below the table, in text and HTML."""
        return ()

    def caption(self) -> str:
        """Return a one-line summary of the table; may be empty."""
        return ""

    def to_html(self) -> str:
        """Return the displayed columns as an accessible HTML table, of a long table both ends."""
        rows, left_out = _ends(self._shown_rows())
        table = table_to_html(rows, titles=self._shown_titles(), kinds=self._shown_kinds(), caption=self.caption())
        return paragraphs(self.above()) + table + paragraphs([*left_out, *self.below()])

    def __str__(self) -> str:
        """The doubts, the caption, the displayed columns as text (of a long table both ends), and the notes."""
        rows, left_out = _ends(self._shown_rows())
        text = table_to_text(rows, titles=self._shown_titles(), kinds=self._shown_kinds())
        return "\n".join([*self.above(), *filter(None, [self.caption()]), text, *left_out, *self.below()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.to_html()

    def _shown_titles(self) -> list[str]:
        titles = self.titles()
        return [titles[name] for name in self._shown_names()]

    def _shown_kinds(self) -> list[str]:
        return [self.kinds.get(name, "text") for name in self._shown_names()]

    def _shown_names(self) -> list[str]:
        return [name for name in self.kinds if name in self.table.columns]

    def _shown_rows(self) -> list[list[str]]:
        shown = zip(self._shown_names(), self._shown_kinds(), strict=True)
        columns = [[format_cell(value, kind) for value in self.table[name]] for name, kind in shown]
        return [list(row) for row in zip(*columns, strict=True)]


def _ends(rows: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """The rows to show, and a note on those left out, if there are too many to read."""
    if len(rows) <= ROWS_SHOWN:
        return rows, []
    text = _("Rows shown: {n} of {all}; to_pandas() has all of them.")
    note = text.format(n=format_number(2 * ROWS_OF_AN_END), all=format_number(len(rows)))
    return [*rows[:ROWS_OF_AN_END], ["\N{HORIZONTAL ELLIPSIS}"] * len(rows[0]), *rows[-ROWS_OF_AN_END:]], [note]


_LEFT = ("text", "word", "date")


def paragraphs(notes: Iterable[str]) -> str:
    """Return each line as an HTML paragraph in which two dollar signs are no formula."""
    return "".join(f'<p class="{PLAIN_TEXT}">{html.escape(note)}</p>' for note in notes)


def table_to_text(rows: Iterable[list[str]], *, titles: list[str], kinds: list[str]) -> str:
    """Return rows of formatted cells as an aligned text table."""
    body = list(rows)
    widths = [max([len(title), *(len(row[i]) for row in body)]) for i, title in enumerate(titles)]
    left = [kind in _LEFT for kind in kinds]
    lines = [
        "  ".join(c.ljust(w) if is_left else c.rjust(w) for c, w, is_left in zip(row, widths, left, strict=True))
        for row in [titles, *body]
    ]
    return "\n".join(line.rstrip() for line in lines)


def table_to_html(rows: Iterable[list[str]], *, titles: list[str], kinds: list[str], caption: str = "") -> str:
    """Return rows of formatted cells as an HTML table with a caption and row headings, in the colours of the page."""
    style = ["text-align:left" if kind in _LEFT else "text-align:right" for kind in kinds]
    head = "".join(f'<th scope="col" style="{s}">{html.escape(t)}</th>' for t, s in zip(titles, style, strict=True))
    lines = [_html_row(row, style) for row in rows]
    top = f'<caption style="text-align:left">{html.escape(caption)}</caption>' if caption else ""
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<table class="crrkit-table {PLAIN_TEXT}">{top}{body}</table>'


def _html_row(row: list[str], style: list[str]) -> str:
    first, *others = (html.escape(cell) for cell in row)
    cells = "".join(f'<td style="{s}">{cell}</td>' for cell, s in zip(others, style[1:], strict=True))
    whole = "" if " " in first else ";white-space:nowrap"  # a period such as 2024-07 is one word
    return f'<tr><th scope="row" style="{style[0]}{whole}">{first}</th>{cells}</tr>'
