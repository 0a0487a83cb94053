"""The notebooks of the course as committed, seen without a kernel: all that shows something shows, to everybody."""

from collections.abc import Callable
from itertools import product

import nbformat
import pytest
from accessible import grave
from playwright.sync_api import Locator, Page, expect

from scripts.normalise_notebooks import COURSE

FIRST, *OTHERS = sorted(str(path.relative_to(COURSE)) for path in COURSE.glob("*/*.ipynb"))
OUTPUTS = {"include": [[".jp-OutputArea-output"]]}  # the rest of the page, with its pale In [1]:, is nbconvert's
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def code_of(name: str) -> list[str]:
    cells = nbformat.read(COURSE / name, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def assert_drawn(picture: Locator, width: int) -> None:
    expect(picture).to_be_visible()
    assert picture.get_attribute("alt")
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    place = picture.bounding_box()
    assert place["width"] > 200
    assert place["x"] + place["width"] <= width


def assert_read(text: Locator) -> None:
    expect(text).to_be_visible()
    assert len(text.inner_text().split()) >= 5


@pytest.mark.parametrize("name", [pytest.param(FIRST, marks=pytest.mark.surface), *OTHERS])
def test_every_figure_explorer_and_question_shows(open_lesson: Callable[..., Page], name: str) -> None:
    page = open_lesson(name)
    assert grave(page, OUTPUTS) == []
    cells, sources = page.locator(".jp-CodeCell"), code_of(name)
    assert cells.count() == len(sources)
    for size, (i, source) in product((WIDE, NARROW), enumerate(sources)):
        if page.viewport_size != size:
            page.set_viewport_size(size)
        output = cells.nth(i).locator(".jp-OutputArea-output").last
        if "figures." in source or "Explorer(" in source:
            assert_drawn(output.locator("img").last, size["width"])
        if "Explorer(" in source or "lessons.ask(" in source:
            assert_read(output.locator("p").first)
