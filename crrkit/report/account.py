"""The account of a report: what may be shared of it (`crrkit.report.withhold`), and how it travels in a notebook."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pandas as pd

from crrkit.counts import wilson_columns
from crrkit.ground import check_count
from crrkit.measure import COMPLETE, RetentionTable
from crrkit.measure.cadence import Rhythm
from crrkit.read import QualityReport
from crrkit.report.withhold import ACCOUNT_COUNTS, ACCOUNT_RATES, blank_movements
from crrkit.rules import DefinitionCard

PUBLISHED = ["period", "from_", "until", *ACCOUNT_COUNTS, *ACCOUNT_RATES, "status"]
TRAVELLING = [name for name in PUBLISHED if name not in ACCOUNT_RATES]


def shared(kept: RetentionTable, *, min_cell: int | None = 10) -> RetentionTable:
    """The account as a report may show it: fewer columns and, with ``min_cell``, no small cells.

    Args:
        kept: What ``retention_by_period`` gave.
        min_cell: The smallest group that may be shown; None withholds nothing and is for private use.

    Returns:
        The account with the columns of a report. In a period with a small ``start``, ``kept``, ``lost`` or ``end``,
        the movement and the rates are NaN and ``status`` is ``suppressed``; ``start`` and ``end`` stay where they are
        large. Customers who came and went inside a period are NaN where they are few.

    Raises:
        ValueError: If ``min_cell`` is not a whole number of 0 or more.
    """
    table = kept.table[PUBLISHED].copy()
    if min_cell is not None:
        table = blank_movements(table, check_count(min_cell, name="min_cell"))
    return replace(kept, table=table, judged=kept.rhythm)  # judged now: the page and the notebook are made at once


def reference_row(kept: RetentionTable) -> pd.Series | None:
    """The period that a report speaks of first: the last complete one with a rate, else a running one, else none."""
    rated = kept.table[kept.table["crr"].notna()]
    pool = next((rows for rows in (rated[rated["status"] == COMPLETE], rated) if len(rows)), None)
    return None if pool is None else pool.iloc[-1]


def dump_account(kept: RetentionTable) -> str:
    """A shared account as text without customers: its definition and the account of its rows, then a line a period.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"))
        >>> text = dump_account(shared(crr.retention_by_period(base, every="half-year"), min_cell=None))
        >>> float(load_account(text).row("2024H1")["crr"])
        0.6
    """
    head = {
        "every": kept.every,
        "card": kept.card.to_dict(),
        "quality": _plain_quality(kept.quality),
        "notes": list(kept.notes),
        "rhythm": kept.rhythm and kept.rhythm.to_dict(),
    }
    lines = [f'"{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in head.items()]
    counts = kept.table[TRAVELLING].astype(dict.fromkeys(ACCOUNT_COUNTS, "Int64"))
    return "{" + ",\n".join(lines) + "}\n\n" + counts.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")


def load_account(text: str) -> RetentionTable:
    """The account that `dump_account` wrote.

    Args:
        text: What a notebook of `crrkit.write_report` holds.

    Returns:
        The same account: equal table, card and quality, without the rows that were set aside.
    """
    head, _gap, body = text.strip().partition("\n\n")
    content = json.loads(head)
    table = pd.read_csv(StringIO(body), dtype={"period": str}, parse_dates=["from_", "until"])
    card = DefinitionCard.from_dict(content["card"])
    said = {name: tuple(content["quality"][name]) for name in ("notes", "doubts")}
    quality = QualityReport.from_counts(**content["quality"] | said)
    rhythm = content["rhythm"] and Rhythm.from_dict(content["rhythm"])
    notes = tuple(content["notes"])
    return RetentionTable(_with_rates(table), content["every"], card, quality, notes=notes, judged=rhythm)


def _with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The rates follow from the counts; where a count is withheld or there was no base, they are NaN."""
    known = table["kept"].notna() & (table["start"] > 0)
    low, high = wilson_columns(table["kept"], table["start"])
    crr = (table["kept"] / table["start"]).where(known)
    return table.assign(crr=crr, crr_low=low, crr_high=high)[PUBLISHED]


def _plain_quality(quality: QualityReport) -> dict[str, Any]:
    reasons = quality.table["reason"], quality.table["rows"]
    return {
        "counts": {str(reason): int(rows) for reason, rows in zip(*reasons, strict=True)},
        "source": quality.source,
        "rows_used": quality.rows_used,
        "columns": dict(quality.columns),
        "notes": list(quality.notes),
        "doubts": list(quality.doubts),
        "kind": quality.kind,
    }
