"""The same by lifelines, given one row per gap in a data frame, as its guide does."""

import sys

import pandas as pd
from lifelines import KaplanMeierFitter

source, result = sys.argv[1:]
frame = pd.read_parquet(source, columns=["customer", "at"])
frame["day"] = frame["at"].dt.normalize()
days = frame[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
after = days.groupby("customer")["day"].shift(-1)
lengths = (after.fillna(days["day"].max() + pd.Timedelta(days=1)) - days["day"]).dt.days
fitted = KaplanMeierFitter().fit(lengths, after.notna())
found = fitted.survival_function_.iloc[1:].reset_index().set_axis(["days", "survival"], axis=1)
found.astype({"days": int}).to_csv(result, index=False)
