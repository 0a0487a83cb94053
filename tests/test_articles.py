"""The claims of the source articles: quoted in full, doubted aloud, and never the start of a calculation."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given, strategies as st
from public_names import AT_THE_TOP

import crrkit as crr
from crrkit.judge.verdicts.articles import ARTICLES, CLAIMS


@pytest.fixture
def table():
    return crr.claims().to_pandas().set_index("id")


@pytest.mark.parametrize(
    ("name", "numbers", "russian"),
    [
        # Words of the two articles; their Russian is what the catalogue must give back.
        ("A4", (289,), "каждая утраченная связь с клиентом обходится бизнесу в 289 долларов"),
        ("A5", (7,), "в семь раз дороже"),
        ("A7", (0.68,), "клиентов покидают бренды из-за плохой поддержки"),
        ("A16", (0.85, 0.90), "85–90 %"),
        ("A23", (0.86,), "более лояльны к брендам, которые участвуют в программах вознаграждений"),
        ("A37", (0.80, 0.20), "20 % существующих клиентов"),
        ("B18", (0.10, 0.35, 0.30), "10–35 % в год"),
        ("B19", (0.25,), "по умолчанию не может быть ниже, скажем, 25 %"),
        ("B29", (3,), "не чаще раза в три года"),
    ],
)
def test_each_quoted_number_stands_with_its_wording(table, name: str, numbers: tuple, russian: str) -> None:
    assert table.loc[name, "numbers"] == numbers
    with crr.use_language("ru"):
        assert russian in str(crr.claims()).replace("\xa0", " ")


def test_only_what_was_seen_at_its_origin_is_called_verified(table) -> None:
    assert list(table.index[table["verified"]]) == ["A4"]  # Genesys, US, October 2009
    assert table["provenance"].str.len().min() > 10
    assert table["contested"].str.len().min() > 10


def test_ids_are_of_one_of_the_articles_and_used_once(table) -> None:
    assert table.index.is_unique
    assert {name[0] for name in table.index} == set(ARTICLES)
    assert set(table["article"]) == set(ARTICLES.values())


def test_shares_are_fractions() -> None:
    assert all(0 <= number <= 1 for claim in CLAIMS if claim.unit == "share" for number in claim.numbers)


# Equal numbers with a reason of their own.
OTHER_REASONS = {
    ("Backtest", "limit"): "a projection that was off by more than a fifth of the customers is refused",
    ("concentration", "top"): "whom to look at, not what they bring",
    ("control_chart", "sigmas"): "Shewhart's three standard errors",
    ("fit_bgnbd", "unit_days"): "the days of a week, in which the published fit counts",
    ("n_to_tell_apart", "power"): "the usual power of a test",
    ("StageRule", "contact_days"): "a month",
    ("StageRule", "k_long"): "the fewest purchases that leave two gaps to compare",
    ("StageRule", "lapse_days"): "a quarter",
    ("StageRule", "span_days"): "a month",
    ("suggest_period", "share"): "a quantile of the gaps",
    ("write_report", "min_cell"): "ten heads, the practice of official statistics",
}


def defaults() -> dict[tuple[str, str], float]:
    """Every numeric default of a public function, its methods not counted."""
    found = {}
    for name, public in AT_THE_TOP.items():
        if not callable(public) or (isinstance(public, type) and issubclass(public, BaseException)):
            continue
        for argument, parameter in inspect.signature(public).parameters.items():
            if isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool):
                found[name, argument] = float(parameter.default)
    return found


def test_no_claim_is_the_default_of_a_public_function() -> None:
    found = defaults()
    assert ("wilson", "level") in found  # it looks where defaults are
    claimed = {float(number) for claim in CLAIMS for number in claim.numbers}
    claimed |= {100 * number for number in claimed if number < 1}
    taken = {place for place, value in found.items() if value in claimed}
    assert taken <= set(OTHER_REASONS)


@pytest.mark.parametrize("function", [crr.value_of_lost, crr.break_even_save_rate])
def test_the_numbers_that_tempt_must_be_given(function) -> None:
    parameters = inspect.signature(function).parameters.values()
    assert all(parameter.default is parameter.empty for parameter in parameters)


@given(st.integers(0, 10_000), st.floats(0.01, 1e6))
def test_value_of_lost_is_a_sum_over_the_lost(n: int, value: float) -> None:
    assert crr.value_of_lost(n, value_per_customer=value) == pytest.approx(sum(value for _customer in range(n)))


@pytest.mark.parametrize(("ratio", "expected"), [(7, 1 / 7), (5, 0.20), (25, 0.04), (1, 1.0)])
def test_break_even_save_rate(ratio: float, expected: float) -> None:
    assert crr.break_even_save_rate(ratio) == expected


@given(st.floats(1, 100), st.floats(0.1, 1000))
def test_at_break_even_a_saved_customer_costs_what_a_new_one_does(ratio: float, cost: float) -> None:
    approached = 1000
    saved = approached * crr.break_even_save_rate(ratio)
    assert approached * cost / saved == pytest.approx(ratio * cost)


@pytest.mark.parametrize("ratio", [0.99, 0, -7, None, "7", float("nan"), float("inf")])
def test_a_ratio_below_one_or_no_number_is_refused(ratio: object) -> None:
    with pytest.raises(crr.InputError) as refused:
        crr.break_even_save_rate(ratio)
    assert refused.value.argument == "ratio"


def test_it_prints_in_both_languages() -> None:
    assert str(crr.claims()).startswith("1 of 9 quoted numbers was seen at its origin.")
    assert "<table" in crr.claims().to_html()
    with crr.use_language("ru"):
        assert str(crr.claims()).startswith("В первоисточнике найдено 1 из 9 чисел.")
        assert "Лебёфа" in crr.claims().to_html()
