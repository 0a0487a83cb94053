"""What the state of an explorer is made of: counts, fractions and choices, as the checks at the door read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from crrkit._checks import check_choice, check_count, check_fraction
from crrkit._language import format_number
from crrkit._language import gettext as _
from crrkit.widgets._explorer import StateError, as_state_error

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 10**9  # the largest count that a number box takes


class Count(traitlets.TraitType[int, int]):
    """A whole number from ``least`` to ``most``."""

    def __init__(self, *, least: int = 0, most: int = LIMIT) -> None:
        super().__init__()
        self.least, self.most = least, most

    def validate(self, obj: traitlets.HasTraits, value: object) -> int:
        """The count as an int, or the reason why it is none."""
        del obj
        with as_state_error(str(self.name), value):
            number = int(check_count(value, name=str(self.name)))
        if self.least <= number <= self.most:
            return number
        message = _("{name}={value} is more than the explorer shows. Give a count up to {limit}.")
        if number < self.least:
            message = _("{name}={value} is less than the explorer shows. Give a count from {limit} on.")
        limit = self.most if number > self.most else self.least
        text = message.format(name=self.name, value=number, limit=format_number(limit))
        raise StateError(text, argument=self.name, given=value)


class Fraction(traitlets.TraitType[float, float]):
    """A fraction from ``least`` to ``most``, by default from 0 to 1."""

    def __init__(self, *, least: float = 0.0, most: float = 1.0) -> None:
        super().__init__()
        self.least, self.most = least, most

    def validate(self, obj: traitlets.HasTraits, value: object) -> float:
        """The fraction as a float, or the reason why it is none."""
        del obj
        with as_state_error(str(self.name), value):
            number = check_fraction(value, name=str(self.name))
        if self.least <= number <= self.most:
            return number
        message = _("{name}={value:.12g} is out of the explorer's range. Give a fraction from {least:g} to {most:g}.")
        text = message.format(name=self.name, value=number, least=self.least, most=self.most)
        raise StateError(text, argument=self.name, given=value)


class Choice(traitlets.TraitType[str, str]):
    """One of a few names."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.choices = tuple(choices)

    def validate(self, obj: traitlets.HasTraits, value: object) -> str:
        """The name, or the names that there are."""
        del obj
        with as_state_error(str(self.name), value):
            return check_choice(value, name=str(self.name), choices=self.choices)


class Some(traitlets.TraitType[list[str], "Iterable[str]"]):
    """Some of a few names, in the order in which the names are listed."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.choices = tuple(choices)

    def validate(self, obj: traitlets.HasTraits, value: object) -> list[str]:
        """The names as a list, or the one that is not known."""
        del obj
        name = str(self.name)
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            message = _("{name}={value!r} is not a list. Give a list of names, for example {name}=[{example!r}].")
            text = message.format(name=name, value=value, example=self.choices[0])
            raise StateError(text, argument=name, given=value)
        with as_state_error(name, value):
            chosen = [check_choice(one, name=name, choices=self.choices) for one in value]
        return [choice for choice in self.choices if choice in chosen]
