"""What is seen in a source before it is read: exports of programs, shapes that need another call, two candidates."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from exports import EXPORTS, Export

import crrkit as crr
from crrkit.read.guessing import settle_kind
from crrkit.read.sources.shapes import refuse_shape
from crrkit.read.words.names import usual_column

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parent.parent / "docs" / "exports.md"


def proposed(export: Export, folder: Path) -> str:
    """What `guess` proposes for an export, or what it asks."""
    path = folder / "export.csv"
    path.write_text(export.text, encoding=export.encoding)
    try:
        call = crr.guess(path).call
    except crr.errors.InputError as asked:
        return f"asks: {asked.argument}= {' / '.join(asked.available)}"
    return call.removeprefix("crr.").replace(f"{str(path)!r}, ", "")


@pytest.mark.slow
def test_twelve_exports_and_more_are_what_they_are(tmp_path: Path) -> None:
    """The columns are the right ones, or it is asked; and what is proposed can be read."""
    wrong = {one.name: found for one in EXPORTS if (found := proposed(one, tmp_path)) != one.call}
    assert wrong == {}


@pytest.mark.slow
def test_what_is_proposed_can_be_read(tmp_path: Path) -> None:
    for export in [one for one in EXPORTS if not one.call.startswith("asks")]:
        path = tmp_path / "export.csv"
        path.write_text(export.text, encoding=export.encoding)
        reader = ast.parse(export.call, mode="eval").body
        assert isinstance(reader, ast.Call)
        asked: Mapping[str, str] = {str(each.arg): ast.literal_eval(each.value) for each in reader.keywords}
        rest = {"other": "visit"} if "kind" in asked else {}  # what a cart means is asked
        base = getattr(crr, ast.unparse(reader.func))(path, **asked, **rest)
        assert base.quality.rows_used > 0
        assert base.quality.columns == {**asked}


def test_the_page_of_exports_says_what_is_proposed() -> None:
    """docs/exports.md is the list above."""
    asks, yes = "asks, because two columns fit", "yes, and the proposed call reads it"  # as the two tests above check
    rows = [f"| {one.name} | `{one.call}` | {asks if one.call.startswith('asks') else yes} |" for one in EXPORTS]
    assert [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:] == rows


def test_a_guess_says_how_sure_it_is() -> None:
    log = pd.DataFrame({"user_id": [1, 2, 1], "created_at": ["2024-01-05", "2024-02-05", "x"], "total": [1, 2, 3]})
    found = crr.guess(log)
    assert found.confidence == {"customer": "likely", "at": "doubtful", "amount": "sure"}
    assert any("created_at" in reason for reason in found.reasons)
    once = crr.guess(pd.DataFrame({"client": [1, 2, 3], "date": ["2024-01-05", "2024-02-05", "2024-02-13"]}))
    assert once.confidence["customer"] == "doubtful"


def test_two_close_candidates_are_asked_by_every_door() -> None:
    when = ["2024-01-05", "2024-02-05"]
    two = pd.DataFrame({"client_id": [1, 2], "customer_id": [3, 3], "order_date": when})
    dates = pd.DataFrame({"client_id": [1, 2], "order_date": when, "invoice_date": when})
    for table, argument in ((two, "customer"), (dates, "at")):
        for door in (crr.guess, crr.read_orders):
            with pytest.raises(crr.errors.InputError) as asked:
                door(table)
            assert asked.value.argument == argument
    assert crr.read_orders(two, customer="client_id").quality.rows_used == 2
    amounts = pd.DataFrame({"client_id": [1, 2], "order_date": when, "total": [5, 6], "revenue": [4, 5]})
    base = crr.read_orders(amounts)
    assert not base.has_amounts
    assert any("'total', 'revenue'" in note for note in base.quality.notes)


def test_stages_of_deals_are_asked() -> None:
    deals = pd.DataFrame({
        "Компания": ["а", "б", "а"], "Дата создания": ["2024-01-05", "2024-01-06", "2024-02-05"],
        "Этап сделки": ["Успешно реализовано", "Переговоры", "Закрыто и не реализовано"],
    })  # fmt: skip
    with pytest.raises(ValueError, match=r"counts=\['Успешно реализовано'\]"):
        crr.read_orders(deals)
    assert crr.read_orders(deals, counts=["Успешно реализовано"]).quality.rows_used == 1


SHAPES = {
    "customer_id first_order_date last_order_date orders": "first and the last purchase",
    "Клиент ПерваяПокупка ПоследняяПокупка": "first and the last purchase",
    "customerID tenure Contract MonthlyCharges TotalCharges Churn": "survival_curve",
    "client_id signup_date churned": "but not when",
    "ID Имя Фамилия Телефон Email Дата_создания": "contacts of a CRM",
    "respondent still_customer reason": "read_survey",
    "client start_date end_date order_date": "kind='contracts' or kind='orders'",
}


def test_shapes_that_tell_less_are_said_with_the_call_that_helps() -> None:
    silent = {}
    for names, said in SHAPES.items():
        table = pd.DataFrame({name: ["1", "2"] for name in names.split()})
        try:
            silent[names] = str(crr.guess(table))
        except crr.errors.InputError as refused:
            if said not in str(refused):
                silent[names] = str(refused)
    assert silent == {}


def test_a_register_that_calls_customers_gone_without_an_end_says_so() -> None:
    """b and d have no end and are gone by the status: they count as there, and the rate would be too high."""
    register = pd.DataFrame({
        "client": list("abcd"), "start": "2024-01-05", "end": [None, None, "2024-03-01", None],
        "status": ["active", "churned", "churned", "closed"],
    })  # fmt: skip
    assert "'churned' (1), 'closed' (1)" in crr.read_contracts(register).quality.doubts[0]
    flags = register.drop(columns="status").assign(churned=["no", "yes", "yes", "no"])
    assert "'yes' (1)" in crr.read_contracts(flags).quality.doubts[0]
    assert crr.read_contracts(register.assign(status="active")).quality.doubts == ()


def test_telco_is_said_not_read(data_dir: Path) -> None:
    path = data_dir / "telco" / "Telco-Customer-Churn.csv"
    with pytest.raises(ValueError, match="no dates") as refused:
        crr.guess(path)
    table = pd.read_csv(path)
    call = "crr.lifetime.survival_curve(table['tenure'], left=table['Churn'] == 'Yes')"
    assert call in str(refused.value)
    served = table[table["tenure"] > 0]  # eleven customers of less than a month
    curve = crr.lifetime.survival_curve(served["tenure"], left=served["Churn"] == "Yes").to_pandas()
    assert curve["lost"].sum() == 1869  # ORIGIN.txt: Churn Yes 1,869


def test_lists_by_date_are_seen(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        (tmp_path / f"base_{month}.csv").write_text("client_id,city\n1,x\n2,y\n")
        (tmp_path / f"made_{month}.csv").write_text("client_id,created_at\n1,2023-01-05\n")
        (tmp_path / f"sold_{month}.csv").write_text(f"client_id,order_date\n1,{month}-05\n")
    wide = pd.DataFrame({"client": ["a", "b"], "янв 2024": [1, 1], "фев 2024": [1, 0]})
    long = pd.DataFrame({"client": ["a", "a"], "snapshot_date": ["2024-01-31", "2024-02-29"]})
    calls = [crr.guess(source).call for source in (str(tmp_path / "base_*.csv"), wide, long)]
    assert [call.split("(")[0] for call in calls] == ["crr.read_snapshots"] * 3
    assert "at='snapshot_date'" in calls[2]
    assert crr.guess(str(tmp_path / "sold_*.csv")).kind == "orders"
    with pytest.raises(ValueError, match="kind='snapshots' or kind='orders'"):
        crr.guess(str(tmp_path / "made_*.csv"))


def test_a_column_a_month_without_a_known_customer_is_asked_for_him(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("id,2024-01,2024-02,2024-03\n1,5,0,3\n2,4,4,\n3,0,0,1\n")
    with pytest.raises(ValueError, match=r"'2024-01' to '2024-03' are months: .* customer='id'"):
        crr.guess(path)
    assert settle_kind(path, named={"customer": "id"}) == "snapshots"
    with pytest.raises(ValueError, match=r"'2024-01' is a month itself: .* read_snapshots"):
        crr.read_orders(path, customer="id", at="2024-01")
    refuse_shape(["buyer", "order_date", "2024-01", "2024-02"])  # a log has a moment of each purchase


@pytest.mark.parametrize("clock", [" 10:15:00", ""])
def test_a_row_with_three_dates_is_no_header_of_months(tmp_path: Path, clock: str) -> None:
    path = tmp_path / "billing.csv"
    head = "Subscription.Id,Customer.Id,Subscription.Started At,Subscription.Cancelled At,Subscription.Current Term End"
    rows = [f"s{i},c{i},2023-0{i}-05{clock},2024-0{i}-05{clock},2025-0{i}-05{clock},{i}900" for i in range(1, 7)]
    path.write_text("\n".join([f"{head},Subscription.Plan Amount", *rows]))
    call = crr.guess(path).call
    assert "customer='Customer.Id', start='Subscription.Started At', end='Subscription.Cancelled At'" in call
    path.write_text("\n".join([f"{head},Fee".replace("Customer.Id", "Guest").replace("Started", "Made"), *rows]))
    with pytest.raises(ValueError, match=r"No column looks like the date of a purchase.* Guest"):
        crr.guess(path)


def test_a_header_of_days_is_still_one_of_lists(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("id,2024-01-31 00:00:00,2024-02-29 00:00:00,2024-03-31 00:00:00\n1,5,0,3\n2,4,4,\n3,0,0,1\n")
    with pytest.raises(ValueError, match=r"are months: .* customer='id'"):
        crr.guess(path)


def test_names_of_public_logs_are_known() -> None:
    known = {
        "customer": [
            "cust_id",
            "customer_unique_id",
            "CUSTOMER_ID",
            "msno",
            "visitorid",
            "household_key",
            "Код клиента",
        ],
        "at": ["order_purchase_timestamp", "transaction_datetime", "TRANSACTION_DT", "Дата транзакции", "event_time"],
        "start": ["subscription_start", "Дата подключения", "membership_start"],
        "end": ["subscription_end", "Дата расторжения", "membership_expire_date"],
    }
    assert [name for role, names in known.items() for name in names if usual_column(role, [name]) != name] == []
    refuse_shape(["customer_id", "order_date", "first_name", "total"])  # a log that also names people


@pytest.mark.parametrize(
    ("columns", "customer", "other"),
    [
        ("Номер полиса,Страхователь,Дата начала,Дата окончания,Премия", "Страхователь", {"start": "Дата начала"}),
        ("Policy No,Policyholder,Start Date,End Date,Premium", "Policyholder", {"end": "End Date"}),
        ("Donor,Donation Date,Amount,Campaign", "Donor", {"at": "Donation Date"}),
        ("Donor Name,Donor Email,Donation Date,Amount", "Donor Email", {"at": "Donation Date"}),
        ("Opportunity Name,Account Name,Stage,Close Date,Amount", "Account Name", {"at": "Close Date"}),
        ("Appointment,Client Name,Date,Price", "Client Name", {"at": "Date"}),
        ("Client ID,Client Name,Sale Date,Total", "Client ID", {"at": "Sale Date"}),
        ("Customer Name,Email,Order Date,Total", "Email", {"at": "Order Date"}),
    ],
)
def test_names_of_customers_in_insurance_donations_and_services(columns: str, customer: str, other: dict[str, str]):
    names = columns.split(",")
    assert usual_column("customer", names) == customer
    assert {role: usual_column(role, names) for role in other} == other


def test_the_account_of_a_ledger_is_no_customer() -> None:
    assert usual_column("customer", ["Date", "Transaction Type", "Name", "Account", "Split", "Amount"]) is None


def test_how_a_source_is_written_is_seen_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = ["Клиент;Дата;Сумма", "Аня;05.01.2024;10,50", "Боря;17.01.2024;7,25", "Аня;05.02.2024;1,10 руб"]
    path.write_text("\n".join(lines), encoding="cp1251")
    seen = crr.guess(path).written
    assert {name: (one.value, one.confidence) for name, one in seen.items()} == {
        "dates": ("day-month-year", "sure"), "decimal": (",", "sure"), "encoding": ("cp1251", "sure"),
        "rhythm": ("31 days", "likely"), "currency": ("RUB", "sure"),
    }  # fmt: skip
    told = pd.DataFrame({"client": ["a", "a"], "date": ["2024-01-05", "2024-02-05"], "amount": [1, 2], "Валюта": "EUR"})
    assert crr.guess(told).written["currency"].reason == "Column 'Валюта' says so."
    assert seen["dates"].reason == "As in '17.01.2024'."
    assert "decimal = ',': sure. As in Сумма." in str(crr.guess(path))


@pytest.mark.parametrize(
    ("cells", "dates", "zone"),
    [
        (["1704412800", "1706659200"], ("unix-seconds", "likely"), None),
        (["01/17/2024", "02/05/2024"], ("month-day-year", "sure"), None),
        (["2024-01-05T10:00:00+03:00", "2024-02-05T10:00:00+03:00"], ("year-month-day", "sure"), "UTC"),
        (["03/04/2024", "05/06/2024"], None, None),  # asked among the reasons
    ],
)
def test_dates_and_zones_that_are_seen(cells: list[str], dates: tuple[str, str] | None, zone: str | None) -> None:
    found = crr.guess(pd.DataFrame({"customer": ["a", "a"], "date": cells}))
    seen = found.written.get("dates")
    assert (seen and (seen.value, seen.confidence)) == dates
    assert (found.written["zone"].value if "zone" in found.written else None) == zone
    assert ("day first or month first" in str(found)) == (dates is None)


@pytest.mark.parametrize(
    ("name", "code"),
    [("Сумма, руб.", "RUB"), ("Сумма (₽)", "RUB"), ("MRR (USD)", "USD"), ("amount_eur", "EUR"), ("Amount", "")],
)
def test_an_amount_may_name_its_currency(name: str, code: str) -> None:
    log = pd.DataFrame({"client": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], name: ["1,50", "2,50"]})
    quality = crr.read_orders(log).quality
    assert (quality.columns["amount"], quality.currency) == (name, code)


def test_of_two_currencies_neither_is_taken() -> None:
    log = pd.DataFrame({"client": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], "Total, USD": 5, "Total, EUR": 4})
    quality = crr.read_orders(log).quality
    assert "amount" not in quality.columns
    assert any("'Total, USD', 'Total, EUR' could each be it" in note for note in quality.notes)
    taken = crr.read_orders(log.assign(total=[1, 2])).quality
    assert taken.columns["amount"] == "total", "the one without a currency, as before"
