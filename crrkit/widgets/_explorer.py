"""What every explorer is: a module, a style, a state that can be saved, and a still picture."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from crrkit._errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

HERE = Path(__file__).parent
SAVED = "application/vnd.crrkit.explorer+json"


class StateError(InputError, traitlets.TraitError):
    """A state that an explorer cannot show; a TraitError too, so that traitlets takes a half-made change back."""


@cache
def module_text(name: str) -> str:
    """An explorer's ES module with the tools that all share in front: one text, so that no bundler is needed."""
    return file_text("shared.js") + file_text(f"{name}.js")


@cache
def style_text(name: str) -> str:
    """An explorer's style sheet with what all share in front."""
    return file_text("shared.css") + file_text(f"{name}.css")


@cache
def file_text(name: str) -> str:
    """The text of a file of this room."""
    return (HERE / name).read_text(encoding="utf-8")


def still_html(line: str, svg: str, alt: str) -> str:
    """A sentence and a picture; as an image, since sanitizers take inline SVG away."""
    data = b64encode(svg.encode()).decode()
    image = f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}" style="max-width:100%">'
    return f"<p>{escape(line)}</p>\n<p>{image}</p>"


class Explorer(anywidget.AnyWidget):
    """An anywidget that computes and draws in the browser and can be saved, restored and shown as a still picture."""

    module: ClassVar[str]  # the name of its module, style and entry in saved outputs

    lang = traitlets.Unicode(read_only=True).tag(sync=True)
    _initial = traitlets.Dict().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)

    @property
    def saved(self) -> dict[str, Any]:
        """All that brings this explorer back elsewhere (:func:`crrkit.widgets.restore`): aggregates, no customers."""
        return {"module": self.module, "state": self.saved_state}

    @property
    def saved_state(self) -> dict[str, Any]:
        """The state that `from_saved` takes."""
        raise NotImplementedError

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> Self:
        """The explorer that had this state."""
        return cls(**state)

    @property
    def page_state(self) -> dict[str, Any]:
        """What the browser needs to show this explorer without a kernel; a reset there returns to this state."""
        raise NotImplementedError

    def still(self) -> str:
        """The explorer as HTML that nothing moves, for places where no JavaScript runs."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and beside it what an untrusted notebook or a forge may show."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # a plain dict before anywidget 0.10
        return {**(data or {}), "text/html": self.still(), SAVED: self.saved}, metadata
