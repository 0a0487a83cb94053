"""Solve the account of one period for its unknown counts; refuse facts that contradict each other."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from crrkit.counts.accounts import COUNTS, RATES, Counts, contradiction, plain, same, too_many_lost
from crrkit.ground import (
    InconsistentCounts,
    InputError,
    check_count,
    check_fraction,
    gettext as _,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


FACTS = (*COUNTS, *RATES)
# Each row: a quantity, the quantities it follows from, and the formula; None where these values do not determine it.
RULES: tuple[tuple[str, tuple[str, ...], Callable[..., float | None]], ...] = (
    ("churn", ("crr",), lambda crr: 1 - crr),
    ("crr", ("churn",), lambda churn: 1 - churn),
    ("kept", ("start", "lost"), lambda start, lost: start - lost),
    ("lost", ("start", "kept"), lambda start, kept: start - kept),
    ("start", ("lost", "kept"), lambda lost, kept: lost + kept),
    ("kept", ("end", "new", "returned"), lambda end, new, returned: end - new - returned),
    ("end", ("kept", "new", "returned"), lambda kept, new, returned: kept + new + returned),
    ("new", ("end", "kept", "returned"), lambda end, kept, returned: end - kept - returned),
    ("lost", ("start", "churn"), lambda start, churn: start * churn),
    ("kept", ("start", "crr"), lambda start, crr: start * crr),
    ("crr", ("kept", "start"), lambda kept, start: kept / start if start else None),
    ("start", ("lost", "churn"), lambda lost, churn: lost / churn if churn else None),
    ("start", ("kept", "crr"), lambda kept, crr: kept / crr if crr else None),
    ("lost", ("churn",), lambda churn: None if churn else 0.0),
    ("kept", ("crr",), lambda crr: None if crr else 0.0),
    ("lost", ("start",), lambda start: None if start else 0.0),
    ("kept", ("end", "returned"), lambda end, returned: 0.0 if end == returned else None),
)


def solve_counts(
    *,
    start: float | None = None,
    end: float | None = None,
    new: float | None = None,
    lost: float | None = None,
    crr: float | None = None,
    churn: float | None = None,
    returned: float = 0,
    allow_fractional: bool = False,
) -> Counts:
    """Solve for all counts of a period from any that determine them, by ``start - lost + new + returned = end``.

    Args:
        start: Customers at the start, if known.
        end: Customers at the end, if known.
        new: Customers at the end who had never been customers before, if known.
        lost: Customers of the start who are gone at the end, if known.
        crr: The retention rate ``(start - lost) / start``, a fraction, if known.
        churn: The churn rate ``lost / start``, a fraction, if known.
        returned: Former customers who are customers again at the end.
        allow_fractional: Accept counts that are not whole, given or computed. Nothing is rounded.

    Returns:
        The account; ``.crr`` and ``.churn`` are NaN if ``start`` is 0.

    Raises:
        InputError: If the facts do not determine the rest (the message names one that would), a fact is not a valid
            count or fraction, or a computed count is not whole.
        InconsistentCounts: If the facts contradict each other (the message names them).
        AccountingMismatch: If all four counts are given and do not balance.

    Examples:
        >>> solve_counts(start=1000, lost=300, new=500)
        start  lost  new  returned    end    CRR  churn
        1,000   300  500         0  1,200  70.0%  30.0%
        >>> solve_counts(end=90, new=30, churn=1/7).start
        70
        >>> solve_counts(start=70, crr=0.8)
        Traceback (most recent call last):
        ...
        crrkit.InputError: start=70 and crr=0.8 leave end and new open. Add one of: end, new.
    """
    counts = {"start": start, "end": end, "new": new, "lost": lost}
    known = {name: value for name, value in counts.items() if value is not None} | {"returned": returned}
    rates = {name: value for name, value in {"crr": crr, "churn": churn}.items() if value is not None}
    facts = {name: check_count(value, name=name, allow_fractional=allow_fractional) for name, value in known.items()}
    facts |= {name: check_fraction(value, name=name) for name, value in rates.items()}
    _refuse_contradictions(facts)
    solved = _complete(facts)
    _refuse_open(facts, solved)
    _refuse_impossible(facts, solved)
    whole = {name: _whole(solved[name], scale=max(solved.values())) for name in (*COUNTS, "returned")}
    if not allow_fractional:
        _refuse_fractions(facts, whole)
    return Counts(**{name: whole[name] for name in ("start", "lost", "new", "returned")})


def _complete(facts: Mapping[str, float]) -> dict[str, float]:
    """Return the facts with everything that follows from them; if they contradict each other, the first value wins."""
    known = dict(facts)
    while found := next(_consequences(known), None):
        known.update([found])
    return known


def _consequences(known: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield what follows in one step, in the order of RULES: from counts before rates, which may have been rounded."""
    for target, needs, rule in RULES:
        if target not in known and all(name in known for name in needs):
            value = rule(*(known[name] for name in needs))
            if value is not None:
                yield target, value


def _refuse_contradictions(facts: Mapping[str, float]) -> None:
    """Check the balance, then each fact against what all the others imply."""
    if {"start", "lost"} <= facts.keys() and facts["lost"] > facts["start"]:
        raise too_many_lost(lost=facts["lost"], start=facts["start"])
    if facts.keys() >= set(COUNTS):
        _raise(contradiction(facts))
    for name in reversed([name for name in facts if name != "returned"]):
        rest = {other: value for other, value in facts.items() if other != name}
        expected = _complete(rest).get(name)
        if expected is not None and not _agree(name, facts, expected):
            message = _("{facts} give {name}={expected}, but {name}={given} was given. One of them is wrong.")
            numbers = {"expected": plain(expected), "given": plain(facts[name])}
            text = message.format(facts=_list_facts(rest), name=name, **numbers)
            raise InconsistentCounts(text, argument=name, given=facts[name])


def _agree(name: str, facts: Mapping[str, float], expected: float) -> bool:
    if name in RATES:
        return same(facts[name], expected)
    # A rate is trusted to nine digits, so a count computed from a rate is not known more precisely.
    trust = 1e-9 if facts.keys() & set(RATES) else 1e-15
    return same(facts[name], expected, scale=max(facts.values()), trust=trust)


def _refuse_open(facts: Mapping[str, float], solved: Mapping[str, float]) -> None:
    unknown = [name for name in COUNTS if name not in solved]
    if not unknown:
        return
    if not _stated(facts):
        raise InputError(_("Nothing is known. Give for example start, lost and new."), argument="start")
    message = _("{facts} leave {unknown} open. Add {choices}.")
    text = message.format(facts=_list_facts(facts), unknown=_join(unknown), choices=_what_would_settle(facts))
    raise InputError(text, argument=unknown[0])


def _what_would_settle(facts: Mapping[str, float]) -> str:
    """Name the fewest further facts that would determine the account, found by trying them with placeholder values."""
    missing = [name for name in FACTS if name not in facts]
    for size in range(1, len(missing) + 1):
        enough = [trial for trial in combinations(missing, size) if _settles(facts, trial)]
        if enough and size == 1:
            return _("one of: {names}").format(names=", ".join(name for (name,) in enough))
        if enough:
            return _join(enough[0])
    raise AssertionError  # start, lost and new always determine the account


def _settles(facts: Mapping[str, float], trial: Iterable[str]) -> bool:
    stand_in = {name: math.sqrt(place + 2) for place, name in enumerate(FACTS)}
    solved = _complete({**facts, **{name: stand_in[name] for name in trial}})
    return all(name in solved for name in COUNTS)


def _refuse_impossible(facts: Mapping[str, float], solved: Mapping[str, float]) -> None:
    # A computed loss is left out: the error is then in one of the facts it was computed from.
    _raise(contradiction({name: solved[name] for name in ("start", "end", "new", "returned")}))
    for name in COUNTS:
        if solved[name] < 0 and not same(solved[name], 0, scale=max(solved.values())):
            message = _("{facts} would need {name}={value}, and a count of customers is 0 or more.")
            text = message.format(facts=_list_facts(facts), name=name, value=plain(solved[name]))
            raise InconsistentCounts(text, argument=name)
    if not solved["start"] and facts.keys() & set(RATES):
        message = _("{facts} leave nobody at the start, and then there is no rate. Leave the rate out.")
        raise InconsistentCounts(message.format(facts=_list_facts(facts)), argument="start")


def _refuse_fractions(facts: Mapping[str, float], solved: Mapping[str, float]) -> None:
    for name in COUNTS:
        if solved[name] != int(solved[name]):
            message = _(
                "{facts} give {name}={value}, which is not a whole number of customers: the rate is perhaps rounded. "
                "Give a count in its place, or allow_fractional=True."
            )
            text = message.format(facts=_list_facts(facts), name=name, value=plain(solved[name]))
            raise InputError(text, argument=name)


def _whole(value: float, *, scale: float) -> float:
    """Round to a whole number if the value differs from one by rounding error only."""
    return round(value) if same(value, round(value), scale=scale) else value


def _raise(found: tuple[str, InconsistentCounts] | None) -> None:
    if found:
        raise found[1]


def _stated(facts: Mapping[str, float]) -> dict[str, float]:
    """Return the facts to name in a message: ``returned`` only if it is not its default of 0."""
    return {name: value for name, value in facts.items() if name != "returned" or value}


def _list_facts(facts: Mapping[str, float]) -> str:
    return _join([f"{name}={plain(value)}" for name, value in _stated(facts).items()])


def _join(words: Iterable[str]) -> str:
    *most, last = words
    return _("{most} and {last}").format(most=", ".join(most), last=last) if most else last
