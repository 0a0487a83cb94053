"""What an interval speaks of, and contracts that leave together."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import crrkit as crr
from crrkit.ground.errors import InputError
from crrkit.judge.inference import clustered, infer, infer_contracts


def test_a_census_has_no_width() -> None:
    found = infer(60, 70, inference="census")
    assert found.low == pytest.approx(found.rate) == pytest.approx(found.high)


def test_a_process_has_wilsons_interval() -> None:
    found = infer(60, 70)
    assert (found.low, found.high) == pytest.approx(crr.wilson(60, 70))


def test_a_sample_is_corrected_for_the_finite_list() -> None:
    # domain.md 2.10: N = 1000, n = 200, k = 150: n_eff = 249.75, (.692784, .799642)
    found = infer(150, 200, inference="sample", frame=1000)
    assert found.evidence == pytest.approx(249.75)
    assert (found.low, found.high) == pytest.approx((0.692784, 0.799642), abs=1e-6)
    assert infer(150, 200, inference="sample", frame=200).high == pytest.approx(0.75)


def test_contracts_that_leave_together_are_fewer_trials() -> None:
    # 300 people with two contracts each, both kept or both lost: 600 contracts are worth 300
    held = pd.DataFrame({"contracts": [2, 2], "kept": [2, 0], "people": [210, 90]})
    found = clustered(held)
    assert found.rate == pytest.approx(0.7)
    assert found.evidence == pytest.approx(299, rel=0.01)
    assert found.high - found.low > crr.wilson(420, 600)[1] - crr.wilson(420, 600)[0]


def test_one_contract_a_person_changes_next_to_nothing() -> None:
    found = clustered(pd.DataFrame({"contracts": [1, 1], "kept": [1, 0], "people": [700, 300]}))
    assert found.evidence == pytest.approx(999)
    assert (found.low, found.high) == pytest.approx(crr.wilson(700, 1000), abs=1e-4)


@pytest.mark.parametrize(("contracts", "kept", "people"), [([5], [5], [2]), ([5], [0], [2]), ([10], [7], [1])])
def test_where_nothing_shows_how_alike_they_fare_the_contracts_of_a_person_are_one(contracts, kept, people) -> None:
    found = clustered(pd.DataFrame({"contracts": contracts, "kept": kept, "people": people}))
    assert found.evidence == people[0]
    assert found.n == contracts[0] * people[0]


def test_there_are_never_more_independent_contracts_than_contracts() -> None:
    # Everybody keeps one of two: no scatter between people. And nearly everybody does: hardly any.
    for kept, people in (([1], [50]), ([1, 2, 0], [48, 1, 1])):
        found = clustered(pd.DataFrame({"contracts": 2, "kept": kept, "people": people}))
        assert found.evidence == found.n == 100


def test_rows_of_one_contract_are_one_contract() -> None:
    # Rebilled monthly: C1 of a in three rows, C2 of b in three rows of which the last is missing; C3 of b runs on.
    rows = [
        ("a", "C1", 1, 2),
        ("a", "C1", 2, 3),
        ("a", "C1", 3, 4),
        ("b", "C2", 1, 2),
        ("b", "C2", 2, 3),
        ("b", "C3", 1, 4),
    ]
    frame = pd.DataFrame([(who, no, f"2024-{a:02}-10", f"2024-{z:02}-10") for who, no, a, z in rows])
    frame.columns = ["who", "no", "joined", "gone"]
    base = crr.read_contracts(frame, customer="who", contract="no", start="joined", end="gone", as_of="2024-04-01")
    found = infer_contracts(base, period="2024-03")
    row = crr.retention_by_period(base, unit="contract").row("2024-03")
    assert (found.n, found.rate) == (row["start"], row["crr"]) == (3, 2 / 3)
    # Two people, k - m p = 1/3 and -1/3: variance 2 * (2/9) / 9 = 4/81; (2/9) / (4/81) = 4.5, but there are but three.
    assert found.evidence == 3


def test_six_people_with_ten_contracts() -> None:
    # Held in May: 3, 2, 2, 1, 1, 1. The first closes one of three, the second both, the fourth the only one: 6 of 10.
    held = {"p1": (3, 1), "p2": (2, 2), "p3": (2, 0), "p4": (1, 1), "p5": (1, 0), "p6": (1, 0)}
    rows = [
        (who, f"{who}-{n}", "2024-01-01", "2024-05-20" if n < closed else None)
        for who, (contracts, closed) in held.items()
        for n in range(contracts)
    ]
    frame = pd.DataFrame(rows, columns=["customer", "contract", "start", "end"])
    base = crr.read_contracts(frame, as_of="2024-07-01")
    found = infer_contracts(base, period="2024-05")
    rates = {
        unit: crr.retention_by_period(base, unit=unit).row("2024-05")["crr"] for unit in ("person_any", "person_all")
    }
    assert (found.rate, found.n, rates) == (0.6, 10, {"person_any": pytest.approx(4 / 6), "person_all": 0.5})
    # k - .6 m: .2, -1.2, .8, -.6, .4, .4, their squares 2.8 together; variance 6/5 * 2.8 / 100 = .0336; .24 / .0336
    assert found.evidence == pytest.approx(50 / 7)


@pytest.mark.parametrize("seed", range(4))
def test_any_list_of_contracts_gives_what_is_counted_person_by_person(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a world, no secret
    rows = []
    for who in range(12):
        for number in range(dice.randrange(1, 4)):
            day = date(2024, 1, 1) + timedelta(days=dice.randrange(120))
            for _row in range(dice.randrange(1, 3)):  # a contract may be written in two rows, with a pause or without
                end = day + timedelta(days=dice.randrange(1, 90))
                rows.append((f"p{who}", f"n{who}-{number}", day, None if dice.random() < 0.1 else end))
                day = end + timedelta(days=dice.choice([0, 0, 9]))
    frame = pd.DataFrame(rows, columns=["customer", "contract", "start", "end"])
    base = crr.read_contracts(frame, as_of="2024-08-01", end_is="first_day_after")
    found = infer_contracts(base, period="2024-04")
    runs = {
        moment: {no for _who, no, start, end in rows if start < moment and (end is None or end >= moment)}
        for moment in (date(2024, 4, 1), date(2024, 5, 1))
    }
    before, after = runs.values()
    people = sorted({no.split("-")[0] for no in before})
    m = [sum(no.split("-")[0] == who for no in before) for who in people]
    k = [sum(no.split("-")[0] == who for no in before & after) for who in people]
    rate, q = Fraction(sum(k), sum(m)), len(people)
    variance = Fraction(q, q - 1) * sum((own - rate * held) ** 2 for own, held in zip(k, m, strict=True)) / sum(m) ** 2
    assert (found.n, found.rate) == (sum(m), pytest.approx(float(rate)))
    shown = min(Fraction(sum(m)), rate * (1 - rate) / variance) if variance else q
    assert found.evidence == pytest.approx(float(shown))


def test_nobody_there_has_no_rate() -> None:
    base = crr.read_contracts(crr.sample_path("canonical"), customer="client_id", start="joined", end="left")
    assert math.isnan(infer_contracts(base, period=f"{base.first:%Y-%m}").rate)


def test_the_interval_covers_what_a_simulation_with_clusters_gives() -> None:
    dice = np.random.default_rng(3)
    sizes = dice.integers(1, 5, 200)
    rates = []
    for _turn in range(800):
        person = dice.beta(3.5, 1.5, 200)  # a person's own chance: contracts of one person go together
        rates.append(dice.binomial(sizes, person).sum() / sizes.sum())
    person = dice.beta(3.5, 1.5, 200)
    kept = dice.binomial(sizes, person)
    held = pd.DataFrame({"contracts": sizes, "kept": kept}).value_counts().rename("people").reset_index()
    found = clustered(held)
    width = np.quantile(rates, 0.975) - np.quantile(rates, 0.025)
    assert found.high - found.low == pytest.approx(width, rel=0.2)


def test_the_rate_of_contracts_is_that_of_the_account() -> None:
    base = crr.read_contracts(
        crr.sample_path("contracts"), customer="client_id", start="joined", end="left", contract="contract"
    )
    row = crr.retention_by_period(base, every="quarter", unit="contract").latest
    found = infer_contracts(base, every="quarter")
    assert (found.rate, found.n) == pytest.approx((row["crr"], row["start"]))
    assert found.evidence < found.n


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"inference": "bayes"}, "Choose one of census, process, sample"),
        ({"inference": "sample"}, "needs frame="),
        ({"inference": "sample", "frame": 10}, "smaller than the sample"),
        ({"frame": 1000}, "Use inference='sample'"),
    ],
)
def test_refusals(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        infer(60, 70, **given)


def test_orders_have_no_contracts() -> None:
    base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at")
    with pytest.raises(InputError, match="read_contracts"):
        infer_contracts(base)


def test_nobody_has_no_rate_and_the_wording_is_in_both_languages() -> None:
    assert math.isnan(infer(0, 0).rate)
    with crr.use_language("ru"):
        assert "Список полный" in str(infer(60, 70, inference="census"))
