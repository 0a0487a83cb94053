"""Segments: which retains more, which changed from its own past, how much of the change is due to the mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit import reduce
from crrkit.counts import wilson_columns
from crrkit.ground import format_cell, format_in_points, format_percent, gettext as _, segment_names
from crrkit.judge import DIFFER, compare_segments, decompose
from crrkit.measure import RetentionTable, retention_by_period
from crrkit.measure.cube import refuse_names_as_segments
from crrkit.report.account import earlier_periods, reference_row
from crrkit.report.account_section import interval_cell
from crrkit.report.finding import PAIR, Finding, difference_words, share_words
from crrkit.report.html import Html, element, join, row_block, table_block
from crrkit.report.period_names import in_period, period_name
from crrkit.report.section import Carried, Cell, Section, Subject, counting
from crrkit.report.withhold import CAME_BETWEEN, SEGMENT_COUNTS, merge_segments

if TYPE_CHECKING:
    from crrkit.read import Base

SEGMENT_CALL = "segments_of(base, kept, min_cell=min_cell)"
SEGMENT_COLUMNS = ["segment", "period", "from_", "until", *SEGMENT_COUNTS, "status"]


def segments_of(base: Base, kept: RetentionTable, *, min_cell: int | None = 10) -> RetentionTable | None:
    """The headline period by segment, and the earlier one with which it is compared.

    Args:
        base: A base read with ``by=``; several columns form one name.
        kept: The account of the report.
        min_cell: The smallest group that may be shown; smaller segments are merged. None shows all.

    Returns:
        The account of those periods with ``by=("segment",)``; None without segments or without a rate.
    """
    row = reference_row(kept)
    if not base.by or row is None:
        return None
    if min_cell is not None:
        for name in base.by:
            sizes = reduce.collect(reduce.segment_sizes(base.table, name=name))
            refuse_names_as_segments(name, sizes["customers"])
    labels = [*earlier_periods(kept)[:1], str(row["period"])]
    table = retention_by_period(base, every=kept.every, by=base.by, last=labels[-1]).table
    table = table[table["period"].isin(labels)]
    followed = table["until"].isin(table["from_"])
    named = table.assign(segment=segment_names(table, base.by), came=(table["end"] - table["kept"]).where(followed, 0))[
        [*SEGMENT_COLUMNS, CAME_BETWEEN]
    ]
    return _account(merge_segments(named, min_cell or 0, others=_("All others")), kept)


def _account(rows: pd.DataFrame, kept: RetentionTable) -> RetentionTable:
    """The account of these rows, with rates."""
    rate = rows["kept"] / rows["start"].where(rows["start"] > 0)
    low, high = wilson_columns(rows["kept"], rows["start"])
    table = rows.assign(crr=rate, crr_low=low, crr_high=high)
    return RetentionTable(table, kept.every, kept.card, kept.quality, by=("segment",), whole=kept)


def latest_rows(segments: RetentionTable) -> pd.DataFrame:
    """The rows of the headline period with a rate, the highest rate first."""
    table = segments.table
    rows: pd.DataFrame = table[(table["period"] == table["period"].iloc[-1]) & (table["start"] > 0)]
    return rows.sort_values("crr", ascending=False, kind="stable").reset_index(drop=True)


def segment_section(subject: Subject) -> Section | None:
    """Two periods by segment; None if the base has no segments."""
    base, kept = subject.base, subject.kept
    segments = None if base is None else segments_of(base, kept, min_cell=subject.min_cell)
    if segments is None:
        return None
    found = {find.__name__: find(segments) for find in (past_finding, segment_finding, mix_finding)}
    told = [finding for name, finding in found.items() if finding and finding.is_informative and name != "mix_finding"]
    cells = [Cell(f"report.{name}(segments)") for name, finding in found.items() if finding]
    return Section(
        "segments",
        _("Segments"),
        tuple(finding for finding in found.values() if finding),
        lambda: segments_block(segments),
        cells=(counting("segments", SEGMENT_CALL, segments, then="segments"), *cells),
        brief=told[0].claim if told else "",
        terms=("segment", "mix"),
        tables=(segments.table.select_dtypes("number"),),
        names=tuple(sorted(set(segments.table["segment"]) - {_("All others")})),
        carried=segments_carried(segments),
    )


def segments_carried(segments: RetentionTable) -> Carried:
    """One row per period, one column per count of a segment; a suppressed one stands for each merged segment."""
    rows = segments.table
    named = sorted(set(rows["segment"]) - {_("All others")})
    found: dict[str, dict[str, int | None]] = {}
    for row in rows.to_dict("records"):
        is_named = row["segment"] in named
        cells = {f"{row['segment']} {name}": int(row[name]) if is_named else None for name in SEGMENT_COUNTS}
        found.setdefault(row["period"], {}).update(cells)
    return {f"{segments.every} {', '.join(named)}": found}


def segments_block(segments: RetentionTable) -> Html:
    """One row per segment: its rate with the interval, its counts, and its earlier rate."""
    rows = segment_rows(segments)
    if len(rows) < 2:  # noqa: PLR2004 - a segment alone is nothing to compare
        return join()
    titles = segments.titles()
    heads = [_("segment"), titles["crr"], _("95% interval"), titles["kept"], titles["start"], _("CRR before")]
    table = table_block(heads, [row_block(*row) for row in rows], label=_("Segments"))
    others = _("Segments with too few customers are combined.")
    return element(
        "figure", table, element("figcaption", others) if _("All others") in {row[0] for row in rows} else None
    )


def segment_rows(segments: RetentionTable) -> list[list[str]]:
    """The rows of the shown table: segment, rate, interval, kept, start, and the rate of the earlier period."""
    table = segments.table
    earlier = table[table["period"] != table["period"].iloc[-1]].set_index("segment")["crr"]
    return [
        [
            str(row["segment"]), format_percent(row["crr"]), interval_cell(row),
            format_cell(row["kept"], "count"), format_cell(row["start"], "count"),
            format_cell(earlier.get(row["segment"]), "rate"),
        ]
        for _i, row in latest_rows(segments).iterrows()
    ]  # fmt: skip


def segment_finding(segments: RetentionTable) -> Finding:
    """Which segment retains more of its customers, and whether that is more than chance.

    Examples:
        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("contracts"), by="region")
        >>> kept = crr.retention_by_period(base, every="year")
        >>> print(segment_finding(segments_of(base, kept)).caveat)
        Pairs of segments that differ by more than chance: 0 of 3.
    """
    rows = latest_rows(segments)
    if len(rows) < PAIR:
        claim = _("The segments are not shown: they have too few customers.")
        caveat = _("Take longer periods, or make a private report that suppresses nothing.")
        return Finding(claim, rows, caveat, is_informative=False)
    compared = compare_segments(segments, period=str(rows["period"].iloc[0]))
    differ = compared.table[compared.table["verdict"] == DIFFER]
    pairs = _("Pairs of segments that differ by more than chance: {n} of {pairs}.")
    notes = [pairs.format(n=len(differ), pairs=len(compared.table))]
    text = _("The segments do not clearly differ: {when} from {low} ({worse}) to {high} ({better}).")
    if rows["crr"].min() == rows["crr"].max():
        text = _("No segment keeps more than another: {high} of each {when}.")
    pair = {"better": rows["segment"].iloc[0], "worse": rows["segment"].iloc[-1]}
    if len(differ):
        text = _(
            "More customers were kept {when} in “{better}” than in “{worse}”: {high} against {low}, more than chance."
        )
        first = differ.iloc[0]
        names = ("one", "other") if first["difference"] > 0 else ("other", "one")
        pair = {"better": first[names[0]], "worse": first[names[1]]}
        ends = sorted((abs(first["low"]), abs(first["high"])))
        notes = [difference_words(abs(first["difference"]), *ends), *notes]
    rates = rows.set_index("segment")["crr"]
    shares = {"high": format_percent(rates[pair["better"]]), "low": format_percent(rates[pair["worse"]])}
    claim = text.format(when=in_period(rows.iloc[0], segments.every), **pair, **shares)
    return Finding(claim, rows, " ".join(notes), is_informative=len(differ) > 0)


def past_finding(segments: RetentionTable) -> Finding | None:
    """Which segment changed from its own past, and whether that is more than chance.

    Returns:
        The finding, about the segment with the strongest evidence of change; None without an earlier period or a second
        segment.

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
    counted = _("Segments that moved by more than chance against their own past: {n} of {segments}.")
    caveat = [counted.format(n=len(past.moved), segments=len(past.table))]
    evidence = pd.concat([then, now], ignore_index=True)
    if past.moved.empty:
        text = _("No segment kept its customers better or worse than {then} by more than chance.")
        return Finding(text.format(**words), evidence, " ".join(caveat), is_informative=False)
    first = past.moved.iloc[0]
    text = _("{segment} kept a larger share of its customers than {then}: {is_} against {was}, more than chance.")
    if first["difference"] < 0:
        text = _("{segment} kept a smaller share of its customers than {then}: {is_} against {was}, more than chance.")
    counts = (rows.set_index("segment").loc[first["segment"], ["kept", "start"]] for rows in (then, now))
    of = dict(zip(("was", "is_"), (share_words(*pair) for pair in counts), strict=True))
    return Finding(
        text.format(segment=first["segment"], **words, **of),
        evidence,
        " ".join([difference_words(*first[["difference", "low", "high"]]), *caveat]),
    )


def mix_finding(segments: RetentionTable) -> Finding | None:
    """How much of a change is due to the segments' rates, and how much to their shares.

    Returns:
        The finding; None without an earlier period or a second segment.
    """
    labels = list(dict.fromkeys(segments.table["period"]))
    if len(labels) < PAIR or segments.table["segment"].nunique() < PAIR:
        return None
    then, now = (segments.table[segments.table["period"] == label] for label in labels)
    split = decompose(*(rows[["segment", "start", "kept"]] for rows in (then, now)), by="segment")
    parts = {"change": split.change, "rate": split.rate_effect, "mix": split.mix_effect}
    claim = _(
        "The rate moved by {change} since {then}: {rate} because segments keep more or fewer of their customers, {mix}"
        " because their shares changed."
    ).format(
        then=period_name(then.iloc[0], segments.every),
        **{name: format_in_points(value, digits=2) for name, value in parts.items()},
    )
    caveat = _("The two add up exactly, whether or not the change is more than chance; each customer belongs to "
"the segment of their first row.")  # fmt: skip
    return Finding(claim, split.table, " ".join([*split.notes, caveat]))
