"""Numbers as people write them: the decimal mark is settled by the whole column and its neighbours, or asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from crrkit.tables.text import NOT_AN_ID, Parsed, aggregate, is_true

if TYPE_CHECKING:
    import ibis.expr.types as ir

CURRENCY = (
    r"(?i)^([+-]?)(?:\$|€|£|¥|₽|₴|₸|usd|eur|gbp|rub|руб\.?)|(?:\$|€|£|¥|₽|₴|₸|usd|eur|gbp|rub|руб\.?|р\.?|грн\.?)$"
)


def parse_numbers(table: ir.Table, column: str) -> Parsed:
    """Amounts as floats: ``1 234,56``, ``1,234.56``, ``(100)``, ``-5 ₽``; null where there is none."""
    values = table[column]
    if values.type().is_numeric():
        number = values.cast("float64")
        number = ibis.ifelse(number.isnan(), ibis.null("float64"), number)
        finite = ibis.ifelse(number.isinf(), ibis.null("float64"), number)
        return Parsed(finite, number.notnull())
    text = values.cast("string").re_replace(r"[\s\x{00A0}\x{202F}\x{2009}'’]", "").replace("−", "-")
    text = text.re_replace(r"^\((.*)\)$", r"-\1").re_replace(CURRENCY, r"\1")
    text = ibis.ifelse(text.isin(["", "-", "+"]), ibis.null("string"), text)
    given = values.cast("string").strip()
    plain = _with_point(text, comma=_has_decimal_comma(table, text))
    number = plain.try_cast("float64")
    return Parsed(number, is_true(~given.lower().isin(NOT_AN_ID)))


def _has_decimal_comma(table: ir.Table, text: ir.StringValue) -> bool:
    """Whether some number can only be read with a decimal comma and none only with a point."""
    comma = text.re_search(r",[0-9]{1,2}$|,[0-9]{4,}$|\..*,").sum()
    point = text.re_search(r"\.[0-9]{1,2}$|\.[0-9]{4,}$|,.*\.").sum()
    seen = aggregate(table, comma=comma, point=point)
    return (seen["comma"] or 0) > (seen["point"] or 0)


def _with_point(text: ir.StringValue, *, comma: bool) -> ir.StringValue:
    """The number with a decimal point and no grouping, null where it is not written in the column's form."""
    decimal, group = (",", r"\.") if comma else (r"\.", ",")
    fits = text.re_search(
        rf"^[+-]?(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)(?:{decimal}[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
    )
    bare = text.replace("." if comma else ",", "").replace(",", ".")
    return ibis.ifelse(fits, bare, ibis.null("string"))
