"""The README runs from top to bottom, on nothing but what it defines itself."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

import crrkit as crr
from crrkit import cli
from scripts.readme_picture import headline

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def snippets() -> list[str]:
    """The blocks of Python as plain code, in order."""
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    prompts = [doctest.DocTestParser().get_examples(block) for block in blocks]
    return [
        "".join(example.source for example in examples) or block
        for block, examples in zip(blocks, prompts, strict=True)
    ]


def test_the_snippets_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in snippets():
        exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own page
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert isinstance(names["kept"], crr.RetentionTable)


def test_the_picture_shows_the_headline_of_today(tmp_path: Path) -> None:
    ((said, picture),) = re.findall(r"^!\[(.+)\]\((.+)\)$", README, re.MULTILINE)
    assert (ROOT / picture).stat().st_size < 100_000
    assert said == headline(tmp_path), "python scripts/readme_picture.py"


@pytest.mark.slow
def test_the_commands_for_a_file_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").write_bytes(crr.sample_path("orders").read_bytes())
    monkeypatch.chdir(tmp_path)
    commands = [line for line in README.split("\n") if re.match(r"crrkit (crr|check|report) ", line)]
    assert [shlex.split(line)[1] for line in commands] == ["crr", "check", "report"]
    for line in commands:
        with pytest.raises(SystemExit) as ended:
            cli.run(shlex.split(line)[1:])
        assert ended.value.code == 0, (line, capsys.readouterr().err)
    assert (tmp_path / "report.html").exists()
