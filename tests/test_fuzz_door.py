"""What `make fuzz` tries at the door, a few times; and what it found, each with the smallest source that did it."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING

import fuzz_door
import pandas as pd
import pytest

import crrkit as crr

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_a_few_tries_end_in_a_base_or_a_sentence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the frames that are made odd on purpose
        for number in TRIES:
            fuzz_door.try_one(number)


TRIES = range(200, 240)

BROKEN = {
    "a zip whose directory is torn": ("a.csv", b"PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + b"\x07" * 18),
}


def test_a_missing_date_beside_dates_with_an_offset_is_missing() -> None:
    days = [pd.Timestamp("2024-01-05 10:00+03:00"), pd.NaT, pd.Timestamp("2024-02-05 10:00+03:00"), "2024-02-06"]
    frame = pd.DataFrame({"customer": ["a", "a", "b", "b"], "date": pd.Series(days, dtype=object)})
    base = crr.read_orders(frame)
    assert (base.quality.rows_read, base.quality.rows_used) == (4, 3)


@pytest.mark.parametrize("what", BROKEN)
def test_what_was_found_is_refused(what: str, tmp_path: Path) -> None:
    name, content = BROKEN[what]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(crr.CrrkitError):
        crr.read_orders(tmp_path / name)


def test_the_search_says_what_breaks_and_what_hangs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_number: int) -> None:
        raise KeyError("x")

    monkeypatch.setattr(fuzz_door, "try_one", broken)
    assert fuzz_door.main(0.0005, 7) == 1
    assert capsys.readouterr().out.startswith("7 KeyError")
    with pytest.raises(fuzz_door.Hang), fuzz_door.within(1):
        time.sleep(60)
