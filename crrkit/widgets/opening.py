"""Opening a list in a ListExplorer in one call."""

from __future__ import annotations

from typing import Any

from crrkit.ground import use_language
from crrkit.widgets.own_list import ListExplorer


def explore(
    source: Any, *, kind: str | None = None, every: str | None = None, lang: str | None = None, **roles: Any
) -> ListExplorer:
    """Read a list and open it in a ListExplorer: sliders for the rules, with CRR, churn and stages.

    The kind of list and the columns are determined as by `crrkit check` and `crrkit report`. If they are ambiguous, an
    error states both possible calls.

    Args:
        source: A file, a table, or a base.
        kind: ``orders contracts`` or ``events``; by default inferred from the columns.
        every: The initial period; by default the one that suits the customers' purchase rhythm.
        lang: ``"en"`` or ``"ru"``; None takes the current language.
        roles: Arguments of the reader for this kind, such as ``customer= at= amount= by=``; the column with the kind of
            event is ``event=``.

    Returns:
        The explorer, whose `kept`, `flow`, `model` and `settings` follow the sliders.

    Raises:
        InputError: If the source cannot be read, or its kind or columns are ambiguous.

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
