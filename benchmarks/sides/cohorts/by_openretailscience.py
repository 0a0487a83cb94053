"""The cohorts that OpenRetailScience counts, written in the format of every side."""

from typing import Any

from openretailscience.analysis.cohort import CohortAnalysis
from openretailscience.options import option_context


def write(table: Any, result: str) -> None:
    """Count the cohorts of a table of any type, and write the cells of completed months."""
    with option_context("column.customer_id", "customer", "column.transaction_date", "at"):
        grid = CohortAnalysis(table, aggregation_column="customer", agg_func="nunique", period="month").df
    cells = grid.stack().reset_index(name="active").set_axis(["cohort", "age", "active"], axis=1)
    seen = cells["cohort"].dt.year * 12 + cells["cohort"].dt.month - 1 + cells["age"] < 2023 * 12 + 11
    cells = cells[seen & (cells["active"] > 0)]
    cells.assign(cohort=cells["cohort"].dt.strftime("%Y-%m")).to_csv(result, index=False)
