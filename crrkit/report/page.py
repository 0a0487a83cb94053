"""One HTML file: the finding first, everything else below it, and nothing asked of the network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from crrkit.ground import __version__, gettext as _, language
from crrkit.report.html import Html, element, join
from crrkit.report.period_names import day_name

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable
    from crrkit.report.finding import Finding
    from crrkit.report.section import Section
    from crrkit.widgets import Explorer

CSS = Path(__file__).parent / "page.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' blob:; img-src data:"


def build_page(parts: list[Section], kept: RetentionTable, *, title: str) -> str:
    """The whole page of what may be shared, in the current language."""
    from crrkit import widgets

    explorers = {part.anchor: part.explorer() for part in parts if part.explorer}
    body = [
        _head(parts[0], kept, title),
        _contents(parts[1:]),
        element("main", *(_section(part, explorers.get(part.anchor)) for part in parts[1:]), id="findings"),
        _footer(kept),
        Html(widgets.static_assets(explorers.values())),
    ]
    top = element("title", f"{title}: {parts[0].findings[0].claim}")
    style = element("style", Html("\n" + CSS.read_text(encoding="utf-8")))
    metas = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
    ]
    html = element(
        "html", "\n", element("head", *metas, top, style), "\n", element("body", *body), "\n", lang=language()
    )
    return f"<!doctype html>\n{html}\n"


def _head(headline: Section, kept: RetentionTable, title: str) -> Html:
    finding = headline.findings[0]
    kicker = f"{title} · {kept.card.source}"
    return element(
        "header",
        element("a", _("To the findings"), href="#findings", class_="skip"),
        element("p", kicker, class_="kicker"),
        element("h1", *_with_small_brackets(finding.claim)),
        element("p", finding.caveat, class_="caveat"),
    )


def _with_small_brackets(claim: str) -> list[str]:
    """A claim whose last brackets are set smaller: the headline says one thing first."""
    found = re.fullmatch(r"(.*?)( \([^()]*\)\.)", claim)
    return [found[1], element("span", found[2], class_="aside")] if found else [claim]


def _contents(parts: list[Section]) -> Html:
    items = [element("li", element("a", part.label, href=f"#{part.anchor}")) for part in parts]
    return element("nav", element("ol", *items), aria_label=_("Contents"))


def _section(part: Section, explorer: Explorer | None) -> Html:
    block = part.block() if part.block else None
    return element("section", *_heading(part), block, _live(explorer), id=part.anchor)


def _live(explorer: Explorer | None) -> Html | None:
    from crrkit import widgets

    if explorer is None:
        return None
    live = widgets.static_html(explorer, element_id=explorer.module.replace("_", "-"), assets=False)
    return element("figure", Html(live))


def _heading(part: Section) -> list[Html]:
    """The first finding as the heading, others below it; a section without one is called by its name."""
    if not part.findings:
        return [element("h2", part.label)]
    first, *others = part.findings
    parts = [element("p", part.label, class_="label"), element("h2", first.claim), _caveat(first)]
    return [*parts, *(join(element("p", other.claim, class_="also"), _caveat(other)) for other in others)]


def _caveat(finding: Finding) -> Html:
    return element("p", finding.caveat, class_="caveat")


def _footer(kept: RetentionTable) -> Html:
    seen = _("Data seen until: before {day}.").format(day=day_name(kept.card.as_of))
    made = _("Made with crrkit {version}. No customer is in this file, and it loads nothing from the network.")
    return element("footer", f"{seen} {made.format(version=__version__)}")
