"""Normalisation of the keys that identify a person: e-mail, phone, tax id, card.

Values that are not keys (placeholders, the firm's own phone) or cannot be read are returned with the reason and never
compared. Nothing is looked up: each key is judged on its own.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crrkit.ground import InputError, MissingDependencyError, described, mark, told as _, told_number
from crrkit.read.quality import FILLERS, NOBODY, ROUNDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EMAIL, TELEPHONE, TAX_ID = "email", "phone", "tax_id"
LOOSE = (EMAIL, TELEPHONE)  # kinds that families or offices share: one of them alone is a loose link

PLACEHOLDER, UNREADABLE, DIGITS_LOST, OURS = (
    mark("placeholder"), mark("unreadable"), mark("digits lost in a spreadsheet"), mark("our own"),
)  # fmt: skip
WHY_NO_KEY = (PLACEHOLDER, OURS, DIGITS_LOST, UNREADABLE)

SEVERAL = re.compile(r"[;|]|,(?!\s*(?:доб|вн|ext))|\s+(?=\+)")  # separates keys in one field
MAILBOX = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
# Other names of these kinds; keys of a kind with an unknown name are compared as written.
ALSO_CALLED = {
    **dict.fromkeys(("mail", "e-mail", "e_mail", "emails", "mails", "почта"), EMAIL),
    **dict.fromkeys(("phones", "tel", "telephone", "mobile", "phone_number", "телефон"), TELEPHONE),
    **dict.fromkeys(("inn", "taxid", "tax", "tax id", "tin", "инн"), TAX_ID),
}
NO_MAIL = frozenset(
    ("none", "no", "nomail", "noemail", "no-mail", "no-email", "noreply", "no-reply", "no_reply", "donotreply", "na",
     "null", "empty", "netu", "нет", *NOBODY)
)  # fmt: skip
# Providers that ignore what follows a plus, and those that also ignore dots. At any other provider, two such addresses
# may be two people.
WITHOUT_DOTS = ("gmail.com",)
WITHOUT_PLUS = (
    *WITHOUT_DOTS, "outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com", "proton.me",
    "protonmail.com", "yandex.ru", "ya.ru",
)  # fmt: skip
SAME_MAILBOX = {"googlemail.com": "gmail.com"}

ONE_DIGIT = re.compile(r"[0-9]{0,3}?([0-9])\1{6,}")  # +70000000000, 89999999999: below any country code
FLOAT_ZEROS = r"\.0+$"  # of a number that was stored as a float
FEW_DIGITS = 7  # a text with fewer digits is not a phone number without its country code
TAX_ID_LENGTHS = (9, 11)  # of a number that lost its leading zero


class Read(NamedTuple):
    """The keys of a field, and the reasons for parts that are not keys."""

    keys: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


class NoKey(Exception):  # noqa: N818 - not an error: raised by the reader of a key for a text without one
    """The reason why a text is not a key."""


def read_keys(kind: str, texts: Iterable[str], *, region: str | None, ours: Iterable[str] = ()) -> dict[str, Read]:
    """Return the keys in each distinct text of a column, without ``ours``, those of the firm itself.

    Raises:
        InputError: If phone numbers have no country code and no region is given.
        MissingDependencyError: If a library that reads such keys is not installed.
    """
    reader: Callable[[str], str] = _mail if kind == EMAIL else _as_it_is
    if kind == TELEPHONE:
        reader = partial(_phone, library=_library("phonenumbers"), region=region)
    elif kind == TAX_ID:
        reader = partial(_tax_id, library=_library("stdnum.ru.inn"))
    own = {key for text in ours for key in _keys_in(text, kind, reader).keys}
    found = {text: _keys_in(text, kind, reader) for text in texts}
    return {text: _without_own(read, own) for text, read in found.items()} if own else found


def check_region(region: object) -> str | None:
    """Return the two-letter country code in capitals, checked; None if not given."""
    if region is None:
        return None
    known = _library("phonenumbers").SUPPORTED_REGIONS
    if isinstance(region, str) and region.upper() in known:
        return region.upper()
    message = _("region={value} is not the code of a country. Write its two letters, such as region='RU'.")
    shown = region if isinstance(region, str) else described(region)
    raise InputError(message.format(value=shown), argument="region", given=region)


def check_codes(texts: Iterable[str], *, column: str) -> None:
    """Raise an error that asks for ``region`` if any phone number has no country code."""
    n = sum(_lacks_code(part) for text in texts for part in SEVERAL.split(text))
    if n:
        message = _(
            "{n} phone {n:number|numbers} in column {column!r} {n:says|say} no country. Say which one is meant:"
            " region='RU', say."
        )
        raise InputError(message.format(n=told_number(n), column=column), argument="region")


def _lacks_code(text: str) -> bool:
    digits = re.sub("[^0-9]", "", text)
    return len(digits) >= FEW_DIGITS and "+" not in text and not _is_filler(digits)


def _keys_in(text: str, kind: str, reader: Callable[[str], str]) -> Read:
    if re.search(ROUNDED, text):
        return Read(why_not=(DIGITS_LOST,))
    keys, why_not = [], []
    parts = SEVERAL.split(text) if kind in LOOSE else [text]
    for part in text.split() if kind == EMAIL and text.count("@") > len(parts) else parts:
        if part.strip():
            try:
                keys.append(reader(part.strip()))
            except NoKey as reason:
                why_not.append(str(reason))
    return Read(tuple(dict.fromkeys(keys)), tuple(why_not))


def _without_own(read: Read, own: set[str]) -> Read:
    kept = tuple(key for key in read.keys if key not in own)
    return Read(kept, (*read.why_not, *[OURS] * (len(read.keys) - len(kept))))


def _mail(text: str) -> str:
    """Return the e-mail in lower case, without dots and tags for providers that ignore them."""
    named = re.search("<([^<>]*)>", text)
    mail = (named[1] if named else text).strip().lower().removeprefix("mailto:")
    local, _at, domain = mail.rpartition("@")
    domain = SAME_MAILBOX.get(domain, domain)
    is_one_digit = local.isdecimal() and len(set(local)) == 1
    if mail in NO_MAIL or _is_filler(mail) or local.rstrip("0123456789") in NO_MAIL or is_one_digit:
        raise NoKey(PLACEHOLDER)
    if not MAILBOX.fullmatch(mail):
        raise NoKey(UNREADABLE)
    local = local.partition("+")[0] if domain in WITHOUT_PLUS else local
    local = local.replace(".", "") if domain in WITHOUT_DOTS else local
    if not local:
        raise NoKey(UNREADABLE)
    return f"{local}@{domain}"


def _phone(text: str, *, library: Any, region: str | None) -> str:
    """Return the number in E.164 with its extension, if any: a switchboard number is shared by many people."""
    text = re.sub(FLOAT_ZEROS, "", text)
    digits = re.sub("[^0-9]", "", text)
    if _is_filler(text) or _is_filler(digits) or ONE_DIGIT.fullmatch(digits) or text.lower() in NOBODY:
        raise NoKey(PLACEHOLDER)
    try:
        number = library.parse(text, region)
    except library.NumberParseException:
        raise NoKey(UNREADABLE) from None
    # Only the length is checked, not the range: tables of ranges in use are always out of date.
    if library.is_possible_number_with_reason(number) != library.ValidationResult.IS_POSSIBLE:
        raise NoKey(UNREADABLE)
    written = str(library.format_number(number, library.PhoneNumberFormat.E164))
    return f"{written};ext={number.extension}" if number.extension else written


def _tax_id(text: str, *, library: Any) -> str:
    """Return a Russian tax id (ИНН) with valid check digits; a leading zero lost in a spreadsheet is restored."""
    digits = re.sub(rf"[\s-]|{FLOAT_ZEROS}", "", text)
    if _is_filler(text) or _is_filler(digits) or digits.lower() in NOBODY:
        raise NoKey(PLACEHOLDER)
    whole = digits.zfill(len(digits) + 1) if len(digits) in TAX_ID_LENGTHS else digits
    if not library.is_valid(whole):
        raise NoKey(UNREADABLE)
    return whole


def _as_it_is(text: str) -> str:
    if text.lower() in NOBODY or _is_filler(text):
        raise NoKey(PLACEHOLDER)
    return text


def _is_filler(text: str) -> bool:
    """Return whether a text is a dummy value such as 0, -1, 99999 or 12345, entered to satisfy a form."""
    return text == "-1" or bool(re.search(FILLERS, text))


def _library(name: str) -> Any:
    """Import an optional library that parses a kind of key."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as missing:
        text = _("Phones and tax ids are read with phonenumbers and python-stdnum. Install them with: {command}")
        raise MissingDependencyError(text.format(command="pip install 'crrkit[identity]'")) from missing
