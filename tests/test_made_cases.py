"""The made cases: every one comes out as it was meant, or is refused where nobody could know."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from math import isclose
from typing import TYPE_CHECKING, Any

import ibis
import made_cases
import pyarrow as pa
import pytest
from made_cases import REFUSE, Column

from crrkit import InputError
from crrkit.read.quality.customers import parse_customers
from crrkit.read.values.numbers import parse_numbers
from crrkit.read.values.text import Forms
from crrkit.read.values.times import parse_times
from scripts import nasty_cases
from scripts.nasty_cases import RIGHT

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir

DAY = datetime.fromisoformat("2024-01-01")
# `make test` reads one case of so many, `make test-engines` all; a prime step meets every layout, encoding and form.
one_list_of_11 = pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.engines)])
one_column_of_7 = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.engines)])


def test_there_are_many() -> None:
    made = (made_cases.lists(), made_cases.dates(), made_cases.numbers(), made_cases.ids())
    counts = [[case.id for case in cases] for cases in made]
    assert sum(map(len, counts)) >= 300, [len(names) for names in counts]
    assert all(len(set(names)) == len(names) for names in counts)


@pytest.mark.slow
@one_list_of_11
def test_lists_are_read_as_they_were_meant(tmp_path: Path, step: int) -> None:
    seen: dict[Any, Any] = {}
    wrong = {}
    for made in islice(made_cases.lists(), None, None, step):
        (tmp_path / made.name).write_bytes(made.content)
        outcome = nasty_cases.judge(made.as_case(), tmp_path, seen=seen)
        if outcome.verdict != RIGHT:
            wrong[made.id] = outcome.why
    assert wrong == {}


@pytest.fixture(scope="module")
def engine() -> Any:
    con = ibis.duckdb.connect()
    con.con.execute("SET TimeZone = 'UTC'")
    return con


Reading = Callable[["ir.Table", dict[str, Any]], "ir.Value"]


def differing(
    columns: Iterable[Column], engine: Any, read: Reading, *, same: Callable[[Any, Any], bool]
) -> dict[str, Any]:
    """What did not come out as it was meant."""
    wrong = {}
    for column in columns:
        cells = pa.table(
            {"cell": column.cells, "at": pa.array([DAY.replace(day=k + 1) for k in range(len(column.cells))])}
        )
        table = engine.create_table("cells", cells, overwrite=True)
        try:
            value = read(table, column.said)
            got = table.select(value=value).to_pyarrow()["value"].to_pylist()
        except InputError:
            got = REFUSE
        if not (got == column.want if REFUSE in (got, column.want) else same(got, column.want)):
            wrong[column.id] = got
    return wrong


def close(got: list[Any], want: list[Any]) -> bool:
    return all(one is other is None or isclose(one, other) for one, other in zip(got, want, strict=True))


def alike(got: list[Any], want: list[int]) -> bool:
    """Whether the same cells are the same id."""
    return [got.index(one) for one in got] == [want.index(one) for one in want]


@pytest.mark.slow
@one_column_of_7
def test_dates_are_read_as_they_were_meant(engine: Any, step: int) -> None:
    def read(table: ir.Table, said: dict[str, Any]) -> ir.Value:
        return parse_times(table, "cell", **said).value

    assert differing(islice(made_cases.dates(), None, None, step), engine, read, same=operator.eq) == {}


@one_column_of_7
def test_numbers_are_read_as_they_were_meant(engine: Any, step: int) -> None:
    def read(table: ir.Table, said: dict[str, Any]) -> ir.Value:
        return parse_numbers(table, {"amount": "cell"}, Forms(**said))["amount"].value

    assert differing(islice(made_cases.numbers(), None, None, step), engine, read, same=close) == {}


@one_column_of_7
def test_ids_are_read_as_they_were_meant(engine: Any, step: int) -> None:
    def read(table: ir.Table, said: dict[str, Any]) -> ir.Value:
        return parse_customers(table, "cell", at=table["at"], **said).value

    assert differing(islice(made_cases.ids(), None, None, step), engine, read, same=alike) == {}
