"""The note on a shared page about what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crrkit.ground import gettext as _
from crrkit.measure.cadence import BY
from crrkit.measure.cube.stretches import BETWEEN_ENDS, CAME_AS_ONE

if TYPE_CHECKING:
    from crrkit.measure.cube.choices import ListSettings
    from crrkit.measure.cube.counted import ListCube
    from crrkit.measure.cube.stretches import Stretch


def note_of(  # noqa: PLR0917 - the request and what is disclosed
    cube: ListCube, part: ListCube, settings: ListSettings, asked: Stretch | None, stretch: Stretch, least: int
) -> str:
    """Return a note on what was left out of the shared page."""
    out = []
    if stretch.every != settings.every:
        told = asked.last - asked.first if asked else 0
        text = _("shorter periods ({by}: {n} of {all} could be shown)")
        account = cube.account(replace(settings, first=None, last=None, segment=None))
        out.append(text.format(by=_(BY[settings.every]), n=told, all=len(account)))
    if stretch.share < 1:
        text = _("{n} of {all} {all:period|periods}")
        out.append(text.format(n=stretch.all - (stretch.last - stretch.first), all=stretch.all))
    if stretch.told == CAME_AS_ONE:
        out.append(_("who of those who came is new and who is back"))
    if stretch.told in {BETWEEN_ENDS, CAME_AS_ONE}:
        out.append(_("who came and went inside a period"))
    if cube.regulars and not part.regulars:
        out.append(_("stages and what-if"))
    if len(part.segments) < len(cube.segments):
        out.append(_("segments") if not part.segments else _("some segments"))
    if len(part.silences) < len(cube.silences):
        out.append(_("other days of silence") if cube.base.has_purchases else _("other gaps"))
    out.append(_("cohorts"))
    text = _(
        "Nothing here discloses a group of fewer than {least} {least:customer|customers}. Left out for that: {what}."
    )
    return text.format(least=least, what=", ".join(out))
