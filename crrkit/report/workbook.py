"""All tables of a report as one Excel file: one sheet per table, numbers as formatted numbers.

The tables are read from the page, so that nothing suppressed there can appear here. Written with the standard library
only; all texts are text cells, so that no cell is a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pandas as pd

from crrkit.ground import currency_sign, gettext as _, language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.report.section import Section

# The cell formats below, by their position in CELL_STYLES.
AS_TEXT, AS_HEAD, AS_COUNT, AS_RATE, AS_MONEY, AS_DAY, AS_NUMBER, AS_SUM, AS_SUM_IN_HUNDREDTHS = range(9)
NAMES_OF_RATES = re.compile(r"^(crr|churn|share|rate|nrr|grr|low|high|hazard|survival)(_|$)|_(rate|low|high|share)$")
NAMES_OF_MONEY = ("opening", "staying", "closing", "gone", "revenue", "capped")
SHEET_FORMATS = "formats"  # of the columns of a table of a page
SHEET_DAY_0 = pd.Timestamp("1899-12-30")  # day 0 of a spreadsheet
WIDEST_COLUMN = 60  # characters
SHEET_NAME_LENGTH = 31  # of a sheet
UNFIT_FOR_SHEETS = re.compile(r"[\[\]:*?/\\']")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

SHOWN_MISSING = ("", "\u2013", "\u00d7")  # unknown, suppressed
SHOWN_FORMS = {
    r"[-+]?\d+": AS_COUNT,
    r"[-+]?\d+(\.\d+)?%": AS_RATE,
    r"[-+]?\d+(\.\d+)?": AS_MONEY,
}  # displayed forms and their formats
WHOLE_PERCENT = 100

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OOXML = "http://schemas.openxmlformats.org/package/2006"
XML_1 = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CELL_STYLES = f"""{XML_1}<styleSheet xmlns="{SHEETS}"><numFmts count="6"><numFmt numFmtId="164" formatCode="#,##0"/>\
<numFmt numFmtId="165" formatCode="0.0%"/><numFmt numFmtId="166" formatCode="#,##0.00"/>\
<numFmt numFmtId="167" formatCode="yyyy\\-mm\\-dd"/>\
<numFmt numFmtId="168" formatCode="{{whole}}"/><numFmt numFmtId="169" formatCode="{{hundredths}}"/></numFmts>\
<fonts count="2"><font><sz val="11"/>\
<name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2">\
<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border/>\
</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="9"><xf/><xf fontId="1" applyFont="1"/>\
<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>\
<xf numFmtId="166" applyNumberFormat="1"/><xf numFmtId="167" applyNumberFormat="1"/><xf/>\
<xf numFmtId="168" applyNumberFormat="1"/><xf numFmtId="169" applyNumberFormat="1"/></cellXfs></styleSheet>"""


def workbook(tables: Mapping[str, pd.DataFrame], *, currency: str | None = None) -> bytes:
    """An ``.xlsx`` file of tables, by sheet name; column names become headings."""
    buffer = io.BytesIO()
    names = _sheet_names(tables)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for path, text in _frame_of(names, currency).items():
            _put(book, path, text)
        for number, table in enumerate(tables.values(), start=1):
            _put(book, f"xl/worksheets/sheet{number}.xml", _sheet(table))
    return buffer.getvalue()


def _put(book: zipfile.ZipFile, path: str, text: str) -> None:
    """Write an entry without a time stamp, so that the same report gives the same bytes."""
    entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    book.writestr(entry, text)


def _sheet_names(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Valid sheet names: short, without reserved characters, unique."""
    names: list[str] = []
    for name in tables:
        bare = UNFIT_FOR_SHEETS.sub(" ", name).strip()[:SHEET_NAME_LENGTH] or _("table")
        taken = {one.lower() for one in names}
        number = 2
        while bare.lower() in taken:
            bare, number = f"{bare[: SHEET_NAME_LENGTH - 4]} {number}", number + 1
        names.append(bare)
    return names


def _frame_of(names: list[str], currency: str | None) -> dict[str, str]:
    numbers = range(1, len(names) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in zip(numbers, names, strict=True)
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{kind}.worksheet+xml"/>' for i in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{LINKED}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in numbers
    )
    last = len(names) + 1
    return {
        "[Content_Types].xml": f'{XML_1}<Types xmlns="{OOXML}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'{XML_1}<Relationships xmlns="{OOXML}/relationships"><Relationship Id="rId1" '
        f'Type="{LINKED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML_1}<workbook xmlns="{SHEETS}" xmlns:r="{LINKED}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML_1}<Relationships xmlns="{OOXML}/relationships">{links}<Relationship '
        f'Id="rId{last}" Type="{LINKED}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": CELL_STYLES.format(**_of_currency(currency)),
    }


def _of_currency(currency: str | None) -> dict[str, str]:
    """The number formats of amounts, with the currency sign where the language puts it."""
    if not currency:
        return {"whole": "#,##0", "hundredths": "#,##0.00"}
    sign = f"[${escape(currency_sign(currency), {chr(34): '&quot;'})}]"
    form = f"{{}}\\ {sign}" if language() == "ru" or sign[2:-1].isalpha() else f"{sign}{{}}"
    return {"whole": form.format("#,##0"), "hundredths": form.format("#,##0.00")}


def _sheet(table: pd.DataFrame) -> str:
    """A sheet with a frozen header row, a filter, and columns as wide as their text."""
    heads = [str(name) for name in table.columns]
    formats = table.attrs.get(SHEET_FORMATS) or [_format(name, table.iloc[:, i]) for i, name in enumerate(heads)]
    values = [[_plain(value) for value in row] for row in table.itertuples(index=False)]
    rows = [_row(1, [(head, AS_HEAD) for head in heads])]
    rows += [_row(i, list(zip(row, formats, strict=True))) for i, row in enumerate(values, start=2)]
    widths = [
        min(WIDEST_COLUMN, max(map(len, map(str, [head, *(row[i] for row in values if row[i] is not None)]))) + 2)
        for i, head in enumerate(heads)
    ]
    columns = "".join(f'<col min="{i}" max="{i}" width="{w}" customWidth="1"/>' for i, w in enumerate(widths, start=1))
    corner = f"{_letters(len(heads))}{len(values) + 1}"
    return (
        f'{XML_1}<worksheet xmlns="{SHEETS}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        f'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols>'
        f'<sheetData>{"".join(rows)}</sheetData><autoFilter ref="A1:{corner}"/></worksheet>'
    )


def _format(name: str, column: pd.Series) -> int:
    if pd.api.types.is_datetime64_any_dtype(column):
        return AS_DAY
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return AS_TEXT
    if NAMES_OF_RATES.search(name):
        return AS_RATE
    if name in NAMES_OF_MONEY:
        return AS_MONEY
    whole = (column.dropna() % 1 == 0).all()
    return AS_COUNT if whole else AS_NUMBER


def _plain(value: Any) -> float | int | str | None:
    """A value for a spreadsheet cell; a missing one is an empty cell, never a zero."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return (value - SHEET_DAY_0) / pd.Timedelta(days=1)
    if isinstance(value, bool | str):
        return str(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _row(number: int, cells: list[tuple[float | int | str | None, int]]) -> str:
    made = "".join(_cell(f"{_letters(i)}{number}", *cell) for i, cell in enumerate(cells, start=1))
    return f'<row r="{number}">{made}</row>'


def _cell(place: str, value: float | str | None, style: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = escape(NOT_IN_XML.sub("", value))
        style = style if style == AS_HEAD else AS_TEXT
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f'<c r="{place}" s="{style}"><v>{value:.15g}</v></c>'


def _letters(number: int) -> str:
    """The name of a column: A, Z, AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def workbook_of(page: str, parts: Sequence[Section], *, currency: str | None = None) -> bytes:
    """The workbook of a page: its tables, and the cohort grids of its explorer."""
    found = tables_of(page, {part.anchor: part.label for part in parts}, currency=currency)
    for part in parts:
        if part.anchor == "cohorts" and part.explorer is not None:
            found[part.label] = part.tables[0]
    return workbook({name: table for name, table in found.items() if len(table)}, currency=currency)


def tables_of(page: str, labels: Mapping[str, str], *, currency: str | None = None) -> dict[str, pd.DataFrame]:
    """The tables of a page as printed, by the label of their section; formatted numbers become numbers again.

    A column whose heading names the currency contains amounts.
    """
    reader = _Tables()
    reader.feed(page)
    named: dict[str, pd.DataFrame] = {}
    for anchor, rows in reader.found:
        name, number = labels.get(anchor, anchor), 2
        while name in named:
            name, number = f"{labels.get(anchor, anchor)} {number}", number + 1
        named[name] = _as_frame(rows, currency)
    return named


def _as_frame(rows: list[list[str]], currency: str | None) -> pd.DataFrame:
    heads, *body = rows
    columns = [_typed([row[i] for row in body]) for i in range(len(heads))]
    table = pd.DataFrame({i: pd.Series(values, dtype=object) for i, (values, _format) in enumerate(columns)})
    table.columns = pd.Index(heads)
    sums = {AS_COUNT: AS_SUM, AS_MONEY: AS_SUM_IN_HUNDREDTHS}
    table.attrs[SHEET_FORMATS] = [
        sums.get(form, form) if currency and head.endswith(f", {currency}") else form
        for head, (_values, form) in zip(heads, columns, strict=True)
    ]
    return table


def _typed(texts: Sequence[str]) -> tuple[list[float | str | None], int]:
    """A column of formatted cells as numbers with their format, if all non-missing cells are numbers of one kind."""
    marks, decimal = (" ", ",") if language() == "ru" else (",", ".")
    plain = [re.sub("[\\s\u00a0\u202f\u2009]", "", text.replace("\u2212", "-")) for text in texts]
    bare = [text.replace(marks, "").replace(decimal, ".") for text in plain]
    told = [text for text in bare if text not in SHOWN_MISSING]
    for pattern, form in SHOWN_FORMS.items():
        if told and all(re.fullmatch(pattern, text) for text in told):
            return [
                _number(text, form) if text not in SHOWN_MISSING else shown
                for text, shown in zip(bare, texts, strict=True)
            ], form
    return list(texts), AS_TEXT


def _number(text: str, form: int) -> float:
    return float(text.rstrip("%")) / (WHOLE_PERCENT if form == AS_RATE else 1)


class _Tables(HTMLParser):
    """The tables of the sections, outside of explorers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[list[str]]]] = []
        self.section, self.rows, self.cell = "", [[""]][:0], False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.section = dict(attrs).get("id") or ""
        elif tag == "table":
            self.rows = []
            self.found.append((self.section, self.rows))
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True
        elif tag == "small" and self.cell:
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data
