"""NoiseExplorer: how precisely a rate of few customers is known, and how much it varies by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from crrkit.counts import Interval, check_share, wilson
from crrkit.ground import format_number, format_percent, gettext as _, ngettext, use_language
from crrkit.widgets.bench import (
    Count,
    Explorer,
    Fraction,
    StateError,
    about,
    as_state_error,
    named,
    no_account,
    row_of,
    still_html,
)
from crrkit.widgets.noise.still import wandering_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crrkit.judge import ControlChart
    from crrkit.measure import RetentionTable

__all__ = ["NoiseExplorer"]

CHART_PERIODS = 24
MOST_DRAWN = 10_000  # customers: as many as can be simulated one by one within a frame
LEVELS = (0.5, 0.999)


class NoiseExplorer(Explorer):
    """Customers kept out of n: Wilson's interval, and two simulated years of an unchanged process.

    The chart simulates every customer of 24 periods with the same probability ``kept / n`` of staying, and compares the
    periods with the limits of `crrkit.control_chart`. The rates still vary; every point outside is a false alarm. The
    same seed gives the same draws in the browser and in Python.

    Args:
        account: The result of :func:`crrkit.retention_by_period`, for the initial counts; numbers given explicitly
            override them.
        period: Which period of the account, by its name; the latest complete one by default.
        n: Customers at the start of a period, 1 to 10,000.
        kept: Those of them who were kept; never more than ``n``.
        level: The coverage of the interval, a fraction from 0.5 to 0.999.
        seed: An integer below 4,294,967,296; each gives another simulation.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If a number is not an integer or out of range, or ``kept`` is above ``n``; or if the account is by
            segments, lacks the period, or had no customers at its start. To change both, defer validation: ``with
            explorer.hold_trait_notifications(): ...``.

    Examples:
        >>> explorer = NoiseExplorer(n=10, kept=9)
        >>> [round(end, 4) for end in explorer.interval]
        [0.5958, 0.9821]
        >>> explorer.chart.table["crr"].head(5).tolist()
        [0.7, 1.0, 1.0, 0.9, 1.0]
        >>> explorer.seed = 2
        >>> explorer.code
        'interval = crr.wilson(9, 10, level=0.95); chart = crr.simulate_chart(10, rate=9 / 10, periods=24, seed=2)'
        >>> explorer.kept = 11
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: kept=11 is more than n=10; at most everybody can be kept.

        Of an account:

        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
        >>> NoiseExplorer(crr.retention_by_period(base, every="half-year"), period="2024H1")
        NoiseExplorer(n=5, kept=3, level=0.95, seed=1)
    """

    module = "noise_explorer"
    names = ("n", "kept", "level", "seed")
    made_by = ("widgets.NoiseExplorer(n=10, kept=9)",)

    n = Count(least=1, most=MOST_DRAWN).tag(sync=True)
    kept = Count(most=MOST_DRAWN).tag(sync=True)
    level = Fraction(least=LEVELS[0], most=LEVELS[1]).tag(sync=True)
    seed = Count(most=2**32 - 1).tag(sync=True)

    def __init__(
        self,
        account: RetentionTable | None = None,
        /,
        *,
        period: str | None = None,
        n: int | None = None,
        kept: int | None = None,
        level: float = 0.95,
        seed: int = 1,
        lang: str | None = None,
    ) -> None:
        counts, note = _first(account, period)
        given = named(counts, n=n, kept=kept, level=level, seed=seed)
        self._start(given, lang=lang, words=_words_of_the_page, about=note)

    def _check(self, state: Mapping[str, Any]) -> None:
        with as_state_error("kept", state["kept"]):
            check_share(state["kept"], state["n"])

    @traitlets.validate("n", "kept")
    def _hold_to_a_share(self, proposal: dict[str, Any]) -> int:
        return int(self._checked(proposal))

    @property
    def interval(self) -> Interval:
        """Wilson's interval of the rate."""
        return wilson(self.kept, self.n, level=self.level)

    @property
    def chart(self) -> ControlChart:
        """The control chart of the simulation."""
        from crrkit.judge import simulate_chart

        return simulate_chart(self.n, rate=self.kept / self.n, periods=CHART_PERIODS, seed=self.seed)

    @property
    def code(self) -> str:
        """The line of code that reproduces the numbers shown."""
        chart = f"crr.simulate_chart({self.n}, rate={self.kept} / {self.n}, periods={CHART_PERIODS}, seed={self.seed})"
        return f"interval = crr.wilson({self.kept}, {self.n}, level={self.level}); chart = {chart}"

    def sentence(self) -> str:
        """The rate and its interval, in the explorer's language."""
        low, high = self.interval
        shares = {"rate": self.kept / self.n, "level": self.level, "low": low, "high": high}
        with use_language(self.lang):
            numbers = {"kept": format_number(self.kept), "n": format_number(self.n)}
            ink = {name: format_percent(share) for name, share in shares.items()}
        return str(self._words["sum"]).format(**numbers, **ink)

    def still(self) -> str:
        """The interval and the chart as static HTML, for places without JavaScript."""
        with use_language(self.lang):
            chart = self.chart
            picture = wandering_svg(self.kept / self.n, self.interval, chart, self._words)
            low, high = (format_percent(end(chart.table["crr"])) for end in (min, max))
            alt = self._words["picture"].format(rate=format_percent(self.kept / self.n), low=low, high=high)
            return still_html(f"{self.sentence()} {_alarms(len(chart.signals))}", picture, alt, about=self._about)


def _first(account: RetentionTable | None, period: str | None) -> tuple[dict[str, Any], Callable[[], str]]:
    """The initial counts, and the note about them."""
    if account is None:
        no_account(period)
        return {"n": 10, "kept": 9}, str
    row = row_of(account, period, explorer="NoiseExplorer", somebody=True)
    if row["start"] > MOST_DRAWN:
        message = _(
            "In {period} there {n:was|were} {n} {n:customer|customers}, and each is drawn by itself: up to {most}."
            " Chance hardly moves the rate of so many; crr.control_chart(kept) shows all periods, kept.segment(…) is"
            " smaller."
        )
        words = {"n": format_number(int(row["start"])), "most": format_number(MOST_DRAWN), "period": row["period"]}
        raise StateError(message.format(**words), argument="account", given=int(row["start"]))
    return {"n": row["start"], "kept": row["kept"]}, lambda: about(account, row)


def _alarms(n: int) -> str:
    """The number of false alarms, in words."""
    none = _("Nothing happened, and no period looks like a signal.")
    some = ngettext(
        "Nothing happened, and yet {n} period looks like a signal: a false alarm.",
        "Nothing happened, and yet {n} periods look like signals: false alarms.",
        n,
    )
    return some.format(n=n) if n else none


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
    return {
        "title": _("Signal or noise, to try"),
        "n": _("Customers at the start"),
        "kept": _("Kept to the end"),
        "level": _("Level of the interval, %"),
        "rate": _("Retention rate (CRR)"),
        "interval": _("Interval"),
        "spread": _("Range of the draws"),
        "between": _("{low} to {high}"),
        "sum": _("{kept} of {n} is {rate}; {level} interval: {low} to {high}."),
        "alarms": [_alarms(n) for n in range(CHART_PERIODS + 1)],
        "draw": _("Another draw"),
        "axis": _("{n} {n:period|periods}, the same chance to stay in each").format(n=CHART_PERIODS),
        "limit": _("All {n} are kept already; nobody else can be."),
        "followed": _("Kept went down to {kept}: there are no more customers."),
        "tooMany": _(
            "{typed} is more than the {n} {n:customer there was|customers there were}. Until it fits, {shown} stands."
        ),
        "picture": _("Run chart of draws from {rate}: the periods go from {low} to {high}."),
    }
