"""Conversion of an opened source to the canonical table: each row is used, or set aside with a reason."""

from crrkit.read.intake.asked import Asked, asked_of, moment_of, one_id_one_customer
from crrkit.read.intake.canonical import Canonical, in_a_sentence
from crrkit.read.intake.snapshot_rows import read_snapshot_rows
from crrkit.read.intake.tables import read_contract_rows, read_event_rows, read_order_rows, settle_orders
from crrkit.read.intake.turns import read_turn_rows

__all__ = [
    "Asked", "Canonical", "asked_of", "in_a_sentence", "moment_of", "one_id_one_customer", "read_contract_rows",
    "read_event_rows", "read_order_rows", "read_snapshot_rows", "read_turn_rows", "settle_orders",
]  # fmt: skip
