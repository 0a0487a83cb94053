"""`People`: the mapping from records to people, those that need a review, and joining it to tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import (
    InputError,
    Shown,
    check_choice,
    check_column,
    format_number,
    format_percent,
    gettext as _,
    mark,
    ngettext,
)
from crrkit.read.intake import with_source_errors
from crrkit.read.people.keys import EMAIL, LOOSE, TAX_ID, TELEPHONE
from crrkit.read.people.linking import SEVERAL_NAMES, TOO_MANY
from crrkit.read.sources import columns_of, open_source
from crrkit.read.values import parse_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.read.people.linking import Sharing

NO_KEY, ALONE, RECORD_ITSELF = mark("no key"), mark("alone"), mark("record")
ID_BESIDE = "crrkit_id"
STRICT, LOOSE_LINKS = "strict", "loose"
TWO_TAX_IDS, MANY_RECORDS, OTHER_NAMES, CHAIN = "two tax ids", "many records", "several names", "chain"
LINKS = ("all", "strict")
FEWEST_IN_A_CHAIN = 3
FEW_HAVE_KEYS = 0.1  # from this share of records without a key, a note is shown
KIND_WORDS = {EMAIL: mark("e-mail"), TELEPHONE: mark("phone"), TAX_ID: mark("tax id")}


@dataclass(frozen=True, eq=False, repr=False)
class People(Shown):
    """The people to whom records belong. Only counts are displayed; ``to_pandas()`` has the records and people.

    Attributes:
        mapping: One row per record: ``record`` (its id, or its number from 0), ``person`` (numbered from 1),
            ``rule`` (the kinds of key that it shares with other records of the person; ``alone``: it shares none;
            ``no key``: it has none that could link it), ``confidence`` (``strict``: strict links alone connect all
            records of the person; ``loose``: they do not; ``alone``), and ``strict_person``, the person by strict
            links only.
        components: One row per person: ``person records kinds strict_parts`` (the number of people by strict links
            only), ``bridges`` (keys without any one of which it would split), ``tax_ids`` and ``names`` (distinct
            values), and ``look``, the reason for a review: ``two tax ids`` (an error), ``many records`` (more than the
            limit of a key), ``several names``, ``chain`` (no key is on all its records, and there is a bridge). Empty
            if there is no reason. Nothing is split automatically.
        hints: Keys that link nobody, ``kind why keys records most``: on too many records, or under several names.
        set_aside: Fields that are not keys, ``kind reason fields``.
        linked: The number of records that share a key of each kind with another record of their person.
        source: The name of the source.
        record: The column with the record id; None if the rows were numbered.
    """

    mapping: pd.DataFrame = field(repr=False)
    components: pd.DataFrame = field(repr=False)
    hints: pd.DataFrame
    set_aside: pd.DataFrame
    linked: Mapping[str, int]
    source: str
    record: str | None = None

    kinds: ClassVar[Mapping[str, str]] = {
        "linked_by": "text", "people": "count", "records": "count", "strict": "count", "look": "count",
    }  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the components
        """The number of people and records by linking kinds of key, and of people that need a review."""
        parts = self.components.assign(
            strict=(self.components["records"] > 1) & (self.components["strict_parts"] == 1),
            look=self.components["look"] != "",
        )
        counted = parts.groupby("kinds", sort=False).agg(
            people=("person", "size"), records=("records", "sum"), strict=("strict", "sum"), look=("look", "sum")
        )
        counted = counted.sort_values(["people", "records"], ascending=False, kind="stable").reset_index()
        return counted.assign(linked_by=[kinds_text(kinds) for kinds in counted["kinds"]])

    def to_pandas(self) -> pd.DataFrame:
        """Return a copy of ``mapping``, one row per record. Personal data: never part of a report."""
        return self.mapping.copy()

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "linked_by": _("linked by"), "people": _("people"), "records": _("records"),
            "strict": _("of them strictly"), "look": _("to look at"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return the numbers of records and people, of linked records by kind, and of people that need a review."""
        n, m = len(self.mapping), len(self.components)
        said = _("{n} {n:record is|records are} {m} {m:person|people}").format(n=format_number(n), m=format_number(m))
        by = [
            _("{k} linked by {kind}").format(k=format_number(k), kind=kinds_text(kind))
            for kind, k in self.linked.items()
            if k
        ]
        look = int((self.components["look"] != "").sum())
        needs = ngettext("{p} group needs a look", "{p} groups need a look", look).format(p=format_number(look))
        nothing = _("no two share a key")
        return f"{said}: {', '.join(by) or nothing}; {needs}"

    def above(self) -> list[str]:
        """Return the doubts: people with several tax ids, and strong keys on too many records."""
        n = int((self.components["look"] == TWO_TAX_IDS).sum())
        text = _(
            "{n} {n:person holds|people hold} two different tax ids or more: the keys are wrong, or two people were"
            " taken for one. See .components; nothing was split."
        )
        return [*([text.format(n=format_number(n))] if n else []), *self._hints(loose=False)]

    def below(self) -> list[str]:
        """Return the notes: hints, fields that are not keys, and records without keys."""
        return [*self._hints(loose=True), *self._aside(), *self._reach()]

    def joined(self, table: Any, *, record: str | None = None, links: str = "all") -> pd.DataFrame:
        """Return a table with all its columns and ``person``.

        Args:
            table: The rows, such as the contracts of the people: any source that `resolve_people` accepts.
            record: Its column with the record id; by default the column of the records. If those were numbered, the
                table must be the same one, row by row.
            links: ``"all"``, or ``"strict"``: only links by a tax id, a card or two kinds of key.

        Returns:
            A new frame. ``person`` is missing if the id is not among the records; the readers set such rows aside with
            a note.

        Raises:
            InputError: If the table already has a column ``person``, has another number of rows than were numbered, or
                contains no id of the records.
        """
        check_choice(links, name="links", choices=LINKS)
        frame, ids = _with_ids(table, self.record if record is None else record)
        if "person" in map(str, frame.columns):
            message = _("The table has a column called person already, which is not overwritten. Rename it.")
            raise InputError(message, argument="table")
        person = self.mapping["person" if links == "all" else "strict_person"]
        if ids is None:
            if len(frame) != len(person):
                message = _(
                    "The records were numbered by their rows, {n}, and this table has {m}. Name the column of the"
                    " record's id with record=."
                )
                raise InputError(message.format(n=len(person), m=len(frame)), argument="record")
            return frame.assign(person=person.to_numpy())
        found = ids.map(pd.Series(person.to_numpy(), index=self.mapping["record"].astype(str)))
        if len(found) and found.isna().all():
            message = _("No id of the table is among the records. Name the column that holds them with record=.")
            raise InputError(message, argument="record")
        return frame.assign(person=found.astype("Int64").array)

    def _hints(self, *, loose: bool) -> list[str]:
        texts = {
            TOO_MANY: _(
                "{kind}: {keys} {keys:key|keys} on too many records ({most} at most), taken for nobody's own; see"
                " max_degree=."
            ),
            SEVERAL_NAMES: _(
                "{kind}: {keys} {keys:number|numbers} under several names, linking only records of one name."
            ),
        }
        shown = self.hints[self.hints["kind"].isin(LOOSE) == loose]
        return [
            texts[why].format(kind=kinds_text(kind), keys=format_number(keys), most=format_number(most))
            for kind, why, keys, most in shown[["kind", "why", "keys", "most"]].itertuples(index=False)
        ]

    def _aside(self) -> list[str]:
        told = [
            f"{kinds_text(kind)} {format_number(fields)} ({_(reason)})"
            for kind, reason, fields in self.set_aside[["kind", "reason", "fields"]].itertuples(index=False)
        ]
        return [_("No keys: {told}").format(told=", ".join(told))] if told else []

    def _reach(self) -> list[str]:
        share = float(self.mapping["rule"].eq(NO_KEY).mean()) if len(self.mapping) else 0.0
        text = _("{share} of the records have no key that could link them: each of them is counted as a person.")
        return [text.format(share=format_percent(share))] if share >= FEW_HAVE_KEYS else []


def kinds_text(kinds: str) -> str:
    """Return the names of the kinds of key in the current language; user-defined kinds are left as they are."""
    words = {**KIND_WORDS, NO_KEY: NO_KEY, ALONE: ALONE, RECORD_ITSELF: RECORD_ITSELF}
    return " + ".join(_(words[kind]) if kind in words else kind for kind in kinds.split(" + "))


@with_source_errors
def _with_ids(table: Any, record: str | None) -> tuple[pd.DataFrame, pd.Series | None]:
    """Return the whole table, and the id of each row as text; None for the ids without ``record``."""
    if record is not None:
        check_column(record, name="record", available=columns_of(table))
    if isinstance(table, pd.DataFrame):
        if record is None:
            return table, None
        opened = open_source(table, kind="counts", named={"record": record}, by=())
        texts = opened.table.select(id=parse_ids(opened.table, record).cast("string")).to_pandas()
        return table, texts["id"].set_axis(table.index)
    columns = columns_of(table)
    opened = open_source(table, kind="counts", named={name: name for name in columns}, by=())
    ids = None if record is None else {ID_BESIDE: parse_ids(opened.table, record).cast("string")}
    rows = opened.table.select(*columns, **(ids or {})).to_pandas()
    return rows[columns], None if ids is None else rows[ID_BESIDE]


def people_of(ids: pd.Series, people: pd.DataFrame, found: Sharing) -> pd.DataFrame:
    """Return one row per record: its person, the kinds of shared keys, and the confidence."""
    rules = kinds_of(found.links, of="record").reindex(range(len(ids)))
    with_key = np.isin(np.arange(len(ids)), found.usable.to_numpy())
    rule = rules.where(rules.notna(), np.where(with_key, ALONE, NO_KEY))
    parts = people["person"].map(people.groupby("person")["strict_person"].nunique())
    held = np.where(parts == 1, STRICT, LOOSE_LINKS)
    confidence = np.where(rules.isna(), ALONE, held)
    return pd.DataFrame({
        "record": ids.to_numpy(), "person": people["person"], "rule": rule.astype(object).to_numpy(),
        "confidence": confidence, "strict_person": people["strict_person"],
    })  # fmt: skip


def parts_of(
    mapping: pd.DataFrame, held: pd.DataFrame, found: Sharing, *, bridges: set[int], most: float
) -> pd.DataFrame:
    """Return one row per person: its size and links, and the reason for a review, if any."""
    person = mapping["person"]
    parts = mapping.groupby("person", as_index=False).agg(
        records=("record", "size"), kinds=("rule", "first"), strict_parts=("strict_person", "nunique")
    )
    links = found.links.assign(person=found.links["record"].map(person))
    of = held.assign(person=held["record"].map(person))
    count = {
        "bridges": links[links["key"].isin(bridges)].groupby("person")["key"].nunique(),
        "tax_ids": of[of["kind"] == TAX_ID].groupby("person")["key"].nunique(),
        "names": of.groupby("person")["name"].nunique(),
        "widest": links.groupby(["person", "key"])["record"].nunique().groupby("person").max(),
    }
    for name, counted in count.items():
        parts[name] = parts["person"].map(counted).fillna(0).astype("int64")
    linked = parts["person"].map(kinds_of(links, of="person")).astype(object)
    parts["kinds"] = linked.where(linked.notna(), parts["kinds"])
    reached = (parts["records"] >= FEWEST_IN_A_CHAIN) & (parts["widest"] < parts["records"]) & (parts["bridges"] > 0)
    problems = {
        TWO_TAX_IDS: parts["tax_ids"] > 1, MANY_RECORDS: parts["records"] > most, OTHER_NAMES: parts["names"] > 1,
        CHAIN: reached,
    }  # fmt: skip
    parts["look"] = np.select(list(problems.values()), list(problems), default="")
    return parts.drop(columns="widest")


def kinds_of(links: pd.DataFrame, *, of: str) -> pd.Series:
    """Return the kinds of key of each record or person, sorted and joined by plus signs."""
    pairs = links[[of, "kind"]].drop_duplicates().sort_values("kind", kind="stable")
    names = sorted(pairs["kind"].unique())
    bits = pairs["kind"].map({kind: 1 << place for place, kind in enumerate(names)}).astype("int64")
    sums = bits.groupby(pairs[of]).sum()
    told = {n: " + ".join(kind for place, kind in enumerate(names) if n >> place & 1) for n in sums.unique()}
    return sums.map(told)
