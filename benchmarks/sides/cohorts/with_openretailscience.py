"""The same by OpenRetailScience, given the file as a DuckDB table, its fastest input."""

import sys

import ibis
from openretailscience.analysis.cohort import CohortAnalysis
from openretailscience.options import option_context

source, result = sys.argv[1:]
table = ibis.duckdb.connect().read_parquet(source)
with option_context("column.customer_id", "customer", "column.transaction_date", "at"):
    grid = CohortAnalysis(table, aggregation_column="customer", agg_func="nunique", period="month").df
cells = grid.stack().reset_index(name="active").set_axis(["cohort", "age", "active"], axis=1)
seen = cells["cohort"].dt.year * 12 + cells["cohort"].dt.month - 1 + cells["age"] < 2023 * 12 + 11
cells = cells[seen & (cells["active"] > 0)]
cells.assign(cohort=cells["cohort"].dt.strftime("%Y-%m")).to_csv(result, index=False)
