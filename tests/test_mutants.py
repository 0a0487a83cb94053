"""What `make mutants` says of what mutmut found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import mutants

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = """
    crrkit.counts.rates.x_quick_ratio__mutmut_3: survived
    crrkit.counts.rates.x_quick_ratio__mutmut_4: not checked
    crrkit.counts.tails.x_a__mutmut_1: survived
"""
SHOWN = """# crrkit.counts.rates.x_quick_ratio__mutmut_3: survived
--- crrkit/counts/rates.py
+++ crrkit/counts/rates.py
@@ -1,3 +1,3 @@
     lost = 1
-    if lost:
+    if not lost:
"""


@pytest.mark.parametrize("done", [True, False])
def test_survivors_are_printed_with_their_change_and_the_rest_is_counted(done, capsys, monkeypatch) -> None:
    def said(*words: str) -> str:
        return RESULTS if words == ("results",) else SHOWN

    def run(chosen: Sequence[str], *, seconds: float) -> bool:
        assert (list(chosen), seconds) == (["crrkit.counts.*"], 90.0)
        return done

    monkeypatch.setattr(mutants, "said", said)
    monkeypatch.setattr(mutants, "run", run)
    assert mutants.main(["crrkit.counts.*", "--minutes", "1.5"]) == 1
    out = capsys.readouterr().out
    assert "crrkit.counts.rates.x_quick_ratio__mutmut_3\n-    if lost:\n+    if not lost:\n" in out
    assert "survived: 2; not checked: 1\n" in out
    assert ("goes on where this one stopped" in out) is not done


def test_where_all_were_noticed_nothing_is_printed(capsys, monkeypatch) -> None:
    monkeypatch.setattr(mutants, "said", lambda *_words: "")
    monkeypatch.setattr(mutants, "run", lambda _chosen, *, seconds: seconds > 0)
    assert mutants.main([]) == 0
    assert capsys.readouterr().out == "survived: 0\n"


def test_time_ends_a_run(monkeypatch) -> None:
    monkeypatch.setattr(mutants, "MUTMUT", ["python3", "-c", "import time; time.sleep(60)"])
    assert not mutants.run([], seconds=0.2)
