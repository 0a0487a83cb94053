"""Segments: each named, together the whole, held against each other and against their own past."""

from __future__ import annotations

import functools
import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import crrkit as crr
from crrkit import figures
from crrkit.ground.errors import InputError, InputTypeError
from crrkit.judge.segment_tables import (
    MOST_SHOWN,
)
from crrkit.judge.segments import (
    simpson_notes,
)
from crrkit.rules.activity import Trailing

COUNTS = [
    "start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "rejoined", "continuous", "joins",
    "leaves", "former",
]  # fmt: skip


@functools.cache
def sample(kind: str) -> crr.Base:
    if kind == "orders":
        return crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
    columns = {"customer": "client_id", "start": "joined", "end": "left"}
    return crr.read_contracts(crr.sample_path("contracts"), **columns, by=["region", "tariff"])


def by_segment(*rows: tuple[str, str, int, int]) -> crr.RetentionTable:
    """An account by region from (region, period, kept, start)."""
    table = pd.DataFrame(rows, columns=["region", "period", "kept", "start"])
    table["crr"] = table["kept"] / table["start"].where(table["start"] > 0)
    table["status"] = np.where(table["start"] > 0, "complete", "empty_base")
    base = sample("contracts")
    return crr.RetentionTable(table, "month", base.card, base.quality, by=("region",))


def test_two_segments_are_compared_with_the_published_interval() -> None:
    # reference.json newcombe-diff a: 56/70 against 48/80 gives .0524 to .3339 (Newcombe 1998, Table II)
    pair = crr.compare_segments(by_segment(("n", "2020-01", 56, 70), ("s", "2020-01", 48, 80))).table.iloc[0]
    assert (pair["low"], pair["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert pair["difference"] == pytest.approx(0.2)
    assert pair["verdict"] == "differ"
    assert not pair["few"]


def test_many_pairs_are_corrected_and_small_cells_flagged() -> None:
    rows = [(name, "2020-01", kept, 40) for name, kept in zip("abcde", (30, 26, 24, 22, 21), strict=True)]
    found = crr.compare_segments(by_segment(*rows, ("tiny", "2020-01", 4, 5))).table
    assert len(found) == 15
    assert (found["p_holm"] >= found["p_value"]).all()
    alone = found[(found["one"] == "a") & (found["other"] == "e")].iloc[0]
    assert alone["p_value"] < 0.05 <= alone["p_holm"]
    assert alone["verdict"] == "cannot tell"
    assert found.loc[(found["other"] == "tiny"), "few"].all()


def test_a_segment_with_nobody_to_keep_has_no_verdict() -> None:
    rows = [("n", "2020-01", 5, 10), ("s", "2020-01", 0, 0), ("w", "2020-01", 9, 10)]
    table = by_segment(*rows)
    table.table["status"] = "complete"
    found = crr.compare_segments(table).table.set_index(["one", "other"])
    assert found.loc[("n", "s"), "verdict"] == "nobody to keep"
    assert math.isnan(found.loc[("n", "s"), "difference"])
    assert found.loc[("n", "w"), "p_holm"] == found.loc[("n", "w"), "p_value"]


def test_a_period_of_one_segment_has_nothing_to_compare() -> None:
    kept = by_segment(("n", "2020-01", 56, 70), ("n", "2020-02", 50, 60), ("s", "2020-02", 40, 60))
    with pytest.raises(InputError, match=r"'2020-01' has fewer than two segments. .* periods are 2020-01, 2020-02\."):
        crr.compare_segments(kept, period="2020-01")
    assert crr.compare_segments(kept, period="2020-02").table["difference"].tolist() == pytest.approx([1 / 6])


def test_simpson_is_named() -> None:
    # domain.md 3.7, V3: both parts better, the whole worse: .775 to .678
    rows = [
        ("m", "2020-01", 220, 400),
        ("l", "2020-01", 555, 600),
        ("m", "2020-02", 399, 700),
        ("l", "2020-02", 279, 300),
    ]
    found = crr.compare_segments(by_segment(*rows), period="2020-02")
    assert len(found.notes) == 1
    assert "Simpson" in str(found)
    together = [
        ("m", "2020-01", 220, 400),
        ("l", "2020-01", 555, 600),
        ("m", "2020-02", 230, 400),
        ("l", "2020-02", 570, 600),
    ]
    assert not crr.compare_segments(by_segment(*together), period="2020-02").notes


def test_segments_of_the_sample_add_up_and_their_names_may_be_several() -> None:
    base = crr.read_contracts(
        crr.sample_path("contracts"), customer="client_id", start="joined", end="left", by=["region", "tariff"]
    )
    whole = crr.retention_by_period(base, every="quarter").table
    flows = [
        "start",
        "kept",
        "lost",
        "new",
        "returned",
        "end",
        "new_lost",
        "returned_lost",
        "rejoined",
        "joins",
        "leaves",
    ]
    for by in ("region", ["region", "tariff"]):
        parts = crr.retention_by_period(base, every="quarter", by=by).table
        assert (parts["start"] - parts["lost"] + parts["new"] + parts["returned"] == parts["end"]).all()
        pd.testing.assert_frame_equal(parts.groupby("period")[flows].sum(), whole.set_index("period")[flows])
    assert (
        " · "
        in crr.compare_segments(crr.retention_by_period(base, every="quarter", by=["region", "tariff"]))
        .table["one"]
        .iloc[0]
    )


def test_a_customer_stands_in_the_segment_of_the_earliest_row() -> None:
    frame = pd.DataFrame({
        "who": ["a", "a", "b", "c", "c"],
        "at": ["2024-01-05", "2024-02-05", "2024-01-06", "2024-01-07", "2024-01-07"],
        "region": ["north", "south", None, "west", "east"],
    })  # fmt: skip
    base = crr.read_orders(frame.sample(frac=1, random_state=1), customer="who", at="at", by="region")
    table = crr.retention_by_period(base, every="month", by="region").table
    january = table[table["period"] == "2024-01"].set_index("region")["end"].to_dict()
    assert january == {"north": 1, "–": 1, "east": 1}  # a as in January; b names none; c twice as early: the smaller


def test_an_unknown_segment_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InputError, match="Did you mean 'region'"):
        crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="regoin")
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
    with pytest.raises(InputError, match="by='channel' is not known"):
        crr.retention_by_period(base, every="month", by="channel")


# The account ----------------------------------------------------------------------------------------------------------


def two_regions() -> crr.RetentionTable:
    """Three in the north, two in the south, all there when February begins.

    February: one leaves in the north (kept 2 of 3), both stay in the south (2 of 2): together 4 of 5.
    March: both stay in the north (2 of 2), one of two leaves in the south (1 of 2): together 3 of 4.
    """
    rows = pd.DataFrame({
        "who": list("abcde"),
        "region": ["north"] * 3 + ["south"] * 2,
        "joined": "2024-01-10",
        "left": ["2024-02-10", None, None, "2024-03-10", None],
    })  # fmt: skip
    base = crr.read_contracts(rows, customer="who", start="joined", end="left", by="region", as_of="2024-04-01")
    return crr.retention_by_period(base, every="month", by="region")


def test_the_segment_is_the_first_column_and_the_headline_speaks_of_the_whole() -> None:
    kept = two_regions()
    assert list(kept.to_pandas().columns[:2]) == ["region", "period"]
    assert kept.caption() == "2 segments together, 2024-03: kept 3 of 4, CRR 75.0%"
    lines = str(kept).splitlines()
    assert lines[1].split()[:2] == ["region", "period"]
    assert [line.split()[:4] for line in lines[2:]] == [
        ["north", "2024-01", "0", "0"], ["north", "2024-02", "3", "2"], ["north", "2024-03", "2", "2"],
        ["south", "2024-01", "0", "0"], ["south", "2024-02", "2", "2"], ["south", "2024-03", "2", "1"],
    ]  # fmt: skip
    page = kept.to_html()
    assert "kept 3 of 4" in page
    assert page.index("region</th>") < page.index("period</th>")
    assert '<th scope="row" style="text-align:left;white-space:nowrap">south</th>' in page
    assert list(kept.whole.table["kept"]) == [0, 4, 3]
    assert kept.whole.by == ()


def test_one_segment_is_an_account_that_says_which() -> None:
    south = two_regions().segment(region="south")
    assert south.caption() == "region: south; 2024-03: kept 1 of 2, CRR 50.0%"
    assert list(south.table["start"]) == [0, 2, 2]
    assert "Segment: region: south" in str(south.card)
    assert two_regions().row("2024-02", region="north")["crr"] == pytest.approx(2 / 3)
    assert crr.assess(south).rate == 0.5
    assert not any("Segment" in line for line in str(two_regions().card).splitlines())


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda kept: kept.latest, "kept.segment(region='north').latest, or kept.whole.latest for all together"),
        (lambda kept: kept.row("2024-02"), "kept.segment(region='north').row(…), or kept.whole.row(…)"),
        (figures.bridge, "figures.bridge(kept.segment(region='north')), or figures.bridge(kept.whole)"),
        (figures.retention_line, "figures.retention_line(kept.segment(region='north'))"),
        (crr.assess, "assess(kept.whole)"),
        (crr.reconcile, "reconcile(kept.whole)"),
        (crr.diagnose, "diagnose(kept.whole, segments=kept)"),
    ],
)
def test_what_needs_one_account_asks_which(call, says: str) -> None:
    with pytest.raises(InputError) as refused:
        call(two_regions())
    assert says in str(refused.value)


def test_an_unknown_segment_of_an_account_is_refused() -> None:
    with pytest.raises(InputError, match=r"region='west' is not known. Choose one of north, south"):
        two_regions().segment(region="west")
    with pytest.raises(InputError, match="by region; say one value for each"):
        two_regions().segment(tariff="a")
    with pytest.raises(InputError, match="by –; say one"):
        two_regions().whole.segment(region="north")


def test_a_picture_of_one_segment_names_it() -> None:
    kept = two_regions()
    line = figures.retention_line(kept.segment(region="south"))
    assert figures.alt_text(line).startswith("region: south. Line chart")
    assert any("region: south" in text.get_text() for text in line.figure.findobj(plt.Text))
    assert figures.alt_text(figures.bridge(kept.segment(region="south"))).startswith("region: south. Bridge chart")
    assert figures.alt_text(figures.bridge(kept.whole)).startswith("Bridge chart")


def crowd() -> pd.DataFrame:
    """Some two hundred contracts of sixty people, several a person, whose region and tariff change between them."""
    rng = np.random.default_rng(3)
    n = 200
    joined = pd.Timestamp("2023-01-01") + pd.to_timedelta(
        rng.integers(0, 12, n) * 30, unit="D"
    )  # often several at once
    rows = pd.DataFrame({
        "who": rng.integers(0, 60, n).astype(str), "number": [str(i) for i in range(n)], "joined": joined,
        "left": joined + pd.to_timedelta(rng.integers(0, 200, n), unit="D"),
        "region": rng.choice(["north", "south", "west", None], n), "tariff": rng.choice(["a", "b", None], n),
    })  # fmt: skip
    return rows.assign(left=rows["left"].where(rng.random(n) < 0.7))


@pytest.mark.daily(2)
@pytest.mark.parametrize("unit", ["person_any", "person_all", "contract", "period", "trailing"])
def test_the_whole_is_the_account_without_segments_and_their_sum(unit: str) -> None:
    if unit in ("period", "trailing"):
        rule = Trailing(days=45) if unit == "trailing" else "period"
        base = crr.read_orders(crowd(), customer="who", at="joined", by=["region", "tariff"], activity=rule)
        asked = {}
    else:
        columns = {"customer": "who", "contract": "number", "start": "joined", "end": "left"}
        base, asked = crr.read_contracts(crowd(), **columns, by=["region", "tariff"]), {"unit": unit}
    whole = crr.retention_by_period(base, every="month", **asked)
    assert whole.whole is None
    for by in ("region", ["region", "tariff"]):
        parts = crr.retention_by_period(base, every="month", by=by, **asked)
        pd.testing.assert_frame_equal(parts.whole.table, whole.table)
        assert str(parts.whole) == str(whole)
        sums = parts.table.groupby("period")[COUNTS].sum()
        pd.testing.assert_frame_equal(sums, whole.table.set_index("period")[COUNTS])


def test_combinations_of_several_columns_are_those_that_rows_have() -> None:
    # b has two rows at the same moment: (east, z) and (west, a). Column by column the smaller would be (east, a), which
    # no row has; row by row it is (east, z). c's earliest row names no tariff.
    log = pd.DataFrame({
        "who": ["a", "b", "b", "c", "c"],
        "at": ["2024-01-03", "2024-01-04", "2024-01-04", "2024-01-05", "2024-02-05"],
        "region": ["east", "west", "east", "west", "west"], "tariff": ["z", "a", "z", None, "a"],
    })  # fmt: skip
    base = crr.read_orders(log, customer="who", at="at", by=["region", "tariff"], as_of="2024-03-01")
    table = crr.retention_by_period(base, every="month", by=["region", "tariff"]).table
    january = table[table["period"] == "2024-01"]
    assert january[["region", "tariff", "end"]].to_numpy().tolist() == [["east", "z", 2], ["west", "–", 1]]
    assert set(crr.cohort_grid(base, by=["region", "tariff"]).table["tariff"]) == {"z", "–"}


def test_every_combination_is_that_of_an_earliest_row() -> None:
    rows = crowd()
    base = crr.read_orders(rows, customer="who", at="joined", by=["region", "tariff"])
    table = crr.retention_by_period(base, every="year", by=["region", "tariff"], last="2023").table
    homes: dict[tuple[str, str], set[str]] = {}
    for who, own in rows.groupby("who"):
        first = own[own["joined"] == own["joined"].min()]
        pairs = first[["region", "tariff"]].fillna("–").itertuples(index=False, name=None)
        region, tariff = min(pairs, key=lambda pair: [(value == "–", value) for value in pair])  # what is named first
        homes.setdefault((region, tariff), set()).add(str(who))
    found = table.set_index(["region", "tariff"])["end"].to_dict()
    assert found == {pair: len(people) for pair, people in homes.items()}
    assert len(found) <= len(set(product(["north", "south", "west", "–"], ["a", "b", "–"])))


# Against each other and the past --------------------------------------------------------------------------------------


def test_the_period_is_the_latest_complete_one_that_all_have() -> None:
    # the south is empty in March, and the table ends with the north, whose last complete month is March
    rows = [
        ("south", "2020-01", 5, 10), ("south", "2020-02", 7, 10), ("south", "2020-03", 0, 0),
        ("north", "2020-01", 5, 10), ("north", "2020-02", 8, 10), ("north", "2020-03", 9, 10),
    ]  # fmt: skip
    for order in (rows, rows[3:] + rows[:3]):
        found = crr.compare_segments(by_segment(*order))
        assert found.period == "2020-02"
        assert "In 2020-03 nobody was there to keep in south; period='2020-03'" in str(found)
        assert found.past.before == "2020-01"
    assert crr.compare_segments(by_segment(*rows), period="2020-03").table["verdict"].tolist() == ["nobody to keep"]


def test_where_no_period_has_all_most_decide_and_who_is_missing_is_said() -> None:
    rows = [
        ("old", "2020-01", 5, 10), ("old", "2020-02", 0, 0), ("n", "2020-01", 5, 10), ("n", "2020-02", 6, 10),
        ("w", "2020-01", 5, 10), ("w", "2020-02", 6, 10), ("young", "2020-01", 0, 0), ("young", "2020-02", 4, 10),
    ]  # fmt: skip
    found = crr.compare_segments(by_segment(*rows))
    assert found.period == "2020-02"
    assert list(found.table["verdict"]) == ["cannot tell"] * 3 + ["nobody to keep"] * 3


def test_the_strongest_differences_come_first_and_the_rest_is_counted() -> None:
    rows = [(name, "2020-01", kept, 100) for name, kept in zip("abcdef", (90, 50, 88, 70, 69, 30), strict=True)]
    found = crr.compare_segments(by_segment(*rows))
    assert found.table["p_value"].is_monotonic_increasing
    assert found.table.loc[0, ["one", "other"]].tolist() == ["a", "f"]
    assert len(found.table) == 15
    text = str(found)
    assert len(text.splitlines()) == 2 + MOST_SHOWN + 1  # caption, heading, rows, the count of the rest
    assert text.splitlines()[-1] == "5 weaker comparisons are not shown; .table has them all."
    assert found.to_html().count('scope="row"') == MOST_SHOWN
    assert "5 weaker comparisons" in found.to_html()


def test_a_segment_is_held_against_its_own_past() -> None:
    # the sample: of those who bought in the south, 69 of 97 came again in 2023Q4 and 69 of 127 in 2024Q4;
    # p = .0105 by the pooled test, times four segments .042
    kept = crr.retention_by_period(sample("orders"), every="quarter", by="region")
    found = crr.compare_segments(kept, period="2024Q4", before="2023Q4").past
    south = found.table.iloc[0]
    assert (south["segment"], south["verdict"]) == ("South", "fell")
    assert (south["crr_before"], south["crr_after"]) == (69 / 97, 69 / 127)
    pooled = 138 / 224
    z = (69 / 97 - 69 / 127) / math.sqrt(pooled * (1 - pooled) * (1 / 97 + 1 / 127))
    assert south["p_holm"] == pytest.approx(4 * math.erfc(z / math.sqrt(2)), rel=1e-9)
    assert south["p_holm"] == pytest.approx(0.042, abs=5e-4)
    assert (south["low"], south["high"]) == pytest.approx(crr.newcombe(69, 127, 69, 97))
    assert list(found.moved["segment"]) == ["South"]
    assert found.caption() == "2023Q4 → 2024Q4: 1 of 4 segments moved by more than chance"


def test_a_first_period_has_no_past_and_a_later_one_is_no_past() -> None:
    rows = [("n", "2020-01", 5, 10), ("s", "2020-01", 6, 10), ("n", "2020-02", 5, 10), ("s", "2020-02", 6, 10)]
    assert crr.compare_segments(by_segment(*rows), period="2020-01").past is None
    with pytest.raises(InputError, match=r"before='2020-02' is not known. Choose one of 2020-01"):
        crr.compare_segments(by_segment(*rows), period="2020-02", before="2020-02")
    with pytest.raises(InputError, match="period='2021' is not known"):
        crr.compare_segments(by_segment(*rows), period="2021")


def test_a_period_that_is_running_is_said_to_be() -> None:
    table = by_segment(("n", "2020-01", 5, 10), ("s", "2020-01", 6, 10))
    table.table["status"] = "running"
    assert "still running" in str(crr.compare_segments(table, period="2020-01"))


UP, DOWN = (
    "kept more of its customers, yet the overall rate fell",
    "kept fewer of its customers, yet the overall rate rose",
)


@pytest.mark.parametrize(
    ("moves", "change", "says"),
    [
        ([0.02, 0.005], -0.097, f"Every segment {UP}"),
        ([-0.02, -0.005], 0.097, f"Every segment {DOWN}"),
        ([0.02, 0.0], -0.097, None),  # one kept as many as before
        ([0.02, -0.01], -0.097, None),
        ([0.02, 0.01], 0.05, None),  # all of them the same way
        ([0.02, 0.01], 0.0, None),  # nothing moved that could be explained
        ([0.0, 0.0], 0.05, "No segment's retention changed"),
        ([0.02, math.nan], -0.097, f"Every segment that was there in both periods {UP}"),
        ([-0.02, math.nan], 0.097, f"Every segment that was there in both periods {DOWN}"),
        ([0.0, math.nan], 0.05, "No segment that was there in both periods changed"),
        ([math.nan], 0.05, None),
    ],
)
def test_simpsons_note_is_true_in_both_directions(moves: list[float], change: float, says: str | None) -> None:
    notes = simpson_notes(moves, change)
    assert (says is None and notes == ()) or notes[0].startswith(str(says))


def test_comparison_and_decomposition_say_the_same_of_simpson() -> None:
    # 22 of 40 and 555 of 600 become 399 of 700 and 279 of 300, and the other way round
    early, late = [("m", 220, 400), ("l", 555, 600)], [("m", 399, 700), ("l", 279, 300)]
    for then, now in ((early, late), (late, early)):
        rows = [(n, "2020-01", k, s) for n, k, s in then] + [(n, "2020-02", k, s) for n, k, s in now]
        kept = by_segment(*rows)
        compared = crr.compare_segments(kept, period="2020-02").notes
        split = crr.decompose(kept, before="2020-01", after="2020-02").notes
        assert compared == tuple(f"2020-01 → 2020-02: {note}" for note in split)
        assert "Simpson" in split[0]


def test_decompose_takes_the_account_first_and_the_periods_by_name() -> None:
    kept = two_regions()
    split = crr.decompose(kept, before="2024-02", after="2024-03")
    assert (split.crr_before, split.crr_after) == (pytest.approx(4 / 5), pytest.approx(3 / 4))
    assert list(split.table["segment"]) == ["north", "south"]
    for same in (crr.decompose(kept, "2024-03"), crr.decompose("2024-02", "2024-03", account=kept)):
        pd.testing.assert_frame_equal(same.table, split.table)
    states = {"before": {"north": (3, 2), "south": (2, 2)}, "after": {"north": (2, 2), "south": (2, 1)}}
    assert crr.decompose(**states).table.equals(crr.decompose(*states.values()).table)
    assert crr.decompose(**states).change == pytest.approx(split.change)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (crr.decompose, InputError, "after=None is not known. Choose one of 2024-01"),
        (lambda kept: crr.decompose(kept, "2024-01"), InputError, "before=None is not known"),
        (lambda _: crr.decompose("2024-02", "2024-03"), InputError, r"decompose\(kept, before=…, after=…\)"),
        (lambda kept: crr.decompose(kept.whole, before="2024-02", after="2024-03"), InputError, "has no segments"),
        (lambda _: crr.decompose(crr.cohort_grid(sample("orders")), "2024-03"), InputTypeError, "of is a CohortGrid"),
        (lambda _: crr.decompose({"a": (9, 10)}, {"a": (10, 9)}), InputError, "in this order"),
    ],
)
def test_natural_mistakes_with_decompose_get_a_sentence(call, error, says: str) -> None:
    with pytest.raises(error, match=says):
        call(two_regions())


def test_names_by_several_columns_are_the_same_everywhere() -> None:
    account = crr.retention_by_period(sample("contracts"), every="year", by=["region", "tariff"])
    split = crr.decompose(account, before="2023", after="2024")
    assert "East · basic" in list(split.table["segment"])
    assert "East · basic" in set(crr.compare_segments(account).table["one"])


def test_russian() -> None:
    kept = crr.retention_by_period(sample("contracts"), every="year", by="region")
    with crr.use_language("ru"):
        text = str(kept) + str(crr.compare_segments(kept)) + kept.segment(region="South").caption()
        with pytest.raises(InputError, match=r"kept\.whole\.latest"):
            kept.latest  # noqa: B018 - asked for to be refused
    assert "4 сегмента вместе" in text
    assert "0 из 4 сегментов" in text
    assert "together" not in text


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_two_columns_of_a_displayed_table_have_one_heading(lang: str) -> None:
    log = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
    found = crr.compare_segments(by_segment(("n", "2020-01", 56, 70), ("s", "2020-01", 48, 80)))
    chart = crr.control_chart(crr.retention_by_period(log, every="month"))
    with crr.use_language(lang):
        titles = list(found.titles().values())
        assert len(titles) == len(set(titles))
        assert not set(titles) & {chart.titles()["low"], chart.titles()["high"]}  # limits are no interval
