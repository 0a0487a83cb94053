"""Times written as numbers: seconds and their parts since 1970, and the days of a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.datatypes as dt

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND, DAY = 1_000_000, 86_400  # microseconds in a second, seconds in a day


class Stamp(NamedTuple):
    """What such numbers look like, how many microseconds one is, and what they were at the beginning of 1970."""

    looks: str
    microseconds: float
    at_1970: float = 0.0
    utc: bool = True


STAMPS = {
    "unix-seconds": Stamp(r"^1[0-9]{9}(?:\.[0-9]+)?$", SECOND),
    "unix-milliseconds": Stamp(r"^1[0-9]{12}(?:\.[0-9]+)?$", SECOND / 1000),
    "unix-microseconds": Stamp(r"^1[0-9]{15}$", 1),
    "excel-days": Stamp(r"^[2-6][0-9]{4}(?:\.[0-9]+)?$", SECOND * DAY, 25_569, utc=False),  # 1954 to 2091
    "excel-days-1904": Stamp("^$", SECOND * DAY, 24_107, utc=False),  # looks like the other: only when said
}


@ibis.udf.scalar.builtin(name="make_timestamp")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _moment(microseconds: dt.int64) -> dt.timestamp:
    """The moment so many microseconds after 1970 began."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _in_zone(zone: str, at: dt.timestamp) -> dt.Timestamp(timezone="UTC"):  # type: ignore[valid-type]  # Ibis reads it as a type
    """The moment at which the clocks of a zone show a time."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _clock(zone: str, at: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]  # Ibis reads it as a type
    """What the clocks of a zone show at a moment."""


def read_stamps(text: ir.StringValue, form: str, zone: str | None) -> ir.TimestampValue:
    """The times, to the second where a spreadsheet has rounded them; null where the text is no number."""
    stamp = STAMPS[form]
    number = ibis.ifelse(text.re_search(r"^[0-9]{1,17}(?:\.[0-9]+)?$"), text, ibis.null("string")).try_cast("float64")
    whole = (number - stamp.at_1970) * (stamp.microseconds / (1 if stamp.utc else SECOND))
    since_1970 = whole.round().try_cast("int64") * (1 if stamp.utc else SECOND)
    at = _moment(since_1970)
    return _clock(zone, _in_zone("UTC", at)) if stamp.utc and zone else at
