"""A report beside the one before: what the page carries for it, what changed, by which rules, what reads otherwise."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from report_worlds import account

import crrkit as crr
from crrkit import report
from crrkit.counts import newcombe
from crrkit.ground import InputError, InputTypeError, SourceError, use_language
from crrkit.report.page import PageHeader, build_page
from crrkit.report.published import account_before, account_in, account_island
from crrkit.report.section import Subject
from crrkit.report.sections import sections

if TYPE_CHECKING:
    from pathlib import Path

# January to March; then April is added: of 100 at its start 20 leave.
THEN = account((10, 10, 0), (10, 10, 0), (40, 40, 0))
NOW = account((10, 10, 0), (10, 10, 0), (40, 40, 0), (20, 20, 0))


def said(kept: crr.RetentionTable, previous: crr.RetentionTable) -> str:
    return str(report.since_finding(kept, previous=previous))


def changed(kept: crr.RetentionTable, **changes: object) -> crr.RetentionTable:
    return crr.RetentionTable(kept.table, kept.every, kept.card.with_(**changes), kept.quality)


def test_the_change_is_held_against_chance() -> None:
    low, high = newcombe(80, 100, 60, 100)
    text = said(NOW, THEN)
    assert text.startswith("Up from 60.0% (March 2024) to 80.0%: more than chance alone would explain.")
    assert f"95% interval +{100 * low:.1f}\xa0points to +{100 * high:.1f}\xa0points" in text
    assert "Both count by the same rules." in text
    assert "data before April 1, 2024, this one data before May 1, 2024" in text


def test_where_either_has_no_rate_nothing_is_compared() -> None:
    empty = account((0, 0, 0), start=0)
    for kept, previous in ((NOW, empty), (empty, THEN)):
        assert said(kept, previous).startswith("One of the two reports has no rate, so there is nothing to compare.")


def test_rates_by_other_rules_are_not_subtracted_and_the_rules_are_named() -> None:
    text = said(NOW, changed(THEN, refunds="keep"))
    assert text.startswith("The last report used other rules, so its 60.0% (March 2024) cannot be compared with 80.0%.")
    assert "Refunds: amounts below 0 lower revenue" in text
    assert "now not specified" in text
    assert "Difference" not in text
    assert "Difference" in said(
        NOW, changed(THEN, source="march.csv", read_as="orders: at = day")
    )  # no rule of counting


def test_what_both_tell_and_reads_otherwise_is_named_by_its_rate_alone() -> None:
    late = account((10, 10, 0), (13, 13, 0), (40, 40, 0), (20, 20, 0))
    assert "1 period in both reports has other counts now: February 2024 had 90.0% and has 87.0%." in said(late, THEN)
    assert "other counts" not in said(NOW, THEN)
    few = THEN.table.assign(new=math.nan, returned=math.nan)  # told together with others who came
    assert "other counts" not in said(NOW, crr.RetentionTable(few, "month", THEN.card, THEN.quality))


def test_the_same_period_is_no_news_unless_it_was_counted_anew() -> None:
    same = report.since_finding(THEN, previous=THEN)
    assert not same.is_informative
    assert same.claim == "The last report said the same: 60.0% in March 2024."
    other = report.since_finding(account((10, 10, 0), (10, 10, 0), (35, 40, 0)), previous=THEN)
    assert other.claim.startswith("The last report said 60.0% in March 2024, this one says 65.0%")
    assert "speaks of a later period" in said(THEN, NOW)


def test_a_page_carries_its_account_as_printed_and_no_more() -> None:
    few = account((10, 12, 0), (3, 10, 0), (40, 40, 0), start=100)  # three left in February: withheld
    kept = report.shared(few, min_cell=10)
    page = build_page(sections(Subject(kept)), kept, PageHeader("March"))
    text = re.search(r'<script type="application/json" id="crrkit-account">(.*?)</script>', page, re.DOTALL)
    assert text
    held = json.loads(text[1])
    february = dict(zip(held["columns"], held["periods"][1], strict=True))
    assert [february[name] for name in ("kept", "lost", "new", "returned")] == [None] * 4
    assert set(held["columns"]) == {
        "period", "from_", "until", "start", "kept", "lost", "new", "returned", "end", "status",
    }  # fmt: skip
    assert "customer" not in text[1].replace("customer for", "").replace("former customer", "")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "last.html"
    path.write_text(f"<!doctype html><p>before</p>{account_island(THEN)}", encoding="utf-8")
    back = account_in(path)
    shown = [name for name in back.table if name in THEN.table]
    pd.testing.assert_frame_equal(
        back.table[shown], THEN.table[shown], check_dtype=False, check_like=True, check_index_type=False
    )
    assert back.card == THEN.card
    assert said(NOW, back) == said(NOW, THEN)


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for content in (
        "<p>hello</p>",
        '<script id="crrkit-account">{"form": 7}</script>',
        '<script id="crrkit-account">[</script>',
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="carries no account"):
            account_in(path)
    with pytest.raises(SourceError, match="cannot be read"):
        account_in(tmp_path / "none.html")
    with pytest.raises(InputTypeError, match="previous"):
        account_before(7)
    assert account_before(THEN) is THEN


def test_the_section_stands_on_the_first_screen_in_both_languages() -> None:
    for lang, words in (("en", "Since the last report"), ("ru", "С прошлого отчёта")):
        with use_language(lang):
            (part,) = (part for part in sections(Subject(NOW, previous=THEN)) if part.anchor == "since")
            assert part.label == words
            assert part.brief
            assert part.names == ("list.csv",)
    assert all(part.anchor != "since" for part in sections(Subject(NOW)))
