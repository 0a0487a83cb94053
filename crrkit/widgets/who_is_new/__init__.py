"""WhoIsNewExplorer: one list, and what the formula answers when "new" means this or that."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import MAYBE_NEW
from crrkit.ground import format_cell, format_number, format_points, gettext as _, mark, use_language
from crrkit.widgets.bench import (
    Count,
    Explorer,
    Some,
    about,
    check_lost,
    lost_words,
    module_text,
    named,
    no_account,
    row_of,
    still_html,
    style_text,
)
from crrkit.widgets.who_is_new.still import meanings_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crrkit.judge import Meanings
    from crrkit.measure import RetentionTable
    from crrkit.read import Base

__all__ = ["WhoIsNewExplorer"]

FLOW_COUNTS = ("start", "lost", "new", *MAYBE_NEW)
ROW_NAMES = {"joined_and_left": "new_lost", "returned_and_left": "returned_lost"}  # of the account
# The meanings that have a name, by what they call new beside first-timers who stayed; `crrkit.reconcile` has them too.
MEANINGS_NAMED: dict[tuple[str, ...], str] = {
    ("returned",): mark("new = not there at the start"),
    (): mark("new = first ever, still here"),
    ("joined_and_left",): mark("new = first ever, gross"),
    ("joined_and_left", "returned", "returned_and_left"): mark("new = everybody who came, gross"),
    MAYBE_NEW: mark("new = every start"),
}


class WhoIsNewExplorer(Explorer):
    """The flows of one period, what is called new, and how far the counts formula is then from the truth.

    The truth is the share of the customers at the start who are there at the end. ``(end - new) / start`` says the
    same only when "new" means *not there at the start*. The first state is a list of eleven customers, from which the
    formula makes anything between 0 and 80 %.

    Args:
        base_or_account: A list as one of the readers gave it, or what :func:`crrkit.retention_by_period` made of it: it
            then begins with the flows of a period. A number that is named beside it stands in its place.
        every: Of a base, the period by which it is counted.
        period: Which period, by its name; the latest complete one by default.
        start: Customers at the start, 0 to 1,000,000,000; so are all counts.
        lost: Those of them who are gone at the end; never more than ``start``.
        new: First-timers who are there at the end.
        joined_and_left: First-timers who are gone again.
        returned: Former customers who came back and are there at the end.
        returned_and_left: Former customers who came back and left again.
        rejoined: Joins beyond the first, as of a customer who left and came back.
        counted: Which of the last four are called new beside first-timers who stayed.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a count is negative, not whole or too large, ``lost`` is above ``start``, or a name in
            ``counted`` is not known; or if the account is one by segments or has no such period. To change several,
            hold the checks: ``with explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> explorer = WhoIsNewExplorer()
        >>> explorer.truth, explorer.answer
        (0.6, 0.0)
        >>> explorer.counted = ["returned"]
        >>> explorer.answer, sorted(set(explorer.meanings.table["crr"]))
        (0.6, [0.0, 0.2, 0.4, 0.6, 0.8])
        >>> explorer.counted = ["return"]
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: counted='return' is not known. ... Did you mean 'returned'?

        Of a list:

        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
        >>> explorer = WhoIsNewExplorer(base, every="half-year", period="2024H1")
        >>> explorer.start, explorer.lost, explorer.new, explorer.returned
        (5, 2, 2, 1)
    """

    module = "who_is_new_explorer"
    names = (*FLOW_COUNTS, "counted")
    made_by = ("widgets.WhoIsNewExplorer(start=5, lost=2, new=2)",)
    folder = Path(__file__).parent
    _esm = module_text(folder)
    _css = style_text(folder)

    start = Count().tag(sync=True)
    lost = Count().tag(sync=True)
    new = Count().tag(sync=True)
    joined_and_left = Count().tag(sync=True)
    returned = Count().tag(sync=True)
    returned_and_left = Count().tag(sync=True)
    rejoined = Count().tag(sync=True)
    counted = Some(MAYBE_NEW).tag(sync=True)

    def __init__(
        self,
        base_or_account: Base | RetentionTable | None = None,
        /,
        *,
        every: str = "month",
        period: str | None = None,
        start: int | None = None,
        lost: int | None = None,
        new: int | None = None,
        joined_and_left: int | None = None,
        returned: int | None = None,
        returned_and_left: int | None = None,
        rejoined: int | None = None,
        counted: Iterable[str] = MAYBE_NEW,
        lang: str | None = None,
    ) -> None:
        counts, said = _first(base_or_account, every, period)
        given = named(
            counts, start=start, lost=lost, new=new, joined_and_left=joined_and_left, returned=returned,
            returned_and_left=returned_and_left, rejoined=rejoined, counted=counted,
        )  # fmt: skip
        self._start(given, lang=lang, words=_words_of_the_page, about=said)

    def _check(self, state: Mapping[str, Any]) -> None:
        check_lost(state)

    @traitlets.validate("start", "lost")
    def _hold_the_account(self, proposal: dict[str, Any]) -> int:
        return int(self._checked(proposal))

    @property
    def meanings(self) -> Meanings:
        """The formula under all sixteen meanings of "new"."""
        from crrkit.judge import who_is_new

        counts = {name: getattr(self, name) for name in FLOW_COUNTS[1:]}
        return who_is_new(self.start, **counts)

    @property
    def truth(self) -> float:
        """The share of the customers at the start who are there at the end; NaN when there was nobody."""
        return (self.start - self.lost) / self.start if self.start else math.nan

    @property
    def called_new(self) -> int:
        """How many are called new."""
        return self._called_new(self.counted)

    @property
    def answer(self) -> float:
        """What the formula says when new are those in ``counted``; NaN when there was nobody."""
        return self._answer(self.counted)

    def _answer(self, counted: Iterable[str]) -> float:
        return (self._end - self._called_new(counted)) / self.start if self.start else math.nan

    def _called_new(self, counted: Iterable[str]) -> int:
        return self.new + sum(int(getattr(self, name)) for name in counted)

    @property
    def _end(self) -> int:
        return self.start - self.lost + self.new + self.returned

    @property
    def code(self) -> str:
        """The line of code that gives the shown numbers again."""
        given = ", ".join(f"{name}={getattr(self, name)}" for name in FLOW_COUNTS[1:])
        return f"answers = crr.who_is_new({self.start}, {given}); answers.truth, answers.table"

    def sentence(self) -> str:
        """The formula with the numbers put in, and why it is off, in the explorer's language."""
        with use_language(self.lang):
            return self._sentence()

    def _sentence(self) -> str:
        counts = {"end": self._end, "called_new": self.called_new, "start": self.start, "kept": self.start - self.lost}
        ink = {name: format_number(count) for name, count in counts.items()}
        rates = {"answer": format_cell(self.answer, "rate"), "truth": format_cell(self.truth, "rate")}
        return f"{self._words['sum'].format(**ink, **rates)} {self._remark()}"

    def _remark(self) -> str:
        words = self._words
        if not self.start:
            return str(words["undefined"])
        counted = {name: -getattr(self, name) for name in self.counted if name != "returned"}
        missed = {} if "returned" in self.counted else {"returned": self.returned}
        off = {name: count / self.start for name, count in (missed | counted).items() if count}
        reasons = "; ".join(f"{format_points(off[name])} {words['flows'][name]}" for name in MAYBE_NEW if name in off)
        if not off:
            return str(words["exact"])
        return str(words["off" if sum(missed.values()) + sum(counted.values()) else "luck"]).format(reasons=reasons)

    def still(self) -> str:
        """The formula and its answers as HTML that nothing moves, for places where no JavaScript runs."""
        with use_language(self.lang):
            named = [(self._words["chosen"], self.answer)]
            named += [(_(name), self._answer(counted)) for counted, name in MEANINGS_NAMED.items()]
            every = [
                self._answer(n for n, on in zip(MAYBE_NEW, ons, strict=True) if on) for ons in product((0, 1), repeat=4)
            ]
            picture = meanings_svg(named, every, self.truth, self._words)
            ends = {"low": format_cell(min(every), "rate"), "high": format_cell(max(every), "rate")}
            alt = self._words["picture"].format(truth=format_cell(self.truth, "rate"), **ends)
            return still_html(self.sentence(), picture, alt, about=self._about)


def _first(
    given: Base | RetentionTable | None, every: str, period: str | None
) -> tuple[dict[str, Any], Callable[[], str]]:
    """The flows to begin with, and what is said of them."""
    from crrkit.measure import retention_by_period
    from crrkit.read import Base

    if given is None:
        no_account(period)
        return {"start": 5, "lost": 2, "new": 2, **dict.fromkeys(MAYBE_NEW, 1)}, str  # a list of eleven customers
    account = retention_by_period(given, every=every) if isinstance(given, Base) else given
    row = row_of(account, period, explorer="WhoIsNewExplorer")
    return {name: row[ROW_NAMES.get(name, name)] for name in FLOW_COUNTS}, lambda: about(account, row)


def _words_of_the_page() -> dict[str, Any]:
    """Every word that the browser shows, in the current language; {names} are filled in there."""
    return {
        "title": _("Who is new, to try"),
        "start": _("Customers at the start"),
        "lost": _("Lost by the end"),
        "new": _("Came for the first time and stayed"),
        "joined_and_left": _("Came for the first time and left"),
        "returned": _("Came back and stayed"),
        "returned_and_left": _("Came back and left again"),
        "rejoined": _("Left and came again, times"),
        "counted": _("The formula calls new, beside first-timers who stayed"),
        "flows": {
            "joined_and_left": _("joined and left"),
            "returned": _("came back"),
            "returned_and_left": _("came back and left"),
            "rejoined": _("left and rejoined"),
        },
        "answer": _("By the formula"),
        "truth": _("Truly kept"),
        "difference": _("The formula is off by"),
        "range": _("All 16 meanings"),
        "between": _("{low} to {high}"),
        "pp": _("pp"),
        "chosen": _("new = as chosen"),
        "named": [[list(counted), _(name)] for counted, name in MEANINGS_NAMED.items()],
        "every": _("all 16 meanings"),
        "sum": _("({end} − {called_new}) / {start} = {answer}; truly {kept} / {start} = {truth}."),
        "exact": _("New counts exactly those at the end who were not there at the start: so the formula is right."),
        "luck": _("Right by luck, the errors cancel: {reasons}."),
        "off": _("Off because of: {reasons}."),
        "picture": _("What the formula answers under 16 meanings of new: {low} to {high}. Truly kept: {truth}."),
    } | lost_words()
