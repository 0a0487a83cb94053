"""Find the mistake in the report: eighteen reports, each with one sentence that misreads the numbers.

The sentences can be read in any order and are shuffled: neither position nor first word gives the wrong one away.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from crrkit.ground import mark, told as _
from crrkit.lessons import mistake_facts
from crrkit.lessons.answers import PLACE
from crrkit.lessons.questions import Misreading, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ORDER = 4  # seed of the order in which the course shows the sentences
_KIND = replace(PLACE, example=mark("Write the number of a sentence, for example 1."))


@dataclass(frozen=True, kw_only=True)
class Report:
    """Three sentences and which of them, counted from 1, is wrong; its correction, and a hint."""

    lines: tuple[str, ...]
    wrong: int
    repair: str
    hint: str
    ink: Callable[[], Mapping[str, str]]

    def mixed(self, dice: random.Random) -> Question:
        """The question, with its sentences in random order."""
        order = dice.sample(range(1, len(self.lines) + 1), len(self.lines))
        return Question(
            facts=order.index(self.wrong) + 1,
            ink=lambda _place: self.ink(),
            text=mark("Find the mistake in this report."),
            options=tuple(self.lines[line - 1] for line in order),
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
            _("Sentence {place} is right.").format(place=place) + " " + _(self.hint),
        )


_REPORTS = (
    Report(
        wrong=2, ink=mistake_facts.end_by_start,
        lines=(
            mark("The half-year began with {start} {start:customer|customers} and ended with {end}."),
            mark("We kept {wrong} of our customers."),
            mark("In the half-year {new} new {new:customer|customers} came."),
        ),
        repair=mark(
            "Nobody keeps more than all. {new} of the {end} {new:is|are} new; kept {kept:is|are} {kept} of {start},"
            " {crr}."
        ),
        hint=mark("Can more customers be kept than there were?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.newcomers,
        lines=(
            mark("Both shops began the month with {start} {start:customer|customers} and lost {lost} of them."),
            mark("One shop won {new} {new:newcomer|newcomers} in the month, the other {many}."),
            mark("The shop with more newcomers has the higher retention rate."),
        ),
        repair=mark("Both kept {kept} of {start}, {crr}. Newcomers come into the end and are taken off again."),
        hint=mark("Whom can a shop keep?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.eleven,
        lines=(
            mark(
                "Of {start} {start:customer|customers} at the start {kept} {kept:is|are} there at the end, among {end}"
                " in all."
            ),
            mark("From the start to the end {joined} {joined:contract|contracts} began."),
            mark("By (end − new) / start the firm kept {wrong}."),
        ),
        repair=mark(
            "New is who is there at the end and was not at the start: {fresh}, not {joined}. ({end} − {fresh}) /"
            " {start} is {crr}."
        ),
        hint=mark("Are all who began a contract there at the end?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.same_number,
        lines=(
            mark("A café keeps {rate} of its guests from month to month."),
            mark("A bank keeps {rate} of its clients from year to year."),
            mark("The café and the bank keep their customers equally well."),
        ),
        repair=mark("{rate} a month, every month, is {year} a year."),
        hint=mark("Over which period is each rate?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.times_twelve,
        lines=(
            mark("Every month {lost} of the customers who are there leave."),
            mark("In a year churn is {wrong}."),
            mark("Each month fewer are left to leave."),
        ),
        repair=mark("Nobody leaves twice. After twelve such months {gone} of today's customers are gone."),
        hint=mark("Which of the sentences do not go together?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.chain,
        lines=(
            mark("The year began with {start} {start:customer|customers}; in the first half {first} of them stayed."),
            mark("Of those who were customers in the middle of the year {second} stayed in the second half."),
            mark("Of the {start} of the start {wrong} {wrong:was|were} left at the end of the year."),
        ),
        repair=mark(
            "In the middle of the year others were customers, newcomers too, and some who had left came back. Of the"
            " {start} at the beginning {left} {left:is|are} there: {crr}."
        ),
        hint=mark("Who were the customers in the middle of the year?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.eleven,
        lines=(
            mark("Of {start} {start:customer|customers} at the start {kept} {kept:is|are} there at the end."),
            mark("From the start to the end somebody left {leaves} {leaves:time|times}: churn is {by_events}."),
            mark("Retention from the start to the end is {crr}."),
        ),
        repair=mark(
            "Churn counts people, not departures; some of those came in between or came back. {lost} of {start}"
            " {lost:is|are} gone: {churn}, and with {crr} that makes all."
        ),
        hint=mark("What do retention and churn of the same customers add up to?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.points,
        lines=(
            mark("Retention rose from {before} to {after}."),
            mark("Churn fell from {churn_before} to {churn_after}."),
            mark("The rise of retention is {wrong}."),
        ),
        repair=mark("It rose by {points}; in percent of what it was that is {relative}."),
        hint=mark("The difference of two percentages has a unit of its own."),
    ),
    Report(
        wrong=2, ink=mistake_facts.mix,
        lines=(
            mark("The retention rate rose from {before} to {after}."),
            mark("The service has become better."),
            mark("Of the newer customers {middle} stayed, of the regulars {long}: both times."),
        ),
        repair=mark("Neither group is kept better: {rate_effect} by rate. There are more regulars now: {mix} by mix."),
        hint=mark("Is anybody kept better than before?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.mixed,
        lines=(
            mark("In its first year the cohort lost {churn}."),
            mark("A customer of the cohort stays {wrong} {wrong:year|years} on average."),
            mark("Of one half of the cohort {loyal} stay every year, of the other {fickle}."),
        ),
        repair=mark(
            "1/churn holds if all leave alike. The fickle go early, the loyal stay long: {years} {years:year|years} on"
            " average."
        ),
        hint=mark("Who leaves in the first year, and who is left after it?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.mixed,
        lines=(
            mark("In the first year {first} of the cohort stayed, in the fifth {fifth} of those still there."),
            mark("Of one half of the cohort {loyal} stay every year, of the other {fickle}."),
            mark("The customers became more loyal with time."),
        ),
        repair=mark(
            "Nobody changed. The fickle left first: at the beginning of the fifth year {loyal_left} are of the loyal"
            " half."
        ),
        hint=mark("Did anybody's chance of staying change?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.ten_customers,
        lines=(
            mark("The new branch kept {kept} of its {n} {n:customer|customers}."),
            mark("The other branches kept {kept2} of {n2}."),
            mark("The new branch keeps better than the others, by {wrong}."),
        ),
        repair=mark(
            "{kept} of {n} fits every chance from {from_} to {until}. The difference may be anything from {low} to"
            " {high}: nothing can be concluded."
        ),
        hint=mark("What would one customer more or less change?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.average,
        lines=(
            mark("Three branches kept {kept1} of {n1}, {kept2} of {n2} and {kept3} of {n3} {n3:customer|customers}."),
            mark("All three branches together kept {wrong}, the mean of their rates."),
            mark("All three branches together had {n} {n:customer|customers}."),
        ),
        repair=mark("Together they kept {kept} of {n}, {crr}: the large branch counts for more."),
        hint=mark("How many customers did they keep together?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.card,
        lines=(
            mark("Of the customers with a card {members} stayed, of those without {others}."),
            mark("The card lifts retention by {wrong}."),
            mark("Of those who buy much {heavy} stay, of those who buy little {light}, with or without a card."),
        ),
        repair=mark(
            "Here the card does nothing. {heavy_cards} of those who buy much have one, and {light_cards} of the others:"
            " it tells who buys much. Compare like with like."
        ),
        hint=mark("Who takes a card?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.not_yet,
        lines=(
            mark("Of the {april} {april:customer|customers} won in April {kept} bought again in May, {rate}."),
            mark("In May {may} {may:customer was|customers were} won."),
            mark("The list ends on 31 May; of those won in May {wrong} bought again in June."),
        ),
        repair=mark(
            "June has not happened: the cell is empty, not 0. With a 0 in it both cohorts would have {pooled}, not"
            " {rate}."
        ),
        hint=mark("What does the list know of June?"),
    ),
    Report(
        wrong=2, ink=mistake_facts.standing_still,
        lines=(
            mark("Of {start} {start:customer|customers} {lost} left in the month, and {new} came."),
            mark("Retention is falling fast, since as many are lost as are won."),
            mark("The base does not grow."),
        ),
        repair=mark(
            "Won divided by lost is {ratio}. That says how the base moves: it stands still. Retention is {crr}, and may"
            " have been so for years."
        ),
        hint=mark("Which of them speaks of another month?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.hidden_losses,
        lines=(
            mark(
                "{start} {start:customer|customers} at the start; {new} came for the first time, {returned} former"
                " {returned:one|ones} returned, and all these stayed."
            ),
            mark("At the end there {end:was|were} {end} {end:customer|customers}."),
            mark(
                "Only those who came for the first time are new, so ({end} − {new}) / {start} = {wrong}: nobody left."
            ),
        ),
        repair=mark(
            "New is who is there at the end and was not at the start, the {returned} who returned too: ({end} −"
            " {fresh}) / {start} is {crr}. They stood in the places of {lost} who left."
        ),
        hint=mark("Start and newcomers and returned: how many would there be if nobody had left?"),
    ),
    Report(
        wrong=3, ink=mistake_facts.silent,
        lines=(
            mark("{asked} {asked:customer was|customers were} asked whether they still buy."),
            mark("{kept} of the {answered} who answered said yes."),
            mark("The retention rate is {wrong}."),
        ),
        repair=mark("Nobody knows of those who were silent: of all asked it may be from {low} to {high}."),
        hint=mark("What do the silent do?"),
    ),
)  # fmt: skip

REPORTS: Mapping[str, Report] = MappingProxyType({f"mistake-{n}": one for n, one in enumerate(_REPORTS, start=1)})
"""The eighteen reports by name; the names do not give the mistake away."""


def _some_of(names: list[str]) -> Callable[[random.Random], Question]:
    return lambda dice: REPORTS[dice.choice(names)].mixed(dice)


DRILL = tuple(_some_of(list(REPORTS)[first::3]) for first in range(3))
"""Fresh questions for an exercise: three different reports, their sentences mixed."""

_dice = random.Random(ORDER)  # noqa: S311 - an order of sentences is no secret
MISTAKES: Mapping[str, Question] = MappingProxyType({name: report.mixed(_dice) for name, report in REPORTS.items()})
"""The reports as the course asks them."""
