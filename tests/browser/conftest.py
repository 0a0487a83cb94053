"""A Chromium for the tests of this folder, and a JupyterLab for it to look at."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_servers import Lab, jupyterlab
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

import crrkit as crr
from scripts.normalise_notebooks import COURSE

PATIENCE = 180_000  # milliseconds: who waits for what comes does not mind; a busy machine must not be a failure
expect.set_options(timeout=PATIENCE)
NO_BROWSER = (
    "The browser tests need Chromium, and none starts here: {reason}. `make test` installs one; so does "
    "`python scripts/chromium.py`."
)
# A quiet browser: it looks at local pages only and must not talk to anybody.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` looks at each surface once, by the tests marked ``surface``; `make test-pages` walks through all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            if not item.get_closest_marker("surface"):
                item.add_marker("pages")


# One browser a module, not a session: while Playwright runs, no other test of the session could use asyncio.run.
@pytest.fixture(scope="module")
def browser(chromium_path: str | None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        except Error as error:
            pytest.fail(NO_BROWSER.format(reason=error.message.strip().splitlines()[0].rstrip(".")))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a running server, which may take minutes to answer."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(180_000)
    yield page
    context.close()


class Watched:
    """What went wrong on a page while nobody looked: errors of scripts, and requests that left the machine."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("request", lambda request: request.url.startswith("http") and self.errors.append(request.url))


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file with the network off; the test fails if a script did, or if anything was asked from the network."""
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def open_page(path: Path, **options: object) -> Page:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        watched.append(Watched(page))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [error for watch in watched for error in watch.errors] == []


class Reports(dict[str, Path]):
    """The report on the sample orders in each language, written when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, lang: str) -> Path:
        base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        self[lang] = crr.write_report(base, every="month", out=self.folder / f"{lang}.html", lang=lang).out
        return self[lang]


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return Reports(tmp_path_factory.mktemp("report"))


@pytest.fixture
def open_lesson(open_page: Callable[..., Page], tmp_path: Path) -> Callable[..., Page]:
    """Open a notebook of the course as it is committed, without a kernel: the page that nbconvert makes of it."""

    def open_lesson(name: str, **options: object) -> Page:
        html, _resources = HTMLExporter(language_code=name[:2]).from_filename(str(COURSE / name))
        own = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)  # they would fetch from elsewhere
        (tmp_path / "lesson.html").write_text(own, encoding="utf-8")
        return open_page(tmp_path / "lesson.html", **options)

    return open_lesson


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab
