"""The first screen of a report: the rate, whether it is good and news, the money; what cannot be told, in small."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.report.finding import Finding
from crrkit.report.page import PageHeader, build_page
from crrkit.report.section import Section, Subject
from crrkit.report.sections import sections


def shop(*rows: tuple[str, str, float]) -> crr.Base:
    log = pd.DataFrame(rows, columns=["who", "at", "paid"])
    return crr.read_orders(log, customer="who", at="at", amount="paid", refunds="keep", as_of="2024-03-01")


# In January a, b, c and d pay 100 each. In February a and b pay 150, c pays 50, d nothing, and e, who is new, 1000:
# of 400 come 350, and 100 + 100 + 50 where nobody counts for more than before.
PAID = [(who, "2024-01-05", 100) for who in "abcd"]
PAID += [("a", "2024-02-05", 150), ("b", "2024-02-05", 150), ("c", "2024-02-05", 50), ("e", "2024-02-05", 1000)]


def money(base: crr.Base) -> crr.RetentionTable | None:
    kept = report.shared(crr.retention_by_period(base, every="month"), min_cell=None)
    return report.money_of(base, kept, min_cell=None)


def test_the_money_of_those_who_stayed_and_of_the_lost() -> None:
    found = report.money_finding(money(shop(*PAID)))
    assert found.claim == (
        "Customers at the start paid 400.00 in the period before and 350.00 in February 2024: 87.5% of their money"
        " stayed (NRR), or 62.5% without counting increases (GRR)."
    )
    assert found.caveat.startswith("The 1 lost had paid 100.00 of it (25.0%).")


def test_hundredths_are_told_of_sums_below_a_thousand() -> None:
    for first, paid, gone in ((999.2, "999.20", "500.10"), (1000, "1,000", "500")):
        base = shop(("a", "2024-01-05", first - 500.1), ("b", "2024-01-05", 500.1), ("a", "2024-02-05", 20))
        found = report.money_finding(money(base))
        assert f"paid {paid} in the period before" in found.claim
        assert found.caveat.startswith(f"The 1 lost had paid {gone} of it (50.")


@pytest.mark.parametrize(
    ("paid", "said", "lang", "shown"),
    [
        (["€100"] * 4 + ["€70"] * 2, {}, "en", "paid €400.00 in the period before and €140.00 in February 2024"),
        (["100"] * 4 + ["70"] * 2, {"currency": "RUB"}, "ru", "принесли 400,00 ₽, а за февраль 2024 года — 140,00 ₽"),
        (["100"] * 4 + ["70"] * 2, {}, "en", "paid 400.00 in the period before and 140.00 in February 2024"),
    ],
)
def test_amounts_are_in_the_currency_of_the_list(paid: list[str], said: dict, lang: str, shown: str) -> None:
    """Four pay 100 each in January, two of them 70 each in February: of 400 come 140."""
    days = ["2024-01-05"] * 4 + ["2024-02-05"] * 2
    log = pd.DataFrame({"who": list("abcdab"), "at": days, "paid": paid})
    base = crr.read_orders(log, customer="who", at="at", amount="paid", as_of="2024-03-01", **said)
    with crr.use_language(lang):
        found = report.money_finding(money(base))
    assert shown in found.claim.replace("\N{NO-BREAK SPACE}", " ")
    assert ("names no currency" in found.caveat) is (base.card.currency is None)


def test_a_currency_is_a_code_and_not_another_one_than_the_list_names() -> None:
    log = pd.DataFrame({"who": ["a", "b"], "at": ["2024-01-05"] * 2, "paid": ["1", "2"], "currency": ["EUR", "EUR"]})
    named = {"customer": "who", "at": "at", "amount": "paid"}
    assert crr.read_orders(log, **named).card.currency == "EUR"
    for said, why in {"$": "is not a currency code", "USD": "says that its amounts are in EUR"}.items():
        with pytest.raises(crr.InputError, match=why):
            crr.read_orders(log, **named, currency=said)


def test_who_only_gets_money_back_is_lost_and_what_they_had_paid_is_gone() -> None:
    table = crr.revenue_retention(shop(*PAID, ("d", "2024-02-09", -10))).table
    assert table["gone"].tolist() == [0, 100]


def test_money_by_another_rule_than_the_account_is_not_told() -> None:
    base = shop(*PAID).with_activity(crr.Trailing(days=60))
    assert money(base) is None


@pytest.mark.slow
def test_what_one_customer_makes_nearly_all_of_is_not_told() -> None:
    """41 buy in January for 10 each, 26 of them in February: 9,000 of the 9,250 that stayed are those of one."""
    january, february = ([(f"c{i}", f"2024-0{m}-05", 10) for i in range(n)] for m, n in ((1, 40), (2, 25)))
    base = shop(*january, *february, ("big", "2024-01-06", 10), ("big", "2024-02-06", 9000))
    kept = report.shared(crr.retention_by_period(base, every="month"))
    assert report.money_of(base, kept, min_cell=None).table["staying"].tolist() == [9250]
    assert report.money_of(base, kept) is None
    assert "revenue" not in [grid.value for grid in report.cohorts_of(base, every="month").grids]
    one_rose = shop(*january, *february, ("big", "2024-01-06", 10), ("big", "2024-02-06", 900))
    assert report.money_of(one_rose, report.shared(crr.retention_by_period(one_rose, every="month"))) is None
    all_rose = shop(*january, *february, *((f"c{i}", "2024-02-07", 2) for i in range(25)))
    assert report.money_of(all_rose, report.shared(crr.retention_by_period(all_rose, every="month"))) is not None


def test_nor_the_fee_of_one_who_pays_nearly_all() -> None:
    rows = [(f"c{i}", "2024-01-05", "2024-02-10" if i < 15 else None, 10) for i in range(40)]
    log = pd.DataFrame([*rows, ("big", "2024-01-06", None, 9000)], columns=["who", "from", "to", "fee"])
    base = crr.read_contracts(log, customer="who", start="from", end="to", amount="fee", as_of="2024-04-01")
    kept = report.shared(crr.retention_by_period(base, every="month"))
    assert report.money_of(base, kept, min_cell=None).table["period"].tolist() == ["2024-02", "2024-03"]
    assert report.money_of(base, kept) is None


def test_money_of_contracts_is_theirs() -> None:
    # at the start of February a and b pay 10 each; b leaves, c comes with 30
    rows = [("a", "2024-01-05", None, 10), ("b", "2024-01-05", "2024-02-10", 10), ("c", "2024-02-12", None, 30)]
    log = pd.DataFrame(rows, columns=["who", "from", "to", "fee"])
    base = crr.read_contracts(log, customer="who", start="from", end="to", amount="fee", as_of="2024-03-01")
    found = report.money_finding(money(base))
    assert "went from 20.00 to 10.00 in February 2024: 50.0% of their money stayed (NRR), or 50.0%" in found.claim
    assert found.caveat.startswith("The 1 lost had paid 10.00 of it (50.0%).")


@pytest.mark.parametrize(("lost", "verdict"), [(4, "above"), (12, "within"), (60, "below")])
def test_the_rate_stands_against_the_band(lost: int, verdict: str) -> None:
    # of 10,000: 4 %, 12 % and 60 % lost, far from the lines
    found = report.verdict_finding(report.verdict_of(account((lost * 100, 0, 0), start=10_000)))
    assert f"{100 - lost}.0% (month) is {verdict} the 85% to 90% often called usual; that range states no period" in (
        found.claim
    )
    with crr.use_language("ru"):
        found = report.verdict_finding(report.verdict_of(account((lost * 100, 0, 0), start=10_000)))
    assert "ни период, ни вид бизнеса для него не указаны" in found.claim


def test_a_running_period_is_not_judged() -> None:
    assert report.verdict_of(account((20, 20, 0), running=True)).empty


def test_what_lies_within_the_usual_swing_is_no_news_and_a_jump_is() -> None:
    steady = [(20 + step, 20, 0) for step in (0, 3, -3, 2, -2, 3, -3)]
    calm = report.control_chart_finding(account(*steady, (21, 20, 0), start=200))
    assert calm is not None
    assert calm.claim.startswith("No signal: ")
    loud = report.control_chart_finding(account(*steady, (120, 20, 0), start=200))
    assert loud is not None
    assert "This is a signal: 40.0% is outside" in loud.claim
    assert report.control_chart_finding(account(*steady[:5])) is None, "too few periods"


def test_a_page_of_what_a_manager_needs(tmp_path) -> None:
    base = crr.read_contracts(crr.sample_path("contracts"))
    page = crr.write_report(base, every="year", out=tmp_path / "r.html", detail="short").out.read_text("utf-8")
    assert re.findall(r'<section id="(\w+)"', page) == ["movement"]
    assert "<nav" not in page
    assert "<li><b>Cohorts</b>" in page, "told, but not linked to what is not there"
    assert len(page) < 100_000
    assert "script-src &#x27;none&#x27;" in page
    with pytest.raises(ValueError, match="detail='shrot' is not known"):
        crr.write_report(base, every="year", out=tmp_path / "r.html", detail="shrot")


def test_what_cannot_be_told_heads_no_section() -> None:
    kept = account((20, 20, 0))
    told, quiet = (Finding(text, kept.table, "Mind.", is_informative=text == "Told.") for text in ("Told.", "Dark."))
    parts = [*sections(Subject(kept))[:1], Section("one", "One", (quiet, told)), Section("two", "Two", (quiet,))]
    page = build_page(parts, kept, PageHeader("T"))
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == ["Told.", "Appendix"]
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", page) == ["Two"]
    assert page.count("Dark. Mind.") == 2


@pytest.mark.parametrize("lang", ["en", pytest.param("ru", marks=pytest.mark.pages)])
def test_the_first_lines_say_period_and_rule_and_no_jargon_follows(lang: str) -> None:
    base = crr.read_events(crr.sample_path("events"), customer="client_id", amount="total")
    with crr.use_language(lang):
        kept = report.shared(crr.retention_by_period(base, every="quarter"))
        page = build_page(sections(Subject(replace(kept, notes=()), base)), kept, PageHeader("T"))
    head = page[: page.index("<nav")]
    assert {"en": "By quarter. A customer at the start is anyone", "ru": "По кварталам. Клиент на начало"}[lang] in head
    prose = re.sub(r"<script.*?</script>|<svg.*?</svg>", "", page[: page.index('id="appendix"')], flags=re.DOTALL)
    assert not re.findall(r"Holm|Холм|action_list|kind=|BG/NBD|matrices|матриц", prose)
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(re.findall(r'id="([\w-]+)"', page))
