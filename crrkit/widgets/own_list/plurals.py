"""A phrase with a number in each plural form of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PLURALS = {"one": 1, "few": 2, "many": 5, "other": 10}  # one number for each plural form of the two languages


def forms(said: Callable[[int], str]) -> dict[str, str]:
    """A phrase with a number in each plural form."""
    return {form: said(n) for form, n in PLURALS.items()}
