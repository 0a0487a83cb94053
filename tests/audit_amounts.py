"""What an outsider can compute of sums of money: the pages as a linear system, and the range of each sum of few.

The unknowns are sums over customers: of the money of a period what is ``gone``, ``kept``, by how much it rose
(``more``) and fell (``less``), what those paid who ``came`` and of them who had been there before (``back``); of a
cohort what it ``paid`` in a period. The truth is counted customer by customer with pandas alone, so that of each sum it
is known of whom it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from audit import Name, Printed, System

import crrkit as crr
from crrkit.report.published import Published
from crrkit.rules.periods import Calendar

FEW, LEFT = 10, 0.25  # customers; of the largest amount, beside it and the second
KNOWN = 0.1  # a sum whose range is less than a tenth of it is told
SLACK = 0.02  # of sums that are printed to the hundredth
Payments = dict[Name, pd.Series]  # of each sum what each customer adds


def is_of_few(paid: pd.Series) -> bool:
    """Whether a sum is of few, or of two whose smaller can tell the larger: what the guard asks, written once more."""
    sizes = paid.abs()[paid.abs() > 1e-9].sort_values(ascending=False)
    top, second = [*sizes[:2], 0.0, 0.0][:2]
    return 0 < len(sizes) < FEW or (len(sizes) > 0 and sizes.sum() - top - second < LEFT * top - 1e-6)


def payments(base: crr.Base, every: str) -> Payments:
    """What each customer adds to each sum."""
    return _bought(base, every) if base.has_purchases else _held(base, every)


def _bought(base: crr.Base, every: str) -> Payments:
    calendar, money = base.calendar(every), base.money.execute()
    money = money[(money["at"] < base.as_of) & money["amount"].notna()]
    numbers = money["at"].dt.date.map({day: calendar.index(day) for day in money["at"].dt.date.unique()})
    table = money["amount"].astype(float).groupby([money["customer"], numbers]).sum().unstack()  # noqa: PD010 - a row a customer, a column a period
    table = table.reindex(columns=range(int(numbers.min()), int(numbers.max()) + 1))
    there, born = table.notna(), table.notna().idxmax(axis=1)
    found: Payments = {("paid", every, c, p): table[p][born == c].dropna() for p in table for c in table if c <= p}
    for p in table.columns[1:]:
        found |= _flows(every, p, table[p - 1], table[p], there[p - 1], there[p])
        back = there[p] & ~there[p - 1] & (born < p)
        found["back", every, p] = table[p][back]
    return found


def _held(base: crr.Base, every: str) -> Payments:
    calendar, rows = base.calendar(every), base.table.execute()
    rows = rows[rows["start"] < base.as_of]
    rows = rows[~rows["customer"].isin(rows["customer"][rows["amount"].isna()])]
    first, last = calendar.index(rows["start"].min().date()), calendar.index(base.as_of.date())
    found: Payments = {}
    for p in range(first + 1, last + 1):
        was, now = (
            rows[(rows["start"] < day) & ~(rows["end"] < day)].groupby("customer")["amount"].sum().astype(float)
            for day in (pd.Timestamp(calendar.start(p)), min(pd.Timestamp(calendar.start(p + 1)), base.as_of))
        )
        everybody = was.index.union(now.index)
        was, now = was.reindex(everybody), now.reindex(everybody)
        found |= _flows(every, p, was, now, was.notna(), now.notna())
    return found


def _flows(every: str, p: int, was: pd.Series, now: pd.Series, had: pd.Series, has: pd.Series) -> Payments:  # noqa: PLR0917 - as the books name them
    both, less = had & has, (now - was).clip(upper=0)
    return {
        ("gone", every, p): was[had & ~has], ("kept", every, p): np.minimum(was, now)[both],
        ("more", every, p): (now - was)[both].clip(lower=0), ("less", every, p): -less[both],
        ("came", every, p): now[has & ~had],
    }  # fmt: skip


@dataclass
class Amounts:
    """A page as an outsider has it.

    Attributes:
        list_: The name of its list.
        carried: What it carries.
        paid: What is true of its list.
        looks_back: Whether the opening of a period was paid in the one before.
        system: What is known.
        hidden: The cells of cohorts that it does not tell.
    """

    list_: str
    carried: Published
    paid: Payments
    looks_back: bool
    system: System = field(default_factory=System)
    hidden: set[Name] = field(default_factory=set)


def amounts_of(list_: str, base: crr.Base, carried: Published, printed: Printed) -> Amounts:
    """The system of a page: its table of money, its grid of revenue, and what joins them."""
    page = Amounts(list_, carried, {}, base.has_purchases)
    for every in {*carried.amounts.get("money", {}), *carried.amounts.get("cohorts", {})}:
        page.paid |= payments(base, every)
        told = _money(page, every, carried.account.card.calendar(every))
        grid = next((one for one in printed.grids if one["value"] == "revenue" and one["period"] == every), None)
        if grid is not None:
            _grid(page, grid, every, told)
    _is_true(page)
    return page


def _money(page: Amounts, every: str, calendar: Calendar) -> dict[int, dict[str, float]]:
    rows = page.carried.amounts.get("money", {}).get(every, {})
    told = {
        calendar.parse(label): {name: None if n is None else n / 100 for name, n in cells.items()}
        for label, cells in rows.items()
    }
    for p, row in told.items():
        own = {name: (name, every, p) for name in ("gone", "kept", "more", "less", "came")}
        about(page.system, {own["gone"]: 1, own["kept"]: 1, own["less"]: 1}, row["opening"])
        about(page.system, {own["kept"]: 1, own["more"]: 1}, row["staying"])
        about(page.system, {own["gone"]: 1}, row["gone"])
        if row["capped"] is not None:
            about(page.system, {own["kept"]: 1}, row["capped"])
        if p + 1 in told:
            about(page.system, {own["came"]: 1}, told[p + 1]["opening"] - row["staying"])
    return told


def _grid(page: Amounts, grid: dict, every: str, told: dict[int, dict[str, float]]) -> None:
    calendar = page.carried.account.card.calendar(every)
    births = [calendar.parse(name) for name in grid["cohorts"]]
    shown = {}
    for born, states, rates in zip(births, grid["states"], grid["rates"], strict=True):
        for age, (state, rate) in enumerate(zip(states, rates, strict=False)):
            if state in "op" and rate is not None:
                shown[born, born + age] = rate
    for (born, p), rate in shown.items():
        first, own = ("paid", every, born, born), ("paid", every, born, p)
        if p > born:
            most = 1e-9 * abs(page.paid[first].sum()) + SLACK
            about(page.system, {own: 1, first: -rate}, 0.0, most)
    for p in {name[3] for name in page.paid if name[0] == "paid" and name[1] == every}:
        cells = [name for name in page.paid if name[0] == "paid" and name[1] == every and name[3] == p]
        page.hidden |= {name for name in cells if name[2:] not in shown}
        if p + 1 in told:
            about(page.system, dict.fromkeys(cells, 1.0), told[p + 1]["opening"])
        if (p, p) in shown and ("came", every, p) in page.paid:
            parts = {("came", every, p): 1.0, ("paid", every, p, p): -1.0, ("back", every, p): -1.0}
            about(page.system, parts, 0.0)


def about(system: System, parts: dict[Name, float], value: float, slack: float = SLACK) -> None:
    """The sum of the parts is the value, but for what was rounded."""
    system.at_most(parts, value + slack)
    system.at_most({name: -factor for name, factor in parts.items()}, slack - value)


def _is_true(page: Amounts) -> None:
    """Nothing in the system is false of the list."""
    truth = {name: float(paid.sum()) for name, paid in page.paid.items()}
    assert page.system.residual(truth) == [], "the audit says what is false"


def told_of_few(pages: list[Amounts]) -> pd.DataFrame:
    """The sums of few, and the differences of two pages that are of few, of which all pages together tell the range.

    Returns:
        A row a sum of few: ``what low high truth is_told``.
    """
    joint, paid = System(), {}
    for i, page in enumerate(pages):
        for parts, value in page.system.most:
            joint.at_most({(i, *name): factor for name, factor in parts.items()}, value)
        paid |= {(i, *name): own for name, own in page.paid.items()}
    paid |= dict(_joined(pages, joint))
    paid |= dict(_rests(pages, joint))
    for parts, _value in joint.most:
        for name in parts:
            joint.place(name)
    joint.solvers, joint.worlds = [joint._matrix(rows) for rows in ([], joint.most)], []
    rows = []
    for what, parts, own in _asked(joint, paid):
        low, high = joint._end(parts, 1.0), joint._end(parts, -1.0)
        truth = float(own.abs().sum())
        rows.append((what, low, high, truth, high - low < KNOWN * truth))
    return pd.DataFrame(rows, columns=["what", "low", "high", "truth", "is_told"])


def _asked(joint: System, paid: Payments) -> Iterator[tuple[Name, dict[Name, float], pd.Series]]:
    """The sums of few: each unknown, and of those who stayed what they paid before and after, and what lies between."""
    found = [(name, {name: 1.0}, paid[name]) for name in joint.places]
    for tag, *own in [name for name in joint.places if name[1:2] == ("kept",)]:
        kept, more, less = ((tag, part, *own[1:]) for part in ("kept", "more", "less"))
        for what, parts in (
            ("before", {kept: 1.0, less: 1.0}), ("after", {kept: 1.0, more: 1.0}), ("net", {more: 1.0, less: -1.0})
        ):  # fmt: skip
            whole = pd.concat([factor * paid[name] for name, factor in parts.items()], axis=1).sum(axis=1)
            found.append(((tag, what, *own[1:]), parts, whole))
    yield from ((what, parts, own) for what, parts, own in found if is_of_few(own))


def _joined(pages: list[Amounts], joint: System) -> Iterator[tuple[Name, pd.Series]]:
    """What joins two pages: a sum of one list is one number in both; of two lists the difference is guarded, too."""
    for i, one in enumerate(pages):
        for j, other in enumerate(pages[:i]):
            for name in one.paid.keys() & other.paid.keys():
                if (i, *name) not in _names(joint) or (j, *name) not in _names(joint):
                    continue
                apart = one.paid[name].sub(other.paid[name], fill_value=0.0)
                apart = apart[apart.abs() > 1e-9]
                if one.list_ == other.list_ or apart.empty:
                    about(joint, {(i, *name): 1.0, (j, *name): -1.0}, 0.0)
                    continue
                up, down = ("up", i, j, *name), ("down", i, j, *name)
                about(joint, {(i, *name): 1.0, (j, *name): -1.0, up: -1.0, down: 1.0}, 0.0)
                sign = 1.0 if apart.sum() >= 0 else -1.0  # an outsider who knows which list is a part of which
                joint.at_most({down if sign > 0 else up: 1.0}, 0.0) if (apart * sign > 0).all() else None
                yield up, apart.clip(lower=0.0)
                yield down, (-apart).clip(lower=0.0)


def _rests(pages: list[Amounts], joint: System) -> Iterator[tuple[Name, pd.Series]]:
    """What cohorts paid in a period whose cells no page of the list tells, together."""
    for list_ in {page.list_ for page in pages}:
        own = [(i, page) for i, page in enumerate(pages) if page.list_ == list_ and page.hidden]
        if not own:
            continue
        tag, page = own[0]
        hidden = page.hidden.intersection(*(one.hidden for _i, one in own))
        for p in {name[3] for name in hidden}:
            cells = [name for name in hidden if name[3] == p]
            rest = ("rest", tag, p)
            about(joint, {**dict.fromkeys([(tag, *name) for name in cells], 1.0), rest: -1.0}, 0.0)
            yield rest, pd.concat([page.paid[name] for name in cells])


def _names(joint: System) -> set[Name]:
    """The names of a system; kept, since it is asked for each of them."""
    if not hasattr(joint, "_known"):
        joint._known = {name for parts, _value in joint.most for name in parts}
    return joint._known
