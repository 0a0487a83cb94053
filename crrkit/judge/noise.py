"""Signal or noise: the control chart.

Even an unchanged process gives a different rate every period. A rate inside the limits is not a signal. Rates vary by
more than chance alone: weather, holidays and customers who decide together add variation, and a chart that ignores it
flags every third period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from crrkit.ground import (
    InputError,
    Shown,
    check_count,
    check_fraction,
    check_number,
    format_cell,
    gettext as _,
    mark,
    ngettext,
)
from crrkit.measure import COMPLETE, check_one_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crrkit.measure import RetentionTable

LONG_RUN = 8  # so many in a row on one side of the centre happen by chance once in 128 times (Western Electric)
FEWEST_PERIODS = 2
SIGMAS = 3.0  # Shewhart
SEEDS = 2**32
MOST_DRAWS = 10**7
LAST_DIGIT = 1e-9  # 70 customers at 60/70 are ten who leave, despite floating-point error
ENOUGH = 10  # customers expected to stay, and to leave: with fewer, exact limits replace the normal ones
MEAN_RANGE = 2 / math.sqrt(math.pi)  # d2 = 1.128: the mean distance of two normal draws, in standard deviations


@dataclass(frozen=True, eq=False, repr=False)
class ControlChart(Shown):
    """The rates of an account, compared with what an unchanged process would give.

    Attributes:
        table: ``period start crr low high signal``; ``signal`` is ``""``, ``below``, ``above`` or ``run``.
        centre: The pooled rate of all periods.
        sigmas: The width of the limits in standard errors.
        every: The period.
        dispersion: The factor by which the limits are wider than those of chance alone, at least 1.
    """

    table: pd.DataFrame
    centre: float
    sigmas: float
    every: str
    dispersion: float = 1.0

    kinds: ClassVar[Mapping[str, str]] = {
        "period": "text", "start": "count", "crr": "rate", "low": "rate", "high": "rate", "signal": "word",
    }  # fmt: skip

    @property
    def signals(self) -> pd.DataFrame:
        """The periods flagged as signals."""
        return self.table[self.table["signal"] != ""]

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "period": _("period"), "start": _("start"), "crr": _("CRR"), "low": _("lower limit"),
            "high": _("upper limit"),
            "signal": _("signal"),
        }  # fmt: skip

    def caption(self) -> str:
        """How many periods are signals, and how much wider the limits are than by chance alone."""
        n = len(self.signals)
        text = ngettext(
            "{n} period is a signal against an unchanged {centre}",
            "{n} periods are signals against an unchanged {centre}",
            n,
        )
        if not n:
            text = _("No period is a signal: all lie within what an unchanged {centre} would give")
        return ". ".join([text.format(n=n, centre=format_cell(self.centre, "rate")), *self._widened()])

    def _widened(self) -> list[str]:
        if self.dispersion <= 1:
            return []
        text = _(
            "Neighbouring periods differ {times} {times:time|times} as much as chance alone would have it, so the"
            " limits are so much wider (Laney)."
        )
        return [text.format(times=format_cell(self.dispersion, "ratio"))]


def control_chart(kept: RetentionTable, *, sigmas: float = SIGMAS, dispersion: float | None = None) -> ControlChart:
    """Compare each period's rate with control limits around the pooled rate.

    Centre ``p = sum(kept) / sum(start)`` over the complete periods; limits ``p ± sigmas * d * sqrt(p (1-p) / start)``,
    not clipped: a limit above 1 means that even 100 % would not be a signal. If fewer than ten are expected to stay or
    to leave, the normal approximation fails: the chance limits are then the lowest and the highest rate whose exact
    binomial tail probability exceeds that of ``sigmas`` (3: 0.135 %), before they are widened by ``d``. A period
    outside the limits is ``below`` or ``above``; a period that completes eight in a row on the same side of the centre
    is ``run``.

    ``d`` is Laney's sigma: with ``z = (crr - p) / sqrt(p (1-p) / start)``, the mean of ``|z - previous z|``, divided by
    1.128. A slow drift or a single jump hardly affects it, so both can still be signals. Values below 1 are set to 1.
    It is estimated from the differences of successive periods: with few periods nothing can be a signal.

    Args:
        kept: The account; running periods and periods without customers at the start are left out.
        sigmas: The width of the limits in standard errors.
        dispersion: ``d``. None estimates it; 1 assumes that customers leave independently with the same probability in
            all periods, and flags any other variation as a signal.

    Returns:
        The chart: each complete period with its limits and its signal, and ``signals``, the periods flagged.

    Raises:
        ValueError: If fewer than two complete periods had customers at the start, the account is given by segments,
            ``sigmas`` is not above 0 or ``dispersion`` is below 1.

    References:
        Shewhart's p chart; domain: 70 customers at 85.7 % have limits 73.2 % to 98.3 %. Laney 2002, Quality Engineering
        14(4):531-537 (the p' chart).

    Examples:
        >>> from crrkit.read.bases.readers import read_contracts
        >>> from crrkit.measure.movement import retention_by_period
        >>> from crrkit.read.samples import sample_path
        >>> base = read_contracts(sample_path("contracts"), customer="client_id", start="joined", end="left")
        >>> chart = control_chart(retention_by_period(base, every="month"))
        >>> list(chart.signals["period"])
        ['2023-09', '2024-08', '2024-09']
    """
    check_one_account(kept, "control_chart({kept})")
    if check_number(sigmas, name="sigmas") <= 0:
        message = _("sigmas={value:g} gives no limits; the usual width is 3.")
        raise InputError(message.format(value=sigmas), argument="sigmas", given=sigmas)
    if dispersion is not None and check_number(dispersion, name="dispersion") < 1:
        message = _(
            "dispersion={value:g} is below 1: no process scatters less than chance. Leave it out to estimate it."
        )
        raise InputError(message.format(value=dispersion), argument="dispersion", given=dispersion)
    table = kept.table[(kept.table["status"] == COMPLETE) & (kept.table["start"] > 0)]
    if len(table) < FEWEST_PERIODS:
        message = _("A run chart needs at least two complete periods with somebody to keep; there are {n}.")
        raise InputError(message.format(n=len(table)), argument="kept")
    return _chart_of(table[["period", "start", "kept"]], sigmas, kept.every, dispersion)


def simulate_chart(start: int, *, rate: float, periods: int = 24, seed: int = 1) -> ControlChart:
    """Simulate the control chart of an unchanged process: every customer stays with the same probability.

    Each of ``start`` customers of each period stays if the next draw, uniform in [0, 1), is below ``rate``; the limits
    are those of `control_chart` with ``dispersion=1``, which is correct here but seldom for real data. The rates still
    vary, and every signal here is a false alarm. The draws depend only on ``seed`` and are the same on every machine.

    Args:
        start: Customers at the start of each period, 1 or more.
        rate: The probability of staying, a fraction.
        periods: How many periods.
        seed: An integer from 0 to 4,294,967,295; each gives another history.

    Returns:
        The chart of the simulated periods, numbered from 1.

    Raises:
        InputError: If a count is not an integer, too small or too large, or the rate is not a fraction.

    References:
        The generator is mulberry32, which gives the same numbers in browsers.

    Examples:
        >>> chart = simulate_chart(10, rate=0.9, seed=1)
        >>> chart.table["crr"].head(5).tolist()
        [0.7, 1.0, 1.0, 0.9, 1.0]
    """
    start, periods = (_at_least_one(value, name) for value, name in ((start, "start"), (periods, "periods")))
    if start * periods > MOST_DRAWS:
        message = _(
            "{start} {start:customer|customers} in each of {periods} {periods:period|periods} {start:is|are} too many"
            " to draw one by one."
        )
        raise InputError(message.format(start=start, periods=periods), argument="start", given=start)
    draws = _uniforms(_seed(seed), periods * start).reshape(periods, start)
    kept = (draws < check_fraction(rate, name="rate")).sum(axis=1)
    names = [str(number) for number in range(1, periods + 1)]
    return _chart_of(pd.DataFrame({"period": names, "start": start, "kept": kept}), SIGMAS, "period", 1.0)


def _chart_of(table: pd.DataFrame, sigmas: float, every: str, dispersion: float | None) -> ControlChart:
    centre = float(table["kept"].sum() / table["start"].sum())
    chart = table[["period", "start"]].assign(crr=table["kept"] / table["start"]).reset_index(drop=True)
    wider = max(1.0, _dispersion(chart, centre)) if dispersion is None else float(dispersion)
    chart["low"], chart["high"] = np.array([limits(centre, int(n), sigmas=sigmas) for n in chart["start"]]).T
    if wider > 1:  # otherwise the exact limits stay whole numbers of customers
        chart["low"] = centre - wider * (centre - chart["low"])
        chart["high"] = centre + wider * (chart["high"] - centre)
    chart["signal"] = _signals(chart, centre)
    return ControlChart(chart, centre, sigmas, every, wider)


def _dispersion(chart: pd.DataFrame, centre: float) -> float:
    """Laney's sigma z: mean moving range of the z scores over that of a normal process; 1 if nothing varies."""
    error = np.sqrt(centre * (1 - centre) / chart["start"])
    z = (chart["crr"] - centre) / error.where(error > 0)
    spread = float(z.diff().abs().mean()) / MEAN_RANGE
    return 1.0 if math.isnan(spread) else spread


def limits(rate: float, n: int, *, sigmas: float = SIGMAS) -> tuple[float, float]:
    """The limits for the rate of ``n`` customers with the same probability of staying: normal, or exact for few.

    Args:
        rate: The chance to stay.
        n: Customers at the start, 1 or more.
        sigmas: The width in standard errors; the exact limits have the same tail probabilities.

    Examples:
        >>> [round(end, 3) for end in limits(60 / 70, 70)]
        [0.732, 0.983]
        >>> limits(0.9, 10)  # P(X <= 4) = .00015, P(X <= 5) = .0016: five of ten is still no signal
        (0.5, 1.0)
    """
    rare = min(rate, 1 - rate)
    if n * rare < ENOUGH - LAST_DIGIT:
        few, many = _exact_counts(n, rare, math.erfc(sigmas / math.sqrt(2)) / 2)
        return ((n - many) / n, (n - few) / n) if rate > rare else (few / n, many / n)
    half = sigmas * math.sqrt(rate * (1 - rate) / n)
    return rate - half, rate + half


def _exact_counts(n: int, p: float, tail: float) -> tuple[int, int]:
    """The lowest count with ``P(X <= k) > tail`` and the highest with ``P(X >= k) > tail``; ``n p`` is small."""
    term = below = (1 - p) ** n
    low = high = None
    for k in range(n + 1):
        if low is None and below > tail:
            low = k
        if 1 - below <= tail:
            high = k
            break
        term *= (n - k) / (k + 1) * p / (1 - p)
        below += term
    return low or 0, n if high is None else high


def _at_least_one(value: object, name: str) -> int:
    number = int(check_count(value, name=name))
    if not number:
        message = _("{name}=0 leaves nothing to draw. Give 1 or more.").format(name=name)
        raise InputError(message, argument=name, given=value)
    return number


def _seed(value: object) -> int:
    seed = check_count(value, name="seed")
    if seed >= SEEDS:
        message = _("seed={value:.0f} is too large. Give a whole number below {limit}.")
        raise InputError(message.format(value=seed, limit=SEEDS), argument="seed", given=value)
    return int(seed)


def _uniforms(seed: int, n: int) -> np.ndarray:
    """The first n numbers of mulberry32, each a multiple of 2**-32; its state is a counter, so they come at once."""
    state = np.uint32(seed) + np.arange(1, n + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
    t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
    t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
    draws: np.ndarray = (t ^ (t >> np.uint32(14))) / SEEDS
    return draws


def _signals(chart: pd.DataFrame, centre: float) -> list[str]:
    side = np.sign(chart["crr"] - centre)
    run = side.groupby((side != side.shift()).cumsum()).cumcount() + 1
    outside = [chart["crr"] < chart["low"], chart["crr"] > chart["high"], (run >= LONG_RUN) & (side != 0)]
    return [str(word) for word in np.select(outside, [mark("below"), mark("above"), mark("run")], "")]
