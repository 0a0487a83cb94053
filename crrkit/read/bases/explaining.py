"""The query plan of a base: what each measure would run, where, and how often it would read the rows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from crrkit import reduce
from crrkit.ground import InputError, Shown, check_choice, ntold as ngettext, told as _
from crrkit.read.bases.steps import steps_of
from crrkit.rules import ContractRule, StageRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import ibis.expr.types as ir
    import pandas as pd

    from crrkit.read.bases.askable import Askable
    from crrkit.rules import Calendar

HERE = "duckdb"


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Shown):
    """The queries of each measure of a base.

    Attributes:
        table: One row per measure: ``measure``, the number of ``queries``, the number of ``passes`` in which they read
            the rows, and the ``columns`` that they read.
        engine: The engine and where it runs.
        rows: Where the rows are.
        settings: Memory limit, threads and spill folder, if the engine is in this process.
        reductions: The queries of each measure.
        shared: The measures that use an intermediate result which is computed once and stored, by its name:
            ``months_of`` (the months of each customer) or ``in_order`` (the purchases sorted by customer).
        together: The number of passes over the rows for all measures together.
    """

    table: pd.DataFrame
    engine: str
    rows: str
    settings: str
    reductions: Mapping[str, tuple[ir.Table, ...]] = field(repr=False)
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    together: int = 0

    kinds: ClassVar[Mapping[str, str]] = {"measure": "text", "queries": "count", "passes": "count", "columns": "text"}

    def sql(self, measure: str) -> str:
        """Return the queries of one measure in the SQL dialect of the engine.

        Args:
            measure: A measure of the table.

        Raises:
            ValueError: If it is not in the table.
        """
        check_choice(measure, name="measure", choices=list(self.reductions))
        return ";\n\n".join(map(reduce.sql_of, self.reductions[measure]))

    def titles(self) -> dict[str, str]:
        """Return the headings of the displayed columns."""
        return {"measure": _("measure"), "queries": _("queries"), "passes": _("passes"), "columns": _("columns read")}

    def caption(self) -> str:
        """Return the engine, the place of the rows and the settings."""
        return "\n".join(filter(None, [self.engine, self.rows, self.settings]))

    def below(self) -> tuple[str, ...]:
        """Return the notes: what a pass is, and what is computed once for several measures."""
        said = [
            _("A pass reads the rows once. The SQL of a measure: base.explain().sql({measure!r})").format(
                measure=next(iter(self.reductions), "")
            )
        ]
        kept = {
            "months_of": _(
                "The months in which each customer bought are stored, and these measures are computed from them:"
                " {measures}."
            ),
            "in_order": _(
                "Each customer's purchases are stored in order, and these measures are computed from them: {measures}."
            ),
        }
        said += [text.format(measures=", ".join(self.shared[of])) for of, text in kept.items() if of in self.shared]
        if self.shared:
            text = ngettext(
                "All measures together read the rows in {n} pass.",
                "All measures together read the rows in {n} passes.",
                self.together,
            )
            said.append(text.format(n=self.together))
        return tuple(said)


def explain(base: Askable, *, every: str) -> Explanation:
    """Implement `crrkit.read.bases.base.Base.explain`."""
    import pandas as pd

    asked = dict(_asked(base, base.calendar(every)))
    scans = {name: [scan for one in queries for scan in reduce.scans_of(one)] for name, queries in asked.items()}
    backend = base.table.get_backend()
    table = pd.DataFrame({
        "measure": list(asked),
        "queries": [len(queries) for queries in asked.values()],
        "passes": [len(found) for found in scans.values()],
        "columns": [", ".join(_columns(base, found)) for found in scans.values()],
    })  # fmt: skip
    ways = {scan.how for found in scans.values() for scan in found}
    shared, together = _shared(asked)
    return Explanation(table, _engine(backend), _rows(backend, ways), _settings(backend), asked, shared, together)


def _shared(asked: Mapping[str, tuple[ir.Table, ...]]) -> tuple[dict[str, tuple[str, ...]], int]:
    """Return the measures that share each part, and the passes of all measures with each shared part read once."""
    passes, shared, parts = 0, dict[str, tuple[str, ...]](), dict[object, int]()
    for name, queries in asked.items():
        for query in queries:
            own = reduce.shared_parts(query)
            read = {part.op(): len(reduce.scans_of(part)) for part in own.values()}
            passes += max(0, len(reduce.scans_of(query)) - sum(read.values()))
            parts |= read
            shared |= {of: (*shared.get(of, ()), name) for of in own}
    return shared, passes + sum(parts.values())


def _asked(base: Askable, calendar: Calendar) -> Iterator[tuple[str, tuple[ir.Table, ...]]]:
    """Yield the queries of each measure with its default arguments; a test compares them with what it runs."""
    for name, ask in _MEASURES.items():
        with suppress(InputError):  # a measure that does not apply to this base
            if queries := ask(base, calendar):
                yield name, queries


def _account(base: Askable, calendar: Calendar) -> tuple[ir.Table, ...]:
    return base.moves(calendar, unit="person_any", by=())[1]


def _cohorts(base: Askable, calendar: Calendar) -> tuple[ir.Table, ...]:
    by_period = base.is_by_period
    stretches = base.stretches(calendar, unit="person_any", by=(), step=None, moment=not by_period)
    return ((reduce.age_histogram if by_period else reduce.stretch_histogram)(stretches),)


def _stages(base: Askable, calendar: Calendar) -> tuple[ir.Table, ...]:
    rule = StageRule() if base.has_purchases else ContractRule()
    return (reduce.step_histogram(*steps_of(base, rule, calendar), last=calendar.index(base.as_of)),)


def _revenue(base: Askable, calendar: Calendar) -> tuple[ir.Table, ...]:
    if not base.has_amounts:
        return ()
    of_purchases, of_contracts = reduce.revenue_by_period, reduce.revenue_changes
    asked = of_purchases(base.money, calendar=calendar, as_of=base.as_of) if base.has_purchases else None
    return (of_contracts(base.table, calendar=calendar, as_of=base.as_of) if asked is None else asked,)


def _receipts(base: Askable, calendar: Calendar) -> tuple[ir.Table, ...]:
    return (reduce.retail_histogram(base.money, calendar=calendar, as_of=base.as_of),) if _is_paid(base) else ()


def _few(base: Askable, _calendar: Calendar) -> tuple[ir.Table, ...]:
    return (reduce.revenue_ranks(base.money, as_of=base.as_of),) if _is_paid(base) else ()


def _gaps(base: Askable, _calendar: Calendar) -> tuple[ir.Table, ...]:
    return (reduce.gap_histogram(base.table, as_of=base.as_of),) if base.has_purchases else ()


def _is_paid(base: Askable) -> bool:
    return base.has_purchases and base.has_amounts


_MEASURES: dict[str, Callable[[Askable, Calendar], tuple[ir.Table, ...]]] = {
    "retention_by_period": _account,
    "cohort_grid": _cohorts,
    "stage_flow": _stages,
    "revenue_retention": _revenue,
    "retail_measures": _receipts,
    "concentration": _few,
    "suggest_period": _gaps,
}


def _columns(base: Askable, scans: list[reduce.Scan]) -> list[str]:
    """Return the columns that are read; if the engine does not tell, all columns that may be."""
    read = dict.fromkeys(column for scan in scans for column in scan.columns)
    names = [name for name in read or base.table.columns if not name.startswith("crrkit_")]
    return sorted(name for name in names if not name.endswith("_given"))


def _engine(backend: object) -> str:
    name, version = str(getattr(backend, "name", "")), str(getattr(backend, "version", ""))
    called = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "pyspark": "Spark"}.get(name, name)
    where = _("in this process") if name == HERE else _("where the rows are; only histograms are fetched, no customers")
    return _("Counted by {engine} {version}, {where}").format(engine=called, version=version, where=where)


def _rows(backend: object, ways: set[str]) -> str:
    if getattr(backend, "name", "") != HERE:
        return _("The rows stay in their database")
    if any("PARQUET" in way for way in ways):
        return _("The rows stay in their Parquet files; every pass reads only the columns it needs")
    if ways <= {"SEQ_SCAN"}:
        return _("The rows were copied into the engine when they were read")
    return _("The rows stay in the table that was given")


def _settings(backend: object) -> str:
    if getattr(backend, "name", "") != HERE:
        return ""
    asked = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
    memory, threads, folder = backend.con.execute(asked).fetchall()[0]  # type: ignore[attr-defined]  # of DuckDB
    text = ngettext(
        "Memory at most {memory}, {n} thread; what does not fit goes to {folder}",
        "Memory at most {memory}, {n} threads; what does not fit goes to {folder}",
        int(threads),
    )
    return text.format(memory=memory, n=threads, folder=folder)
