"""The traits of explorers: counts, fractions and choices, validated like function arguments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import SHARES_SLACK, too_many_lost
from crrkit.ground import check_choice, check_count, check_fraction, format_number, gettext as _
from crrkit.widgets.bench.explorer import StateError, as_state_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LARGEST_COUNT = 10**9  # the largest count that a number box accepts
# The levers of a stage model with a slider. Named here, so that showing an explorer does not import pandas.
SLIDERS = ("conversion", "retention_middle", "promotion", "retention_long", "winback", "inflow")
POINT = 0.01  # one point on a lever


class Count(traitlets.TraitType[int, int]):
    """An integer from ``least`` to ``most``."""

    def __init__(self, *, least: int = 0, most: int = LARGEST_COUNT) -> None:
        super().__init__()
        self.least, self.most = least, most

    def validate(self, obj: traitlets.HasTraits, value: object) -> int:
        """The count as an int, or an error with the reason."""
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


def check_lost(state: Mapping[str, Any]) -> None:
    """Refuse a state with more customers lost than at the start."""
    if state["lost"] > state["start"]:
        text = str(too_many_lost(lost=state["lost"], start=state["start"]))
        raise StateError(text, argument="lost", given=state["lost"])


def lost_words() -> dict[str, str]:
    """The messages when the number lost reaches its limit, in the current language."""
    return {
        "undefined": _("There was nobody at the start, so there was nobody to keep: the rates are undefined, not 0."),
        "followed": _("Lost went down to {lost}: only those who were there at the start can be lost."),
        "limit": _("All {start} of the start are lost already; nobody else can be."),
        "tooMany": _(
            "{typed} is more than the {start} of the start, and only they can be lost. Until it fits, {shown} stands."
        ),
    }


class Fraction(traitlets.TraitType[float, float]):
    """A fraction from ``least`` to ``most``, by default from 0 to 1."""

    def __init__(self, *, least: float = 0.0, most: float = 1.0) -> None:
        super().__init__()
        self.least, self.most = least, most

    def validate(self, obj: traitlets.HasTraits, value: object) -> float:
        """The fraction as a float, or an error with the reason."""
        del obj
        with as_state_error(str(self.name), value):
            number = check_fraction(value, name=str(self.name))
        if self.least <= number <= self.most:
            return number
        message = _("{name}={value:.12g} is out of the explorer's range. Give a fraction from {least:g} to {most:g}.")
        text = message.format(name=self.name, value=number, least=self.least, most=self.most)
        raise StateError(text, argument=self.name, given=value)


class Choice(traitlets.TraitType[str, str]):
    """One of several names."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.choices = tuple(choices)

    def validate(self, obj: traitlets.HasTraits, value: object) -> str:
        """The name, or an error that lists the valid names."""
        del obj
        with as_state_error(str(self.name), value):
            return check_choice(value, name=str(self.name), choices=self.choices)


class Some(traitlets.TraitType[list[str], "Iterable[str]"]):
    """A selection of names, in the order in which they are listed."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.choices = tuple(choices)

    def validate(self, obj: traitlets.HasTraits, value: object) -> list[str]:
        """The names as a list, or an error with the unknown one."""
        del obj
        name = str(self.name)
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            message = _("{name}={value!r} is not a list. Give a list of names, for example {name}=[{example!r}].")
            text = message.format(name=name, value=value, example=self.choices[0])
            raise StateError(text, argument=name, given=value)
        with as_state_error(name, value):
            chosen = [check_choice(one, name=name, choices=self.choices) for one in value]
        return [choice for choice in self.choices if choice in chosen]


class Mix(traitlets.TraitType["dict[str, tuple[float, float]]", object]):
    """Segments with their shares and rates: a mapping ``{segment: (share, rate)}``, or rows ``(segment, share, rate)``.

    It is sent to the browser as rows, since JSON may sort a mapping by its keys.
    """

    def validate(self, obj: traitlets.HasTraits, value: object) -> dict[str, tuple[float, float]]:
        """The mapping, or an error with the reason."""
        del obj
        name = str(self.name)
        mix = {}
        for segment, share, rate in self._rows(value):
            with as_state_error(name, value):
                of = f"{name}[{segment!r}]"
                mix[str(segment)] = check_fraction(share, name=of), check_fraction(rate, name=of)
        total = math.fsum(share for share, _rate in mix.values())
        if abs(total - 1) > SHARES_SLACK:
            message = _("{name}: the shares sum to {total:.6g}, they must sum to 1.")
            raise StateError(message.format(name=name, total=total), argument=name, given=value)
        return mix

    def _rows(self, value: Any) -> list[tuple[object, object, object]]:
        try:
            rows = (
                [(s, *pair) for s, pair in value.items()] if hasattr(value, "items") else [tuple(row) for row in value]
            )
            return [(segment, share, rate) for segment, share, rate in rows]
        except (TypeError, ValueError):
            message = _('{name} must map each segment to its share and its rate, as in {{"middle": (0.4, 0.55), …}}.')
            raise StateError(message.format(name=self.name), argument=self.name, given=value) from None

    @staticmethod
    def as_rows(mix: Mapping[str, tuple[float, float]]) -> list[list[Any]]:
        """The rows sent to the browser."""
        return [[segment, *pair] for segment, pair in mix.items()]
