"""The house rules that no other tool holds: what the repository promises about itself."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

import crrkit
from scripts import chromium

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PIN = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.]+( ; .+)?")

# Written in pieces, so that this file does not break its own rule.
MACHINE_PATHS = [f"/{folder}/" for folder in ("work", "root", "tmp/" + "env")]
REGISTRY_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "debian" + ".org"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # A make that runs the tests must not speak through the make that is tested.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command, cwd=ROOT, env=clean | environment, capture_output=True, encoding="utf-8", check=False, timeout=600
    )


def program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def tracked_files() -> list[Path]:
    listed = run("git", "ls-files", "-z")
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_a_stranger_finds_the_usual_documents(name: str) -> None:
    assert len(text(name)) > 200


def test_version_is_said_once_and_the_same_everywhere() -> None:
    assert crrkit.__version__ == PROJECT["version"]
    assert f"[{PROJECT['version']}]" in text("CHANGELOG.md") or "[Unreleased]" in text("CHANGELOG.md")


def test_installed_version_is_the_one_of_this_checkout() -> None:
    try:
        installed = importlib.metadata.version("crrkit")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("crrkit is not installed, the checkout is on the path")
    assert installed == PROJECT["version"]


class TestConstraints:
    lines = tuple(line for line in text("constraints.txt").splitlines() if not line.startswith("#"))

    def test_each_line_pins_one_version_and_names_no_address(self) -> None:
        assert [line for line in self.lines if not PIN.fullmatch(line)] == []

    def test_no_package_is_pinned_twice(self) -> None:
        names = [canonical(line) for line in self.lines]
        assert sorted(set(names)) == sorted(names)

    def test_everything_the_project_asks_for_is_pinned(self) -> None:
        extras = PROJECT["optional-dependencies"].values()
        asked = chain(PROJECT["dependencies"], PYPROJECT["build-system"]["requires"], *extras)
        assert {canonical(name) for name in asked} - {canonical(line) for line in self.lines} == {"crrkit"}


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


class TestMake:
    listed = re.findall(r"^make ([a-z-]+) ", run("make", "help").stdout, flags=re.MULTILINE)

    def test_bare_make_prints_the_help(self) -> None:
        assert run("make").stdout == run("make", "help").stdout

    def test_help_names_exactly_the_targets_there_are(self) -> None:
        phony = re.search(r"^\.PHONY: (.+)$", text("Makefile"), flags=re.MULTILINE)
        assert phony
        assert self.listed == phony[1].split()
        usual = {"demo", "test", "lint", "lab", "bench", "fuzz", "test-slow", "test-engines", "test-pages", "clean"}
        assert usual <= set(self.listed)

    @pytest.mark.parametrize("target", listed)
    def test_each_target_can_be_made(self, target: str) -> None:
        assert run("make", "--dry-run", target).returncode == 0

    def test_the_environment_is_no_part_of_the_explorers_module(self) -> None:
        # Node, which JupyterLab calls, would read JupyterLab's own scripts as package.json of the checkout says.
        assert "nowhere/package.json" in run("make", "--dry-run", "VENV=nowhere", "lab").stdout

    def test_what_the_targets_read_is_there(self) -> None:
        named = set(re.findall(r"\b(?:tests|scripts|sample_data|benchmarks)/[\w.*/-]+", text("Makefile")))
        assert len(named) >= 5
        assert {name for name in named if not list(ROOT.glob(name))} == set()

    def test_ci_and_pre_commit_call_make_instead_of_knowing_better(self) -> None:
        assert re.findall(r"^make .*$", text(".ci/run"), flags=re.MULTILINE) == [
            "make test", "make test-slow", "make test-engines", "make test-pages", "make docs",
        ]  # fmt: skip
        assert os.access(ROOT / ".ci/run", os.X_OK)
        assert "entry: make lint" in text(".pre-commit-config.yaml")

    @pytest.mark.parametrize("task", ["lint", "format", "test"])
    def test_without_node_its_checks_say_so_and_go_on(self, task: str, tmp_path: Path) -> None:
        done = run("/bin/sh", "scripts/javascript.sh", task, PATH=str(tmp_path))
        assert done.returncode == 0
        assert done.stdout == f"Node is not here: the explorers' JavaScript goes without `{task}`.\n"

    def test_the_lock_of_node_names_versions_and_no_address_of_a_download(self) -> None:
        packages = json.loads(text("package-lock.json"))["packages"]
        assert not [name for name, package in packages.items() if "resolved" in package]
        assert all("integrity" in package for name, package in packages.items() if name)
        asked = json.loads(text("package.json"))["devDependencies"]
        assert asked == {name: packages[f"node_modules/{name}"]["version"] for name in asked}

    @pytest.fixture
    def ci(self, tmp_path: Path) -> Callable[[Path], subprocess.CompletedProcess[str]]:
        """.ci/run with a make that only says what it was asked."""
        program(tmp_path / "make", 'echo "make $*, required: $CRRKIT_DATA_REQUIRED, data: $CRRKIT_DATA"; exit 7')
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        return lambda data: run(".ci/run", CRRKIT_DATA=str(data), PATH=path)

    def test_ci_requires_the_real_data_and_passes_on_the_verdict(self, ci, tmp_path: Path) -> None:
        done = ci(tmp_path)
        assert done.stdout == f"make test, required: 1, data: {tmp_path}\n"
        assert done.returncode == 7

    def test_ci_refuses_to_run_without_the_real_data(self, ci, tmp_path: Path) -> None:
        done = ci(tmp_path / "nowhere")
        assert done.returncode == 1
        assert done.stdout == ""
        assert str(tmp_path / "nowhere") in done.stderr


class TestPython:
    """scripts/python.sh finds an interpreter behind everything that only looks like one."""

    @staticmethod
    def find(path: Path, *names: str) -> subprocess.CompletedProcess[str]:
        usual = os.pathsep.join([str(path), "/usr/bin", "/bin"])
        return run("sh", "scripts/python.sh", *names, PATH=usual, PYENV_ROOT=str(path / "none"))

    def test_passes_over_a_shim_that_leads_nowhere_and_sees_through_one_that_works(self, tmp_path: Path) -> None:
        program(tmp_path / "pythonX", "exit 127")
        program(tmp_path / "pythonY", f'exec "{sys.executable}" "$@"')
        assert self.find(tmp_path, "pythonX").returncode == 1
        assert self.find(tmp_path, "pythonX", "pythonY").stdout.strip() == sys.executable

    def test_finds_a_good_interpreter_behind_a_bad_one_of_the_same_name(self, tmp_path: Path) -> None:
        program(tmp_path / "pythonX", "exit 127")
        program(tmp_path / "none/versions/3.12.0/bin/pythonX", f'exec "{sys.executable}" "$@"')
        assert self.find(tmp_path, "pythonX").stdout.strip() == sys.executable

    def test_takes_a_path_as_it_is_given(self, tmp_path: Path) -> None:
        program(tmp_path / "a folder" / "pythonX", f'exec "{sys.executable}" "$@"')
        assert self.find(tmp_path, str(tmp_path / "a folder" / "pythonX")).stdout.strip() == sys.executable

    def test_says_in_a_sentence_what_is_needed(self, tmp_path: Path) -> None:
        program(tmp_path / "pythonX", 'if [ "$1" = --version ]; then echo Python 3.9.1; else exit 1; fi')
        done = self.find(tmp_path, "pythonX")
        assert done.returncode == 1
        assert done.stdout == ""
        assert "needs Python 3.11 or newer" in done.stderr
        assert "pythonX here says: Python 3.9.1." in done.stderr
        assert "PYTHON=" in done.stderr


@pytest.mark.parametrize(("exit_status", "found"), [(0, True), (1, False)])
def test_a_stub_that_only_asks_for_an_install_is_no_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_status: int, found: bool
) -> None:
    stub = tmp_path / "chromium-browser"
    program(stub, f"exit {exit_status}")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=None)
    assert chromium.find() == (str(stub) if found else None)


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    paths = [rf"(?<![\w.-]){path}" for path in MACHINE_PATHS]
    banned = re.compile("|".join(paths + [re.escape(host) for host in REGISTRY_HOSTS]))
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if (match := banned.search(path.read_bytes().decode("utf-8", errors="replace")))
    ]
    assert found == []


def test_what_make_leaves_behind_is_not_tracked() -> None:
    left = {"demo", ".venv", "__pycache__", "dist", "build"}
    assert [path for path in tracked_files() if left & set(path.relative_to(ROOT).parts)] == []


class TestWheel:
    """What is delivered is the wheel: without a checkout around it, everything must be inside."""

    def test_every_tracked_file_of_the_package_is_inside(self, unpacked: Path) -> None:
        inside = {path.relative_to(ROOT) for path in tracked_files() if path.is_relative_to(ROOT / "crrkit")}
        assert {str(path) for path in inside if not (unpacked / path).is_file()} == set()

    def test_the_sample_data_and_the_course_travel_along(self, unpacked: Path) -> None:
        for folder, pattern in (("sample_data", "*.csv"), ("notebooks", "*/*.ipynb")):
            here = {str(path.relative_to(ROOT / folder)) for path in (ROOT / folder).glob(pattern)}
            there = unpacked / "crrkit" / f"_{folder}"
            assert here
            assert here == {str(path.relative_to(there)) for path in there.glob(pattern)}

    def test_a_sample_is_read_without_a_checkout(self, unpacked: Path) -> None:
        code = "import crrkit; print(crrkit.__file__); print(len(crrkit.sample('orders')))"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code],
            cwd=unpacked.parent,
            env=os.environ | {"PYTHONPATH": str(unpacked)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        place, rows = done.stdout.splitlines()
        assert Path(place).is_relative_to(unpacked)
        assert int(rows) == text("sample_data/orders.csv").count("\n") - 1


class TestRealData:
    """A test on real data is never skipped in silence: tests/conftest.py is tried on a project of three tests."""

    three_tests = """
    import pytest
    def test_on_data(data_dir): assert data_dir.is_dir()
    @pytest.mark.real_data
    def test_with_its_own_skip(): pytest.skip("no such file")
    @pytest.mark.skipif(True, reason="CRRKIT_DATA is not set")
    def test_without_our_help(): ...
    """

    @pytest.fixture
    def outcome(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
        shutil.copy(ROOT / "tests" / "conftest.py", pytester.path)
        shutil.copytree(ROOT / "scripts", pytester.path / "scripts")
        pytester.makepyprojecttoml('[tool.pytest.ini_options]\npythonpath = ["."]\nmarkers = ["real_data: x"]')
        pytester.makepyfile(self.three_tests)
        for name in ("CRRKIT_DATA", "CRRKIT_DATA_REQUIRED"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
        )  # no other plugin takes part, and each takes its second

        def run_with(**environment: str) -> pytest.RunResult:
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return pytester.runpytest_subprocess()

        return run_with

    def test_without_the_folder_they_are_skipped_and_counted(self, outcome) -> None:
        result = outcome()
        result.assert_outcomes(skipped=3)
        result.stdout.fnmatch_lines(["Tests on real data that were skipped: 3. Set CRRKIT_DATA to the folder."])

    @pytest.mark.slow
    def test_where_they_are_required_a_skip_is_a_failure(self, outcome) -> None:
        result = outcome(CRRKIT_DATA_REQUIRED="1")
        result.assert_outcomes(errors=2, failed=1)
        result.stdout.fnmatch_lines(["*Real data is required here, but the test was skipped: Skipped: no such file*"])

    @pytest.mark.slow
    def test_a_folder_that_is_not_there_is_no_folder(self, outcome, tmp_path: Path) -> None:
        outcome(CRRKIT_DATA=str(tmp_path / "nowhere"), CRRKIT_DATA_REQUIRED="1").assert_outcomes(errors=2, failed=1)

    def test_with_the_folder_the_test_runs(self, outcome, tmp_path: Path) -> None:
        outcome(CRRKIT_DATA=str(tmp_path)).assert_outcomes(passed=1, skipped=2)
