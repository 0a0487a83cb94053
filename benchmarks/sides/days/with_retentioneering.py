"""The same by retentioneering, from its daily states `new` and `resurrected`; its telemetry is switched off."""

import os
import sys

os.environ["RETENTIONEERING_NO_TRACK"] = "1"
sys.modules["posthog"] = None  # type: ignore[assignment]  # the library that would tell them

import pandas as pd  # noqa: E402 - what it would send is silenced first
from retentioneering.eventstream.eventstream import Eventstream  # noqa: E402 - as above

source, result = sys.argv[1:]
rows = pd.read_parquet(source).rename(columns={"kind": "event", "at": "timestamp", "customer": "user_id"})
states = Eventstream(rows[rows["event"] == "purchase"]).to_daily_states().to_dataframe()
counts = pd.crosstab(states["timestamp"].dt.strftime("%Y-%m-%d"), states["event"])
found = counts[["new", "resurrected"]].set_axis(["new", "returned"], axis=1).rename_axis("period").reset_index()
found[found["new"] + found["returned"] > 0].to_csv(result, index=False)
