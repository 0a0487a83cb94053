"""The report as a reader gets it: facts on the page, a notebook that runs, files that are whole or not there."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from report_worlds import account

import crrkit as crr
from crrkit.report import rows_section, trend_section, write
from crrkit.report.html import Html, element, join
from crrkit.report.parameters import ReportArguments
from scripts import run_notebooks

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Tree(HTMLParser):
    """A page as its texts by the path of tags above them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for tag in {name for name, _attributes in self.open}:
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag: str) -> str:
        return " ".join("".join(self.texts.get(tag, [])).split())

    def attributes(self, name: str) -> list[str]:
        return [str(attributes[name]) for _tag, attributes in self.elements if name in attributes]


@pytest.fixture(scope="module")
def orders() -> crr.Base:
    return crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")


@pytest.fixture(scope="module")
def few() -> crr.Base:
    """The last quarter of the same list: enough where it matters what happens to a page, not what stands on it."""
    log = crr.sample("orders")
    last = log[log["ordered_at"] >= "2024-09-01"]
    return crr.read_orders(last, customer="client_id", at="ordered_at", amount="total")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def english(orders: crr.Base, folder: Path) -> crr.report.Report:
    return crr.write_report(
        orders, every="month", out=folder / "en.html", notebook=folder / "en.ipynb", title="The shop & its people"
    )


@pytest.fixture(scope="module")
def russian(orders: crr.Base, folder: Path) -> crr.report.Report:
    return crr.write_report(orders, every="month", out=folder / "ru.html", lang="ru")


@pytest.fixture(scope="module")
def tree(english: crr.report.Report) -> Tree:
    return Tree(english.out.read_text(encoding="utf-8"))


def test_as_the_last_value_of_a_cell_a_report_says_its_headline_and_where_it_is(english: crr.report.Report) -> None:
    claim, *_caveat, page, notebook = repr(english).splitlines()
    assert claim == "In December 2024 we kept 191 of 289 customers: 66.1% (95% interval 60.5% to 71.3%)."
    assert (page, notebook) == (str(english.out), str(english.notebook))


class TestPage:
    def test_the_headline_is_the_only_first_heading_and_says_the_rate(self, tree: Tree) -> None:
        claim = "In December 2024 we kept 191 of 289 customers: 66.1% (95% interval 60.5% to 71.3%)."
        assert tree.text("h1") == claim
        assert [tag for tag, _ in tree.elements].count("h1") == 1
        assert tree.text("title") == f"The shop & its people: {claim}"

    def test_it_loads_nothing(self, tree: Tree) -> None:
        loaded = [url for name in ("src", "href", "action", "data", "xlink:href") for url in tree.attributes(name)]
        assert [url for url in loaded if not url.startswith(("#", "data:image/svg+xml;base64,"))] == []
        assert not re.search(r"url\((?!#)|@import|require\(", "".join(tree.texts["style"]))
        (policy,) = [a["content"] for _t, a in tree.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert re.search(r"script-src ('sha256-[\w+/]{43}=' ){2}blob:;", policy), "no other script runs"
        assert re.search(r"style-src 'sha256-[\w+/]{43}=';", policy), "no other sheet rules"
        assert "unsafe" not in policy
        assert tree.attributes("style") == []
        assert "http" not in policy

    def test_every_link_of_the_contents_leads_to_a_section(self, tree: Tree) -> None:
        links = [href[1:] for tag, a in tree.elements if tag == "a" and (href := a.get("href"))]
        targets = tree.attributes("id")
        assert len(set(targets)) == len(targets)
        assert set(links) <= set(targets)
        sections = [a["id"] for tag, a in tree.elements if tag == "section"]
        assert sections[:6] == ["movement", "trend", "money", "cohorts", "stages", "advice"]
        assert sections[6:] == ["verdict", "account", "explorer", "definition", "rows", "method", "glossary"]

    def test_headings_step_down_one_by_one(self, tree: Tree) -> None:
        levels = [int(tag[1]) for tag, _ in tree.elements if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_every_picture_says_what_it_shows(self, tree: Tree) -> None:
        pictures = [a for tag, a in tree.elements if tag == "svg" and a.get("class")]
        assert len(pictures) == 12  # three pictures, light and dark, wide and narrow
        said = [str(a["aria-label"]) for a in pictures if a["role"] == "img"]
        assert ["66.1%" in text for text in said] == [True] * 8 + [False] * 4
        assert all(text.startswith("Mix of the customers by stage") for text in said[8:])
        assert all(a["alt"] for tag, a in tree.elements if tag == "img")

    def test_the_table_is_the_account(self, tree: Tree, orders: crr.Base) -> None:
        kept = crr.retention_by_period(orders)
        body = tree.text("table")
        for row in kept.table.itertuples():
            counts = f"{row.kept} {row.start} {row.lost} {row.new} {row.returned} {row.end}"
            assert f"{row.period}" in body
            assert counts.replace(" ", "") in body.replace(" ", "").replace(",", "")

    def test_the_explorer_begins_with_the_headlines_numbers(self, tree: Tree) -> None:
        state = [json.loads(text) for text in tree.texts["script"] if text.startswith('{"_initial"')]
        assert [s["_initial"] for s in state] == [{"start": 289, "lost": 98, "new": 68 + 121}]
        assert "68 for the first time and 121 who returned" in tree.text("section")

    def test_the_rows_are_accounted_for(self, tree: Tree) -> None:
        assert "Of 7,490 rows 7,411 were used and 79 set aside (1.1%)." in tree.text("section")

    def test_the_method_is_there_but_folded(self, tree: Tree) -> None:
        details = [a for tag, a in tree.elements if tag == "details" and a.get("class") != "briefs"]
        assert details == [{}] * 3, "money, stages and method, all closed"
        assert "191 / 289 = (380 − 68 − 121) / 289 = 66.1%" in tree.text("details")
        assert "fewer than 10 customers" in tree.text("details")

    def test_the_title_is_text_and_never_markup(self, few: crr.Base, tmp_path: Path) -> None:
        script = "<script>alert(1)</script>"
        written = crr.write_report(few, every="month", out=tmp_path / "r.html", title=script, detail="short")
        assert "<script>alert" not in written.out.read_text(encoding="utf-8")

    @pytest.mark.pages
    def test_the_same_data_give_the_same_bytes(self, english: crr.report.Report, tmp_path: Path) -> None:
        again = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        files = {"out": tmp_path / "en.html", "notebook": tmp_path / "en.ipynb"}
        crr.write_report(again, every="month", title="The shop & its people", **files)
        assert files["out"].read_bytes() == english.out.read_bytes()
        assert english.notebook is not None
        assert files["notebook"].read_bytes() == english.notebook.read_bytes()


class TestRussian:
    @pytest.mark.slow
    def test_both_languages_have_the_same_sections_and_numbers(self, tree: Tree, russian: crr.report.Report) -> None:
        other = Tree(russian.out.read_text(encoding="utf-8"))
        assert [a.get("id") for tag, a in tree.elements if tag in {"section", "svg"}] == [
            a.get("id") for tag, a in other.elements if tag in {"section", "svg"}
        ]
        assert numbers(tree.text("table")) == numbers(other.text("table"))
        assert other.text("h1").startswith("За декабрь 2024 года мы удержали 191 из 289 клиентов: 66,1 %")

    def test_the_language_is_said_and_no_english_is_left(self, russian: crr.report.Report) -> None:
        other = Tree(russian.out.read_text(encoding="utf-8"))
        assert next(a["lang"] for tag, a in other.elements if tag == "html") == "ru"
        prose = other.text("section") + other.text("header") + other.text("nav") + other.text("footer")
        own = {
            "orders",
            "csv",
            "customer",
            "client",
            "id",
            "at",
            "ordered",
            "amount",
            "total",
            "receipt",
            "crrkit",
            "crr",
            "solve",
        }
        assert set(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{.*\}", "", prose))) - own <= {
            "min",
            "cell",
            "NBD",
            "CRR",
            "NRR",
            "GRR",
        }

    def test_the_language_before_comes_back(self, russian: crr.report.Report) -> None:
        assert russian
        assert crr.language() == "en"


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", re.sub(r"(?<=\d)[\s,](?=\d{3}\b)", "", text))


class TestNotebook:
    def test_it_was_run_and_says_what_the_page_says(self, english: crr.report.Report) -> None:
        assert english.notebook is not None
        content = nbformat.read(english.notebook, as_version=4)
        nbformat.validate(content)
        code = [cell for cell in content.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
        outputs = [output for cell in code for output in cell.outputs]
        assert {output.output_type for output in outputs} == {"execute_result"}
        said = " ".join(output.data["text/plain"] for output in outputs)
        assert all(finding.claim in said for finding in english.findings)

    def test_the_title_asks_and_the_end_doubts(self, english: crr.report.Report) -> None:
        sources = [cell["source"] for cell in cells(english)]
        assert sources[0].splitlines()[0].endswith("?")
        assert "## What this does not tell you" in sources[-1]
        assert "## Try next" in sources[-1]

    def test_it_begins_with_a_title_the_parameters_and_the_call_and_holds_no_data(
        self, english: crr.report.Report
    ) -> None:
        first, told, reading, counting, *rest = cells(english)
        assert first["source"].startswith("# Did we keep our customers?")
        assert told["metadata"] == {"tags": ["parameters"]}
        assert told["source"].split("\n")[2:] == [
            "path = crr.sample_path('orders')", "every = 'month'", "rule = 'period'", "first = None", "last = None",
            "min_cell = 10", "language = 'en'",
        ]  # fmt: skip
        assert reading["source"].split("\n")[3].startswith("base = crr.read_orders(")
        assert not [*told["outputs"], *reading["outputs"], *counting["outputs"]]
        code = [cell["source"] for cell in rest if cell["cell_type"] == "code"]
        assert max(source.count("\n") for source in code) < 4
        assert not re.search(r"\d{3}", re.sub(r"\b20\d\d-\d\d\b", "", "".join(code))), "no number of the list"
        assert sum("tags" in c["metadata"] and c["metadata"]["tags"] == ["check"] for c in cells(english)) == 1

    def test_nothing_in_it_needs_the_kernel_that_is_gone(self, english: crr.report.Report) -> None:
        assert english.notebook is not None
        text = english.notebook.read_text(encoding="utf-8")
        assert "widget-view" not in text
        assert "widgets" not in json.loads(text)["metadata"]
        assert "application/vnd.crrkit.explorer+json" in text

    def test_page_and_notebook_have_live_levers(self, english: crr.report.Report) -> None:
        assert 'id="stage-explorer"' in english.out.read_text(encoding="utf-8")
        assert any("widgets.StageExplorer(stages.model)" in "".join(cell["source"]) for cell in cells(english))

    @pytest.mark.pages
    def test_a_kernel_shows_what_the_report_shows(self, english: crr.report.Report) -> None:
        """Read and counted anew in a kernel by whoever changes nothing: every output is the one that is stored."""
        assert english.notebook is not None
        content = nbformat.read(english.notebook, as_version=4)
        stored = json.dumps(content.cells, sort_keys=True)
        for cell in content.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        assert json.dumps(run_notebooks.execute(content).cells, sort_keys=True) == stored

    @pytest.mark.parametrize(
        "name", ["orders", *(pytest.param(one, marks=pytest.mark.pages) for one in ("contracts", "events"))]
    )
    def test_its_cells_count_the_numbers_of_the_page(self, name: str, english: crr.report.Report, tmp_path) -> None:
        """Run from its own code, the list read again: headline and account are the page's, withheld where it is."""
        written = english if name == "orders" else None
        if written is None:
            base = {"contracts": crr.read_contracts, "events": crr.read_events}[name](crr.sample_path(name))
            files = {"out": tmp_path / "r.html", "notebook": tmp_path / "r.ipynb"}
            written = crr.write_report(base, detail="short", **files)
        code = [cell["source"] for cell in cells(written) if cell["cell_type"] == "code"]
        names: dict[str, object] = {}
        exec("\n".join(code[:3]), names)  # noqa: S102 - the notebook's own words
        assert crr.report.retention_finding(names["kept"]).claim == written.findings[0].claim
        page = crr.report.account_in(written.out).table
        columns = ["start", "kept", "lost", "new", "returned", "end"]
        pd.testing.assert_frame_equal(names["kept"].table[columns], page[columns], check_dtype=False)
        why = " ".join(line[2:] for line in code[0].split("\n") if line.startswith("# "))
        advised = written.advice if written.advice and written.advice.every == written.every else None
        assert (advised.sentence if advised else "because" if written.advice else "") in why

    def test_a_table_in_memory_is_to_be_filled_in_and_said_so(self, few: crr.Base) -> None:
        """Whoever runs it as it is gets one sentence; with the path filled in it runs."""
        told = ReportArguments(replace(few, path=None), "month", why="Because.", target=0.7, previous="")
        code = told.parameters()
        assert "path = None  # No path is known (pandas table): put the file of the list here" in code
        assert "# Because.\nevery = 'month'" in code
        assert "previous = None  # Put the HTML file of the earlier report here." in code
        with pytest.raises(crr.InputError, match=r"^path is empty: put the file of the list"):
            exec(f"{code}\n{told.reading()}", {})  # noqa: S102 - the notebook's own words

    def test_what_was_said_when_the_list_was_read_is_said_again(self, tmp_path, monkeypatch) -> None:
        frame = pd.DataFrame({"a": ["x", "x", "y"], "b": ["2024-01-05", "2024-02-05", "2024-02-07"], "c": [1, 2, 3]})
        frame.to_csv(tmp_path / "list.csv", index=False)
        monkeypatch.chdir(tmp_path)
        rules = {"refunds": "keep", "as_of": date(2024, 3, 1), "nobody": ("guest",)}
        base = crr.read_orders("list.csv", customer="a", at="b", amount="c", **rules)
        goal = crr.Target(value=0.7, period="year", basis_period="2023", author="Sales", date="2024-01-01")
        told = ReportArguments(
            base.with_activity(crr.Trailing(days=90)), "month", target=goal, folder=tmp_path / "notes"
        )
        names: dict[str, object] = {}
        exec(told.parameters(), names)  # noqa: S102 - the notebook's own words
        assert (names["path"], names["rule"], names["target"]) == ("../list.csv", crr.Trailing(days=90), goal)
        (tmp_path / "notes").mkdir()
        monkeypatch.chdir(tmp_path / "notes")
        exec(told.reading(), names)  # noqa: S102 - the same
        assert str(names["base"].card) == str(told.base.card)

    def test_of_an_address_the_password_is_not_written(self, few: crr.Base) -> None:
        told = ReportArguments(replace(few, path="postgresql://ann:s3cret@db.example/shop"), "month")
        assert "s3cret" not in told.parameters() + told.reading() + "".join(told.strings())
        assert "# The password is left out." in told.parameters()


def cells(written: crr.report.Report) -> list[dict]:
    assert written.notebook is not None
    return json.loads(written.notebook.read_text(encoding="utf-8"))["cells"]


class TestFiles:
    def test_what_was_written_is_told(self, english: crr.report.Report, folder: Path) -> None:
        assert (english.out, english.notebook) == (folder / "en.html", folder / "en.ipynb")
        assert str(english).splitlines()[0] == english.findings[0].claim
        assert str(english).splitlines()[-2:] == [str(english.out), str(english.notebook)]

    def test_nothing_else_is_left_in_the_folder(self, english, russian, folder: Path) -> None:
        assert english
        assert russian
        assert {path.name for path in folder.iterdir()} == {"en.html", "en.ipynb", "ru.html"}

    def test_the_file_has_the_rights_of_any_new_file(self, english: crr.report.Report, tmp_path: Path) -> None:
        (tmp_path / "any").touch()
        assert english.out.stat().st_mode == (tmp_path / "any").stat().st_mode

    @pytest.mark.daily(1)
    @pytest.mark.parametrize("where", ["count", "draw", "check", "move"])
    def test_whatever_fails_the_old_file_stays(self, where: str, few, tmp_path, monkeypatch) -> None:
        def fail(*_args: object, **_facts: object) -> None:
            raise RuntimeError(where)

        place = {
            "count": (write, "safe_account"),
            "draw": (write, "build_page"),
            "check": (write, "refuse_leaks"),
            "move": (Path, "replace"),
        }
        (tmp_path / "r.html").write_text("the old one", encoding="utf-8")
        monkeypatch.setattr(*place[where], fail)
        with pytest.raises(RuntimeError, match=where):
            crr.write_report(few, every="month", out=tmp_path / "r.html", detail="short")
        monkeypatch.undo()
        assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("r.html", "the old one")]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"out": "r.txt"}, "out='r.txt' must end in .html"),
            ({"out": "nowhere/r.html"}, "out='nowhere/r.html' lies in a folder that does not exist"),
            ({"out": "folder.html"}, "out='folder.html' is a folder"),
            ({"out": "r.html", "notebook": "r.html"}, "notebook='r.html' must end in .ipynb"),
            ({"out": "r.html", "min_cell": -1}, "min_cell=-1 is negative"),
            ({"out": "r.html", "lang": "de"}, "lang='de'"),
            ({"out": "r.html", "every": "fortnight"}, "every='fortnight' is not known"),
            ({"out": "r.html", "every": "month", "first": "2030-01"}, "first='2030-01' begins after the data end"),
        ],
    )
    def test_what_cannot_be_done_is_said_and_nothing_written(
        self, arguments: dict[str, object], words: str, orders, tmp_path, monkeypatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "folder.html").mkdir()
        with pytest.raises(ValueError, match=re.escape(words)):
            crr.write_report(orders, **arguments)
        assert [path.name for path in tmp_path.iterdir()] == ["folder.html"]

    def test_a_folder_that_may_not_be_written_is_named_before_the_work(self, orders, tmp_path, monkeypatch) -> None:
        def refuse(*_args: object, **_facts: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "touch", refuse)
        monkeypatch.setattr(write, "safe_account", lambda *_a, **_f: pytest.fail("work began"))
        with pytest.raises(ValueError, match=r"cannot be written \(Permission denied\)"):
            crr.write_report(orders, every="month", out=tmp_path / "r.html")

    def test_progress_is_told_step_by_step(self, few, tmp_path) -> None:
        told: list[tuple[str, int, int]] = []
        files = {"out": tmp_path / "r.html"}
        crr.write_report(few, every="month", detail="short", progress=lambda *step: told.append(step), **files)
        assert [(done, total) for _name, done, total in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
        assert told[0][0] == "counting"
        assert told[-1][0] == "done"


class TestPrivacy:
    @pytest.mark.daily(1)
    @pytest.mark.parametrize("secret", ["C00008", "c00008", "ask boss@firm.example"])
    def test_an_id_in_the_title_stops_the_report(self, secret: str, few, tmp_path) -> None:
        with pytest.raises(ValueError, match=r"r\.html would name a customer"):
            crr.write_report(few, every="month", out=tmp_path / "r.html", title=f"All about {secret}")
        assert list(tmp_path.iterdir()) == []

    def test_an_id_in_the_path_stops_a_notebook(self, few, tmp_path) -> None:
        base = replace(few, path="lists/C00008/orders.csv")
        with pytest.raises(ValueError, match=r"r\.html would name a customer"):
            crr.write_report(base, every="month", out=tmp_path / "r.html", notebook=tmp_path / "r.ipynb")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.slow
    def test_an_id_that_a_faulty_block_lets_through_stops_it(self, few, tmp_path, monkeypatch) -> None:
        monkeypatch.setattr(rows_section, "rows_block", lambda _kept: element("pre", "17 C00008 12.50"))
        with pytest.raises(ValueError, match="would name a customer"):
            crr.write_report(few, every="month", out=tmp_path / "r.html")

    def test_no_id_of_the_data_is_in_the_files(self, english: crr.report.Report) -> None:
        ids = set(crr.sample("orders")["client_id"].dropna())
        assert len(ids) == 1175
        assert english.notebook is not None
        for path in (english.out, english.notebook):
            assert not ids & set(re.findall(r"\w+", path.read_text(encoding="utf-8")))

    @pytest.mark.slow
    def test_small_groups_are_withheld_everywhere(self, tmp_path) -> None:
        # 40 members; in February 3 leave, in March 15: February must not be told, March may
        rows = [(f"M{i:03}", "2024-01-05", leaving(i)) for i in range(40)]
        frame = pd.DataFrame(rows, columns=["who", "from", "to"])
        base = crr.read_contracts(frame, customer="who", start="from", end="to", as_of="2024-04-01")
        shared = crr.write_report(base, every="month", out=tmp_path / "shared.html").out.read_text(encoding="utf-8")
        private = crr.write_report(base, every="month", out=tmp_path / "own.html", min_cell=None).out.read_text(
            encoding="utf-8"
        )
        assert "92.5%" in private
        assert "92.5%" not in shared
        assert "suppressed" in Tree(shared).text("table")
        assert "\N{MULTIPLICATION SIGN}" in Tree(shared).text("table")
        assert "\N{MULTIPLICATION SIGN}" not in Tree(private).text("table")
        assert Tree(shared).text("h1").startswith("In March 2024 we kept 22 of 37 customers: 59.5%")

    def test_the_picture_says_which_rates_are_withheld(self) -> None:
        # the first begins with nobody, the second with 5; in the fourth 3 leave, and to the fifth only 9 come
        kept = crr.report.shared(account((0, 5, 0), (1, 100, 0), (30, 30, 0), (3, 3, 0), (20, 9, 0), start=0))
        drawn = Tree(trend_section.line(kept))
        assert (
            "there was nobody to keep: 2024-01. Rate suppressed: 2024-02, 2024-04, 2024-05."
            in drawn.attributes("aria-label")[0]
        )
        assert "Where the line breaks at a cross" in drawn.text("figcaption")

    def test_where_no_rate_may_be_shown_the_explorer_has_other_numbers(self, tmp_path) -> None:
        frame = pd.DataFrame({"who": ["M1", "M2", "M3"], "from": "2024-01-05", "to": [None, None, "2024-02-05"]})
        base = crr.read_contracts(frame, customer="who", start="from", end="to", as_of="2024-04-01")
        tree = Tree(crr.write_report(base, every="month", out=tmp_path / "r.html").out.read_text(encoding="utf-8"))
        assert tree.text("h1") == "No rate is shown: in every period it would rest on too small a group of customers."
        assert "The numbers are an example, not yours" in tree.text("section")
        assert [a["id"] for tag, a in tree.elements if tag == "section"] == [
            "account", "explorer", "definition", "rows", "method", "glossary",
        ]  # fmt: skip
        assert not re.search(r"\b[123]\b", re.sub(r"2024-0\d", "", tree.text("tbody")))


def leaving(member: int) -> str | None:
    return "2024-02-10" if member < 3 else "2024-03-10" if member < 18 else None


class TestElements:
    def test_text_is_escaped_once_and_html_never(self) -> None:
        assert join("a < b", Html("<br>"), None, "&") == "a &lt; b<br>&amp;"

    def test_quotes_cannot_leave_an_attribute(self) -> None:
        assert element("p", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;"></p>'
