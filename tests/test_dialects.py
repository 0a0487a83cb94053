"""Every reduction in the SQL of engines that no test can start: it compiles, and a parser of that SQL reads it."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

import ibis
import pytest
import sqlglot
from ibis.config import Config

from crrkit import reduce
from crrkit.rules import Calendar, OwnGap

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

pytestmark = pytest.mark.engines

DIALECTS = ("bigquery", "snowflake", "trino", "databricks", "clickhouse", "pyspark", "postgres")
AS_OF = datetime(2024, 7, 1)  # noqa: DTZ001 - the business's own clock
MONTH, WEEK = Calendar("month"), Calendar("week")
ORDERS = ibis.table(
    {"customer": "string", "at": "timestamp", "amount": "float64", "receipt": "string", "region": "string"},
    name="orders",
)
RENTS = ibis.table({"customer": "string", "start": "timestamp", "end": "timestamp", "amount": "float64"}, name="rents")


class Spark(Config):
    """What Spark's backend sets when it is loaded, for which it is not here."""

    treat_nan_as_null: bool = False


def reductions() -> Iterator[tuple[str, ir.Table]]:
    rents = reduce.contract_units(RENTS, as_of=AS_OF, unit="person_any")
    when = {"calendar": MONTH, "as_of": AS_OF}
    rule = {"limits": OwnGap(population_days=30.0).limits(), "window_days": 365, "k_long": 3, "span_days": 60}
    steps = reduce.purchase_steps(ORDERS, as_of=AS_OF, **rule)
    runs = reduce.spells(rents, until="last")
    yield "account", reduce.order_histogram(ORDERS, **when, by=("region",))
    yield "weeks", reduce.order_histogram(ORDERS, calendar=WEEK, as_of=AS_OF)
    yield "trailing", reduce.spell_histogram(reduce.trailing_units(ORDERS, days=90, as_of=AS_OF), **when)
    yield "own gap", reduce.spell_histogram(reduce.own_gap_units(ORDERS, limits=rule["limits"], as_of=AS_OF), **when)
    yield "contracts", reduce.spell_histogram(rents, **when)
    yield "cohorts", reduce.age_histogram(reduce.order_stretches(ORDERS, calendar=MONTH, step=None, as_of=AS_OF))
    yield "money of cohorts", reduce.revenue_histogram(ORDERS, **when, step=None)
    yield "money by age", reduce.revenue_histogram(ORDERS, **when, step=30 * 86400)
    yield "stages", reduce.step_histogram(reduce.buyer_periods(steps, calendar=MONTH), last=MONTH.index(AS_OF))
    yield (
        "stages of contracts",
        reduce.step_histogram(reduce.contract_periods(runs, **when, renewals=1, months=12), last=MONTH.index(AS_OF)),
    )
    yield "revenue", reduce.revenue_by_period(ORDERS, **when)
    yield "recurring revenue", reduce.revenue_changes(RENTS, **when)
    yield "receipts", reduce.retail_histogram(ORDERS, **when)
    yield "renewals", reduce.renewal_histogram(rents, **when, late_days=30)
    yield "gaps", reduce.gap_histogram(ORDERS, as_of=AS_OF)
    yield "shares of payers", reduce.shares_of_payers(ORDERS, **when)
    yield "shares of cohorts", reduce.shares_of_cohorts(ORDERS, **when)
    yield "shares of holders", reduce.shares_of_holders(RENTS, **when)
    yield "concentration", reduce.revenue_ranks(ORDERS, as_of=AS_OF)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_compiles_and_is_read_by_a_parser(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if dialect == "pyspark":
        monkeypatch.setattr(ibis.options, "pyspark", Spark())
    compiler = import_module(f"ibis.backends.sql.compilers.{dialect}").compiler
    for name, reduction in reductions():
        sql = compiler.to_sqlglot(reduction).sql(dialect=compiler.dialect)
        tree = sqlglot.parse_one(sql, dialect=compiler.dialect)
        made = {part.alias for part in tree.find_all(sqlglot.exp.CTE)}
        read = {table.name for table in tree.find_all(sqlglot.exp.Table)} - made
        assert read in ({"orders"}, {"rents"}), name
        wanted = set(reduction.columns)
        outer = tree.find(sqlglot.exp.Select)
        assert outer is not None, name
        assert wanted <= {one.alias_or_name for one in outer.selects} | {"*"} or outer.is_star, name
