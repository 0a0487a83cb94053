"""What fields mean, whatever they hold: how the user says they are written, and what stood in a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt

from crrkit.ground import InputTypeError, check_names, described, gettext as _, is_plain
from crrkit.read.disk import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

NOT_AN_ID = (
    "", "nan", "none", "null", "na", "n/a", "<na>", "nat", "-", "–", "—", "#n/a", "#н/д", "нет", "#ref!", "#value!",
    "#name?", "#div/0!", "#null!", "#ссылка!", "#знач!", "#имя?", "#дел/0!", "(blank)", "(empty)", "(null)", "<null>",
    "\\n", "(пусто)", "<пусто>", "пусто",
)  # fmt: skip


NEVER = ibis.literal(value=False)


def is_true(condition: ir.BooleanValue) -> ir.BooleanValue:
    """The condition with unknown counted as no."""
    return condition.fill_null(NEVER)


@ibis.udf.scalar.builtin(name="isfinite")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _is_finite(number: dt.float64) -> dt.boolean:
    """Whether a number is neither infinite nor NaN."""


def is_nan(values: ir.FloatingValue) -> ir.BooleanValue:
    """Whether a number is NaN; over Parquet without statistics of NaN, DuckDB 2 folds its own isnan to false."""
    if values.get_backend().name != "duckdb":
        return values.isnan()
    return ~_is_finite(values.cast("float64")) & ~values.isinf()


TEXT_ONLY = {"dates": "day-month-year", "decimal": ",", "thousands": " "}  # what each may be


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How the fields of a source are written and meant, as far as the user said; None is seen from the column."""

    zone: str | None = None
    dates: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    fold: str | Sequence[str] | None = None
    nobody: Sequence[str] | None = None
    currency: str | None = None
    layout: Layout = field(default_factory=Layout)

    def __post_init__(self) -> None:
        """Refuse what is no text before a column is read by it."""
        for name, like in TEXT_ONLY.items():
            value: object = getattr(self, name)
            if not (value is None or isinstance(value, str)):
                message = _("{name} is {given}; a text is needed, such as {name}={like!r}.")
                text = message.format(name=name, given=described(value), like=like)
                raise InputTypeError(text, argument=name, given=value)


@dataclass(frozen=True)
class Parsed:
    """A column as it is used, and where something stood: given and without a value is unreadable.

    ``form`` is how it is written, as the argument of a reader would say it; empty where that is not known.
    """

    value: ir.Value
    given: ir.BooleanValue
    notes: tuple[str, ...] = ()
    form: str = ""


def aggregate(table: ir.Table, **values: ir.Scalar) -> dict[str, Any]:
    """Values of a whole column, in one pass."""
    row: dict[str, Any] = table.aggregate(**values).to_pyarrow().to_pylist()[0]
    return row


def words_of(words: object, *, name: str) -> tuple[str, ...]:
    """Words of a column, also one by itself; numbers stand there as words, too."""
    return check_names(tuple(map(str, words)) if isinstance(words, Iterable) and is_plain(words) else words, name=name)
