"""The sample data: small synthetic firms with known true values, described in sample_data/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crrkit.ground import SourceError, check_choice, told as _

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE: Final = Path(__file__).parent.parent


def _rubles(text: str) -> float:
    """Convert a text such as ``1 250,00`` with a no-break space to a number."""
    return float(text.replace("\N{NO-BREAK SPACE}", "").replace(",", "."))


# Arguments of pandas for each file. The orders keep their dates as text, because some are wrong on purpose, to be found
# by the reader; "n/a" and "" are kept as they are in the file, except for the missing customer.
_READ: Final[dict[str, dict[str, Any]]] = {
    "orders": {"keep_default_na": False, "na_values": {"client_id": [""]}},
    "contracts": {"parse_dates": ["joined", "left"], "date_format": "ISO8601"},
    "events": {"parse_dates": ["at"], "date_format": "ISO8601"},
    "canonical": {"parse_dates": ["joined", "left"], "date_format": "ISO8601"},
    "ru_clients": {
        "encoding": "cp1251",
        "sep": ";",
        "parse_dates": ["Начало", "Окончание"],
        "date_format": "%d.%m.%Y",
        "converters": {"Сумма": _rubles},  # `thousands` of pandas does not accept a character of two bytes
    },
}


def sample(name: str) -> pd.DataFrame:
    """Load one of the sample files as a pandas data frame.

    Args:
        name: ``"orders"`` (a shop's receipts, about 1% of the rows wrong on purpose), ``"contracts"`` (a club's
            members), ``"events"`` (visits, offers, purchases), ``"canonical"`` (the eleven customers of the
            definitions) or ``"ru_clients"`` (a list of clients as exported from Russian accounting software).

    Returns:
        The rows of the file in their order. Dates are parsed, except ``ordered_at`` of the orders, which remains text.
        ``left`` is NaT for a contract that still runs, ``client_id`` NaN for an order without a customer, and ``total``
        NaN for an event without an amount.

    Raises:
        InputError: If there is no sample of that name.
        SourceError: If the sample data were not installed with the package.

    Examples:
        >>> sample("canonical").tail(2)
           client_id     joined       left
        12         j 2024-07-01        NaT
        13         k 2023-01-01 2024-01-01
        >>> sample("order")
        Traceback (most recent call last):
        ...
        crrkit.InputError: name='order' is not known. Choose one of orders, contracts, events, canonical,
        ru_clients. Did you mean 'orders'?
    """
    path = sample_path(name)
    import pandas as pd

    frame: pd.DataFrame = pd.read_csv(path, **_READ[name])
    return frame


def sample_path(name: str) -> Path:
    """Return the path of a sample file, to read it like any other file.

    Args:
        name: As for [sample][crrkit.sample].

    Returns:
        The path of the CSV file: inside the installed package, or in ``sample_data/`` of a checkout.

    Raises:
        InputError: If there is no sample of that name.
        SourceError: If the sample data were not installed with the package.

    Examples:
        >>> sample_path("orders").name
        'orders.csv'
    """
    file = f"{check_choice(name, name='name', choices=_READ)}.csv"
    folders = (_PACKAGE / "_sample_data", _PACKAGE.parent / "sample_data")
    for folder in folders:
        if (folder / file).is_file():
            return folder / file
    message = _("The sample file {file} is not in {folder}. Install crrkit again to get it back.")
    raise SourceError(message.format(file=file, folder=folders[0]), argument="name", given=name)
