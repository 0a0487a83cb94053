"""Opening sources of any kind: their columns in an engine, grouped reports, stacked lists and unsupported shapes."""

from crrkit.read.sources.again import as_opened, opening
from crrkit.read.sources.groups import filled_down, is_blank
from crrkit.read.sources.opened import Opened, open_source
from crrkit.read.sources.peek import column_names
from crrkit.read.sources.shapes import are_snapshots, counted_columns, is_of_counts, refuse_shape
from crrkit.read.sources.stacks import LIST_NAME, Stack, has_list_columns, list_names, stack_of, usual_day
from crrkit.read.sources.zones import in_business_zone

__all__ = [
    "LIST_NAME",
    "Opened",
    "Stack",
    "are_snapshots",
    "as_opened",
    "column_names",
    "counted_columns",
    "filled_down",
    "has_list_columns",
    "in_business_zone",
    "is_blank",
    "is_of_counts",
    "list_names",
    "open_source",
    "opening",
    "refuse_shape",
    "stack_of",
    "usual_day",
]
