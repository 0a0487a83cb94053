"""What is live in a lesson: a question with an answer box; a slider or two, with what they change and why.

The only module of the lessons that imports ipywidgets.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from crrkit.counts import survey_rate
from crrkit.ground import format_number, format_percent, format_points, gettext as _, language, use_language
from crrkit.judge import break_even_save_rate, decompose
from crrkit.lessons.questions import SPECK, in_html, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from crrkit.lessons.questions import Question
    from crrkit.measure.cohorts import CohortGrid


NO_WIDER = {"width": "36em", "max_width": "calc(100% - 4px)"}  # Jupyter's margin of 2 pixels is not part of the width


class AnswerBox(ipywidgets.Text):  # type: ignore[misc]  # ipywidgets has no types
    """A text box without an echo from the kernel, which would undo what was typed in the meantime."""

    value = traitlets.Unicode("").tag(sync=True, echo_update=False)


class AnswerForm(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The question, a text box, a button and the feedback; what is typed stays in the notebook.

    The language is fixed on creation, because a click is handled outside the cell that set it.
    """

    def __init__(self, question: Question) -> None:
        self._question, self._lang = question, language()
        self.box = AnswerBox(
            description=_("Your answer"), placeholder=_(question.kind.example), continuous_update=False,
            style={"description_width": "initial"}, layout=NO_WIDER,
        )  # fmt: skip
        self.button = ipywidgets.Button(description=_("Check"), layout={"width": "auto"})
        self.said = ipywidgets.HTML()
        line = ipywidgets.Box([self.box, self.button], layout={"flex_flow": "row wrap", "align_items": "center"})
        asked = ipywidgets.HTML(
            f'<div style="line-height:1.5">{in_html(question)}</div>'
        )  # Jupyter adds space between lines
        super().__init__([asked, line, self.said])
        self.button.on_click(self._answer)
        self.box.observe(self._answer, names="value")  # Enter

    def _answer(self, _event: object) -> None:
        with use_language(self._lang):
            said = judge(self._question, self.box.value)
            self.said.value = (
                '<div role="status" style="border-left:3px solid;padding-left:0.8em;line-height:1.5">'
                f"{said._repr_html_()}</div>"
            )

    def __repr__(self) -> str:
        return str(self._question)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live form, and the question alone for places without a kernel."""
        with use_language(self._lang):
            how = _("To answer, run this notebook.")
        still = f"{in_html(self._question)}<p><em>{html.escape(how)}</em></p>"
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self), "text/html": still}


class Trial(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Controls, and sentences that follow them. Without a kernel the initial sentences are shown.

    The language is fixed on creation, because a slider is handled outside the cell that set it.
    """

    def __init__(self, controls: Mapping[str, Any], says: Callable[..., str]) -> None:
        self.controls, self._says, self._lang = dict(controls), says, language()
        self.said = ipywidgets.HTML()
        super().__init__([*self.controls.values(), self.said])
        for control in self.controls.values():
            control.observe(self._tell, names="value")
        self._tell()

    def _tell(self, _change: object = None) -> None:
        with use_language(self._lang):
            told = self._says(**{name: control.value for name, control in self.controls.items()})
        self.said.value = f'<div role="status" style="line-height:1.5;padding:.4em 0">{told}</div>'

    def __repr__(self) -> str:
        return " ".join(str(control.description) for control in self.controls.values())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live controls, and the initial sentences for places without a kernel."""
        with use_language(self._lang):
            how = _("To try it, run this notebook.")
        still = f"{self.said.value}<p><em>{html.escape(how)}</em></p>"
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self), "text/html": still}


def try_answers(*, asked: int = 500, kept_of_answered: float = 0.75) -> Trial:
    """The response rate of a survey: sampling error, and the effect of non-response."""

    def says(answered: int) -> str:
        survey = survey_rate(kept=round(kept_of_answered * answered), answered=answered, asked=asked, frame=10 * asked)
        low, high = survey.bounds
        text = _(
            "{answered} of {asked} answer, and {share} of them still buy. Of all who were asked it may be anything from"
            " {low} to {high}: {silent} {silent:is|are} silent, and each of them can be one or the other."
        )
        ink = {
            "answered": format_number(answered),
            "asked": format_number(asked),
            "silent": format_number(asked - answered),
        }
        shares = {"share": kept_of_answered, "low": low, "high": high}
        return _bold(text.format(**ink, **{name: format_percent(x, digits=0) for name, x in shares.items()}))

    return Trial({"answered": _slider(_("Answered"), asked * 2 // 5, 20, asked, 20)}, says)


def try_ratio() -> Trial:
    """The cost ratio of acquiring to one retention attempt, from 1 to 25: which share of attempts must succeed."""

    def says(ratio: int) -> str:
        text = _(
            "If winning one customer costs {ratio} {ratio:time|times} as much as one attempt to keep one, {share} of"
            " the attempts must succeed: then both cost the same. If more succeed, keep; if fewer, win."
        )
        return _bold(text.format(ratio=format_number(ratio), share=format_percent(break_even_save_rate(ratio))))

    return Trial({"ratio": _slider(_("How many times dearer winning is"), 7, 1, 25, 1)}, says)


def try_stages(*, middle_share: float = 0.6, middle: float = 0.55, long: float = 0.925) -> Trial:
    """The effect of the stages on the overall rate, with cause and effect in words."""
    before = {"middle": (middle_share, middle), "long": (1 - middle_share, long)}

    def says(share: int, middle_stays: float, long_stays: float) -> str:
        after = {"middle": (share / 100, middle_stays / 100), "long": (1 - share / 100, long_stays / 100)}
        split = decompose(before, after)
        total = _("The rate of the firm is {after}, at first it was {before}: {change}.").format(
            after=format_percent(split.crr_after),
            before=format_percent(split.crr_before),
            change=format_points(split.change),
        )
        causes = [_cause(stage, before[stage], after[stage]) for stage in ("middle", "long")]
        mix = _("Because the middle stage is {now} of the base and not {then}: {effect}.").format(
            now=format_percent(share / 100), then=format_percent(middle_share), effect=format_points(split.mix_effect)
        )
        moved = [*filter(None, causes), *([mix] if abs(split.mix_effect) > SPECK else [])]
        return _bold(total) + "".join(f"<br>{html.escape(line)}" for line in moved or [_("Nothing has moved yet.")])

    return Trial(
        {
            "share": _slider(_("Middle stage, % of the base"), round(100 * middle_share), 0, 100, 1),
            "middle_stays": _slider(_("Of the middle stage stay, %"), 100 * middle, 0.0, 100.0, 0.5),
            "long_stays": _slider(_("Of the long stage stay, %"), 100 * long, 0.0, 100.0, 0.5),
        },
        says,
    )


def _cause(stage: str, then: tuple[float, float], now: tuple[float, float]) -> str:
    """The effect of a stage's own rate on the overall rate: its mean share times the change of its rate."""
    effect = (then[0] + now[0]) / 2 * (now[1] - then[1])
    if abs(effect) <= SPECK:
        return ""
    text = _("Because of the stage “{stage}” {now} stay and not {then}: {effect}.")
    return text.format(
        stage=_(stage), now=format_percent(now[1]), then=format_percent(then[1]), effect=format_points(effect)
    )


def try_maturity(grid: CohortGrid) -> Trial:
    """The mean of cohorts by age, with future cells counted as 0 or left out; as numbers or as a curve."""
    average = grid.average()

    def says(mature: bool, curve: bool) -> str:  # noqa: FBT001 - two check boxes
        means = _means(average, mature=mature)
        told = (
            _("Only cells that are over: each age is the mean of the cohorts that have reached it.")
            if mature
            else _("Cells that have not happened count as 0: the later the age, the more of them, and the mean falls.")
        )
        return _bold(told) + (_curve(means) if curve else _row(means))

    boxes = {"mature": _("Only cells that are over"), "curve": _("As a curve")}
    return Trial(
        {name: ipywidgets.Checkbox(value=False, description=word, indent=False) for name, word in boxes.items()}, says
    )


def _means(average: pd.DataFrame, *, mature: bool) -> pd.Series[float]:
    """By age: over the cohorts that have reached it, or over all customers of the first age."""
    by_age = average.set_index("age")
    return by_age["active"] / (by_age["size"] if mature else by_age["size"].iloc[0])


def _row(means: pd.Series[float]) -> str:
    apart = 'style="padding:0 .5em;text-align:right"'  # Jupyter sets the cells of a widget's table side by side
    head = "".join(f"<th {apart}>{age}</th>" for age in means.index)
    cells = "".join(f"<td {apart}>{format_percent(mean, digits=0)}</td>" for mean in means)
    names = [f'<th scope="row" style="text-align:left">{name}</th>' for name in (_("age"), _("share"))]
    rows = "".join(f"<tr>{name}{row}</tr>" for name, row in zip(names, (head, cells), strict=True))
    return f'<div style="overflow-x:auto"><table>{rows}</table></div>'


def _curve(means: pd.Series[float]) -> str:
    wide, tall = 480, 160
    step = (wide - 20) / max(1, len(means) - 1)
    points = " ".join(f"{10 + step * at:.1f},{tall - 10 - (tall - 20) * mean:.1f}" for at, mean in enumerate(means))
    said = html.escape("; ".join(f"{age}: {format_percent(mean, digits=0)}" for age, mean in means.items()))
    line = f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'
    axis = f'<path d="M10 {tall - 10}H{wide - 10}" stroke="currentColor" opacity=".4"/>'
    size = f'viewBox="0 0 {wide} {tall}" style="max-width:100%;width:{wide}px"'
    return f'<svg role="img" aria-label="{said}" {size}>{axis}{line}</svg>'


def _slider(name: str, value: float, least: float, most: float, step: float) -> Any:
    made = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    return made(
        value=value, min=least, max=most, step=step, description=name,
        style={"description_width": "initial"}, layout=NO_WIDER,
        readout_format="d" if made is ipywidgets.IntSlider else ".1f",
    )  # fmt: skip


def _bold(text: str) -> str:
    return f"<strong>{html.escape(text)}</strong>"


TRIALS: dict[str, Callable[..., Trial]] = {
    "answers": try_answers,
    "ratio": try_ratio,
    "stages": try_stages,
    "maturity": try_maturity,
}
