"""The base class of explorers: module, style sheet, state to save, static picture; its first numbers from a result."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import contextmanager
from functools import cache
from html import escape
from inspect import getfile
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from crrkit.ground import (
    InputError,
    InputTypeError,
    described,
    format_cell,
    gettext as _,
    is_plain,
    language,
    paragraphs,
    use_language,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    import pandas as pd

    from crrkit.measure import RetentionTable

SAVED = "application/vnd.crrkit.explorer+json"
IMPORT = re.compile(r"^import \{[^}]*\} from \"(?P<path>\.\.?/[\w/]+\.js)\";\n", re.MULTILINE)


class StateError(InputError, traitlets.TraitError):
    """An invalid state of an explorer; also a TraitError, so that traitlets rolls back the change."""


@contextmanager
def as_state_error(name: str, value: object) -> Iterator[None]:
    """Turn a validation error into a StateError."""
    try:
        yield
    except InputError as error:
        raise StateError(str(error), argument=name, given=value) from error


@cache
def module_text(folder: Path) -> str:
    """An explorer's ES module with its imports prepended: a single file, so that no bundler is needed."""
    return "".join(_with_imports(folder / "index.js", {}).values())


def _with_imports(path: Path, sources: dict[Path, str]) -> dict[Path, str]:
    """The text of a module, preceded by the modules that it imports, each once."""
    if path.resolve() not in sources:
        text = path.read_text(encoding="utf-8")
        for imported in IMPORT.finditer(text):
            _with_imports(path.parent / imported["path"], sources)
        sources[path.resolve()] = IMPORT.sub("", text)
    return sources


@cache
def style_text(folder: Path) -> str:
    """An explorer's style sheet, preceded by the shared one."""
    return shared_text("shared.css") + (folder / "style.css").read_text(encoding="utf-8")


@cache
def shared_text(name: str) -> str:
    """A shared file: ``shared.js`` or ``shared.css``."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def still_html(line: str, svg: str, alt: str, *, about: str = "") -> str:
    """A sentence and a picture; as an image, because sanitizers remove inline SVG."""
    data = b64encode(svg.encode()).decode()
    image = f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}" style="max-width:100%">'
    lines = "\n".join(paragraphs([one]) for one in (about, line) if one)
    return f"{lines}\n<p>{image}</p>"


class Explorer(anywidget.AnyWidget):
    """An anywidget that computes and draws in the browser and can be saved, restored and shown as a static picture."""

    module: ClassVar[str]  # its name in saved outputs and pages
    folder: ClassVar[Path]  # the folder of its index.js and style.css: that of the class
    names: ClassVar[tuple[str, ...]]  # the traits that make up its state, in argument order
    embedded: ClassVar[tuple[str, ...]] = ()  # further traits that a page without a kernel needs
    needs_python: ClassVar[bool] = False  # whether it is only a picture in a page without a kernel

    lang = traitlets.Unicode(read_only=True).tag(sync=True)
    _initial = traitlets.Dict().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)
    _about = traitlets.Unicode().tag(sync=True)  # where the initial numbers come from

    made_by: ClassVar[tuple[str, ...]] = ()  # of those that take numbers, by their names alone: how

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the module and the style sheet from the folder of the explorer."""
        if "module" in vars(cls):
            cls.folder = Path(getfile(cls)).parent
            cls._esm, cls._css = module_text(cls.folder), style_text(cls.folder)
        super().__init_subclass__(**kwargs)

    def __new__(cls, *given: object, **named: object) -> Self:
        """Create an explorer of numbers or of a result; numbers must be passed by name."""
        if cls.made_by and (len(given) > 1 or any(isinstance(one, Number) or is_plain(one) for one in given)):
            message = _("{explorer} takes its numbers by their names, and was given {given}. Write {call}.")
            words = {"explorer": cls.__name__, "given": described(given[0]), "call": cls.made_by[0]}
            raise InputTypeError(message.format(**words), given=given[0])
        made: Self = super().__new__(cls, *given, **named)
        return made

    def _start(
        self,
        given: Mapping[str, Any],
        *,
        lang: str | None,
        words: Callable[[], dict[str, Any]],
        about: Callable[[], str] = str,
    ) -> None:
        """Start from a validated state, in one language, and remember it for the reset."""
        traits = self.class_traits()
        state = {name: traits[name].validate(self, value) for name, value in given.items()}
        self._check(state)
        with use_language(lang):
            self.set_trait("lang", language())
            shown = {"_initial": self._as_json(state), "_words": frame_words() | words(), "_about": about()}
            super().__init__(**state, **shown)

    def _check(self, state: Mapping[str, Any]) -> None:
        """Refuse inconsistent values."""

    def _as_json(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """A state as it is sent to the browser."""
        return dict(state)

    def _checked(self, proposal: Mapping[str, Any]) -> Any:
        """A proposed value of a trait, checked against the others: for validators of traitlets."""
        self._check(self.state | {proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    @property
    def state(self) -> dict[str, Any]:
        """The current values, by argument name."""
        return {name: getattr(self, name) for name in self.names}

    @property
    def saved(self) -> dict[str, Any]:
        """Everything needed to restore this explorer elsewhere (`crrkit.widgets.restore`): aggregates, no customers."""
        return {"module": self.module, "state": self.saved_state}

    @property
    def saved_state(self) -> dict[str, Any]:
        """The state for `from_saved`."""
        return self._as_json(self.state) | {"lang": self.lang} | ({"about": self._about} if self._about else {})

    @classmethod
    def from_saved(cls, state: Mapping[str, Any]) -> Self:
        """Restore the explorer from its state."""
        made = cls(**{name: value for name, value in state.items() if name != "about"})
        made._about = state.get("about", "")
        return made

    @property
    def page_state(self) -> dict[str, Any]:
        """What the browser needs to show this explorer without a kernel; a reset there returns to this state."""
        state, about = self._as_json(self.state), {"_about": self._about} if self._about else {}
        own = {name: getattr(self, name) for name in self.embedded}
        return {**state, **own, "lang": self.lang, "_initial": state, "_words": self._words, **about}

    def still(self) -> str:
        """The explorer as static HTML, for places without JavaScript."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view, and static alternatives for untrusted notebooks and code-hosting sites."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # a plain dict before anywidget 0.10
        return {**(data or {}), "text/html": self.still(), SAVED: self.saved}, metadata

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._arguments})"

    @property
    def _arguments(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.state.items())


def frame_words() -> dict[str, Any]:
    """The texts shared by all explorers of numbers, in the current language."""
    return {
        "notWhole": _("A whole number from {least} to {most} is needed. Until then {shown} stands."),
        "notBetween": _("A number from {least} to {most} is needed. Until then {shown} stands."),
        "hint": _("An arrow key moves a slider by one; a box takes any number that fits."),
        "reset": _("Reset"),
        "restored": _("The first numbers are back."),
        "copy": _("Copy as code"),
        "copied": _("Copied:"),
        "copyThis": _("Copy this line:"),
    }


def row_of(account: RetentionTable, period: str | None, *, explorer: str, somebody: bool = False) -> pd.Series:
    """The row of the named period of an account, by default of its latest complete one.

    Args:
        account: The result of `retention_by_period`.
        period: The period's name.
        explorer: The explorer that asks, for the error message.
        somebody: Refuse a period without customers at the start, for explorers that cannot show an undefined rate.

    Raises:
        InputError: If it is not an account, is one by segments, lacks the period, or the period has no customers at the
            start.
    """
    from crrkit.measure import check_one_account

    check_one_account(account, f"widgets.{explorer}({{kept}})")
    row = account.latest if period is None else account.row(period)
    if somebody and not row["start"]:
        message = _("In {period} there was nobody to keep, so there is no rate to explore. Name another period.")
        raise InputError(message.format(period=row["period"]), argument="period", given=row["period"])
    return row


def no_account(period: str | None) -> None:
    """Refuse a period without an account."""
    if period is not None:
        message = _("period={period!r} names a period of an account. Give the account in front of it.")
        raise InputError(message.format(period=period), argument="period", given=period)


def about(account: RetentionTable, row: pd.Series) -> str:
    """Warnings, then what the initial numbers are, in the current language."""
    text = _("It begins with {period}: kept {kept} of {start}, CRR {crr}.")
    if account.card.segment:
        text = _("It begins with {period}, {segment}: kept {kept} of {start}, CRR {crr}.")
    kinds = {"period": "text", "kept": "count", "start": "count", "crr": "rate"}
    words = {name: format_cell(row[name], kind) for name, kind in kinds.items()}
    return " ".join(filter(None, [account.warning, text.format(**words, segment=account.card.segment)]))


def named(first: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The initial numbers, overridden by those given explicitly."""
    return first | {name: value for name, value in typed.items() if value is not None}
