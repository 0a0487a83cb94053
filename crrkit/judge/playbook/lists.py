"""Lists of customers to contact: made on request, written where requested, displayed as counts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from crrkit.ground import (
    InputError,
    Shown,
    check_choice,
    check_given,
    check_target,
    format_date,
    format_number,
    gettext as _,
    mark,
    ngettext,
    write_csv,
)
from crrkit.judge.playbook.plans import MANAGERS, MARKETING, SALES
from crrkit.measure.stages import StageList
from crrkit.rules import StageRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

LIST_COLUMNS = ["customer", "stage", "reason", "owner", "silent_days", "purchase_days", "due", "next_review"]


@dataclass(frozen=True)
class _Kind:
    """Whom a list contains, why, who acts, and its sort order (columns, descending if True)."""

    title: str
    reason: str
    owner: str
    chosen: Callable[[pd.DataFrame], pd.Series]
    first: Mapping[str, bool]


ACTION_LISTS = {
    "quiet": _Kind(
        mark("Regular customers who went quiet"),
        mark("silent for longer than usual"),
        MANAGERS,
        lambda table: (table["stage"] == "long") & table["at_risk"],
        {"silent_days": True},
    ),
    "second_purchase": _Kind(
        mark("Customers to remind of a second purchase"),
        mark("bought on one day only"),
        MARKETING,
        lambda table: (table["stage"] == "middle") & table["first_purchase"],
        {"silent_days": True},
    ),
    "winback": _Kind(
        mark("Lapsed customers to win back"),
        mark("silent beyond the limit"),
        SALES,
        lambda table: table["stage"] == "lapsed",
        {"re_engaged": True, "silent_days": False},
    ),
}
LOOKED_AGAIN = mark("silent beyond the limit, but looked again")


@dataclass(frozen=True, eq=False, repr=False)
class ActionList(Shown):
    """Customers to contact. It displays only their number; the customers are in ``to_pandas()``.

    Attributes:
        customers: One row per customer, the most urgent first: ``customer stage reason owner silent_days
            purchase_days``; ``due``, the first day on which the rule calls them lapsed if they stay silent (missing if
            that day has passed, or differs between customers); ``next_review``, to be filled in.
        kind: ``quiet``, ``second_purchase`` or ``winback``.
        day: The date of the stages.
        path: The file, if it was written to one.
    """

    customers: pd.DataFrame = field(repr=False)
    kind: str
    day: datetime
    path: Path | None = None

    kinds: ClassVar[Mapping[str, str]] = {"reason": "word", "customers": "count", "silent_days": "count"}

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the customers
        """The number of customers per reason, and their median days of silence."""
        grouped = self.customers.groupby("reason", sort=False)["silent_days"]
        return grouped.agg(customers="size", silent_days="median").reset_index()

    def to_pandas(self) -> pd.DataFrame:
        """One row per customer, as a copy: for those who contact them, never part of a report."""
        return self.customers.copy()

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {"reason": _("reason"), "customers": _("customers"), "silent_days": _("days of silence, median")}

    def caption(self) -> str:
        """What the list contains, its date, its file, and a warning that it names customers."""
        n = len(self.customers)
        counted = ngettext("{n} customer", "{n} customers", n).format(n=format_number(n))
        text = _("{title}, as of {day}: {n}.")
        said = text.format(title=_(ACTION_LISTS[self.kind].title), day=format_date(self.day), n=counted)
        if self.path is None:
            return " ".join([said, _("It names customers in to_pandas(), so keep it out of reports.")])
        written = _("Written to {path}, which holds customers' ids: give it only to those who act, then delete it.")
        return f"{said} {written.format(path=self.path)}"


def action_list(stages: StageList, *, kind: str) -> ActionList:
    """List the customers that a card of the playbook refers to.

    * ``quiet``: long customers silent for longer than four fifths of the gaps, the longest silence first;
    * ``second_purchase``: customers who have bought on only one day of their spell, the longest silence first;
    * ``winback``: lapsed customers, first those with a recent contact, then the shortest silence.

    Args:
        stages: The result of `stage_on`.
        kind: ``quiet``, ``second_purchase`` or ``winback``.

    Returns:
        The list, of which only counts are displayed. Nothing is written.

    Raises:
        ValueError: If the kind is not known, or ``stages`` is not a result of `stage_on`.

    Examples:
        >>> from crrkit.read.bases.readers import read_orders
        >>> from crrkit.measure.stages import stage_on
        >>> log = pd.DataFrame({"who": ["ann", "bob"], "when": ["2024-06-15", "2024-01-20"]})
        >>> seen = stage_on(read_orders(log, customer="who", at="when", as_of="2024-07-01"), "2024-07-01")
        >>> print(action_list(seen, kind="second_purchase"))
        Customers to remind of a second purchase, as of Jul 1, 2024: 1 customer. It names customers in to_pandas(), so
            keep it out of reports.
        reason                  customers  days of silence, median
        bought on one day only          1                       16
        >>> action_list(seen, kind="winback").to_pandas()["customer"].tolist()
        ['bob']
    """
    check_given(stages, StageList, name="stages")
    chosen = ACTION_LISTS[check_choice(kind, name="kind", choices=ACTION_LISTS)]
    rows = stages.customers[chosen.chosen(stages.customers)]
    order = [*chosen.first, "customer"]
    rows = rows.sort_values(order, ascending=[not chosen.first.get(name, False) for name in order], ignore_index=True)
    reasons = pd.Series(_(chosen.reason), index=rows.index, dtype="object")
    table = rows.assign(
        reason=reasons.mask(rows["re_engaged"], _(LOOKED_AGAIN)), owner=_(chosen.owner), due=_due(rows, stages),
        next_review="",
    )  # fmt: skip
    return ActionList(table[LIST_COLUMNS], kind, stages.day)


def _due(rows: pd.DataFrame, stages: StageList) -> pd.Series:
    """The first day on which a customer who stays silent is lapsed: last purchase + limit + one day."""
    limit = stages.rule.lapse_days if isinstance(stages.rule, StageRule) else None
    if not isinstance(limit, int | float):
        return pd.Series(pd.NaT, index=rows.index)
    left = int(limit) + 1 - rows["silent_days"].where(rows["stage"] != "lapsed")
    return pd.Series([pd.NaT if pd.isna(n) else stages.day + timedelta(days=int(n)) for n in left], index=rows.index)


def write_action_list(stages: StageList, *, kind: str, out: str | Path, overwrite: bool = False) -> ActionList:
    """Write the customers that a card refers to into a CSV file.

    The file is written under a temporary name and then moved into place; an existing one is kept unless
    ``overwrite=True``. It contains customers' ids, which no report does.

    Args:
        stages: The result of `stage_on`.
        kind: As for `action_list`.
        out: The file, ending in ``.csv``.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The list with its ``path``; it displays how many customers the file contains and that it names them.

    Raises:
        ValueError: If the file exists, is not a ``.csv`` or cannot be written, or the kind is not known.

    Examples:
        >>> from crrkit.measure.stages import stage_on
        >>> from crrkit.read import read_orders, sample_path
        >>> base = read_orders(sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        >>> write_action_list(stage_on(base, "2024-07-01"), kind="quiet", out="quiet.txt")
        Traceback (most recent call last):
        crrkit.InputError: out='quiet.txt' must end in .csv.
    """
    listed, path = action_list(stages, kind=kind), check_target(out, name="out", ending=".csv")
    if path.exists() and not overwrite:
        message = _("out={out!r} is there already. Choose another name, or use overwrite=True to replace it.")
        raise InputError(message.format(out=str(out)), argument="out", given=str(out))
    return ActionList(listed.customers, kind, listed.day, write_csv(path, listed.customers))
