"""Questions on revenue retention: net and gross, and the components of turnover."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crrkit.ground import format_number, format_percent, mark, told as _
from crrkit.lessons.answers import RATIO, SHARE
from crrkit.lessons.questions import Misreading, Question

if TYPE_CHECKING:
    import random


@dataclass(frozen=True)
class Payments:
    """What the same three customers pay before and after, and what newcomers pay after."""

    before: tuple[int, int, int]
    after: tuple[int, int, int]
    fresh: int

    @property
    def opening(self) -> int:
        """What was paid before."""
        return sum(self.before)

    @property
    def net(self) -> float:
        """NRR: what the same customers pay after, growth included."""
        return sum(self.after) / self.opening

    @property
    def gross(self) -> float:
        """GRR: nobody counts for more than they paid before."""
        return sum(map(min, self.before, self.after)) / self.opening

    @property
    def heads(self) -> float:
        """CRR: how many of them pay at all."""
        return sum(paid > 0 for paid in self.after) / len(self.after)

    @property
    def growth(self) -> float:
        """All that is paid after, newcomers included."""
        return (sum(self.after) + self.fresh) / self.opening


def _payments_ink(p: Payments) -> dict[str, str]:
    shares = {"nrr": p.net, "grr": p.gross, "crr": p.heads, "growth": p.growth}
    sums = {"opening": p.opening, "closing": sum(p.after), "capped": sum(map(min, p.before, p.after)), "fresh": p.fresh}
    return (
        {f"paid{n}": format_number(x) for n, x in enumerate((*p.before, *p.after), start=1)}
        | {name: format_number(x) for name, x in sums.items()}
        | {name: format_percent(x) for name, x in shares.items()}
    )


_FACTS = _(
    "Three customers paid {paid1}, {paid2} and {paid3} last month. This month they pay {paid4}, {paid5} and "
    "{paid6}, and a new customer pays {fresh}."
)


WITH_THE_NEW = Misreading(
    "the new counted",
    lambda p: [p.growth],
    mark("You counted the new customer, too. Nobody can keep money that was not there before."),
)
HEADS = Misreading(
    "heads for money",
    lambda p: [p.heads],
    mark("That is the share of the customers, each counted as one. The question is about their money."),
)

net = partial(
    Question,
    ink=_payments_ink,
    text=_FACTS + " " + _("What is the net revenue retention, NRR?"),
    right=lambda p: [p.net],
    why=mark("The three paid {opening} and now pay {closing}: {nrr}."),
    misreadings=(
        WITH_THE_NEW,
        HEADS,
        Misreading(
            "gross for net",
            lambda p: [p.gross],
            mark("That is the gross one, GRR: it leaves growth out. The net one counts what is paid now."),
        ),
    ),
    hint=mark("What do those three pay now, and what did they pay before?"),
    kind=RATIO,
)
"""How much of the money stayed, growth included?"""

gross = partial(
    Question,
    ink=_payments_ink,
    text=_FACTS + " " + _("What is the gross revenue retention, GRR?"),
    right=lambda p: [p.gross],
    why=mark("Nobody counts for more than they paid before: {capped} of {opening}, {grr}."),
    misreadings=(
        WITH_THE_NEW,
        HEADS,
        Misreading(
            "net for gross",
            lambda p: [p.net],
            mark("That is the net one, NRR. In the gross one, growth of one customer makes up for no loss."),
        ),
    ),
    hint=mark("For each of the three take the smaller of both payments."),
    kind=RATIO,
)
"""How much of the money stayed, growth left out?"""


@dataclass(frozen=True)
class Factors:
    """A shop with fewer buyers, each of whom pays more; they come as often as before."""

    fewer: float
    more: float

    @property
    def turnover(self) -> float:
        """Turnover as a share of the one before: buyers times purchases times check."""
        return (1 - self.fewer) * (1 + self.more)


def _factors_ink(f: Factors) -> dict[str, str]:
    shares = {"fewer": f.fewer, "more": f.more, "buyers": 1 - f.fewer, "check": 1 + f.more, "left": f.turnover}
    return {name: format_percent(x, digits=0 if name != "left" else 1) for name, x in shares.items()}


turnover = partial(
    Question,
    ink=_factors_ink,
    text=mark(
        "A shop has {fewer} fewer buyers than a year ago. They come as often as before, and the average check is {more}"
        " higher. Which share of last year's turnover does the shop take?"
    ),
    right=lambda f: [f.turnover],
    why=mark("Turnover is buyers × purchases × check: {buyers} × {check} = {left}."),
    misreadings=(
        Misreading(
            "added",
            lambda f: [1 - f.fewer + f.more],
            mark("You added and subtracted. The higher check is paid by {buyers} of the buyers only: multiply."),
        ),
        Misreading(
            "buyers only",
            lambda f: [1 - f.fewer],
            mark("Those are the buyers alone, and the ones who are left pay more."),
        ),
        Misreading(
            "check only",
            lambda f: [1 + f.more],
            mark("That is the check alone. There are fewer buyers to pay it."),
        ),
    ),
    hint=mark("Turnover is buyers × purchases × check. Which two of the three changed?"),
    kind=SHARE,
)
"""What do fewer buyers with a higher check bring?"""

THREE = Payments(before=(100, 60, 40), after=(150, 30, 0), fresh=50)


def some_payments(dice: random.Random) -> Payments:
    """One pays more, one pays less, one has gone."""
    first, second, third = (10 * dice.randint(3, 20) for _customer in range(3))
    more, less = 10 * dice.randint(1, 8), 10 * dice.randint(1, second // 10 - 1)
    return Payments((first, second, third), (first + more, second - less, 0), 10 * dice.randint(2, 9))


def some_factors(dice: random.Random) -> Factors:
    """Fewer buyers, a higher check."""
    return Factors(dice.randint(2, 8) / 20, dice.randint(2, 8) / 20)


DRILL = (
    lambda dice: net(facts=some_payments(dice)),
    lambda dice: gross(facts=some_payments(dice)),
    lambda dice: turnover(facts=some_factors(dice)),
)
