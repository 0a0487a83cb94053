"""What an outsider can compute from a written report by linear programming: of no withheld number more than it may."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from audit import (
    FLOWS,
    Name,
    Printed,
    System,
    build,
    leaving,
    money_told,
    number,
    read_notebook,
    read_page,
    segments_told,
    shown_where_withheld,
    together,
)

import crrkit as crr
from crrkit.report.published import pages_in
from crrkit.report.section import Subject
from crrkit.report.stage_counts import _rule_of
from crrkit.report.whole_period import before_last_day
from crrkit.rules.periods import Calendar

TERMS = {"customer": "customerID", "start": "begun", "end": "ended"}


pytestmark = pytest.mark.usefixtures("without_pictures")


def page_of(base: crr.Base, folder: Path, every: str | None, **options: object) -> tuple[Printed, crr.Base, str, bool]:
    """What the written page prints, the base under its rule, its period, whether its cohorts are of all customers."""
    base, _why = before_last_day(base)
    files = {"out": folder / "report.html", "notebook": folder / "report.ipynb", "workbook": folder / "report.xlsx"}
    written = crr.write_report(base, every=every, **files, **options)
    page = written.out.read_text(encoding="utf-8")
    printed = read_page(page)
    is_whole = bool(printed.grids) and printed.account["start"][0] == 0
    is_whole &= not re.search(r"The last [\d,]+ of [\d,]+ cohorts", page)
    return printed, written.advice.applied(base) if written.advice else base, written.every, is_whole


def counted(base: crr.Base, printed: Printed, every: str) -> dict[Name, float]:
    """The true counts behind a page."""
    kept = crr.retention_by_period(base, every=every).table
    truth: dict[Name, float] = {
        (name, every, row["period"]): row[name] for _i, row in kept.iterrows() for name in FLOWS
    }
    if printed.grids:
        own = printed.grids[0]["period"]
        for kind, name in (("bounded", "there"), ("unbounded", "ever")):
            for _i, row in crr.cohort_grid(base, every=own, kind=kind).table.iterrows():
                born = Calendar(own).parse(row["cohort"])
                truth[name, own, born, born + row["age"]] = row["active"]
                truth["size", own, born] = row["size"]
    if "How many stand in each stage" in printed.tables:
        flow = crr.stage_flow(base, every=every, rule=_rule_of(base, every))
        truth |= {("stage", name, period): n for name in flow.counts for period, n in flow.counts[name].items()}
    return truth


def audited(base: crr.Base, folder: Path, every: str | None = None) -> tuple[System, dict[Name, float]]:
    """The system of a page, which says nothing false of the true counts, and these."""
    printed, base, every, is_whole = page_of(base, folder, every)
    system = build(printed, every=every, counts_buyers=base.has_purchases, is_whole=is_whole)
    truth = counted(base, printed, every)
    told = pages_in(folder / "report.html")[0].sections
    leaving(system, truth, told.get("cohorts", {}))
    together(system, told.get("headline", {}).get("together", {}), printed, every)
    assert system.residual(truth) == []
    return system, truth


def sample(name: str) -> crr.Base:
    reads = {
        "orders": lambda path: crr.read_orders(path, customer="client_id", at="ordered_at", amount="total"),
        "contracts": lambda path: crr.read_contracts(path, by="region"), "events": crr.read_events,
        "ru_clients": crr.read_contracts,
    }  # fmt: skip
    return reads[name](crr.sample_path(name))


def five() -> crr.Base:
    days = [(who, f"2024-{m:02d}-1{i}") for i, who in enumerate("ABCDE") for m in range(1, 13) if (m + i) % 3]
    return crr.read_orders(pd.DataFrame(days, columns=["who", "day"]), customer="who", at="day")


def telco(folder: Path) -> crr.Base:
    """Months of tenure as contracts that ran until one day."""
    rows = pd.read_csv(folder / "telco" / "Telco-Customer-Churn.csv").query("tenure > 0")
    day = pd.Timestamp("2020-01-15")
    begun = [day - pd.DateOffset(months=months) for months in rows["tenure"]]
    return crr.read_contracts(
        rows.assign(begun=begun, ended=[day if churn == "Yes" else None for churn in rows["Churn"]]),
        as_of="2020-02-01", **TERMS,
    )  # fmt: skip


def public(folder: Path) -> Iterator[tuple[str, crr.Base]]:
    yield "telco", telco(folder)
    names = {"customer": "Name", "start": "start_date", "end": "end_date"}
    yield (
        "cdnow",
        crr.read_orders(
            folder / "cdnow" / "CDNOW_master.txt", customer="customer_id", at="date", amount="dollar_value"
        ),
    )
    bought = {"customer": "user_id", "at": "timestamp", "status": "event", "counts": ["purchase"]}
    yield "retentioneering", crr.read_orders(folder / "retentioneering" / "ecom.csv.gz", **bought)
    yield "senators", crr.read_contracts(folder / "lifelines" / "canadian_senators.csv", as_of="2017-12-31", **names)


@pytest.mark.daily(1)
@pytest.mark.parametrize("name", ["contracts", "events", "ru_clients"])
def test_of_the_sample_lists_nothing_withheld_can_be_told(name: str, tmp_path: Path) -> None:
    system, truth = audited(sample(name), tmp_path)
    assert system.pinned(truth).empty
    printed = read_page((tmp_path / "report.html").read_text(encoding="utf-8"))
    sheets = pd.read_excel(tmp_path / "report.xlsx", sheet_name=None, engine="calamine", header=None)
    assert shown_where_withheld(printed, sheets) == []
    tables = read_notebook((tmp_path / "report.ipynb").read_text(encoding="utf-8"))
    head, *rows = tables["kept"]
    account = pd.DataFrame(rows, columns=head)[list(FLOWS)].map(number)
    pd.testing.assert_frame_equal(account, printed.account[list(FLOWS)], check_dtype=False)
    if name == "contracts":
        assert_segments_tell_of_many(segments_told(tables), account.set_axis(printed.account["period"]))


def assert_segments_tell_of_many(told: pd.DataFrame, account: pd.DataFrame) -> None:
    """No segment tells of few, nor who came to it between the two periods; they add up to the account."""
    sums = told.groupby("period")[["start", "kept", "lost"]].sum()
    pd.testing.assert_frame_equal(sums, account.loc[sums.index, list(sums)], check_names=False, check_dtype=False)
    was, now = (told[told["period"] == period].set_index("segment") for period in sums.index)
    follows = list(account.index).index(sums.index[1]) == list(account.index).index(sums.index[0]) + 1
    came = [now["start"] - was["kept"]] if follows else []
    assert not pd.concat([told["start"], told["kept"], told["lost"], *came]).between(1, 9).any()


def test_of_five_customers_nothing_can_be_told(tmp_path: Path) -> None:
    system, truth = audited(five(), tmp_path)
    assert system.few(truth)
    assert system.pinned(truth).empty


def test_what_the_audit_does_not_read_fails_it(tmp_path: Path) -> None:
    crr.write_report(sample("contracts"), out=tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not read_page(page).account.empty
    for was, now in (
        ('module="formula_explorer">{', 'module="formula_explorer">{"who":1,'),
        ('aria-label="Segments"', 'aria-label="Winners"'),
        ("</main>", '<script type="application/json" id="more">{}</script></main>'),
        ('"sections":{', '"sections":{"more":{},'),
    ):
        assert was in page, was
        with pytest.raises(AssertionError, match="the audit does not read"):
            read_page(page.replace(was, now, 1))


@pytest.mark.slow
def test_the_seven_lost_in_february(tmp_path: Path) -> None:
    """By month the events lost 7 in February 2023, the second month: whoever was there had come in the first."""
    system, truth = audited(sample("events"), tmp_path, "month")
    assert truth["lost", "month", "2023-02"] == 7
    assert system.pinned(truth).empty


@pytest.mark.slow
def test_two_ages_of_a_cohort_of_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 of the cohort of August 2023 are there in its ages 8 and 9: alone on their diagonals they were told."""
    cohort = Calendar("month").parse("2023-08")
    cells = [("there", "month", cohort, cohort + age) for age in (8, 9)]
    system, truth = audited(sample("orders"), tmp_path, "month")
    assert [truth[cell] for cell in cells] == [5, 5]
    assert system.pinned(truth, only=cells).empty
    told = [(tmp_path / f"report.{ending}").read_text(encoding="utf-8") for ending in ("html", "ipynb")]
    assert money_told(read_page(told[0]), read_notebook(told[1]), truth, "month") == []
    monkeypatch.setattr(Subject, "accounts", None)
    alone, truth = audited(sample("orders"), tmp_path, "month")
    assert alone.pinned(truth, only=cells)["high"].tolist() == pytest.approx([5, 5])


@pytest.mark.slow
@pytest.mark.pages
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("every", ["month", "quarter"])
def test_of_all_of_the_orders(every: str, tmp_path: Path) -> None:
    system, truth = audited(sample("orders"), tmp_path, every)
    assert system.pinned(truth).empty


@pytest.mark.slow
@pytest.mark.pages
@pytest.mark.timeout(1200)
def test_of_public_lists_nothing_withheld_can_be_told(data_dir: Path, tmp_path: Path) -> None:
    told = {}
    for name, base in public(data_dir):
        if name != "senators":  # its 1,753 months are some thousand problems: looked at by year
            system, truth = audited(base, tmp_path)
            told[name] = len(system.pinned(truth))
    system, truth = audited(base, tmp_path, "year")
    assert told | {name: len(system.pinned(truth))} == dict.fromkeys(
        ["telco", "cdnow", "retentioneering", "senators"], 0
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_of_online_retail_nothing_withheld_can_be_told(shop: crr.Base, tmp_path: Path) -> None:
    system, truth = audited(shop, tmp_path)
    assert system.pinned(truth).empty
