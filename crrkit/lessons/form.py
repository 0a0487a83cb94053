"""A question with an answer box; with trials.py the only module of the lessons that imports ipywidgets."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from crrkit.ground import gettext as _, language, use_language
from crrkit.lessons.questions import in_html, judge

if TYPE_CHECKING:
    from crrkit.lessons.questions import Question


class AnswerBox(ipywidgets.Text):  # type: ignore[misc]  # ipywidgets has no types
    """A text box without an echo from the kernel, which would undo what was typed in the meantime."""

    value = traitlets.Unicode("").tag(sync=True, echo_update=False)


class AnswerForm(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The question, a text box, a button and the feedback; nothing typed is stored.

    The language is fixed on creation, because a click is handled outside the cell that set it.
    """

    def __init__(self, question: Question) -> None:
        self._question, self._lang = question, language()
        self.box = AnswerBox(
            description=_("Your answer"), placeholder=question.kind.example(), continuous_update=False,
            style={"description_width": "initial"}, layout={"width": "36em", "max_width": "100%"},
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
