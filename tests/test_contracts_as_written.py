"""Lists of contracts as people write them: open ends, the day of a request, and when the list was written."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crrkit.ground.errors import InputTypeError, SourceError
from crrkit.ground.languages import use_language
from crrkit.measure.movement import retention_by_period
from crrkit.measure.weighing import weigh_doubts
from crrkit.read.bases.readers import read_contracts


def moment(text):
    return datetime.fromisoformat(text)


def march(base):
    row = retention_by_period(base, every="month").row("2024-03")
    return row["start"], row["kept"], row["lost"]


class TestOpenEnds:
    """Ten contracts from 5 January; six end on 10 March, four run on: of 10 there at the start of March 4 are kept."""

    @staticmethod
    def list_of(tmp_path, written, *, started="2024-01-05", ended="2024-03-10"):
        lines = [f"c{k},{started},{written if k < 4 else ended}" for k in range(10)]
        path = tmp_path / "list.csv"
        path.write_text("\n".join(["customer,start,end", *lines]), encoding="utf-8")
        return path

    @pytest.mark.daily(6)
    @pytest.mark.parametrize(
        "written",
        [
            "9999-12-31", "9999-12-31 23:59:59", "99991231", "2999-12-31", "2200-01-01", "2099-01-01", "31-Dec-9999",
            "0000-00-00", "0000-00-00 00:00:00", "0001-01-01", "1753-01-01", "1900-01-00", "1900-01-01",
            "1899-12-30", "1970-01-01", "1970-01-01T03:00:00", "1969-12-31 19:00:00", "0", "0.0", "2958465",
            "open", "Active", "ongoing", "∞", "infinity", "бессрочно", "Действует", "действующий", "н.в.", "по н. в.",
            "по настоящее время", "ПО НАСТОЯЩЕЕ ВРЕМЯ",
        ],
    )  # fmt: skip
    def test_an_end_that_is_none_is_open_and_named(self, written, tmp_path):
        base = read_contracts(self.list_of(tmp_path, written), as_of="2024-04-01")
        assert march(base) == (10, 4, 6)
        assert base.quality.rows_set_aside == 0
        assert base.quality.notes[0].startswith(f"4 ends written as {written.removesuffix(' 00:00:00')} are read as")

    @pytest.mark.daily(1)
    @pytest.mark.parametrize("written", ["31.12.9999", "01.01.0001 0:00:00", "00.00.0000", "1.1.1970", "1970-01-01"])
    def test_what_means_no_end_has_no_say_in_how_dates_are_written(self, written, tmp_path):
        source = self.list_of(tmp_path, written, started="05.01.2024", ended="10.03.2024")
        assert march(read_contracts(source, as_of="2024-04-01")) == (10, 4, 6)

    @pytest.mark.parametrize("empty", ["", "-", "—", "NULL"])
    def test_an_empty_end_is_open_without_a_word(self, empty, tmp_path):
        base = read_contracts(self.list_of(tmp_path, empty), as_of="2024-04-01", open_ends=())
        assert march(base) == (10, 4, 6)
        assert not base.quality.notes

    def test_each_value_is_counted_the_most_frequent_first(self, tmp_path):
        path = self.list_of(tmp_path, "9999-12-31")
        path.write_text(path.read_text(encoding="utf-8") + "\nx,2024-02-01,open\n", encoding="utf-8")
        (note,) = read_contracts(path, as_of="2024-04-01").quality.notes
        assert note.startswith("5 ends written as 9999-12-31 (4), open (1) are read as open.")
        with use_language("ru"):
            (note,) = read_contracts(path, as_of="2024-04-01").quality.notes
        assert note.startswith("5 окончаний, записанных как 9999-12-31 (4), open (1), считаются открытыми")

    def test_a_real_end_on_one_of_the_old_days_stays(self):
        rows = pd.DataFrame({"customer": ["a", "b"], "start": ["1968-05-01", "1971-02-01"], "end": ["1970-01-01"] * 2})
        base = read_contracts(rows, as_of="1972-01-01")
        assert base.table.order_by("customer").to_pandas()["end"].tolist() == [pd.Timestamp("1970-01-01"), pd.NaT]

    @pytest.mark.daily(3)
    @pytest.mark.parametrize("none", ["9999-12-31", "1970-01-01", "0001-01-01"])
    @pytest.mark.parametrize("make", [pd.DataFrame, pa.table, pl.DataFrame])
    def test_moments_and_days_mean_the_same_as_text(self, none, make):
        for kind in (lambda at: at, datetime.date):
            ends = [kind(moment(none))] * 4 + [kind(moment("2024-03-10"))] * 6
            rows = {"customer": [f"c{k}" for k in range(10)], "start": [moment("2024-01-05")] * 10, "end": ends}
            base = read_contracts(make(rows), as_of="2024-04-01", end_is="last_active_day")
            assert march(base) == (10, 4, 6)
            assert base.quality.notes[0].startswith(f"4 ends written as {none} ")

    def test_the_bounds_of_nanoseconds_are_no_dates(self):
        for bound in (pd.Timestamp.max, pd.Timestamp.min):
            ends = pd.to_datetime([bound] * 4 + ["2024-03-10"] * 6)
            rows = pd.DataFrame({"customer": list("abcdefghij"), "start": pd.Timestamp("2024-01-05"), "end": ends})
            assert march(read_contracts(rows, as_of="2024-04-01")) == (10, 4, 6)

    def test_a_far_end_in_parquet(self, tmp_path):
        path = tmp_path / "list.parquet"
        query = """SELECT k AS customer, DATE '2024-01-05' AS start,
            CASE WHEN k < 4 THEN DATE '9999-12-31' ELSE DATE '2024-03-10' END AS end FROM range(10) t(k)"""
        duckdb.sql(query).write_parquet(str(path))
        assert march(read_contracts(path, as_of="2024-04-01")) == (10, 4, 6)

    def test_other_values_can_be_named_instead(self, tmp_path):
        path = self.list_of(tmp_path, "в работе")
        with use_language("ru"), pytest.raises(SourceError, match=r"У 4 из 10 договоров окончание .* open_ends="):
            read_contracts(path, as_of="2024-04-01")  # those that ended are no sample of all: 0 of 6 kept
        base = read_contracts(path, as_of="2024-04-01", open_ends=["В работе"])
        assert march(base) == (10, 4, 6)

    @pytest.mark.daily(1)
    @pytest.mark.parametrize("named", ["2024-12-31", date(2024, 12, 31), pd.Timestamp("2024-12-31")])
    @pytest.mark.parametrize("written", ["2024-12-31 10:00", "31.12.2024"])
    def test_a_named_date_is_known_however_it_is_written(self, named, written, tmp_path):
        form = {"started": "05.01.2024", "ended": "10.03.2024"} if written.startswith("31") else {}
        base = read_contracts(self.list_of(tmp_path, written, **form), as_of="2025-02-01", open_ends=[named])
        assert base.table["end"].count().execute() == 6

    def test_nothing_is_open_when_none_is_named(self, tmp_path):
        with pytest.raises(SourceError, match="4 of 10 contracts have an end in 'end' that cannot be used"):
            read_contracts(self.list_of(tmp_path, "1970-01-01"), as_of="2024-04-01", open_ends=())

    @pytest.mark.parametrize("wrong", ["open", 0, [0], [None]])
    def test_what_is_no_list_of_values_is_refused(self, wrong, tmp_path):
        with pytest.raises(InputTypeError, match=r"Write it like open_ends=\['9999-12-31', 'open'\]\."):
            read_contracts(self.list_of(tmp_path, "open"), open_ends=wrong)

    def test_rows_set_aside_are_shown_as_they_stood(self, tmp_path):
        path = self.list_of(tmp_path, "9999-12-31")
        path.write_text(path.read_text(encoding="utf-8") + "\n,2024-02-01,2999-12-31\n", encoding="utf-8")
        shown = read_contracts(path, as_of="2024-04-01").quality.rows("no customer id")
        assert shown["end"].tolist() == ["2999-12-31"]
        assert set(shown.columns) == {"customer", "start", "end", "reason"}


class TestTheDayOfTheRequest:
    """a ends on 10 February, b on 6 March (asked for on 1 February), c runs: March begins with b and c and keeps c."""

    rows = pd.DataFrame({
        "customer": list("abc"), "start": ["2024-01-05", "2024-01-06", "2024-01-07"],
        "cancelled_at": [None, "2024-02-01", None], "deactivated_at": ["2024-02-10", "2024-03-06", None],
    })  # fmt: skip

    def test_is_not_the_end_and_is_named(self):
        base = read_contracts(self.rows, as_of="2024-04-01")
        assert base.quality.columns["end"] == "deactivated_at"
        assert march(base) == (2, 1, 1)
        assert "'cancelled_at' holds the day of the request and 'deactivated_at' the day" in base.quality.notes[0]

    def test_is_taken_when_it_is_named_or_alone(self):
        named = read_contracts(self.rows, end="cancelled_at", as_of="2024-04-01")
        doubt, note = named.quality.notes
        assert doubt.startswith("1 contract that runs on has a day in column 'deactivated_at'")
        assert note.startswith("Column 'cancelled_at' was taken for the end. By their names")
        alone = read_contracts(self.rows.drop(columns="deactivated_at"), as_of="2024-04-01")
        assert alone.quality.columns["end"] == "cancelled_at"
        assert not alone.quality.notes

    @pytest.mark.parametrize("other", ["ended_at", "end", "left", "Deactivated At", "valid_to", "окончание"])
    def test_gives_way_to_any_other_end(self, other):
        base = read_contracts(self.rows.rename(columns={"deactivated_at": other}), as_of="2024-04-01")
        assert base.quality.columns["end"] == other


class TestLastDay:
    """Twenty contracts from 1 January 2024, of which some end on single days of March and others all on 10 June."""

    @staticmethod
    def list_of(*ends: str | None) -> pd.DataFrame:
        return pd.DataFrame({"who": [f"c{k}" for k in range(len(ends))], "from": "2024-01-01", "to": ends})

    @staticmethod
    def doubts(frame: pd.DataFrame, **said: object) -> tuple[str, ...]:
        return read_contracts(frame, customer="who", start="from", end="to", **said).quality.doubts

    def test_all_that_were_left_end_on_the_last_day(self):
        single = [f"2024-03-{day:02d}" for day in range(1, 11)]
        frame = self.list_of(*single, *["2024-06-10"] * 10)
        said = self.doubts(frame, as_of="2024-08-01")
        assert said[0].startswith(
            "All contracts that were left end on Jun 10, 2024, the last day of the list, and none"
        )
        assert "open_ends=['2024-06-10']" in said[0]
        assert self.doubts(frame, as_of="2024-08-01", open_ends=()) == ()
        assert self.doubts(frame, as_of="2024-06-10") == (), "cut off before it"
        shifted = self.doubts(frame, as_of="2024-08-01", end_is="last_active_day")
        assert "open_ends=['2024-06-10']" in shifted[0], "as it is written, not the day after"
        weighed = weigh_doubts(read_contracts(frame, customer="who", start="from", end="to", as_of="2024-08-01"))
        assert weighed.table[["other", "rows"]].to_numpy().tolist() == [[1.0, 10]]

    def test_a_few_or_no_more_than_on_other_days_are_no_doubt(self):
        assert self.doubts(self.list_of(*["2024-06-10"] * 4)) == ()
        assert self.doubts(self.list_of(*["2024-05-10"] * 8, *["2024-06-10"] * 12)) == ()
        assert self.doubts(self.list_of(*["2024-06-10"] * 9, None), as_of="2024-08-01") == ()

    def test_all_ends_on_one_day_say_who_left_and_not_when(self):
        base = read_contracts(
            self.list_of(*["2024-06-10"] * 10, *[None] * 10), customer="who", start="from", end="to", as_of="2024-08-01"
        )
        assert base.quality.doubts[0].startswith("All ends in the list fall on Jun 10, 2024, its last day:")
        assert retention_by_period(base, every="month").warning == base.quality.doubts[0]
