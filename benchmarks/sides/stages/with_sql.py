"""The same rule in DuckDB SQL, without the second-purchase state and the stage two months back."""

import sys
from pathlib import Path

import duckdb

source, result = sys.argv[1:]
by_hand = (Path(__file__).parent / "by_hand.sql").read_text(encoding="utf-8")
duckdb.sql(by_hand.format(path=source, last=2024 * 12)).df().to_csv(result, index=False)
