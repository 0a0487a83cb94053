"""Questions on chance and samples: intervals, differences, and non-response."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING

from crrkit.counts import SurveyRate, newcombe, survey_rate, wilson
from crrkit.ground import format_number, format_percent, format_points, gettext as _, mark
from crrkit.lessons.questions import Misreading, Option, Question, choice

if TYPE_CHECKING:
    import random

Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Kept:
    """So many kept of so many."""

    kept: int
    n: int

    @property
    def share(self) -> float:
        """The rate."""
        return self.kept / self.n

    @property
    def textbook(self) -> tuple[float, float]:
        """The interval that many textbooks give, ``p ± z √(p(1-p)/n)``: wrong when counts are small."""
        half: float = Z * (self.share * (1 - self.share) / self.n) ** 0.5
        return self.share - half, self.share + half

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval."""
        return wilson(self.kept, self.n)


def _ink(k: Kept) -> dict[str, str]:
    low, high = (format_percent(bound) for bound in k.interval)
    counts = {"kept": format_number(k.kept), "lost": format_number(k.n - k.kept), "n": format_number(k.n)}
    wald = zip(("wald_low", "wald_high"), (format_percent(bound) for bound in k.textbook), strict=True)
    return counts | dict(wald) | {"low": low, "high": high, "share": format_percent(k.share)}


def which_interval(kept: int, n: int) -> Question:
    """The textbook's interval or Wilson's?"""
    return choice(
        Kept(kept, n),
        ink=_ink,
        text=mark(
            "A new firm had {n} {n:customer|customers} and kept {kept}. Where may the chance of keeping such a customer"
            " lie?"
        ),
        options=(
            Option(
                "textbook",
                mark("from {wald_low} to {wald_high}, by the formula p ± 1.96 √(p(1 − p)/n)"),
                mark(
                    "That formula is certain after {n} {n:customer|customers} that nobody ever stays. It breaks down"
                    " when nobody, or everybody, stays."
                ),
            ),
            Option("wilson", mark("from {low} to {high}, by Wilson's formula")),
            Option(
                "anywhere",
                mark("anywhere: so few customers say nothing"),
                mark(
                    "They say something: if half of such customers stayed, {kept} of {n} would be a miracle. "
                    "Few customers give a long interval, but an interval."
                ),
            ),
        ),
        right=lambda _kept: "wilson",
        why=mark("A firm that keeps up to {high} of such customers can well have kept {kept} of {n}."),
        hint=mark("Would you bet that the next {n} go the same way to the last one?"),
    )


LOW_BY_TEXTBOOK = Misreading(
    "textbook",
    lambda k: [k.textbook[0]],
    mark(
        "That is p − 1.96 √(p(1 − p)/n). With so few customers it is too sure of itself, and its other end lies at "
        "{wald_high}. Ask `crr.wilson({kept}, {n})`."
    ),
)
TAKEN_AT_FACE_VALUE = Misreading(
    "taken at face value",
    lambda k: [k.share],
    mark("{share} is what happened. How low may the chance be behind {kept} of {n}?"),
)
ONE_MORE = Misreading(
    "one more",
    lambda k: [(k.kept - 1) / k.n],
    mark("You allowed for one customer more to leave. Chance moves more than one of {n}."),
)
HIGH = Misreading(
    "the other end",
    lambda k: [k.interval[1]],
    mark("That is the upper end of the interval. The question is about the lower."),
)

lower_end = partial(
    Question,
    ink=_ink,
    text=mark(
        "{kept} of {n} {n:customer|customers} stayed. How low may the chance of staying be, at 95% by Wilson's"
        " interval?"
    ),
    right=lambda k: [k.interval[0]],
    why=mark("{kept} of {n} fits every chance from {low} to {high}."),
    misreadings=(LOW_BY_TEXTBOOK, TAKEN_AT_FACE_VALUE, ONE_MORE, HIGH),
    hint=mark("`crr.wilson({kept}, {n})` gives both ends."),
)
"""How low may the rate behind few customers be?"""


@dataclass(frozen=True)
class Pair:
    """Two groups of customers."""

    one: Kept
    other: Kept

    @property
    def difference(self) -> tuple[float, float]:
        """Newcombe's interval of the difference."""
        return newcombe(self.one.kept, self.one.n, self.other.kept, self.other.n)

    @property
    def verdict(self) -> str:
        """Whether the interval leaves 0 out."""
        low, high = self.difference
        return "apart" if low > 0 or high < 0 else "cannot tell"

    @property
    def overlap(self) -> bool:
        """Whether the two separate intervals meet."""
        (low, high), (other_low, other_high) = self.one.interval, self.other.interval
        return low <= other_high and other_low <= high


def _pair_ink(pair: Pair) -> dict[str, str]:
    one = {f"{name}1": value for name, value in _ink(pair.one).items()}
    other = {f"{name}2": value for name, value in _ink(pair.other).items()}
    low, high = (format_points(bound) for bound in pair.difference)
    meeting = _("overlap") if pair.overlap else _("do not overlap")
    return one | other | {"low": low, "high": high, "meeting": meeting}


def apart(one: Kept, other: Kept) -> Question:
    """Do two groups differ?"""
    return choice(
        Pair(one, other),
        ink=_pair_ink,
        text=mark("One shop kept {kept1} of {n1} {n1:customer|customers}, another {kept2} of {n2}. Do the two differ?"),
        options=(
            Option(
                "apart",
                mark("yes, chance alone hardly does that"),
                mark("The interval of the difference, {low} to {high}, has 0 in it. Equal shops do that, too."),
            ),
            Option(
                "cannot tell",
                mark("cannot tell: the difference may be due to chance"),
                mark(
                    "The separate intervals {meeting}, but they do not answer this question. That of the difference "
                    "does: {low} to {high}, without 0."
                ),
            ),
            Option(
                "the same",
                mark("no, they are the same"),
                mark(
                    "No count shows that. At best the answer is “cannot tell”; look at the interval of the difference."
                ),
            ),
        ),
        right=lambda pair: pair.verdict,
        why=mark("The interval of the difference goes from {low} to {high}."),
        hint=mark("`crr.newcombe({kept1}, {n1}, {kept2}, {n2})` gives the interval of the difference."),
    )


def _survey_ink(s: SurveyRate) -> dict[str, str]:
    counts = {"kept": s.kept, "answered": s.answered, "asked": s.asked, "silent": s.asked - s.answered}
    ends = {"low": s.bounds[0], "high": s.bounds[1], "sampling_low": s.interval[0], "sampling_high": s.interval[1]}
    shares = {name: format_percent(end) for name, end in (ends | {"estimate": s.estimate}).items()}
    return {name: format_number(n) for name, n in counts.items()} | shares


ANSWERS_ONLY = Misreading(
    "answers only",
    lambda s: [s.estimate],
    mark(
        "{estimate} is true of those who answered. {silent} did not, and who has left answers less. "
        "What if all of them have?"
    ),
)
SAMPLING_ONLY = Misreading(
    "sampling only",
    lambda s: [s.interval[0]],
    mark(
        "That allows for chance in drawing the sample. But {silent} of {asked} did not answer, and that is no chance."
    ),
)
OTHER_BOUND = Misreading(
    "the most",
    lambda s: [s.bounds[1]],
    mark("That is the most: all who are silent ({silent}) still buy. The question is the least."),
)
SILENT_SHARE = Misreading(
    "share that answered",
    lambda s: [s.answered / s.asked],
    mark("That is the share that answered. How many of the {asked} said that they still buy?"),
)

silence = partial(
    Question,
    ink=_survey_ink,
    text=mark(
        "{asked} {asked:customer was|customers were} asked, {answered} answered, and {kept} of these still buy. Assume"
        " nothing about the silent ones: what is the least share of the {asked} that still buys?"
    ),
    right=lambda s: [s.bounds[0]],
    why=mark(
        "If the {silent} silent {silent:one has|ones have} left: {kept} of {asked}, {low}. If all stayed: {high}."
    ),
    misreadings=(ANSWERS_ONLY, SAMPLING_ONLY, OTHER_BOUND, SILENT_SHARE),
    hint=mark("Suppose that all who did not answer have left. How many of the {asked} are there still?"),
)
"""What is certain after a survey in which many were silent?"""


def some_kept(dice: random.Random) -> Kept:
    """A small group."""
    n = dice.randint(8, 40)
    return Kept(dice.randint(n // 2, n - 1), n)


def some_pair(dice: random.Random) -> Question:
    """Two groups of a few dozen."""
    one, other = (Kept(round(n * dice.uniform(0.5, 0.95)), n) for n in (dice.randint(40, 90), dice.randint(40, 90)))
    return apart(one, other)


def some_survey(dice: random.Random) -> SurveyRate:
    """A survey with many silent."""
    asked = dice.randint(20, 60) * 10
    answered = round(asked * dice.uniform(0.3, 0.7))
    return survey_rate(kept=round(answered * dice.uniform(0.6, 0.9)), asked=asked, answered=answered, frame=10 * asked)


DRILL = (
    lambda dice: lower_end(facts=some_kept(dice)),
    some_pair,
    lambda dice: silence(facts=some_survey(dice)),
)
