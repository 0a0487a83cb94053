"""CohortExplorer: customers by the period of their first purchase or contract, cohorts compared with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import PERIODS, check_choice, format_number, format_percent, gettext as _, use_language
from crrkit.widgets.bench import Explorer, StateError, as_state_error, still_html
from crrkit.widgets.cohorts.state import CURVE_AVERAGES, curve_of, default_cohorts, grids_of, key_of, last_common
from crrkit.widgets.cohorts.still import triangle_svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from crrkit.measure.cohorts import CohortGrid
    from crrkit.read import Base
    from crrkit.widgets.cohorts.state import Grid

__all__ = ["CohortExplorer"]

CHOICES = ("kind", "period", "value", "average", "one", "other")
KEY = ("kind", "period", "value")


class CohortExplorer(Explorer):
    """The cohort triangle, and the curves of two cohorts with the average.

    Everything that can be selected is computed in Python beforehand and embedded, so that the explorer also works in a
    page without a kernel; the browser only selects and draws. It contains counts by cohort and age and no customers;
    for a page to share, pass grids made by ``grid.suppressed()``.

    Cells that could not be observed are hatched and excluded from averages, running ones are dashed and in italics, and
    an empty cohort has a dash.

    Args:
        base_or_grids: A base, from which bounded, unbounded and (with amounts) revenue grids are made; or the grids to
            choose from, made by `cohort_grid`.
        every: For a base, the shortest period; longer ones are added if the data have at least three of them.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a grid is too large for a page (4,000 cells) or has several segments, or a choice is not
            available. To change several choices, defer validation: ``with explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> explorer = CohortExplorer(base, every="quarter")
        >>> explorer
        CohortExplorer(kind='bounded', period='quarter', value='customers', average='pooled', one=..., other=...)
        >>> explorer.kind = "bracket"
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: kind='bracket', ... is not among the grids of this explorer. ...
    """

    module = "cohort_explorer"
    names = CHOICES
    embedded = ("_grids", "_usual")

    kind = traitlets.Unicode().tag(sync=True)
    period = traitlets.Unicode().tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    average = traitlets.Unicode().tag(sync=True)
    one = traitlets.Unicode().tag(sync=True)
    other = traitlets.Unicode().tag(sync=True)
    _grids: traitlets.List[Grid] = traitlets.List().tag(sync=True)
    _usual: traitlets.List[list[str]] = traitlets.List().tag(sync=True)  # of each grid, the cohorts shown first

    def __init__(
        self, base_or_grids: Base | CohortGrid | Iterable[CohortGrid], *, every: str = "month", lang: str | None = None
    ) -> None:
        self._begin(grids_of(base_or_grids, every), {}, lang)

    def _begin(self, grids: list[Grid], chosen: Mapping[str, str], lang: str | None) -> None:
        self._grids, self._usual = grids, [list(default_cohorts(grid)) for grid in grids]
        key = {name: chosen.get(name, grids[0][name]) for name in KEY}
        one, other = default_cohorts(_grid_among(grids, key))
        state = {**key, "average": CURVE_AVERAGES[0], "one": one, "other": other, **chosen}
        self._start(state, lang=lang, words=_words_of_the_page)

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> CohortExplorer:
        """Restore the explorer from its state; no base is needed."""
        explorer: CohortExplorer = cls.__new__(cls)
        explorer._begin(state["grids"], {name: state[name] for name in CHOICES}, state["lang"])
        return explorer

    @traitlets.validate(*CHOICES)
    def _hold_to_what_there_is(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, str(proposal["value"])
        if name in KEY:
            _grid_among(self._grids, {**self.state, name: value})
        else:
            choices = CURVE_AVERAGES if name == "average" else self.grid["cohorts"]
            _check(value, name=name, choices=choices)
        return value

    @traitlets.observe(*KEY)
    def _keep_cohorts_that_are_there(self, change: object) -> None:
        """Replace cohorts that the new grid lacks by the first choice: quarters have other names than months."""
        del change
        for name, usual in zip(("one", "other"), default_cohorts(self.grid), strict=True):
            if getattr(self, name) not in self.grid["cohorts"]:
                setattr(self, name, usual)

    @property
    def grid(self) -> Grid:
        """The chosen grid as embedded: plain lists, None for missing numbers."""
        return _grid_among(self._grids, self.state)

    @property
    def curves(self) -> pd.DataFrame:
        """The chosen curves: ``age``, ``one``, ``other``, ``average``; NaN if nothing was fully observed."""
        import pandas as pd

        grid = self.grid
        curves = {name: curve_of(grid, getattr(self, name)) for name in ("one", "other")}
        frame = pd.DataFrame({**curves, "average": grid["averages"][self.average]}, dtype="float64")
        frame.insert(0, "age", grid["columns"])
        return frame

    @property
    def code(self) -> str:
        """The line of code that reproduces the numbers shown."""
        return _code(self.state, self.grid)

    @property
    def saved_state(self) -> dict[str, Any]:
        """The choices, the language and the grids."""
        return {**self.state, "lang": self.lang, "grids": self._grids}

    def still(self) -> str:
        """The comparison and the triangle as static HTML, for places without JavaScript."""
        with use_language(self.lang):
            line = self.sentence()
            picture = triangle_svg(self.grid, average=self.average, words=self._words)
            cohorts = self.grid["cohorts"]
            words = {"n": format_number(len(cohorts)), "first": cohorts[0], "last": cohorts[-1]}
            alt = self._words["picture"].format(**words)
        return still_html(line, picture, f"{alt} {line}")

    def sentence(self) -> str:
        """The comparison of the two cohorts at the last age at which both were observed, in the current language."""
        grid, words = self.grid, self._words
        at = last_common(grid, self.one, self.other)
        if at is None:
            return str(words["nothingCommon"]).format(one=self.one, other=self.other)
        numbers = [curve_of(grid, self.one)[at], curve_of(grid, self.other)[at], grid["averages"][self.average][at]]
        rates = [format_percent(rate) for rate in numbers if rate is not None]
        names = {"age": grid["columns"][at], "one": self.one, "other": self.other}
        return str(words["compared"]).format(**names, rateOne=rates[0], rateOther=rates[1], rateAll=rates[2])


def _grid_among(grids: list[Grid], key: Mapping[str, str]) -> Grid:
    wanted = tuple(key[name] for name in KEY)
    chosen = next((grid for grid in grids if key_of(grid) == wanted), None)
    if chosen is None:
        asked = ", ".join(f"{name}={value!r}" for name, value in zip(KEY, wanted, strict=True))
        there = "; ".join(" ".join(key_of(grid)) for grid in grids)
        message = _("{asked} is not among the grids of this explorer. It has: {there}.")
        raise StateError(message.format(asked=asked, there=there), argument="kind", given=wanted)
    return chosen


def _check(value: str, *, name: str, choices: Iterable[str]) -> None:
    with as_state_error(name, value):
        check_choice(value, name=name, choices=choices)


def _code(state: Mapping[str, str], grid: Grid) -> str:
    """As ``code`` of index.js."""
    facts = {"every": state["period"], "kind": state["kind"], "value": state["value"], "align": grid["align"]}
    arguments = ", ".join(f'{name}="{fact}"' for name, fact in facts.items())
    rows = f'["{state["one"]}", "{state["other"]}"]'
    return (
        f"grid = crr.cohort_grid(base, {arguments}); "
        f'curves = grid.matrix().loc[{rows}]; average = grid.average("{state["average"]}")'
    )


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
    return {
        "title": _("Cohorts, to compare"),
        "kind": _("Kind"),
        "period": _("Period"),
        "value": _("What is counted"),
        "average": _("Average"),
        "one": _("Cohort"),
        "other": _("Against"),
        "kinds": {
            "bounded": _("there in that age"),
            "unbounded": _("there in that age or later"),
            "bracket": _("there at any time in a bracket of ages"),
        },
        "periods": {every: _(every) for every in PERIODS},
        "values": {"customers": _("customers"), "revenue": _("revenue")},
        "averages": {"pooled": _("weighted"), "simple": _("of cohorts")},
        "cohort": _("cohort"),
        "size": _("size"),
        "age": _("Age ({period})"),
        "tables": {
            "customers": _("Share of the cohort by age; the stronger the colour, the more"),
            "revenue": _("Revenue by age as a share of that of age 0; the stronger the colour, the more"),
        },
        "compared": _("At age {age}: {rateOne} of {one}, {rateOther} of {other}, on average {rateAll}."),
        "nothingCommon": _("{one} and {other} have no age at which both were observed whole."),
        "ofSize": _("{active} of {size}: {rate}"),
        "picture": _("Triangle of {n} {n:cohort|cohorts}, {first} to {last}, by age."),
        "chart": _("Curves of {one}, {other} and the average by age."),
        "running": _("still running, in no average"),
        "unseen": _("not yet observed"),
        "empty": _("nobody in the cohort"),
        "hidden": _("too few customers to show"),
        "provisional": _("may still rise"),
        "moved": _("That is not counted together; {what} was changed too."),
        "hint": _("Arrow keys change a choice; a click on a row chooses its cohort."),
        "restored": _("The first choice is back."),
    }  # fmt: skip
