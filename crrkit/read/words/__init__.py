"""Vocabularies of lists in English and Russian: column names, kinds of events, states, marks, periods."""

from crrkit.read.words.boundaries import LISTS_NAMED, Boundaries, boundaries_of
from crrkit.read.words.columns import (
    EVENT_OPTION,
    INTERNAL,
    LISTS,
    MONEY,
    REQUIRED,
    RESERVED,
    Call,
    amount_note,
    are_names_of,
    find_columns,
    free_columns,
    has_list_columns,
    has_time_column,
    is_no_column,
    request_beside_end,
    settle_columns,
    some_of,
)
from crrkit.read.words.currencies import CURRENCIES, without_currency
from crrkit.read.words.kinds import KINDS, TOUCHES, map_kinds, tell_turns, turn_of, usual_kind
from crrkit.read.words.labels import MONTH_WORDS, Label, is_label, labels_in
from crrkit.read.words.names import (
    CLOSED,
    CREATED,
    DEAL_STAGES,
    PURCHASED,
    TIERS,
    USUAL_DAYS,
    USUAL_NAMES,
    fold,
    is_an_address,
    is_of_payments,
    is_of_people,
    is_usual,
    sure_day,
    tier_of,
    usual_column,
    usual_day,
)
from crrkit.read.words.states import (
    COUNTED,
    IS_STILL,
    LEAVES,
    MOST_STATES,
    NO_PURCHASE,
    NUMBERED,
    STAYS,
    UNKNOWN_STATE,
    check_words,
    is_plainly_none,
    is_there,
    judge_answers,
    judge_states,
    listed,
    marks_there,
    side_of,
    state_of,
    surveyed_columns,
    tell_directions,
    without_numbers,
)

__all__ = [
    "CLOSED", "COUNTED", "CREATED", "CURRENCIES", "DEAL_STAGES", "EVENT_OPTION", "INTERNAL", "IS_STILL", "KINDS",
    "LEAVES", "LISTS", "LISTS_NAMED", "MONEY", "MONTH_WORDS", "MOST_STATES", "NO_PURCHASE", "NUMBERED", "PURCHASED",
    "REQUIRED", "RESERVED", "STAYS", "TIERS", "TOUCHES", "UNKNOWN_STATE", "USUAL_DAYS", "USUAL_NAMES", "Boundaries",
    "Call", "Label", "amount_note", "are_names_of", "boundaries_of", "check_words", "find_columns", "fold",
    "free_columns", "has_list_columns", "has_time_column", "is_an_address", "is_label", "is_no_column",
    "is_of_payments", "is_of_people", "is_plainly_none", "is_there", "is_usual", "judge_answers", "judge_states",
    "labels_in",
    "listed", "map_kinds", "marks_there", "request_beside_end", "settle_columns", "side_of", "some_of", "state_of",
    "sure_day", "surveyed_columns", "tell_directions", "tell_turns", "tier_of", "turn_of", "usual_column",
    "usual_day", "usual_kind", "without_currency", "without_numbers",
]  # fmt: skip
