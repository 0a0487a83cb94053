"""Graph algorithms on records and keys: connected components, and the keys that alone hold a component together.

Records and keys are integers here; their content is not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def components(n: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Return the number of each record's connected component, from 1 in the order of their first records.

    Union–find with path halving; the running time is almost linear in records and links.

    Args:
        n: The number of records, which are 0 to n - 1.
        links: Pairs of a record and a key, with keys numbered from 0 as well.

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
