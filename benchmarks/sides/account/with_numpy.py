"""The same in numpy at its fastest: ids are small integers, so a boolean matrix, customers by months, is enough."""

import sys

import numpy as np
import pyarrow.parquet as pq

source, result = sys.argv[1:]
rows = pq.read_table(source, columns=["customer", "at"])
customer = rows["customer"].to_numpy()
month = rows["at"].to_numpy().astype("datetime64[M]").astype(np.int64)
month -= month.min()
there = np.zeros((customer.max() + 1, month.max() + 1), dtype=bool)
there[customer, month] = True
former = np.logical_or.accumulate(there, axis=1)[:, :-1]
now, before = there[:, 1:], there[:, :-1]
kept, new, returned = (now & before).sum(axis=0), (now & ~former).sum(axis=0), (now & former & ~before).sum(axis=0)
columns = [np.insert(kept, 0, 0), np.insert(new, 0, there[:, 0].sum()), np.insert(returned, 0, 0)]
np.savetxt(result, np.column_stack(columns)[:35], fmt="%d", delimiter=",", header="kept,new,returned", comments="")
