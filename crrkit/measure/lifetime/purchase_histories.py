"""Input of the BG/NBD model: frequency, recency and age, with the number of customers who share them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.ground import InputError, check_column, check_given, gettext as _
from crrkit.measure.lifetime.purchase_model import check_history, not_negative
from crrkit.read import Base

COLUMNS = {"frequency", "recency", "T"}  # of a table of customers


def histories_of_base(base: object, unit_days: float) -> pd.DataFrame:
    """Return ``frequency recency age customers`` of a log of purchases, with times in units of ``unit_days`` days."""
    base = check_given(base, Base, name="base")
    if not base.has_purchases:
        message = _(
            "A log of purchases is needed, read with read_orders. Contracts say when a customer left, so nothing has to"
            " be guessed from silence: take life_table(grid) for them."
        )
        raise InputError(message, argument="base")
    days = reduce.collect(reduce.repeat_histogram(base.table, as_of=base.as_of))
    days = days.sort_values(list(days.columns), ignore_index=True)  # a fixed order of summation, so fits are identical
    return pd.DataFrame({
        "frequency": days["frequency"].astype("int64"), "recency": days["recency_days"] / unit_days,
        "age": days["age_days"] / unit_days, "customers": days["customers"].astype("int64"),
    })  # fmt: skip


def histories_of_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same for a table with ``frequency recency T``, checked and with equal rows merged."""
    columns = [check_column(name, name="base", available=table.columns) for name in ("frequency", "recency", "T")]
    customers = table["customers"] if "customers" in table.columns else 1
    x, last, whole = check_history(*(table[name] for name in columns))
    counts = not_negative(np.broadcast_to(customers, x.shape), "customers")
    rows = pd.DataFrame({"frequency": x, "recency": last, "age": whole, "customers": counts})
    return rows.groupby(["frequency", "recency", "age"], as_index=False)[["customers"]].sum()


def refuse_too_little(rows: pd.DataFrame) -> None:
    """Refuse histories to which the model cannot be fitted: one customer only, or no repeat purchase."""
    if rows["customers"].sum() <= 1:
        message = _("The model describes how customers differ, so more than one customer is needed.")
        raise InputError(message, argument="base")
    if not (rows["frequency"] * rows["customers"]).sum():
        message = _(
            "Nobody bought on a second day, so the rhythm of purchases is unknown. Collect a longer history, or count"
            " customers by another event."
        )
        raise InputError(message, argument="base")
