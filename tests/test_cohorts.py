"""Cohorts in worlds that can be counted by hand, in published tables, and where there is nothing to count."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.ground.languages import use_language
from crrkit.rules import activity

SEEN = "observed"


def orders(text: str, **rules):
    """A base from lines ``who day [paid]``."""
    rows = [line.split() for line in text.strip().splitlines()]
    log = pd.DataFrame({"client_id": [row[0] for row in rows], "ordered_at": pd.to_datetime([row[1] for row in rows])})
    if any(len(row) > 2 for row in rows):
        rules = {"amount": "paid"} | rules
        log["paid"] = [float(row[2]) if len(row) > 2 else math.nan for row in rows]
    return crr.read_orders(log, customer="client_id", at="ordered_at", **rules)


def contracts(text: str, **rules):
    """A base from lines ``who from [until]``."""
    rows = [line.split() for line in text.strip().splitlines()]
    log = pd.DataFrame({
        "client_id": [row[0] for row in rows],
        "joined": pd.to_datetime([row[1] for row in rows]),
        "left": pd.to_datetime([row[2] if len(row) > 2 else None for row in rows]),
    })  # fmt: skip
    return crr.read_contracts(log, customer="client_id", start="joined", end="left", **rules)


def rates(grid, cohort: str) -> list[float]:
    return grid.matrix("rate").loc[cohort].tolist()


def states(grid, cohort: str) -> list[str]:
    return grid.matrix("status").loc[cohort].tolist()


def same(found: list[float], expected: list[float | None]) -> None:
    np.testing.assert_allclose(found, [math.nan if v is None else v for v in expected], rtol=0, atol=5e-7)


# Published ------------------------------------------------------------------------------------------------------------

# github:Hadrien-lcrx/cohort-analysis, code/Cohort_Analysis_Full.ipynb (course of K. Urbonas): the printed matrix.
PRINTED_885 = {
    "2010-12": [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235],
    "2011-01": [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49],
}
SHARES_885 = [
    1, 0.366102, 0.323164, 0.384181, 0.362712, 0.39774, 0.362712, 0.349153, 0.353672, 0.39548, 0.374011, 0.502825,
    0.265537,
]  # fmt: skip
# The same log with cancellations left in (406,829 rows with a customer).
COUNTED_948 = {
    "2010-12": [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260],
    "2011-01": [421, 101, 119, 102, 138, 126, 110, 108, 131, 146, 155, 63],
}


@pytest.fixture(scope="session")
def retail(data_dir) -> Path:
    return data_dir / "online_retail_uci" / "online_retail_all.csv.gz"


def in_frames(path: Path, *, sales_only: bool) -> pd.DataFrame:
    """The matrix as the course makes it: pandas, `transform('min')` and a pivot."""
    log = pd.read_csv(path, usecols=["CustomerID", "InvoiceDate", "Quantity", "UnitPrice"]).dropna(
        subset=["CustomerID"]
    )
    if sales_only:
        log = log[(log["Quantity"] > 0) & (log["UnitPrice"] > 0)]
    month = pd.to_datetime(log["InvoiceDate"]).dt.to_period("M")
    log = pd.DataFrame({"who": log["CustomerID"], "month": month.dt.year * 12 + month.dt.month})
    log["cohort"] = log.groupby("who")["month"].transform("min")
    found = log.assign(age=log["month"] - log["cohort"]).groupby(["cohort", "age"])["who"].nunique()
    return found.unstack()  # noqa: PD010 - as the course does it


@pytest.mark.real_data
def test_the_published_matrix_cell_by_cell(shop, retail) -> None:
    active = crr.cohort_grid(shop).matrix("active")
    for cohort, counts in PRINTED_885.items():
        assert active.loc[cohort].dropna().tolist() == counts
    np.testing.assert_array_equal(active.to_numpy(), in_frames(retail, sales_only=True).to_numpy())
    same(rates(crr.cohort_grid(shop), "2010-12"), SHARES_885)
    assert active[0].sum() == 4338


@pytest.mark.real_data
def test_the_matrix_with_cancellations_cell_by_cell(shop_and_refunds, retail) -> None:
    active = crr.cohort_grid(shop_and_refunds).matrix("active")
    for cohort, counts in COUNTED_948.items():
        assert active.loc[cohort].dropna().tolist() == counts
    np.testing.assert_array_equal(active.to_numpy(), in_frames(retail, sales_only=False).to_numpy())
    assert active[0].sum() == 4372


@pytest.mark.real_data
def test_the_last_diagonal_of_the_published_matrix_is_a_month_of_nine_days(shop) -> None:
    grid = crr.cohort_grid(shop)
    running = grid.table[grid.table["status"] == "in_progress"]
    begun = [row.from_ + pd.DateOffset(months=row.age) for row in running.itertuples()]
    assert set(begun) == {pd.Timestamp("2011-12-01")}
    average = grid.average().set_index("age")
    assert average.loc[11, "rate"] == 445 / 885  # 2010-12 alone: the 49 of 417 are nine days of December
    assert math.isnan(average.loc[12, "rate"])


# Kinds: domain.md's vector -----------------------------------------------------------------------------------------

# Ages a{0,1,2,3} b{0,2} c{0,3} d{0} e{0,1}, all first in January.
VECTOR = """
a 2024-01-05
a 2024-02-05
a 2024-03-05
a 2024-04-05
b 2024-01-06
b 2024-03-31
c 2024-01-07
c 2024-04-30
d 2024-01-31
e 2024-01-01
e 2024-02-29
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"kind": "bounded"}, [1, 0.4, 0.4, 0.4]),
        ({"kind": "unbounded"}, [1, 0.8, 0.6, 0.4]),
        ({"kind": "bracket", "brackets": [(1, 2), (3, 3)]}, [0.6, 0.4]),
    ],
)
def test_the_three_kinds_of_the_same_five_customers(options, expected) -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), **options)
    same(rates(grid, "2024-01"), expected)
    assert set(states(grid, "2024-01")) == {SEEN}


def test_the_default_brackets_double() -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), kind="bracket")
    assert grid.columns == ["1", "2–3"]
    same(rates(grid, "2024-01"), [0.4, 0.6])


def test_a_bracket_is_observed_when_its_last_age_is() -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-04-20"), kind="bracket", brackets=[(1, 2), (2, 3), (4, 5)])
    assert states(grid, "2024-01") == [SEEN, "in_progress", "unobserved"]
    same(rates(grid, "2024-01"), [0.6, 0.4, None])  # a and b in ages 2 to 3, so far; c comes on the 30th


# Cohorts (100, 80, 70, 63), (120, 90, 76), (80, 20): what domain.md averages.
RISING = {"2024-01": [100, 80, 70, 63], "2024-02": [120, 90, 76], "2024-03": [80, 20]}


def nested(cohorts: dict[str, list[int]]):
    """Purchases such that the first so many members of each cohort buy in each age."""
    rows = [
        (f"{cohort}/{i}", pd.Period(cohort, "M").start_time + pd.DateOffset(months=age))
        for cohort, counts in cohorts.items()
        for age, count in enumerate(counts)
        for i in range(count)
    ]
    log = pd.DataFrame(rows, columns=["client_id", "ordered_at"])
    return crr.read_orders(log, customer="client_id", at="ordered_at", as_of="2024-05-01")


def test_the_pooled_average_may_rise_and_says_so() -> None:
    grid = crr.cohort_grid(nested(RISING))
    # (80 + 90 + 20) / 300, (70 + 76) / 220, 63 / 100
    same(grid.average()["rate"].tolist(), [1, 0.633333, 0.663636, 0.63])
    assert grid.average()["cohorts"].tolist() == [3, 3, 2, 1]
    assert grid.average()["size"].tolist() == [300, 300, 220, 100]
    assert "The weighted average rises at age 2" in grid.caption()
    better = crr.cohort_grid(nested(RISING | {"2024-03": [80, 48]}))
    same(better.average()["rate"].tolist(), [1, 0.726667, 0.663636, 0.63])
    assert better.notes == ()


def test_an_unbounded_average_may_rise_too_although_no_cohort_does() -> None:
    # February comes back less than January, and is too young for age 2
    grid = crr.cohort_grid(nested({"2024-01": [100, 80, 80, 80], "2024-02": [100, 20, 20], "2024-03": [100, 10]}),
                           kind="unbounded")  # fmt: skip
    assert grid.rises() == [2, 3]
    assert "rises at age 2, 3, although no cohort does" in grid.caption()
    assert not (grid.matrix("rate").diff(axis=1) > 0).any(axis=None)


def test_the_mean_of_percentages_is_had_by_its_name() -> None:
    average = crr.cohort_grid(nested(RISING)).average("simple")
    same(average["rate"].tolist(), [1, (0.8 + 0.75 + 0.25) / 3, (0.7 + 76 / 120) / 2, 0.63])


def test_conditional_rates_are_those_of_the_life_table() -> None:
    cells = crr.cohort_grid(nested(RISING)).conditional()
    seen = cells[cells["status"] == SEEN].groupby("age")[["before", "stayed"]].sum()
    # domain.md: r pooled over pairs is .633333; 146/170; 63/70, and S the running product .633333 .543922 .489529
    same((seen["stayed"] / seen["before"]).cumprod().tolist(), [0.633333, 0.543922, 0.489529])


def test_conditional_rates_count_who_stayed_and_not_who_came_back() -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"))
    cells = grid.conditional().head(3)
    # age 1: a, e of five; age 2: a of (a, e), b was away; age 3: a of (a, b), c was away
    assert cells["before"].tolist() == [5, 2, 2]
    assert cells["stayed"].tolist() == [2, 1, 1]
    later = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), kind="unbounded").conditional().head(3)
    assert later["stayed"].tolist() == [4, 3, 2]
    assert later["before"].tolist() == [5, 4, 3]


def test_the_last_ages_of_an_unbounded_curve_are_provisional() -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), kind="unbounded")
    # gaps in ages: a 1 1 1, b 2, c 3, e 1: nine of ten within 3 (five of six are 83 %)
    assert grid.matrix("provisional").loc["2024-01"].tolist() == [False, True, True, True]
    assert "provisional" in grid.caption()
    assert not crr.cohort_grid(orders(VECTOR, as_of="2024-05-01")).table["provisional"].any()


# Not seen is not zero ----------------------------------------------------------------------------------------------

# In March nobody comes back; nobody is first seen in April.
QUIET = """
a 2024-01-05
a 2024-02-05
b 2024-01-06
c 2024-02-10
c 2024-04-10
d 2024-03-15
d 2024-05-02
"""


def test_a_month_in_which_nobody_came_back_is_zeros_and_a_cohort_of_nobody_is_empty() -> None:
    grid = crr.cohort_grid(orders(QUIET, as_of="2024-05-20"))
    same(rates(grid, "2024-01"), [1, 0.5, 0, 0, None])
    same(rates(grid, "2024-02"), [1, 0, 1, None, None])
    same(rates(grid, "2024-03"), [1, 0, 1, None, None])
    same(rates(grid, "2024-04"), [None] * 5)
    assert states(grid, "2024-01") == [SEEN, SEEN, SEEN, SEEN, "in_progress"]
    assert states(grid, "2024-03") == [SEEN, SEEN, "in_progress", "unobserved", "unobserved"]
    assert set(states(grid, "2024-04")) == {"empty"}
    assert grid.matrix("size").loc["2024-04"].tolist() == [0] * 5
    # age 1: 1 of a, b; 0 of c; 0 of d. The running May and the empty April are in no mean.
    assert grid.average().set_index("age").loc[1, ["cohorts", "size", "active", "rate"]].tolist() == [3, 4, 1, 0.25]
    assert grid.average("simple")["rate"].tolist()[:3] == [1, 0.5 / 3, 0.5]


def test_a_running_cell_in_which_nobody_was_seen_yet_has_no_number() -> None:
    cell = crr.cohort_grid(orders(QUIET, as_of="2024-05-20")).table.query("cohort == '2024-01' and age == 4").iloc[0]
    assert cell["status"] == "in_progress"
    assert math.isnan(cell["rate"])
    assert math.isnan(cell["active"])


def test_a_zero_has_an_interval_and_a_running_cell_has_none() -> None:
    table = crr.cohort_grid(orders(QUIET, as_of="2024-05-20")).table
    observed = table["status"] == SEEN
    assert table.loc[observed, ["low", "high"]].notna().all(axis=None)
    assert table.loc[~observed, ["low", "high"]].isna().all(axis=None)
    zero = table[observed & (table["rate"] == 0)].iloc[0]
    assert (zero["low"], zero["high"]) == crr.wilson(0, zero["size"])


# Contracts ---------------------------------------------------------------------------------------------------------

# a stays; b leaves on 10 March; c leaves within January; d comes back in April after leaving in February.
CLUB = """
a 2024-01-10
b 2024-01-31 2024-03-10
c 2024-01-05 2024-01-20
d 2024-01-15 2024-02-15
d 2024-04-02
"""


def test_contracts_are_there_at_the_end_of_each_calendar_month() -> None:
    grid = crr.cohort_grid(contracts(CLUB, as_of="2024-05-01"))
    # ends of January a b d; February a b; March a; April a d
    same(rates(grid, "2024-01"), [0.75, 0.5, 0.25, 0.5])
    assert grid.presence == "moment"
    unbounded = crr.cohort_grid(contracts(CLUB, as_of="2024-05-01"), kind="unbounded")
    same(rates(unbounded, "2024-01"), [0.75, 0.75, 0.5, 0.5])


def test_contracts_inside_a_window_touch_the_month_they_end_in() -> None:
    grid = crr.cohort_grid(contracts(CLUB, as_of="2024-05-01"), presence="window")
    same(rates(grid, "2024-01"), [1, 0.75, 0.5, 0.5])  # February a b d; March a b; April a d
    assert grid.conditional()["stayed"].iloc[:3].tolist() == [3, 2, 1]  # d of April was away in March


def test_leaving_and_coming_back_inside_one_window_is_one_customer() -> None:
    base = contracts("a 2024-01-05 2024-02-10\na 2024-02-20 2024-03-05\nb 2024-01-06", as_of="2024-04-01")
    grid = crr.cohort_grid(base, presence="window")
    assert grid.matrix("active").loc["2024-01"].tolist() == [2, 2, 2]
    assert grid.conditional()["stayed"].tolist()[:2] == [2, 2]


def test_a_contract_that_ends_with_the_month_is_there_at_its_end_and_not_in_the_next() -> None:
    base = contracts("a 2024-01-10 2024-02-01\nb 2024-01-11 2024-03-01", as_of="2024-04-01")
    same(rates(crr.cohort_grid(base), "2024-01"), [1, 0.5, 0])
    same(rates(crr.cohort_grid(base, presence="window"), "2024-01"), [1, 0.5, 0])


def test_status_at_an_exact_age_is_known_one_step_before_activity_in_its_window() -> None:
    # The January cohort ends on 1 February; one month is 30.4375 days, so age 1 is reached by all on 2 March, 10:30.
    early = contracts(CLUB, as_of="2024-03-02T10:29:59")
    ready = contracts(CLUB, as_of="2024-03-02T10:30:00")
    assert states(crr.cohort_grid(early, align="age"), "2024-01")[1] == "in_progress"
    assert states(crr.cohort_grid(ready, align="age"), "2024-01")[1] == SEEN
    assert states(crr.cohort_grid(ready, align="age", presence="window"), "2024-01")[1] == "in_progress"
    # c is gone after 15 days, b (39 days) and d (31 days) are past age 1 by then.
    same(rates(crr.cohort_grid(ready, align="age"), "2024-01")[:2], [1, 0.75])


def test_by_age_a_cell_in_progress_has_no_number_because_its_members_were_seen_for_different_lengths() -> None:
    table = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), align="age").table
    running = table[table["status"] == "in_progress"]
    assert len(running)
    assert running[["active", "rate", "low"]].isna().all(axis=None)


def test_ages_are_counted_from_each_customers_own_purchase() -> None:
    base = orders("a 2024-01-31\na 2024-02-01\nb 2024-01-01\nb 2024-02-01", as_of="2024-06-01")
    assert rates(crr.cohort_grid(base), "2024-01")[:2] == [1, 1]
    # a buys again after one day, b after 31, which is in [30.4375, 60.875)
    monthly = crr.cohort_grid(base, align="age")
    assert rates(monthly, "2024-01")[:2] == [1, 0.5]
    assert "in steps of 30.4375 days." in str(monthly)
    assert "in steps of 7 days." in str(crr.cohort_grid(base, every="week", align="age"))


def test_a_trailing_window_gives_orders_a_status_at_a_moment() -> None:
    base = orders(VECTOR, as_of="2024-05-01", activity=activity.Trailing(days=30))
    # as of 1 Feb all but e (of 1 Jan); 1 Mar a d e (d of 31 Jan, 30 days ago); 1 Apr a b; 1 May a c (b is out by a day)
    same(rates(crr.cohort_grid(base), "2024-01"), [0.8, 0.6, 0.4, 0.4])


def test_units_of_contracts() -> None:
    base = contracts("a 2024-01-10 2024-03-10\na 2024-02-20", as_of="2024-05-01")
    assert crr.cohort_grid(base, unit="person_any").matrix("size")[0].tolist() == [1, 0, 0, 0]
    assert crr.cohort_grid(base, unit="contract").matrix("size")[0].tolist() == [1, 1, 0, 0]
    same(rates(crr.cohort_grid(base, unit="person_all"), "2024-01"), [1, 1, 0, 0])


# Money -------------------------------------------------------------------------------------------------------------

# m0 = (100, 100, 200, 50, 50), m1 = (120, 0, 200, 25, 80): domain.md's NRR .85, GRR .75, heads .80.
MONEY = """
a 2024-01-05 100
b 2024-01-05 100
c 2024-01-05 200
d 2024-01-05 50
e 2024-01-05 50
a 2024-02-05 120
c 2024-02-05 150
c 2024-02-15 50
d 2024-02-05 25
e 2024-02-05 80
"""


@pytest.mark.parametrize("align", ["calendar", "age"])
def test_revenue_is_followed_net_and_gross(align) -> None:
    base = orders(MONEY, as_of="2024-05-01")
    grid = crr.cohort_grid(base, value="revenue", align=align)
    same(rates(grid, "2024-01")[:2], [1, 0.85])
    same(grid.matrix("gross").loc["2024-01"].tolist()[:2], [1, 0.75])
    same(rates(crr.cohort_grid(base, align=align), "2024-01")[:2], [1, 0.8])
    assert grid.average().set_index("age").loc[1, "rate"] == pytest.approx(0.85)
    assert grid.average(of="gross").set_index("age").loc[1, "rate"] == pytest.approx(0.75)
    assert grid.matrix("revenue").loc["2024-01"].tolist()[:2] == [500, 425]


def test_purchases_without_an_amount_are_counted_and_told() -> None:
    grid = crr.cohort_grid(
        orders("a 2024-01-05 100\na 2024-02-05\nb 2024-01-06 50", as_of="2024-03-01"), value="revenue"
    )
    assert rates(grid, "2024-01") == [1, 0]
    assert grid.matrix("active").loc["2024-01"].tolist() == [2, 1]
    assert "Purchases without an amount: 1." in grid.caption()


def test_a_cohort_whose_opening_sum_is_negative_somewhere_has_no_rate() -> None:
    log = "a 2024-01-05 100\nb 2024-01-06 20\nb 2024-01-07 -70\na 2024-02-05 10"  # b: 20 - 70
    base = orders(log, as_of="2024-03-01", refunds="keep")
    grid = crr.cohort_grid(base, value="revenue")
    assert np.isnan(rates(grid, "2024-01")).all()
    assert grid.average()["cohorts"].tolist() == [0, 0]
    assert "more refunds than sales in their first age: 1." in grid.caption()


# Segments, suppression ---------------------------------------------------------------------------------------------


def by_region():
    log = pd.DataFrame({
        "client_id": ["a", "a", "b", "c", "c"],
        "ordered_at": ["2024-01-05", "2024-02-05", "2024-01-06", "2024-01-07", "2024-02-08"],
        "region": ["north", "south", "north", "south", "south"],
    })  # fmt: skip
    return crr.read_orders(log, customer="client_id", at="ordered_at", by="region", as_of="2024-03-01")


def test_each_segment_has_its_own_grid() -> None:
    grid = crr.cohort_grid(by_region(), by="region")
    assert grid.matrix("rate").loc[("north", "2024-01")].tolist() == [1, 0.5]
    assert grid.matrix("rate").loc[("south", "2024-01")].tolist() == [1, 1]
    assert grid.average()[["region", "age", "rate"]].to_numpy().tolist() == [
        ["north", 0, 1.0], ["north", 1, 0.5], ["south", 0, 1.0], ["south", 1, 1.0],
    ]  # fmt: skip
    north = grid.segment(region="north")
    assert rates(north, "2024-01") == [1, 0.5]
    assert north.conditional()["stayed"].tolist()[0] == 1
    assert "region" not in north.table
    with pytest.raises(InputError, match=r"region='west' is not known. Choose one of north, south"):
        grid.segment(region="west")
    with pytest.raises(InputError, match=r"The segments of this grid are region; say one value for each."):
        grid.segment()


def test_small_cells_are_hidden_with_their_complements_and_leave_every_mean() -> None:
    grid = crr.cohort_grid(nested({"2024-01": [30, 25, 15, 4], "2024-02": [8, 8, 8], "2024-03": [20, 20]}))
    shared = grid.suppressed(10)
    assert states(shared, "2024-01") == [SEEN, "suppressed", SEEN, "suppressed"]  # 5 away; 4 there
    assert states(shared, "2024-02") == ["suppressed"] * 3 + ["unobserved"]
    assert states(shared, "2024-03") == [SEEN, SEEN, "unobserved", "unobserved"]
    hidden = shared.table[shared.table["status"] == "suppressed"]
    assert hidden[["active", "rate", "low", "high"]].isna().all(axis=None)
    assert shared.matrix("size").loc["2024-02"].isna().all()
    assert shared.average().set_index("age").loc[1, ["cohorts", "size", "rate"]].tolist() == [1, 20, 1]
    assert set(shared.conditional().query("cohort == '2024-01' and age == 3")["status"]) == {"suppressed"}
    rows = {line.split()[0]: line.split()[1:] for line in str(shared).splitlines()[2:5]}
    assert rows["2024-01"][1:] == ["100.0%", "×", "50.0%", "×"]  # of 30: 15 there after two months
    assert rows["2024-02"] == ["–", "×", "×", "×"]  # not even the size
    assert states(grid, "2024-01") == [SEEN] * 4


def test_who_is_new_is_unknown_while_the_data_begin() -> None:
    said = "Cohorts that begin in the first 20 days of the data hold old customers too: who is new is unknown."
    assert said in str(crr.cohort_grid(orders(VECTOR, as_of="2024-05-01", burn_in_days=20)))
    assert "old customers" not in str(crr.cohort_grid(orders(VECTOR, as_of="2024-05-01")))


# Small and wrong ---------------------------------------------------------------------------------------------------


def test_one_customer() -> None:
    grid = crr.cohort_grid(orders("a 2024-01-05\na 2024-03-05", as_of="2024-04-01"))
    assert rates(grid, "2024-01") == [1, 0, 1]
    assert grid.average()["rate"].tolist() == [1, 0, 1]


def test_one_period() -> None:
    grid = crr.cohort_grid(orders("a 2024-01-05\nb 2024-01-31", as_of="2024-02-01"))
    assert grid.matrix("rate").to_numpy().tolist() == [[1]]
    assert grid.conditional().empty
    assert crr.cohort_grid(orders("a 2024-01-05", as_of="2024-02-01"), kind="bracket").columns == ["1"]
    with pytest.raises(InputError, match=r"less than one month. Choose a shorter period, such as every='week'"):
        crr.cohort_grid(orders("a 2024-01-05\nb 2024-01-20"))


def test_all_customers_in_one_cohort() -> None:
    grid = crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"))
    assert grid.matrix("size")[0].tolist() == [5, 0, 0, 0]
    assert (grid.matrix("status").iloc[1:] == "empty").all(axis=None)
    assert grid.average()["cohorts"].tolist() == [1, 1, 1, 1]


def test_first_purchases_after_the_cut_off_make_no_cohort() -> None:
    base = orders("a 2024-01-05\na 2024-02-05\nb 2024-03-05", as_of="2024-03-01")
    assert crr.cohort_grid(base).matrix("size")[0].tolist() == [1, 0]
    with pytest.raises(InputError, match=r"\w+ \w+"):
        orders("a 2024-03-05\nb 2024-03-06", as_of="2024-01-01")


def test_refunds_only_are_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"\w+ \w+"):
        orders("a 2024-01-05 -5\nb 2024-02-06 -7")


def test_first_and_last_choose_cohorts_and_ages_cut_the_right_side() -> None:
    grid = crr.cohort_grid(orders(QUIET, as_of="2024-06-01"), first="2024-02", last="2024-03", ages=1)
    assert grid.matrix("active").to_numpy().tolist() == [[1, 0], [1, 0]]
    assert grid.matrix("active").index.tolist() == ["2024-02", "2024-03"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "rolling"}, "kind='rolling' is not known. Choose one of bounded, unbounded, bracket."),
        ({"align": "calender"}, "align='calender' is not known.*Did you mean 'calendar'?"),
        ({"value": "money"}, "value='money' is not known"),
        ({"every": "fortnight"}, "every='fortnight' is not known"),
        ({"by": "region"}, "by='region' is not known"),
        ({"unit": "contract"}, "unit='contract' is for contracts"),
        ({"value": "revenue"}, "This needs purchases with an amount"),
        ({"presence": "moment"}, "presence='moment' needs a rule.*activity=Trailing"),
        ({"presence": "day"}, "presence='day' is not known"),
        ({"brackets": [(1, 2)]}, "brackets= belongs to kind='bracket', kind='bounded' was given."),
        ({"kind": "bracket", "brackets": [(3, 2)]}, r"needs first and last ages, each pair once, such as \[\(1, 2\)"),
        ({"kind": "bracket", "brackets": [(1, 2), (1, 2)]}, "needs first and last ages"),
        ({"kind": "bracket", "brackets": [1, 2]}, "needs first and last ages"),
        ({"kind": "bracket", "brackets": []}, "needs first and last ages"),
        ({"ages": -1}, "ages=-1 is negative"),
        ({"every": "day", "ages": 10**6}, "The grid would have [0-9,]+ cells. Choose a longer period"),
        ({"first": "2031-01"}, "first='2031-01' begins after the data end"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(options, sentence) -> None:
    with pytest.raises(InputError, match=sentence):
        crr.cohort_grid(orders(VECTOR, as_of="2024-05-01"), **options)


def test_what_cannot_be_asked_of_a_grid_is_refused_in_a_sentence() -> None:
    base = orders(MONEY, as_of="2024-05-01")
    money, brackets = crr.cohort_grid(base, value="revenue"), crr.cohort_grid(base, kind="bracket")
    for grid in (money, brackets):
        with pytest.raises(InputError, match="follows customers from age to age"):
            grid.conditional()
    with pytest.raises(InputError, match=r"kind='mean' is not known. Choose one of pooled, simple."):
        money.average("mean")
    with pytest.raises(InputError, match="of='gross' is not known"):
        brackets.average(of="gross")
    with pytest.raises(InputError, match="value='gross' is not known"):
        brackets.matrix("gross")
    with pytest.raises(InputError, match="counts customers; revenue is followed age by age"):
        crr.cohort_grid(base, value="revenue", kind="unbounded")
    with pytest.raises(InputError, match="This needs purchases with an amount"):
        crr.cohort_grid(contracts(CLUB), value="revenue")


# Events ------------------------------------------------------------------------------------------------------------

# a looks in January and buys in February and April; b buys in February, complains in March, signs in May; c only looks.
EVENTS = """
a 2024-01-05 visit
a 2024-02-05 purchase
a 2024-03-05 visit
a 2024-04-05 purchase
b 2024-02-20 purchase
b 2024-03-20 incident
b 2024-05-20 contract
c 2024-01-09 offer
c 2024-03-09 visit
"""


def events(text: str, **rules):
    rows = [line.split() for line in text.strip().splitlines()]
    log = pd.DataFrame(rows, columns=["client_id", "happened_at", "what"])
    return crr.read_events(log, customer="client_id", at="happened_at", kind="what", **rules)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 0, 0.5, 0.5]),
        ({"kind": "unbounded"}, [1, 1, 1, 0.5]),
        ({"kind": "bracket", "brackets": [(1, 2), (3, 3)]}, [0.5, 0.5]),
    ],
)
def test_of_events_the_first_purchase_makes_the_cohort_and_only_purchases_are_activity(options, expected) -> None:
    grid = crr.cohort_grid(events(EVENTS, as_of="2024-06-01"), **options)
    assert grid.matrix("size").iloc[:, 0].loc[["2024-02", "2024-03"]].tolist() == [2, 0]
    same(rates(grid, "2024-02")[: len(expected)], expected)
    assert "2024-01" not in grid.matrix("size").index or grid.matrix("size").loc["2024-01"].iloc[0] == 0


def test_events_with_nobody_but_contacts_have_no_cohort() -> None:
    grid = crr.cohort_grid(events("c 2024-01-09 offer\nc 2024-03-09 visit", as_of="2024-06-01"))
    assert set(grid.table["status"]) == {"empty"}
    assert grid.table["rate"].isna().all()


def test_events_are_cohorts_of_their_purchases() -> None:
    bought = [line for line in EVENTS.strip().splitlines() if line.split()[2] in ("purchase", "contract")]
    of_orders = orders("\n".join(" ".join(line.split()[:2]) for line in bought), as_of="2024-06-01")
    for options in ({}, {"align": "age"}, {"kind": "unbounded"}, {"every": "week"}):
        one = crr.cohort_grid(events(EVENTS, as_of="2024-06-01"), **options).table
        pd.testing.assert_frame_equal(one, crr.cohort_grid(of_orders, **options).table)


# Out ---------------------------------------------------------------------------------------------------------------


def test_a_csv_keeps_zero_blank_and_the_states_apart(tmp_path) -> None:
    grid = crr.cohort_grid(orders(QUIET, as_of="2024-05-20"))
    path = grid.to_csv(tmp_path / "cohorts.csv")
    back = pd.read_csv(path)
    assert back["status"].tolist() == grid.table["status"].tolist()
    np.testing.assert_array_equal(back["rate"].to_numpy(), grid.table["rate"].to_numpy())
    assert (back.loc[back["status"] != SEEN, "rate"].dropna() > 0).all()
    assert [file.name for file in tmp_path.iterdir()] == ["cohorts.csv"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch) -> None:
    grid = crr.cohort_grid(orders(QUIET, as_of="2024-05-20"))
    target = tmp_path / "cohorts.csv"
    target.write_text("old")

    def refuse(_self, _target):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match=r"cannot be written .Permission denied."):
        grid.to_csv(target)
    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["cohorts.csv"]


def test_in_print_the_states_stay_apart() -> None:
    lines = str(crr.cohort_grid(orders(QUIET, as_of="2024-05-20"))).splitlines()
    assert lines[2].split() == ["2024-01", "2", "100.0%", "50.0%", "0.0%", "0.0%", "–*"]
    assert lines[4].split() == ["2024-03", "1", "100.0%", "0.0%", "100.0%*"]
    assert lines[5].split() == ["2024-04", "0", "–", "–", "–", "–", "–"]
    html = crr.cohort_grid(orders(QUIET, as_of="2024-05-20")).to_html()
    assert "<caption" in html
    assert ">100.0%*</td>" in html


def test_russian_says_the_same() -> None:
    grid = crr.cohort_grid(orders(QUIET, as_of="2024-05-20"))
    with use_language("ru"):
        text = str(grid)
    assert "когорта" in text
    assert "100,0\xa0%*" in text


def test_no_customer_id_is_in_a_grid() -> None:
    base = orders(VECTOR.replace("a ", "secret-id "), as_of="2024-05-01")
    grid = crr.cohort_grid(base)
    assert "secret-id" not in json.dumps(grid.table.astype(str).to_dict()) + repr(grid) + grid.to_html()
