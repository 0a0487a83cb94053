"""Money: on how few customers the revenue rests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from crrkit import reduce
from crrkit.ground import (
    InputError,
    Shown,
    check_fraction,
    check_given,
    check_numbers,
    format_cell,
    gettext as _,
    is_plain,
)
from crrkit.measure.revenue import check_amounts
from crrkit.read import Base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, eq=False, repr=False)
class Concentration(Shown):
    """How concentrated the revenue is on few customers.

    Attributes:
        table: The Lorenz curve: ``customers`` and ``revenue``, shares that the smallest customers have together.
        top: The share of customers that ``top_share`` speaks of.
        top_share: The share of the revenue of the ``ceil(top * n)`` customers who paid most; NaN without revenue.
        gini: 0 when all pay the same, close to 1 when one pays all; NaN without revenue.
        n: The number of customers.
    """

    made_by: ClassVar[tuple[str, ...]] = ("crr.concentration(base)",)

    table: pd.DataFrame
    top: float
    top_share: float
    gini: float
    n: int

    kinds: ClassVar[Mapping[str, str]] = {"customers": "rate", "revenue": "rate"}

    def titles(self) -> dict[str, str]:
        """Headings of the shown columns."""
        return {"customers": _("customers"), "revenue": _("revenue")}

    def caption(self) -> str:
        """The share of the top and the Gini coefficient."""
        text = _("The top {top} of {n} {n:customer|customers} bring {share} of the revenue; Gini {gini}")
        words = {"top": format_cell(self.top, "rate"), "n": format_cell(self.n, "count")}
        return text.format(**words, share=format_cell(self.top_share, "rate"), gini=format_cell(self.gini, "ratio"))


def concentration(base: Base | Sequence[float], *, top: float = 0.2) -> Concentration:
    """Measure how concentrated the revenue is on few customers.

    With customers ordered by revenue ``x_1 <= … <= x_n`` the Gini coefficient is
    ``sum((2i - n - 1) x_i) / (n sum(x))``.

    Args:
        base: Purchases with an amount, or the revenue of each customer.
        top: The share of customers to speak of; 0.2 asks for the top fifth.

    Returns:
        The curve, the share of the top and the Gini coefficient.

    Raises:
        ValueError: If there are no amounts, or some customer's revenue is below 0: shares then have no meaning.

    Examples:
        >>> found = concentration([500, 300, 50, 40, 30, 25, 20, 15, 12, 8])
        >>> round(found.top_share, 4), round(found.gini, 4)
        (0.8, 0.6684)
        >>> concentration([100, -5])
        Traceback (most recent call last):
        crrkit.InputError: 1 of 2 customers has a revenue below 0, so shares of it have no meaning. Set
            refunds aside, or leave these customers out.
    """
    check_fraction(top, name="top")
    buckets = _ranked_values(base, top) if is_plain(base) else _ranked_base(check_given(base, Base, name="base"), top)
    n, total = int(buckets["customers"].sum()), float(buckets["revenue"].sum())
    _refuse_negative(int(buckets["negative"].sum()), n)
    curve = pd.DataFrame(
        {"customers": buckets["customers"].cumsum() / n, "revenue": buckets["revenue"].cumsum() / total}
    )
    curve = pd.concat([pd.DataFrame({"customers": [0.0], "revenue": [0.0]}), curve], ignore_index=True)
    if not total:
        return Concentration(curve, top, math.nan, math.nan, n)
    gini = (2 * float(buckets["weighted"].sum()) - (n + 1) * total) / (n * total)
    return Concentration(curve, top, float(buckets["top_revenue"].sum()) / total, gini, n)


def _ranked_base(base: Base, top: float) -> pd.DataFrame:
    check_amounts(base)
    ranks = reduce.revenue_ranks(base.money, as_of=base.as_of, top=top)
    return reduce.collect(ranks).sort_values("bucket")


def _ranked_values(values: Any, top: float) -> pd.DataFrame:
    """The same small frame from plain numbers, one bucket a customer."""
    revenue = np.sort(np.asarray(check_numbers(values, name="base"), dtype="float64"))
    if not len(revenue) or np.isnan(revenue).any():
        message = _("The revenue of each customer is needed, at least one number and none missing.")
        raise InputError(message, argument="base")
    rank = np.arange(1, len(revenue) + 1)
    is_top = rank > len(revenue) - math.ceil(len(revenue) * top - 1e-9)
    return pd.DataFrame({
        "customers": 1, "revenue": revenue, "weighted": rank * revenue,
        "top_revenue": np.where(is_top, revenue, 0.0), "negative": (revenue < 0).astype("int64"),
    })  # fmt: skip


def _refuse_negative(negative: int, n: int) -> None:
    if negative:
        message = _(
            "{k} of {n} {n:customer|customers} {k:has|have} a revenue below 0, so shares of it have no meaning. Set"
            " refunds aside, or leave these customers out."
        )
        raise InputError(message.format(k=negative, n=n), argument="base")
