"""Two definition cards side by side: each rule that differs is named, and nothing else."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given, strategies as st

import crrkit as crr

EIGHT, NINE = datetime.fromisoformat("2024-07-01T08:00"), datetime.fromisoformat("2024-07-01T09:00")  # local times
CARD = crr.DefinitionCard(source="contracts", unit="person_any", activity="contract runs", as_of=EIGHT, every="month")
# For every rule another value that it may have.
OTHERS = {
    "source": "orders", "unit": "contract", "activity": "period", "as_of": NINE, "every": None,
    "zone": "Europe/Paris", "week_starts": "sunday", "year_starts": "april", "end_is": "last_active_day",
    "merge_gap": 3, "refunds": "keep", "contacts": "outside", "burn_in_days": 30,
    "new": "who says so", "returned": "nobody", "segment": "region: South",
    "read_as": "orders: customer = who", "counts": ("paid",), "taken": "end", "currency": "EUR",
}  # fmt: skip


def test_the_same_definition_gives_no_row_and_a_sentence() -> None:
    same = crr.diff(CARD, CARD.with_())
    assert list(same.to_pandas().columns) == ["rule", "one", "other"]
    assert len(same.to_pandas()) == 0
    assert str(same) == "The two definitions are the same in every rule."
    assert same.to_html() == "<p>The two definitions are the same in every rule.</p>"


def test_every_field_of_the_card_is_compared() -> None:
    assert set(OTHERS) == {field.name for field in fields(CARD)}


@given(st.sets(st.sampled_from(sorted(OTHERS))))
def test_exactly_the_rules_that_were_changed_are_named(changed: set[str]) -> None:
    other = CARD.with_(**{name: OTHERS[name] for name in changed})
    found = crr.diff(CARD, other).to_pandas()
    assert set(found["rule"]) == changed
    assert len(found) == len(changed)
    one, two = CARD.to_dict(), other.to_dict()
    assert all(row.one == one[row.rule] and row.other == two[row.rule] for row in found.itertuples())
    back = crr.diff(other, CARD).to_pandas()
    assert list(back["one"]) == list(found["other"])


def test_two_moments_of_one_day_do_not_look_alike() -> None:
    text = str(crr.diff(CARD, CARD.with_(as_of=NINE)))
    assert "2024-07-01T08:00:00" in text
    assert "2024-07-01T09:00:00" in text


def test_it_prints_words_in_both_languages() -> None:
    found = crr.diff(CARD, CARD.with_(unit="contract", zone="Europe/Paris"))
    assert "one contract counts as one customer" in str(found)
    assert "local times as written" in str(found)
    with crr.use_language("ru"):
        assert str(found).startswith("Определения расходятся в 2 правилах")
        assert "один договор" in found.to_html()


def test_a_week_start_that_is_not_printed_on_the_card_is_still_a_difference() -> None:
    found = crr.diff(CARD, CARD.with_(week_starts="sunday"))
    assert list(found.to_pandas()["rule"]) == ["week_starts"]
    assert "Sunday" in str(found)


def test_what_is_no_card_is_refused() -> None:
    with pytest.raises(crr.InputError, match="card_a is a str, a definition card is needed") as refused:
        crr.diff("month", CARD)
    assert refused.value.argument == "card_a"
