"""Reports of one list cut three ways, each written beside those before it: of no withheld number more than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from audit import build
from audit_joint import Page, together
from test_report_audit import _no_pictures, counted, page_of, public, sample  # noqa: F401 - a fixture of each test

import crrkit as crr
from crrkit.ground import InputError

if TYPE_CHECKING:
    from pathlib import Path

PERIODS = ("month", "quarter", "half-year")


def pages_of(cuts: list[tuple[str, crr.Base, str | None]], folder: Path) -> list[Page | str]:
    """The reports of ``(list, base, period)``, each beside those before it; of one that is refused why."""
    made: list[Page | str] = []
    files: list[Path] = []
    for number, (name, base, every) in enumerate(cuts):
        own = folder / str(number)
        own.mkdir()
        try:
            printed, applied, period, is_whole = page_of(base, own, every, published=files)
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
        made.append(
            Page(
                name,
                printed,
                system,
                truth,
                period,
                applied.card.is_by_period,
                applied.has_purchases,
                pd.Timestamp(applied.card.as_of),
            )  # fmt: skip
        )
    return made


def audit_of(cuts: list[tuple[str, crr.Base, str | None]], folder: Path) -> dict[str, object]:
    """How many cells are withheld in all, how many of them are of few, how many are told; what was refused."""
    made = pages_of(cuts, folder)
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
