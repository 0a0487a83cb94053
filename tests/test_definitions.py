"""The definition card: every rule is there, as a value and in words, and rules that do not apply keep silent."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from datetime import datetime

import pandas as pd
import pytest
import worlds

from crrkit.ground import languages
from crrkit.measure.movement import retention_by_period
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.rules.card import DefinitionCard

CARD = DefinitionCard(
    source="orders.csv", unit="buyer", activity="period", as_of=datetime(2024, 7, 1), every="month", refunds="set aside"  # noqa: DTZ001 - the business's own clock
)  # fmt: skip


def test_the_card_in_words():
    assert str(CARD).splitlines() == [
        "Source: orders.csv",
        "Period: month",
        "Unit: one customer id counts as one customer",
        "Customer at a moment: bought in the period before (start) and in this one (end)",
        "New: a customer for the first time ever inside the period, and still there at its end",
        "Returned: a former customer, not there at the start, there again at the end",
        "Refunds: rows with an amount of 0 or below are set aside",
        "Data cut-off: Jul 1, 2024, that day not included",
        "Clock: local times as written",
    ]


def test_rules_that_do_not_apply_keep_silent():
    weekly = str(CARD.with_(every="week", week_starts="sunday"))
    assert "Week starts on: Sunday" in weekly
    assert "Week" not in str(CARD.with_(week_starts="sunday"))
    assert "Year starts in: April" in str(CARD.with_(year_starts="april"))
    assert "Year" not in str(CARD)
    assert "Refunds" not in str(CARD.with_(refunds=None))
    assert "End date of a contract: the last day on which the contract runs" in str(
        CARD.with_(end_is="last_active_day")
    )


@pytest.mark.parametrize("unit", ["contract", "person_any", "person_all", "buyer"])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_unit_is_a_sentence_and_no_code_word(unit, lang):
    with languages.use_language(lang):
        said = dict(CARD.with_(unit=unit).lines())
    assert unit not in said.values()


def test_the_card_in_russian_leaves_no_english():
    with languages.use_language("ru"):
        text = str(CARD.with_(zone=None, source=""))
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(text.lower())


def test_the_card_as_values_goes_through_json():
    values = CARD.to_dict()
    assert list(values) == [field.name for field in fields(CARD)]
    assert json.loads(json.dumps(values)) == values
    assert values["as_of"] == "2024-07-01T00:00:00"


def test_a_source_cannot_smuggle_markup_into_a_report():
    page = CARD.with_(source="<script>alert(1)</script>", zone='"><b>').to_html()
    assert "<script>" not in page
    assert "<b>" not in page
    assert page.startswith('<dl class="crrkit-card ')


def test_a_card_is_not_changed_but_copied():
    other = CARD.with_(every="year")
    assert (CARD.every, other.every) == ("month", "year")
    with pytest.raises(FrozenInstanceError):
        CARD.every = "week"


def test_the_card_of_a_result_says_what_was_asked():
    named = {"customer": "client_id", "start": "joined", "end": "left"}
    base = read_contracts(
        worlds.CANONICAL.contracts(), **named, as_of="2025-01-01", zone="Europe/Moscow", week_starts="sunday",
        year_starts="april", end_is="last_active_day",
    )  # fmt: skip
    kept = retention_by_period(base, every="year", unit="person_all")
    asked = {
        "unit": "person_all", "activity": "contract runs", "every": "year", "zone": "Europe/Moscow",
        "week_starts": "sunday", "year_starts": "april", "end_is": "last_active_day", "as_of": "2025-01-01T00:00:00",
    }  # fmt: skip
    assert {name: kept.card.to_dict()[name] for name in asked} == asked
    assert base.card.every is None


def test_refunds_are_a_rule_only_where_there_are_amounts():
    log = pd.DataFrame({"who": ["a"], "when": ["2024-01-05"], "paid": [5]})
    assert read_orders(log, customer="who", at="when").card.refunds is None
    assert read_orders(log, customer="who", at="when", amount="paid", refunds="keep").card.refunds == "keep"
