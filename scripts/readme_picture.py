"""Take the picture of the README: the beginning of the report on the sample orders.

`python scripts/readme_picture.py` after a change of how a report looks; a test holds the picture's alternative text,
which is the headline, against what is counted today.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

PICTURE = ROOT / "docs" / "assets" / "report.png"
WIDTH, HEIGHT, COLOURS = 960, 1300, 64  # as far as the end of the bridge


def headline(folder: Path) -> str:
    """Write the report into a folder; its headline."""
    import crrkit as crr

    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
    return crr.write_report(base, out=folder / "report.html", lang="en").findings[0].claim


def take() -> None:
    """Write the picture, and print what has to stand in the README."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from scripts.chromium import find

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        said = headline(Path(folder))
        browser = playwright.chromium.launch(executable_path=find())
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((Path(folder) / "report.html").as_uri())
        page.screenshot(path=PICTURE)
        browser.close()
    Image.open(PICTURE).convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)
    print(f"![{said}]({PICTURE.relative_to(ROOT)})")


if __name__ == "__main__":
    take()
