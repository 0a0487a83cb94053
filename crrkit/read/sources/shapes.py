"""Tables that are not a readable list or log, or need another function, detected by their columns."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from crrkit.ground import InputError, told as _
from crrkit.read.words import (
    CLOSED,
    CREATED,
    IS_STILL,
    PURCHASED,
    USUAL_DAYS,
    fold,
    is_label,
    labels_in,
    sure_day,
    tier_of,
    usual_column,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST = re.compile(r"^(?:first|earliest|перв)\w*(?:order|purchase|buy|transaction|visit|seen|покуп|заказ|визит)")
_LAST = re.compile(r"^(?:last|latest|recent|послед)\w*(?:order|purchase|buy|transaction|visit|seen|покуп|заказ|визит)")
_TENURE = re.compile(
    r"^(?:tenure|accountlength|monthsonbook|monthsactive|lifetimemonths|стаж|срокжизни|срокобслуживания)"
)
_FLAG = re.compile(
    r"^(?:churn|churned|churnflag|churnlabel|churnvalue|ischurn|exited|attrition|attritionflag|отток|ушел)$"
)
_ANSWER = re.compile(rf"^(?:{IS_STILL})")
_PERSON = re.compile(r"^(?:firstname|lastname|имя|фамилия|фио|полноеимя|fullname)$")
COUNT_NAMES = {
    "start": r"^(?:start|opening|atstart|customersatstart|startcount|openingcustomers|begin|beginning|"
    r"начало|наначало|клиентовнаначало|былонаначало)$",
    "end": r"^(?:end|closing|atend|customersatend|endcount|closingcustomers|"
    r"конец|наконец|клиентовнаконец|сталонаконец)$",
    "new": r"^(?:new|newcustomers|acquired|joined|gained|новые|новых|новыхклиентов|пришло|привлечено)$",
    "lost": r"^(?:lost|churned|lostcustomers|left|cancelled|ушло|потеряно|отток|ушедшие)$",
    "returned": r"^(?:returned|reactivated|winback|вернулось|вернулись|возвращено)$",
}


def counted_columns(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table of counts, one row per period, by their names."""
    found = {}
    for role, names in COUNT_NAMES.items():
        column = next((name for name in columns if re.search(names, fold(name))), None)
        if column is not None:
            found[role] = column
    period = next(
        (name for name in columns if fold(name) in USUAL_DAYS or fold(name) in ("quarter", "year", "год")), None
    )
    return found | ({} if period is None else {"period": period})


def is_of_counts(columns: Sequence[str]) -> bool:
    """Return whether the rows are periods with counts, not customers."""
    found = counted_columns(columns)
    return (
        {"period", "start"} <= set(found)
        and bool({"new", "lost"} & set(found))
        and usual_column("customer", columns) is None
    )


def are_snapshots(columns: Sequence[str], names: Sequence[str], *, customer: str | None = None) -> bool:
    """Return whether a source consists of customer lists by date: it has the date of a list, not that of a purchase.

    ``names`` are those of the files, if there are several.
    """
    if customer not in columns and usual_column("customer", columns) is None:
        return False
    if sum(map(is_label, columns)) > 1 or sure_day(columns) is not None:
        return True
    if usual_column("at", columns) is not None:
        return False
    by_name = len(names) > 1 and all(labels_in(name) for name in names)
    return by_name or any(fold(name) in USUAL_DAYS for name in columns)


def refuse_shape(columns: Sequence[str], names: Sequence[str] = ()) -> None:
    """Raise an error with the call to use if a table is not a readable list or log, or is ambiguous."""
    lists_or_created = partial(_lists_or_created, names=names)
    shapes = (_two_kinds, lists_or_created, _first_and_last, _survey, _tenure, _flag_alone, _contacts, _months_across)
    for seen in shapes:
        if text := seen(columns):
            raise InputError(text, argument="kind", available=list(columns))


def _named(columns: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    return next((name for name in columns if pattern.search(fold(name))), None)


def _two_kinds(columns: Sequence[str]) -> str | None:
    """Detect a start and an end beside the time of a purchase."""
    start, end, at = (usual_column(role, columns) for role in ("start", "end", "at"))
    if end is None and at is not None and fold(at) in CLOSED:  # the close of a deal, or the end of a contract
        end = at
    elif at is None or fold(at) not in PURCHASED or at in (start, end):
        return None
    if start is None or end is None:
        return None
    return _(
        "Columns {start!r} and {end!r} look like contracts, and column {at!r} like purchases. Use kind='contracts' or"
        " kind='orders'."
    ).format(start=start, end=end, at=at)


def _lists_or_created(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Detect several files named by dates whose rows have only a creation date, of a deal or of a customer."""
    at = usual_column("at", columns)
    if at is None or fold(at) not in CREATED or len(names) < 2 or not all(labels_in(name) for name in names):  # noqa: PLR2004 - several
        return None
    return _(
        "The files are named by dates, and their rows hold {at!r}: are they lists of who was a customer, or what was"
        " bought? Use kind='snapshots' or kind='orders'."
    ).format(at=at)


def _first_and_last(columns: Sequence[str]) -> str | None:
    first, last = _named(columns, _FIRST), _named(columns, _LAST)
    at = usual_column("at", columns)
    if first is None or last is None or (at is not None and at not in (first, last)):
        return None
    return _(
        "Columns {first!r} and {last!r} hold the first and the last purchase of each customer. Purchases in"
        " between are not known, so no retention rate of a period follows: who bought before it and after it"
        " need not have bought in it, and whose last purchase is recent may buy again. Export every purchase"
        " for read_orders(…); what can be said is the share who bought in the latest period:"
        " crr.crr_from_counts(start=…, end=…, new=…, period=…)."
    ).format(first=first, last=last)


def _survey(columns: Sequence[str]) -> str | None:
    answer = _named(columns, _ANSWER)
    if answer is None:
        return None
    text = _(
        "Column {answer!r} holds answers of a survey: crr.read_survey(…, answer={answer!r}) gives the rate with its"
        " interval, the bounds for those who did not answer, and the reasons of those who left."
    )
    return text.format(answer=answer)


def _tenure(columns: Sequence[str]) -> str | None:
    tenure, flag = _named(columns, _TENURE), _named(columns, _FLAG)
    if tenure is None or flag is None or usual_column("at", columns) is not None:
        return None
    return _(
        "Each row is a customer with a length of time, {tenure!r}, and a flag, {flag!r}, but no dates: no rate of a"
        " period can be counted. How long customers stay: crr.lifetime.survival_curve(table[{tenure!r}],"
        " left=table[{flag!r}] == 'Yes'); if the flag means who left in one known period:"
        " crr.churn_from_counts(start=…, lost=…, period=…)."
    ).format(tenure=tenure, flag=flag)


def _flag_alone(columns: Sequence[str]) -> str | None:
    start, flag = usual_column("start", columns), _named(columns, _FLAG)
    taken = start is None or flag is None or usual_column("end", [name for name in columns if name != flag]) is not None
    if taken or usual_column("at", columns) is not None:
        return None
    return _(
        "Column {start!r} says when each customer came and {flag!r} that some left, but not when: no rate of a period"
        " can be counted. Add the day on which they left and use read_contracts(…, start={start!r}, end=…); if all left"
        " in one known period: crr.churn_from_counts(start=…, lost=…, period=…)."
    ).format(start=start, flag=flag)


def _contacts(columns: Sequence[str]) -> str | None:
    """Detect a list of CRM contacts: people without purchases."""
    person = _named(columns, _PERSON)
    dated = any(usual_column(role, columns) is not None for role in ("start", "end")) or _is_of_sales(columns)
    if person is None or dated or usual_column("amount", columns) is not None:
        return None
    return _(
        "These look like the contacts of a CRM: people, and not what they bought. Export the deals, with the contact"
        " and the day, and use read_orders(deals, customer=…, at=…, status=…, counts=[…]); calls and mails are events:"
        " read_events(activities, customer=…, at=…, kind=…)."
    )


def _months_across(columns: Sequence[str]) -> str | None:
    """Detect a table with one column per month, and no column known as the customer's."""
    months = [column for column in columns if is_label(column)]
    if len(months) < 2 or _is_of_sales(columns):  # noqa: PLR2004 - one may be a column of anything
        return None
    return _(
        "Columns {first!r} to {last!r} are months: lists of customers, but no column looks like "
        "customer. Use kind='snapshots' and name it, such as customer={other!r}."
    ).format(first=months[0], last=months[-1], other=next((name for name in columns if name not in months), "…"))


def _is_of_sales(columns: Sequence[str]) -> bool:
    at = usual_column("at", columns)
    return at is not None and (tier_of("at", at) or 0) < 3  # noqa: PLR2004 - the creation date of a contact is not a purchase
