"""Which column is which: by the name the user gives, else by the names such columns usually have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit._checks import check_column
from crrkit._errors import ColumnNotFoundError
from crrkit._language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Usual names, folded to lower-case letters and digits; the first that the table has is taken.
USUAL = {
    "customer": (
        "customer", "customerid", "clientid", "client", "userid", "user", "accountid", "memberid", "cardid", "personid",
        "клиент", "idклиента", "клиентid", "кодклиента", "покупатель", "кодпокупателя", "контрагент",
    ),
    "contract": ("contract", "contractid", "contractno", "subscriptionid", "договор", "номердоговора", "контракт"),
    "start": (
        "start", "startdate", "startedat", "joined", "joinedat", "joindate", "signupdate", "since", "from", "validfrom",
        "начало", "датаначала", "подключен", "датаподключения",
    ),
    "end": (
        "end", "enddate", "endedat", "endsat", "left", "leftat", "leftdate", "deactivatedat", "deactivationdate",
        "terminatedat", "terminationdate", "closedat", "expiresat", "expirydate", "expirationdate",
        "churndate", "until", "validto",
        "окончание", "датаокончания", "конец", "отключен", "датаотключения", "расторжение",
        "cancelled", "canceled", "canceledat", "cancelledat", "cancellationdate",  # last: see REQUESTS
    ),
    "at": (
        "at", "orderedat", "orderdate", "invoicedate", "purchasedate", "purchasedat", "transactiondate", "datetime",
        "timestamp", "createdat", "date", "time", "дата", "датапокупки", "датазаказа", "датаоперации", "датавремя",
    ),
    "amount": (
        "amount", "total", "revenue", "sum", "ordertotal", "dollarvalue", "sales", "monthlyfee", "fee",
        "сумма", "итого", "выручка", "стоимость",
    ),
    "kind": (
        "kind", "event", "eventtype", "eventname", "type", "action", "activity",
        "событие", "типсобытия", "вид", "тип",
    ),
    "quantity": ("quantity", "qty", "количество", "колво"),
    "price": ("price", "unitprice", "цена"),
    "receipt": ("receipt", "receiptid", "orderid", "invoiceno", "invoice", "invoiceid", "чек", "номерчека", "заказ"),
}  # fmt: skip

# Ends that may be the day on which somebody asked for the end: not taken while there is a column of another name.
REQUESTS = ("cancelled", "canceled", "canceledat", "cancelledat", "cancellationdate")

# Columns of results and of the expressions that lead to them; a segment column of the same name would be lost in them.
RESERVED = frozenset({
    "active", "age", "age_days", "amount", "at", "back", "before", "begins", "begun", "bucket", "buyers", "came",
    "capped", "cents", "churn", "churn_events", "churned", "closed", "closing", "cohort", "continuous", "contract",
    "contraction", "contracts", "crr", "crr_continuous", "crr_high", "crr_low", "crr_textbook", "customer",
    "customers", "day", "days", "due", "earliest", "early_loss", "end", "expansion", "exposure", "first", "following",
    "former", "frequency", "from_", "gap", "gaps", "gone", "growth", "grr", "high", "history", "inside", "is_top",
    "joined", "joins", "kept", "last", "leaves", "left", "lost", "low", "n", "negative", "new", "new_lost", "nrr",
    "opening", "opens", "outcome", "people", "period", "provisional", "quick_ratio", "rank", "rate", "reach",
    "reactivated", "receipt", "receipts", "recency_days", "recovered", "rejoined", "repeat_buyers", "retained",
    "returned", "returned_lost", "revenue", "since", "size", "spell", "start", "status", "stays", "stretches",
    "top_revenue", "unknown", "unpriced", "until", "weighted", "winback",
})  # fmt: skip


def find_columns(
    named: Mapping[str, str | None], *, available: Iterable[str], required: Iterable[str]
) -> dict[str, str]:
    """The column of the table for each role that was named or is required.

    Args:
        named: What the user gave for each role; None where nothing was given.
        available: The columns that the table has.
        required: The roles that are looked for by their usual names when the user gave none.

    Raises:
        ColumnNotFoundError: If a named column is not there, or a required one is not recognised.
    """
    columns = [str(column) for column in available]
    found = {role: check_column(name, name=role, available=columns) for role, name in named.items() if name is not None}
    for role in required:
        if role not in found:
            found[role] = _recognised(role, columns)
    return found


def usual_column(role: str, columns: Iterable[str]) -> str | None:
    """The column that by its name is likely to hold the role, or None."""
    by_fold = {_fold(column): column for column in reversed(list(columns))}
    return next((by_fold[_fold(name)] for name in USUAL[role] if _fold(name) in by_fold), None)


def request_beside_end(columns: Iterable[str]) -> tuple[str, str] | None:
    """The column with the day of the request and the one with the end itself, when a table has both."""
    named = list(columns)
    end = usual_column("end", named)
    request = next((column for column in named if _fold(column) in REQUESTS), None)
    return None if request is None or end is None or _fold(end) in REQUESTS else (request, end)


def _recognised(role: str, columns: list[str]) -> str:
    column = usual_column(role, columns)
    if column is not None:
        return column
    message = _("No column looks like {role}. Say which one it is with {role}=; the columns are {columns}.")
    text = message.format(role=role, columns=", ".join(columns))
    raise ColumnNotFoundError(text, argument=role, available=columns)


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
