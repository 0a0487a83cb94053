"""Opening sources of any kind: their columns in an engine, grouped reports, stacked lists and unsupported shapes."""

from crrkit.read.sources.groups import filled_down, is_blank
from crrkit.read.sources.opened import Opened, as_opened, open_source, opening
from crrkit.read.sources.peek import columns_of
from crrkit.read.sources.shapes import are_snapshots, counted_columns, is_of_counts, refuse_shape
from crrkit.read.sources.stacks import LIST_NAME, Stack, list_names, stack_of
from crrkit.read.sources.zones import in_business_zone

__all__ = [
    "LIST_NAME", "Opened", "Stack", "are_snapshots", "as_opened", "columns_of", "counted_columns", "filled_down",
    "in_business_zone", "is_blank", "is_of_counts", "list_names", "open_source", "opening", "refuse_shape", "stack_of",
]  # fmt: skip
