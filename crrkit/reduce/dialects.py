"""Expressions that give the same result in all engines, where the plain ones differ between SQL dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def divided(number: ir.NumericValue, by: ir.NumericValue | int) -> ir.FloatingValue:
    """Divide as floats: PostgreSQL truncates the quotient of integers."""
    return number.cast("float64") / by


def rounded(number: ir.FloatingValue) -> ir.IntegerValue:
    """Round to the nearest integer, halves always up: engines round halves differently."""
    return (number + 0.5).floor().cast("int64")
