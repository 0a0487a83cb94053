"""FormulaExplorer: change three counts and see which of them affect the retention rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import Counts, solve_counts
from crrkit.ground import gettext as _, use_language
from crrkit.widgets.bench import (
    Count,
    Explorer,
    about,
    check_lost,
    lost_words,
    named,
    no_account,
    row_of,
    still_html,
)
from crrkit.widgets.formula.still import bridge_svg, describe, formula_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crrkit.measure import RetentionTable

__all__ = ["FormulaExplorer"]


class FormulaExplorer(Explorer):
    """Three sliders, the resulting account, and its bridge.

    The formula is ``CRR = (end - new) / start`` with ``end = start - lost + new``: new customers do not change it. It
    computes and draws in the browser, so it responds immediately and also works in a page without a kernel
    (`crrkit.widgets.static_page`). The values shown are available in Python: `counts` is the result of
    `crrkit.solve_counts` for the sliders, `code` the line that reproduces it.

    Args:
        account: The result of :func:`crrkit.retention_by_period`, for the initial counts; first-time and returning
            customers are both new here. Numbers given explicitly override them.
        period: Which period of the account, by its name; the latest complete one by default.
        start: Customers at the start of the period, 0 to 1,000,000,000.
        lost: Those of them who are no longer customers at the end; never more than ``start``.
        new: Customers at the end who were not there at the start.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a count is negative, not an integer, above 1,000,000,000, or ``lost`` is above ``start``; or if
            the account is by segments or lacks the period. To change both, defer validation: ``with
            explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> explorer = FormulaExplorer(start=70, lost=10, new=30)
        >>> explorer
        FormulaExplorer(start=70, lost=10, new=30)
        >>> explorer.lost = 21
        >>> explorer.counts.end, round(explorer.counts.crr, 10), explorer.code
        (79, 0.7, 'crr.solve_counts(start=70, lost=21, new=30)')
        >>> explorer.lost = 71
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: lost=71 is more than start=70: ...

        Of an account:

        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
        >>> kept = crr.retention_by_period(base, every="half-year")
        >>> FormulaExplorer(kept, period="2024H1")
        FormulaExplorer(start=5, lost=2, new=3)
    """

    module = "formula_explorer"
    names = ("start", "lost", "new")
    made_by = ("widgets.FormulaExplorer(start=70, lost=10, new=30)",)

    start = Count().tag(sync=True)
    lost = Count().tag(sync=True)
    new = Count().tag(sync=True)

    def __init__(
        self,
        account: RetentionTable | None = None,
        /,
        *,
        period: str | None = None,
        start: int | None = None,
        lost: int | None = None,
        new: int | None = None,
        lang: str | None = None,
    ) -> None:
        counts, note = _first(account, period)
        given = named(counts, start=start, lost=lost, new=new)
        self._start(given, lang=lang, words=_words_of_the_page, about=note)

    def _check(self, state: Mapping[str, Any]) -> None:
        check_lost(state)

    @traitlets.validate("start", "lost", "new")
    def _hold_the_account(self, proposal: dict[str, Any]) -> int:
        return int(self._checked(proposal))

    @property
    def counts(self) -> Counts:
        """The account for the current sliders, with end, CRR and churn."""
        return solve_counts(start=self.start, lost=self.lost, new=self.new)

    @property
    def code(self) -> str:
        """The line of code that reproduces `counts`."""
        return f"crr.solve_counts({self._arguments})"

    def still(self) -> str:
        """The formula and the bridge as static HTML, for places without JavaScript."""
        counts = self.counts
        with use_language(self.lang):
            line, picture = formula_line(counts, self._words), bridge_svg(counts, self._words)
            alt = describe(counts, self._words["picture"])
        return still_html(line, picture, alt, about=self._about)


def _first(account: RetentionTable | None, period: str | None) -> tuple[dict[str, int], Callable[[], str]]:
    """The initial counts, and the note about them."""
    if account is None:
        no_account(period)
        return {"start": 70, "lost": 10, "new": 30}, str  # the example of the first source article
    row = row_of(account, period, explorer="FormulaExplorer")
    counts = {"start": row["start"], "lost": row["lost"], "new": row["new"] + row["returned"]}
    return counts, lambda: about(account, row)


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there with numbers."""
    return {
        "title": _("The retention formula, to try"),
        "start": _("Customers at the start"),
        "lost": _("Lost by the end"),
        "new": _("New at the end"),
        "crr": _("Retention rate (CRR)"),
        "churn": _("Churn rate"),
        "end": _("Customers at the end"),
        "short": _("CRR"),
        "kept": _("kept"),
        "columns": {"start": _("Start"), "lost": _("Lost"), "new": _("New"), "end": _("End")},
        "formula": _("(customers at the end − new) / customers at the start"),
        "picture": _("Customers at the start: {start}. Lost: {lost}, kept: {kept}, new: {new}. At the end: {end}."),
        "hint": _("An arrow key moves a slider by one; a box takes any whole number."),
    } | lost_words()
