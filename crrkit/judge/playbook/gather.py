"""The playbook's input: the arguments, validated and reduced to the numbers that the rules use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crrkit.ground import (
    YEARS_PER_PERIOD,
    InputError,
    check_choice,
    check_count,
    check_fraction,
    check_given,
    check_mapping,
    check_names,
    check_number,
    gettext as _,
    segment_names,
)
from crrkit.judge import Assessment, Decomposition, assess, decompose
from crrkit.judge.playbook.cause_rules import CAUSES
from crrkit.judge.playbook.facts import MEASURES_OF, ONE_POINT, Share
from crrkit.judge.playbook.plans import ACTION, PLANS
from crrkit.judge.playbook.stage_rules import TOP_CUSTOMERS
from crrkit.judge.whatif import StageModel
from crrkit.measure import COMPLETE, RUNNING, Concentration, RetentionTable
from crrkit.measure.stages import StageFlow, StageList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crrkit.judge.whatif import LeverTable

DRAWS = 200
_ACTIONS = [name for name, plan in PLANS.items() if plan.kind == ACTION]
_NORMS = [measure for measures in MEASURES_OF.values() for measure in measures]


def periods_ahead(horizon: int | None, every: str) -> int:
    """The horizon in periods; by default one year."""
    if horizon is None:
        return round(1 / YEARS_PER_PERIOD[every])
    steps = int(check_count(horizon, name="horizon"))
    if not steps:
        message = _("horizon=0 looks nowhere; give the number of periods ahead, 1 or more.")
        raise InputError(message, argument="horizon", given=horizon)
    return steps


def check_account(kept: Any, flow: StageFlow | None) -> None:
    """Refuse anything but an account of the whole list."""
    check_given(kept, RetentionTable, name="kept")
    if flow is not None:
        check_given(flow, StageFlow, name="flow")
    if kept.by:
        message = _("This account is given by segments. The whole comes first: diagnose(kept.whole, segments=kept).")
        raise InputError(message, argument="kept")
    if flow is not None and flow.every != kept.every:
        message = _("The account is by {kept} and the flow by {flow}. Count both with the same every=.")
        raise InputError(message.format(kept=_(kept.every), flow=_(flow.every)), argument="flow", given=flow.every)


def rows(kept: RetentionTable, before: str | None) -> tuple[pd.Series | None, pd.Series | None]:
    """The latest row that can be judged, and the row to compare it with."""
    now = kept.latest
    if pd.isna(now["crr"]) or now["status"] == RUNNING:
        return None, None
    rated = kept.table[(kept.table["start"] > 0) & (kept.table["until"] <= now["from_"])]
    if before is not None:
        check_choice(before, name="before", choices=list(rated["period"]))
        return now, kept.row(before)
    neighbour = rated[(rated["until"] == now["from_"]) & (rated["status"] == COMPLETE)]
    return now, neighbour.iloc[0] if len(neighbour) else None


def period_before(flow: StageFlow | None, before: str | None) -> str | None:
    """The name of the flow's earlier period; None if there is none."""
    if flow is None:
        return None
    earlier = flow.table[flow.table["until"] <= flow.latest["from_"]]
    if before is not None:
        return check_choice(before, name="before", choices=list(earlier["period"]))
    return str(earlier["period"].iloc[-1]) if len(earlier) else None


def levers(
    flow: StageFlow | None, model: StageModel | None, steps: int, costs: Mapping[str, float]
) -> tuple[LeverTable | None, Mapping[str, float], tuple[str, ...]]:
    """The effect of one point on each lever that allows it, the people in each stage, and notes."""
    if model is None and flow is None:
        return None, {}, ()
    notes, sizes = [], {} if flow is None else {str(stage): float(n) for stage, n in flow.counts.iloc[-1].items()}
    if flow is not None and flow.markov_check().differing:
        notes.append(flow.markov_check().caption())
    if model is None and flow is not None:
        try:
            model = StageModel.from_flow(flow)
        except InputError as refused:
            text = _("No lever could be looked at: {why}")
            return None, sizes, (*notes, text.format(why=refused))
    assert model is not None  # noqa: S101 - one of the two was given
    if check_given(model, StageModel, name="model").refusal:
        return None, model.start, (*notes, _("No lever could be looked at: {why}").format(why=model.refusal))
    return _table_of(model, steps, costs), dict(model.table.set_index("from")["start"]), tuple(notes)


def _table_of(model: StageModel, steps: int, costs: Mapping[str, float]) -> LeverTable | None:
    names = [name for name in model.lever_names if model.lever_room(name)[1] >= ONE_POINT]
    if not names:
        return None
    priced = {name: cost for name, cost in costs.items() if name in names}
    draws = DRAWS if model.has_counts else 0
    return model.levers(steps, step=ONE_POINT, only=names, costs=priced or None, draws=draws, horizon=steps)


def change(
    flow: StageFlow | None,
    before: str | None,
    segments: RetentionTable | None,
    now: pd.Series | None,
    then: pd.Series | None,
) -> Decomposition | None:
    """The change of the rate by stage, otherwise by segment, if both periods had customers."""
    if flow is not None and before is not None:
        pairs = [_of_stages(flow, period) for period in (before, str(flow.latest["period"]))]
        return decompose(*pairs) if all(sum(n for n, _kept in pair.values()) for pair in pairs) else None
    if flow is None and segments is not None and now is not None and then is not None:
        return decompose(segments, before=str(then["period"]), after=str(now["period"]))
    return None


def _of_stages(flow: StageFlow, period: str) -> dict[str, tuple[int, int]]:
    rows = flow.rates[flow.rates["period"] == period].set_index("measure")
    names = {stage: f"retention of {stage}" for stage in ("middle", "long")}
    of = rows.reindex(list(names.values())).fillna(0).astype({"of": int, "hits": int})  # the first period has none
    return {stage: (int(of["of"][name]), int(of["hits"][name])) for stage, name in names.items()}


def answers(causes: Mapping[str, int] | None) -> dict[str, int]:
    """The answers for each cause, checked."""
    given = {} if causes is None else check_mapping(causes, name="causes", like="{'service': 12}")
    for cause in given:
        check_choice(cause, name="causes", choices=CAUSES)
    counted = {cause: int(check_count(n, name=f"causes[{cause!r}]")) for cause, n in given.items()}
    if causes is not None and not sum(counted.values()):
        message = _("causes holds no answers. Give the number of answers for each cause, such as {{'service': 12}}.")
        raise InputError(message.format(), argument="causes", given=causes)
    return counted


def by_name(values: Mapping[str, float] | None, name: str) -> dict[str, float]:
    """``costs`` above 0 by card, or ``norms`` between 0 and 1 by measure."""
    known = _ACTIONS if name == "costs" else _NORMS
    given = {} if values is None else check_mapping(values, name=name, like=f"{{{known[0]!r}: 0.5}}")
    for key, value in given.items():
        check_choice(key, name=name, choices=known)
        if name == "norms":
            check_fraction(value, name=f"norms[{key!r}]")
        elif not check_number(value, name=f"costs[{key!r}]") > 0:
            message = _("costs[{name!r}]={value:g} must be above 0: the cost of one point for one person and period.")
            raise InputError(message.format(name=key, value=value), argument="costs", given=value)
    return dict(given)


def quiet(stages: StageList | None) -> Share | None:
    """Long customers who have been silent for unusually long, out of all of them."""
    if stages is None:
        return None
    counts = check_given(stages, StageList, name="stages").table.set_index("stage")
    return Share(int(counts["at_risk"]["long"]), int(counts["customers"]["long"]))


def top_fifth(found: Concentration | None) -> Concentration | None:
    """The concentration of the top fifth, checked."""
    if found is not None and check_given(found, Concentration, name="concentration").top != TOP_CUSTOMERS:
        message = _("The rule is about the top fifth of the customers. Measure it with concentration(base, top=0.2).")
        raise InputError(message, argument="concentration", given=found.top)
    return found


def young_and_others(
    segments: RetentionTable | None, young: Sequence[str], now: pd.Series | None
) -> tuple[Share, Share] | None:
    """The young customers of the latest period and the others, each as kept out of how many."""
    if not check_names(young, name="young"):
        return None
    if segments is None or not check_given(segments, RetentionTable, name="segments").by:
        message = _(
            "young= names segments, so the account by segments is needed: segments=retention_by_period(…, by=…)."
        )
        raise InputError(message, argument="segments")
    rows = segments.table if now is None else segments.table[segments.table["period"] == now["period"]]
    named = segment_names(rows, segments.by)
    wanted = {
        check_choice(name, name="young", choices=dict.fromkeys(named)) for name in check_names(young, name="young")
    }
    mask = [name in wanted for name in named]
    one, other = rows[mask], rows[[not chosen for chosen in mask]]
    first, second = (Share(int(part["kept"].sum()), int(part["start"].sum())) for part in (one, other))
    return (first, second) if first.of and second.of else None


def verdicts(given: Any, kept: RetentionTable, now: pd.Series | None) -> Assessment | None:
    """The verdicts given, or those on the row that is judged."""
    if given is not None:
        return check_given(given, Assessment, name="assessment")
    return None if now is None else assess(kept, period=str(now["period"]))


def two_rates(given: Any) -> tuple[float, float] | None:
    """The rates by strict and by loose links, validated."""
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2:  # noqa: PLR2004 - strict and loose
        message = _("identity needs two rates, with strict and with loose links, such as (0.66, 0.71).")
        raise InputError(message, argument="identity", given=given)
    return check_fraction(given[0], name="identity"), check_fraction(given[1], name="identity")
