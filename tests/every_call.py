"""Every public function, explorer and figure with a call that works, on lists of a few rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
from public_names import functions

import crrkit as crr
from crrkit import figures, widgets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Call = tuple["Callable[..., Any]", tuple[Any, ...], dict[str, Any]]

MONTHS = pd.date_range("2024-01-03", periods=9, freq="30D")
# Ten customers: the first buys every 30 days, the next every second time, and so on, from another day each.
ORDERS = pd.DataFrame(
    [
        {"customer": f"c{n}", "at": day + pd.Timedelta(days=n), "paid": 10.0 + n, "town": "north" if n % 2 else "south"}
        for n in range(10)
        for day in MONTHS[n % 3 :: 1 + n // 3]
    ]
)
EVENTS = ORDERS.assign(what="purchase")
CONTRACTS = pd.DataFrame(
    {
        "customer": ["a", "b", "c", "d", "d", "e"],
        "start": ["2023-01-01", "2023-02-01", "2023-05-01", "2023-01-01", "2023-04-01", "2023-01-15"],
        "end": ["2024-01-01", None, "2023-11-01", "2023-04-01", None, "2024-02-15"],
    }
)
SNAPSHOTS = pd.DataFrame(
    {"customer": ["a", "b", "a", "b", "c", "a"], "at": ["2024-01-01"] * 2 + ["2024-02-01"] * 3 + ["2024-03-01"]}
)
ANSWERS = pd.DataFrame({"client": [1, 2, 3], "still_customer": ["yes", "no", ""], "reason": ["", "price", ""]})
COUNTS = pd.DataFrame({"period": ["2024-01", "2024-02"], "start": [10, 12], "end": [12, 14], "new": [4, 5]})


def results() -> dict[str, Any]:
    """What the calls need of each other."""
    base = crr.read_orders(ORDERS, customer="customer", at="at", amount="paid", by="town")
    contracts = crr.read_contracts(CONTRACTS, customer="customer", start="start", end="end", as_of="2024-03-01")
    flow, parts = crr.stage_flow(base), crr.retention_by_period(base, by="town")
    matrix = pd.DataFrame({"middle": [0.3, 0.1], "long": [0.3, 0.8]}, index=["middle", "long"])
    model = crr.StageModel(matrix, start={"middle": 60, "long": 40}, inflow={"middle": 10}, population=True)
    grid = crr.cohort_grid(base)
    return {
        "base": base, "contracts": contracts, "flow": flow, "parts": parts, "kept": parts.whole, "grid": grid,
        "model": model, "stages": crr.stage_on(base, "2024-09-01"), "picture": figures.bridge(parts.whole),
        "levers": model.levers(4), "projection": model.project(3), "formula": widgets.FormulaExplorer(),
        "left": crr.cohort_grid(contracts, kind="unbounded"), "paid": crr.cohort_grid(base, value="revenue"),
    }  # fmt: skip


def calls(made: dict[str, Any], folder: Path) -> dict[str, Call]:
    """Name → function, what it is given without a name and by name; what is not named here has its default."""
    base, contracts, kept, parts, flow = (made[name] for name in ("base", "contracts", "kept", "parts", "flow"))
    grid, model, stages, picture, levers = (made[name] for name in ("grid", "model", "stages", "picture", "levers"))
    frames: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "convert_rate": ((0.9,), {"from_": "month", "to": "year", "measure": "retention"}),
        "crr_from_counts": ((), {"start": 70, "end": 90, "new": 30, "lost": 10, "period": "month", "level": 0.95}),
        "solve_counts": ((), {"start": 70, "lost": 10, "new": 30}),
        "survey_rate": ((), {"kept": 60, "asked": 100, "frame": 1000, "answered": 80}),
        "set_language": (("en",), {}),
        "assess": ((0.85,), {"period": "month", "profile": None, "norms": None, "target": None, "gained": None}),
        "compare_segments": ((parts,), {"period": None, "before": None, "level": 0.95}),
        "control_chart": ((kept,), {"sigmas": 3.0, "dispersion": None}),
        "decompose": ((flow,), {"before": "2024-07", "after": "2024-08", "kind": "twofold", "by": (), "account": None}),
        "reconcile": ((kept,), {"period": None}),
        "action_list": ((stages,), {"kind": "winback"}),
        "diagnose": (
            (kept,),
            dict.fromkeys(
                (
                    "flow", "model", "before", "causes", "concentration", "assessment", "stages", "segments",
                    "identity", "targets", "norms", "costs", "horizon",
                )
            ) | {"young": (), "aim": 0.05},
        ),
        "concentration": ((base,), {"top": 0.2}),
        "read_counts": ((COUNTS,), {**dict.fromkeys(("period", "start", "end", "new", "lost")), "gross": False}),
        "read_survey": ((ANSWERS,), {**dict.fromkeys(("customer", "answer", "reason", "stay", "leave", "frame"))}),
        "renewals": ((contracts,), {"every": "quarter", "first": None, "unit": "person_any", "late_days": None}),
        "retail_measures": ((base,), {"every": "month"}),
        "retention_by_period": ((base,), {"every": "month", "first": None, "by": (), "unit": "person_any"}),
        "revenue_retention": ((base,), {"every": "month", "first": None, "last": None, "by": ()}),
        "weigh_doubts": ((base,), {"every": "month"}),
        "suggest_period": ((base,), {"share": 0.8}),
        "cohort_grid": (
            (base,),
            {
                "every": "month", "kind": "bounded", "value": "customers", "align": "calendar", "by": (),
                "brackets": None, "presence": None, "unit": "person_any", "first": None, "last": None, "ages": None,
            },
        ),
        "fit_sbg": (([1, 0.8, 0.7, 0.65, 0.62, 0.6],), {"customers": 100}),
        "life_table": ((made["left"],), {"interval": "log-log", "level": 0.95}),
        "stage_flow": ((base,), {"every": "month", "rule": None, "first": None, "last": None}),
        "stage_on": ((base,), {"day": "2024-09-01", "rule": None}),
        "resolve_people": (
            (SNAPSHOTS,),
            {
                "keys": {"card": "customer"}, "record": "customer", "name": "customer", "region": "RU", "max_degree": 5,
                "ours": (), "from_": "at", "until": "at",
            },
        ),
        "guess": ((ORDERS,), {"table": None, "query": None}),
        "read_contracts": (
            (CONTRACTS,),
            {
                "customer": "customer", "start": "start", "end": "end", "contract": None, "by": (), "end_is": None,
                "merge_gap": 0, "open_ends": None, "as_of": "2024-03-01", "zone": None, "dates": None, "fold": None,
                "nobody": None, "burn_in_days": 0, "week_starts": "monday",
            },
        ),
        "read_events": (
            (EVENTS,), {"customer": "customer", "at": "at", "kind": "what", "kinds": None, "other": "refuse", "by": ()}
        ),
        "read_orders": (
            (ORDERS,),
            {
                "customer": "customer", "at": "at", "amount": "paid", "status": None, "counts": None, "by": (),
                "refunds": "set aside", "activity": "period",
            },
        ),
        "read_snapshots": ((SNAPSHOTS,), {"customer": "customer", "at": "at", "by": (), "taken": None}),
        "sample": (("orders",), {}),
        "churn_from_counts": ((), {"start": 1000, "lost": 300, "period": "half-year", "level": 0.95}),
        "clopper_pearson": ((60, 70), {"level": 0.95}),
        "crr_bounds": ((), {"start": 70, "end": 90, "new": 30}),
        "crr_from_sets": ((list("abchk"), list("acdfhi")), {"period": "month", "level": 0.95}),
        "expected_lifetime": ((), {"churn": 0.2, "period": "year"}),
        "n_to_tell_apart": ((0.85, 0.88), {"power": 0.8, "level": 0.95}),
        "newcombe": ((56, 70, 48, 80), {"level": 0.95}),
        "quick_ratio": ((), {"gained": 30, "lost": 10}),
        "sample_size": ((), {"margin": 0.05, "frame": 1000, "p": 0.5, "level": 0.95}),
        "wilson": ((60, 70), {"level": 0.95}),
        "language": ((), {}),
        "use_language": (("en",), {}),
        "break_even_save_rate": ((7,), {}),
        "claims": ((), {}),
        "update": ((crr.read_orders(ORDERS, amount="paid").save(folder / "kept"),), {"new_rows": None, "as_of": None}),
        "infer": ((60, 70), {"inference": "process", "frame": None}),
        "simulate_chart": ((1000,), {"rate": 0.8, "periods": 24, "seed": 1}),
        "stress": ((base,), {"every": "month", "period": None, "clocks": (-6.0,)}),
        "value_of_lost": ((98,), {"value_per_customer": 20}),
        "who_is_new": ((70,), {"lost": 10, "new": 30, "joined_and_left": 0, "returned": 0}),
        "write_action_list": ((stages,), {"kind": "winback", "out": folder / "list.csv", "overwrite": True}),
        "characteristic_interval": ((base,), {}),
        "compare_cohorts": ((grid, "2024-01"), {"b": "2024-02", "age": 1, "level": 0.95}),
        "fit_bgnbd": ((base,), {"unit_days": 7.0}),
        "sample_path": (("orders",), {}),
        "diff": ((kept.card, parts.card), {}),
        "stage_profile": (("supermarket",), {}),
        "stage_profiles": ((), {}),
        "stats.average_rate": (([90, 700], [100, 1000]), {"method": "weighted"}),
        "stats.effective_n": ((1000,), {"cluster_size": 2.5, "icc": 0.8}),
        "stats.holm": (([0.01, 0.2],), {}),
        "stats.infer_contracts": ((contracts,), {"every": "quarter", "period": None}),
        "stats.newcombe_paired": ((), {"both": 14, "first_only": 5, "second_only": 0, "neither": 22}),
        "lifetime.survival_curve": (([1, 2, 3],), {"left": [1, 0, 1], "entry": None, "interval": "log-log"}),
        "widgets.CohortExplorer": ((base,), {"every": "month", "lang": None}),
        "widgets.DecompositionExplorer": ((flow,), {"before": None, "after": None, "lang": None}),
        "widgets.FormulaExplorer": ((kept,), {"period": None, "start": None, "lost": None, "new": None, "lang": None}),
        "widgets.ListChooser": ((), {"lang": None}),
        "widgets.ListExplorer": ((base,), {}),
        "widgets.NoiseExplorer": ((kept,), {"period": None, "n": None, "kept": None, "level": 0.95, "seed": 1}),
        "widgets.PeriodExplorer": ((kept,), {"rate": 0.8, "period": None, "horizon": 12}),
        "widgets.StageExplorer": (
            (model,), {"scenario": None, "periods": 4, "margins": None, "costs": None, "measure": "customers"}
        ),
        "widgets.StageRuleExplorer": ((base,), {"day": None, "rule": None, "every": "month"}),
        "widgets.WhoIsNewExplorer": ((kept,), {"every": "month", "period": None, "counted": ["returned"]}),
        "widgets.restore": ((made["formula"].saved,), {}),
        "widgets.static_assets": (([made["formula"]],), {}),
        "widgets.static_html": ((made["formula"],), {"element_id": "one"}),
        "widgets.static_page": (([made["formula"]],), {"title": "One"}),
        "figures.alt_text": ((picture,), {}),
        "figures.bridge": ((kept,), {"period": None, "ax": None, "theme": "light"}),
        "figures.cohort_curves": ((grid,), {"cohort": None, "ax": None, "theme": "light"}),
        "figures.cohort_heatmap": ((grid,), {"ax": None, "theme": "light"}),
        "figures.flip": ((levers,), {"measure": "customers", "theme": "light"}),
        "figures.levers": ((levers,), {"measure": "customers", "theme": "light"}),
        "figures.outlook": ((made["projection"],), {"theme": "light"}),
        "figures.retention_line": ((kept,), {"theme": "light", "target": None}),
        "figures.revenue_cohorts": ((made["paid"],), {"theme": "light"}),
        "figures.stage_mix": ((flow,), {"theme": "light"}),
        "figures.stage_river": ((flow,), {"first": None, "last": None, "theme": "light"}),
        "figures.to_png": ((picture,), {"dpi": 144}),
        "figures.to_svg": ((picture,), {}),
        "rules.ContractRule": ((), {"renewals": 1, "term": "year"}),
        "rules.OwnGap": ((), {"alpha": 0.05, "population_days": None}),
        "rules.StageRule": ((), {"lapse_days": 90, "window_days": 180, "k_long": 3, "span_days": 30}),
        "rules.Trailing": ((), {"days": 30, "months": None}),
        "Counts": ((), {"start": 70, "lost": 10, "new": 30}),
        "Scenario": ((), {"conversion": 0.01, "inflow": 0.1}),
        "StageModel": ((model.matrix,), {"start": {"middle": 10}, "inflow": None, "retained": ("middle", "long")}),
        "SurveyRate": ((), {"kept": 60, "answered": 80, "asked": 100, "frame": 1000}),
        "Target": (
            (), {"value": 0.9, "period": "month", "basis_period": "2023", "author": "A.", "date": dt.date(2024, 1, 1)}
        ),
    }  # fmt: skip
    return {name: (named(name), *given) for name, given in frames.items()}


def named(name: str) -> Callable[..., Any]:
    """The function or class that goes by a name."""
    found: Any = crr
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]  # whatever goes by the name


def needed() -> set[str]:
    """The names that must have a call: every public function, explorer and figure."""
    dear = {"write_report", "explore", "widgets.explore"}  # seconds each time; they take what other doors take
    no_call = {"widgets.Explorer", "widgets.SAVED"}
    shown = {f"{room}.{name}" for room, face in (("widgets", widgets), ("figures", figures)) for name in face.__all__}
    return {*functions(), *shown} - dear - no_call
