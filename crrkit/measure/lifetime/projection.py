"""Projection of a retention curve by the shifted beta-geometric (sBG) model, beside the constant rate.

Each customer has a constant probability of leaving at each renewal, and it differs between customers (a beta
distribution with alpha and beta). Those likely to leave are lost first, so the retention rate of the cohort rises
although no customer changes. A constant rate ignores this and projects too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import lgamma
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.counts import z_score
from crrkit.ground import InputError, Shown, format_cell, format_number, gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

FARTHEST = 2  # the longest projection, as a multiple of the observed length


@dataclass(frozen=True, eq=False, repr=False)
class ShiftedBetaGeometric(Shown):
    """A fitted shifted beta-geometric (sBG) model.

    ``S(t) = B(alpha, beta + t) / B(alpha, beta)``; the retention rate from age ``t-1`` to ``t`` is
    ``(beta + t - 1) / (alpha + beta + t - 1)``.

    Attributes:
        alpha: First parameter; if it is 1 or below, the expected lifetime is infinite.
        beta: Second parameter.
        log_likelihood: The log-likelihood of the fitted model.
        covariance: The covariance of alpha and beta, from the Hessian at the maximum.
        ages: The number of renewals observed.
        observed: The observed share of survivors at each age, from 0.
        customers: The number of customers behind the standard errors and the band.
        is_assumed: Whether that number was assumed, because the curve was given as shares.
    """

    alpha: float
    beta: float
    log_likelihood: float
    covariance: np.ndarray
    ages: int
    observed: tuple[float, ...]
    customers: float = math.nan
    is_assumed: bool = False

    kinds: ClassVar[Mapping[str, str]] = {
        "age": "count", "observed": "rate", "survival": "rate", "low": "rate", "high": "rate", "geometric": "rate",
    }  # fmt: skip

    @property
    def se(self) -> tuple[float, float]:
        """The standard errors of alpha and beta."""
        return math.sqrt(self.covariance[0, 0]), math.sqrt(self.covariance[1, 1])

    @property
    def expected_lifetime(self) -> float:
        """Mean number of periods until leaving: ``(alpha + beta - 1) / (alpha - 1)``; infinite if alpha is 1 or less.

        It extrapolates: it assumes that the model holds indefinitely, beyond every observed age.
        """
        return (self.alpha + self.beta - 1) / (self.alpha - 1) if self.alpha > 1 else math.inf

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # computed on access
        """The curve up to the longest projection allowed."""
        return self.project(FARTHEST * self.ages)

    def survival(self, t: float) -> float:
        """Return the share of customers left after ``t`` renewals.

        Raises:
            ValueError: If ``t`` is more than twice the observed length.
        """
        self._refuse_far(t)
        return math.exp(log_survival(self.alpha, self.beta, t))

    def retention(self, t: int) -> float:
        """Return the retention rate at renewal ``t`` of those left after ``t - 1``; same limit as in `survival`."""
        self._refuse_far(t)
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)

    def project(self, periods: int, *, level: float = 0.95) -> pd.DataFrame:
        """Project survival up to ``periods`` with a band (delta method on the log odds), beside the constant rate.

        Raises:
            ValueError: If ``periods`` is more than twice the observed length.
        """
        self._refuse_far(periods)
        ages = np.arange(periods + 1)
        survival = np.array([self.survival(float(t)) for t in ages])
        low, high = self._band(ages, survival, z_score(level))
        seen = [*self.observed, *[math.nan] * periods][: periods + 1]
        constant = self.observed[-1] ** (1 / self.ages)
        return pd.DataFrame({
            "age": ages, "observed": seen, "survival": survival, "low": low, "high": high, "geometric": constant**ages,
        })  # fmt: skip

    def _refuse_far(self, periods: float) -> None:
        if periods > FARTHEST * self.ages:
            message = _(
                "{ages} {ages:renewal was|renewals were} observed; a projection to {periods} is more than twice as far,"
                " which the data do not carry. Ask for at most {most}."
            )
            words = {"ages": self.ages, "periods": periods, "most": FARTHEST * self.ages}
            raise InputError(message.format(**words), argument="periods", given=periods)

    def _band(self, ages: np.ndarray, survival: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
        step = 1e-5
        logit = np.log(survival[1:] / (1 - survival[1:]))
        slopes = [
            np.array([_logit_survival(self.alpha * (1 + step * a), self.beta * (1 + step * b), t) for t in ages[1:]])
            - logit
            for a, b in ((1, 0), (0, 1))
        ]
        gradient = np.array([slopes[0] / (step * self.alpha), slopes[1] / (step * self.beta)])
        spread = z * np.sqrt(np.einsum("it,ij,jt->t", gradient, self.covariance, gradient))
        low, high = (1 / (1 + np.exp(-(logit + sign * spread))) for sign in (-1, 1))
        return np.append(1.0, low), np.append(1.0, high)

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "age": _("age"), "observed": _("observed"), "survival": _("projected"), "low": _("from"), "high": _("to"),
            "geometric": _("constant rate"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the parameters, the expected lifetime and the number of customers behind the band."""
        text = _("sBG: alpha {alpha}, beta {beta}; expected lifetime {lifetime} {lifetime:period|periods}")
        words = {name: format_cell(value, "number") for name, value in (("alpha", self.alpha), ("beta", self.beta))}
        text = text.format(**words, lifetime=format_cell(self.expected_lifetime, "ratio"))
        return ". ".join([text, *self._basis()])

    def _basis(self) -> list[str]:
        if math.isnan(self.customers):
            return []
        text = _("The band rests on {n} {n:customer|customers} and {ages} {ages:renewal|renewals}.")
        if self.is_assumed:
            text = _(
                "The band takes the shares for those of {n} {n:customer|customers}, which nobody said: give customers=."
            )
        return [text.format(n=format_number(self.customers), ages=self.ages)]


def log_survival(alpha: float, beta: float, t: float) -> float:
    """Return ``log S(t)`` of the sBG model."""
    return lgamma(beta + t) + lgamma(alpha + beta) - lgamma(beta) - lgamma(alpha + beta + t)


def _logit_survival(alpha: float, beta: float, t: float) -> float:
    log = log_survival(alpha, beta, t)
    return log - math.log(-math.expm1(log))
