"""What an outsider can compute from a report: the written page as a linear system, and the range of each withheld cell.

The unknowns are the counts of the account (``start kept lost new returned end`` of a period), of the cohorts (``there``
in a period, ``ever``: in it or later) and what joins the two: of each cohort who was ``stayed``, ``gone`` and ``back``
from one period to the next. What is printed is fixed, whole numbers are not asked for, so that the ranges found are
wider than or as wide as those of an outsider who knows that customers come whole.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from html import unescape
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from crrkit.rules.periods import Calendar

FLOWS = ("kept", "start", "lost", "new", "returned", "end")  # as the table of the account has them
TOGETHER = ("kept", "start", "lost", "came", "end")
CUSTOMERS = ("middle", "long")
READ = {  # of the states of explorers: what is read here, what is made of it, and what tells of no list
    "cohort_explorer": {"_grids", "_initial", "_usual", "_words", "average", "kind", "lang", "one", "other", "period",
                        "value"},
    "stage_explorer": {"_chain", "_initial", "_words", "conversion", "inflow", "lang", "margins", "measure", "periods",
                       "promotion", "retention_long", "retention_middle", "winback"},
    "formula_explorer": {"_initial", "_words", "lang", "lost", "new", "start"},
    "grid": {"active", "align", "averages", "cohorts", "columns", "first", "kind", "period", "provisional", "rates",
             "sizes", "states", "value"},
    "chain": {"basis", "costs", "inflow", "levers", "matrix", "retained", "stages", "start"},
    "basis": {"error", "first", "largest", "last", "quantile", "spread", "tested", "tested_first", "tested_last",
              "untested"},
    "spread": {"entries", "excess", "periods", "sizes"},
    "account": {"form", "every", "card", "columns", "periods", "sections", "amounts"},
    "sections": {"headline", "segments", "cohorts", "stages", "renewals", "money"},
}  # fmt: skip
TABLES = re.compile(
    "Money|Segments|How many stand in each stage|The account, period by period|Rows set aside|Contracts due"
    "|How doubtful rows could change the CRR of .*|Renewals.*"
)
ISLANDS = re.compile(r'<script[^>]*type="application/json"([^>]*)>(.*?)</script>', re.DOTALL)
HIDDEN = "\N{MULTIPLICATION SIGN}"
STATE = re.compile(r'data-crrkit-state="[^"]*" data-crrkit-module="(\w+)">(.*?)</script>', re.DOTALL)
TABLE = re.compile(r'<div [^>]*role="region"[^>]*>\s*<table.*?</table>', re.DOTALL)

Name = tuple[object, ...]


@dataclass
class System:
    """Unknowns of 0 or more, what is known of their sums, and which of them the page withholds."""

    places: dict[Name, int] = field(default_factory=dict)
    equal: list[tuple[dict[Name, float], float]] = field(default_factory=list)
    most: list[tuple[dict[Name, float], float]] = field(default_factory=list)
    withheld: list[dict[Name, float]] = field(default_factory=list)

    def place(self, name: Name) -> int:
        return self.places.setdefault(name, len(self.places))

    def is_(self, parts: dict[Name, float], value: float = 0.0) -> None:
        """The sum of the parts is the value."""
        self.equal.append((parts, value))

    def at_most(self, parts: dict[Name, float], value: float = 0.0) -> None:
        """The sum of the parts is the value or less."""
        self.most.append((parts, value))

    def print_(self, name: Name, value: float | None) -> None:
        """A cell of the page; None is one that is withheld."""
        if value is None:
            self.withheld.append({name: 1.0})
        else:
            self.is_({name: 1.0}, value)
        self.place(name)

    def pinned(self, truth: dict[Name, float], least: int = 10, *, only: list[Name] | None = None) -> pd.DataFrame:
        """The withheld small numbers, 1 to ``least - 1``, of which the page gives away more than it may.

        The protection asked for: a range of at least ``least`` customers. A number that is shown to be small, its
        highest value below ``least``, has a narrower one, for it cannot be below 0.
        """
        for parts, _value in [*self.equal, *self.most, *((parts, 0.0) for parts in self.withheld)]:
            for name in parts:
                self.place(name)
        self.solvers = [self._matrix(rows) for rows in (self.equal, self.most)]
        self.worlds: list[np.ndarray] = []
        rows = []
        for parts in self.few(truth, least) if only is None else [{name: 1.0} for name in only]:
            if self._seen(parts) >= least:
                continue
            low, high = self._end(parts, 1.0), self._end(parts, -1.0)
            if high - low < least - 1e-6:
                rows.append((parts, low, high, sum(factor * truth[name] for name, factor in parts.items())))
        return pd.DataFrame(rows, columns=["parts", "low", "high", "truth"])

    def few(self, truth: dict[Name, float], least: int = 10) -> list[dict[Name, float]]:
        """The withheld numbers that are small, each once."""
        values = [
            (parts, sum(factor * truth.get(name, np.nan) for name, factor in parts.items())) for parts in self.withheld
        ]
        once = {tuple(sorted(map(str, parts.items()))): parts for parts, value in values if 0 < value < least}
        return list(once.values())

    def _seen(self, parts: dict[Name, float]) -> float:
        """The range of a sum in what was solved for others: each solution is a possible world for all."""
        places, factors = [self.places[name] for name in parts], list(parts.values())
        return float(np.ptp([world[places] @ factors for world in self.worlds])) if self.worlds else 0.0

    def _end(self, parts: dict[Name, float], sign: float) -> float:
        """The least (1) or the most (-1) that a sum can be."""
        cost = np.zeros(len(self.places))
        for name, factor in parts.items():
            cost[self.places[name]] = sign * factor
        (a_eq, b_eq), (a_ub, b_ub) = self.solvers
        solved = linprog(cost, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(0, None), method="highs")
        assert solved.status in (0, 3), "what is printed contradicts itself"
        if solved.status == 3:
            return -sign * np.inf
        self.worlds.append(solved.x)
        return sign * solved.fun

    def _matrix(self, rows: list[tuple[dict[Name, float], float]]) -> tuple[object, object]:
        if not rows:
            return None, None
        cells = [(i, self.places[name], value) for i, (parts, _b) in enumerate(rows) for name, value in parts.items()]
        i, j, values = zip(*cells, strict=True)
        return coo_matrix((values, (i, j)), shape=(len(rows), len(self.places))).tocsr(), [b for _parts, b in rows]

    def residual(self, truth: dict[Name, float]) -> list[tuple[dict[Name, float], float]]:
        """The rows that the true counts break: an empty list where the system says nothing false of them."""
        broken = []
        for rows, is_equal in ((self.equal, True), (self.most, False)):
            for parts, value in rows:
                if set(parts) <= set(truth):
                    left = sum(factor * truth[name] for name, factor in parts.items()) - value
                    if (abs(left) > 1e-6) if is_equal else (left > 1e-6):
                        broken.append((parts, value))
        return broken


@dataclass
class Printed:
    """What a page prints: the table of the account, the grids of its cohorts, and all its tables as texts."""

    account: pd.DataFrame
    grids: list[dict]
    tables: dict[str, list[list[str]]]
    states: dict[str, dict]
    customers: float = np.nan


def read_page(page: str) -> Printed:
    """The tables and the states of the explorers of a written page, in English."""
    tables = {}
    for block in TABLE.findall(page):
        label = unescape(re.search(r'aria-label="([^"]*)"', block)[1])
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", block, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        tables[label] = [
            [unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(small|button).*?</\1>", "", c))) for c in row] for row in cells
        ]
    states = {module: json.loads(text) for module, text in STATE.findall(page)}
    unread = [*_unread(states, page), *(label for label in tables if not TABLES.fullmatch(label))]
    assert not unread, f"the audit does not read {unread}: teach it, or say why that tells of no customer"
    head, *rows = tables["The account, period by period"]
    names = FLOWS if len(head) == 3 + len(FLOWS) else TOGETHER
    cells = [[row[0], row[1], *map(number, row[3:])] for row in rows]
    account = pd.DataFrame(cells, columns=["period", "crr", *names]).reindex(columns=["period", "crr", *FLOWS])
    said = re.search(r"these ([\d,]+) customers will buy", page)
    customers = number(said[1]) if said else np.nan
    return Printed(account, states.get("cohort_explorer", {}).get("_grids", []), tables, states, customers)


def _unread(states: dict[str, dict], page: str) -> Iterator[str]:
    """What a page carries that this audit has not been told of: it could hold a number that nobody looks at."""
    chain = states.get("stage_explorer", {}).get("_chain") or {}
    told = [*states.items(), *(("grid", grid) for grid in states.get("cohort_explorer", {}).get("_grids", []))]
    told += [("chain", chain), ("basis", chain.get("basis") or {})]
    told += [("spread", (chain.get("basis") or {}).get("spread") or {})]
    for attributes, text in ISLANDS.findall(page):
        if 'id="crrkit-account"' in attributes:
            island = json.loads(text)
            told += [("account", island), ("sections", island["sections"] | island["amounts"])]
        elif "data-crrkit-modules" not in attributes and "data-crrkit-state" not in attributes:
            yield f"<script{attributes}>"
    for what, state in told:
        yield from (f"{what}.{name}" for name in state.keys() - READ.get(what, set()))
    few_digits = (chain.get("basis") or {}).get("spread") or {}
    numbers = [n for name in ("sizes", "excess", "entries") for n in few_digits.get(name, [])]
    yield from (f"spread of {n}: whole numbers could be tried against it" for n in numbers if n != float(f"{n:.2g}"))


def number(text: str) -> float:
    """A count as a page has it; NaN where it is withheld."""
    return np.nan if text in (HIDDEN, "–") else float(text.replace(",", ""))


def build(printed: Printed, *, every: str, counts_buyers: bool, is_whole: bool) -> System:
    """The system of a page: account, cohorts, and what joins them.

    Args:
        printed: What the page prints.
        every: The period of its account.
        counts_buyers: Whether a customer of a period is who bought in it; else contracts, customers at its end.
        is_whole: Whether the cohorts are those of all customers there ever were.
    """
    system = System()
    _account(system, printed.account, every)
    by_kind = {(grid["kind"], grid["value"]): grid for grid in printed.grids}
    if ("bounded", "customers") in by_kind:
        _cohorts(system, by_kind, printed, every, counts_buyers=counts_buyers, is_whole=is_whole)
    _stages(system, printed, every)
    if is_whole and not np.isnan(printed.customers):
        system.is_({("new", every, period): 1.0 for period in printed.account["period"]}, printed.customers)
    return system


def together(system: System, spans: dict[str, dict[str, int]], printed: Printed, every: str) -> None:
    """Who was lost in periods that the first screen tells as one."""
    calendar = Calendar(every)
    for days, cells in spans.items():
        begin, end = (pd.Timestamp(day).date() for day in days.split(" "))
        places = [(label, calendar.parse(label)) for label in printed.account["period"]]
        parts = [label for label, k in places if begin <= calendar.start(k) and calendar.start(k + 1) <= end]
        for name in ("start", "kept", "lost"):
            system.is_({(name, every, label): 1 for label in parts}, cells[name])


def _account(system: System, table: pd.DataFrame, every: str, tag: str = "") -> None:
    def cell(name: str, period: object) -> Name:
        return (tag + name, every, period)

    for _i, row in table.iterrows():
        own = {name: cell(name, row["period"]) for name in FLOWS}
        for name in FLOWS:
            system.print_(own[name], None if np.isnan(row[name]) else row[name])
        system.is_({own["start"]: 1, own["kept"]: -1, own["lost"]: -1})
        system.is_({own["kept"]: 1, own["new"]: 1, own["returned"]: 1, own["end"]: -1})
        if row["crr"].endswith("%"):
            rate = float(row["crr"].rstrip("%")) / 100
            system.at_most({own["kept"]: 1, own["start"]: -(rate + 0.00051)})
            system.at_most({own["kept"]: -1, own["start"]: rate - 0.00051})
    for one, other in pairwise(table["period"]):
        system.is_({cell("end", one): 1, cell("start", other): -1})


def _cohorts(system: System, grids: dict, printed: Printed, every: str, *, counts_buyers: bool, is_whole: bool) -> None:
    grid, later = grids["bounded", "customers"], grids.get(("unbounded", "customers"))
    own = grid["period"]
    calendar = Calendar(own)
    births = [calendar.parse(name) for name in grid["cohorts"]]
    observed = [i for i, states in enumerate(grid["states"]) if states]
    last = {births[i]: births[i] + max([a for a, s in enumerate(grid["states"][i]) if s in "ops"], default=-1)
            for i in observed}  # fmt: skip
    for i, born in enumerate(births):
        size = ("size", own, born)
        system.print_(size, grid["sizes"][i])
        seen = range(born, last[born] + 1)
        for p in seen:
            a = p - born
            for kind, source in (("there", grid), ("ever", later)):
                if source is not None:
                    state = source["states"][i][a]
                    value = source["active"][i][a] if state in "op" else None
                    if state in "ops":
                        system.print_((kind, own, born, p), value)
                    if state == "s":
                        system.withheld.append({size: 1.0, (kind, own, born, p): -1.0})
            there, ever = ("there", own, born, p), ("ever", own, born, p)
            system.at_most({there: 1, ever: -1})
            system.at_most({ever: 1, size: -1} if p == born else {ever: 1, ("ever", own, born, p - 1): -1})
            if p < last[born]:
                system.at_most({ever: 1, ("ever", own, born, p + 1): -1, there: -1})  # seen last in p: was there in p
            if p > born:
                before = ("there", own, born, p - 1)
                stayed, gone, back = ((kind, own, born, p) for kind in ("stayed", "gone", "back"))
                system.is_({before: 1, stayed: -1, gone: -1})
                system.is_({there: 1, stayed: -1, back: -1})
                system.at_most({gone: 1, there: 1, ("ever", own, born, p - 1): -1})
    _join(system, printed, every, own, births, last, counts_buyers=counts_buyers, is_whole=is_whole)


def _join(  # noqa: PLR0917 - all of what joins two tables
    system: System, printed: Printed, every: str, own: str, births: list[int], last: dict[int, int], *,
    counts_buyers: bool, is_whole: bool,
) -> None:  # fmt: skip
    """Cohorts by the account's own period or by a longer one of which its periods are parts."""
    fine, coarse = Calendar(every), Calendar(own)
    of: dict[int, list[str]] = {}
    for label in printed.account["period"]:
        of.setdefault(coarse.index(fine.start(fine.parse(label))), []).append(label)
    whole = {p for p, labels in of.items() if coarse.start(p + 1) == fine.start(fine.parse(labels[-1]) + 1)
             and coarse.start(p) == fine.start(fine.parse(labels[0]))}  # fmt: skip
    for p in whole:
        rows = [born for born in births if born <= p <= last.get(born, -1)]
        rest = {} if is_whole else {("rest", own, p): 1.0}
        if p in births and own == every and not counts_buyers:
            system.is_({("there", own, p, p): 1, ("new", every, of[p][0]): -1})
        if p in births and counts_buyers:
            system.is_({("size", own, p): 1, **{("new", every, label): -1 for label in of[p]}})
        if own != every and counts_buyers:
            continue
        end = ("end", every, of[p][-1])
        if len(rows) == len([born for born in births if born <= p]):
            system.is_({**{("there", own, born, p): 1 for born in rows}, **rest, end: -1})
            if own == every:
                older = [born for born in rows if born < p]
                others = {} if is_whole else {("rest stayed", own, p): 1.0}
                system.is_({**{("stayed", own, born, p): 1 for born in older}, **others, ("kept", every, of[p][0]): -1})


def _stages(system: System, printed: Printed, every: str) -> None:
    """Who stood in which stage: the table, its boundaries that are left out, and the sums that the levers carry."""
    table = printed.tables.get("How many stand in each stage")
    if not table:
        return
    heads, *rows = table
    stages = list(dict.fromkeys([*CUSTOMERS, *heads[1:]]))  # in which nobody stands at any boundary told is no column
    told = {
        row[0]: dict.fromkeys(CUSTOMERS, 0.0) | dict(zip(heads[1:], map(number, row[1:]), strict=True)) for row in rows
    }
    periods = list(printed.account["period"])
    shown = [period for period in [*periods, rows[-1][0]] if period >= rows[0][0]]
    for period in dict.fromkeys(shown):
        own = {stage: ("stage", stage, period) for stage in stages}
        for stage, name in own.items():
            system.print_(name, told[period][stage] if period in told else None)
        if period in periods:
            customers = {own[stage]: 1.0 for stage in CUSTOMERS}
            system.is_({**customers, ("start", every, period): -1})
    if "lapsed" in stages:  # who left lapses, who returns had lapsed
        for one, other in pairwise(dict.fromkeys(shown)):
            system.is_({
                ("stage", "lapsed", other): 1, ("stage", "lapsed", one): -1, ("lost", every, one): -1,
                ("returned", every, one): 1,
            })  # fmt: skip
    _levers(system, printed, periods)


def _levers(system: System, printed: Printed, periods: list[str]) -> None:
    """The shares of the levers are of whole numbers: they tell how many stood in each stage, all periods together."""
    chain = printed.states.get("stage_explorer", {}).get("_chain")
    if not chain:
        return
    basis = chain["basis"]
    window = [period for period in periods if basis["first"] <= period <= basis["last"]]
    told = {next(iter(parts)): value for parts, value in system.equal if len(parts) == 1}
    for stage, row in zip(chain["stages"], chain["matrix"], strict=True):
        parts = {("stage", stage, period): 1.0 for period in window}
        step, shown = common_denominator(row), sum(told.get(name, 0) for name in parts)
        if step and set(parts) <= set(system.places):
            system.is_(parts, step * math.ceil(shown / step))  # shares have no common factor: at least those shown


def leaving(system: System, truth: dict[Name, float], carried: dict) -> bool:
    """The customers at risk in age 1 are those of the first so many cohorts; whether the page tells them.

    Which cohorts were seen for so long an outsider knows from the rules; here the truth says it.
    """
    told = next((cells["1"] for what, cells in carried.items() if what.startswith("leaving") and "1" in cells), None)
    sizes = sorted((name for name in truth if name[0] == "size"), key=lambda name: name[2])
    sums = np.cumsum([truth[name] for name in sizes])
    found = [k + 1 for k, total in enumerate(sums) if told and total == told["at_risk"]]
    if found:
        system.is_(dict.fromkeys(sizes[: found[-1]], 1.0), told["at_risk"])
    return bool(found)


def common_denominator(shares: list[float], most: int = 100_000) -> int | None:
    """The number of whom all shares are whole numbers, as an outsider finds it; None where there is none."""
    found = math.lcm(*(Fraction(share).limit_denominator(most).denominator for share in shares))
    return found if all(abs(share * found - round(share * found)) < 1e-6 for share in shares) else None


def read_notebook(text: str) -> dict[str, list[list[str]]]:
    """The tables in the outputs of a notebook, by the code of their cell."""
    tables: dict[str, list[list[str]]] = {}
    for cell in json.loads(text)["cells"]:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            if "<table" in shown and "<svg" not in shown:
                tables[cell["source"]] = rows_of(shown)
    return tables


def rows_of(table: str) -> list[list[str]]:
    """The cells of an HTML table as texts."""
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    ]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in rows if row]


def segments_told(tables: dict[str, list[list[str]]]) -> pd.DataFrame:
    """``segment period start kept lost`` as a notebook shows them."""
    head, *rows = next(table for code, table in tables.items() if code.startswith("segments = "))
    told = pd.DataFrame(rows, columns=head)[["segment", "period", "start", "kept", "lost"]]
    told[["start", "kept", "lost"]] = told[["start", "kept", "lost"]].map(number)
    return told


def shown_where_withheld(printed: Printed, workbook: dict[str, pd.DataFrame]) -> list[tuple[str, int, int]]:
    """The cells of a workbook that hold a number where the page withholds one, or has none: sheet, row, column."""
    sheets = {name: sheet for name, sheet in workbook.items() if name != "Cohorts"}
    found = [
        (name, i, j)
        for (name, sheet), table in zip(sheets.items(), printed.tables.values(), strict=True)
        for i, row in enumerate(table)
        for j, text in enumerate(row)
        if text in (HIDDEN, "–", "") and isinstance(sheet.iloc[i, j], int | float) and not pd.isna(sheet.iloc[i, j])
    ]
    if "Cohorts" not in workbook or not printed.grids:
        return found
    grid, sheet = printed.grids[0], workbook["Cohorts"]
    cells = sheet.iloc[1:].set_axis(sheet.iloc[0], axis=1)
    told = {
        (row["cohort"], row["age"]) for _i, row in cells.iterrows() if pd.notna(row["active"]) or pd.notna(row["rate"])
    }
    shown = {
        (name, age) for name, states in zip(grid["cohorts"], grid["states"], strict=True)
        for age, state in enumerate(states) if state in "op"
    }  # fmt: skip
    return found + [("Cohorts", name, age) for name, age in told - shown]


def money_told(printed: Printed, tables: dict[str, list[list[str]]], truth: dict[Name, float], every: str) -> list[str]:
    """The periods of which one withheld cell of cohort revenue, of few, is what the others leave of the revenue of all.

    What the customers of a period paid in it opens the next one in the table of money, as a notebook has it whole.
    """
    grid = next((one for one in printed.grids if one["value"] == "revenue"), None)
    if grid is None or "money.table" not in tables or every != grid["period"]:
        return []
    calendar = Calendar(grid["period"])
    head, *rows = tables["money.table"]
    opened = {calendar.parse(row[head.index("period")]) - 1 for row in rows}
    hidden: dict[int, list[float]] = {}
    for name, states in zip(grid["cohorts"], grid["states"], strict=True):
        for age, state in enumerate(states):
            born = calendar.parse(name)
            if state == "s":
                hidden.setdefault(born + age, []).append(truth["there", every, born, born + age])
    alone = {period: cells[0] for period, cells in hidden.items() if len(cells) == 1}
    return [calendar.label(period) for period in opened if 0 < alone.get(period, 0) < 10]
