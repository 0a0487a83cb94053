"""The revenue of contracts: an account counted by hand, a plain recount of random histories, and what has no answer."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction

import brute
import numpy as np
import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground.errors import InputError

FLOWS = ["opening", "new", "expansion", "contraction", "churned", "reactivated", "closing"]


def base_of(text: str, as_of: str = "2024-04-01", **more) -> crr.Base:
    """Lines of ``who start end amount``, a dash for what is not there, further columns by their names in ``more``."""
    rows = [[None if cell == "-" else cell for cell in line.split()] for line in text.strip().splitlines()]
    names = ["who", "joined", "gone", "paid", *more.pop("columns", [])]
    frame = pd.DataFrame(rows, columns=names)
    frame["paid"] = frame["paid"].astype("float64")
    return crr.read_contracts(frame, customer="who", start="joined", end="gone", amount="paid", as_of=as_of, **more)


# The price of b rises from 100 to 150, c leaves. February: opening 250 = a 100 + b 100 + c 50; b expands by 50, c is
# churned with 50, closing 250: NRR (250 + 50 - 50) / 250 = 1, GRR (100 + 100 + 0) / 250 = .8
RISE_AND_LEAVE = """
a 2023-12-01 - 100
b 2023-12-01 2024-02-15 100
b 2024-02-15 - 150
c 2023-12-01 2024-02-10 50
"""

# January to March, every flow and every boundary:
#  a holds two contracts that overlap (10 + 5), the second ends on the stroke of 1 February: there at the start of
#    February, and lost within it: contraction 5 in February.
#  b pays 20, leaves on 10 January, is back from 20 February for 30: churned 20 in January, reactivated 30 in February.
#  c is new in February with 7, upgrades on 5 March to 9: new 7, expansion 2 in March.
#  d joins and leaves inside February: in no sum.
#  e, new on 1 March at midnight, is not there at the start of March: new 4 in March.
#  f pays nothing until 15 February and 6 from then on: expansion 6, in opening with 0.
#  g: two contracts of 3 are merged into one of 6 on one day: nothing changes.
EVERY_FLOW = """
a 2023-12-05 - 10
a 2023-12-07 2024-02-01 5
b 2023-12-05 2024-01-10 20
b 2024-02-20 - 30
c 2024-02-02 2024-03-05 7
c 2024-03-05 - 9
d 2024-02-03 2024-02-28 1000
e 2024-03-01 - 4
f 2023-12-31 2024-02-15 0
f 2024-02-15 - 6
g 2023-12-05 2024-02-15 3
g 2023-12-06 2024-02-15 3
g 2024-02-15 - 6
"""


def test_a_price_that_rises_and_a_customer_who_leaves() -> None:
    row = crr.revenue_retention(base_of(RISE_AND_LEAVE, "2024-03-01"), every="month").table.iloc[-1]
    assert row["period"] == "2024-02"
    assert row[FLOWS].tolist() == [250, 0, 50, 0, 50, 0, 250]
    assert (row["nrr"], row["grr"], row["status"]) == (1.0, 0.8, "complete")
    assert (row["start"], row["end"]) == (3, 2)


def test_every_flow_is_the_one_counted_by_hand() -> None:
    table = crr.revenue_retention(base_of(EVERY_FLOW)).table.set_index("period")
    expected = {
        "2023-12": [0, 15 + 20 + 0 + 6, 0, 0, 0, 0, 41],
        "2024-01": [41, 0, 0, 0, 20, 0, 21],
        "2024-02": [21, 7, 6, 5, 0, 30, 59],
        "2024-03": [59, 4, 2, 0, 0, 0, 65],
    }
    assert {period: table.loc[period, FLOWS].tolist() for period in expected} == expected
    assert table["start"].tolist() == [0, 4, 3, 5]
    assert table["nrr"].tolist()[1:] == [21 / 41, 22 / 21, 61 / 59]
    assert table["grr"].tolist()[1:] == [21 / 41, 16 / 21, 1.0]
    assert table["status"].tolist() == ["empty_base", "complete", "complete", "complete"]


def test_the_heads_are_those_of_the_account_of_customers() -> None:
    base = base_of(EVERY_FLOW)
    heads, money = (measure(base, every="month").table for measure in (crr.retention_by_period, crr.revenue_retention))
    assert money[["period", "start", "end"]].equals(heads[["period", "start", "end"]])


def test_first_and_last_cut_the_account_and_change_no_row() -> None:
    base = base_of(EVERY_FLOW)
    whole, part = crr.revenue_retention(base).table, crr.revenue_retention(base, first="2024-02", last="2024-02").table
    pd.testing.assert_frame_equal(part, whole[whole["period"] == "2024-02"].reset_index(drop=True))


def test_what_runs_and_what_is_burnt_in_is_marked() -> None:
    table = crr.revenue_retention(base_of(EVERY_FLOW, "2024-03-03", burn_in_days=40)).table
    assert table["status"].tolist() == ["empty_base", "burn_in", "complete", "running"]
    assert table["closing"].iloc[-1] == 63  # e is there, the upgrade of c on the 5th has not been seen


# Unknown, undefined, below zero ---------------------------------------------------------------------------------------


def test_a_customer_with_a_contract_without_an_amount_is_in_no_sum_and_is_counted() -> None:
    # b's first contract has no amount: b is in no sum of any period, also when the second one has a price.
    base = base_of("""
    a 2023-12-05 - 10
    b 2023-12-05 2024-01-10 -
    b 2024-01-10 2024-02-10 30
    """)
    found = crr.revenue_retention(base)
    table = found.table
    assert table["closing"].tolist() == [10, 10, 10, 10]
    assert table["unpriced"].tolist() == [1, 1, 1, 0]
    assert table["status"].tolist() == ["amounts_missing", "amounts_missing", "amounts_missing", "complete"]
    assert found.notes == (
        "1 of 2 customers holds a contract without an amount: what they pay is unknown, they are in no sum.",
    )
    assert found.notes[0] in str(found)
    assert found.notes[0] in found.to_html()


def test_a_discount_lowers_what_a_customer_pays_but_below_zero_there_is_no_rate() -> None:
    base = base_of("""
    a 2023-12-05 - 10
    a 2024-01-15 - -4
    b 2023-12-05 - 10
    b 2024-02-15 2024-03-15 -12
    """)
    table = crr.revenue_retention(base).table
    assert table["contraction"].tolist() == [0, 4, 12, 0]
    assert table["expansion"].tolist() == [0, 0, 0, 12]
    assert table["status"].tolist() == ["empty_base", "complete", "negative_revenue", "negative_revenue"]
    assert table.loc[1, ["nrr", "grr"]].tolist() == [0.8, 0.8]
    assert table.loc[2:, ["nrr", "grr"]].isna().all(axis=None)
    balances(table)


def test_customers_who_pay_nothing_have_no_rate_and_nothing_is_left_of_sums_that_cancel() -> None:
    # As floats 0.1 + 0.2 - 0.1 - 0.2 leaves a speck, of which there would be a rate.
    base = base_of("""
    a 2023-12-05 - 0
    b 2023-12-05 2024-01-10 0.1
    b 2023-12-05 2024-01-20 0.2
    """)
    table = crr.revenue_retention(base).table
    assert table["opening"].tolist() == [0, 0.3, 0, 0]
    assert table["status"].tolist() == ["empty_base", "complete", "no_revenue", "no_revenue"]
    assert table["nrr"].isna().tolist() == [True, False, True, True]
    assert (table.loc[1, "nrr"], table.loc[1, "grr"]) == (0, 0)


def test_what_no_price_can_be_is_no_amount() -> None:
    found = crr.revenue_retention(base_of("a 2023-12-05 - 1e25\nb 2023-12-05 - 3"))
    assert found.table["closing"].tolist() == [3, 3, 3, 3]
    assert found.table["unpriced"].tolist() == [1, 1, 1, 1]


def test_contracts_without_amounts_are_refused() -> None:
    base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    with pytest.raises(InputError, match=r"read_contracts\(…, amount=…\)"):
        crr.revenue_retention(base)
    with pytest.raises(InputError, match="by='region' is not known"):
        crr.revenue_retention(base_of(EVERY_FLOW), by="region")


# Segments and words ---------------------------------------------------------------------------------------------------


def test_segments_have_accounts_of_their_own_that_add_up() -> None:
    lines = [line + (" North" if line[0] in "abe" else " South") for line in EVERY_FLOW.strip().splitlines()]
    base = base_of("\n".join(lines), columns=["region"], by="region")
    found = crr.revenue_retention(base, by="region")
    north = crr.revenue_retention(base_of("\n".join(line for line in EVERY_FLOW.splitlines() if line[:1] in "abe")))
    pd.testing.assert_frame_equal(
        found.table[found.table["region"] == "North"].drop(columns="region"), north.table, check_index_type=False
    )
    whole = crr.revenue_retention(base).table
    assert np.allclose(found.table.groupby("period")[FLOWS].sum(), whole[FLOWS])
    assert str(found).splitlines()[0].startswith("region")
    assert "North" in found.to_html()


def test_purchases_have_segments_and_bounds_too() -> None:
    rows = [("a", "2024-01-05", 10.0, "N"), ("a", "2024-02-05", 5.0, "N"), ("b", "2024-01-05", 3.0, "S")]
    frame = pd.DataFrame(rows, columns=["who", "at", "paid", "region"])
    base = crr.read_orders(frame, customer="who", at="at", amount="paid", by="region", as_of="2024-03-01")
    table = crr.revenue_retention(base, by="region", first="2024-02").table
    assert table[["region", "period", "opening", "closing"]].to_numpy().tolist() == [
        ["N", "2024-02", 10, 5], ["S", "2024-02", 3, 0],
    ]  # fmt: skip


def test_it_prints_in_both_languages_and_says_what_an_amount_is() -> None:
    found = crr.revenue_retention(base_of(RISE_AND_LEAVE, "2024-03-01"))
    assert str(found).startswith("2024-02: revenue of 250.00 at the start, NRR 100.0%, GRR 80.0%")
    assert "the sum of the recurring prices of those that run" in str(found.card)
    with crr.use_language("ru"):
        assert "расширение" in str(found)
        assert "сумма регулярных платежей" in str(found.card)


# Random histories -----------------------------------------------------------------------------------------------------

JANUARY = datetime(2024, 1, 1)  # noqa: DTZ001 - the business's own clock
AS_OF = datetime(2024, 4, 5)  # noqa: DTZ001 - the business's own clock


def balances(table: pd.DataFrame) -> None:
    gained = table["new"] + table["expansion"] + table["reactivated"]
    left = table["opening"] + gained - table["contraction"] - table["churned"]
    np.testing.assert_allclose(left, table["closing"], rtol=0, atol=1e-9)
    assert table["opening"].iloc[1:].tolist() == table["closing"].iloc[:-1].tolist()
    known = table[table["grr"].notna()]
    assert (known["grr"] <= np.minimum(1, known["nrr"])).all()
    assert known["grr"].between(0, 1).all()


def plain(rows, since: datetime, until: datetime) -> dict[str, Fraction]:
    """One period, customer by customer."""
    held = defaultdict(list)
    for who, start, end, price in rows:
        if start < AS_OF:
            held[who].append((start, end if end is None or end < AS_OF else None, price))
    sums = dict.fromkeys([*FLOWS, "kept"], Fraction(0))
    for mine in held.values():
        m0, m1 = (sum(c[2] for c in mine if brute.there([c[:2]], at)) for at in (since, min(until, AS_OF)))
        was, is_ = (brute.there([c[:2] for c in mine], at) for at in (since, min(until, AS_OF)))
        sums["opening"] += m0
        sums["closing"] += m1
        if was and is_:
            sums["expansion"] += max(m1 - m0, 0)
            sums["contraction"] += max(m0 - m1, 0)
            sums["kept"] += min(m0, m1)
        elif was:
            sums["churned"] += m0
        elif is_:
            first = min(c[0] for c in mine) >= since
            sums["new" if first else "reactivated"] += m1
        if m0 < 0 or m1 < 0:
            sums["negative"] = Fraction(1)
    return sums


def random_rows(random: np.random.Generator) -> list[tuple]:
    """Up to fourteen contracts of four customers, crowded around firsts of months; some touch, some have no length."""
    rows = []
    for _ in range(random.integers(1, 15)):
        one, other = sorted(int(random.choice([*range(100), 0, 31, 31, 59, 60, 60, 91])) for _ in range(2))
        end = None if random.random() < 0.2 else JANUARY + timedelta(days=other)
        price = random.choice([Fraction(k) for k in range(-2, 9)] + [Fraction(k, 10) for k in (1, 2, 3)])
        rows.append((random.choice(list("abcd")), JANUARY + timedelta(days=one), end, price))
    return rows


@pytest.mark.daily(1)
@pytest.mark.parametrize("every", ["week", "month"])
def test_against_a_plain_recount(every: str) -> None:
    """Forty worlds as segments of one list."""
    random = np.random.default_rng(15)
    worlds = {f"w{n}": random_rows(random) for n in range(40)}
    lines = [(f"{world} {who}", *row, world) for world, rows in worlds.items() for who, *row in rows]
    frame = pd.DataFrame(lines, columns=["who", "joined", "gone", "paid", "world"]).astype({"paid": "float64"})
    frame["gone"] = pd.to_datetime(frame["gone"])
    named = {"customer": "who", "start": "joined", "end": "gone", "amount": "paid", "by": "world"}
    table = crr.revenue_retention(crr.read_contracts(frame, **named, as_of=AS_OF), every=every, by="world").table
    assert set(table["world"]) == {world for world, rows in worlds.items() if min(row[1] for row in rows) < AS_OF}
    for world, part in table.groupby("world"):
        balances(part)
        for row in part.itertuples():
            compare(row, plain(worlds[world], row.from_, row.until))
    assert {"complete", "negative_revenue", "running", "empty_base"} <= set(table["status"])


def compare(row, sums: dict[str, Fraction]) -> None:
    assert {name: getattr(row, name) for name in FLOWS} == {name: float(sums[name]) for name in FLOWS}
    if "negative" in sums or not sums["opening"]:
        assert math.isnan(row.nrr)
        assert math.isnan(row.grr)
        assert row.status != "complete"
        assert ("negative" in sums) == (row.status == "negative_revenue")
        return
    assert sums["opening"] - sums["contraction"] - sums["churned"] == sums["kept"]
    assert row.grr == pytest.approx(float(sums["kept"] / sums["opening"]), abs=1e-15)
    assert row.nrr == pytest.approx(float((sums["kept"] + sums["expansion"]) / sums["opening"]), rel=1e-14)
