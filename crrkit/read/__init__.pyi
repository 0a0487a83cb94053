# What the room shows, and where it lives; loaded when first used.
from crrkit.read.asked import (
    moment_of as moment_of,
)
from crrkit.read.base import (
    UNITS as UNITS,
    Base as Base,
)
from crrkit.read.bases import (
    read_contracts as read_contracts,
    read_orders as read_orders,
)
from crrkit.read.calls import (
    EVENT_OPTION as EVENT_OPTION,
    Call as Call,
)
from crrkit.read.canonical import (
    Canonical as Canonical,
)
from crrkit.read.columns import (
    LISTS as LISTS,
    REQUIRED as REQUIRED,
)
from crrkit.read.confidence import (
    by_names as by_names,
    confidence_lines as confidence_lines,
)
from crrkit.read.contract_base import (
    ContractBase as ContractBase,
)
from crrkit.read.count_rows import (
    read_count_rows as read_count_rows,
)
from crrkit.read.events import (
    EventBase as EventBase,
    read_events as read_events,
)
from crrkit.read.explaining import (
    Explanation as Explanation,
)
from crrkit.read.files import (
    without_credentials as without_credentials,
)
from crrkit.read.guessing import (
    ROLES as ROLES,
    Guess as Guess,
    columns_of as columns_of,
    guess as guess,
    settle_kind as settle_kind,
)
from crrkit.read.intake import (
    read_contract_rows as read_contract_rows,
    read_event_rows as read_event_rows,
    read_order_rows as read_order_rows,
)
from crrkit.read.kinds import (
    BUYING as BUYING,
    KINDS as KINDS,
    TOUCHES as TOUCHES,
)
from crrkit.read.labels import (
    Label as Label,
)
from crrkit.read.layout import (
    Layout as Layout,
)
from crrkit.read.listing import (
    call_of as call_of,
    read_list as read_list,
)
from crrkit.read.names import (
    usual_column as usual_column,
)
from crrkit.read.order_base import (
    OrderBase as OrderBase,
    settled as settled,
)
from crrkit.read.quality import (
    ERRORS as ERRORS,
    REASONS as REASONS,
    QualityReport as QualityReport,
)
from crrkit.read.samples import (
    sample as sample,
    sample_path as sample_path,
)
from crrkit.read.snapshots import (
    SnapshotBase as SnapshotBase,
    read_snapshots as read_snapshots,
)
from crrkit.read.steps import (
    purchase_steps as purchase_steps,
    steps_of as steps_of,
)
from crrkit.read.text import (
    Forms as Forms,
)
from crrkit.read.unknown import (
    NOT_KNOWN as NOT_KNOWN,
)
from crrkit.read.updating import (
    update as update,
)
