"""Sums of money of a page, and of several pages: none that is of few can be told by linear programming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from audit import read_page
from audit_amounts import Amounts, amounts_of, told_of_few
from test_report_audit import sample

import crrkit as crr
from crrkit import reduce, report
from crrkit.ground import InputError
from crrkit.report import dominance
from crrkit.report.published import pages_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("without_pictures")

Cut = tuple[str, crr.Base, str | None]


def audited(cuts: list[Cut], folder: Path, *, is_beside: bool = True) -> tuple[pd.DataFrame, list[Amounts]]:
    """The sums of few behind reports, each written beside those before it, and what is told of them."""
    pages: list[Amounts] = []
    files: list[Path] = []
    for number, (name, base, every) in enumerate(cuts):
        out = folder / f"{number}.html"
        try:
            written = crr.write_report(base, every=every, out=out, published=files if is_beside else [])
        except InputError:
            continue
        files.append(out)
        applied = written.advice.applied(base) if written.advice else base
        (carried,) = pages_in(out)
        pages.append(amounts_of(name, applied, carried, read_page(out.read_text(encoding="utf-8"))))
    return told_of_few(pages), pages


def rents(seed: int = 7) -> pd.DataFrame:
    """The sample contracts; each pays a fee, and some pay another one from a day on."""
    rows = pd.read_csv(crr.sample_path("contracts"))
    rng = np.random.default_rng(seed)
    rows["joined"], rows["left"] = pd.to_datetime(rows["joined"]), pd.to_datetime(rows["left"])
    changed = rows[rng.random(len(rows)) < 0.4]
    days = changed["joined"] + pd.to_timedelta(rng.integers(40, 500, len(changed)), "D")
    changed = changed[(changed["left"].isna() | (days < changed["left"])) & (days < pd.Timestamp("2024-12-01"))]
    after = changed.assign(joined=days[changed.index], monthly_fee=changed["monthly_fee"] * 1.2)
    rows.loc[changed.index, "left"] = days[changed.index]
    return pd.concat([rows, after], ignore_index=True)


def paying(rows: pd.DataFrame) -> crr.Base:
    return crr.read_contracts(
        rows, customer="client_id", start="joined", end="left", amount="monthly_fee", contract="", as_of="2025-01-01"
    )


def orders(rows: pd.DataFrame) -> crr.Base:
    return crr.read_orders(rows, customer="client_id", at="ordered_at", amount="total")


def with_a_large_one(rows: pd.DataFrame) -> pd.DataFrame:
    """The sample orders with one customer who buys from summer on, for ten times as much as all others."""
    days = pd.date_range("2023-07-05", "2024-12-20", freq="MS") + pd.Timedelta(days=4)
    large = pd.DataFrame({"client_id": "LARGE", "ordered_at": days.astype(str), "total": 90_000.0})
    return pd.concat([rows, large.assign(receipt=[f"L{i}" for i in range(len(days))])], ignore_index=True)


@pytest.mark.slow
def test_of_the_orders_no_sum_of_few_is_told(tmp_path: Path) -> None:
    found, pages = audited([("whole", sample("orders"), "month")], tmp_path)
    assert pages[0].carried.amounts["money"]["month"]
    assert len(found)
    assert not found["is_told"].any(), found[found["is_told"]].to_string()


def test_of_contracts_of_whom_few_pay_more_no_sum_is_told(tmp_path: Path) -> None:
    found, pages = audited([("rents", paying(rents()), "quarter")], tmp_path)
    told = pages[0].carried.amounts["money"]["quarter"]
    assert 0 < len(told) < len(pages[0].carried.account.table) - 1  # some have few whose price rose
    assert len(found)
    assert not found["is_told"].any(), found[found["is_told"]].to_string()


@pytest.mark.slow
def test_without_the_guard_the_audit_finds_what_one_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = with_a_large_one(pd.read_csv(crr.sample_path("orders")))
    found, pages = audited([("whole", orders(rows), "month")], tmp_path)
    assert not found["is_told"].any()
    assert "cohorts" not in pages[0].carried.amounts
    monkeypatch.setattr(dominance, "is_of_few", lambda sums, _least: sums["revenue"] < 0)
    found, _pages = audited([("whole", orders(rows), "month")], tmp_path)
    assert found["is_told"].sum() > 20  # of 97


def three_cuts(rows: pd.DataFrame, at: str) -> list[pd.DataFrame]:
    """Until a hundred days before the end, the whole, and without the customers whose id ends in 7."""
    days = pd.to_datetime(rows[at], errors="coerce")
    return [rows[days < days.max() - pd.Timedelta(days=100)], rows, rows[~rows["client_id"].str.endswith("7")]]


@pytest.mark.slow
@pytest.mark.engines
def test_of_three_overlapping_cuts_no_difference_is_told(tmp_path: Path) -> None:
    rows = pd.read_csv(crr.sample_path("orders"))
    names = ("early", "whole", "rest")
    cuts = [(name, orders(part), None) for name, part in zip(names, three_cuts(rows, "ordered_at"), strict=True)]
    found, pages = audited(cuts, tmp_path)
    assert sorted(pages[0].carried.amounts) == ["cohorts", "money"]
    assert not found["is_told"].any(), found[found["is_told"]].to_string()
    by_period = [("whole", orders(rows), every) for every in ("month", "quarter", "half-year")]
    found, _pages = audited(by_period, tmp_path)
    assert not found["is_told"].any(), found[found["is_told"]].to_string()


@pytest.mark.slow
def test_two_lists_of_whom_one_has_a_customer_more_tell_not_what_he_paid(tmp_path: Path) -> None:
    """Who buys each month for 20 to 900: of the counts nothing differs by few but this one; the money says it."""
    rows = pd.read_csv(crr.sample_path("orders"))
    late = rows[rows["client_id"] == rows["client_id"].iloc[0]].tail(1).assign(total=777.0, receipt="late")
    cuts = [("first", orders(rows), "quarter"), ("late", orders(pd.concat([rows, late])), "quarter")]
    beside, pages = audited(cuts, tmp_path)
    assert not beside["is_told"].any()
    assert len(pages[1].carried.amounts["money"]["quarter"]) < len(pages[0].carried.amounts["money"]["quarter"])
    alone, _pages = audited(cuts, tmp_path, is_beside=False)
    told = alone[alone["is_told"]]
    assert np.isclose(told["truth"], 777).any()


def test_who_pays_most_of_a_base_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    base, asked, count = orders(pd.read_csv(crr.sample_path("orders"))), [], reduce.shares_of_payers

    def counted(*rows: Any, **rules: Any) -> Any:
        asked.append(rules)
        return count(*rows, **rules)

    monkeypatch.setattr(reduce, "shares_of_payers", counted)
    kept = report.shared(crr.retention_by_period(base, every="quarter"))
    money = [report.money_of(base, kept) for _section in range(2)]
    assert len(asked) == 1
    assert money[0] is not None
    assert money[1] is not None
    pd.testing.assert_frame_equal(money[0].table, money[1].table)
