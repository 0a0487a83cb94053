"""Parsing of numbers: the decimal separator is determined from whole columns, and ambiguity raises an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from crrkit.ground import InputError, check_choice, told as _
from crrkit.read.values.text import Forms, Parsed, aggregate, is_nan, is_true
from crrkit.read.words import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

NOT_A_NUMBER = ("", "nan", "none", "null", "na", "n/a", "<na>", "nat", "нет")  # a dash or #N/A is not an empty cell
PLAIN = r"^(?:[+-]?[0-9]+(?:\.[0-9]{1,2})?)?$"  # unambiguous
OTHER = {",": ".", ".": ","}  # each decimal separator and the corresponding thousands separator
BLANKS_IN_NUMBERS, APOSTROPHES = r"\s\x{00A0}\x{2007}\x{2009}\x{202F}", "'’`´"
BLANK = f"[{BLANKS_IN_NUMBERS}]"
LAKHS = "[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"  # 12,34,567 as in India
GROUPS = {" ": BLANKS_IN_NUMBERS, "'": APOSTROPHES, ",": ",", ".": r"\.", "": ""}
_SIGN = "|".join(CURRENCIES.values())
IN_FRONT, BEHIND = rf"(?i)^([+-]?){BLANK}*(?:{_SIGN}){BLANK}*", rf"(?i){BLANK}*(?:{_SIGN})$"


def parse_numbers(table: ir.Table, columns: Mapping[str, str], forms: Forms) -> dict[str, Parsed]:
    """Parse amounts as floats: ``1 234,56``, ``1,234.56``, ``(100)``, ``-5 ₽``; null if there is none.

    A separator that one of the columns proves applies to those that prove none.

    Raises:
        ValueError: If a column has no number, several currencies, or ambiguous numbers.
    """
    said = _said_mark(forms)
    texts = {role: _bare(table[name]) for role, name in columns.items() if not table[name].type().is_numeric()}
    seen = {role: _evidence(table, text, columns[role]) for role, text in texts.items()}
    proven = {mark for each in seen.values() for mark in _proven(each)[:1]}
    parsed = {}
    for role, name in columns.items():
        if role not in texts:
            parsed[role] = _as_stored(table[name])
        elif seen[role]["plain"] and said is None:
            mark = "." if seen[role]["point_decimal"] else ""
            parsed[role] = Parsed(table[name].cast("string").try_cast("float64"), _given(table[name]), form=mark)
        else:
            mark = said or _mark(seen[role], proven, name)
            parsed[role] = Parsed(_with_point(texts[role], mark, forms.thousands), _given(table[name]), form=mark)
        _check_any(table, parsed[role], name)
    return parsed


def _said_mark(forms: Forms) -> str | None:
    """Return the decimal separator given by the user, or implied by the thousands separator; None if neither."""
    if forms.thousands is not None:
        check_choice(forms.thousands, name="thousands", choices=list(GROUPS))
    if forms.decimal is None:
        return OTHER.get(forms.thousands or "")
    check_choice(forms.decimal, name="decimal", choices=list(OTHER))
    if forms.decimal == forms.thousands:
        message = _("decimal= and thousands= are both {mark!r}. Give each its own mark.")
        raise InputError(message.format(mark=forms.decimal), argument="thousands")
    return forms.decimal


def _as_stored(values: ir.NumericValue) -> Parsed:
    number = values.cast("float64")
    number = ibis.ifelse(is_nan(number), ibis.null("float64"), number)
    finite = ibis.ifelse(number.isinf(), ibis.null("float64"), number)
    return Parsed(finite, number.notnull())


def _given(values: ir.Value) -> ir.BooleanValue:
    return is_true(~values.cast("string").strip().lower().isin(NOT_A_NUMBER))


def _bare(values: ir.Value) -> ir.StringValue:
    """Return the number as written, without currency signs, blanks and accounting notation."""
    written = values.cast("string")
    text = written.re_replace(rf"^{BLANK}+|{BLANK}+$", "").replace("−", "-").re_replace("^[‒–—]([0-9])", r"-\1")
    text = text.re_replace(r"^\((.*)\)$", r"-\1").re_replace(IN_FRONT, r"\1").re_replace(BEHIND, "")
    text = text.re_replace(r"[.,][-–—]+$", "")  # 1200,- means no cents
    text = text.re_replace("^([0-9].*[.,][0-9]{1,2})-$", r"-\1")  # 5.00-, a trailing minus
    return ibis.ifelse(written.re_search(PLAIN), written, text)


def _evidence(table: ir.Table, text: ir.StringValue, column: str) -> dict[str, Any]:
    """Collect the evidence on the number format of a column."""
    rows = table.select(text=text, raw=table[column].cast("string"))
    text = rows["text"]
    looks = aggregate(rows, plain=rows["raw"].re_search(PLAIN).all(), point=rows["raw"].contains(".").any())
    if looks["plain"] is not False:
        return {"plain": True, "point_decimal": int(looks["point"] or 0)}
    signs = rows["raw"].re_search(IN_FRONT) | rows["raw"].re_search(BEHIND)
    whole = {"short": text.re_search("^[+-]?[0-9]{1,3}$").any(), "long": text.re_search("^[+-]?[0-9]{4,}$").any()}
    seen = aggregate(rows, signs=signs.any(), **whole, **_counted(text, ",", "comma"), **_counted(text, ".", "point"))
    if seen["signs"]:
        _check_currencies(rows["raw"], column)
    return {"plain": False, **seen}


def _counted(text: ir.StringValue, mark: str, name: str) -> dict[str, ir.Scalar]:
    """Count the numbers that prove a separator to be decimal or thousands, and find ambiguous ones."""
    m = rf"\{mark}"
    decimal = (
        rf"^[+-]?(?:[0-9]*{m}(?:[0-9]{{1,2}}|[0-9]{{4,}})|0*{m}[0-9]+|[0-9]{{4,}}{m}[0-9]+"
        rf"|[0-9]{{1,3}}(?:[^0-9{m}+-][0-9]{{3}})+{m}[0-9]+)(?:[eE][+-]?[0-9]+)?$"
    )
    indian = f"|{LAKHS}" if mark == "," else ""
    both = ibis.ifelse(text.re_search(rf"^[+-]?[1-9][0-9]{{0,2}}{m}[0-9]{{3}}$"), text, ibis.null("string"))
    return {
        f"{name}_decimal": text.re_search(decimal).sum(),
        f"{name}_groups": text.re_search(rf"^[+-]?(?:[0-9]{{1,3}}(?:{m}[0-9]{{3}}){{2,}}{indian})$").sum(),
        f"{name}_one": both.min(),
        f"{name}_other": both.max(),
        f"{name}_round": both.re_search("0$").any(),
    }


def _proven(seen: dict[str, Any]) -> list[str]:
    """Return the decimal separators that the numbers of a column prove, the more frequent first."""
    comma = (seen.get("comma_decimal") or 0) + (seen.get("point_groups") or 0)
    point = (seen.get("point_decimal") or 0) + (seen.get("comma_groups") or 0)
    return [mark for mark, count in sorted([(".", point), (",", comma)], key=lambda pair: -pair[1]) if count]


def _mark(seen: dict[str, Any], neighbours: set[str], column: str) -> str:
    """Return the decimal separator: proven by the column, else by other columns, else by its whole numbers."""
    own = _proven(seen)
    twice = [name for name in ("comma", "point") if seen[f"{name}_one"]]
    if len(own) == 1 or not twice:
        return own[0] if own else "."
    if not own and len(neighbours) == 1:
        return next(iter(neighbours))
    if not own and len(twice) == 1 and seen[f"{twice[0]}_round"] and seen["short"] and not seen["long"]:
        # 1,200 next to 99: if decimal, 99 would be written with trailing zeros as well
        return "." if twice == ["comma"] else ","
    message = _(
        "Numbers in {column!r} such as {one!r} and {other!r} can be read with a decimal mark or with a mark of"
        " thousands. Use decimal=',' or decimal='.'."
    )
    shown = {"one": seen[f"{twice[0]}_one"], "other": seen[f"{twice[-1]}_other"]}
    raise InputError(message.format(column=column, **shown), argument="decimal")


def signs_in(table: ir.Table, column: str) -> list[str]:
    """Return the currencies whose signs occur with the numbers of a text column."""
    values = table[column]
    if not values.type().is_string() or not aggregate(table, odd=values.re_search(r"[^0-9.,\s-]").any())["odd"]:
        return []
    return _signs(values)


def _signs(raw: ir.StringValue) -> list[str]:
    rows = raw.name("raw").as_table()
    text = rows["raw"].re_replace(rf"^{BLANK}+|{BLANK}+$", "").re_replace(r"^[(+-]+", "")
    found = {
        code: (
            text.re_search(rf"(?i)^(?:{sign}){BLANK}*[(+-]*[0-9]")
            | text.re_search(rf"(?i)[0-9.,)-]{BLANK}*(?:{sign})\)?$")
        ).any()
        for code, sign in CURRENCIES.items()
    }
    return [code for code, there in aggregate(rows, **found).items() if there]


def _check_currencies(raw: ir.StringValue, column: str) -> None:
    """Raise an error if amounts are in several currencies, which cannot be added."""
    met = _signs(raw)
    if len(met) > 1:
        message = _(
            "Amounts in {column!r} are in several currencies ({codes}). Read one currency at a time, or bring them to"
            " one first."
        )
        raise InputError(message.format(column=column, codes=", ".join(met)), argument="amount")


def _with_point(text: ir.StringValue, mark: str, thousands: str | None) -> ir.NumericValue:
    """Parse numbers with a given decimal separator; null if they do not have that format."""
    group = GROUPS[thousands] if thousands is not None else rf"{BLANKS_IN_NUMBERS}{APOSTROPHES}" + GROUPS[OTHER[mark]]
    digits = rf"[0-9]{{1,3}}(?:[{group}][0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    digits += f"|{LAKHS}" if "," in group else ""
    fits = text.re_search(rf"^[+-]?(?:(?:{digits})(?:\{mark}[0-9]+)?|\{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?$")
    bare = text.re_replace(rf"[{group}]", "") if group else text
    number = ibis.ifelse(fits, bare.replace(",", "."), ibis.null("string")).try_cast("float64")
    return ibis.ifelse(number.isinf(), ibis.null("float64"), number)


def _check_any(table: ir.Table, parsed: Parsed, column: str) -> None:
    """Raise an error if a column has no number at all."""
    met = table.filter(parsed.given).select(any=ibis.literal(value=True)).limit(1).to_pyarrow()  # stops at the first
    if not len(met) and aggregate(table, any=parsed.given.any())["any"] is False:
        message = _("Column {column!r} holds no number at all. Name another column, or leave it out.")
        raise InputError(message.format(column=column), argument="amount")
