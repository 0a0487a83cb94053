"""Saving a base to a folder: its rows as Parquet files, and a manifest that lists the valid files and the rules.

The manifest is written to a temporary file and moved into place after the rows have been written. Until then the old
one is valid, and files that it does not list are ignored. An interrupted save therefore leaves the base unchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from crrkit import reduce
from crrkit.ground import InputError, SourceError, told as _
from crrkit.read.disk import scratch
from crrkit.rules import OwnGap, Trailing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ibis.expr.types as ir

    from crrkit.read.bases.askable import Askable
    from crrkit.rules import Activity

FORMAT, MANIFEST = 1, "base.json"
PAST_CUT_OFF = "on or after the cut-off"
OF_THE_SOURCE = ("as_of", "activity", "sheet", "skip", "sep", "encoding", "table", "query")  # may differ later
NO_RULES = ("source", "as_of", "activity", "read_as", "segment", "every")  # of a card; activity is compared separately
ROWS_AT_ONCE = 500_000

if sys.platform != "win32":  # which has no file locks of this kind
    import fcntl

Manifest = dict[str, Any]


def save(base: Askable, path: str | Path) -> Path:
    """Implement `crrkit.read.bases.base.Base.save`."""
    refuse_what_cannot_grow(base)
    folder = Path(path).expanduser()
    _make_room(folder)
    try:
        with locked(folder):
            part = write_part(folder, base)
            write_manifest(folder, _manifest(base) | {"readings": [reading_of(base)], "parts": [part]})
    except BaseException:
        with suppress(OSError):
            folder.rmdir()  # succeeds only if it is empty, that is, was created for this
        raise
    return folder


def refuse_what_cannot_grow(base: Askable) -> None:
    """Raise an error if adding later rows would not give the results of reading all rows at once."""
    if not base.has_purchases:
        message = _(
            "A row of this list changes when somebody leaves, so new rows cannot be added to a saved base. Purchases"
            " and events can be saved; read this list again as a whole."
        )
        raise InputError(message, argument="base")
    late = base.quality.table.set_index("reason")["rows"].get(PAST_CUT_OFF, 0)
    if late:
        message = _(
            "Rows on or after the cut-off were set aside ({n}), and would be missing when later ones are added. Read"
            " the list without as_of=; a measure takes last= for its last period."
        )
        raise InputError(message.format(n=late), argument="base")
    if base.arguments is None:
        message = _(
            "How this base was read is not known, so later rows could not be read in the same way. Use crr.read_…."
        )
        raise InputError(message, argument="base")


def _make_room(folder: Path) -> None:
    """Create the folder with access for its owner only; raise an error if it contains anything but a saved base."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        taken = any(folder.iterdir()) and not (folder / MANIFEST).is_file()
    except OSError as refused:
        raise unwritable(folder, refused) from refused
    if taken:
        message = _("path={path!r} is a folder with other content. Name a new folder, or one with a saved base.")
        raise InputError(message.format(path=str(folder)), argument="path", given=str(folder))


def unwritable(folder: Path, refused: OSError) -> InputError:
    """Return the error for a folder that cannot be written."""
    message = _("path={path!r} cannot be written ({why}). What was saved there before is unchanged.")
    return InputError(message.format(path=str(folder), why=refused.strerror), argument="path", given=str(folder))


def write_part(folder: Path, base: Askable) -> Manifest:
    """Write the rows of a base to one file of the folder, named by its checksum, and return its manifest entry."""
    new = folder / f".new-{secrets.token_hex(6)}"
    try:
        n = _write_rows(new, reduce.rows_to_save(base.everything if base.has_contacts else base.money, by=base.by))
        found = sum_of(new)
        part = f"rows-{found[:16]}.parquet"
        new.replace(folder / part)
    except OSError as refused:
        raise unwritable(folder, refused) from refused
    except Exception as broken:
        if not reduce.is_of_an_engine(broken):
            raise
        message = _("The rows cannot be saved: the engine says “{why}”. What was saved before is unchanged.")
        raise SourceError(message.format(why=reduce.first_line_of(broken)), argument="path") from broken
    finally:
        new.unlink(missing_ok=True)
    return {"file": part, "sha256": found, "rows": n}


def _write_rows(path: Path, rows: ir.Table) -> int:
    n = 0
    with scratch.new_file(path) as file:
        batches = reduce.batches(rows, size=ROWS_AT_ONCE)
        with pq.ParquetWriter(file, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                n += len(batch)
        file.flush()
        os.fsync(file.fileno())
    return n


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest atomically, and remove files that it does not list."""
    body = {name: value for name, value in manifest.items() if name != "sha256"}
    text = json.dumps(body | {"sha256": _sum(body)}, ensure_ascii=False, indent=1)
    new = folder / f".new-{secrets.token_hex(6)}"
    try:
        with scratch.new_file(new) as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / MANIFEST)
    except OSError as refused:
        raise unwritable(folder, refused) from refused
    finally:
        new.unlink(missing_ok=True)
    named = {part["file"] for part in manifest["parts"]}
    for stray in {*folder.glob("rows-*.parquet"), *folder.glob(".new-*")}:
        if stray.name not in named:
            stray.unlink(missing_ok=True)


def _sum(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a saved base.

    Raises:
        InputError: If there is none.
        SourceError: If its checksum does not match, or it was written in another format version.
    """
    if not (folder / MANIFEST).is_file():
        message = _("path={path!r} holds no saved base. Save one with base.save({path!r}).")
        raise InputError(message.format(path=str(folder)), argument="path", given=str(folder))
    try:
        manifest: Manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        body = {name: value for name, value in manifest.items() if name != "sha256"}
        whole = manifest["sha256"] == _sum(body)
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise damaged(folder, MANIFEST)
    if manifest["format"] != FORMAT:
        message = _("{path} was saved by another version of crrkit (format {form}). Read the list again and save it.")
        raise SourceError(message.format(path=folder, form=manifest["format"]), argument="path")
    return manifest


def damaged(folder: Path, name: str) -> SourceError:
    """Return the error for a file whose checksum does not match."""
    message = _(
        "{name} in {path} has changed since it was written. Restore it from a copy, or read the list again and save it."
    )
    return SourceError(message.format(name=name, path=folder), argument="path")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Context manager that locks the folder, so that concurrent updates do not overwrite each other; none on Windows.

    Raises:
        InputError: If another process holds the lock.
    """
    if sys.platform == "win32":
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as busy:
        message = _("path={path!r} is being updated by another process. Try again when it is done.")
        raise InputError(message.format(path=str(folder)), argument="path") from busy
    finally:
        os.close(held)


def _manifest(base: Askable) -> Manifest:
    given = base.arguments or {}
    said = {name: value for name, value in given.items() if name not in OF_THE_SOURCE and value is not None}
    return {
        "format": FORMAT, "kind": base.kind, "by": list(base.by), "columns": dict(base.quality.columns), "said": said,
        "activity": told_activity(asked_activity(base)), "card": rules_of(base), "as_of": base.card.as_of.isoformat(),
    }  # fmt: skip


def rules_of(base: Askable) -> Manifest:
    """Return the card as plain values, without those that may differ in a later reading."""
    plain: Manifest = json.loads(json.dumps(asdict(base.card), default=str))
    return {name: value for name, value in plain.items() if name not in NO_RULES}


def reading_of(base: Askable) -> Manifest:
    """Return the account of the rows of one reading."""
    quality = base.quality
    return {
        "source": quality.source, "used": quality.rows_used, "doubts": _of_rows(base, quality.doubts),
        "notes": _of_rows(base, quality.notes),
        "counts": dict(zip(quality.table["reason"], map(int, quality.table["rows"]), strict=True)),
        "money": dict(quality.money), "kept_at": datetime.now().astimezone().isoformat(timespec="seconds"),
    }  # fmt: skip


def _of_rows(base: Askable, notes: Sequence[str]) -> list[str]:
    """Return the notes without those on people over all rows, which are recomputed when rows are added."""
    return [note for note in notes if note not in base.people_notes]


def asked_activity(base: Askable) -> Activity:
    """Return the activity rule as given, without a gap estimated from the rows, so that it is estimated again."""
    given = (base.arguments or {}).get("activity", "period")
    if isinstance(given, OwnGap) and isinstance(base.activity, OwnGap) and given.population_days is None:
        return given if replace(base.activity, population_days=None) == given else base.activity
    return base.activity


def told_activity(rule: Activity) -> Manifest:
    """Return an activity rule as plain values."""
    return {"rule": rule} if isinstance(rule, str) else {"rule": type(rule).__name__, **asdict(rule)}


def activity_of(told: Mapping[str, Any]) -> Activity:
    """Return the activity rule of plain values from `told_activity`."""
    rules: dict[str, Any] = {"Trailing": Trailing, "OwnGap": OwnGap}
    numbers = {name: value for name, value in told.items() if name != "rule" and value is not None}
    rule: Activity = rules[told["rule"]](**numbers) if told["rule"] in rules else told["rule"]
    return rule
