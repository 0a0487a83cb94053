"""Renewals in a report: of the contracts that were due, how many were renewed, on time and late."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import crrkit as crr
from crrkit import report
from crrkit.ground import use_language
from crrkit.report.renewal_section import renewal_section, renewals_of
from crrkit.report.section import Subject

# Of 30 contracts that end on March 1, 12 go on at once, 10 a week later, 8 never; those of 30 others run on.
ON_TIME, LATE, NEVER, OTHERS = 12, 10, 8, 30


def base_of(*, on_time: int = ON_TIME, late: int = LATE, never: int = NEVER) -> crr.ContractBase:
    follow = ["2024-03-01"] * on_time + ["2024-03-08"] * late + [""] * never
    rows = [(f"c{n}", "2024-01-01", "2024-03-01") for n in range(len(follow))]
    rows += [(f"c{n}", start, "") for n, start in enumerate(follow) if start]
    rows += [(f"o{n}", "2024-01-01", "") for n in range(OTHERS)]
    frame = pd.DataFrame(rows, columns=["customer", "start", "end"])
    return crr.read_contracts(frame, as_of="2024-06-01", end_is="first_day_after")


def subject_of(base: crr.Base, *, min_cell: int | None = None) -> Subject:
    kept = report.shared(crr.retention_by_period(base), min_cell=min_cell)
    return Subject(kept, base, min_cell=min_cell)


def test_the_sentence_counted_by_hand() -> None:
    found = report.renewal_finding(crr.renewals(base_of()))
    assert found.claim == (
        "Of the 30 contracts due in March 2024, 12 were renewed on time and 10 late: 73.3%"
        " (95% interval 55.6% to 85.8%)."
    )
    assert found.caveat.startswith("Late is up to 30 days after the end")
    assert (found.evidence["due"].item(), found.evidence["not_renewed"].item()) == (30, 8)
    with use_language("ru"):
        said = report.renewal_finding(crr.renewals(base_of())).claim.replace("\N{NO-BREAK SPACE}%", " %")
        assert said == (
            "За март 2024 года истекло 30 договоров: продлено вовремя 12, с опозданием 10,"
            " вместе 73,3 % (95-процентный интервал от 55,6 % до 85,8 %)."
        )


def test_nothing_known_is_said_so() -> None:
    base = base_of().seen_before(pd.Timestamp("2024-03-02").to_pydatetime())
    found = report.renewal_finding(crr.renewals(base))
    assert (found.claim, found.is_informative) == (
        "Nothing can be said of renewals yet: no period is known to its end.",
        False,
    )


def test_it_is_a_section_that_its_cell_counts_again() -> None:
    section = renewal_section(subject_of(base_of()))
    assert section is not None
    table = re.findall(r"<td[^>]*>([^<]*)", str(section.block()))
    assert table[:5] == ["30", "12", "10", "8", "73.3%"]
    [holds, *_rest] = section.cells
    names = {"report": report, "base": base_of(), "kept": subject_of(base_of()).kept}
    names |= {"min_cell": None, "first": None, "last": None}
    exec(holds.source, names)  # noqa: S102 - the cell as a notebook runs it
    assert str(report.renewal_finding(names["due"])) == str(section.findings[0])


def test_small_outcomes_are_withheld_with_their_period() -> None:
    due = renewals_of(base_of(), subject_of(base_of()).kept, min_cell=8)
    assert due is not None
    assert due.table["due"].tolist() == [30]
    assert renewals_of(base_of(), subject_of(base_of()).kept) is None  # 8 never went on, and nothing else was due


@pytest.mark.parametrize(
    "base",
    [base_of(on_time=1, late=0, never=19), crr.read_contracts(crr.sample("contracts"), start="joined", end="left")],
    ids=["one of twenty", "cancellations"],
)
def test_where_ends_are_cancellations_nothing_was_due(base: crr.ContractBase) -> None:
    assert renewal_section(subject_of(base)) is None
