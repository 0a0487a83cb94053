"""The law of small cells: a count tells of somebody where it is small and not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Cells = TypeVar("Cells", "pd.Series", "pd.DataFrame", "np.ndarray")


def small(counts: Cells, least: float) -> Cells:
    """Where a count tells of fewer than ``least`` customers, but not of nobody; a count that is missing tells nothing.

    Args:
        counts: Numbers of customers.
        least: The smallest group that may be told of.

    Returns:
        The same shape, True where ``0 < count < least``.

    Examples:
        >>> import pandas as pd
        >>> small(pd.Series([0, 1, 9, 10, None]), 10).tolist()
        [False, True, True, False, False]
    """
    found: Cells = (counts > 0) & (counts < least)
    return found


def small_share(of: pd.Series, part: pd.Series, *, least: float) -> pd.Series:
    """Where a share tells of few: by its whole, by its part, or by the rest, which follows from both.

    Args:
        of: How many there were.
        part: How many of them did it.
        least: The smallest group that may be told of.

    Returns:
        One truth a share.

    Examples:
        >>> import pandas as pd
        >>> whole, part = pd.Series([100, 100, 100, 100, 5]), pd.Series([100, 50, 95, 5, 0])
        >>> small_share(whole, part, least=10).tolist()
        [False, False, True, True, True]
    """
    return small(of, least) | small(part, least) | small(of - part, least)
