"""The bases, their readers, and how bases are saved, updated and explained."""

from crrkit.read.bases.base import UNITS, Base
from crrkit.read.bases.contract_base import ContractBase
from crrkit.read.bases.counts_and_answers import read_count_rows, read_survey_rows
from crrkit.read.bases.events import EventBase, read_events
from crrkit.read.bases.explaining import Explanation
from crrkit.read.bases.listing import call_of, read_list
from crrkit.read.bases.order_base import OrderBase, settled
from crrkit.read.bases.readers import read_contracts, read_orders
from crrkit.read.bases.rereading import folded
from crrkit.read.bases.snapshots import SnapshotBase, read_snapshots
from crrkit.read.bases.steps import purchase_steps, steps_of
from crrkit.read.bases.updating import update

__all__ = [
    "UNITS",
    "Base",
    "ContractBase",
    "EventBase",
    "Explanation",
    "OrderBase",
    "SnapshotBase",
    "call_of",
    "folded",
    "purchase_steps",
    "read_contracts",
    "read_count_rows",
    "read_events",
    "read_list",
    "read_orders",
    "read_snapshots",
    "read_survey_rows",
    "settled",
    "steps_of",
    "update",
]
