"""The same in pandas, as tutorials publish it: a Python call per row for the month, then a count per cell."""

# The steps are those of the courses that define `get_month` for it, the recipe most often found in public code;
# written anew here.

import datetime as dt
import sys

import pandas as pd


def month_of(at: pd.Timestamp) -> dt.datetime:
    """The first day of a month."""
    return dt.datetime(at.year, at.month, 1)  # noqa: DTZ001 - the file's times have no zone


source, result = sys.argv[1:]
frame = pd.read_parquet(source, columns=["customer", "at"])
frame["month"] = frame["at"].apply(month_of)
frame["first"] = frame.groupby("customer")["month"].transform("min")
years = frame["month"].dt.year - frame["first"].dt.year
frame["age"] = years * 12 + frame["month"].dt.month - frame["first"].dt.month
found = frame.groupby(["first", "age"])["customer"].apply(pd.Series.nunique).reset_index(name="active")
found["cohort"] = found["first"].dt.strftime("%Y-%m")
seen = found["first"].dt.year * 12 + found["first"].dt.month + found["age"] < 2023 * 12 + 12
found.loc[seen, ["cohort", "age", "active"]].to_csv(result, index=False)
