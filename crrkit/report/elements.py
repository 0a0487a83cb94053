"""HTML that is escaped by construction: text is text until `element` has made it part of a page."""

from __future__ import annotations

from html import escape


class Html(str):
    """Text that is HTML already and goes into a page as it stands."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | bool | None) -> Html:
    """One element with its children; children that are not `Html` are escaped, None is left out.

    An attribute is written with dashes for its underscores and without a last one; True stands bare, None and False
    are left out.

    Examples:
        >>> element("p", "1 < 2", element("br"), class_="note", hidden=True)
        '<p class="note" hidden>1 &lt; 2<br></p>'
    """
    open_tag = f"<{name}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    return Html(open_tag if name in _VOID else f"{open_tag}{join(*children)}</{name}>")


def join(*parts: str | None) -> Html:
    """Parts one after the other, each escaped unless it is `Html`."""
    return Html("".join(part if isinstance(part, Html) else escape(part, quote=False) for part in parts if part))


_VOID = ("br", "hr", "img", "meta")


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 - HTML's own Boolean attributes
    if value is None or value is False:
        return ""
    written = name.removesuffix("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'
