"""The effect of data-quality doubts on the latest rate: the rate under another reading, or its bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from crrkit import reduce
from crrkit.ground import (
    PERIODS,
    CrrkitError,
    InputError,
    Shown,
    check_choice,
    check_given,
    format_cell,
    gettext as _,
    mark,
)
from crrkit.measure.movement import retention_by_period
from crrkit.measure.spans import COMPLETE
from crrkit.read import CROWD_OF_ONE, EMPTY_DAYS, EMPTY_MONTHS, ERRORS, LARGEST, NOT_KNOWN, REPEATED, Base, folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crrkit.read import QualityReport

NOTICED = 0.01  # a difference between rates from which a doubt is serious
MANY = 0.05  # a share of the rows, or of the revenue, from which a doubt is serious
RECEIPTS = mark("receipt under a second customer or day")
WITHOUT = {LARGEST: reduce.without_largest, CROWD_OF_ONE: reduce.without_most_frequent_customer}
SERIOUS, SLIGHT, NO_EFFECT = mark("serious"), mark("slight"), mark("no effect")


@dataclass(frozen=True, eq=False, repr=False)
class WeighedDoubts(Shown):
    """The doubts about how a list was read, each with its effect on the rate of the last complete period.

    Attributes:
        table: One row per doubt: ``doubt severity rows share revenue``; ``other``, the rate under the alternative
            reading; ``low`` and ``high``, bounds of the rate where the truth cannot be known.
        every: The period.
        period: The label of the last complete period; empty if there is none.
        crr: Its rate as the list was read.
    """

    table: pd.DataFrame
    every: str
    period: str
    crr: float

    kinds: ClassVar[Mapping[str, str]] = {
        "doubt": "word", "severity": "word", "rows": "count", "share": "rate", "revenue": "rate", "other": "rate",
        "low": "rate", "high": "rate",
    }  # fmt: skip

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {
            "doubt": _("doubt"), "severity": _("weight"), "rows": _("rows"), "share": _("share of all rows"),
            "revenue": _("of revenue"), "other": _("CRR otherwise"), "low": _("from"), "high": _("to"),
        }  # fmt: skip

    def caption(self) -> str:
        """Return a sentence with the period and the rate that the doubts are compared with."""
        if not len(self.table):
            return _("Nothing about how the list was read is in doubt.")
        if not self.period:
            return _("No period is complete: what the doubts do to a rate cannot be said yet.")
        text = _("How doubtful rows could change the CRR of {period} ({crr} as read)")
        return text.format(period=self.period, crr=format_cell(self.crr, "rate"))


def weigh_doubts(base: Base, *, every: str = "month") -> WeighedDoubts:
    """Compute how much each doubt about how a list was read changes its latest rate.

    Rows without a known customer leave the rate between bounds. With S customers at the start, K of them kept, E at the
    end, and U₀ and U₁ such rows in the previous and in this period, each row may belong to an unknown or to a known
    customer: the rate lies between K / (S + U₀) and (K + b + m) / (S + m), where b = min(U₁, S − K) seemed lost and
    m = min(U₀, E − K + U₁ − b) seemed new or are unknown in both periods. Alternative readings (``fold=``, ``nobody=``,
    ``fill_down=``, ``end_is=``, ``merge_gap=``, ``as_of=``) are applied to the rows in the engine and the rate is
    recomputed; the source is opened only once.

    Outliers are left out and the rate recomputed: one row with much of the revenue, one id with many of the rows, and
    receipts under a second customer or day, of which the first is kept. Rows that repeat others in every column change
    revenue but no rate. If months or days have no rows at all, the rate of buyers by period lies between 0 (K / S if no
    such gap is in the previous period) and (K + L + A) / (S + A), where L is the S - K who seem lost if a gap is in
    this period, else 0, and A the E - K who seem new if one is in the previous period, else 0. If ids change their
    format in this period, it lies between K / S and (K + min(S - K, E - K)) / S.

    Args:
        base: A base from one of the readers.
        every: The period; the last complete one is examined.

    Returns:
        One row per doubt: the number of rows (a count), their shares of rows and of revenue (fractions), the rate under
        the other reading or its bounds (fractions), and the severity: serious from one percentage point on or, if the
        effect is unknown, from 5 % of the rows or the revenue. NaN where the effect cannot be computed: no complete
        period, a source that cannot be read again, or bounds under an activity rule other than ``"period"``.

    Raises:
        InputError: If ``base`` is not a base.

    References:
        Manski, C. F. (1989), Anatomy of the selection problem: bounds where nothing is known of the missing.

    Examples:
        >>> import crrkit as crr
        >>> log = {"who": ["a", "b", None, "a", None], "at": ["2024-01-05"] * 3 + ["2024-02-05"] * 2}
        >>> base = crr.read_orders(pd.DataFrame(log), customer="who", at="at", as_of="2024-03-01")
        >>> print(weigh_doubts(base))
        How doubtful rows could change the CRR of 2024-02 (50.0% as read)
        doubt               weight   rows  share of all rows  of revenue  CRR otherwise   from      to
        customer not known  serious     2              40.0%           –              –  33.3%  100.0%
        >>> weigh_doubts([1, 2])
        Traceback (most recent call last):
        crrkit.InputTypeError: base is a list; a Base is needed. Make it with crr.read_orders(source) or
            crr.read_contracts(source).
    """
    check_given(base, Base, name="base")
    kept = _account(base, every)
    known = kept[(kept["status"] == COMPLETE) & (kept["start"] > 0)]
    last = known.iloc[-1] if len(known) else None
    lines = [
        *_unknown(base, kept, last),
        *_reasons(base.quality),
        *_standing_out(base, kept, last, every),
        *_otherwise(base, every, last),
    ]
    columns = [*WeighedDoubts.kinds]
    table = pd.DataFrame(lines, columns=columns).astype({"rows": "Int64"})
    table["severity"] = [_severity(line, last) for line in lines]
    period, crr = ("", float("nan")) if last is None else (str(last["period"]), float(last["crr"]))
    return WeighedDoubts(table, every, period, crr)


Line = dict[str, Any]


def _account(base: Base, every: str) -> pd.DataFrame:
    """Return the table of `retention_by_period`; empty if the data are shorter than one period."""
    check_choice(every, name="every", choices=PERIODS)
    try:
        return retention_by_period(base, every=every).table
    except InputError:
        return pd.DataFrame(columns=["status", "start", "period", "crr"])


def _unknown(base: Base, kept: pd.DataFrame, last: pd.Series | None) -> Iterator[Line]:
    """Yield one line for all rows of unknown customers, with the bounds of the rate."""
    quality = base.quality
    rows = int(quality.table.loc[quality.table["reason"].isin(NOT_KNOWN), "rows"].sum())
    if not rows:
        return
    line = _about(quality, mark("customer not known"), NOT_KNOWN, rows)
    if last is not None and quality.unknown is not None and base.has_purchases and base.is_by_period:
        before = kept[kept["until"] == last["from_"]]
        u0 = _rows_within(quality.unknown, before.iloc[0]) if len(before) else 0
        u1 = _rows_within(quality.unknown, last)
        line |= dict(zip(("low", "high"), _bounds(last, before=u0, now=u1), strict=True))
    yield line


def _bounds(last: pd.Series, *, before: int, now: int) -> tuple[float, float]:
    """Return the rate if rows of unknown customers are of others who left, and if they are of those who maximise it."""
    start, stayed, there = int(last["start"]), int(last["kept"]), int(last["end"])
    back = min(now, start - stayed)  # seemed lost, but bought as unknown
    more = min(before, there - stayed + now - back)  # seemed new, or were unknown in both periods
    return stayed / (start + before), (stayed + back + more) / (start + more)


def _rows_within(unknown: pd.DataFrame, period: pd.Series) -> int:
    inside = (unknown["day"] >= period["from_"]) & (unknown["day"] < period["until"])
    return int(unknown.loc[inside, "rows"].sum())


def _reasons(quality: QualityReport) -> Iterator[Line]:
    """Yield one line for each reason that is an error of the list, with the rows set aside for it."""
    for reason, rows in zip(quality.table["reason"], quality.table["rows"], strict=True):
        if reason in ERRORS:
            yield _about(quality, reason, (reason,), int(rows))


def _about(quality: QualityReport, doubt: str, reasons: tuple[str, ...], rows: int) -> Line:
    return {"doubt": doubt, "rows": rows, "share": rows / quality.rows_read, "revenue": quality.revenue_of(*reasons)}


def _standing_out(base: Base, kept: pd.DataFrame, last: pd.Series | None, every: str) -> Iterator[Line]:
    """Yield one line for each anomaly in the rows used, with the rate under the alternative."""
    for facts in base.quality.facts():
        line: Line = {name: facts[name] for name in ("doubt", "rows", "revenue") if name in facts}
        line |= {"share": facts["rows"] / base.quality.rows_read} if "rows" in facts else {}
        if "open_ends" in facts:
            yield line | {"other": _rate(base, every, {"open_ends": facts["open_ends"]}, last)}
        else:
            yield line | ({} if last is None else _both_ways(base, kept, last, every, facts))
    rows, n = reduce.with_first_of_receipts(base.table)
    if n:
        line = {"doubt": RECEIPTS, "rows": n, "share": n / base.quality.rows_read}
        yield line | ({} if last is None else {"other": _crr(replace(base, table=rows), every, last)})


def _both_ways(
    base: Base, kept: pd.DataFrame, last: pd.Series, every: str, facts: Mapping[str, Any]
) -> dict[str, float]:
    """Return the rate without the anomaly, or bounds of the rate where rows or identities are missing."""
    doubt = facts["doubt"]
    if doubt == REPEATED:  # the same customer on the same day
        return {"other": float(last["crr"])}
    if doubt in WITHOUT:
        return {"other": _crr(replace(base, table=WITHOUT[doubt](base.table)), every, last)}
    before = kept[kept["until"] == last["from_"]]
    if not base.is_by_period or not len(before):
        return {}
    start, stayed, there = int(last["start"]), int(last["kept"]), int(last["end"])
    if doubt in (EMPTY_MONTHS, EMPTY_DAYS):
        now, earlier = (_lacks(facts["spans"], period) for period in (last, before.iloc[0]))
        lost, seeming_new = (start - stayed) * now, (there - stayed) * earlier
        return {
            "low": 0.0 if earlier else stayed / start,
            "high": (stayed + lost + seeming_new) / (start + seeming_new),
        }
    since = pd.Timestamp(facts["since"])
    if before.iloc[0]["from_"] < since < last["from_"]:
        return {}  # one customer may be counted twice at the start: no bounds are known
    renamed = min(start - stayed, there - stayed) if last["from_"] <= since < last["until"] else 0
    return {"low": stayed / start, "high": (stayed + renamed) / start}


def _lacks(spans: Sequence[Sequence[str]], period: pd.Series) -> bool:
    """Return whether a gap without rows, given as its first day and the day after it, overlaps a period."""
    held = [(pd.Timestamp(first), pd.Timestamp(after)) for first, after in spans]
    return any(first < period["until"] and period["from_"] < after for first, after in held)


def _otherwise(base: Base, every: str, last: pd.Series | None) -> Iterator[Line]:
    """Yield one line for each alternative reading, with the rate of the same period."""
    for instead in base.quality.instead():
        said = ", ".join(f"{name}={value!r}" for name, value in instead.items())
        yield {"doubt": said, "other": _rate(base, every, instead, last)}


def _rate(base: Base, every: str, instead: Mapping[str, Any], last: pd.Series | None) -> float:
    if last is None or base.reread is None:
        return float("nan")
    if base.has_purchases and set(instead) == {"fold"}:
        return _crr(folded(base, instead["fold"]), every, last)
    try:
        otherwise = base.reread(**instead)
        if base.has_purchases and otherwise.activity != base.activity:  # the rule was changed after reading
            otherwise = otherwise.with_activity(base.activity)
    except CrrkitError:
        return float("nan")  # this reading is not possible
    return _crr(otherwise, every, last)


def _crr(base: Base, every: str, last: pd.Series) -> float:
    """Return the rate of the same period in another base."""
    try:
        other = retention_by_period(base, every=every).table
    except CrrkitError:
        return float("nan")
    same = other.loc[other["period"] == last["period"], "crr"]
    return float(same.iloc[0]) if len(same) else float("nan")


def _severity(line: Line, last: pd.Series | None) -> str:
    crr = float("nan") if last is None else float(last["crr"])
    gaps = [abs(line[name] - crr) for name in ("other", "low", "high") if pd.notna(line.get(name))]
    shares = [line[name] for name in ("share", "revenue") if pd.notna(line.get(name))]
    if gaps:
        money = line["revenue"] if line["doubt"] in (REPEATED, LARGEST) and "revenue" in line else 0.0
        serious = max(gaps) >= NOTICED or money >= MANY
        return SERIOUS if serious else SLIGHT if max(*gaps, money) > 0 else NO_EFFECT
    return SERIOUS if max(shares, default=MANY) >= MANY else SLIGHT
