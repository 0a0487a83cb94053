# The public names of crrkit and where they live: the one list, read by type checkers and by __init__.py.
# Above `__dir__` stands what dir(crrkit) shows: the submodules, the functions, the result types for annotations.
from crrkit import (
    figures as figures,
    judge as judge,
    lessons as lessons,
    measure as measure,
    report as report,
    rules as rules,
    stats as stats,
    widgets as widgets,
)
from crrkit.counts import (
    Counts as Counts,
    Rate as Rate,
    SurveyRate as SurveyRate,
    convert_rate as convert_rate,
    crr_from_counts as crr_from_counts,
    solve_counts as solve_counts,
    survey_rate as survey_rate,
)
from crrkit.ground import (
    errors as errors,
    set_language as set_language,
)
from crrkit.judge import (
    Assessment as Assessment,
    ControlChart as ControlChart,
    Decomposition as Decomposition,
    Reconciliation as Reconciliation,
    Target as Target,
    TargetHistory as TargetHistory,
    assess as assess,
    control_chart as control_chart,
    decompose as decompose,
    reconcile as reconcile,
)
from crrkit.judge.playbook import (
    Card as Card,
    Playbook as Playbook,
    diagnose as diagnose,
)
from crrkit.judge.whatif import (
    Backtest as Backtest,
    LeverTable as LeverTable,
    Projection as Projection,
    Scenario as Scenario,
    StageModel as StageModel,
)
from crrkit.measure import (
    Concentration as Concentration,
    RecurringRevenue as RecurringRevenue,
    RetailMeasures as RetailMeasures,
    RetentionTable as RetentionTable,
    RevenueRetention as RevenueRetention,
    concentration as concentration,
    lifetime as lifetime,
    read_counts as read_counts,
    retail_measures as retail_measures,
    retention_by_period as retention_by_period,
    revenue_retention as revenue_retention,
)
from crrkit.measure.cadence import (
    suggest_period as suggest_period,
)
from crrkit.measure.cohorts import (
    CohortGrid as CohortGrid,
    cohort_grid as cohort_grid,
)
from crrkit.measure.lifetime import (
    LifeTable as LifeTable,
    ShiftedBetaGeometric as ShiftedBetaGeometric,
    fit_sbg as fit_sbg,
    life_table as life_table,
)
from crrkit.measure.stages import (
    StageFlow as StageFlow,
    StageList as StageList,
    stage_flow as stage_flow,
    stage_on as stage_on,
)
from crrkit.read import (
    Base as Base,
    ContractBase as ContractBase,
    EventBase as EventBase,
    Guess as Guess,
    OrderBase as OrderBase,
    QualityReport as QualityReport,
    SnapshotBase as SnapshotBase,
    guess as guess,
    read_contracts as read_contracts,
    read_events as read_events,
    read_orders as read_orders,
    read_snapshots as read_snapshots,
    sample as sample,
    update as update,
)
from crrkit.report import (
    Report as Report,
    write_report as write_report,
)
from crrkit.rules import (
    ContractRule as ContractRule,
    DefinitionCard as DefinitionCard,
    OwnGap as OwnGap,
    StageRule as StageRule,
    Trailing as Trailing,
)
from crrkit.widgets import (
    ListExplorer as ListExplorer,
    explore as explore,
)

# Below it stands what works at the top, too, and is shown by its submodule (`crr.stats`, `crr.judge`, `crr.errors`, …).
def __dir__() -> list[str]: ...

from crrkit.counts import (
    Lifetime as Lifetime,
    churn_from_counts as churn_from_counts,
    clopper_pearson as clopper_pearson,
    crr_bounds as crr_bounds,
    crr_from_sets as crr_from_sets,
    expected_lifetime as expected_lifetime,
    n_to_tell_apart as n_to_tell_apart,
    newcombe as newcombe,
    quick_ratio as quick_ratio,
    sample_size as sample_size,
    wilson as wilson,
)
from crrkit.ground import (
    AccountingMismatch as AccountingMismatch,
    ColumnNotFoundError as ColumnNotFoundError,
    CrrkitError as CrrkitError,
    InconsistentCounts as InconsistentCounts,
    InputError as InputError,
    InputTypeError as InputTypeError,
    MissingDependencyError as MissingDependencyError,
    SourceError as SourceError,
    UndefinedRateWarning as UndefinedRateWarning,
    __version__ as __version__,
    language as language,
    use_language as use_language,
)
from crrkit.judge import (
    SegmentComparison as SegmentComparison,
    break_even_save_rate as break_even_save_rate,
    claims as claims,
    compare_segments as compare_segments,
    infer as infer,
    simulate_chart as simulate_chart,
    stress as stress,
    value_of_lost as value_of_lost,
    who_is_new as who_is_new,
)
from crrkit.judge.playbook import (
    ActionList as ActionList,
    Trial as Trial,
    action_list as action_list,
    write_action_list as write_action_list,
)
from crrkit.measure import (
    RenewalTable as RenewalTable,
    Survey as Survey,
    WeighedDoubts as WeighedDoubts,
    read_survey as read_survey,
    renewals as renewals,
    weigh_doubts as weigh_doubts,
)
from crrkit.measure.cadence import (
    characteristic_interval as characteristic_interval,
)
from crrkit.measure.lifetime import (
    compare_cohorts as compare_cohorts,
    fit_bgnbd as fit_bgnbd,
)
from crrkit.measure.stages import (
    MarkovCheck as MarkovCheck,
)
from crrkit.read import (
    People as People,
    resolve_people as resolve_people,
    sample_path as sample_path,
)
from crrkit.rules import (
    StageProfile as StageProfile,
    diff as diff,
    stage_profile as stage_profile,
    stage_profiles as stage_profiles,
)
