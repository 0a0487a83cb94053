"""The command line, as somebody meets it who types: what it prints, in which language, and how it refuses."""

from __future__ import annotations

import csv
import gzip
import inspect
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

import crrkit
from crrkit import cli
from crrkit.cli import commands
from crrkit.cli.reading import COLUMN_OPTIONS, in_options, settle_kind
from crrkit.cli.screen import CLEAR, Status, broken, say
from crrkit.ground.languages import use_language
from crrkit.read.bases import readers as bases

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
ORDERS = str(ROOT / "sample_data" / "orders.csv")
CONTRACTS = str(ROOT / "sample_data" / "contracts.csv")
EVENTS = str(ROOT / "sample_data" / "events.csv")
RU_CLIENTS = str(ROOT / "sample_data" / "ru_clients.csv")
LANGUAGE_VARIABLES = ("CRRKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


class Done(NamedTuple):
    status: int
    out: str
    err: str


def crrkit_(*words: str) -> Done:
    """Run a command in this process."""
    with (
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
        pytest.raises(SystemExit) as ended,
    ):
        cli.run(words)
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LANGUAGE_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def start(*words: str, **options: object) -> subprocess.Popen[str]:
    """Begin a command in a process of its own, as a shell would."""
    environment = {name: value for name, value in os.environ.items() if name not in LANGUAGE_VARIABLES}
    return subprocess.Popen(
        [sys.executable, "-m", "crrkit", *words],
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=options.get("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        cwd=options.get("cwd"),
        encoding="utf-8",
    )


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s+[A-ZА-Я“-]|\s*$)", text.strip()))


def refused(done: Done, *names: str) -> None:
    """One or two sentences on stderr that name these things, nothing on stdout, and status 2."""
    assert done.status == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.count("\n") == 1
    assert 1 <= sentences(done.err) <= 3
    assert [name for name in names if name not in done.err] == []


class TestCrr:
    def test_the_example_of_the_first_source(self) -> None:
        # 70 at the start, 90 at the end, 30 of them new: 60 / 70 = 85.714... %, and (60 / 70) ** 12 = 15.7 % a year.
        # Wilson's interval for 60 of 70 is 75.7 % to 92.1 %; 0.757 ** 12 = 3.5 %, 0.921 ** 12 = 37.0 %.
        done = crrkit_("crr", "70", "90", "30", "--period", "month")
        assert done == Done(
            0,
            "CRR 85.7% (60 of 70, month; 95% interval 75.7% to 92.1%)\n"
            "(customers at the end − new) / customers at the start = (90 − 30) / 70 = 85.7%\n"
            "\n"
            "At the start: 70. Of them still there: 60, lost: 10 (churn 14.3%).\n"
            "Equivalent for a year, if all periods were alike: 15.7% (3.5% to 37.0%).\n"
            "If some of the 30 new have left again, CRR is between 85.7% and 100.0%.\n",
            "",
        )

    def test_the_example_of_the_second_source_in_russian(self) -> None:
        # 1000 at the start, 300 lost, 500 new, 1200 at the end: 70 % kept in half a year, 0.7 ** 2 = 49 % a year.
        done = crrkit_("crr", "1000", "1200", "500", "--period", "half-year", "--lang", "ru")
        text = done.out.replace("\N{NO-BREAK SPACE}", " ")
        assert "КУК 70,0 % (700 из 1 000, полугодие;" in text
        assert "(клиенты на конец − новые) / клиенты на начало = (1 200 − 500) / 1 000 = 70,0 %" in text
        assert "На начало: 1 000. Из них остались: 700, потеряны: 300 (отток 30,0 %)." in text
        assert "За год, если бы все периоды были одинаковы: 49,0 %" in text
        assert "от 70,0 % до 100,0 %" in text

    def test_no_line_is_wider_than_a_terminal(self) -> None:
        for lang in ("en", "ru"):
            out = crrkit_("crr", "12000", "15000", "5000", "--period", "quarter", "--lang", lang).out
            assert [line for line in out.splitlines() if len(line) > 90] == []

    def test_a_month_is_meant_and_said_when_no_period_is_named(self) -> None:
        done = crrkit_("crr", "70", "90", "30")
        assert "(60 of 70, month;" in done.out
        assert "No period was named, so a month is meant." in done.out

    def test_without_newcomers_nothing_is_in_doubt(self) -> None:
        assert "If some of the" not in crrkit_("crr", "70", "60", "0").out

    def test_a_year_has_no_other_yearly_rate(self) -> None:
        assert "Equivalent" not in crrkit_("crr", "70", "90", "30", "--period", "year").out

    def test_those_who_returned_are_neither_kept_nor_new(self) -> None:
        # 90 - 30 new - 10 returned = 50 of 70 are still there.
        done = crrkit_("crr", "70", "90", "30", "--returned", "10", "--lost", "20", "--period", "month")
        assert done.out.startswith("CRR 71.4% (50 of 70")
        assert "(90 − 30 − 10) / 70 = 71.4%" in done.out
        assert "If some of the" not in done.out

    def test_gross_newcomers_leave_only_bounds(self) -> None:
        # Of 15 at the end at most 10 can be of the 10 at the start, and all 15 may be among the 100 who joined.
        done = crrkit_("crr", "10", "15", "100", "--gross", "--period", "month")
        assert done.out == (
            "CRR between 0.0% and 100.0% (month)\nOf the 10 at the start, at least 0 and at most 10 are still there.\n"
        )

    def test_nobody_at_the_start_is_said_and_is_not_zero(self) -> None:
        done = crrkit_("crr", "0", "30", "30", "--period", "month")
        assert done.status == 0
        assert "Nobody was there at the start, so the rate is undefined" in done.err
        assert done.out == (
            "CRR – (month; nobody was there at the start)\n"
            "(customers at the end − new) / customers at the start = (30 − 30) / 0 = –\n"
        )
        gross = crrkit_("crr", "0", "30", "30", "--gross", "--period", "month")
        assert gross == Done(0, done.err, "")

    def test_the_level_of_the_interval_can_be_chosen(self) -> None:
        assert "99% interval" in crrkit_("crr", "70", "90", "30", "--level", "0.99").out

    @settings(max_examples=40)
    @given(st.integers(1, 10**6), st.data())
    def test_any_account_gives_its_own_share(self, begin: int, data: st.DataObject) -> None:
        kept, new = data.draw(st.integers(0, begin)), data.draw(st.integers(0, 10**6))
        said = crrkit_("crr", str(begin), str(kept + new), str(new), "--period", "week").out
        shown = float(re.match(r"CRR ([\d.]+)%", said)[1])
        assert shown == pytest.approx(100 * kept / begin, abs=0.0501)
        assert f"lost: {begin - kept:,} " in said

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            (["70%", "90", "30"], ["start='70%'", "whole number", "without spaces"]),
            (["70", "1 000", "30"], ["end='1 000'", "1000"]),
            (["70", "1,000", "30"], ["end='1,000'"]),
            (["70.5", "90", "30"], ["start='70.5'"]),
            (["70", "ninety", "30"], ["end='ninety'"]),
            (["70", "9" * 400, "30"], ["is not a whole number"]),
            (["70", "-90", "30"], ["end=-90", "0 or more"]),
            (["-70", "90", "30"], ["start=-70", "0 or more"]),
            (["10", "15", "100"], ["new=100", "end=15", "--gross"]),
            (["70", "120", "30"], ["end=120", "start=70", "--returned"]),
            (["70", "90", "30", "--lost", "80"], ["--lost 80", "start=70"]),
            (["70", "90", "30", "--lost", "5"], ["end=90", "5 customers"]),
            (["70", "90", "30", "--period", "monthly"], ["--period monthly", "quarter", "Did you mean 'month'?"]),
            (["70", "90", "30", "--level", "95"], ["--level 95", "0.95"]),
            (["70", "90", "30", "--gross", "--lost", "10"], ["--gross", "--lost"]),
            (["70", "90", "30", "--gross", "--period", "moon"], ["--period moon"]),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_a_sentence(self, words: list[str], names: list[str]) -> None:
        refused(crrkit_("crr", *words), *names)

    def test_a_whole_number_may_carry_a_point(self) -> None:
        assert crrkit_("crr", "70.0", "90.", "+30").out == crrkit_("crr", "70", "90", "30").out

    @pytest.mark.parametrize("words", [["70", "90"], ["70", "90", "30", "--perod", "month"], ["70", "90", "30", "40"]])
    def test_typer_says_what_is_wrong_with_the_words_themselves(self, words: list[str]) -> None:
        done = crrkit_("crr", *words)
        assert done.status == 2
        assert done.out == ""
        assert re.search(r"^Error: .*(NEW|--perod|40)", done.err, re.MULTILINE)


class TestLanguage:
    @pytest.mark.parametrize(
        ("words", "environment", "expected"),
        [
            ([], {}, "en"),
            (["--lang", "ru"], {}, "ru"),
            (["--lang=ru"], {"CRRKIT_LANG": "en"}, "ru"),
            ([], {"CRRKIT_LANG": "ru", "LANG": "en_US.UTF-8"}, "ru"),
            ([], {"CRRKIT_LANG": "en", "LANG": "ru_RU.UTF-8"}, "en"),
            ([], {"LANG": "ru_RU.UTF-8"}, "ru"),
            ([], {"LC_ALL": "C.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
            ([], {"LC_ALL": "", "LC_MESSAGES": "ru_RU", "LANG": "en_US"}, "ru"),
            ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ],
    )
    def test_the_nearest_word_decides(
        self, monkeypatch: pytest.MonkeyPatch, words: list[str], environment: dict[str, str], expected: str
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert ("КУК" in crrkit_("crr", "70", "90", "30", *words).out) == (expected == "ru")

    def test_the_option_may_stand_before_the_command(self) -> None:
        assert crrkit_("--lang", "ru", "crr", "70", "90", "30") == crrkit_("crr", "70", "90", "30", "--lang", "ru")

    @pytest.mark.parametrize("words", [["--lang", "fr", "crr", "1", "1", "0"], ["crr", "1", "1", "0", "--lang", "fr"]])
    def test_a_language_that_is_not_spoken_is_refused(self, words: list[str]) -> None:
        done = crrkit_(*words)
        assert done.status == 2
        assert "'fr' is not a language of crrkit. Choose one of en, ru." in done.err

    def test_so_is_one_that_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRRKIT_LANG", "fr")
        assert crrkit_("crr", "1", "1", "0").status == 2

    def test_the_language_of_one_command_does_not_stay(self) -> None:
        crrkit_("crr", "70", "90", "30", "--lang", "ru")
        assert crrkit.language() == "en"

    def test_every_help_text_has_its_russian(self) -> None:
        with use_language("en"):
            english = help_texts()
        with use_language("ru"):
            russian = help_texts()
        assert len(english) > 60
        assert [a for a, b in zip(english, russian, strict=True) if a == b or not CYRILLIC.search(b)] == []

    def test_a_refusal_speaks_russian(self) -> None:
        done = crrkit_("crr", "70%", "90", "30", "--lang", "ru")
        assert done.status == 2
        assert "start='70%'\xa0— не целое число." in done.err


def help_texts() -> list[str]:
    built = cli.build()
    commands = [built, *built.commands.values()]
    own = [text for command in commands for text in (command.help, command.epilog)]
    return own + [parameter.help for command in commands for parameter in command.params]


class TestHelp:
    @pytest.mark.parametrize("command", ["crr", "check", "report", "lab", "app"])
    def test_says_what_shows_an_example_and_names_the_next_step(self, command: str) -> None:
        done = crrkit_(command, "--help")
        assert done.status == 0
        assert re.search(rf"Example:.*\n\s+crrkit {command} ", done.out)
        assert "Next:" in done.out
        assert max(map(len, done.out.splitlines())) <= 80

    def test_what_says_how_a_file_is_read_stands_under_headings_of_its_own(self) -> None:
        parts = re.split(r"^(\w[\w ]*):\n", crrkit_("report", "--help").out, flags=re.MULTILINE)[1:]
        found = {
            title: re.findall(r"^  (?:-\w, )?(?:--)?(\w\S*)", text, re.MULTILINE)
            for title, text in zip(parts[::2], parts[1::2], strict=True)
        }
        assert list(found) == ["Arguments", "Options", "Columns", "What counts", "File format"]
        assert "out" in found["Options"]
        assert ("customer" in found["Columns"], "zone" in found["What counts"], "sep" in found["File format"]) == (
            True,
        ) * 3

    def test_nothing_in_the_russian_help_is_english(self) -> None:
        said = crrkit_("crr", "--help", "--lang", "ru").out
        assert said.startswith("Вызов: crrkit crr")
        assert re.findall(r"Usage|Arguments|Options|Commands|required|default|env var|Show this", said) == []

    def test_the_whole_lists_the_commands(self) -> None:
        done = crrkit_("--help")
        assert re.findall(r"^  (\w+) {2,}\S", done.out, re.MULTILINE) == [
            "crr",
            "check",
            "report",
            "explore",
            "lab",
            "app",
            "lessons",
        ]
        assert "..." not in done.out.split("Commands:")[1]

    def test_version(self) -> None:
        assert crrkit_("--version") == Done(0, f"crrkit {crrkit.__version__}\n", "")

    def test_every_argument_of_the_readers_can_be_typed(self) -> None:
        arguments = {
            *inspect.signature(bases.read_orders).parameters,
            *inspect.signature(bases.read_contracts).parameters,
            *inspect.signature(crrkit.read_events).parameters,
            *inspect.signature(crrkit.read_snapshots).parameters,
        }
        arguments = arguments - {"kind", "_unnamed"} | {"event"}  # --kind says what the rows are
        assert arguments - set(COLUMN_OPTIONS) == {
            "source",
            "activity",
        }  # an activity rule is an object, for Python only
        assert set(COLUMN_OPTIONS) <= arguments


class TestOptions:
    """The library speaks of arguments, the command line of options."""

    @pytest.mark.parametrize(
        ("said", "typed"),
        [
            ("every='week' is not known.", "--every week is not known."),
            ("as_of='soon' is no date", "--as-of soon is no date"),
            ("Say which one it is with at=; the columns", "Say which one it is with --at; the columns"),
            ("Name both, or name amount=.", "Name both, or name --amount."),
            ("use dates='%d %m' or", "use --dates '%d %m' or"),
            ("--refunds='set aside'", "--refunds='set aside'"),
            ("by[0]='region' is not", "--by region is not"),
            ("ask crr_bounds what", "ask --gross what"),
            ("start=70 stays", "start=70 stays"),
            ("combat='x' stays", "combat='x' stays"),
            ("use open_ends=['в работе'].", "use --open-ends 'в работе'."),
            ("like open_ends=['9999-12-31', 'open'].", "like --open-ends 9999-12-31 --open-ends open."),
            ("open_ends=() for none.", "--open-ends none for none."),
            ("nobody=[…] to name others", "--nobody to name others"),
            ("or crr.churn_from_counts(start=…, lost=…).", "or crr.churn_from_counts(start=…, lost=…)."),
            ("fold=('case',) or (this)", "--fold case or (this)"),
        ],
    )
    def test_by_example(self, said: str, typed: str) -> None:
        names = ["every", "as_of", "at", "amount", "dates", "by", "open_ends", "nobody", "fold"]
        assert in_options(said, names=names) == typed

    @given(st.sampled_from(sorted(COLUMN_OPTIONS)), st.text("abcdefgh_ %.-", min_size=1))
    def test_a_shell_reads_back_what_was_given(self, name: str, value: str) -> None:
        words = shlex.split(in_options(f"{name}={value!r}", names=COLUMN_OPTIONS))
        assert words == [f"--{name.replace('_', '-')}", value]

    @pytest.mark.slow
    def test_a_list_that_may_be_empty_is_so_by_a_word(self, tmp_path: Path) -> None:
        file = tmp_path / "contracts.csv"
        rows = "client_id,joined,left\na,2024-01-05,2024-02-01\nb,2024-01-06,2024-03-01\nc,2024-01-07,9999-12-31\n"
        file.write_text(rows, encoding="utf-8")
        words = ("check", str(file), "--kind", "contracts", "-q")
        assert "1 end written as 9999-12-31 is read as open." in crrkit_(*words).out
        none = crrkit_(*words, "--open-ends", "none", "--merge-gap", "2", "--fold", "none", "--nobody", "none")
        assert (none.status, none.err) == (0, "")
        assert "read as open" not in none.out

    def test_marks_of_numbers_can_be_typed(self, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        file.write_text("id;at;paid\na;2024-01-05;1,200\nb;2024-02-06;2,500\n", encoding="utf-8")
        words = ("check", str(file), "--kind", "orders", "--customer", "id", "--at", "at", "--amount", "paid", "-q")
        asked = crrkit_(*words)
        assert asked.status == 2
        assert "--decimal" in asked.err
        assert crrkit_(*words, "--decimal", ",").status == 0


class TestCheck:
    def test_the_sample_orders(self) -> None:
        # sample_data/README.md: 7490 rows, of them 28 without a customer, 49 refunds, 2 with no date that exists.
        done = crrkit_("check", ORDERS, "--quiet")
        assert "dates = 'year-month-day': sure. As in" in done.out
        assert done.status == 0
        assert done.err == ""
        assert "7,490 rows read = 7,411 used + 79 set aside" in done.out
        assert re.search(r"no customer id +28 ", done.out)
        assert re.search(r"refund or return +49 ", done.out)
        assert "Read as orders: customer = client_id, at = ordered_at, receipt = receipt, amount = total" in done.out
        assert "Read as orders" in done.out
        assert "From Jan 1, 2023 to Dec 31, 2024: " in done.out

    def test_notes_name_options_and_are_said_once(self, tmp_path: Path) -> None:
        file = tmp_path / "contracts.csv"
        rows = [f"c{i},2024-0{1 + i % 8}-{1 + i:02d},2024-09-{i:02d}" for i in range(1, 9)]
        rows += [f"d{i},2024-0{1 + i % 8}-{1 + i:02d},2024-09-30" for i in range(20)]  # none runs on
        file.write_text("\n".join(["client_id,joined,left", *rows]), encoding="utf-8")
        said = crrkit_("check", str(file), "-q").out
        assert said.count("end on Sep 30, 2024") == 1
        assert "use --open-ends 2024-09-30: they still run" in said
        assert "open_ends" not in said

    def test_other_readings_are_options_and_gaps_are_of_purchases(self, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        rows = [f"{who},2024-0{month}-1{day}" for month in range(1, 6) for day in (1, 5) for who in ("a", "b", "guest")]
        file.write_text("\n".join(["client,date", *rows]), encoding="utf-8")
        said = crrkit_("check", str(file), "-q").out
        assert "Use --nobody none if they are customers" in said
        assert re.search(r"^--nobody none ", said, re.MULTILINE)
        assert re.search(r"Half of the purchases are followed by another within \d+ days, 80% within \d+ days", said)

    def test_what_is_missing_is_named_in_words(self, tmp_path: Path) -> None:
        file = tmp_path / "log.csv"
        file.write_text("0004,19970101,29.33\n0004,19970118,29.73\n0005,19970802,14.96\n", encoding="utf-8")
        assert (
            "The first line holds values, not the names of columns: 0004, 19970101" in crrkit_("check", str(file)).err
        )
        file.write_text("who,date\n1,2024-01-05\n", encoding="utf-8")
        assert (
            "looks like the id of a customer. Say which one it is with --customer;" in crrkit_("check", str(file)).err
        )

    def test_a_report_without_a_rate_says_how_to_see_one(self, tmp_path: Path) -> None:
        few = (
            ROOT / "sample_data" / "canonical.csv",
            "--customer",
            "client_id",
            "--start",
            "joined",
            "--end",
            "left",
            "-q",
        )
        out = ("--kind", "contracts", "--detail", "short", "--out", str(tmp_path / "few.html"))
        assert "in a report not to share: --min-cell 0." in crrkit_("report", *map(str, few), *out).out
        assert "--min-cell" not in crrkit_("report", *map(str, few), *out, "--min-cell", "0").out

    def test_counts_each_customer_once(self) -> None:
        with Path(CONTRACTS).open(encoding="utf-8") as file:
            people = {row["client_id"] for row in csv.DictReader(file)}
        assert f": {len(people):,} customers." in crrkit_("check", CONTRACTS, "-q").out

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("file", "kind"), [(ORDERS, "orders"), (CONTRACTS, "contracts"), (RU_CLIENTS, "contracts")]
    )
    def test_the_command_that_it_writes_runs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, kind: str
    ) -> None:
        command = shlex.split(crrkit_("check", file, "-q").out.splitlines()[-1])
        assert command[:5] == ["crrkit", "report", file, "--kind", kind]
        monkeypatch.chdir(tmp_path)
        done = crrkit_(*command[1:], "--detail", "short", "-q")
        assert done.status == 0
        assert (tmp_path / "report.html").stat().st_size > 10_000
        assert done.err == ""

    def test_what_is_named_is_not_searched_for_and_comes_back_in_the_command(self, tmp_path: Path) -> None:
        (tmp_path / "log.csv").write_text("wer,wann,customer_no,date,town\na,2024-01-05,x,,K\na,2024-02-05,y,,L\n")
        words = ["--customer", "wer", "--at", "wann", "--by", "customer_no", "--by", "town", "--zone", "Europe/Berlin"]
        out = crrkit_("check", str(tmp_path / "log.csv"), *words, "-q").out
        assert "customer = wer, at = wann" in out
        command = shlex.split(out.splitlines()[-1])
        assert command.count("--by") == 2
        assert command[command.index("--zone") + 1] == "Europe/Berlin"

    def test_pieces_times_price_comes_before_a_total(self, tmp_path: Path) -> None:
        # Pieces below 0 say which rows are returns; of three rows one is.
        (tmp_path / "log.csv").write_text(
            "customer,date,qty,price,total\na,2024-01-05,1,2,2\na,2024-02-05,-1,2,2\nb,2024-03-05,1,2,2\n"
        )
        out = crrkit_("check", str(tmp_path / "log.csv"), "-q").out
        assert "amount = qty × price" in out
        assert "--quantity qty --price price" in out.splitlines()[-1]
        assert re.search(r"refund or return +1 ", out)
        chosen = crrkit_("check", str(tmp_path / "log.csv"), "--amount", "total", "-q").out
        assert "amount = total" in chosen
        assert "--quantity qty" not in chosen, "though the note on the column names that option"
        # The pieces are then unread, and one row of the three has them below 0 though its total is above.
        assert chosen.startswith("Column 'qty' was not read and is below 0 in 1 row that counts as a purchase.")
        none = crrkit_("check", str(tmp_path / "log.csv"), "--amount", "", "--quantity", "", "--price", "", "-q").out
        assert "3 rows read = 3 used + 0 set aside" in none
        command = shlex.split(none.splitlines()[-1])
        assert command[command.index("--amount") + 1] == ""

    def test_regular_coffee_is_counted_by_week(self, tmp_path: Path) -> None:
        days = [f"a,2024-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29, 3)]
        (tmp_path / "coffee.csv").write_text("customer,date\n" + "\n".join(days))
        out = crrkit_("check", str(tmp_path / "coffee.csv"), "-q").out
        assert "Suggested period: week (" in out
        assert "--every week " in out

    def test_a_history_too_short_for_a_rhythm_still_gets_a_period_and_the_reason(self, tmp_path: Path) -> None:
        days = [f"{name},2024-01-{day:02d}" for day, name in enumerate("abcdefghijklmnop", start=1)]
        (tmp_path / "few.csv").write_text("customer,date\n" + "\n".join(days))
        out = crrkit_("check", str(tmp_path / "few.csv"), "-q").out
        assert "so no period can be named" in out
        assert "Suggested period" not in out, "suggest_period refuses, and check does not know better"
        assert "counted by: week (" in out  # two weeks fit into sixteen days, two months do not

    @pytest.mark.parametrize(
        ("head", "kind"),
        [
            ("who,ordered_at", "orders"),
            ("who,joined,left", "contracts"),
            ("who,date,start,end", "contracts"),
            ("who,date,start", "orders"),
        ],
    )
    def test_the_kind_is_seen_from_the_columns(self, tmp_path: Path, head: str, kind: str) -> None:
        (tmp_path / "list.csv").write_text(head + "\n" + ",".join("1" for _ in head.split(",")))
        assert settle_kind(str(tmp_path / "list.csv"), kind=None, reading={}) == kind

    def test_or_from_the_options(self) -> None:
        assert settle_kind("not opened", kind=None, reading={"at": "x"}) == "orders"
        assert settle_kind("not opened", kind=None, reading={"start": "x"}) == "contracts"
        assert settle_kind("not opened", kind=None, reading={"at": "x", "event": "y"}) == "events"

    def test_or_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "list.csv").write_text("who,what\na,b\n")
        refused(crrkit_("check", str(tmp_path / "list.csv"), "-q"), "who, what", "--at", "--start")
        refused(
            crrkit_("check", ORDERS, "--kind", "order", "-q"), "--kind order", "contracts", "Did you mean 'orders'?"
        )

    def test_an_option_of_the_other_kind_is_not_ignored(self) -> None:
        refused(
            crrkit_("check", ORDERS, "--kind", "orders", "--end-is", "last_active_day", "-q"), "--end-is", "contracts"
        )

    @pytest.mark.slow
    def test_speaks_russian(self) -> None:
        lines = crrkit_("check", RU_CLIENTS, "--lang", "ru", "-q").out.splitlines()
        assert "прочитано 153 строки" in lines[0]
        assert [line for line in lines if line and not CYRILLIC.search(line)] == []


class TestEvents:
    @pytest.mark.slow
    def test_the_command_that_it_writes_makes_the_report(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        done = crrkit_("check", EVENTS, "--kind", "events", "-q")
        with Path(EVENTS).open(encoding="utf-8") as file:
            bought = {row["client_id"] for row in csv.DictReader(file) if row["kind"] == "purchase"}
        assert f": {len(bought):,} customers." in done.out
        assert "never bought: contacts" in done.out
        command = shlex.split(done.out.splitlines()[-1])
        assert command[command.index("--event") + 1] == "kind"
        monkeypatch.chdir(tmp_path)
        written = crrkit_(*command[1:], "--detail", "short", "-q")
        assert (written.status, written.err) == (0, "")
        assert (tmp_path / "report.html").stat().st_size > 10_000

    def test_words_of_the_firm_are_typed_as_word_and_kind(self, tmp_path: Path) -> None:
        log = tmp_path / "log.csv"
        days = [f"{who},2024-0{month}-05,{what}" for month in (1, 2, 3) for who, what in (("a", "paid"), ("b", "x=y"))]
        log.write_text("customer,date,what\n" + "\n".join([*days, "c,2024-03-31,noise"]))
        words = ["check", str(log), "--event", "what", "--kinds", "paid=purchase", "--kinds", "x=y=visit", "-q"]
        done = crrkit_(*words, "--other", "set aside")
        assert "1 customer." in done.out
        assert done.out.startswith(f"{log.name}: 7 rows read = 6 used + 1 set aside")
        assert "Read as events" in done.out
        command = shlex.split(done.out.splitlines()[-1])
        assert [command[i + 1] for i, word in enumerate(command) if word == "--kinds"] == ["paid=purchase", "x=y=visit"]
        aside = crrkit_(*words, "--kinds", "noise=set aside")
        assert aside.out.splitlines()[0] == done.out.splitlines()[0]
        refused(crrkit_(*words), "'noise'", "--kinds noise=visit", "--other 'set aside'")
        refused(crrkit_(*words, "--kinds", "noise"), "--kinds noise does not say what a word means")
        refused(crrkit_(*words, "--kinds", "noise=nothing"), "'nothing' is not a kind of event")

    def test_a_column_that_is_not_there_is_the_option_s(self) -> None:
        refused(
            crrkit_("check", EVENTS, "--event", "knid", "-q"), "--event knid is not a column", "Did you mean 'kind'"
        )

    def test_an_option_of_events_belongs_to_events(self) -> None:
        refused(crrkit_("check", ORDERS, "--kind", "orders", "--event", "channel", "-q"), "--event belongs to events")


class TestOneReading:
    """`check`, `report` and Python settle kind and columns by the same function."""

    def test_an_event_log_is_never_read_as_purchases_unasked(self, tmp_path: Path) -> None:
        out = ["--out", str(tmp_path / "out.html")]
        for words in (["check"], ["report", *out], ["check", "--kind", "orders"]):
            done = crrkit_(words[0], EVENTS, *words[1:], "-q")
            refused(done, "'kind'", "'site_visit'", "--kind events --event kind", "--kind orders --status kind")
        assert list(tmp_path.iterdir()) == []

    def test_both_calls_that_settle_it_give_the_rate_of_the_buyers(self) -> None:
        # Every event as a purchase gave 72.8 %, the purchases 68.7 %.
        said = [
            crrkit_("check", EVENTS, *words, "-q").out
            for words in (["--kind", "events"], ["--kind", "orders", "--status", "kind", "--counts", "purchase"])
        ]
        rates = [re.search(r"kept [\d,]+ of [\d,]+, CRR [\d.]+%", text)[0] for text in said]
        assert rates[0] == rates[1]
        assert "--counts purchase" in said[1].splitlines()[-1]

    def test_a_word_that_does_not_occur_is_refused_with_those_that_do(self) -> None:
        refused(
            crrkit_("check", EVENTS, "--status", "kind", "--counts", "purchse", "-q"), "'purchse'", "'site_visit'",
            "Did you mean 'purchase'?",
        )  # fmt: skip
        refused(crrkit_("check", EVENTS, "--kind", "events", "--kinds", "vizit=visit", "-q"), "'vizit'", "'site_visit'")

    @pytest.mark.slow
    def test_what_is_in_doubt_stands_above_the_number(self, tmp_path: Path) -> None:
        log = tmp_path / "log.csv"
        rows = [f"c{i % 8},2024-0{1 + i % 5}-1{i % 9},shop,{'gold' if i % 2 else 'blue'}" for i in range(40)]
        log.write_text("customer,date,place,status\n" + "\n".join(rows))
        checked = crrkit_("check", str(log), "-q").out
        assert checked.startswith("Column 'status' also says 'blue' (20), 'gold' (20)")
        out = tmp_path / "out.html"
        done = crrkit_("report", str(log), "--out", str(out), "--min-cell", "0", "-q")
        assert done.out.startswith("Column 'status' also says")
        assert "\nRead as orders: customer = customer, at = date, status = status\n" in done.out
        page = out.read_text(encoding="utf-8")
        assert page.index("also says") < page.index("What was read")


class TestReport:
    words = ("report", ORDERS, "--kind", "orders", "--amount", "total", "--every", "month")

    def test_says_the_finding_and_where_the_file_lies(self, tmp_path: Path) -> None:
        out = tmp_path / "out.html"
        done = crrkit_(*self.words, "--out", str(out), "-q")
        assert done.status == 0
        # Counted here anew: who bought in November and in December 2024.
        november, december = buyers("2024-11"), buyers("2024-12")
        assert f"{len(november & december)} of {len(november)} customers" in done.out.splitlines()[0]
        assert f"The report: {out}" in done.out
        assert done.err == ""
        assert out.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
        assert [path.name for path in tmp_path.iterdir()] == ["out.html"]

    @pytest.mark.pages
    def test_in_russian_with_a_notebook(self, tmp_path: Path) -> None:
        files = {"--out": tmp_path / "out.html", "--notebook": tmp_path / "out.ipynb"}
        words = [str(word) for pair in files.items() for word in pair]
        done = crrkit_(*self.words, *words, "--every", "quarter", "--lang", "ru", "-q")
        assert done.status == 0
        assert f"Отчёт: {files['--out']}\nБлокнот: {files['--notebook']}\n" in done.out
        assert 'lang="ru"' in files["--out"].read_text(encoding="utf-8")
        cells = json.loads(files["--notebook"].read_text(encoding="utf-8"))["cells"]
        assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")

    def test_says_what_it_took_the_rows_for(self, tmp_path: Path) -> None:
        done = crrkit_("report", CONTRACTS, "--out", str(tmp_path / "out.html"), "--detail", "short", "-q")
        assert done.err.startswith("Each row is a contract")

    @pytest.mark.slow
    def test_passes_on_what_was_typed(self, tmp_path: Path) -> None:
        span = ["--first", "2024-03", "--last", "2024-05", "--title", "Our <customers>", "--min-cell", "0"]
        crrkit_(*self.words, *span, "--out", str(tmp_path / "out.html"), "-q")
        page = (tmp_path / "out.html").read_text(encoding="utf-8")
        assert "Our &lt;customers&gt;" in page
        assert "May 2024" in page
        assert "2024-02" not in page

    def test_a_refusal_leaves_the_old_report_alone(self, tmp_path: Path) -> None:
        out = tmp_path / "out.html"
        out.write_text("the old one")
        refused(crrkit_(*self.words, "--first", "2031-01", "--out", str(out), "-q"), "--first 2031-01")
        assert out.read_text() == "the old one"
        assert list(tmp_path.iterdir()) == [out]

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            (["--out", "nowhere/out.html"], ["--out nowhere/out.html", "folder"]),
            (["--out", "out.txt"], ["--out out.txt", ".html"]),
            (["--every", "fortnight"], ["--every fortnight", "month"]),
            (["--first", "February"], ["--first February", "2024-02"]),
            (["--first", "2024-05", "--last", "2024-02"], ["2024-05", "2024-02"]),
            (["--as-of", "soon"], ["--as-of soon", "2024-07-01"]),
            (["--zone", "Europe/Moskow"], ["--zone Europe/Moskow", "Europe/Moscow"]),
            (["--week-starts", "mon"], ["--week-starts mon", "monday"]),
            (["--refunds", "drop"], ["--refunds drop", "keep"]),
            (["--by", "regon"], ["--by regon", "region"]),
        ],
    )
    def test_a_wrong_option_is_refused_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], names: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        refused(crrkit_(*self.words, *words, "-q"), *names)
        assert list(tmp_path.iterdir()) == []


def buyers(month: str) -> set[str]:
    with Path(ORDERS).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["client_id"] for row in rows if row["ordered_at"].startswith(month) and float(row["total"]) > 0} - {""}


def many(row: str) -> str:
    return "".join(row.format(i=i, day=1 + i % 28) for i in range(60))


BAD_FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "a missing column": ("who,when\na,2024-01-05\n", ["customer", "who, when"]),
    "an empty file": ("", ["bad.csv", "empty"]),
    "a header only": ("customer,date\n", ["bad.csv", "no rows"]),
    "binary junk": (bytes(range(256)) * 40, ["bad.csv", "not a text file"]),
    "half its rows cut off mid-field": (
        "customer,date,amount\n" + many("c{i},2024-01-{day:02d},10\nc{i},2024-0\n"),
        ["bad.csv", "60 of 120 rows", "export the file again"],
    ),
    "dates that do not parse": ("customer,date\n" + many("c{i},soon\n"), ["bad.csv", "60 of 60 rows", "date"]),
    "ids that are all null": ("customer,date\n" + many(",2024-01-{day:02d}\n"), ["60 of 60 rows", "customer id"]),
}


class TestBadInput:
    @pytest.mark.daily(3)
    @pytest.mark.parametrize("content_and_names", BAD_FILES.values(), ids=BAD_FILES)
    @pytest.mark.parametrize("command", ["check", "report"])
    def test_ends_in_a_sentence(
        self, tmp_path: Path, command: str, content_and_names: tuple[str | bytes, list[str]]
    ) -> None:
        content, names = content_and_names
        bad = tmp_path / "bad.csv"
        bad.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = ["--out", str(tmp_path / "out.html"), "--notebook", str(tmp_path / "out.ipynb")]
        done = crrkit_(command, str(bad), "--kind", "orders", "-q", *(out if command == "report" else []))
        refused(done, *names)
        assert list(tmp_path.iterdir()) == [bad]

    def test_a_period_longer_than_the_data(self, tmp_path: Path) -> None:
        (tmp_path / "bad.csv").write_text("customer,date\n" + many("c{i},2024-01-{day:02d}\n"))
        done = crrkit_(
            "report", str(tmp_path / "bad.csv"), "--every", "year", "--out", str(tmp_path / "out.html"), "-q"
        )
        refused(done, "Jan 1, 2024", "one year", "--every week")
        assert not (tmp_path / "out.html").exists()

    def test_a_directory(self, tmp_path: Path) -> None:
        refused(crrkit_("report", str(tmp_path), "-q"), tmp_path.name, "folder", "*.csv")

    def test_a_file_that_is_not_there(self) -> None:
        refused(crrkit_("check", "nothing.csv", "-q"), "nothing.csv", "not found")

    def test_ends_before_starts(self, tmp_path: Path) -> None:
        (tmp_path / "bad.csv").write_text("customer,start,end\n" + many("c{i},2024-02-01,2024-01-{day:02d}\n"))
        refused(crrkit_("check", str(tmp_path / "bad.csv"), "-q"), "60 of 60 rows", "--start and --end may be swapped")

    def test_negative_amounts_only(self, tmp_path: Path) -> None:
        (tmp_path / "bad.csv").write_text("customer,date,amount\n" + many("c{i},2024-01-{day:02d},-5\n"))
        refused(crrkit_("check", str(tmp_path / "bad.csv"), "-q"), "60 of 60 rows", "--refunds keep")

    @pytest.mark.parametrize("ending", [".csv.gz", ".csv.zip", ".csv.xz", ".parquet", ".xlsx"])
    def test_junk_under_every_name(self, tmp_path: Path, ending: str) -> None:
        bad = tmp_path / f"bad{ending}"
        bad.write_bytes(b"\x00\x01junk" * 50)
        refused(crrkit_("check", str(bad), "-q"))

    def test_a_packed_file_that_was_cut_off(self, tmp_path: Path) -> None:
        whole = gzip.compress(Path(ORDERS).read_bytes())
        (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
        refused(crrkit_("check", str(tmp_path / "cut.csv.gz"), "-q"), "end")

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(st.binary(max_size=300))
    def test_no_bytes_make_a_traceback(self, tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
        bad = tmp_path_factory.mktemp("junk") / "bad.csv"
        bad.write_bytes(b"customer,date\n" + junk)
        assert crrkit_("check", str(bad), "-q").status in {0, 2}

    def test_a_process_of_its_own_ends_with_status_2(self, tmp_path: Path) -> None:
        process = start("report", "nothing.csv", cwd=tmp_path)
        out, err = process.communicate(timeout=300)
        refused(Done(process.returncode, out, err), "nothing.csv")
        assert list(tmp_path.iterdir()) == []


class TestTrouble:
    """What goes wrong without anybody's fault."""

    @pytest.fixture
    def raising(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], Done]:
        def run(error: BaseException) -> Done:
            def read(*_: object, **__: object) -> None:
                raise error

            monkeypatch.setattr(commands, "read", read)
            return crrkit_("report", ORDERS, "--kind", "orders", "-q")

        return run

    def test_a_file_that_may_not_be_read(self, raising) -> None:
        refused(raising(PermissionError(13, "Permission denied", "secret.csv")), "secret.csv", "Permission denied")

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
    def test_ctrl_c_is_not_an_error(self, raising, error: BaseException) -> None:
        assert raising(error) == Done(130, "", "Stopped.\n")

    def test_a_mistake_of_ours_is_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def read(*_: object, **__: object) -> None:
            message = "a bug"
            raise RuntimeError(message)

        monkeypatch.setattr(commands, "read", read)
        with pytest.raises(RuntimeError, match="a bug"):
            cli.run(["report", ORDERS, "--kind", "orders", "-q"])

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe to wait at")
    def test_ctrl_c_while_it_reads(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe.csv"
        os.mkfifo(pipe)
        process = start("check", str(pipe))
        with pipe.open("wb"):  # goes on when crrkit has opened the other end, and keeps it waiting for a byte
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=300)
        assert (process.returncode, err.splitlines()[-1]) == (130, "Stopped.")
        assert "Traceback" not in err

    def test_a_reader_who_has_gone_is_no_error(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        process = start("crr", "70", "90", "30", stdout=writer)
        os.close(writer)
        _out, err = process.communicate(timeout=300)
        assert err == ""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
    def test_a_full_disk_is_said(self) -> None:
        with Path("/dev/full").open("w") as full:
            process = start("crr", "70", "90", "30", stdout=full)
            _out, err = process.communicate(timeout=300)
        assert process.returncode == 2
        assert "No space left on device" in err
        assert "Traceback" not in err

    def test_a_terminal_without_russian_letters_still_gets_an_answer(self) -> None:
        code = "import sys; sys.stdout.reconfigure(encoding='ascii'); from crrkit.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, "crr", "70", "90", "30", "--lang", "ru"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        assert "85,7" in done.stdout


class Screen(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


class TestScreen:
    syllables = st.lists(st.text("abcя,.", min_size=1, max_size=5), min_size=1, max_size=2)
    words = st.lists(syllables.map("\N{NO-BREAK SPACE}".join), min_size=1, max_size=40)

    @given(words, st.integers(12, 60))
    def test_prose_is_broken_between_words_only(self, words: list[str], width: int) -> None:
        lines = broken(" ".join(words), width=width).splitlines()
        assert max(map(len, lines)) <= width
        assert " ".join(lines).split(" ") == words

    def test_tables_and_commands_stay_whole(self) -> None:
        for line in ("a  b " * 20, "  crrkit report " + "x " * 50):
            assert broken(line, width=40) == line

    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_only_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch, is_terminal: bool) -> None:
        monkeypatch.setenv("COLUMNS", "20")
        screen = Screen(is_terminal=is_terminal)
        with redirect_stderr(screen):
            say("one two three four five six\n\nseven", err=True)
        whole, in_two = "one two three four five six\n\nseven\n", "one two three four\nfive six\n\nseven\n"
        assert screen.getvalue() == (in_two if is_terminal else whole)


class TestStatus:
    """What is said while something takes long; the patience of a second is shortened here."""

    @staticmethod
    def wait_for(screen: Screen, text: str) -> None:
        limit = time.monotonic() + 120
        while text not in screen.getvalue():
            assert time.monotonic() < limit, screen.getvalue()
            time.sleep(0.005)

    def test_a_terminal_sees_one_line_that_goes_away(self) -> None:
        screen = Screen(is_terminal=True)
        with Status(stream=screen, patience=0.01) as status:
            status.step("reading")
            self.wait_for(screen, "reading · ")
            status.step("drawing", 1, 3)
            self.wait_for(screen, "drawing (2/3) · ")
        assert "\n" not in screen.getvalue()
        assert re.search(r"reading · \d+ s.*drawing \(2/3\) · \d+ s", screen.getvalue(), re.DOTALL)
        assert screen.getvalue().endswith(CLEAR)

    def test_a_file_gets_a_plain_line_for_each_step(self) -> None:
        screen = Screen(is_terminal=False)
        with Status(stream=screen, patience=0.01) as status:
            status.step("reading")
            self.wait_for(screen, "reading\n")
            time.sleep(0.05)
            status.step("drawing", 1, 3)
            self.wait_for(screen, "drawing (2/3)\n")
        assert screen.getvalue() == "reading\ndrawing (2/3)\n"

    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_what_is_quick_is_not_mentioned(self, is_terminal: bool) -> None:
        screen = Screen(is_terminal=is_terminal)
        with Status(stream=screen, patience=600) as status:
            status.step("reading")
        assert screen.getvalue() == ""

    def test_quiet_says_nothing(self) -> None:
        screen = Screen(is_terminal=True)
        with Status(stream=screen, patience=0.001, quiet=True) as status:
            status.step("reading")
            time.sleep(0.05)
        assert screen.getvalue() == ""

    def test_a_dumb_terminal_is_no_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TERM", "dumb")
        screen = Screen(is_terminal=True)
        with Status(stream=screen, patience=0.01) as status:
            status.step("reading")
            self.wait_for(screen, "reading\n")
        assert screen.getvalue() == "reading\n"

    def test_a_long_name_stays_on_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        screen = Screen(is_terminal=True)
        with Status(stream=screen, patience=0.01) as status:
            status.step("reading " + "x" * 100)
            self.wait_for(screen, "reading")
        shown = screen.getvalue().replace(CLEAR, "\n").splitlines()
        assert max(map(len, shown)) == 39

    def test_speaks_the_language_of_the_command(self) -> None:
        screen = Screen(is_terminal=True)
        with use_language("ru"), Status(stream=screen, patience=0.01) as status:
            status.step("чтение")
            self.wait_for(screen, "чтение · ")
        assert re.search(r"чтение · \d+ с", screen.getvalue())

    def test_what_takes_long_is_mentioned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = Screen(is_terminal=False)

        class UntilItIsSaid(Status):
            def step(self, text: str, done: int | None = None, total: int | None = None) -> None:
                super().step(text, done, total)
                TestStatus.wait_for(screen, f"{text}\n")

        monkeypatch.setattr(commands, "Status", partial(UntilItIsSaid, stream=screen, patience=0.01))
        assert crrkit_("check", ORDERS).status == 0
        assert screen.getvalue() == f"Reading {ORDERS}\n"


class TestStart:
    """Nothing heavy is loaded before it is needed."""

    heavy = ("pandas", "numpy", "matplotlib", "ipywidgets", "anywidget", "ibis", "duckdb", "pyarrow")

    def loaded(self, *words: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *words], cwd=ROOT, capture_output=True, text=True, check=True
        )
        names = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
        assert "crrkit" in names
        return names & set(self.heavy)

    def test_import_loads_nothing_heavy(self) -> None:
        assert self.loaded("-c", "import crrkit") == set()

    @pytest.mark.parametrize("lang", ["en", "ru"])
    def test_neither_does_a_rate_of_three_counts(self, lang: str) -> None:
        assert self.loaded("-m", "crrkit", "crr", "70", "90", "30", "--lang", lang) == set()


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.engines
def test_three_doors_one_rate(data_dir: Path, tmp_path: Path) -> None:
    # Of the 1,364 who bought in October 2011 622 bought in November: 45.6 %. With the 8,905 cancellations counted as
    # purchases it was 48.4 %, which is what `report` and Python said while `check` set them aside.
    # Online Retail, UCI: 541,909 rows, 135,080 of them without a customer; the rest is counted in reference.json.
    file = str(data_dir / "online_retail_uci" / "online_retail_all.csv.gz")
    kept = crrkit.retention_by_period(crrkit.read_orders(file), every="month")
    november = kept.row("2011-11")
    assert (november["kept"], november["start"]) == (622, 1_364)
    reading = (
        "Read as orders: customer = CustomerID, at = InvoiceDate, receipt = InvoiceNo, amount = Quantity × UnitPrice"
    )
    assert kept.card.read_as == reading.removeprefix("Read as ")

    checked = crrkit_("check", file, "-q").out
    assert checked.startswith("24.9% of the rows and 16.5% of the revenue are of customers who are not known")
    assert "541,909 rows read = 397,884 used + 144,025 set aside" in checked.splitlines()[1]
    assert reading in checked
    assert ": 4,338 customers." in checked
    assert "--customer CustomerID --at InvoiceDate" in checked.splitlines()[-1]
    assert "--quantity Quantity --price UnitPrice" in checked.splitlines()[-1]

    written = crrkit_("report", file, "--every", "month", "--out", str(tmp_path / "out.html"), "-q").out
    assert "622 of 1,364 customers" in written
    assert reading in written
    page = re.sub(r"<[^>]+>", " ", (tmp_path / "out.html").read_text(encoding="utf-8"))
    assert "Of 541,909 rows 397,884 were used and 144,025 set aside" in page
    assert re.search(r"no customer id\s+135,080", page)
    heading = re.search(r"By month the rate does not measure who stays: .*45\.6%", page)
    assert heading, "what makes a monthly rate doubtful stands before it"
    assert "December 2011" in page
