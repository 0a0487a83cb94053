"""A card: the finding, the proposed action, and how to test whether it works."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crrkit.counts import n_to_tell_apart
from crrkit.ground import (
    PLAIN_TEXT,
    UNDEFINED,
    format_cell,
    format_in_points,
    format_number,
    format_percent,
    gettext as _,
)
from crrkit.judge.playbook.plans import ACTION, PLANS, QUOTES, statement

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The sample size needed to detect an effect, and the holdout group.

    Attributes:
        sample: The smallest sample per group; None if it cannot be given.
        says: The same in words.
        holdout: The size of the holdout group; None if there is no intervention.
        share: The holdout's share of the customers in reach; NaN without a holdout.
        holdout_says: The same in words.
    """

    sample: int | None
    says: str
    holdout: int | None = None
    share: float = math.nan
    holdout_says: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One proposal with its evidence, in the language that was current when it was made.

    Attributes:
        name: Its name, for ``costs=`` and for use in code.
        kind: ``mind first``, ``look into`` or ``do``.
        title: Its heading.
        triggers: The rules that fired, each as a sentence with its numbers; never empty.
        evidence: The measure with its interval.
        quotes: Statements of the source articles, as ``(number, text)``; empty if there are none.
        action: What to do.
        owner: Who usually does it.
        kpi: The measure to watch.
        trial: The smallest sample and the holdout.
        caution: A warning.
        reach: Customers whom the action addresses; NaN if there is no action.
        gain: Customers gained per percentage point of the measure, effect times reach; NaN if unknown.
        cost: The cost of that point; NaN unless given.
    """

    name: str
    kind: str
    title: str
    triggers: tuple[str, ...]
    evidence: str
    quotes: tuple[tuple[str, str], ...]
    action: str
    owner: str
    kpi: str
    trial: Trial
    caution: str
    reach: float = math.nan
    gain: float = math.nan
    cost: float = math.nan

    @property
    def gain_per_cost(self) -> float:
        """Gain per unit of cost; NaN if either is unknown."""
        return self.gain / self.cost if self.cost > 0 else math.nan

    def lines(self) -> list[tuple[str, str]]:
        """The card as pairs of a heading and a text."""
        quoted = "; ".join(_("quoted: “{words}”").format(words=words) for _number, words in self.quotes)
        effect = [(_("effect"), self._effect())] if not math.isnan(self.gain) else []
        return [
            (_("because"), " ".join(self.triggers)),
            (_("evidence"), self.evidence),
            (_("published advice"), quoted or _("nothing on this; it is our judgement")),
            (_("action"), self.action),
            (_("who"), self.owner),
            *effect,
            *([(_("cost"), self._cost())] if self.kind == ACTION else []),
            (_("watch"), self.kpi),
            (_("sample"), self.trial.says),
            (_("holdout"), self.trial.holdout_says or _("none: nothing is done to customers yet")),
            (_("mind"), self.caution),
        ]

    def _effect(self) -> str:
        text = _("one point brings {gain} {gain:customer|customers}; in reach now: {reach}")
        return text.format(gain=format_number(self.gain, digits=1), reach=format_number(self.reach))

    def _cost(self) -> str:
        if math.isnan(self.cost):
            text = _("not given; costs={{'{name}': …}}, for one point, one person in reach and one period")
            return text.format(name=self.name)
        text = _("{cost} for the point; {gain} {gain:customer|customers} per 1,000 of it")
        return text.format(cost=format_cell(self.cost, "money"), gain=format_cell(1000 * self.gain_per_cost, "ratio"))

    def __str__(self) -> str:
        """The card as text."""
        return "\n".join([f"{self.title} [{_(self.kind)}]", *(f"  {name}: {text}" for name, text in self.lines())])

    def to_html(self) -> str:
        """The card as HTML: finding, action and caution; the rest in an expandable section."""
        first = (_("because"), _("action"), _("who"), _("mind"))
        shown = [line for line in self.lines() if line[0] in first]
        others = [line for line in self.lines() if line[0] not in first]
        heading = html.escape(f"{self.title} [{_(self.kind)}]")
        summary = html.escape(", ".join(name for name, _text in others))
        return (
            f'<section class="crrkit-proposal {PLAIN_TEXT}"><h4>{heading}</h4>{_definitions(shown)}'
            f"<details><summary>{summary}</summary>{_definitions(others)}</details></section>"
        )

    def _repr_html_(self) -> str:
        return self.to_html()


def _definitions(lines: list[tuple[str, str]]) -> str:
    """A definition list; the colours are the page's own."""
    whole = 'style="float:none;width:auto;font-weight:600"'  # Jupyter floats names, and long ones push the rest aside
    items = "".join(
        f'<dt {whole}>{html.escape(name)}</dt><dd style="float:none;width:auto;margin:0">{html.escape(text)}</dd>'
        for name, text in lines
    )
    grid = "display:grid;grid-template-columns:minmax(5em,auto) 1fr;gap:.2em 1em;margin:.4em 0"
    return f'<dl style="{grid}">{items}</dl>'


def make_card(
    name: str,
    *,
    triggers: list[str],
    evidence: str,
    trial: Trial,
    reach: float = math.nan,
    gain: float = math.nan,
    cost: float = math.nan,
    cautions: tuple[str, ...] = (),
) -> Iterator[Card]:
    """The card of a plan, or none if no rule fired."""
    if not triggers:
        return
    plan = PLANS[name]
    yield Card(
        name=name, kind=plan.kind, title=_(plan.title), triggers=tuple(triggers), evidence=evidence,
        quotes=tuple((statement(quote), _(QUOTES[quote])) for quote in plan.sources), action=_(plan.action),
        owner=_(plan.owner), kpi=_(plan.kpi), trial=trial, caution=" ".join([*cautions, _(plan.caution)]),
        reach=reach, gain=gain, cost=cost,
    )  # fmt: skip


def no_trial(says: str, sample: int | None = None) -> Trial:
    """The trial of a card without an intervention."""
    return Trial(sample=sample, says=says)


def watched(now: float, aim: float) -> Trial:
    """How many customers a period needs for a change of its rate to be detected."""
    goal, n = _goal_and_n(now, aim)
    if n is None:
        return no_trial(_("the change of the measure is not known: it is at a bound or undefined"))
    text = _("{n} {n:customer|customers} in each of two periods, to tell {goal} from {now} (power 80%, level 95%)")
    return no_trial(text.format(n=format_number(n), goal=format_percent(goal), now=format_percent(now)), n)


def two_groups(now: float, *, people: float, aim: float) -> Trial:
    """A trial with a holdout: the size of each group, and of the holdout among the customers in reach."""
    goal, n = _goal_and_n(now, aim)
    if n is None:
        return no_trial(_("the change of the measure is not known: it is at a bound or undefined"))
    text = _("{n} {n:customer|customers} in each of two groups, to tell {goal} from {now} (power 80%, level 95%)")
    says = text.format(n=format_number(n), goal=format_percent(goal), now=format_percent(now))
    size = min(n, int(people) // 2)
    share = size / people if people else math.nan
    return Trial(sample=n, says=says, holdout=size, share=share, holdout_says=_holdout(n, size, int(people), aim))


def _goal_and_n(now: float, aim: float) -> tuple[float, int | None]:
    goal = math.nan if math.isnan(now) else min(max(now + aim, 0.0), 1.0)
    return goal, None if math.isnan(now) or goal == now else n_to_tell_apart(now, goal)


def _holdout(n: int, size: int, people: int, aim: float) -> str:
    words = {
        "size": format_number(size), "people": format_number(people),
        "share": format_percent(size / people) if people else UNDEFINED,
    }  # fmt: skip
    if size == n:
        return _("leave {size} of {people} untouched, chosen at random ({share})").format(**words)
    if not size:
        return _("too few people in reach to leave any untouched ({people})").format(**words)
    text = _(
        "leave half untouched, chosen at random ({size} of {people}); too few to see {aim}:"
        " it takes {k} {k:time|times} as"
        " many"
    )
    times = format_number(math.ceil(10 * 2 * n / people) / 10, digits=1)
    return text.format(**words, aim=format_in_points(aim).removeprefix("+"), k=times)
