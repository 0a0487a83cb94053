"""DecompositionExplorer: whether the rate changed because of the segments' rates or because of their mix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.ground import check_given, format_percent, format_points, gettext as _, use_language
from crrkit.rules import STAGES
from crrkit.widgets.bench import Explorer, Mix, StateError, still_html
from crrkit.widgets.decomposition.still import mosaic_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crrkit.judge import Decomposition
    from crrkit.measure import RetentionTable
    from crrkit.measure.stages import StageFlow

    Segments = Mapping[str, tuple[float, float]]

__all__ = ["DecompositionExplorer"]

SEGMENTS = (2, 6)  # as many as can be adjusted and distinguished


class DecompositionExplorer(Explorer):
    """Two periods, the share and rate of each segment, and their effects on the overall rate.

    The overall rate is the mean of the rates, weighted by the shares. Its change is split exactly into rate effect and
    mix effect (`crrkit.decompose`, twofold). In the initial state both stages retain more of their customers but the
    overall rate falls: Simpson's paradox. The last segment always takes the remaining share.

    Args:
        result: A stage flow, ``stage_flow(base)``, or an account by segments, ``retention_by_period(base, by=...)``,
            two periods of which are then compared.
        before: ``{segment: (share, rate)}`` of the earlier period, two to six segments, shares that sum to 1. With a
            share of 0 the rate has no meaning. For a result, the name of a period; by default the one before ``after``.
        after: The same segments in the later period. For a result, the name of a period; by default the latest complete
            one.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a share or rate is not a fraction, shares do not sum to 1, or the periods have different
            segments; or if the result has no segments or too many, lacks the period, or had no customers at the start
            of one. To change both periods, defer validation: ``with explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> explorer = DecompositionExplorer()
        >>> explorer.before
        {'middle': (0.4, 0.55), 'long': (0.6, 0.925)}
        >>> round(explorer.split.rate_effect, 5), round(explorer.split.mix_effect, 5)
        (0.01325, -0.11025)
        >>> explorer.code
        'split = crr.decompose({"middle": (0.4, 0.55), "long": (0.6, 0.925)}, {"middle": (0.7, 0.57), ...})'
        >>> explorer.after = {"middle": (0.7, 0.57), "long": (0.4, 0.93)}
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: after: the shares sum to 1.1, they must sum to 1.

        Of a list:

        >>> import crrkit as crr
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
        >>> explorer = DecompositionExplorer(crr.stage_flow(base, every="quarter"), before="2024Q1", after="2024Q2")
        >>> round(explorer.split.rate_effect, 4), round(explorer.split.mix_effect, 4)
        (0.115, 0.0219)
    """

    module = "decomposition_explorer"
    names = ("before", "after")
    made_by = ("widgets.DecompositionExplorer(before={'middle': (0.4, 0.6), …}, after={'middle': (0.7, 0.6), …})",)

    before = Mix().tag(sync=True, to_json=lambda mix, _widget: Mix.as_rows(mix))
    after = Mix().tag(sync=True, to_json=lambda mix, _widget: Mix.as_rows(mix))

    def __init__(
        self,
        result: StageFlow | RetentionTable | None = None,
        /,
        *,
        before: Segments | str | None = None,
        after: Segments | str | None = None,
        lang: str | None = None,
    ) -> None:
        with use_language(lang):
            given, note = _first(before, after) if result is None else _of_result(result, before, after)
        self._start(given, lang=lang, words=_words_of_the_page, about=note)

    def _check(self, state: Mapping[str, Any]) -> None:
        before, after = state["before"], state["after"]
        if list(before) == list(after) and SEGMENTS[0] <= len(before) <= SEGMENTS[1]:
            return
        message = _(
            "before has the segments {before} and after {after}. Give both the same two to six segments in the same"
            " order; where nobody was, the share is 0."
        )
        text = message.format(before=", ".join(before), after=", ".join(after))
        raise StateError(text, argument="after", given=after)

    @traitlets.validate("before", "after")
    def _hold_the_segments(self, proposal: dict[str, Any]) -> Any:
        return self._checked(proposal)

    def _as_json(self, state: Mapping[str, Any]) -> dict[str, Any]:
        return {name: Mix.as_rows(mix) for name, mix in state.items()}

    @property
    def split(self) -> Decomposition:
        """The change of the rate, split into rate and mix effects, with a note if Simpson's paradox occurs."""
        from crrkit.judge import decompose

        with use_language(self.lang):
            return decompose(_there(self.before), _there(self.after))

    @property
    def code(self) -> str:
        """The line of code that reproduces `split`."""
        return f"split = crr.decompose({_literal(self.before)}, {_literal(self.after)})"

    def still(self) -> str:
        """The split and the mosaic plots as static HTML, for places without JavaScript."""
        split = self.split
        with use_language(self.lang):
            rates = {"before": format_percent(split.crr_before), "after": format_percent(split.crr_after)}
            parts = {"rate": split.rate_effect, "mix": split.mix_effect, "change": split.change}
            ink = rates | {name: format_points(part) for name, part in parts.items()}
            before, after = (_shown(mix, self._words["stages"]) for mix in (self.before, self.after))
            picture = mosaic_svg(before, after, split, self._words)
            line = " ".join([self._words["sum"].format(**ink), *split.notes])
            return still_html(line, picture, self._words["picture"].format(**ink), about=self._about)


def _first(before: Any, after: Any) -> tuple[dict[str, Any], Callable[[], str]]:
    """The two given periods, or the example."""
    if (before is None) != (after is None):
        message = _("Give both periods, before and after, or none of them.")
        raise StateError(message, argument="after" if after is None else "before")
    # domain: both stages retain better, and the overall rate falls
    middle, long = _("middle"), _("long")
    before = before if before is not None else {middle: (0.4, 0.55), long: (0.6, 0.925)}
    after = after if after is not None else {middle: (0.7, 0.57), long: (0.3, 0.93)}
    return {"before": before, "after": after}, str


def _of_result(result: Any, before: Any, after: Any) -> tuple[dict[str, Any], Callable[[], str]]:
    """Two periods of a stage flow or of an account by segments."""
    from crrkit.judge import decompose
    from crrkit.measure import RetentionTable
    from crrkit.measure.stages import StageFlow

    of = result if isinstance(result, RetentionTable) else check_given(result, StageFlow, name="result")
    latest = str((getattr(of, "whole", None) or of).latest["period"])
    after = latest if after is None else after
    split = decompose(of, before=before, after=after)
    in_words = _ if isinstance(of, StageFlow) else str  # stage names are translated, segment names come from the data
    mixes = {"before": _mix(split, "before", in_words), "after": _mix(split, "after", in_words)}
    n = len(mixes["after"])
    if not SEGMENTS[0] <= n <= SEGMENTS[1]:
        message = _(
            "There {n:is|are} {n} {n:segment|segments}, and two to six can be told apart here; crr.decompose takes any"
            " number."
        )
        raise StateError(message.format(n=n), argument="result", given=n)
    labels = list(dict.fromkeys(getattr(of, "by_stage", of.table)["period"]))
    then = labels[labels.index(after) - 1] if before is None else before
    text = _("It begins with {before} and {after}: {split}.")
    words = {"before": then, "after": after, "split": split.caption()}
    return mixes, lambda: " ".join(filter(None, [getattr(of, "warning", ""), text.format(**words)]))


def _mix(split: Decomposition, period: str, in_words: Callable[[str], str]) -> dict[str, tuple[float, float]]:
    """Shares and rates of a period; a segment without customers has the other period's rate, as in the split."""
    rows = split.table[(split.table["share_before"] > 0) | (split.table["share_after"] > 0)]
    other = "after" if period == "before" else "before"
    rates = rows[f"crr_{period}"].fillna(rows[f"crr_{other}"])
    return dict(
        zip(map(in_words, map(str, rows["segment"])), zip(rows[f"share_{period}"], rates, strict=True), strict=True)
    )


def _there(mix: Segments) -> dict[str, tuple[float, float]]:
    """Only segments with customers: without them the rate is undefined, whatever the slider says."""
    return {segment: pair for segment, pair in mix.items() if pair[0]}


def _shown(mix: Segments, stages: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """The segments by the names to show: if all are stages, these are translated."""
    are_stages = set(mix) <= set(stages)
    return {stages[name] if are_stages else name: pair for name, pair in mix.items()}


def _literal(mix: Segments) -> str:
    pairs = (
        f"{json.dumps(name, ensure_ascii=False)}: ({share}, {rate})" for name, (share, rate) in _there(mix).items()
    )
    return f"{{{', '.join(pairs)}}}"


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
    return {
        "title": _("Rates or mix, to try"),
        "before": _("Before"),
        "after": _("After"),
        "share": _("Share of {segment}, %"),
        "rest": _("Share of {segment}: the rest"),
        "rate": _("CRR of {segment}, %"),
        "crr": _("CRR before → after"),
        "byRate": _("by rate"),
        "byMix": _("by mix"),
        "change": _("together"),
        "pp": _("pp"),
        "sum": _("Together {change}: {rate} by rate, {mix} by mix."),
        "plain": _("By rate: the same mix, other rates. By mix: the same rates, other shares."),
        "fell": _(
            "Every segment kept more of its customers, yet the overall rate fell: the mix of segments changed"
            " (Simpson)."
        ),
        "rose": _(
            "Every segment kept fewer of its customers, yet the overall rate rose: the mix of segments changed"
            " (Simpson)."
        ),
        "mixAlone": _("No segment's retention changed: the overall rate moved by the mix alone."),
        "onlyOnce": _("Only in one of the periods, so that all they do is mix: {names}."),
        "tooMuch": _("The shares would sum to more than 100%. Until it fits, {shown} stands."),
        "stages": {stage: _(stage) for stage in STAGES},
        "picture": _(
            "Shares as widths and rates as heights, so that the area is the CRR: {before} before, {after} after; {rate}"
            " by rate, {mix} by mix."
        ),
    }
