"""``crrkit crr``: the retention rate from three counts, with its interval, meaning and limits."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from crrkit.counts import check_period, convert_rate, crr_bounds, crr_from_counts, period_text
from crrkit.ground import InputError, format_number, format_percent, gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crrkit.counts import Rate

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.0*)?")  # beyond 15 digits floats are not exact


def parse_count(text: str, *, name: str) -> int:
    """Parse a count; ambiguous input such as ``1,000`` or ``70%`` is an error."""
    if not WHOLE_NUMBER.fullmatch(text.strip()):
        message = _(
            "{name}={text!r} is not a whole number. Write it like 70 or 1000, without spaces, commas or percent."
        )
        raise InputError(message.format(name=name, text=text), argument=name, given=text)
    return int(float(text))


def rate_lines(counts: Mapping[str, Any], *, period: str, level: float) -> Iterator[str]:
    """Yield the rate from ``start end new`` (and ``lost returned``), its meaning and its limits."""
    rate = crr_from_counts(**counts, period=period, level=level)
    yield _("CRR {rate}").format(rate=rate)
    yield _formula(counts, rate)
    if math.isnan(rate):
        return
    yield ""
    yield _("At the start: {start}. Of them still there: {kept}, lost: {lost} (churn {churn}).").format(
        start=format_number(rate.denominator),
        kept=format_number(rate.numerator),
        lost=format_number(rate.denominator - rate.numerator),
        churn=format_percent(1 - rate),
    )
    if period != "year":
        yield _yearly(rate)
    if not {"lost", "returned"} & set(counts):
        yield from _doubt(counts)


def bounds_lines(counts: Mapping[str, int], *, period: str) -> Iterator[str]:
    """Yield the bounds of the rate if ``new`` includes people who joined and left again."""
    check_period(period)
    low, high = crr_bounds(**counts)
    if math.isnan(low):
        yield _("Nobody was there at the start, so the rate is undefined (not 0 and not 100 percent).")
        return
    yield _("CRR {bounds} ({period})").format(bounds=_between(low, high), period=period_text(period))
    start = counts["start"]
    yield _("Of the {start} at the start, at least {least} and at most {most} {most:is|are} still there.").format(
        start=format_number(start), least=format_number(round(low * start)), most=format_number(round(high * start))
    )


def _formula(counts: Mapping[str, int], rate: Rate) -> str:
    """Return the formula, in symbols and with the numbers."""
    words = _("(customers at the end − new) / customers at the start")
    parts = ["end", "new"]
    if counts.get("returned"):
        words = _("(customers at the end − new − returned) / customers at the start")
        parts.append("returned")
    numbers = " − ".join(format_number(counts[name]) for name in parts)
    return f"{words} = ({numbers}) / {format_number(counts['start'])} = {rate.percent()}"


def _yearly(rate: Rate) -> str:
    year = convert_rate(rate, to="year")
    text = _("Equivalent for a year, if all periods were alike: {rate} ({low} to {high}).")
    low, high = year.ci or (math.nan, math.nan)
    return text.format(rate=year.percent(), low=format_percent(low), high=format_percent(high))


def _doubt(counts: Mapping[str, int]) -> Iterator[str]:
    low, high = crr_bounds(**counts)
    if low < high:
        text = _("If some of the {new} new {new:has|have} left again, CRR is {bounds}.")
        yield text.format(new=format_number(counts["new"]), bounds=_between(low, high))


def _between(low: float, high: float) -> str:
    return _("between {low} and {high}").format(low=format_percent(low), high=format_percent(high))
