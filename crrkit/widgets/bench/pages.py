"""Pages with explorers that work without a kernel and without network: modules, style, state and a small script."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from crrkit.ground import InputTypeError, described, gettext as _
from crrkit.widgets.bench.explorer import Explorer, module_text, shared_text

E = TypeVar("E", bound="Explorer | type[Explorer]")

LIVE = Path(__file__).parent / "static.js"
PAGE = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; background: Canvas; color: CanvasText; font-family: system-ui, sans-serif; }}
body {{ max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.25rem; }}
.crrkit-explorer {{ margin: 1.5rem 0 2.5rem; }}
</style>
<main>
<h1>{title}</h1>
{body}
</main>
</html>
"""


def static_html(explorer: Explorer, *, element_id: str, assets: bool = True) -> str:
    """An explorer as an HTML fragment that works from disk, offline.

    The fragment contains the static picture, which remains if JavaScript is off, and the explorer's state; a small
    script makes it live. The page's content security policy must allow inline and ``blob:`` scripts, otherwise the
    picture stays static. An explorer that computes in Python is only a picture and says so.

    Args:
        explorer: The explorer; its current state becomes the page's initial state.
        element_id: The ``id`` of its ``div``, unique in the page.
        assets: Include style, module and script. For a page with several explorers pass False and add `static_assets`
            once.

    Examples:
        >>> from crrkit.widgets import FormulaExplorer
        >>> explorer = FormulaExplorer(start=70, lost=10, new=30)
        >>> static_html(explorer, element_id="formula", assets=False)[:32]
        '<div id="formula" class="crrkit-'
    """
    (explorer,), name = _explorers([explorer]), escape(str(element_id), quote=True)
    host = f'<div id="{name}" class="crrkit-explorer" lang="{explorer.lang}">{explorer.still()}</div>'
    if explorer.needs_python:
        return host
    where = f'data-crrkit-state="{name}" data-crrkit-module="{explorer.module}"'
    data = f'<script type="application/json" {where}>{island(explorer.page_state)}</script>'
    return f"{host}\n{data}\n" + (static_assets([explorer]) if assets else "")


def _explorers(given: Iterable[E]) -> list[E]:
    """Explorers, or explorer classes, validated."""
    return [_explorer(one) for one in (given if _is_row(given) else [given])]


def _is_row(given: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(given, Iterable) and not isinstance(given, str)


def _explorer(given: Any) -> Any:
    if isinstance(given, Explorer) or (isinstance(given, type) and issubclass(given, Explorer)):
        return given
    message = _("explorer is {given}; an explorer is needed, such as widgets.FormulaExplorer().")
    raise InputTypeError(message.format(given=described(given)), argument="explorer", given=given)


def static_assets(explorers: Iterable[Explorer | type[Explorer]]) -> str:
    """Style, modules and script for all explorers of a page, each module once; place it after the explorers."""
    folders = {explorer.module: explorer.folder for explorer in _explorers(explorers) if not explorer.needs_python}
    names = sorted(folders)
    own = [(folders[name] / "style.css").read_text(encoding="utf-8") for name in names]
    styles = "\n".join([shared_text("shared.css"), *own])
    modules = island({name: module_text(folders[name]) for name in names})
    return (
        f"<style>\n{styles}</style>\n"
        f'<script type="application/json" data-crrkit-modules>{modules}</script>\n'
        f'<script type="module">\n{LIVE.read_text(encoding="utf-8")}</script>\n'
    )


def static_page(explorers: Iterable[Explorer], *, title: str) -> str:
    """A complete HTML page with one or several explorers, as a single file."""
    shown = _explorers(explorers)
    pieces = [static_html(one, element_id=f"explorer-{i}", assets=False) for i, one in enumerate(shown, start=1)]
    lang = shown[0].lang if shown else "en"
    return PAGE.format(lang=lang, title=escape(str(title)), body="\n".join([*pieces, static_assets(shown)]))


def island(value: object) -> str:
    """JSON for a script element: without any ``<`` that could end it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
