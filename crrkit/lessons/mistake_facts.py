"""The numbers of the eighteen reports as text, including the wrong sentences, whose misreadings are computed."""

from __future__ import annotations

from typing import Any

from crrkit.counts import Counts, average_rate, crr_from_counts, quick_ratio, survey_rate, wilson
from crrkit.ground import format_number, format_percent, format_points
from crrkit.judge import decompose
from crrkit.lessons.cohorts_topic import Groups
from crrkit.lessons.new_topic import ELEVEN, NOT_THERE, PEOPLE, rate
from crrkit.lessons.noise_topic import Kept, Pair
from crrkit.lessons.period_topic import Conversion
from crrkit.lessons.stages_topic import firm


def _counts(counts: Counts) -> dict[str, str]:
    return {name: format_number(getattr(counts, name)) for name in ("start", "lost", "new", "end", "kept")}


def end_by_start() -> dict[str, str]:
    """The end divided by the start."""
    half = Counts(start=1000, lost=300, new=500)
    return _counts(half) | {"wrong": format_percent(half.end / half.start, digits=0), "crr": format_percent(half.crr)}


def newcomers() -> dict[str, str]:
    """Two shops that differ in their newcomers only."""
    few, many = (Counts(start=70, lost=10, new=new) for new in (30, 60))
    return _counts(few) | {"many": format_number(many.new), "crr": format_percent(many.crr)}


def eleven() -> dict[str, str]:
    """The sample list of eleven: contracts taken for newcomers, departures for people."""
    kept, lost = ELEVEN["through"] + ELEVEN["rejoined_kept"], ELEVEN["lost"]
    fresh = ELEVEN["new"] + ELEVEN["returned"]
    joined = fresh + ELEVEN["new_lost"] + ELEVEN["returned_lost"] + ELEVEN["extra_joins"]
    counts = {"start": kept + lost, "kept": kept, "lost": lost, "leaves": ELEVEN["leaves"], "joined": joined}
    counts |= {"fresh": fresh, "end": kept + fresh}
    shares = {"wrong": (kept + fresh - joined) / (kept + lost), "crr": rate(ELEVEN, NOT_THERE)}
    shares |= {"churn": 1 - rate(ELEVEN, PEOPLE), "by_events": ELEVEN["leaves"] / (kept + lost)}
    return {k: format_number(n) for k, n in counts.items()} | {
        k: format_percent(x, digits=0) for k, x in shares.items()
    }


def same_number() -> dict[str, str]:
    """One rate a month and a year."""
    month = Conversion(0.85, "month", "year")
    return {"rate": format_percent(month.rate, digits=0), "year": format_percent(month.value)}


def times_twelve() -> dict[str, str]:
    """A monthly churn, twelve times."""
    month = Conversion(0.9, "month", "year")
    return {
        "lost": format_percent(1 - month.rate, digits=0),
        "wrong": format_percent(month.times * (1 - month.rate), digits=0),
        "gone": format_percent(1 - month.value),
    }


def chain() -> dict[str, str]:
    """Two half-years in a row, multiplied."""
    steps = firm().project(periods=2).to_pandas()
    first, second = steps["crr"][1], steps["crr"][2]
    return {
        "start": format_number(steps["customers"][0]), "first": format_percent(first), "second": format_percent(second),
        "wrong": format_percent(first * second), "crr": format_percent(steps["crr_endpoint"][2]),
        "left": format_number(steps["customers"][0] * steps["crr_endpoint"][2]),
    }  # fmt: skip


def points() -> dict[str, str]:
    """A difference of percentages."""
    before, after = 0.70, 0.77
    return {
        "before": format_percent(before, digits=0), "after": format_percent(after, digits=0),
        "churn_before": format_percent(1 - before, digits=0), "churn_after": format_percent(1 - after, digits=0),
        "wrong": format_percent(after - before, digits=0), "points": _unsigned(after - before, digits=0),
        "relative": format_percent(after / before - 1, digits=0),
    }  # fmt: skip


def mix() -> dict[str, str]:
    """Rates that stay while the mix moves."""
    rates = {"middle": 0.55, "long": 0.925}
    before, after = ({"middle": (w, rates["middle"]), "long": (1 - w, rates["long"])} for w in (0.6, 0.575))
    split = decompose(before, after)
    return {
        "before": format_percent(split.crr_before), "after": format_percent(split.crr_after),
        "middle": format_percent(rates["middle"]), "long": format_percent(rates["long"]),
        "rate_effect": format_points(split.rate_effect, digits=2), "mix": format_points(split.mix_effect, digits=2),
    }  # fmt: skip


_GROUPS = Groups(0.95, 0.5)


def _share_left(year: int) -> float:
    return (_GROUPS.loyal**year + _GROUPS.fickle**year) / 2


def mixed() -> dict[str, str]:
    """A cohort of loyal and fickle customers."""
    rates = {"first": _share_left(1), "fifth": _share_left(5) / _share_left(4)}
    shares = {"loyal": _GROUPS.loyal, "fickle": _GROUPS.fickle}
    return {name: format_percent(x) for name, x in rates.items()} | {
        **{name: format_percent(x, digits=0) for name, x in shares.items()},
        "loyal_left": format_percent(_GROUPS.loyal**4 / 2 / _share_left(4), digits=0),
        "churn": format_percent(_GROUPS.churn),
        "wrong": format_number(_GROUPS.by_churn, digits=2),
        "years": format_number(sum(_GROUPS.lifetimes) / 2),
    }


def ten_customers() -> dict[str, str]:
    """A branch with ten customers."""
    branch, rest = Kept(9, 10), Kept(800, 1000)
    low, high = Pair(branch, rest).difference
    ends = dict(zip(("from_", "until"), (format_percent(end) for end in wilson(branch.kept, branch.n)), strict=True))
    return ends | {
        "kept": format_number(branch.kept), "n": format_number(branch.n), "kept2": format_number(rest.kept),
        "n2": format_number(rest.n), "wrong": _unsigned(branch.share - rest.share, digits=0),
        "low": format_points(low), "high": format_points(high),
    }  # fmt: skip


def average() -> dict[str, str]:
    """Three branches of different size."""
    kept, start = (90, 700, 50), (100, 1000, 50)
    branches = [Kept(k, n) for k, n in zip(kept, start, strict=True)]
    facts = {f"kept{i}": b.kept for i, b in enumerate(branches, 1)} | {f"n{i}": b.n for i, b in enumerate(branches, 1)}
    facts |= {"kept": sum(kept), "n": sum(start)}
    return {name: format_number(x) for name, x in facts.items()} | {
        "wrong": format_percent(average_rate(kept, start, method="simple")),
        "crr": format_percent(average_rate(kept, start)),
    }


def card() -> dict[str, str]:
    """A card that heavy buyers take more often."""
    heavy, light = (0.3, 0.8, 0.95), (0.7, 0.2, 0.6)  # share of buyers, of them with the card, of them staying
    members = _share_staying((share * card, stay) for share, card, stay in (heavy, light))
    others = _share_staying((share * (1 - card), stay) for share, card, stay in (heavy, light))
    return {
        "members": format_percent(members), "others": format_percent(others), "wrong": _unsigned(members - others),
        "heavy": format_percent(heavy[2], digits=0), "light": format_percent(light[2], digits=0),
        "heavy_cards": format_percent(heavy[1], digits=0), "light_cards": format_percent(light[1], digits=0),
    }  # fmt: skip


def _share_staying(groups: Any) -> float:
    weights, rates = zip(*groups, strict=True)
    return float(sum(w * r for w, r in zip(weights, rates, strict=True)) / sum(weights))


def not_yet() -> dict[str, str]:
    """A month that has not happened."""
    april, may = Kept(35, 50), Kept(0, 40)
    facts = {"april": april.n, "kept": april.kept, "may": may.n}
    return {name: format_number(n) for name, n in facts.items()} | {
        "rate": format_percent(april.share, digits=0), "wrong": format_percent(may.share, digits=0),
        "pooled": format_percent(average_rate([april.kept, may.kept], [april.n, may.n])),
    }  # fmt: skip


def standing_still() -> dict[str, str]:
    """As many won as lost."""
    month = Counts(start=1000, lost=20, new=20)
    ratio = quick_ratio(gained=month.new, lost=month.lost)
    return _counts(month) | {"crr": format_percent(month.crr), "ratio": format_number(ratio, digits=1)}


def hidden_losses() -> dict[str, str]:
    """Losses that returned customers cover up."""
    facts = {"start": 100, "lost": 5, "returned": 5, "new": 20, "end": 120, "fresh": 25}
    crr = crr_from_counts(
        start=facts["start"], end=facts["end"], new=facts["new"], lost=facts["lost"], returned=facts["returned"],
        period="year",
    )  # fmt: skip
    return {name: format_number(n) for name, n in facts.items()} | {
        "wrong": format_percent((facts["end"] - facts["new"]) / facts["start"], digits=0),
        "crr": format_percent(float(crr), digits=0),
    }


def silent() -> dict[str, str]:
    """A survey with silent customers."""
    survey = survey_rate(kept=150, answered=200, asked=500, frame=5000)
    low, high = survey.bounds
    counts = {"kept": survey.kept, "answered": survey.answered, "asked": survey.asked}
    shares = {"wrong": survey.estimate, "low": low, "high": high}
    return {k: format_number(n) for k, n in counts.items()} | {
        k: format_percent(x, digits=0) for k, x in shares.items()
    }


def _unsigned(value: float, *, digits: int = 1) -> str:
    return format_points(value, digits=digits).lstrip("+")
