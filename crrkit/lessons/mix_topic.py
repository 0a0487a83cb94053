"""Questions on why a rate changes: the segments' rates, or the mix of customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from crrkit.ground import format_percent, format_points, mark, told as _
from crrkit.judge import Decomposition, decompose
from crrkit.lessons.answers import POINTS
from crrkit.lessons.questions import Misreading, Option, Question, choice

if TYPE_CHECKING:
    import random

    from crrkit.judge.whatif import StageModel


@dataclass(frozen=True)
class Change:
    """Two periods of two stages: the share of the middle stage, and the rate of each stage."""

    middle_share: tuple[float, float]
    middle: tuple[float, float]
    long: tuple[float, float]

    @cached_property
    def split(self) -> Decomposition:
        """Rate and mix, favouring neither period."""
        return decompose(self._period(0), self._period(1))

    @cached_property
    def threefold(self) -> Decomposition:
        """Weighed by the period before, with a rest that belongs to both."""
        return decompose(self._period(0), self._period(1), kind="threefold")

    @property
    def plain_mean(self) -> float:
        """The mean of the changes of the rates, as if both stages were equally large."""
        return (self.middle[1] - self.middle[0] + self.long[1] - self.long[0]) / 2

    def _period(self, when: int) -> dict[str, tuple[float, float]]:
        share = self.middle_share[when]
        return {"middle": (share, self.middle[when]), "long": (1 - share, self.long[when])}


def _ink(c: Change) -> dict[str, str]:
    before, after = ({"w": c.middle_share[i], "m": c.middle[i], "l": c.long[i]} for i in (0, 1))
    shares = {f"{name}{i}": format_percent(x) for i, part in enumerate((before, after)) for name, x in part.items()}
    shares |= {f"v{i}": format_percent(1 - c.middle_share[i]) for i in (0, 1)}
    shares |= {"crr0": format_percent(c.split.crr_before), "crr1": format_percent(c.split.crr_after)}
    parts = {"change": c.split.change, "rate": c.split.rate_effect, "mix": c.split.mix_effect}
    parts |= {"both": c.threefold.interaction}
    return shares | {name: format_points(x, digits=2) for name, x in parts.items()}


_FACTS = _(
    "Middle stage: share {w0}, then {w1}; of it stayed {m0}, then {m1}. "
    "Long stage: share {v0}, then {v1}; of it stayed {l0}, then {l1}."
)


ALL_OF_IT = Misreading(
    "all of the change",
    lambda c: [c.split.change],
    mark("That is the whole change, from {crr0} to {crr1}. Part of it comes from the shares of the stages."),
)
THE_OTHER_PART = Misreading(
    "mix for rate",
    lambda c: [c.split.mix_effect],
    mark("That is the other part: what the shares did. The question is what the rates of the stages did."),
)
RATE_FOR_MIX = Misreading(
    "rate for mix",
    lambda c: [c.split.rate_effect],
    mark("That is the other part: what the rates did. The question is what the shares of the stages did."),
)
OLD_SHARES = Misreading(
    "shares of before",
    lambda c: [c.threefold.rate_effect],
    mark(
        "You weighed by the shares of the first period. That leaves {both} which belongs to nobody; "
        "the mean of both periods' shares leaves nothing."
    ),
)
OLD_RATES = Misreading(
    "rates of before",
    lambda c: [c.threefold.mix_effect],
    mark(
        "You weighed by the rates of the first period. That leaves {both} which belongs to nobody; "
        "the mean of both periods' rates leaves nothing."
    ),
)
PLAIN_MEAN = Misreading(
    "plain mean",
    lambda c: [c.plain_mean],
    mark("You took the mean of both stages' changes. They are not equally large: weigh each by its share."),
)
SIGN = Misreading(
    "sign",
    lambda c: [-c.split.rate_effect],
    mark("The size is right, the sign is not. Did the rates pull up or down?"),
)

rate_part = partial(
    Question,
    ink=_ink,
    text=_FACTS
    + " "
    + _("The rate went from {crr0} to {crr1}. How many points of that come from how the stages are kept?"),
    right=lambda c: [c.split.rate_effect],
    why=mark("{rate} by rate and {mix} by mix make {change}."),
    misreadings=(ALL_OF_IT, THE_OTHER_PART, OLD_SHARES, PLAIN_MEAN, SIGN),
    hint=mark("For each stage: the mean of its two shares, times the change of its rate. Then add."),
    kind=POINTS,
)
"""What did the rates do?"""

mix_part = partial(
    Question,
    ink=_ink,
    text=_FACTS
    + " "
    + _("The rate went from {crr0} to {crr1}. How many points of that come from the shares of the stages?"),
    right=lambda c: [c.split.mix_effect],
    why=mark("{rate} by rate and {mix} by mix make {change}."),
    misreadings=(ALL_OF_IT, RATE_FOR_MIX, OLD_RATES),
    hint=mark("For each stage: the mean of its two rates, times the change of its share. Then add."),
    kind=POINTS,
)
"""What did the shares do?"""


def _verdict(c: Change) -> str:
    return "mix" if c.split.rate_effect > 0 > c.split.change else "service"


def what_happened(change: Change) -> Question:
    """Both stages are kept better, and the rate falls: how?"""
    return choice(
        change,
        ink=_ink,
        text=_FACTS + " " + _("The rate fell from {crr0} to {crr1}. What happened?"),
        options=(
            Option(
                "sums",
                mark("somebody has miscalculated: if both parts rise, the whole must rise"),
                mark(
                    "The sums are right: {w0} of {m0} and {v0} of {l0} make {crr0}. The whole rises with its parts "
                    "only if their shares stay."
                ),
            ),
            Option(
                "service",
                mark("customers are kept worse than before"),
                mark("In both stages more stayed than before: {rate} by rate."),
            ),
            Option("mix", mark("there are more of those customers who always stay less")),
        ),
        right=_verdict,
        why=mark("{rate} by rate, {mix} by mix. This is called Simpson's paradox."),
        hint=mark("Look at the shares, not at the rates."),
    )


def _closed_ink(model: StageModel) -> dict[str, str]:
    shares = model.project(periods=1).to_pandas()["crr"][1]
    return {
        "now": format_percent(shares), "limit": format_percent(model.growth_rate),
        "middle": format_percent(model.retention["middle"]), "long": format_percent(model.retention["long"]),
        "long_share": format_percent(model.stable_mix["long"], digits=0),
    }  # fmt: skip


closed_base = partial(
    Question,
    ink=_closed_ink,
    text=mark(
        "Of the middle stage {middle} stay, of the long {long}; today that makes {now}. No newcomers come any more and "
        "nobody returns. To which rate does the base tend, period by period?"
    ),
    right=lambda m: [m.growth_rate],
    why=mark(
        "{limit}: who is left is in the long stage more and more, {long_share} in the end. "
        "The rate rises by itself, and nobody has done anything."
    ),
    misreadings=(
        Misreading(
            "today's rate",
            lambda m: [m.project(periods=1).to_pandas()["crr"][1]],
            mark("{now} is so because many are in the middle stage. They leave or move on, and the mix changes."),
        ),
        Misreading(
            "the long stage alone",
            lambda m: [m.retention["long"]],
            mark("That would be so if nobody fell back from the long stage to the middle. A few do, again and again."),
        ),
        Misreading(
            "plain mean",
            lambda m: [m.retention.mean()],
            mark("That is the mean of both stages, as if each had half of the base. In the end one has nearly all."),
        ),
        Misreading("nothing", lambda _m: [0.0], mark("The base shrinks to nothing; its rate does not.")),
    ),
    hint=mark("`model.growth_rate` says it. Or go on period by period: which stage grows as a share?"),
)
"""Where does the rate of a closed base go?"""

WORSE = Change((0.6, 0.575), (0.55, 0.52), (0.925, 0.93))
SIMPSON = Change((0.4, 0.7), (0.55, 0.57), (0.925, 0.93))


def some_change(dice: random.Random) -> Change:
    """Two periods with rates and shares that moved."""
    share, middle, long = dice.randint(30, 60) / 100, dice.randint(45, 65) / 100, dice.randint(80, 94) / 100
    moves = [dice.choice((-1, 1)) * dice.randint(2, 12) / 100 for _ in range(3)]
    return Change((share, share + moves[0]), (middle, middle + moves[1]), (long, long + moves[2] / 3))


def some_mix_only(dice: random.Random) -> Question:
    """Rates that stayed."""
    change = some_change(dice)
    same = Change(change.middle_share, (change.middle[0],) * 2, (change.long[0],) * 2)
    return _after(facts=same)


_after = partial(
    Question,
    ink=_ink,
    text=mark(
        "Middle stage: {m0} stay; long stage: {l0}; neither changes. "
        "The share of the middle stage goes from {w0} to {w1}. What is the retention rate then?"
    ),
    right=lambda c: [c.split.crr_after],
    why=mark("{w1} × {m0} + {v1} × {l0} = {crr1}; before it was {crr0}. Nobody is kept otherwise."),
    misreadings=(
        Misreading(
            "no change",
            lambda c: [c.split.crr_before],
            mark("That is what it was. The rates stay, but the stages are weighed by new shares."),
        ),
        Misreading(
            "plain mean",
            lambda c: [(c.middle[0] + c.long[0]) / 2],
            mark("That is the mean of both stages. Weigh each by its share."),
        ),
        Misreading(
            "shares swapped",
            lambda c: [(1 - c.middle_share[1]) * c.middle[0] + c.middle_share[1] * c.long[0]],
            mark("You gave each stage the share of the other."),
        ),
    ),
    hint=mark("Share times rate, for each stage; then add."),
)

DRILL = (
    lambda dice: rate_part(facts=some_change(dice)),
    lambda dice: mix_part(facts=some_change(dice)),
    some_mix_only,
)
