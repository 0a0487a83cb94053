"""`resolve_people`: group records that share keys to people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.ground import (
    MISSING,
    InputError,
    InputTypeError,
    check_mapping,
    check_named,
    check_names,
    check_number,
    described,
    gettext as _,
    mark,
)
from crrkit.read.intake import with_source_errors
from crrkit.read.people.keys import ALSO_CALLED, TELEPHONE, WHY_NO_KEY, check_codes, check_region, read_keys
from crrkit.read.people.linking import components, shared, splitting_keys
from crrkit.read.people.resolved import RECORD_ITSELF, People, parts_of, people_of
from crrkit.read.sources import open_source
from crrkit.read.values import aggregate, parse_ids, parse_times, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Never

    from crrkit.read.sources import Opened

NO_ID = mark("no id")
MAX_DEGREE = 5  # a person's key is on few records, the firm's own on many
LIKE = "{'email': 'mail', 'phone': 'phone', 'tax_id': 'inn'}"


def resolve_people(
    table: Any,
    *_unnamed: Never,
    keys: Mapping[str, str | Sequence[str]] = MISSING,
    record: str | None = None,
    name: str | None = None,
    region: str | None = None,
    max_degree: int | Mapping[str, int | None] | None = MAX_DEGREE,
    ours: str | Sequence[str] = (),
    from_: str | None = None,
    until: str | None = None,
) -> People:
    """Group records (contacts, contracts, cards) to people by the keys that they share: deterministic record linkage.

    Records that share a key are linked, and a person is a connected component of the links. Keys are normalised before
    they are compared: e-mails in lower case, without dots and tags only for providers that ignore them; phones in
    E.164, with their extension; tax ids (ИНН) if their check digits are valid; any other kind as written. Values that
    are not keys (empty, 0, -1, +70000000000, ``none@…``, ``noreply@…``, unreadable) link nobody and are counted.

    A link is strict if the records share a tax id or a key of a user-defined kind (card, payer's account), or keys of
    two kinds; one phone or one e-mail alone is a loose link. The rates by strict links and by all links are an
    interval: if it is wider than the statistical one, identities have to be resolved better before anything else
    (see ``crr.diagnose(kept, identity=(strict, loose))``). A missed link turns a kept person into a lost and a new one:
    with a share m of them the rate appears as CRR · (1 - m), 85.5% for 90% at m = 5%. Two people merged into one are
    kept if either is: 1 - (1 - CRR)², .91 for .7.

    Args:
        table: Contacts or contracts, one row each: a file, a pandas, Polars or Arrow table, a DuckDB relation, an
            Ibis table. A record may have several rows, such as a history of its keys. The table is not changed.
        keys: The kinds of key and their columns: ``email``, ``phone``, ``tax_id``, and any other name for a key that
            is as reliable as an id. A kind may have several columns, and a field several e-mails or phones.
        record: The column with the record id; by default the rows are numbered from 0, if their order is defined.
        name: The column with the surname. A phone under two or more names, such as a family's, then links only records
            of the same name; others are linked only by another key.
        region: The two-letter country of phone numbers without a country code; required if there are any.
        max_degree: The largest number of records that a key may link: a key on more, such as the shop's phone, links
            nothing and is counted in ``.hints``. May be given per kind, ``{"tax_id": None}`` for no limit. If each row
            is a contract, use at least the number of contracts of a good customer.
        ours: Keys of the firm itself, such as its own phone and e-mails, entered in place of unknown ones.
        from_: The column with the first day on which the keys of a row were valid; empty means always.
        until: The column with the last day; empty means still. A phone, an e-mail or a card links only rows whose dates
            meet without a gap: a number that was reassigned is another key. A tax id is valid for ever.

    Returns:
        The people: ``.to_pandas()`` maps each record to its person, ``.joined(table)`` adds the person to rows, and
        ``.components`` shows who needs a review: two tax ids in one person are an error, but nothing is split
        automatically. Records without a key are people of their own; those without an id are counted and left out.

    Raises:
        InputError: If a column is missing, keys are empty, ``region`` is required, or it is not a table.
        MissingDependencyError: If phones or tax ids are to be read and ``crrkit[identity]`` is not installed.

    References:
        Fellegi, I. P. and Sunter, A. B. (1969), A theory for record linkage, for lists with too few keys: this is the
        deterministic case. Tarjan, R. E. (1972), Depth-first search and linear graph algorithms: the bridges.

    Examples:
        Six people with ten contracts. Anna closes one of her three, Boris both, Gleb his one:

        >>> import crrkit as crr
        >>> deals = pd.DataFrame({
        ...     "contract": range(10), "start": "2023-05-01",
        ...     "mail": [f"{who}@mail.ru" for who in "anna anna anna boris boris vera vera gleb dina egor".split()],
        ...     "phone": [f"8 900 555-35-{n}" for n in (10, 10, 19, 20, 20, 30, 39, 40, 50, 60)],
        ...     "end": [None, None, "2024-03-01", "2024-03-01", "2024-03-01", None, None, "2024-03-01", None, None]})
        >>> people = resolve_people(deals, keys={"email": "mail", "phone": "phone"}, record="contract", region="RU")
        >>> print(people)
        10 records are 6 people: 7 linked by e-mail, 4 linked by phone; 0 groups need a look
        linked by       people  records  of them strictly  to look at
        alone                3        3                 0           0
        e-mail + phone       2        5                 1           0
        e-mail               1        2                 0           0
        >>> def rate(unit, links="all"):
        ...     base = crr.read_contracts(people.joined(deals, links=links), customer="person", contract="contract",
        ...                               start="start", end="end", as_of="2025-01-01")
        ...     return crr.retention_by_period(base, every="year", first="2024", unit=unit).to_pandas()["crr"].iloc[0]
        >>> [f"{rate(unit):.1%}" for unit in ("contract", "person_any", "person_all")]  # 6 of 10, 4 of 6, 3 of 6
        ['60.0%', '66.7%', '50.0%']
        >>> [f"{rate('person_any', links):.1%}" for links in ("strict", "all")]  # 5 of 8, 4 of 6
        ['62.5%', '66.7%']
        >>> resolve_people(deals, keys={"phone": "phone"})
        Traceback (most recent call last):
        crrkit.InputError: 8 phone numbers in column 'phone' say no country. Say which one is meant: region='RU', say.
    """
    check_named(_unnamed, "crr.resolve_people(table, {})", "keys")
    columns = _columns_of_keys(keys)
    limits = _limits(max_degree, list(columns))
    own = words_of(ours, name="ours")
    named = _named(record=record, name=name, from_=from_, until=until)
    rows, opened = _read(table, columns, named)
    codes, ids = _records(rows, opened, named["record"])
    rows = rows[codes >= 0].assign(record=codes[codes >= 0])
    held, aside = _held(rows, columns, region=check_region(region), ours=own)
    aside = [(RECORD_ITSELF, NO_ID, int((codes < 0).sum())), *aside]
    found = shared(held, limits=limits, has_names=named["name"] is not None)
    links, strict = _pairs(found.links), _pairs(found.strict)
    people = pd.DataFrame({"person": components(len(ids), links), "strict_person": components(len(ids), strict)})
    mapping = people_of(ids, people, found)
    linked = found.links.drop_duplicates(["record", "kind"])["kind"]
    return People(
        mapping=mapping,
        components=parts_of(mapping, held, found, bridges=splitting_keys(len(ids), links), most=max(limits.values())),
        hints=found.hints,
        set_aside=pd.DataFrame([line for line in aside if line[2]], columns=["kind", "reason", "fields"]),
        linked={kind: int((linked == kind).sum()) for kind in columns},
        source=opened.name,
        record=named["record"],
    )


def _pairs(links: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(links["record"].tolist(), links["key"].tolist(), strict=True))


def _columns_of_keys(keys: object) -> dict[str, tuple[str, ...]]:
    given = check_mapping(keys, name="keys", like=LIKE)
    if not given:
        message = _("keys is empty: name at least one column with a key, such as keys={like}.")
        raise InputError(message.format(like=LIKE), argument="keys", given=given)
    check_names(list(given), name="keys")
    for kind in given:
        meant = ALSO_CALLED.get(kind.casefold())
        if meant is not None:
            message = _("keys has the kind {kind!r}. Call it {meant!r}, so that it is read as one.")
            raise InputError(message.format(kind=kind, meant=meant), argument="keys", given=kind)
    found = {kind: check_names(columns, name=f"keys[{kind!r}]") for kind, columns in given.items()}
    empty = next((kind for kind, columns in found.items() if not all(columns) or not columns), None)
    if empty is not None:
        message = _("keys[{kind!r}] names no column. Name one, or leave {kind!r} out.")
        raise InputError(message.format(kind=empty), argument="keys", given=given[empty])
    return found


def _named(**columns: object) -> dict[str, str | None]:
    """Check the types of column names; an empty name means, as for the readers, that there is no such column."""
    for name, value in columns.items():
        if not (value is None or isinstance(value, str)):
            message = _("{name} is {given}; a text is needed, such as {name}={like!r}.")
            text = message.format(name=name, given=described(value), like="id")
            raise InputTypeError(text, argument=name, given=value)
    return {name: str(value) if value else None for name, value in columns.items()}


def _limits(max_degree: object, kinds: Sequence[str]) -> dict[str, float]:
    """Return the largest number of records that a key of each kind may link; infinity for no limit."""
    said = max_degree if isinstance(max_degree, Mapping) else dict.fromkeys(kinds, max_degree)
    stray = next((kind for kind in said if kind not in kinds), None)
    if stray is not None:
        message = _("max_degree names {kind!r}, which is not one of keys: {kinds}.")
        raise InputError(message.format(kind=stray, kinds=", ".join(kinds)), argument="max_degree", given=stray)
    return {kind: _limit(said.get(kind, MAX_DEGREE)) for kind in kinds}


def _limit(value: object) -> float:
    if value is None:
        return math.inf
    number = check_number(value, name="max_degree")
    if number < 2 or number != int(number):  # noqa: PLR2004 - a link needs two
        message = _(
            "max_degree={value} is not a number of records that a key can link. Use 2 or more, or None for no limit."
        )
        raise InputError(message.format(value=value), argument="max_degree", given=value)
    return number


@with_source_errors
def _read(
    table: Any, columns: Mapping[str, tuple[str, ...]], named: Mapping[str, str | None]
) -> tuple[pd.DataFrame, Opened]:
    """Return the fields as text, with missing values for columns that were not given."""
    roles = {(kind, i): column for kind, some in columns.items() for i, column in enumerate(some)}
    asked = {f"keys[{kind!r}]" + (f"[{i}]" if i else ""): column for (kind, i), column in roles.items()}
    opened = open_source(table, kind="counts", named={**asked, **named}, by=())
    if named["record"] is None and not opened.in_order:
        message = _(
            "The rows of {name} have no order, so they cannot be numbered. Name the column of their id: record=."
        )
        raise InputError(message.format(name=opened.name), argument="record")
    texts = {role: column for role in ("record", "name") if (column := named[role])}
    fields = {role: parse_ids(opened.table, column).cast("string") for role, column in texts.items()}
    fields |= {f"key {i}": parse_ids(opened.table, column).cast("string") for i, column in enumerate(roles.values())}
    fields |= {side: _times(opened, column, side) for side in ("from_", "until") if (column := named[side])}
    rows = opened.table.select(**fields).to_pandas()
    missing = {role: None for role in ("record", "name") if role not in rows}
    unknown = {side: pd.NaT for side in ("from_", "until") if side not in rows}
    return rows.assign(**missing, **unknown), opened


def _times(opened: Opened, column: str, side: str) -> Any:
    """Parse a column of dates; an unreadable one is an error, since it would make a key valid for ever."""
    parsed = parse_times(opened.table, column)
    n = aggregate(opened.table, n=(parsed.given & parsed.value.isnull()).sum())["n"]
    if n:
        message = _("Column {column!r} holds {n} {n:date|dates} that cannot be read. Write them as 2024-01-31.")
        raise InputError(message.format(column=column, n=n), argument=side)
    return parsed.value


def _records(rows: pd.DataFrame, opened: Opened, column: str | None) -> tuple[np.ndarray, pd.Series]:
    """Return the number of each row's record, -1 without an id, and the distinct ids in order of first occurrence."""
    if column is None:
        return np.arange(len(rows)), pd.Series(range(len(rows)), dtype="int64")
    codes, found = pd.factorize(rows["record"])
    ids = pd.Series(found, dtype="object")
    return codes, ids.astype("int64") if parse_ids(opened.table, column).type().is_integer() else ids


def _held(
    rows: pd.DataFrame, columns: Mapping[str, tuple[str, ...]], *, region: str | None, ours: Sequence[str]
) -> tuple[pd.DataFrame, list[tuple[str, str, int]]]:
    """Return one row per key of a row, and the number of fields of each kind that are not keys, by reason."""
    held, aside, place = [], [], 0
    names = None if rows["name"].isna().all() else rows["name"].str.casefold().str.replace("ё", "е")
    beside = pd.DataFrame({
        "record": rows["record"], "name": names, "since": rows["from_"], "until": rows["until"],
    })  # fmt: skip
    for kind, some in columns.items():
        reasons = dict.fromkeys(WHY_NO_KEY, 0)
        for column in some:
            codes, texts = pd.factorize(rows[f"key {place}"])
            place += 1
            if kind == TELEPHONE and region is None:
                check_codes(texts, column=column)
            read = read_keys(kind, texts, region=region, ours=ours)
            times = np.bincount(codes[codes >= 0], minlength=len(texts))
            for text, n in zip(texts, times, strict=True):
                for reason in read[text].why_not:
                    reasons[reason] += int(n)
            pairs = [(code, key) for code, text in enumerate(texts) for key in read[text].keys]
            met = pd.DataFrame(pairs, columns=["code", "key"])
            held.append(beside.assign(code=codes).merge(met, on="code").assign(kind=kind))
        aside += [(kind, reason, n) for reason, n in reasons.items()]
    return pd.concat(held, ignore_index=True).drop(columns="code"), aside
