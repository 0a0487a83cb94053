"""The door: what is given is returned as it is used, or refused with what was given, what is needed, what to try."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from crrkit.ground.checks import check_choice, check_column, check_count, check_fraction, check_number, suggestion
from crrkit.ground.errors import ColumnNotFoundError, InputError, InputTypeError


@pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7), Fraction(7)])
def test_a_count_in_any_dress_is_the_number(value: object) -> None:
    assert check_count(value, name="start") == 7


@pytest.mark.parametrize("value", [True, np.True_, "7", b"7", [7], 7 + 0j])
def test_what_is_no_number_is_a_type_error_that_is_a_value_error_too(value: object) -> None:
    with pytest.raises(InputTypeError) as refused:
        check_number(value, name="start")
    assert isinstance(refused.value, TypeError)
    assert isinstance(refused.value, ValueError)
    assert refused.value.argument == "start"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "start is missing"),
        (math.nan, "not a finite number"),
        (math.inf, "not a finite number"),
        (10**400, "not a finite number"),
        (-1, "is negative"),
        (1234567.5, r"start=1234567\.5 is not a whole number"),
    ],
)
def test_counts_that_cannot_be(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_count(value, name="start")


def test_averages_may_be_asked_for() -> None:
    assert check_count(70.5, name="start", allow_fractional=True) == 70.5


@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_fractions(value: float) -> None:
    assert check_fraction(value, name="level") == value


def test_a_percentage_is_told_what_was_probably_meant() -> None:
    with pytest.raises(InputError, match=r"keep=85 must be a fraction between 0 and 1\. Did you mean 0\.85\?"):
        check_fraction(85, name="keep")
    with pytest.raises(InputError) as refused:
        check_fraction(-0.1, name="keep")
    assert "Did you mean" not in str(refused.value)


def test_names_are_suggested() -> None:
    assert check_choice("month", name="every", choices=("month", "year")) == "month"
    with pytest.raises(InputError, match="Did you mean 'month'") as refused:
        check_choice("Monht", name="every", choices=("month", "year"))
    assert refused.value.available == ["month", "year"]
    with pytest.raises(InputError):
        check_choice(None, name="every", choices=("month",))
    assert suggestion("zzz", ["month"]) == ""


def test_columns_are_named_and_suggested() -> None:
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'customer_id'") as refused:
        check_column("custmer_id", name="customer", available=["customer_id", "ordered_at"])
    assert refused.value.available == ["customer_id", "ordered_at"]
    assert refused.value.given == "custmer_id"
    many = [f"c{i}" for i in range(40)]
    with pytest.raises(ColumnNotFoundError, match="c29, …"):
        check_column("customer", name="customer", available=many)
