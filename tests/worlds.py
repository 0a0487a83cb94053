"""Named tiny histories, counted by hand.

Each world is a handful of customers whose account fits on one screen; the counting stands beside it. Contracts are
written ``who from..until`` (``until`` is the first moment without; empty while it runs), purchases ``who when``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

FLOWS = (
    "start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "rejoined", "continuous", "joins",
    "leaves", "former",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """A history and its account: a line for each period with its label and the thirteen counts of ``FLOWS``."""

    history: str
    every: str
    account: str
    as_of: str | None = None
    unit: str = "person_any"

    def contracts(self) -> pd.DataFrame:
        """One row a contract, ``client_id contract joined left``; the contract's number is that of its line."""
        lines = [line.split(maxsplit=1) for line in self.history.strip().splitlines()]
        spans = [span.split("..") for _, span in lines]
        return pd.DataFrame({
            "client_id": [who for who, _ in lines],
            "contract": range(1, len(lines) + 1),
            "joined": pd.to_datetime([joined for joined, _ in spans], format="ISO8601"),
            "left": pd.to_datetime([left or None for _, left in spans], format="ISO8601"),
        })  # fmt: skip

    def orders(self) -> pd.DataFrame:
        """One row a purchase, ``client_id ordered_at``."""
        lines = [line.split(maxsplit=1) for line in self.history.strip().splitlines()]
        at = pd.to_datetime([at for _, at in lines], format="ISO8601")
        return pd.DataFrame({"client_id": [who for who, _ in lines], "ordered_at": at})

    def expected(self) -> pd.DataFrame:
        """The account by hand, one row a period."""
        rows = [line.split() for line in self.account.strip().splitlines()]
        counts = pd.DataFrame([[int(n) for n in row[1:]] for row in rows], columns=FLOWS)
        return counts.set_index(pd.Index([row[0] for row in rows], name="period"))


# Contracts ------------------------------------------------------------------------------------------------------------

# Two join and stay. S and E are the same two from February on.
FAITHFUL = World(
    """
    a 2024-01-10..
    b 2024-01-20..
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  0 0 0  0  2 0  0
    2024-02  2 2 0  0 0  2  0 0 0  2  0 0  0
    2024-03  2 2 0  0 0  2  0 0 0  2  0 0  0
    """,
    as_of="2024-04-01",
)

# Everybody leaves in February; in March there is nobody to keep, and c is new. Former in March: a and b.
EXODUS = World(
    """
    a 2024-01-10..2024-02-15
    b 2024-01-20..2024-02-20
    c 2024-03-05..
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  0 0 0  0  2 0  0
    2024-02  2 0 2  0 0  0  0 0 0  0  0 2  0
    2024-03  0 0 0  1 0  1  0 0 0  0  1 0  2
    2024-04  1 1 0  0 0  1  0 0 0  1  0 0  2
    """,
    as_of="2024-05-01",
)

# Around midnight before 1 February 2024. There at the start of February is who has s < 00:00:00 <= e.
#   a joins one second before: new in January.        b joins at the stroke: new in February.
#   c leaves one second before: lost in January.      d leaves at the stroke: still in E of January, lost in February.
#   e leaves one second after: lost in February.      f joins at the stroke, leaves a second later: joined and left.
#   g joins one second before, leaves at the stroke: new in January (there as of midnight), lost in February.
# January: S = {c, d, e}, E = {a, d, e, g}. February: E = {a, b}; former then: c. March: former are c, d, e, f, g.
MIDNIGHT = World(
    """
    a 2024-01-31 23:59:59..
    b 2024-02-01 00:00:00..
    c 2023-12-05..2024-01-31 23:59:59
    d 2023-12-05..2024-02-01 00:00:00
    e 2023-12-05..2024-02-01 00:00:01
    f 2024-02-01 00:00:00..2024-02-01 00:00:01
    g 2024-01-31 23:59:59..2024-02-01 00:00:00
    """,
    "month",
    """
    2023-12  0 0 0  3 0  3  0 0 0  0  3 0  0
    2024-01  3 2 1  2 0  4  0 0 0  2  2 1  0
    2024-02  4 1 3  1 0  2  1 0 0  1  2 4  1
    2024-03  2 2 0  0 0  2  0 0 0  2  0 0  5
    """,
    as_of="2024-04-01",
)

# The eleven customers of the specification. H1 2024: S = {a b c h k}, E = {a c d f h i}; kept a c h; lost b k;
# new d i; e joined and left; f returned; g returned and left; c rejoined inside, so only a and h never went.
# Contracts that start in H1: c d e f g i = 6; that end: b c e g k = 5 (k ends at the very start, it is lost in H1;
# h and j stand on the boundary to H2). Former as of 1 January: f g; as of 1 July: b e g k.
# Before: 2022 f and g join; 2023H1 a b c h k join; 2023H2 f and g leave.
CANONICAL = World(
    """
    a 2023-03-01..
    b 2023-05-01..2024-02-10
    c 2023-06-01..2024-03-01
    c 2024-04-15..
    d 2024-02-01..
    e 2024-02-15..2024-05-20
    f 2022-01-01..2023-08-01
    f 2024-03-10..
    g 2022-02-01..2023-09-01
    g 2024-01-20..2024-04-30
    h 2023-01-01..2024-07-01
    i 2024-01-01..
    j 2024-07-01..
    k 2023-01-01..2024-01-01
    """,
    "half-year",
    """
    2022H1   0 0 0  2 0  2  0 0 0  0  2 0  0
    2022H2   2 2 0  0 0  2  0 0 0  2  0 0  0
    2023H1   2 2 0  5 0  7  0 0 0  2  5 0  0
    2023H2   7 5 2  0 0  5  0 0 0  5  0 2  0
    2024H1   5 3 2  2 1  6  1 1 1  2  6 5  2
    2024H2   6 5 1  1 0  6  0 0 0  5  1 1  4
    """,
    as_of="2025-01-01",
)

# 2024 has a 29 February. a joins on it and leaves the next day: there as of 1 March (e = 1 March), so new in February
# and lost in March. b leaves on the 29th. c joins on 28 February 2023, the last day of that month.
LEAP = World(
    """
    a 2024-02-29..2024-03-01
    b 2024-01-31..2024-02-29
    c 2023-02-28..
    """,
    "day",
    """
    2024-02-28  2 2 0  0 0  2  0 0 0  2  0 0  0
    2024-02-29  2 1 1  1 0  2  0 0 0  1  1 1  0
    2024-03-01  2 1 1  0 0  1  0 0 0  1  0 1  1
    2024-03-02  1 1 0  0 0  1  0 0 0  1  0 0  2
    """,
    as_of="2024-03-03",
)

# A contract that ends when it begins is no time as a customer, but somebody joined and left.
#   a joins and cancels on the same day, and comes for good in February: new_lost, then returned.
#   b does so in January on the very boundary: new_lost of January, nothing else.
#   c is there and signs an empty contract beside: nothing happened.
#   d leaves on 10 February and tries again, empty, on the 20th: one surplus join; lost.
SAME_DAY = World(
    """
    a 2024-01-15..2024-01-15
    a 2024-02-15..
    b 2024-01-01..2024-01-01
    c 2024-01-10..
    c 2024-02-12..2024-02-12
    d 2024-01-10..2024-02-10
    d 2024-02-20..2024-02-20
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  2 0 0  0  4 2  0
    2024-02  2 1 1  0 1  2  0 0 1  1  2 2  2
    """,
    as_of="2024-03-01",
)

# Renewed on the day the old contract ended: nobody left. b's renewal stands on the boundary of February.
TOUCHING = World(
    """
    a 2024-01-10..2024-02-15
    a 2024-02-15..2024-03-20
    b 2024-01-10..2024-02-01
    b 2024-02-01..
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  0 0 0  0  2 0  0
    2024-02  2 2 0  0 0  2  0 0 0  2  0 0  0
    2024-03  2 1 1  0 0  1  0 0 0  1  0 1  0
    """,
    as_of="2024-04-01",
)

# Paid late by one second. a is away for it inside February: kept, but not continuously. b's gap begins on the boundary
# of February, c's on that of March: who leaves at the stroke is still there as of it and rejoins inside the period.
GAP_OF_A_SECOND = World(
    """
    a 2024-01-10..2024-02-15
    a 2024-02-15 00:00:01..
    b 2024-01-10..2024-02-01
    b 2024-02-01 00:00:01..
    c 2024-01-10..2024-03-01
    c 2024-03-01 00:00:01..
    """,
    "month",
    """
    2024-01  0 0 0  3 0  3  0 0 0  0  3 0  0
    2024-02  3 3 0  0 0  3  0 0 2  1  2 2  0
    2024-03  3 3 0  0 0  3  0 0 1  2  1 1  0
    """,
    as_of="2024-04-01",
)

# Contracts side by side and one inside another: a person is there while any runs. The short one of b ends inside the
# long one; a's chain of three has no gap, though the first and the third do not meet.
OVERLAP = World(
    """
    a 2024-01-10..2024-02-10
    a 2024-02-05..2024-03-05
    a 2024-03-01..2024-03-20
    b 2024-01-10..
    b 2024-01-15..2024-02-15
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  0 0 0  0  2 0  0
    2024-02  2 2 0  0 0  2  0 0 0  2  0 0  0
    2024-03  2 1 1  0 0  1  0 0 0  1  0 1  0
    """,
    as_of="2024-04-01",
)

# In and out: a (there at the start) leaves and returns twice and is gone at the end: lost, two surplus joins. b joins
# twice for the first time: new with one surplus join. c, a former customer, comes twice and leaves twice.
REVOLVING_DOOR = World(
    """
    a 2024-01-05..2024-02-03
    a 2024-02-05..2024-02-07
    a 2024-02-09..2024-02-11
    b 2024-02-05..2024-02-08
    b 2024-02-20..
    c 2024-01-05..2024-01-20
    c 2024-02-05..2024-02-08
    c 2024-02-20..2024-02-25
    """,
    "month",
    """
    2024-01  0 0 0  1 0  1  1 0 0  0  2 1  0
    2024-02  1 0 1  1 0  1  0 1 4  0  6 6  1
    2024-03  1 1 0  0 0  1  0 0 0  1  0 0  2
    """,
    as_of="2024-04-01",
)

# Six people, ten contracts (3 2 2 1 1 1). In 2024H1 P1 closes one of three, P2 both, P4 the only one.
# By contract 6 of 10 are kept; 4 of 6 people keep a contract; 3 of 6 keep all of theirs.
_TEN = """
    P1 2023-01-10..2024-03-01
    P1 2023-02-10..
    P1 2023-03-10..
    P2 2023-01-10..2024-02-01
    P2 2023-04-10..2024-05-01
    P3 2023-01-10..
    P3 2023-05-10..
    P4 2023-01-10..2024-06-01
    P5 2023-01-10..
    P6 2023-01-10..
    """
_YEAR_BEFORE = "2023H1  0 0 0  {n} 0  {n}  0 0 0  0  {n} 0  0\n2023H2  {n} {n} 0  0 0  {n}  0 0 0  {n}  0 0  0\n"
SEVERAL_CONTRACTS = {
    "contract": World(
        _TEN,
        "half-year",
        _YEAR_BEFORE.format(n=10) + "2024H1  10 6 4  0 0  6  0 0 0  6  0 4  0",
        "2024-07-01",
        "contract",
    ),
    "person_any": World(
        _TEN, "half-year", _YEAR_BEFORE.format(n=6) + "2024H1  6 4 2  0 0  4  0 0 0  4  0 2  0", "2024-07-01"
    ),
    "person_all": World(
        _TEN,
        "half-year",
        # P1 is lost as a holder of all three and returned as a holder of two: 6 - 3 + 1 = 4, who are there in 2024H2.
        _YEAR_BEFORE.format(n=6) + "2024H1  6 3 3  0 1  4  0 0 0  3  1 3  0",
        "2024-07-01",
        "person_all",
    ),
}

# All contracts kept. In February a lets one of two go: lost and returned, and kept in March with the one that is left.
# b's first is renewed under a new number while the second runs: all kept. c's two end on one day and one begins: one of
# them is not renewed.
LETS_ONE_GO = World(
    """
    a 2024-01-05..
    a 2024-01-06..2024-02-10
    b 2024-01-05..2024-02-15
    b 2024-01-07..
    b 2024-02-15..
    c 2024-01-05..2024-02-20
    c 2024-01-06..2024-02-20
    c 2024-02-20..
    """,
    "month",
    """
    2024-01  0 0 0  3 0  3  0 0 0  0  3 0  0
    2024-02  3 1 2  0 2  3  0 0 0  1  2 2  0
    2024-03  3 3 0  0 0  3  0 0 0  3  0 0  0
    """,
    "2024-04-01",
    "person_all",
)

# A new number on the day the old contract ended: lost and new by contract, kept by person, and kept with all of them:
# the two were never held together.
_RENEWAL = """
    a 2024-01-10..2024-02-15
    a 2024-02-15..
    """
_KEPT = """
    2024-01  0 0 0  1 0  1  0 0 0  0  1 0  0
    2024-02  1 1 0  0 0  1  0 0 0  1  0 0  0
    """
RENEWAL = {
    "contract": World(
        _RENEWAL,
        "month",
        """
    2024-01  0 0 0  1 0  1  0 0 0  0  1 0  0
    2024-02  1 0 1  1 0  1  0 0 0  0  1 1  0
    """,
        "2024-03-01",
        "contract",
    ),
    "person_any": World(_RENEWAL, "month", _KEPT, "2024-03-01"),
    "person_all": World(_RENEWAL, "month", _KEPT, "2024-03-01", "person_all"),
}

# Seen until noon of 10 March. a's end on 20 March was agreed but has not come: still there. b's end at the cut-off has
# not been seen either. c left an hour before it. d signed for 12 March: nothing happened yet.
CUT_OFF = World(
    """
    a 2024-01-10..2024-03-20
    b 2024-01-10..2024-03-10 12:00:00
    c 2024-01-10..2024-03-10 11:00:00
    d 2024-03-12..
    """,
    "month",
    """
    2024-01  0 0 0  3 0  3  0 0 0  0  3 0  0
    2024-02  3 3 0  0 0  3  0 0 0  3  0 0  0
    2024-03  3 2 1  0 0  2  0 0 0  2  0 1  0
    """,
    as_of="2024-03-10 12:00:00",
)

# A fiscal year from April. a joins on its last day, b on its first.
FISCAL = World(
    """
    a 2023-03-31..
    b 2023-04-01..2024-04-01
    """,
    "year",
    """
    2022/23  0 0 0  1 0  1  0 0 0  0  1 0  0
    2023/24  1 1 0  1 0  2  0 0 0  1  1 0  0
    2024/25  2 1 1  0 0  1  0 0 0  1  0 1  0
    """,
    as_of="2025-04-01",
)

CONTRACT_WORLDS = {
    "FAITHFUL": FAITHFUL,
    "EXODUS": EXODUS,
    "MIDNIGHT": MIDNIGHT,
    "CANONICAL": CANONICAL,
    "LEAP": LEAP,
    "SAME_DAY": SAME_DAY,
    "TOUCHING": TOUCHING,
    "GAP_OF_A_SECOND": GAP_OF_A_SECOND,
    "OVERLAP": OVERLAP,
    "REVOLVING_DOOR": REVOLVING_DOOR,
    "CUT_OFF": CUT_OFF,
    "LETS_ONE_GO": LETS_ONE_GO,
    **{f"SEVERAL_CONTRACTS {unit}": world for unit, world in SEVERAL_CONTRACTS.items()},
    **{f"RENEWAL {unit}": world for unit, world in RENEWAL.items()},
}

# Purchases ------------------------------------------------------------------------------------------------------------

# February: a of the two January buyers buys again, b is new. March: of a and b only b buys; c is back after a month.
# The textbook formula says (end 2 - new 0) / start 2 = 100 % for March, though one of two was kept.
COMEBACK = World(
    """
    a 2024-01-05
    c 2024-01-09
    a 2024-02-03
    a 2024-02-04
    b 2024-02-07
    b 2024-03-01
    c 2024-03-20
    """,
    "month",
    """
    2024-01  0 0 0  2 0  2  0 0 0  0  2 0  0
    2024-02  2 1 1  1 0  2  0 0 0  1  1 1  0
    2024-03  2 1 1  0 1  2  0 0 0  1  1 1  1
    """,
    as_of="2024-04-01",
)

# One second apart, one month apart. a buys at 23:59:59 on 31 January, b at 00:00:00 on 1 February.
STROKE = World(
    """
    a 2024-01-31 23:59:59
    b 2024-02-01 00:00:00
    """,
    "month",
    """
    2024-01  0 0 0  1 0  1  0 0 0  0  1 0  0
    2024-02  1 0 1  1 0  1  0 0 0  0  1 1  0
    """,
    as_of="2024-03-01",
)

# Nobody buys in February: in March there is nobody to keep, and a is back.
SILENCE = World(
    """
    a 2024-01-31
    a 2024-03-01
    """,
    "month",
    """
    2024-01  0 0 0  1 0  1  0 0 0  0  1 0  0
    2024-02  1 0 1  0 0  0  0 0 0  0  0 1  0
    2024-03  0 0 0  0 1  1  0 0 0  0  1 0  1
    """,
    as_of="2024-04-01",
)

# 30 December 2024 is a Monday: it opens the first week of 2025. a buys on the Sunday before, b and a on that Monday.
NEW_YEAR_WEEK = World(
    """
    a 2024-12-29
    a 2024-12-30
    b 2024-12-30
    b 2025-01-06
    """,
    "week",
    """
    2024-W52  0 0 0  1 0  1  0 0 0  0  1 0  0
    2025-W01  1 1 0  1 0  2  0 0 0  1  1 0  0
    2025-W02  2 1 1  0 0  1  0 0 0  1  0 1  0
    """,
    as_of="2025-01-13",
)

ORDER_WORLDS = {"COMEBACK": COMEBACK, "STROKE": STROKE, "SILENCE": SILENCE, "NEW_YEAR_WEEK": NEW_YEAR_WEEK}
