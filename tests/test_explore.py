"""The doors to a list under sliders: crr.explore, `crrkit explore` and the page on which a file is chosen."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import crrkit as crr
from crrkit import cli, widgets
from crrkit.cli.explore import open_list
from crrkit.ground.languages import use_language
from crrkit.lessons import OwnList, own_list_notebook
from crrkit.lessons.own_list import FILLED_IN, parameters
from crrkit.measure.cadence import advise
from crrkit.read import Call, call_of, read_list
from crrkit.widgets.list_chooser import FileField

if TYPE_CHECKING:
    from collections.abc import Callable

    from crrkit.lessons import App

DAYS = ["2024-01-05", "2024-01-20", "2024-02-05", "2024-03-02", "2024-03-20"]
TILL = pd.DataFrame({"client": ["ann", "bob", "ann", "bob", "ann"], "date": DAYS})
SAMPLES = {name: str(crr.sample_path(name)) for name in ("orders", "contracts", "events")}


def run(*words: str) -> tuple[int, str, str]:
    """`crrkit explore …` in this process: status, output, complaints."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err, pytest.raises(SystemExit) as end:
        cli.run(["explore", *words, "--lang", "en", "--quiet"])
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def cells(text: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == kind]


def own(base: Any, said: dict[str, Any] | None = None) -> OwnList:
    advice = advise(base)
    return OwnList(advice.applied(base), call_of(base, said or {}), advice.every, advice.days)


def run_all(text: str) -> dict[str, Any]:
    """What the cells of a notebook make, as Run All Cells runs them."""
    names: dict[str, Any] = {}
    with use_language("en"):  # back to it afterwards
        for code in cells(text, "code"):
            exec(code, names)  # noqa: S102 - our own cells
    return names


class TestOneReading:
    @pytest.mark.slow
    def test_every_door_settles_the_same_list(self) -> None:
        for name, path in SAMPLES.items():
            typed = open_list(path, kind=name, every=None, reading={})
            settled = read_list(path, kind="events" if name == "events" else None, arguments={})
            assert type(settled) is type(typed.base)
            assert settled.quality.columns == typed.base.quality.columns
            again = eval(f"crr.{typed.call.python(repr(path))}", {"crr": crr})  # noqa: S307 - our own line
            assert again.quality.to_pandas().equals(settled.quality.to_pandas())
            assert again.card.with_(read_as="") == typed.base.card.with_(read_as="")

    def test_what_was_said_comes_back_in_the_call(self) -> None:
        said = {"event": "kind", "kinds": {"webinar": "visit"}, "nobody": ()}
        base = read_list(SAMPLES["events"], kind="events", arguments=said)
        assert call_of(base, said).arguments["kind"] == "kind"
        assert "nobody=()" in call_of(base, said).python()

    def test_a_role_of_another_kind_or_of_none_is_refused(self) -> None:
        for said, words in (
            ({"receipt": "x"}, r"receipt= belongs to orders, and this is read as contracts"),
            ({"custmer": "x"}, "argument='custmer' is not known.*Did you mean 'customer'"),
        ):
            with pytest.raises(crr.InputError, match=words):
                read_list(SAMPLES["contracts"], kind="contracts", arguments=said)
        with pytest.raises(crr.InputError, match=r"kind='order' is not known.*Did you mean 'orders'"):
            read_list(SAMPLES["orders"], kind="order", arguments={})


class TestExplore:
    @pytest.mark.slow
    def test_a_file_a_table_and_a_base_are_one_list(self, tmp_path: Path) -> None:
        path = tmp_path / "till.csv"
        TILL.to_csv(path, index=False)
        for source in (path, TILL, crr.read_orders(TILL)):
            explorer = crr.explore(source, every="month", lang="ru")
            assert explorer.kept.row("2024-02")["crr"] == 0.5  # of ann and bob, who had bought in the last month, ann
            assert explorer.lang == "ru"

    def test_what_is_not_clear_is_asked(self) -> None:
        log = pd.DataFrame({"who": ["a", "b"], "amount": [1, 2]})
        with pytest.raises(crr.InputError, match="No column looks like the date"):
            crr.explore(log)


class TestNotebook:
    @pytest.mark.slow
    def test_orders_fill_the_cell_and_every_cell_runs(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = {"by": "region"}
        base = crr.read_orders(SAMPLES["orders"], by="region")
        text = own_list_notebook(own(base, said), SAMPLES["orders"], lang="en", app=True)
        assert capsys.readouterr().out == ""
        first = next(cell for cell in json.loads(text)["cells"] if FILLED_IN in cell["metadata"].get("tags", []))
        assert (
            "".join(first["source"]).splitlines()[2].startswith("base = crr.read_orders(source, customer='client_id'")
        )
        names = run_all(text)
        assert names["every"] == "half-year"
        under = base.with_activity(crr.Trailing(days=names["explorer"].silence))  # as the sliders above it say
        assert names["kept"].table["crr"].equals(crr.retention_by_period(under, every="half-year").table["crr"])
        words = "\n".join(cells(text, "markdown"))
        assert words.startswith("# What does my own list say?\nWhat was read, and what was set aside?")
        assert [of_code for of_code in ("Run All", "This cell", "What do the others get?") if of_code in words] == []
        assert "write_report" not in text
        assert "00-start-here.ipynb" not in text

    @pytest.mark.pages
    def test_what_a_list_does_not_allow_gives_way_to_the_reason(self) -> None:
        path = str(crr.sample_path("canonical"))
        text = own_list_notebook(own(crr.read_contracts(path)), path, lang="en", app=True)
        assert "*Contracts have no gaps between purchases. Take a log of purchases, read with read_orders.*" in cells(
            text, "markdown"
        )
        names = run_all(text)
        assert names["kept"].row("2024-06")["start"] == 6
        assert isinstance(names["explorer"], widgets.ListExplorer)

    @pytest.mark.pages
    def test_of_cars_and_of_five_customers_all_cells_run_too(self, tmp_path: Path) -> None:
        cars = [("a", "2016-02-01"), ("a", "2019-03-01"), ("b", "2016-05-01"), ("b", "2020-01-10"), ("c", "2017-01-01")]
        five = [(who, f"2024-0{month}-1{month}") for who in "vwxyz" for month in (1, 2, 3)]
        for name, rows in (("cars", cars), ("five", five)):
            path = tmp_path / f"{name}.csv"
            pd.DataFrame(rows, columns=["customer", "date"]).to_csv(path, index=False)
            text = own_list_notebook(own(crr.read_orders(path)), str(path), lang="ru", app=True)
            assert run_all(text)["explorer"].lang == "ru"

    def test_a_window_that_is_needed_is_said(self) -> None:
        base = crr.read_orders(SAMPLES["orders"])
        said = parameters(OwnList(base, Call("orders"), "year", 1250), "cars.csv", lang="ru", report="r.html")
        assert said.splitlines() == [
            "crr.set_language('ru')", "source = 'cars.csv'", "base = crr.read_orders(source)",
            "base = base.with_activity(crr.Trailing(days=1250))", "every = 'year'", "report = 'r.html'",
        ]  # fmt: skip


class TestCommand:
    @pytest.fixture
    def mine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A list in a folder, and nothing that opens."""
        (tmp_path / "club.csv").write_bytes(crr.sample_path("canonical").read_bytes())
        monkeypatch.setattr("crrkit.lessons.own_list._why_not", lambda _code, _names: None)  # tried above
        monkeypatch.setattr("webbrowser.open", lambda _address: pytest.fail("a browser was opened"))
        return tmp_path / "club.csv"

    def test_writes_the_notebook_beside_the_file_and_opens_it(
        self, mine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[Path] = []
        monkeypatch.setattr("crrkit.lessons.open_lab", lambda path: opened.append(path) or 3)
        status, out, err = run(str(mine))
        notebook = mine.parent / "club-explored.ipynb"
        assert (status, opened) == (3, [notebook])
        assert out.splitlines()[-1] == f"The notebook: {notebook}"
        assert "use --kind orders" in err
        said = cells(notebook.read_text(encoding="utf-8"), "code")[1].splitlines()
        columns = "customer='client_id', start='joined', end='left'"
        assert said[1:3] == ["source = 'club.csv'", f"base = crr.read_contracts(source, {columns})"]
        assert said[-1] == "report = 'club-report.html'"
        assert not list(mine.parent.glob("*.html"))

    @pytest.mark.slow
    def test_what_is_there_is_not_written_over(self, mine: Path) -> None:
        assert run(str(mine), "--no-open")[0] == 0
        notebook = mine.parent / "club-explored.ipynb"
        changed = notebook.read_text(encoding="utf-8").replace("base.quality", "base.quality.doubts")
        notebook.write_text(changed, encoding="utf-8")
        assert "left as it is" in run(str(mine), "--no-open")[1]
        other = mine.with_name("other.csv")
        other.write_bytes(mine.read_bytes())
        assert run(str(other), "--no-open")[0] == 0
        assert (mine.parent / "other-explored.ipynb").is_file()
        status, _out, err = run(str(other), "--no-open", "--out", str(notebook))
        assert (status, err.splitlines()[-1].count("--out")) == (2, 1)
        assert notebook.read_text(encoding="utf-8") == changed
        elsewhere = mine.parent / "else.ipynb"
        assert run(str(other), "--no-open", "--out", str(elsewhere), "--every", "year")[0] == 0
        assert "every = 'year'" in elsewhere.read_text(encoding="utf-8")
        elsewhere.write_text("not a notebook", encoding="utf-8")
        assert run(str(other), "--no-open", "--out", str(elsewhere))[0] == 2
        assert elsewhere.read_text(encoding="utf-8") == "not a notebook"

    def test_as_a_page_nothing_is_written_beside_the_file(self, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[str] = []

        def open_app(app: App, *, lang: str, port: int | None, ready: Callable[[str], object]) -> int:
            shown.extend([app.notebook.read_text(encoding="utf-8"), lang, str(port), str(app.notebook.parent)])
            ready("http://localhost:8866/")
            return 3

        monkeypatch.setattr("crrkit.lessons.open_app", open_app)
        status, out, _err = run(str(mine), "--app", "--no-open", "--port", "8866")
        assert (status, out.splitlines()[-1][-22:]) == (3, "http://localhost:8866/")
        assert repr(str(mine)) in cells(shown[0], "code")[1]
        assert shown[1:3] == ["en", "8866"]
        assert not Path(shown[3]).exists()
        assert list(mine.parent.iterdir()) == [mine]
        shown.clear()
        assert run("--no-open")[0] == 3
        assert cells(shown[0], "code") == ["import crrkit as crr\n\ncrr.set_language('en')\ncrr.widgets.ListChooser()"]

    def test_without_a_file_options_say_nothing(self) -> None:
        for words in (("--kind", "orders"), ("--customer", "who"), ("--every", "month"), ("--out", "x.ipynb")):
            status, _out, err = run(*words)
            assert (status, "Name the file" in err) == (2, True), words

    def test_a_wrong_period_or_file_is_refused_before_anything_is_written(self, mine: Path) -> None:
        for words in ((str(mine), "--every", "moth"), (str(mine.with_name("gone.csv")),)):
            status, _out, err = run(*words, "--no-open")
            assert (status, "Traceback" in err) == (2, False)
        assert list(mine.parent.iterdir()) == [mine]


class TestChooser:
    def test_a_file_arrives_in_parts_and_goes_with_the_field(self) -> None:
        field = FileField()
        arrived: list[bytes] = []
        field.observe(lambda change: change["new"] and arrived.append(change["new"].read_bytes()), "path")
        for message, parts in (
            ({"step": "end"}, []),  # of nothing
            ({"step": "begin", "name": "..\\..\\a/b.csv"}, []),
            ({"step": "part"}, [b"who,when\n"]),
            ({"step": "part"}, [memoryview(b"a,2024-01-01\n")]),
            ({"step": "end"}, []),
        ):
            field.receive(message, parts)
        assert arrived == [b"who,when\na,2024-01-01\n"]
        assert (field.path.name, field.path.parent) == ("b.csv", Path(field._room.name))
        assert "2024" not in json.dumps({k: v for k, v in field.get_state().items() if k[:2] != "_e"}, default=str)
        field._room.cleanup()
        assert not field.path.exists()

    @pytest.mark.slow
    def test_the_menus_begin_with_what_guess_says_and_open_the_list(self) -> None:
        for name, path in SAMPLES.items():
            chooser = widgets.ListChooser()
            chooser.look(Path(path))
            found = crr.guess(path)
            assert chooser.kind.value == found.kind == name
            chosen = {role: menu.value for role, menu in chooser.columns.items() if menu.value}
            assert chosen == {role: column for role, column in found.columns.items() if column}
        chooser.show()
        assert chooser.explorer in chooser._shown.children
        assert chooser.base.quality.kind == "events"

    @pytest.mark.slow
    def test_a_menu_decides_and_none_is_no_column(self) -> None:
        chooser = widgets.ListChooser(lang="ru")
        chooser.look(Path(SAMPLES["orders"]))
        chooser.columns["amount"].value, chooser.columns["by"].value = "", "region"
        chooser.show()
        assert not chooser.base.quality.columns["amount"]
        assert "Прочитано как заказы: customer = client_id" in chooser.field.says
        assert "none" not in [value for _label, value in chooser.columns["customer"].options]
        assert "" not in [value for _label, value in chooser.columns["customer"].options]

    def test_what_cannot_be_read_is_said_and_nothing_stands_there(self, tmp_path: Path) -> None:
        chooser = widgets.ListChooser()
        (tmp_path / "words.csv").write_text("who,note\na,hello\n", encoding="utf-8")
        chooser.look(tmp_path / "words.csv")
        assert chooser.field.says.startswith("words.csv: No column looks like the date")
        chooser.show()
        assert "No column looks like" in chooser.field.says
        assert chooser._shown.children == ()
        (tmp_path / "junk.parquet").write_bytes(b"\x00junk")
        chooser.look(tmp_path / "junk.parquet")
        assert chooser._menus.children == ()
        chooser.look(Path(SAMPLES["orders"]))
        chooser.kind.value = "contracts"
        chooser.show()
        assert "start=" in chooser.field.says
