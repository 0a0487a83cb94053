"""A list under sliders in one call."""

from __future__ import annotations

from typing import Any

from crrkit.ground import use_language
from crrkit.widgets.own_list import ListExplorer


def explore(
    source: Any, *, kind: str | None = None, every: str | None = None, lang: str | None = None, **roles: Any
) -> ListExplorer:
    """Read a list and explore it with sliders: how CRR, churn and stages depend on the rules.

    What the rows are and which column is which is settled as `crrkit check` and `crrkit report` settle it. What they
    would ask is asked here, too: the error says both calls.

    Args:
        source: A file, a table, or a base that was read already.
        kind: ``orders contracts`` or ``events``; otherwise seen from the columns.
        every: The period to begin with; otherwise the one that suits the customers' rhythm.
        lang: ``"en"`` or ``"ru"``; None takes the current language.
        roles: What the reader of the kind takes, such as ``customer= at= amount= by=``; the column that says what
            happened is ``event=``.

    Returns:
        The explorer, whose `kept`, `flow`, `model` and `settings` follow the sliders.

    Raises:
        InputError: If the source cannot be read, or it is not clear what it is.

    Examples:
        >>> import pandas as pd
        >>> days = ["2024-01-05", "2024-01-20", "2024-02-05", "2024-03-02", "2024-03-20"]
        >>> log = pd.DataFrame({"client": ["ann", "bob", "ann", "bob", "ann"], "date": days})
        >>> explorer = explore(log, every="month")
        >>> float(explorer.kept.row("2024-02")["crr"])
        0.5
        >>> explore(log, kind="orders", end="date")
        Traceback (most recent call last):
        crrkit.InputError: end= belongs to contracts, and this is read as orders. ...
    """
    from crrkit.measure.cadence import advise
    from crrkit.read import Base, read_list

    with use_language(lang):
        base = source if isinstance(source, Base) and not roles else read_list(source, kind=kind, said=roles)
        return ListExplorer(base if every else advise(base).applied(base), every=every, lang=lang)
