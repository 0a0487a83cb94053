"""The door: every row read is used or set aside for a named reason, every input gives the same account, and what cannot
be used is refused in a sentence or two."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from crrkit.ground import errors, languages
from crrkit.measure.cohorts.build import cohort_grid
from crrkit.measure.movement import retention_by_period
from crrkit.measure.revenue import retail_measures, revenue_retention
from crrkit.read import samples
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.read.guessing.guesses import guess
from crrkit.read.quality.rows import REASONS
from crrkit.read.words.columns import RESERVED

TRUTH = json.loads((Path(__file__).parent.parent / "sample_data" / "truth.json").read_text(encoding="utf-8"))
AS_OF = "2025-01-01"


def put(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def orders_of(source, **named):
    return read_orders(source, **{"customer": "who", "at": "when"} | named)


def members_of(source, **named):
    return read_contracts(source, **{"customer": "who", "start": "joined", "end": "gone"} | named)


# Refusals -------------------------------------------------------------------------------------------------------------

ORDERS = "who,when,paid\n" + "".join(f"c{k % 7},2024-0{k % 6 + 1}-05,{k + 1}\n" for k in range(20))
MEMBERS = "who,joined,gone\n" + "".join(f"c{k},2024-01-0{k % 9 + 1},2024-03-0{k % 9 + 1}\n" for k in range(20))
HALF = "".join(line if k % 2 else line[:6] + "\n" for k, line in enumerate(ORDERS.splitlines(keepends=True), start=1))


def refusal(read, *args, **named) -> errors.InputError:
    """The error, held to the form of all errors: a sentence or two, no line breaks, no name of the engine's errors."""
    with pytest.raises(errors.InputError) as caught:
        read(*args, **named)
    text = str(caught.value)
    assert "\n" not in text
    assert re.search(r"[.?]$", text)
    assert 1 <= len(re.findall(r"[.?](?= [A-Z]|$)", text)) <= 3, text
    return caught.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("who,when,paid\n", "has column names but no rows"),
        (HALF, "10 of 20 rows set aside with the reason “cut-off line”"),
        (ORDERS.replace("2024-0", "2024-4"), "20 of 20 rows set aside with the reason “unreadable date”"),
        (re.sub(r"c\d", "", ORDERS), "20 of 20 rows set aside with the reason “no customer id”"),
        (re.sub(r"2024-\d\d-05", "", ORDERS), "20 of 20 rows set aside with the reason “no date”"),
        (bytes(range(256)) * 40, "is not a text file"),
        ("who,when,when\na,2024-01-05,2024-01-06\n", "more than one column called 'when'"),
    ],
)
def test_a_file_of_orders_that_cannot_be_used(content, said, tmp_path):
    error = refusal(orders_of, put(tmp_path, content))
    assert error.argument == "source"
    assert said in str(error)
    assert str(error).startswith(("list.csv", "The table"))


def test_contracts_that_all_end_before_they_start(tmp_path):
    swapped = put(tmp_path, MEMBERS.replace("who,joined,gone", "who,gone,joined"))
    error = refusal(members_of, swapped)
    assert "20 of 20 rows set aside with the reason “ends before it starts”. start= and end= may be swapped." in str(
        error
    )


def test_amounts_that_are_all_negative():
    log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-05"], "paid": [-5, -7]})
    error = refusal(orders_of, log, amount="paid")
    assert "“refund or return”" in str(error)
    assert "refunds='keep'" in str(error)
    assert orders_of(log, amount="paid", refunds="keep").quality.rows_used == 2


@pytest.mark.parametrize(
    ("named", "argument", "said"),
    [
        ({"customer": "woh"}, "customer", "Did you mean 'who'?"),
        ({"at": "wen"}, "at", "Did you mean 'when'?"),
        ({"at": None}, None, None),  # found by itself: see the usual names
        ({"amount": "piad"}, "amount", "Did you mean 'paid'?"),
        ({"by": "regoin"}, "by[0]", "Did you mean 'region'?"),
        ({"by": ["region", "chanel"]}, "by[1]", "Its columns are who, when, paid, region"),
        ({"amount": "paid", "price": "paid"}, "quantity", "belong together"),
        ({"price": "paid"}, "quantity", "belong together"),
        ({"quantity": "paid"}, "price", "belong together"),
        ({"amount": "paid", "quantity": "paid", "price": "paid"}, "quantity", "belong together"),
        ({"zone": "Europe/Moskow"}, "zone", "Did you mean 'Europe/Moscow'?"),
        ({"zone": 3}, "zone", "is not a known time zone"),
        ({"dates": "dmy"}, "dates", "Choose one of year-month-day"),
        ({"week_starts": "monady"}, "week_starts", "Did you mean 'monday'?"),
        ({"year_starts": "4"}, "year_starts", "Choose one of january"),
        ({"refunds": "ignore"}, "refunds", "Choose one of set aside, keep"),
        ({"as_of": "yesterday"}, "as_of", "Write it like '2024-07-01'"),
        ({"as_of": 20240701}, "as_of", "Write it like '2024-07-01'"),
        ({"as_of": pd.NaT}, "as_of", "Write it like '2024-07-01'"),
        ({"as_of": "2024-07-01T00:00:00+03:00"}, "as_of", "has a time zone"),
        ({"as_of": pd.Timestamp("2024-07-01", tz="UTC")}, "as_of", "has a time zone"),
        ({"as_of": "2023-01-01"}, "source", "“on or after the cut-off”. Choose a later as_of."),
    ],
)
def test_a_wrong_word_is_told_what_is_needed(named, argument, said, tmp_path):
    text = "\n".join(f"{line},{'region' if not k else 'North'}" for k, line in enumerate(ORDERS.splitlines()))
    path = put(tmp_path, text)
    if argument is None:
        path = put(tmp_path, text.replace("when", "date"))
        assert orders_of(path, **named).quality.columns["at"] == "date"
        return
    error = refusal(orders_of, path, **named)
    assert error.argument == argument
    assert said in str(error)


def test_a_misspelt_column_lists_those_there_are():
    error = refusal(members_of, pd.DataFrame(columns=["who", "joined", "left"]))
    assert isinstance(error, errors.ColumnNotFoundError)
    assert (error.argument, error.given, error.available) == ("end", "gone", ["who", "joined", "left"])


def test_a_column_that_nobody_named_and_nobody_would_guess():
    error = refusal(read_orders, pd.DataFrame({"spalte": ["a"], "date": ["2024-01-05"]}))
    assert "Say which one it is with customer=" in str(error)
    assert (error.argument, error.available) == ("customer", ["spalte", "date"])


@pytest.mark.parametrize("end_is", ["last day", 1, ""])
def test_what_an_end_means_must_be_one_of_two(end_is):
    assert refusal(members_of, pd.DataFrame(), end_is=end_is).argument == "end_is"


@pytest.mark.parametrize("source", [None, 3, np.ones(3), pd.Series([1]), b"a,b"])
def test_what_is_no_table_is_told_what_one_is(source):
    assert "Give a path, a pandas, Polars or Arrow table" in str(refusal(orders_of, source))


EMPTY = {"who": [], "when": []}


@pytest.mark.parametrize("frame", [pd.DataFrame(columns=["who", "when"]), pl.DataFrame(EMPTY), pa.table(EMPTY)])
def test_a_frame_without_rows_is_refused(frame):
    assert "no rows" in str(refusal(orders_of, frame))


@pytest.mark.parametrize("nothing", [[None, None], [np.nan, np.nan], [pd.NA, pd.NA], ["", " "], ["nan", "None"]])
def test_ids_that_are_all_missing_are_refused_in_every_type(nothing):
    assert "“no customer id”" in str(refusal(orders_of, pd.DataFrame({"who": nothing, "when": ["2024-01-05"] * 2})))


def test_repeated_columns_are_refused_in_frames_as_in_files():
    rows = [["a", "2024-01-05", "2024-02-05"]]
    for table in (
        pd.DataFrame(rows, columns=["who", "when", "when"]),
        pa.table([pa.array([value]) for value in rows[0]], names=["who", "when", "when"]),
        pd.DataFrame(rows, columns=["who", "when", "When"]),  # the engine would take one for the other
    ):
        assert "more than one column called 'when'" in str(refusal(orders_of, table))
    spare = pd.DataFrame([["a", "2024-01-05", 1, 2]], columns=["who", "when", "x", "x"])
    assert orders_of(spare).quality.rows_used == 1  # what is not asked for may stand twice


def test_a_torn_parquet_file_is_refused_where_the_engine_finds_it(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"who": ["a", "b"] * 500, "when": pd.to_datetime(["2024-01-05", "2024-02-05"] * 500)}).to_parquet(path)
    content = bytearray(path.read_bytes())
    content[20:120] = b"\xff" * 100
    path.write_bytes(content)
    assert "a.parquet could not be read as a table" in str(refusal(orders_of, path))


def test_a_zone_that_only_this_machine_knows_is_refused():
    log = pd.DataFrame({"who": ["a"], "when": ["2024-01-05T00:00:00Z"]})
    if Path("/usr/share/zoneinfo/localtime").exists():
        assert refusal(orders_of, log, zone="localtime").argument == "zone"
    assert refusal(orders_of, log, zone="Mars/Olympus").argument == "zone"


def test_refusals_speak_russian(tmp_path):
    misspelt = (put(tmp_path, ORDERS), {"customer": "woh"})
    with languages.use_language("ru"):
        for source, named in [misspelt, (put(tmp_path, HALF, "half.csv"), {}), (tmp_path, {}), (3, {})]:
            with pytest.raises(errors.InputError) as caught:
                orders_of(source, **named)
            assert len(re.findall("[а-яё]", str(caught.value))) > 20


# Rows set aside -------------------------------------------------------------------------------------------------------


def test_every_reason_by_hand(tmp_path):
    path = put(
        tmp_path,
        """who,when,pieces,each
a,2024-01-05,1,9.50
,2024-01-06,1,9.50
b,2024-02-30,1,9.50
c,,1,9.50
d,2024-01-07,one,9.50
e,2024-01-08,-1,9.50
f,2024-01-09,1,0
g,2024-03-05,1,9.50
h,2024-01-11
i,2024-01-12,-1,-9.50
j,2024-01-13,,
""",
    )
    quality = orders_of(path, quantity="pieces", price="each", as_of="2024-03-05").quality
    expected = {
        "no customer id": 1, "unreadable date": 1, "no date": 1, "unreadable number": 1,
        "refund or return": 2,  # e, and i: two minus signs make no sale
        "zero amount": 1, "on or after the cut-off": 1, "cut-off line": 1,
    }  # fmt: skip
    assert dict(zip(quality.table["reason"], quality.table["rows"], strict=True)) == expected
    assert (quality.rows_read, quality.rows_used, quality.rows_set_aside) == (11, 2, 9)  # a, and j without an amount
    assert list(quality.table["reason"]) == [reason for reason in REASONS if reason in expected]
    assert quality.table["share"].sum() == pytest.approx(9 / 11)


def test_contracts_of_which_some_end_before_they_start(tmp_path):
    base = members_of(put(tmp_path, MEMBERS + "x,2024-02-05,2024-02-04\ny,2024-02-05,2024-02-05\n"))
    assert dict(base.quality.table[["reason", "rows"]].itertuples(index=False)) == {"ends before it starts": 1}
    assert base.quality.rows("ends before it starts")["who"].tolist() == ["x"]


@pytest.mark.slow
def test_the_offending_rows_are_shown_as_they_stood():
    log = pd.DataFrame({"who": ["a", None], "when": ["2024-01-05", "soon"], "reason": ["mine", "too"]})
    quality = orders_of(log, by="reason").quality
    shown = quality.rows("no customer id")
    assert shown[["who", "when"]].isna().sum().sum() == 1
    assert shown["when"].tolist() == ["soon"]
    with pytest.raises(errors.InputError, match="Choose one of no customer id"):
        quality.rows("zero amount")


def test_what_is_dated_after_today_is_set_aside_and_not_used_unseen():
    members = pd.DataFrame({"who": list("abc"), "joined": ["2024-01-05", "2024-02-05", "2199-01-05"], "gone": None})
    base = members_of(members)
    assert (base.quality.rows_used, base.as_of) == (2, datetime(2024, 2, 6))  # noqa: DTZ001 - the business's own clock
    assert base.quality.table["reason"].tolist() == ["on or after the cut-off"]


def test_a_segment_column_may_be_called_reason():
    log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-05"], "reason": ["x", "y"]})
    assert sorted(orders_of(log, by="reason").table.to_pandas()["reason"]) == ["x", "y"]


@pytest.mark.parametrize("name", ["status", "period", "customers", "crr", "start", "customer", "earliest"])
def test_a_segment_column_with_a_name_of_our_own_is_refused_before_it_is_lost(name):
    log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-05", "2024-02-05"], name: ["x", "y"]})
    error = refusal(orders_of, log, by=name)
    assert (error.argument, error.given) == ("by", name)


def test_every_column_of_a_result_is_a_name_of_our_own():
    results = [
        retention_by_period(sample_base("orders"), every="quarter"),
        cohort_grid(sample_base("orders"), every="quarter"),
    ]
    for result in results:
        assert set(result.to_pandas().columns) <= RESERVED


WHO = {"a": None, "b": None, "17850.0": None, "": "no customer id", " n/a ": "no customer id"}
WHEN = {
    "2024-01-05": None, "2024-01-31 23:59:59": None, "2024-02-30": "unreadable date", "soon": "unreadable date",
    "": "no date", "NULL": "no date",
}  # fmt: skip
PAID = {
    "5": None, "7.25": None, "": None, "x": "unreadable number", "-5": "refund or return", "(3)": "refund or return",
    "0": "zero amount", "0.00": "zero amount",
}  # fmt: skip
GENTLE = {"no customer id", "no date", "refund or return", "zero amount"}
GOOD = st.tuples(st.sampled_from(["a", "b"]), st.just("2024-01-05"), st.just("5"))
DIRTY = st.tuples(*(st.sampled_from(list(pool)) for pool in (WHO, WHEN, PAID)))
CUT = st.sampled_from([("a",), ("a", "2024-01-05"), ("a", "2024-01-05", "5", "6")])


def reason_of(row: tuple[str, ...]) -> str | None:
    if len(row) != 3:
        return "cut-off line"
    found = {WHO[row[0]], WHEN[row[1]], PAID[row[2]]}
    return next((reason for reason in REASONS if reason in found), None)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(GOOD, GOOD, DIRTY, CUT), min_size=1, max_size=20))
def test_rows_read_are_rows_used_and_rows_set_aside_each_for_its_reason(tmp_path, rows):
    path = put(tmp_path, "who,when,paid\n" + "".join(",".join(row) + "\n" for row in rows))
    reasons = Counter(reason_of(row) for row in rows)
    used = reasons.pop(None, 0)
    broken = not used or any(n >= 0.5 * len(rows) for reason, n in reasons.items() if reason not in GENTLE)
    if broken:
        refusal(orders_of, path, amount="paid")
        return
    quality = orders_of(path, amount="paid").quality
    assert dict(zip(quality.table["reason"], quality.table["rows"], strict=True)) == reasons
    assert quality.rows_read == len(rows) == quality.rows_used + quality.rows_set_aside
    assert quality.rows_used == used


# The same table in every form -----------------------------------------------------------------------------------------


@cache
def register() -> pd.DataFrame:
    return samples.sample("contracts")[["contract", "client_id", "joined", "left", "region"]]


def number(ids: pd.Series) -> pd.Series:
    return ids.str[1:].astype("int64")


def saved(frame: pd.DataFrame, path: Path, **how) -> Path:
    frame.to_csv(path, index=False, date_format="%Y-%m-%d", **how)
    return path


def arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def in_parquet(frame: pd.DataFrame, path: Path) -> Path:
    pq.write_table(arrow(frame), path, row_group_size=50)
    return path


def in_pieces(frame: pd.DataFrame, folder: Path) -> str:
    for k in range(4):
        saved(frame.iloc[k::4], folder / f"piece-{k}.csv")
    return str(folder / "piece-*.csv")


def in_an_engine(frame: pd.DataFrame) -> ibis.Table:
    con = ibis.duckdb.connect()
    con.con.register("given", arrow(frame))
    con.con.execute("CREATE TABLE kept AS SELECT * FROM given").fetchall()
    return con.table("kept")


def with_ids(kind):
    return lambda f, _p: f.assign(client_id=number(f["client_id"]).astype(kind))


def text_dates(form):
    return lambda f, _p: f.assign(**{name: f[name].dt.strftime(form) for name in ("joined", "left")})


FORMS = {
    "CSV": lambda f, p: saved(f, p / "a.csv"),
    "CSV with semicolons": lambda f, p: saved(f, p / "a.csv", sep=";"),
    "gzipped CSV": lambda f, p: put(p, gzip.compress(saved(f, p / "a.csv").read_bytes()), "a.csv.gz"),
    "TSV": lambda f, p: saved(f, p / "a.tsv", sep="\t"),
    "UTF-16": lambda f, p: saved(f, p / "a.csv", encoding="utf-16"),
    "several files": in_pieces,
    "Parquet in row groups": lambda f, p: in_parquet(f, p / "a.parquet"),
    "rows shuffled": lambda f, _p: f.sample(frac=1, random_state=1),
    "rows twice": lambda f, _p: pd.concat([f, f.sample(frac=1, random_state=2)]),
    "columns reversed": lambda f, _p: f[f.columns[::-1]],
    "another index": lambda f, _p: f.set_index(np.arange(len(f)) % 7),
    "ids as int": with_ids("int64"),
    "ids as float": with_ids("float64"),
    "ids as Int64": with_ids("Int64"),
    "ids as text of floats": lambda f, _p: f.assign(client_id=number(f["client_id"]).astype("float64").astype(str)),
    "ids as object": lambda f, _p: f.assign(client_id=f["client_id"].astype(object)),
    "ids as objects of int": lambda f, _p: f.assign(client_id=number(f["client_id"]).astype(object)),
    "ids of two types": lambda f, _p: f.assign(client_id=[n if n % 2 else str(n) for n in number(f["client_id"])]),
    "ids as category": lambda f, _p: f.assign(client_id=f["client_id"].astype("category")),
    "ids permuted": lambda f, _p: f.assign(client_id=number(f["client_id"]) * 7919 % 10007),
    "dates as ISO text": text_dates("%Y-%m-%d"),
    "dates as dotted text": text_dates("%d.%m.%Y"),
    "dates as American text": text_dates("%m/%d/%Y"),
    "dates as date": lambda f, _p: f.assign(joined=f["joined"].dt.date, left=f["left"].dt.date),
    "dates in nanoseconds": lambda f, _p: f.astype({"joined": "datetime64[ns]", "left": "datetime64[ns]"}),
    "Polars": lambda f, _p: pl.from_pandas(f),
    "Polars, lazy": lambda f, _p: pl.from_pandas(f).lazy(),
    "Polars categories": lambda f, _p: pl.from_pandas(f).with_columns(pl.col("client_id").cast(pl.Categorical)),
    "Arrow in chunks": lambda f, _p: pa.concat_tables([arrow(f.iloc[k : k + 100]) for k in range(0, len(f), 100)]),
    "Arrow dictionary": lambda f, _p: arrow(f.astype({"client_id": "category", "region": "category"})),
    "Arrow record batch": lambda f, _p: pa.RecordBatch.from_pandas(f, preserve_index=False),
    "DuckDB relation": lambda f, _p: duckdb.connect().from_arrow(arrow(f)),
    "Ibis table": lambda f, _p: in_an_engine(f),
    "Ibis expression": lambda f, _p: in_an_engine(f).filter(lambda t: t["client_id"] != "nobody"),
}  # fmt: skip


def accounts(source) -> pd.DataFrame:
    base = read_contracts(source, customer="client_id", contract="contract", start="joined", end="left", as_of=AS_OF)
    assert base.quality.rows_read == base.quality.rows_used
    return pd.concat(
        [retention_by_period(base, every="quarter", unit=unit).table for unit in ("person_any", "contract")]
    )


@pytest.mark.daily(8)
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_the_table_changes_the_account(form, tmp_path):
    pd.testing.assert_frame_equal(accounts(FORMS[form](register(), tmp_path)), the_account())


@cache
def the_account() -> pd.DataFrame:
    return accounts(register())


def test_leading_zeros_tell_customers_apart_in_a_file_too(tmp_path):
    log = "who,when\n00001,2024-01-05\n1,2024-01-06\n01,2024-02-05\n"
    kept = retention_by_period(orders_of(put(tmp_path, log)), every="month").table
    assert kept["end"].tolist() == [2, 1]
    assert kept["kept"].tolist() == [0, 0]


# Zones ----------------------------------------------------------------------------------------------------------------

# One minute before and at midnight of 1 February 2024 in Moscow (21:00 UTC) and in New York (05:00 UTC).
STAMPS = ["2024-01-31T20:59:00Z", "2024-01-31T21:00:00Z", "2024-02-01T04:59:00Z", "2024-02-01T05:00:00Z"]


@pytest.mark.daily(5)
@pytest.mark.parametrize(
    ("zone", "january", "february"), [("Europe/Moscow", 1, 3), ("America/New_York", 3, 1), ("UTC", 2, 2), (None, 2, 2)]
)
@pytest.mark.parametrize("form", ["text", "pandas", "Parquet", "Polars", "Ibis"])
def test_the_month_of_a_moment_is_that_of_the_business(zone, january, february, form, tmp_path):
    aware = pd.DataFrame({"who": list("abcd"), "when": pd.to_datetime(STAMPS, utc=True)})
    source = {
        "text": lambda: pd.DataFrame({"who": list("abcd"), "when": STAMPS}),
        "pandas": lambda: aware,
        "Parquet": lambda: in_parquet(aware, tmp_path / "a.parquet"),
        "Polars": lambda: pl.from_pandas(aware),
        "Ibis": lambda: in_an_engine(aware),
    }[form]()
    base = orders_of(source, zone=zone, as_of="2024-03-01")
    assert base.card.zone == zone or (zone is None and base.card.zone == "UTC")
    assert retention_by_period(base, every="month").table["end"].tolist() == [january, february]


def test_two_bases_over_one_connection_keep_their_own_zones():
    con = ibis.duckdb.connect()
    con.con.register("given", pa.table({"who": list("abcd"), "when": pa.array(pd.to_datetime(STAMPS, utc=True))}))
    session = con.con.execute("SELECT current_setting('TimeZone')").fetchall()
    moscow, new_york = (
        orders_of(con.table("given"), zone=zone, as_of="2024-03-01") for zone in ("Europe/Moscow", "America/New_York")
    )
    assert retention_by_period(moscow, every="month").table["end"].tolist() == [1, 3]
    assert retention_by_period(new_york, every="month").table["end"].tolist() == [3, 1]
    assert con.con.execute("SELECT current_setting('TimeZone')").fetchall() == session  # the user's own is left alone


@pytest.mark.skipif(not hasattr(__import__("time"), "tzset"), reason="this system cannot change its zone")
def test_the_zone_of_the_machine_changes_nothing(monkeypatch):
    from time import tzset

    counted = []
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        tzset()
        log = pd.DataFrame({"who": ["a", "b"], "when": ["2024-01-31 23:30", "2024-02-01 00:30"]})
        counted.append(retention_by_period(orders_of(log, as_of="2024-03-01"), every="month").table["end"].tolist())
    monkeypatch.undo()
    tzset()
    assert counted == [[1, 1], [1, 1]]


# The truth of the sample data -----------------------------------------------------------------------------------------

FLOWS = ("start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "rejoined")


def rows_of(base, every: str, unit: str = "person_any") -> list[dict]:
    table = retention_by_period(base, every=every, unit=unit).table
    named = table.assign(kept_continuous=table["continuous"])
    return named.to_dict("records")


def agree(counted: list[dict], truth: list[dict]) -> None:
    by_period = {row["period"]: row for row in counted}
    for true in truth:
        known = {name: value for name, value in true.items() if value is not None}
        assert {name: by_period[true["period"]][name] for name in known} == known
        if len(known) < len(true):  # the first period of orders: who is new nobody knows
            assert by_period[true["period"]]["status"] == "empty_base"


@cache
def sample_base(name: str):
    if name == "contracts":
        return read_contracts(samples.sample_path(name), contract="contract", as_of=AS_OF)
    if name == "canonical":
        return read_contracts(samples.sample_path(name), as_of=AS_OF)
    if name == "ru_clients":
        return read_contracts(samples.sample_path(name), contract="Договор", amount="Сумма", as_of=AS_OF)
    if name == "orders":
        return read_orders(samples.sample_path(name), amount="total", receipt="receipt")
    events = samples.sample("events").query("kind == 'purchase'")
    return read_orders(events, customer="client_id", at="at")


ACCOUNTS = [
    (name, every)
    for name, part in TRUTH.items()
    if isinstance(part, dict)
    for every, rows in part.items()
    if isinstance(rows, list)
]


@pytest.mark.daily(8)
@pytest.mark.parametrize(("name", "every"), ACCOUNTS)
def test_the_sample_data_give_the_truth_counted_without_us(name, every):
    unit = "contract" if every.endswith("by_contract") else "person_any"
    agree(rows_of(sample_base(name), every.split("_")[0], unit), TRUTH[name][every])


def test_the_truth_covers_every_sample():
    assert len(ACCOUNTS) == 4 + 5 + 4 + 1 + 2


def test_the_dirt_of_the_sample_orders_is_set_aside_as_it_was_made():
    quality = sample_base("orders").quality
    dirty = TRUTH["orders"]["dirty"]
    counted = dict(zip(quality.table["reason"], quality.table["rows"], strict=True))
    assert counted.pop("no customer id") == dirty["missing_client_id"]
    assert counted.pop("refund or return") == dirty["refunds"]
    assert counted.pop("unreadable date") + counted.pop("no date") == dirty["unreadable_dates"]  # 30 February; n/a
    assert not counted
    assert quality.rows_used == TRUTH["orders"]["purchases"]
    total = sample_base("orders").table["amount"].sum().execute()
    assert total == pytest.approx(TRUTH["orders"]["purchases_total"], abs=0.005)


def test_the_register_of_russian_accounting_is_read_without_a_hint():
    base = sample_base("ru_clients")
    assert base.quality.columns == {
        "customer": "Клиент",
        "start": "Начало",
        "end": "Окончание",
        "contract": "Договор",
        "amount": "Сумма",
    }
    assert base.quality.rows_used == TRUTH["ru_clients"]["rows"]
    assert base.table["amount"].sum().execute() == TRUTH["ru_clients"]["total"]
    assert base.table["customer"].nunique().execute() == TRUTH["ru_clients"]["clients"]


# Reading the report on the rows ---------------------------------------------------------------------------------------


def test_the_report_on_the_rows_reads_in_both_languages():
    quality = sample_base("orders").quality
    assert str(quality).splitlines()[0] == "orders.csv: 7,490 rows read = 7,411 used + 79 set aside"
    assert "no customer id" in quality.to_html()
    with languages.use_language("ru"):
        assert "7\u00a0490" in str(quality)
        assert "no customer id" not in str(quality)


def test_no_id_stands_in_what_is_printed():
    base = sample_base("orders")
    printed = str(base) + repr(base) + base._repr_html_() + str(base.quality.table)
    assert not re.search(r"C\d{5}", printed)


def test_quantities_that_are_not_read_are_pointed_out():
    rows = {"who": ["a", "b"], "when": "2024-01-05", "Quantity": [-1, 1], "UnitPrice": 5.0, "paid": 5.0}
    unread = orders_of(pd.DataFrame(rows), amount="paid").quality
    assert "Column 'Quantity' was not read and is below 0 in 1 row" in unread.doubts[0]
    assert unread.notes == unread.doubts
    assert not orders_of(pd.DataFrame(rows), quantity="Quantity", price="UnitPrice").quality.notes


def test_a_file_is_not_held_open(tmp_path):
    path = put(tmp_path, ORDERS)
    base = orders_of(path)
    os.replace(path, tmp_path / "moved.csv")  # noqa: PTH105 - the call that the test is about
    assert len(retention_by_period(base, every="month").table) == 6


# One reading for every door -------------------------------------------------------------------------------------------


def test_what_nobody_named_is_found_by_its_usual_name():
    log = pd.DataFrame({
        "who": ["a", "a", "b"], "when": ["2024-01-05", "2024-02-05", "2024-01-06"], "total": [10, -10, 5],
        "order_id": [1, 2, 3], "order_status": ["paid", "paid", "cancelled"],
    })  # fmt: skip
    base = orders_of(log)
    found = {"customer": "who", "at": "when", "receipt": "order_id", "status": "order_status", "amount": "total"}
    assert base.quality.columns == found
    reasons = dict(base.quality.table[["reason", "rows"]].itertuples(index=False))
    assert reasons == {"status does not count": 1, "refund or return": 1}
    assert "'cancelled' (1)" in base.quality.notes[0]
    found_line = "orders: customer = who, at = when, receipt = order_id, status = order_status, amount = total"
    assert base.card.read_as == found_line
    assert str(base.quality).count(f"Read as {found_line}") == str(base.card).count(f"Read as {found_line}") == 1


def test_a_role_can_be_said_to_have_no_column():
    log = pd.DataFrame({"who": ["a", "a"], "when": ["2024-01-05", "2024-02-05"], "total": [10, -10]})
    base = orders_of(log, amount="")
    assert base.quality.rows_used == 2
    assert base.quality.columns == {"customer": "who", "at": "when", "amount": ""}
    assert "amount" not in base.quality.reading()
    assert "'total' was not read and is below 0 in 1 row" in base.quality.doubts[0]


def test_a_column_holds_one_role_only():
    log = pd.DataFrame({"order_id": [1, 1, 2], "date": "2024-01-05", "region": "N"})
    assert read_orders(log, customer="order_id").quality.columns == {"customer": "order_id", "at": "date"}
    twice = pd.DataFrame([["a", "2024-01-05", 1, 2]], columns=["who", "when", "total", "total"])
    assert orders_of(twice).quality.columns == {"customer": "who", "at": "when"}


STATES = ["paid", "paid", "cancelled", "paid", "failed"]
SHOP = pd.DataFrame({
    "who": ["a", "b", "a", "b", "c"],
    "when": ["2024-01-10", "2024-01-12", "2024-02-10", "2024-02-11", "2024-02-12"],
})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("status", STATES),
        ("financial_status", ["paid", "partially_refunded", "refunded", "paid", "voided"]),
        ("Статус заказа", ["Выполнен", "доставлен", "Отменён покупателем", "Оплачен", "Возврат"]),
        ("state", ["complete", "shipped", "pending", "complete", "Payment declined"]),
        ("order_status", ["processing", "delivered", "test order", "invoiced", "on-hold"]),
    ],
)
def test_purchases_that_came_to_nothing_keep_nobody(name, states):
    # In January a and b bought. In February only b's purchase counts: kept 1 of 2, nobody new.
    base = orders_of(SHOP.assign(**{name: states}), as_of="2024-03-01")
    row = retention_by_period(base, every="month").row("2024-02")
    assert row[["start", "kept", "lost", "new", "end"]].tolist() == [2, 1, 1, 0, 1]
    assert all(repr(word) in base.quality.notes[0] for word in (states[2], states[4]))
    assert base.quality.doubts == ()


def test_which_states_count_can_be_said():
    log = SHOP.assign(where=["K", "L", "K", "M", "K"])
    base = orders_of(log, status="where", counts=["K", "M"])
    assert base.quality.rows_used == 4
    assert "'L' (1)" in base.quality.notes[0]
    assert "States that count: K, M" in str(base.card)
    assert orders_of(log, status="where", counts="K").quality.rows_used == 3
    error = refusal(orders_of, log, status="where", counts=["K", "m"])
    assert (error.argument, error.available) == ("counts", ["K", "L", "M"])
    assert "Did you mean 'M'?" in str(error)
    assert refusal(orders_of, log, counts=["K"]).argument == "counts"


def test_states_that_nobody_knows_count_and_are_said_first():
    base = orders_of(SHOP.assign(status=["gold", "", "cancelled", "gold", "blue"]))
    assert base.quality.rows_used == 4
    assert "also says 'gold' (2), '' (1), 'blue' (1)" in base.quality.doubts[0]
    assert str(retention_by_period(base, every="month")).startswith(base.quality.doubts[0])
    assert base.quality.doubts[0].split(":")[0] in retention_by_period(base, every="month").to_html().replace(
        "&#x27;", "'"
    )


def test_a_state_of_a_country_is_no_state_of_a_purchase():
    for states in (["TX", "NY", "TX", "CA", "NY"], ["x"] * 5, [f"text {k}" for k in range(5)]):
        base = orders_of(SHOP.assign(state=states))
        assert (base.quality.rows_used, base.quality.notes) == (5, ())
        assert "status" not in base.quality.columns


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kind", ["visit", "purchase", "purchase", "visit", "purchase"]),
        ("Event Type", ["product_view", "add_to_cart", "buy", "product_view", "buy"]),
        ("action", ["x", "y", "x", "y", "x"]),
        ("type", ["sale", "refund", "sale", "sale", "sale"]),
        ("type", ["new", "used", "new", "new", "new"]),  # nothing says that each row is a purchase
        ("событие", ["визит", "покупка", "визит", "покупка", "визит"]),
        ("status", ["view", "click", "buy", "view", "buy"]),
        ("activity", ["visit"] * 5),
    ],
)
def test_a_log_of_events_is_not_read_as_purchases(name, words):
    error = refusal(orders_of, SHOP.assign(**{name: words}))
    assert isinstance(error, errors.UnsettledError)
    assert f"read_events(…, kind={name!r})" in str(error)
    assert f"read_orders(…, status={name!r}, counts=[" in str(error)
    events, orders = error.calls
    assert orders_of(SHOP.assign(**{name: words}), **orders.arguments).quality.rows_used > 0
    assert (events.kind, events.arguments) == ("events", {"kind": name})


def test_what_only_sorts_purchases_is_no_log_of_events():
    cards = SHOP.assign(type=["card", "cash", "card", "card", "cash"], total=5.0)
    base = orders_of(cards)
    assert base.quality.rows_used == 5
    assert "Column 'type' was not read and says 'card' (3), 'cash' (2)" in base.quality.doubts[0]
    assert not orders_of(cards, status="type", counts=["card", "cash"]).quality.doubts
    refusal(orders_of, cards.assign(total=[5.0, None, 5, 5, 5]))
    for quiet in (["sale"] * 5, ["order", "sale", "order", "sale", "order"], ["shop"] * 5, list("vwxyz")):
        assert orders_of(SHOP.assign(type=quiet)).quality.notes == ()
    split = orders_of(SHOP.assign(type=["visit", "buy", "buy", "buy", "buy"]), by="type")
    assert "says 'buy' (4), 'visit' (1)" in split.quality.doubts[0]  # a segment was asked for, and is in doubt


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("cancelled_at", [None, None, "2024-02-11", None, None], "marks 1 row"),
        ("is_refunded", [False, False, True, True, False], "marks 2 rows"),
        (
            "delivery_status",
            ["delivered", "delivered", "returned", "failed", "delivered"],
            "says 'failed' (1), 'returned' (1)",
        ),
        ("net_value", [5, 5, -5, 5, 5], "is below 0 in 1 row"),
        ("ПометкаУдаления", ["Нет", "Нет", "Да", "Нет", "Нет"], "marks 1 row"),
        ("is_return", [0, 0, 1, 1, 0], "marks 2 rows"),
        ("test", ["", None, "yes", "no", "no"], "marks 1 row"),
        ("is_paid", [True, True, False, False, True], "says no in 2 rows"),
        ("Проведён", ["Да", "Да", "Нет", "Да", ""], "says no in 1 row"),
        ("doc", ["Чек", "Чек", "Чек возврата", "Чек", "Чек"], "says 'Чек возврата' (1)"),
        ("Оплата", ["Оплачено", "Оплачено", "Не оплачено", "Оплачено", None], "says 'Не оплачено' (1)"),
        ("result", ["ok", "ok", "paymentDeclined", "ok", "ok"], "says 'paymentDeclined' (1)"),
        ("Dr/Cr", ["CR", "CR", "DR", "CR", "CR"], "says 'CR' (4), 'DR' (1): money went both ways"),
        ("Движение", ["Приход", "Приход", "Расход", "Приход", ""], "says 'Приход' (3), 'Расход' (1): money went"),
        ("doc", ["Invoice", "Invoice", "Credit note", "Invoice", "Invoice"], "says 'Credit note' (1)"),
        ("Comment", ["", "", "Тестовый заказ", "", ""], "says 'Тестовый заказ' (1)"),
        ("livemode", [True, True, False, True, True], "says no in 1 row"),
        ("IsWon", [1, 1, 0, 1, 1], "says no in 1 row"),
        ("Closed Lost Reason", ["", "", "price", "", ""], "marks 1 row"),
        ("ReturnedQuantity", [0, 0, 1, 0, 0], "marks 1 row"),
        ("Paid at", ["2024-01-10", "2024-01-12", "", "2024-02-11", "2024-02-12"], "is empty in 1 row"),
        ("Net value", ["$5", "$5", "-$5.00", "$5", "($5)"], "is below 0 in 2 rows"),
    ],
)
def test_a_column_left_unread_that_speaks_against_a_purchase_is_said(name, values, said):
    quality = orders_of(SHOP.assign(**{name: values})).quality
    assert quality.rows_used == 5
    assert len(quality.doubts) == 1
    assert f"Column {name!r} was not read" in quality.doubts[0]
    assert said in quality.doubts[0]


GONE_BACK = pd.DataFrame({
    "customer": list("abcabd"), "at": [f"2024-0{1 + i // 3}-{5 + i:02d}" for i in range(6)], "mvt": [1, 2, -1, 1, 1, 1],
    "lat": -1.5, "store_id": [-1, 1, 1, 1, 1, 1], "remark": ["-1 set", *"abcde"], "flow": [-1, -1, -1, 2, 3, 4],
})  # fmt: skip


def test_a_column_whose_name_says_nothing_is_looked_at_too(tmp_path):
    # In every form of a source; where numbers are below 0 by nature, in words, or in half of the rows, it is no sign.
    GONE_BACK.to_csv(tmp_path / "a.csv", index=False)
    GONE_BACK.to_parquet(tmp_path / "a.parquet")
    GONE_BACK.to_json(tmp_path / "a.json", orient="records")
    written = GONE_BACK.assign(mvt=["1,5", "2", "−1,5", "1", "", "1 000"]).astype(str)
    handed = [pa.table(GONE_BACK), pl.from_pandas(GONE_BACK).lazy(), GONE_BACK.to_dict("records"), GONE_BACK, written]
    for source in (*tmp_path.iterdir(), *handed):
        (doubt,) = read_orders(source, as_of="2024-03-01").quality.doubts
        assert doubt.startswith("Column 'mvt' was not read and is below 0 in 1 row that counts as a purchase."), source
    assert not read_orders(GONE_BACK.assign(mvt=1), as_of="2024-03-01").quality.doubts


def test_a_file_without_the_column_beside_one_with_it_is_no_refusal(tmp_path):
    GONE_BACK.to_csv(tmp_path / "a.csv", index=False)
    GONE_BACK.drop(columns="mvt").to_csv(tmp_path / "b.csv", index=False)
    assert read_orders(tmp_path / "[ab].csv", as_of="2024-03-01").quality.rows_used == 12


def test_a_column_left_unread_that_says_nothing_is_not_mentioned():
    log = SHOP.assign(
        cancelled_at=None, returned="no", delivery_status="delivered", total_discount=-1, lat=-1.5, units=0
    )
    assert orders_of(log).quality.notes == ()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("test", ["test", "control", "variant", "control", "control"]),
        ("fare", ["Refundable", "Non-refundable", "Refundable", "Non-refundable", "Non-refundable"]),
        ("terms", ["Free return", "No refund", "Без возврата", "Partial refund", "Free return"]),
        ("article", ["Draft beer", "Fail cap", "Reversible coat", "Draft beer", "Void stickers"]),
        ("doc", ["Возврат", "Возврат", "Возврат", "Чек", "Чек"]),
        ("paid", [0, 5.5, 3, 0, 8]),
        ("оплачен", ["да", "да", "да", "", "да"]),
        ("card_type", ["credit", "debit", "credit", "credit", "debit"]),
        ("side", ["in", "online", "in", "out", "in"]),
        ("fulfillment_status", ["shipped", "lost", "shipped", "shipped", "shipped"]),
        ("Credit card", ["x", "", "x", "", "x"]),
    ],
)
def test_words_of_healthy_lists_are_no_doubt(name, values):
    assert not [doubt for doubt in orders_of(SHOP.assign(**{name: values})).quality.doubts if name in doubt]


def test_two_columns_of_an_account_are_its_sides():
    sides = SHOP.assign(Дебет=[5, 5, None, 5, 5], Кредит=[None, None, 7, None, None])
    (doubt,) = orders_of(sides).quality.doubts
    assert doubt.startswith("Columns 'Кредит' and 'Дебет' were not read: 1 row has a sum in the first alone, 4 in")
    for fine in (sides.assign(Кредит=7), sides.assign(Кредит=None), sides.drop(columns="Дебет")):
        assert orders_of(fine).quality.doubts == ()


def test_a_word_far_down_a_long_list_is_seen(tmp_path):
    n = 120_000
    many = pd.DataFrame({"who": [f"c{i % 999}" for i in range(n)], "when": "2024-01-10", "doc": "sale"})
    many.loc[n - 500 :, "doc"] = "return"
    many.loc[:9, "when"] = "2024-02-10"
    many.to_csv(tmp_path / "a.csv", index=False)
    for source in (tmp_path / "a.csv", many, pa.table(many), pl.from_pandas(many)):
        (doubt,) = orders_of(source, as_of="2024-03-01").quality.doubts
        assert "says 'return' (500)" in doubt, type(source)


def test_documents_are_told_by_what_stands_before_their_numbers():
    numbers = range(120)
    kinds = ["Возврат товаров от покупателя" if i % 4 == 0 else "Реализация товаров" for i in numbers]
    log = pd.DataFrame({
        "who": [f"c{i % 30}" for i in numbers], "when": [f"2024-01-{1 + i % 28:02d}" for i in numbers],
        "Документ": [f"{kind} 00ТО-{i:06d} от 05.01.2024 0:00:00" for kind, i in zip(kinds, numbers, strict=True)],
    })  # fmt: skip
    (doubt,) = orders_of(log, as_of="2024-02-01").quality.doubts
    assert "names documents such as 'Возврат товаров от покупателя' (30)" in doubt
    assert orders_of(log[log.index % 4 > 0], as_of="2024-02-01").quality.doubts == ()


def test_a_deal_is_lost_and_so_may_be_a_parcel():
    parcels = orders_of(SHOP.assign(status=["shipped", "shipped", "lost", "shipped", "shipped"]))
    assert "also says 'lost' (1): it is not known what this means" in parcels.quality.doubts[0]
    deals = orders_of(SHOP.assign(status=["won", "won", "lost", "won", "won"]))
    assert "rows with 'lost' (1) are not purchases" in deals.quality.notes[-1]


def test_a_column_of_many_words_may_say_which_rows_count():
    n = 600
    log = pd.DataFrame({"who": [f"c{i % 50}" for i in range(n)], "when": "2024-01-10"})
    log["cancelled_at"] = ["" if i % 2 else f"2024-01-{11 + i % 17} 10:{i // 60:02d}:{i % 60:02d}" for i in range(n)]
    base = orders_of(log, status="cancelled_at", counts=[""])
    assert base.quality.rows_used == n / 2
    assert base.quality.notes == (
        "Column 'cancelled_at': purchases are only the rows with '' (300); all others were set aside.",
    )
    assert refusal(orders_of, log, status="cancelled_at", counts=["no"]).argument == "counts"


def test_drafts_of_a_checkout_are_states_and_no_events():
    states = ["wc-completed", "wc-completed", "wc-checkout-draft", "wc-completed", "wc-on-hold"]
    assert orders_of(SHOP.assign(status=states)).quality.rows_used == 3


def test_words_of_a_column_are_looked_at_in_every_form_of_a_source(tmp_path):
    log = SHOP.assign(doc=["Чек", "Чек", "Чек возврата", "Чек", "Чек"])
    log.to_csv(tmp_path / "a.csv", index=False)
    log.to_parquet(tmp_path / "a.parquet")
    for source in (*tmp_path.iterdir(), log.assign(doc=log["doc"].astype("category")), pl.from_pandas(log)):
        (doubt,) = orders_of(source).quality.doubts
        assert "says 'Чек возврата' (1) in rows that count as purchases" in doubt, source


# Money that goes back -------------------------------------------------------------------------------------------------

BACK = pd.DataFrame([
    ("a", "2024-01-10", 100), ("a", "2024-02-03", -100), ("b", "2024-01-12", 50), ("b", "2024-02-12", 50),
    ("b", "2024-02-20", -20), ("c", "2024-02-15", 0),
], columns=["who", "when", "paid"])  # fmt: skip


def test_a_refund_that_is_kept_is_money_and_no_visit():
    # January: a 100, b 50. February: b paid 50 and got 20 back, a only got 100 back, c took something for nothing.
    base = orders_of(BACK, amount="paid", refunds="keep", as_of="2024-03-01")
    assert base.quality.rows_used == 6
    row = retention_by_period(base, every="month").row("2024-02")
    assert row[["start", "kept", "lost", "new", "end"]].tolist() == [2, 1, 1, 1, 2]
    shop = retail_measures(base).table.set_index("period").loc["2024-02"]
    assert shop[["buyers", "receipts", "revenue"]].tolist() == [2, 2, -70.0]  # 50 - 20 - 100 + 0
    money = revenue_retention(base).table.set_index("period").loc["2024-02"]
    assert money[["start", "opening", "closing"]].tolist() == [2, 150.0, -70.0]
    grid = cohort_grid(base, every="month", value="revenue").to_pandas().set_index(["cohort", "age"])
    assert grid.loc[("2024-01", 1), "active"] == 1
    assert grid.loc[("2024-01", 1), "revenue"] == -70.0


def test_a_refund_before_the_first_purchase_opens_no_cohort():
    log = pd.concat([BACK, pd.DataFrame([("d", "2024-01-03", -9), ("d", "2024-02-03", 9)], columns=list(BACK))])
    base = orders_of(log, amount="paid", refunds="keep", as_of="2024-03-01")
    assert base.first == pd.Timestamp("2024-01-10")
    grid = cohort_grid(base, every="month", value="revenue").to_pandas().set_index(["cohort", "age"])
    assert grid.loc[("2024-02", 0), ["active", "revenue"]].tolist() == [2, 9.0]  # c and d


# What a reader should know --------------------------------------------------------------------------------------------


def test_ids_that_all_occur_once_are_those_of_purchases():
    days = [f"2024-{1 + k % 6:02d}-05" for k in range(40)]
    once = orders_of(pd.DataFrame({"who": range(40), "when": days})).quality
    assert "Each of the 40 ids in column 'who' occurs once" in once.doubts[0]
    assert not orders_of(pd.DataFrame({"who": [0, *range(39)], "when": days})).quality.notes
    members = pd.DataFrame({"who": range(40), "joined": days, "gone": [*[None] * 39, "2024-06-05"]})
    assert not members_of(members).quality.notes  # one contract each is what contracts look like


@pytest.mark.parametrize(("crowd", "is_said"), [(11, False), (12, True), (60, True)])
def test_a_mass_of_rows_under_one_id(crowd, is_said):
    # 100 rows, 12 of them under one id: there are 89 ids with 1.12 rows each, and ten times that is 11.2.
    who = ["c-1"] * crowd + [f"c{k}" for k in range(100 - crowd)]
    notes = orders_of(pd.DataFrame({"who": who, "when": "2024-01-05"})).quality.doubts
    assert [f"{crowd}.0%" in note for note in notes] == [True] * is_said


def test_months_without_a_row_are_named():
    # Ten rows a month from January to June, none in March, and the data are said to be seen up to August.
    log = pd.DataFrame(
        [(f"c{k % 7}", f"2024-0{m}-1{k}") for m in (1, 2, 4, 5, 6) for k in range(10)], columns=["who", "when"]
    )
    assert "1 month has no row at all (2024-03)" in orders_of(log).quality.doubts[0]
    assert "2 months have no row at all (2024-03, 2024-07)" in orders_of(log, as_of="2024-08-20").quality.doubts[0]
    sparse = log.groupby("when").head(1).iloc[::9]
    assert not orders_of(sparse).quality.doubts  # a few rows a month leave months empty by chance


def test_half_a_month_without_a_row_is_named():
    # Two purchases on each working day of half a year; from June 8 to 23 there is none, else never for three days.
    def doubts(*without: pd.DatetimeIndex, **rules: str) -> str:
        days = [day for day in pd.bdate_range("2024-01-01", "2024-07-12") if all(day not in rest for rest in without)]
        log = pd.DataFrame({"who": [f"c{k % 9}" for k in range(2 * len(days))], "when": days * 2})
        return " ".join(orders_of(log, **rules).quality.doubts)

    hole = pd.date_range("2024-06-08", "2024-06-21")
    assert not doubts()
    assert "From Jun 8, 2024 to Jun 23, 2024 there is no row (16 days)" in doubts(hole)
    assert "at no other time for more than 2 days" in doubts(hole)
    assert "From Jul 13, 2024 to Jul 31, 2024 there is no row (19 days)" in doubts(as_of="2024-08-01")
    assert not doubts(pd.date_range("2024-06-08", "2024-06-18")), "less than half a month, as at the turn of a year"
    assert not doubts(hole, pd.date_range("2024-03-02", "2024-03-10")), "who rests in spring may rest in summer"


def test_rows_that_repeat_others_whole_are_counted(tmp_path):
    # Two of five rows again: 100 + 50 of 230 that were paid.
    rows = "who,when,receipt,total,note\na,2024-01-10,1,100,x\nb,2024-01-12,2,50,y\na,2024-02-01,3,80,z\n"
    twice = rows + "a,2024-01-10,1,100,x\nb,2024-01-12,2,50,y\n"
    (note,) = orders_of(put(tmp_path, twice)).quality.notes
    assert note.startswith("2 rows repeat others in every column: rates of customers stay as they are")
    assert "but revenue is 65.2% higher" in note
    assert orders_of(put(tmp_path, twice)).quality.doubts == ()
    other = rows + "a,2024-01-10,1,100,another line of the receipt\n"
    assert orders_of(put(tmp_path, other)).quality.notes == ()


def test_a_guess_says_the_call_and_why():
    found = guess(SHOP.assign(total=5, client=SHOP["who"], date=SHOP["when"])[["client", "date", "total"]])
    assert (found.kind, found.call) == (
        "orders",
        "crr.read_orders(source, customer='client', at='date', amount='total')",
    )
    assert found.options == "--kind orders --customer client --at date --amount total"
    members = guess(samples.sample_path("contracts"))
    assert members.columns == {
        "customer": "client_id", "start": "joined", "end": "left", "contract": "contract", "amount": "monthly_fee",
    }  # fmt: skip
    events = guess(samples.sample_path("events"))
    assert (events.kind, events.columns["kind"]) == ("events", "kind")
    assert "looks like a log of events" in events.reasons[0]
    assert refusal(guess, pd.DataFrame({"who": ["a"], "what": ["b"]})).argument == "kind"


# Values that mean something else --------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["1899-12-30", "1900-01-01", "1970-01-01 03:00:00"])
def test_the_zero_of_a_system_is_no_date_of_a_purchase(tmp_path, day):
    base = orders_of(put(tmp_path, f"who,when\na,2024-01-05\nb,{day}\nc,2024-01-07\n"))
    assert base.quality.table["reason"].tolist() == ["date that stands for none"]
    assert base.quality.rows_used == 2
    runs = pd.DataFrame({"who": list("abc"), "joined": ["2024-01-05", day, "2024-01-07"], "gone": "2024-03-01"})
    contracts = read_contracts(runs, customer="who", start="joined", end="gone")
    assert contracts.quality.table["reason"].tolist() == ["date that stands for none"], "nobody began then either"
    assert contracts.first.year == 2024


def test_offsets_in_some_rows_ask_for_the_zone_of_the_others(tmp_path):
    log = put(tmp_path, "who,when\na,2024-01-05 10:00\nb,2024-01-05T10:00:00+00:00\nc,2024-01-07\n")
    with pytest.raises(errors.InputError, match="Use zone=, the time zone of those without") as asked:
        orders_of(log)
    assert asked.value.argument == "zone"
    assert orders_of(log, zone="Europe/Moscow").quality.rows_used == 3


def test_three_decimals_of_a_scale_are_settled_by_the_price_beside_them(tmp_path):
    log = put(tmp_path, "who;when;n;p\na;05.01.2024;1,000;100,00\nb;16.01.2024;2,000;400,00\n")
    base = orders_of(log, quantity="n", price="p")
    assert base.table.amount.sum().to_pyarrow().as_py() == 900  # 1 at 100 and 2 at 400
