"""The result tables of identity resolution, by record and by person, with the people that need a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.read.people.keys import TAX_ID
from crrkit.read.people.resolved import (
    ALONE,
    CHAIN,
    LOOSE_LINKS,
    MANY_RECORDS,
    NO_KEY,
    OTHER_NAMES,
    STRICT,
    TWO_TAX_IDS,
)

if TYPE_CHECKING:
    from crrkit.read.people.linking import Sharing

FEWEST_IN_A_CHAIN = 3


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
