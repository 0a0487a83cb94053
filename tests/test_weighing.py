"""What the doubts about a list do to its last rate, by hand and by brute force; and when a list is not used at all."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit import InputError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

JANUARY, FEBRUARY, MARCH = "2024-01-05", "2024-02-05", "2024-03-01"


def log(*rows: tuple[str | None, str]) -> pd.DataFrame:
    who, when = zip(*rows, strict=True)
    return pd.DataFrame({"who": who, "when": when, "paid": 5.0})


def orders(frame: pd.DataFrame, **said: object) -> crr.OrderBase:
    return crr.read_orders(frame, customer="who", at="when", amount="paid", as_of=MARCH, **said)


def line(base: crr.Base, doubt: str) -> dict[str, object]:
    table = crr.weigh_doubts(base).to_pandas()
    return table[table["doubt"] == doubt].iloc[0].to_dict()


# a and b bought in January, a in February; one row of nobody in January, two in February.
WORLD = [("a", JANUARY), ("b", JANUARY), (None, JANUARY), ("a", FEBRUARY), (None, FEBRUARY), ("guest", FEBRUARY)]


def test_customers_who_are_not_known_leave_bounds() -> None:
    found = line(orders(log(*WORLD)), "customer not known")
    assert found["low"] == 1 / 3  # the row of January is of a third customer, who did not come back
    assert found["high"] == 1  # b bought in February without a card
    assert (found["rows"], found["share"], found["revenue"], found["severity"]) == (3, 0.5, 0.5, "serious")
    note = next(note for note in orders(log(*WORLD * 20)).quality.notes if "not known" in note)
    assert note.startswith("50.0% of the rows and 50.0% of the revenue are of customers who are not known")


def bounds_by_trying(known: list[set[str]], unknown: list[int]) -> tuple[float, float]:
    """Every way in which rows of nobody may be customers: each an old one, or one of so many strangers."""
    people = [*sorted(known[0] | known[1]), *(f"stranger {k}" for k in range(sum(unknown)))]
    rates = []
    for who in product(people, repeat=sum(unknown)):
        before, after = known[0] | set(who[: unknown[0]]), known[1] | set(who[unknown[0] :])
        rates.append(len(before & after) / len(before))
    return min(rates), max(rates)


@pytest.mark.slow
@pytest.mark.hypothesis
@settings(max_examples=12)
@given(
    st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("abcd")), st.integers(0, 2), st.integers(0, 2)
)
def test_the_bounds_are_those_of_every_way_it_may_have_been(
    before: set[str], after: set[str], u0: int, u1: int
) -> None:
    rows = [*[(one, JANUARY) for one in sorted(before)], *[(one, FEBRUARY) for one in sorted(after)]]
    rows += [(None, JANUARY)] * u0 + [(None, FEBRUARY)] * u1
    if not u0 + u1:
        return
    found = line(orders(log(*rows)), "customer not known")
    assert (found["low"], found["high"]) == pytest.approx(bounds_by_trying([before, after], [u0, u1]))


def test_what_can_be_read_otherwise_is_counted_again() -> None:
    many = [(f"x{k}", day) for k in range(60) for day in (JANUARY, FEBRUARY)]
    base = orders(log(("Anna", JANUARY), ("anna", FEBRUARY), *many))
    found = line(base, "fold=('case',)")
    assert (crr.weigh_doubts(base).crr, found["other"]) == (60 / 61, 1.0)
    assert found["severity"] == "serious"
    chosen = base.with_activity(crr.Trailing(40))
    again = orders(log(("Anna", JANUARY), ("anna", FEBRUARY), *many), fold="case", activity=crr.Trailing(40))
    rate = crr.retention_by_period(again, every="month").to_pandas()["crr"].iloc[-1]
    assert line(chosen, "fold=('case',)")["other"] == rate, "the rule that was chosen after reading stays"


def test_errors_of_a_list_have_their_rows_and_revenue() -> None:
    frame = log(*[("a", JANUARY), ("a", FEBRUARY)] * 9, ("b", "never"), ("b", FEBRUARY))
    found = line(orders(frame), "unreadable date")
    assert (found["rows"], found["share"], found["revenue"], found["severity"]) == (1, 0.05, 0.05, "serious")


def test_a_list_of_which_much_is_unreadable_says_so_above_every_rate() -> None:
    good = [(f"x{k}", day) for k in range(60) for day in (JANUARY, FEBRUARY)]
    (doubt,) = orders(log(*good, *[("a", "soon")] * 10)).quality.doubts
    assert doubt == (
        "7.7% of the rows and 7.7% of the revenue cannot be used (unreadable date): every rate is that of the others."
    )
    assert orders(log(*good, *[("a", "soon")] * 5)).quality.doubts == ()


@pytest.mark.slow
def test_a_refusal_shows_what_it_could_not_read_but_no_name() -> None:
    good = [("a", JANUARY), ("b", FEBRUARY)]
    with pytest.raises(SourceError, match=r"“unreadable date”, such as 'Q1'\. Check the column"):
        orders(log(*good, ("a", "Q1"), ("b", "Ann Lee")))
    with pytest.raises(SourceError, match=r"such as '2024-01', 'янв.24'\. They name months and no days"):
        orders(log(*good, ("a", "2024-01"), ("b", "янв.24")))


def test_a_column_of_currencies_is_known_by_its_words() -> None:
    frame = log(*[("a", JANUARY), ("b", FEBRUARY)])
    with pytest.raises(InputError, match="'code' says that amounts are in several currencies"):
        orders(frame.assign(code=["USD", "EUR"]))
    assert orders(frame.assign(code=["USD", "A-7"])).quality.rows_used == 2
    with pytest.raises(InputError, match="several currencies"):
        orders(frame.assign(**{"Вал.": ["руб.", "USD"]}))


def test_nothing_in_doubt_and_nothing_complete_are_said() -> None:
    calm = crr.weigh_doubts(orders(log(("a", JANUARY), ("a", FEBRUARY))))
    assert str(calm).startswith("Nothing about how the list was read is in doubt.")
    short = crr.read_orders(log(*WORLD[:3]), customer="who", at="when")
    assert crr.weigh_doubts(short).caption().startswith("No period is complete")
    with crr.use_language("ru"):
        told = str(crr.weigh_doubts(orders(log(*WORLD))))
    assert told.startswith("Как сомнительные строки могли бы изменить КУК за 2024-02 (при чтении как есть\xa0— 50,0")
    with pytest.raises(InputError, match="base is"):
        crr.weigh_doubts(log(*WORLD))


@pytest.mark.slow
def test_all_rows_set_aside_can_be_taken_home(tmp_path: Path) -> None:
    base = orders(log(*WORLD, ("c", "never")))
    file = base.quality.to_csv(tmp_path / "set_aside.csv")
    rows = pd.read_csv(file)
    assert rows["reason"].value_counts().to_dict() == base.quality.to_pandas().set_index("reason")["rows"].to_dict()
    assert rows.loc[rows["reason"] == "unreadable date", "when"].tolist() == ["never"]


def test_a_row_with_much_of_the_money_is_said() -> None:
    frame = log(*[("a", JANUARY), ("a", FEBRUARY)] * 50)
    assert not [note for note in orders(frame).quality.notes if "One row" in note]
    frame.loc[0, "paid"] = 505.0
    assert [note for note in orders(frame).quality.notes if note.startswith("One row holds 50.5% of the revenue.")]


# What stands out in the rows ------------------------------------------------------------------------------------------


def test_what_stands_out_is_counted_without_it() -> None:
    many = [(f"x{k}", day) for k in range(60) for day in (JANUARY, FEBRUARY)]
    base = orders(log(*many, ("y", JANUARY), ("y", FEBRUARY), ("z", JANUARY), ("x1", JANUARY)))
    found = line(base, "rows that repeat others")
    assert (found["rows"], found["other"], found["severity"]) == (1, 61 / 62, "slight"), "revenue alone"
    frame = log(*many, ("y", JANUARY), ("y", FEBRUARY), ("z", JANUARY))
    frame.loc[120, "paid"] = 5000.0  # without this row y was not there in January
    found = line(orders(frame), "one row with much of the revenue")
    assert (found["rows"], found["other"], found["severity"]) == (1, 60 / 61, "serious")
    crowd = log(*many, *[("someone", f"2024-01-{k:02d}") for k in range(1, 31)])
    found = line(orders(crowd), "one id with much of the rows")
    assert (found["rows"], found["other"]) == (30, 1.0), "60 of 61 were kept with that id"


def test_a_receipt_counts_once() -> None:
    frame = log(("a", JANUARY), ("a", JANUARY), ("b", JANUARY), ("a", FEBRUARY), ("b", FEBRUARY), ("c", FEBRUARY))
    frame["bill"] = ["1", "1", "2", "3", "2", None]  # bill 2 was exported a second time under a later day
    base = orders(frame, receipt="bill")
    assert crr.weigh_doubts(base).crr == 1.0
    found = line(base, "receipt under a second customer or day")
    assert (found["rows"], found["other"], found["severity"]) == (1, 0.5, "serious")


def test_months_that_are_missing_leave_bounds() -> None:
    def log_of(**quarters: str) -> crr.OrderBase:
        days = [
            (who, f"2024-{month:02d}-{day}")
            for who, months in quarters.items()
            for month in map(int, months)
            for day in (10, 12, 14)
        ]
        return crr.read_orders(log(*days), customer="who", at="when", as_of="2024-07-01")

    # By the quarter, four at the start of the second one; with May missing those who seem lost may have been there.
    found = crr.weigh_doubts(log_of(a="12346", b="12346", c="12346", d="123", e="46"), every="quarter").to_pandas()
    assert found.loc[0, ["doubt", "low", "high"]].tolist() == ["months without any row", 3 / 4, 1.0]
    # With February missing e, who seems new, may be an old customer, and any number of strangers was there.
    found = crr.weigh_doubts(log_of(a="13456", b="13456", c="13456", d="13", e="4456"), every="quarter").to_pandas()
    assert found.loc[0, ["low", "high", "severity"]].tolist() == [0.0, 4 / 5, "serious"]
    calm = crr.weigh_doubts(log_of(a="12456", b="12456", c="12456", d="12456", e="45"), every="month").to_pandas()
    assert calm.loc[0, ["low", "high", "severity"]].tolist() == [0.8, 0.8, "no effect"], "neither of two months"


def test_days_that_are_missing_leave_bounds() -> None:
    # Two buy on every day that is there; the third customer may have bought in the missing half of February.
    days = [f"2024-0{month}-{day:02d}" for month, last in ((1, 31), (2, 29)) for day in range(1, last + 1)]
    there = [day for day in days if not "2024-02-08" <= day < "2024-02-24"]
    frame = log(*[(who, day) for who in "ac" for day in there], ("b", JANUARY))
    found = crr.weigh_doubts(crr.read_orders(frame, customer="who", at="when", as_of="2024-03-01")).to_pandas()
    assert found.loc[0, ["doubt", "low", "high"]].tolist() == ["days without any row", 2 / 3, 1.0]


def test_ids_that_change_their_form_leave_bounds() -> None:
    old = [(f"a{k}@x.example", day) for k in range(4) for day in ("2023-12-05", JANUARY)]
    base = orders(log(*old, *[(f"{k}", FEBRUARY) for k in range(3)]))
    found = line(base, "ids change their form")
    assert (found["rows"], found["low"], found["high"], found["severity"]) == (8, 0.0, 0.75, "serious")


def test_the_source_is_read_once(tmp_path: Path) -> None:
    rows = [(f"x{k}", day) for k in range(60) for day in (JANUARY, FEBRUARY)]
    file = tmp_path / "log.csv"
    log(("Anna", JANUARY), ("anna", FEBRUARY), *rows).to_csv(file, index=False)
    base = orders(file)
    file.unlink()
    assert line(base, "fold=('case',)")["other"] == 1.0
    assert crr.weigh_doubts(base).crr == 60 / 61, "and the rows of the base are as they were"


# When a list is not used ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_reasons_are_summed() -> None:
    good = [("a", JANUARY), ("a", FEBRUARY)] * 2
    odd = [("b", "never"), ("b", "no"), ("b", "1900-01-01"), ("b", "1970-01-01")]
    with pytest.raises(SourceError, match="4 of 8 rows set aside with the reasons “unreadable date; date that stands"):
        orders(log(*good, *odd))
    assert orders(log(*good, ("a", JANUARY), *odd)).quality.rows_used == 5


def test_a_list_of_next_to_nobody_is_not_used() -> None:
    rows = [("a", JANUARY)] + [(None, FEBRUARY)] * 19
    with pytest.raises(SourceError, match="19 of 20 rows set aside with the reason “no customer id”"):
        orders(log(*rows))
    assert orders(log(("b", JANUARY), *rows)).quality.rows_used == 2


@pytest.mark.slow
def test_a_few_rows_with_most_of_the_money_are_missed() -> None:
    frame = log(*[("a", JANUARY), ("a", FEBRUARY)] * 20, *[("b", "never")] * 10)
    frame.loc[40:, "paid"] = 20.0
    with pytest.raises(SourceError, match=r"10 of 50 rows with 50.0% of the revenue set aside"):
        orders(frame)
    assert orders(frame.iloc[:-1]).quality.rows_used == 40, "a handful is only told"


@pytest.mark.slow
@pytest.mark.parametrize("end", ["someday", "2023-12-01"], ids=["unreadable", "before the start"])
def test_ends_that_are_lost_select_customers(end: str) -> None:
    def read(bad: int, good: int) -> crr.ContractBase:
        ends = [end] * bad + ["2024-03-01"] * good
        return crr.read_contracts(
            pd.DataFrame({"customer": [f"c{k}" for k in range(len(ends))], "start": JANUARY, "end": ends})
        )

    with pytest.raises(SourceError, match="2 of 20 contracts have an end in 'end' that cannot be used"):
        read(2, 18)
    assert read(1, 18).quality.rows_used == 18
