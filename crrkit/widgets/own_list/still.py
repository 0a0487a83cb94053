"""ListExplorer without JavaScript: its sentence, and the rate over time as static SVG."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from babel.dates import format_date as babel_date, format_skeleton
from babel.plural import to_python

from crrkit.ground import format_cell, format_number, format_percent, is_missing, language
from crrkit.widgets import svg
from crrkit.widgets.bench import still_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd

State = Mapping[str, Any]
WIDTH, HEIGHT = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 60, 620, 16, 206
NAMES_BELOW = 8


def still_of(account: pd.DataFrame, state: State, words: State, *, kind: str) -> str:
    """The sentence and the picture."""
    line = headline_of(account, state, words, kind=kind)
    return still_html(line, line_svg(account), f"{words['overTime']}. {line}")


def headline_of(account: pd.DataFrame, state: State, words: State, *, kind: str) -> str:
    """The sentence of the chosen period, like ``headline`` in sentences.js."""
    from crrkit.measure import NOT_LISTED

    if not len(account):
        return str(words["nothing"])
    row = chosen_row(account, state["period"])
    when = when_of(row["period"], row["from_"], state["every"], words)
    if row["status"] == NOT_LISTED:
        return str(words["notListed"]).format(when=when)
    if not row["start"]:
        return str(words["nobody"]).format(when=when)
    if is_missing(row["crr"]):
        return str(words["withheld"]).format(when=when)
    text = words["soFar"] if row["status"] == "running" else words["weKept"]
    counts = {name: format_number(row[name]) for name in ("kept", "start")}
    by = by_rule(state["silence"], words, kind=kind)
    sentence = str(text).format(by=by, when=when, crr=format_cell(row["crr"], "rate"), **counts)
    return sentence if sentence.endswith(".") else f"{sentence}."  # "2024 г." has its full stop


def chosen_row(account: pd.DataFrame, label: str | None) -> pd.Series:
    """The chosen period, otherwise the last complete one with customers at its start: ``chosenRow`` in view.js."""
    chosen, somebody = account[account["period"] == label], account[account["start"] > 0]
    whole = somebody[somebody["status"] == "complete"]
    return next(rows for rows in (chosen, whole, somebody, account) if len(rows)).iloc[-1]


def by_rule(silence: int | str, words: State, *, kind: str) -> str:
    """The rule of a setting, worded as the beginning of a sentence."""
    if silence == "period":
        return str(words["byPeriod"])
    if kind == "snapshots":
        return str(words["byLists"])
    if kind == "contracts" and not silence:
        return str(words["byContracts"])
    forms = words["bridged" if kind == "contracts" else "bySilence"]
    return counted(forms, int(silence))


def counted(forms: Mapping[str, str], n: int) -> str:
    """A number with its noun in the right form of the current language."""
    from babel import Locale

    form = to_python(Locale(language()).plural_form)(n)
    return forms.get(form, forms["other"]).format(n=format_number(n))


def when_of(label: str, begins: date, every: str, words: State) -> str:
    """A period as an adverbial phrase: ``in November 2011``."""
    year, _mark, part = label.replace("H", "Q").partition("Q")
    name = format_skeleton("yMMMM", begins, locale=language())
    if every == "day":
        name = babel_date(begins, format="long", locale=language())
    return str(words["when"][every]).format(name=name, label=label, year=year, part=part)


def line_svg(account: pd.DataFrame) -> str:
    """The rate over time on white; undefined rates are not drawn."""
    return svg.document(*_scale(), *_points(account), *_names(account), width=WIDTH, height=HEIGHT)


def _across(place: int, n: int) -> float:
    return LEFT + (RIGHT - LEFT) * (place + 0.5) / n


def _down(rate: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * rate


def _scale() -> Iterator[str]:
    for rate in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield svg.line(LEFT, _down(rate), RIGHT, _down(rate), f'stroke="{svg.FAINT if rate else svg.QUIET}"')
        yield svg.text(LEFT - 8, _down(rate) + 5, format_percent(rate, digits=0), 'text-anchor="end"')


def _points(account: pd.DataFrame) -> Iterator[str]:
    before = None
    for place, (rate, status) in enumerate(zip(account["crr"], account["status"], strict=True)):
        here = None if is_missing(rate) else (_across(place, len(account)), _down(rate))
        if here and before:
            dashed = ' stroke-dasharray="5 4"' if status == "running" else ""
            yield svg.path([before, here], f'fill="none" stroke="{svg.KEPT}" stroke-width="2"{dashed}')
        if here:
            fill = "#fff" if status == "running" else svg.KEPT
            yield f'<circle cx="{here[0]:.2f}" cy="{here[1]:.2f}" r="4" fill="{fill}" stroke="{svg.KEPT}"/>'
        before = here


def _names(account: pd.DataFrame) -> Iterator[str]:
    every = -(-len(account) // NAMES_BELOW) or 1
    for place, label in enumerate(account["period"]):
        if place % every == 0:
            yield svg.text(_across(place, len(account)), BOTTOM + 24, str(label))
