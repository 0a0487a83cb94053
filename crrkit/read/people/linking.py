"""From keys to people: who shares one is one person, as far as the links reach, and which links alone hold a person.

Records and keys are numbers here; nothing in this module knows what a key says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def components(n: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Number the connected components of ``n`` records, in the order of their first ones.

    Union–find with path halving; each link costs next to nothing, so that all are linear in records and keys.

    Args:
        n: How many records there are, 0 to n - 1.
        links: Pairs of a record and a key, the keys numbered from 0 as well.

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
        parent[max(one, other)] = min(one, other)  # the first record stands for all
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(record), len(numbers) + 1) for record in range(n)]


def splitting_keys(n: int, links: Sequence[tuple[int, int]]) -> set[int]:
    """The keys without which the records of a person fall apart: bridges, if a shared key is a link.

    Tarjan's articulation points of the graph whose nodes are records and keys, begun at a record and walked without
    recursion: a key is one if from something behind it no way leads back to before it.

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
    """The nodes behind which something hangs that is reached through them alone; the start is left out."""
    met[start] = len(met)
    back = {start: met[start]}  # how far back a way leads from what stands behind a node
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
