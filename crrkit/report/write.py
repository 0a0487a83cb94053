"""From a base to files to share: compute, render, run the notebook, check for customers' ids, only then write."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crrkit.ground import (
    beside,
    check_choice,
    check_count,
    check_fraction,
    check_given,
    check_named,
    check_target,
    find_chromium,
    gettext as _,
    print_page,
    use_language,
)
from crrkit.judge import Target, TargetHistory
from crrkit.measure.cadence import advise
from crrkit.read import Base
from crrkit.report.headline_section import is_early
from crrkit.report.notebook import notebook_text
from crrkit.report.page import FULL, SHORT, PageHeader, build_page, logo_of
from crrkit.report.parameters import ReportArguments
from crrkit.report.privacy import (
    code_of_notebook,
    code_of_page,
    refuse_leaks,
    refuse_names,
    texts_of_notebook,
    texts_of_page,
)
from crrkit.report.published import account_before, each_of, file_of, pages_in
from crrkit.report.safe_period import safe_account
from crrkit.report.section import Subject
from crrkit.report.sections import sections_beside
from crrkit.report.whole_period import before_last_day
from crrkit.report.workbook import workbook_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path
    from typing import Never

    from crrkit.measure import RetentionTable
    from crrkit.measure.cadence import Advice
    from crrkit.report.finding import Finding
    from crrkit.report.section import Section

FILE_ENDINGS = {"notebook": ".ipynb", "workbook": ".xlsx", "pdf": ".pdf"}


@dataclass(frozen=True, repr=False)
class Report:
    """The written report.

    Attributes:
        out: The HTML file.
        notebook: The notebook, or None.
        findings: Its findings, the headline first.
        every: The period.
        advice: Why this period was chosen, if none was given; otherwise None.
        workbook: The tables as an Excel file, or None.
        pdf: The page as PDF, or None.
    """

    out: Path
    notebook: Path | None
    findings: tuple[Finding, ...]
    every: str
    advice: Advice | None = None
    workbook: Path | None = None
    pdf: Path | None = None

    def __str__(self) -> str:
        """The headline and the paths of the files."""
        files = [str(path) for path in (self.out, self.notebook, self.workbook, self.pdf) if path]
        return "\n".join([str(self.findings[0]), *files])

    __repr__ = __str__


def write_report(
    base: Base,
    *_unnamed: Never,
    every: str | None = None,
    out: str | Path = "report.html",
    notebook: str | Path | None = None,
    lang: str | None = None,
    min_cell: int | None = 10,
    first: str | None = None,
    last: str | None = None,
    title: str | None = None,
    detail: str = FULL,
    target: float | Target | TargetHistory | None = None,
    marks: Mapping[str, str] | Mapping[date, str] | None = None,
    previous: str | Path | Report | RetentionTable | None = None,
    published: Sequence[str | Path | Report] | str | Path | Report | None = None,
    author: str | None = None,
    note: str | None = None,
    logo: str | Path | None = None,
    workbook: str | Path | None = None,
    pdf: str | Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Write the retention report of a base: one HTML file and, optionally, a notebook.

    The page needs no network and contains no customer; its explorers work without a kernel. It shows the last 24
    cohorts, by a longer period if most cells would have too few customers, and segments if the base was read with
    ``by=``. The notebook rereads the list and recomputes the report section by section; its outputs are those of the
    page.

    Args:
        base: The result of `read_contracts` or `read_orders`.
        every: The period, as for `retention_by_period`. None takes the one that suits the customers' rhythm, from
            `suggest_period`, with the rule that it needs, or with ``min_cell`` the next longer one without too small
            groups; the second line of the headline states it and the reason.
        out: The HTML file.
        notebook: The notebook, for those who have the list: its first code cell contains the path as given, the period
            and the rule; its outputs are suppressed as in the page. None writes none.
        lang: ``"en"`` or ``"ru"``; None takes the current language.
        min_cell: The smallest group that may be shown. A rate is suppressed, with the counts that would disclose it, if
            its customers at the start, kept, lost, or all who joined are fewer, but not 0; few new or returned
            customers are merged with the others who joined. None suppresses nothing, for private use.
        first: The first period, as for `retention_by_period`.
        last: The last period.
        title: The title above the headline; by default "Customer retention".
        detail: ``"full"``, or ``"short"`` for one page with the essentials for a manager. The notebook is the same.
        target: The target rate, a fraction, for the report's own period; for another one a `Target`, or a history of
            them. The verdict mentions it first.
        marks: Days on which something happened, each with its name, such as ``{"2024-06-01": "new prices"}``: marked on
            the line, with the rate before and after and the limits of that comparison.
        previous: An earlier report: its HTML file, the result of this function, or its account. Adds what has changed
            since, whether that is a signal, and differences in the rules.
        published: Reports already published about these customers or some of them, by other periods, of a part of the
            list, or cut off on another day: their HTML files, or results of this function. Their content is
            assumed to be known: if it would disclose a small group in combination with this report, this one suppresses
            more, leaves out a section, or uses a longer period, and says so. An error is raised if no rate is left.
        author: The author, printed below the title.
        note: The analyst's note, in plain text, on the first screen.
        logo: A picture, PNG, JPEG, GIF, WebP or SVG of 200 kB at most; it is embedded in the page.
        workbook: An ``.xlsx`` file of all tables of the page, with formats, as they are printed.
        pdf: The page as PDF, printed with the installed Chromium.
        progress: Called before each step with its name, the number of steps done and the total, and once more at the
            end.

    Returns:
        The paths and the findings.

    Raises:
        ValueError: If a file cannot be written, or would name a customer; if published reports leave no rate that may
            be shown. An existing file is then unchanged.

    Examples:
        >>> import crrkit as crr, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> base = crr.read_orders(crr.sample_path("orders"), customer="client_id", at="ordered_at", amount="total")
        >>> written = write_report(base, every="month", out=folder / "report.html")
        >>> print(written.findings[0].claim)
        In December 2024 we kept 191 of 289 customers: 66.1% (95% interval 60.5% to 71.3%).
        >>> write_report(base, out=folder / "nowhere" / "report.html")
        Traceback (most recent call last):
        crrkit.InputError: out='...' lies in a folder that does not exist. Make the folder ...
    """
    check_named(_unnamed, "crr.write_report(base, {})", "out")
    with use_language(lang):
        check_given(base, Base, name="base")
        targets, before = (
            _targets(out, min_cell, notebook=notebook, workbook=workbook, pdf=pdf),
            account_before(previous),
        )
        register = pages_in(published)
        header = PageHeader(title or _("Customer retention"), author or "", note or "", logo_of(logo))
        chromium = find_chromium() if pdf is not None else None
        if target is not None and not isinstance(target, Target | TargetHistory):
            check_fraction(target, name="target")
        check_choice(detail, name="detail", choices=(FULL, SHORT))
        steps = _Steps(progress, more=len(targets) - 1)
        with beside(targets) as files:
            steps.begin(_("counting"))
            base, cut = before_last_day(base)
            advice = None if every else advise(base)
            base, every = (base, every or "") if advice is None else (advice.applied(base), advice.every)
            safe = safe_account(
                base, every=every, min_cell=min_cell, first=first, last=last, is_told=advice is None,
                published=register,
            )  # fmt: skip
            base, every, kept = safe.base, safe.every, safe.kept
            why = [
                *([cut] if cut else []),
                *([advice.sentence] if advice and advice.every == safe.every else []),
                *safe.notes,
                *([safe.end.sentence(kept)] if safe.end else []),
            ]
            kept = replace(kept, notes=(*why, *kept.notes))
            subject = Subject(
                kept, base, min_cell, safe.first, last, target=target, marks=marks, previous=before,
                last_row=safe.end.last_row if safe.end else None, recent=safe.recent,
                is_early=advice is not None and not advice.fits and is_early(kept),
            )  # fmt: skip
            parts = sections_beside(replace(subject, counted=safe.counted, published=register), register)
            arguments = ReportArguments(
                base, every, "\n".join(why), safe.first, last, min_cell,
                target, marks, _file_of(previous), targets.get("notebook", targets["out"]).parent,
                tuple(map(_file_of, each_of(published))),
            )  # fmt: skip
            words = arguments.strings() if notebook is not None else ()
            _refuse_names(parts, base, targets, " ".join(filter(None, [title, author])), note or "", *words)
            steps.begin(_("drawing the page"))
            texts = {"out": build_page(parts, kept, header, detail=detail, last_row=subject.last_row)}
            if notebook is not None:
                steps.begin(_("writing the notebook"))
                texts["notebook"] = notebook_text(parts, safe.kept, arguments, header.title)
            steps.begin(_("checking the files for customers' data"))
            page, cells = texts["out"], json.loads(texts.get("notebook", "[]"))
            readable = {"out": texts_of_page(page), "notebook": texts_of_notebook(cells)}
            code = [*code_of_page(page), *code_of_notebook(cells)]
            for name, text in texts.items():
                refuse_leaks(readable[name], base, file=targets[name].name, parts=parts, code=code)
                files[name].write_text(text, encoding="utf-8", newline="\n")
            if workbook is not None:
                steps.begin(_("writing the tables"))
                files["workbook"].write_bytes(workbook_of(texts["out"], parts, currency=kept.card.currency))
            if chromium is not None:
                steps.begin(_("printing the page"))
                files["pdf"].write_bytes(print_page(texts["out"], chromium))
        steps.begin(_("done"))
        others = {name: targets.get(name) for name in ("workbook", "pdf")}
        findings = tuple(finding for part in parts for finding in part.findings)
        return Report(targets["out"], targets.get("notebook"), findings, every, advice, **others)


def _file_of(previous: object) -> str | None:
    """The file of an earlier report for the notebook; empty if it was not a file, None if there is none."""
    return None if previous is None else str(file_of(previous) or "")


class _Steps:
    def __init__(self, progress: Callable[[str, int, int], None] | None, *, more: int) -> None:
        self.progress, self.done = progress, 0
        self.total = 3 + more

    def begin(self, name: str) -> None:
        if self.progress:
            self.progress(name, self.done, self.total)
        self.done += 1


def _targets(out: str | Path, min_cell: int | None, **others: str | Path | None) -> dict[str, Path]:
    """The files to write; errors in the arguments are raised here, before any long work."""
    if min_cell is not None:
        check_count(min_cell, name="min_cell")
    targets = {"out": check_target(out, name="out", ending=".html")}
    given = {name: path for name, path in others.items() if path is not None}
    return targets | {name: check_target(path, name=name, ending=FILE_ENDINGS[name]) for name, path in given.items()}


def _refuse_names(parts: list[Section], base: Base, targets: Mapping[str, Path], *said: str) -> None:
    """Check, before rendering, that no string from the caller or the data is a customer's id."""
    names = [target.stem for target in targets.values()]
    given = [name for part in parts if part.anchor != "segments" for name in part.names]
    groups = [name for part in parts if part.anchor == "segments" for name in part.names]
    refuse_names([*said, *names, *given], base, file=targets["out"].name, groups=groups)
