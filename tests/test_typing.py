"""A user's script is checked against what is delivered: the wheel says its types, the right ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from test_readme import snippets

if TYPE_CHECKING:
    from pathlib import Path

RESULTS = """
import crrkit as crr
from crrkit import figures, widgets
from crrkit.widgets import FormulaExplorer

def account(base: crr.Base) -> crr.RetentionTable:
    return crr.retention_by_period(base, every="month", first="2024-02")

def any_list(which: str) -> crr.OrderBase | crr.ContractBase | crr.EventBase:
    if which == "orders":
        return crr.read_orders(crr.sample("orders"), customer="client_id", at="ordered_at", amount="total")
    if which == "events":
        return crr.read_events(crr.sample_path("events"), customer="client_id", at="at", kind="kind")
    return crr.read_contracts(crr.sample_path("contracts"), customer="client_id", start="joined", end="left")

def judged(kept: crr.RetentionTable) -> tuple[crr.ControlChart, crr.Reconciliation, crr.Assessment]:
    return crr.control_chart(kept), crr.reconcile(kept), crr.assess(kept)

def staged(base: crr.Base) -> tuple[crr.StageFlow, crr.StageModel, crr.Projection, crr.LeverTable, crr.Backtest]:
    flow = crr.stage_flow(base, every="month", rule=crr.StageRule(lapse_days=90))
    model = crr.StageModel.from_flow(flow)
    return flow, model, model.project(periods=4), model.levers(periods=2), model.backtest()

def lasting(base: crr.Base) -> tuple[crr.CohortGrid, crr.LifeTable]:
    grid = crr.cohort_grid(base, every="month")
    return grid, crr.life_table(grid)

def counted() -> tuple[crr.Rate, crr.Counts, tuple[float, float]]:
    rate = crr.crr_from_counts(start=70, end=90, new=30, period="month")
    return rate, crr.solve_counts(start=1000, lost=300, new=500), crr.wilson(60, 70)

def described(base: crr.Base) -> tuple[crr.QualityReport, crr.DefinitionCard]:
    return base.quality, base.card

def advised(kept: crr.RetentionTable, flow: crr.StageFlow) -> crr.Playbook:
    return crr.diagnose(kept, flow=flow)

def split(before: crr.RetentionTable, after: crr.RetentionTable) -> crr.Decomposition:
    return crr.decompose(before, after)

crr.stats.newcombe(56, 70, 48, 80), crr.stats.holm([0.01, 0.04]), crr.lifetime.fit_bgnbd, crr.judge.claims()
shown = FormulaExplorer(start=70, lost=10, new=30), figures.bridge, widgets.StageExplorer
try:
    account(any_list("orders"))
except crr.InputError as error:
    print(error.argument, isinstance(error, crr.errors.CrrkitError))
"""

WRONG = {
    "crr.churn_from_counts(1000, lost=300, period='month')": "arg-type",
    "crr.retention_by_period(crr.read_orders('o.csv', customer='c', at='d'), every=3)": "arg-type",
    "rate: crr.RetentionTable = crr.crr_from_counts(start=70, end=90, new=30, period='month')": "assignment",
    "crr.wilson('60', 70)": "arg-type",
    "crr.retention": "attr-defined",
    "crr.stats.wilsn(60, 70)": "attr-defined",
    "crr.control_chart(crr.solve_counts(start=1000, lost=300, new=500))": "arg-type",
}


def script(name: str) -> str:
    if name == "readme.py":
        return "\n".join(snippets())
    return RESULTS if name == "results.py" else "\n".join(["import crrkit as crr", *WRONG]) + "\n"


@pytest.fixture(scope="module")
def said(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, str]]]:
    """File → the lines that mypy --strict speaks of, with the code of each error; the checkout is out of sight."""
    folder = tmp_path_factory.mktemp("user")
    names = ["readme.py", "results.py", "wrong.py"]
    for name in names:
        (folder / name).write_text(script(name), encoding="utf-8")
    (folder / "none.ini").write_text("[mypy]\n", encoding="utf-8")
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--config-file", "none.ini", "--cache-dir", str(folder)]
    done = subprocess.run(
        [*command, *names],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    errors = re.findall(r"^(\w+\.py):(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    assert errors, done.stdout + done.stderr
    return {name: [(int(line), code) for file, line, code in errors if file == name] for name in names}


@pytest.mark.slow
@pytest.mark.engines
def test_the_calls_of_the_readme_are_typed(said: dict[str, list[tuple[int, str]]]) -> None:
    assert said["readme.py"] == []


@pytest.mark.slow
@pytest.mark.engines
def test_results_stand_in_annotations(said: dict[str, list[tuple[int, str]]]) -> None:
    assert said["results.py"] == []


@pytest.mark.slow
@pytest.mark.engines
def test_a_wrong_call_is_reported(said: dict[str, list[tuple[int, str]]]) -> None:
    assert said["wrong.py"] == list(enumerate(WRONG.values(), start=2))
