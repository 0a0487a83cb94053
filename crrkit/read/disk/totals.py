"""Lines of a report that are not rows of a list, such as totals and subtotals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa

LIKELY = r"(?i)total|итог|всего"
# These are never names. "Total Energies" is a firm, and is taken for one unless the other words are a customer or a
# period.
SURE_TITLE = re.compile(
    r"(?:итого|всего|общий итог|промежуточный итог|общая сумма|grand total|sub-?total|totals?)\W*$"
    r"|(?:итого|всего|общий итог|промежуточный итог|grand total|sub-?total)[\s:.,(-]"
)
WORD_BEHIND = re.compile(r"(.+?)[\s:,-]+(?:sub-?)?(?:total|итог|итого|всего)\W*$")
WORD_BEFORE = re.compile(r"totals?(?:\s+(?:for|of|per))?[\s:,-]+(.+)$")
TIMES_TOTALLED = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w*"
    r"(?:\W+\d{2,4})?(?:\W+г(?:ода?)?)?\W*$"
    r"|(?:19|20)\d\d\W*(?:г(?:ода?)?\W*)?$|[\d./-]{4,10}$"
    r"|(?:[1-4]|i{1,3}|iv)\W*кв|q[1-4]|(?:day|week|month|quarter|year|день|недел|месяц|квартал|год)"
)


def totals_among(ids: pa.ChunkedArray) -> list[str]:
    """Return the ids that are labels of totals: by an unambiguous word, or by a word next to a customer or a period."""
    likely = ids.filter(pc.match_substring_regex(ids, pattern=LIKELY)).to_pylist()
    if not likely:
        return []
    others = {str(one).casefold() for one in ids.to_pylist()}
    return [one for one in likely if _is_total(one.casefold().strip(), others)]


def _is_total(title: str, others: set[str]) -> bool:
    if SURE_TITLE.match(title):
        return True
    found = WORD_BEHIND.match(title) or WORD_BEFORE.match(title)
    return found is not None and (found[1] in others or TIMES_TOTALLED.match(found[1]) is not None)
