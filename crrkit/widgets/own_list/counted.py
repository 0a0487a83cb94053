"""What ListExplorer counts beforehand and embeds, and what it counts from the list on demand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crrkit.ground import DAYS_PER_PERIOD, InputError, gettext as _, is_missing
from crrkit.rules import LONGEST_MONTHS, PERIOD_BEFORE, Calendar, Trailing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.measure import RetentionTable
    from crrkit.measure.cube import ListCube, ListSettings
    from crrkit.measure.stages import StageFlow
    from crrkit.read import Base

CALLED_NEW = ("apart", "returned", "gross", "everybody")  # in addition to first-timers still there: `CALLED_NEW` in JS
ENOUGH_TO_SEE = 5  # whole periods needed for a meaningful line over time
MOST_GAPS = 0.5
NO_FEW_RETURNS = 20  # from this number on the page does not distinguish
TWENTY = 20
SHARE_DIGITS = 6  # digits of a share that only decides about a warning


def initial_settings(cube: ListCube, *, given: str | None = None) -> ListSettings:
    """The initial settings that suit the list.

    If the list covers only a few periods, the next shorter length is used in which most repeat buyers have bought
    again; the silence is not longer than the period, or a given one that is longer, unless the rule of the list or its
    rhythm requires it.
    """
    from crrkit.measure.cadence import advise

    base, begin = cube.base, cube.starting
    if not base.has_purchases or base.rule or advise(base).days:
        return begin
    every = _often_enough(cube, begin.every)
    longest = max(DAYS_PER_PERIOD[every], DAYS_PER_PERIOD.get(given or every, 0))
    fitting = [days for days in cube.silences if days <= longest + 1]
    silence = min(int(begin.silence), fitting[-1]) if fitting and begin.silence != "period" else begin.silence
    return replace(begin, every=every, silence=silence)


def _often_enough(cube: ListCube, every: str) -> str:
    """The longest period, up to the one given, of which the list has enough for a line, if it covers most gaps."""
    from crrkit.measure.cadence import characteristic_interval, holds

    gaps = characteristic_interval(cube.base)
    for shorter in reversed(cube.everies[: cube.everies.index(every) + 1]):
        if gaps.covered(DAYS_PER_PERIOD[shorter]) < MOST_GAPS:
            break
        every = shorter
        if holds(cube.base, shorter) >= ENOUGH_TO_SEE:
            break
    return every


def carried_of(cube: ListCube, *, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All data for the browser, as JSON: counts but no customers; for a shared explorer, its state."""
    base = cube.base
    choices = choices_of(cube)
    regular = [("regular", _("Regular (long)"), str(cube.rule_under(cube.starting)))] if cube.regulars else []
    rhythm = {**rhythm_of(base, choices), "begun": {every: list(cube.begun(every)) for every in choices["everies"]}}
    return {
        "choices": choices, "cube": state or cube.to_state(),
        "rhythm": rhythm if state is None else rhythm_for_sharing(rhythm),
        "card": [*card_of(base, choices), *regular],
    }  # fmt: skip


def kept_under(cube: ListCube, settings: ListSettings) -> RetentionTable:
    """The account for the settings, counted from the list."""
    from crrkit.measure import retention_by_period

    segment = next((one for one in cube.segments if one.key == settings.segment), None)
    if segment and segment.name is None:
        message = _(
            "{segment} are several segments taken together, which no account is of. Choose one of them, or use"
            " explorer.account."
        )
        raise InputError(message.format(segment=settings.segment), argument="segment", given=settings.segment)
    kept = retention_by_period(
        cube.base_under(settings), every=settings.every, first=settings.first, last=settings.last,
        by=segment.by if segment else (),
    )  # fmt: skip
    return kept.segment(**{segment.by: str(segment.name)}) if segment else kept


def flow_under(cube: ListCube, settings: ListSettings) -> StageFlow:
    """The stage flow of all customers for the settings, counted from the list."""
    from crrkit.measure.stages import stage_flow

    if settings.silence == "period":
        message = _("Stages need a silence in days: set explorer.silence, such as 90.")
        raise InputError(message, argument="silence", given=settings.silence)
    under, rule = cube.base_under(settings), cube.rule_under(settings)
    return stage_flow(under, every=settings.every, rule=rule, first=settings.first, last=settings.last)


def choices_of(cube: ListCube) -> dict[str, Any]:
    """The available choices, and what the names of periods depend on."""
    card = cube.base.card
    return {
        "kind": cube.base.kind, "everies": list(cube.everies), "silences": list(cube.silences),
        "by_period": cube.has_period, "segments": [segment.key for segment in cube.segments],
        "regulars": list(cube.regulars), "called_new": list(CALLED_NEW),
        "week_starts": card.week_starts, "year_starts": card.year_starts,
    }  # fmt: skip


def rhythm_of(base: Base, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The data for judging whether a period and silence suit the list, as for `judge_rhythm`; for contracts, notes."""
    from crrkit.measure.cadence import characteristic_interval, judge_rhythm
    from crrkit.read import NOBODY_AFTER

    doubts = list(base.quality.above())
    if not base.has_purchases:
        notes = {every: judge_rhythm(base, every=every).note for every in choices["everies"]}
        gone = bool(base.quality.doubt(NOBODY_AFTER)[0])
        return {"doubts": doubts, "gone": gone, "notes": notes, "own": base.card.merge_gap}
    gaps = characteristic_interval(base)
    days = sorted({*choices["silences"], *(DAYS_PER_PERIOD[every] for every in choices["everies"])})
    median = gaps.quantile_of_returns(0.5)
    own = base.activity if isinstance(base.activity, str) else getattr(base.activity, "days", None)
    shares = [gaps.covered(day) for day in days]
    return {
        "doubts": doubts, "notes": {}, "own": own, "closed": gaps.closed, "seen": gaps.seen,
        "annual": gaps.has_annual,
        "median": None if is_missing(median) else median,
        "days": days, "covered": [0.0 if is_missing(share) else round(share, SHARE_DIGITS) for share in shares],
        "lengths": {every: DAYS_PER_PERIOD[every] for every in choices["everies"]}, "suits": _suits(base),
        "periods": {every: days for every, days in DAYS_PER_PERIOD.items() if every != "day"},
        **_calendar_months(choices),
    }  # fmt: skip


def _suits(base: Base) -> dict[str, Any]:
    """What suits the gaps of a list, whatever its rule: the period and days, or why there is none."""
    from crrkit.measure.cadence import advise

    advice = advise(base if base.rule is None else base.with_activity(PERIOD_BEFORE))
    return {"every": advice.every, "days": advice.days, "why": "" if advice.fits else advice.why}


def _calendar_months(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The possible period lengths, and silences slightly shorter than whole months, as in `Rhythm.note`."""
    months = {every: Calendar(every).months for every in choices["everies"]}
    longest = {every: LONGEST_MONTHS[n] if n else DAYS_PER_PERIOD[every] for every, n in months.items()}
    meant = {days: Trailing(days=days).months_meant for days in choices["silences"]}
    return {
        "months": months, "longest": longest,
        "meant": {str(days): [n, LONGEST_MONTHS[n]] for days, n in meant.items() if n},
    }  # fmt: skip


def rhythm_for_sharing(rhythm: Mapping[str, Any]) -> dict[str, Any]:
    """The rhythm for sharing: shares rounded to 5%, and only whether returns are few."""
    if "covered" not in rhythm:
        return dict(rhythm)
    return {
        **rhythm,
        "suits": None,
        "closed": min(rhythm["closed"], NO_FEW_RETURNS),
        "covered": [round(TWENTY * share) / TWENTY for share in rhythm["covered"]],
    }


def card_of(base: Base, choices: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The definition card, with each rule that a control changes."""
    gap = {} if base.has_purchases or base.listed_every else {"merge_gap": max(base.card.merge_gap, 1)}
    return base.card.with_(every=choices["everies"][0], segment=_("all customers"), **gap).rules()
