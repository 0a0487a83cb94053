"""Opening a list in a ListExplorer: `explore` in one call; ListChooser by a dropped file and menus for its columns."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from crrkit import read
from crrkit.ground import CrrkitError, gettext as _, language, use_language
from crrkit.widgets.bench import module_text, style_text
from crrkit.widgets.own_list import ListExplorer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read import Base

__all__ = ["ListChooser", "explore"]

LOOKS: dict[str, Any] = {"style": {"description_width": "11rem"}, "layout": {"width": "auto", "max_width": "36rem"}}
ENDINGS = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods,.parquet,.json,.jsonl,.gz,.zip,.zst,.bz2,.xz"


class FileField(anywidget.AnyWidget):
    """A field for dropping or choosing a file, which is uploaded in parts to a temporary folder."""

    folder = Path(__file__).parent
    _esm = module_text(folder)
    _css = style_text(folder)

    lang = traitlets.Unicode().tag(sync=True)
    says = traitlets.Unicode().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)
    path = traitlets.Instance(Path, allow_none=True)  # the completely uploaded file; not sent back

    def __init__(self) -> None:
        words = {"choose": _("Drop a file here, or choose one. It stays on this computer."), "accept": ENDINGS}
        super().__init__(lang=language(), _words=words)
        self._room = tempfile.TemporaryDirectory(prefix="crrkit-")
        self._arriving: IO[bytes] | None = None
        self.on_msg(lambda _widget, message, parts: self.receive(message, parts))

    def receive(self, message: Mapping[str, Any], parts: list[bytes]) -> None:
        """Handle an upload message: ``begin`` with the name, ``part`` with bytes, ``end``."""
        if message["step"] == "begin":
            self.path = None
            self._close()
            target = Path(self._room.name) / Path(str(message["name"]).replace("\\", "/")).name
            self._arriving = target.open("wb")
        elif self._arriving is not None and message["step"] == "part":
            self._arriving.write(parts[0])
        elif self._arriving is not None:
            arrived = Path(self._arriving.name)
            self._close()
            self.path = arrived

    def _close(self) -> None:
        if self._arriving is not None:
            self._arriving.close()
        self._arriving = None


class ListChooser(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A page for opening a file: drop it, check how its columns were interpreted, and open it in a ListExplorer.

    The menus start with the proposals of :func:`crrkit.guess`. The file is sent only to the Python process of this
    page, into a temporary folder. The results are available as :attr:`base` and :attr:`explorer`.

    Args:
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Examples:
        >>> import crrkit as crr
        >>> chooser = ListChooser()
        >>> chooser.look(crr.sample_path("orders"))
        >>> chooser.kind.value, chooser.columns["at"].value
        ('orders', 'ordered_at')
    """

    def __init__(self, *, lang: str | None = None) -> None:
        with use_language(lang):
            self.lang = language()
            self.field = FileField()
            self.kind = ipywidgets.Dropdown(
                options=[(_(name), name) for name in read.ROLES], description=_("Rows are"), **LOOKS
            )
            self.button = ipywidgets.Button(description=_("Open with sliders"), button_style="primary")
        self.columns: dict[str, ipywidgets.Dropdown] = {}
        self.base: Base | None = None
        self.explorer: ListExplorer | None = None
        self._menus, self._shown = ipywidgets.VBox(), ipywidgets.VBox()
        super().__init__([self.field, self._menus, self._shown])
        self.field.observe(self._arrived, "path")
        self.kind.observe(lambda _change: self._ask(), "value")
        self.button.on_click(lambda _button: self.show())

    def _arrived(self, change: Mapping[str, Any]) -> None:
        if change["new"]:
            self.look(change["new"])

    def look(self, path: Path) -> None:
        """Show how a file was interpreted."""
        self._path, self._shown.children, self.explorer = path, (), None
        with use_language(self.lang):
            try:
                self._columns = read.columns_of(path)
            except CrrkitError as error:
                self._menus.children, self.field.says = (), f"{path.name}: {error}"
                return
            try:
                guess = read.guess(path)
            except CrrkitError as error:
                self.field.says = f"{path.name}: {error}"
                self._ask()
                return
            self.field.says = f"{path.name}: {' '.join(guess.reasons)}"
            self.kind.value = guess.kind
            self._ask(guess.columns)

    def _ask(self, columns: Mapping[str, str] | None = None) -> None:
        """A menu for each column that this kind of list has."""
        roles, kind = (*read.ROLES[self.kind.value], "by"), self.kind.value
        usual = (
            {role: read.usual_column(role, self._columns) or "" for role in read.ROLES[kind]}
            if columns is None
            else columns
        )
        with use_language(self.lang):
            titles, none = _titles(), (_("none"), "")
        self.columns = {}
        for role in roles:
            chosen = usual.get(role) or ""
            may_be_none = role not in read.REQUIRED[kind] or not chosen
            options = [*([none] if may_be_none else []), *((name, name) for name in self._columns)]
            self.columns[role] = ipywidgets.Dropdown(options=options, value=chosen, description=titles[role], **LOOKS)
        self._menus.children = (self.kind, *self.columns.values(), self.button)

    def show(self) -> None:
        """Read the file as set in the menus, and open it in a ListExplorer."""
        needed = read.REQUIRED[self.kind.value]  # for the others "" means that there is no such column
        chosen = {role: menu.value for role, menu in self.columns.items() if menu.value or role not in (*needed, "by")}
        arguments = {(read.EVENT_OPTION if role == "kind" else role): column for role, column in chosen.items()}
        with use_language(self.lang):
            try:
                self.base = read.read_list(self._path, kind=self.kind.value, arguments=arguments)
                self.explorer = ListExplorer(self.base)
            except CrrkitError as error:
                self.field.says, self._shown.children = str(error), ()
                return
            self.field.says = " ".join([*self.base.quality.above(), self.base.quality.reading()])
        self._shown.children = (self.explorer,)


def _titles() -> dict[str, str]:
    """The title of each column, in the current language."""
    return {
        "customer": _("Who: the customer"),
        "at": _("When it happened"),
        "amount": _("What was paid"),
        "quantity": _("Pieces"),
        "price": _("Price of one piece"),
        "receipt": _("Number of the receipt"),
        "status": _("What became of it"),
        "start": _("First day"),
        "end": _("Last day, or empty"),
        "contract": _("Number of the contract"),
        "kind": _("What happened"),
        "by": _("Segment, such as a region"),
    }


def explore(
    source: Any, *, kind: str | None = None, every: str | None = None, lang: str | None = None, **roles: Any
) -> ListExplorer:
    """Read a list and open it in a ListExplorer: sliders for the rules, with CRR, churn and stages.

    The kind of list and the columns are determined as by `crrkit check` and `crrkit report`. If they are ambiguous, an
    error states both possible calls.

    Args:
        source: A file, a table, or a base.
        kind: ``orders contracts`` or ``events``; by default inferred from the columns.
        every: The initial period; by default the one that suits the customers' purchase rhythm.
        lang: ``"en"`` or ``"ru"``; None takes the current language.
        roles: Arguments of the reader for this kind, such as ``customer= at= amount= by=``; the column with the kind of
            event is ``event=``.

    Returns:
        The explorer, whose `kept`, `flow`, `model` and `settings` follow the sliders.

    Raises:
        InputError: If the source cannot be read, or its kind or columns are ambiguous.

    Examples:
        >>> import pandas as pd
        >>> days = ["2024-01-05", "2024-01-20", "2024-02-05", "2024-03-02", "2024-03-20"]
        >>> log = pd.DataFrame({"client": ["ann", "bob", "ann", "bob", "ann"], "date": days})
        >>> explorer = explore(log, every="month")
        >>> float(explorer.kept.row("2024-02")["crr"])
        0.5
        >>> explore(log, kind="orders", end="date")
        Traceback (most recent call last):
        crrkit.InputError: end= belongs to contracts, and this is read as orders. ...
    """
    from crrkit.measure.cadence import advise
    from crrkit.read import Base, read_list

    with use_language(lang):
        base = source if isinstance(source, Base) and not roles else read_list(source, kind=kind, arguments=roles)
        return ListExplorer(base if every else advise(base).applied(base), every=every, lang=lang)
