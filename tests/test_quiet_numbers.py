"""Lists as shops, billing services and CRMs export them: a wrong number is not given without a word.

Each list is small enough to count by hand. A test names what is right, or the doubt that stands before the number.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import crrkit as crr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = date(2024, 1, 1)


def put(folder: Path, text: str, *, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def bought(n: int = 8, months: int = 3) -> list[tuple[int, int, date]]:
    """Return ``month customer day``: each of the customers buys once in each month."""
    return [(m, i, FIRST + timedelta(days=31 * m + 2 * i)) for m in range(months) for i in range(n)]


def kept(base: crr.Base) -> list[int]:
    """Return the number of customers kept in each month but the first."""
    return [int(n) for n in crr.retention_by_period(base, every="month").table["kept"][1:]]


def doubts(base: crr.Base) -> list[str]:
    return [str(doubt) for doubt in base.quality.doubts]


# Orders whose state is in one line ------------------------------------------------------------------------------------


def shopify(states: Callable[[int, int], str], *, column: str = "Financial Status") -> str:
    """Orders of three lines; the state of the order and the day of payment are in the first."""
    lines = [f"Name,Email,{column},Paid at,Total,Created at,Lineitem name"]
    for place, (month, who, day) in enumerate(bought()):
        order, at = f"#{1000 + place},u{who}@x.example", f"{day} 10:00:00"
        lines += [
            f"{order},{states(month, who)},{day} 10:05:00,45.00,{at},Mug",
            f"{order},,,,{at},Cup",
            f"{order},,,,{at},Dish",
        ]
    return "\n".join(lines) + "\n"


def test_a_state_in_the_first_line_of_an_order_is_that_of_all_its_lines(tmp_path: Path) -> None:
    file = put(tmp_path, shopify(lambda month, who: "refunded" if month and who < 4 else "paid"))
    base = crr.read_orders(file, customer="Email", at="Created at")
    assert kept(base) == [4, 4], "the refunded orders of four customers do not count"
    assert base.quality.rows_set_aside == 2 * 4 * 3
    assert doubts(base) == [], "neither a state nor a day of payment is missing"
    assert "48 rows without a state have that of the other lines of their orders" in " ".join(base.quality.notes)


def test_the_other_lines_of_an_order_in_a_parquet_file_are_looked_at_once(tmp_path: Path) -> None:
    file = put(tmp_path, shopify(lambda month, who: "refunded" if month and who < 4 else "paid"))
    frame = pd.read_csv(file, parse_dates=["Created at", "Paid at"])
    frame.loc[frame["Name"] == "#1000", "Name"] = None  # nobody knows whether these lines are of one order
    frame.to_parquet(tmp_path / "orders.parquet")
    columns: dict[str, Any] = {"customer": "Email", "at": "Created at", "receipt": "Name", "status": "Financial Status"}
    base = crr.read_orders(tmp_path / "orders.parquet", **columns)
    assert kept(base) == [4, 4]
    assert "over" not in base.explain().sql("retention_by_period").lower()
    text = " ".join(base.quality.notes)
    assert "46 rows without a state have that of the other lines" in text
    assert "also says '' (2)" in " ".join(doubts(base))


def test_a_mark_of_some_orders_is_in_doubt_in_their_other_lines(tmp_path: Path) -> None:
    cancelled = shopify(lambda month, who: "2024-03-30" if month and who < 4 else "", column="Cancelled at")
    file = put(tmp_path, cancelled)
    columns: dict[str, Any] = {"customer": "Email", "at": "Created at", "status": "Cancelled at", "counts": ""}
    doubt, unpaid = doubts(crr.read_orders(file, **columns))
    assert "'Paid at' was not read and is empty in 16 rows" in unpaid
    assert doubt.startswith("16 rows with nothing in column 'Cancelled at' count as purchases, although another line")
    rows = cancelled.splitlines()
    rows = [row.replace(",,,,", ",2024-03-30,,,", 1) if "#1008" in row and "Cup" in row else row for row in rows]
    file = put(tmp_path, "\n".join(rows))
    assert not [doubt for doubt in doubts(crr.read_orders(file, **columns)) if "another line" in doubt], "of each line"


def test_one_order_without_a_state_is_still_in_doubt(tmp_path: Path) -> None:
    file = put(tmp_path, shopify(lambda month, who: "" if (month, who) == (2, 7) else "paid"))
    base = crr.read_orders(file, customer="Email", at="Created at")
    (doubt,) = doubts(base)
    assert "also says '' (3)" in doubt


# Words in later rows of Parquet files and databases -------------------------------------------------------------------


def late_returns(n: int = 3000) -> pd.DataFrame:
    """A log in which returns, with positive amounts, begin after 2,000 rows."""
    return pd.DataFrame({
        "client": [f"C{i % 300}" for i in range(n)],
        "date": [pd.Timestamp(FIRST) + pd.Timedelta(hours=i) for i in range(n)],
        "amount": [10.0 + i % 7 for i in range(n)],
        "doc": ["Возврат от покупателя" if i > 2000 and i % 10 == 0 else "Реализация" for i in range(n)],
        "balance_of_points": [float(i % 5) for i in range(n)],
        "dept": [f"d{i % 4}" for i in range(n)],
    })  # fmt: skip


def as_parquet(table: pd.DataFrame, folder: Path) -> Any:
    table.to_parquet(folder / "log.parquet")
    return folder / "log.parquet"


def as_arrow_table(table: pd.DataFrame, folder: Path) -> Any:
    import ibis

    return ibis.duckdb.connect(folder / "log.duckdb").create_table("log", table)


def as_sqlite(table: pd.DataFrame, folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "log.sqlite")) as con:
        table.assign(date=table["date"].astype(str)).to_sql("log", con, index=False)
    return folder / "log.sqlite"


def as_json(table: pd.DataFrame, folder: Path) -> Any:
    table.to_json(folder / "log.json", orient="records", date_format="iso", force_ascii=False)
    return folder / "log.json"


@pytest.mark.parametrize("made", [as_parquet, as_arrow_table, as_sqlite, as_json])
def test_words_after_the_first_rows_are_found_wherever_the_rows_are(made: Callable[..., Any], tmp_path: Path) -> None:
    (doubt,) = doubts(crr.read_orders(made(late_returns(), tmp_path), customer="client", at="date", amount="amount"))
    assert doubt.startswith("Column 'doc' was not read and says 'Возврат от покупателя' (99) in rows")
    clean = tmp_path / "clean"
    clean.mkdir()
    clear = made(late_returns().assign(doc="Реализация"), clean)
    assert doubts(crr.read_orders(clear, customer="client", at="date", amount="amount")) == []


# Marks by other words and other columns -------------------------------------------------------------------------------


def log_with(column: str, mark: Callable[[int, int], str], *, amount: str = "100") -> str:
    rows = [f"date,customer_id,amount,{column}"]
    rows += [f"{day},c{who},{amount},{mark(month, who)}" for month, who, day in bought()]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("column", "mark", "usual", "said"),
    [
        ("trans", "R", "S", "'trans' was not read and says 'R' (4)"),
        ("Soll/Haben", "H", "S", "'Soll/Haben' was not read and says 'S' (20), 'H' (4): money went both ways"),
        ("doc", "В", "П", "'doc' was not read and says 'В' (4)"),
        ("План/факт", "План", "Факт", "'План/факт' was not read and says 'План' (4)"),
        ("Визит", "Клиент не пришел", "Клиент пришел", "'Визит' was not read and says 'Клиент не пришел' (4)"),
        ("visit", "No show", "Came", "'visit' was not read and says 'No show' (4)"),
        ("No Show", "Yes", "No", "'No Show' was not read and marks 4 rows"),
        ("Неявка", "1", "0", "'Неявка' was not read and marks 4 rows"),
        ("Признак расчёта", "2", "1", "'Признак расчёта' was not read and marks 4 rows"),
        ("ret", "1", "0", "'ret' was not read and marks 4 rows"),
        ("Signed In", "No", "Yes", "'Signed In' was not read and says no in 4 rows"),
        ("amount_paid", "", "100", "'amount_paid' was not read and is empty or 0 in 4 rows"),
        ("Оплачено", "0", "1500", "'Оплачено' was not read and is empty or 0 in 4 rows"),
    ],
)
def test_a_mark_that_a_row_is_no_purchase_is_said(
    column: str, mark: str, usual: str, said: str, tmp_path: Path
) -> None:
    text = log_with(column, lambda month, who: mark if month == 1 and who < 4 else usual)
    (doubt,) = doubts(crr.read_orders(put(tmp_path, text), customer="customer_id", at="date", amount="amount"))
    assert said in doubt
    plain = put(tmp_path, log_with(column, lambda _month, _who: usual), name="plain.csv")
    assert doubts(crr.read_orders(plain, customer="customer_id", at="date", amount="amount")) == []


def test_the_status_that_a_doubt_names_sets_the_returns_aside(tmp_path: Path) -> None:
    file = put(tmp_path, log_with("trans", lambda month, who: "R" if month == 1 and who < 4 else "S"))
    base = crr.read_orders(file, customer="customer_id", at="date", amount="amount", status="trans")
    assert kept(base)[0] == 4
    assert doubts(base) == []


@pytest.mark.parametrize(("column", "words"), [("plan", "План А,План Б"), ("size", "S,M,R"), ("type_of_card", "S,G")])
def test_words_that_look_like_such_a_mark_are_none(column: str, words: str, tmp_path: Path) -> None:
    among = words.split(",")
    file = put(tmp_path, log_with(column, lambda month, who: among[(month + who) % len(among)]))
    assert doubts(crr.read_orders(file, customer="customer_id", at="date", amount="amount")) == []


def test_free_rows_are_said_where_no_amount_is_read(tmp_path: Path) -> None:
    text = log_with("note", lambda _month, _who: "x").replace("2024-02-01,c0,100", "2024-02-01,c0,0")
    (doubt,) = doubts(crr.read_orders(put(tmp_path, text), customer="customer_id", at="date", amount=""))
    assert doubt.startswith("Column 'amount' was not read and is empty or 0 in 1 row that counts as a purchase.")


# Contracts ------------------------------------------------------------------------------------------------------------


def subscriptions(trials: int, *, end: str = "Ended At (UTC)") -> str:
    """Twenty contracts; some end, or still run, within the two weeks of their trial."""
    rows = [f"id,Customer ID,Start (UTC),Trial End (UTC),{end}"]
    for i in range(20):
        start = FIRST + timedelta(days=9 * i)
        trial, later = start + timedelta(days=14), start + timedelta(days=70)
        left = trial if i < trials else later if i < 8 else ""
        rows.append(f"s{i},c{i},{start} 10:00,{trial if i < 15 else ''},{left}")
    return "\n".join(rows) + "\n"


def test_trials_that_nobody_paid_for_are_said(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"customer": "Customer ID", "start": "Start (UTC)", "end": "Ended At (UTC)"}
    (doubt,) = doubts(crr.read_contracts(put(tmp_path, subscriptions(5)), as_of="2024-07-01", **columns))
    assert doubt.startswith(
        "5 contracts that count ended, or still run, within the trials of column 'Trial End (UTC)'."
    )
    assert doubts(crr.read_contracts(put(tmp_path, subscriptions(0)), as_of="2024-07-01", **columns)) == []
    (running,) = doubts(crr.read_contracts(put(tmp_path, subscriptions(0)), as_of="2024-05-13", **columns))
    assert running.startswith("1 contract that counts ended, or still runs, within the trial of column")


def planned(column: str, *, left: int, end: str = "2025-06-30") -> str:
    """Twelve contracts to a planned end, or to none, of which so many have a day of leaving."""
    rows = [f"customer_id,start_date,end_date,{column}"]
    for i in range(12):
        until = "2023-11-05" if i == 11 else end
        rows.append(f"K{i},2023-0{1 + i % 9}-05,{until},{f'2023-11-{10 + i}' if i < left else ''}")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("end", ["2025-06-30", ""])
@pytest.mark.parametrize(
    ("column", "end_is_unsure"), [("cancelled_at", False), ("withdrawal_date", False), ("Дата расторжения", True)]
)
def test_a_day_of_leaving_beside_a_contract_that_runs_on_is_said(
    column: str, end_is_unsure: bool, end: str, tmp_path: Path
) -> None:
    columns: dict[str, Any] = {"customer": "customer_id", "end": "end_date", "as_of": "2024-03-01"}
    file = put(tmp_path, planned(column, left=4, end=end))
    (doubt,) = doubts(crr.read_contracts(file, **columns))
    assert doubt.startswith(f"4 contracts that run on have a day in column {column!r}, which was not read.")
    assert doubts(crr.read_contracts(put(tmp_path, planned(column, left=0, end=end)), **columns)) == []
    if end_is_unsure:
        with pytest.raises(crr.InputError, match="Several columns could be end"):
            crr.read_contracts(file)


def test_a_request_before_the_end_of_a_paid_time_is_no_doubt(tmp_path: Path) -> None:
    """Most who gave notice have left by the cut-off; one has paid until a later day."""
    rows = ["customer_id,start_date,end_date,cancelled_at"]
    rows += [f"K{i},2023-0{1 + i % 9}-05,2023-12-{10 + i},2023-11-{10 + i}" for i in range(6)]
    rows += ["K7,2023-01-05,2024-03-20,2024-02-20", "K8,2023-02-07,,", "K9,2023-10-07,,", "K10,2024-02-07,,"]
    file = put(tmp_path, "\n".join(rows))
    assert doubts(crr.read_contracts(file, customer="customer_id", as_of="2024-03-01")) == []


def test_paused_contracts_are_said_where_they_are_many(tmp_path: Path) -> None:
    rows = ["customer_id,start_date,end_date,status"]
    rows += [f"K{i},2023-0{1 + i % 9}-05,,{'Заморожен' if i < 3 else 'active'}" for i in range(30)]
    rows += ["K30,2023-02-05,2023-09-01,cancelled"]
    columns: dict[str, Any] = {"customer": "customer_id", "as_of": "2023-10-01"}
    (doubt,) = doubts(crr.read_contracts(put(tmp_path, "\n".join(rows)), **columns))
    assert doubt.startswith(
        "3 contracts that run on say 'Заморожен' (3) in column 'status', and count as those of cust"
    )
    few = [row.replace("Заморожен", "active") if "K0" not in row else row for row in rows]
    assert doubts(crr.read_contracts(put(tmp_path, "\n".join(few)), **columns)) == []


def test_periods_that_were_never_paid_are_said(tmp_path: Path) -> None:
    for words, said in ((("void", "paid"), True), (("Аннулирован", "Оплачен"), True), (("paid", "paid"), False)):
        rows = ["customer_id,start_date,end_date,status"]
        for month, who, day in bought(months=6):
            rows.append(f"c{who},{day},{day + timedelta(days=31)},{words[0] if (month, who) == (2, 5) else words[1]}")
        file = put(tmp_path, "\n".join(rows))
        found = doubts(crr.read_contracts(file, customer="customer_id", as_of="2024-06-20", end_is="first_day_after"))
        assert [f"says '{words[0]}' (1) in contracts that count" in doubt for doubt in found] == [True] * said


def test_a_day_of_cancellation_beside_the_end_of_a_paid_time_is_noted(tmp_path: Path) -> None:
    text = subscriptions(0, end="Canceled At (UTC)")
    alone = crr.read_contracts(put(tmp_path, text), customer="Customer ID")
    assert "day of the request" not in " ".join(alone.quality.notes)
    paid = crr.read_contracts(
        put(tmp_path, text.replace("id,", "Current Period End (UTC),", 1)), customer="Customer ID"
    )
    assert (
        "'Canceled At (UTC)' was taken for the end. By its name it may hold the day of the request, and"
        " 'Current Period End (UTC)' the day until which was paid"
    ) in " ".join(paid.quality.notes)


# Annual plans among monthly ones --------------------------------------------------------------------------------------


def payments(annual: int, *, years: int = 3) -> pd.DataFrame:
    """Payments of twenty customers, of whom so many pay once a year."""
    rows = [
        (f"c{i}", date(2021 + year, month, 3 + i))
        for year in range(years)
        for month in range(1, 13)
        for i in range(20)
        if i >= annual or month == 1 + i % 12
    ]
    return pd.DataFrame(rows, columns=["who", "at"])


@pytest.mark.parametrize("every", ["quarter", "half-year"])
def test_annual_plans_among_monthly_ones_are_said_before_a_rate_of_less_than_a_year(every: str) -> None:
    mixed = crr.retention_by_period(crr.read_orders(payments(10), customer="who", at="at"), every=every)
    assert "whoever pays once a year counts as lost in between" in mixed.warning
    assert mixed.rhythm is not None
    assert mixed.rhythm.mark == "no measure of who stays: the period is too short"
    monthly = crr.retention_by_period(crr.read_orders(payments(0), customer="who", at="at"), every=every)
    assert "once a year" not in monthly.warning


def test_annual_plans_are_no_doubt_by_year() -> None:
    base = crr.read_orders(payments(10), customer="who", at="at")
    assert "once a year" not in crr.retention_by_period(base, every="year").warning
    silent = crr.retention_by_period(base.with_activity(crr.Trailing(days=400)), every="year")
    assert "once a year" not in silent.warning
