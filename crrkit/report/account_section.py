"""The account itself, period by period, and that it balances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import UNDEFINED, format_cell, format_number, format_percent, gettext as _
from crrkit.measure import EMPTY, RUNNING
from crrkit.report.account import SHOWN_COUNTS, reference_row
from crrkit.report.finding import Finding
from crrkit.report.html import WITHHELD_MARK, Html, element, join, row_block, table_block
from crrkit.report.period_names import capital, periods_counted
from crrkit.report.section import Cell, Section, Subject
from crrkit.report.withhold import WITHHELD

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable

CHECK_SHOWN = """\
assert kept.table.dropna(subset="lost").eval("start - lost + new + returned == end").all()"""


def account_section(subject: Subject) -> Section:
    """The account itself, and that it balances."""
    kept = subject.kept
    cells = Cell("report.balance_finding(kept)"), Cell("kept"), Cell(CHECK_SHOWN, "check")
    found = (balance_finding(kept),)
    return Section("account", _("The account"), found, lambda: account_table(kept), cells=cells, is_appendix=True)


def balance_finding(kept: RetentionTable) -> Finding:
    """In how many periods the account balances; if not in all of them, that is a fault of crrkit."""
    shown = kept.table.dropna(subset=list(SHOWN_COUNTS))
    gaps = shown[shown["start"] - shown["lost"] + shown["new"] + shown["returned"] != shown["end"]]
    n = periods_counted(len(shown), kept.every)
    claim = _("The account balances in every period ({n}).").format(n=n)
    if len(shown) < len(kept.table):
        claim = _("The account balances in every period that is shown in full ({n}).").format(n=n)
    if len(gaps):
        claim = _("The account does not balance in {periods}: a fault of crrkit, please tell us.")
        claim = claim.format(periods=", ".join(gaps["period"]))
    return Finding(claim, shown, _("The end of each period is the start of the next."))


def account_table(kept: RetentionTable) -> Html:
    """Every period as a row: the rate with its interval, then the counts that balance."""
    titles = kept.titles()
    heads = [titles["period"], titles["crr"], _("95% interval"), *(titles[name] for name in SHOWN_COUNTS)]
    main = reference_row(kept)
    name = None if main is None else main["period"]
    rows = [_account_row(row, is_main=row["period"] == name) for _i, row in kept.table.iterrows()]
    caption = _("start − lost + new + returned = end; kept = start − lost; rate = kept / start.")
    if (kept.table["status"] == WITHHELD).any():
        caption += " " + _("{mark}: withheld, because it speaks of too few customers or gives such a number away.")
    caption = caption.format(mark=WITHHELD_MARK)
    table = table_block(heads, rows, label=_("The account, period by period"))
    return element("figure", table, element("figcaption", capital(caption)))


def _account_row(row: pd.Series, *, is_main: bool) -> Html:
    rate, interval = format_cell(row["crr"], "rate"), UNDEFINED
    if not pd.isna(row["crr"]):
        interval = f"{format_number(100 * row['crr_low'], digits=1)}–{format_percent(row['crr_high'])}"
    if row["status"] == WITHHELD:
        rate = interval = WITHHELD_MARK
    counts = [WITHHELD_MARK if pd.isna(row[name]) else format_number(row[name]) for name in SHOWN_COUNTS]
    note = {RUNNING: _(RUNNING), EMPTY: _("nobody to keep"), WITHHELD: _(WITHHELD)}.get(row["status"])
    head = join(str(row["period"]), note and element("small", note))
    return row_block(head, rate, interval, *counts, class_="main" if is_main else row["status"])
