"""Serialisation of a cube for a page: plain values, and the counts packed into one text."""

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
SEVEN = 7  # bits of a number per byte; the eighth bit marks that more follow
MORE = 1 << SEVEN


def span_state(base: Base, every: str) -> dict[str, Any]:
    """Return the labels of the periods and their boundaries in days since 1970-01-01."""
    calendar = base.calendar(every)
    span = span_of(base, calendar)
    days = [(calendar.start(k) - EPOCH).days for k in range(span.start, span.stop + 1)]
    listed = {} if base.listed_every is None else {"listed": seen_bounds(base, days)}
    return {**listed, "every": every, "labels": [calendar.label(k) for k in span], "bounds": days}


def seen_bounds(base: Base, days: Sequence[int]) -> list[list[int]]:
    """Return, for each period, 1 or 0 for a snapshot at its start, and at its end or the end of the data."""
    last = (base.as_of.date() - EPOCH).days
    known = [[day, min(after, last)] for day, after in pairwise(days)]
    return [[int(base.saw(EPOCH + timedelta(days=day))) for day in pair] for pair in known]


def seen_state(base: Base) -> dict[str, float]:
    """Return the observed range: times in seconds since 1970-01-01, and the burn-in in days."""
    return {"asOf": _seconds(base.as_of), "first": _seconds(base.first), "burnIn": base.card.burn_in_days}


def rule_state(rule: StageRule | ContractRule) -> dict[str, float]:
    """Return the days of a stage rule that are the same under all settings; zeros for contracts."""
    if isinstance(rule, ContractRule):
        return {"window": 0, "span": 0, "contact": 0}
    return {"window": rule.window_days, "span": rule.span_days, "contact": rule.contact_days}


def gaps_state(gaps: Gaps) -> dict[str, list[int]]:
    """Return the numbers of closed and of open gaps by length in days."""
    return {name: [int(n) for n in gaps.table[name]] for name in ("days", "closed", "open")}


def _seconds(moment: datetime) -> float:
    return (moment - FIRST_MOMENT) / timedelta(seconds=1)


def packed(
    tallies: Sequence[Mapping[str, np.ndarray]],
    histograms: Sequence[str],
    numbers: Sequence[str],
    cohorts: Sequence[str],
) -> str:
    """Pack counts into a text: variable-length integers, gzip, base64; identical in every run.

    Most bins are empty, so the format is sparse: the number of zeros before each non-zero value, then these values. The
    bin varies slowest and the name fastest, so that similar numbers are adjacent.
    """
    parts = []
    for counts in tallies:
        bins = np.stack([counts[name] for name in histograms], axis=-1).transpose(2, 0, 1, 3)
        parts.append(sparse(bins.ravel()))
        parts += [sparse(np.stack([counts[name] for name in numbers], axis=-1).ravel())] if numbers else []
        parts += [sparse(counts[name].transpose(2, 0, 1).ravel()) for name in cohorts if name in counts]
    return b64encode(gzip.compress(b"".join(parts), mtime=0)).decode()


def sparse(numbers: np.ndarray) -> bytes:
    """Encode an array as the number of non-zero values, the zeros before each, and the values."""
    places = np.flatnonzero(numbers)
    before = np.diff(places, prepend=-1) - 1
    return b"".join(map(seven_bits, (np.array([len(places)]), before, numbers[places])))


def seven_bits(numbers: np.ndarray) -> bytes:
    """Encode numbers of 0 or more as variable-length integers, low bits first; small ones take one byte."""
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // SEVEN))
    parts = np.stack([numbers >> (SEVEN * place) for place in range(width)], axis=1)
    follows = np.concatenate([parts[:, 1:] > 0, np.zeros((len(parts), 1), dtype=bool)], axis=1)
    written = np.concatenate([np.ones((len(parts), 1), dtype=bool), parts[:, 1:] > 0], axis=1)
    return bytes((parts % MORE + MORE * follows).astype("uint8")[written])
