"""How results look: cells by meaning, aligned text, HTML that nobody can break out of, and a repr that is the table."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import crrkit
from crrkit.ground import PLAIN_TEXT
from crrkit.ground.display import ROWS_OF_AN_END, ROWS_SHOWN, UNDEFINED, Shown, format_cell

CLUB = crrkit.read_contracts(crrkit.sample_path("contracts"))


@dataclass(frozen=True, eq=False, repr=False)
class Small(Shown):
    """A result as small as one can be."""

    table: pd.DataFrame
    kinds: ClassVar[dict[str, str]] = {"who": "text", "n": "count", "share": "rate"}

    def caption(self) -> str:
        return "a < b"


SMALL = Small(pd.DataFrame({"who": ["<b>", "long name"], "n": [1200, 5], "share": [0.5, math.nan], "hidden": [1, 2]}))


@pytest.mark.parametrize("missing", [None, math.nan, np.nan, pd.NA, pd.NaT])
@pytest.mark.parametrize(
    "kind", ["count", "rate", "points", "ratio", "duration", "money", "number", "p_value", "date", "text"]
)
def test_what_is_not_known_is_a_dash_whatever_it_is_of(missing: object, kind: str) -> None:
    assert format_cell(missing, kind) == UNDEFINED


def test_an_age_in_whole_periods_has_no_decimals() -> None:
    assert [format_cell(age, "duration") for age in (0, 3.0, 2.5)] == ["0", "3", "2.50"]
    life = crrkit.life_table(crrkit.cohort_grid(CLUB, every="year", kind="unbounded"))
    assert re.search(r"^ *1 ", str(life), re.MULTILINE)


def test_infinities_have_a_sign() -> None:
    assert (format_cell(math.inf, "ratio"), format_cell(-math.inf, "ratio")) == ("∞", "−∞")


def test_text_is_aligned_and_only_what_has_a_kind_is_shown() -> None:
    assert str(SMALL) == "a < b\nwho            n  share\n<b>        1,200  50.0%\nlong name      5      –"


def test_html_is_a_table_with_headings_that_nobody_breaks_out_of() -> None:
    html = SMALL.to_html()
    assert "<caption" in html
    assert "a &lt; b" in html
    assert html.count('<th scope="col"') == 3
    assert html.count('<th scope="row"') == 2
    assert "<b>" not in html
    assert "hidden" not in html
    assert SMALL._repr_html_() == html


def test_two_sums_in_dollars_are_no_formula_in_a_notebook() -> None:
    paid = pd.DataFrame({"client": ["a", "b"], "day": ["2024-01-05", "2024-02-05"], "$10 to $20": [10, 20]})
    quality = crrkit.read_orders(paid, customer="client", at="day", amount="$10 to $20").quality
    explorer = crrkit.widgets.DecompositionExplorer(
        before={"$10": (0.4, 0.5), "$20": (0.6, 0.9), "$30": (0.0, 0.0)},
        after={"$10": (0.4, 0.6), "$20": (0.5, 0.9), "$30": (0.1, 0.5)},
    )
    assert not len(quality.table)
    assert "$10 to $20" in quality.to_html()
    for shown in (quality.to_html(), explorer.still()):
        bare = re.sub(rf'<(\w+) class="[^"]*{PLAIN_TEXT}">.*?</\1>|<[^>]*>', "", shown)
        assert "$" not in bare


def test_of_a_long_table_both_ends_are_shown_and_what_is_left_out_is_said() -> None:
    whole = Small(pd.DataFrame({"who": [f"c{n}" for n in range(ROWS_SHOWN)], "n": range(ROWS_SHOWN)}))
    assert whole.to_html().count('<th scope="row"') == ROWS_SHOWN
    assert "to_pandas" not in str(whole)
    long = Small(pd.DataFrame({"who": [f"c{n}" for n in range(5000)], "n": range(5000)}))
    said = "Rows shown: 40 of 5,000; to_pandas() has all of them."
    lines = str(long).splitlines()
    assert [line.split() for line in lines[ROWS_OF_AN_END + 1 : ROWS_OF_AN_END + 4]] == [
        ["c19", "19"],
        ["…", "…"],
        ["c4980", "4,980"],
    ]
    assert lines[-2:] == ["c4999  4,999", said]
    assert long.to_html().count('<th scope="row"') == 41
    assert said in long.to_html()
    assert len(long.to_pandas()) == 5000


def test_a_period_is_not_broken_at_its_hyphen() -> None:
    html = Small(pd.DataFrame({"who": ["2024-07", "no date"], "n": [1, 2]})).to_html()
    assert re.findall(r'scope="row" style="([^"]+)">([^<]+)', html) == [
        ("text-align:left;white-space:nowrap", "2024-07"),
        ("text-align:left", "no date"),
    ]


def test_the_frame_is_a_copy_with_every_column() -> None:
    frame = SMALL.to_pandas()
    frame.loc[0, "n"] = 7
    assert SMALL.table.loc[0, "n"] == 1200
    assert "hidden" in frame


def shown_classes() -> list[type]:
    """Every kind of result in the package."""
    for module in pkgutil.walk_packages(crrkit.__path__, "crrkit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, todo = [], [Shown]
    while todo:
        subclasses = [kind for kind in todo.pop().__subclasses__() if kind.__module__.startswith("crrkit.")]
        found += subclasses
        todo += subclasses
    return found


@pytest.mark.parametrize("kind", shown_classes(), ids=lambda kind: kind.__name__)
def test_a_result_prints_as_its_table_wherever_it_is_shown(kind: type) -> None:
    assert not hasattr(kind.__repr__, "__wrapped__"), "the dataclass wrote this one: use repr=False"


@pytest.mark.parametrize(("p", "said"), [(0.0, "<0.001"), (0.0009, "<0.001"), (0.001, "0.001"), (0.0304, "0.030")])
def test_a_small_p_value_is_not_0(p: float, said: str) -> None:
    assert format_cell(p, "p_value") == said
