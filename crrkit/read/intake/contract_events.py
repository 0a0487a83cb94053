"""Reading a log of subscriptions and cancellations, one row per event, as contracts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ibis

from crrkit import reduce
from crrkit.ground import InputError, ntold as ngettext, told as _, told_number
from crrkit.read.intake import terms
from crrkit.read.intake.canonical import Canonical, canonical_of, doubted, with_source_errors
from crrkit.read.intake.fields import GIVEN, read_fields, unreadable, usual_faults
from crrkit.read.quality import left_out_doubts
from crrkit.read.sources import in_business_zone, open_source
from crrkit.read.values import is_true
from crrkit.read.words import MOST_STATES, check_words, contract_event, listed
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from crrkit.read.values import Forms

SINCE = "crrkit_since"  # the time of the customer's first start


@with_source_errors
def read_contract_event_rows(
    source: Any,
    *,
    named: Mapping[str, str | None],
    kinds: Mapping[str, str | None] | None,
    by: Sequence[str],
    forms: Forms,
    as_of: datetime | None,
) -> Canonical:
    """Return rows with ``customer start end`` (and ``contract amount`` if given) from a log with one row per event."""
    opened = open_source(source, kind="contract events", named=named, by=by, forms=forms)
    opened, forms = in_business_zone(opened, forms, "at")
    opened, fields = read_fields(opened, forms, ids=("contract", "kind"), times=("at",), numbers=("amount",))
    fields |= _starts_and_ends(fields["kind"], opened.table, kinds)
    own = [fields[name] for name in ("customer", "contract") if name in fields]
    began = ibis.ifelse(fields["kind"] == reduce.START_EVENT, fields["at"], ibis.null("timestamp"))
    fields[SINCE] = began.min().over(ibis.window(group_by=own))

    def wrong(row: Mapping[str, Any]) -> dict[str, Any]:
        return usual_faults(row, "at", numbers=("amount",), as_of=as_of) | {
            "no kind": ~row["kind" + GIVEN],
            "kind not used": unreadable(row, "kind"),
            "end without a start": (row["kind"] == reduce.END_EVENT) & ~is_true(row[SINCE] <= row["at"]),
        }

    rows = canonical_of(opened, fields, wrong, by=by, times=("at",), zone=forms.zone, as_of=as_of, kind="contracts")
    return _with_left_out(replace(_with_note(rows), table=reduce.contracts_from_events(rows.table, by=by)), as_of)


def _with_left_out(rows: Canonical, as_of: datetime | None) -> Canonical:
    cut = as_of or rows.last + timedelta(days=1)
    starts, ends = (terms.rows_by_day(rows.table, time, until=cut) for time in ("start", "end"))
    return doubted(rows, doubts=left_out_doubts(rows.table, starts, ends, until=(cut.date() - EPOCH).days))


def _starts_and_ends(word: Any, table: Any, kinds: Mapping[str, str | None] | None) -> dict[str, Any]:
    """Return whether each row is a ``start`` or an ``end``, and whether the field is not empty."""
    met = table.select(word=word.cast("string")).group_by("word").agg(rows=lambda t: t.count())
    words = {row["word"]: row["rows"] for row in met.limit(MOST_STATES + 1).to_pyarrow().to_pylist() if row["word"]}
    said = dict(kinds or {})
    check_words(said, words, name="kinds")
    for meant in said.values():
        if meant not in (reduce.START_EVENT, reduce.END_EVENT, None):
            message = _("kinds: {value!r} is neither 'start' nor 'end', nor None for what is neither.")
            raise InputError(message.format(value=meant), argument="kinds", given=meant)
    meaning = {one: said[one] if one in said else contract_event(one) for one in words}
    strange = [one for one in words if one not in said and meaning[one] is None]
    if strange or len(words) > MOST_STATES:
        message = _(
            "It is not known whether a contract begins or ends with {words}. Say it with kinds={{{first!r}: 'end'}},"
            " choosing from 'start', 'end' and, for what is neither, None."
        )
        shown = strange or list(words)
        raise InputError(message.format(words=listed(shown, words), first=shown[0]), argument="kinds")
    text = word.cast("string")
    cases = [(text == one, meant) for one, meant in meaning.items() if meant]
    return {"kind": ibis.cases(*cases, else_=None) if cases else ibis.null("string"), "kind" + GIVEN: text.notnull()}


def _with_note(rows: Canonical) -> Canonical:
    """Add the note that earlier customers are not in the log, unless they cancelled in it."""
    quality = rows.quality
    n = int(quality.table.loc[quality.table["reason"] == "end without a start", "rows"].sum())
    if not n:
        return rows
    note = ngettext(
        "{n} end has no beginning before it: that customer was there before the log began. Others who were there and"
        " did not leave are not in it at all, so only those are counted who began in the log.",
        "{n} ends have no beginning before them: those customers were there before the log began. Others who were there"
        " and did not leave are not in it at all, so only those are counted who began in the log.",
        n,
    ).format(n=told_number(n))
    return replace(rows, quality=quality.with_doubts(note))
