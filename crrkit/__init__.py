"""crrkit: did we keep our customers?

The customer retention rate as an account that balances, with its definition and its uncertainty.
Names are loaded when they are first used, so that ``import crrkit`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Where each public name lives; a test compares this list with the modules.
_HOMES = {
    "_language": ("language", "set_language", "use_language"),
    "_errors": (
        "AccountingMismatch",
        "ColumnNotFoundError",
        "CrrkitError",
        "InconsistentCounts",
        "InputError",
        "SourceError",
        "UndefinedRateWarning",
    ),
    "intervals": ("clopper_pearson", "effective_n", "holm", "newcombe", "newcombe_paired", "wilson"),
    "rates": ("Lifetime", "Rate", "average_rate", "convert_rate", "expected_lifetime", "quick_ratio"),
    "formula": ("Counts", "churn_from_counts", "crr_bounds", "crr_from_counts", "crr_from_sets", "solve_counts"),
    "samples": ("sample", "sample_path"),
    "tables": ("Guess", "guess"),
    "bases": ("read_contracts", "read_orders"),
    "movement": ("RetentionTable", "retention_by_period"),
    "renewing": ("RenewalTable", "renewals"),
    "report": ("write_report",),
    "activity": ("OwnGap", "Trailing"),
    "cadence": ("characteristic_interval", "suggest_period"),
    "noise": ("control_chart", "simulate_chart"),
    "segments": ("compare_segments",),
    "conventions": ("reconcile", "who_is_new"),
    "revenue": ("concentration", "retail_measures", "revenue_retention"),
    "stressing": ("stress",),
    "survey": ("n_to_tell_apart", "sample_size", "survey_rate"),
    "definitions": ("DefinitionCard", "diff"),
    "targets": ("Target", "TargetHistory"),
    "registry": ("break_even_save_rate", "claims", "value_of_lost"),
    "inference": ("infer", "infer_contracts"),
    "verdicts": ("assess",),
    "cohorts": ("CohortGrid", "cohort_grid"),
    "survival": ("LifeTable", "compare_cohorts", "life_table", "survival_curve"),
    "projection": ("fit_sbg",),
    "purchasing": ("fit_bgnbd",),
    "mixture": ("decompose",),
    "whatif": ("Scenario", "StageModel"),
    "events": ("EventBase", "read_events"),
    "stages": (
        "ContractRule",
        "MarkovCheck",
        "StageFlow",
        "StageList",
        "StageProfile",
        "StageRule",
        "stage_flow",
        "stage_on",
        "stage_profile",
        "stage_profiles",
    ),
    "playbook": ("ActionList", "Card", "Playbook", "Trial", "action_list", "diagnose", "write_action_list"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_ROOMS = ("figures", "lessons", "widgets")

__all__ = [*sorted(_HOME_OF), *_ROOMS]  # noqa: PLE0604 - a list of names, made from the table above


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(f"crrkit.{_HOME_OF[name]}"), name)
    elif name in _ROOMS:
        value = import_module(f"crrkit.{name}")
    else:
        message = f"crrkit has no name {name!r}. Its names are listed by dir(crrkit)."
        raise AttributeError(message)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


if TYPE_CHECKING:
    from crrkit import figures as figures
    from crrkit import widgets as widgets
    from crrkit._errors import AccountingMismatch as AccountingMismatch
    from crrkit._errors import ColumnNotFoundError as ColumnNotFoundError
    from crrkit._errors import CrrkitError as CrrkitError
    from crrkit._errors import InconsistentCounts as InconsistentCounts
    from crrkit._errors import InputError as InputError
    from crrkit._errors import SourceError as SourceError
    from crrkit._errors import UndefinedRateWarning as UndefinedRateWarning
    from crrkit._language import language as language
    from crrkit._language import set_language as set_language
    from crrkit._language import use_language as use_language
    from crrkit.activity import OwnGap as OwnGap
    from crrkit.activity import Trailing as Trailing
    from crrkit.bases import read_contracts as read_contracts
    from crrkit.bases import read_orders as read_orders
    from crrkit.cadence import characteristic_interval as characteristic_interval
    from crrkit.cadence import suggest_period as suggest_period
    from crrkit.cohorts import CohortGrid as CohortGrid
    from crrkit.cohorts import cohort_grid as cohort_grid
    from crrkit.conventions import reconcile as reconcile
    from crrkit.conventions import who_is_new as who_is_new
    from crrkit.definitions import DefinitionCard as DefinitionCard
    from crrkit.definitions import diff as diff
    from crrkit.events import EventBase as EventBase
    from crrkit.events import read_events as read_events
    from crrkit.formula import Counts as Counts
    from crrkit.formula import churn_from_counts as churn_from_counts
    from crrkit.formula import crr_bounds as crr_bounds
    from crrkit.formula import crr_from_counts as crr_from_counts
    from crrkit.formula import crr_from_sets as crr_from_sets
    from crrkit.formula import solve_counts as solve_counts
    from crrkit.inference import infer as infer
    from crrkit.inference import infer_contracts as infer_contracts
    from crrkit.intervals import clopper_pearson as clopper_pearson
    from crrkit.intervals import effective_n as effective_n
    from crrkit.intervals import holm as holm
    from crrkit.intervals import newcombe as newcombe
    from crrkit.intervals import newcombe_paired as newcombe_paired
    from crrkit.intervals import wilson as wilson
    from crrkit.mixture import decompose as decompose
    from crrkit.movement import RetentionTable as RetentionTable
    from crrkit.movement import retention_by_period as retention_by_period
    from crrkit.noise import control_chart as control_chart
    from crrkit.noise import simulate_chart as simulate_chart
    from crrkit.playbook import ActionList as ActionList
    from crrkit.playbook import Card as Card
    from crrkit.playbook import Playbook as Playbook
    from crrkit.playbook import Trial as Trial
    from crrkit.playbook import action_list as action_list
    from crrkit.playbook import diagnose as diagnose
    from crrkit.playbook import write_action_list as write_action_list
    from crrkit.projection import fit_sbg as fit_sbg
    from crrkit.purchasing import fit_bgnbd as fit_bgnbd
    from crrkit.rates import Lifetime as Lifetime
    from crrkit.rates import Rate as Rate
    from crrkit.rates import average_rate as average_rate
    from crrkit.rates import convert_rate as convert_rate
    from crrkit.rates import expected_lifetime as expected_lifetime
    from crrkit.rates import quick_ratio as quick_ratio
    from crrkit.registry import break_even_save_rate as break_even_save_rate
    from crrkit.registry import claims as claims
    from crrkit.registry import value_of_lost as value_of_lost
    from crrkit.renewing import RenewalTable as RenewalTable
    from crrkit.renewing import renewals as renewals
    from crrkit.report import write_report as write_report
    from crrkit.revenue import concentration as concentration
    from crrkit.revenue import retail_measures as retail_measures
    from crrkit.revenue import revenue_retention as revenue_retention
    from crrkit.samples import sample as sample
    from crrkit.samples import sample_path as sample_path
    from crrkit.segments import compare_segments as compare_segments
    from crrkit.stages import ContractRule as ContractRule
    from crrkit.stages import MarkovCheck as MarkovCheck
    from crrkit.stages import StageFlow as StageFlow
    from crrkit.stages import StageList as StageList
    from crrkit.stages import StageProfile as StageProfile
    from crrkit.stages import StageRule as StageRule
    from crrkit.stages import stage_flow as stage_flow
    from crrkit.stages import stage_on as stage_on
    from crrkit.stages import stage_profile as stage_profile
    from crrkit.stages import stage_profiles as stage_profiles
    from crrkit.stressing import stress as stress
    from crrkit.survey import n_to_tell_apart as n_to_tell_apart
    from crrkit.survey import sample_size as sample_size
    from crrkit.survey import survey_rate as survey_rate
    from crrkit.survival import LifeTable as LifeTable
    from crrkit.survival import compare_cohorts as compare_cohorts
    from crrkit.survival import life_table as life_table
    from crrkit.survival import survival_curve as survival_curve
    from crrkit.tables import Guess as Guess
    from crrkit.tables import guess as guess
    from crrkit.targets import Target as Target
    from crrkit.targets import TargetHistory as TargetHistory
    from crrkit.verdicts import assess as assess
    from crrkit.whatif import Scenario as Scenario
    from crrkit.whatif import StageModel as StageModel
