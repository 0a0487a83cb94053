"""Each claim of the two articles has its place: a notebook that is there, and something to try it with."""

from __future__ import annotations

import re
from pathlib import Path

import crrkit as crr
from crrkit import lessons, widgets
from crrkit.judge.playbook.plans import QUOTES, statement

COURSE = Path(__file__).parent.parent / "notebooks"
ROWS = re.compile(r"^\| ([AB]\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def rows() -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    text = (COURSE / "98-which-claims.md").read_text(encoding="utf-8")
    english, russian = (part for part in text.split("```python")[0].split("<!-- ru -->"))
    return ROWS.findall(english), ROWS.findall(russian)


def test_both_languages_list_the_same_claims_with_the_same_places() -> None:
    english, russian = rows()
    assert [(row[0], row[2], row[3]) for row in english] == [(row[0], row[2], row[3]) for row in russian]
    ids = [row[0] for row in english]
    # 39 statements in the one article, 35 in the other; its 36th speaks of earlier parts and claims nothing
    assert ids == [*(f"A{n}" for n in range(1, 40)), *(f"B{n}" for n in range(1, 36))]
    assert {claim.id for claim in crr.claims().claims} <= set(ids)  # every quoted number
    assert all(row[4].strip() for row in english + russian)  # what is known of it


def test_a_card_quotes_a_statement_by_the_number_that_it_has_on_the_page() -> None:
    claims = {row[0]: row[1] for row in rows()[0]}
    assert {statement(name) for name in QUOTES} <= set(claims)
    for name, word in {"A22": "give", "A35": "road", "B22": "young", "B24": "lost", "B28": "three contracts"}.items():
        assert word in QUOTES[name], name
        assert word in claims[name], name


def test_every_place_is_there() -> None:
    english, _russian = rows()
    for _id, _claim, places, tools, _known in english:
        for name in re.findall(r"\]\(([^)]+)\.ipynb\)", places):
            assert (COURSE / f"{name}.md").exists(), name
        for room, name in re.findall(r"(crr|widgets|lessons)\.(\w+)", tools):
            assert hasattr({"crr": crr, "widgets": widgets, "lessons": lessons}[room], name), name


def test_every_subject_of_the_articles_is_named() -> None:
    told = " ".join(row[1] for row in rows()[0])
    for subject in (
        "$289", "seven times", "68%", "85–90%", "86%: ", "86% are", "80%", "Step 1", "Step 2", "Step 3", "Step 4",
        "Step 5",
        "accounting", "CRM", "survey", "once a month, or once a quarter", "10–35%", "above 30%",
        "Banks", "telecoms",
        "year's end", "As many lost as won", "turnover", "average check", "cards", "three contracts", "phones",
        "First stage", "Second stage", "Third stage",
    ):  # fmt: skip
        assert subject.rstrip(": ") in told, subject
