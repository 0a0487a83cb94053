"""The same by OpenRetailScience, which does not compute the part up to the first month."""

import sys

import ibis
from openretailscience.analysis.cohort import CohortAnalysis
from openretailscience.options import option_context

source, result = sys.argv[1:]
table = ibis.duckdb.connect().read_parquet(source)
with option_context("column.customer_id", "customer", "column.transaction_date", "at"):
    grid = CohortAnalysis(table, aggregation_column="amount", agg_func="sum", period="month").df
cells = grid.stack().reset_index(name="revenue").set_axis(["cohort", "age", "revenue"], axis=1)
seen = cells["cohort"].dt.year * 12 + cells["cohort"].dt.month - 1 + cells["age"] < 2023 * 12 + 11
cells = cells[seen & (cells["revenue"] > 0)].astype({"revenue": float})
cells.assign(cohort=cells["cohort"].dt.strftime("%Y-%m")).to_csv(result, index=False)
