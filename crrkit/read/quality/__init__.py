"""Data quality: the account of the rows, and doubts about the data that may affect rates."""

from crrkit.read.quality import twins
from crrkit.read.quality.changes import lives_doubts, people_doubts
from crrkit.read.quality.currencies import currencies_in, currency_doubts, currency_of, is_of_currencies
from crrkit.read.quality.customers import NOBODY, ROUNDED, TILLS, Ids, parse_customers
from crrkit.read.quality.doubts import (
    CROWD_OF_ONE,
    LARGEST,
    MOST_KINDS,
    REPEATED,
    TWIN,
    UNREAD,
    id_doubts,
    kind_columns,
    largest_note,
    refuse_event_log,
    repeat_notes,
    unpriced_doubt,
    unsettled,
    words_in,
)
from crrkit.read.quality.folds import FOLDS
from crrkit.read.quality.holes import EMPTY_DAYS, EMPTY_MONTHS, crowded_day_doubt, hole_doubts, limit_doubt, spells_in
from crrkit.read.quality.left_out import NO_END, all_ended_doubt, left_out_doubts
from crrkit.read.quality.list_doubts import (
    NOBODY_GONE,
    empty_note,
    log_doubt,
    missing_doubt,
    nobody_gone_doubt,
    size_doubts,
    twice_note,
)
from crrkit.read.quality.notes import Note
from crrkit.read.quality.refusing import refuse_broken, refuse_lost_ends
from crrkit.read.quality.registers import (
    ALL_AT_ONCE,
    ENDS_ON_ONE_DAY,
    NOBODY_AFTER,
    last_day_doubt,
    listed_doubts,
    register_doubts,
    statuses,
)
from crrkit.read.quality.rows import ERRORS, REASONS, QualityReport
from crrkit.read.quality.swapped_dates import swapped_dates_doubt
from crrkit.read.quality.unknown import NOT_KNOWN, lost_doubts, unknown_by_day, unknown_note, with_weight
from crrkit.read.quality.unread import NUMBER_ALONE, says_directions, suspects, unread_doubts
from crrkit.read.quality.whole_numbers import FILLERS, OUTSTANDING

__all__ = [
    "ALL_AT_ONCE",
    "CROWD_OF_ONE",
    "EMPTY_DAYS",
    "EMPTY_MONTHS",
    "ENDS_ON_ONE_DAY",
    "ERRORS",
    "FILLERS",
    "FOLDS",
    "LARGEST",
    "MOST_KINDS",
    "NOBODY",
    "NOBODY_AFTER",
    "NOBODY_GONE",
    "NOT_KNOWN",
    "NO_END",
    "NUMBER_ALONE",
    "OUTSTANDING",
    "REASONS",
    "REPEATED",
    "ROUNDED",
    "TILLS",
    "TWIN",
    "UNREAD",
    "Ids",
    "Note",
    "QualityReport",
    "all_ended_doubt",
    "crowded_day_doubt",
    "currencies_in",
    "currency_doubts",
    "currency_of",
    "empty_note",
    "hole_doubts",
    "id_doubts",
    "is_of_currencies",
    "kind_columns",
    "largest_note",
    "last_day_doubt",
    "left_out_doubts",
    "limit_doubt",
    "listed_doubts",
    "lives_doubts",
    "log_doubt",
    "lost_doubts",
    "missing_doubt",
    "nobody_gone_doubt",
    "parse_customers",
    "people_doubts",
    "refuse_broken",
    "refuse_event_log",
    "refuse_lost_ends",
    "register_doubts",
    "repeat_notes",
    "says_directions",
    "size_doubts",
    "spells_in",
    "statuses",
    "suspects",
    "swapped_dates_doubt",
    "twice_note",
    "twins",
    "unknown_by_day",
    "unknown_note",
    "unpriced_doubt",
    "unread_doubts",
    "unsettled",
    "with_weight",
    "words_in",
]
