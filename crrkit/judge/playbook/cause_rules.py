"""Cards from customers' own reasons for leaving."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, gettext as _, mark
from crrkit.judge.playbook.cards import Card, Trial, make_card, no_trial, two_groups, watched
from crrkit.judge.playbook.facts import Share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.judge.playbook.facts import Facts

OUT_OF_REACH = "not_addressable"
# The possible answers and the card for each; an unknown reason has none.
CAUSES = {
    mark("service"): "service", mark("quality"): "service", mark("price"): "price", mark("assortment"): "price",
    mark("competition"): "competition", mark("offer"): "competition", mark("incident"): "incident",
    mark("indifference"): "indifference", mark("involuntary"): "involuntary", mark("moved"): OUT_OF_REACH,
    mark("no_need"): OUT_OF_REACH, mark("unknown"): "",
}  # fmt: skip
ONE_IN_TEN = 0.1  # a cause whose share is surely above this gets a card


def cards_of_causes(facts: Facts) -> Iterator[Card]:
    """A card for each group of causes that accounts for surely more than one in ten leavers."""
    answers = sum(facts.causes.values())
    if not answers:
        return
    away = _of_card(OUT_OF_REACH, facts)
    yield from _not_addressable(facts, Share(away, answers))
    for name in dict.fromkeys(CAUSES.values()):
        if name not in ("", OUT_OF_REACH):
            yield from _of_cause(name, facts, Share(_of_card(name, facts), answers - away), answers)


def _of_card(name: str, facts: Facts) -> int:
    return sum(n for cause, n in facts.causes.items() if CAUSES[cause] == name)


def _of_cause(name: str, facts: Facts, share: Share, answers: int) -> Iterator[Card]:
    if not (share.of and share.interval[0] > ONE_IN_TEN):
        return
    text = _("Named by {share} of those whose leaving could be addressed: surely more than one in ten.")
    named = {cause: n for cause, n in facts.causes.items() if CAUSES[cause] == name and n}
    each = ", ".join(f"{_(cause)} {format_number(n)}" for cause, n in named.items())
    evidence = _("{share}; answers: {each}, of {n} in all").format(share=share, each=each, n=format_number(answers))
    reach = facts.rate.of if facts.now is not None else math.nan
    gain = facts.gain_of_keeping(share.hits / answers) if facts.now is not None else math.nan
    yield from make_card(
        name, triggers=[text.format(share=share)], evidence=evidence, reach=reach, gain=gain,
        trial=_trial(facts),
        cost=facts.costs.get(name, math.nan) * reach * facts.horizon, cautions=_unasked(facts),
    )  # fmt: skip


def _trial(facts: Facts) -> Trial:
    if facts.now is None:
        return no_trial(_("unknown: the account has no rate yet"))
    return two_groups(facts.rate.rate, people=facts.rate.of, aim=facts.aim)


def _unasked(facts: Facts) -> tuple[str, ...]:
    unknown = facts.causes.get("unknown", 0)
    if not unknown:
        return ()
    return (_("Answers without a cause: {n}; they count as addressable.").format(n=format_number(unknown)),)


def _not_addressable(facts: Facts, share: Share) -> Iterator[Card]:
    if not share.interval[0] > ONE_IN_TEN:
        return
    text = _("Moved or without need: {share}. They are left out of the shares of all other causes.")
    evidence, churn = _("{share}; no account, so no churn to divide").format(share=share), math.nan
    if facts.now is not None:
        churn = 1 - facts.rate.rate
        said = _("churn {churn}, of it addressable {rest} (95% interval {low} to {high})")
        low, high = share.interval
        ends = {"low": format_percent(churn * (1 - high)), "high": format_percent(churn * (1 - low))}
        evidence = said.format(churn=format_percent(churn), rest=format_percent(churn * (1 - share.rate)), **ends)
    yield from make_card(
        OUT_OF_REACH, triggers=[text.format(share=share)], evidence=evidence,
        trial=watched(churn * (1 - share.rate), -facts.aim),
    )  # fmt: skip
