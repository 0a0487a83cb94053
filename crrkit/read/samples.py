"""The sample data: small invented firms with a known truth, described in sample_data/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crrkit.ground import SourceError, check_choice, told as _

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE: Final = Path(__file__).parent.parent


def _rubles(text: str) -> float:
    """``1 250,00`` with a no-break space, as a number."""
    return float(text.replace("\N{NO-BREAK SPACE}", "").replace(",", "."))


# How pandas reads each file. The orders keep their dates as text, because some of them are wrong on purpose and a
# reader has to meet them; "n/a" and "" stand there as they stand in the file, except for the missing customer.
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
        "converters": {"Сумма": _rubles},  # the reader's own `thousands` takes no sign of two bytes
    },
}


def sample(name: str) -> pd.DataFrame:
    """Load one of the sample files as a pandas frame.

    Args:
        name: ``"orders"`` (a shop's till, about 1% of the rows wrong on purpose), ``"contracts"`` (a club's register),
            ``"events"`` (visits, offers, purchases), ``"canonical"`` (the eleven customers of the definitions) or
            ``"ru_clients"`` (a register as Russian accounting exports it).

    Returns:
        One row for each row of the file, in its order. Dates are parsed, except ``ordered_at`` of the orders, which
        is text as it stands in the file. A contract that still runs has no date in ``left`` (NaT), an order without a
        customer no ``client_id`` (NaN), an event without money no ``total`` (NaN).

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
    """Find the file of a sample, to read it as any other file.

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
