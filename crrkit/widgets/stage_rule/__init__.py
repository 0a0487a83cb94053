"""StageRuleExplorer: the same list under another rule, and who stands in another stage because of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import InputError, check_given, check_number, format_cell, format_number, gettext as _, use_language
from crrkit.rules import STAGES
from crrkit.widgets import svg
from crrkit.widgets.bench import Count, Explorer, StateError, as_state_error, module_text, still_html, style_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.measure.stages import StageList
    from crrkit.read import Base
    from crrkit.rules import StageRule

__all__ = ["StageRuleExplorer"]

LONGEST_SLIDER = 3650  # days that a slider goes
HUES = {"short": svg.NEW, "cold": svg.FAINT, "middle": svg.KEPT, "long": svg.LONG, "lapsed": svg.LOST}
WIDTH, ROW, TOP, NAMES, ROOM = 640, 34, 34, 140, 380  # of the still picture


class StageRuleExplorer(Explorer):
    """Four numbers of a `StageRule` as sliders: the same people, sorted anew.

    The stages are counted in Python, when a slider is let go: the browser gets the numbers by stage and never a
    customer. In a page without a kernel the explorer is a picture.

    Args:
        base: Purchases or events.
        day: As of when, such as ``"2024-07-01"``; the end of the data by default.
        rule: The rule to begin with, and to hold others against; ``StageRule()`` by default. Its ``contact_days``
            stay.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If the base holds contracts, the rule takes its limit from each customer's gaps, or nobody could
            ever be long under it. To change several numbers, hold the checks:
            ``with explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> explorer = StageRuleExplorer(base)
        >>> explorer.counts[["middle", "long", "lapsed"]].tolist(), explorer.moved
        ([297, 249, 629], 0)
        >>> explorer.k_long = 2
        >>> explorer.rule
        StageRule(lapse_days=90, window_days=180, k_long=2, span_days=30, contact_days=30)
        >>> int(explorer.changes.loc["middle", "long"]) == explorer.moved
        True
        >>> explorer.span_days = 200
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: window_days=180 leaves no room for purchases 200 days apart ...
    """

    module = "stage_rule_explorer"
    needs_python = True
    names = ("lapse_days", "window_days", "k_long", "span_days")
    folder = Path(__file__).parent
    _esm = module_text(folder)
    _css = style_text(folder)

    lapse_days = Count(least=1, most=LONGEST_SLIDER).tag(sync=True)
    window_days = Count(least=2, most=LONGEST_SLIDER + 2).tag(sync=True)
    k_long = Count(least=1, most=100).tag(sync=True)
    span_days = Count(least=0, most=LONGEST_SLIDER).tag(sync=True)
    _counted: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    _live = traitlets.Bool(default_value=True).tag(sync=True)
    _base: Base | None = None
    _first: StageList | None = None

    def __init__(
        self, base: Base, *, day: str | None = None, rule: StageRule | None = None, lang: str | None = None
    ) -> None:
        from crrkit.read import Base
        from crrkit.rules import StageRule

        check_given(base, Base, name="base")
        chosen = StageRule() if rule is None else rule
        self._base, self._day = base, day or f"{base.as_of:%Y-%m-%d}"
        self._contact_days = _days_of(base, chosen)["contact_days"]
        given = {name: getattr(chosen, name) for name in self.names}
        self._start(given, lang=lang, words=self._words_of_the_page)
        self._count()

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> StageRuleExplorer:
        """The explorer that had this state, without its base: it can be shown, not moved."""
        explorer: StageRuleExplorer = cls.__new__(cls)
        explorer._base, explorer._day, explorer._contact_days = None, state["day"], state["contact_days"]
        explorer._start(
            {name: state[name] for name in cls.names}, lang=state["lang"], words=explorer._words_of_the_page
        )
        explorer._counted, explorer._live = dict(state["counted"]), False
        return explorer

    def _check(self, state: Mapping[str, Any]) -> None:
        from crrkit.rules import StageRule

        with as_state_error("rule", dict(state)):
            StageRule(**state, contact_days=self._contact_days)
        if self._counted and self._base is None and dict(state) != self._counted["rule"]:
            message = _("This explorer was brought back without its list, so that nothing can be counted anew.")
            raise StateError(message, argument="rule", given=dict(state))

    @traitlets.validate(*names)
    def _hold_the_rule(self, proposal: dict[str, Any]) -> int:
        return int(self._checked(proposal))

    @traitlets.observe(*names)
    def _count(self, change: object = None) -> None:
        """Sort everybody anew; of several changes that come together the first one counts them all."""
        del change
        if self._base is None or self._counted.get("rule") == self.state:
            return
        found = self.stages
        self._first = self._first or found
        with use_language(self.lang):
            self._counted = {
                "rule": self.state, "words": str(found.rule), "caption": found.caption(),
                "now": _numbers(found), "first": _numbers(self._first), "moved": _moves(self._first, found),
            }  # fmt: skip

    @property
    def rule(self) -> StageRule:
        """The rule as the sliders stand, as a value to paste."""
        from crrkit.rules import StageRule

        return StageRule(**self.state, contact_days=self._contact_days)

    @property
    def stages(self) -> StageList:
        """Everybody's stage under the rule, counted anew."""
        from crrkit.measure.stages import stage_on

        if self._base is None:
            message = _("This explorer was brought back without its list, so that nothing can be counted anew.")
            raise InputError(message, argument="base")
        return stage_on(self._base, self._day, rule=self.rule)

    @property
    def counts(self) -> pd.Series:
        """How many people stand in each stage."""
        import pandas as pd

        return pd.Series(self._counted["now"])

    @property
    def changes(self) -> pd.DataFrame:
        """How many of each stage under the first rule (rows) stand in which now (columns)."""
        import pandas as pd

        return pd.DataFrame(self._counted["moved"]).T.reindex(index=list(STAGES), columns=list(STAGES)).astype("int64")

    @property
    def moved(self) -> int:
        """How many stand in another stage than under the first rule."""
        return _elsewhere(self._counted["moved"])

    @property
    def code(self) -> str:
        """The line of code that gives the stages again."""
        numbers = ", ".join(f"{name}={value}" for name, value in self.state.items())
        return self._line.format(rule=numbers)

    @property
    def saved_state(self) -> dict[str, Any]:
        """The numbers of the rule and of the stages."""
        kept = {"day": self._day, "contact_days": self._contact_days, "counted": self._counted}
        return self.state | {"lang": self.lang} | kept

    def still(self) -> str:
        """The numbers by stage as HTML that nothing moves, with a word on what moving them takes."""
        counted, words = self._counted, self._words
        with use_language(self.lang):
            line = f"{counted['caption']}. {words['elsewhere'].format(n=format_number(self.moved))}"
            numbers = [f"{words['stages'][name]} {format_number(n)}" for name, n in counted["now"].items()]
            alt = words["picture"].format(numbers=", ".join(numbers))
            return still_html(line, _picture(counted, words), alt) + f"\n<p>{words['needsPython']}</p>"

    @property
    def _line(self) -> str:
        rule = f"crr.StageRule({{rule}}, contact_days={self._contact_days})"
        return f'people = crr.stage_on(base, "{self._day}", rule={rule})'

    def _words_of_the_page(self) -> dict[str, Any]:
        return _words() | {"code": self._line}

    @property
    def _arguments(self) -> str:
        return f"day={self._day!r}, rule={self.rule!r}"


def _days_of(base: Any, rule: Any) -> dict[str, int]:
    from crrkit.rules import StageRule

    if not base.has_purchases or not isinstance(rule, StageRule):
        message = _("The sliders move days, and contracts have terms. Use stage_on(base, day, rule=ContractRule(…)).")
        raise InputError(message, argument="base", given=type(base).__name__)
    try:
        check_number(rule.lapse_days, name="lapse_days")
    except InputError as error:
        message = _(
            "The limit of this rule is each customer's own; a slider needs one for all: StageRule(lapse_days=90)."
        )
        raise InputError(message, argument="rule", given=rule) from error
    return {"contact_days": rule.contact_days}


def _numbers(found: StageList) -> dict[str, int]:
    sizes = found.customers["stage"].value_counts()
    return {stage: int(sizes.get(stage, 0)) for stage in STAGES}


def _moves(first: StageList, now: StageList) -> dict[str, dict[str, int]]:
    """From the stage under the first rule to the one now; both lists hold the same people in the same order."""
    import pandas as pd

    table = pd.crosstab(first.customers["stage"].to_numpy(), now.customers["stage"].to_numpy())
    wide = table.reindex(index=list(STAGES), columns=list(STAGES), fill_value=0)
    return {str(stage): {str(other): int(n) for other, n in row.items()} for stage, row in wide.iterrows()}


def _elsewhere(moves: Mapping[str, Mapping[str, int]]) -> int:
    return sum(n for stage, row in moves.items() for other, n in row.items() if other != stage)


def _picture(counted: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Two bars a stage: filled what stands there now, outlined what stood there under the first rule."""
    now, first = counted["now"], counted["first"]
    shown = [stage for stage in STAGES if now[stage] or first[stage]]
    most = max([*now.values(), *first.values(), 1])
    parts = [svg.text(WIDTH / 2, 18, words["columns"], f'fill="{svg.QUIET}"')]
    for row, stage in enumerate(shown):
        y = TOP + ROW * row
        parts.append(svg.text(NAMES - 10, y + 17, words["stages"][stage], 'text-anchor="end"'))
        parts.append(svg.rect(NAMES, y + 2, ROOM * now[stage] / most, 14, f'fill="{HUES[stage]}"'))
        outline = f'fill="none" stroke="{svg.INK}" stroke-dasharray="3 2"'
        parts.append(svg.rect(NAMES, y + 17, ROOM * first[stage] / most, 8, outline))
        number = f"{format_cell(now[stage], 'count')} ({format_cell(first[stage], 'count')})"
        parts.append(svg.text(NAMES + ROOM + 10, y + 17, number, 'text-anchor="start"'))
    return svg.document(*parts, width=WIDTH, height=TOP + ROW * len(shown) + 6)


def _words() -> dict[str, Any]:
    """Every word that the browser shows, in the current language; {names} are filled in there."""
    return {
        "title": _("Rules of the stages, to try"),
        "lapse_days": _("Lapsed after so many days of silence"),
        "window_days": _("Window for regular purchases, days"),
        "k_long": _("Purchase days needed for the long stage"),
        "span_days": _("At least so many days from the first to the last of them"),
        "customers": _("Customers (middle and long)"),
        "long": _("Of them long"),
        "moved": _("In another stage than at first"),
        "stages": {stage: _(stage) for stage in STAGES},
        "columns": _("people now (outlined: under the first rule)"),
        "stage": _("stage"),
        "now": _("now"),
        "first": _("at first"),
        "elsewhere": _("In another stage than under the first rule: {n}."),
        "picture": _("People by stage: {numbers}."),
        "busy": _("Counting in Python …"),
        "needsPython": _("To count under another rule, Python and the list are needed: open the notebook."),
        "followed": _("The window went up to {window_days} days: in a shorter one nobody could ever be long."),
        "hint": _("The stages are counted when a slider is let go, or when Enter is pressed in a box."),
    }
