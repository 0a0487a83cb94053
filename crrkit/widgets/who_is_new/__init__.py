"""WhoIsNewExplorer: one list, and the result of the formula under different meanings of "new"."""

from __future__ import annotations

import math
from itertools import product
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
    named,
    no_account,
    row_of,
    still_html,
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
# The named meanings, by what they call new in addition to first-timers who stayed; as in `crrkit.reconcile`.
MEANINGS_NAMED: dict[tuple[str, ...], str] = {
    ("returned",): mark("new = not there at the start"),
    (): mark("new = first ever, still here"),
    ("joined_and_left",): mark("new = first ever, gross"),
    ("joined_and_left", "returned", "returned_and_left"): mark("new = everybody who came, gross"),
    MAYBE_NEW: mark("new = every start"),
}


class WhoIsNewExplorer(Explorer):
    """The flows of one period, which of them are called new, and the resulting error of the counts formula.

    The truth is the share of the customers at the start who are still there at the end. ``(end - new) / start`` equals
    it only if "new" means *not there at the start*. The initial state is a list of eleven customers, for which the
    formula gives anything from 0 to 80 %.

    Args:
        base_or_account: A base, or the result of :func:`crrkit.retention_by_period`, for the initial flows. Numbers
            given explicitly override them.
        every: For a base, the period length.
        period: The name of the period; by default the latest complete one.
        start: Customers at the start; all counts are from 0 to 1,000,000,000.
        lost: Those of them who are no longer customers at the end; never more than ``start``.
        new: First-time customers who are there at the end.
        joined_and_left: First-time customers who left again.
        returned: Former customers who returned and are there at the end.
        returned_and_left: Former customers who returned and left again.
        rejoined: Further joins of the same customer, who left and came back.
        counted: Which of the last four are called new, in addition to first-time customers who stayed.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a count is negative, not an integer or too large, ``lost`` is above ``start``, or a name in
            ``counted`` is not known; or if the account is by segments or lacks the period. To change several, defer
            validation: ``with explorer.hold_trait_notifications(): ...``.

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
        counts, note = _first(base_or_account, every, period)
        given = named(
            counts, start=start, lost=lost, new=new, joined_and_left=joined_and_left, returned=returned,
            returned_and_left=returned_and_left, rejoined=rejoined, counted=counted,
        )  # fmt: skip
        self._start(given, lang=lang, words=_words_of_the_page, about=note)

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
        """The share of the customers at the start who are there at the end; NaN if there were none."""
        return (self.start - self.lost) / self.start if self.start else math.nan

    @property
    def called_new(self) -> int:
        """The number called new."""
        return self._called_new(self.counted)

    @property
    def answer(self) -> float:
        """The result of the formula if those in ``counted`` are new; NaN without customers at the start."""
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
        """The line of code that reproduces the numbers shown."""
        given = ", ".join(f"{name}={getattr(self, name)}" for name in FLOW_COUNTS[1:])
        return f"answers = crr.who_is_new({self.start}, {given}); answers.truth, answers.table"

    def sentence(self) -> str:
        """The formula with its numbers, and why it is wrong, in the explorer's language."""
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
        """The formula and its results as static HTML, for places without JavaScript."""
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
    """The initial flows, and the note about them."""
    from crrkit.measure import retention_by_period
    from crrkit.read import Base

    if given is None:
        no_account(period)
        return {"start": 5, "lost": 2, "new": 2, **dict.fromkeys(MAYBE_NEW, 1)}, str  # a list of eleven customers
    account = retention_by_period(given, every=every) if isinstance(given, Base) else given
    row = row_of(account, period, explorer="WhoIsNewExplorer")
    return {name: row[ROW_NAMES.get(name, name)] for name in FLOW_COUNTS}, lambda: about(account, row)


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
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
