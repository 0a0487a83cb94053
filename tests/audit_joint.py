"""What an outsider can compute from several reports: their systems side by side, and what joins them.

Reports of one list have counts in common: customers of a moment, who is new in a quarter and in its months, a cohort
and the shorter ones in it. Of reports of two lists, one a part of the other, differences are counts of customers, too.
"""

from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

import pandas as pd
from audit import FLOWS, Name, Printed, System

from crrkit.rules.periods import Calendar


@dataclass
class Page:
    """A report as an outsider has it, and what is true of its list.

    Attributes:
        list_: The name of its list: pages of one name are of the same customers, seen until the same day.
        printed: What it prints.
        system: Its system.
        truth: The true counts, by the names of its system.
        every: The period of its account.
        is_by_period: Whether customers are who bought in a period; else who is there at a moment.
        counts_buyers: Whether its list is one of purchases.
        as_of: Until when it saw the list.
    """

    list_: str
    printed: Printed
    system: System
    truth: dict[Name, float]
    every: str
    is_by_period: bool
    counts_buyers: bool
    as_of: pd.Timestamp

    def rows(self) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
        """Its periods: name, begin, end, which for a running one is the cut-off."""
        calendar = Calendar(self.every)
        numbers = [(label, calendar.parse(label)) for label in self.printed.account["period"]]
        return [
            (label, pd.Timestamp(calendar.start(k)), min(pd.Timestamp(calendar.start(k + 1)), self.as_of))
            for label, k in numbers
        ]


def together(pages: list[Page]) -> tuple[System, dict[Name, float]]:
    """One system of all pages, each name with the number of its page in front, and the truth of it."""
    joint, truth = System(), {}
    for number, page in enumerate(pages):
        for parts, value in page.system.equal:
            joint.is_(_tagged(parts, number), value)
        for parts, value in page.system.most:
            joint.at_most(_tagged(parts, number), value)
        joint.withheld += [_tagged(parts, number) for parts in page.system.withheld]
        truth |= {(number, *name): value for name, value in page.truth.items()}
    for (i, one), (j, other) in combinations(enumerate(pages), 2):
        if one.list_ == other.list_:
            _same_moments(joint, i, one, j, other)
        else:
            _differences(joint, truth, i, one, j, other)
    for (i, coarse), (j, fine) in permutations(enumerate(pages), 2):
        if coarse.list_ == fine.list_ and coarse.every != fine.every:
            _nested_accounts(joint, i, coarse, j, fine)
            _nested_cohorts(joint, i, coarse, j, fine)
    return joint, truth


def _tagged(parts: dict[Name, float], number: int) -> dict[Name, float]:
    return {(number, *name): factor for name, factor in parts.items()}


def _same_moments(joint: System, i: int, one: Page, j: int, other: Page) -> None:
    """Of one list: the same period is the same numbers, and so are the customers of a moment, and all who ever came."""
    same = {row[1:]: row[0] for row in other.rows()} if one.every == other.every else {}
    for label, *days in one.rows():
        if tuple(days) in same:
            for name in FLOWS:
                joint.is_({(i, name, one.every, label): 1, (j, name, other.every, same[tuple(days)]): -1})
    if not one.is_by_period:
        stocks = [
            {day: (n, stock, page.every, label) for label, *days in page.rows()
             for stock, day in zip(("start", "end"), days, strict=True)}
            for n, page in ((i, one), (j, other))
        ]  # fmt: skip
        for day in stocks[0].keys() & stocks[1].keys():
            joint.is_({stocks[0][day]: 1, stocks[1][day]: -1})
    ever = [_ever(n, page) for n, page in ((i, one), (j, other))]
    for day in ever[0].keys() & ever[1].keys():
        joint.is_({**ever[0][day], **dict.fromkeys(ever[1][day], -1.0)})


def _ever(number: int, page: Page) -> dict[pd.Timestamp, dict[Name, float]]:
    """By day all who had ever bought, as the stages of a page add up."""
    stood: dict[str, dict[Name, float]] = {}
    for name in page.system.places:
        if name[0] == "stage":
            stood.setdefault(str(name[2]), {})[number, *name] = 1.0
    calendar = Calendar(page.every)
    whole = {day: parts for day, parts in stood.items() if any(name[2] == "lapsed" for name in parts)}
    return {pd.Timestamp(calendar.start(calendar.parse(label))): parts for label, parts in whole.items()}


def _nested_accounts(joint: System, i: int, coarse: Page, j: int, fine: Page) -> None:
    """A period and the shorter ones of which it consists."""
    before = None
    for label, begin, end in coarse.rows():
        parts = [row for row in fine.rows() if begin <= row[1] and row[2] <= end]
        tiles = len(parts) > 1 and (parts[0][1], parts[-1][2]) == (begin, end)
        if tiles and all(one[2] == other[1] for one, other in pairwise(parts)):
            whole = {name: (i, name, coarse.every, label) for name in FLOWS}
            own = [{name: (j, name, fine.every, row[0]) for name in FLOWS} for row in parts]
            joint.at_most({whole["returned"]: 1, **{one["returned"]: -1.0 for one in own}})
            if coarse.is_by_period:
                joint.is_({whole["new"]: 1, **{one["new"]: -1.0 for one in own}})
                joint.at_most({whole["end"]: 1, **{one["end"]: -1.0 for one in own}})
                for one in own:
                    joint.at_most({one["end"]: 1, whole["end"]: -1})
                joint.at_most({own[0]["kept"]: 1, whole["kept"]: -1})
                since = [(j, "lost", fine.every, row[0]) for row in fine.rows() if before and before < row[1] <= begin]
                if before and any(row[1] == before for row in fine.rows()):
                    joint.at_most({whole["lost"]: 1, **dict.fromkeys(since, -1.0)})
            else:
                _of_holders(joint, whole, own)
        before = begin


def _of_holders(joint: System, whole: dict[str, Name], own: list[dict[str, Name]]) -> None:
    joint.at_most({whole["lost"]: 1, **{one["lost"]: -1.0 for one in own}})
    joint.at_most({whole["new"]: 1, **{one[name]: -1.0 for one in own for name in ("new", "returned")}})
    for k, one in enumerate(own):
        came = {earlier[name]: -1.0 for earlier in own[:k] for name in ("new", "returned")}
        back = {later["returned"]: -1.0 for later in own[k + 1 :]}
        joint.at_most({one["lost"]: 1, whole["lost"]: -1, **came, **back})


def _nested_cohorts(joint: System, i: int, coarse: Page, j: int, fine: Page) -> None:
    """A cohort and the shorter ones in it: its size is theirs; of holders who is there is the sum, of buyers who is
    there then or later; and buyers of a quarter are at least those of a month of it."""
    grids = [
        next((grid for grid in page.printed.grids if grid["value"] == "customers"), None) for page in (coarse, fine)
    ]
    if None in grids or grids[0]["period"] == grids[1]["period"]:
        return
    long, short = (Calendar(grid["period"]) for grid in grids)
    names = coarse.system.places, fine.system.places
    of: dict[int, list[int]] = {}
    for born in map(short.parse, grids[1]["cohorts"]):
        of.setdefault(long.index(short.start(born)), []).append(born)
    for born, parts in of.items():
        tiles = short.start(parts[0]) == long.start(born) and short.start(parts[-1] + 1) == long.start(born + 1)
        if not tiles or ("size", grids[0]["period"], born) not in names[0]:
            continue
        _sums(
            joint,
            names,
            {(i, "size", grids[0]["period"], born): 1},
            [(j, "size", grids[1]["period"], b) for b in parts],
        )
        for p in range(born, long.index(coarse.as_of.date()) + 1):
            first, last = short.index(long.start(p)), short.index(long.start(p + 1)) - 1
            there, ever = ({(i, kind, grids[0]["period"], born, p): 1} for kind in ("there", "ever"))
            if coarse.counts_buyers:
                if p > born:
                    _sums(joint, names, ever, [(j, "ever", grids[1]["period"], b, first) for b in parts])
                for q in range(first, last + 1):
                    within = [(j, "there", grids[1]["period"], b, q) for b in parts if b <= q]
                    if set(there) | set(within) <= {(i, *n) for n in names[0]} | {(j, *n) for n in names[1]}:
                        joint.at_most({**dict.fromkeys(within, 1.0), **dict.fromkeys(there, -1.0)})
            else:
                _sums(joint, names, there, [(j, "there", grids[1]["period"], b, last) for b in parts])


def _sums(joint: System, names: tuple[dict, dict], whole: dict[Name, float], parts: list[Name]) -> None:
    """The whole is the sum of the parts, where all of them stand in the pages."""
    if all(name[1:] in names[0] for name in whole) and all(name[1:] in names[1] for name in parts):
        joint.is_({**whole, **dict.fromkeys(parts, -1.0)})


def _differences(  # noqa: PLR0917 - two pages and the system of both
    joint: System, truth: dict[Name, float], i: int, one: Page, j: int, other: Page
) -> None:
    """Of the whole list and a part of it: what the rest is, count by count; it is withheld, whoever they are.

    Where one was cut off earlier, only what was over by then is the same count.
    """
    cut = min(one.as_of, other.as_of)
    over = {
        page.every: {label for label, _begin, end in page.rows() if end <= cut}
        for page in (one, other)
    }  # fmt: skip
    for name in one.system.places.keys() & other.system.places.keys():
        is_account = name[0] in FLOWS
        if name[0] == "stage" or (is_account and name[2] not in over.get(str(name[1]), ())):
            continue
        if not is_account and one.as_of != other.as_of:
            continue
        a, b = (i, *name), (j, *name)
        if a not in truth or b not in truth:
            continue
        sign = 1.0 if truth[a] >= truth[b] else -1.0
        rest = ("rest", i, j, *name)
        joint.is_({a: sign, b: -sign, rest: -1.0})
        joint.withheld.append({rest: 1.0})
        truth[rest] = sign * (truth[a] - truth[b])
