"""The bases: what was named, what was found by itself, the clock and the cut-off."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
import worlds

from crrkit.ground import errors
from crrkit.measure.movement import retention_by_period
from crrkit.read import samples
from crrkit.read.bases.contract_base import ContractBase
from crrkit.read.bases.order_base import OrderBase
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.read.words.columns import usual_column

LOG = pd.DataFrame({
    "who": ["a", "b", "a", "c", None],
    "when": ["2024-01-05 10:00", "2024-01-31 23:59:59", "2024-02-01 00:00", "2024-02-29", "2024-03-01"],
    "paid": [10.0, -3.0, 0.0, 5.0, 7.0],
})  # fmt: skip


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_only_canonical_columns_and_used_rows_are_kept():
    base = read_orders(LOG.assign(mail="x@y", region="N"), customer="who", at="when", amount="paid", by="region")
    assert isinstance(base, OrderBase)
    assert set(base.table.columns) == {"customer", "at", "amount", "region"}
    assert base.table.count().execute() == base.quality.rows_used == 2
    assert base.quality.columns == {"customer": "who", "at": "when", "amount": "paid"}


def test_contracts_keep_what_was_named():
    frame = worlds.SEVERAL_CONTRACTS["contract"].contracts().assign(fee=9.9, name="secret")
    named = {"customer": "client_id", "start": "joined", "end": "left"}
    base = read_contracts(frame, contract="contract", amount="fee", **named)
    assert isinstance(base, ContractBase)
    assert set(base.table.columns) == {"customer", "contract", "start", "end", "amount"}
    assert set(read_contracts(frame, **named).table.columns) == {"customer", "contract", "start", "end", "amount"}
    bare = read_contracts(frame, contract="", amount="", **named)
    assert set(bare.table.columns) == {"customer", "start", "end"}


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (("CustomerID", "InvoiceDate"), {"customer": "CustomerID", "at": "InvoiceDate"}),
        (("client_id", "ordered_at"), {"customer": "client_id", "at": "ordered_at"}),
        (("Клиент", "Дата покупки"), {"customer": "Клиент", "at": "Дата покупки"}),
        (("user", "timestamp"), {"customer": "user", "at": "timestamp"}),
    ],
)
def test_usual_names_need_not_be_said(columns, found):
    base = read_orders(pd.DataFrame([["a", "2024-01-05"]], columns=columns))
    assert base.quality.columns == found


def test_a_said_name_goes_before_a_usual_one():
    frame = pd.DataFrame({"customer_id": ["x", "x"], "household": ["p", "q"], "date": ["2024-01-05"] * 2})
    assert retention_by_period(read_orders(frame, customer="household"), every="day").table["end"].tolist() == [2]
    assert retention_by_period(read_orders(frame), every="day").table["end"].tolist() == [1]


def test_of_two_usual_names_the_first_of_the_list_then_of_the_table_is_taken():
    assert usual_column("customer", ["user", "customer", "client_id"]) == "client_id"
    assert usual_column("customer", ["Client ID", "client_id"]) == "Client ID"
    assert usual_column("customer", ["spalte"]) is None


def test_quantity_and_price_make_the_amount():
    frame = pd.DataFrame(
        {"who": list("abc"), "when": ["2024-01-05"] * 3, "n": [2, -1, 3], "each": ["1,50", "2,00", "0"]}
    )
    base = read_orders(frame, customer="who", at="when", quantity="n", price="each")
    assert base.table.select("customer", "amount").to_pandas().to_dict("records") == [{"customer": "a", "amount": 3.0}]
    assert dict(base.quality.table[["reason", "rows"]].itertuples(index=False)) == {
        "refund or return": 1,
        "zero amount": 1,
    }


def test_a_missing_amount_is_a_purchase_of_unknown_worth():
    frame = pd.DataFrame({"who": list("ab"), "when": ["2024-01-05"] * 2, "paid": [None, 5.0]})
    base = read_orders(frame, customer="who", at="when", amount="paid")
    assert base.quality.rows_used == 2
    assert base.table["amount"].count().execute() == 1


def test_first_and_cut_off_are_those_of_the_used_rows():
    base = read_orders(LOG, customer="who", at="when", amount="paid")
    assert (base.first, base.as_of) == (moment("2024-01-05T10:00"), moment("2024-03-01"))
    everything = read_orders(LOG, customer="who", at="when")
    assert (everything.first, everything.as_of) == (moment("2024-01-05T10:00"), moment("2024-03-01"))
    assert everything.quality.rows_used == 4


@pytest.mark.parametrize(
    ("as_of", "used"), [("2024-02-01", 2), ("2024-02-01T00:00:01", 3), ("2024-01-31 23:59:59", 1), ("2025-01-01", 4)]
)
def test_nothing_at_or_after_the_cut_off_counts(as_of, used):
    base = read_orders(LOG, customer="who", at="when", as_of=as_of)
    assert base.quality.rows_used == used
    assert base.quality.rows_read == 5
    assert base.card.as_of == base.as_of == moment(as_of)


def test_one_segment_may_be_said_without_a_list():
    frame = LOG.assign(region="N", channel="web")
    assert read_orders(frame, customer="who", at="when", by="region").by == ("region",)
    assert read_orders(frame, customer="who", at="when", by=["region", "channel"]).by == ("region", "channel")


def test_a_base_prints_its_rows_and_its_rules():
    base = read_contracts(samples.sample_path("canonical"))
    assert str(base).startswith("canonical.csv: 14 rows read = 14 used + 0 set aside")
    assert "a contract runs just before the moment" in str(base)
    assert repr(base) == str(base)
    assert base._repr_html_().count("<dl") == 1


def test_a_base_is_not_changed():
    base = read_contracts(samples.sample_path("canonical"))
    with pytest.raises(AttributeError):
        base.as_of = moment("2024-01-01")


def test_bases_of_one_process_do_not_meet():
    one, two = (
        read_orders(pd.DataFrame({"who": [who], "when": ["2024-01-05"]}), customer="who", at="when") for who in "ab"
    )
    assert [base.table["customer"].execute().tolist() for base in (one, two)] == [["a"], ["b"]]


def test_an_unknown_segment_is_refused_when_it_is_asked_for():
    base = read_orders(LOG.assign(region="N"), customer="who", at="when", by="region")
    with pytest.raises(errors.InputError, match="Choose one of region") as refused:
        retention_by_period(base, every="month", by="regoin")
    assert refused.value.argument == "by"


def test_a_million_rows_of_one_id_are_one_customer_and_a_sentence():
    frame = pd.DataFrame({"who": 0, "at": pd.date_range("2024-01-01", periods=1_000_000, freq="s")})
    base = read_orders(frame, customer="who", at="at")
    assert "One customer id holds 100.0% of the rows used" in str(base.quality)
    assert base.quality.rows_used == 1_000_000
    some = pd.DataFrame({"who": [*["c-1"] * 100, *(f"c{k}" for k in range(1100))], "at": "2024-01-05"})
    assert not read_orders(some, customer="who", at="at").quality.notes
