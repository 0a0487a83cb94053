"""A cube as it travels into a page: plain values, and the counts as one packed text."""

from __future__ import annotations

import gzip
from base64 import b64encode
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crrkit.measure import span_of
from crrkit.rules import EPOCH, ContractRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.measure.cadence import Gaps
    from crrkit.read import Base
    from crrkit.rules import StageRule

FIRST_MOMENT = datetime.combine(EPOCH, time.min)
SEVEN = 7  # bits of a number in each byte; the eighth says that more follow
MORE = 1 << SEVEN


def span_state(base: Base, every: str) -> dict[str, Any]:
    """The names of the periods, and their first days since 1970-01-01."""
    calendar = base.calendar(every)
    span = span_of(base, calendar)
    days = [(calendar.start(k) - EPOCH).days for k in range(span.start, span.stop + 1)]
    listed = {} if base.listed_every is None else {"listed": seen_bounds(base, days)}
    return {**listed, "every": every, "labels": [calendar.label(k) for k in span], "bounds": days}


def seen_bounds(base: Base, days: Sequence[int]) -> list[list[int]]:
    """Of lists, whether there is one as each period begins (1 or 0), and one as it ends or the data do."""
    last = (base.as_of.date() - EPOCH).days
    known = [[day, min(after, last)] for day, after in pairwise(days)]
    return [[int(base.saw(EPOCH + timedelta(days=day))) for day in pair] for pair in known]


def seen_state(base: Base) -> dict[str, float]:
    """What has been seen: moments in seconds since 1970-01-01, and days."""
    return {"asOf": _seconds(base.as_of), "first": _seconds(base.first), "burnIn": base.card.burn_in_days}


def rule_state(rule: StageRule | ContractRule) -> dict[str, float]:
    """What stays of a rule of stages under every setting, in days; of contracts nothing."""
    if isinstance(rule, ContractRule):
        return {"window": 0, "span": 0, "contact": 0}
    return {"window": rule.window_days, "span": rule.span_days, "contact": rule.contact_days}


def gaps_state(gaps: Gaps) -> dict[str, list[int]]:
    """The silences by their length: those that ended with a purchase, and those still open."""
    return {name: [int(n) for n in gaps.table[name]] for name in ("days", "closed", "open")}


def _seconds(moment: datetime) -> float:
    return (moment - FIRST_MOMENT) / timedelta(seconds=1)


def packed(
    tallies: Sequence[Mapping[str, np.ndarray]],
    histograms: Sequence[str],
    numbers: Sequence[str],
    cohorts: Sequence[str],
) -> str:
    """Counts as a text: bytes of seven bits, zipped, in base 64; the same in every run.

    Most bins are empty: what is written is how many empty ones come before each that is not, and then what these hold.
    The bin goes slowest and the name fastest, so that like numbers stand together.
    """
    parts = []
    for counts in tallies:
        bins = np.stack([counts[name] for name in histograms], axis=-1).transpose(2, 0, 1, 3)
        parts.append(sparse(bins.ravel()))
        parts += [sparse(np.stack([counts[name] for name in numbers], axis=-1).ravel())] if numbers else []
        parts += [sparse(counts[name].transpose(2, 0, 1).ravel()) for name in cohorts if name in counts]
    return b64encode(gzip.compress(b"".join(parts), mtime=0)).decode()


def sparse(numbers: np.ndarray) -> bytes:
    """How many numbers are not 0, how many zeros come before each, and these numbers."""
    places = np.flatnonzero(numbers)
    before = np.diff(places, prepend=-1) - 1
    return b"".join(map(seven_bits, (np.array([len(places)]), before, numbers[places])))


def seven_bits(numbers: np.ndarray) -> bytes:
    """Numbers of 0 or more, the low bits first, small ones in one byte."""
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // SEVEN))
    parts = np.stack([numbers >> (SEVEN * place) for place in range(width)], axis=1)
    follows = np.concatenate([parts[:, 1:] > 0, np.zeros((len(parts), 1), dtype=bool)], axis=1)
    written = np.concatenate([np.ones((len(parts), 1), dtype=bool), parts[:, 1:] > 0], axis=1)
    return bytes((parts % MORE + MORE * follows).astype("uint8")[written])
