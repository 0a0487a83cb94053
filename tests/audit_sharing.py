"""What an outsider can compute from a page of sliders that was saved for strangers: its state as a linear system.

Known is all that the state holds: every bin of every histogram in it is printed. The unknowns are the counts of each
segment, limit of silence and period, those that the page leaves out among them; what joins them is what anybody knows
of such a list: who was there at the end of a period is there at the beginning of the next, a longer silence loses
nobody whom a shorter one keeps, the segments of a column are all customers, whoever came is there for as long as the
silence lasts.
"""

from __future__ import annotations

import gzip
import re
from base64 import b64decode
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from audit import Name, System

from crrkit.measure.cube.stages import moves_under_limit
from crrkit.measure.cube.tally import flows_under_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crrkit.measure.cube import ListCube, ListSettings

FLOWS = ("kept", "lost", "new", "returned", "new_lost")
OF_THE_LIST = ("kept", "lost", "new", "returned", "end", "new_lost")
READ = {  # of a state: what is counted here, and what tells of no customer
    "counts", "histograms", "spans", "silences", "segments", "regulars", "withheld", "told", "opening", "note",
    "kind", "natural", "starting", "rule", "seen", "gaps", "z", "numbers", "cohorts", "cohorts_there",
}  # fmt: skip


def unpacked(state: dict[str, Any]) -> dict[str, np.ndarray]:
    """The histograms of a state, segment × period × bin, as the browser reads them."""
    assert set(state) == READ, f"the audit does not read {set(state) ^ READ}"
    assert (state["numbers"], state["cohorts"], state["cohorts_there"], state["gaps"]) == ([], [], [], None)
    assert [one["customers"] for one in state["segments"]] == [None] * len(state["segments"])
    numbers = _numbers(gzip.decompress(b64decode(state["counts"])))
    [span], names = state["spans"], state["histograms"]
    places, periods, bins = 1 + len(state["segments"]), len(span["labels"]), len(state["silences"]) + 1
    flat = np.zeros(bins * places * periods * len(names), dtype="int64")
    before = np.array([next(numbers) for _ in range(next(numbers))], dtype="int64")
    flat[np.cumsum(before + 1) - 1] = [next(numbers) for _ in before]
    assert next(numbers, None) is None, "the audit has not read all of the counts"
    laid = flat.reshape(bins, places, periods, len(names)).transpose(3, 1, 2, 0)
    return dict(zip(names, laid, strict=True))


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0


def system_of(state: dict[str, Any]) -> System:
    """What a state tells, and what it withholds."""
    system, counts, [span] = System(), unpacked(state), state["spans"]
    labels, limits, told = span["labels"], state["silences"], state["told"]
    segments = range(1 + len(state["segments"]))
    bounds = [min(day, state["seen"]["asOf"] / 86_400) for day in span["bounds"]]
    is_told = [label not in state["withheld"] for label in labels]
    stocks = [t for t, is_ in enumerate(is_told) if is_ or (t + 1 < len(labels) and is_told[t + 1])]
    nothing = [t for t in range(len(labels)) if t not in stocks]
    assert not any(table[:, nothing].any() for table in counts.values())
    gone = [t for t, is_ in enumerate(is_told) if not is_]
    flows = [name for name in counts if name != "there" and not re.fullmatch(r"long_\d+", name)]
    assert not any(counts[name][:, gone].any() for name in flows)
    _nothing_unread(counts, told)
    of = {name: table.cumsum(axis=2) for name, table in counts.items()}
    begun = state["opening"].get(span["every"], [0] * len(segments))
    for s in segments:
        for at, _days in enumerate(limits):
            for t in stocks:
                system.is_({(s, at, "end", t): 1}, of["there"][s, t, at])
                if told == "all":
                    system.is_({(s, "ever", t): 1}, of["there"][s, t, -1])
            for t in (t for t, is_ in enumerate(is_told) if is_):
                system.is_({(s, at, "kept", t): 1}, of["kept"][s, t, at])
                if told != "together":
                    system.is_({(s, at, "new", t): 1}, of["new"][s, t, at])
                if told in {"all", "account"}:
                    system.is_({(s, at, "new_lost", t): 1}, of["new"][s, t, -1] - of["new"][s, t, at])
            if is_told[0] or state["kind"] != "snapshots":
                system.is_({(s, at, "start", 0): 1}, begun[s])
        _of_one(system, s, len(labels), limits, bounds, is_silent=state["kind"] in {"orders", "events"})
    _of_columns(system, state, len(labels))
    _withheld(system, state, segments, len(labels))
    return system


def _nothing_unread(counts: dict[str, np.ndarray], told: str) -> None:
    """No bin holds what this audit does not print: whom no limit reaches, where only the page of all moves needs it."""
    unread = [counts["unbroken"], counts["kept"][..., -1], counts["back"][..., 0]]
    unread += [counts["there"][..., -1]] if told != "all" else []
    unread += [counts["new"][..., -1], counts["back"]] if told in {"net", "together"} else []
    unread += [counts["new"]] if told == "together" else []
    assert not any(table.any() for table in unread)


def _of_one(system: System, s: int, periods: int, limits: list[int], bounds: list[float], *, is_silent: bool) -> None:
    """What joins the counts of one segment."""
    for at, days in enumerate(limits):
        for t in range(periods):
            own = {name: (s, at, name, t) for name in ("start", *OF_THE_LIST, "lapsed")}
            system.is_({own["start"]: 1, own["kept"]: -1, own["lost"]: -1})
            system.is_({own["end"]: 1, own["kept"]: -1, own["new"]: -1, own["returned"]: -1})
            system.is_({(s, "first", t): 1, own["new"]: -1, own["new_lost"]: -1})
            system.is_({(s, "ever", t): 1, own["end"]: -1, own["lapsed"]: -1})
            if t:
                system.is_({own["start"]: 1, (s, at, "end", t - 1): -1})
                system.at_most({own["returned"]: 1, (s, at, "lapsed", t - 1): -1})
            if is_silent:
                _of_silence(system, s, at, t, [days, *bounds])
    _of_ever(system, s, periods, limits, bounds, is_silent=is_silent)


def _of_silence(system: System, s: int, at: int, t: int, known: list[float]) -> None:
    """Whoever came lately is kept, and nobody comes and goes in a period that is no longer than the silence."""
    days, *bounds = known
    if days >= bounds[t + 1] - bounds[t]:
        system.is_({(s, at, "new_lost", t): 1})
    came = [b for b in range(t) if bounds[t + 1] - bounds[b] <= days]
    system.at_most({**{(s, at, name, b): 1.0 for b in came for name in ("new", "returned")}, (s, at, "kept", t): -1})


def _of_ever(system: System, s: int, periods: int, limits: list[int], bounds: list[float], *, is_silent: bool) -> None:
    """Who there ever was, and what joins two limits."""
    for t in range(periods):
        before = {(s, "ever", t - 1): -1.0} if t else {}
        since = {(s, "first before"): -1.0} if not t else {}
        system.is_({(s, "ever", t): 1, (s, "first", t): -1, **before, **since})
    if is_silent:
        system.is_({(s, "first before"): 1})
    for (one, few), (other, many) in combinations(enumerate(limits), 2):
        for t in range(periods):
            for name in ("kept", "new", "end"):
                system.at_most({(s, one, name, t): 1, (s, other, name, t): -1})
            if is_silent and many - few >= bounds[t + 1] - bounds[t]:
                system.at_most({(s, one, "start", t): 1, (s, other, "kept", t): -1})


def _of_columns(system: System, state: dict[str, Any], periods: int) -> None:
    """The segments of a column are all customers."""
    columns: dict[str, list[int]] = {}
    for place, one in enumerate(state["segments"], start=1):
        columns.setdefault(one["by"], []).append(place)
    for places in columns.values():
        for t in range(periods):
            for name in ("first", "ever"):
                system.is_({(0, name, t): 1, **{(s, name, t): -1.0 for s in places}})
            for at in range(len(state["silences"])):
                for name in OF_THE_LIST:
                    system.is_({(0, at, name, t): 1, **{(s, at, name, t): -1.0 for s in places}})


def _withheld(system: System, state: dict[str, Any], segments: range, periods: int) -> None:
    """All flows, and what lies between two limits: where they are told, a small one is seen at once."""
    for s in segments:
        for t in range(periods):
            for at, _days in enumerate(state["silences"]):
                system.withheld += [{(s, at, name, t): 1.0} for name in FLOWS]
            for one, other in pairwise(range(len(state["silences"]))):
                for name in ("kept", "new", "end"):
                    system.withheld.append({(s, other, name, t): 1.0, (s, one, name, t): -1.0})


def truth_of(cube: ListCube, state: dict[str, Any], settings: ListSettings) -> dict[Name, float]:
    """The true counts behind a state."""
    [span] = state["spans"]
    counts, truth = cube.tallies[span["every"]], {}
    keys = [segment.key for segment in cube.segments]
    for s, key in enumerate([None, *(one["key"] for one in state["segments"])]):
        place = 0 if key is None else 1 + keys.index(key)
        truth[s, "first before"] = float(counts["opening"][place]) if "opening" in counts else 0.0
        ever = counts["there"][place].sum(axis=1)
        for at, days in enumerate(state["silences"]):
            flows = flows_under_limit(counts, place, cube.silences.index(days))
            for name in ("start", *OF_THE_LIST):
                truth |= {(s, at, name, t): float(n) for t, n in enumerate(flows[name])}
            for t, n in enumerate(flows["new"] + flows["new_lost"]):
                truth[s, "first", t] = float(n)
                truth[s, "ever", t] = float(ever[t])
                truth[s, at, "lapsed", t] = float(ever[t] - flows["end"][t])
    if state["regulars"]:  # all moves are told: none of them, and no stage, is of few
        moves = moves_under_limit(counts, 0, cube.silences.index(settings.silence), state["regulars"][0])
        told = np.array([label not in state["withheld"] for label in span["labels"]])
        assert not any(((n[told] > 0) & (n[told] < 10)).any() for n in moves.values())
    return truth
