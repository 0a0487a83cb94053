"""One customer under one id however it was typed, and ids that are nobody's: taken as one, asked, or set aside."""

from __future__ import annotations

import unicodedata
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from crrkit.ground.errors import InputError, SourceError
from crrkit.read.bases.events import read_events
from crrkit.read.bases.readers import read_contracts, read_orders

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [f"2024-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)]


def log(ids: list, days: list[str] | None = None) -> pd.DataFrame:
    """One purchase a day for each id, in the order given."""
    return pd.DataFrame({"who": pd.Series(ids, dtype=object), "when": (days or DAYS)[: len(ids)], "paid": 10})


def read(ids: list, days: list[str] | None = None, **rules):
    return read_orders(log(ids, days), customer="who", at="when", amount="paid", **rules)


def people(base) -> list[str]:
    """Whose the used rows are, in the order of their days."""
    return base.table.order_by("at").select("customer").to_pyarrow()["customer"].to_pylist()


def reasons(base) -> dict[str, int]:
    return dict(zip(base.quality.table["reason"], base.quality.table["rows"], strict=True))


# One id in two spellings ----------------------------------------------------------------------------------------------


@pytest.mark.daily(4)
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["12346", "12346.0"], "12346"),
        (["12346", 12346.0], "12346"),  # an object column, as pandas makes it from files of different months
        (["Иванов", "Иванов\u00a0", "\u202fИванов", "Иванов\t"], "Иванов"),
        (["ООО Ромашка", "ООО  Ромашка", "ООО\u00a0Ромашка", "ООО\u2003 Ромашка"], "ООО Ромашка"),
        (["007", "\u200b007", "007\u200d", "\ufeff007", "0\u00ad07"], "007"),
        ([unicodedata.normalize(form, "Юлия Ёжик é") for form in ("NFC", "NFD")], "Юлия Ёжик é"),
        (["007", '="007"', "'007"], "007"),
        (
            ["{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"],
            "6F9619FF-8B86-D011-B42D-00CF4FC964FF",
        ),
        (["ann@x.example", "Ann@X.example", "ANN@x.example "], "ann@x.example"),
        (["C007", "С007", "C007"], "C007"),  # the second in Cyrillic
    ],
)
def test_what_nobody_can_see_does_not_tell_two_customers_apart(written, meant):
    base = read([*written, "9"])
    assert people(base) == [*[meant] * len(written), "9"]
    assert [note for note in base.quality.notes if note.startswith("1 customer id was written in more than one way")]
    assert not [note for note in base.quality.notes if meant in note], "notes are printed where no id may stand"


def test_the_note_counts_the_customers_not_the_spellings():
    base = read(["1.0", "1", "2", "2.0", "2 ", "3.0"])  # 1 and 2 in several spellings, 3 in one
    assert people(base) == ["1", "1", "2", "2", "2", "3"]
    assert base.quality.notes[0].startswith("2 customer ids were written in more than one way")


@pytest.mark.parametrize(
    "ids",
    [
        ["1.10", "1.1", "2.0", "2.00"],  # versions: nothing is a number in a column with 1.10
        ["0101", "101", "1E2", "100"],
        ["O'007", "'); DROP TABLE", "'quoted'", "=7", "{7}"],
        ["С-Ёж", "C-Еж"],  # Cyrillic and Latin, but no digit: a name, and it is told rather than taken
        ["АВ-17", "КМ-17"],  # codes in Cyrillic alone stay as they are
        ["Total Energies", "testing"],
    ],
)
def test_what_may_be_two_customers_stays_two(ids):
    assert people(read(ids, fold=())) == ids


def test_whole_and_long_zeros_behind_the_point_are_asked():
    with pytest.raises(InputError, match=r"end in \.0 and in \.00"):
        read(["1.00", "1.0", "2.0"])


@pytest.mark.parametrize("values", [[True, False], [{"id": 1}, {"id": 2}], [1.0, float("inf")]])
def test_what_is_no_id_at_all_is_refused(values):
    frame = pd.DataFrame({"who": values, "when": DAYS[: len(values)]})
    with pytest.raises(InputError, match=r"which are not ids\. Name another column"):
        read_orders(frame, customer="who", at="when")


def test_bytes_that_are_no_text_are_refused():
    frame = pd.DataFrame({"who": [b"\x00\x07", b"\x00\x08"], "when": DAYS[:2]})
    with pytest.raises(InputError, match="holds bytes that are not text"):
        read_orders(frame, customer="who", at="when")


# Cells of a spreadsheet -----------------------------------------------------------------------------------------------


RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
Target="{target}"/></Relationships>"""
PARTS = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>""",
    "_rels/.rels": RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml"),
    "xl/workbook.xml": """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>""",
}
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(path: Path, rows: list[list[str | int]]) -> Path:
    """A workbook of one sheet: text is kept as text, numbers as numbers."""
    with zipfile.ZipFile(path, "w") as book:
        for name, part in PARTS.items():
            book.writestr(name, part)
        lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        book.writestr("xl/worksheets/sheet1.xml", SHEET.format(lines))
    return path


def cell(value: str | int) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>' if isinstance(value, str) else f"<c><v>{value}</v></c>"


def test_cells_of_a_spreadsheet_are_ids_as_typed(tmp_path: Path):
    pytest.importorskip("python_calamine", reason="spreadsheets are read with python-calamine: crrkit[excel]")
    rows = [[name, day] for name, day in zip(["0101", "101", "1E2", "100", 7, "7", "NA", "0101"], DAYS, strict=False)]
    base = read_orders(workbook(tmp_path / "a.xlsx", [["who", "when"], *rows]), customer="who", at="when")
    assert people(base) == ["0101", "101", "1E2", "100", "7", "7", "0101"]
    assert reasons(base) == {"no customer id": 1}


def test_two_hundred_pairs_with_and_without_a_zero_are_four_hundred_customers(tmp_path: Path):
    pytest.importorskip("python_calamine", reason="spreadsheets are read with python-calamine: crrkit[excel]")
    rows = [[f"{zero}{n}", day] for day in DAYS[:3] for n in range(101, 301) for zero in ("0", "")]
    base = read_orders(workbook(tmp_path / "a.xlsx", [["who", "when"], *rows]), customer="who", at="when")
    assert len(set(people(base))) == 400
    said = (
        "400 customer ids are written with and without leading zeros. Use fold='zeros' if they are the same customers."
    )
    assert base.quality.notes == base.quality.doubts == (said,), "so many are said before every rate"


def test_numbers_with_a_decimal_comma_are_whole_numbers_and_grouped_ones_are_not():
    assert people(read(["17850,0", "17850", "9,00"])) == ["17850", "17850", "9"]
    assert people(read(["17,000", "17,001"], fold=())) == ["17,000", "17,001"]


def test_ids_that_are_masked_are_said():
    (doubt,) = read(["****1234", "9", "XXXX-XXXX-5678", "10"]).quality.doubts
    assert doubt.startswith("2 ids are masked, as numbers of cards are (****1234): several customers may share one.")
    assert not any("masked" in doubt for doubt in read([str(k) for k in range(40)] + ["**7"]).quality.doubts)


def test_a_column_that_a_sheet_has_twice_is_refused_and_its_margins_are_left_out(tmp_path: Path):
    pytest.importorskip("python_calamine", reason="spreadsheets are read with python-calamine: crrkit[excel]")
    twice = workbook(tmp_path / "a.xlsx", [["who", "when", "paid", "paid"], ["a", DAYS[0], 1, 2]])
    with pytest.raises(SourceError, match="more than one column called 'paid'"):
        read_orders(twice, customer="who", at="when", amount="paid")
    inside = workbook(tmp_path / "b.xlsx", [["", "", ""], ["", "who", "when"], ["", "a", DAYS[0]]])
    assert people(read_orders(inside, customer="who", at="when")) == ["a"]
    with pytest.raises(SourceError, match="is empty"):
        read_orders(workbook(tmp_path / "c.xlsx", [["", ""]]), customer="who", at="when")


# Ids that may be one --------------------------------------------------------------------------------------------------

DOUBTS = {
    "case": (["anna", "Anna"], "anna"),
    "yo": (["Петр", "Пётр"], "Петр"),
    "look-alikes": (["Cаша", "Саша"], "Caшa"),  # the first letter in Latin and in Cyrillic
    "phones": (["+7 900 000-00-07", "89000000007", "8(900)000-00-07", "79000000007"], "79000000007"),
    "marks": (["ООО «Луч»", 'ООО "Луч"', "ООО Луч"], "ООО Луч"),
    "order": (["ООО «Луч»", "Луч ООО"], "Луч ООО"),
    "zeros": (["009", "9"], "9"),
    "prefix": (["9", "SHOP-9"], "9"),
}


@pytest.mark.daily(2)
@pytest.mark.parametrize("fold", DOUBTS)
def test_ids_that_may_be_one_are_asked_where_they_are_many(fold):
    ids, common = DOUBTS[fold]
    with pytest.raises(
        InputError, match=f"Use fold='{fold}' if they are the same customers, or fold=\\(\\) if"
    ) as asked:
        read(ids)
    assert asked.value.argument == "fold"
    assert set(people(read(ids, fold=fold))) == {common}
    assert people(read(ids, fold=())) == ids


@pytest.mark.parametrize("fold", DOUBTS)
def test_ids_that_may_be_one_are_told_where_they_are_few(fold):
    ids, common = DOUBTS[fold]
    many = [f"{n}" for n in range(101, 180)]  # 79 others: two of 81 are less than 5 %, four of 83 too
    base = read([*ids, *many], fold=None)
    assert people(base)[: len(ids)] == ids
    assert [note for note in base.quality.notes if note.endswith(f"Use fold='{fold}' if they are the same customers.")]
    assert people(read([*ids, *many], fold=[fold]))[: len(ids)] == [common] * len(ids)


@pytest.mark.parametrize("fold", ["zeros", "prefix"])
def test_two_forms_that_are_in_use_side_by_side_are_told_only(fold):
    ids, _common = DOUBTS[fold]
    base = read([*ids, *ids])  # a, b, a, b: neither form ends where the other begins
    assert people(base) == [*ids, *ids]
    assert base.quality.notes[-1].startswith("2 customer ids are written with and without")


def test_letters_in_front_are_doubtful_only_beside_the_bare_number():
    assert read(["SHOP-9", "MAIN-9"]).quality.notes == ()


def test_every_reader_takes_the_same_rules():
    frame = pd.DataFrame({"who": ["anna", "Anna", "b"], "when": DAYS[:3], "until": None, "what": "purchase"})
    contracts = read_contracts(frame, customer="who", start="when", end="until", fold="case", nobody=["anna"])
    events = read_events(frame, customer="who", at="when", kind="what", fold="case")
    assert people(events) == ["anna", "anna", "b"]
    assert reasons(contracts) == {"id of nobody in particular": 2}


def test_an_unknown_difference_is_refused():
    with pytest.raises(InputError, match="fold"):
        read(["a"], fold="typos")


# Ids that are lost, and ids of nobody ---------------------------------------------------------------------------------


def test_ids_that_a_spreadsheet_rounded_are_set_aside_by_name():
    base = read(["7.90001E+11", "a", "b", "c", "7,9E+10"])
    assert people(base) == ["a", "b", "c"]
    assert reasons(base) == {"id rounded by a spreadsheet": 2}
    with pytest.raises(SourceError, match="Export the ids again as text"):
        read(["7.90001E+11", "7.90002E+11", "a"])


NOBODIES = [
    "guest", "GUEST", "test", "Розничный покупатель", "Частное лицо", "Аноним", "Касса 2", "Guest Checkout", "...",
    "Удалённый пользователь", "test@test.com", "no-reply@shop.example", "00000000-0000-0000-0000-000000000000",
    "+70000000000", "none@none.com", "Test 1", "Физ. лица", "Розничный покупатель (магазин)", "no email",
]  # fmt: skip


@pytest.mark.parametrize("word", NOBODIES)
def test_rows_of_nobody_in_particular_are_set_aside_by_name(word):
    base = read([word, "a", word, "b"])
    assert people(base) == ["a", "b"]
    assert reasons(base) == {"id of nobody in particular": 2}
    assert base.quality.notes[0].startswith(f"Ids that stand for nobody in particular are set aside: {word}.")
    assert "They stand in 2 rows, 50.0% of all" in base.quality.notes[0]
    assert people(read([word, "a", word, "b"], nobody=())) == [word, "a", word, "b"]


def test_nobody_can_be_named():
    base = read(["99", "a", "guest", "99"], nobody=["99"])
    assert people(base) == ["a", "guest"]


@pytest.mark.parametrize(
    ("ids", "nobody"),
    [
        (["0", "0", "0", "7", "8"], 3),  # three rows under 0, one under any other
        (["0", "0", "7", "8"], 0),  # not outstanding: ids may be counted from 0
        ([0, 1, 2, 0, 1, 2], 0),
        ([0, 0, 0, 0, 1, 2], 4),
        ([-1, 5, 6], 1),
        ([-1, -2, 5], 0),  # numbers below 0 are ids here
        (["000", "000", "000", "7"], 3),
    ],
)
def test_nought_and_minus_one_are_nobody_only_where_no_customer_can_have_them(ids, nobody):
    assert reasons(read(ids)).get("id of nobody in particular", 0) == nobody


def test_numbers_that_may_be_nobody_are_said_and_not_set_aside():
    def doubts(*more: str) -> tuple[str, ...]:
        ids = [*[str(100_000 + i % 40) for i in range(160)], *["100000"] * 4, *more]  # a good customer has 8 rows
        days = [f"2024-01-{1 + i % 28:02d}" for i in range(len(ids))]
        return read_orders(pd.DataFrame({"who": ids, "when": days}), customer="who", at="when").quality.doubts

    (doubt,) = doubts(*["999999"] * 14)
    assert doubt.startswith("The id 999999 lies outside the numbers of all others and has more rows than most")
    assert "use nobody=['999999']" in doubt
    (doubt,) = doubts(*["00000"] * 14, "guest", "guest")
    assert "use nobody=['guest', '00000']" in doubt
    for fine in (["999999"] * 5, ["100033"] * 14, ["482913"] * 14, [*"abcdefgh", *["999999"] * 14]):
        assert doubts(*fine) == (), fine[-1]


@pytest.mark.daily(1)
@pytest.mark.parametrize("seed", range(8))
def test_whole_numbers_looked_at_in_the_engine_are_those_fetched_as_text(seed: int, tmp_path: Path) -> None:
    dice = np.random.default_rng(seed)
    odd = dice.choice([0, -1, -7, 1111, 99999, 12345, 123450], int(dice.integers(0, 4)))
    ids = np.concatenate([dice.integers(1, 40, 120), odd.repeat(dice.integers(1, 60))])
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(dice.integers(0, 90, len(ids)), unit="D")
    frame = pd.DataFrame({"customer": ids, "at": days})
    frame.to_parquet(tmp_path / "numbers.parquet")
    frame.astype({"customer": str}).to_parquet(tmp_path / "texts.parquet")
    numbers, texts = (read_orders(tmp_path / f"{name}.parquet") for name in ("numbers", "texts"))
    assert numbers.quality.notes == texts.quality.notes
    assert numbers.quality.table.equals(texts.quality.table)


def test_ids_in_floats_are_whole_numbers_and_one_that_is_missing_is_nobody(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-01-05", "2024-01-17", "2024-02-01", "2024-03-02"])
    pd.DataFrame({"customer": [7.0, np.nan, 9.0, 7.0], "at": days}).to_parquet(tmp_path / "floats.parquet")
    base = read_orders(tmp_path / "floats.parquet")
    assert (base.quality.rows_used, base.table["customer"].type().is_integer()) == (3, True)


def regulars(months: int, *, anew: int | None = None) -> pd.DataFrame:
    """Sixty customers, most of whom buy in most months; in one month their ids may be given anew."""
    dice = np.random.default_rng(3)
    rows = [
        (who, pd.Timestamp("2023-01-01") + pd.DateOffset(months=month) + pd.Timedelta(days=int(dice.integers(0, 28))))
        for who in range(60) for month in range(months) if dice.random() < 0.7
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["who", "when"])
    if anew is not None:
        day = pd.Timestamp("2023-01-15") + pd.DateOffset(months=anew)
        table["who"] = table["who"].where(table["when"] < day, table["who"] + 5000)
    return table


@pytest.mark.parametrize("months", [7, 30])
def test_ids_that_were_given_anew_in_their_old_form_are_said(months, tmp_path: Path) -> None:
    regulars(months, anew=3).to_parquet(tmp_path / "a.parquet")
    for source in (tmp_path / "a.parquet", regulars(months, anew=3), regulars(months, anew=3).astype({"who": str})):
        (doubt,) = read_orders(source, customer="who", at="when").quality.doubts
        assert doubt.startswith("No id has rows both before and after 2023-04, as many have around other months.")
    assert read_orders(regulars(months), customer="who", at="when").quality.doubts == ()


def test_customers_who_never_come_back_were_not_given_other_ids() -> None:
    days = pd.date_range("2023-01-01", periods=300)
    table = pd.DataFrame({"who": [k // 2 for k in range(300)], "when": days})  # each buys on two days in a row
    assert read_orders(table, customer="who", at="when").quality.doubts == ()
