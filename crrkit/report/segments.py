"""The segments of a report: two periods by segment, small ones taken together."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.counts import wilson_share
from crrkit.ground import format_cell, format_percent, format_points, gettext as _, segment_names
from crrkit.judge import DIFFER, compare_segments, decompose
from crrkit.measure import RetentionTable, retention_by_period
from crrkit.report.account import reference_row
from crrkit.report.findings import Finding, earlier_periods
from crrkit.report.withhold import SEGMENT_COUNTS, merge_segments
from crrkit.report.words import in_period, period_name

if TYPE_CHECKING:
    from crrkit.read import Base

SEGMENT_COLUMNS = ["segment", "period", "from_", "until", *SEGMENT_COUNTS, "status"]
PAIR = 2


def segments_of(base: Base, kept: RetentionTable, *, min_cell: int | None = 10) -> RetentionTable | None:
    """The headline's period by segment, and the earlier one that it is held against.

    Args:
        base: A base read with ``by=``; several columns make one name.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; smaller segments are taken together. None shows all.

    Returns:
        The account of those periods with ``by=("segment",)``; None when there are no segments or no rate.
    """
    row = reference_row(kept)
    if not base.by or row is None:
        return None
    labels = [*earlier_periods(kept)[:1], str(row["period"])]
    table = retention_by_period(base, every=kept.every, by=base.by, last=labels[-1]).table
    table = table[table["period"].isin(labels)]
    named = table.assign(segment=segment_names(table, base.by))[SEGMENT_COLUMNS]
    return _account(merge_segments(named, min_cell or 0, others=_("All others")), kept)


def _account(rows: pd.DataFrame, kept: RetentionTable) -> RetentionTable:
    """The rows with their rates."""
    rate = rows["kept"] / rows["start"].where(rows["start"] > 0)
    ends = [wilson_share(share, n) if n else (share, share) for share, n in zip(rate, rows["start"], strict=True)]
    table = rows.assign(crr=rate, crr_low=[low for low, _high in ends], crr_high=[high for _low, high in ends])
    return RetentionTable(table, kept.every, kept.card, kept.quality, by=("segment",), whole=kept)


def dump_segments(segments: RetentionTable) -> str:
    """The segments of a report as text, a line each in each period."""
    return segments.table[SEGMENT_COLUMNS].to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")


def load_segments(text: str, *, kept: RetentionTable) -> RetentionTable:
    """The segments that `dump_segments` wrote, beside the account that they belong to.

    Args:
        text: What a notebook of `crrkit.write_report` holds.
        kept: The account of the same notebook.
    """
    types = {"segment": str, "period": str}
    rows = pd.read_csv(StringIO(text.strip()), dtype=types, keep_default_na=False, parse_dates=["from_", "until"])
    return _account(rows, kept)


def latest_rows(segments: RetentionTable) -> pd.DataFrame:
    """The rows of the headline's period that have a rate, the best kept first."""
    table = segments.table
    rows: pd.DataFrame = table[(table["period"] == table["period"].iloc[-1]) & (table["start"] > 0)]
    return rows.sort_values("crr", ascending=False, kind="stable").reset_index(drop=True)


def segment_finding(segments: RetentionTable) -> Finding:
    """Which segment keeps more of its customers, and whether chance alone would bring that.

    Args:
        segments: The segments of a report.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"), by="region")
        >>> kept = crr.retention_by_period(base, every="year")
        >>> print(segment_finding(segments_of(base, kept)).caveat)
        Pairs of segments that differ by more than chance (Holm): 0 of 3.
    """
    rows = latest_rows(segments)
    if len(rows) < PAIR:
        claim = _("The segments are not shown: they would speak of too few customers.")
        caveat = _("Take longer periods, or make a private report without a smallest group (min_cell=None).")
        return Finding(claim, rows, caveat)
    compared = compare_segments(segments, period=str(rows["period"].iloc[0]))
    differ = compared.table[compared.table["verdict"] == DIFFER]
    pairs = _("Pairs of segments that differ by more than chance (Holm): {n} of {pairs}.")
    notes = [pairs.format(n=len(differ), pairs=len(compared.table))]
    text = _("Which segment keeps more cannot be told: {when} from {low} ({worse}) to {high} ({better}).")
    if rows["crr"].min() == rows["crr"].max():
        text = _("No segment keeps more than another: {high} of each {when}.")
    pair = {"better": rows["segment"].iloc[0], "worse": rows["segment"].iloc[-1]}
    if len(differ):
        text = _("{better} kept more of its customers {when} than {worse}: {high} against {low}, more than chance.")
        first = differ.iloc[0]
        names = ("one", "other") if first["difference"] > 0 else ("other", "one")
        pair = {"better": first[names[0]], "worse": first[names[1]]}
        ends = sorted((abs(first["low"]), abs(first["high"])))
        notes = [_difference(abs(first["difference"]), *ends), *notes]
    rates = rows.set_index("segment")["crr"]
    shares = {"high": format_percent(rates[pair["better"]]), "low": format_percent(rates[pair["worse"]])}
    claim = text.format(when=in_period(rows.iloc[0], segments.every), **pair, **shares)
    return Finding(claim, rows, " ".join(notes))


def past_finding(segments: RetentionTable) -> Finding | None:
    """Which segment keeps more or fewer of its customers than it did itself, and whether chance alone would bring that.

    Args:
        segments: The segments of a report.

    Returns:
        The finding, about the segment that moved most beyond chance; None where there is no earlier period or no
        second segment.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", by="region")
        >>> kept = crr.retention_by_period(base, every="quarter")
        >>> print(past_finding(segments_of(base, kept)).claim)  # doctest: +NORMALIZE_WHITESPACE
        South kept a smaller share of its customers than in the fourth quarter of 2023: 54.3% (69 of 127) against 71.1%
        (69 of 97), more than chance.
    """
    past = None
    if len(latest_rows(segments)) >= PAIR:
        past = compare_segments(segments, period=str(segments.table["period"].iloc[-1])).past
    if past is None:
        return None
    then, now = (segments.table[segments.table["period"] == label] for label in (past.before, past.period))
    words = {"then": in_period(then.iloc[0], segments.every)}
    counted = _("Segments that moved by more than chance against their own past (Holm): {n} of {segments}.")
    caveat = [counted.format(n=len(past.moved), segments=len(past.table))]
    evidence = pd.concat([then, now], ignore_index=True)
    if past.moved.empty:
        text = _("No segment keeps its customers otherwise than {then} by more than chance.")
        return Finding(text.format(**words), evidence, " ".join(caveat))
    first = past.moved.iloc[0]
    text = _("{segment} kept a larger share of its customers than {then}: {is_} against {was}, more than chance.")
    if first["difference"] < 0:
        text = _("{segment} kept a smaller share of its customers than {then}: {is_} against {was}, more than chance.")
    of = {name: _counted(rows, first["segment"]) for name, rows in (("was", then), ("is_", now))}
    return Finding(
        text.format(segment=first["segment"], **words, **of),
        evidence,
        " ".join([_difference(*first[["difference", "low", "high"]]), *caveat]),
    )


def _counted(rows: pd.DataFrame, segment: str) -> str:
    row = rows[rows["segment"] == segment].iloc[0]
    counts = {name: format_cell(row[name], "count") for name in ("kept", "start")}
    return _("{share} ({kept} of {start})").format(share=format_percent(row["crr"]), **counts)


def _difference(change: float, low: float, high: float) -> str:
    text = _("Difference {change}, 95% interval {low} to {high}.")
    ends = {"change": change, "low": low, "high": high}
    return text.format(**{name: format_points(value) for name, value in ends.items()})


def mix_finding(segments: RetentionTable) -> Finding | None:
    """How much of a change comes from how segments keep their customers, and how much from their shares.

    Args:
        segments: The segments of a report.

    Returns:
        The finding; None where there is no earlier period or no second segment.
    """
    labels = list(dict.fromkeys(segments.table["period"]))
    if len(labels) < PAIR or segments.table["segment"].nunique() < PAIR:
        return None
    then, now = (segments.table[segments.table["period"] == label] for label in labels)
    split = decompose(*(rows[["segment", "start", "kept"]] for rows in (then, now)), by="segment")
    parts = {"change": split.change, "rate": split.rate_effect, "mix": split.mix_effect}
    claim = _(
        "The rate moved by {change} since {then}: {rate} because segments keep their customers otherwise, {mix} because"
        " their shares changed."
    ).format(
        then=period_name(then.iloc[0], segments.every),
        **{name: format_points(value, digits=2) for name, value in parts.items()},
    )
    caveat = _("The two add up exactly, whether or not the change is more than chance; each customer stands in the"
               " segment of the first row.")  # fmt: skip
    return Finding(claim, split.table, " ".join([*split.notes, caveat]))


def segment_rows(segments: RetentionTable) -> list[list[str]]:
    """The rows of the shown table: segment, rate, interval, kept, start, and the rate of the earlier period."""
    table = segments.table
    earlier = table[table["period"] != table["period"].iloc[-1]].set_index("segment")["crr"]
    return [
        [
            str(row["segment"]), format_percent(row["crr"]),
            f"{format_percent(row['crr_low'])} – {format_percent(row['crr_high'])}",
            format_cell(row["kept"], "count"), format_cell(row["start"], "count"),
            format_cell(earlier.get(row["segment"]), "rate"),
        ]
        for _i, row in latest_rows(segments).iterrows()
    ]  # fmt: skip
