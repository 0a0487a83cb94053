"""The traits of ListExplorer's settings: steps, choices, names of periods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from numbers import Number
from typing import Any

import traitlets

from crrkit.ground import InputError, check_choice, check_number, format_number, gettext as _
from crrkit.rules import Calendar
from crrkit.widgets.bench import LARGEST_COUNT, SLIDERS, StateError, as_state_error

Choices = dict[str, Any]  # what can be chosen, as JSON
PRICED = SLIDERS[:-1]  # the levers whose cost can be set
CUSTOMER_STAGES = ("middle", "long")


class Step(traitlets.TraitType[Any, Any]):
    """One of the values for which the cube was counted; None if there is none."""

    def __init__(self, choices: str, *, word: str = "") -> None:
        super().__init__(default_value=None, allow_none=True)
        self.choices, self.word = choices, word

    def validate(self, obj: Any, value: object) -> Any:
        """The value, or the nearest available one."""
        steps = obj.choices[self.choices]
        is_one = value is None or isinstance(value, str | Number)  # comparing a table is ambiguous
        if is_one and (value in steps or (self.word and value == self.word and obj.choices["by_period"])):
            return value
        with as_state_error(str(self.name), value):
            if not steps:
                return None
            near = min(steps, key=lambda step: abs(step - check_number(value, name=str(self.name))))
        message = _("{name}={value!r} is not counted here; {near} is the nearest that is. There are: {all}.")
        words = {"name": self.name, "value": value, "near": near, "all": ", ".join(map(format_number, steps))}
        raise StateError(message.format(**words), argument=self.name, given=value)


class Named(traitlets.TraitType[Any, Any]):
    """One of the available names, or None for no choice."""

    def __init__(self, choices: str) -> None:
        super().__init__(default_value=None, allow_none=True)
        self.choices = choices

    def validate(self, obj: Any, value: object) -> str | None:
        """The name, or an error that lists the valid names."""
        if value is None:
            return None
        with as_state_error(str(self.name), value):
            return check_choice(value, name=str(self.name), choices=obj.choices[self.choices])


class Label(traitlets.TraitType[Any, Any]):
    """The name of a period, or None for no bound; its length is validated together with the other settings."""

    def __init__(self) -> None:
        super().__init__(default_value=None, allow_none=True)

    def validate(self, obj: Any, value: object) -> str | None:
        """The name as text."""
        del obj
        return None if value is None else str(value)


class Scenarios(traitlets.TraitType[Any, Any]):
    """Settings saved for comparison: a list of JSON-compatible mappings, each with a ``name`` and its settings."""

    def __init__(self) -> None:
        super().__init__(default_value=[])

    def validate(self, obj: Any, value: Any) -> list[dict[str, Any]]:
        """The settings, each completed and validated."""
        kept = isinstance(value, list | tuple) and all(isinstance(one, Mapping) and "name" in one for one in value)
        if not kept:
            message = _("scenarios is a list of settings with a name: [{'name': 'strict', 'silence': 60}].")
            raise StateError(message, argument="scenarios", given=value)
        return [{"name": str(one["name"]), **obj.completed(one)} for one in value]


class Levers(traitlets.TraitType[Any, Any]):
    """Changes of the levers of a model by name, as fractions: 0.01 is one point."""

    def __init__(self) -> None:
        super().__init__(default_value={})

    def validate(self, obj: Any, value: Any) -> dict[str, float]:
        """The non-zero changes, as for `Scenario`."""
        del obj
        from crrkit.judge.whatif import Scenario

        with as_state_error(str(self.name), value):
            given = {check_choice(name, name="levers", choices=SLIDERS): value[name] for name in dict(value)}
            return {name: float(change) for name, change in Scenario(**given).changes().items()}


class Amounts(traitlets.TraitType[Any, Any]):
    """Numbers by name: the cost of a point on each lever, or the margin of a customer of each stage per period."""

    def __init__(self, names: tuple[str, ...], *, above_nothing: bool = False) -> None:
        super().__init__(default_value={})
        self.names, self.above_nothing = names, above_nothing

    def validate(self, obj: Any, value: Any) -> dict[str, float]:
        """The non-zero numbers; costs must be positive."""
        del obj
        if not isinstance(value, Mapping):
            message = _("{name} must map names to numbers, for example {{'{first}': 10}}.")
            text = message.format(name=self.name, first=self.names[-1])
            raise StateError(text, argument=self.name, given=value)
        with as_state_error(str(self.name), value):
            given = {check_choice(one, name=str(self.name), choices=self.names): value[one] for one in value}
            checked = {one: check_number(n, name=f"{self.name}[{one!r}]") for one, n in given.items()}
        wrong = next(
            (one for one, n in checked.items() if abs(n) > LARGEST_COUNT or (self.above_nothing and n < 0)), None
        )
        if wrong is not None:
            message = _("{name}[{one!r}]={value:g} cannot be: give a number up to {most}, and for a cost above 0.")
            words = {"name": self.name, "one": wrong, "value": checked[wrong], "most": format_number(LARGEST_COUNT)}
            raise StateError(message.format(**words), argument=self.name, given=value)
        return {one: float(n) for one, n in checked.items() if n}


def calendar_of(choices: Choices, every: str) -> Calendar:
    """The calendar of periods of one length, by the rules of the list."""
    return Calendar(every, week_starts=choices["week_starts"], year_starts=choices["year_starts"])


def moved_label(choices: Choices, label: str, *, old: str, new: str, at_end: bool) -> str:
    """The name of the longer or shorter period that contains the beginning, or the end, of another."""
    was = calendar_of(choices, old)
    place = was.parse(label)
    day = was.start(place + 1) - timedelta(days=1) if at_end else was.start(place)
    return calendar_of(choices, new).label_of(day)


def state_by(state: Mapping[str, Any], labels: tuple[str, ...], choices: Choices, every: str) -> dict[str, Any]:
    """The settings for another period length; named periods are replaced by those that contain them."""
    settings, old = {**state, "every": every}, state["every"]
    for name in labels if every != old else ():
        if state[name] is not None:
            settings[name] = moved_label(choices, state[name], old=old, new=every, at_end=name == "last")
    return settings


def is_named(choices: Choices, label: str, *, every: str) -> bool:
    """Whether a name is that of a period of this length."""
    try:
        calendar_of(choices, every).parse(label)
    except InputError:
        return False
    return True
