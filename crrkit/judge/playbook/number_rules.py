"""Cards from the rate itself: what it cannot show, and what it shows about the whole base."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from crrkit.counts import EXACT, n_to_tell_apart, newcombe, sample_size
from crrkit.ground import (
    PERIODS,
    format_date,
    format_in_points,
    format_number,
    format_percent,
    gettext as _,
    ngettext,
)
from crrkit.judge import BELOW, BOTH, COMPARABLE, CRITICAL, MEASURED, RARE, SHRINKING
from crrkit.judge.playbook.cards import Card, make_card, no_trial, two_groups, watched
from crrkit.judge.playbook.facts import ONE_POINT, Share
from crrkit.measure import COMPLETE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.judge import Verdict
    from crrkit.judge.playbook.facts import Facts

MARGIN = 0.05  # the margin of error that a survey or a manual check should reach
HALF_OF_CHANGE = 0.5
YEAR_END = 60  # from so many days before the next year begins, its target is due


def cards_of_numbers(facts: Facts) -> Iterator[Card]:
    """Every card that follows from the account, its verdicts and the other facts."""
    if facts.now is None:
        yield from _no_rate(facts)
        return
    for rule in (_noise, _mix, _identity, _base_change, _rare, _below_band, _leaky_bucket, _target_due, _young):
        yield from rule(facts)


def _no_rate(facts: Facts) -> Iterator[Card]:
    table = facts.kept.table
    people, complete = int(table["end"].max()), int((table["status"] == COMPLETE).sum())
    trigger = _("Periods in the account: {n}; complete: {complete}; complete with somebody to keep: 0.")
    words = {"n": format_number(len(table)), "complete": format_number(complete)}
    trial = no_trial(_("nobody is there to be asked"))
    if people:
        size = sample_size(margin=MARGIN, frame=people)
        trial = no_trial(str(size), int(size))
    evidence = _("customers at most: {n}; no interval, because there is no rate").format(n=format_number(people))
    yield from make_card("no_rate", triggers=[trigger.format(**words)], evidence=evidence, trial=trial)


def _noise(facts: Facts) -> Iterator[Card]:
    if facts.then is None:
        return
    then, now = Share(int(facts.then["kept"]), int(facts.then["start"])), facts.rate
    change = now.rate - then.rate
    low, high = newcombe(now.hits, now.of, then.hits, then.of)
    if not (change and low <= 0 <= high):
        return
    text = _("The rate changed by {change}, and the interval of the change, {low} to {high}, reaches over zero.")
    words = {
        "change": format_in_points(change),
        "low": format_in_points(low),
        "high": format_in_points(high),
    }
    evidence = _("{before}: {then}; {after}: {now}")
    names = {"before": facts.then["period"], "after": facts.row["period"]}
    n = n_to_tell_apart(then.rate, now.rate)
    said = _(
        "{n} {n:customer|customers} a period, to tell two such rates apart (power 80%, level 95%); there are {few}."
    )
    said = said.format(n=format_number(n), few=format_number(min(then.of, now.of)))
    yield from make_card(
        "noise", triggers=[text.format(**words)], evidence=evidence.format(then=then, now=now, **names),
        trial=no_trial(f"{said} {_pooling(facts.kept.every)}".strip(), n),
    )  # fmt: skip


def _pooling(every: str) -> str:
    """The next longer period; a year has none."""
    following = PERIODS[PERIODS.index(every) + 1 :]
    return _("The next longer period: every={every!r}.").format(every=following[0]) if following else ""


def _mix(facts: Facts) -> Iterator[Card]:
    split = facts.change
    if (
        split is None
        or abs(split.change) <= EXACT
        or abs(split.mix_effect) < HALF_OF_CHANGE * abs(split.change) - EXACT
    ):
        return
    text = _("By mix {mix} of a change of {change}: at least half of it.")
    words = {
        "mix": format_in_points(split.mix_effect, digits=2),
        "change": format_in_points(split.change, digits=2),
    }
    trigger = " ".join([text.format(**words), *split.notes])
    evidence = _("{split}; the split is exact, the rate itself: {rate}").format(split=split.caption(), rate=facts.rate)
    trial = watched(facts.rate.rate, facts.aim)
    yield from make_card("mix", triggers=[trigger], evidence=evidence, trial=trial)


def _identity(facts: Facts) -> Iterator[Card]:
    if facts.identity is None:
        return
    (loose, strict), (low, high) = (max(facts.identity), min(facts.identity)), facts.rate.interval
    if not loose - strict > high - low:
        return
    text = _("Strict and loose links give {strict} to {loose}, {width} apart; the interval is {narrow} wide.")
    words = {"strict": format_percent(strict), "loose": format_percent(loose)}
    widths = {"width": _unsigned(loose - strict), "narrow": _unsigned(high - low)}
    n = int(sample_size(margin=MARGIN, frame=facts.rate.of))
    said = _("check the links of {n} of {people} by hand, for a share of wrong ones exact to {margin}")
    said = said.format(n=format_number(n), people=format_number(facts.rate.of), margin=_unsigned(MARGIN))
    yield from make_card(
        "identity", triggers=[text.format(**words, **widths)], evidence=str(facts.rate), trial=no_trial(said, n)
    )


def _unsigned(value: float) -> str:
    return format_in_points(value).removeprefix("+")


def _verdicts(facts: Facts, source: str, classes: tuple[str, ...]) -> list[Verdict]:
    held = facts.assessment.verdicts if facts.assessment else ()
    return [verdict for verdict in held if verdict.source == source and verdict.stands in classes]


def _of_verdicts(name: str, facts: Facts, found: list[Verdict]) -> Iterator[Card]:
    """A card triggered by a verdict; its first step is to ask the lost customers."""
    if not found:
        return
    lost = int(facts.row["lost"])
    trial = watched(facts.rate.rate, -facts.aim) if name == "rare" else no_trial(_("nobody was lost"))
    if name != "rare" and lost:
        size = sample_size(margin=MARGIN, frame=lost)
        trial = no_trial(_("of those who were lost: {size}").format(size=size), int(size))
    said = list(dict.fromkeys(verdict.caveat for verdict in found if verdict.caveat))
    cautions = [one for one in said if not any(one in other for other in said if other != one)]
    by_period = facts.kept.card.is_by_period and facts.kept.every != "year"
    if by_period and found[0].basis != MEASURED:
        text = _(
            "Who buys nothing in a period ({every}) counts as lost here, so that the year looks worse than it is:"
            " measure the year itself."
        )
        cautions.append(text.format(every=_(facts.kept.every)))
    yield from make_card(
        name,
        triggers=[verdict.claim for verdict in found],
        evidence=found[0].evidence,
        trial=trial,
        cautions=tuple(cautions),
    )


def _base_change(facts: Facts) -> Iterator[Card]:
    yield from _of_verdicts("base_change", facts, _verdicts(facts, "B18", (BOTH, CRITICAL)))


def _rare(facts: Facts) -> Iterator[Card]:
    yield from _of_verdicts("rare", facts, _verdicts(facts, "B18", (RARE,)))


def _below_band(facts: Facts) -> Iterator[Card]:
    yield from _of_verdicts("below_band", facts, _verdicts(facts, "A16", (BELOW,)))


def _leaky_bucket(facts: Facts) -> Iterator[Card]:
    yield from _of_verdicts("leaky_bucket", facts, _verdicts(facts, "B24", (COMPARABLE, SHRINKING)))


def _target_due(facts: Facts) -> Iterator[Card]:
    if facts.targets is None:
        return
    last_day = facts.kept.card.as_of.date() - timedelta(days=1)
    calendar = facts.kept.card.calendar("year")
    begins = calendar.start(calendar.index(last_day) + 1)
    left = (begins - last_day).days
    since = max((target.date for target in facts.targets.targets), default=date.min)
    if left > YEAR_END or since >= begins - timedelta(days=YEAR_END):
        return
    text = ngettext(
        "{n} day is left until {day}, when the next year begins, and no target was set for it.",
        "{n} days are left until {day}, when the next year begins, and no target was set for it.",
        left,
    )
    trigger = text.format(n=format_number(left), day=format_date(begins))
    evidence = facts.assessment.caption() if facts.assessment else str(facts.rate)
    trial = watched(facts.rate.rate, facts.aim)
    yield from make_card("target_due", triggers=[trigger], evidence=evidence, trial=trial)


def _young(facts: Facts) -> Iterator[Card]:
    if facts.young is None:
        return
    young, others = facts.young
    low, high = newcombe(young.hits, young.of, others.hits, others.of)
    if not high < 0:
        return
    text = _("Of the young {difference} fewer are kept than of the others, 95% interval {low} to {high}.")
    difference = format_in_points(young.rate - others.rate).lstrip("\N{MINUS SIGN}")
    words = {"low": format_in_points(low), "high": format_in_points(high)}
    evidence = _("young: {young}; others: {others}").format(young=young, others=others)
    cost = facts.costs.get("young", float("nan")) * young.of * facts.horizon
    yield from make_card(
        "young", triggers=[text.format(difference=difference, **words)], evidence=evidence,
        trial=two_groups(young.rate, people=young.of, aim=facts.aim), reach=young.of,
        gain=facts.effect_of_keeping() * young.of * ONE_POINT, cost=cost,
    )  # fmt: skip
