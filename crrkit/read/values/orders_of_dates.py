"""The order of day, month and year that the dates of a column prove, and the notes and errors if they conflict."""

from __future__ import annotations

from typing import Any

from crrkit.ground import InputError, ntold as ngettext, told as _, told_number

STRAY = 0.05  # up to this share of the dates that prove an order, those of the other order are errors and set aside


def check_orders(seen: dict[str, Any]) -> None:
    """Raise an error if a column has both orders, since all ambiguous dates are in doubt.

    Raises:
        InputError: With an example of each.
    """
    fewer, proofs = sorted([seen["only_day"] or 0, seen["only_month"] or 0])
    if fewer > 1 and fewer > STRAY * (fewer + proofs):
        message = _(
            "Dates in {column!r} stand in two orders: {one!r} can only be day first, {other!r} only month first."
            " Export them in one form, such as 2024-12-31."
        )
        raise InputError(message.format(**seen), argument="dates")
    some = seen["years"] > 1 and proofs > 1
    if some and seen["turned"] == seen["years"] and proofs == seen["some"] == seen["marks"]:
        message = _(
            "Dates in {column!r} look half turned by a spreadsheet: those such as {iso!r} have no day above 12,"
            " those such as {example!r} have no other. Export them again as text, or in one form."
        )
        raise InputError(message.format(**seen, example=seen["one"] or seen["other"]), argument="dates")


def day_or_month(seen: dict[str, Any]) -> str:
    """Return the order of dates that do not begin with the year.

    Raises:
        InputError: If every date is ambiguous and the two readings differ.
    """
    if seen["days"] == seen["months"] and seen["differ"] and not seen["only_day"]:
        message = _(
            "Dates in {column!r} such as {example!r} can be read day first or month first."
            " Use dates='day-month-year' or dates='month-day-year'."
        )
        raise InputError(message.format(**seen, example=seen["either"]), argument="dates")
    return "day-month-year" if seen["days"] >= seen["months"] else "month-day-year"


def order_beside(seen: dict[str, Any]) -> str | None:
    """Return the order of the minority of dates that do not begin with the year; None if they prove none."""
    ambiguous = seen["days"] == seen["months"] and seen["differ"] and not seen["only_day"]
    return None if ambiguous or not seen["some"] else day_or_month(seen)


def is_as_written(seen: dict[str, Any]) -> bool:
    """Return whether dates with the year first were not converted by a spreadsheet, which converts days up to 12."""
    return bool(seen["turned"] < seen["years"] or seen["left"])


def own_forms(seen: dict[str, Any]) -> tuple[str, ...]:
    """Return a note on two formats in one column, both of which are read."""
    note = _("Dates in {column!r} stand in two forms, such as {iso!r} and {beside!r}; each was read in its own.")
    return (note.format(**seen),) if seen["some"] else ()


def strays(seen: dict[str, Any], others: int) -> tuple[str, ...]:
    """Return a note on dates in a rarer format, including errors in the other order, which are set aside."""
    rarer = others + min(seen["only_day"] or 0, seen["only_month"] or 0)
    if not rarer:
        return ()
    note = ngettext(
        "{n} date in {column!r} is written in another form than the rest, and is set aside.",
        "{n} dates in {column!r} are written in another form than the rest, and are set aside.",
        rarer,
    )
    return (note.format(n=told_number(rarer), column=seen["column"]),)


def serials_among(column: str, seen: dict[str, Any]) -> tuple[str, ...]:
    """Return a note on spreadsheet serial numbers among dates, which are set aside if they are few.

    Raises:
        InputError: If they are not few: the spreadsheet may have swapped day and month of the dates that it converted.
    """
    words = {"n": told_number(seen["n"]), "column": column, "one": seen["one"], "other": seen["other"]}
    if seen["n"] > 1 and seen["n"] > STRAY * seen["all"]:
        message = _(
            "Column {column!r} holds dates such as {other!r} and numbers of a spreadsheet such as {one!r}, which may"
            " have swapped their day and month. Export the dates again, in one form such as 2024-12-31."
        )
        raise InputError(message.format(**words), argument="dates")
    note = ngettext(
        "{n} date in {column!r} is a number of a spreadsheet, {one!r} beside {other!r}, and is set aside.",
        "{n} dates in {column!r} are numbers of a spreadsheet, such as {one!r} beside {other!r}, and are set aside.",
        seen["n"],
    )
    return (note.format(**words),)
