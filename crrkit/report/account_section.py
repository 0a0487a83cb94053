"""The account, period by period, and whether it balances."""

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

CAME = "came"  # for the first time or again
AS_ONE = ("kept", "start", "lost", CAME, "end")
CHECK_SHOWN = """\
assert kept.table.dropna(subset=["lost", "new"]).eval("start - lost + new + returned == end").all()"""


def account_section(subject: Subject) -> Section:
    """The account, and whether it balances."""
    kept = subject.kept
    cells = Cell("report.balance_finding(kept)"), Cell("kept"), Cell(CHECK_SHOWN, "check")
    found = (balance_finding(kept),)
    return Section("account", _("The account"), found, lambda: account_table(kept), cells=cells, is_appendix=True)


def balance_finding(kept: RetentionTable) -> Finding:
    """In how many periods the account balances; if not in all, that is a bug in crrkit."""
    shown = kept.table.dropna(subset=["start", "kept", "lost", "end"])
    came = (shown["new"] + shown["returned"]).fillna(shown["end"] - shown["kept"])
    gaps = shown[shown["start"] - shown["lost"] + came != shown["end"]]
    n = periods_counted(len(shown), kept.every)
    claim = _("The account balances in every period ({n}).").format(n=n)
    if len(shown) < len(kept.table):
        claim = _("The account balances in every period that is shown in full ({n}).").format(n=n)
    if shown.empty:
        claim = _("No period is shown in full, so the account cannot be checked here.")
    if len(gaps):
        claim = _("The account does not balance in {periods}: this is a bug in crrkit, please report it.")
        claim = claim.format(periods=", ".join(gaps["period"]))
    return Finding(claim, shown, _("The end of each period is the start of the next."))


def account_table(kept: RetentionTable) -> Html:
    """One row per period: the rate with its interval, then the counts that balance."""
    titles = kept.titles()
    names: tuple[str, ...] = SHOWN_COUNTS
    table, titles = kept.table, {**titles, CAME: _("new or returned")}
    caption = _("start − lost + new + returned = end; kept = start − lost; rate = kept / start.")
    if merges_arrivals(table):
        names, table = AS_ONE, table.assign(**{CAME: table["end"] - table["kept"]})
        caption = _("start − lost + new or returned = end; kept = start − lost; rate = kept / start.")
        caption += " " + _("New and returned customers are combined, because one of the groups is too small to show.")
    heads = [titles["period"], titles["crr"], _("95% interval"), *(titles[name] for name in names)]
    main = reference_row(kept)
    name = None if main is None else main["period"]
    rows = [_account_row(row, names, is_main=row["period"] == name) for _i, row in table.iterrows()]
    if (kept.table["status"] == WITHHELD).any():
        caption += " " + _("{mark}: suppressed, because it counts too few customers or would disclose such a number.")
    caption = caption.format(mark=WITHHELD_MARK)
    drawn = table_block(heads, rows, label=_("The account, period by period"))
    return element("figure", drawn, element("figcaption", capital(caption)))


def merges_arrivals(table: pd.DataFrame) -> bool:
    """Whether new and returned customers are merged in every period, because some are few."""
    return bool(table["new"].isna().all() and table["lost"].notna().any())


def interval_cell(row: pd.Series) -> str:
    """The interval of a row's rate, such as ``61.4–79.7%``; a dash where there is no rate."""
    if pd.isna(row["crr"]):
        return UNDEFINED
    return f"{format_number(100 * row['crr_low'], digits=1)}–{format_percent(row['crr_high'])}"


def _account_row(row: pd.Series, names: tuple[str, ...], *, is_main: bool) -> Html:
    rate, interval = format_cell(row["crr"], "rate"), interval_cell(row)
    if row["status"] == WITHHELD:
        rate = interval = WITHHELD_MARK
    counts = [WITHHELD_MARK if pd.isna(row[name]) else format_number(row[name]) for name in names]
    note = {RUNNING: _(RUNNING), EMPTY: _("nobody to keep"), WITHHELD: _("suppressed")}.get(row["status"])
    head = join(str(row["period"]), note and element("small", note))
    return row_block(head, rate, interval, *counts, class_="main" if is_main else row["status"])
