"""The door under fire: bytes, mended and broken files, odd frames, in both languages; no traceback, no hang.

``python tests/fuzz_door.py 10`` tries for ten minutes and tells each new way in which something broke with the number
of its try; ``try_one(number)`` does it again. `make fuzz` runs it, `test_fuzz_door.py` holds what was found.
"""

from __future__ import annotations

import gzip
import io
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import made_cases
import numpy as np
import pandas as pd
import pyarrow as pa

import crrkit as crr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG = 60  # seconds without an answer are a hang, on a machine that does other things too
LISTS = [made.content for made in made_cases.lists()]
ENDINGS = (
    "csv",
    "tsv",
    "txt",
    "json",
    "jsonl",
    "xlsx",
    "xls",
    "ods",
    "parquet",
    "zip",
    "csv.gz",
    "csv.bz2",
    "csv.zst",
    "dat",
)
TOKENS = [
    b"\0", b'"', b"'", b";", b",", b"\t", b"\r", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"1e999",
    b"NaN", b"-inf", b"9999-12-31", b"0000-00-00", b"31.02.2024", b"=1+1", b"{", b"[", b"<html>", b"PK\x03\x04",
    b"PAR1",
    "Итого".encode(), "й".encode("cp1251"), b"99999999999999999999", b"customer", b"sep=;\n", b"--", b"%s", b"\\",
]  # fmt: skip
CELLS: list[Any] = [
    None, "", "a", "b", "Иванов", 0, -1, 7, 10**30, 1.5, float("nan"), float("inf"), True, b"x", "2024-01-05",
    "05.01.2024", "1,5", "\ud800", "\u200b", date(2024, 1, 5), pd.Timestamp("2024-02-01"), pd.NaT,
    pd.Timestamp("2024-02-01", tz="UTC"),
    (1, 2), {"x": 1}, [1], 1 + 2j, "guest", "итого", pd.Timedelta(days=1), np.int8(3), "x" * 5000,
]  # fmt: skip


class Hang(Exception):  # noqa: N818 - what is looked for is called so
    """Nothing was said for too long."""


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Stop what takes longer."""

    def stop(*_signal: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _mutated(rng: Random, content: bytes) -> bytes:
    for _turn in range(rng.randint(0, 6)):
        at = rng.randint(0, len(content))
        to = min(len(content), at + rng.choice([1, 2, 10, 60]))
        content = rng.choice([
            content[:at] + rng.choice(TOKENS) + content[at:],
            content[:at] + content[to:],
            content[:at] + content[at:to] * rng.randint(1, 20) + content[to:],
            content[:at] + rng.randbytes(to - at) + content[to:],
            content[:at],
        ])  # fmt: skip
    return content


def _frame(rng: Random) -> pd.DataFrame:
    n = rng.choice([0, 1, 3, 40])
    columns: dict[str, Any] = {}
    for name in ("customer", "date", "amount", "start", "end", "kind"):
        few = rng.sample(CELLS, rng.randint(1, 4))
        columns[name] = pd.Series([rng.choice(few) for _row in range(n)], dtype=object)
        change = rng.choice([None, None, "category", "string", "float64", "datetime64[ns]", "Sparse", "complex128"])
        if change:
            try:
                columns[name] = columns[name].astype("Sparse[object]" if change == "Sparse" else change)
            except (TypeError, ValueError, OverflowError, UnicodeError):
                continue
    frame = pd.DataFrame(columns)
    if rng.random() < 0.1:
        frame.columns = rng.choices([*frame.columns, 1, None, ("a", "b")], k=len(frame.columns))
    return frame


def _table(rng: Random) -> Any:
    """A frame, or the same in another library, or in a file of it."""
    frame = _frame(rng)
    try:
        return rng.choice([lambda: frame, lambda: pa.Table.from_pandas(frame), lambda: frame.to_dict("records")])()
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return frame


def _file(rng: Random, folder: Path) -> Path:
    content = rng.choice([_of_a_list, _random_bytes, _packed, _of_parquet])(rng)
    path = folder / f"{rng.choice(['a', 'имя', '[x]', 'a b'])}.{rng.choice(ENDINGS)}"
    path.write_bytes(content)
    return path


def _of_a_list(rng: Random) -> bytes:
    return _mutated(rng, rng.choice(LISTS))


def _random_bytes(rng: Random) -> bytes:
    return rng.randbytes(rng.choice([0, 1, 7, 300]))


def _packed(rng: Random) -> bytes:
    inside = _of_a_list(rng)
    if rng.random() < 0.5:
        return _mutated(rng, gzip.compress(inside))
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in rng.sample(["a.csv", "b.csv", "../c.csv", "d/e.xlsx", "f.zip", "__MACOSX/a"], rng.randint(0, 3)):
            archive.writestr(name, inside)
    return _mutated(rng, into.getvalue()) if rng.random() < 0.5 else into.getvalue()


def _of_parquet(rng: Random) -> bytes:
    into = io.BytesIO()
    try:
        _frame(rng).to_parquet(into)
    except Exception:  # noqa: BLE001 - not every frame can be one
        return _random_bytes(rng)
    return _mutated(rng, into.getvalue()) if rng.random() < 0.5 else into.getvalue()


def _arguments(rng: Random, reader: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if rng.random() < 0.8:
        en = rng.random() < 0.7
        said["customer"] = "customer" if en else "Клиент"
        times = {"read_contracts": ("start", "end")}.get(reader, ("at",))
        said |= {role: ("date" if en else "Дата") if role == "at" else role for role in times}
    options = {
        "amount": ["amount", "Сумма", "", "customer"], "by": ["kind", ("amount",), "nothing"],
        "as_of": ["2024-03-01", "soon"], "zone": ["Europe/Moscow", "X"], "decimal": [",", ".", ";"],
        "dates": ["day-month-year", "%d.%m.%Y", "unix-seconds", "%", "x"],
        "fold": ["case", "prefix", (), "x"], "nobody": [(), ["a"]], "skip": [0, 1, 50], "sep": [";", "||", "", "\0"],
        "encoding": ["cp1251", "utf-16", "hex", "x"], "sheet": ["one"], "fill_down": [True, False],
    }  # fmt: skip
    chosen = rng.sample(sorted(options), rng.choice([0, 0, 1, 2, 3]))
    return said | {name: rng.choice(options[name]) for name in chosen}


def try_one(number: int) -> None:
    """One try; whatever is raised but a refusal is a finding."""
    rng = Random(number)  # noqa: S311 - no secrets
    with tempfile.TemporaryDirectory() as name, crr.use_language(rng.choice(["en", "ru"])):
        source = _file(rng, Path(name)) if rng.random() < 0.7 else _table(rng)
        reader = rng.choice(["read_orders", "read_orders", "read_contracts", "read_events", "guess"])
        said = {} if reader == "guess" else _arguments(rng, reader)
        check(getattr(crr, reader), source, said)


def check(read: Callable[..., Any], source: Any, said: dict[str, Any]) -> None:
    """Read a source and look at what came of it; a refusal is a sentence."""
    try:
        with within(LONG):
            found = read(source, **said)
            str(found)
            if isinstance(found, crr.Base):
                found.table.count().to_pyarrow()
    except crr.CrrkitError as refused:
        if not str(refused).strip() or "Traceback" in str(refused):
            raise AssertionError(repr(refused)) from refused


def main(minutes: float, first: int) -> int:
    """Try until the time is up; print every new way to break."""
    until, number, met = time.monotonic() + 60 * minutes, first, set()
    while time.monotonic() < until:
        try:
            try_one(number)
        except BaseException as broken:
            if isinstance(broken, KeyboardInterrupt):
                raise
            where = [frame for frame in traceback.extract_tb(broken.__traceback__) if "crrkit/" in frame.filename][-1:]
            key = (type(broken).__name__, *[f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in where])
            if key not in met:
                met.add(key)
                told = " ".join(str(broken)[:300].split())
                sys.stdout.write(f"{number} {' '.join(key)} {told}\n")
                sys.stdout.flush()
        number += 1
    sys.stdout.write(f"{number - first} tries, {len(met)} ways to break\n")
    return len(met)


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    sys.exit(main(minutes, int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())) > 0)
