"""The same rule in DuckDB SQL, with the second-purchase state and the stage two months back that crrkit keeps."""

import sys
from pathlib import Path

import duckdb

source, result = sys.argv[1:]
by_hand = (Path(__file__).parent / "same_facts.sql").read_text(encoding="utf-8")
duckdb.sql(by_hand.format(path=source, last=2024 * 12)).df().to_csv(result, index=False)
