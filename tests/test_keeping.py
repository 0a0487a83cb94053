"""A base that is kept and grows: the numbers of all rows at once, or the base as it was."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.read.bases import keeping

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = max(2, (settings.default or settings()).max_examples // 25 - 4)
JANUARY = [("a", "2024-01-05", 10.0, "r1"), ("b", "2024-01-09", 20.0, "r2"), ("b", "2024-01-09", 5.0, "r2")]
# b comes late, bought on the last day of January; a gets money back; c is new; None is nobody.
FEBRUARY = [("a", "2024-02-01", 7.0, "r3"), ("a", "2024-02-03", -7.0, "r3"), ("b", "2024-01-31", 1.0, "r4"),
            ("c", "2024-02-29", 3.0, "r5"), (None, "2024-02-02", 3.0, "r6")]  # fmt: skip


def frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["who", "when", "paid", "slip"])


def read(rows: pd.DataFrame, **rules: Any) -> crr.OrderBase:
    return crr.read_orders(rows, **{"customer": "who", "at": "when", "amount": "paid", "receipt": "slip"} | rules)


def measures(base: crr.OrderBase) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "quality", base.quality.to_pandas()
    yield "account", crr.retention_by_period(base, every="month").to_pandas()
    yield "trailing", crr.retention_by_period(base.with_activity(crr.Trailing(days=45)), every="month").to_pandas()
    yield "cohorts", crr.cohort_grid(base, every="month", value="revenue", align="age").to_pandas()
    yield "stages", crr.stage_flow(base, every="month").counts
    yield "revenue", crr.revenue_retention(base, every="month").to_pandas()
    yield "receipts", crr.retail_measures(base, every="month").to_pandas()
    yield "segments", crr.retention_by_period(base, every="month", by=base.by).to_pandas()
    if base.refunded_too is None:
        yield "concentration", crr.concentration(base).to_pandas()


def assert_same(found: crr.OrderBase, wanted: crr.OrderBase) -> None:
    for (name, one), (_name, other) in zip(measures(found), measures(wanted), strict=True):
        pd.testing.assert_frame_equal(one, other, obj=name, rtol=1e-9)
    assert found.card.as_of == wanted.card.as_of
    assert found.first == wanted.first


def rows_of(base: crr.OrderBase) -> list[tuple[Any, ...]]:
    """The rows themselves, receipt by receipt."""
    table = base.money.to_pandas().groupby(["customer", "at", "receipt"], as_index=False)["amount"].sum()
    return [tuple(row) for row in table.itertuples(index=False)]


@pytest.mark.slow
def test_a_month_with_a_late_row_and_a_refund_comes_to_what_was_kept(tmp_path: Path) -> None:
    read(frame(JANUARY), refunds="keep").save(tmp_path / "shop")
    base = crr.update(tmp_path / "shop", frame(FEBRUARY))
    assert (base.quality.rows_read, base.quality.rows_used, base.quality.rows_set_aside) == (8, 7, 1)
    row = crr.retention_by_period(base, every="month").table.set_index("period").loc["2024-02"]
    # January: a and b. February: a bought on the 1st, c on the 29th; b, who came late, did not. The refund is no visit.
    assert row[["start", "kept", "lost", "new", "end"]].to_list() == [2, 1, 1, 1, 2]
    paid = crr.retail_measures(base, every="month").table.set_index("period")["revenue"]
    assert paid.to_dict() == {"2024-01": 36.0, "2024-02": 3.0}
    receipts = crr.retail_measures(base, every="month").table.set_index("period")["receipts"]
    assert receipts.to_dict() == {"2024-01": 3, "2024-02": 2}  # r2 has two lines, kept as one row
    assert_same(base, read(frame(JANUARY + FEBRUARY), refunds="keep"))
    assert_same(crr.update(tmp_path / "shop"), base)


@pytest.mark.slow
@pytest.mark.hypothesis
@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 10**6), refunds=st.sampled_from(["keep", "set aside"]), parts=st.integers(2, 4))
def test_random_splits_are_the_same_as_from_scratch(
    seed: int, refunds: str, parts: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dice = np.random.default_rng(seed)
    n = int(dice.integers(30, 90))
    seconds = pd.to_timedelta(dice.integers(0, 200 * 86400, n), unit="s")
    rows = pd.DataFrame({
        "who": dice.integers(1, 12, n),
        "when": pd.Timestamp("2024-01-01") + seconds,
        "paid": np.where(dice.random(n) < 0.15, -1, 1) * dice.integers(1, 900, n) / 4,
        "slip": [f"r{k}" for k in dice.integers(0, n // 2, n)],
        "shop": dice.choice(["north", "south"], n),
    })  # fmt: skip
    whole = read(rows, refunds=refunds, by="shop")
    where = dice.integers(0, parts, n)  # any row in any part: late rows are the rule
    pieces = [rows[where == part] for part in range(parts) if (where == part).any()]
    folder = tmp_path_factory.mktemp("kept") / "shop"
    read(pieces[0], refunds=refunds, by="shop").save(folder)
    for piece in pieces[1:]:
        crr.update(folder, piece)
    assert_same(crr.update(folder), whole)


@pytest.mark.slow
def test_a_gap_that_was_learnt_is_learnt_again(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=12, freq="11D")
    rows = pd.DataFrame({"who": ["a", "b", "b"] * 4, "when": days, "paid": 1.0, "slip": None})
    read(rows[:6], activity=crr.OwnGap()).save(tmp_path / "shop")
    base = crr.update(tmp_path / "shop", rows[6:])
    whole = read(rows, activity=crr.OwnGap())
    assert base.activity == whole.activity
    assert base.card.activity == whole.card.activity
    assert_same(base, whole)


def test_events_keep_who_only_looked(tmp_path: Path) -> None:
    rows = pd.DataFrame({
        "who": ["a", "b", "a", "b", "c"], "at": pd.date_range("2024-01-20", periods=5, freq="30D"),
        "what": ["visit", "visit", "purchase", "purchase", "visit"],
    })  # fmt: skip
    said = {"customer": "who", "kind": "what"}
    crr.read_events(rows[:2], **said).save(tmp_path / "log")
    base, whole = crr.update(tmp_path / "log", rows[2:]), crr.read_events(rows, **said)
    assert base.contacts == whole.contacts == 1
    assert base.quality.notes == whole.quality.notes
    counts = [crr.stage_flow(one, every="month").counts for one in (base, whole)]
    pd.testing.assert_frame_equal(*counts)


@pytest.mark.slow
def test_what_would_give_other_numbers_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    read(frame(JANUARY), refunds="keep").save(shop)
    before = (shop / "base.json").read_bytes()
    wrong = {
        "The same rows have been added before": frame(JANUARY),
        "refunds is 'set aside' and was 'keep'": read(frame(FEBRUARY)),
        "week_starts is 'sunday' and was 'monday'": read(frame(FEBRUARY), refunds="keep", week_starts="sunday"),
        "columns is": read(frame(FEBRUARY), refunds="keep", receipt=""),
        "by is": read(frame(FEBRUARY).assign(shop="x"), refunds="keep", by="shop"),
        "Rows on or after the cut-off were set aside": read(frame(FEBRUARY), refunds="keep", as_of="2024-02-03"),
        "customer='who' is not a column": frame(FEBRUARY).rename(columns={"who": "client"}),
    }
    for said, rows in wrong.items():
        with pytest.raises(crr.InputError, match=said):
            crr.update(shop, rows)
        assert (shop / "base.json").read_bytes() == before
        assert rows_of(crr.update(shop)) == rows_of(read(frame(JANUARY)))


def test_what_cannot_grow_is_not_kept(tmp_path: Path) -> None:
    contracts = crr.read_contracts(pd.DataFrame({"customer": ["a"], "start": ["2024-01-01"], "end": ["2024-02-01"]}))
    with pytest.raises(crr.InputError, match="changes when somebody leaves"):
        contracts.save(tmp_path / "rents")
    with pytest.raises(crr.InputError, match="would be missing when later ones are added"):
        read(frame(FEBRUARY), as_of="2024-02-03").save(tmp_path / "shop")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(crr.InputError, match="other content"):
        read(frame(JANUARY)).save(tmp_path / "mine")
    with pytest.raises(crr.InputError, match="holds no saved base"):
        crr.update(tmp_path / "nowhere", frame(FEBRUARY))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.slow
@pytest.mark.parametrize("at", ["rows", "base.json"])
def test_a_full_disk_leaves_what_was_there(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = tmp_path / "shop"
    read(frame(JANUARY)).save(shop)
    whole = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name.startswith(at):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(crr.InputError, match=r"cannot be written \(No space left on device\)"):
            crr.update(shop, frame(FEBRUARY))
        with pytest.raises(crr.InputError, match="No space left"):
            read(frame(FEBRUARY)).save(tmp_path / "new")
    assert rows_of(crr.update(shop)) == rows_of(read(frame(JANUARY)))
    assert rows_of(crr.update(shop, frame(FEBRUARY))) == rows_of(read(frame(JANUARY + FEBRUARY)))
    assert len(list(shop.iterdir())) == 3  # two parts and what names them: nothing is left of what failed


def test_damage_is_seen(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    read(frame(JANUARY)).save(shop)
    part, kept = next(shop.glob("rows-*")), json.loads((shop / "base.json").read_text())
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(crr.SourceError, match=r"rows-.*\.parquet in .* has changed since it was written"):
        crr.update(shop)
    (shop / "base.json").write_text(json.dumps(kept | {"as_of": "2030-01-01T00:00:00"}))
    with pytest.raises(crr.SourceError, match=r"base\.json in .* has changed since it was written"):
        crr.update(shop)
    keeping.write_manifest(shop, kept | {"format": 99})
    with pytest.raises(crr.SourceError, match="saved by another version"):
        crr.update(shop)


def test_two_at_once_and_who_may_look(tmp_path: Path) -> None:
    shop = read(frame(JANUARY)).save(tmp_path / "shop")
    assert {oct(path.stat().st_mode)[-3:] for path in shop.iterdir()} == {"600"}
    assert oct(shop.stat().st_mode)[-3:] == "700"
    with keeping.locked(shop), pytest.raises(crr.InputError, match="updated by another process"):
        crr.update(shop, frame(FEBRUARY))
    crr.update(shop, frame(FEBRUARY))
    again = crr.update(shop).save(shop)  # written anew as one part, by itself
    assert len(list(again.glob("rows-*"))) == 1
    assert rows_of(crr.update(shop)) == rows_of(read(frame(JANUARY + FEBRUARY)))
    with pytest.raises(crr.InputError, match="set aside are not saved"):
        crr.update(shop).quality.rows("no customer id")
