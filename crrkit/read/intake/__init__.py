"""Conversion of an opened source to the canonical table: each row is used, or set aside with a reason."""

from crrkit.read.intake.canonical import Canonical, with_source_errors
from crrkit.read.intake.contract_events import read_contract_event_rows
from crrkit.read.intake.shared_arguments import SharedArguments, check_arguments, moment_of, one_id_one_customer
from crrkit.read.intake.snapshot_rows import read_snapshot_rows
from crrkit.read.intake.tables import read_contract_rows, read_event_rows, read_order_rows, settle_orders

__all__ = [
    "Canonical", "SharedArguments", "check_arguments", "moment_of", "one_id_one_customer", "read_contract_event_rows",
    "read_contract_rows", "read_event_rows", "read_order_rows", "read_snapshot_rows", "settle_orders",
    "with_source_errors",
]  # fmt: skip
