"""The same in DuckDB SQL: the gaps between purchase days, their histogram, the product over it."""

import sys
from pathlib import Path

import duckdb

source, result = sys.argv[1:]
by_hand = (Path(__file__).parent / "by_hand.sql").read_text(encoding="utf-8")
duckdb.sql(by_hand.format(path=source)).df().to_csv(result, index=False)
