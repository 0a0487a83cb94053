"""What a report suppresses in view of reports already published about the same customers.

Three rules. If two reports show different values of the same count, because of another list or a later cut-off, their
difference is disclosed: it must be 0 or not small. What was suppressed stays suppressed. And no sum over the periods of
both discloses a suppressed count (`crrkit.report.outsider`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from crrkit.ground import InputError, format_number, gettext as _, ngettext
from crrkit.measure import RUNNING
from crrkit.report.outsider import ALMOST, Cut, Unknowns, cell_name, cut_of, unknowns_of
from crrkit.report.published import CARRIED_COUNTS
from crrkit.report.withhold import ACCOUNT_RATES, ARRIVALS, SIDE_FLOWS, WITHHELD
from crrkit.rules import diff, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crrkit.measure import RetentionTable
    from crrkit.report.published import Published
    from crrkit.report.section import Carried, Section, Subject

MOVEMENT = ("kept", "lost", "new", "returned")
NOT_OF_THE_LIST = ("as_of", "source", "read_as", "every")  # rules in which two reports of one list may differ
RESTING_ON = {"stages": ("advice",)}  # sections that show numbers of another one

Place = tuple[pd.Timestamp, pd.Timestamp]


def suppressed_beside(
    kept: RetentionTable, counted: RetentionTable, published: Sequence[Published], *, least: int
) -> RetentionTable:
    """An account without the periods that would disclose small groups when combined with published reports.

    ``kept`` is the account as it may be shown on its own, ``counted`` the same, unsuppressed; it is an error if no rate
    is left, or something would still be disclosed.
    """
    if not published:
        return kept
    shown = _held_against(kept, [one.account for one in published], least)
    shown = _without_sums(shown, counted, published, least)
    more = int((kept.table["crr"].notna() & shown.table["crr"].isna()).sum())
    if more and not shown.table["crr"].notna().any():
        raise _nothing_left(published)
    return replace(shown, notes=(*kept.notes, *_said(more)))


def _said(more: int) -> list[str]:
    if not more:
        return []
    text = ngettext(
        "{n} more period is suppressed, because together with the reports published before it would disclose"
        " small groups.",
        "{n} more periods are suppressed, because together with the reports published before they would"
        " disclose small groups.",
        more,
    )
    return [text.format(n=format_number(more))]


def _nothing_left(published: Sequence[Published]) -> InputError:
    text = _(
        "Together with the reports published before, no rate of this one can be shown without disclosing small"
        " groups. Use their periods (every='{every}') or longer ones, or do not share this one with them."
    )
    return InputError(text.format(every=published[-1].account.every), argument="published", given=len(published))


def _held_against(kept: RetentionTable, earlier: Sequence[RetentionTable], least: int) -> RetentionTable:
    """The account without the periods for which an earlier report shows almost the same counts, or suppresses them."""
    table = kept.table.copy()
    for account in earlier:
        then = account.table.set_index(["from_", "until"])
        here = then.reindex(pd.MultiIndex.from_frame(table[["from_", "until"]])).set_index(table.index)
        differs = small((table[list(CARRIED_COUNTS)] - here[list(CARRIED_COUNTS)]).abs(), least)
        table = _blank(table, differs.any(axis=1) | (here["status"] == WITHHELD))
        was_whole = here["status"].notna() & (here["status"] != RUNNING)
        for stock in ("start", "end"):
            table[stock] = table[stock].mask((was_whole & here[stock].isna()) | differs[stock])
        table = _across_periods(table, account, least, is_by_period=kept.card.is_by_period)
        if len(then) and then["new"].isna().all() and then["lost"].notna().any():
            table = _blank_arrivals(table)
    return replace(kept, table=table)


def _across_periods(table: pd.DataFrame, account: RetentionTable, least: int, *, is_by_period: bool) -> pd.DataFrame:
    """The same for what accounts by other periods share: the customers at a moment, the new customers of all parts."""
    if is_by_period:
        pairs = [(table, account.table), (account.table, table)]
        apart = [_new_apart(coarse, fine) for coarse, fine in pairs]
        return _blank_arrivals(table) if small(pd.concat(apart), least).any() else table
    then = pd.concat([account.table.set_index("from_")["start"], account.table.set_index("until")["end"]])
    then = then[~then.index.duplicated()]
    for stock, day in (("start", "from_"), ("end", "until")):
        few = small((table[stock] - table[day].map(then)).abs(), least)
        table = _blank(table.assign(**{stock: table[stock].mask(few)}), few)
    return table


def _new_apart(coarse: pd.DataFrame, fine: pd.DataFrame) -> pd.Series:
    """The difference between the new customers of a period and those of its shorter parts."""
    rows = fine.sort_values("from_")
    before = rows["new"].fillna(0).cumsum().set_axis(rows["until"])
    holes = rows["new"].isna().cumsum().set_axis(rows["until"])
    ends = [coarse[day].map(before) for day in ("until", "from_")]
    are_told = coarse["until"].map(holes) == coarse["from_"].map(holes)
    return (coarse["new"] - (ends[0] - ends[1])).abs().where(are_told)


def _blank(table: pd.DataFrame, hides: pd.Series) -> pd.DataFrame:
    names = [name for name in (*MOVEMENT, *SIDE_FLOWS, *ACCOUNT_RATES) if name in table]
    hides &= table["start"].ne(0)
    blank = table.assign(**{name: table[name].mask(hides) for name in names})
    return blank.assign(status=table["status"].mask(hides, WITHHELD))


def _blank_arrivals(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: float("nan") for name in (*ARRIVALS, *SIDE_FLOWS) if name in table})


@dataclass(frozen=True, eq=False)
class _Joint:
    """The linear systems of the reports of one list, without and with the new one."""

    cuts: list[Cut]
    is_by_period: bool
    least: int

    def pinned(self, shown: Cut, counted: Cut) -> list[Place]:
        """The periods whose suppressed counts the reports together determine more narrowly than each alone."""
        joint, before, alone = (self._system(cuts) for cuts in ([*self.cuts, shown], self.cuts, [shown]))
        found = [place for cut in self.cuts for place in self._narrowed(cut, None, joint, before)]
        return found + self._narrowed(shown, counted, joint, alone)

    def _system(self, cuts: list[Cut]) -> Unknowns:
        return unknowns_of(cuts, is_by_period=self.is_by_period)

    def _narrowed(self, cut: Cut, truth: Cut | None, joint: Unknowns, alone: Unknowns) -> list[Place]:
        """Counts known to be large, as in the new report, need no protection."""
        hidden = cut.table[list(CARRIED_COUNTS)].isna()
        if truth is not None:
            hidden &= small(truth.table[list(CARRIED_COUNTS)], self.least)
        found = []
        for row, hides in zip(cut.rows, hidden.to_numpy(), strict=True):
            cells = [name for name, is_hidden in zip(CARRIED_COUNTS, hides, strict=True) if is_hidden]
            names = [cell_name(row, name, is_by_period=self.is_by_period) for name in cells]
            if any(self._is_pinned(name, joint, alone) for name in names):
                found.append((row["from_"], row["until"]))
        return found

    def _is_pinned(self, name: tuple[object, ...], joint: Unknowns, alone: Unknowns) -> bool:
        room = joint.room(name, self.least)
        return room < self.least - ALMOST and room < alone.room(name) - ALMOST


def _joint(kept: RetentionTable, truth: Cut, published: Sequence[Published], least: int) -> _Joint:
    """The reports that may be of the same list; across lists no sums over periods are known."""
    is_by_period = kept.card.is_by_period
    cuts: list[Cut] = []
    for one in published:
        cut = cut_of(one.account, one.sections)
        if (
            _of_one_list(kept, one.account)
            and unknowns_of([*cuts, cut, truth], is_by_period=is_by_period).is_possible()
        ):
            cuts.append(cut)
    return _Joint(cuts, is_by_period, least)


def _without_sums(
    kept: RetentionTable, counted: RetentionTable, published: Sequence[Published], least: int
) -> RetentionTable:
    """The account without counts that sums over earlier reports' periods would disclose."""
    truth, table = cut_of(counted), kept.table
    joint = _joint(kept, truth, published, least)
    while joint.cuts and (pinned := joint.pinned(_cut_as(truth, table), truth)):
        narrower = _narrower(table, pinned, is_by_period=kept.card.is_by_period)
        if narrower is None:
            raise _given_away(len(pinned))
        table = narrower
    return replace(kept, table=table)


def _cut_as(truth: Cut, table: pd.DataFrame) -> Cut:
    return Cut(truth.table.assign(**{name: table[name].to_numpy(dtype=float) for name in CARRIED_COUNTS}))


def _of_one_list(kept: RetentionTable, account: RetentionTable) -> bool:
    """Whether the two may be of one list: by the same rules, apart from the period."""
    found = diff(kept.card, account.card).table
    return set(found["rule"]) <= set(NOT_OF_THE_LIST)


def _narrower(table: pd.DataFrame, pinned: list[Place], *, is_by_period: bool) -> pd.DataFrame | None:
    """The next step of suppression: new customers, the movement of the periods concerned, their stocks; then None."""
    if is_by_period and table["new"].notna().any():
        return _blank_arrivals(table)
    meets = pd.Series(
        [any(one["from_"] < until and from_ < one["until"] for from_, until in pinned) for _i, one in table.iterrows()],
        index=table.index,
    )
    if table.loc[meets, "lost"].notna().any():
        return _blank(table, meets & table["lost"].notna())
    if table.loc[meets, ["start", "end"]].notna().any(axis=None):
        return table.assign(**{name: table[name].mask(meets) for name in ("start", "end")})
    return _blank_arrivals(table) if table["new"].notna().any() else None


def _given_away(n: int) -> InputError:
    text = ngettext(
        "Together with the reports published before, this one would disclose small groups in {n} period,"
        " whatever it suppresses. Take the periods that those have; or do not share this one beside them.",
        "Together with the reports published before, this one would disclose small groups in {n} periods,"
        " whatever it suppresses. Take the periods that those have; or do not share this one beside them.",
        n,
    )
    return InputError(text.format(n=format_number(n)), argument="published", given=n)


def left_out(subject: Subject, parts: Sequence[Section], published: Sequence[Published]) -> set[str]:
    """The anchors of the sections that would disclose small groups when combined with earlier reports."""
    kept, least, found = subject.kept, subject.min_cell or 0, set()
    for one in published:
        is_one_list = kept.card.source == one.account.card.source
        then = one.sections
        found |= {
            part.anchor
            for part in parts
            if _collide(part.carried, then.get(part.anchor, {}), least, is_one_list=is_one_list)
        }
    if published and subject.counted is not None:
        truth = cut_of(subject.counted)
        joint = _joint(kept, truth, published, least)
        for part in parts:
            cut = cut_of(kept, {part.anchor: part.carried})
            if joint.cuts and cut.first and part.anchor not in found and joint.pinned(cut, truth):
                found.add(part.anchor)
    return found | {other for anchor in found for other in RESTING_ON.get(anchor, ())}


def left_out_words(parts: Sequence[Section], anchors: set[str]) -> str:
    """A note on which sections are left out, and why."""
    text = _(
        "Left out, because together with the reports published before they would disclose small groups: {sections}."
    )
    return text.format(sections=", ".join(part.label for part in parts if part.anchor in anchors))


def _collide(now: Carried, then: Carried, least: int, *, is_one_list: bool) -> bool:
    """Whether tables of one kind differ by few or in what they suppress, or have other periods and gaps."""
    cells = [
        (n, then[what][row][column])
        for what, rows in now.items() if what in then
        for row, names in rows.items() if row in then[what]
        for column, n in names.items() if column in then[what][row]
    ]  # fmt: skip
    if any((n is None) != (was is None) or 0 < abs((n or 0) - (was or 0)) < least for n, was in cells):
        return True
    if not now or not then or set(now) == set(then):
        return False
    told = (*now.values(), *then.values())
    return not is_one_list or any(n is None for rows in told for cells in rows.values() for n in cells.values())
