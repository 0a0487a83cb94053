"""What a list of contracts tells about itself: until when it was written, and what its ends mean."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from crrkit.ground import InputError, errors
from crrkit.ground.languages import use_language
from crrkit.measure.movement import retention_by_period
from crrkit.read import samples
from crrkit.read.bases.readers import read_contracts
from crrkit.read.intake.terms import recorded_until

DAYS = timedelta(days=1)


def days(*numbers):
    counted = pd.Series(numbers, dtype="int64").value_counts().sort_index()
    return pd.DataFrame({"day": counted.index, "rows": counted.to_numpy()})


class TestRecordedUntil:
    """Days of starts and ends; a start is recorded when it happens, an end can be known before."""

    @pytest.mark.parametrize(
        ("starts", "ends", "last", "doubtful"),
        [
            ([0, 40, 80], [60, 70], 80, False),  # the last start is the last thing of all
            ([0, 40, 80], [], 80, False),  # nothing has ended
            ([0, 40, 80], [120], 120, False),  # 40 days after the last start: such pauses there are
            ([0, 40, 80], [121], 121, True),  # longer than any pause between starts, but not twice as long
            ([0, 40, 80], [160], 160, True),
            ([0, 40, 80], [60, 161], 80, True),  # more than twice the longest pause: scheduled
            ([0, 40, 80], [*range(20), 100, 161], 100, True),  # one of 22: the one before was seen
            ([0, 40, 80], [*range(18), 100, 161], 100, True),  # one of 20, a twentieth
            ([0, 40, 80], [*range(17), 100, 161], 80, True),  # one of 19 is more than a few
            ([0, 10, 20], [300], 300, True),  # starts within less than a month: nothing could be measured before
            ([0, 0, 0], [60], 60, True),  # all on one day: no pause to hold it against
        ],
    )
    def test_by_hand(self, starts, ends, last, doubtful):
        seen = recorded_until(days(*starts), days(*ends))
        assert (seen.last, seen.doubtful) == (last, doubtful)

    def test_only_the_latest_pauses_tell(self):
        starts = [0, 900, *range(901, 1000)]  # a pioneer, 900 days of silence, then one a day
        assert recorded_until(days(*starts), days(1100)).last == 999

    def test_a_start_far_from_the_rhythm_of_the_others_is_scheduled(self):
        steady = [*range(0, 200, 2), 198]
        seen = recorded_until(days(*steady, 300), days(50, 190))
        assert (seen.last, seen.last_start, seen.scheduled) == (198, 198, 1)
        assert recorded_until(days(*steady, 207), days(50)).last == 207  # 9 days: not five times the usual 2
        assert recorded_until(days(*steady, *range(300, 320)), days(50)).last == 319  # a new season, not a few rows
        assert recorded_until(days(*range(0, 30, 2), 300), days(50)).scheduled == 0  # too few days to have a rhythm
        assert recorded_until(days(*steady), days(50)).scheduled == 0


def exported(on, *, scheduled=(), open_ended=("z", "2023-06-05")):
    """A list written on a day: two joined each week for a year, every third left after 90 days, the rest run on."""
    rows = [(*open_ended, None)]
    first = on - 364 * DAYS
    for k in range(104):
        start = first + (k * 7 // 2) * DAYS
        end = start + 90 * DAYS
        rows.append((f"c{k}", start.isoformat(), end.isoformat() if k % 3 == 0 and end < on else None))
    return pd.DataFrame([*rows, *scheduled], columns=["customer", "start", "end"])


def test_an_end_scheduled_in_the_list_is_not_the_cut_off():
    """Written on 2024-04-01, read much later: the end on 2024-12-31 was a plan, and April to December were not seen."""
    rows = exported(date(2024, 4, 1), scheduled=[("p", "2024-01-01", "2024-12-31")])
    plain = read_contracts(exported(date(2024, 4, 1)))
    base = read_contracts(rows)
    assert (
        f"{plain.as_of:%Y-%m-%d}" == f"{base.as_of:%Y-%m-%d}" == "2024-04-01"
    )  # the day after the last end that was seen
    assert not plain.quality.notes
    (note,) = base.quality.notes
    assert "1 end (Dec 31, 2024) comes later after the last start (Mar 28, 2024) than any pause" in note
    assert note.endswith("If it was seen, use as_of='2025-01-01'.")
    assert retention_by_period(base).table["period"].iloc[-1] == "2024-03"
    told = read_contracts(rows, as_of="2025-01-01")
    assert retention_by_period(told).row("2024-12")["status"] == "complete"
    assert not told.quality.notes


def test_a_list_of_fixed_terms_ends_with_its_last_start():
    rows = exported(date(2024, 4, 1), open_ended=("z", "2023-06-05"))
    rows["end"] = (pd.to_datetime(rows["start"]) + pd.Timedelta(days=365)).dt.strftime("%Y-%m-%d")
    base = read_contracts(rows)
    assert f"{base.as_of:%Y-%m-%d}" == "2024-03-29"
    assert "are taken as scheduled" in base.quality.notes[1]
    assert base.quality.doubts[0].startswith("No contract in the list had ended by Mar 29, 2024")
    with use_language("ru"):
        assert "считаются запланированными" in read_contracts(rows).quality.notes[1]


def test_a_start_scheduled_in_the_list_is_set_aside():
    rows = exported(date(2024, 4, 1), scheduled=[("p", "2024-09-01", None)])
    base = read_contracts(rows)
    assert f"{base.as_of:%Y-%m-%d}" == "2024-04-01"
    assert dict(base.quality.table[["reason", "rows"]].itertuples(index=False)) == {"on or after the cut-off": 1}
    assert "1 contract starts long after all others (Mar 28, 2024)" in base.quality.notes[0]
    assert read_contracts(rows, as_of="2024-09-02").quality.rows_set_aside == 0


def test_what_is_in_the_future_today_is_no_cut_off():
    rows = exported(date(2024, 4, 1), scheduled=[("p", "2024-01-01", "2090-12-31"), ("q", "2090-01-01", None)])
    base = read_contracts(rows)
    assert f"{base.as_of:%Y-%m-%d}" == "2024-04-01"
    assert base.quality.rows_set_aside == 1


def test_the_cut_off_can_be_the_moment_at_which_the_file_was_written(tmp_path):
    """An export of May with nothing in April: April was seen, and nobody left in it."""
    file = tmp_path / "members.csv"
    exported(date(2024, 4, 1)).to_csv(file, index=False)
    written = datetime(2024, 5, 2, 10, 30)  # noqa: DTZ001 - the clock of this machine, as the file system shows it
    os.utime(file, (written.timestamp(),) * 2)
    base = read_contracts(file, as_of="file")
    assert base.as_of == written
    assert retention_by_period(base).row("2024-04")["status"] == "complete"
    assert retention_by_period(read_contracts(file)).table["period"].iloc[-1] == "2024-03"
    for several in (exported(date(2024, 4, 1)), str(tmp_path / "*.csv")):
        with pytest.raises(InputError, match=r"as_of='file' takes the day on which one file was written"):
            read_contracts(several, as_of="file")


def test_the_sample_ends_where_it_ended():
    for name, cut in (("canonical", "2024-07-02"), ("contracts", "2025-01-01")):
        base = read_contracts(samples.sample_path(name))
        assert f"{base.as_of:%Y-%m-%d}" == cut
        assert not base.quality.notes


# What ends mean -------------------------------------------------------------------------------------------------------

# Five customers pay month by month up to the last day; e does not go on in March.
MONTHS = ((1, 31), (2, 29), (3, 31))
TERMS = [
    (who, f"2024-{m:02d}-01", f"2024-{m:02d}-{last}") for who in "abcde" for m, last in MONTHS if (who, m) != ("e", 3)
]


def terms(rows=TERMS):
    return pd.DataFrame(rows, columns=["customer", "start", "end"])


def in_march(base):
    row = retention_by_period(base, every="month").row("2024-03")
    return int(row["start"]), int(row["kept"]), int(row["lost"])


def test_ends_that_are_the_last_day_are_asked_about():
    """5 start March, 4 are kept; read as the first day without the contract nobody would be there at any turn."""
    with pytest.raises(errors.InputError) as asked:
        read_contracts(terms(), as_of="2024-04-01")
    assert asked.value.argument == "end_is"
    assert str(asked.value).startswith("9 renewals begin on the day after the end")  # 4 × 2 and e's one
    assert "end_is='last_active_day'" in str(asked.value)
    assert "end_is='first_day_after'" in str(asked.value)
    assert in_march(read_contracts(terms(), end_is="last_active_day", as_of="2024-04-01")) == (5, 4, 1)
    obeyed = read_contracts(terms(), end_is="first_day_after", as_of="2024-04-01")
    assert in_march(obeyed) == (0, 0, 0)
    assert obeyed.quality.notes[0].startswith("9 of 9 gaps between contracts of one customer last 1 day or less.")
    merged = read_contracts(terms(), end_is="first_day_after", merge_gap=1, as_of="2024-04-01")
    assert in_march(merged) == (4, 0, 4)  # no gap before March but for e, who does not renew; the last day stays unseen


def test_an_end_in_the_last_minute_of_its_day_is_that_day():
    rows = terms([(who, start, f"{end} 23:59:59") for who, start, end in TERMS])
    with pytest.raises(errors.InputError, match="9 renewals begin on the day after the end"):
        read_contracts(rows, as_of="2024-04-01")
    base = read_contracts(rows, end_is="last_active_day", as_of="2024-04-01")
    assert in_march(base) == (5, 4, 1)
    assert base.table["end"].max().execute() == pd.Timestamp("2024-04-01")


def test_ends_that_touch_the_next_start_are_not_asked_about():
    rows = terms([(who, start, (pd.Timestamp(end) + DAYS).strftime("%Y-%m-%d")) for who, start, end in TERMS])
    base = read_contracts(rows, as_of="2024-04-01")
    assert in_march(base) == (5, 4, 1)
    assert base.card.end_is == "first_day_after"
    assert not base.quality.notes


def test_pauses_of_a_day_among_others_are_no_habit():
    """Twelve come back after 1, 2, 3 … days: one day is as rare as any other number of days."""
    rows = [(f"c{k}", "2024-01-01", "2024-01-10") for k in range(12)]
    back = [(f"c{k}", f"2024-01-{11 + k}", "2024-03-05") for k in range(12)]
    assert read_contracts(terms(rows + back), as_of="2024-04-01").card.end_is == "first_day_after"
    some = [(f"d{k}", "2024-01-11", None) for k in range(2)]  # two renewals on the day after are not three
    ends = [(f"d{k}", "2024-01-01", "2024-01-10") for k in range(2)]
    assert read_contracts(terms(ends + some), as_of="2024-04-01").card.end_is == "first_day_after"


def test_ends_on_last_days_of_months_without_renewals_are_named():
    """Six end on 31 January, 29 February …: read as they stand they are lost in the month that the day closes."""
    ends = ["2024-01-31", "2024-01-31", "2024-02-29", "2024-02-29", "2024-02-29", "2024-03-31", "2024-02-10", None]
    rows = terms([(f"c{k}", "2023-12-01", end) for k, end in enumerate(ends)])
    base = read_contracts(rows, as_of="2024-05-01")
    (note,) = base.quality.notes
    assert note.startswith("85.7% of the ends fall on the last day of a month.")
    assert "end_is='last_active_day': these 6 losses then fall into the month after it." in note
    lost = [
        retention_by_period(read_contracts(rows, as_of="2024-05-01", end_is=end_is)).table["lost"].tolist()[1:]
        for end_is in ("first_day_after", "last_active_day")
    ]
    assert lost == [[2, 4, 1, 0], [0, 3, 3, 1]]
    assert not read_contracts(rows, as_of="2024-05-01", end_is="first_day_after").quality.notes


def test_many_short_gaps_are_named_with_what_merging_does():
    """Six come back: after 3, 4, 5 days and after a month or more."""
    pauses = [3, 4, 5, 30, 40, 50]
    rows = [(f"c{k}", "2024-01-05", "2024-02-10") for k in range(6)]
    back = [(f"c{k}", (pd.Timestamp("2024-02-10") + p * DAYS).strftime("%Y-%m-%d"), None) for k, p in enumerate(pauses)]
    base = read_contracts(terms(rows + back), as_of="2024-05-01")
    (note,) = base.quality.notes
    assert note.startswith("3 of 6 gaps between contracts of one customer last 5 days or less.")
    assert note.endswith("merge_gap=5 takes contracts so near for one relationship and leaves 3 gaps.")
    assert not read_contracts(terms(rows + back), as_of="2024-05-01", merge_gap=5).quality.notes
    few = [3, 4, 25, 30, 40, 50]
    back = [(f"c{k}", (pd.Timestamp("2024-02-10") + p * DAYS).strftime("%Y-%m-%d"), None) for k, p in enumerate(few)]
    assert not read_contracts(terms(rows + back), as_of="2024-05-01").quality.notes
