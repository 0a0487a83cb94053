"""The pages of reports against the standard of HTML, by a checker that did not write them: html-validate of Node.

Three of its rules are style, no standard: capitals in the doctype, titles of 70 letters, `section` for a region.
"""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

import crrkit as crr

ROOT = Path(__file__).parent.parent.parent
CHECKER = ROOT / "node_modules" / ".bin" / "html-validate"
RULES = ROOT / "tests" / "htmlvalidate.json"


def wrong(*pages: Path) -> str:
    if not CHECKER.exists():
        pytest.skip("html-validate is not here: `make lint` installs it where Node is.")
    command = [CHECKER, "--config", RULES, "--formatter", "text", *pages]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout + done.stderr


def test_a_page_that_is_wrong_is_found_out(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text("<!doctype html>\n<html lang='en'><title>x</title><body><p><div>a</div></p><img></html>\n")
    assert "element-required-attributes" in wrong(page)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_kind_of_report(reports: dict[str, Path], tmp_path: Path, lang: str) -> None:
    few = pd.DataFrame({"who": list("abcde") * 4, "day": pd.date_range("2024-01-01", periods=20, freq="9D")})
    lists = {
        "few": (crr.read_orders(few, customer="who", at="day"), {}),
        "contracts": (crr.read_contracts(crr.sample_path("contracts"), by="region"), {}),
        "short": (crr.read_contracts(crr.sample_path("ru_clients")), {"detail": "short", "note": "a < b & c"}),
    }
    pages = [reports[lang]]
    for name, (base, options) in lists.items():
        pages.append(crr.write_report(base, out=tmp_path / f"{name}.html", lang=lang, **options).out)
    assert wrong(*pages) == ""
