"""The pieces of a report's page: each takes the account and gives HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import UNDEFINED, format_cell, format_number, format_percent, gettext as _
from crrkit.judge import WORDING
from crrkit.measure import EMPTY, RUNNING
from crrkit.report import phrases
from crrkit.report.account import reference_row
from crrkit.report.elements import Html, element, join
from crrkit.report.findings import textbook_finding
from crrkit.report.withhold import WITHHELD
from crrkit.report.words import capital, day_name, period_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from crrkit.measure import RetentionTable
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.measure.stages import StageFlow
    from crrkit.read import QualityReport
    from crrkit.widgets import FormulaExplorer

SHOWN_COUNTS = ("kept", "start", "lost", "new", "returned", "end")
LONG_TABLE = 60  # rows
WITHHELD_MARK = "\N{MULTIPLICATION SIGN}"  # as in the pictures
THEME_CHOICES = {"light": (False, True), "dark": (False, True)}


def picture(draw: Callable[..., Axes], result: RetentionTable | CohortGrid | StageFlow, **options: str) -> Html:
    """A figure for light and dark, for a desk and a telephone; the page shows the one that fits."""
    from crrkit import figures

    drawn = [
        (theme, "narrow" if narrow else "wide", draw(result, theme=theme, narrow=narrow, **options))
        for theme, widths in THEME_CHOICES.items()
        for narrow in widths
    ]
    svgs = [
        Html(figures.to_svg(ax).replace("<svg ", f'<svg class="{theme} {width}" ', 1)) for theme, width, ax in drawn
    ]
    return element("div", *svgs, class_="picture")


def bridge(kept: RetentionTable, row: pd.Series) -> Html:
    """The bridge of a period with its caption."""
    from crrkit import figures

    caption = _("The bridge of {period}: the line from left to right marks those who stayed; its height is the rate.")
    caption = " ".join(filter(None, [kept.warning, caption.format(period=period_name(row, kept.every))]))
    drawn = picture(figures.bridge, kept, period=str(row["period"]))
    return element("figure", drawn, element("figcaption", caption))


def line(kept: RetentionTable) -> Html:
    """The rate of every period with its caption."""
    from crrkit import figures

    caption = [
        *filter(None, [kept.warning]),
        _("The rate of each period and how far the same process could have landed (95% interval)."),
    ]
    if (kept.table["status"] == RUNNING).any():
        caption.append(_("The hollow point is the period that had not ended when the data ended."))
    if (kept.table["status"] == WITHHELD).any():
        caption.append(_("Where the line breaks at a cross, the rate is withheld."))
    return element("figure", picture(figures.retention_line, kept), element("figcaption", " ".join(caption)))


def account_table(kept: RetentionTable) -> Html:
    """Every period as a row: the rate with its interval, then the counts that balance."""
    titles = kept.titles()
    heads = [titles["period"], titles["crr"], _("95% interval"), *(titles[name] for name in SHOWN_COUNTS)]
    main = reference_row(kept)
    name = None if main is None else main["period"]
    rows = [_account_row(row, is_main=row["period"] == name) for _i, row in kept.table.iterrows()]
    caption = _("start − lost + new + returned = end; kept = start − lost; rate = kept / start.")
    if (kept.table["status"] == WITHHELD).any():
        caption += " " + _("{mark}: withheld, because it speaks of too few customers or gives such a number away.")
    caption = caption.format(mark=WITHHELD_MARK)
    table = table_block(heads, rows, label=_("The account, period by period"))
    return element("figure", table, element("figcaption", capital(caption)))


def formula_explorer(row: pd.Series | None) -> FormulaExplorer:
    """An explorer at a row's numbers; its three counts take those who returned as new."""
    from crrkit import widgets

    if row is None:
        return widgets.FormulaExplorer()
    return widgets.FormulaExplorer(
        start=int(row["start"]), lost=int(row["lost"]), new=int(row["new"] + row["returned"])
    )


def explorer_block(kept: RetentionTable, row: pd.Series | None) -> Html:
    """What the explorer's numbers are."""
    return element("p", explorer_caption(kept, row), class_="caveat")


def explorer_caption(kept: RetentionTable, row: pd.Series | None) -> str:
    """The same as text."""
    if row is None:
        return _("The numbers are an example, not yours: there is no rate to begin with.")
    begins = _("It begins with the numbers of {period}.").format(period=period_name(row, kept.every))
    if not row["returned"]:
        return begins
    returned = _(
        "New here are all who came: {new} for the first time and {returned} who returned, because the formula knows"
        " three counts only."
    ).format(new=format_number(row["new"]), returned=format_number(row["returned"]))
    return f"{begins} {returned}"


def rows_block(kept: RetentionTable) -> Html:
    """Why rows were set aside, and which column was taken for what."""
    quality, kinds = kept.quality, kept.quality.kinds
    heads = [quality.titles()[name] for name in kinds]
    rows = [
        row_block(*(format_cell(cell, kind) for cell, kind in zip(row, kinds.values(), strict=True)))
        for row in _cells(quality)
    ]
    lines = [quality.reading(), *quality.notes]
    table = element("figure", table_block(heads, rows, label=_("Rows set aside"))) if rows else None
    return join(table, *(element("p", line, class_="caveat") for line in lines))


def method_block(kept: RetentionTable, *, min_cell: int | None) -> Html:
    """The formula with the numbers put in, periods, interval, the textbook's formula, and what was withheld."""
    parts = [*_formula(kept), *_periods(kept), *_interval(kept), *_textbook(kept), *_withholding(min_cell)]
    return element("details", element("summary", _("Formula, periods, interval and words")), *parts)


def _account_row(row: pd.Series, *, is_main: bool) -> Html:
    rate, interval = format_cell(row["crr"], "rate"), UNDEFINED
    if not pd.isna(row["crr"]):
        interval = f"{format_number(100 * row['crr_low'], digits=1)}–{format_percent(row['crr_high'])}"
    if row["status"] == WITHHELD:
        rate = interval = WITHHELD_MARK
    counts = [WITHHELD_MARK if pd.isna(row[name]) else format_number(row[name]) for name in SHOWN_COUNTS]
    note = {RUNNING: _(RUNNING), EMPTY: _("nobody to keep"), WITHHELD: _(WITHHELD)}.get(row["status"])
    head = join(str(row["period"]), note and element("small", note))
    return row_block(head, rate, interval, *counts, class_="main" if is_main else row["status"])


def table_block(heads: list[str], rows: list[Html], *, label: str) -> Html:
    """A table in a frame that scrolls sideways on a narrow screen, by keyboard too; a long one scrolls within it."""
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    table = element("table", element("thead", head), element("tbody", *rows))
    return element(
        "div",
        table,
        class_="scroll long" if len(rows) > LONG_TABLE else "scroll",
        role="region",
        tabindex="0",
        aria_label=label,
    )


def row_block(head: str, *cells: str, class_: str | None = None) -> Html:
    """A row of a table: its heading, then its cells; one that is withheld is greyed."""
    first, *others = (element("td", cell, class_="withheld" if cell == WITHHELD_MARK else None) for cell in cells)
    return element("tr", element("th", head, scope="row"), first, *others, class_=class_)


def _cells(quality: QualityReport) -> list[list[object]]:
    rows: list[list[object]] = quality.table[list(quality.kinds)].to_numpy(dtype=object).tolist()
    return rows


def _formula(kept: RetentionTable) -> list[Html]:
    parts = [
        element("h3", _("Formula")),
        element("p", _("CRR = kept / start = (end − new − returned) / start"), class_="formula"),
    ]
    row = reference_row(kept)
    if row is None:
        return parts
    numbers = {name: format_number(row[name]) for name in SHOWN_COUNTS}
    text = "{kept} / {start} = ({end} − {new} − {returned}) / {start} = {crr}"
    return [*parts, element("p", text.format(**numbers, crr=format_percent(row["crr"])), class_="formula")]


def _periods(kept: RetentionTable) -> list[Html]:
    row = kept.latest
    text = _(
        "A period runs from its first day up to, and not including, the first day of the next: from {first} until"
        " {until}. Customers are counted just before such a boundary, so the end of one period is the start of the"
        " next, and nobody is counted twice or missed."
    ).format(first=day_name(row["from_"]), until=day_name(row["until"]))
    return [element("h3", _("Periods")), element("p", text)]


def _interval(kept: RetentionTable) -> list[Html]:
    row = reference_row(kept)
    process = [] if row is None else [phrases.process_caveat(row)]
    census = WORDING["census"]
    text = " ".join([_(census), *process, _("It is Wilson's interval for a share, at 95%.")])
    return [element("h3", _("Interval")), element("p", text)]


def _textbook(kept: RetentionTable) -> list[Html]:
    if reference_row(kept) is None:
        return []
    finding = textbook_finding(kept)
    meaning = [
        _("New: {meaning}.").format(meaning=_(kept.card.new)),
        _("Returned: {meaning}.").format(meaning=_(kept.card.returned)),
    ]
    return [
        element("h3", _("New, returned and the textbook's formula")),
        element("p", " ".join(meaning)),
        element("p", finding.claim, " ", finding.caveat),
    ]


def _withholding(min_cell: int | None) -> list[Html]:
    if min_cell is None:
        text = _("Nothing is withheld: this report is for private use. Set min_cell before it is shared.")
    else:
        text = _(
            "A rate is withheld where fewer than {n} customers, but not nobody, were there at the start, stayed, left"
            " or were there at the end; the counts that would give it away go with it."
        ).format(n=min_cell)
    return [element("h3", _("Small groups")), element("p", text)]
