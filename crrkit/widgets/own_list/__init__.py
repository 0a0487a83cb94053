"""ListExplorer: the rate of one's own list under sliders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import InputError, check_choice, check_given, check_target, gettext as _, use_language, write_beside
from crrkit.widgets.bench import Count, StateError, as_state_error, module_text, static_page, style_text
from crrkit.widgets.own_list.counted import CALLED_NEW, begin_with, carried_of
from crrkit.widgets.own_list.results import Results
from crrkit.widgets.own_list.state import (
    CUSTOMER_STAGES,
    PRICED,
    Amounts,
    Choices,
    Label,
    Levers,
    Named,
    Scenarios,
    Step,
    calendar_of,
    is_named,
    moved_label,
    state_by,
)
from crrkit.widgets.own_list.still import still_of
from crrkit.widgets.own_list.words import page_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read import Base

__all__ = ["ListExplorer"]

SAVED_BESIDE = ("scenarios", "levers", "steps", "costs", "margins")  # what is saved beside the settings
LABELS = ("first", "last", "period")
# What the browser sends is not sent back, since an older answer would set a slider that moves on back.
FOLLOWING = {"sync": True, "echo_update": False}
MIN_CELL = 10  # customers that a page for strangers tells of at least
LEAST_TO_SLIDE = 2  # choices, below which there is no slider of them
MOST_AHEAD = 36  # periods that are projected
# Periods that are projected at first: a year, of short periods less.
STEPS_AT_FIRST = {"day": 30, "week": 26, "month": 12, "quarter": 4, "half-year": 2, "year": 1}


class ListExplorer(Results):
    """Your own list with sliders: the rate, the bridge, the stages and the rhythm follow the rules.

    The list is counted once, in Python, for every period, silence, segment and threshold that can be chosen; the
    browser turns those small numbers into everything shown, so that it lives on in a page without a kernel. It holds
    no customer, but counts however small: a notebook of it is shared as a table of counts is. `save_page` writes a page
    for strangers, with fewer settings and nothing of few.

    What is shown is at hand in Python and follows the sliders: `settings`, `kept`, `flow`, `model`, `account`, and
    `by_silence` and `by_segment` for which silence makes the rate so high and which segment loses, since when; the
    settings are traits, so ``explorer.observe(what, "silence")`` is told of each move, at most ten times a second.

    Args:
        base: What one of the readers gave.
        silence: The silence in days to begin with, or ``"period"``; by default that of the base's own rule.
        every: The period to begin with; by default the one that suits the list.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If it is no base, a setting is none of those that there are, or a segment column has a value for
            nearly every customer, such as a mail: a saved page would carry some of them.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> explorer = ListExplorer(base, every="quarter", silence=90)
        >>> round(float(explorer.kept.latest["crr"]), 3)
        0.628
        >>> explorer.silence = 60
        >>> round(float(explorer.kept.latest["crr"]), 3)
        0.605
        >>> explorer.every = "moth"
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: every='moth' is not known. ... Did you mean 'month'?
    """

    module = "list_explorer"
    names = ("every", "silence", "segment", "regular", "first", "last", "period", "called_new")
    folder = Path(__file__).parent
    _esm = module_text(folder)
    _css = style_text(folder)

    every = Named("everies").tag(**FOLLOWING)
    silence = Step("silences", word="period").tag(**FOLLOWING)
    segment = Named("segments").tag(**FOLLOWING)
    regular = Step("regulars").tag(**FOLLOWING)
    first = Label().tag(**FOLLOWING)
    last = Label().tag(**FOLLOWING)
    period = Label().tag(**FOLLOWING)
    called_new = Named("called_new").tag(**FOLLOWING)
    scenarios = Scenarios().tag(**FOLLOWING)
    levers = Levers().tag(**FOLLOWING)
    steps = Count(least=1, most=MOST_AHEAD).tag(**FOLLOWING)
    costs = Amounts(PRICED, above_nothing=True).tag(**FOLLOWING)
    margins = Amounts(CUSTOMER_STAGES).tag(**FOLLOWING)
    _cube: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    _rhythm: traitlets.Dict[str, Any] = traitlets.Dict(allow_none=True).tag(sync=True)
    _card: traitlets.List[Any] = traitlets.List().tag(sync=True)
    choices: Choices
    _still = ""

    def __init__(
        self,
        base: Base,
        *,
        silence: int | str | None = None,
        every: str | None = None,
        lang: str | None = None,
    ) -> None:
        from crrkit.measure.cube import list_cube
        from crrkit.read import Base

        self._counted = cube = list_cube(check_given(base, Base, name="base"))
        begin = begin_with(cube)
        chosen = {"every": every or begin.every, "silence": begin.silence if silence is None else silence}
        chosen["called_new"] = CALLED_NEW[0]
        with use_language(lang):
            carried = carried_of(cube)
        self._begin({**dict.fromkeys(self.names), "regular": begin.regular, **chosen}, carried, lang)

    def _begin(self, state: Mapping[str, Any], carried: Mapping[str, Any], lang: str | None) -> None:
        self.choices = carried["choices"]
        self._cube, self._rhythm, self._card = (carried[name] for name in ("cube", "rhythm", "card"))
        self.steps = STEPS_AT_FIRST[state["every"]]
        self._start(state, lang=lang, words=page_words)
        if max(len(self.choices[name]) for name in ("silences", "regulars")) < LEAST_TO_SLIDE:
            with use_language(self.lang):
                self._words = {**self._words, "hint": _("Click the line for another period.")}
        self.on_msg(self._answer)

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> ListExplorer:
        """The explorer that had this state; it moves without its list, which `kept`, `flow` and `model` need."""
        explorer: ListExplorer = cls.__new__(cls)
        explorer._still = state["still"]
        explorer._begin({name: state[name] for name in cls.names}, state["carried"], state["lang"])
        for name in SAVED_BESIDE:
            setattr(explorer, name, state[name])
        return explorer

    @traitlets.validate(*LABELS)
    def _hold_to_the_calendar(self, proposal: dict[str, Any]) -> str | None:
        name, label = proposal["trait"].name, proposal["value"]
        others = {one: getattr(self, one) for one in LABELS if one != name}
        fitting = {one: each for one, each in others.items() if each and is_named(self.choices, each, every=self.every)}
        self._check({**dict.fromkeys(LABELS), **fitting, "every": self.every, name: label})
        return None if label is None else str(label)

    def _check(self, state: Mapping[str, Any]) -> None:
        """Refuse names of periods of another length, and a span that ends before it begins."""
        calendar = calendar_of(self.choices, state["every"])
        places = {}
        for name in LABELS:
            if state[name] is not None:
                with as_state_error(name, state[name]):
                    places[name] = calendar.parse(state[name], name=name)
        if "first" in places and "last" in places and places["first"] > places["last"]:
            message = _("first={first!r} is after last={last!r}. Give the earlier period first.")
            text = message.format(first=state["first"], last=state["last"])
            raise StateError(text, argument="first", given=state["first"])

    def completed(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Some settings with all others as they stand, checked: for `scenarios`.

        Raises:
            InputError: If one is not known or cannot be.
        """
        for name in settings:
            if name != "name":
                check_choice(name, name="settings", choices=self.names)
        given = {name: settings.get(name, self.state[name]) for name in self.names}
        traits = self.class_traits()
        state = {name: traits[name].validate(self, value) for name, value in given.items()}
        self._check(state)
        return state

    @traitlets.observe("every")
    def _rename_periods(self, change: Mapping[str, Any]) -> None:
        """Quarters have other names than months: what is named goes to the period that holds it; a year stays one."""
        if self.steps == STEPS_AT_FIRST.get(change["old"]):
            self.steps = STEPS_AT_FIRST[self.every]
        for name in LABELS:
            label = getattr(self, name)
            if label is not None and change["old"] and not is_named(self.choices, label, every=self.every):
                moved = moved_label(self.choices, label, old=change["old"], new=self.every, at_end=name == "last")
                setattr(self, name, moved)

    def shared(self, *, min_cell: int = MIN_CELL) -> ListExplorer:
        """This explorer as strangers may see it: fewer settings, of which none tells of few (`shared_cube`).

        What it says of a period, and what lies between any two of its settings, is nobody or ``min_cell`` customers.
        For that it has one period length, a longer one where few of the shown one can be told; first other silences,
        segments and stages are left out, and who of those who came is new is told with who is back; then periods. There
        are no cohorts. The page says in a sentence what is left out.

        Args:
            min_cell: The smallest group that is told of.

        Raises:
            InputError: If nothing would be left.
        """
        from crrkit.measure.cube import shared_cube

        with use_language(self.lang):
            share = shared_cube(self.cube, self.settings, least=min_cell)
            carried = carried_of(share.cube, state=share.to_state())
            state = state_by(self.state, LABELS, self.choices, share.every)
            state["segment"] = self.segment if self.segment in carried["choices"]["segments"] else None
            state["regular"] = self.regular if share.cube.regulars else None
            named = {"first": state["first"], "last": state["last"], "every": share.every}
            account = share.account(replace(self.settings, segment=state["segment"], **named))
            still = still_of(account, state, self._words, kind=self.cube.base.kind)
        beside = {**self._beside, "scenarios": []}
        if share.every != self.every:
            beside["steps"] = STEPS_AT_FIRST[share.every]
        saved = {**state, **beside, "carried": carried, "still": still, "lang": self.lang}
        return type(self).from_saved(saved)

    def save_page(self, path: str | Path, *, min_cell: int = MIN_CELL) -> Path:
        """Write this explorer as one HTML file for others, alive without kernel and network: `shared`.

        Args:
            path: The file.
            min_cell: The smallest group that is told of.

        Raises:
            InputError: If nothing would be left.

        Examples:
            >>> import crrkit as crr, tempfile
            >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
            >>> explorer = ListExplorer(base, every="half-year", silence=90)
            >>> explorer.save_page(tempfile.mkdtemp() + "/list.html").name
            'list.html'
        """
        target = check_target(path, name="path", ending=".html")
        return write_beside(target, self._page(min_cell).encode())

    def _page(self, min_cell: int) -> str:
        """The page for strangers: to them it is not their own list."""
        shared = self.shared(min_cell=min_cell)
        with use_language(self.lang):
            return static_page([shared], title=_("A list of customers, under sliders"))

    def _answer(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """What the button of the page asks for: the page, or why there is none."""
        if message.get("ask") != "page":
            return
        try:
            self.send({"page": self._page(MIN_CELL)})
        except InputError as error:
            self.send({"refused": str(error)})

    @property
    def saved_state(self) -> dict[str, Any]:
        """The settings, and what was counted, without the cells that are too small to be told of."""
        shared = {"carried": self._shared, "still": self.still()}
        return {**self.state, **self._beside, **shared, "lang": self.lang}

    @property
    def page_state(self) -> dict[str, Any]:
        """What the browser needs to show this explorer without a kernel; a reset there returns to this state."""
        shared = {f"_{name}": self._shared[name] for name in ("cube", "rhythm", "card")}
        own = {"lang": self.lang, "_initial": self.state, "_words": self._words}
        return {**self.state, **self._beside, **shared, **own}

    @property
    def _beside(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SAVED_BESIDE}

    @property
    def _shared(self) -> dict[str, Any]:
        return {"choices": self.choices, "cube": self._cube, "rhythm": self._rhythm, "card": self._card}

    def still(self) -> str:
        """The sentence and the rate over time as HTML that nothing moves, for places where no JavaScript runs."""
        if self._counted is None:
            return str(self._still)
        with use_language(self.lang):
            return still_of(self.account, self.state, self._words, kind=self._counted.base.kind)

    @property
    def _arguments(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.state.items() if value is not None)
