"""What each card proposes: the action from the source articles, who does it, and the measure of success.

Static text only; the numbers come from the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from crrkit.ground import mark

CAUTION, REVIEW, ACTION = mark("mind first"), mark("look into"), mark("do")
MARKETING, SERVICE, SALES, MANAGERS, ANALYST, DIRECTORS, FINANCE = (
    mark("marketing"), mark("customer service"), mark("sales"), mark("account managers"), mark("the analyst"),
    mark("the management"), mark("accounting"),
)  # fmt: skip

SEEN_NOT_TRIED = mark(
    "Seen, not tried: those who did better may have been other customers to begin with. Only a "
    "randomized holdout shows what the action does."
)
ANSWERED = mark(
    "What people answer is not always why they left, and who has left answers less. Only a "
    "randomized holdout shows what the action does."
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The part of a card that does not depend on the numbers.

    Attributes:
        kind: ``mind first`` (what the numbers cannot show), ``look into`` or ``do``.
        title: The card's heading.
        sources: The statements that it quotes, see `QUOTES`; empty if there are none.
        action: What to do.
        owner: Who usually does it.
        kpi: The measure to watch.
        caution: A warning; the rules add to it.
    """

    kind: str
    title: str
    sources: tuple[str, ...]
    action: str
    owner: str
    kpi: str
    caution: str


PLANS = {
    # What the numbers cannot say
    "no_rate": Plan(
        kind=CAUTION, title=mark("No rate can be counted yet"), sources=("B4", "B27"), owner=ANALYST,
        action=mark(
            "Ask a sample of the customers whether they still buy (survey_rate), and begin to keep a history: a card,"
            " an app or an account at every purchase."
        ),
        kpi=mark("survey estimate of retention"),
        caution=mark("A survey estimate is not the rate: who has left answers less."),
    ),
    "noise": Plan(
        kind=CAUTION, title=mark("The change may be chance"), sources=("B17",), owner=ANALYST,
        action=mark("Wait for another period or pool periods to a longer one before anybody is praised or blamed."),
        kpi=mark("CRR with its interval, control_chart"),
        caution=mark("Longer periods answer another question; never average rates of different lengths."),
    ),
    "mix": Plan(
        kind=CAUTION, title=mark("The mix of customers changed: do not credit or blame service"), sources=("B19",),
        owner=ANALYST, action=mark("Look at the rate of each stage or segment before the change is explained."),
        kpi=mark("by rate and by mix, decompose"),
        caution=mark("A change of the mix may itself be the result of what was done a period earlier."),
    ),
    "identity": Plan(
        kind=CAUTION, title=mark("Who is who is less certain than the rate"), sources=("B28", "B2"), owner=ANALYST,
        action=mark("First settle which records are one person: check links by hand, keep old keys with their dates."),
        kpi=mark("CRR with strict and with loose links"),
        caution=mark("A link that is missed counts one person as lost and new; a wrong one hides a loss."),
    ),
    # What to look into
    "base_change": Plan(
        kind=REVIEW, title=mark("The base changes by more than 30% a year"), sources=("B8", "B18", "B16"),
        owner=DIRECTORS,
        action=mark("Review the strategy of retention, and ask those who left for the causes at once (causes=)."),
        kpi=mark("CRR of a year, measured on its end points"),
        caution=mark("Better than any average are norms of your own (assess, norms=)."),
    ),
    "rare": Plan(
        kind=REVIEW, title=mark("The base hardly changes: keep the policy, check the count"), sources=("B15+", "B18-"),
        owner=ANALYST,
        action=mark("Hold on to what is done. Check that the rule for who is a customer does not wait for too long."),
        kpi=mark("CRR under a shorter limit of silence"),
        caution=mark("A high rate of today is no promise for tomorrow."),
    ),
    "below_band": Plan(
        kind=REVIEW, title=mark("The rate lies below 85–90%"), sources=("B15", "B16"), owner=DIRECTORS,
        action=mark("Ask what is wrong, why so many leave and what must change: by stage, by segment, by cause."),
        kpi=mark("CRR against a target of your own (Target)"),
        caution=mark("What counts is the verdict of the year; better still, a target of your own."),
    ),
    "leaky_bucket": Plan(
        kind=REVIEW, title=mark("The base does not clearly grow"), sources=("A2", "B24", "B25"), owner=DIRECTORS,
        action=mark(
            "Stop filling a leaking bucket: compare what a customer kept and a customer won cost"
            " (break_even_save_rate), and move money to where one costs less."
        ),
        kpi=mark("quick ratio, gained to lost"),
        caution=mark("It speaks of growth: that the retention rate falls does not follow from it."),
    ),
    "target_due": Plan(
        kind=REVIEW, title=mark("The year ends: set the next target"), sources=("B23",), owner=DIRECTORS,
        action=mark(
            "Propose a target from this year's rate plus what a stage can reach (levers), with an author and a date"
            " (Target)."
        ),
        kpi=mark("target reached or missed, assess"),
        caution=mark("A target that is moved after the result is known is no target."),
    ),
    # By stage
    "conversion": Plan(
        kind=ACTION, title=mark("Short stage: from interest to the first purchase"),
        sources=("A20", "B31", "B30", "A30"), owner=MARKETING,
        action=mark(
            "Teach early (guides, webinars), hold the interest for longer, have a manager make a personal offer."
        ),
        kpi=mark("conversion"),
        caution=SEEN_NOT_TRIED,
    ),
    "retention_middle": Plan(
        kind=ACTION, title=mark("Middle stage: the second purchase"), sources=("B32", "A22"), owner=MARKETING,
        action=mark(
            "Remind, thank, offer again: more than once, politely, with the benefit named; a coupon or early access."
            " Set a cap on contacts beforehand."
        ),
        kpi=mark("second purchase"),
        caution=SEEN_NOT_TRIED,
    ),
    "promotion": Plan(
        kind=ACTION, title=mark("Middle stage: from a few purchases to a habit"), sources=("B33", "A9", "A24", "A32"),
        owner=MARKETING,
        action=mark("Widen to other goods of the brand, invite to the programme, plan a calendar of content."),
        kpi=mark("promotion"),
        caution=SEEN_NOT_TRIED,
    ),
    "retention_long": Plan(
        kind=ACTION, title=mark("Long stage: regular customers go quiet"), sources=("A35", "B35", "A34"),
        owner=MANAGERS,
        action=mark(
            "A roadmap with a date of review for each (action_list, kind='quiet'), attention, a favourable offer held"
            " ready."
        ),
        kpi=mark("retention of long"),
        caution=SEEN_NOT_TRIED,
    ),
    "concentration": Plan(
        kind=ACTION, title=mark("Long stage: a few customers bring most of the revenue"), sources=("A37", "A19"),
        owner=MANAGERS, action=mark("Name an owner for each of them and a team behind the owner."),
        kpi=mark("retention of revenue, GRR"),
        caution=SEEN_NOT_TRIED,
    ),
    "winback": Plan(
        kind=ACTION, title=mark("Lapsed customers: ask why, win back"), sources=("B16", "A29"), owner=SALES,
        action=mark(
            "Ask why they stopped, make good what went wrong, then offer; those who looked again first (action_list,"
            " kind='winback')."
        ),
        kpi=mark("win-back"),
        caution=SEEN_NOT_TRIED,
    ),
    # By segment
    "young": Plan(
        kind=ACTION, title=mark("Young customers are kept less"), sources=("B22", "B21"), owner=MARKETING,
        action=mark("Give them something new to come for. No price cuts: those also reach all who would have stayed."),
        kpi=mark("CRR of the segment"),
        caution=SEEN_NOT_TRIED,
    ),
    # By cause
    "service": Plan(
        kind=ACTION, title=mark("Cause: service and quality"), sources=("A18", "A19", "A21"), owner=SERVICE,
        action=mark(
            "The same service every time and within reach at all hours; service, sales and marketing work on a case"
            " together; measure the first answer and the hours covered."
        ),
        kpi=mark("CRR, and the share of leavers who name service or quality"),
        caution=ANSWERED,
    ),
    "price": Plan(
        kind=ACTION, title=mark("Cause: price and choice"), sources=("A8", "B13"), owner=SALES,
        action=mark(
            "Compare prices with competitors; a benefit for those whom it keeps rather than a discount for all; mark"
            " the day and measure before and after."
        ),
        kpi=mark("CRR, and the share of leavers who name price or choice"),
        caution=ANSWERED,
    ),
    "competition": Plan(
        kind=ACTION, title=mark("Cause: competitors and their offers"), sources=("A32", "A33", "B34"), owner=MARKETING,
        action=mark("Be interesting: news on fixed days, latest offers known to all, a wider line."),
        kpi=mark("CRR, and the share of leavers who name a competitor"),
        caution=ANSWERED,
    ),
    "incident": Plan(
        kind=ACTION, title=mark("Cause: a bad memory"), sources=("A29",), owner=SERVICE,
        action=mark("Make it good within days and in person; watch what is said about you."),
        kpi=mark("CRR, and the share of leavers who name an incident"),
        caution=ANSWERED,
    ),
    "indifference": Plan(
        kind=ACTION, title=mark("Cause: routine and indifference"), sources=("A35",), owner=MANAGERS,
        action=mark("A roadmap of the relationship with initiatives that both sides look forward to."),
        kpi=mark("CRR, and the share of leavers who name indifference"),
        caution=ANSWERED,
    ),
    "involuntary": Plan(
        kind=ACTION, title=mark("Cause: a payment failed or a contract ran out"), sources=(), owner=FINANCE,
        action=mark("Remind before the end, try a failed payment again, make renewing one step."),
        kpi=mark("CRR, and the share of leavers who left without wanting to"),
        caution=ANSWERED,
    ),
    "not_addressable": Plan(
        kind=CAUTION, title=mark("Who moved or has no need cannot be kept"), sources=("B13", "B25"), owner=ANALYST,
        action=mark("Spend nothing on them; judge the work by the churn that can be addressed."),
        kpi=mark("addressable churn"),
        caution=mark("What people answer is not always why they left, and who has left answers less."),
    ),
}  # fmt: skip

# The Russian catalogue contains the articles' own wording; the English is translated from it.
QUOTES = {
    "A2": mark("the sale becomes a vicious circle: customers are lost as fast as they are won"),
    "A8": mark("when the price is too high, they gladly and easily buy from a competitor"),
    "A9": mark("a loyalty programme gives an incentive for future purchases"),
    "A18": mark("the service must be consistent, and within reach by day and by night"),
    "A19": mark("send the right member of the team to the right customer"),
    "A20": mark("teaching sells: with valuable content early on their way, customers are likelier to stay"),
    "A21": mark("key figures help to follow the service objectively"),
    "A22": mark("give away products, coupons, discount codes, early access to what is new"),
    "A24": mark("members of such programmes feel special and recognised"),
    "A29": mark("people remember bad events far more easily than good ones"),
    "A30": mark("make each contact with your company as relevant and personal as you can"),
    "A32": mark("have a carefully planned calendar of content"),
    "A33": mark("who can reach the brand and knows its latest offers is likelier to stay loyal"),
    "A34": mark("always have something in your back pocket to give them"),
    "A35": mark("draw up a roadmap of the relationship and review it regularly; spice things up a little"),
    "A37": mark("80% of future revenue will come from 20% of the existing customers"),
    "B2": mark("have all the information that is needed, as exact as possible"),
    "B4": mark("a lack of such data is a serious omission; then the old proven method helps: surveys"),
    "B8": mark("a rather high figure: the company must think hard about its strategy of retention"),
    "B13": mark("strong competition, better offers elsewhere, price and choice, a move to another region, and so on"),
    "B15": mark("if the rate is low, ask what is wrong, why so many leave, and what must change"),
    "B15+": mark("if it is high, the company's policy is sound: hold on to it and improve it where you can"),
    "B16": mark("at a low rate customers must be asked at once for the causes"),
    "B17": mark("measure once a month on average; some experts find quarters more telling"),
    "B18": mark("a figure above 30% counts as rather critical"),
    "B18-": mark("figures below 10% are rare: they speak of an unbelievably high stability"),
    "B19": mark("an average does not fit everybody"),
    "B21": mark("such customers look for what is new, better, of more advantage, and are not easy to keep"),
    "B22": mark("the young are given to movement and change easily"),
    "B23": mark("targets are set at the end of the year, from its results and the marketing strategy"),
    "B24": mark("when the lost and the newly won are comparable in number, that is a bad tendency"),
    "B25": mark("losing customers is no tragedy, but its causes must be understood"),
    "B27": mark("loyalty cards give much valuable information: the history of purchases"),
    "B28": mark("is a person with three contracts one customer or several?"),
    "B30": mark("the customer has received a personal offer from a manager"),
    "B31": mark("spare no effort to interest customers, or to hold them on the site for longer"),
    "B32": mark("remind, thank and offer again; more than once, unobtrusively, politely, stressing the benefits"),
    "B33": mark("so trust is formed, and then the wish to buy other goods of the same brand"),
    "B34": mark("interest in a wider line of the brand"),
    "B35": mark("work with such a customer with care, with attention and favourable offers"),
}


def statement(name: str) -> str:
    """The statement number of a quotation: ``B15`` and ``B15+`` are two parts of one statement."""
    return name.rstrip("+-")
