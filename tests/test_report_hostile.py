"""Text of the data in a notebook stays text: nothing of it runs, and no address shows its password."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import nbformat
import pandas as pd
import pytest

import crrkit as crr
from crrkit.read.disk.files import without_credentials
from crrkit.report.notebook import plain
from crrkit.report.parameters import expression

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "\"+str(__import__('os').system('touch RAN'))+r\"",
    "\"\"\"+open('RAN','w').write('x')+r\"\"\"",
    "'+open('RAN','w').write('x')+'",
    'ООО "Ромашка"',
    "back\\slash\\",
    "two\nlines",
    "a\r\nb",
    "{{ 7 * 7 }} {% raw %}",
    "$x^2$ and $(touch RAN)",
    "`touch RAN` ```python",
    "<script>document.title = 'RAN'</script>",
    "</script><img src=x onerror=alert(1)>",
    "%%bash touch RAN",
    "!touch RAN",
    "=HYPERLINK(1)",
    "a,b;c\td",
    " spaces ",
    "\u202egnp.exe",
    "\x1b[31mred",
]


def members(names: list[str]) -> crr.Base:
    """Twelve members of each segment since January; those of every second segment lose four in March."""
    rows = [
        (f"id-{place:02d}-{n:02d}", name, "2024-01-05", "2024-03-10" if place % 2 and n < 4 else None)
        for place, name in enumerate(names)
        for n in range(12)
    ]
    frame = pd.DataFrame(rows, columns=["customer", "firm", "start", "end"])
    return crr.read_contracts(frame, by="firm", as_of="2024-05-01")


@pytest.mark.parametrize("text", [*HOSTILE, "nul \0 here", "lone \ud800"])
def test_a_literal_gives_its_text_back_and_nothing_else(text: str) -> None:
    assert ast.literal_eval(expression(text)) == text
    assert ast.literal_eval(expression({text: [text]})) == {text: [text]}
    assert "\n" not in expression(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    marked = plain(text)
    assert re.sub(r"\\(.)", r"\1", marked) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>$|~]", marked)


@pytest.mark.slow
def test_hostile_segments_columns_and_titles_run_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page, notebook = tmp_path / "report.html", tmp_path / "report.ipynb"
    # A dozen segments are shown by name at the most: two notebooks hold them all.
    for names in (HOSTILE[:10], HOSTILE[10:]):
        marks = {"2024-03-01": names[0], "2024-04-01": names[1]}
        crr.write_report(
            members(names), out=page, notebook=notebook, title=" ".join(names[:3]), min_cell=None, marks=marks
        )
        cells = nbformat.read(notebook, as_version=4).cells
        told = {}
        exec(next(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ())), told)  # noqa: S102 - what is tried
        assert told["marks"] == marks
        shown = next(cell.outputs[0]["data"]["text/plain"] for cell in cells if cell.source.startswith("segments = "))
        assert all(" ".join(name.split())[:6] in " ".join(shown.split()) for name in names)
        assert not [
            line
            for cell in cells
            if cell.cell_type == "code"
            for line in cell.source.split("\n")
            if line.startswith(("!", "%"))
        ]
        assert "<script>document.title" not in page.read_text(encoding="utf-8")
        assert not list(tmp_path.rglob("RAN"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/shop",
        "postgresql://ann:s3cret@127.0.0.1:1/shop?passwordd=s3cret",
        "postgresql://ann:s3/cr@t:s3cret@127.0.0.1:1/shop?sslmode=require",
        "mysql+pymysql://ann:s3cret@db.example/shop?password=s3cret",
        "snowflake://ann@acc/db?token=s3cret",
        "https://ann:s3cret@files.example/orders.csv",
    ],
)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_no_message_shows_a_password(address: str, lang: str) -> None:
    with crr.use_language(lang), pytest.raises(crr.SourceError) as refused:
        crr.read_orders(address, customer="customer", at="at")
    said = f"{refused.value} {refused.value.given} {without_credentials(address)}"
    assert not [secret for secret in ("s3cret", "s3/cr", "cr@t") if secret in said]
    assert address.startswith("postgres") or "ibis.connect" in str(refused.value)
