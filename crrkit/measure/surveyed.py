"""Retention from a table of survey answers: rate, interval, bounds, reasons for leaving, whom to ask next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crrkit.counts import SurveyRate, survey_rate, wilson
from crrkit.ground import (
    InputError,
    check_count,
    check_fraction,
    format_number,
    format_percent,
    gettext as _,
    ngettext,
)
from crrkit.read import LEAVES, STAYS, Forms, Layout, judge_answers, read_survey_rows, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

REASONS_SHOWN = 6


@dataclass(frozen=True, kw_only=True, repr=False)
class Survey(SurveyRate):
    """A survey estimate computed from a table of answers.

    Attributes:
        reasons: One row per reason for leaving, the most frequent first: ``reason``, ``customers`` (a count), ``share``
            of those who gave a reason, and its interval ``low``, ``high`` (Wilson's, for each reason separately).
        silent: The ids of the customers who were asked and did not answer; empty without a customer column.
        notes: Notes on how the table was read.
    """

    reasons: pd.DataFrame = field(compare=False)
    silent: pd.Series = field(compare=False)
    notes: tuple[str, ...] = ()

    def below(self) -> list[str]:
        """Return the reasons, the number of non-respondents and the notes, to show below the table."""
        said = [
            _("Reason for leaving: {reason} {share} ({low} to {high}), {n} of {all}.").format(
                reason=row["reason"], share=format_percent(row["share"]), low=format_percent(row["low"]),
                high=format_percent(row["high"]), n=format_number(row["customers"]),
                all=format_number(self.reasons["customers"].sum()),
            )
            for row in self.reasons.head(REASONS_SHOWN).to_dict("records")
        ]  # fmt: skip
        n = self.asked - self.answered
        if n:
            text = ngettext("{n} did not answer; ask_next(width=0.1) says whom to ask.",
                            "{n} did not answer; ask_next(width=0.1) says whom to ask.", n)  # fmt: skip
            said.append(text.format(n=format_number(n)))
        return [*said, *self.notes]

    def ask_next(self, *, width: float, seed: int = 0) -> pd.DataFrame:
        """Draw a random sample of non-respondents to ask again, enough to narrow the non-response bounds to ``width``.

        Draws ``silent - width · asked`` of those who did not answer, rounded up, in random order, because customers who
        are easy to reach differ from the others.

        Args:
            width: The maximum width of the bounds, a fraction: 0.1 is ten percentage points.
            seed: The seed of the random draw; the same seed draws the same customers.

        Returns:
            One row per ``customer``. It identifies customers, so it is never part of a report.

        Raises:
            InputError: If ``width`` is not a fraction, or there is no customer column.

        Examples:
            >>> answers = pd.DataFrame({"client": list("abcd"), "still_customer": ["yes", "no", None, None]})
            >>> len(read_survey(answers).ask_next(width=0.25))
            1
        """
        width = check_fraction(width, name="width")
        n = max(0, math.ceil(self.asked - self.answered - width * self.asked))
        if n > len(self.silent):
            raise InputError(_("No column holds the customers. Name it with customer=."), argument="customer")
        drawn = np.random.default_rng(int(check_count(seed, name="seed"))).permutation(len(self.silent))[:n]
        return pd.DataFrame({"customer": self.silent.iloc[drawn].to_numpy()})


def read_survey(
    source: Any,
    *,
    customer: str | None = None,
    answer: str | None = None,
    reason: str | None = None,
    stay: Sequence[str] | None = None,
    leave: Sequence[str] | None = None,
    frame: int | None = None,
    level: float = 0.95,
    sheet: str | None = None,
    skip: int | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> Survey:
    """Estimate retention from the answers to "are you still our customer?", with one row per customer asked.

    The estimate is that of `survey_rate`: ``stay / (stay + leave)``, with its interval and its non-response bounds. The
    share of each reason for leaving is ``n / all who gave one``, with Wilson's interval.

    Args:
        source: As for `read_orders`; columns that are not named are found by their usual names.
        customer: The column with the customer's id; a customer in two rows was asked once. Without it each row is a
            different customer.
        answer: The column with the answer. An empty cell, or words such as ``no answer``, count as no answer.
        reason: The column with the reason for leaving.
        stay: The words that mean staying; by default common ones, with ``yes`` and ``no`` only if the column's name
            asks about staying, such as ``still_customer``.
        leave: The words that mean leaving. Give both or neither; other words then count as no answer.
        frame: The number of customers who could have been asked; by default the number asked.
        level: Coverage of the intervals, a fraction.
        sheet: As for `read_orders`.
        skip: As for `read_orders`.
        sep: As for `read_orders`.
        encoding: As for `read_orders`.
        table: As for `read_orders`.
        query: As for `read_orders`.

    Returns:
        A `SurveyRate` with ``reasons``, a table, and ``ask_next(width=…)``, a sample to ask again. NaN if nobody
        answered.

    Raises:
        InputError: If there is no answer column, the meaning of a word is unknown, or a customer gave both answers.

    References:
        Cochran 1977, Sampling Techniques; Manski 1989 for bounds without assumptions.

    Examples:
        >>> answers = pd.DataFrame({
        ...     "client": list("abcdef"), "still_customer": ["yes", "yes", "yes", "no", "no", None],
        ...     "reason": [None, None, None, "price", "moved", None]})
        >>> survey = read_survey(answers, frame=100)
        >>> survey.estimate, survey.bounds, survey.reasons["reason"].tolist()
        (0.6, (0.5, 0.6666666666666666), ['moved', 'price'])
        >>> read_survey(answers.rename(columns={"still_customer": "answer"}))
        Traceback (most recent call last):
        crrkit.InputError: Column 'answer' says 'yes' (3), 'no' (2): it is not known who stays. Use stay=[…] and
            leave=[…]; other words are no answer then.
    """
    layout = Layout(sheet=sheet, skip=skip, sep=sep, encoding=encoding, table=table, query=query)
    named = {"customer": customer, "answer": answer, "reason": reason}
    rows, columns, notes = read_survey_rows(source, named=named, forms=Forms(layout=layout))
    words = {str(word): int(n) for word, n in rows["answer"].value_counts().items()}
    said = {
        name: None if one is None else words_of(one, name=name) for name, one in {"stay": stay, "leave": leave}.items()
    }
    meant = judge_answers(words, column=columns["answer"], **said)
    people = _one_row_each(rows.assign(means=rows["answer"].map(meant)))
    counts = people["means"].value_counts()
    kept, left, asked = int(counts.get(STAYS, 0)), int(counts.get(LEAVES, 0)), len(people)
    rate = survey_rate(
        kept=kept, answered=kept + left, asked=asked, frame=asked if frame is None else frame, level=level
    )
    silent = people.loc[people["means"].isna(), "customer"] if "customer" in people else pd.Series(dtype="object")
    return Survey(
        kept=rate.kept, answered=rate.answered, asked=rate.asked, frame=rate.frame, level=rate.level,
        reasons=_reasons(people, level=level), silent=silent.dropna().reset_index(drop=True), notes=notes,
    )  # fmt: skip


def _one_row_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per customer, the one with an answer; refuse customers with both answers."""
    if "customer" not in rows:
        return rows
    known = rows[rows["customer"].notna()]
    answers = known.dropna(subset="means").drop_duplicates(["customer", "means"])
    several = answers["customer"].duplicated()
    if several.any():
        text = ngettext(
            "{n} customer answered both that he stays and that he left. Keep the row that holds.",
            "{n} customers answered both that they stay and that they left. Keep the rows that hold.",
            int(several.sum()),
        )
        raise InputError(text.format(n=format_number(several.sum())), argument="customer")
    answered_first = known.sort_values("means", kind="stable", na_position="last")
    return pd.concat([answered_first.drop_duplicates("customer"), rows[rows["customer"].isna()]])


def _reasons(people: pd.DataFrame, *, level: float) -> pd.DataFrame:
    given = people[(people["means"] == LEAVES) & (people["reason"] != "")] if "reason" in people else people.iloc[:0]
    found = given["reason"].value_counts() if len(given) else pd.Series(dtype="int64")
    table = pd.DataFrame({"reason": found.index.astype(str), "customers": found.to_numpy(dtype="int64")})
    table = table.sort_values(["customers", "reason"], ascending=[False, True], ignore_index=True)
    ends = [wilson(int(n), len(given), level=level) for n in table["customers"]]
    return table.assign(
        share=table["customers"] / max(len(given), 1),
        low=[low for low, _high in ends],
        high=[high for _low, high in ends],
    )
