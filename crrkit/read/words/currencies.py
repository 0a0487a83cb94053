"""Signs and abbreviations of currencies, beside numbers and in column names."""

from __future__ import annotations

import re

CURRENCIES = {
    "USD": r"us\$|usd|\$", "EUR": "eur|€", "GBP": "gbp|£", "JPY": "jpy|¥", "RUB": r"rub|₽|руб(?:\.|лей|ля|ль)?|р\.?",
    "UAH": r"uah|₴|грн\.?", "KZT": r"kzt|₸|тг\.?", "BRL": r"brl|r\$", "BYN": "byn|br", "SEK": "sek|kr", "PLN": "pln|zł",
    "TRY": "try|₺", "INR": r"inr|₹|rs\.?", "CHF": "chf", "CNY": "cny|rmb", "CZK": "czk|kč", "HUF": "huf|ft",
    "DKK": "dkk", "NOK": "nok", "RON": "ron|lei", "BGN": r"bgn|лв\.?", "ILS": "ils|₪", "THB": "thb|฿", "KRW": "krw|₩",
    "VND": "vnd|₫", "PHP": "php|₱", "NGN": "ngn|₦", "GEL": "gel|₾", "AZN": "azn|₼", "AMD": "amd|֏",
    "KGS": "kgs|сом", "UZS": "uzs|сум", "MDL": "mdl", "AED": "aed", "SAR": "sar", "ZAR": "zar", "AUD": r"aud|au?\$",
    "CAD": r"cad|ca?\$", "NZD": r"nzd|nz\$", "HKD": r"hkd|hk\$", "SGD": r"sgd|s\$", "MXN": r"mxn|mx\$",
}  # fmt: skip
_SIGNS = "|".join(f"(?P<{code}>{sign})" for code, sign in CURRENCIES.items())
_WITH_UNIT = re.compile(rf"(?i)(?P<name>.*\w.*?)[\s_,(\[]+(?:{_SIGNS})[)\]]?\s*")


def without_currency(name: str) -> tuple[str, str]:
    """Return a column name without the currency at its end, and the code of the currency; empty if it has none.

    Examples:
        >>> without_currency("MRR (USD)"), without_currency("Amount")
        (('MRR', 'USD'), ('Amount', ''))
    """
    found = _WITH_UNIT.fullmatch(name)
    return (found["name"], found.lastgroup or "") if found else (name, "")
