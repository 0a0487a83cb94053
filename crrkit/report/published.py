"""Data embedded in a page for later reports: the counts as printed, and the definition.

Nothing else: what is suppressed in the page is suppressed here, and no row or note of the list is included. The account
is for `previous=`, and all of it for `published=`, so that the pages themselves record what was disclosed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from crrkit.counts import wilson_columns
from crrkit.ground import InputError, InputTypeError, SourceError, check_choice, gettext as _
from crrkit.measure import RetentionTable
from crrkit.read import QualityReport
from crrkit.report.html import Html, element
from crrkit.rules import DefinitionCard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crrkit.report.section import Carried, Section

ACCOUNT_PLACE = "crrkit-account"
ACCOUNT_ISLAND = re.compile(rf'<script[^>]* id="{ACCOUNT_PLACE}"[^>]*>(.*?)</script>', re.DOTALL)
CARRIED_COUNTS = ("start", "kept", "lost", "new", "returned", "end")
CARRIED_DAYS = ("from_", "until")
CARRIED = ("period", *CARRIED_DAYS, *CARRIED_COUNTS, "status")
Taken = TypeVar("Taken")

CARRIED_FORM = 1  # of what is written here
CARRIED_PERIODS = ("day", "week", "month", "quarter", "half-year", "year")


@dataclass(frozen=True, eq=False)
class Published:
    """What an earlier page disclosed.

    Attributes:
        account: Its account, NaN if suppressed.
        sections: The counts shown in each section, by anchor.
        amounts: The amounts shown in each section, by anchor, in hundredths or as shares.
    """

    account: RetentionTable
    sections: dict[str, Carried]
    amounts: dict[str, Carried] = field(default_factory=dict)


def account_island(kept: RetentionTable, parts: Iterable[Section] = ()) -> Html:
    """The account of a page and the counts of its sections as embedded JSON: for `account_in` and `pages_in`."""
    given = list(parts)
    rows = [[_plain(row[name]) for name in CARRIED] for _i, row in kept.table.iterrows()]
    content = {
        "form": CARRIED_FORM,
        "every": kept.every,
        "card": kept.card.to_dict(),
        "columns": CARRIED,
        "periods": rows,
        "sections": {part.anchor: part.carried for part in given if part.carried},
        "amounts": {part.anchor: part.amounts for part in given if part.amounts},
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return element("script", Html(text), type="application/json", id=ACCOUNT_PLACE)


def _plain(value: Any) -> str | int | None:
    if pd.isna(value):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value if isinstance(value, str) else int(value)


def account_in(path: str | Path) -> RetentionTable:
    """Read the account embedded in a saved report: its counts as printed, its definition; suppressed values are NaN.

    Args:
        path: An HTML file that `write_report` wrote.

    Raises:
        SourceError: If the file cannot be read.
        InputError: If it contains no account.

    Examples:
        >>> import crrkit as crr, pathlib, tempfile
        >>> base = crr.read_contracts(crr.sample_path("canonical"))
        >>> out = pathlib.Path(tempfile.mkdtemp()) / "report.html"
        >>> written = crr.write_report(base, every="half-year", min_cell=None, out=out)
        >>> float(account_in(out).row("2024H1")["crr"])
        0.6
    """
    return _taken(path, _account, argument="previous")


def pages_in(published: object) -> tuple[Published, ...]:
    """What earlier pages disclosed, from one or several files, or from results of `write_report`."""
    return tuple(
        one if isinstance(one, Published) else _taken(_path_of(one), _page, argument="published")
        for one in each_of(published)
    )


def each_of(published: object) -> tuple[object, ...]:
    """One or several as a list."""
    if published is None:
        return ()
    return tuple(published) if isinstance(published, list | tuple) else (published,)


def file_of(given: object) -> str | Path | None:
    """The file of an earlier report, given as such or as a result of `write_report`; None if it is something else."""
    path = getattr(given, "out", given)
    return path if isinstance(path, str | Path) else None


def _path_of(one: object) -> str | Path:
    path = file_of(one)
    if path is not None:
        return path
    message = _("published has a {kind} in it; give the HTML files of earlier reports.")
    raise InputTypeError(message.format(kind=type(one).__name__), argument="published", given=one)


def _page(content: dict[str, Any]) -> Published:
    return Published(_account(content), _carried(content["sections"]), _carried(content["amounts"]))


def _carried(content: dict[str, Any]) -> dict[str, Carried]:
    return {
        anchor: {
            what: {row: dict(cells.items()) for row, cells in rows.items()} for what, rows in carried.items()
        } for anchor, carried in content.items()
    }  # fmt: skip


def _taken(path: str | Path, take: Callable[[dict[str, Any]], Taken], *, argument: str) -> Taken:
    """The data embedded in a page; anything but a report is refused."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as refused:
        message = _("{path} cannot be read ({why}). Give the HTML file of an earlier report.")
        why = getattr(refused, "strerror", None) or type(refused).__name__
        raise SourceError(message.format(path=path, why=why), argument=argument, given=str(path)) from refused
    try:
        return take(json.loads("".join(ACCOUNT_ISLAND.findall(text))))
    except (ValueError, KeyError, TypeError, AttributeError) as refused:
        message = _(
            "{path} carries no account that could be read: it is not a report, or was written by an "
            "earlier version. Write that"
            " report again from its list, or leave {argument}= out."
        )
        raise InputError(message.format(path=path, argument=argument), argument=argument, given=str(path)) from refused


def _account(content: dict[str, Any]) -> RetentionTable:
    if content["form"] != CARRIED_FORM:
        raise ValueError(content["form"])
    every = check_choice(content["every"], name="every", choices=CARRIED_PERIODS)
    table = pd.DataFrame(content["periods"], columns=content["columns"])[list(CARRIED)]
    table = table.assign(**{name: pd.to_datetime(table[name]) for name in CARRIED_DAYS})
    table = table.assign(**{name: table[name].astype(float) for name in CARRIED_COUNTS})
    low, high = wilson_columns(table["kept"], table["start"])
    table = table.assign(crr=table["kept"] / table["start"].where(table["start"] > 0), crr_low=low, crr_high=high)
    card = DefinitionCard.from_dict(content["card"])
    return RetentionTable(
        table, every, card, QualityReport.from_counts({}, source=card.source, rows_used=0, columns={})
    )


def account_before(previous: object) -> RetentionTable | None:
    """The account of an earlier report, from its file, from a result of `write_report`, or given as such."""
    if previous is None or isinstance(previous, RetentionTable):
        return previous
    path = file_of(previous)
    if path is not None:
        return account_in(path)
    message = _("previous is a {kind}; give the HTML file of an earlier report, or its account.")
    raise InputTypeError(message.format(kind=type(previous).__name__), argument="previous", given=previous)
