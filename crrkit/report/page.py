"""The HTML page: the finding first, everything else below it, and no network requests; its title, author and logo."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crrkit.ground import InputError, SourceError, __version__, gettext as _, language
from crrkit.measure.cadence import BY
from crrkit.report.glossary_section import links_to
from crrkit.report.html import STYLE, Html, element, join, policy, without_style_attributes
from crrkit.report.period_names import day_name
from crrkit.report.published import account_island

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from crrkit.measure import RetentionTable
    from crrkit.report.finding import Finding
    from crrkit.report.section import Section
    from crrkit.widgets import Explorer

FULL, SHORT = "full", "short"  # how much of it
CSS = Path(__file__).parent / "page.css"
SCRIPT_FILE = Path(__file__).parent / "page.js"  # for sorting, copying and downloading tables
LARGEST_LOGO = 200_000  # bytes of a logo
LOGO_KINDS = {
    b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp", b"<svg": "svg+xml",
    b"<?xml": "svg+xml",
}  # fmt: skip


def build_page(
    parts: list[Section], kept: RetentionTable, header: PageHeader, *, detail: str = FULL,
    last_row: date | None = None,
) -> str:  # fmt: skip
    """The complete page, in the current language."""
    from crrkit import widgets

    shown = [_placed(part) for part in parts[1:] if detail == FULL or part.is_short]
    explorers = {part.anchor: part.explorer() for part in shown if part.explorer}
    pieces = {part.anchor: _section(part, explorers.get(part.anchor), with_words=detail == FULL) for part in shown}
    first = [pieces[part.anchor] for part in shown if not part.is_appendix]
    assets = widgets.static_assets(explorers.values()) if explorers else ""
    if explorers or any("data-copy" in piece for piece in pieces.values()):
        assets += element("script", Html("\n" + SCRIPT_FILE.read_text(encoding="utf-8")), type="module")
    seen = _seen(kept, last_row)
    body = [
        _head(parts, kept, header, seen=seen, anchors=set(pieces)),
        _contents(shown) if detail == FULL else None,
        element("main", *first, *_appendix(pieces[part.anchor] for part in shown if part.is_appendix), id="findings"),
        _footer(seen),
        account_island(kept, parts),
        Html(assets),
    ]
    top = element("title", f"{header.title}: {parts[0].findings[0].claim}")
    inner, rules = without_style_attributes(element("body", *body, class_=detail))
    own, inner = "\n".join(STYLE.findall(inner)), STYLE.sub("", inner)  # those of explorers must be in the head
    style = element("style", Html("\n" + CSS.read_text(encoding="utf-8") + own + rules + "\n"))
    metas = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(style + inner)),
    ]
    html = element("html", "\n", element("head", *metas, top, style), "\n", Html(inner), "\n", lang=language())
    return f"<!doctype html>\n{html}\n"


def _placed(part: Section) -> Section:
    """Move sections without findings to the appendix: a heading in the body is a finding."""
    tells_nothing = part.findings and not any(one.is_informative for one in part.findings)
    return replace(part, is_appendix=True) if tells_nothing else part


def _appendix(pieces: Iterable[Html]) -> list[Html]:
    """The appendix for readers who want to verify; empty if there is none."""
    found = list(pieces)
    return [element("h2", _("Appendix"), class_="part", id="appendix"), *found] if found else []


def _head(parts: list[Section], kept: RetentionTable, header: PageHeader, *, seen: str, anchors: set[str]) -> Html:
    """The first screen: the source and rule, the finding, and the other essentials for a manager."""
    finding = parts[0].findings[0]
    return element(
        "header",
        element("a", _("To the findings"), href="#findings", class_="skip"),
        element("img", src=header.logo, alt="", class_="logo") if header.logo else None,
        element("p", " · ".join(filter(None, [header.title, kept.card.source, header.author])), class_="kicker"),
        element("h1", *_headline(finding.claim, kept.warning)),
        element("p", f"{_rule(kept)} {seen}", class_="caveat"),
        element("p", header.note, class_="note") if header.note else None,
        _briefs(parts, anchors),
        element("p", finding.caveat, class_="caveat"),
    )


def _rule(kept: RetentionTable) -> str:
    """The period, who is a customer, and the cut-off: they apply to every section."""
    who = _(
        "A customer at the start is anyone who bought in the period before; kept is whoever bought in this one too."
    )
    if kept.card.activity == "contract runs":
        who = _("A customer is anyone whose contract runs just before the start or the end of a period.")
    elif not kept.card.is_by_period:
        who = _("Who is a customer: {rule}.").format(rule=dict(kept.card.lines())[_("Customer at a moment")])
    return f"{_(BY[kept.every])}. {who}"


def _seen(kept: RetentionTable, last_row: date | None = None) -> str:
    """The last day with data, and the day up to which silence counts as observed."""
    day = day_name(kept.card.as_of - timedelta(microseconds=1))
    if last_row is None:
        return _("Data until {day}.").format(day=day)
    return _("Data until {last}, counted up to {day}.").format(last=day_name(last_row), day=day)


def _briefs(parts: list[Section], anchors: set[str]) -> Html | None:
    """The other findings in brief: open, until the script folds them on a narrow screen, above the first picture."""
    items = [_brief(part, is_linked=part.anchor in anchors) for part in parts if part.brief]
    if not items:
        return None
    summary = element("summary", _("The other findings in brief"))
    return element("details", summary, element("ul", *items, class_="brief"), class_="briefs", open=True)


def _brief(part: Section, *, is_linked: bool) -> Html:
    name = element("a", part.label, href=f"#{part.anchor}") if is_linked else element("b", part.label)
    return element("li", name, " ", part.brief)


def _headline(claim: str, warning: str) -> list[str]:
    """A claim with its warning and last brackets set smaller: the rate stands out, the warning stays above.

    A warning may have five sentences, which would fill the screen in the size of the rate.
    """
    above = [element("span", warning, class_="warning"), " "] if warning and claim.startswith(warning) else []
    said = claim[len(warning) + 1 :] if above else claim
    found = re.fullmatch(r"(.*?)( \([^()]*\)\.)", said)
    return [*above, *([found[1], element("span", found[2], class_="aside")] if found else [said])]


def _contents(parts: list[Section]) -> Html:
    """The contents: the sections for deciding and those with sliders; those for verification are a single entry."""
    places = [(part.label, part.anchor) for part in parts if not part.is_appendix or part.explorer is not None]
    if any(part.is_appendix for part in parts):
        places.append((_("Appendix"), "appendix"))
    items = [element("li", element("a", label, href=f"#{anchor}")) for label, anchor in places]
    return element("nav", element("ol", *items), aria_label=_("Contents"))


def _section(part: Section, explorer: Explorer | None, *, with_words: bool) -> Html:
    block = part.block() if part.block else None
    words = links_to(part.terms) if with_words else None
    return element("section", *_heading(part), block, _live(explorer), words, id=part.anchor)


def _live(explorer: Explorer | None) -> Html | None:
    from crrkit import widgets

    if explorer is None:
        return None
    live = widgets.static_html(explorer, element_id=explorer.module.replace("_", "-"), assets=False)
    return element("figure", Html(live), data_moved=_("What-if: a lever was moved, so these are not counts."))


def _heading(part: Section) -> list[Html]:
    """The first informative finding as the heading, others below it, undecided ones in small print.

    A section without an informative finding has its name as heading.
    """
    level = "h3" if part.is_appendix else "h2"
    news = [finding for finding in part.findings if finding.is_informative]
    quiet = [
        element("p", f"{one.claim} {one.caveat}", class_="caveat") for one in part.findings if not one.is_informative
    ]
    if not news:
        return [element(level, part.label), *quiet]
    first, *others = news
    here = element("a", part.label, href=f"#{part.anchor}")  # the link of the section, for copying
    parts = [element("p", here, class_="label"), element(level, first.claim), _caveat(first)]
    return [*parts, *(join(element("p", one.claim, class_="also"), _caveat(one)) for one in others), *quiet]


def _caveat(finding: Finding) -> Html:
    return element("p", finding.caveat, class_="caveat")


def _footer(seen: str) -> Html:
    made = _("Made with crrkit {version}. It holds no data of individual customers and loads nothing from the network.")
    return element("footer", f"{seen} {made.format(version=__version__)}")


@dataclass(frozen=True)
class PageHeader:
    """The framing of the findings.

    Attributes:
        title: The title above the headline.
        author: The author.
        note: The analyst's note.
        logo: A picture as a data URL, or nothing.
    """

    title: str
    author: str = ""
    note: str = ""
    logo: str = ""


def logo_of(path: str | Path | None) -> str:
    """A picture as a data URL, which cannot execute scripts; an error if it is no picture, or too large."""
    if path is None:
        return ""
    try:
        content = Path(path).read_bytes()
    except OSError as refused:
        message = _("logo={path} cannot be read ({why}).")
        raise SourceError(
            message.format(path=path, why=refused.strerror), argument="logo", given=str(path)
        ) from refused
    kind = next((kind for begin, kind in LOGO_KINDS.items() if content.lstrip()[:8].startswith(begin)), None)
    if kind is None or len(content) > LARGEST_LOGO:
        message = _("logo={path} is not an image of at most 200 kB. Give a PNG, JPEG, GIF, WebP or SVG file.")
        raise InputError(message.format(path=path), argument="logo", given=str(path))
    return f"data:image/{kind};base64,{b64encode(content).decode()}"
