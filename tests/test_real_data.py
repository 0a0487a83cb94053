"""Real lists: every row accounted for, and the account against a count of pandas alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crrkit.measure.movement import retention_by_period
from crrkit.read.bases.readers import read_orders

RETAIL = "online_retail_uci/online_retail_all.csv.gz"
CDNOW = "cdnow/CDNOW_master.txt"


@pytest.fixture(scope="module")
def retail_rows(data_dir) -> pd.DataFrame:
    """The file as pandas reads it, every field as text."""
    columns = ["Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    rows = pd.read_csv(data_dir / RETAIL, dtype=str, usecols=columns)
    return rows.assign(
        Quantity=rows["Quantity"].astype(float),
        UnitPrice=rows["UnitPrice"].astype(float),
        InvoiceDate=pd.to_datetime(rows["InvoiceDate"], format="%Y-%m-%d %H:%M:%S"),
    )


@pytest.fixture(scope="module")
def cdnow(data_dir):
    return read_orders(data_dir / CDNOW, customer="customer_id", at="date", amount="dollar_value")


@pytest.fixture(scope="module")
def cdnow_rows(data_dir) -> pd.DataFrame:
    names = ["who", "day", "pieces", "paid"]
    rows = pd.read_csv(
        data_dir / CDNOW, sep=r"\s+", skiprows=1, header=None, names=names, dtype={"who": str, "day": str}
    )
    return rows.assign(day=pd.to_datetime(rows["day"], format="%Y%m%d"))


def by_sets(who: pd.Series, at: pd.Series) -> pd.DataFrame:
    """The account of monthly buyers, from one set of people a month."""
    buyers = who.groupby(at.dt.to_period("M")).agg(set)
    rows, before, ever = [], set(), set()
    for month in pd.period_range(buyers.index.min(), buyers.index.max(), freq="M"):
        now = buyers.get(month, set())
        rows.append({
            "period": str(month), "start": len(before), "kept": len(before & now), "lost": len(before - now),
            "new": len(now - ever), "returned": len(now & ever - before), "end": len(now), "former": len(ever - before),
        })  # fmt: skip
        before, ever = now, ever | now
    return pd.DataFrame(rows)


def test_every_row_of_the_online_shop_is_accounted_for(shop, retail_rows):
    quality = shop.quality
    nobody = retail_rows["CustomerID"].isna()
    back = ~nobody & ((retail_rows["Quantity"] < 0) | (retail_rows["Quantity"] * retail_rows["UnitPrice"] < 0))
    free = ~nobody & ~back & (retail_rows["Quantity"] * retail_rows["UnitPrice"] == 0)
    expected = {"no customer id": nobody.sum(), "refund or return": back.sum(), "zero amount": free.sum()}
    assert dict(zip(quality.table["reason"], quality.table["rows"], strict=True)) == expected
    assert list(expected.values()) == [135_080, 8_905, 40]
    # reference.json, cohort-885: 397,884 rows of 4,338 customers.
    assert (quality.rows_read, quality.rows_used, quality.rows_set_aside) == (541_909, 397_884, 144_025)
    assert shop.table["customer"].nunique().execute() == 4_338
    amounts = (retail_rows["Quantity"] * retail_rows["UnitPrice"])[~nobody & ~back & ~free]
    assert shop.table["amount"].sum().execute() == pytest.approx(amounts.sum(), rel=1e-12)


def test_the_online_shop_by_month_agrees_with_pandas(shop, retail_rows):
    bought = retail_rows[(retail_rows["Quantity"] > 0) & (retail_rows["UnitPrice"] > 0)].dropna(subset="CustomerID")
    expected = by_sets(bought["CustomerID"], bought["InvoiceDate"])
    table = retention_by_period(shop, every="month").table
    pd.testing.assert_frame_equal(table[list(expected)], expected)
    assert table["status"].tolist() == ["empty_base", *["complete"] * 11, "running"]
    some = table.iloc[1:]
    np.testing.assert_allclose(some["crr"], some["kept"] / some["start"], rtol=0, atol=1e-15)
    assert table["crr_textbook"].iloc[2:].gt(table["crr"].iloc[2:]).all()  # returns hide losses


def test_first_cohorts_of_the_online_shop(shop):
    table = retention_by_period(shop, every="month", last="2011-01").table.set_index("period")
    # reference.json, cohort-885: 885 first bought in December, 324 of them again in January, when 417 were new.
    assert table.loc["2010-12", ["new", "end"]].tolist() == [885, 885]
    assert table.loc["2011-01", ["start", "kept", "new"]].tolist() == [885, 324, 417]


@pytest.mark.engines
def test_november_of_the_online_shop_from_python_without_naming_anything(data_dir):
    # Who bought in October 2011, 1,364, and of them in November, 622: 45.6 %. Counted by sets of pandas above.
    base = read_orders(data_dir / RETAIL)
    assert base.quality.columns == {
        "customer": "CustomerID", "at": "InvoiceDate", "receipt": "InvoiceNo", "quantity": "Quantity",
        "price": "UnitPrice",
    }  # fmt: skip
    row = retention_by_period(base, every="month").row("2011-11")
    assert row[["start", "kept"]].tolist() == [1_364, 622]
    # 135,080 of 541,909 rows have no customer, and 5,192 of the rows used are alike with another one in all eight
    # columns (pandas: isna().mean(), duplicated().sum()).
    assert [note.split(" ")[0] for note in base.quality.notes] == ["24.9%", "5,192"]


def test_the_online_shop_with_cancellations_counted_as_purchases(shop_and_refunds):
    base = shop_and_refunds
    assert base.quality.rows_used == 406_829
    assert any("Column 'Quantity' was not read and is below 0 in 8,905 rows" in one for one in base.quality.doubts)
    table = retention_by_period(base, every="month", last="2011-01").table.set_index("period")
    # reference.json, cohort-948: the same without the filter of amounts.
    assert table.loc["2010-12", "new"] == 948
    assert table.loc["2011-01", ["kept", "new"]].tolist() == [362, 421]
    assert base.table["customer"].nunique().execute() == 4_372


def test_every_row_of_cdnow_is_accounted_for(cdnow, cdnow_rows):
    # ORIGIN.txt: 69,659 rows, 23,570 customers, 80 rows of nothing paid, $2,500,315.63.
    assert (cdnow.quality.rows_read, cdnow.quality.rows_used) == (69_659, 69_579)
    assert dict(cdnow.quality.table[["reason", "rows"]].itertuples(index=False)) == {"zero amount": 80}
    paid = cdnow_rows[cdnow_rows["paid"] > 0]
    assert cdnow.table["customer"].nunique().execute() == paid["who"].nunique()
    assert cdnow.table["amount"].sum().execute() == pytest.approx(2_500_315.63, abs=0.005)
    ids = cdnow.table["customer"].execute()
    assert set(ids) == set(paid["who"])
    assert ids.str.len().eq(5).all()  # leading zeros stand


def test_cdnow_by_month_agrees_with_pandas(cdnow, cdnow_rows):
    paid = cdnow_rows[cdnow_rows["paid"] > 0]
    expected = by_sets(paid["who"], paid["day"])
    table = retention_by_period(cdnow, every="month").table
    pd.testing.assert_frame_equal(table[list(expected)], expected)
    assert table["period"].tolist() == [str(m) for m in pd.period_range("1997-01", "1998-06", freq="M")]
    assert table["status"].tolist() == ["empty_base", *["complete"] * 17]


def test_cdnow_counting_free_disks_too(data_dir):
    base = read_orders(data_dir / CDNOW, customer="customer_id", at="date", amount="")  # its amount would be found
    assert base.quality.rows_set_aside == 0
    assert base.table["customer"].nunique().execute() == 23_570
