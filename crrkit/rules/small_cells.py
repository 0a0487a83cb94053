"""The small-cell rule: a count that is small but not zero may identify somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Cells = TypeVar("Cells", "pd.Series", "pd.DataFrame", "np.ndarray")


def small(counts: Cells, least: float) -> Cells:
    """Return a mask of the counts above 0 but below ``least``; missing counts are False.

    Args:
        counts: Numbers of customers.
        least: The smallest group size that may be disclosed.

    Returns:
        A mask of the same shape, True where ``0 < count < least``.

    Examples:
        >>> import pandas as pd
        >>> small(pd.Series([0, 1, 9, 10, None]), 10).tolist()
        [False, True, True, False, False]
    """
    found: Cells = (counts > 0) & (counts < least)
    return found


def small_share(of: pd.Series, part: pd.Series, *, least: float) -> pd.Series:
    """Return a mask of the shares that disclose a small group: the whole, the part, or the rest, ``of - part``.

    Args:
        of: The whole of each share, numbers of customers.
        part: The part of each share.
        least: The smallest group size that may be disclosed.

    Returns:
        One Boolean per share.

    Examples:
        >>> import pandas as pd
        >>> whole, part = pd.Series([100, 100, 100, 100, 5]), pd.Series([100, 50, 95, 5, 0])
        >>> small_share(whole, part, least=10).tolist()
        [False, False, True, True, True]
    """
    return small(of, least) | small(part, least) | small(of - part, least)
