"""Customer flows per period, computed from the small frame of a base: start, kept, lost, new, returned, end."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crrkit.counts import wilson_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def flows_of_orders(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Compute the flows of `reduce.order_histogram` under the rule ``"period"``: its customers are the buyers."""
    period, customers = histogram["period"].to_numpy(), histogram["customers"]
    gap = (histogram["period"] - histogram["before"]).to_numpy(dtype="float64", na_value=np.nan)
    end = _sum_at(period, customers, span)
    start = _sum_at(period + 1, customers, span)
    kept = _sum_at(period, customers.where(gap == 1, 0), span)
    new = _sum_at(period, customers.where(np.isnan(gap), 0), span)
    ever = _sum_up_to(period, customers.where(np.isnan(gap), 0), span)
    zero = np.zeros(len(span), dtype="int64")
    return pd.DataFrame({
        "start": start, "kept": kept, "lost": start - kept, "new": new, "returned": end - kept - new, "end": end,
        "new_lost": zero, "returned_lost": zero, "rejoined": zero, "continuous": kept,
        "joins": end - kept, "leaves": start - kept, "former": ever - start,
    })  # fmt: skip


def flows_of_spells(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Compute the flows of each period for customers who are active in spells, from `reduce.spell_histogram`.

    With ``a`` the period in which a spell begins and ``z`` the one in which it ends, the customer is active at the
    start of every period ``k`` with ``a < k <= z``.
    """
    a, z, n, joins = (histogram[name].to_numpy() for name in ("joined", "left", "customers", "joins"))
    history, stays = histogram["history"].to_numpy(), z > a
    of = {name: history == name for name in ("first", "former", "there")}

    def at_join(mask: np.ndarray, count: np.ndarray = n) -> np.ndarray:
        return _sum_at(a, np.where(mask, count, 0), span)

    start = _sum_between(a + 1, z, n, span)
    through = _sum_between(a + 1, z - 1, np.where(stays, n, 0), span)
    rejoined_kept = at_join(of["there"] & stays)
    kept = through + rejoined_kept
    new, returned = at_join(of["first"] & stays), at_join(of["former"] & stays)
    return pd.DataFrame({
        "start": start, "kept": kept, "lost": start - kept, "new": new, "returned": returned,
        "end": kept + new + returned,
        "new_lost": at_join(of["first"] & ~stays), "returned_lost": at_join(of["former"] & ~stays),
        "rejoined": at_join(of["there"], joins) + at_join(~of["there"], joins - n),
        "continuous": through,
        "joins": at_join(np.ones_like(stays), joins),
        "leaves": at_join(np.ones_like(stays), joins - n) + _sum_at(z, n, span),
        "former": _sum_up_to(a, np.where(of["first"], n, 0), span) - start,
    })  # fmt: skip


def flows_of_holders(histogram: pd.DataFrame, span: range) -> pd.DataFrame:
    """Compute the flows of each period for ``person_all``: kept are those who keep all contracts held at the start.

    ``start`` and ``end`` are people with any contract. Those who gave up some contracts and hold others count both as
    lost and as returned, so that the flows balance; ``reduced`` is their number. The histogram has the rows of
    `reduce.spell_histogram`, followed by those of `reduce.partial_cancellations`.
    """
    of_spells = histogram["history"].notna()
    any_left = ["joined", "left", "customers", "joins"]
    spells, cancelled = histogram[of_spells].astype(dict.fromkeys(any_left, "int64")), histogram[~of_spells]
    flows = flows_of_spells(spells, span)
    period = cancelled["period"].to_numpy(dtype="int64")
    lost, broken = (_sum_at(period, cancelled[name], span) for name in ("reduced", "rejoined"))
    reduced = lost - flows["lost"]
    moved = {name: flows[name] + reduced for name in ("returned", "joins", "leaves")}
    kept = {"kept": flows["start"] - lost, "lost": lost, "continuous": flows["start"] - broken, "reduced": reduced}
    return flows.assign(**moved, **kept)


def _sum_at(index: np.ndarray, weight: np.ndarray | pd.Series, span: range) -> np.ndarray:
    """Return the sum of the weights in each period."""
    inside = (index >= span.start) & (index < span.stop)
    total = np.bincount(index[inside] - span.start, weights=np.asarray(weight)[inside], minlength=len(span))
    return total.astype("int64")


def _sum_between(first: np.ndarray, last: np.ndarray, weight: np.ndarray, span: range) -> np.ndarray:
    """Return, for each period, the sum of the weights whose range ``first .. last`` (inclusive) contains it."""
    first, after = np.clip(first, span.start, span.stop), np.clip(last + 1, span.start, span.stop)
    wider = range(span.start, span.stop + 1)
    steps = _sum_at(first, np.where(after > first, weight, 0), wider) - _sum_at(
        after, np.where(after > first, weight, 0), wider
    )
    return np.cumsum(steps)[:-1]


def _sum_up_to(index: np.ndarray, weight: np.ndarray | pd.Series, span: range) -> np.ndarray:
    """Return, for each period, the sum of the weights before it."""
    return _sum_between(index + 1, np.full_like(index, span.stop), np.asarray(weight), span)


# The function that computes the flows, by the form of the frame that `Base.movement` returns.
FLOWS_OF: Mapping[str, Callable[[pd.DataFrame, range], pd.DataFrame]] = MappingProxyType(
    {"purchases": flows_of_orders, "spells": flows_of_spells, "holders": flows_of_holders}
)


def with_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Add the rates; a rate with denominator 0 is NaN, but the quick ratio is infinite if only ``lost`` is 0."""
    start, gained = table["start"].where(table["start"] > 0), table["new"] + table["returned"]
    joined = table["new"] + table["new_lost"]
    low, high = wilson_columns(table["kept"], table["start"])
    with np.errstate(divide="ignore", invalid="ignore"):
        quick = gained.to_numpy() / table["lost"].to_numpy()
    rates = {
        "crr": table["kept"] / start, "crr_low": low, "crr_high": high,
        "churn": table["lost"] / start,
        "crr_continuous": table["continuous"] / start,
        "crr_textbook": (table["end"] - table["new"]) / start,
        "churn_events": table["leaves"] / start,
        "early_loss": table["new_lost"] / joined.where(joined > 0),
        "winback": (table["returned"] - table.get("reduced", 0)) / table["former"].where(table["former"] > 0),
        "recovered": (table["kept"] + table["returned"]) / start,
        "growth": table["end"] / start - 1,
        "quick_ratio": quick,
    }  # fmt: skip
    status = table.pop("status")
    return table.assign(**rates, status=status)
