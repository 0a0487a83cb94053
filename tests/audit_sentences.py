"""The numbers that the sentences of a written page tell: each is a cell that a table tells, or of a stated kind.

Kinds are what counts no customers: dates, periods, ages, shares, points, rows of the file, days of a rule. What is left
is held against the cells of the page; a number that no table has must be explained by name in `EXPLAINED`.
"""

import re
from html import unescape

from audit import Printed, number

from crrkit.report.published import pages_in

PERIOD = r"(?:periods?|days?|weeks?|months?|quarters?|half-years?|years?)"
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
KINDS = [
    r"has \d+ whole periods?", r"\d+ (?:is|are) needed",
    r"\d+(?:\.\d+)?e[+-]\d+", r"rises at age[s]? \d+(?:, \d+)*(?:, …)?", r"half of them take \d+ days?",
    r"[+−-]?\d[\d,]*(?:\.\d+)?(?:–\d[\d.,]*)?\s?%",  # a share
    r"[+−-]?\d+(?:\.\d+)?\spoints",
    rf"{MONTH} \d+(?:, \d{{4}})?", rf"{MONTH} \d{{4}}", r"\b\w{3} \d{1,2}, \d{4}",
    r"\d{4}(?:-\d\d(?:-\d\d)?|Q\d|H\d|-W\d\d)", r"(?:half|quarter) of \d{4}", r"[Ii]n \d{4}\b",
    r"[(:] ?\d{4}(?= ?[),.:;])",
    r"the week of [^.;,]*", r"\b(?:19|20)\d\d\b(?=,? (?:and|to|\())", r"since \d{4}", r"\d{4} and",
    rf"\d[\d,]* {PERIOD}(?: later)?", rf"in their \d+\w\w {PERIOD}", rf"in {PERIOD} \d+", r"at age \d+",
    r"\d+ purchase days", r"(?:at least|this one has) \d+ renewals?",  # ages of a curve
    r"\d+\.\d+(?: times)?",  # a mean, a factor
    r"Segments that moved[^:]*: \d+ of \d+", r"Pairs of segments[^:]*: \d+ of \d+", r"Each of \d+ cohorts?",
    r"The last \d+ of \d+ cohorts?", r"Of [\d,]+ rows? [\d,]+ (?:was|were) used and [\d,]+ set aside",
    r"All [\d,]+ rows?", r"All years? of [\d,]+", r"The most frequent reason: [^.]*",
    r"(?:fewer|less) than \d+ customers",
    r"because [\d,]+ of +(?:¤|[\d,]+ \w+) +have",
    r"[\d,]+ more periods? (?:is|are) suppressed", r"\([AB]\d+\)",
    r"(?:1|2) (?:standard|law)", r"one point brings [\d.,]+",
]  # fmt: skip
EXPLAINED = {
    "explorer": r"would have required [\d,]+ more customers?",  # from the customers at the start alone
    "cohorts": r"to buy [\d,]+ times in the next year, and [\d,]+ of the [\d,]+ who bought again to be customers still",
    "money": r"(?:paid|from|to|after|lost had paid) [\d,]+(?:\.\d\d)?",  # sums of money, guarded by what one pays
    "marks": r"\([\d,]+ of [\d,]+\)",  # sums over periods that are shown: held by a test of its own
    "advice": r"\d[\d,]*",  # the texts of the cards: lines of the articles, and levers' means
}
SKIPPED = ("definition", "rows", "glossary")  # of columns, of rows, of words
BLOCKS = re.compile(r"<(script|style|svg|table|select|button)\b.*?</\1>", re.DOTALL)
PARTS = re.compile(r'<header>(.*?)</header>|<section id="([\w-]+)">(.*?)</section>', re.DOTALL)


def sentences(page: str) -> dict[str, str]:
    """By section the text outside of tables, pictures and explorers; the first screen is ``head``."""
    body = BLOCKS.sub(" ", page[page.index("<body") :])
    found = {}
    for header, name, text in PARTS.findall(body):
        plain = unescape(re.sub(r"<[^>]+>", " ", header or re.sub(r"<figure.*?</figure>", " ", text, flags=re.DOTALL)))
        found[name or "head"] = re.sub(r"\s+", " ", plain)
    return found


def unexplained(page: str, printed: Printed, path: object) -> list[tuple[str, str, float]]:
    """The numbers of the sentences that are no cell of the page and of no kind: section, words around it, number."""
    known, found = cells_disclosed(printed, path), []
    for name, text in sentences(page).items():
        if name in SKIPPED:
            continue
        rest = text
        explained = EXPLAINED.values() if name == "head" else [EXPLAINED[name]] if name in EXPLAINED else []
        if name == "head":
            explained = [one for one in explained if one != EXPLAINED["advice"]]
        for kind in [*explained, *KINDS]:
            rest = re.sub(kind, " ¤ ", rest)
        for hit in re.finditer(r"(?<![\w.,-])\d[\d,]*(?![\w])", rest):
            value = number(hit[0].rstrip(","))
            if value and value not in known:
                found.append((name, rest[max(hit.start() - 60, 0) : hit.end() + 40], value))
    return found


def cells_disclosed(printed: Printed, path: object) -> set[float]:
    """Every count that stands in a table, a grid or among what the page carries; and all who came in a period."""
    told = {number(text) for rows in printed.tables.values() for row in rows for text in row if _is_number(text)}
    told |= {cell for grid in printed.grids for row in grid["active"] for cell in row if cell is not None}
    told.add(printed.customers)  # read by the audit as a sum
    (page,) = pages_in(path)
    told |= set((page.account.table["end"] - page.account.table["kept"]).dropna())
    for carried in page.sections.values():
        told |= {n for rows in carried.values() for cells in rows.values() for n in cells.values() if n is not None}
    for rows in page.sections.get("stages", {}).values():  # all who ever bought are in some stage
        told |= {sum(cells.values()) for cells in rows.values() if None not in cells.values()}
    for rows in page.sections.get("stages", {}).values():  # who was lost of a stage is what start and kept leave
        told |= {cells["start"] - cells["kept"] for cells in rows.values() if {"start", "kept"} <= set(cells)}
    return {float(value) for value in told if value == value}  # noqa: PLR0124 - not a number


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d[\d,]*(?:\.\d+)?", text))


def marks_are_shown(page: str, printed: Printed) -> bool:
    """Whether each "(kept of start)" around a day is the sum over periods in a row, all of which the account shows."""
    table = printed.account
    for kept, start in re.findall(r"\(([\d,]+) of ([\d,]+)\)", sentences(page).get("marks", "")):
        sums = {
            (table["kept"][i:j].sum(skipna=False), table["start"][i:j].sum(skipna=False))
            for i in range(len(table)) for j in range(i + 1, len(table) + 1)
        }  # fmt: skip
        if (number(kept), number(start)) not in sums:
            return False
    return True
