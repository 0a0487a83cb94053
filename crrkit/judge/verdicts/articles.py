"""The claims of the two source articles: each number with its wording, its origin and what is contested.

A quoted number is somebody's result about other customers. It is listed for reference; no calculation uses it. `assess`
compares rates with the lines of A16 and B18 and names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from crrkit.ground import InputError, Shown, check_count, check_number, gettext as _, mark, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

# The articles, by the first letter of a claim's id.
ARTICLES = {
    "A": "Как рассчитать и повысить коэффициент удержания клиентов (2017-11-17)",
    "B": "Как вычислить коэффициент удержания клиентов",
}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One numerical statement of a source article.

    Attributes:
        id: The article's letter and the statement's number, such as ``"A16"``.
        numbers: The numbers as values; shares are fractions.
        unit: What the numbers are: ``share``, ``USD``, ``ratio`` or ``years``.
        wording: What the article says.
        attributed_to: The origin that the article names; empty if none.
        provenance: What was found about the origin.
        verified: Whether the number was found in the original source, not only in quotations.
        contested: Known objections and caveats.
    """

    id: str
    numbers: tuple[float, ...]
    unit: str
    wording: str
    attributed_to: str
    provenance: str
    verified: bool
    contested: str

    @property
    def article(self) -> str:
        """The title of the article."""
        return ARTICLES[self.id[0]]


_NO_ORIGIN = mark("No origin is named and none was found.")

CLAIMS = (
    # Genesys, "The Cost of Poor Customer Service", US report of October 2009: "Average value (in one year) of each
    # customer relationship lost to a competitor or abandoned: $289"; 16 countries, November 2009: $243.
    Claim(
        id="A4", numbers=(289,), unit="USD", attributed_to="",
        wording=mark("Each lost relation with a customer costs a business $289 on average."),
        provenance=mark("Genesys, The Cost of Poor Customer Service, US report of October 2009."),
        verified=True,
        contested=mark(
            "The value of one year, in the US, in 2009, after poor service. The same survey gives $243 over 16"
            " countries."
        ),
    ),
    # marketingroi.wordpress.com 2007 calls it an urban legend; Harvard Business Review: "five to 25 times".
    Claim(
        id="A5", numbers=(7,), unit="ratio", attributed_to="NG Data",
        wording=mark("Attracting a new customer is seven times dearer than keeping one."),
        provenance=mark("The origin of this number was not found."),
        verified=False,
        contested=mark(
            "Published ratios run from 5 to 25 and differ by industry; the cost of keeping is seldom measured at all."
        ),
    ),
    # professionalleadershipinstitute.com quotes LeBoeuf; focusedmarketing.info the SBA and the US Chamber of Commerce.
    Claim(
        id="A7", numbers=(0.68,), unit="share", attributed_to="U.S. Small Business Administration",
        wording=mark("68% of customers leave brands because of poor support."),
        provenance=mark("No study was found; lists quote one another (LeBoeuf's book, SBA, US Chamber of Commerce)."),
        verified=False,
        contested=mark(
            'The same 68% circulates as "an attitude of indifference" and as "upset with the treatment", beside 14, 9,'
            " 5, 3 and 1% for other reasons."
        ),
    ),
    Claim(
        id="A16", numbers=(0.85, 0.90), unit="share", attributed_to="",
        wording=mark("Aim at a retention rate of 85-90% at least."),
        provenance=_NO_ORIGIN,
        verified=False,
        contested=mark(
            "No period is given, and the example before it is a month: 85% a month is 14.2% a year. It agrees with the"
            " other article (B18) only as a yearly rate."
        ),
    ),
    Claim(
        id="A23", numbers=(0.86,), unit="share", attributed_to="Access Development",
        wording=mark("86% of customers are more loyal to brands that take part in reward programmes."),
        provenance=mark("The named collection of statistics was seen; this number was not found in it."),
        verified=False,
        contested=mark("Has nothing to do with the 86% of the article's own example (60 of 70 customers kept)."),
    ),
    # blog.usetada.com and others: "80% of your company's future profits will come from just 20% of your existing ..."
    Claim(
        id="A37", numbers=(0.80, 0.20), unit="share", attributed_to="Gartner Group",
        wording=mark("80% of a company's future revenue will come from 20% of its existing customers."),
        provenance=mark("No Gartner document was found; sites quote one another."),
        verified=False,
        contested=mark(
            "In English it circulates with profits instead of revenue. Measure your own: concentration() of your"
            " orders."
        ),
    ),
    Claim(
        id="B18", numbers=(0.10, 0.35, 0.30), unit="share", attributed_to="",
        wording=mark(
            "A base usually changes by 10-35% a year; below 10% is rare and very stable, above 30% rather critical."
        ),
        provenance=mark(
            "No source gives this range. An unattributed text says that the average US company loses 10 to 30% of its"
            " customers a year."
        ),
        verified=False,
        contested=mark("Between 30 and 35% it is usual and critical at once."),
    ),
    Claim(
        id="B19", numbers=(0.25,), unit="share", attributed_to="",
        wording=mark("There are companies whose retention rate by its nature cannot be below, say, 25%."),
        provenance=_NO_ORIGIN,
        verified=False,
        contested=mark(
            "The sentence before it speaks of turnover: a floor of retention, or one of churn, may be meant. Given as"
            " an example, not as a result."
        ),
    ),
    Claim(
        id="B29", numbers=(3,), unit="years", attributed_to="",
        wording=mark("A new car is bought not oftener than once in three years."),
        provenance=_NO_ORIGIN,
        verified=False,
        contested=mark("An example. Your own rhythm: characteristic_interval() of your orders."),
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class ClaimTable(Shown):
    """The claims of the source articles.

    Attributes:
        claims: The claims in the order of their ids.
    """

    claims: tuple[Claim, ...]

    kinds: ClassVar[Mapping[str, str]] = {
        "id": "text", "wording": "word", "attributed_to": "text", "provenance": "word", "verified": "word",
        "contested": "word",
    }  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:  # type: ignore[override]  # made from the claims
        """One row per claim: ``id article numbers unit wording attributed_to provenance verified contested``."""
        import pandas as pd

        names = ["id", "article", "numbers", "unit", "wording", "attributed_to", "provenance", "verified", "contested"]
        return pd.DataFrame({name: [getattr(claim, name) for claim in self.claims] for name in names})

    def titles(self) -> dict[str, str]:
        """Headings of the displayed columns."""
        return {
            "id": _("no."), "wording": _("what is claimed"), "attributed_to": _("said to be from"),
            "provenance": _("what was found"), "verified": _("seen at its origin"), "contested": _("to be known"),
        }  # fmt: skip

    def caption(self) -> str:
        """How many claims there are, and how many were found in their original source."""
        n = sum(claim.verified for claim in self.claims)
        text = ngettext(
            "{n} of {total} quoted {total:number|numbers} was seen at its origin. No calculation starts from them.",
            "{n} of {total} quoted {total:number|numbers} were seen at their origin. No calculation starts from them.",
            n,
        )
        return text.format(n=n, total=len(self.claims))

    def __str__(self) -> str:
        """The claims as paragraphs, since sentences do not fit into text columns."""
        return "\n\n".join([self.caption(), *map(_paragraph, self.claims)])

    __repr__ = __str__

    def _shown_rows(self) -> list[list[str]]:
        return [_cells(claim) for claim in self.claims]


def claims() -> ClaimTable:
    """The numbers that the two source articles quote, with what was found about each.

    Returns:
        One row per claim; ``verified`` says whether the number was found in its original source. In ``to_pandas()`` the
        numbers are values (shares as fractions) and the sentences are in English.

    Examples:
        >>> table = claims().to_pandas().set_index("id")
        >>> table.loc["A4", "numbers"], bool(table.loc["A4", "verified"]), bool(table.loc["A5", "verified"])
        ((289,), True, False)
    """
    return ClaimTable(CLAIMS)


def value_of_lost(n_lost: int, *, value_per_customer: float) -> float:
    """The value of the lost customers: ``n_lost * value_per_customer``.

    Args:
        n_lost: Customers lost, 0 or more.
        value_per_customer: The value of one of *your* customers over a period that you choose, in your currency. There
            is no default: the $289 of the source article are for one year, the US and 2009.

    Returns:
        An amount in the currency of ``value_per_customer``.

    Raises:
        InputError: If the count is negative or not an integer, or the value is not a number.

    Examples:
        >>> value_of_lost(10, value_per_customer=120.0)
        1200.0
        >>> value_of_lost(-1, value_per_customer=120.0)
        Traceback (most recent call last):
        ...
        crrkit.InputError: n_lost=-1 is negative; a count of customers is 0 or more.
    """
    return check_count(n_lost, name="n_lost") * check_number(value_per_customer, name="value_per_customer")


def break_even_save_rate(ratio: float) -> float:
    """The share of customers that a retention effort must save to cost no more than acquiring new ones: ``1 / ratio``.

    An effort that costs ``c`` per customer approached and saves the share ``s`` of them costs ``c / s`` per customer
    saved; a new customer costs ``ratio * c``.

    Args:
        ratio: How many times more it costs to acquire a customer than to *approach* an existing one, 1 or more. Measure
            your own; published ratios range from 5 to 25.

    Returns:
        A fraction. With a ratio of 1 everybody must be saved.

    Raises:
        InputError: If the ratio is below 1: acquiring is then cheaper, and no share breaks even.

    Examples:
        >>> round(break_even_save_rate(7), 3), break_even_save_rate(5)
        (0.143, 0.2)
        >>> break_even_save_rate(0.5)
        Traceback (most recent call last):
        ...
        crrkit.InputError: ratio=0.5 is below 1: winning is then cheaper than trying to keep, and no share of
        saved customers breaks even.
    """
    ratio = check_number(ratio, name="ratio")
    if ratio < 1:
        message = _(
            "ratio={ratio:g} is below 1: winning is then cheaper than trying to keep, and no share of saved customers"
            " breaks even."
        )
        raise InputError(message.format(ratio=ratio), argument="ratio", given=ratio)
    return 1 / ratio


def _cells(claim: Claim) -> list[str]:
    seen = _("yes") if claim.verified else _("no")
    said = [_(claim.wording), claim.attributed_to or _("nobody"), _(claim.provenance), seen, _(claim.contested)]
    return [claim.id, *said]


def _paragraph(claim: Claim) -> str:
    name, wording, origin, found, seen, contested = _cells(claim)
    facts = _("Said to be from: {origin}. Found: {found} Seen at its origin: {seen}. To be known: {contested}")
    return f"{name}  {wording}\n" + facts.format(origin=origin.rstrip("."), found=found, seen=seen, contested=contested)
