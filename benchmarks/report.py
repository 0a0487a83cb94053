"""The time of a whole report, compared with the passes over the rows that it cannot avoid.

    python benchmarks/report.py [millions of purchases, 10 by default]

A pass is a query run for the first time, or an intermediate table computed once for several queries; reading, with its
quality report, is one too. The rest is finishing, drawing and repeated queries; the target is a total of at most 1.5
times the passes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crrkit as crr
from benchmarks.whole import ORDERS, make
from crrkit.reduce import rows, sharing
from scripts.bench import RATIO, record

if TYPE_CHECKING:
    from collections.abc import Callable


class Passes:
    """The first run time of each query, and those of repeated queries."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        self.again: list[float] = []

    def watch(self, room: Any, name: str, key: Callable[..., str]) -> None:
        """Time the calls of a function in a module of the reductions."""
        whole = getattr(room, name)

        def clocked(*arguments: Any, **options: Any) -> Any:
            begun = time.perf_counter()
            found = whole(*arguments, **options)
            taken, query = time.perf_counter() - begun, key(*arguments)
            if query in self.first:
                self.again.append(taken)
            else:
                self.first[query] = taken
            return found

        setattr(room, name, clocked)


def main() -> None:
    """Read the list, write the report, record the times."""
    many = round(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 10_000_000
    passes = Passes()
    passes.watch(rows, "run", lambda reduction: str(reduction.get_backend().compile(reduction)))
    passes.watch(sharing, "run_interruptible", lambda *_work: f"kept {len(passes.first)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        make(ORDERS.format(rows=many, customers=many // 20, path=path))
        begun = time.perf_counter()
        base = crr.read_orders(path, customer="customer", at="at", amount="amount")
        read = time.perf_counter()
        crr.write_report(base, every="month", out=Path(folder) / "report.html")
        ended = time.perf_counter()
    needed = read - begun + sum(passes.first.values())
    record(f"report of {many:,} purchases", [ended - begun], unit="s")
    record(f"report of {many:,} purchases, reading", [read - begun], unit="s")
    record(f"report of {many:,} purchases, {len(passes.first)} passes", [sum(passes.first.values())], unit="s")
    record(f"report of {many:,} purchases, asked again ({len(passes.again)})", [sum(passes.again)], unit="s")
    record(f"report of {many:,} purchases beside its passes", [(ended - begun) / needed], unit=RATIO)


if __name__ == "__main__":
    main()
