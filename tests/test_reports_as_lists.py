"""Reports and exports that only look like lists: totals, merged cells, currencies, ids that changed."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pytest
from test_layout import workbook

from crrkit import InputError, SourceError, guess, read_orders

if TYPE_CHECKING:
    from pathlib import Path

    from crrkit import OrderBase

NAMED = {"customer": "who", "at": "when", "amount": "paid"}
DAYS = [f"2024-{1 + k // 10:02d}-{1 + k % 10 * 2:02d}" for k in range(60)]


def orders(ids: list[str], *, said: dict[str, object] | None = None, **columns: list[str]) -> OrderBase:
    """A list with an id a day."""
    frame = pd.DataFrame({"who": ids, "when": DAYS[: len(ids)], "paid": ["10"] * len(ids), **columns})
    return read_orders(frame, **NAMED, **(said or {}))


def people(base: OrderBase) -> list[str]:
    return sorted(base.table.to_pandas()["customer"].unique())


def reasons(base: OrderBase) -> dict[str, int]:
    return dict(base.quality.to_pandas()[["reason", "rows"]].itertuples(index=False))


LINE = "heading, total or group line"


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "title",
    ["Итого", "ВСЕГО:", "Итого за январь", "Итого: ann", "ann total", "Total for bob", "January total", "Q1 total",
     "Total 2024", "Общий итог", "bob итог"],
)  # fmt: skip
def test_titles_of_totals_are_nobody(title: str) -> None:
    base = orders(["ann", "bob", title, "ann"])
    assert (people(base), reasons(base)) == (["ann", "bob"], {LINE: 1})


@pytest.mark.parametrize("total", ["Итого,,,2010", ",Итого,,2010", ",,,2010"])
def test_a_total_of_all_is_no_revenue_of_somebody_unknown(tmp_path: Path, total: str) -> None:
    rows = [*(f"{i},2024-01-{1 + i % 28:02d},c{i % 9},10" for i in range(200)), ",2024-01-09,,10"]
    (tmp_path / "a.csv").write_text("\n".join(["no,when,who,paid", *rows, total]), encoding="utf-8")
    quality = read_orders(tmp_path / "a.csv", **NAMED).quality
    assert quality.revenue_of("no customer id") == pytest.approx(10 / 2010)
    assert quality.doubts == (), "half of all money would be of unknown customers"


@pytest.mark.parametrize("total", ["Итого,,2010,", ",,2010,", "Итого,,2010,checked"])
def test_nobody_is_asked_what_the_state_of_a_total_means(tmp_path: Path, total: str) -> None:
    rows = [f"c{i % 9},2024-01-{1 + i % 28:02d},10,{'отменён' if i == 4 else 'оплачен'}" for i in range(20)]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(["who,when,paid,Статус", *rows, total]), encoding="utf-8")
    base = read_orders(file, **NAMED)
    assert (base.quality.doubts, base.quality.rows_used) == ((), 19)
    file.write_text("\n".join(["who,when,paid,Статус", *rows, "c1,2024-02-01,10,", total]), encoding="utf-8")
    (doubt,) = read_orders(file, **NAMED).quality.doubts
    assert "also says '' (1)" in doubt, "the row that counts is still in doubt"


def test_states_of_a_report_that_names_each_customer_once_are_still_in_doubt(tmp_path: Path) -> None:
    rows = ["c1,,,", ",2024-01-05,10,gold", ",2024-01-15,10,blue", "c2,,,", ",2024-02-05,10,gold", ",2024-02-07,9,paid"]
    (tmp_path / "a.csv").write_text("\n".join(["who,when,paid,status", *rows]), encoding="utf-8")
    base = read_orders(tmp_path / "a.csv", **NAMED)
    assert base.quality.rows_used == 4
    assert "also says 'gold' (2), 'blue' (1)" in base.quality.doubts[0]


@pytest.mark.parametrize("name", ["Total Energies", "Totalis", "Kenneth total", "Итогов", "Sum 41", "Subtotalia"])
def test_names_with_such_a_word_are_customers(name: str) -> None:
    assert people(orders(["ann", name, name, "ann"])) == sorted(["ann", name])


def test_a_heading_that_is_repeated_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,when,paid\na,2024-01-05,1\nwho,when,paid\nwho,2024-01-06,2\n")
    base = read_orders(tmp_path / "a.csv", **NAMED)
    assert (people(base), reasons(base)) == (["a", "who"], {LINE: 1}), "who may be a name, with a date"


def test_merged_cells_hold_their_value_in_every_row_but_sums_do_not(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="spreadsheets are read with python-calamine: crrkit[excel]")
    rows = [["who", "when", "paid"], ["a", "2024-01-05", "1"], [None, "2024-02-05", None], ["b", "2024-01-07", "4"]]
    file = workbook(tmp_path / "a.xlsx", {"one": rows})
    merge = '</sheetData><mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="C2:C3"/></mergeCells>'
    changed(file, "</sheetData>", merge)
    changed(file, '<row r="4">', '<row r="4" hidden="1">')
    base = read_orders(file, **NAMED)
    frame = base.table.to_pandas().sort_values(["customer", "at"])
    assert frame["customer"].tolist() == ["a", "a", "b"]
    assert frame["amount"].fillna(0).tolist() == [1.0, 0.0, 4.0], "a sum is not of each row"
    assert [note.partition(": ")[2] for note in base.quality.notes] == [
        "hidden rows, which are read like the others: 1. Delete them first if they should not count.",
        "cells merged over several rows, whose value was taken for each row: 1.",
    ]


def changed(book: Path, before: str, after: str) -> None:
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(book, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(before.encode(), after.encode()))


def test_records_within_records_and_lists_in_place_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([
        {"customer": {"id": "007", "a'b": {"c.d": 1}}, "date": "2024-01-05", "total": 5, "lines": [{"x": 1}]},
        {"customer": {"id": "008"}, "date": "2024-01-06", "total": 6},
    ]))  # fmt: skip
    base = read_orders(tmp_path / "a.json")
    assert base.quality.columns["customer"] == "customer.id"
    assert people(base) == ["007", "008"]
    (tmp_path / "b.json").write_text(json.dumps({"orders": [{"customer": "a", "date": "2024-01-05"}]}))
    assert people(read_orders(tmp_path / "b.json")) == ["a"]
    (tmp_path / "b.json").write_text(json.dumps({"orders": ["a", "b"]}))
    with pytest.raises(SourceError, match="holds lists under orders, not records"):
        read_orders(tmp_path / "b.json")


def test_a_list_under_a_name_is_read_and_of_two_it_is_asked(tmp_path: Path) -> None:
    file, rows = tmp_path / "a.json", '[{"customer": {"id": "007"}, "date": "2024-01-05", "total": 1.50}]'
    file.write_text(f'{{"made_at": "2024-03-01", "data": {{"or\'ders": {rows}}}}}')
    base = read_orders(file)
    assert people(base) == ["007"]
    assert base.money.to_pandas()["amount"].tolist() == [1.5]
    assert 'a.json holds a list of records under "data.or\'ders", which was read.' in base.quality.notes
    assert guess(file).columns["customer"] == "customer.id"
    file.write_text(f'{{"orders": {rows}, "refunds": {rows}}}')
    for door in (read_orders, guess):
        with pytest.raises(
            InputError, match=r"several lists of records: 'orders', 'refunds'\. Say which one with sheet="
        ):
            door(file)
    assert people(read_orders(file, sheet="refunds")) == ["007"]
    with pytest.raises(InputError, match="no list of records under 'order', but under 'orders', 'refunds'"):
        read_orders(file, sheet="order")


def test_several_currencies_beside_the_amounts_are_refused_or_a_segment() -> None:
    for column, words in {
        "currency": ["USD", "EUR"],
        "Валюта": ["руб.", "USD"],
        "ccy": ["643", "840"],
        "pay_cur": ["EUR", "USD"],
    }.items():
        with pytest.raises(InputError, match="in several currencies"):
            orders(["a", "b"], **{column: words})
        told = orders(["a", "b"], **{column: words}, said={"by": column}).quality.doubts
        assert told[0].startswith("Amounts are in several currencies")
    assert orders(["a", "b"], currency=["RUB", "руб."]).quality.doubts == (), "one currency in two spellings"
    assert orders(["a", "b"], currency_rate=["1.5", "2.5"]).quality.rows_used == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("100{}", "6f9619ff-8b86-d011-b42d-00cf4fc964f{}", "digits until Jan 19, 2024, GUIDs from Feb 1, 2024 on"),
        ("10{}", "10{}-SHOP", "digits until Jan 19, 2024, digits and letters from Feb 1, 2024 on"),
        ("a{}@x.org", "1{}", "mail addresses until Jan 19, 2024, digits from Feb 1, 2024 on"),
    ],
)
def test_ids_that_change_their_form_are_in_doubt(old: str, new: str, said: str) -> None:
    before, after = ([form.format(k) for k in range(10)] for form in (old, new))
    assert any(f"The ids change their form: {said}" in doubt for doubt in orders(before + after).quality.doubts)
    mixed = [one for pair in zip(before, after, strict=True) for one in pair]
    assert not any("change their form" in doubt for doubt in orders(mixed).quality.doubts)


def test_ids_whose_last_digits_are_lost_are_in_doubt() -> None:
    lost = [f"42763800123456{k}00" for k in "123"] * 2
    assert any("a spreadsheet has lost the last digits" in doubt for doubt in orders(lost).quality.doubts)
    assert not any("digits" in doubt for doubt in orders([*lost, "4276380012345612"]).quality.doubts)


def test_times_with_an_offset_are_said_to_be_in_utc() -> None:
    frame = pd.DataFrame({"who": ["a"], "when": ["2024-01-05T01:00:00+03:00"], "paid": ["1"]})
    assert "no zone= was said" in read_orders(frame, **NAMED).quality.notes[0]
    assert read_orders(frame, **NAMED, zone="Europe/Moscow").quality.notes == ()


def test_rows_that_repeat_others_are_noted_wherever_they_come_from(tmp_path: Path) -> None:
    frame = pd.DataFrame({"who": ["a", "a", "b"], "when": ["2024-01-05"] * 3, "paid": [1, 1, 2], "of": ["x", "x", "x"]})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_json(tmp_path / "a.json", orient="records", lines=True)
    frame.iloc[:1].to_csv(tmp_path / "part1.csv", index=False)
    frame.iloc[1:].to_csv(tmp_path / "part2.csv", index=False)
    sources = [frame, *[tmp_path / name for name in ("a.parquet", "a.json", "part*.csv")]]
    said = {str(source)[:20]: " ".join(read_orders(source, **NAMED).quality.notes) for source in sources}
    assert all("1 row repeats another in every column" in notes for notes in said.values()), said
    other = frame.assign(of=["x", "y", "x"])
    assert "repeats" not in " ".join(read_orders(other, **NAMED).quality.notes), "the goods differ"


def test_ids_are_folded_in_another_engine(tmp_path: Path) -> None:
    engine = ibis.sqlite.connect(tmp_path / "a.db")
    rows = pd.DataFrame({"who": ["Anna", "anna", "guest"], "when": ["2024-01-05"] * 3})
    table = engine.create_table("log", rows)
    assert people(read_orders(table, customer="who", at="when", fold="case")) == ["anna"]
