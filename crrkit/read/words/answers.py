"""Answers to the survey question whether somebody is still a customer, and the columns that contain them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crrkit.ground import InputError, gettext as _
from crrkit.read.words.names import fold
from crrkit.read.words.states import check_words, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STAYS, LEAVES = "stays", "leaves"
IS_STILL = "stillcustomer|stillbuy|stillacustomer|willstay|stillwithus|остались?клиентом|продолжаетепокупать"
SURVEYED = {
    "answer": rf"^(?:{IS_STILL}|answer$|ответ$)",
    "reason": r"^(?:reason|reasonforleaving|whyleft|причина|причинаухода)$",
    "customer": r"^(?:customer|customerid|client|clientid|respondent|respondentid|id|email|клиент|idклиента|кодклиента"
    r"|респондент)$",
}
_YES_IS_TO_STAY = re.compile(r"^(?:still|willstay|остал|продолжа)")
_YES, _NO = ("yes", "y", "true", "1", "да"), ("no", "n", "false", "0", "нет")
_STAYS = re.compile(
    r"^(?:i?(?:will)?stay(?:s|ed|ing)?|still.*|остаюсь|остался|осталась|остались|останусь|продолжаю.*)$"
)
_LEAVES = re.compile(
    r"^(?:i?(?:will)?leav(?:e|es|ing)|left|gone|churned|quit|stopped|уш(?:ел|ла|ли)|ухожу|уйду|неостаюсь|непокупаю"
    r"|перестала?.*)$"
)
_SILENT = re.compile(
    r"^(?:noanswer|noreply|noresponse|notreached|unreachable|na|nan|none|null|нетответа|неответила?|неответили"
    r"|недозвонились)?$"
)


def surveyed_columns(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table of survey answers, by their names."""
    found = {role: [name for name in columns if re.search(names, fold(name))] for role, names in SURVEYED.items()}
    return {role: names[0] for role, names in found.items() if names}


def judge_answers(
    words: Mapping[str, int], *, column: str, stay: Sequence[str] | None, leave: Sequence[str] | None
) -> dict[str, str | None]:
    """Return for each answer whether it means to stay or to leave; None for no answer.

    Raises:
        InputError: If the meaning of an answer is unknown, or a given one does not occur.
    """
    if (stay is None) != (leave is None):
        message = _("stay= and leave= belong together: words in neither are no answer. Name both; () for none.")
        raise InputError(message, argument="stay" if stay is None else "leave")
    if stay is not None and leave is not None:
        said = {"stay": list(stay), "leave": list(leave)}
        for name, given in said.items():
            check_words(given, list(words), name=name)
        return {word: STAYS if word in said["stay"] else LEAVES if word in said["leave"] else None for word in words}
    meant = {word: _meaning(word, yes_is_to_stay=bool(_YES_IS_TO_STAY.search(fold(column)))) for word in words}
    strange = [word for word, one in meant.items() if one == ""]
    if strange:
        message = _(
            "Column {column!r} says {words}: it is not known who stays. Use stay=[…] and leave=[…]; other words are no"
            " answer then."
        )
        raise InputError(message.format(column=column, words=listed(strange, words)), argument="stay")
    return {word: one or None for word, one in meant.items()}


def _meaning(word: str, *, yes_is_to_stay: bool) -> str | None:
    """Return the meaning of an answer, None for no answer, and an empty text if unknown."""
    folded = re.sub(r"\.0$|[\W_]+", "", word.casefold()).replace("ё", "е")
    if _SILENT.search(folded):
        return None
    if yes_is_to_stay and folded in (*_YES, *_NO):
        return STAYS if folded in _YES else LEAVES
    return STAYS if _STAYS.search(folded) else LEAVES if _LEAVES.search(folded) else ""
