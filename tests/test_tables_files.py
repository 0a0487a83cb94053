"""Files as they lie on disks: every kind, packing and encoding, and every way in which one can be broken."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from crrkit.ground import errors
from crrkit.read import read_orders, samples
from crrkit.read.disk import files, lines, plain, sheets
from crrkit.read.sources import peek

HEAD = "who,when,paid"
ROWS = [f"c{k},2024-{k % 12 + 1:02d}-05,{k}" for k in range(40)]
TABLE = "\n".join([HEAD, *ROWS]) + "\n"
RUSSIAN = "Клиент;Дата;Сумма\r\n" + "".join(
    f"ООО «Ромашка №{k}»;0{k % 9 + 1}.03.2024;1\u00a0{k:03d},50\r\n" for k in range(40)
)


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__dot__", "."), content)
    return buffer.getvalue()


def load(*paths: Path, folder: Path) -> tuple[list[str], list[tuple], int]:
    """The names, the rows and the number of lines that could not be split."""
    with duckdb.connect() as engine:
        texts = [plain.readable(path, folder) for path in paths]
        names = lines.text_columns(engine, texts[0])
        unsplit = lines.load_text(engine, texts, names, name="loaded")
        return names, engine.execute("SELECT * FROM loaded").fetchall(), unsplit


# Kinds, packings, encodings -------------------------------------------------------------------------------------------

SAME = {
    "plain.csv": TABLE.encode(),
    "upper.CSV": TABLE.encode(),
    "no_ending": TABLE.encode(),
    "bom.csv": b"\xef\xbb\xbf" + TABLE.encode(),
    "utf16.csv": TABLE.encode("utf-16"),
    "packed.csv.gz": gzip.compress(TABLE.encode()),
    "packed.csv.bz2": bz2.compress(TABLE.encode()),
    "packed.csv.xz": lzma.compress(TABLE.encode()),
    "packed.zip": zipped(table__dot__csv=TABLE),
    "from_a_mac.zip": zipped(table__dot__csv=TABLE, __MACOSX="\0\0"),
    "utf16.csv.gz": gzip.compress(TABLE.encode("utf-16")),
    "tabs.tsv": TABLE.replace(",", "\t").encode(),
    "pipes.txt": TABLE.replace(",", "|").encode(),
    "semicolons.csv": TABLE.replace(",", ";").encode(),
    "blanks.txt": TABLE.replace(",", "   ").replace("\n", "\n  ").encode(),
    "windows.csv": TABLE.replace("\n", "\r\n").encode(),
    "old_mac.csv": TABLE.replace("\n", "\r").encode(),
    "put_together.csv": (HEAD + "\r\n" + "\r\n".join(ROWS[:20]) + "\n" + "\n".join(ROWS[20:])).encode(),
    "all_quoted.csv": "\n".join('"' + line.replace(",", '","') + '"' for line in TABLE.splitlines()).encode(),
    "blank_lines.csv": TABLE.replace("\n", "\n\n").encode(),
}


@pytest.mark.parametrize("name", SAME)
def test_every_form_of_the_same_table_is_the_same_table(name, tmp_path):
    names, rows, unsplit = load(put(tmp_path, name, SAME[name]), folder=tmp_path)
    assert names == HEAD.split(",")
    assert rows == [tuple(row.split(",")) for row in ROWS]
    assert unsplit == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16"])
def test_russian_in_every_usual_encoding(encoding, tmp_path):
    text = RUSSIAN if encoding not in {"koi8-r", "cp866"} else re.sub("[«»№]", "", RUSSIAN)  # which they do not have
    names, rows, unsplit = load(put(tmp_path, "клиенты.csv", text.encode(encoding)), folder=tmp_path)
    assert names == ["Клиент", "Дата", "Сумма"]
    assert (len(rows), unsplit) == (40, 0)
    assert rows[3] == tuple(text.splitlines()[4].split(";"))


def test_western_letters(tmp_path):
    text = "who,when\n" + "José Peña,2024-01-05\nMüller & Söhne,2024-02-01\n" * 20
    _, rows, _ = load(put(tmp_path, "a.csv", text.encode("latin-1")), folder=tmp_path)
    assert {row[0] for row in rows} == {"José Peña", "Müller & Söhne"}


def test_the_register_of_russian_accounting(tmp_path):
    names, rows, unsplit = load(samples.sample_path("ru_clients"), folder=tmp_path)
    assert names == ["Клиент", "Договор", "Начало", "Окончание", "Регион", "Сумма"]
    assert (len(rows), unsplit) == (153, 0)


def test_fixed_width_columns_with_leading_blanks(tmp_path):
    # As in CDNOW_master.txt, where the head is set in like the rows.
    lines = [" id       date cds  value", " 00001 19970101  1   11.77", " 00002 19970112 10  112.00"]
    text = "\n".join(lines)
    names, rows, _ = load(put(tmp_path, "a.txt", text), folder=tmp_path)
    assert names == ["id", "date", "cds", "value"]
    assert rows == [("00001", "19970101", "1", "11.77"), ("00002", "19970112", "10", "112.00")]


def test_several_files_of_one_pattern_are_one_table(tmp_path):
    put(tmp_path, "2024-01.csv", TABLE)
    put(tmp_path, "2024-02.csv", "when,paid,who\n2024-03-01,5,other\n")  # the same columns in another order
    names, rows, _ = load(*files.resolve(tmp_path / "2024-*.csv"), folder=tmp_path)
    assert len(rows) == len(ROWS) + 1
    assert dict(zip(names, rows[-1], strict=True)) == {"who": "other", "when": "2024-03-01", "paid": "5"}


KINDS = {
    "text": ("a.csv", "a.TSV", "a.csv.gz", "a.zip", "a", "a.2024"),
    "parquet": ("a.parquet", "a.pq", "v1.2.parquet"),
    "spreadsheet": ("a.xlsx", "a.ods"),
}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in KINDS.items() for name in names])
def test_kinds_go_by_the_ending(name, kind):
    assert files.kind_of(Path(name)) == kind


def test_files_of_arrow_and_feather(tmp_path):
    frame = pd.DataFrame({"client_id": ["007", "8"], "date": pd.to_datetime(["2024-01-05", "2024-02-05"])})
    table = pa.Table.from_pandas(frame)
    frame.to_feather(tmp_path / "1.feather")
    for name, new in (("2.feather", pa.ipc.new_file), ("3.feather", pa.ipc.new_stream)):
        with new(str(tmp_path / name), table.schema) as target:
            target.write_table(table)
    base = read_orders(str(tmp_path / "?.feather"))
    assert (base.quality.rows_used, base.customers) == (6, 2)
    assert "4 rows repeat" not in str(base.quality), "nothing was paid twice"
    assert peek.columns_of(tmp_path / "3.feather") == ["client_id", "date"]
    frame.rename(columns={"date": "day"}).to_feather(tmp_path / "4.feather")
    (tmp_path / "5.arrow").write_bytes(b"ARROW1 and no more")
    (tmp_path / "6.arrow").write_bytes(b"")
    for name, said in (
        ("?.feather", "4.feather has other columns than 1.feather"),
        ("5.arrow", "5.arrow cannot"),
        ("6.arrow", "6.arrow cannot"),
    ):
        with pytest.raises(errors.SourceError, match=said):
            read_orders(str(tmp_path / name), customer="client_id", at="date")


def test_what_lies_beside_the_tables_of_a_zip_is_none(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.csv", "b.csv", "docs/README.txt", "notes.md"):
            archive.writestr(name, "client_id,date\n1,2024-01-05\n" if name.endswith(".csv") else "hi")
    assert read_orders(tmp_path / "a.zip").quality.rows_used == 2


def test_a_parquet_file_is_only_looked_through(tmp_path):
    pd.DataFrame({"who": ["a"], "when": [pd.Timestamp("2024-01-05")]}).to_parquet(tmp_path / "a.parquet")
    with duckdb.connect() as engine:
        files.load_parquet(engine, [tmp_path / "a.parquet"], name="seen")
        assert engine.execute("SELECT who FROM seen").fetchall() == [("a",)]
    assert peek.columns_of(tmp_path / "a.parquet") == ["who", "when"]


SHEET = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>who</t></is></c><c r="B1" t="inlineStr"><is><t>when</t></is></c></row>
<row r="2"><c r="A2"><v>17850</v></c><c r="B2" t="d"><v>2024-01-05T10:00:00</v></c></row></sheetData></worksheet>"""
RELATION = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'  # fmt: skip  # noqa: E501 - one line of a file format
WORKBOOK = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>"""
TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""


def test_a_spreadsheet(tmp_path):
    pytest.importorskip(
        "python_calamine", reason="what reads spreadsheets is not installed: pip install 'crrkit[excel]'"
    )
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr("_rels/.rels", RELATION.format(kind="officeDocument", target="xl/workbook.xml"))
        book.writestr("xl/workbook.xml", WORKBOOK)
        book.writestr("xl/_rels/workbook.xml.rels", RELATION.format(kind="worksheet", target="worksheets/sheet1.xml"))
        book.writestr("xl/worksheets/sheet1.xml", SHEET)
    taken, notes = sheets.read_sheets(tmp_path / "a.xlsx")
    rows = taken[0].rows.to_dict("records")
    assert notes == ()
    assert rows == [{"who": 17850, "when": pd.Timestamp("2024-01-05 10:00")}]
    assert read_orders(tmp_path / "a.xlsx", customer="who", at="when").quality.rows_used == 1


# Quotes ---------------------------------------------------------------------------------------------------------------


QUOTED = {
    '"c5",2024-01-05,1': "c5",
    '"Ltd, Smith",2024-01-05,1': "Ltd, Smith",
    '"a\nb",2024-01-05,1': "a\nb",
    '"say ""x""",2024-01-05,1': 'say "x"',
    'c"5,2024-01-05,1': 'c"5',
}


@pytest.mark.parametrize("written", QUOTED)
@pytest.mark.parametrize("before", [0, 21_000])  # the engine looks at 20,000 rows to see how a file is written
def test_quotes_mean_the_same_wherever_they_begin(written, before, tmp_path):
    text = "\n".join([HEAD, *["z,2024-01-05,1"] * before, written, *["z,2024-01-05,1"] * 3])
    _, rows, unsplit = load(put(tmp_path, "a.csv", text), folder=tmp_path)
    assert (len(rows), unsplit) == (before + 4, 0)
    assert {row[0] for row in rows} == {"z", QUOTED[written]}


@pytest.mark.parametrize("before", [3, 21_000])
def test_a_quote_that_is_never_closed_swallows_nothing(before, tmp_path):
    text = "\n".join([HEAD, *["z,2024-01-05,1"] * before, '"c5,2024-01-05,1', *["y,2024-01-05,1"] * 100])
    _, rows, unsplit = load(put(tmp_path, "a.csv", text), folder=tmp_path)
    assert len(rows) + unsplit == before + 101
    assert sum(row[0] == "y" for row in rows) == 100


CLEAN = st.text(alphabet="abЯ 0189.-_'#", max_size=6).map(str.strip)
WILD = st.text(alphabet='ab,\n;" ', max_size=6).map(lambda text: text.replace('"', '""'))
FIELDS = st.one_of(CLEAN, st.builds('"{}"'.format, WILD))
LINES = st.lists(FIELDS, min_size=1, max_size=5).map(",".join)
PROPER = st.lists(FIELDS, min_size=3, max_size=3).map(",".join)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(PROPER, PROPER, LINES), min_size=1, max_size=25), st.sampled_from(["", "\n"]))
def test_every_line_is_a_row_or_counted(tmp_path, lines, ending):
    text = "\n".join([HEAD, "a,2024-01-05,1", *lines]) + ending
    records = [tuple(record) for record in csv.reader(io.StringIO(text)) if record][1:]
    names, rows, unsplit = load(put(tmp_path, "a.csv", text), folder=tmp_path)
    assert names == HEAD.split(",")
    assert len(rows) + unsplit == len(records)
    # Separators at the very end of a line open no field: spreadsheets leave such, as many as they like.
    whole = [record[:3] for record in records if len(record) >= 3 and not any(record[3:])]
    assert [tuple(value or "" for value in row) for row in rows] == whole


# Broken ---------------------------------------------------------------------------------------------------------------

RANDOM = bytes((7 * k * k + 13 * k + k // 251) % 256 for k in range(4000))
LONG = ("\n".join([HEAD, *(f"c{k * k % 7919},2024-01-05,{k}" for k in range(120_000))])).encode()
CORRUPT = bytearray(gzip.compress(TABLE.encode()))
CORRUPT[40] ^= 255
BROKEN = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b" \n\n", "is empty"),
    "only_a_mark.csv": (b"\xef\xbb\xbf", "is empty"),
    "junk.csv": (RANDOM, "is not a text file"),
    "junk.parquet": (RANDOM, "could not be read as a table"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
    "torn.csv.gz": (gzip.compress(TABLE.encode())[:-30], "cannot be read to its end"),
    "torn_far.csv.gz": (gzip.compress(LONG)[:-9000], "could not be read as a table"),
    "torn.csv.xz": (lzma.compress(TABLE.encode())[:-30], "cannot be read to its end"),
    "torn.csv.bz2": (bz2.compress(TABLE.encode())[:-30], "cannot be opened"),
    "torn.zip": (zipped(table__dot__csv=TABLE)[:-30], "cannot be opened"),
    "corrupt.csv.gz": (bytes(CORRUPT), "cannot be"),
    "not_packed.csv.gz": (TABLE.encode(), "cannot be opened"),
    "two.zip": (zipped(one__dot__csv=TABLE, two__dot__csv=TABLE), "holds 2 files"),
    "none.zip": (zipped(), "holds 0 files"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused_by_name(name, tmp_path):
    content, said = BROKEN[name]
    path = put(tmp_path, name, content)
    with pytest.raises(errors.SourceError, match=said) as refused, duckdb.connect() as engine:
        files.load_parquet(engine, [path], name="x") if name.endswith("parquet") else load(path, folder=tmp_path)
    assert str(refused.value).startswith(name)
    assert refused.value.argument == "source"


def test_a_single_endless_line_is_a_head_and_no_rows(tmp_path):
    names, rows, unsplit = load(put(tmp_path, "a.csv", "x" * 300_000), folder=tmp_path)
    assert (names, rows, unsplit) == (["x" * 300_000], [], 0)


def test_a_folder_and_a_missing_file_say_what_to_try(tmp_path):
    with pytest.raises(errors.SourceError, match=r"is a folder\. Name one file in it, or a pattern"):
        files.resolve(tmp_path)
    with pytest.raises(errors.SourceError, match=r"nothing\.csv was not found"):
        files.resolve(tmp_path / "nothing.csv")
    with pytest.raises(errors.SourceError, match=r"was not found"):
        files.resolve(tmp_path / "*.csv")


def test_files_of_different_kinds_are_not_one_table(tmp_path):
    put(tmp_path, "a.csv", TABLE)
    put(tmp_path, "a.parquet", b"")
    with pytest.raises(errors.SourceError, match="different kinds"):
        files.resolve(tmp_path / "a.*")


def test_files_of_one_pattern_with_other_columns_are_refused(tmp_path):
    put(tmp_path, "1.csv", TABLE)
    put(tmp_path, "2.csv", "whom,when,paid\na,2024-01-05,1\n")
    with pytest.raises(errors.SourceError, match=r"2\.csv has no column 'who', which 1\.csv has; its columns are whom"):
        load(tmp_path / "1.csv", tmp_path / "2.csv", folder=tmp_path)


def test_columns_of_one_name_are_told_as_they_stand(tmp_path):
    assert load(put(tmp_path, "a.csv", "who,when_1,when\na,b,c\n"), folder=tmp_path)[0] == ["who", "when_1", "when"]
    with duckdb.connect() as engine:
        twice = plain.readable(put(tmp_path, "b.csv", "who,when,when\na,b,c\n"), tmp_path)
        assert lines.text_columns(engine, twice) == ["who", "when", "when"]


def test_a_spreadsheet_that_is_none_or_has_no_reader_is_refused(tmp_path, monkeypatch):
    path = put(tmp_path, "a.xlsx", b"hello")
    with pytest.raises((errors.SourceError, errors.MissingDependencyError), match=r"a\.xlsx"):
        sheets.read_sheets(path)

    def no_reader(*_args, **_rules):
        raise ImportError

    monkeypatch.setattr(pd, "read_excel", no_reader)
    with pytest.raises(errors.MissingDependencyError, match=r"pip install 'crrkit\[excel\]'"):
        sheets.read_sheets(path)
