"""Customer ids: spellings that may be the same customer, and placeholder ids.

Ids that differ in spelling only (``anna``, ``Anna``) are noted, and folded only on request; if many, ``fold`` is
required.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from crrkit.ground import (
    InputError,
    check_choice,
    check_names,
    ntold as ngettext,
    told as _,
    told_number as format_number,
)
from crrkit.read.quality.changes import change_of_form, lost_digits, lost_in_floats, masked
from crrkit.read.quality.folds import FOLDS, Fold
from crrkit.read.quality.notes import Note
from crrkit.read.quality.whole_numbers import maybe_nobody, nobody_among_numbers, numbers_of_nobody, perhaps_note
from crrkit.read.values import (
    counts_of,
    in_duckdb,
    is_among,
    is_true,
    known,
    looks_of,
    parse_ids,
    spellings_of,
    tidier,
    totals_among,
    words_of,
)
from crrkit.reduce import declare_shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

ROUNDED = r"^[0-9][.,][0-9]+[eE]\+?[0-9]{2,}$"  # 7.90001E+11: the last digits are lost, several people share one text
# Placeholder ids of tills and reports, in lower case.
NOBODY = (
    "guest", "guests", "test", "anonymous", "unknown", "undefined", "nobody", "noname", "no name", "walk-in", "walkin",
    "walk-in customer", "cash customer", "гость", "тест", "аноним", "неизвестно", "неизвестный", "розница",
    "розничный покупатель", "розничный клиент", "конечный покупатель", "частное лицо", "физлицо", "физ. лицо",
    "физическое лицо", "физ лицо", "без имени", "без карты", "клиент без карты", "нет карты", "не указан", "не указано",
    "не определен", "незарегистрированный", "прочие", "no card", "not set", "(not set)", "n.n.", "anonymous user",
    "retail customer", "private person", "default customer", "guest checkout", "guest user", "guest customer",
    "guest account", "anonymous customer", "unknown customer", "unknown user", "deleted user", "deleted customer",
    "test user", "test customer", "test account", "cash sale", "cash sales", "walk in", "walk in customer", "laufkunde",
    "анонимный покупатель", "анонимный клиент", "анонимный пользователь", "гость сайта", "без регистрации",
    "неизвестный клиент", "неизвестный покупатель", "удаленный пользователь", "удалённый пользователь",
    "удаленный клиент", "удалённый клиент", "тестовый клиент", "тестовый покупатель", "тестовый пользователь",
    "no email", "no e-mail", "no phone", "xxx", "cash", "наличные", "физ лица", "физлица", "физ. лица",
    "физические лица",
    "клиент", "покупатель", "customer", "client", "[object object]",
)  # fmt: skip
# Punctuation only, a GUID or a phone number of zeros, and no-reply mail addresses.
FORMS_OF_NOBODY = (
    r"(?i)^(?:[\p{P}\p{S}\s]+|0+(?:-0+)+|\+?[78]?0{9,}"
    r"|(?:no-?reply|test|guest|anonymous|unknown|none|nomail|noemail)@.*|(?:test|тест)[ _-]?[0-9]+"
    r"|розничн[а-яё]+ покупател[а-яё]+.*)$"
)
TILLS = r"(?i)^(?:касса|kacca|терминал|cash ?desk|cash ?register|till|pos)\W*[0-9]*$"

MATTERS = 0.05  # from this share of the ids on, a doubt raises an error rather than a note


@dataclass(frozen=True)
class Ids:
    """The normalised ids of a column.

    Attributes:
        value: Ids as integers or text; null if there is none.
        nobody: Whether the id is a placeholder; None if none is.
        rounded: Whether the id lost its last digits in a spreadsheet; None if none did.
        lines: Ids that are labels of totals.
        is_headed: Whether the name of the column occurs among them.
        notes: Notes on ids that were folded or may be the same.
        doubts: Doubts that may affect every rate.
        looked: The rows as ``customer, at`` and optionally ``kind``, with stored intermediate results, if ids are used
            as they are.
    """

    value: ir.Value
    nobody: ir.BooleanValue | None = None
    rounded: ir.BooleanValue | None = None
    lines: tuple[str, ...] = ()
    is_headed: bool = False
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    looked: ir.Table | None = None


def parse_customers(
    table: ir.Table,
    column: str,
    *,
    at: ir.Value,
    beside: Mapping[str, ir.Value] | None = None,
    fold: str | Sequence[str] | None = None,
    nobody: Sequence[str] | None = None,
) -> Ids:
    """Return the normalised customer ids with notes and doubts.

    Args:
        table: The rows.
        column: The column with the ids.
        at: The time of each row.
        beside: Columns that need no parsing, ``at`` and optionally ``kind``, evaluated with the ids in one pass.
        fold: Spelling differences to ignore, names of `FOLDS`; None raises an error if it matters, () never does.
        nobody: Placeholder ids; None for the usual ones.

    Raises:
        ValueError: If so many ids may be the same that counts would be meaningless, and ``fold`` is not given.
    """
    chosen, nobody = _chosen(fold), None if nobody is None else words_of(nobody, name="nobody")
    if not in_duckdb(table):  # `crrkit.read.sources.outside` has checked that they need no cleaning
        return Ids(parse_ids(table, column))
    looked = _looked_at(table, column, beside or {})
    as_it_stands = table[column].type().is_integer() and not chosen and nobody is None
    numbers = nobody_among_numbers(looked) if as_it_stands else None
    if numbers is not None:
        return _of_numbers(table[column], *numbers, looked)
    value, counts, notes = _looked_through(table, column, chosen, looked)
    text = value.cast("string")
    totals = totals_among(counts["id"]) if nobody is None or len(nobody) else []
    found = sorted(set(_of_nobody(counts, nobody)) - set(totals))
    if found:
        notes.append(_nobody_note(found))
    perhaps = sorted(set(maybe_nobody(counts)) - set(found) - set(totals)) if nobody is None else []
    rows = table.select(id=text, at=at)
    doubts = [
        *perhaps_note(perhaps, found),
        *(doubt for look in (lost_digits, masked) for doubt in look(counts["id"])),
        *lost_in_floats(table, column),
        *change_of_form(counts, rows),
    ]
    for name, each in FOLDS.items():
        if name not in chosen and all(looks_of(counts["id"], one=form)["one"] for form in (each.touches, each.other)):
            told, is_grave = _doubt(counts, name, chosen=chosen, rows=rows if fold is None else None)
            (doubts if is_grave else notes).extend(told)
    return Ids(
        value,
        nobody=is_among(value, found) if found else None,
        rounded=is_true(text.re_search(ROUNDED)) if looks_of(counts["id"], rounded=ROUNDED)["rounded"] else None,
        lines=tuple(totals),
        is_headed=bool(pc.any(pc.equal(counts["id"], column.strip())).as_py()),
        notes=tuple(notes),
        doubts=tuple(doubts),
        looked=looked if value.equals(table[column]) else None,
    )


def _of_numbers(own: ir.Value, found: list[str], perhaps: list[str], looked: ir.Table) -> Ids:
    """Return the ids of an integer column, which are used as they stand."""
    return Ids(
        own,
        nobody=is_among(own, found) if found else None,
        notes=(_nobody_note(found),) if found else (),
        doubts=tuple(perhaps_note(perhaps, found)),
        looked=looked,
    )


def _looked_at(table: ir.Table, column: str, beside: Mapping[str, ir.Value]) -> ir.Table:
    """Return the original ids as ``customer`` with plain columns; stored intermediate results are used by measures."""
    value = table[column] if table[column].type().is_string() else parse_ids(table, column)
    looked = table.select(customer=value, **beside)
    return declare_shared(looked) if beside else looked


def _looked_through(
    table: ir.Table, column: str, chosen: list[str], looked: ir.Table
) -> tuple[ir.Value, pa.Table, list[str]]:
    """Return the normalised ids, their numbers of rows, and the notes on folded ids."""
    spelled = table[column].type().is_string()
    spellings = spellings_of(looked)
    tidy = tidier(spellings, column) if spelled else None
    steps = [*([tidy] if tidy else []), *[FOLDS[name].common for name in chosen]]
    counts = counts_of(spellings, tidy)
    notes = _taken_as_one(counts)
    for name in chosen:
        counts = counts_of(counts, FOLDS[name].common)
    if not spelled and not chosen:
        return parse_ids(table, column), counts, notes
    if not steps and len(counts) == len(spellings):  # no id is changed: the engine need not apply the steps
        return table[column], counts, notes
    text = table[column] if spelled else parse_ids(table, column).cast("string")

    def change(text: ir.StringValue) -> ir.StringValue:
        for step in steps:
            text = step(text)
        return text if tidy else known(text)

    return change(text), counts, notes


def _taken_as_one(counts: pa.Table) -> list[str]:
    """Return the note on customers with several spellings; without the ids, since notes are printed in reports."""
    if not (many := pc.sum(pc.greater(counts["spellings"], 1)).as_py()):
        return []
    note = ngettext(
        "{n} customer id was written in more than one way (spaces, invisible characters, 17850.0 for 17850, marks of a"
        " spreadsheet) and is taken as one.",
        "{n} customer ids were written in more than one way (spaces, invisible characters, 17850.0 for 17850, marks of"
        " a spreadsheet), and each is taken as one.",
        many,
    )
    return [note.format(n=format_number(many))]


def _of_nobody(counts: pa.Table, nobody: Sequence[str] | None) -> list[str]:
    """Return the placeholder ids: usual words, -1 as the only negative id, and a 0 with very many rows."""
    words = [str(word).lower() for word in (NOBODY if nobody is None else nobody)]
    said = pc.is_in(pc.utf8_lower(counts["id"]), pa.array(words, pa.string()))
    found: list[str] = counts["id"].filter(said).to_pylist()
    if nobody is None:
        rest = counts.filter(pc.invert(said))
        found += numbers_of_nobody(rest)
        for form in (TILLS, FORMS_OF_NOBODY):
            found += rest["id"].filter(pc.match_substring_regex(rest["id"], pattern=form)).to_pylist()
    return sorted(set(found))


def _nobody_note(found: list[str]) -> str:
    message = _(
        "Ids that stand for nobody in particular are set aside: {names}. Use nobody=() if they are customers, or"
        " nobody=[…] to name others."
    )
    return Note(message.format(names=", ".join(found)), nobody=())


def _chosen(fold: str | Sequence[str] | None) -> list[str]:
    names = () if fold is None else check_names(fold, name="fold")
    return [check_choice(name, name="fold", choices=list(FOLDS)) for name in names]


def _changed(rows: ir.Table, fold: Fold) -> bool:
    """Return whether one form of the ids ends before the other begins."""
    touched = rows["id"].re_search(fold.touches)
    first, last = rows["at"].min(), rows["at"].max()
    found = rows.filter(rows["id"].notnull()).group_by(touched=touched).agg(first=first, last=last)
    spans = {row["touched"]: row for row in found.to_pyarrow().to_pylist()}
    if len(spans) < 2 or any(span["first"] is None for span in spans.values()):  # noqa: PLR2004 - two forms
        return False
    return bool(spans[True]["last"] < spans[False]["first"] or spans[False]["last"] < spans[True]["first"])


def _doubt(counts: pa.Table, name: str, *, chosen: Sequence[str], rows: ir.Table | None) -> tuple[list[str], bool]:
    """Return the note on ids that may be the same; an error if ``rows`` are given and the share of such ids matters.

    Also return whether the share matters although both forms are in use, so that it is a doubt about every rate.
    """
    fold, ids = FOLDS[name], ibis.memtable(counts)
    groups = (
        ids.select("id", common=fold.common(ids["id"]), form=fold.beyond(ids["id"]))
        .group_by("common")
        .agg(ids=lambda t: t["form"].nunique(), one=lambda t: t["id"].min(), other=lambda t: t["id"].max(),
             met=lambda t: (t["id"] == t["common"]).any())
    )  # fmt: skip
    twins = groups.filter((groups["ids"] > 1) & (groups["met"] if fold.needs_common else True))
    found = twins.order_by("common").to_pyarrow()
    if not len(found):
        return [], False
    n, total = pc.sum(found["ids"]).as_py(), len(counts)
    words = {
        "n": format_number(n),
        "total": format_number(total),
        "how": _(fold.told),
        "fold": name,
        **found.slice(0, 1).to_pylist()[0],
    }
    is_grave = rows is not None and n >= MATTERS * total
    if is_grave and rows is not None and (not fold.over_time or _changed(rows, fold)):
        message = _(
            "{n} of {total} {total:customer id|customer ids} are written {how}, such as {one!r} and {other!r}. Use"
            " fold={fold!r} if they are the same customers, or fold=() if they are not."
        )
        raise InputError(message.format(**words), argument="fold")
    said = _("{n} {n:customer id|customer ids} are written {how}. Use fold={fold!r} if they are the same customers.")
    return [Note(said.format(**words), fold=(*chosen, name))], is_grave
