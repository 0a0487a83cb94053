"""StageRuleExplorer: the same list under another stage rule, and how many people change stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import (
    PERIODS,
    check_choice,
    check_given,
    check_moment,
    format_cell,
    format_number,
    gettext as _,
    paragraphs,
    use_language,
)
from crrkit.rules import STAGES
from crrkit.widgets.bench import Count, Explorer, StateError, as_state_error, still_html
from crrkit.widgets.stage_rule.state import contact_days_of, count_elsewhere, count_moves, count_stages
from crrkit.widgets.stage_rule.still import people_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crrkit.measure.stages import StageFlow, StageList
    from crrkit.read import Base
    from crrkit.rules import StageRule

__all__ = ["StageRuleExplorer"]

LONGEST_SLIDER = 3650  # the largest number of days on a slider


class StageRuleExplorer(Explorer):
    """Four numbers of a `StageRule` as sliders: the same people, reassigned to stages, and the resulting rate.

    It shows CRR and churn of the last whole period before the day, under the current and the initial rule: a different
    silence after which a buyer has lapsed gives a different rate of the same list. Everything is counted in Python when
    a slider is released; the browser receives counts and never a customer. In a page without a kernel the explorer is a
    static picture.

    Args:
        base: Purchases or events.
        day: The date of the stages, such as ``"2024-07-01"``; by default the end of the data.
        rule: The initial rule, with which others are compared; ``StageRule()`` by default. Its ``contact_days`` are
            fixed.
        every: The period of the rate.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If the base has contracts, the rule takes its limit from each customer's gaps, or nobody could ever
            be long under it. To change several numbers, defer validation: ``with explorer.hold_trait_notifications():
            ...``.

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
        >>> explorer.lapse_days = 180
        >>> explorer.rates.round(3).to_dict("list")
        {'crr': [0.914, 0.887], 'churn': [0.086, 0.113]}
        >>> explorer.span_days = 200
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: window_days=180 leaves no room for purchases 200 days apart ...
    """

    module = "stage_rule_explorer"
    needs_python = True
    names = ("lapse_days", "window_days", "k_long", "span_days")

    lapse_days = Count(least=1, most=LONGEST_SLIDER).tag(sync=True)
    window_days = Count(least=2, most=LONGEST_SLIDER + 2).tag(sync=True)
    k_long = Count(least=1, most=100).tag(sync=True)
    span_days = Count(least=0, most=LONGEST_SLIDER).tag(sync=True)
    _counted: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    _live = traitlets.Bool(default_value=True).tag(sync=True)
    _base: Base | None = None
    _first: StageList | None = None
    _first_rate: Mapping[str, Any] | None = None

    def __init__(
        self,
        base: Base,
        *,
        day: str | None = None,
        rule: StageRule | None = None,
        every: str = "month",
        lang: str | None = None,
    ) -> None:
        from crrkit.read import Base
        from crrkit.rules import StageRule

        check_given(base, Base, name="base")
        chosen = StageRule() if rule is None else rule
        self._base, self._day = base, day or f"{base.as_of:%Y-%m-%d}"
        self._every = check_choice(every, name="every", choices=PERIODS)
        self._contact_days = contact_days_of(base, chosen)
        given = {name: getattr(chosen, name) for name in self.names}
        self._start(given, lang=lang, words=self._words_of_the_page)
        self._count()

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> StageRuleExplorer:
        """Restore the explorer from its state, without its base: it can be shown, but not changed."""
        explorer: StageRuleExplorer = cls.__new__(cls)
        explorer._base, explorer._day, explorer._contact_days = None, state["day"], state["contact_days"]
        explorer._every = state["counted"]["rate"]["every"]
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
            raise self._without_its_list()

    @staticmethod
    def _without_its_list() -> StateError:
        message = _("This explorer was restored without its list, so nothing can be recounted.")
        return StateError(message, argument="base")

    @traitlets.validate(*names)
    def _hold_the_rule(self, proposal: dict[str, Any]) -> int:
        return int(self._checked(proposal))

    @traitlets.observe(*names)
    def _count(self, change: object = None) -> None:
        """Recount the stages; several simultaneous changes are handled once."""
        del change
        if self._base is None or self._counted.get("rule") == self.state:
            return
        stages, rate = self.stages, self._rate()
        self._first, self._first_rate = self._first or stages, self._first_rate or rate
        with use_language(self.lang):
            self._counted = {
                "rule": self.state, "words": str(stages.rule), "caption": stages.caption(),
                "now": count_stages(stages), "first": count_stages(self._first),
                "moved": count_moves(self._first, stages), "rate": rate | {"first": self._first_rate["now"]},
            }  # fmt: skip

    @property
    def rule(self) -> StageRule:
        """The current rule, as a value to paste."""
        from crrkit.rules import StageRule

        return StageRule(**self.state, contact_days=self._contact_days)

    @property
    def stages(self) -> StageList:
        """Everybody's stage under the current rule."""
        from crrkit.measure.stages import stage_on

        if self._base is None:
            raise self._without_its_list()
        return stage_on(self._base, self._day, rule=self.rule)

    @property
    def flow(self) -> StageFlow:
        """The stage flow under the current rule, period by period."""
        from crrkit.measure.stages import stage_flow

        if self._base is None:
            raise self._without_its_list()
        return stage_flow(self._base, every=self._every, rule=self.rule)

    def _rate(self) -> dict[str, Any]:
        """The rate of the last whole period before the day; None if there is none."""
        table = self.flow.table
        whole = table[(table["until"] <= check_moment(self._day, name="day")) & table["kept"].notna()]
        if not len(whole):
            return {"every": self._every, "period": "", "now": None}
        row = whole.iloc[-1]
        return {"every": self._every, "period": row["period"], "now": float(row["crr"]) if row["start"] else None}

    @property
    def rates(self) -> pd.DataFrame:
        """``crr`` and ``churn`` of the last whole period before the day, ``now`` and under the ``first`` rule."""
        import pandas as pd

        crr = pd.Series({name: self._counted["rate"][name] for name in ("now", "first")}, dtype="float64")
        return pd.DataFrame({"crr": crr, "churn": 1 - crr})

    @property
    def counts(self) -> pd.Series:
        """The number of people in each stage."""
        import pandas as pd

        return pd.Series(self._counted["now"])

    @property
    def changes(self) -> pd.DataFrame:
        """The number of people by stage under the initial rule (rows) and now (columns)."""
        import pandas as pd

        return pd.DataFrame(self._counted["moved"]).T.reindex(index=list(STAGES), columns=list(STAGES)).astype("int64")

    @property
    def moved(self) -> int:
        """The number of people in a different stage than under the initial rule."""
        return count_elsewhere(self._counted["moved"])

    @property
    def code(self) -> str:
        """The line of code that reproduces the stages."""
        numbers = ", ".join(f"{name}={value}" for name, value in self.state.items())
        return self._line.format(rule=numbers)

    @property
    def saved_state(self) -> dict[str, Any]:
        """The numbers of the rule and of the stages."""
        kept = {"day": self._day, "contact_days": self._contact_days, "counted": self._counted}
        return self.state | {"lang": self.lang} | kept

    def still(self) -> str:
        """The numbers by stage as static HTML, with a note that changing them needs Python."""
        counted, words = self._counted, self._words
        with use_language(self.lang):
            line = f"{counted['caption']}. {words['elsewhere'].format(n=format_number(self.moved))} {self._rate_line()}"
            numbers = [f"{words['stages'][name]} {format_number(n)}" for name, n in counted["now"].items()]
            alt = words["picture"].format(numbers=", ".join(numbers))
            return still_html(line, people_svg(counted, words), alt) + "\n" + paragraphs([words["needsPython"]])

    def _rate_line(self) -> str:
        rate, cells = self._counted["rate"], self.rates.map(lambda share: format_cell(share, "rate"))
        now, first = cells.loc["now"], cells.loc["first"]
        words = {"period": rate["period"], "crr": now["crr"], "churn": now["churn"], "first": first["crr"]}
        return str(self._words["rate" if rate["period"] else "noRate"]).format(**words)

    @property
    def _line(self) -> str:
        rule = f"crr.StageRule({{rule}}, contact_days={self._contact_days})"
        return f'people = crr.stage_on(base, "{self._day}", rule={rule})'

    def _words_of_the_page(self) -> dict[str, Any]:
        return _words() | {"code": self._line}

    @property
    def _arguments(self) -> str:
        return f"day={self._day!r}, rule={self.rule!r}, every={self._every!r}"


def _words() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
    return {
        "title": _("Rules of the stages, to try"),
        "lapse_days": _("Lapsed after so many days of silence"),
        "window_days": _("Window for regular purchases, days"),
        "k_long": _("Purchase days needed for the long stage"),
        "span_days": _("At least so many days from the first to the last of them"),
        "customers": _("Customers (middle and long)"),
        "long": _("Of them long"),
        "moved": _("In another stage than at first"),
        "crr": _("Retention rate (CRR)"),
        "churn": _("Churn rate"),
        "atFirst": _("{rate} (at first {first})"),
        "rate": _("{period}: CRR {crr}, churn {churn}; under the first rule CRR was {first}."),
        "noRate": _("No whole period lies before this day, so there is no rate."),
        "stages": {stage: _(stage) for stage in STAGES},
        "columns": _("people now (outlined: under the first rule)"),
        "stage": _("stage"),
        "now": _("now"),
        "first": _("at first"),
        "elsewhere": _("In another stage than under the first rule: {n}."),
        "picture": _("People by stage: {numbers}."),
        "busy": _("Counting in Python …"),
        "needsPython": _("To count under another rule, Python and the list are needed: open the notebook."),
        "followed": _(
            "The window went up to {window_days} {window_days:day|days}: in a shorter one nobody could ever be long."
        ),
        "hint": _("The stages are counted when a slider is let go, or when Enter is pressed in a box."),
    }
