"""From measurements to actions: the cards whose rules fired, in a stated order."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.counts import check_inside
from crrkit.ground import PLAIN_TEXT, Shown, check_choice, format_number, gettext as _, ngettext
from crrkit.judge.playbook import gather
from crrkit.judge.playbook.cause_rules import cards_of_causes
from crrkit.judge.playbook.facts import Facts
from crrkit.judge.playbook.number_rules import cards_of_numbers
from crrkit.judge.playbook.plans import ACTION, CAUTION, REVIEW
from crrkit.judge.playbook.stage_rules import cards_of_stages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from crrkit.judge import Assessment, TargetHistory
    from crrkit.judge.playbook.cards import Card
    from crrkit.judge.whatif import StageModel
    from crrkit.measure import Concentration, RetentionTable
    from crrkit.measure.stages import StageFlow, StageList

CARD_KINDS = (CAUTION, REVIEW, ACTION)


@dataclass(frozen=True, eq=False, repr=False)
class Playbook(Shown):
    """The cards whose rules fired. They are proposals to be tested in a trial, not proof.

    Attributes:
        facts: The numbers that the rules used; aggregates only.
    """

    facts: Facts

    kinds: ClassVar[Mapping[str, str]] = {
        "title": "text", "kind": "word", "reach": "count", "gain": "ratio", "cost": "money", "sample": "count",
        "holdout": "count", "owner": "text",
    }  # fmt: skip

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards in order, in the current language."""
        found = [*cards_of_numbers(self.facts), *cards_of_stages(self.facts), *cards_of_causes(self.facts)]
        return tuple(sorted(found, key=_place))

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the cards
        """One row per card."""
        import pandas as pd

        names = ["name", "title", "kind", "evidence", "action", "owner", "kpi", "caution", "reach", "gain", "cost"]
        rows = [
            {name: getattr(card, name) for name in names}
            | {"trigger": " ".join(card.triggers), "gain_per_cost": card.gain_per_cost, "sample": card.trial.sample}
            | {"holdout": card.trial.holdout, "holdout_share": card.trial.share}
            for card in self.cards
        ]
        columns = [*names, "trigger", "gain_per_cost", "sample", "holdout", "holdout_share"]
        return pd.DataFrame(rows, columns=columns)

    def card(self, name: str) -> Card:
        """A card by its name.

        Raises:
            ValueError: If there is no such card.
        """
        known = {card.name: card for card in self.cards}
        return known[check_choice(name, name="name", choices=known)]

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "title": _("card"), "kind": _("kind"), "reach": _("in reach"), "gain": _("effect × reach"),
            "cost": _("cost"), "sample": _("sample"), "holdout": _("holdout"), "owner": _("who"),
        }  # fmt: skip

    def caption(self) -> str:
        """Warnings to read before any rate, then the number of cards and their order."""
        return " ".join(filter(None, [self.facts.kept.warning, self._order()]))

    def _order(self) -> str:
        n = len(self.cards)
        if not n:
            return _("Nothing asks for action: no rule fired on the numbers that were given.")
        counted = ngettext("{n} card", "{n} cards", n).format(n=format_number(n))
        text = _(
            "{cards}: first what to mind, then what to look into, then what to do, by effect × reach per cost where"
            " costs are given, else by effect × reach. An effect is of one point of the measure, {horizon}."
        )
        return text.format(cards=counted, horizon=self._horizon())

    def _horizon(self) -> str:
        if self.facts.levers is None:
            return _("in one period")
        n = self.facts.horizon
        return ngettext("after {n} period", "after {n} periods", n).format(n=format_number(n))

    def __str__(self) -> str:
        """The order, then every card, then the notes that apply to all."""
        numbered = [f"{i}. {card}" for i, card in enumerate(self.cards, start=1)]
        return "\n\n".join([self.caption(), *numbered, *self.facts.notes])

    __repr__ = __str__

    def to_html(self) -> str:
        """The same as sections with headings."""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.facts.notes)
        body = "".join(card.to_html() for card in self.cards)
        return f'<div class="crrkit-playbook {PLAIN_TEXT}"><p>{html.escape(self.caption())}</p>{body}{notes}</div>'


def _place(card: Card) -> tuple[int, bool, float]:
    """The sort key of a card; ties keep the order in which the rules fired."""
    if card.kind != ACTION:
        return CARD_KINDS.index(card.kind), False, 0.0
    costed = not math.isnan(card.gain_per_cost)
    worth = card.gain_per_cost if costed else card.gain
    return CARD_KINDS.index(card.kind), not costed, math.inf if math.isnan(worth) else -worth


def diagnose(
    kept: RetentionTable,
    *,
    flow: StageFlow | None = None,
    model: StageModel | None = None,
    before: str | None = None,
    causes: Mapping[str, int] | None = None,
    concentration: Concentration | None = None,
    assessment: Assessment | None = None,
    stages: StageList | None = None,
    segments: RetentionTable | None = None,
    young: Sequence[str] = (),
    identity: tuple[float, float] | None = None,
    targets: TargetHistory | None = None,
    norms: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
    horizon: int | None = None,
    aim: float = 0.05,
) -> Playbook:
    """Apply the rules of the playbook to the measurements and return a card for each rule that fires.

    * **mind first**: there is no rate; the interval of the change includes zero (``noise``); the mix explains at least
      half of the change (``mix``); record linkage makes the rate less certain than chance does (``identity``); more
      than one in ten leavers moved away or had no need (``not_addressable``);
    * **look into**: the base changes by more than 30% a year, or by less than 10 (B18); the rate is below 85 to 90%
      (A16); lost and gained are comparable (B24); the year ends and no target is set (B23);
    * **do**, by stage: the largest lever; a measure whose whole interval is below your norm; a measure that fell since
      the previous period (Holm's correction for all six); more than one in five long customers quiet; more lapsed
      people than customers; four fifths of the revenue from one fifth of the customers (A37). By segment: young
      customers are retained less (B22). By cause: surely more than one in ten of the addressable leavers name it.

    "Surely" is the lower end of Wilson's interval (95%). A card's *gain* is the effect of one percentage point of its
    measure: for a lever, customers at the horizon; for a cause, customers if one in a hundred of those it drives away
    stays. *Costs* are per point, per person in reach and per period. `Playbook.caption` states the order.

    Args:
        kept: The account; its latest complete period is used.
        flow: The stage flow, with the same period.
        model: The model of the levers; by default made from the flow.
        before: The name of the period to compare with; by default the one before the latest complete one.
        causes: Answers by cause: service, quality, price, assortment, competition, offer, incident, indifference,
            involuntary, moved, no_need, unknown.
        concentration: The concentration of revenue in the top fifth.
        assessment: Verdicts; by default those of ``assess(kept)``.
        stages: Everybody's stage on a day; only the counts are used.
        segments: The account by segments, for ``young`` and, without a flow, for the mix.
        young: The names of the segments in the account that are young customers.
        identity: The rate with strict and with loose links.
        targets: The targets set so far; an empty history asks for the first.
        norms: Your own norms by measure: conversion, second purchase, retention of middle, promotion, retention of
            long, win-back.
        costs: Unit costs by card, such as ``{"winback": 1.5}``.
        horizon: The number of periods over which effects are computed; by default one year.
        aim: The change of a measure that a trial must be able to detect, a fraction.

    Returns:
        The cards, displayed in the language current at that time. If no rule fires, a sentence says so.

    Raises:
        ValueError: If the account is by segments, flow and account have different periods, or a name is not known.

    Examples:
        >>> from crrkit.read.bases.readers import read_contracts
        >>> from crrkit.measure.movement import retention_by_period
        >>> from crrkit.read.samples import sample_path
        >>> base = read_contracts(sample_path("contracts"), customer="client_id", start="joined", end="left")
        >>> found = diagnose(retention_by_period(base, every="quarter"), causes={"service": 24, "price": 3, "moved": 9})
        >>> [card.name for card in found.cards]
        ['noise', 'not_addressable', 'base_change', 'below_band', 'service']
        >>> found.card("service").triggers[0]
        'Named by 24 of 27, 88.9% (95% interval 71.9% to 96.1%) of those whose leaving could be addressed: surely ...'
    """
    gather.check_account(kept, flow)
    now, then = gather.rows(kept, before)
    steps = gather.periods_ahead(horizon, kept.every)
    prices, wanted = gather.by_name(costs, "costs"), gather.by_name(norms, "norms")
    levers, sizes, notes = gather.levers(flow, model, steps, prices)
    named = gather.period_before(flow, before)
    return Playbook(
        Facts(
            kept=kept, now=now, then=then, aim=check_inside(aim, name="aim"), horizon=steps, flow=flow, before=named,
            levers=levers, sizes=sizes, change=gather.change(flow, named, segments, now, then), costs=prices,
            norms=wanted, causes=gather.answers(causes), quiet=gather.quiet(stages),
            concentration=gather.top_fifth(concentration),
            assessment=gather.verdicts(assessment, kept, now),
            young=gather.young_and_others(segments, young, now), identity=gather.two_rates(identity), targets=targets,
            notes=notes,
        )
    )  # fmt: skip
