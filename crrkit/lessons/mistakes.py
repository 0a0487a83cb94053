"""Find the mistake in the report: eighteen reports, each with one sentence that misreads the numbers.

The sentences can be read in any order and are shuffled: neither position nor first word gives the wrong one away.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.lessons import mistake_facts
from crrkit.lessons.answers import PLACE
from crrkit.lessons.questions import Misreading, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crrkit.lessons.questions import Template

ORDER = 4  # seed of the order in which the course shows the sentences
_KIND = replace(PLACE, example=lambda: _("Write the number of a sentence, for example 1."))


@dataclass(frozen=True)
class Report:
    """Three sentences and which of them, counted from 1, is wrong; its correction, and a hint."""

    lines: tuple[Template, ...]
    wrong: int
    repair: Template
    hint: Template
    ink: Callable[[], Mapping[str, str]]

    def mixed(self, dice: random.Random) -> Question:
        """The question, with its sentences in random order."""
        order = dice.sample(range(1, len(self.lines) + 1), len(self.lines))
        return Question(
            facts=order.index(self.wrong) + 1,
            ink=lambda _place: self.ink(),
            text=lambda: "\n".join(
                [
                    _("Find the mistake in this report."),
                    *(f"{place}. {self.lines[line - 1]()}" for place, line in enumerate(order, start=1)),
                ]
            ),
            right=lambda place: [place],
            why=self.repair,
            misreadings=tuple(self._innocent(place) for place, line in enumerate(order, start=1) if line != self.wrong),
            hint=self.hint,
            kind=_KIND,
        )

    def _innocent(self, place: int) -> Misreading:
        return Misreading(
            f"sentence {place}",
            lambda _place: [place],
            lambda: _("Sentence {place} is right.").format(place=place) + " " + self.hint(),
        )


def _report(
    *lines: Template, wrong: int, repair: Template, hint: Template, ink: Callable[[], Mapping[str, str]]
) -> Report:
    return Report(lines, wrong, repair, hint, ink)


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        "mistake-1": _report(
            lambda: _("The half-year began with {start} {start:customer|customers} and ended with {end}."),
            lambda: _("We kept {wrong} of our customers."),
            lambda: _("In the half-year {new} new {new:customer|customers} came."),
            wrong=2,
            repair=lambda: _(
                "Nobody keeps more than all. {new} of the {end} {new:is|are} new; kept {kept:is|are} {kept} of {start},"
                " {crr}."
            ),
            hint=lambda: _("Can more customers be kept than there were?"),
            ink=mistake_facts.end_by_start,
        ),
        "mistake-2": _report(
            lambda: _("Both shops began the month with {start} {start:customer|customers} and lost {lost} of them."),
            lambda: _("One shop won {new} {new:newcomer|newcomers} in the month, the other {many}."),
            lambda: _("The shop with more newcomers has the higher retention rate."),
            wrong=3,
            repair=lambda: _(
                "Both kept {kept} of {start}, {crr}. Newcomers come into the end and are taken off again."
            ),
            hint=lambda: _("Whom can a shop keep?"),
            ink=mistake_facts.newcomers,
        ),
        "mistake-3": _report(
            lambda: _(
                "Of {start} {start:customer|customers} at the start {kept} {kept:is|are} there at the end, among {end}"
                " in all."
            ),
            lambda: _("From the start to the end {joined} {joined:contract|contracts} began."),
            lambda: _("By (end − new) / start the firm kept {wrong}."),
            wrong=3,
            repair=lambda: _(
                "New is who is there at the end and was not at the start: {fresh}, not {joined}. "
                "({end} − {fresh}) / {start} is {crr}."
            ),
            hint=lambda: _("Are all who began a contract there at the end?"),
            ink=mistake_facts.eleven,
        ),
        "mistake-4": _report(
            lambda: _("A café keeps {rate} of its guests from month to month."),
            lambda: _("A bank keeps {rate} of its clients from year to year."),
            lambda: _("The café and the bank keep their customers equally well."),
            wrong=3,
            repair=lambda: _("{rate} a month, every month, is {year} a year."),
            hint=lambda: _("Over which period is each rate?"),
            ink=mistake_facts.same_number,
        ),
        "mistake-5": _report(
            lambda: _("Every month {lost} of the customers who are there leave."),
            lambda: _("In a year churn is {wrong}."),
            lambda: _("Each month fewer are left to leave."),
            wrong=2,
            repair=lambda: _("Nobody leaves twice. After twelve such months {gone} of today's customers are gone."),
            hint=lambda: _("Which of the sentences do not go together?"),
            ink=mistake_facts.times_twelve,
        ),
        "mistake-6": _report(
            lambda: _(
                "The year began with {start} {start:customer|customers}; in the first half {first} of them stayed."
            ),
            lambda: _("Of those who were customers in the middle of the year {second} stayed in the second half."),
            lambda: _("Of the {start} of the start {wrong} {wrong:was|were} left at the end of the year."),
            wrong=3,
            repair=lambda: _(
                "In the middle of the year others were customers, newcomers too, and some who had left came back. Of"
                " the {start} at the beginning {left} {left:is|are} there: {crr}."
            ),
            hint=lambda: _("Who were the customers in the middle of the year?"),
            ink=mistake_facts.chain,
        ),
        "mistake-7": _report(
            lambda: _("Of {start} {start:customer|customers} at the start {kept} {kept:is|are} there at the end."),
            lambda: _("From the start to the end somebody left {leaves} {leaves:time|times}: churn is {by_events}."),
            lambda: _("Retention from the start to the end is {crr}."),
            wrong=2,
            repair=lambda: _(
                "Churn counts people, not departures; some of those came in between or came back. {lost} of {start}"
                " {lost:is|are} gone: {churn}, and with {crr} that makes all."
            ),
            hint=lambda: _("What do retention and churn of the same customers add up to?"),
            ink=mistake_facts.eleven,
        ),
        "mistake-8": _report(
            lambda: _("Retention rose from {before} to {after}."),
            lambda: _("Churn fell from {churn_before} to {churn_after}."),
            lambda: _("The rise of retention is {wrong}."),
            wrong=3,
            repair=lambda: _("It rose by {points}; in percent of what it was that is {relative}."),
            hint=lambda: _("The difference of two percentages has a unit of its own."),
            ink=mistake_facts.points,
        ),
        "mistake-9": _report(
            lambda: _("The retention rate rose from {before} to {after}."),
            lambda: _("The service has become better."),
            lambda: _("Of the newer customers {middle} stayed, of the regulars {long}: both times."),
            wrong=2,
            repair=lambda: _(
                "Neither group is kept better: {rate_effect} by rate. There are more regulars now: {mix} by mix."
            ),
            hint=lambda: _("Is anybody kept better than before?"),
            ink=mistake_facts.mix,
        ),
        "mistake-10": _report(
            lambda: _("In its first year the cohort lost {churn}."),
            lambda: _("A customer of the cohort stays {wrong} {wrong:year|years} on average."),
            lambda: _("Of one half of the cohort {loyal} stay every year, of the other {fickle}."),
            wrong=2,
            repair=lambda: _(
                "1/churn holds if all leave alike. The fickle go early, the loyal stay long: {years} {years:year|years}"
                " on average."
            ),
            hint=lambda: _("Who leaves in the first year, and who is left after it?"),
            ink=mistake_facts.mixed,
        ),
        "mistake-11": _report(
            lambda: _("In the first year {first} of the cohort stayed, in the fifth {fifth} of those still there."),
            lambda: _("Of one half of the cohort {loyal} stay every year, of the other {fickle}."),
            lambda: _("The customers became more loyal with time."),
            wrong=3,
            repair=lambda: _(
                "Nobody changed. The fickle left first: "
                "at the beginning of the fifth year {loyal_left} are of the loyal half."
            ),
            hint=lambda: _("Did anybody's chance of staying change?"),
            ink=mistake_facts.mixed,
        ),
        "mistake-12": _report(
            lambda: _("The new branch kept {kept} of its {n} {n:customer|customers}."),
            lambda: _("The other branches kept {kept2} of {n2}."),
            lambda: _("The new branch keeps better than the others, by {wrong}."),
            wrong=3,
            repair=lambda: _(
                "{kept} of {n} fits every chance from {from_} to {until}. The difference may be anything from"
                " {low} to {high}: nothing can be concluded."
            ),
            hint=lambda: _("What would one customer more or less change?"),
            ink=mistake_facts.ten_customers,
        ),
        "mistake-13": _report(
            lambda: _(
                "Three branches kept {kept1} of {n1}, {kept2} of {n2} and {kept3} of {n3} {n3:customer|customers}."
            ),
            lambda: _("All three branches together kept {wrong}, the mean of their rates."),
            lambda: _("All three branches together had {n} {n:customer|customers}."),
            wrong=2,
            repair=lambda: _("Together they kept {kept} of {n}, {crr}: the large branch counts for more."),
            hint=lambda: _("How many customers did they keep together?"),
            ink=mistake_facts.average,
        ),
        "mistake-14": _report(
            lambda: _("Of the customers with a card {members} stayed, of those without {others}."),
            lambda: _("The card lifts retention by {wrong}."),
            lambda: _("Of those who buy much {heavy} stay, of those who buy little {light}, with or without a card."),
            wrong=2,
            repair=lambda: _(
                "Here the card does nothing. {heavy_cards} of those who buy much have one, and {light_cards} of the "
                "others: it tells who buys much. Compare like with like."
            ),
            hint=lambda: _("Who takes a card?"),
            ink=mistake_facts.card,
        ),
        "mistake-15": _report(
            lambda: _("Of the {april} {april:customer|customers} won in April {kept} bought again in May, {rate}."),
            lambda: _("In May {may} {may:customer was|customers were} won."),
            lambda: _("The list ends on 31 May; of those won in May {wrong} bought again in June."),
            wrong=3,
            repair=lambda: _(
                "June has not happened: the cell is empty, not 0. "
                "With a 0 in it both cohorts would have {pooled}, not {rate}."
            ),
            hint=lambda: _("What does the list know of June?"),
            ink=mistake_facts.not_yet,
        ),
        "mistake-16": _report(
            lambda: _("Of {start} {start:customer|customers} {lost} left in the month, and {new} came."),
            lambda: _("Retention is falling fast, since as many are lost as are won."),
            lambda: _("The base does not grow."),
            wrong=2,
            repair=lambda: _(
                "Won divided by lost is {ratio}. That says how the base moves: it stands still. "
                "Retention is {crr}, and may have been so for years."
            ),
            hint=lambda: _("Which of them speaks of another month?"),
            ink=mistake_facts.standing_still,
        ),
        "mistake-17": _report(
            lambda: _(
                "{start} {start:customer|customers} at the start; {new} came for the first time, {returned} former"
                " {returned:one|ones} returned, and all these stayed."
            ),
            lambda: _("At the end there {end:was|were} {end} {end:customer|customers}."),
            lambda: _(
                "Only those who came for the first time are new, so ({end} − {new}) / {start} = {wrong}: nobody left."
            ),
            wrong=3,
            repair=lambda: _(
                "New is who is there at the end and was not at the start, the {returned} who returned too: "
                "({end} − {fresh}) / {start} is {crr}. They stood in the places of {lost} who left."
            ),
            hint=lambda: _("Start and newcomers and returned: how many would there be if nobody had left?"),
            ink=mistake_facts.hidden_losses,
        ),
        "mistake-18": _report(
            lambda: _("{asked} {asked:customer was|customers were} asked whether they still buy."),
            lambda: _("{kept} of the {answered} who answered said yes."),
            lambda: _("The retention rate is {wrong}."),
            wrong=3,
            repair=lambda: _("Nobody knows of those who were silent: of all asked it may be from {low} to {high}."),
            hint=lambda: _("What do the silent do?"),
            ink=mistake_facts.silent,
        ),
    }
)
"""The eighteen reports by name; the names do not give the mistake away."""


def _some_of(names: list[str]) -> Callable[[random.Random], Question]:
    return lambda dice: REPORTS[dice.choice(names)].mixed(dice)


DRILL = tuple(_some_of(list(REPORTS)[first::3]) for first in range(3))
"""Fresh questions for an exercise: three different reports, their sentences mixed."""

_dice = random.Random(ORDER)  # noqa: S311 - an order of sentences is no secret
MISTAKES: Mapping[str, Question] = MappingProxyType({name: report.mixed(_dice) for name, report in REPORTS.items()})
"""The reports as the course asks them."""
