"""What an interval refers to: the complete list, the process behind it, or a list of which only a sample was observed.

A complete list has no sampling error: its rate is a fact. An interval answers another question, how much the same
process could have varied (Deming's enumerative and analytic studies). The wording is fixed, so that the question is
always stated with the numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit import reduce
from crrkit.counts import check_share, wilson_share
from crrkit.ground import InputError, check_choice, check_count, check_given, format_cell, gettext as _, mark
from crrkit.measure import retention_by_period
from crrkit.read import Base

if TYPE_CHECKING:
    import pandas as pd


WORDING = {
    "census": mark("The list is complete: the rate is a fact about this period and has no sampling error."),
    "process": mark(
        "The same process could have landed between {low} and {high} (95% interval); the rate itself is a fact."
    ),
    "sample": mark(
        "Of {frame} {frame:customer|customers} {n} {n:was|were} drawn: the rate of all lies between {low} and {high}"
        " (95% interval)."
    ),
}


@dataclass(frozen=True)
class Inference:
    """A rate with its interval, and the question that the interval answers.

    Attributes:
        rate: The rate, a fraction.
        low: The lower end.
        high: The upper end.
        inference: ``census process`` or ``sample``.
        evidence: How many independent customers the interval rests on.
        frame: The size of the list from which a sample was drawn.
        n: Customers counted.
    """

    rate: float
    low: float
    high: float
    inference: str
    evidence: float
    n: float
    frame: float | None = None

    def __str__(self) -> str:
        """The rate with the fixed wording."""
        ends = {"low": format_cell(self.low, "rate"), "high": format_cell(self.high, "rate")}
        counts = {"n": format_cell(self.n, "count"), "frame": format_cell(self.frame, "count")}
        return f"{format_cell(self.rate, 'rate')}. {_(WORDING[self.inference]).format(**ends, **counts)}"


def infer(kept: float, n: float, *, inference: str = "process", frame: float | None = None) -> Inference:
    """Compute a rate with the interval that fits the question asked.

    ``census``: zero width. ``process``: Wilson's interval. ``sample``: Wilson's interval with the finite population
    correction, that is, an effective sample of ``n (N - 1) / (N - n)`` customers; a sample of everybody has zero width.

    Args:
        kept: Customers kept.
        n: Customers at the start, or customers sampled.
        inference: ``census process`` or ``sample``.
        frame: For a sample, the size ``N`` of the list it was drawn from.

    Returns:
        The rate with its interval and the question; with ``n = 0`` rate and interval are NaN.

    Raises:
        ValueError: If a count is invalid, ``frame`` is missing or smaller than the sample, or given without a sample.

    Examples:
        >>> print(infer(60, 70, inference="census"))
        85.7%. The list is complete: the rate is a fact about this period and has no sampling error.
        >>> print(infer(150, 200, inference="sample", frame=1000))
        75.0%. Of 1,000 customers 200 were drawn: the rate of all lies between 69.3% and 80.0% (95% interval).
    """
    check_choice(inference, name="inference", choices=tuple(WORDING))
    if frame is not None and inference != "sample":
        message = _("frame= is the list that a sample was drawn from. Use inference='sample', or leave frame= out.")
        raise InputError(message, argument="frame", given=frame)
    kept, n = check_share(kept, n)
    if not n:
        return Inference(math.nan, math.nan, math.nan, inference, 0, n, frame)
    evidence = {"census": lambda: math.inf, "process": lambda: n, "sample": lambda: _of_sample(n, frame)}[inference]()
    low, high = wilson_share(kept / n, evidence)
    return Inference(kept / n, low, high, inference, evidence, n, frame)


def _of_sample(n: float, frame: float | None) -> float:
    if frame is None:
        message = _("A sample needs frame=, the size of the list it was drawn from.")
        raise InputError(message, argument="frame")
    if check_count(frame, name="frame") < n:
        message = _("frame={frame:g} is smaller than the sample, n={n:g}. Give the size of the whole list.")
        raise InputError(message.format(frame=frame, n=n), argument="frame", given=frame)
    return math.inf if frame == n else n * (frame - 1) / (frame - n)


def infer_contracts(base: Base, *, every: str = "month", period: str | None = None) -> Inference:
    """Compute the rate of contracts with an interval that allows for several contracts of the same person.

    Contracts of one person end together more often than by chance, so 1,000 contracts are not 1,000 independent trials.
    With ``m`` contracts of a person at the start, ``k`` of them kept, and ``p`` the rate, the variance of ``p`` is
    ``q/(q-1) * sum((k - p m)^2) / (sum m)^2`` over ``q`` people; the interval is Wilson's with the number of
    independent contracts that would have the same variance, capped at the actual number. If all contracts were kept, or
    none, or one person holds them all, the correlation within a person cannot be estimated: each person then counts
    once, so the evidence is the number of people. Rows with the same contract id are one contract, as for
    ``unit="contract"``.

    Args:
        base: A base of contracts.
        every: The period.
        period: The period's name; by default the latest complete one.

    Returns:
        The rate by contract; ``evidence`` is the effective number of contracts. With no contract at the start the rate
        is NaN.

    Raises:
        ValueError: If the base has no contracts, or no such period.

    Examples:
        >>> import pandas as pd
        >>> from crrkit.read.bases.readers import read_contracts
        >>> ten = pd.DataFrame({"who": ["a"] * 5 + ["b"] * 5, "joined": "2024-01-05", "gone": None})
        >>> found = infer_contracts(read_contracts(ten, customer="who", start="joined", end="gone", as_of="2024-03-01"))
        >>> found.n, found.evidence, round(found.low, 3)  # ten contracts, but two people
        (10.0, 2.0, 0.342)

    References:
        The linearised variance of a ratio (Cochran, Sampling Techniques, ch. 2); design effect, domain 2.9.
    """
    check_given(base, Base, name="base")
    if base.has_purchases:
        message = _("Only contracts can be held several by one person. Read them with read_contracts.")
        raise InputError(message, argument="base")
    table = retention_by_period(base, every=every)
    row = table.latest if period is None else table.row(period)
    until = min(row["until"].to_pydatetime(), base.as_of)
    held = reduce.contracts_of_people(base.table, since=row["from_"].to_pydatetime(), until=until)
    return clustered(reduce.collect(held))


def clustered(held: pd.DataFrame) -> Inference:
    """The rate with its interval, from ``contracts, kept, people``."""
    people, contracts, kept = held["people"], held["contracts"], held["kept"]
    n, total_kept, q = float((people * contracts).sum()), float((people * kept).sum()), float(people.sum())
    if not n:
        return infer(0, 0)
    rate = total_kept / n
    scatter = float((people * (kept - rate * contracts) ** 2).sum())
    evidence = q if rate in {0, 1} or q == 1 else _independent(rate, n, q, scatter)
    low, high = wilson_share(rate, evidence)
    return Inference(rate, low, high, "process", evidence, n)


def _independent(rate: float, n: float, people: float, scatter: float) -> float:
    """The effective number of independent contracts; the actual number if people vary less than by chance."""
    variance = people / (people - 1) * scatter / n**2
    return min(n, rate * (1 - rate) / variance) if variance else n
