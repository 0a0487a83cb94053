"""Around a report: logo, author, note, a workbook of its tables, a PDF by the Chromium that is there."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from report_worlds import account

from crrkit.ground import InputError, MissingDependencyError, SourceError, chromium, use_language
from crrkit.report.html import WITHHELD_MARK, element, row_block, table_block
from crrkit.report.page import PageHeader, build_page, logo_of
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.workbook import tables_of, workbook, workbook_of

if TYPE_CHECKING:
    from pathlib import Path

KEPT = account((20, 20, 0), (30, 20, 0), (25, 10, 0))


def read_back(book: bytes) -> dict[str, pd.DataFrame]:
    return pd.read_excel(io.BytesIO(book), sheet_name=None, engine="calamine")


def page(rows: list[list[str]], heads: list[str]) -> str:
    return element("section", table_block(heads, [row_block(*row) for row in rows], label="x"), id="here")


def test_the_workbook_holds_the_numbers_of_the_page_as_numbers() -> None:
    parts = sections(Subject(KEPT))
    found = read_back(workbook_of(build_page(parts, KEPT, PageHeader("March")), parts))
    table = found["The account"]
    assert list(table["lost"]) == [20, 30, 25]
    assert list(table["CRR"]) == [0.8, 0.7, 0.722]  # as printed: 80.0 %, 70.0 %, 72.2 %


@pytest.mark.parametrize(
    ("lang", "currency", "form"),
    [
        ("en", "EUR", "[$€]#,##0"), ("ru", "RUB", "#,##0\\ [$₽]"), ("en", "CHF", "#,##0\\ [$CHF]"),
        ("en", None, "#,##0"),
    ],
)  # fmt: skip
def test_sums_of_money_carry_the_format_of_their_currency(lang: str, currency: str | None, form: str) -> None:
    heads = ["period", f"gone, {currency or 'EUR'}", "lost", "paid"]
    written = page([["2024", "1,200", "12", "3.5"]] if lang == "en" else [["2024", "1\xa0200", "12", "3,5"]], heads)
    with use_language(lang):
        tables = tables_of(written, {}, currency=currency)
        book = workbook(tables, currency=currency)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        styles, sheet = (parts.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
    forms = dict(re.findall(r'numFmtId="(\d+)" formatCode="([^"]*)"', styles))
    used = re.findall(r"<xf[^>]*>", styles[styles.index("<cellXfs") :])
    shown = [used[int(style)] for style in re.findall(r'<c r="[B-D]2" s="(\d)"', sheet)]
    assert [forms[re.search(r'numFmtId="(\d+)"', one)[1]] for one in shown] == [form, "#,##0", "#,##0.00"]


def test_what_is_withheld_or_missing_stays_a_sign_and_no_zero() -> None:
    (table,) = tables_of(page([["a", "1,200", "66.2%"], ["b", WITHHELD_MARK, "–"]], ["x", "n", "r"]), {}).values()
    assert table.to_numpy().tolist() == [["a", 1200.0, 0.662], ["b", WITHHELD_MARK, "–"]]


def test_a_russian_page_gives_the_same_numbers() -> None:
    with use_language("ru"):
        (table,) = tables_of(
            page([["a", "1\xa0200", "66,2\xa0%", "−3"]], ["x", "n", "r", "d"]), {"here": "Тут"}
        ).values()
    assert table.to_numpy().tolist() == [["a", 1200.0, 0.662, -3.0]]


def test_nothing_in_a_workbook_computes_and_names_of_sheets_fit() -> None:
    hostile = '=HYPERLINK("http://x")<&>\x07'
    tables = {
        "a/b*" * 20: pd.DataFrame({hostile: [hostile]}),
        "A b " * 20: pd.DataFrame({"crr": [0.5, None], "n": [1, 2]}),
    }
    book = workbook(tables)
    assert workbook(tables) == book, "the same tables give the same bytes"
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "<f>" not in text
    assert "\x07" not in text
    first, second = read_back(book).values()
    assert first.columns[0] == hostile.replace("\x07", "")
    assert second["crr"].tolist()[0] == 0.5
    assert second["crr"].isna().tolist() == [False, True]
    names = list(read_back(book))
    assert len({name.lower() for name in names}) == 2
    assert max(map(len, names)) <= 31


def test_author_note_and_logo_stand_on_the_page_as_text_and_picture(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    header = PageHeader("March", "<b>Desk</b>", "Read & think", logo_of(logo))
    made = build_page(sections(Subject(KEPT)), KEPT, header)
    assert "&lt;b&gt;Desk&lt;/b&gt;" in made
    assert '<p class="note">Read &amp; think</p>' in made
    assert '<img src="data:image/svg+xml;base64,' in made


def test_what_is_no_small_picture_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "logo.png"
    with pytest.raises(SourceError, match="logo="):
        logo_of(wrong)
    for content in (b"hello", b"\x89PNG" + bytes(200_000)):
        wrong.write_bytes(content)
        with pytest.raises(InputError, match="not an image of at most 200 kB"):
            logo_of(wrong)


def test_without_a_chromium_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(chromium, "BROWSER_NAMES", ("no-such-browser",))
    monkeypatch.setattr(chromium, "BROWSER_PLACES", ())
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(MissingDependencyError, match="print the HTML file from any browser"):
        chromium.find_chromium()
    with pytest.raises(MissingDependencyError, match="printed nothing"):
        chromium.print_page("<p>x</p>", "/bin/true")
