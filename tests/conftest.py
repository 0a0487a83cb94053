"""What every test can use: the folder of real data, a browser, the wheel, and how hard the laws are tried."""

import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

import crrkit as crr
from scripts import chromium

REAL_DATA = "CRRKIT_DATA"
RETAIL = "online_retail_uci/online_retail_all.csv.gz"
OWN_SETTINGS = "_hypothesis_internal_use_settings"
REQUIRED = os.environ.get("CRRKIT_DATA_REQUIRED") == "1"

# What `make test` tries is the same on every machine and at every hour: no dice, nothing remembered from the last run,
# no deadline, which would fail the machine and not the code. `make fuzz` searches; what it finds becomes an @example.
settings.register_profile(
    "crrkit", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("crrkit")


def pytest_configure(config: pytest.Config) -> None:
    """Keep Hypothesis from drawing what stands in the modules loaded so far: other tests before, other examples."""
    if not searches(config):
        constants = providers.Constants()
        providers._get_local_constants = lambda: constants


def searches(config: pytest.Config) -> bool:
    """Whether this is `make fuzz`."""
    return config.getoption("--hypothesis-profile", None) == "fuzz"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data, which is not part of the project."""
    named = os.environ.get(REAL_DATA, "")
    if not Path(named or "unset").is_dir():
        pytest.skip(f"{REAL_DATA} names no folder: {named!r}")
    return Path(named)


# Half a million rows take seconds to read, so that all who look at them look at one reading.
@pytest.fixture(scope="session")
def shop(data_dir: Path) -> crr.Base:
    """The purchases of a real shop (UCI Online Retail, 541,909 rows), refunds set aside."""
    named = {"customer": "CustomerID", "at": "InvoiceDate", "quantity": "Quantity", "price": "UnitPrice"}
    return crr.read_orders(data_dir / RETAIL, **named)


@pytest.fixture(scope="session")
def shop_and_refunds(data_dir: Path) -> crr.Base:
    """The same file with every row of a customer taken for a purchase."""
    return crr.read_orders(data_dir / RETAIL, customer="CustomerID", at="InvoiceDate", amount="")


@pytest.fixture(params=["duckdb", "postgres", "pyspark"])
def sql_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], str]:
    """Compile an expression for each engine, also for Spark where it is not installed."""
    import ibis

    if ibis.options.pyspark is None:  # Ibis only has the options of an engine once its driver is there
        known = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
        monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", known)
    return lambda expression: str(ibis.to_sql(expression, dialect=request.param))


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures out of reports: they state the numbers of the sentences and take most of the time."""
    from crrkit.report import movement_section, stage_section, trend_section
    from crrkit.report.html import Html

    for section in (movement_section, stage_section, trend_section):
        monkeypatch.setattr(section, "picture", lambda *_given, **_options: Html(""))


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    """The system's Chromium for Playwright's `executable_path`; None lets Playwright take its own."""
    return chromium.find()


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is delivered: the wheel, built from this checkout and unpacked where none of it is in sight."""
    pytest.importorskip("hatchling", reason="the wheel is built with hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "unpacked")
    return folder / "unpacked"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if "data_dir" in wanted:
            item.add_marker("real_data")
        if {"shop", "shop_and_refunds"} & wanted:
            item.add_marker("engines")  # half a million rows
    hold_back(items)
    if searches(config):
        laws = {getattr(item.obj, "__func__", item.obj) for item in items if isinstance(item, pytest.Function)}
        for law in laws:
            try_more(law)


def hold_back(items: list[pytest.Item]) -> None:
    """Of a test in many forms ``daily(n)`` leaves the first n to `make test`; the others are slow."""
    met: Counter[str] = Counter()
    for item in items:
        daily = item.get_closest_marker("daily")
        if daily:
            test = item.nodeid.split("[")[0]
            met[test] += 1
            if met[test] > daily.args[0]:
                item.add_marker("slow")


def try_more(law: Callable[..., object]) -> None:
    """Where a law says how often it is tried, it says it for `make test`: the search tries as many times more."""
    own = getattr(law, OWN_SETTINGS, None)
    if own and own.max_examples != settings.default.max_examples:
        setattr(law, OWN_SETTINGS, settings(own, max_examples=own.max_examples * settings.default.max_examples // 100))


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
