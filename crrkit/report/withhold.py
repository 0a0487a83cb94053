"""Suppression in reports: one policy per kind of table, all based on the rule for small cells (`crrkit.rules.small`).

They differ in what can be derived from the rest: a sum elsewhere in the report discloses a missing part.
"""

from __future__ import annotations

import pandas as pd

from crrkit.ground import mark
from crrkit.rules import small, small_share

STOCKS = ["start", "end"]
ACCOUNT_FLOWS = ["kept", "lost", "new", "returned"]
SIDE_FLOWS = ["new_lost", "returned_lost", "rejoined"]
ACCOUNT_COUNTS = STOCKS + ACCOUNT_FLOWS + SIDE_FLOWS
ACCOUNT_RATES = ["crr", "crr_low", "crr_high"]
GUARDED = ["start", "kept", "lost", "end"]  # the basis of the rate of this or the next period
ARRIVALS = ["new", "returned"]
KINDS_OF_NEWCOMERS = ["new", "returned", "new_lost"]
WITHHELD = mark("suppressed")

P_RULE = 0.25  # of the largest amount in a sum: the minimum of the rest without it and the second
MOST_TOLD = 2  # parts that the rest of a total may disclose

RENEWAL_COUNTS = ["due", "renewed_on_time", "renewed_late", "not_renewed"]
RENEWAL_RATES = ["rate", "rate_low", "rate_high"]

SEGMENT_COUNTS = ["start", "kept", "lost"]
CAME_BETWEEN = "came"  # joined a segment in its earlier period, if the later one is consecutive
MOST_SEGMENTS = 12  # more are merged, starting with the smallest


def blank_movements(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """An account: if a guarded count is small, the whole movement of the period is suppressed; large stocks remain.

    Guarded are ``start kept lost end`` and all who joined, ``end - kept``; ``new`` and ``returned`` are suppressed with
    them, because ``lost = start + new + returned - end`` would disclose the number. If only some of those who joined
    are few (the new, the returned, or those who joined and left within the period, who are in a cohort but not in
    ``new``), new and returned are merged in all periods: their sum remains, as ``end - kept``.
    """
    few = small(table[ACCOUNT_COUNTS], least)
    hidden = few[GUARDED].any(axis=1) | small(table["end"] - table["kept"], least)
    shown = table.copy()
    for name in ACCOUNT_COUNTS + ACCOUNT_RATES:
        goes = hidden & (name not in STOCKS) | (few[name] if name in STOCKS + SIDE_FLOWS else False)
        if name in ("kept", "lost"):
            goes &= table["start"] != 0  # a start of 0 discloses nobody
        shown[name] = table[name].mask(goes)
    if few.loc[~hidden, KINDS_OF_NEWCOMERS].any(axis=None):
        shown[ARRIVALS + SIDE_FLOWS] = float("nan")
    return shown.assign(status=table["status"].mask(hidden & (table["start"] != 0), WITHHELD))


def blank_renewals(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """Contracts due: a period with any small outcome is suppressed, since each is the sum minus the others."""
    hidden = small(table[RENEWAL_COUNTS], least).any(axis=1)
    shown = table.astype(dict.fromkeys(RENEWAL_COUNTS, "float64"))
    shown[RENEWAL_COUNTS + RENEWAL_RATES] = shown[RENEWAL_COUNTS + RENEWAL_RATES].mask(hidden)
    return shown.assign(status=table["status"].mask(hidden, WITHHELD))


def discloses_rest(total: float, parts: pd.Series, least: float) -> bool:
    """Whether a total discloses its suppressed parts over time (NaN): at most two of them, or few together.

    Of two, the first is not secret if it is that of the first period, in which all who joined are new.
    """
    hidden = int(parts.isna().sum())
    return hidden > 0 and (hidden <= MOST_TOLD or total - parts.sum() < 2 * least)


def is_of_few(sums: pd.DataFrame, least: float) -> pd.Series:
    """Which amounts, ``customers revenue top_revenue following``, are over few customers or dominated by one.

    ``top_revenue`` is the largest amount in the sum and ``following`` the second: the payer of the second knows it, and
    must not be able to estimate the largest from the rest. An empty sum discloses nothing.

    Examples:
        >>> columns = ["customers", "revenue", "top_revenue", "following"]
        >>> sums = [[9, 90, 10, 10], [40, 1000, 600, 250], [40, 1000, 600, 240], [0, 0, 0, 0]]
        >>> is_of_few(pd.DataFrame(sums, columns=columns), 10).tolist()
        [True, False, False, False]
        >>> is_of_few(pd.DataFrame([[40, 1000, 600, 251]], columns=columns), 10).tolist()
        [True]
    """
    left = sums["revenue"] - sums["top_revenue"] - sums["following"]
    return small(sums["customers"], least) | ((sums["revenue"] > 0) & (left < P_RULE * sums["top_revenue"]))


def merge_segments(rows: pd.DataFrame, least: float, *, others: str) -> pd.DataFrame:
    """Segments: small ones are merged into ``others``, with further ones until it is large enough.

    They are not suppressed: the total is in the report and would disclose the missing part by subtraction. Guarded are
    ``start kept lost`` of both periods, and all who joined between consecutive ones: ``came`` is the later start minus
    the earlier kept.
    """
    counts = rows[["segment", "period", *(name for name in [*SEGMENT_COUNTS, CAME_BETWEEN] if name in rows)]]
    order = list(rows[rows["from_"] == rows["from_"].max()].sort_values("start", kind="stable")["segment"])
    few = [name for name, own in counts.groupby("segment") if _has_small_count(own, least)]
    hidden = {*few, *order[:-MOST_SEGMENTS]}
    while hidden and len(hidden) < len(order) and _has_small_count(counts[counts["segment"].isin(hidden)], least):
        hidden.add(next(name for name in order if name not in hidden))
    named = rows.assign(segment=rows["segment"].mask(rows["segment"].isin(hidden), others))
    facts = dict.fromkeys(["from_", "until", "status"], "first")  # from the largest: an empty segment has no status
    groups = named.sort_values("start", ascending=False, kind="stable").groupby(["segment", "period"], sort=False)
    sums = groups.agg({**facts, **dict.fromkeys(SEGMENT_COUNTS, "sum")}).reset_index()
    return sums.sort_values(["from_", "segment"], ignore_index=True)[
        list(rows.columns.drop(CAME_BETWEEN, errors="ignore"))
    ]


def _has_small_count(rows: pd.DataFrame, least: float) -> bool:
    sums = rows.drop(columns="segment").groupby("period").sum()
    return bool(small(sums, least).any(axis=None))


def drop_boundaries(counts: pd.DataFrame, least: float) -> pd.DataFrame:
    """Stages: a boundary with few people in some stage is suppressed, since a stage is the sum minus the others."""
    return counts[~small(counts, least).any(axis=1)]


def blank_ages(rows: pd.DataFrame, least: float) -> pd.DataFrame:
    """Ages, ``at_risk lost``: if few left or stayed, both are suppressed, and later ages until there is enough room.

    Those at risk in one age and not in the next were lost or no longer observed: the following ``at_risk`` must leave a
    suppressed age enough room.
    """
    few = small(rows["lost"], least) | small(rows["at_risk"] - rows["lost"], least)
    above: float | None = None
    hidden: list[bool] = []
    for is_few, at_risk, lost in zip(few, rows["at_risk"], rows["lost"], strict=True):
        hides = bool(is_few or (hidden and hidden[-1] and above is not None and above - at_risk < least))
        hidden.append(hides)
        above = above if hides else at_risk - lost
    return rows.mask(pd.Series(hidden, index=rows.index, dtype=bool))


def empty_rates(rates: pd.DataFrame, least: float) -> pd.DataFrame:
    """Rates, ``of hits``, that are judged but not shown: small ones are treated as empty."""
    few = small_share(rates["of"], rates["hits"], least=least)
    return rates.assign(of=rates["of"].mask(few, 0), hits=rates["hits"].mask(few, 0))
