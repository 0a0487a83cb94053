"""Options shared by several commands, and --help: translated, with the options that read a file under headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from crrkit.ground import gettext as _, mark
from crrkit.read import EVENT_OPTION

if TYPE_CHECKING:
    from collections.abc import Iterable

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not report progress.")]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A CSV, TSV, Excel, JSON, Parquet or Arrow file, also compressed; a glob pattern; or a database URL.",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        metavar="orders|contracts|events|snapshots", help="What each row is. Default: recognized from the columns."
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        metavar="PERIOD",
        help="day, week, month, quarter, half-year or year. Default: the one that suits how often customers buy.",
    ),
]

OPTIONS = mark("Options")
# Every argument of the readers except `activity`, an object, as an option: its metavar and its help text.
HEADINGS: dict[str, dict[str, tuple[str, str]]] = {
    mark("Columns"): {
        "customer": ("COLUMN", "The customer's id."),
        "at": ("COLUMN", "Orders and events: the date or time. Snapshots: the date of the list."),
        "amount": ("COLUMN", "The amount paid."),
        "quantity": ("COLUMN", "Orders: the number of items; use with --price instead of --amount."),
        "price": ("COLUMN", "Orders: the price of one item."),
        "receipt": ("COLUMN", "Orders: the receipt or order number."),
        "status": (
            "COLUMN",
            "Orders: the status of the purchase, such as paid or cancelled. Snapshots: whether the customer is there.",
        ),
        "start": ("COLUMN", "Contracts: the first day."),
        "end": ("COLUMN", "Contracts: the end; empty while the contract runs."),
        "contract": ("COLUMN", "Contracts: the contract number."),
        EVENT_OPTION: ("COLUMN", "Events: the type of the event."),
        "by": ("COLUMN", "A segment of customers, such as the region; repeatable."),
    },
    mark("What counts"): {
        "counts": ("WORD", "A status that counts; repeatable. Rows with any other status are set aside."),
        "refunds": ("RULE", "Orders: 'set aside' rows with an amount of 0 or less, or 'keep' them."),
        "kinds": ("WORD=KIND", "Events: what a type means, such as paid=purchase; repeatable."),
        "other": ("KIND", "Events: what all other types mean; 'set aside' excludes their rows."),
        "refunded": ("RULE", "Events: 'count' a purchase that was refunded later, or 'remove' it."),
        "end_is": ("RULE", "Contracts: what the end date means, first_day_after or last_active_day."),
        "merge_gap": ("DAYS", "Contracts: a renewal within this many days of the end continues the relationship."),
        "open_ends": (
            "VALUE",
            "Contracts: a word or date that means no end, such as 9999-12-31; repeatable; 'none' for none.",
        ),
        "taken": ("RULE", "Snapshots: whether a list shows the 'start' or the 'end' of the period in its name."),
        "fold": (
            "RULE",
            "Spellings of one id: case, yo, look-alikes, phones, zeros, prefix, groups, marks; none.",
        ),
        "nobody": ("ID", "An id that is not a customer, such as guest; repeatable; 'none' for none."),
        "as_of": ("DATE", "The cut-off: nothing on or after this day counts. 'file' means the day the file was saved."),
        "burn_in_days": (
            "DAYS",
            "Days at the start of the data in which somebody seen for the first time may not be new.",
        ),
        "zone": ("ZONE", "The time zone of the business, such as Europe/Moscow."),
        "week_starts": ("DAY", "The first day of the week. Default: monday."),
        "year_starts": ("MONTH", "The first month of the year. Default: january."),
        "currency": ("CODE", "The currency of the amounts, such as EUR. Default: the one named in the file."),
    },
    mark("File format"): {
        "dates": (
            "FORM",
            "The date format: day-month-year, month-day-year, year-month-day or a pattern like %d.%m.%Y.",
        ),
        "decimal": ("MARK", "The decimal separator: a comma or a point."),
        "thousands": ("MARK", "The thousands separator: a space, an apostrophe, a comma or a point; '' for none."),
        "sheet": ("NAME", "The sheet of a spreadsheet. Default: all sheets that have the columns."),
        "skip": ("LINES", "The number of lines above the column names."),
        "sep": ("MARK", "The field separator of a text file, such as ';'."),
        "encoding": ("NAME", "The encoding of a text file, such as cp1251."),
        "fill_down": (
            "yes|no",
            "Whether a row without an id belongs to the customer above it, as in a grouped report.",
        ),
        "table": ("NAME", "The table of a database. Default: the only one."),
        "query": ("SQL", "A single SELECT that returns the rows of a database."),
    },
}
COLUMN_OPTIONS = {name: option for options in HEADINGS.values() for name, option in options.items()}
TYPE = re.compile(r" <\w+>$")  # Typer appends the Python type to the name of an argument, which is not shown


class Helped:
    """Mixin for commands with `HEADINGS` in translated help; Typer's own is English only."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage: "))

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write arguments, options by heading, and the commands of a group."""
        for heading, rows in _rows_by_heading(self.get_params(ctx), ctx).items():
            with formatter.section(heading):
                formatter.write_dl(rows)
        if commands := getattr(self, "commands", None):
            with formatter.section(_("Commands")):
                formatter.write_dl([(name, one.get_short_help_str(formatter.width)) for name, one in commands.items()])


class Command(Helped, TyperCommand):
    """A command with such help."""


def _rows_by_heading(params: Iterable[Any], ctx: Any) -> dict[str, list[tuple[str, str]]]:
    rows: dict[str, list[tuple[str, str]]] = {_("Arguments"): [], _("Options"): []}
    for param in params:
        if (record := param.get_help_record(ctx)) is not None:
            named = next((heading for heading, options in HEADINGS.items() if param.name in options), OPTIONS)
            heading = _("Arguments") if param.param_type_name == "argument" else _(named)
            rows.setdefault(heading, []).append((TYPE.sub("", record[0]), _translated(record[1])))
    return {heading: found for heading, found in rows.items() if found}


def _translated(text: str) -> str:
    """Translate the texts that Typer adds to help."""
    own = {
        "Show this message and exit.": _("Show this message and exit."),
        "[required]": _("[required]"),
        "[env var: ": _("[env var: "),
        "[default: ": _("[default: "),
    }
    for english, said in own.items():
        text = text.replace(english, said)
    return text
