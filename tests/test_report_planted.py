"""Ids, names, mails and phones planted in a title or in a name of the data: none is written."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import crrkit as crr
from crrkit.report.privacy import refuse_names

IDS = [
    "C00042", "ord-77-13", "17850", "Иванов Иван Петрович", "Соловьёва Анна", "Smith, John", "O'Brien Mary-Ann",
    "anna.smith@mail.example", "+7 (912) 345-67-89", "8-903-111-22-33", "Müller Jörg", "40817 810 0 9991 0004312",
]  # fmt: skip
OTHERS = [f"Z{n:05d}" for n in range(40)]
HARMLESS = [
    "Customer retention", "Report for 2024", "orders.csv", "How we kept our customers, first half of 2024", "Удержание",
    "Клиенты: 2024-06-30", "Анализ оттока", "post and calls", "Q1 2024 against Q1 2023", "region", "Jo", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def base() -> crr.Base:
    ids = [*IDS, *OTHERS]
    rows = [(who, f"2024-{month:02d}-05", f"group {i}") for i, who in enumerate(ids) for month in (1, 2, 3)]
    table = pd.DataFrame(rows, columns=["who", "day", "each"])
    return crr.read_orders(table, customer="who", at="day", by="each", as_of="2024-04-01")


def disguises(name: str) -> Iterator[str]:
    """An id as somebody may type it."""
    words = name.replace(",", "").split()
    swapped = words[::-1] if name[0].isalpha() else words
    yield from (
        name,
        name.upper(),
        name.lower(),
        f"Report for {name}",
        f"{name}: gone",
        f"({name})",
        f"_{name}_",
        f"[{name}]",
    )
    yield from (unicodedata.normalize("NFD", name), unicodedata.normalize("NFC", name))
    yield from (" ".join(words), "-".join(words), "_".join(words), "  ".join(words), "\N{NO-BREAK SPACE}".join(words))
    yield from ("".join(char for char in name if char.isalnum()), " ".join(swapped), ", ".join(swapped))
    yield from (f"{name}.csv", f"“{name}”", f"all but {name}, who left", unicodedata.normalize("NFKD", f"for {name}"))
    yield from (f"{name} {IDS[0]}", f"{IDS[2]} {name}", name.replace("ё", "е"))


PLANTED = [text for name in IDS for text in dict.fromkeys(disguises(name))]


def test_no_disguise_passes(base: crr.Base) -> None:
    passed = []
    for text in PLANTED:
        try:
            refuse_names(["A title", text], base, file="r.html")
            passed.append(text)
        except crr.InputError:
            pass
    assert len(PLANTED) >= 200
    assert passed == []


def test_a_part_of_a_name_is_a_name_but_not_in_a_segment_of_many(base: crr.Base) -> None:
    for text in ("The Иванов file", "Brien", "Report of Müller", "Anna, СОЛОВЬЕВА"):
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_names([text], base, file="r.html")
    refuse_names([], base, file="r.html", groups=["John", "Mary"])
    with pytest.raises(ValueError, match="would name a customer"):
        refuse_names([], base, file="r.html", groups=["John Smith"])


def test_two_ids_side_by_side_and_glued(base: crr.Base) -> None:
    for text in ("17850 17851", "12 17850", "C00042C00043", "Z00001Z00002"):
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_names([text], base, file="r.html")


def test_what_names_nobody_passes(base: crr.Base) -> None:
    refuse_names(HARMLESS, base, file="r.html", groups=["North", "South"])


def test_a_word_that_many_ids_share_names_nobody() -> None:
    rows = [(f"Shop number {n}", day) for n in range(30) for day in ("2024-01-05", "2024-02-05")]
    shops = crr.read_orders(pd.DataFrame(rows, columns=["who", "day"]), customer="who", at="day")
    refuse_names(["Shop retention"], shops, file="r.html")
    with pytest.raises(ValueError, match="would name a customer"):
        refuse_names(["Shop, number 7"], shops, file="r.html")


def test_nothing_is_written_and_the_place_is_named(base: crr.Base, tmp_path: Path) -> None:
    plain = crr.read_orders(base.table.execute()[["customer", "at"]], customer="customer", at="at", as_of="2024-04-01")
    with pytest.raises(ValueError, match=r"r.html would name a customer \(at “About …”\).*Take ids and addresses out"):
        crr.write_report(plain, every="month", out=tmp_path / "r.html", title="About Петрович Иванов Иван")
    assert list(tmp_path.iterdir()) == []


def test_segments_as_many_as_customers_are_refused(base: crr.Base, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="by='each' divides 52 customers into 52 segments"):
        crr.write_report(base, every="month", out=tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []
