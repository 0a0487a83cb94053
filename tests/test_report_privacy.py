"""No customer leaves: small cells and what gives them away, ids and addresses in the files."""

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.report.account import PUBLISHED, reference_row
from crrkit.report.privacy import (
    code_of_notebook,
    code_of_page,
    refuse_leaks,
    refuse_names,
    texts_of_notebook,
    texts_of_page,
    words_to_check,
)
from crrkit.report.section import Subject
from crrkit.report.sections import sections
from crrkit.report.segment_section import segment_section
from crrkit.report.trial_section import trial_section

GUARDED = ["start", "kept", "lost", "end"]
COUNTS = [*GUARDED, "new", "returned"]
FLOWS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 20))


@st.composite
def accounts(draw: st.DrawFn) -> crr.RetentionTable:
    size, flows = draw(st.integers(0, 60)), []
    start = size
    for lost, new, returned in draw(st.lists(FLOWS, min_size=1, max_size=6)):
        flows.append((min(lost, size), new, returned))
        size += new + returned - min(lost, size)
    return account(*flows, start=start)


class TestSmallCells:
    @given(accounts(), st.integers(1, 15))
    def test_no_small_cell_that_a_rate_rests_on_is_shown(self, kept: crr.RetentionTable, least: int) -> None:
        table = report.shared(kept, min_cell=least).table
        shown = table[GUARDED]
        assert not ((shown > 0) & (shown < least)).to_numpy().any()

    @given(accounts(), st.integers(2, 15))
    def test_no_small_cell_follows_from_what_is_shown(self, kept: crr.RetentionTable, least: int) -> None:
        """By linear algebra: a hidden number is known if its unit vector lies in the span of what is known."""
        shown = report.shared(kept, min_cell=least).table
        rows, width = len(shown), len(COUNTS)
        place = {(i, name): i * width + j for i in range(rows) for j, name in enumerate(COUNTS)}
        known = [vector(rows * width, {place[i, name]: 1}) for (i, name) in place if pd.notna(shown[name].iloc[i])]
        for i in range(rows):
            known.append(vector(rows * width, {place[i, "kept"]: 1, place[i, "lost"]: 1, place[i, "start"]: -1}))
            balance = {"start": 1, "lost": -1, "new": 1, "returned": 1, "end": -1}
            known.append(vector(rows * width, {place[i, name]: sign for name, sign in balance.items()}))
            if i:
                known.append(vector(rows * width, {place[i - 1, "end"]: 1, place[i, "start"]: -1}))
        matrix = np.array(known)
        rank = np.linalg.matrix_rank(matrix)
        for (i, name), column in place.items():
            if name in GUARDED and 0 < kept.table[name].iloc[i] < least:
                unit = vector(rows * width, {column: 1})
                assert np.linalg.matrix_rank(np.vstack([matrix, unit])) > rank, (i, name)

    @pytest.mark.slow
    @given(accounts(), st.integers(1, 15))
    def test_only_what_must_go_goes(self, kept: crr.RetentionTable, least: int) -> None:
        shown = report.shared(kept, min_cell=least).table
        is_one = shown["new"].isna().all()
        for before, after in zip(kept.table.itertuples(), shown.itertuples(), strict=True):
            guarded = [*(getattr(before, name) for name in GUARDED), before.end - before.kept]
            small = any(0 < count < least for count in guarded)
            assert (after.status == "suppressed") == (small and before.start > 0)
            if not small:
                names = [name for name in COUNTS if not (is_one and name in ("new", "returned"))]
                same = [getattr(before, name) == getattr(after, name) for name in names]
                assert all(same)
                assert before.crr == after.crr or np.isnan(before.crr)

    def test_withheld_are_value_count_and_interval(self) -> None:
        row = report.shared(account((9, 20, 0)), min_cell=10).table.iloc[0]
        assert row[["kept", "lost", "new", "returned", "crr", "crr_low", "crr_high"]].isna().all()
        assert (row["start"], row["end"], row["status"]) == (100, 111, "suppressed")

    @pytest.mark.parametrize(
        ("lost", "status"), [(0, "complete"), (1, "suppressed"), (9, "suppressed"), (10, "complete")]
    )
    def test_the_edges(self, lost: int, status: str) -> None:
        assert report.shared(account((lost, 20, 0)), min_cell=10).table["status"].iloc[0] == status

    def test_few_who_came_and_went_are_withheld_by_themselves(self) -> None:
        row = report.shared(account((20, 20, 0), new_lost=3), min_cell=10).table.iloc[0]
        assert pd.isna(row["new_lost"])
        assert row["status"] == "complete"

    def test_no_column_is_left_that_would_give_it_away(self) -> None:
        assert list(report.shared(account((3, 0, 0)), min_cell=10).table) == PUBLISHED

    def test_private_reports_withhold_nothing(self) -> None:
        kept = account((3, 0, 0))
        assert report.shared(kept, min_cell=None).table["lost"].tolist() == [3]

    def test_the_account_given_stays_as_it_was(self) -> None:
        kept = account((3, 0, 0))
        report.shared(kept, min_cell=10)
        assert kept.table["lost"].tolist() == [3]

    @pytest.mark.parametrize("least", [-1, 2.5, True, "10"])
    def test_a_senseless_smallest_group_is_refused(self, least: object) -> None:
        with pytest.raises(ValueError, match="min_cell"):
            report.shared(account((3, 0, 0)), min_cell=least)

    def test_the_headline_is_the_last_complete_period_that_is_shown(self) -> None:
        row = reference_row(report.shared(account((30, 0, 0), (3, 0, 0)), min_cell=10))
        assert row is not None
        assert row["period"] == "2024-01"


def vector(size: int, entries: dict[int, int]) -> np.ndarray:
    out = np.zeros(size)
    for place, value in entries.items():
        out[place] = value
    return out


IDS = ["C00042", "17850", "anna.smith@mail.example", "Иванов Иван Петрович", "+79123456789", "7", "North-12/3", "new"]


@pytest.fixture(scope="module")
def base() -> crr.Base:
    rows = [(who, day) for who in IDS for day in ("2024-01-05", "2024-02-05")]
    return crr.read_orders(pd.DataFrame(rows, columns=["who", "day"]), customer="who", at="day")


@pytest.fixture(scope="module")
def kept(base: crr.Base) -> crr.RetentionTable:
    return report.shared(crr.retention_by_period(base), min_cell=None)


class TestIdsInText:
    @pytest.mark.parametrize(
        "text",
        [
            "Report for C00042",
            "client_C00042.csv",
            "for c00042, today",
            "Customer 17850: gone",
            "(17850)",
            "sales-17850.csv",
            "write to anna.smith@mail.example.",
            "sent to ИВАНОВ  ИВАН Петрович".replace("  ", " "),
            "phone +79123456789",
            "phone 79123456789"[:6] + "+79123456789",
            "flat North-12/3!",
        ],
    )
    def test_an_id_is_found_wherever_it_stands(self, text: str, base: crr.Base, kept: crr.RetentionTable) -> None:
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_leaks([text], base, file="report.html", parts=sections(Subject(kept)))

    @pytest.mark.parametrize(
        "text",
        [
            "C000421 and XC00042",
            "17,850 customers",
            "17 850 клиентов".replace(" ", "\N{NO-BREAK SPACE}"),
            "0.17850 and 117850",
            "7 of 12 customers are new",
            "Иванов Иван",
            "",
        ],
    )
    def test_what_is_no_id_passes(self, text: str, base: crr.Base, kept: crr.RetentionTable) -> None:
        refuse_leaks([text], base, file="report.html", parts=sections(Subject(kept)))

    def test_a_number_of_the_account_is_no_id(self, base: crr.Base) -> None:
        kept = account((20, 20, 0), start=17850)
        refuse_leaks(["start: 17850"], base, file="report.html", parts=sections(Subject(kept)))

    def test_an_address_is_refused_although_it_is_nobodys_id(self, base: crr.Base, kept: crr.RetentionTable) -> None:
        with pytest.raises(ValueError, match="at “ask …”"):
            refuse_leaks(["ask boss@firm.example"], base, file="report.html", parts=sections(Subject(kept)))

    def test_the_message_names_the_place_and_not_the_customer(self, base: crr.Base, kept: crr.RetentionTable) -> None:
        with pytest.raises(ValueError, match="would name") as refused:
            refuse_leaks(["The list of c00042 and others"], base, file="report.html", parts=sections(Subject(kept)))
        assert "report.html" in str(refused.value)
        assert "The list of … and others" in str(refused.value)
        assert "00042" not in str(refused.value)

    def test_contracts_are_ids_too(self) -> None:
        rows = pd.DataFrame({"who": ["aaa1"], "contract": ["Z-9981"], "from": ["2024-01-05"], "to": ["2024-03-01"]})
        base = crr.read_contracts(rows, customer="who", contract="contract", start="from", end="to")
        with pytest.raises(ValueError, match="would name"):
            refuse_leaks(["see Z-9981"], base, file="report.html", parts=sections(Subject(account((1, 0, 0)))))

    @given(
        st.text(alphabet="ab1 .,-_@+\N{NO-BREAK SPACE}", max_size=12),
        st.from_regex(r"[a-c]{3,6}[0-9]{2,4}", fullmatch=True),
    )
    def test_a_telling_word_is_found_between_any_signs(self, around: str, word: str) -> None:
        text = f"{around} {word} {around}"
        assert word in set(words_to_check(text))


NAMED = ["Wilson", "Rose Bank", "customers", "May", "май", "mark", "script"]


@pytest.fixture(scope="module")
def called() -> crr.Base:
    """Customers whose ids are words of crrkit among 40 others, each of whom buys in every month of a quarter."""
    ids = [*NAMED, *(f"id-{n:03d}" for n in range(40))]
    rows = [(who, f"2024-{month:02d}-05", "south") for who in ids for month in (1, 2, 3)]
    table = pd.DataFrame(rows, columns=["who", "day", "part"])
    return crr.read_orders(table, customer="who", at="day", by="part", as_of="2024-04-01")


class TestIdsThatAreWordsOfCrrkit:
    @pytest.mark.daily(1)
    @pytest.mark.parametrize("lang", ["en", "ru"])
    def test_no_word_excuses_the_title(self, lang: str, called: crr.Base, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"would name a customer|назван клиент"):
            crr.write_report(called, every="month", out=tmp_path / "r.html", title="Report for Wilson", lang=lang)
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        "text", ["Report for Wilson", "rose bank and others", "Our customers", "In May", "Отчёт: Май", "mark", "script"]
    )
    def test_no_word_excuses_a_string_of_the_caller(self, text: str, called: crr.Base) -> None:
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_names(["", "a good title", text], called, file="r.html")

    def test_no_word_excuses_the_name_of_a_file(self, called: crr.Base, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"wilson.html would name a customer \(at “…”\)"):
            crr.write_report(called, every="month", out=tmp_path / "wilson.html")

    def test_the_strings_of_the_data_are_all_asked(self) -> None:
        kept = account((20, 20, 0), (20, 20, 0))
        card = kept.card.with_(source="North.csv", counts=("paid",), segment="part = old")
        quality = replace(kept.quality, source="North.csv", columns={"customer": "who", "at": "day of Wilson"})
        parts = sections(Subject(replace(kept, card=card, quality=quality)))
        names = {"North.csv", "paid", "part = old", "who", "day of Wilson"}
        assert {name for part in parts for name in part.names} == names

    def test_the_names_of_segments_are_asked_and_crrkits_own_are_not(self) -> None:
        places = {"Rose Bank": 60, "south": 50, "tiny": 3}
        days = ["2024-01-05", "2024-02-05"]
        rows = [
            (f"{place}{i}", day, place) for place, n in places.items() for i in range(n) for day in days[: 1 + i % 2]
        ]
        table = pd.DataFrame(rows, columns=["who", "at", "by"])
        base = crr.read_orders(table, customer="who", at="at", by="by", as_of="2024-03-01")
        part = segment_section(Subject(report.shared(crr.retention_by_period(base, every="month")), base))
        assert part.names == ("Rose Bank",), "tiny is taken together with the next one, as all others"

    @pytest.mark.slow
    def test_ids_that_the_template_says_anyway_stop_no_report(self, called: crr.Base, tmp_path: Path) -> None:
        written = crr.write_report(called, every="month", out=tmp_path / "report.html")
        assert "customers" in written.out.read_text(encoding="utf-8")

    def test_a_message_excuses_its_words_only_where_it_stands(self, called: crr.Base, kept: crr.RetentionTable) -> None:
        said = "It is Wilson's interval for a share, at 95%."
        refuse_leaks([said], called, file="report.html", parts=sections(Subject(kept)))
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_leaks(["The largest is Wilson."], called, file="report.html", parts=sections(Subject(kept)))
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_leaks([said, "Then comes Rose Bank."], called, file="report.html", parts=sections(Subject(kept)))

    def test_what_the_formula_begins_with_is_nobodys_id(self) -> None:
        kept = account((18_001, 17_002, 9_003), start=40_000)
        begins = trial_section(Subject(kept))
        people = pd.DataFrame({"who": [18_001, 26_005, 40_000], "at": "2024-01-05"})  # 26,005 are all who came
        base = crr.read_orders(people, customer="who", at="at", activity=crr.Trailing(30), as_of="2024-06-01")
        explorer = begins.explorer() if begins.explorer else None
        refuse_leaks([str(explorer)], base, file="report.html", parts=sections(Subject(kept)))

    def test_code_excuses_its_words_and_is_no_text(self, called: crr.Base, kept: crr.RetentionTable) -> None:
        page = "<p>a script</p><script>script(1)</script>"
        assert (texts_of_page(page), code_of_page(page)) == (["a script"], ["script(1)"])
        refuse_leaks(texts_of_page(page), called, file="r.html", parts=sections(Subject(kept)), code=code_of_page(page))
        with pytest.raises(ValueError, match="would name a customer"):
            refuse_leaks(texts_of_page(page), called, file="r.html", parts=sections(Subject(kept)))

    def test_what_the_caller_said_is_no_code(self) -> None:
        source = "path = 'Wilson.csv'  # Wilson\nevery = 'month'\nbase = crr.read_orders(path, by=['Rose'])"
        cells = [
            {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "outputs": [], "source": source},
            {"cell_type": "code", "metadata": {}, "outputs": [], "source": 'kept.row("2024")'},
        ]
        code = set(code_of_notebook({"cells": cells, "metadata": {"language": "python"}}))
        assert {"every = 'month'", "path", "read_orders", 'kept.row("2024")', "cell_type", "python"} <= code
        assert not [text for text in code if "Wilson" in text or "Rose" in text]


class TestWhereTextsStand:
    def test_what_a_reader_or_a_script_can_see_is_read(self) -> None:
        svg = base64.b64encode(b"<svg><text>inside</text></svg>").decode()
        page = f"""<title>top</title><p title="tip">shown &amp; <b>bold</b></p>
        <img alt="words" src="data:image/svg+xml;base64,{svg}">
        <div data-who="datum" aria-label="label" id="name"></div><!--remark--><script type="application/json"
        data-crrkit-state="x">{{"json": 1}}</script>"""
        texts = " ".join(texts_of_page(page))
        for word in ("top", "tip", "shown & ", "bold", "words", "inside", "datum", "label", "name", "remark", "json"):
            assert word in texts

    def test_style_scripts_and_drawing_are_not(self) -> None:
        page = '<style>.c17850{}</style><script>let x = 17850</script><svg><path d="M17850 0"/></svg><p>after</p>'
        assert texts_of_page(page) == ["after"]

    def test_a_notebook_is_read_cell_by_cell_but_not_its_bitmaps(self) -> None:
        outputs = [
            {
                "data": {
                    "image/png": "C00042",
                    "text/html": "<p>seen</p><style>hidden</style>",
                    "x/json": {"deep": ["er"]},
                }
            }
        ]
        texts = list(texts_of_notebook({"cells": [{"source": "code", "outputs": outputs}]}))
        assert {"code", "seen", "deep", "er"} <= set(texts)
        assert not {"C00042", "hidden"} & set(texts)
