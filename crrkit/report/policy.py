"""The content security policy of a page: only its own scripts and style sheets, identified by hashes.

Browsers accept no hashes for style attributes. So each distinct one becomes a class with a rule in the page's own
sheet, with a specificity that overrides any other rule, as an attribute would.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

POLICY = (
    "default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'"
)
SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
ISLAND = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>)", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z][^<>]*\sstyle=\"[^\"]*\"[^<>]*>")
ATTRIBUTE, CLASS = re.compile(r'\sstyle="([^"]*)"'), re.compile(r'(\sclass=")')


def policy(html: str) -> str:
    """The policy of a page or of a fragment."""
    scripts = [*_hashes(SCRIPT.findall(html)), "blob:"] if SCRIPT.search(html) else ["'none'"]
    return POLICY.format(styles=" ".join(_hashes(STYLE.findall(html))) or "'none'", scripts=" ".join(scripts))


def _hashes(texts: list[str]) -> list[str]:
    once = dict.fromkeys(b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return [f"'sha256-{one}'" for one in once]


def without_style_attributes(html: str) -> tuple[str, str]:
    """The same HTML with classes in place of style attributes, and their rules; scripts and sheets are unchanged.

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
    from html import unescape

    told = [one.strip() for one in unescape(style).split(";") if one.strip()]
    return ";".join(f"{one} !important" for one in told).replace("<", "")
