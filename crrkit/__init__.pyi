# The public names of crrkit and where they live: the one list, read by type checkers and by __init__.py.
from crrkit import figures as figures, lessons as lessons, report as report, widgets as widgets
from crrkit.counts import (
    Counts as Counts,
    Lifetime as Lifetime,
    Rate as Rate,
    average_rate as average_rate,
    churn_from_counts as churn_from_counts,
    clopper_pearson as clopper_pearson,
    convert_rate as convert_rate,
    crr_bounds as crr_bounds,
    crr_from_counts as crr_from_counts,
    crr_from_sets as crr_from_sets,
    effective_n as effective_n,
    expected_lifetime as expected_lifetime,
    holm as holm,
    n_to_tell_apart as n_to_tell_apart,
    newcombe as newcombe,
    newcombe_paired as newcombe_paired,
    quick_ratio as quick_ratio,
    sample_size as sample_size,
    solve_counts as solve_counts,
    survey_rate as survey_rate,
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
    set_language as set_language,
    use_language as use_language,
)
from crrkit.judge import (
    Assessment as Assessment,
    ControlChart as ControlChart,
    Decomposition as Decomposition,
    Reconciliation as Reconciliation,
    Target as Target,
    TargetHistory as TargetHistory,
    assess as assess,
    break_even_save_rate as break_even_save_rate,
    claims as claims,
    compare_segments as compare_segments,
    control_chart as control_chart,
    decompose as decompose,
    infer as infer,
    infer_contracts as infer_contracts,
    reconcile as reconcile,
    simulate_chart as simulate_chart,
    stress as stress,
    value_of_lost as value_of_lost,
    who_is_new as who_is_new,
)
from crrkit.judge.playbook import (
    ActionList as ActionList,
    Card as Card,
    Playbook as Playbook,
    Trial as Trial,
    action_list as action_list,
    diagnose as diagnose,
    write_action_list as write_action_list,
)
from crrkit.judge.whatif import (
    LeverTable as LeverTable,
    Projection as Projection,
    Scenario as Scenario,
    StageModel as StageModel,
)
from crrkit.measure import (
    RenewalTable as RenewalTable,
    RetentionTable as RetentionTable,
    concentration as concentration,
    renewals as renewals,
    retail_measures as retail_measures,
    retention_by_period as retention_by_period,
    revenue_retention as revenue_retention,
)
from crrkit.measure.cadence import (
    characteristic_interval as characteristic_interval,
    suggest_period as suggest_period,
)
from crrkit.measure.cohorts import (
    CohortGrid as CohortGrid,
    cohort_grid as cohort_grid,
)
from crrkit.measure.lifetime import (
    LifeTable as LifeTable,
    compare_cohorts as compare_cohorts,
    fit_bgnbd as fit_bgnbd,
    fit_sbg as fit_sbg,
    life_table as life_table,
    survival_curve as survival_curve,
)
from crrkit.measure.stages import (
    MarkovCheck as MarkovCheck,
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
    guess as guess,
    read_contracts as read_contracts,
    read_events as read_events,
    read_orders as read_orders,
    sample as sample,
    sample_path as sample_path,
)
from crrkit.report import (
    write_report as write_report,
)
from crrkit.rules import (
    ContractRule as ContractRule,
    DefinitionCard as DefinitionCard,
    OwnGap as OwnGap,
    StageProfile as StageProfile,
    StageRule as StageRule,
    Trailing as Trailing,
    diff as diff,
    stage_profile as stage_profile,
    stage_profiles as stage_profiles,
)
