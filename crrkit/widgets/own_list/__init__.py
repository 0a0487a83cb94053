"""ListExplorer: how the rules change the rate of your own list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import InputError, check_choice, check_given, check_target, gettext as _, use_language, write_beside
from crrkit.widgets.bench import Count, StateError, as_state_error, static_page
from crrkit.widgets.own_list.counted import CALLED_NEW, carried_of, initial_settings
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
    from pathlib import Path

    from crrkit.read import Base

__all__ = ["ListExplorer"]

SAVED_BESIDE = ("scenarios", "levers", "steps", "costs", "margins")  # what is saved in addition to the settings
LABELS = ("first", "last", "period")
# Values from the browser are not echoed, since a delayed echo would move a slider back.
FOLLOWING = {"sync": True, "echo_update": False}
MIN_CELL = 10  # the smallest count that a shared page discloses
LEAST_TO_SLIDE = 2  # choices needed for a slider
MOST_AHEAD = 36  # maximal number of projected periods
# Initial number of projected periods: a year, less for short periods.
STEPS_AT_FIRST = {"day": 30, "week": 26, "month": 12, "quarter": 4, "half-year": 2, "year": 1}


class ListExplorer(Results):
    """Your own list with a slider for each rule: the rate, the bridge, the stages and the purchase rhythm follow.

    The list is counted once, in Python, for every period, silence, segment and threshold that can be chosen; the
    browser derives everything shown from these aggregates, so that it also works in a page without a kernel. It
    contains no customers, but unsuppressed small counts: treat a notebook with it like a table of counts. `save_page`
    writes a page for others, with fewer settings and without small counts.

    The values shown are available in Python and follow the sliders: `settings`, `kept`, `flow`, `model`, `account`,
    `by_silence` (the rate for every silence) and `by_segment` (which segment loses, since when); the settings are
    traits, so ``explorer.observe(callback, "silence")`` is called on each change, at most ten times a second.

    Args:
        base: The result of one of the readers.
        silence: The initial silence in days, or ``"period"``; by default that of the base's own rule.
        every: The initial period; by default the one that suits the list.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If it is not a base, a setting is not available, or a segment column is nearly unique per customer,
            such as an e-mail: a saved page would contain some of its values.

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
    embedded = ("_cube", "_rhythm", "_card", *SAVED_BESIDE)

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
        begin = initial_settings(cube, given=every)
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
        """Restore the explorer from its state; the sliders work, but `kept`, `flow` and `model` need the list."""
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
        """Refuse period names of another length, and a range that ends before it begins."""
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
        """Complete some settings by the current ones and validate them: for `scenarios`.

        Raises:
            InputError: If one is unknown or invalid.
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
        """Move named periods to the new length, since quarters have other names than months; a year's span stays."""
        if self.steps == STEPS_AT_FIRST.get(change["old"]):
            self.steps = STEPS_AT_FIRST[self.every]
        for name in LABELS:
            label = getattr(self, name)
            if label is not None and change["old"] and not is_named(self.choices, label, every=self.every):
                moved = moved_label(self.choices, label, old=change["old"], new=self.every, at_end=name == "last")
                setattr(self, name, moved)

    def shared(self, *, min_cell: int = MIN_CELL) -> ListExplorer:
        """A version of this explorer for sharing: fewer settings, none of which reveals small groups (`shared_cube`).

        Every count, and every difference between two of its settings, is 0 or at least ``min_cell`` customers. It
        therefore has only one period length, a longer one if too few periods of the current one can be shown; other
        silences, segments and stages are left out first, with new and returned customers merged; then periods. There
        are no cohorts. A sentence on the page states what is left out.

        Args:
            min_cell: The smallest group that may be disclosed.

        Raises:
            InputError: If nothing could be shown.
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
        """Write the `shared` version of this explorer as one HTML file that works without kernel and network.

        Args:
            path: The file.
            min_cell: The smallest group that may be disclosed.

        Raises:
            InputError: If nothing could be shown.

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
        """The page for others, worded for readers whose list it is not."""
        shared = self.shared(min_cell=min_cell)
        with use_language(self.lang):
            return static_page([shared], title=_("A list of customers, with sliders"))

    def _answer(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """Answer the save button: the page, or the reason why there is none."""
        if message.get("ask") != "page":
            return
        try:
            self.send({"page": self._page(MIN_CELL)})
        except InputError as error:
            self.send({"refused": str(error)})

    @property
    def saved_state(self) -> dict[str, Any]:
        """The settings and the counts, without cells too small to be disclosed."""
        carried = {"choices": self.choices, "cube": self._cube, "rhythm": self._rhythm, "card": self._card}
        return {**self.state, **self._beside, "carried": carried, "still": self.still(), "lang": self.lang}

    @property
    def _beside(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SAVED_BESIDE}

    def still(self) -> str:
        """The sentence and the rate over time as static HTML, for places without JavaScript."""
        if self._counted is None:
            return str(self._still)
        with use_language(self.lang):
            return still_of(self.account, self.state, self._words, kind=self._counted.base.kind)

    @property
    def _arguments(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.state.items() if value is not None)
