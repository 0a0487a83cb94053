"""Ids shared by several customers, or changed for the same customer: lost digits, masked or reissued ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow.compute as pc

from crrkit.ground import mark, ntold as ngettext, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.notes import Note
from crrkit.read.values import aggregate, is_true
from crrkit.reduce import from_kept, lives_in_months

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import ibis.expr.types as ir
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
MANY_ACROSS = 20  # customers with rows before and after other months, so that having none is not chance
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


def changed_people(table: ir.Table, *, first: datetime, last: datetime) -> list[str]:
    """Return a doubt if nobody has rows both before and after some month, while many do for other months.

    This is the only sign of ids that were reissued in the same format.
    """
    lives = lives_in_months(table, begin=first, until=last)
    if lives is None:
        return []
    frame = from_kept(lives).to_pandas()
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
