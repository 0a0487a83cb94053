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


def test_a_mark_of_some_orders_is_in_doubt_in_their_other_lines(tmp_path: Path) -> None:
    cancelled = shopify(lambda month, who: "2024-03-30" if month and who < 4 else "", column="Cancelled at")
    file = put(tmp_path, cancelled)
    columns = {"customer": "Email", "at": "Created at", "status": "Cancelled at", "counts": ""}
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
