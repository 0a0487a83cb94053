"""A table of counts: the formula row by row, bounds where new is gross, where the rows do not follow on, refusals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr

if TYPE_CHECKING:
    from pathlib import Path

# The two examples of the source documents: 70 +30 −10 → 90, a month; 1000 +500 −300 → 1200, a half-year.
MONTHS = pd.DataFrame({"month": ["2024-01", "2024-02"], "start": [70, 90], "new": [30, 20], "end": [90, 95]})


def test_the_examples_of_the_source_documents() -> None:
    """(90 − 30) / 70 = 60/70, and between 60/70 and 1 if some of the 30 have left again; (95 − 20) / 90 = 75/90."""
    kept = crr.read_counts(MONTHS)
    table = kept.to_pandas()
    assert table["kept"].tolist() == [60, 75]
    assert table["crr"].tolist() == [60 / 70, 75 / 90]
    assert [tuple(row) for row in table[["crr_least", "crr_most"]].to_numpy()] == [(60 / 70, 1.0), (75 / 90, 1.0)]
    assert kept.every == "month"
    half = pd.DataFrame({"период": ["2024H1"], "начало": [1000], "новые": [500], "ушло": [300]})
    row = crr.read_counts(half).to_pandas().iloc[0]
    assert (row["end"], row["crr"], row["churn"], row["growth"]) == (1200, 0.7, 0.3, pytest.approx(0.2))


def test_gross_counts_give_bounds_and_no_rate() -> None:
    kept = crr.read_counts(MONTHS, gross=True)
    table = kept.to_pandas()
    assert table["crr"].isna().all()
    assert table["status"].tolist() == ["bounds only", "bounds only"]
    assert table["crr_least"].tolist() == [60 / 70, 75 / 90]
    assert "crr_least" in str(kept.notes)
    with_lost = crr.read_counts(MONTHS.assign(lost=[12, 20]), gross=True).to_pandas()
    assert with_lost["crr"].tolist() == [58 / 70, 70 / 90]  # the lost are of the start, whatever became of the new


def test_where_rows_do_not_follow_on_is_said() -> None:
    table = pd.DataFrame({"month": ["2024-01", "2024-02", "2024-04"], "start": [70, 92, 95], "new": [30, 20, 5],
                          "end": [90, 95, 90]})  # fmt: skip
    doubts = " ".join(crr.read_counts(table).quality.doubts)
    assert "2024-01 ends with 90, 2024-02 begins with 92" in doubts
    assert "2024-03" in doubts
    assert "2024-04 begins" not in doubts


def test_contradictions_have_no_rate_and_are_named() -> None:
    """More new than there are at the end; more kept than there were; lost that do not add up; nobody at the start."""
    table = pd.DataFrame({
        "month": ["2024-01", "2024-02", "2024-03", "2024-04"], "start": [10, 15, 100, 0], "new": [100, 0, 20, 5],
        "end": [15, 100, 90, 5], "lost": [None, None, 20, None],
    })  # fmt: skip
    kept = crr.read_counts(table)
    assert kept.to_pandas()["status"].tolist() == ["inconsistent"] * 3 + ["empty_base"]
    assert kept.to_pandas()["crr"].isna().all()
    assert "2024-01, 2024-02, 2024-03" in " ".join(kept.quality.doubts)


def test_files_as_people_keep_them(tmp_path: Path) -> None:
    """Titles, a total below, blanks between thousands, Russian names of months."""
    path = tmp_path / "counts.csv"
    path.write_text(
        "Отчёт по базе;;;\nМесяц;На начало;Новых;На конец\nЯнварь 2024;1 070;130;1 090\nФевраль 2024;1 090;20;1 050\n"
        "Итого;;150;\n", encoding="cp1251",
    )  # fmt: skip
    kept = crr.read_counts(path)
    assert kept.to_pandas()["crr"].tolist() == [960 / 1070, 1030 / 1090]
    assert kept.quality.rows_set_aside == 1
    assert crr.guess(path).call.startswith("crr.read_counts(")


def test_what_takes_an_account_takes_it() -> None:
    months = [f"2024-{k:02d}" for k in range(1, 13)]
    table = pd.DataFrame({"month": months, "start": 100, "new": 10, "end": [100 + k % 3 for k in range(12)]})
    kept = crr.read_counts(table)
    assert len(crr.control_chart(kept).to_pandas()) == 12
    assert "usual range" in str(crr.assess(kept))
    assert crr.figures.retention_line(kept) is not None
    assert "85.7%" in str(crr.read_counts(MONTHS))
    with pytest.raises(ValueError, match="contracts, orders or events"):
        crr.reconcile(kept)


def test_refusals_say_what_to_try() -> None:
    cases = [
        (MONTHS[["month", "start", "end"]], "new="),
        (MONTHS.drop(columns="start"), "start="),
        (MONTHS.assign(month=["2024-01", "2024Q2"]), "differ in length"),
        (MONTHS.assign(month="2024-01"), "more than one row"),
        (MONTHS.assign(month="?"), "period="),
        (MONTHS.assign(start=["70", "many"]), "not a number"),
    ]
    for table, said in cases:
        with pytest.raises(ValueError, match=said):
            crr.read_counts(table)


counts = st.tuples(*[st.integers(0, 60)] * 3)


@given(rows=st.lists(counts, min_size=1, max_size=8))
@settings(max_examples=8)
def test_against_the_formula_of_one_row(rows: list[tuple[int, int, int]]) -> None:
    """Row by row what `crr_from_counts` and `crr_bounds` say, or no rate where they refuse."""
    table = pd.DataFrame(rows, columns=["start", "new", "end"])
    table["month"] = [f"2024-{k:02d}" for k in range(1, len(rows) + 1)]
    for row in crr.read_counts(table).to_pandas().itertuples():
        given_counts = {"start": row.start, "new": row.new, "end": row.end}
        if not row.start:
            assert math.isnan(row.crr)
            continue
        try:
            assert row.crr == pytest.approx(float(crr.crr_from_counts(**given_counts, period="month")))
        except crr.errors.InconsistentCounts:
            assert (row.status, math.isnan(row.crr)) == ("inconsistent", True)
        try:
            assert (row.crr_least, row.crr_most) == pytest.approx(crr.crr_bounds(**given_counts))
        except crr.errors.InconsistentCounts:
            assert math.isnan(row.crr_least)
