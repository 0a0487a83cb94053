"""Which keys link records, which links are strict, and which keys are mere hints."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from crrkit.read.people.keys import LOOSE, TAX_ID, TELEPHONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOO_MANY, SEVERAL_NAMES = "on too many records", "under several names"


class Sharing(NamedTuple):
    """The keys that records share.

    Attributes:
        links: One row per record and key that another record has as well: ``record kind key``.
        strict: The links that are strict: ``record key``.
        usable: The records with a key that could link them.
        hints: Keys that link nobody: ``kind why keys records most``, ``most`` is the largest number of records of one.
    """

    links: pd.DataFrame
    strict: pd.DataFrame
    usable: pd.Series
    hints: pd.DataFrame


def shared(held: pd.DataFrame, *, limits: Mapping[str, float], has_names: bool) -> Sharing:
    """Separate links from hints.

    Args:
        held: One row per key of a source row: ``record kind key name since until``.
        limits: The largest number of records that a key of each kind may link.
        has_names: Whether ``name`` contains surnames, so that phones under several names can be found.
    """
    met = held.assign(key=_numbered(held)).drop_duplicates(["record", "key", "name"])
    met["records"] = met["key"].map(met.drop_duplicates(["record", "key"]).groupby("key").size())
    wide = met["records"] > met["kind"].map(limits).astype("float64")
    usable = met[~wide]
    family = _of_families(usable) if has_names else pd.Series(data=False, index=usable.index)
    hints = [*_told(met[wide], TOO_MANY), *_told(usable[family], SEVERAL_NAMES)]
    links = _by_name(usable, family)
    shown = pd.DataFrame(hints, columns=["kind", "why", "keys", "records", "most"])
    return Sharing(_that_link(links), _strict(links, usable), links["record"], shown)


def _numbered(held: pd.DataFrame) -> pd.Series:
    """Number the keys; a key that is used again after a gap in its dates is another key."""
    if held["since"].isna().all() and held["until"].isna().all():
        return held.groupby(["kind", "key"], sort=False).ngroup()
    since = _days(held["since"]).fillna(-np.inf)
    until = _days(held["until"]).fillna(np.inf).mask(held["kind"].eq(TAX_ID), np.inf)  # never reassigned
    rows = held.assign(since=since, until=until).sort_values(["kind", "key", "since"], kind="stable")
    seen = rows.groupby(["kind", "key"], sort=False)["until"].cummax()
    before = seen.groupby([rows["kind"], rows["key"]], sort=False).shift()
    pause = (rows["since"] > before).cumsum()
    return rows.assign(holder=pause).groupby(["kind", "key", "holder"], sort=False).ngroup().reindex(held.index)


def _days(moments: pd.Series) -> pd.Series:
    return (pd.to_datetime(moments) - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)


def _of_families(usable: pd.DataFrame) -> pd.Series:
    names = usable["key"].map(usable.groupby("key")["name"].nunique())
    return usable["kind"].eq(TELEPHONE) & (names > 1)


def _by_name(usable: pd.DataFrame, family: pd.Series) -> pd.DataFrame:
    """Return the keys that may link; a phone under several names is one key per name, and none without a name."""
    alone, split = usable[~family], usable[family & usable["name"].notna()]
    number = split.groupby(["key", "name"], sort=False).ngroup() + 1 + _most(usable["key"])
    return pd.concat([alone, split.assign(key=number)])[["record", "kind", "key"]].drop_duplicates()


def _that_link(keys: pd.DataFrame) -> pd.DataFrame:
    return keys[keys["key"].map(keys.groupby("key").size()) > 1]


def _strict(links: pd.DataFrame, usable: pd.DataFrame) -> pd.DataFrame:
    """Return the strict links: by a key of a kind that is not shared, or by keys of two kinds that agree."""
    strong = links.loc[~links["kind"].isin(LOOSE), ["record", "key"]]
    parts, free = [strong], 1 + max(_most(links["key"]), _most(usable["key"]))
    keys = _that_link(usable[["record", "kind", "key"]].drop_duplicates())
    for one, other in combinations(sorted(keys["kind"].unique()), 2):
        pairs = keys[keys["kind"] == one].merge(keys[keys["kind"] == other], on="record")
        both = pairs.groupby(["key_x", "key_y"], sort=False).ngroup()
        parts.append(pd.DataFrame({"record": pairs["record"], "key": both + free}))
        free += len(pairs)
    return pd.concat(parts, ignore_index=True)


def _told(rows: pd.DataFrame, why: str) -> list[Sequence[object]]:
    """Count the keys of each kind that are hints and their records, without the keys themselves."""
    return [
        (kind, why, part["key"].nunique(), part["record"].nunique(), int(part["records"].max()))
        for kind, part in rows.groupby("kind", sort=True)
    ]


def _most(keys: pd.Series) -> int:
    return int(np.max(keys.to_numpy(), initial=0))
