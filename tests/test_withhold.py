"""Small cells: the law, and what each policy leaves of small numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from crrkit.report.withhold import (
    blank_ages,
    blank_movements,
    discloses_rest,
    drop_boundaries,
    empty_rates,
    is_of_few,
    merge_segments,
)
from crrkit.rules.small_cells import small, small_share

COUNT = st.integers(0, 40)
LEAST = st.integers(0, 15)


class TestLaw:
    @given(st.lists(COUNT), LEAST)
    def test_small_is_somebody_but_fewer(self, counts: list[int], least: int) -> None:
        assert small(np.array(counts), least).tolist() == [count in range(1, least) for count in counts]

    def test_what_is_missing_tells_nothing(self) -> None:
        assert small(pd.DataFrame({"n": [None, 3.0]}), 10)["n"].tolist() == [False, True]

    @pytest.mark.parametrize(
        ("of", "part", "tells"),
        [
            (100, 50, False), (100, 0, False), (100, 100, False), (0, 0, False), (10, 10, False),
            (9, 9, True), (100, 9, True), (100, 91, True), (100, 90, False),
        ],
    )  # fmt: skip
    def test_a_share_tells_by_its_whole_its_part_and_the_rest(self, of: int, part: int, tells: bool) -> None:
        assert small_share(pd.Series([of]), pd.Series([part]), least=10).tolist() == [tells]


def movement(start: int, lost: int, new: int) -> pd.DataFrame:
    row = {"start": start, "kept": start - lost, "lost": lost, "new": new, "returned": 0, "end": start - lost + new}
    side = {"new_lost": 0, "returned_lost": 0, "rejoined": 3, "crr": 0.5, "crr_low": 0.4, "crr_high": 0.6}
    return pd.DataFrame([row | side | {"status": "complete"}])


class TestMovements:
    def test_a_small_one_takes_the_whole_movement_with_it(self) -> None:
        given_ = movement(100, 3, 20)
        row = blank_movements(given_, 10).iloc[0]
        assert (row["start"], row["end"], row["status"]) == (100, 117, "suppressed")
        assert row[["kept", "lost", "new", "returned", "new_lost", "rejoined", "crr", "crr_low"]].isna().all()
        assert given_["lost"].tolist() == [3]

    def test_few_who_came_take_the_movement_with_them(self) -> None:
        assert blank_movements(movement(100, 30, 4), 10).iloc[0]["status"] == "suppressed"

    @pytest.mark.parametrize("name", ["returned", "new_lost"])
    def test_few_of_one_kind_of_newcomers_make_all_kinds_one_number(self, name: str) -> None:
        rows = pd.concat([movement(100, 30, 20), movement(90, 30, 40)], ignore_index=True)
        rows.loc[1, name] = 4
        rows.loc[1, "end"] += 4 * (name == "returned")
        shown = blank_movements(rows, 10)
        assert shown[["new", "returned", "new_lost"]].isna().all(axis=None)
        assert shown["status"].tolist() == ["complete", "complete"]
        assert (shown["end"] - shown["kept"]).tolist() == [20, 40 + 4 * (name == "returned")]

    def test_nobody_at_the_start_is_no_small_group(self) -> None:
        row = blank_movements(movement(0, 0, 5), 10).iloc[0]
        assert (row["kept"], row["lost"], row["status"]) == (0, 0, "complete")
        assert row[["new", "end"]].isna().all()

    def test_a_large_one_loses_only_small_side_flows(self) -> None:
        row = blank_movements(movement(100, 30, 20), 10).iloc[0]
        assert (row["kept"], row["status"]) == (70, "complete")
        assert pd.isna(row["rejoined"])
        assert row["new_lost"] == 0


@st.composite
def two_periods(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for name in "abcdefghijklmnop"[: draw(st.integers(1, 16))]:
        for month in (1, 2):
            start, lost = draw(COUNT), draw(COUNT)
            rows.append((name, f"2024-{month:02d}", pd.Timestamp(2024, month, 1), start, max(start - lost, 0)))
    table = pd.DataFrame(rows, columns=["segment", "period", "from_", "start", "kept"])
    return table.assign(until=table["from_"], lost=table["start"] - table["kept"], status="complete")


class TestSegments:
    @pytest.mark.slow
    @given(two_periods(), LEAST)
    def test_no_segment_is_small_unless_all_are_together_and_no_sum_is_lost(
        self, rows: pd.DataFrame, least: int
    ) -> None:
        shown = merge_segments(rows, least, others="rest")
        counts = ["start", "kept", "lost"]
        pd.testing.assert_frame_equal(shown.groupby("period")[counts].sum(), rows.groupby("period")[counts].sum())
        few = [
            name for name, own in shown.groupby("segment") if any(0 < n < least for n in own[counts].to_numpy().flat)
        ]
        assert few == [] or set(shown["segment"]) == {"rest"}
        assert shown["segment"].nunique() <= 13

    def test_the_next_smallest_goes_with_a_small_one(self) -> None:
        """b alone has 4 of whom 2 left; with c, the next by size, 34 of whom 12 left: then 10 may be told."""
        counts = {"a": (80, 40), "b": (4, 2), "c": (30, 20)}
        rows = pd.DataFrame(
            [(name, "2024", pd.Timestamp(2024, 1, 1), n, kept, n - kept) for name, (n, kept) in counts.items()],
            columns=["segment", "period", "from_", "start", "kept", "lost"],
        ).assign(until=pd.Timestamp(2025, 1, 1), status="complete")
        shown = merge_segments(rows, 10, others="rest").set_index("segment")
        assert shown[["start", "kept", "lost"]].to_numpy().tolist() == [[80, 40, 40], [34, 22, 12]]

    def test_who_came_between_two_periods_is_guarded(self) -> None:
        """To b came 3: its start of the later period, 33, less the 30 kept in the earlier would tell them."""
        rows = pd.DataFrame(
            [
                (name, month, pd.Timestamp(f"{month}-01"), start, start - 10, 10, came)
                for name, starts, comes in (("a", (50, 60), 20), ("b", (40, 33), 3), ("c", (60, 70), 20))
                for month, start, came in (("2024-01", starts[0], comes), ("2024-02", starts[1], 0))
            ],
            columns=["segment", "period", "from_", "start", "kept", "lost", "came"],
        ).assign(until=pd.Timestamp(2024, 3, 1), status="complete")
        shown = merge_segments(rows, 10, others="rest")
        assert set(shown["segment"]) == {"c", "rest"}
        assert "came" not in shown


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([30, 40], False),
        ([30, None], True),
        ([30, None, None], True),
        ([30, *[None] * 3], False),
        ([60, *[None] * 3], True),
    ],
)
def test_a_total_tells_what_hardly_is_missing_or_is_few_together(parts: list[float | None], told: bool) -> None:
    assert discloses_rest(70, pd.Series(parts, dtype=float), 10) == told


def test_a_boundary_with_few_in_one_stage_goes_whole() -> None:
    counts = pd.DataFrame({"active": [50, 50, 50], "lapsed": [0, 4, 10]}, index=["2024-01", "2024-02", "2024-03"])
    assert list(drop_boundaries(counts, 10).index) == ["2024-01", "2024-03"]


def test_an_age_with_few_lost_or_few_left_loses_both_counts() -> None:
    rows = pd.DataFrame({"at_risk": [100, 70, 60, 40], "lost": [30, 3, 57, 0]})
    assert blank_ages(rows, 10)["at_risk"].isna().tolist() == [False, True, True, False]
    assert blank_ages(rows, 10)["lost"].isna().tolist() == [False, True, True, False]


def test_an_age_that_would_tell_the_few_of_the_age_before_goes_with_it() -> None:
    """70 stayed in the first age: with 66 at risk in the third, at most 4 were lost in the second."""
    rows = pd.DataFrame({"at_risk": [100, 70, 66, 40], "lost": [30, 3, 20, 20]})
    assert blank_ages(rows, 10)["lost"].isna().tolist() == [False, True, True, False]


def test_a_small_rate_stands_as_one_of_nobody_and_keeps_its_place() -> None:
    rates = pd.DataFrame({"measure": ["large", "few", "most"], "of": [100, 100, 100], "hits": [40, 2, 97]})
    shown = empty_rates(rates, 10)
    assert shown[["of", "hits"]].to_numpy().tolist() == [[100, 40], [0, 0], [0, 0]]
    assert shown["measure"].tolist() == ["large", "few", "most"]


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1, 1e6])
def test_who_dominates_a_sum_does_so_in_any_currency(unit: float) -> None:
    # p = 25 %: of 1000 the largest is 600; what is left beside the two largest is 151 or 149, a quarter of it is 150
    amounts = pd.DataFrame([[1000, 600, 249], [1000, 600, 251], [0, 0, 0]]) * unit
    sums = amounts.set_axis(["revenue", "top_revenue", "following"], axis=1).assign(customers=[40, 40, 40])
    assert is_of_few(sums, 10).tolist() == [False, True, False]
