# The public names of this folder and their modules; imported on first use.
from crrkit.read.bases import (
    UNITS as UNITS,
    Base as Base,
    ContractBase as ContractBase,
    EventBase as EventBase,
    OrderBase as OrderBase,
    SnapshotBase as SnapshotBase,
    call_of as call_of,
    folded as folded,
    purchase_steps as purchase_steps,
    read_contracts as read_contracts,
    read_count_rows as read_count_rows,
    read_events as read_events,
    read_list as read_list,
    read_orders as read_orders,
    read_snapshots as read_snapshots,
    read_survey_rows as read_survey_rows,
    settled as settled,
    steps_of as steps_of,
    update as update,
)
from crrkit.read.disk import Layout as Layout, without_credentials as without_credentials
from crrkit.read.guessing import (
    ROLES as ROLES,
    Guess as Guess,
    by_names as by_names,
    confidence_lines as confidence_lines,
    guess as guess,
    settle_kind as settle_kind,
    written_in as written_in,
    written_lines as written_lines,
)
from crrkit.read.intake import moment_of as moment_of
from crrkit.read.people import People as People, resolve_people as resolve_people
from crrkit.read.quality import (
    ALL_AT_ONCE as ALL_AT_ONCE,
    CROWD_OF_ONE as CROWD_OF_ONE,
    EMPTY_DAYS as EMPTY_DAYS,
    EMPTY_MONTHS as EMPTY_MONTHS,
    ENDS_ON_ONE_DAY as ENDS_ON_ONE_DAY,
    ERRORS as ERRORS,
    LARGEST as LARGEST,
    NO_END as NO_END,
    NOBODY_AFTER as NOBODY_AFTER,
    NOBODY_GONE as NOBODY_GONE,
    NOT_KNOWN as NOT_KNOWN,
    REPEATED as REPEATED,
    QualityReport as QualityReport,
)
from crrkit.read.samples import sample as sample, sample_path as sample_path
from crrkit.read.sources import columns_of as columns_of
from crrkit.read.values import Forms as Forms, words_of as words_of
from crrkit.read.words import (
    EVENT_OPTION as EVENT_OPTION,
    LEAVES as LEAVES,
    LISTS as LISTS,
    REQUIRED as REQUIRED,
    STAYS as STAYS,
    TOUCHES as TOUCHES,
    Call as Call,
    Label as Label,
    judge_answers as judge_answers,
    usual_column as usual_column,
)
