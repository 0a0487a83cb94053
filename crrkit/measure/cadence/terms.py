"""The usual term of contracts: a customer who has signed for a year cannot leave in between."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from crrkit import reduce
from crrkit.ground import DAYS_PER_MONTH

if TYPE_CHECKING:
    from crrkit.read import Base

TERM_MONTHS = (36, 24, 12, 6, 3)  # months; the first that most contracts fit is taken
NEAR = 3  # days: months differ in length
FEW_CONTRACTS = 20  # with fewer contracts that have an end, a common term may be chance
MOST_OF_CONTRACTS = 0.5

_found: WeakKeyDictionary[Base, int] = WeakKeyDictionary()


def term_of(base: Base) -> int:
    """Return the term in months of most contracts that have an end; 0 if there is none.

    The longest of three years, two years, a year, half a year and a quarter such that more than half of the contracts
    with an end run for a whole number of such terms, give or take three days.
    """
    if not base.has_terms:
        return 0
    if base not in _found:
        lengths = reduce.collect(reduce.term_histogram(base.table, as_of=base.as_of))
        _found[base] = _term(lengths["days"].to_numpy(dtype=float), lengths["contracts"].to_numpy(dtype=float))
    return _found[base]


def _term(days: np.ndarray, contracts: np.ndarray) -> int:
    if contracts.sum() < FEW_CONTRACTS:
        return 0
    for months in TERM_MONTHS:
        terms = np.round(days / (months * DAYS_PER_MONTH))
        whole = (terms >= 1) & (np.abs(days - terms * months * DAYS_PER_MONTH) <= NEAR)
        if contracts[whole].sum() > MOST_OF_CONTRACTS * contracts.sum():
            return months
    return 0
