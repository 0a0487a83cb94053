"""Reports of one list cut three ways, each written beside those before it: of no withheld number more than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from audit import build
from audit_joint import Page, together
from test_report_audit import counted, page_of, sample

import crrkit as crr
from crrkit.ground import InputError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("without_pictures")

PERIODS = ("month", "quarter", "half-year")


def pages_of(cuts: list[tuple[str, crr.Base, str | None]], folder: Path, *, is_beside: bool) -> list[Page | str]:
    """The reports of ``(list, base, period)``, each beside those before it; of one that is refused why."""
    made: list[Page | str] = []
    files: list[Path] = []
    for number, (name, base, every) in enumerate(cuts):
        own = folder / str(number)
        own.mkdir()
        try:
            printed, applied, period, is_whole = page_of(base, own, every, published=files if is_beside else [])
        except InputError as refused:
            made.append(str(refused))
            continue
        files = [*files, own / "report.html"]
        system = build(printed, every=period, counts_buyers=applied.has_purchases, is_whole=is_whole)
        truth = counted(applied, printed, period)
        assert system.residual(truth) == []
        for parts in [*(p for p, _v in [*system.equal, *system.most]), *system.withheld]:
            for one in parts:
                system.place(one)
        rules = applied.card.is_by_period, applied.has_purchases, pd.Timestamp(applied.card.as_of)
        made.append(Page(name, printed, system, truth, period, *rules))
    return made


def audit_of(
    cuts: list[tuple[str, crr.Base, str | None]], folder: Path, *, is_beside: bool = True
) -> dict[str, object]:
    """How many cells are withheld in all, how many of them are of few, how many are told; what was refused."""
    made = pages_of(cuts, folder, is_beside=is_beside)
    pages = [page for page in made if isinstance(page, Page)]
    joint, truth = together(pages)
    assert joint.residual(truth) == []
    told = joint.pinned(truth)
    return {
        "periods": [page.every if isinstance(page, Page) else "refused" for page in made],
        "withheld": len(joint.withheld),
        "few": len(joint.few(truth)),
        "pinned": told,
    }


def without_a_segment(rows: pd.DataFrame, customer: str) -> pd.DataFrame:
    """The list without the customers whose id ends in 7, as if that were their segment: of each period they are few."""
    return rows[~rows[customer].astype(str).str.contains("7$")]


def three_lists(name: str, data_dir: Path | None = None) -> list[tuple[str, crr.Base, str | None]]:
    """The list until an earlier day, the whole list, and the list without a segment of few."""
    if name == "retentioneering":
        rows = pd.read_csv(data_dir / "retentioneering" / "ecom.csv.gz")
        given = {"customer": "user_id", "at": "timestamp", "status": "event", "counts": ["purchase"]}
        read, who, at = crr.read_orders, "user_id", "timestamp"
    elif name == "ru_clients":
        rows = pd.read_csv(crr.sample_path(name), sep=";", encoding="cp1251")
        read, who, at, given = crr.read_contracts, rows.columns[0], None, {}
    else:
        rows = pd.read_csv(crr.sample_path(name))
        read = {"orders": crr.read_orders, "events": crr.read_events, "contracts": crr.read_contracts}[name]
        who, at = "client_id", {"orders": "ordered_at", "events": "at"}.get(name)
        given = {"orders": {"customer": "client_id", "at": "ordered_at"}}.get(name, {})
    whole = read(rows, **given)
    early = pd.Timestamp(whole.as_of) - pd.Timedelta(days=100)
    if at is None:
        first = read(rows, **given, as_of=early.date())
    else:
        first = read(rows[pd.to_datetime(rows[at], errors="coerce") < early], **given)
    return [("early", first, None), ("whole", whole, None), ("rest", read(without_a_segment(rows, who), **given), None)]


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["contracts", "ru_clients", "events", "orders"])
def test_by_month_quarter_and_half_year(name: str, tmp_path: Path) -> None:
    found = audit_of([("whole", sample(name), every) for every in PERIODS], tmp_path)
    assert found["pinned"].empty, found["pinned"].to_string()
    assert found["periods"] == list(PERIODS)
    assert found["few"]


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["contracts", "ru_clients", "events", "orders", "retentioneering"])
def test_until_an_earlier_day_the_whole_list_and_without_a_segment(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue("data_dir") if name == "retentioneering" else None
    found = audit_of(three_lists(name, folder), tmp_path)
    assert found["pinned"].empty, found["pinned"].to_string()
    assert found["periods"][:2] != ["refused", "refused"]


@pytest.mark.slow
@pytest.mark.engines
@pytest.mark.timeout(600)
def test_without_looking_at_each_other_they_tell(tmp_path: Path) -> None:
    """The same three of the events, none given to the next: the audit finds what this one guards."""
    found = audit_of([("whole", sample("events"), every) for every in PERIODS], tmp_path, is_beside=False)
    assert len(found["pinned"])
