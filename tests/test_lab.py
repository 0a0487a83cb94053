"""The course for its readers: copied and never written over what they have changed, or shown as apps."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crrkit import InputError, cli
from crrkit.ground.errors import CrrkitError, MissingDependencyError, SourceError
from crrkit.lessons import lab
from crrkit.lessons.exercises import TOPICS
from crrkit.lessons.lab import (
    BESIDE,
    COPIED,
    LEFT_ALONE,
    RECORD,
    App,
    copy_notebooks,
    find_apps,
    notebooks_path,
    open_app,
    open_lab,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE, TWO = "01-kept.ipynb", "02-flow.ipynb"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two notebooks in English and one in Russian, as the package would bring it."""
    for name, text in (
        (f"en/{ONE}", "one"),
        (f"en/{TWO}", "two"),
        (f"ru/{ONE}", "один"),
        ("en/helper.py", "no notebook"),
    ):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(lab, "notebooks_path", lambda: tmp_path / "package")
    return tmp_path / "package"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def bring(folder: Path, lang: str = "en") -> dict[str, str]:
    return {path.name: what for path, what in copy_notebooks(folder, lang=lang)}


@pytest.mark.usefixtures("course")
class TestCopy:
    def test_the_first_time_all_of_one_language_are_copied(self, mine: Path) -> None:
        assert bring(mine) == {ONE: COPIED, TWO: COPIED}
        assert (mine / "en" / ONE).read_text() == "one"
        assert sorted(path.name for path in mine.rglob("*") if path.is_file()) == [RECORD, ONE, TWO]

    def test_the_other_language_stands_in_a_folder_of_its_own(self, mine: Path) -> None:
        bring(mine)
        assert bring(mine, "ru") == {ONE: COPIED}
        assert (mine / "ru" / ONE).read_text(encoding="utf-8") == "один"
        assert (mine / "en" / ONE).read_text() == "one"

    def test_again_does_nothing(self, mine: Path) -> None:
        bring(mine)
        before = {path: path.stat().st_mtime_ns for path in mine.rglob("*.ipynb")}
        assert bring(mine) == {}
        assert {path: path.stat().st_mtime_ns for path in mine.rglob("*.ipynb")} == before

    def test_what_was_deleted_comes_back(self, mine: Path) -> None:
        bring(mine)
        (mine / "en" / TWO).unlink()
        assert bring(mine) == {TWO: COPIED}

    def test_what_the_user_changed_stays(self, mine: Path) -> None:
        bring(mine)
        (mine / "en" / ONE).write_text("my answers")
        assert bring(mine) == {ONE: LEFT_ALONE}
        assert (mine / "en" / ONE).read_text() == "my answers"
        assert list(mine.rglob("*.new.ipynb")) == []

    def test_what_the_user_did_not_change_follows_the_package(self, mine: Path, course: Path) -> None:
        bring(mine)
        (course / "en" / ONE).write_text("one, better")
        assert bring(mine) == {ONE: COPIED}
        assert (mine / "en" / ONE).read_text() == "one, better"

    def test_when_both_changed_the_new_one_stands_beside_once(self, mine: Path, course: Path) -> None:
        bring(mine)
        (mine / "en" / ONE).write_text("my answers")
        (course / "en" / ONE).write_text("one, better")
        assert bring(mine) == {ONE: BESIDE}
        assert (mine / "en" / ONE).read_text() == "my answers"
        assert (mine / "en" / "01-kept.new.ipynb").read_text() == "one, better"
        (mine / "en" / "01-kept.new.ipynb").unlink()  # the user has seen it
        assert bring(mine) == {ONE: LEFT_ALONE}
        assert list(mine.rglob("*.new.ipynb")) == []

    def test_the_one_beside_follows_too_until_the_user_changes_it(self, mine: Path, course: Path) -> None:
        bring(mine)
        (mine / "en" / ONE).write_text("my answers")
        beside = mine / "en" / "01-kept.new.ipynb"
        for version in ("second", "third"):
            (course / "en" / ONE).write_text(version)
            assert bring(mine) == {ONE: BESIDE}
            assert beside.read_text() == version
        beside.write_text("my answers in the third")
        (course / "en" / ONE).write_text("fourth")
        assert bring(mine) == {ONE: LEFT_ALONE}
        assert beside.read_text() == "my answers in the third"

    @pytest.mark.parametrize("record", [None, "{", "[]", "7"])
    def test_without_a_record_nothing_is_written_over(self, mine: Path, record: str | None) -> None:
        (mine / "en").mkdir(parents=True)
        (mine / "en" / ONE).write_text("somebody's work")
        if record is not None:
            (mine / "en" / RECORD).write_text(record)
        assert bring(mine) == {ONE: BESIDE, TWO: COPIED}
        assert (mine / "en" / ONE).read_text() == "somebody's work"

    def test_a_copy_that_fails_leaves_no_half(self, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        bring(mine)
        (mine / "en" / ONE).unlink()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(InputError, match=r"cannot be written \(No space left"):
            bring(mine)
        assert not (mine / "en" / ONE).exists()
        assert json.loads((mine / "en" / RECORD).read_text()).keys() == {ONE, TWO}

    def test_a_file_is_no_folder(self, mine: Path) -> None:
        mine.write_text("a file")
        with pytest.raises(SourceError, match="is a file"):
            bring(mine)

    def test_a_course_that_is_not_there(self, mine: Path) -> None:
        with pytest.raises(InputError, match=r"no notebooks in .*fr"):
            bring(mine, "fr")
        assert not mine.exists()


def test_the_course_of_this_checkout_is_found() -> None:
    assert notebooks_path() == Path(lab.__file__).parents[2] / "notebooks"


def test_a_package_without_its_course_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "_PACKAGE", tmp_path / "site" / "crrkit")
    with pytest.raises(SourceError, match="Install crrkit again"):
        notebooks_path()
    (tmp_path / "site" / "crrkit" / "_notebooks").mkdir(parents=True)
    assert notebooks_path() == tmp_path / "site" / "crrkit" / "_notebooks"


class TestOpen:
    @pytest.fixture
    def server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A JupyterLab that writes down how it was called and ends with status 3."""
        (tmp_path / "jupyterlab.py").write_text(
            "import json, pathlib, signal, sys\n"
            "heard = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN\n"
            f"pathlib.Path({str(tmp_path / 'called.json')!r}).write_text(json.dumps([sys.argv[1:], heard]))\n"
            "from jupyter_core.paths import jupyter_config_path\n"
            f"pathlib.Path({str(tmp_path / 'config.json')!r}).write_text(json.dumps(jupyter_config_path()))\n"
            "sys.exit(3)\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return tmp_path / "called.json"

    @pytest.fixture
    def hearing_ctrl_c(self) -> Iterator[None]:
        """As at a terminal: what a shell starts in the background is born deaf to Ctrl-C, and so are its children."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, before)

    @pytest.mark.usefixtures("hearing_ctrl_c")
    def test_runs_jupyterlab_on_the_folder_and_passes_on_how_it_ended(self, server: Path, mine: Path) -> None:
        before = signal.getsignal(signal.SIGINT)
        assert open_lab(mine) == 3
        words, hears_ctrl_c = json.loads(server.read_text())
        assert words[-1] == str(mine)
        assert ("--allow-root" in words) == (hasattr(os, "geteuid") and os.geteuid() == 0)
        assert hears_ctrl_c
        assert signal.getsignal(signal.SIGINT) is before

    def test_sliders_are_saved_and_nobody_is_asked_about_news(self, server: Path, mine: Path) -> None:
        assert open_lab(mine) == 3
        folders = [Path(folder) for folder in json.loads((server.parent / "config.json").read_text())]
        settings = json.loads((lab.LAB_CONFIG / "labconfig/default_setting_overrides.json").read_text())
        assert settings == {
            "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
        }
        assert lab.LAB_CONFIG in folders

    @pytest.mark.skipif(os.name == "nt", reason="there, ending a process is not a signal it can hear")
    def test_whoever_ends_crrkit_ends_the_server(self, server: Path, mine: Path) -> None:
        (server.parent / "jupyterlab.py").write_text(
            "import os, signal, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"
        )
        code = "import pathlib, sys; from crrkit.lessons import lab; sys.exit(lab.open_lab(pathlib.Path(sys.argv[1])))"
        crrkit = subprocess.Popen([sys.executable, "-c", code, str(mine)], stdout=subprocess.PIPE, text=True)
        assert crrkit.stdout
        running = int(crrkit.stdout.readline())
        crrkit.send_signal(signal.SIGINT)  # not heard
        crrkit.terminate()
        crrkit.communicate(timeout=300)
        assert crrkit.returncode != 0
        with pytest.raises(ProcessLookupError):
            os.kill(running, 0)

    def test_without_jupyterlab_says_what_to_install(self, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "jupyterlab", None)
        monkeypatch.setattr(lab.importlib.util, "find_spec", lambda _name: None)
        with pytest.raises(MissingDependencyError, match=r"pip install 'crrkit\[lab\]'"):
            open_lab(mine)

    @pytest.mark.usefixtures("course")
    def test_the_command_copies_opens_and_passes_on_the_status(
        self, server: Path, mine: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.run(["lab", str(mine), "--lang", "ru"])
        assert ended.value.code == 3
        said = capsys.readouterr().out.splitlines()
        assert said[-2:] == [f"{mine / 'ru' / ONE}: скопирован", f"Блокноты лежат в папке {mine}."]
        assert (mine / "en" / TWO).exists()  # the other language is there, too
        words, _hears = json.loads(server.read_text())
        assert words[-1] == str(mine)  # the list of files shows both
        assert "--LabApp.default_url=/lab/tree/ru/00-start-here.ipynb?file-browser-path=/" in words

    @pytest.mark.usefixtures("course")
    def test_the_command_can_only_copy(self, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def never(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr(subprocess, "Popen", never)
        with pytest.raises(SystemExit) as ended:
            cli.run(["lab", str(mine), "--no-open", "--lang", "en"])
        assert not ended.value.code
        assert (mine / "en" / TWO).exists()


class TestFindApps:
    @pytest.mark.parametrize("lang", ["en", "ru"])
    def test_every_lesson_of_the_course_is_an_app_named_by_its_topic(self, lang: str) -> None:
        apps = find_apps(lang=lang)
        course = sorted((notebooks_path() / lang).glob("*.ipynb"))
        lessons = [path for path in course if not path.name.startswith(("00", "10", "98", "99"))]  # no exercise in them
        assert [app.notebook for app in apps.values()] == lessons  # and no two of one name
        assert set(apps) <= set(TOPICS)
        assert all(app.title.endswith("?") for app in apps.values())

    def test_a_notebook_without_an_exercise_of_its_own_is_no_app(self, course: Path) -> None:
        words = {"cell_type": "markdown", "source": ["# Why?\n", 'Try `lessons.exercise("noise")`.']}
        code = {"cell_type": "code", "source": ['lessons.exercise("formula", seed=7)']}
        for name, cells in ((ONE, [words, code]), (TWO, [words])):
            (course / "en" / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")
        assert find_apps(lang="en") == {"formula": App(title="Why?", notebook=course / "en" / ONE)}


class TestApp:
    """Voilà's place is taken by a server that writes down how it was called, answers once and ends with status 3."""

    SERVER = """
import json, os, pathlib, re, socket, sys
port = int(re.search(r"port=(\\d+)", " ".join(sys.argv))[1])
pathlib.Path({called!r}).write_text(json.dumps([port, sys.argv[1:], os.environ["JUPYTER_PATH"]]))
with socket.create_server(("localhost", port)) as server:
    server.accept()
sys.exit(3)
"""

    @pytest.fixture
    def voila(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "voila.py").write_text(self.SERVER.format(called=str(tmp_path / "called.json")))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
        return tmp_path / "called.json"

    @pytest.fixture
    def lesson(self, tmp_path: Path) -> App:
        return App(title="Why?", notebook=tmp_path / ONE)

    def test_is_shown_by_voila_and_said_when_it_answers(self, voila: Path, lesson: App) -> None:
        said: list[str] = []
        assert open_app(lesson, lang="ru", port=None, ready=said.append) == 3
        port, words, jupyter_path = json.loads(voila.read_text())
        assert said == [f"http://localhost:{port}/voila/render/{ONE}"]
        assert words[-1] == str(lesson.notebook.parent)
        assert {"--no-browser", "--template=crrkit", "--HTMLExporter.language_code=ru"} <= set(words)
        template, elsewhere = jupyter_path.split(os.pathsep)
        assert (Path(template) / "voila" / "templates" / "crrkit" / "index.html.j2").is_file()
        assert elsewhere == "/elsewhere"

    def test_a_port_that_is_taken_is_refused_before_anything_starts(self, voila: Path, lesson: App) -> None:
        with socket.create_server(("localhost", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(InputError, match=f"answers at port={port}"):
                open_app(lesson, lang="en", port=port, ready=print)
        assert not voila.exists()

    def test_what_voila_said_last_is_told_when_it_never_answers(self, voila: Path, lesson: App) -> None:
        (voila.parent / "voila.py").write_text("print('no room', flush=True)\nraise SystemExit(1)")
        with pytest.raises(CrrkitError, match=r"before it answered\. Its last output: no room"):
            open_app(lesson, lang="en", port=None, ready=print)

    @pytest.mark.skipif(os.name == "nt", reason="there, ending a process is not a signal it can hear")
    def test_ctrl_c_before_it_answers_is_no_error(self, voila: Path, lesson: App) -> None:
        (voila.parent / "voila.py").write_text(
            "import os, signal\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nos.kill(os.getpid(), signal.SIGINT)"
        )
        with pytest.raises(KeyboardInterrupt):
            open_app(lesson, lang="en", port=None, ready=print)

    def test_without_voila_says_what_to_install(self, lesson: App, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lab.importlib.util, "find_spec", lambda _name: None)
        with pytest.raises(MissingDependencyError, match=r"pip install 'crrkit\[lab\]'"):
            open_app(lesson, lang="en", port=None, ready=print)


class TestAppCommand:
    def run(self, *words: str) -> int:
        with pytest.raises(SystemExit) as ended:
            cli.run(["app", *words])
        return ended.value.code or 0

    def test_without_a_name_it_lists_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run("--lang", "ru") == 0
        lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
        assert lines == [[name, app.title] for name, app in find_apps(lang="ru").items()]
        assert ["formula", "Удержали ли мы клиентов?"] in lines

    def test_a_name_that_is_none_is_refused_with_the_nearest(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run("formul", "--lang", "en") == 2
        assert "Did you mean 'formula'?" in capsys.readouterr().err

    @pytest.mark.parametrize("browser", [True, False])
    def test_says_where_opens_a_browser_and_passes_on_the_status(
        self, browser: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[object] = []
        opened: list[str] = []

        def shown(app: App, *, lang: str, port: int | None, ready: Callable[[str], object]) -> int:
            asked.append((app.notebook.parent.name, lang, port))
            ready("http://localhost:8866/")
            return 3

        monkeypatch.setattr("crrkit.lessons.open_app", shown)
        monkeypatch.setattr("webbrowser.open", opened.append)
        words = ["formula", "--lang", "ru", "--port", "8866"]
        assert self.run(*words, *([] if browser else ["--no-browser"])) == 3
        assert asked == [("ru", "ru", 8866)]
        assert opened == ["http://localhost:8866/"] * browser
        assert capsys.readouterr().out.endswith(": http://localhost:8866/\n")
