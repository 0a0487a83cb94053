"""The advice of the two source articles, by statement number.

The Russian catalogue contains the articles' own wording; the English is translated from it.
"""

from __future__ import annotations

from crrkit.ground import mark

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
