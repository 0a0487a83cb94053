"""Usual column names of lists, in English and Russian and in exports of shops, banks and CRMs.

Names are folded to lower-case letters and digits and arranged in tiers: a column of an earlier tier takes precedence
over one of a later tier, and within a tier the first. Two columns of a tier in `RIVALS` are ambiguous and raise an
error.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from crrkit.read.words.currencies import without_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Ends that may be the date of the cancellation request: not used if there is a column with another name.
REQUESTS = (
    "cancelled", "canceled", "canceledat", "cancelledat", "cancellationdate", "canceledatutc", "cancelledatutc",
    "subscriptioncancelledat", "subscriptioncanceledat",
)  # fmt: skip
PURCHASED = (
    "at", "orderedat", "orderdate", "orderdatetime", "orderpurchasetimestamp", "purchasetimestamp", "invoicedate",
    "purchasedate", "purchasedat", "transactiondate", "transactiondatetime", "transactiondt", "transactiontime",
    "trdatetime", "saledate", "salesdate", "receiptdate", "placedat", "dateoforder", "dateofpurchase", "datepurchased",
    "donationdate",
    "датапокупки", "датазаказа", "датаоперации", "дататранзакции", "датапродажи", "датаоформления",
    "датаоформлениязаказа", "датачека", "датареализации", "датавремяоперации", "датавремяпокупки",
)  # fmt: skip
_DATED = (
    "datetime", "timestamp", "date", "dateutc", "eventtime", "eventdate", "eventtimestamp", "ts", "occurredat", "дата",
    "датавремя", "датаивремя", "датасобытия", "времясобытия", "time",
)  # fmt: skip
CREATED = (
    "createdat", "createdate", "createdatutc", "createdutc", "created", "createddate", "creationdate", "datecreated",
    "датасоздания",
    "датавремясоздания",
)  # fmt: skip
CLOSED = ("closedate", "closeddate", "wontime", "датазакрытия", "датазакрытиясделки")  # of deals
_BOOKED = ("paidat", "paymentdate", "датаоплаты", "датаплатежа", "датапроводки", "bookingdate", "postingdate")
_IDS = (
    "customerid", "customernumber", "customerno", "customercode", "custid", "custno", "clientid", "clientno",
    "clientcode", "buyerid", "shopperid", "donorid", "policyholderid", "idклиента", "клиентid", "кодклиента",
    "номерклиента", "кодпокупателя", "idпокупателя", "кодконтрагента", "idконтрагента",
)  # fmt: skip
_PEOPLE = (
    "customer", "client", "buyer", "donor", "policyholder", "клиент", "покупатель", "контрагент", "заказчик",
    "страхователь",
)  # fmt: skip
_ACCOUNTS = (
    "userid", "user", "accountid", "memberid", "subscriberid", "visitorid", "cardid", "personid", "householdid",
    "householdkey", "msno", "clid", "idпользователя", "пользователь", "номеркарты", "абонент", "лицевойсчет",
)  # fmt: skip
_REACHED = (
    "customeremail", "donoremail", "emailbilling", "billingemail", "email", "emailклиента", "электроннаяпочта",
    "customerphone", "phone", "phonebilling", "телефон", "телефонклиента", "иннконтрагента",
)  # fmt: skip
_PARTIES = (
    "основнойконтакт", "контакт", "компания", "contact", "contactid", "contactname", "associatedcontact", "company",
    "companyid", "companyname", "associatedcompany", "organization", "organisation", "accountname", "clientname",
    "customername",
)  # fmt: skip
_STARTED = (
    "start", "startdate", "startedat", "startutc", "joined", "joinedat", "joindate", "datejoined", "subscriptionstart",
    "subscriptionstartdate", "subscriptionstartedat", "contractstart", "contractstartdate", "membershipstart",
    "activationdate", "activatedat", "validfrom", "начало", "датаначала", "подключен", "датаподключения",
    "началоподписки", "датаначалаподписки", "датаначаладоговора", "датазаключения", "действуетс",
)  # fmt: skip
_SIGNED = (
    "signupdate", "signedupat", "since", "from", "registrationdate", "registeredat", "датарегистрации",
    "датавступления", "датаподписания",
)  # fmt: skip
_ENDED = (
    "end", "enddate", "endedat", "endsat", "endutc", "endedatutc", "left", "leftat", "leftdate", "dateleft",
    "subscriptionend", "subscriptionenddate", "contractend", "contractenddate", "membershipend", "deactivatedat",
    "deactivationdate", "terminatedat", "terminationdate", "closedat", "churndate", "churnedat", "окончание",
    "датаокончания", "конец", "отключен", "датаотключения", "расторжение", "датарасторжения", "конецподписки",
    "датаокончанияподписки", "датаокончаниядоговора", "датаухода", "датавыбытия", "действуетпо",
)  # fmt: skip
_EXPIRING = ("expiresat", "expirydate", "expirationdate", "membershipexpiredate", "until", "validto")
_PAID = (
    "amount", "total", "revenue", "sum", "ordertotal", "ordertotalamount", "totalamount", "totalprice", "grandtotal",
    "dollarvalue", "sales", "purchasesum", "purchaseamount", "transactionamount", "paymentvalue", "сумма", "итого",
    "выручка", "стоимость", "суммазаказа", "суммапокупки", "суммаоперации", "сумматранзакции", "суммачека",
    "суммадокумента", "суммасделки", "бюджет",
)  # fmt: skip
_COLLECTED = (
    "amountpaid", "totalpaid", "paidamount", "totalcollected", "netsales", "netamount", "ordervalue", "grosssales",
    "grossamount", "суммаоплаты", "оплаченнаясумма",
)  # fmt: skip
_RECURRING = ("mrr", "monthlyfee", "monthlycharges", "fee", "зачисление")
MAY_NAME_CURRENCY = ("amount", "price")
_WAS_PAID = r"^(?:base)?(?:(?:total|amount|sum)paid|paid(?:amount|total))$|^(?:оплачено|суммаоплаты|оплаченнаясумма)"
DEAL_STAGES = ("этапсделки", "стадиясделки", "dealstage", "stagename", "стадия", "этап", "stage")  # of a deal

TIERS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType({
    "customer": (("customeruniqueid",), _IDS, _PEOPLE, _ACCOUNTS, _REACHED, _PARTIES),
    "contract": (
        ("contract", "contractid", "contractno", "subscriptionid", "договор", "номердоговора", "контракт"),
    ),
    "start": (_STARTED, _SIGNED),
    "end": (_ENDED, _EXPIRING, REQUESTS),
    "at": (PURCHASED, CLOSED, _DATED, CREATED, _BOOKED),
    "amount": (_PAID, _COLLECTED, _RECURRING),
    "kind": ((
        "kind", "event", "eventtype", "eventname", "eventkind", "eventaction", "type", "action", "actiontype",
        "activity", "activitytype", "interaction", "operation", "operationtype", "transactiontype", "recordtype",
        "событие", "типсобытия", "видсобытия", "названиесобытия", "действие", "типдействия", "вид", "тип", "операция",
        "видоперации", "типоперации",
    ),),
    "quantity": (("quantity", "qty", "quantityrefund", "количество", "колво"),),
    "price": (("price", "unitprice", "itemcost", "цена"),),
    "receipt": ((
        "receipt", "receiptid", "orderid", "ordernumber", "invoiceno", "invoice", "invoiceid", "invoicenumber",
        "transactionid", "чек", "номерчека", "заказ", "номерзаказа", "номердокумента",
    ),),
    "status": (
        ("status", "orderstatus", "paymentstatus", "financialstatus", "transactionstatus", "salestatus", "orderstate",
         "paymentstate", "state", "статус", "статусзаказа", "статусоплаты", "статусплатежа", "состояние",
         "состояниезаказа"),
        DEAL_STAGES,
    ),
})  # fmt: skip
USUAL_NAMES = {role: tuple(name for tier in tiers for name in tier) for role, tiers in TIERS.items()}
# Tiers in which two names mean different things, either of which may be the right one.
RIVALS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType({
    "customer": (_IDS, _PEOPLE, _ACCOUNTS, _PARTIES),
    "start": (_STARTED, _SIGNED),
    "end": (_ENDED, _EXPIRING),
    "at": (PURCHASED, _BOOKED),
    "amount": (_PAID,),
})  # fmt: skip
# Names of the date of a customer list; those before "date" are used for nothing else.
USUAL_DAYS = (
    "snapshotdate", "snapshot", "snapshotat", "snapshotmonth", "asof", "asofdate", "reportdate", "reportingdate",
    "reportmonth", "statementdate", "yearmonth", "date", "day", "month", "period", "датасреза", "срез", "надату",
    "датаотчета", "отчетнаядата", "отчетныймесяц", "месяц", "период", "дата",
)  # fmt: skip
_SURE_DAYS = USUAL_DAYS[: USUAL_DAYS.index("date")]


def is_of_people(name: str) -> bool:
    """Return whether a column by its name tells people apart, as opposed to companies and households."""
    tiers = (_IDS, _PEOPLE, _ACCOUNTS, _REACHED, ("contact", "contactid", "контакт", "основнойконтакт"))
    return any(fold(name) in tier for tier in tiers) and not re.search("household|account|лицевой", fold(name))


def is_an_address(name: str) -> bool:
    """Return whether a column by its name contains mail addresses or telephone numbers."""
    return fold(name) in _REACHED


def is_of_payments(name: str) -> bool:
    """Return whether a column by its name contains what was paid, so that nothing in it means that nothing was."""
    return re.search(_WAS_PAID, fold(without_currency(name)[0])) is not None


def usual_column(role: str, columns: Iterable[str]) -> str | None:
    """Return the column that by its name is likely to have the role, or None.

    A column of money may name its currency, as in ``Сумма, руб.``; one that does not takes precedence.
    """
    names = list(columns)
    for read in (fold, _without_currency) if role in MAY_NAME_CURRENCY else (fold,):
        by_name = {read(column): column for column in reversed(names)}
        found = next((by_name[fold(name)] for name in USUAL_NAMES[role] if fold(name) in by_name), None)
        if found is not None:
            return found
    return None


def usual_day(columns: Iterable[str]) -> str | None:
    """Return the column that by its name is likely to contain the date of a list, or None."""
    folded = {fold(name): name for name in reversed(list(columns))}
    return next((folded[name] for name in USUAL_DAYS if name in folded), None)


def sure_day(columns: Iterable[str]) -> str | None:
    """Return the column with a name used only for the date of a list, or None."""
    return next((name for name in columns if fold(name) in _SURE_DAYS), None)


def is_usual(name: str) -> bool:
    """Return whether it is a usual column name of any role."""
    return any(fold(name) in names for names in USUAL_NAMES.values())


def rivals_of(role: str, column: str, columns: Iterable[str]) -> list[str]:
    """Return the other columns that by their names could have the role as well."""
    read = fold if role not in MAY_NAME_CURRENCY or fold(column) in USUAL_NAMES[role] else _without_currency
    tier = next((names for names in RIVALS.get(role, ()) if read(column) in names), ())
    return [other for other in columns if other != column and read(other) in tier and fold(other) != fold(column)]


def tier_of(role: str, column: str) -> int | None:
    """Return the index of the tier of a role that contains the name of a column; None if none does."""
    names = {fold(column), *([_without_currency(column)] if role in MAY_NAME_CURRENCY else [])}
    return next((place for place, tier in enumerate(TIERS[role]) if names & set(tier)), None)


def _without_currency(name: str) -> str:
    return fold(without_currency(name)[0])


def fold(name: str) -> str:
    """Return a name in lower case, without blanks and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())
