# The public names and the modules that define them. Below `__dir__`: names shared with the folders above.
from crrkit.measure.counted import (
    read_counts as read_counts,
)
from crrkit.measure.lorenz import (
    Concentration as Concentration,
    concentration as concentration,
)
from crrkit.measure.movement import (
    RetentionTable as RetentionTable,
    retention_by_period as retention_by_period,
)
from crrkit.measure.recurring import (
    RecurringRevenue as RecurringRevenue,
)
from crrkit.measure.renewing import (
    RenewalTable as RenewalTable,
    renewals as renewals,
)
from crrkit.measure.revenue import (
    RetailMeasures as RetailMeasures,
    RevenueRetention as RevenueRetention,
    retail_measures as retail_measures,
    revenue_retention as revenue_retention,
)
from crrkit.measure.surveyed import (
    Survey as Survey,
    read_survey as read_survey,
)
from crrkit.measure.weighing import (
    WeighedDoubts as WeighedDoubts,
    weigh_doubts as weigh_doubts,
)

def __dir__() -> list[str]: ...

from crrkit.measure.movement import (
    check_one_account as check_one_account,
)
from crrkit.measure.spans import (
    BURN_IN as BURN_IN,
    COMPLETE as COMPLETE,
    EMPTY as EMPTY,
    GONE_AT_ONCE as GONE_AT_ONCE,
    NOT_LISTED as NOT_LISTED,
    RUNNING as RUNNING,
    begun_within as begun_within,
    dated as dated,
    seen_of as seen_of,
    span_of as span_of,
)
