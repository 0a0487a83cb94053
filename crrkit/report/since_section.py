"""What has changed since an earlier report: the rate, whether that is a signal, the rules, and restated counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import format_percent, gettext as _, ngettext
from crrkit.report.account import reference_row, whole_rows
from crrkit.report.finding import Finding, difference_words, rows_of
from crrkit.report.html import Html, join
from crrkit.report.period_names import day_name, in_period, period_name
from crrkit.report.published import CARRIED_COUNTS
from crrkit.report.section import Section, Subject, counting
from crrkit.report.trend_section import change_between, change_claim
from crrkit.rules import diff

if TYPE_CHECKING:
    from crrkit.measure import RetentionTable

RULES_THAT_MOVE = ("as_of", "source", "read_as")  # fields of the card: another month's file follows the same rules
RULES_NAMED = 3


def since_section(subject: Subject) -> Section | None:
    """This report compared with an earlier one; None if none was given, or either has no rate."""
    kept, before = subject.kept, subject.previous
    if before is None or reference_row(kept) is None or reference_row(before) is None:
        return None
    found = since_finding(kept, previous=before)
    return Section(
        "since",
        _("Since the last report"),
        (found,),
        lambda: Html(diff(before.card, kept.card).to_html()) if _other_rules(kept, before) else join(),
        cells=(counting("before", "account_in(previous)", before, then="report.since_finding(kept, previous=before)"),),
        tables=(before.table,),
        names=(before.card.source,),
        brief=found.claim,
        is_short=True,
        terms=("interval",),
    )


def since_finding(kept: RetentionTable, *, previous: RetentionTable) -> Finding:
    """Whether the rate has changed since an earlier report, or why the two are not comparable.

    Rates by different rules are different measures: if the definitions differ, the differences are listed, and nothing
    is subtracted. Periods in both reports whose counts have changed are listed, too.

    Args:
        kept: The account of this report.
        previous: The account of the earlier one, as read by `account_in` from its page.
    """
    now, then = reference_row(kept), reference_row(previous)
    if now is None or then is None:
        claim = _("One of the two reports has no rate, so there is nothing to compare.")
        return Finding(claim, kept.table[:0], _("Take longer periods in both."), is_informative=False)
    words = {
        "was": format_percent(then["crr"]), "then": period_name(then, previous.every),
        "is": format_percent(now["crr"]), "when": in_period(now, kept.every),
    }  # fmt: skip
    other = _other_rules(kept, previous)
    if other:
        return _by_other_rules(kept, now, other, words)
    if now["from_"] < then["from_"]:
        claim = _("The earlier report speaks of a later period, {then}, than this one.").format(**words)
        return Finding(claim, rows_of(kept, now), _("Compare this one with an older report."), is_informative=False)
    if now["from_"] == then["from_"]:
        return _of_the_same_period(kept, previous, now, then)
    return _moved(kept, previous, now, then, words)


def _other_rules(kept: RetentionTable, previous: RetentionTable) -> list[str]:
    """The differences between the definitions, in words: ``Period: month, now quarter``."""
    found = diff(previous.card, kept.card)
    named = {rule: (name, text) for rule, name, text in kept.card.rules()}
    before = {rule: (name, text) for rule, name, text in previous.card.rules()}
    rules = [str(rule) for rule in found.table["rule"] if rule not in RULES_THAT_MOVE]
    text = _("{rule}: {was}, now {is_}")
    none = ("", _("not specified"))
    return [
        text.format(
            rule=(named.get(rule) or before.get(rule) or (rule, ""))[0],
            was=before.get(rule, none)[1],
            is_=named.get(rule, none)[1],
        )
        for rule in rules
    ]


def _by_other_rules(kept: RetentionTable, now: pd.Series, other: list[str], words: dict[str, str]) -> Finding:
    claim = _("The last report used other rules, so its {was} ({then}) cannot be compared with {is}.")
    named = "; ".join(other[:RULES_NAMED]) + ("; …" if len(other) > RULES_NAMED else "")
    caveat = _("{rules}. To compare, write the last report again with today's rules.")
    return Finding(claim.format(**words), rows_of(kept, now), caveat.format(rules=named))


def _of_the_same_period(kept: RetentionTable, previous: RetentionTable, now: pd.Series, then: pd.Series) -> Finding:
    words = {"when": in_period(now, kept.every), "was": format_percent(then["crr"]), "is": format_percent(now["crr"])}
    same = all(now[name] == then[name] for name in ("kept", "start"))
    claim = (
        _("The last report said the same: {is} {when}.")
        if same
        else _("The last report said {was} {when}, this one says {is}: the list has changed since.")
    )
    caveat = " ".join([_seen(kept, previous), *_restated(kept, previous)])
    return Finding(claim.format(**words), rows_of(kept, now), caveat, is_informative=not same)


def _moved(
    kept: RetentionTable, previous: RetentionTable, now: pd.Series, then: pd.Series, words: dict[str, str]
) -> Finding:
    change = change_between(then, now)
    season = [_("Neighbouring periods may differ by season alone.")] if kept.every != "year" else []
    same = _("Both count by the same rules.")
    caveat = " ".join([difference_words(*change), same, *season, _seen(kept, previous), *_restated(kept, previous)])
    return Finding(change_claim(*change).format(**words), rows_of(kept, now), caveat)


def _seen(kept: RetentionTable, previous: RetentionTable) -> str:
    text = _("The last report used data before {then}, this one data before {now}.")
    seen = text.format(then=day_name(previous.card.as_of), now=day_name(kept.card.as_of))
    if previous.card.source == kept.card.source:
        return seen
    return seen + " " + _("The last one was read from {source}.").format(source=previous.card.source)


def _restated(kept: RetentionTable, previous: RetentionTable) -> list[str]:
    """The periods whose counts have changed, by their rates only, since counts could disclose single customers."""
    both = _comparable(previous).merge(_comparable(kept), on="period", suffixes=("_then", ""))
    then, now = both[[f"{name}_then" for name in CARRIED_COUNTS]].to_numpy(), both[list(CARRIED_COUNTS)].to_numpy()
    other = (then != now) & ~(pd.isna(then) | pd.isna(now))  # values suppressed in either are not compared
    found = both[other.any(axis=1)]
    if found.empty:
        return []
    widest = found.loc[(found["crr"] - found["crr_then"]).abs().idxmax()]
    text = ngettext(
        "{n} period in both reports has other counts now: {period} had {was} and has {is}.",
        "{n} periods in both reports have other counts now, first of all {period}: it had {was} and has {is}.",
        len(found),
    )
    words = {"was": format_percent(widest["crr_then"]), "is": format_percent(widest["crr"])}
    late = _("Rows came late, or the list was cleaned.")
    return [text.format(n=len(found), period=period_name(widest, kept.every), **words), late]


def _comparable(kept: RetentionTable) -> pd.DataFrame:
    return whole_rows(kept)[["period", "from_", *CARRIED_COUNTS, "crr"]]
