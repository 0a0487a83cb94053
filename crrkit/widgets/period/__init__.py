"""PeriodExplorer: what a rate per period means after many periods, compared with wrongly adding up the losses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crrkit.counts import Rate, convert_rate, period_text
from crrkit.ground import YEARS_PER_PERIOD, format_percent, format_points, gettext as _, use_language
from crrkit.widgets.bench import (
    Choice,
    Count,
    Explorer,
    Fraction,
    about,
    named,
    row_of,
    still_html,
)
from crrkit.widgets.period.still import compounding_svg

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from crrkit.measure import RetentionTable

__all__ = ["PeriodExplorer"]

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class PeriodExplorer(Explorer):
    """A retention rate, its period and a number of periods: the share that remains, and the wrong calculation.

    If every period is alike, ``rate ** horizon`` of the customers remain. "Times twelve" adds up the losses, ``1 -
    horizon * (1 - rate)``, which counts the same customers repeatedly and soon falls below 0; its result is shown
    without clipping.

    Args:
        account: The result of :func:`crrkit.retention_by_period`, for the initial rate; numbers given explicitly
            override it.
        rate: The retention rate of one period, a fraction.
        period: ``day week month quarter half-year`` or ``year``. For an account, the name of one of its periods, by
            default the latest complete one.
        horizon: The number of periods, 1 to 60.
        lang: ``"en"`` or ``"ru"``; None takes the current language.

    Raises:
        InputError: If the rate is not a fraction, the period is not known, or the horizon is not an integer from 1 to
            60; or if the account is by segments, lacks the period, or had no customers at its start.

    Examples:
        >>> explorer = PeriodExplorer(rate=0.85, period="month", horizon=12)
        >>> round(explorer.compounded, 4), round(explorer.multiplied, 4), explorer.annual
        (0.1422, -0.8, 14.2% (year; equivalent, if all periods were alike))
        >>> explorer.period = "quarter"
        >>> explorer.code
        'annual = crr.convert_rate(0.85, from_="quarter", to="year"); left = 0.85**12; added_up = 1 - 12 * (1 - 0.85)'
        >>> explorer.rate = 85
        Traceback (most recent call last):
        ...
        crrkit.widgets.bench.explorer.StateError: rate=85 must be a fraction between 0 and 1. Did you mean 0.85?

        Of an account:

        >>> import crrkit as crr
        >>> base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
        >>> PeriodExplorer(crr.retention_by_period(base, every="half-year"), period="2024H1", horizon=2)
        PeriodExplorer(rate=0.6, period='half-year', horizon=2)
    """

    module = "period_explorer"
    names = ("rate", "period", "horizon")
    made_by = ("widgets.PeriodExplorer(rate=0.85, period='month', horizon=12)",)

    rate = Fraction().tag(sync=True)
    period = Choice(YEARS_PER_PERIOD).tag(sync=True)
    horizon = Count(least=1, most=60).tag(sync=True)

    def __init__(
        self,
        account: RetentionTable | None = None,
        /,
        *,
        rate: float | None = None,
        period: str | None = None,
        horizon: int = 12,
        lang: str | None = None,
    ) -> None:
        first, note = _first(account, period)
        given = named(first, rate=rate, horizon=horizon)
        self._start(given, lang=lang, words=_words_of_the_page, about=note)

    @property
    def compounded(self) -> float:
        """The share that remains after the horizon, if every period is alike."""
        return math.pow(self.rate, self.horizon)

    @property
    def multiplied(self) -> float:
        """The result of adding up the losses; it may be below 0."""
        return 1 - self.horizon * (1 - self.rate)

    @property
    def annual(self) -> Rate:
        """The equivalent annual rate."""
        return convert_rate(self.rate, from_=self.period, to="year")

    @property
    def curves(self) -> pd.DataFrame:
        """Both calculations period by period: ``periods``, ``compounded``, ``multiplied``."""
        import pandas as pd

        periods = range(self.horizon + 1)
        compounded = [math.pow(self.rate, n) for n in periods]
        multiplied = [1 - n * (1 - self.rate) for n in periods]
        return pd.DataFrame({"periods": periods, "compounded": compounded, "multiplied": multiplied})

    @property
    def code(self) -> str:
        """The line of code that reproduces the numbers shown."""
        annual = f'crr.convert_rate({self.rate}, from_="{self.period}", to="year")'
        n, rate = self.horizon, self.rate
        return f"annual = {annual}; left = {rate}**{n}; added_up = 1 - {n} * (1 - {rate})"

    def sentence(self) -> str:
        """Both calculations with their numbers, in the explorer's language."""
        with use_language(self.lang):
            numbers = {name: format_percent(value) for name, value in self._rates.items()}
        power = str(self.horizon).translate(RAISED)
        return str(self._words["sum"]).format(**numbers, power=power, horizon=self.horizon)

    def still(self) -> str:
        """The calculations and the two lines as static HTML, for places without JavaScript."""
        with use_language(self.lang):
            words = self._words | {"axis": self._words["axis"].format(period=period_text(self.period))}
            picture = compounding_svg(self.rate, self.horizon, words)
            numbers = {name: format_percent(value) for name, value in self._rates.items()}
            gap = format_points(self.compounded - self.multiplied).removeprefix("+")
            alt = self._words["picture"].format(**numbers, horizon=self.horizon, gap=gap)
            annual = f"{self._words['annual']}: {format_percent(self.annual)}."
            return still_html(f"{self.sentence()}. {annual}", picture, alt, about=self._about)

    @property
    def _rates(self) -> dict[str, float]:
        shown = {"compounded": self.compounded, "multiplied": self.multiplied}
        return {"rate": self.rate, "churn": 1 - self.rate} | shown


def _first(account: RetentionTable | None, period: str | None) -> tuple[dict[str, Any], Callable[[], str]]:
    """The initial rate and period, and the note about them."""
    if account is None:
        return {"rate": 0.85, "period": "month" if period is None else period}, str  # the advice of an article
    row = row_of(account, period, explorer="PeriodExplorer", somebody=True)
    return {"rate": row["crr"], "period": account.every}, lambda: about(account, row)


def _words_of_the_page() -> dict[str, Any]:
    """All texts shown in the browser, in the current language; {names} are filled in there."""
    return {
        "title": _("A rate and its period, to try"),
        "rate": _("Retention rate of one period, %"),
        "period": _("Period"),
        "horizon": _("How many periods"),
        "periods": {name: period_text(name) for name in YEARS_PER_PERIOD},
        "compounded": _("Left at the end"),
        "multiplied": _("If losses are added up"),
        "gap": _("Understated by"),
        "annual": _("Equivalent for a year"),
        "pp": _("pp"),
        "sum": _("({rate}){power} = {compounded}, not 1 − {horizon} × {churn} = {multiplied}"),
        "left": _("Whoever is lost cannot be lost again: each period takes its share of those who are left."),
        "below": _("Added up, more are lost than there were. Whoever is lost cannot be lost again."),
        "nobody": _("fewer than nobody"),
        "axis": _("Periods ({period})"),
        "picture": _(
            "{rate} stay in each of {horizon} {horizon:period|periods}: {compounded} are left at the end. Losses added"
            " up would say {multiplied}, {gap} less."
        ),
    }
