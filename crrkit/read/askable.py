"""What can be asked of every base: the tables and the facts that reductions are made from."""

# ruff: noqa: D102 - the base tells what its names mean

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from crrkit.rules import Calendar

Moves = tuple[str, "tuple[ir.Table, ...]"]


class Askable(Protocol):
    """A base, as those see it who make reductions of it; its names are told by `crrkit.read.base.Base`."""

    @property
    def table(self) -> ir.Table: ...
    @property
    def as_of(self) -> datetime: ...
    @property
    def money(self) -> ir.Table: ...
    @property
    def everything(self) -> ir.Table: ...
    @property
    def has_purchases(self) -> bool: ...
    @property
    def has_contacts(self) -> bool: ...
    @property
    def has_amounts(self) -> bool: ...
    @property
    def is_by_period(self) -> bool: ...
    def calendar(self, every: str) -> Calendar: ...
    def units(self, unit: str) -> ir.Table: ...
    def moves(self, calendar: Calendar, *, unit: str, by: tuple[str, ...]) -> Moves: ...
    def stretches(
        self, calendar: Calendar, *, unit: str, by: tuple[str, ...], step: int | None, moment: bool
    ) -> ir.Table: ...
