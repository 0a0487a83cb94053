"""Common types of field parsing: the formats given by the user, and parsed columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt

from crrkit.ground import InputTypeError, check_names, described, gettext as _, is_plain
from crrkit.read.disk import Layout
from crrkit.reduce import arrow_of

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
    """Return the condition with null replaced by false."""
    return condition.fill_null(NEVER)


@ibis.udf.scalar.builtin(name="isfinite")  # type: ignore[untyped-decorator]  # Ibis's decorator has no types
def _is_finite(number: dt.float64) -> dt.boolean:
    """Return whether a number is neither infinite nor NaN."""


def is_nan(values: ir.FloatingValue) -> ir.BooleanValue:
    """Return whether a number is NaN; DuckDB 2 folds its own isnan to false over Parquet without NaN statistics."""
    if values.get_backend().name != "duckdb":
        return values.isnan()
    return ~_is_finite(values.cast("float64")) & ~values.isinf()


TEXT_ONLY = {"dates": "day-month-year", "decimal": ",", "thousands": " "}  # examples of valid values


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The formats of the fields of a source given by the user; None means detected from the column."""

    zone: str | None = None
    dates: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    fold: str | Sequence[str] | None = None
    nobody: Sequence[str] | None = None
    currency: str | None = None
    layout: Layout = field(default_factory=Layout)

    def __post_init__(self) -> None:
        """Check that the formats are text."""
        for name, like in TEXT_ONLY.items():
            value: object = getattr(self, name)
            if not (value is None or isinstance(value, str)):
                message = _("{name} is {given}; a text is needed, such as {name}={like!r}.")
                text = message.format(name=name, given=described(value), like=like)
                raise InputTypeError(text, argument=name, given=value)


@dataclass(frozen=True)
class Parsed:
    """A parsed column, and where the original was not empty: ``given`` without a value means unreadable.

    ``form`` is the format, as the argument of a reader; empty if unknown.
    """

    value: ir.Value
    given: ir.BooleanValue
    notes: tuple[str, ...] = ()
    form: str = ""


def aggregate(table: ir.Table, **values: ir.Scalar) -> dict[str, Any]:
    """Compute aggregates of a table in one pass."""
    row: dict[str, Any] = arrow_of(table.aggregate(**values)).to_pylist()[0]
    return row


def words_of(words: object, *, name: str) -> tuple[str, ...]:
    """Return the words of an argument as a tuple; a single word is accepted, and numbers are converted to text."""
    return check_names(tuple(map(str, words)) if isinstance(words, Iterable) and is_plain(words) else words, name=name)
