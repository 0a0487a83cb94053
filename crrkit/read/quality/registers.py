"""Lists of contracts whose ends do not show who has left: a status does, or all ends are the date of the export."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import ibis

from crrkit.ground import mark, ntold as ngettext, told as _, told_date as format_date, told_number as format_number
from crrkit.read.quality.doubts import UNREAD, words_in
from crrkit.read.quality.notes import Note
from crrkit.read.values import aggregate, is_true, parse_times
from crrkit.read.words import MOST_STATES, USUAL_NAMES, fold, free_columns, is_of_requests, is_there, listed
from crrkit.rules import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import ibis.expr.types as ir
    import pandas as pd

NOBODY_AFTER, ENDS_ON_ONE_DAY = mark("all contracts end on the last day"), mark("ends on one day")
ALL_AT_ONCE, MASS = 5, 10  # fewer contracts that end on one day may be chance
PILE = 3  # minimum multiple of the number on any other day

_STATUS = re.compile(
    r"(?:status|state)$|^(?:статус|состояние)|^(?:is)?(?:active|enabled|live)$|^актив(?:ен|на|ный|ная|ность)$|^действует$"
)
_GONE = re.compile(
    r"^(?:is|has)?(?:churn|churned|churnflag|churnlabel|exited|attrition|blocked|suspended|cancell?ed|terminated|closed"
    r"|deactivated|archived|deleted|unsubscribed|left|expired)$"
    r"|^(?:отток|ушел|ушла|(?:заблокирован|расторгнут|отключен|удален|закрыт|отписан)[аоы]?|вархиве|архивный)$"
)
_TRIAL = re.compile(
    r"(?i)trial|^incomplete|^draft|^void|^fail|^unpaid|^uncollect|^refunded|триал|пробн|аннулир|неоплач|черновик"
)
_TRIAL_END = re.compile(
    r"^trial(?:end|ends|ended|expires)(?:at|on|date)?(?:utc)?$|^(?:конец|окончание)(?:триала|пробного\w*)$"
)
_PAUSED = re.compile(r"(?i)paus|frozen|freez|on.?hold|suspend|past.?due|заморо|приостан|пауз|должник")
PAUSED_SHARE = 0.05  # of the contracts that run
_LEFT_ON = re.compile(
    r"^(?:(?:date)?(?:cancellation|termination|terminated|withdrawal|withdrawn|churn|churned|left|leaving|leave|exit)"
    r"(?:at|on|date)?|(?:дата)?(?:расторж\w+|отчислен\w*|ухода|выбытия|отключения))(?:utc)?$"
)
NOTICE_DAYS = 31  # a contract may run on for so long after the day of its cancellation
FEWEST_RENEWED = 5  # a status may lag behind the end for few
_TEST = re.compile(r"^(?:is)?(?:test|testaccount|testcustomer|testuser|demo|fake|sandbox)$|^тест(?:ов\w*)?$")


def statuses(columns: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """Return the columns without a role that by their names tell whether somebody is still a customer."""
    return tuple(filter(_is_status, free_columns(columns, taken)))


def _is_status(name: str) -> bool:
    return any(names.search(_plain(name)) for names in (_STATUS, _GONE, _TEST, _TRIAL_END)) or _is_left_on(name)


def _is_left_on(name: str) -> bool:
    """Return whether a column by its name holds the day on which somebody left or gave notice."""
    return _LEFT_ON.search(_plain(name)) is not None or fold(name) in USUAL_NAMES["end"]


def _plain(name: str) -> str:
    return fold(name).replace("ё", "е")


def register_doubts(rows: ir.Table, unread: Sequence[str], *, until: datetime) -> list[str]:
    """Return a doubt for each column by which customers are gone whose contracts run on, or the other way round.

    Args:
        rows: The contracts, with the columns to check.
        unread: The names of these columns.
        until: The cut-off: later ends are still to come.
    """
    said = []
    cut = ibis.literal(until, type="timestamp")
    for place, name in enumerate(unread):
        if not _is_status(name):
            continue
        column = UNREAD + str(place)
        if _TEST.search(_plain(name)):
            said += _test_doubt(words_in(rows, column, most=MOST_STATES), name)
            continue
        if _TRIAL_END.search(_plain(name)):
            said += _unpaid_trials_doubt(rows, column, name, until=cut)
            continue
        if _is_left_on(name) and _GONE.search(_plain(name)) is None:
            said += _left_on_doubt(rows, column, name, until=cut)
            continue
        means_gone = _GONE.search(_plain(name)) is not None
        endless, to_come = rows["end"].isnull(), rows["end"] > cut
        said += [
            _gone_doubt(words, name, has_end=has_end)
            for has_end, those in ((False, endless), (True, to_come))
            if (words := _words(rows.filter(those), column, are_there=False, means_gone=means_gone))
        ]
        if words := _words(_all_over(rows, cut), column, are_there=True, means_gone=means_gone):
            said += _renewed_doubt(words, name, until - timedelta(days=1))
        said += _paused_doubt(rows.filter(endless | to_come), column, name)
        if trials := {word: n for word, n in words_in(rows, column, most=MOST_STATES).items() if _TRIAL.search(word)}:
            said.append(_trial_doubt(trials, name))
    return said


def _words(rows: ir.Table, column: str, *, are_there: bool, means_gone: bool) -> dict[str, int]:
    """Return the words by which somebody is a customer, or is none, with their numbers of rows."""
    met = words_in(rows, column, most=MOST_STATES)
    return {word: n for word, n in met.items() if word and is_there(word) is (are_there is not means_gone)}


def _all_over(rows: ir.Table, cut: ir.Value) -> ir.Table:
    """Return the last contract of each customer of whom no contract runs at the cut-off."""
    by_customer = ibis.window(group_by="customer")
    end, runs_on = rows["end"], rows["end"].isnull() | (rows["end"] > cut)
    told = rows.mutate(latest=end.max().over(by_customer), runs_on=runs_on.any().over(by_customer))
    return told.filter(~told["runs_on"] & (told["end"] == told["latest"]))


def _gone_doubt(words: Mapping[str, int], column: str, *, has_end: bool) -> str:
    n = sum(words.values())
    message = ngettext(
        "{n} contract without an end says {words} in column {column!r}, and counts as running. Give it the day"
        " of its end; without it the rate is too high.",
        "{n} contracts without an end say {words} in column {column!r}, and count as running. Give them the"
        " days of their ends; without them the rate is too high.",
        n,
    )
    if has_end:
        message = ngettext(
            "{n} contract whose end is still to come says {words} in column {column!r}, and counts as running. Give it"
            " the day on which it did end; without it the rate is too high.",
            "{n} contracts whose ends are still to come say {words} in column {column!r}, and count as running. Give"
            " them the days on which they did end; without them the rate is too high.",
            n,
        )
    return message.format(n=format_number(n), words=listed(list(words), words), column=column)


def _renewed_doubt(words: Mapping[str, int], column: str, last: datetime) -> list[str]:
    n = sum(words.values())
    if n < FEWEST_RENEWED:
        return []
    message = _(
        "{n} {n:customer|customers} whose contracts had all ended by {day} {n:is|are} {words} in column {column!r}, and"
        " {n:counts|count} as gone. If their contracts were renewed, give them their later ends; without them the rate"
        " is too low."
    )
    return [message.format(n=format_number(n), day=format_date(last), words=listed(list(words)), column=column)]


def _unpaid_trials_doubt(rows: ir.Table, column: str, name: str, *, until: ir.Value) -> list[str]:
    """Return a doubt if contracts end, or have come, no later than their trial does."""
    trial_end = parse_times(rows, column).value
    last = ibis.coalesce(rows["end"], until)
    n = aggregate(rows, n=is_true(last < trial_end + ibis.interval(days=1)).sum())["n"]
    if not n:
        return []
    message = ngettext(
        "{n} contract that counts ended, or still runs, within the trial of column {column!r}. If nobody has paid for"
        " it, leave out its row: a trial that ends without a contract is no lost customer.",
        "{n} contracts that count ended, or still run, within the trials of column {column!r}. If nobody has paid for"
        " them, leave out their rows: trials that end without a contract are no lost customers.",
        n,
    )
    return [message.format(n=format_number(n), column=name)]


def _left_on_doubt(rows: ir.Table, column: str, name: str, *, until: ir.Value) -> list[str]:
    """Return a doubt if most contracts with a day of leaving run on after it, so that it is not that of a request."""
    left = parse_times(rows, column).value
    given = is_true(left < until)
    runs_on = rows["end"].isnull() | (rows["end"] > until)
    if not is_of_requests(name):
        runs_on |= rows["end"] > left + ibis.interval(days=NOTICE_DAYS)
    n = aggregate(rows, given=given.sum(), runs_on=(given & is_true(runs_on)).sum())
    if not n["runs_on"] or 2 * n["runs_on"] < n["given"]:
        return []
    message = ngettext(
        "{n} contract that runs on has a day in column {column!r}, which was not read. If it ended then, use"
        " end={column!r}, or fill in its end; without it the rate is too high.",
        "{n} contracts that run on have a day in column {column!r}, which was not read. If they ended then, use"
        " end={column!r}, or fill in their ends; without them the rate is too high.",
        n["runs_on"],
    )
    return [message.format(n=format_number(n["runs_on"]), column=name)]


def _paused_doubt(running: ir.Table, column: str, name: str) -> list[str]:
    words = words_in(running, column, most=MOST_STATES)
    paused = {word: n for word, n in words.items() if _PAUSED.search(word)}
    n = sum(paused.values())
    if not n or n < PAUSED_SHARE * sum(words.values()):
        return []
    message = ngettext(
        "{n} contract that runs on says {words} in column {column!r}, and counts as that of a customer. If it is none,"
        " give it an end.",
        "{n} contracts that run on say {words} in column {column!r}, and count as those of customers. If they are none,"
        " give them ends.",
        n,
    )
    return [message.format(n=format_number(n), words=listed(list(paused), paused), column=name)]


def _trial_doubt(words: Mapping[str, int], column: str) -> str:
    message = _(
        "Column {column!r} was not read and says {words} in contracts that count. If nobody has paid for them yet,"
        " leave out their rows: trials that end without a contract are not lost customers."
    )
    return message.format(column=column, words=listed(list(words), words))


def listed_doubts(rows: ir.Table, unread: Sequence[str]) -> list[str]:
    """Return a doubt for each column by which some rows of customer lists are of people who are no customers."""
    said = []
    for place, name in enumerate(unread):
        if _TEST.search(_plain(name)) or not (_STATUS.search(_plain(name)) or _GONE.search(_plain(name))):
            continue
        words = words_in(rows, UNREAD + str(place), most=MOST_STATES)
        means_gone = _GONE.search(_plain(name)) is not None
        gone = [word for word in words if word and is_there(word) is means_gone]
        n = sum(words[word] for word in gone)
        if n:
            message = ngettext(
                "{n} row says {words} in column {column!r}, which was not read, and counts as a customer of its list."
                " If it is not one, use status={column!r}.",
                "{n} rows say {words} in column {column!r}, which was not read, and count as customers of their lists."
                " If they are not, use status={column!r}.",
                n,
            )
            said.append(message.format(n=format_number(n), words=listed(gone), column=name))
    return said


def _test_doubt(words: Mapping[str, int], column: str) -> list[str]:
    n = sum(words[word] for word in words if is_there(word))
    if not 0 < n < sum(words.values()):
        return []
    message = ngettext(
        "Column {column!r} was not read and marks {n} contract that counts. If nobody is behind it, leave out its row.",
        "Column {column!r} was not read and marks {n} contracts that count. If nobody is behind them, leave out their"
        " rows.",
        n,
    )
    return [message.format(column=column, n=format_number(n))]


def last_day_doubt(
    ends: pd.DataFrame, *, of: int, is_day_after: bool = False, until: datetime | None = None
) -> list[str]:
    """Return a doubt if so many contracts end on the last day of a list that it may be the date of the export.

    Args:
        ends: The number of contracts that end on each day, ``day`` (since 1970-01-01) and ``rows``, up to the cut-off.
        of: The number of contracts.
        is_day_after: Whether each day is the one after the day in the list.
        until: The cut-off, if given: if the list continues for days after that day, it is not the last one.
    """
    if ends.empty:
        return []
    n, others = int(ends["rows"].iloc[-1]), ends["rows"].iloc[:-1]
    nobody_left = int(ends["rows"].sum()) == of
    if n < (ALL_AT_ONCE if nobody_left else MASS) or n < PILE * others.max() or (not nobody_left and n < others.sum()):
        return []
    last = EPOCH + timedelta(days=int(ends["day"].iloc[-1]))
    goes_on = until is not None and until.date() > last + timedelta(days=1)
    if goes_on and not nobody_left and not others.empty:
        return []
    day = last - timedelta(days=is_day_after)
    return [_all_gone(n, day) if nobody_left else _one_day_of_ends(n, day, is_all=others.empty)]


def _all_gone(n: int, day: date) -> Note:
    """Return the doubt with facts but without the number, which must not be in a report if it is small."""
    message = _(
        "All contracts that were left end on {day}, the last day of the list, and none runs on. If that is only the day"
        " on which the list was made, use open_ends=['{written}']: they still run. If they did end, use open_ends=()."
    )
    said, written = message.format(day=format_date(day), written=day.isoformat()), [day.isoformat()]
    return Note.about(said, doubt=NOBODY_AFTER, rows=n, day=day.isoformat(), open_ends=written)


def _one_day_of_ends(n: int, day: date, *, is_all: bool) -> Note:
    message = _(
        "Most ends in the list fall on {day}, its last day: it says who had left by then, not when. So the rate of the"
        " period of that day is of all the time before it, and not of one period; to have one, give each end the day on"
        " which it was."
    )
    if is_all:
        message = _(
            "All ends in the list fall on {day}, its last day: it says who had left by then, not when. So the rate of"
            " the period of that day is of all the time before it, and not of one period; to have one, give each end"
            " the day on which it was."
        )
    return Note.about(message.format(day=format_date(day)), doubt=ENDS_ON_ONE_DAY, rows=n)
