"""Keys by which records are one person: e-mail, phone, tax id, card, each brought to the form in which two are equal.

What is none (a placeholder, the firm's own phone) or cannot be read is told with its reason and never compared.
Nothing is looked up anywhere: a key is judged by itself.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crrkit.ground import InputError, MissingDependencyError, described, mark, told as _, told_number as format_number
from crrkit.read.quality import FILLERS, NOBODY, ROUNDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EMAIL, TELEPHONE, TAX_ID = "email", "phone", "tax_id"
LOOSE = (EMAIL, TELEPHONE)  # kinds that a family or an office shares: one of them alone is a loose link

PLACEHOLDER, UNREADABLE, DIGITS_LOST, OURS = (
    mark("placeholder"), mark("unreadable"), mark("digits lost in a spreadsheet"), mark("our own"),
)  # fmt: skip
WHY_NO_KEY = (PLACEHOLDER, OURS, DIGITS_LOST, UNREADABLE)

SEVERAL = re.compile(r"[;|]|,(?!\s*(?:доб|вн|ext))|\s+(?=\+)")  # what stands between two keys in one field
MAILBOX = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
# What such keys are also called: a kind under another name would be taken as it is written.
ALSO_CALLED = {
    **dict.fromkeys(("mail", "e-mail", "e_mail", "emails", "mails", "почта"), EMAIL),
    **dict.fromkeys(("phones", "tel", "telephone", "mobile", "phone_number", "телефон"), TELEPHONE),
    **dict.fromkeys(("inn", "taxid", "tax", "tax id", "tin", "инн"), TAX_ID),
}
NO_MAIL = frozenset(
    ("none", "no", "nomail", "noemail", "no-mail", "no-email", "noreply", "no-reply", "no_reply", "donotreply", "na",
     "null", "empty", "netu", "нет", *NOBODY)
)  # fmt: skip
# Providers for whom what follows a plus is the same mailbox, and those for whom dots are, too. No other: elsewhere two
# such addresses may be two people.
WITHOUT_DOTS = ("gmail.com",)
WITHOUT_PLUS = (
    *WITHOUT_DOTS, "outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com", "proton.me",
    "protonmail.com", "yandex.ru", "ya.ru",
)  # fmt: skip
SAME_MAILBOX = {"googlemail.com": "gmail.com"}

ONE_DIGIT = re.compile(r"[0-9]{0,3}?([0-9])\1{6,}")  # +70000000000, 89999999999: below any country code
FLOAT_ZEROS = r"\.0+$"  # of a number that went through a column of floats
FEW_DIGITS = 7  # a text with fewer is no number that lacks its country code
TAX_ID_LENGTHS = (9, 11)  # of a number that lost the zero in front


class Read(NamedTuple):
    """A field as keys, or why it holds none."""

    keys: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


class NoKey(Exception):  # noqa: N818 - no error: what a reader of keys says of a text that holds none
    """Why a text is no key."""


def read_keys(kind: str, texts: Iterable[str], *, region: str | None, ours: Iterable[str] = ()) -> dict[str, Read]:
    """Each different text of a column with the keys in it.

    Args:
        kind: ``email phone tax_id``, or any other, whose keys are taken as they are.
        texts: What stands in the column, each text once.
        region: The country of phone numbers without a country code.
        ours: Keys of the firm itself, in any form.

    Raises:
        InputError: If phone numbers have no country code and no region was said.
        MissingDependencyError: If a library that reads such keys is not installed.
    """
    reader = reader_of(kind, region)
    own = {key for text in ours for key in _keys_in(text, kind, reader).keys}
    found = {text: _keys_in(text, kind, reader) for text in texts}
    return {text: _without_own(read, own) for text, read in found.items()} if own else found


def reader_of(kind: str, region: str | None) -> Callable[[str], str]:
    """What brings a key of one kind to its common form, and raises `NoKey` for what is none."""
    if kind == TELEPHONE:
        return partial(_phone, library=_library("phonenumbers"), region=region)
    if kind == TAX_ID:
        return partial(_tax_id, library=_library("stdnum.ru.inn"))
    return _mail if kind == EMAIL else _as_it_is


def check_region(region: object) -> str | None:
    """A country by its two letters; None where none was said."""
    if region is None:
        return None
    known = _library("phonenumbers").SUPPORTED_REGIONS
    if isinstance(region, str) and region.upper() in known:
        return region.upper()
    message = _("region={value} is no country with phone numbers. Write its two letters, such as region='RU'.")
    shown = region if isinstance(region, str) else described(region)
    raise InputError(message.format(value=shown), argument="region", given=region)


def check_codes(texts: Iterable[str], *, column: str) -> None:
    """Ask for the country where phone numbers do not say it."""
    n = sum(_lacks_code(part) for text in texts for part in SEVERAL.split(text))
    if n:
        message = _(
            "{n} phone {n:number|numbers} in column {column!r} {n:says|say} no country. Say which one is meant:"
            " region='RU', say."
        )
        raise InputError(message.format(n=format_number(n), column=column), argument="region")


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
    """An e-mail in small letters; of the providers that ignore them without dots and tags."""
    named = re.search("<([^<>]*)>", text)
    mail = (named[1] if named else text).strip().lower().removeprefix("mailto:")
    local, _at, domain = mail.rpartition("@")
    domain = SAME_MAILBOX.get(domain, domain)
    if mail in NO_MAIL or _is_filler(mail) or local.rstrip("0123456789") in NO_MAIL or _is_one_digit(local):
        raise NoKey(PLACEHOLDER)
    if not MAILBOX.fullmatch(mail):
        raise NoKey(UNREADABLE)
    local = local.partition("+")[0] if domain in WITHOUT_PLUS else local
    local = local.replace(".", "") if domain in WITHOUT_DOTS else local
    if not local:
        raise NoKey(UNREADABLE)
    return f"{local}@{domain}"


def _phone(text: str, *, library: Any, region: str | None) -> str:
    """A number in E.164, with the extension where it has one: behind a switchboard sit many."""
    text = re.sub(FLOAT_ZEROS, "", text)
    digits = re.sub("[^0-9]", "", text)
    if _is_filler(text) or _is_filler(digits) or ONE_DIGIT.fullmatch(digits) or text.lower() in NOBODY:
        raise NoKey(PLACEHOLDER)
    try:
        number = library.parse(text, region)
    except library.NumberParseException:
        raise NoKey(UNREADABLE) from None
    # A possible length is asked for, not a range in use: tables of ranges are never new enough.
    if library.is_possible_number_with_reason(number) != library.ValidationResult.IS_POSSIBLE:
        raise NoKey(UNREADABLE)
    written = str(library.format_number(number, library.PhoneNumberFormat.E164))
    return f"{written};ext={number.extension}" if number.extension else written


def _tax_id(text: str, *, library: Any) -> str:
    """A Russian tax id (ИНН) whose check digits agree; a zero in front that a spreadsheet took is put back."""
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
    """0, -1, 99999, 12345: what a form accepts when somebody has nothing to write."""
    return text == "-1" or bool(re.search(FILLERS, text))


def _is_one_digit(text: str) -> bool:
    return text.isdecimal() and len(set(text)) == 1


def _library(name: str) -> Any:
    """The library that knows the form of a key."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as missing:
        text = _("Phones and tax ids are read with phonenumbers and python-stdnum. Install them with: {command}")
        raise MissingDependencyError(text.format(command="pip install 'crrkit[identity]'")) from missing
