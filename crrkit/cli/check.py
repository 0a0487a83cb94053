"""``crrkit check``: which rows of a file would be read, which set aside and why, and the command for a report."""

from __future__ import annotations

import inspect
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crrkit.cli.reading import as_typed, read
from crrkit.ground import InputError, format_date, format_number, gettext as _, ngettext
from crrkit.read import EVENT_OPTION, by_names, confidence_lines, without_credentials, written_in, written_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.measure import RetentionTable
    from crrkit.measure.cadence import Advice
    from crrkit.read import Base


@dataclass(frozen=True)
class Checked:
    """A file as it would be read, the columns that were not given, and the suggested period."""

    file: str
    kind: str
    reading: dict[str, Any]
    found: dict[str, str]
    base: Base
    advice: Advice
    kept: RetentionTable


def look(file: str, *, kind: str, reading: dict[str, Any]) -> Checked:
    """Read a file with the given options, and count it once by the suggested period."""
    from crrkit.measure import retention_by_period
    from crrkit.measure.cadence import advise

    base = read(file, kind=kind, reading=reading)
    columns = base.quality.columns
    found = {EVENT_OPTION if role == "kind" else role: column for role, column in columns.items()}
    unsaid = {role: column for role, column in columns.items() if role not in reading and column}
    advice = advise(base)
    kept = retention_by_period(advice.applied(base), every=advice.every)
    return Checked(file, kind, found | reading, unsaid, base, advice, kept)


def check_lines(seen: Checked, *, kind_was_named: bool) -> Iterator[str]:
    """Yield the account of the rows, their content, and the command for a report."""
    from crrkit.measure import weigh_doubts
    from crrkit.measure.cadence import characteristic_interval

    yield as_typed(str(seen.base.quality))
    yield ""
    weighed = weigh_doubts(seen.advice.applied(seen.base), every=seen.advice.every)
    if len(weighed.table):
        yield str(replace(weighed, table=weighed.table.assign(doubt=weighed.table["doubt"].map(as_typed))))
        yield ""
    if not kind_was_named:
        yield kind_line(seen.kind)
        yield from confidence_lines(seen.found, by_names(seen.found))
    if seen.base.opened is not None:
        opened = seen.base.opened  # the rhythm follows below, with the open questions
        found = written_in(seen.file, opened, opened.columns, rhythm=False)
        unsaid = {name: one for name, one in found.items() if name not in seen.reading}
        yield from written_lines(unsaid)
    yield _span_line(seen)
    if seen.base.has_purchases:
        yield f"{characteristic_interval(seen.base).in_words()}."
    periods = _("Suggested period: {every} ({n} in the data).")
    if not seen.advice.fits:
        periods = _("No period can be suggested; counted by: {every} ({n} in the data).")
    yield periods.format(every=_(seen.advice.every), n=format_number(len(seen.kept.table)))
    yield seen.advice.sentence
    told = [seen.advice.why, *seen.base.quality.above()]
    warning = seen.kept.warning
    for known in told:  # once is enough
        warning = warning.replace(known, "")
    yield " ".join([*warning.split(), f"{seen.kept.headline()}."])
    yield ""
    yield _("Next, a report:")
    yield f"  {report_command(seen)}"


def counted_lines(file: str, *, reading: dict[str, Any]) -> Iterator[str]:
    """Yield the result for a table of counts, which has no customers and therefore no further checks and no report."""
    from crrkit.measure import read_counts

    known = inspect.signature(read_counts).parameters
    stray = next((name for name in reading if name not in known), None)
    if stray is not None:
        message = _("{name}= is for lists of customers, and this is read as counts. Leave it out.")
        raise InputError(message.format(name=stray), argument=stray)
    kept = read_counts(file, **reading)
    return iter([_("Each row is a period with its counts, and no customers are named."), "", str(kept)])


def report_command(seen: Checked) -> str:
    """Return the whole command, quoted for a shell."""
    words = ["crrkit", "report", without_credentials(seen.file), "--kind", seen.kind]
    for name, value in seen.reading.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{name.replace('_', '-')}", str(one)]
    period = [] if seen.advice.activity else ["--every", seen.advice.every]  # a rule needs no period
    return shlex.join([*words, *period, "--out", "report.html"])


def kind_line(kind: str) -> str:
    """Return the line with the detected kind of list."""
    if kind == "orders":
        return _("Each row is a purchase. If they are contracts, use --kind contracts.")
    if kind == "events":
        return _("Each row is something that happened; who bought is a customer.")
    if kind == "snapshots":
        return _("Each row stands on the list of a date; who stands on one list and on the next was kept.")
    return _("Each row is a contract with a start and an end. If they are purchases, use --kind orders.")


def _span_line(seen: Checked) -> str:
    """Return the line with the time span and the number of customers, which is the number of newcomers.

    Everybody is a newcomer once, whether they stayed to the end of a period or not. For snapshots, people on the first
    list were there before it, and people who came while a list is missing are new in no row.
    """
    if seen.base.listed_every is None:
        first_ever = int(seen.kept.table[["new", "new_lost"]].to_numpy().sum())
    else:
        first_ever = seen.base.customers
    text = ngettext("From {first} to {last}: {n} customer.", "From {first} to {last}: {n} customers.", first_ever)
    first, last = format_date(seen.base.first), format_date(seen.base.last_seen)
    return text.format(n=format_number(first_ever), first=first, last=last)
