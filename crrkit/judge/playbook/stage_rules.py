"""Cards from the stages: which of them to work on, and the evidence for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crrkit.counts import difference_p_value, holm, newcombe
from crrkit.ground import format_in_points, format_number, format_percent, gettext as _, mark, ngettext
from crrkit.judge.playbook.cards import Card, make_card, two_groups
from crrkit.judge.playbook.facts import MEASURES_OF, ONE_POINT, STAGE_OF, Share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.judge.playbook.facts import Facts

ONE_IN_FIVE = 0.2  # the share silent for longer than four fifths of the gaps if purchases happen at random
TOP_CUSTOMERS, TOP_REVENUE = 0.2, 0.8  # 20% of the customers, 80% of the revenue (A37)
MOST_RETURN = 0.5
SIGNIFICANT = 0.05
# What each lever raises, as part of a sentence: the share, and of which stage.
WHAT_IT_RAISES = {
    "conversion": mark("the share of contacts who become customers in a period"),
    "retention_middle": mark("the share of customers in the middle stage who are kept in a period"),
    "promotion": mark("the share of kept middle-stage customers who move on to the long stage"),
    "retention_long": mark("the share of customers in the long stage who are kept in a period"),
    "winback": mark("the share of lapsed customers who come back in a period"),
}


def cards_of_stages(facts: Facts) -> Iterator[Card]:
    """Every card that follows from the flow, the levers and the lists."""
    largest, fallen = largest_lever(facts), set(_fallen(facts))
    for name in MEASURES_OF:
        yield from _of_lever(name, facts, largest=name == largest, fallen=fallen)
    yield from _concentration(facts)


def _of_lever(name: str, facts: Facts, *, largest: bool, fallen: set[str]) -> Iterator[Card]:
    triggers = [
        *([_largest_words(name, facts)] if largest else []),
        *(_norm_words(measure, facts) for measure in MEASURES_OF[name] if _is_below_norm(measure, facts)),
        *(_fall_words(measure, facts) for measure in MEASURES_OF[name] if measure in fallen),
        *_own_triggers(name, facts),
    ]
    seen = facts.measure(MEASURES_OF[name][0])
    level = seen.rate if seen.of else facts.lever(name, "level")
    reach = facts.sizes.get(STAGE_OF[name], math.nan)
    yield from make_card(
        name, triggers=triggers, evidence=_evidence(name, facts, seen), reach=reach, gain=facts.gain_of_stage(name),
        trial=two_groups(level, people=float(seen.of or (0 if math.isnan(reach) else reach)), aim=facts.aim),
        cost=facts.lever(name, "cost"), cautions=_thin(seen),
    )  # fmt: skip


def largest_lever(facts: Facts) -> str | None:
    """The lever with the most customers per unit of cost if all costs are known, otherwise with the most customers."""
    if facts.levers is None:
        return None
    table = facts.levers.table.set_index("lever")
    by_cost = "customers_per_1000" in table and bool(table["customers_per_1000"].notna().all())
    gains = table["customers_per_1000" if by_cost else "customers"]
    return str(gains.idxmax()) if float(gains.max()) > 0 else None


def _largest_words(name: str, facts: Facts) -> str:
    text = ngettext(
        "The largest lever is {lever}: raised by one percentage point, it would mean {gain} more"
        " {gain:customer|customers} after {n} period{band}.",
        "The largest lever is {lever}: raised by one percentage point, it would mean {gain} more"
        " {gain:customer|customers} after {n} periods{band}.",
        facts.horizon,
    )
    low, high, first = (facts.lever(name, column) for column in ("customers_low", "customers_high", "first"))
    band = ""
    if not math.isnan(low):
        band = _(" (95% band {low} to {high}); it ranks first in {share} of simulations").format(
            low=format_number(low, digits=1), high=format_number(high, digits=1), share=format_percent(first, digits=0)
        )
    gain = format_number(facts.lever(name), digits=1)
    return text.format(lever=_(WHAT_IT_RAISES[name]), gain=gain, n=format_number(facts.horizon), band=band)


def _evidence(name: str, facts: Facts, seen: Share) -> str:
    if seen.of and facts.flow is not None:
        text = _("{measure} in {period}: {share}")
        words = {"measure": _(MEASURES_OF[name][0]), "period": facts.flow.latest["period"]}
        return text.format(share=seen, **words)
    text = _("the lever stands at {level} in the model; no counts, so no interval")
    return text.format(level=format_percent(facts.lever(name, "level")))


def _thin(seen: Share) -> tuple[str, ...]:
    few = 30  # below this the flow calls a rate thin
    if not 0 < seen.of < few:
        return ()
    return (_("The measure rests on fewer than {few} {few:customer|customers}.").format(few=format_number(few)),)


def _is_below_norm(measure: str, facts: Facts) -> bool:
    return measure in facts.norms and facts.measure(measure).interval[1] < facts.norms[measure]


def _norm_words(measure: str, facts: Facts) -> str:
    text = _("{measure}: {share}, the whole interval below your norm of {norm}.")
    norm = format_percent(facts.norms[measure])
    return text.format(measure=_(measure), share=facts.measure(measure), norm=norm)


def _fallen(facts: Facts) -> list[str]:
    """The measures that fell since the earlier period by more than chance, with Holm's correction for all of them."""
    if facts.before is None:
        return []
    pairs = {
        name: (facts.measure(name, facts.before), facts.measure(name)) for of in MEASURES_OF.values() for name in of
    }
    known = {name: pair for name, pair in pairs.items() if pair[0].of and pair[1].of}
    raw = [difference_p_value(now.hits, now.of, then.hits, then.of) for then, now in known.values()]
    sure = dict(zip(known, holm(raw), strict=True)) if raw else {}
    return [name for name, (then, now) in known.items() if sure[name] < SIGNIFICANT and now.rate < then.rate]


def _fall_words(measure: str, facts: Facts) -> str:
    then, now = facts.measure(measure, facts.before), facts.measure(measure)
    low, high = newcombe(now.hits, now.of, then.hits, then.of)
    text = _("{measure} fell from {then} to {now} since {before}: {change}, 95% interval {low} to {high}.")
    return text.format(
        measure=_(measure), then=format_percent(then.rate), now=format_percent(now.rate), before=facts.before,
        change=format_in_points(now.rate - then.rate), low=format_in_points(low), high=format_in_points(high),
    )  # fmt: skip


def _own_triggers(name: str, facts: Facts) -> list[str]:
    if name == "retention_long" and facts.quiet is not None and facts.quiet.interval[0] > ONE_IN_FIVE:
        text = _("Quiet of the long customers: {share}; timing by chance alone would give one in five.")
        return [text.format(share=facts.quiet)]
    pool = _lapsed_pool(facts)
    if name == "winback" and pool.of and pool.interval[0] > MOST_RETURN:
        text = _("More people have lapsed than are customers: of both together {share} have lapsed.")
        return [text.format(share=pool)]
    return []


def _lapsed_pool(facts: Facts) -> Share:
    counts = {stage: int(facts.sizes.get(stage, 0)) for stage in ("middle", "long", "lapsed")}
    return Share(counts["lapsed"], sum(counts.values()))


def _concentration(facts: Facts) -> Iterator[Card]:
    found = facts.concentration
    if found is None or not found.top_share >= TOP_REVENUE:
        return
    people = math.ceil(found.n * TOP_CUSTOMERS - 1e-9)
    text = _("The top fifth of {n} {n:customer|customers} bring {share} of the revenue: four fifths or more.")
    trigger = text.format(n=format_number(found.n), share=format_percent(found.top_share))
    evidence = _("{found}; all customers were counted, so there is no interval").format(found=found.caption())
    level = facts.rate.rate if facts.now is not None else math.nan
    cost = facts.costs.get("concentration", math.nan) * people * facts.horizon
    yield from make_card(
        "concentration", triggers=[trigger], evidence=evidence, reach=people, cost=cost,
        trial=two_groups(level, people=people, aim=facts.aim), gain=facts.effect_of_keeping() * people * ONE_POINT,
    )  # fmt: skip
