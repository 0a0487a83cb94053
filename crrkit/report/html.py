"""HTML that is escaped by construction: strings stay text unless made by `element`; tables, pictures.

A page runs only its own scripts and style sheets: its content security policy identifies them by hashes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from crrkit.ground import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from crrkit.measure import RetentionTable
    from crrkit.measure.cohorts import CohortGrid
    from crrkit.measure.stages import StageFlow

LONG_TABLE = 60  # rows
WITHHELD_MARK = "\N{MULTIPLICATION SIGN}"  # as in the pictures
THEME_CHOICES = {"light": (False, True), "dark": (False, True)}
POLICY = (
    "default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'"
)
SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
ISLAND = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>)", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z][^<>]*\sstyle=\"[^\"]*\"[^<>]*>")
ATTRIBUTE, CLASS = re.compile(r'\sstyle="([^"]*)"'), re.compile(r'(\sclass=")')


class Html(str):
    """A string that is HTML already and is inserted unchanged."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | bool | None) -> Html:
    """One element with its children; children that are not `Html` are escaped, None is left out.

    Underscores in attribute names become dashes, a trailing one is removed; True gives a bare attribute, None and False
    are left out.

    Examples:
        >>> element("p", "1 < 2", element("br"), class_="note", hidden=True)
        '<p class="note" hidden>1 &lt; 2<br></p>'
    """
    open_tag = f"<{name}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    return Html(open_tag if name in _VOID else f"{open_tag}{join(*children)}</{name}>")


def join(*parts: str | None) -> Html:
    """Concatenate parts, each escaped unless it is `Html`."""
    return Html("".join(part if isinstance(part, Html) else escape(part, quote=False) for part in parts if part))


_VOID = ("br", "hr", "img", "meta")


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 - HTML's own Boolean attributes
    if value is None or value is False:
        return ""
    written = name.removesuffix("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'


def picture(draw: Callable[..., Axes], result: RetentionTable | CohortGrid | StageFlow, **options: Any) -> Html:
    """A figure in light and dark, wide and narrow; the page shows the one that fits."""
    from crrkit import figures

    drawn = [
        (theme, "narrow" if narrow else "wide", draw(result, theme=theme, narrow=narrow, **options))
        for theme, widths in THEME_CHOICES.items()
        for narrow in widths
    ]
    svgs = [
        Html(figures.to_svg(ax).replace("<svg ", f'<svg class="{theme} {width}" ', 1)) for theme, width, ax in drawn
    ]
    return element("div", *svgs, class_="picture")


def table_block(heads: list[str], rows: list[Html], *, label: str) -> Html:
    """A table in a frame that scrolls sideways on a narrow screen, also by keyboard; a long one scrolls vertically."""
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    table = element("table", element("thead", head), element("tbody", *rows))
    return element(
        "div",
        table,
        class_="scroll long" if len(rows) > LONG_TABLE else "scroll",
        role="region",
        tabindex="0",
        aria_label=label,
        data_copy=_("Copy the table"),
        data_csv=_("Download as CSV"),
        data_more=_("more columns: scroll →"),
    )


def row_block(head: str, *cells: str, class_: str | None = None) -> Html:
    """A row of a table: its heading, then its cells; suppressed ones are greyed."""
    first, *others = (element("td", cell, class_="withheld" if cell == WITHHELD_MARK else None) for cell in cells)
    return element("tr", element("th", head, scope="row"), first, *others, class_=class_)


def policy(html: str) -> str:
    """The policy of a page or of a fragment."""
    scripts = [*_hashes(SCRIPT.findall(html)), "blob:"] if SCRIPT.search(html) else ["'none'"]
    return POLICY.format(styles=" ".join(_hashes(STYLE.findall(html))) or "'none'", scripts=" ".join(scripts))


def _hashes(texts: list[str]) -> list[str]:
    once = dict.fromkeys(b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return [f"'sha256-{one}'" for one in once]


def without_style_attributes(html: str) -> tuple[str, str]:
    """The same HTML with classes in place of style attributes, and their rules; scripts and sheets are unchanged.

    Browsers accept no hashes for style attributes. Each rule overrides any other, as an attribute would.

    Examples:
        >>> html, rules = without_style_attributes('<p style="color: red">a</p><p class="b" style="color: red">c</p>')
        >>> html
        '<p class="s1">a</p><p class="s1 b">c</p>'
        >>> rules
        '.s1{color: red !important}'
    """
    names: dict[str, str] = {}

    def without(tag: re.Match[str]) -> str:
        said = ATTRIBUTE.search(tag[0])
        if said is None:
            return tag[0]
        name = names.setdefault(said[1], f"s{len(names) + 1}")
        bare = ATTRIBUTE.sub("", tag[0], count=1)
        if CLASS.search(bare):
            return CLASS.sub(rf"\1{name} ", bare, count=1)
        return re.sub(r"^<[\w:-]+", lambda begin: f'{begin[0]} class="{name}"', bare)

    parts = ISLAND.split(html)
    text = "".join(part if i % 2 else TAG.sub(without, part) for i, part in enumerate(parts))
    return text, "\n".join(f".{name}{{{_weighed(style)}}}" for style, name in names.items())


def _weighed(style: str) -> str:
    """The declarations of an attribute, each overriding those of any sheet."""
    told = [one.strip() for one in unescape(style).split(";") if one.strip()]
    return ";".join(f"{one} !important" for one in told).replace("<", "")
