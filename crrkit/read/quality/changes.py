"""Ids shared by several customers, or changed for the same customer: lost digits, masked or reissued ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow.compute as pc

from crrkit.ground import mark, ntold as ngettext, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.doubts import UNREAD
from crrkit.read.quality.left_out import SURELY
from crrkit.read.quality.notes import Note
from crrkit.read.values import aggregate, is_true
from crrkit.read.words import is_an_address, is_of_people
from crrkit.reduce import from_kept, lives_in_months

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa

KEPT_DIGITS = 15  # spreadsheets replace later digits by zeros
LONG, ENDS_IN_ZEROS = rf"^[0-9]{{{KEPT_DIGITS + 1},}}$", rf"^[0-9]{{{KEPT_DIGITS}}}0+$"
WHOLE_IN_FLOATS = 2**53  # floats represent all integers up to this
FEWEST_ZEROS = 5  # the probability of so many zeros by chance is 1 in 100,000
MASKED, MASKED_SHARE = r"[*•●]{2,}|[xXхХ]{4,}[- ]?[0-9]|[0-9][- ]?[xXхХ]{4,}", 0.05  # fewer are errors
# Formats of ids; a change from one to another indicates a change of system.
FORMS = {
    mark("digits"): "^[0-9]+$",
    mark("GUIDs"): r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    mark("mail addresses"): "@",
    mark("letters and digits"): r"^\p{L}[^ ]*[0-9]$",
    mark("digits and letters"): r"^[0-9][^ ]*\p{L}$",
}
CHANGED = mark("ids change their form")
LOST_A_MONTH = 0.03  # a share of customers that few shops fall below
MANY_ACROSS = 20  # customers with rows before and after other months, so that having none is not chance
FEWEST_TWICE, TWO_IDS, SEVERAL_PEOPLE = 5, 0.1, 0.3  # shares of addresses and of ids; fewer are slips and changes
IN_USE = 0.1  # share of the rows below which a format is an exception


def lost_digits(ids: pa.ChunkedArray) -> list[str]:
    """Return a doubt if all ids with more digits than a spreadsheet keeps end in zeros."""
    long = ids.filter(pc.match_substring_regex(ids, pattern=LONG))
    zeros = sum(len(one) - KEPT_DIGITS for one in long.to_pylist())
    if zeros < FEWEST_ZEROS or not pc.all(pc.match_substring_regex(long, pattern=ENDS_IN_ZEROS)).as_py():
        return []
    note = ngettext(
        "{n} id has more than {digits} {digits:digit|digits} and ends in zeros, as where a spreadsheet has lost the"
        " last digits: several customers may share one id. Export the ids as text.",
        "{n} ids have more than {digits} {digits:digit|digits}, and all end in zeros, as where a spreadsheet has lost"
        " the last digits: several customers may share one id. Export the ids as text.",
        len(long),
    )
    return [note.format(n=format_number(len(long)), digits=KEPT_DIGITS)]


def masked(ids: pa.ChunkedArray) -> list[str]:
    """Return a doubt if ids are masked, as card numbers are."""
    n = pc.sum(pc.match_substring_regex(ids, pattern=MASKED)).as_py() or 0
    if n < MASKED_SHARE * len(ids):
        return []
    note = ngettext(
        "{n} id is masked, as a number of a card is (****1234): several customers may share it. Take a column with"
        " whole ids.",
        "{n} ids are masked, as numbers of cards are (****1234): several customers may share one. Take a column with"
        " whole ids.",
        n,
    )
    return [note.format(n=format_number(n))] if n else []


def lost_in_floats(table: ir.Table, column: str) -> list[str]:
    """Return a doubt if ids are stored as floats and too large to be exact."""
    if not table[column].type().is_floating():
        return []
    large = aggregate(table, n=is_true(table[column].abs() > WHOLE_IN_FLOATS).sum())["n"] or 0
    if not large:
        return []
    note = ngettext(
        "{n} row has an id that is too long for a number with a point: its last digits are lost, and several customers"
        " may share one id. Read the ids as text.",
        "{n} rows have ids that are too long for numbers with a point: their last digits are lost, and several"
        " customers may share one id. Read the ids as text.",
        large,
    )
    return [note.format(n=format_number(large))]


def change_of_form(counts: pa.Table, rows: ir.Table) -> list[str]:
    """Return a doubt if ids of one format end before those of another begin.

    Args:
        counts: The distinct ids with their numbers of rows.
        rows: All rows, ``id`` and ``at``.
    """
    total = pc.sum(counts["rows"]).as_py() or 0
    met = {
        name: pc.sum(counts["rows"].filter(pc.match_substring_regex(counts["id"], pattern=form))).as_py() or 0
        for name, form in FORMS.items()
    }
    used = [name for name, n in met.items() if n and n >= IN_USE * total]
    if len(used) != 2:  # noqa: PLR2004 - from one to another
        return []
    form = ibis.cases(*[(is_true(rows["id"].re_search(FORMS[name])), name) for name in used], else_=None)
    spans = (
        rows.select("at", form=form).group_by("form").agg(first=lambda t: t["at"].min(), last=lambda t: t["at"].max())
    )
    known = [span for span in spans.to_pyarrow().to_pylist() if span["form"] in used and span["first"] is not None]
    if len(known) != len(used):
        return []
    before, after = sorted(known, key=lambda span: span["first"])
    old, new = before["form"], after["form"]
    if before["last"] >= after["first"]:
        return []
    note = _(
        "The ids change their form: {before} until {last}, {after} from {first} on. Whoever was a"
        " customer before counts as lost, and comes back as new. Bring the ids to one form."
    )
    told = {"last": format_date(before["last"]), "first": format_date(after["first"])}
    said = note.format(before=_(old), after=_(new), **told)
    return [Note.about(said, doubt=CHANGED, rows=met[old], since=after["first"])]


def lives_doubts(table: ir.Table, *, first: datetime, last: datetime) -> list[str]:
    """Return doubts by the months of the first and the last row of each customer."""
    lives = lives_in_months(table, begin=first, until=last)
    if lives is None:
        return []
    frame = from_kept(lives).to_pandas()
    return _changed_people(frame, first, last) or _survivors(frame, first)


def _survivors(frame: pd.DataFrame, first: datetime) -> list[str]:
    """Return a doubt if nobody bought for the last time before some month, while many had been seen by then."""
    since = int(frame["last"].min())
    before = frame[frame["first"] < since]
    came = before[before["first"] > since // 4]  # a panel of regulars, all there from the beginning, may lose nobody
    seen = int(((since - before["first"]) * before["customers"]).sum())  # months in which somebody could be lost
    if int(came["customers"].sum()) < MANY_ACROSS or seen * LOST_A_MONTH < SURELY:
        return []
    place = first.year * 12 + first.month - 1 + since
    message = _(
        "All {n} customers who bought before {month} bought in it or later, so nobody seems lost up to then. If the"
        " list is of customers chosen for having bought lately, those who left are missing, and rates are too high."
    )
    words = {"n": format_number(int(before["customers"].sum())), "month": f"{place // 12}-{place % 12 + 1:02d}"}
    return [message.format(**words)]


def _changed_people(frame: pd.DataFrame, first: datetime, last: datetime) -> list[str]:
    """Return a doubt if nobody has rows both before and after some month, while many do for other months.

    This is the only sign of ids that were reissued in the same format.
    """
    months = range((last.year - first.year) * 12 + last.month - first.month)
    across = [int(frame["customers"][(frame["first"] < k) & (frame["last"] > k)].sum()) for k in months]
    cut = next((k for k, n in enumerate(across) if not n and min(_peaks(across, k)) >= MANY_ACROSS), None)
    if cut is None:
        return []
    place = first.year * 12 + first.month - 1 + cut
    note = _(
        "No id has rows both before and after {month}, as many have around other months. If ids were reassigned"
        " then, every earlier customer counts as lost and comes back as new: bring the ids to one form."
    )
    return [note.format(month=f"{place // 12}-{place % 12 + 1:02d}")]


def _peaks(across: Sequence[int], cut: int) -> tuple[int, int]:
    """Return the maxima of ``across`` before and after the month ``cut``."""
    return max(across[:cut], default=0), max(across[cut + 1 :], default=0)


def people_doubts(rows: ir.Table, unread: Sequence[str], *, column: str) -> list[str]:
    """Return doubts if ids and another column that tells people apart contradict each other.

    Args:
        rows: The rows, with ``customer``.
        unread: The columns to check.
        column: The column of the ids.
    """
    return [
        doubt
        for place, name in enumerate(unread)
        if is_of_people(name)
        for doubt in _contradictions(rows, UNREAD + str(place), column=column, other=name)
    ]


def _contradictions(rows: ir.Table, field: str, *, column: str, other: str) -> list[str]:
    told = rows[field].cast("string").lower().re_replace(r"[ ()+-]", "")
    pairs = rows.select("customer", told=told).filter(lambda t: t["told"] != "").distinct()
    asked = {"n": lambda t: t.count(), "many": lambda t: is_true(t["n"] > 1).sum()}
    of_told, of_ids = (
        aggregate(pairs.group_by(key).agg(n=asked["n"]), n=asked["n"], many=asked["many"])
        for key in ("told", "customer")
    )
    words = {"column": column, "other": other}
    said = []
    if is_an_address(other) and of_told["many"] >= max(FEWEST_TWICE, TWO_IDS * of_told["n"]):
        message = _(
            "{n} of {total} {total:value|values} in column {other!r} stand beside several ids in {column!r}: if each is"
            " one person, whoever has several ids counts as lost and as new. Use customer={other!r}, or resolve_people."
        )
        said.append((message, of_told))
    if of_ids["many"] >= max(FEWEST_TWICE, SEVERAL_PEOPLE * of_ids["n"]):
        message = _(
            "{n} of {total} {total:id|ids} in column {column!r} stand beside several values of {other!r}: an id may be"
            " of a company, or of several customers, as where shops that number alike were put together. Rates are"
            " of ids."
        )
        said.append((message, of_ids))
    return [message.format(n=format_number(n["many"]), total=format_number(n["n"]), **words) for message, n in said]
