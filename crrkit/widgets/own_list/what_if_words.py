"""Texts of ListExplorer about the projection; {names} are filled in by the browser."""

from __future__ import annotations

from typing import Any

from crrkit.ground import gettext as _


def what_if_words() -> dict[str, Any]:
    """The texts on levers, their effects and costs, and on the model."""
    return {
        "whatIfTitle": _("What if"),
        "levers": {
            "conversion": _("Contacts who become customers"),
            "retention_middle": _("Middle customers kept"),
            "promotion": _("Kept middle customers who become long"),
            "retention_long": _("Long customers kept"),
            "winback": _("Lapsed customers who come back"),
            "inflow": _("Newcomers in a period"),
        },
        "steps": _("Periods ahead"),
        "leversReset": _("Levers back to 0"),
        **_outcome(),
        **_ranking(),
        "tried": _(
            "Estimated from {first} to {last}; tested on {held}, a model built the same way was off by"
            " {error} of the customers on average, by {largest} at most."
        ),
        "one": "{from}",
        "several": _("{from} to {to}"),
        "beyond": _("Forecasts further ahead were not tested."),
        "untested": _("Estimated from {first} to {last}; not tested yet."),
        "whatIfAxis": _("periods ahead; dashed: if nothing changes"),
        "noModel": {
            "no stages": _("Without a silence in days there are no stages, and nothing is projected."),
            "no period": _("There is no whole period yet to estimate moves from, so nothing is projected."),
            "too few": _("Too few whole periods to test a projection, so nothing is projected."),
            "failed": _(
                "Nothing is projected: a model of the earlier periods was off by {error} of the customers on average"
                " when tested on the later ones."
            ),
            "withheld": _("The moves between the stages are of too few customers to show, so nothing is projected."),
        },
        "atEnd": _("That is all: one point more, and a share would be above 100% or more than there is to take from."),
        "byShorter": _("By a shorter period it can be projected: {every}"),
    }


def _outcome() -> dict[str, Any]:
    return {
        "tries": {
            "title": _("Try:"), "long": _("one regular (long) in ten more stays"),
            "middle": _("one middle customer in ten more stays"), "inflow": _("a tenth more newcomers"),
        },
        "inAYear": _("in a year ({count})"),
        "inPeriods": _("in {count}"),
        "banded": _(" ({low} to {high})"),
        "goesOn": _(
            "If nothing changes, {customers} {customers:customer|customers} {periods}, CRR {crr}."
            " Move a lever, in points."
        ),
        "instead": _(
            "{customers} {customers:customer|customers} {periods} instead of {plain}: {more}. CRR {crr} of the last of"
            " them instead of {before}."
        ),
        "marginOfAll": _("Margin of all these periods: {margin}."),
        "marginInstead": _(
            "Margin of all these periods: {margin}, {more} compared with no change, costs not deducted."
        ),
    }  # fmt: skip


def _ranking() -> dict[str, Any]:
    return {
        "ranked": {
            "customers": _("What one point more on each lever brings, the most first:"),
            "customers_per_1000": _("One point more on each lever, the most customers for its cost first:"),
            "margin_per_cost": _("One point more on each lever, the most margin for its cost first:"),
        },
        "rankColumns": {
            "lever": _("lever"), "customers": _("customers"), "cost": _("cost"),
            "customers_per_1000": _("customers per 1,000 of cost"), "margin_per_cost": _("margin per 1 of cost"),
        },
        "noFlip": _("“{lever}” ranks first at every horizon up to {n} {n:period|periods} ahead."),
        "flipFrom": _("First up to horizon {to}: “{lever}”"),
        "flipTo": _("from {from} on “{lever}”"),
        "prices": {
            "title": _("Costs of the levers, margin of a customer"),
            "costs": _("Cost of one point more, for one person it is aimed at and one period"),
            "margins": _("Margin of one customer in one period"),
        },
    }  # fmt: skip
