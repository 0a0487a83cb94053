"""Tables as files, written beside their place and moved: CSV, and a workbook that needs no library to write."""

from __future__ import annotations

import io
import math
import secrets
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from crrkit.ground import InputError, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_csv(path: str | Path, table: pd.DataFrame) -> Path:
    """Write a table with blanks for what is missing, readable by spreadsheets in any language."""
    text = table.to_csv(index=False, lineterminator="\n")
    return write_beside(Path(path), text.encode("utf-8-sig"))


def write_workbook(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> Path:
    """Write tables as the sheets of an ``.xlsx`` workbook; missing cells stay empty."""
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        message = _("path={given!r} is no workbook. Give it a name that ends with .xlsx.")
        raise InputError(message.format(given=str(path)), argument="path", given=str(path))
    return write_beside(target, _workbook(sheets))


def write_beside(path: Path, content: bytes) -> Path:
    """Write a new file beside the old one and move it into its place."""
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as refused:
        part.unlink(missing_ok=True)
        message = _("{name}={given!r} cannot be written ({why}). Choose a folder that you may write to.")
        text = message.format(name="path", given=str(path), why=refused.strerror)
        raise InputError(text, argument="path", given=str(path)) from refused
    return path


def _workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    numbered = list(enumerate(sheets, start=1))
    parts = {
        "[Content_Types].xml": _content_types(n for n, _name in numbered),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            (f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _name in numbered
        ),
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _sheet(sheets[name]) for n, name in numbered}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for place, text in parts.items():  # a fixed date, so that the same grid gives the same bytes
            stamped = zipfile.ZipInfo(place, date_time=(1980, 1, 1, 0, 0, 0))
            stamped.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(stamped, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return packed.getvalue()


def _content_types(numbers: Iterable[int]) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{sheets}</Types>'
    )


def _relations(rows: Iterable[tuple[str, str, str]]) -> str:
    links = "".join(f'<Relationship Id="{i}" Type="{_DOCUMENT}/{kind}" Target="{to}"/>' for i, kind, to in rows)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _sheet(table: pd.DataFrame) -> str:
    lines = [list(table.columns), *table.astype("object").to_numpy().tolist()]
    rows = "".join(f"<row>{''.join(map(_cell, line))}</row>" for line in lines)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value!r}</v></c>"
    text = value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else str(value)
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
