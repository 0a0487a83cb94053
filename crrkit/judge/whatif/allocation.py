"""Allocate a budget between levers with diminishing returns: spend where the marginal gain is largest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import InputError, Shown, check_count, check_fraction, check_number, format_cell, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False, repr=False)
class Allocation(Shown):
    """An allocation of a budget.

    Attributes:
        table: ``lever spend gain``; ``all_in``, the gain if the whole budget went to this lever.
        budget: The budget.
        marginal: The marginal gain per unit of money, equal for all levers that get any.
    """

    table: pd.DataFrame
    budget: float
    marginal: float
    gain_even: float

    kinds: ClassVar[Mapping[str, str]] = {"lever": "word", "spend": "money", "gain": "ratio", "all_in": "ratio"}

    @property
    def gain(self) -> float:
        """The total gain."""
        return float(self.table["gain"].sum())

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {"lever": _("lever"), "spend": _("spend"), "gain": _("gain"), "all_in": _("all on it alone")}

    def caption(self) -> str:
        """The gain, compared with the naive allocation."""
        text = _("{budget} split brings {gain}; in even parts {even}")
        words = {"budget": self.budget, "gain": self.gain, "even": self.gain_even}
        return text.format(**{name: format_cell(value, "ratio") for name, value in words.items()})


def check_ceilings(ceilings: Mapping[str, float], levels: Mapping[str, float]) -> dict[str, float]:
    """The distance of each lever to its ceiling; refuses a ceiling below the current level."""
    for name, stands in levels.items():
        if check_fraction(ceilings[name], name=f"ceilings[{name!r}]") < stands:
            message = _("ceilings[{name!r}]={value:g} is below where the lever stands, {level:.6g}.")
            words = {"name": name, "value": ceilings[name], "level": stands}
            raise InputError(message.format(**words), argument="ceilings", given=ceilings[name])
    return {name: ceilings[name] - stands for name, stands in levels.items()}


def water_fill(budget: float, *, weights: Mapping[str, float], speeds: Mapping[str, float]) -> Allocation:
    """Allocate a budget by equal marginal gains (water-filling).

    Maximise ``sum(w_i (1 - exp(-k_i s_i)))`` under ``sum(s_i) = budget``, ``s_i >= 0``. Levers that get money have the
    same marginal gain m: ``s_i = ln(w_i k_i / m) / k_i``; levers for which this is negative get nothing.

    Args:
        budget: The amount, 0 or more.
        weights: The maximal gain of each lever.
        speeds: How fast money takes effect: after spending ``1/k`` the gain is 63 % of the maximum.

    Raises:
        ValueError: If the names differ, a speed is not above 0, or no lever has a gain.

    References:
        Blattberg and Deighton 1996, Harvard Business Review 74(4), for the response curve with a ceiling.

    Examples:
        >>> split = water_fill(5000, weights={"a": 30, "b": 20}, speeds={"a": .0004, "b": .0008})
        >>> [round(s, 2) for s in split.table["spend"]], round(split.gain, 3)
        ([3093.6, 1906.4], 36.944)
    """
    money = check_count(budget, name="budget", allow_fractional=True)
    names, w, k = _read(weights, speeds)
    paid = w > 0
    spend = np.zeros(len(w))
    with np.errstate(over="ignore"):  # an overflow exceeds any budget
        spend[paid], marginal = _spend(money, np.log(w[paid]) + np.log(k[paid]), k[paid])
        gains = [-w * np.expm1(-k * s) for s in (spend, money, money / len(names))]
    table = pd.DataFrame({"lever": names, "spend": spend, "gain": gains[0], "all_in": gains[1]})
    return Allocation(table, money, marginal, float(gains[2].sum()))


def _spend(budget: float, top: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, float]:
    """Spend lever by lever until the next one has the same marginal gain; divide the rest so that all stay equal.

    All sums have non-negative terms, in logarithms: no cancellation, and ``w k`` cannot underflow to 0.
    """
    down_to = np.maximum(top[None, :] - top[:, None], 0) / k  # one row per lever: spent before its turn comes
    reached = down_to.sum(axis=1) <= budget
    last = np.where(reached, top, np.inf).argmin()
    rest = budget - down_to[last].sum()
    slowness = np.where(reached, k[reached].min() / k, 0.0)
    log_marginal = top[last] - rest * k[reached].min() / slowness.sum()
    return down_to[last] + rest * slowness / slowness.sum(), float(np.exp(log_marginal))


def _read(weights: Mapping[str, float], speeds: Mapping[str, float]) -> tuple[list[str], np.ndarray, np.ndarray]:
    if set(weights) != set(speeds) or not weights:
        message = _("weights name {weights}, speeds name {speeds}; both must name the same levers.")
        words = {"weights": ", ".join(weights) or "–", "speeds": ", ".join(speeds) or "–"}
        raise InputError(message.format(**words), argument="speeds")
    names = list(weights)
    w = np.array([check_number(weights[name], name=f"weights[{name!r}]") for name in names])
    k = np.array([check_number(speeds[name], name=f"speeds[{name!r}]") for name in names])
    if (k <= 0).any():
        message = _("speeds[{name!r}]={value:g} must be above 0.")
        raise InputError(message.format(name=names[int(k.argmin())], value=k.min()), argument="speeds", given=k.min())
    if (w <= 0).all():
        message = _("No lever brings anything, so that there is nothing to spend the budget on.")
        raise InputError(message, argument="weights")
    return names, w, k
