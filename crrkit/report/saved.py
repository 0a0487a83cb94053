"""How what a report counted travels in its notebook: results as text without customers, and back.

A result is written as the name of its class with its fields, a frame as its columns, a line each. What leads back to
the rows, and what follows from the other fields, stays behind; the definition and what became of the rows are written
once, with the account.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from crrkit.judge.whatif import Basis, StageModel
from crrkit.measure import RenewalTable, RetentionTable
from crrkit.measure.cadence import Rhythm
from crrkit.measure.cohorts import CohortGrid
from crrkit.measure.stages import StageFlow
from crrkit.read import QualityReport
from crrkit.rules import DefinitionCard, OwnGap, StageRule

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAME = "frame"
TYPED = "iufbM"  # kinds of columns whose type is written; words find theirs
OF_THE_ACCOUNT = ("card", "quality", "whole")  # one for all results of a notebook
LEFT_BEHIND = {
    RetentionTable: ("base",),
    CohortGrid: ("pairs",),
    StageFlow: ("began",),
    StageModel: ("counts", "window", "chain", "population"),
}
TOLD_BY_THEMSELVES = (DefinitionCard, Rhythm, Basis)  # they know how to become plain and back


@dataclass(frozen=True, eq=False)
class Counted:
    """What a section counted, fit to be shared: whoever is one of these can be dumped and loaded."""


def dump(value: object) -> str:
    """What a report counted as text without customers.

    Args:
        value: A shared account, or what a section counted.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"))
        >>> kept = crr.report.shared(crr.retention_by_period(base, every="half-year"), min_cell=None)
        >>> float(load(dump(kept)).row("2024H1")["crr"])
        0.6
    """
    return _written(_plain(value, is_whole=True))


def load(text: str, *, kept: RetentionTable | None = None) -> Any:
    """What `dump` wrote: equal tables, definition and counts of the rows, without the rows that were set aside.

    Args:
        text: What a notebook of `crrkit.write_report` holds.
        kept: The account of the same notebook, to which everything but itself belongs.
    """
    shared = {"whole": kept, "card": kept.card, "quality": kept.quality} if kept is not None else {}
    return _read(json.loads(text), shared)


def _classes() -> dict[str, type[Any]]:
    known = (RetentionTable, RenewalTable, CohortGrid, StageFlow, StageModel, StageRule, OwnGap, QualityReport)
    return {one.__name__: one for one in (*known, *TOLD_BY_THEMSELVES, *Counted.__subclasses__())}


def _plain(value: Any, *, is_whole: bool = False) -> Any:
    """A value as JSON has it; a class is an object with one field of its name."""
    if isinstance(value, pd.DataFrame):
        return {FRAME: _plain_frame(value)}
    if isinstance(value, QualityReport):
        return {"QualityReport": _plain_quality(value)}
    if isinstance(value, TOLD_BY_THEMSELVES):
        return {type(value).__name__: value.to_dict()}
    if is_dataclass(value):
        return {type(value).__name__: _plain_fields(value, is_whole=is_whole)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else _cell(value)


def _plain_fields(value: Any, *, is_whole: bool) -> dict[str, Any]:
    behind = LEFT_BEHIND.get(type(value), ())
    if is_whole and isinstance(value, RetentionTable) and not value.by:
        behind = (*behind, "whole")
    else:
        behind = (*behind, *OF_THE_ACCOUNT)
    return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in behind}


def _plain_frame(frame: pd.DataFrame) -> dict[str, Any]:
    index = "" if isinstance(frame.index, pd.RangeIndex) else "index"
    if frame.index.name is not None:
        index = str(frame.index.name)
    table = frame.rename_axis(index=index).reset_index() if index else frame
    types: dict[str, list[str]] = {}
    for name, dtype in table.dtypes.items():
        if dtype.kind in TYPED:
            types.setdefault(str(dtype), []).append(str(name))
    columns = {str(name): [_cell(cell) for cell in table[name]] for name in table.columns}
    return {"index": index, "types": types, "across": frame.columns.name, "columns": columns}


def _plain_quality(quality: QualityReport) -> dict[str, Any]:
    reasons = quality.table["reason"], quality.table["rows"]
    return {
        "counts": {str(reason): int(rows) for reason, rows in zip(*reasons, strict=True)},
        "source": quality.source,
        "rows_used": quality.rows_used,
        "columns": dict(quality.columns),
        "notes": list(quality.said()),
        "doubts": list(quality.above()),
        "kind": quality.kind,
    }


def _cell(value: Any) -> str | float | bool | None:
    """A missing value null, a day its name, a whole number whole."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str | bool):
        return value
    number = float(value)
    return int(number) if math.isfinite(number) and number == int(number) else number


def _written(value: Any) -> str:
    """Text with a line a field, a list of plain values on one."""
    if isinstance(value, dict) and value:
        return "{" + ",\n".join(f"{json.dumps(name)}: {_written(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "[" + ",\n".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _read(value: Any, shared: Mapping[str, object]) -> Any:
    if isinstance(value, list):
        return tuple(_read(one, shared) for one in value)
    if not isinstance(value, dict):
        return value
    name = next(iter(value), "")
    if len(value) == 1 and name == FRAME:
        return _read_frame(value[name])
    known = _classes().get(name) if len(value) == 1 else None
    if known is None:
        return {name: _read(one, shared) for name, one in value.items()}
    return _made(known, value[name], shared)


def _made(known: Any, content: dict[str, Any], shared: Mapping[str, object]) -> Any:
    if issubclass(known, TOLD_BY_THEMSELVES):
        return known.from_dict(content)
    if known is QualityReport:
        return QualityReport.from_counts(**content | {name: tuple(content[name]) for name in ("notes", "doubts")})
    given = {one.name for one in fields(known) if one.init} & shared.keys() - content.keys()
    return known(
        **{name: _read(one, shared) for name, one in content.items()}, **{name: shared[name] for name in given}
    )


def _read_frame(content: dict[str, Any]) -> pd.DataFrame:
    types = {name: dtype for dtype, names in content["types"].items() for name in names}
    frame = pd.DataFrame(content["columns"]).astype(types)
    if content["index"]:
        named = None if content["index"] == "index" else content["index"]
        frame = frame.set_index(content["index"]).rename_axis(index=named)
    return frame.rename_axis(columns=content["across"])
