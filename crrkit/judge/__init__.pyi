# Exported names and their modules, imported on first use. Below `__dir__`: names shared with other floors, not shown.
from crrkit.judge.conventions import (
    Reconciliation as Reconciliation,
    reconcile as reconcile,
)
from crrkit.judge.decomposition import (
    Decomposition as Decomposition,
    decompose as decompose,
)
from crrkit.judge.inference import (
    infer as infer,
    infer_contracts as infer_contracts,
)
from crrkit.judge.meanings import (
    who_is_new as who_is_new,
)
from crrkit.judge.noise import (
    ControlChart as ControlChart,
    control_chart as control_chart,
    simulate_chart as simulate_chart,
)
from crrkit.judge.playbook import (
    ActionList as ActionList,
    action_list as action_list,
    write_action_list as write_action_list,
)
from crrkit.judge.robustness import (
    StressTest as StressTest,
    stress as stress,
)
from crrkit.judge.segment_tables import (
    SegmentComparison as SegmentComparison,
)
from crrkit.judge.segments import (
    compare_segments as compare_segments,
)
from crrkit.judge.verdicts import (
    Assessment as Assessment,
    Target as Target,
    TargetHistory as TargetHistory,
    assess as assess,
    break_even_save_rate as break_even_save_rate,
    claims as claims,
    value_of_lost as value_of_lost,
)

def __dir__() -> list[str]: ...

from crrkit.judge.conventions import (
    CONVENTIONS as CONVENTIONS,
    END as END,
    FLOWS as FLOWS,
    START as START,
    STAYED as STAYED,
)
from crrkit.judge.inference import (
    WORDING as WORDING,
)
from crrkit.judge.meanings import (
    Meanings as Meanings,
)
from crrkit.judge.segment_tables import (
    DIFFER as DIFFER,
)
from crrkit.judge.verdicts import (
    BELOW as BELOW,
    BOTH as BOTH,
    COMPARABLE as COMPARABLE,
    CRITICAL as CRITICAL,
    MEASURED as MEASURED,
    RARE as RARE,
    SHRINKING as SHRINKING,
    Verdict as Verdict,
)
