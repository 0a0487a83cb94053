"""Links between records: the keys that they share, and the people and bridges that follow, by graph algorithms.

In the graph records and keys are integers; their content is not used.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from crrkit.read.people.keys import LOOSE, TAX_ID, TELEPHONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    names = usable["key"].map(usable.groupby("key")["name"].nunique())
    family = usable["kind"].eq(TELEPHONE) & (names > 1) & has_names
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


def components(n: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Return the number of each record's connected component, from 1 in the order of their first records.

    Union–find with path halving; the running time is almost linear in records and links.

    Records are numbered 0 to n - 1; ``links`` are pairs of a record and a key, with keys numbered from 0 as well.

    Examples:
        >>> components(4, [(0, 0), (2, 0), (2, 1), (3, 1)])  # 0 and 2 share a key, 2 and 3 another
        [1, 2, 1, 1]
    """
    parent = list(range(n))
    first: dict[int, int] = {}  # the first record of each key

    def root(record: int) -> int:
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for record, key in links:
        one, other = root(record), root(first.setdefault(key, record))
        parent[max(one, other)] = min(one, other)  # the first record is the representative
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(record), len(numbers) + 1) for record in range(n)]


def splitting_keys(n: int, links: Sequence[tuple[int, int]]) -> set[int]:
    """Return the keys without any one of which a connected component would split into several.

    They are the key nodes among the articulation points (Tarjan) of the bipartite graph of records and keys, found by
    an iterative depth-first search from a record: a key is one if no edge leads from a subtree below it to above it.

    Examples:
        >>> splitting_keys(3, [(0, 0), (1, 0), (1, 1), (2, 1)])  # a chain: each of its two keys
        {0, 1}
        >>> splitting_keys(2, [(0, 0), (1, 0), (0, 1), (1, 1)])  # two keys agree: neither
        set()
    """
    around: dict[int, list[int]] = {}
    for record, key in links:
        around.setdefault(record, []).append(n + key)
        around.setdefault(n + key, []).append(record)
    met: dict[int, int] = {}
    found: set[int] = set()
    for record in [node for node in around if node < n]:
        if record not in met:
            found |= {node - n for node in _cuts(record, around, met) if node >= n}
    return found


def _cuts(start: int, around: dict[int, list[int]], met: dict[int, int]) -> Iterator[int]:
    """Yield the articulation points of one component other than the start node."""
    met[start] = len(met)
    back = {start: met[start]}  # the low point: the earliest node that the subtree of a node leads to
    path = [(start, -1, iter(around[start]))]
    while path:
        node, before, others = path[-1]
        other = next(others, None)
        if other is None:
            path.pop()
            if path:
                above = path[-1][0]
                back[above] = min(back[above], back[node])
                if above != start and back[node] >= met[above]:
                    yield above
        elif other not in met:
            met[other] = back[other] = len(met)
            path.append((other, node, iter(around[other])))
        elif other != before:
            back[node] = min(back[node], met[other])
