"""Where the table stands in its file: titles, sheets, separators, encodings; read right, or refused, or said."""

from __future__ import annotations

import codecs
import json
import zipfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from crrkit import InputError, SourceError, read_contracts, read_orders
from crrkit.cli import app
from crrkit.cli.reading import read as read_typed, settle_kind
from crrkit.read.disk.encodings import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from crrkit.read import OrderBase

HEAD = ["Клиент", "Дата", "Сумма"]
ROWS = [
    ["Иванов Пётр", "05.01.2024", "1200,50"],
    ["ООО «Ромашка»", "17.01.2024", "99,90"],
    ["Щукина Юлия", "31.01.2024", "10,00"],
    ["Иванов Пётр", "01.02.2024", "5,00"],
]
TRUTH = {("Иванов Пётр", 120050), ("ООО «Ромашка»", 9990), ("Щукина Юлия", 1000), ("Иванов Пётр", 500)}
NAMED = {"customer": "Клиент", "at": "Дата", "amount": "Сумма"}


def written(rows: list[list[str]], sep: str = ";") -> str:
    return "".join(sep.join(row) + "\r\n" for row in rows)


TABLE = written([HEAD, *ROWS])


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def seen(base: OrderBase) -> set[tuple[str, int]]:
    """Who paid how much, in kopecks."""
    return {(row.customer, round(row.amount * 100)) for row in base.table.to_pandas().itertuples()}


def orders(source: Path | str, **said: object) -> OrderBase:
    return read_orders(source, **NAMED, **said)


def cell(value: str | None, place: str) -> str:
    if value is None:
        return ""
    if value.startswith("="):  # a formula that nobody calculated
        return f'<c r="{place}"><f>{value[1:]}</f></c>'
    if value.startswith("#"):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def sheet(rows: list[list[str | None]]) -> str:
    """A sheet as its file has it."""
    body = "".join(
        f'<row r="{n}">' + "".join(cell(value, f"{'ABCDEFGH'[k]}{n}") for k, value in enumerate(row)) + "</row>"
        for n, row in enumerate(rows, 1)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'


def workbook(path: Path, sheets: dict[str, list[list[str | None]]]) -> Path:
    """A workbook of sheets; the cells are text."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        top = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        for name, inside in (("_rels/.rels", top), ("xl/_rels/workbook.xml.rels", related)):
            book.writestr(name, f'<Relationships xmlns="{package}/relationships">{inside}</Relationships>')
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'
        )
        for n, rows in enumerate(sheets.values(), 1):
            book.writestr(f"xl/worksheets/sheet{n}.xml", sheet(rows))
    return path


# Titles ---------------------------------------------------------------------------------------------------------------

TITLES: dict[str, str] = {
    "none": "",
    "sep=": "sep=;\r\n",
    "words": "Отчёт по продажам\r\nПериод: 01.01.2024 - 29.02.2024\r\n\r\n",
    "cells": "Отчёт;;\r\nПериод;01.01.2024;\r\n;;\r\n",
    "groups of columns": ";Покупка;\r\n",
    "a name": "Клиент\r\n",
    "blank": "\r\n\r\n",
    "long": "Строка;\r\n" * 40,
}
TAILS: dict[str, tuple[str, int]] = {  # and how many rows of it are set aside
    "none": ("", 0),
    "total": ("Итого;;1315,40\r\n", 1),
    "total with a date": ("Итого;29.02.2024;1315,40\r\n", 1),
    "head again": (written([HEAD]), 1),
    "short line": ("Конец отчёта\r\n", 1),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866")


@pytest.mark.daily(1)
@pytest.mark.parametrize("title", TITLES)
def test_titles_and_tails_are_no_rows(title: str, tmp_path: Path) -> None:
    for n, (tail, aside) in enumerate(TAILS.values()):
        base = orders(put(tmp_path, f"{n}.csv", TITLES[title] + TABLE + tail))
        assert seen(base) == TRUTH, tail
        assert (base.quality.rows_used, base.quality.rows_set_aside) == (4, aside), tail


@pytest.mark.daily(1)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_with_every_separator_under_a_title(encoding: str, tmp_path: Path) -> None:
    for n, (sep, title) in enumerate(product(";\t", ("", "Отчёт по продажам\r\n"))):
        rows = [[row[0].strip("«»").replace("«", ""), *row[1:]] for row in ROWS]  # cp866 has no such quotes
        path = put(tmp_path, f"{n}.csv", (title + written([HEAD, *rows], sep)).encode(encoding))
        truth = {(who.strip("«»").replace("«", ""), money) for who, money in TRUTH}
        assert seen(orders(path)) == truth, (sep, title)


def test_the_line_of_names_is_told_when_it_is_not_the_first(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", TITLES["words"] + TABLE)
    assert orders(path).quality.notes[:1] == (
        "a.csv: the names of the columns stand in line 4; what is above was left out. Otherwise use skip=.",
    )
    assert seen(orders(path, skip=3)) == TRUTH
    assert not [note for note in orders(path, skip=3).quality.notes if "skip=" in note]
    with pytest.raises(InputError, match="is not a column of the table"):
        orders(path, skip=0)


def test_a_title_is_passed_over_without_named_columns_and_from_the_command_line(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", TITLES["cells"] + TABLE)
    assert read_orders(path).quality.columns["customer"] == "Клиент"
    assert settle_kind(str(path), kind=None, reading={}) == "orders"
    typed = read_typed(str(path), kind="orders", reading={"skip": 3, "sep": ";", "encoding": "utf-8"})
    assert typed.quality.rows_used == 4


def test_a_list_of_contracts_below_a_title(tmp_path: Path) -> None:
    text = "Договоры;;\n\nid;since;until\na;2024-01-05;\nb;2024-01-05;2024-03-01\n"
    base = read_contracts(put(tmp_path, "a.csv", text), customer="id", start="since", end="until")
    assert base.quality.rows_used == 2


GROUPED = (
    "Клиент;Дата;Сумма\nИванов;;1205,50\n;05.01.2024;1200,50\n;01.02.2024;5,00\nПетров;;10,00\n;31.01.2024;10,00\n"
)


def test_a_customer_above_his_rows_has_them(tmp_path: Path) -> None:
    base = orders(put(tmp_path, "a.csv", GROUPED))
    assert seen(base) == {("Иванов", 120050), ("Иванов", 500), ("Петров", 1000)}
    assert base.quality.table["reason"].tolist() == ["heading, total or group line"]
    assert "3 rows without an id have the one above them" in base.quality.notes[0]
    with pytest.raises(SourceError, match="no customer id"):
        orders(put(tmp_path, "a.csv", GROUPED), fill_down=False)


def test_a_customer_beside_the_first_of_his_rows_is_asked(tmp_path: Path) -> None:
    rows = "a;2024-01-05;1\n;2024-03-01;2\nb;2024-01-17;4\n;2024-02-22;8\nc;2024-02-21;16\n"
    file = put(tmp_path, "a.csv", "Клиент;Дата;Сумма\n" + rows)
    with pytest.raises(InputError, match="2 of 5 rows have no id, and each id in 'Клиент' stands once"):
        orders(file)
    assert seen(orders(file, fill_down=True)) == {("a", 100), ("a", 200), ("b", 400), ("b", 800), ("c", 1600)}
    assert orders(file, fill_down=False).quality.rows_used == 3
    in_order = "a;2024-01-05;1\n;2024-01-06;2\nb;2024-01-17;4\n;2024-02-22;8\nc;2024-02-23;16\n"
    assert orders(put(tmp_path, "b.csv", "Клиент;Дата;Сумма\n" + in_order)).quality.rows_used == 3, (
        "a till, not a report"
    )
    with pytest.raises(InputError, match="neither True nor False"):
        orders(file, fill_down="yes")


def test_the_command_line_fills_down_by_a_word(tmp_path: Path) -> None:
    file = str(put(tmp_path, "a.csv", GROUPED))
    said = {word: CliRunner().invoke(app, ["check", file, "--fill-down", word]) for word in ("yes", "no", "perhaps")}
    assert {word: ran.exit_code for word, ran in said.items()} == {"yes": 0, "no": 2, "perhaps": 2}
    assert "fill_down='perhaps' is neither" in said["perhaps"].output.replace(
        "--fill-down perhaps", "fill_down='perhaps'"
    )


# Encodings ------------------------------------------------------------------------------------------------------------

NAMES = {
    "cp1252": ["José", "Müller", "Åsa", "Élodie"],
    "cp1254": ["Şahin", "İbrahim", "Çelik", "Işık"],
    "gb18030": ["王伟", "李娜", "张敏", "刘洋"],
    "shift_jis": ["佐藤", "鈴木", "高橋", "田中"],
    "mac_cyrillic": ["Иванов", "Щукина", "Яковлев", "Эрнст"],
    "iso8859_5": ["Иванов", "Щукина", "Яковлев", "Эрнст"],
}


@pytest.mark.daily(2)
@pytest.mark.parametrize("encoding", NAMES)
def test_names_are_read_right_and_what_is_only_likely_is_said(encoding: str, tmp_path: Path) -> None:
    names = NAMES[encoding]
    text = "customer,date,amount\r\n" + "".join(f"{name},2024-01-0{n},{n}\r\n" for n, name in enumerate(names, 1))
    base = read_orders(put(tmp_path, "a.csv", text.encode(encoding)))
    assert {name for name, _money in seen(base)} == set(names)
    likely = encoding not in ("mac_cyrillic", "iso8859_5")
    assert any("If names look wrong, use encoding=" in note for note in base.quality.notes) is likely
    said = read_orders(tmp_path / "a.csv", encoding=encoding)
    assert seen(said) == seen(base)
    assert not [note for note in said.quality.notes if "encoding" in note]


def test_icelandic_is_not_turkish() -> None:
    assert encoding_of("nafn\nGuðrún\nÞóra\nSigríður\n".encode("cp1252"), Path("a")) == "cp1252"
    assert encoding_of("ad\nGüneş\nYıldız\n".encode("cp1254"), Path("a")) == "cp1254"


@pytest.mark.parametrize(
    "content",
    [
        "имя\nИванов\n".encode("cp1251") + "имя\nПетров\n".encode(),  # two encodings in one file
        "nom\nDvořák\nŁukasz\n".encode("cp1250"),  # as Western text there would be signs inside words
        "이름\n김철수\n".encode("euc_kr"),  # the same bytes are usual Chinese and Japanese letters, too
    ],
)
def test_what_has_no_single_reading_is_asked(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"encoding='cp1254'"):
        encoding_of(content, tmp_path / "a.csv")


def test_an_encoding_that_is_none_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", TABLE)
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(InputError, match="is not known"):
            orders(path, encoding=name)
    with pytest.raises(SourceError, match="cannot be read to its end"):
        orders(put(tmp_path, "b.csv", TABLE.encode("cp1251")), encoding="utf-8")


# Several files --------------------------------------------------------------------------------------------------------


def test_files_of_one_pattern_may_be_written_differently(tmp_path: Path) -> None:
    """Four files, a purchase in each: other separators, orders of columns, capitals, encodings, titles, packings."""
    turned = [[row[2], row[0], row[1]] for row in [HEAD, ROWS[1]]]
    put(tmp_path, "g-1.csv", written([HEAD, ROWS[0]]))
    put(tmp_path, "g-2.csv", written(turned, "\t").encode("cp1251"))
    put(tmp_path, "g-3.csv", codecs.BOM_UTF8 + written([["клиент", "ДАТА", "Сумма"], ROWS[2]]).encode())
    put(tmp_path, "g-4.csv", TITLES["words"] + written([[*HEAD, "Город"], [*ROWS[3], "Тверь"]], "|"))
    base = orders(tmp_path / "g-*.csv")
    assert seen(base) == TRUTH
    assert base.quality.rows_read == 4


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (written([HEAD[:2], ["a", "05.01.2024"]]), r"2\.csv has no column 'Сумма', which 1\.csv has"),
        (written([[*HEAD, "Сумма"], ["a", "05.01.2024", "1,00", "2,00"]]), r"2\.csv has more than one column"),
    ],
)
def test_a_file_without_the_columns_is_named(other: str, said: str, tmp_path: Path) -> None:
    put(tmp_path, "1.csv", TABLE)
    put(tmp_path, "2.csv", other)
    with pytest.raises(SourceError, match=said):
        orders(tmp_path / "*.csv")


def test_the_same_file_twice_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", TABLE)
    put(tmp_path, "a (1).csv", TABLE)
    assert any(
        "hold the same bytes: their rows count twice" in note for note in orders(tmp_path / "*.csv").quality.notes
    )


def test_a_name_is_no_pattern_once_the_file_is_found(tmp_path: Path) -> None:
    for name, row in zip(("gg[1].csv", "gg1.csv", "star*.csv", "starry.csv", "q?.csv"), [*ROWS, ROWS[0]], strict=True):
        put(tmp_path, name, written([HEAD, row]))
    assert seen(orders(tmp_path / "gg[1].csv")) == {("Иванов Пётр", 120050)}
    assert seen(orders(tmp_path / "star*.csv")) == {("Щукина Юлия", 1000)}
    assert orders(tmp_path / "q?.csv").quality.rows_read == 1


def test_the_names_of_folders_replace_no_column(tmp_path: Path) -> None:
    put(tmp_path, "Дата=2020-01-01/o.csv", TABLE)
    base = orders(tmp_path / "Дата=2020-01-01" / "o.csv")
    assert base.first.year == 2024
    table = pa.table({"who": ["a"], "date": ["2024-01-05"]})
    (tmp_path / "date=2020-01-01").mkdir()
    pq.write_table(table, tmp_path / "date=2020-01-01" / "o.parquet")
    assert read_orders(tmp_path / "date=*" / "*.parquet", customer="who").first.year == 2024


# Spreadsheets ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    pytest.importorskip("python_calamine", reason="spreadsheets are read with python-calamine: crrkit[excel]")
    return lambda **sheets: workbook(tmp_path / "book.xlsx", sheets)


def test_all_sheets_with_the_columns_are_read_and_the_others_named(book: Callable[..., Path]) -> None:
    turned = [[row[1], row[2], row[0]] for row in [HEAD, *ROWS[2:]]]
    path = book(Январь=[HEAD, *ROWS[:2]], Заметки=[["что", "когда"], ["звонок", "вчера"]], Февраль=turned)
    base = orders(path)
    assert seen(base) == TRUTH
    assert base.quality.notes[:2] == (
        "book.xlsx: read together from 2 sheets: 'Январь' (2 rows), 'Февраль' (2 rows). Use sheet= for one of them.",
        "book.xlsx: not read, because the columns are missing: 'Заметки' (1 row). Use sheet= to read one.",
    )
    assert orders(path, sheet="Февраль").quality.rows_read == 2
    with pytest.raises(InputError, match=r"'Март' is not a sheet of the spreadsheet\. Its sheets are Январь, Заметки"):
        orders(path, sheet="Март")


def test_titles_of_a_spreadsheet(book: Callable[..., Path]) -> None:
    path = book(one=[["Отчёт"], ["Период", "01.2024"], HEAD, *ROWS, ["Итого", None, "1315,40"]])
    base = orders(path)
    assert (seen(base), base.quality.rows_set_aside) == (TRUTH, 1)
    assert base.quality.notes[0].startswith("book.xlsx: the names of the columns stand below a title on 'one'")
    assert seen(orders(path, skip=2)) == TRUTH


def test_a_sheet_that_lacks_a_column_found_by_its_usual_name_is_named(book: Callable[..., Path]) -> None:
    path = book(one=[HEAD, *ROWS], two=[HEAD[:2], ["Иванов Пётр", "05.03.2024"]])
    with pytest.raises(SourceError, match="two has no column 'Сумма', which one has"):
        read_orders(path)


def test_cells_without_a_value_are_counted(book: Callable[..., Path]) -> None:
    path = book(one=[HEAD, *ROWS, ["Иванов Пётр", "05.03.2024", "#N/A"], ["Иванов Пётр", "06.03.2024", "=B2*2"]])
    notes = " ".join(orders(path).quality.notes)
    assert "cells with an error such as #N/A, which were read as empty: 1." in notes
    assert "formulas without a result, which were read as empty: 1." in notes


def test_a_workbook_is_known_by_what_it_is(book: Callable[..., Path], tmp_path: Path) -> None:
    bytes_ = book(one=[HEAD, *ROWS]).read_bytes()
    for name in ("a.xlsm", "b.csv"):
        assert seen(orders(put(tmp_path, name, bytes_))) == TRUTH
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("a.xlsx", bytes_)
    assert "c.zip was read from the files in it: a.xlsx." in orders(tmp_path / "c.zip").quality.notes


def opendocument(path: Path, rows: list[list[tuple[str, str]]]) -> Path:
    """A sheet of LibreOffice; a cell is its kind (string, date, float) and its value."""
    kinds = {"date": "date-value", "float": "value", "string": "string-value"}
    space = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{name}="{space}:{name}:1.0"' for name in ("office", "table", "text"))
    cells = [
        [
            f'<table:table-cell office:value-type="{k}" office:{kinds[k]}="{v}"><text:p>{v}</text:p></table:table-cell>'
            for k, v in row
        ]
        for row in rows
    ]
    table = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in cells)
    body = f'<office:spreadsheet><table:table table:name="one">{table}</table:table></office:spreadsheet>'
    with zipfile.ZipFile(path, "w") as book:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        book.writestr("mimetype", kind)
        entry = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        book.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}:manifest:1.0">{entry}</m:manifest>')
        book.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>",
        )
    return path


def test_a_sheet_of_libreoffice_is_read_as_typed(tmp_path: Path) -> None:
    names = [("string", name) for name in ("customer", "date", "amount")]
    rows = [
        [("string", "007"), ("date", "2024-01-05"), ("float", "10.5")],
        [("string", "1E2"), ("date", "2024-02-03"), ("float", "5")],
    ]
    base = read_orders(opendocument(tmp_path / "a.ods", [names, *rows]))
    found = base.table.order_by("at").to_pandas().astype(str).to_numpy().tolist()
    assert found == [["007", "2024-01-05", "10.5"], ["1E2", "2024-02-03", "5.0"]]


def test_text_that_is_called_a_spreadsheet(tmp_path: Path) -> None:
    base = orders(put(tmp_path, "a.xls", TABLE.encode("cp1251")))
    assert seen(base) == TRUTH
    assert "a.xls is text, not a spreadsheet, and was read as text." in base.quality.notes
    with pytest.raises(SourceError, match=r"b\.xls is a web page or XML without a table"):
        orders(put(tmp_path, "b.xls", "<html><table><tr><td>Клиент</td></tr></table></html>"))


def html(rows: list[list[str]], *, cell: str = "td") -> str:
    lines = ("".join(f"<{cell}>{escape(value)}" for value in row) for row in rows)
    return "<table>" + "".join(f"<tr>{line}" for line in lines) + "</table>"


SPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def old_xml(rows: list[list[str]]) -> str:
    """A sheet as spreadsheets wrote it in XML; the second cell of each row tells its place."""
    cell_ = '<Cell ss:Index="{k}"><Data ss:Type="String">{value}</Data></Cell>'
    lines = [[cell_.format(k=k, value=escape(value)) for k, value in enumerate(row, 1)] for row in rows]
    body = "".join(f"<Row>{''.join(line)}</Row>" for line in lines)
    sheet_ = f'<Worksheet ss:Name="Май"><Table>{body}</Table></Worksheet>'
    return f'<?xml version="1.0"?><Workbook xmlns:ss="{SPACE}">{sheet_}</Workbook>'


@pytest.mark.slow
def test_pages_and_xml_that_are_called_spreadsheets(tmp_path: Path) -> None:
    menu = html([["Вход", "Выход"]])
    page = f'<html><head><meta charset="windows-1251"></head>{menu}{html([HEAD, *ROWS])}</html>'
    for name, content in {
        "a.xls": page.encode("cp1251"), "b.html": f"<!DOCTYPE html>{html([HEAD, *ROWS])}",
        "c.xls": old_xml([HEAD, *ROWS]), "d.csv": html([HEAD, *ROWS], cell="th"),
    }.items():  # fmt: skip
        base = orders(put(tmp_path, name, content))
        assert seen(base) == TRUTH, name
        assert f"{name} is a web page or XML, and its tables were read." in base.quality.notes
    assert any("'table 1'" in note for note in orders(tmp_path / "a.xls").quality.notes), "what was not read is named"


def test_a_cell_of_a_page_over_several_rows_holds_for_each(tmp_path: Path) -> None:
    rows = "<tr><td rowspan=2>a<td>2024-01-05<td>10<tr><td>2024-02-05<td>20<tr><td>b<td>2024-02-06<td>30"
    base = read_orders(put(tmp_path, "a.html", f"<table><tr><th>customer<th>date<th>amount{rows}</table>"))
    assert base.table.to_pandas()[["customer", "amount"]].to_numpy().tolist() == [["a", 10], ["a", 20], ["b", 30]]


# Names over several lines ---------------------------------------------------------------------------------------------

OVER = {
    "grouped": [["Клиент", "Продажа", ""], ["", "Дата", "Сумма"]],
    "three": [["Отчёт", "", ""], ["Клиент", "Продажа", ""], ["", "Дата", "Сумма"]],
    "full": [["Клиент", "Продажа", "Продажа"], ["", "Дата", "Итог"]],
}


@pytest.mark.slow
def test_names_over_several_lines_are_joined(tmp_path: Path) -> None:
    for name, heads in OVER.items():
        said = NAMED | {"amount": "Продажа Итог"} if name == "full" else NAMED
        text = put(tmp_path, f"{name}.csv", written([*heads, *ROWS]))
        page = put(tmp_path, f"{name}.html", html([*heads, *ROWS]))
        book = workbook(tmp_path / f"{name}.xlsx", {"one": [*heads, *ROWS]})
        for source in (text, page, book):
            base = read_orders(source, **said)
            assert seen(base) == TRUTH, source.name
            assert any("stand over" in note and "were joined: Клиент, " in note for note in base.quality.notes)
    assert seen(read_orders(tmp_path / "grouped.csv")) == TRUTH, "found by their usual names, too"


def test_a_line_of_values_is_no_line_of_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the columns are who, when"):
        read_orders(put(tmp_path, "a.csv", "who;when\na;2024-01-05\nb;2024-01-06\n"))


# JSON, archives -------------------------------------------------------------------------------------------------------

RECORDS = [dict(zip(HEAD, row, strict=True)) for row in ROWS]


def test_json_lines_and_arrays(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(record | {"x": {"y": 1}}, ensure_ascii=False) for record in RECORDS)
    for name, text in {"a.jsonl": lines, "a.ndjson": lines, "a.json": json.dumps(RECORDS, indent=1)}.items():
        assert seen(orders(put(tmp_path, name, text))) == TRUTH, name
    with pytest.raises(InputError, match="'x' is not a column"):
        read_orders(tmp_path / "a.jsonl", customer="x", at="Дата")


def test_ids_in_json_stay_as_they_stand(tmp_path: Path) -> None:
    text = '{"who": "0101", "date": "2024-01-05"}\n{"who": 101, "date": "2024-01-06"}\n'
    base = read_orders(put(tmp_path, "a.jsonl", text), customer="who", fold=())
    assert set(base.table.to_pandas()["customer"]) == {"0101", "101"}


def test_a_zip_with_several_months_is_one_table(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../01.csv", written([HEAD, *ROWS[:2]]))
        archive.writestr("in/02.csv", written([HEAD, *ROWS[2:]], "\t"))
    base = orders(tmp_path / "a.zip")
    assert seen(base) == TRUTH
    assert not (tmp_path.parent.parent / "01.csv").exists()


def test_zstandard(tmp_path: Path) -> None:
    packed = pa.compress(TABLE.encode(), codec="zstd", asbytes=True)
    assert seen(orders(put(tmp_path, "a.csv.zst", packed))) == TRUTH


# What is said --------------------------------------------------------------------------------------------------------


def test_the_separator_can_be_said(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", written([HEAD, *ROWS], "~").replace(",", "."))
    with pytest.raises(InputError, match="is not a column"):
        orders(path)
    assert seen(orders(path, sep="~")) == TRUTH
    for wrong in ("", "12345"):
        with pytest.raises(InputError, match="cannot separate fields"):
            orders(path, sep=wrong)


def test_what_a_source_has_no_use_for_is_refused(tmp_path: Path, book: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="sheet= is for sources of another kind"):
        orders(put(tmp_path, "a.csv", TABLE), sheet="one")
    with pytest.raises(InputError, match="sep= is for sources of another kind"):
        orders(book(one=[HEAD, *ROWS]), sep=";")
    with pytest.raises(InputError, match="skip= is for sources of another kind"):
        orders(orders(tmp_path / "a.csv").table.to_pandas(), skip=1)
