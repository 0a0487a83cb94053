"""What every test can use: the folder of real data, a browser, and how hard the laws are tried."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scripts import chromium

REAL_DATA = "CRRKIT_DATA"
REQUIRED = os.environ.get("CRRKIT_DATA_REQUIRED") == "1"

# Machines are slow and shared: a deadline would fail the machine, not the code. With CI=true hypothesis itself takes
# its repeatable profile.
settings.register_profile("crrkit", deadline=None)
settings.register_profile(
    "fuzz", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
if os.environ.get("CI") != "true":
    settings.load_profile("crrkit")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data, which is not part of the project."""
    named = os.environ.get(REAL_DATA, "")
    if not Path(named or "unset").is_dir():
        pytest.skip(f"{REAL_DATA} names no folder: {named!r}")
    return Path(named)


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """The system's Chromium for Playwright's `executable_path`; None lets Playwright take its own."""
    return chromium.find()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where real data is required, a test on it that is skipped has failed, whatever its reason."""
    report = yield
    if report.skipped and _needs_real_data(item, report) and not hasattr(report, "wasxfail"):
        report.real_data_skipped = True
        if REQUIRED:
            report.outcome = "failed"
            report.longrepr = f"Real data is required here, but the test was skipped: {report.longrepr[2]}"
    return report


def _needs_real_data(item: pytest.Item, report: pytest.TestReport) -> bool:
    return item.get_closest_marker("real_data") is not None or REAL_DATA in str(report.longrepr)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    skipped = sum(getattr(report, "real_data_skipped", False) for report in reports)
    if skipped:
        terminalreporter.write_line(f"Tests on real data that were skipped: {skipped}. Set {REAL_DATA} to the folder.")
