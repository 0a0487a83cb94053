"""Where engines differ in what one expression gives, and how to say it so that all give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def divided(number: ir.NumericValue, by: ir.NumericValue | int) -> ir.FloatingValue:
    """One number over another, with its fraction: PostgreSQL leaves out what is left of whole numbers."""
    return number.cast("float64") / by


def rounded(number: ir.FloatingValue) -> ir.IntegerValue:
    """The nearest whole number, a half always up: engines differ on it."""
    return (number + 0.5).floor().cast("int64")
