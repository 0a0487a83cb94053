"""One person, several contracts: what links records, what does not, and how far the rate moves with it."""

from __future__ import annotations

import re
import sys
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

import crrkit as crr
from crrkit.ground import use_language
from crrkit.read.people.keys import read_keys
from crrkit.read.people.linking import components, splitting_keys

KEYS = {"email": "mail", "phone": "tel", "tax_id": "inn"}
BANK, FIRM, SOMEBODY = "7707083893", "7736050003", "500100732259"  # tax ids whose check digits agree


def people_of(*rows: tuple[Any, ...], **rules: Any) -> crr.People:
    """People of rows of id, mail, phone, tax id and surname."""
    table = pd.DataFrame(list(rows), columns=["id", "mail", "tel", "inn", "surname"][: max(map(len, rows))])
    keys = {kind: column for kind, column in KEYS.items() if column in table}
    return crr.resolve_people(table, **{"keys": keys, "record": "id", "region": "RU"} | rules)


def groups(people: crr.People, column: str = "person") -> list[str]:
    """Who is one person: the ids of each, put together."""
    return people.to_pandas().groupby(column)["record"].agg("".join).tolist()


def only(people: crr.People, record: str) -> dict[str, Any]:
    """The line of one record."""
    table = people.to_pandas()
    return dict(table[table["record"] == record].iloc[0])


def rate(table: pd.DataFrame, *, customer: str = "person", unit: str = "person_any") -> float:
    base = crr.read_contracts(
        table, customer=customer, start="start", end="end", contract="contract", as_of="2025-01-01", nobody=()
    )
    kept = crr.retention_by_period(base, every="year", first="2024", unit=unit).to_pandas()
    return float(kept["crr"].iloc[0])


class TestWhatLinks:
    def test_a_changed_phone_is_linked_through_the_mail(self) -> None:
        people = people_of(
            ("a", "anna@mail.ru", "8 900 111-22-33"),
            ("b", " ANNA@mail.ru", "+7 900 444 55 66"),  # a new number, the same mail
            ("c", None, "9004445566"),  # and later the number alone
            ("d", "dina@mail.ru", "+7 900 777-88-99"),
        )
        assert groups(people) == ["abc", "d"]
        assert groups(people, "strict_person") == ["a", "b", "c", "d"]  # each link is one mail or one phone
        assert only(people, "b")["rule"] == "email + phone"
        assert [only(people, x)["confidence"] for x in "abcd"] == ["loose", "loose", "loose", "alone"]
        first = people.components.iloc[0]
        assert (first["records"], first["bridges"], first["strict_parts"], first["look"]) == (3, 2, 3, "chain")

    def test_two_kinds_that_agree_or_a_tax_id_are_strict(self) -> None:
        people = people_of(
            ("a", "a@mail.ru", "89001112233", BANK),
            ("b", "a@mail.ru", "89001112233", None),
            ("c", "other@mail.ru", None, BANK),
        )
        assert groups(people, "strict_person") == ["abc"]
        assert only(people, "c")["confidence"] == "strict"
        assert people.components["look"].tolist() == ["chain"]  # no key is on all three

    def test_a_key_of_ones_own_kind_is_taken_as_it_is(self) -> None:
        table = pd.DataFrame({"card": ["K-1", "K-1", "k-1", "0", "0", "9999999", "9999999"]})
        people = crr.resolve_people(table, keys={"card": "card"})
        assert people.to_pandas()["person"].tolist() == [1, 1, 2, 3, 4, 5, 6]
        assert people.to_pandas()["confidence"].tolist()[:3] == ["strict", "strict", "alone"]
        assert people.set_aside.to_numpy().tolist() == [["card", "placeholder", 4]]

    def test_several_phones_in_columns_and_in_a_field(self) -> None:
        table = pd.DataFrame({"one": ["8 900 1112233; 8 900 4445566", None, "89007778899"], "two": [None, "89004445566",
                              "89001112233"]})  # fmt: skip
        people = crr.resolve_people(table, keys={"phone": ["one", "two"]}, region="RU")
        assert people.to_pandas()["person"].tolist() == [1, 1, 1]

    def test_a_history_of_keys_is_one_record(self) -> None:
        people = people_of(("a", "old@mail.ru"), ("a", "new@mail.ru"), ("b", "old@mail.ru"), ("c", "new@mail.ru"))
        assert groups(people) == ["abc"]
        assert len(people.to_pandas()) == 3

    def test_a_number_behind_a_switchboard_is_its_extension(self) -> None:
        people = people_of(
            ("a", None, "+7 495 123-45-67, доб. 101"), ("b", None, "+7 495 123-45-67 доб. 102"),
            ("c", None, "8 (495) 1234567 ext 101"),
        )  # fmt: skip
        assert groups(people) == ["ac", "b"]


class TestTraps:
    def test_a_family_phone_links_only_those_of_one_name(self) -> None:
        rows = [
            ("a", None, "89001112233", None, "Иванов"),
            ("b", None, "+79001112233", None, "иванов "),
            ("c", "p@mail.ru", "89001112233", None, "Петрова"),
            ("d", None, "89001112233", None, None),  # nobody knows whose
            ("e", "p@mail.ru", "89001112233", None, "Семёнова"),  # a second key agrees
            ("f", None, "89007775566", None, "Котов"),
            ("g", None, "89007775566", None, "Орлов"),
        ]
        people = people_of(*rows, name="surname")
        assert groups(people) == ["ab", "ce", "d", "f", "g"]
        assert groups(people, "strict_person") == ["a", "b", "ce", "d", "f", "g"]
        assert people.hints.to_numpy().tolist() == [["phone", "under several names", 2, 7, 5]]
        assert people.components["look"].tolist() == ["", "several names", "", "", ""]
        assert groups(people_of(*rows)) == ["abcde", "fg"]  # where no names are told

    def test_placeholders_link_nobody_and_are_counted(self) -> None:
        none = ["", "0", "-1", "none@mail.ru", "test@test.ru", "noreply@shop.ru", "нет", "111@mail.ru"]
        phones = ["+70000000000", "8 999 999-99-99", "0", "-1", "12345678900", "+7 000 000-00-00", "", "нет телефона"]
        table = pd.DataFrame({"mail": none * 2, "tel": phones * 2, "inn": ["0000000000", "1234567890"] * 8})
        people = crr.resolve_people(table, keys=KEYS, region="RU")
        assert people.to_pandas()["person"].nunique() == 16
        assert set(people.to_pandas()["rule"]) == {"no key"}
        assert people.set_aside.to_numpy().tolist() == [
            ["email", "placeholder", 12], ["phone", "placeholder", 12], ["phone", "unreadable", 2],
            ["tax_id", "placeholder", 16],
        ]  # fmt: skip
        assert "100.0% of the records have no key" in str(people)

    def test_a_key_on_too_many_records_is_a_hint(self) -> None:
        on_five = [(str(i), "office@firm.ru") for i in range(5)]
        on_six = [*on_five, ("5", "office@firm.ru")]
        assert groups(people_of(*on_five)) == ["01234"]
        people = people_of(*on_six)
        assert len(groups(people)) == 6
        assert people.hints.to_numpy().tolist() == [["email", "on too many records", 1, 6, 6]]
        assert "e-mail: 1 key on too many records (6 at most)" in people.below()[0]
        assert groups(people_of(*on_six, max_degree=6)) == ["012345"]
        assert groups(people_of(*on_six, max_degree={"email": None})) == ["012345"]

    def test_a_tax_id_that_is_too_wide_is_told_above(self) -> None:
        people = people_of(*[(str(i), None, None, BANK) for i in range(7)])
        assert len(groups(people)) == 7
        assert "tax id: 1 key on too many records (7 at most)" in people.above()[0]

    def test_the_firms_own_keys_link_nobody(self) -> None:
        rows = [("a", "info@shop.ru", "84951234567"), ("b", "INFO@shop.ru", "+7 495 123 45 67")]
        assert groups(people_of(*rows)) == ["ab"]
        people = people_of(*rows, ours=["info@shop.ru", 84951234567])
        assert groups(people) == ["a", "b"]
        assert people.set_aside["reason"].tolist() == ["our own", "our own"]

    def test_two_tax_ids_in_one_person_are_named_and_not_split(self) -> None:
        people = people_of(
            ("a", "x@mail.ru", None, BANK), ("b", "x@mail.ru", "89001112233", None), ("c", None, "89001112233", FIRM)
        )
        assert groups(people) == ["abc"]
        assert people.components[["tax_ids", "bridges", "look"]].to_numpy().tolist() == [[2, 2, "two tax ids"]]
        assert people.above()[0].startswith("1 person holds two different tax ids or more: the keys are wrong")
        assert "1 group needs a look" in people.caption()

    def test_a_number_given_to_somebody_else_is_another_key(self) -> None:
        table = pd.DataFrame(
            {
                "id": list("abcd"), "tel": ["89001112233"] * 4, "inn": [None, None, None, None],
                "since": ["2019-01-01", "2020-03-01", "2022-01-01", None],
                "last": ["2020-02-29", "2021-01-01", None, "2020-02-29"],
            }
        )  # fmt: skip
        # d: up to 29 February 2020, with a, who ends on that day; b begins a day later; c after a year.
        people = crr.resolve_people(table, keys={"phone": "tel"}, record="id", region="RU", from_="since", until="last")
        assert groups(people) == ["ad", "b", "c"]
        table["last"] = ["2020-03-01", *table["last"][1:]]  # a meets b on its first day
        people = crr.resolve_people(table, keys={"phone": "tel"}, record="id", region="RU", from_="since", until="last")
        assert groups(people) == ["abd", "c"]
        taxed = table.assign(inn=BANK)
        people = crr.resolve_people(taxed, keys={"tax_id": "inn"}, record="id", from_="since", until="last")
        assert groups(people) == ["abcd"]  # is nobody else's later
        with pytest.raises(crr.InputError, match="Column 'last' holds 1 date that cannot be read"):
            crr.resolve_people(
                table.assign(last=["soon", *table["last"][1:]]), keys={"phone": "tel"}, region="RU", until="last"
            )

    def test_more_records_than_a_key_may_have_need_a_look(self) -> None:
        chain = [(str(i), f"m{i // 2}@m.ru", f"8900111223{(i + 1) // 2}") for i in range(7)]
        assert people_of(*chain).components["look"].tolist() == ["many records"]


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        ("email", " Anna.Petrova@Mail.RU ", "anna.petrova@mail.ru"),
        ("email", "A.n.n.a+shop@gmail.com", "anna@gmail.com"),
        ("email", "anna@googlemail.com", "anna@gmail.com"),
        ("email", "anna+shop@yandex.ru", "anna@yandex.ru"),
        ("email", "an.na+shop@yahoo.com", "an.na+shop@yahoo.com"),  # another mailbox there
        ("email", "Anna <anna@mail.ru>", "anna@mail.ru"),
        ("email", "anna@mail", None),
        ("phone", "8 (900) 111-22-33", "+79001112233"),
        ("phone", "79001112233.0", "+79001112233"),
        ("phone", "+44 20 7946 0018", "+442079460018"),
        ("phone", "7,90011E+10", None),
        ("phone", "+1 555 010-00-01", "+15550100001"),
        ("phone", "+7 900 111", None),
        ("phone", "123-45-67", None),  # a number of some town
        ("tax_id", BANK, BANK),
        ("tax_id", SOMEBODY, SOMEBODY),
        ("tax_id", "7707083894", None),  # a wrong check digit
        ("tax_id", "274062111", "0274062111"),  # a spreadsheet took the zero
        ("tax_id", "274062111.0", "0274062111"),
        ("tax_id", "77070838", None),
    ],
)
def test_a_key_in_its_common_form(kind: str, text: str, key: str | None) -> None:
    read = read_keys(kind, [text], region="RU")[text]
    assert read.keys == (() if key is None else (key,))
    assert len(read.why_not) == (key is None)


# Pairs of a record and a key, both few, so that chains and circles are frequent.
LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=14, unique=True)


def reached(n: int, links: list[tuple[int, int]]) -> list[int]:
    """The first record that each one reaches, by going on until nothing changes."""
    of = list(range(n))
    for _again in range(n):
        for one, key in links:
            for other, same in links:
                if key == same:
                    of[one] = of[other] = min(of[one], of[other])
    return of


@settings(max_examples=150)
@given(links=LINKS)
def test_components_and_bridges_against_brute_force(links: list[tuple[int, int]]) -> None:
    of = reached(8, links)
    found = components(8, links)
    assert [a == b for a, b in pairwise(found)] == [a == b for a, b in pairwise(of)]
    assert len(set(zip(found, of, strict=True))) == len(set(found)) == len(set(of))
    without = {key: reached(8, [link for link in links if link[1] != key]) for _record, key in links}
    assert splitting_keys(8, links) == {key for key, parts in without.items() if len(set(parts)) > len(set(of))}


WORLD = st.lists(
    st.tuples(st.sampled_from([None, *"abcd"]), st.sampled_from([None, *range(4)]), st.sampled_from([None, "X", "Y"])),
    min_size=1,
    max_size=8,
)


@settings(max_examples=4, deadline=None)
@given(worlds=st.lists(WORLD, min_size=30, max_size=30), limit=st.sampled_from([2, 3, None]))
def test_people_against_brute_force(worlds: list[list[tuple[Any, ...]]], limit: int | None) -> None:
    # Thirty small worlds in one table: no key is in two of them.
    table = pd.DataFrame(
        [
            (
                f"{mail}{w}@mail.ru" if mail else None,
                None if tel is None else f"8900{w:03d}555{tel}",
                f"{card}-{w}" if card else None,
            )
            for w, rows in enumerate(worlds)
            for mail, tel, card in rows
        ],
        columns=["mail", "tel", "card"],
    )
    keys = {"email": "mail", "phone": "tel", "card": "card"}
    found = crr.resolve_people(table, keys=keys, region="RU", max_degree=limit).to_pandas()
    place = 0
    for rows in worlds:
        n = len(rows)
        met = [key for row in rows for key in row if key is not None]
        good = {key for key in met if limit is None or met.count(key) <= limit}
        for column in ("person", "strict_person"):
            links = []
            for i, j in product(range(n), repeat=2):
                both = {*rows[i]} & {*rows[j]} & good
                if len(both) > (column == "strict_person") or both & {"X", "Y"}:  # a card is strict by itself
                    links += [(i, i * n + j), (j, i * n + j)]
            told = found[column].iloc[place : place + n].tolist()
            assert [told.index(x) for x in told] == reached(n, links)
        place += n
    assert place == len(table)


class TestTheRate:
    def test_links_that_are_missed_lower_it(self) -> None:
        # 200 people, 180 of them kept; 9 of those, 5%, go on under a new id: 171 of 200, 85.5% for 90%.
        old = [(f"c{i}", f"m{i}@mail.ru", "2023-05-01", "2024-06-01" if i >= 171 else None) for i in range(200)]
        new = [(f"n{i}", f"m{i}@mail.ru", "2024-06-01", None) for i in range(171, 180)]
        deals = pd.DataFrame([*old, *new], columns=["contract", "mail", "start", "end"])
        people = crr.resolve_people(deals, keys={"email": "mail"}, record="contract")
        assert rate(deals, customer="contract") == pytest.approx(0.855)
        assert rate(people.joined(deals)) == pytest.approx(0.9)
        assert people.to_pandas()["strict_person"].nunique() == 209  # a mail alone is loose

    def test_people_taken_for_one_raise_it(self) -> None:
        # 2,000 people of whom 70% are kept. Every tenth is paired: of 100 pairs 49 keep both, 42 one, 9 none.
        # 91 of the pairs and 1,260 of the other 1,800 are kept: 1,351 of 1,900.
        kept = [True] * 98 + [True, False] * 42 + [False] * 18 + [True] * 1260 + [False] * 540
        card = [f"K{i // 2}" if i < 200 else f"S{i}" for i in range(2000)]
        deals = pd.DataFrame({"contract": range(2000), "mail": [f"m{k}@mail.ru" for k in card], "start": "2023-05-01",
                              "end": [None if stays else "2024-06-01" for stays in kept]})  # fmt: skip
        people = crr.resolve_people(deals, keys={"email": "mail"}, record="contract")
        assert rate(people.joined(deals, links="strict")) == pytest.approx(0.7)
        assert rate(people.joined(deals)) == pytest.approx(0.7111, abs=5e-5)


class TestJoined:
    contacts = pd.DataFrame({"contact": [1, 2, 3], "mail": ["a@mail.ru", "a@mail.ru", "b@mail.ru"]})
    deals = pd.DataFrame({"deal": list("wxyz"), "contact": [2, 1, 3, 9]})

    def people(self) -> crr.People:
        return crr.resolve_people(self.contacts, keys={"email": "mail"}, record="contact")

    def test_the_person_stands_beside_the_rows_of_another_table(self, tmp_path: Path) -> None:
        people, before = self.people(), self.deals.copy()
        assert people.to_pandas()["record"].tolist() == [1, 2, 3]  # as they were
        joined = people.joined(self.deals)
        assert joined["person"].tolist() == [1, 1, 2, pd.NA]  # 9 is nobody that is known
        pd.testing.assert_frame_equal(self.deals, before)
        base = crr.read_orders(joined.assign(at="2024-01-05"), customer="person", at="at")
        assert base.quality.table[["reason", "rows"]].to_numpy().tolist() == [["no customer id", 1]]
        self.deals.to_csv(tmp_path / "deals.csv", index=False)
        for table in (pl.from_pandas(self.deals), tmp_path / "deals.csv", self.deals.to_dict("records")):
            again = people.joined(table)
            assert again["person"].tolist() == [1, 1, 2, pd.NA]
            assert again.columns.tolist() == ["deal", "contact", "person"]
        renamed = self.deals.rename(columns={"contact": "client"}).set_axis([0, 0, 1, 1])
        assert people.joined(renamed, record="client")["person"].tolist() == [1, 1, 2, pd.NA]

    def test_refusals(self) -> None:
        people = self.people()
        with pytest.raises(crr.ColumnNotFoundError, match="record='contact' is not a column"):
            people.joined(self.deals.rename(columns={"contact": "client"}))
        with pytest.raises(crr.InputError, match="has a column called person already"):
            people.joined(self.deals.assign(person=1))
        with pytest.raises(crr.InputError, match="No id of the table is among the records"):
            people.joined(self.deals, record="deal")
        with pytest.raises(crr.InputError, match="links='loose' is not known"):
            people.joined(self.deals, links="loose")
        numbered = crr.resolve_people(self.contacts, keys={"email": "mail"})
        assert numbered.joined(self.contacts)["person"].tolist() == [1, 1, 2]
        with pytest.raises(crr.InputError, match="numbered by their rows, 3, and this table has 4"):
            numbered.joined(self.deals)

    def test_any_source_of_records(self, tmp_path: Path) -> None:
        self.contacts.to_csv(tmp_path / "contacts.csv", sep=";", index=False, encoding="cp1251")
        self.contacts.to_parquet(tmp_path / "contacts.parquet")
        for table in (pl.from_pandas(self.contacts), tmp_path / "contacts.csv", tmp_path / "contacts.parquet"):
            people = crr.resolve_people(table, keys={"email": "mail"}, record="contact")
            assert people.to_pandas()["person"].tolist() == [1, 1, 2]
        with pytest.raises(crr.InputError, match="have no order, so they cannot be numbered"):
            crr.resolve_people(tmp_path / "contacts.parquet", keys={"email": "mail"})

    def test_a_record_without_an_id_is_counted_and_left_out(self) -> None:
        people = people_of(("a", "a@mail.ru"), (None, "a@mail.ru"))
        assert groups(people) == ["a"]
        assert people.below()[0] == "No keys: record 1 (no id)"


@pytest.mark.slow
def test_the_page_shows_what_its_code_gives(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "people.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    shown = 0
    for kind, block in re.findall(r"^```(python|text)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        if kind == "python":
            exec(block, names)  # noqa: S102 - our own page
        else:
            assert capsys.readouterr().out == block
            shown += 1
    assert shown == 3


class TestRefusals:
    table = pd.DataFrame({"id": [1, 2], "mail": ["a@mail.ru", None], "tel": ["89001112233", "+79001112233"]})

    @pytest.mark.parametrize(
        ("rules", "said"),
        [
            ({"keys": {}}, "keys is empty: name at least one column"),
            ({}, "keys is None; a mapping is needed, such as keys="),
            ({"keys": {"email": "mial"}}, r"keys\['email'\]='mial' is not a column .* Did you mean 'mail'\?"),
            ({"keys": {"email": []}}, r"keys\['email'\] names no column"),
            ({"keys": {"mail": "mail"}}, "keys has the kind 'mail'. Call it 'email'"),
            ({"keys": {"email": "mail"}, "record": "ID"}, "record='ID' is not a column"),
            ({"keys": {"email": "mail"}, "name": 5}, "name is an int; a text is needed"),
            (
                {"keys": {"email": "mail"}, "max_degree": 1},
                "max_degree=1 is not a number of records that a key can link",
            ),
            (
                {"keys": {"email": "mail"}, "max_degree": {"phone": 9}},
                "max_degree names 'phone', which is not one of keys",
            ),
            ({"keys": {"phone": "tel"}}, "1 phone number in column 'tel' says no country"),
            ({"keys": {"phone": "tel"}, "region": "Russia"}, "region=Russia is not the code of a country"),
        ],
    )
    def test_what_cannot_be_used(self, rules: dict[str, Any], said: str) -> None:
        with pytest.raises(crr.InputError, match=said):
            crr.resolve_people(self.table, **rules)

    def test_a_base_is_no_table(self) -> None:
        base = crr.read_contracts(crr.sample("contracts"), customer="client_id", start="joined", end="left")
        with pytest.raises(crr.SourceError, match="A ContractBase is not a table that crrkit can read"):
            crr.resolve_people(base, keys={"email": "client_id"})

    def test_without_its_library_it_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "phonenumbers", None)
        with pytest.raises(crr.MissingDependencyError, match=r"pip install 'crrkit\[identity\]'"):
            crr.resolve_people(self.table, keys={"phone": "tel"}, region="RU")
        assert len(crr.resolve_people(self.table, keys={"email": "mail"}).to_pandas()) == 2  # mails need none


class TestWhatIsSeen:
    rows = (
        ("id-one", "anna.secret@mail.ru", "89001112233", BANK, "Тайнова"),
        ("id-two", "anna.secret@mail.ru", "89004445566", FIRM, "Тайнова"),
        ("id-six", "broken.mail.ru", "+70000000000", None, "Другова"),
    )

    def test_no_key_name_or_id_is_in_print(self) -> None:
        people = people_of(*self.rows, name="surname")
        seen = [
            str(people), repr(people), people.to_html(), str(people.table), str(people.components), str(people.hints),
            str(people.set_aside), str(people.components.to_dict()), str(people.hints.to_dict()), str(people.linked),
        ]  # fmt: skip
        with use_language("ru"):
            seen += [str(people), people.to_html()]
        secrets = ["secret", "broken", "900", "+7", BANK, FIRM, "айнова", "ругова", "id-"]
        assert [(text, secret) for text in seen for secret in secrets if secret in text] == []

    def test_an_error_names_no_key(self) -> None:
        with pytest.raises(crr.InputError) as refused:
            people_of(*self.rows, region=None)
        assert "900" not in str(refused.value)

    def test_in_both_languages(self) -> None:
        people = people_of(*self.rows)
        assert people.caption() == "3 records are 2 people: 2 linked by e-mail; 1 group needs a look"
        with use_language("ru"):
            assert people.caption().replace("\N{NO-BREAK SPACE}", " ") == (
                "3 записи — это 2 человека: 2 связаны по ключу «почта»; 1 группу стоит проверить"
            )
            assert "телефон 1 (заглушка)" in str(people).replace("\N{NO-BREAK SPACE}", " ")
            assert "чем связаны" in people.to_html()
