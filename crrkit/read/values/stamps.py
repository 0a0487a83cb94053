"""Times as numbers: Unix time in seconds or fractions, and spreadsheet serial days."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.datatypes as dt

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND, DAY = 1_000_000, 86_400  # microseconds in a second, seconds in a day


class Stamp(NamedTuple):
    """The pattern of such numbers, the microseconds in one unit, and the value at 1970-01-01."""

    looks: str
    microseconds: float
    at_1970: float = 0.0
    utc: bool = True


STAMPS = {
    "unix-seconds": Stamp(r"^1[0-9]{9}(?:\.[0-9]+)?$", SECOND),
    "unix-milliseconds": Stamp(r"^1[0-9]{12}(?:\.[0-9]+)?$", SECOND / 1000),
    "unix-microseconds": Stamp(r"^1[0-9]{15}$", 1),
    "excel-days": Stamp(r"^[2-6][0-9]{4}(?:\.[0-9]+)?$", SECOND * DAY, 25_569, utc=False),  # 1954 to 2091
    "excel-days-1904": Stamp("^$", SECOND * DAY, 24_107, utc=False),  # indistinguishable from the other: only if given
}


@ibis.udf.scalar.builtin(name="make_timestamp")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _moment(microseconds: dt.int64) -> dt.timestamp:
    """Return the time that many microseconds after 1970-01-01."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _in_zone(zone: str, at: dt.timestamp) -> dt.Timestamp(timezone="UTC"):  # type: ignore[valid-type]  # Ibis reads it as a type
    """Convert a local time of a zone to a moment."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _clock(zone: str, at: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]  # Ibis reads it as a type
    """Convert a moment to the local time of a zone."""


def read_stamps(text: ir.StringValue, form: str, zone: str | None) -> ir.TimestampValue:
    """Parse the times, rounded to the second for spreadsheet serials; null if the text is not a number."""
    stamp = STAMPS[form]
    number = ibis.ifelse(text.re_search(r"^[0-9]{1,17}(?:\.[0-9]+)?$"), text, ibis.null("string")).try_cast("float64")
    whole = (number - stamp.at_1970) * (stamp.microseconds / (1 if stamp.utc else SECOND))
    since_1970 = whole.round().try_cast("int64") * (1 if stamp.utc else SECOND)
    at = _moment(since_1970)
    return _clock(zone, _in_zone("UTC", at)) if stamp.utc and zone else at
