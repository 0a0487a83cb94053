"""Make the sample files and their truth: ``python sample_data/make_sample_data.py [--out FOLDER]``.

The same bytes on every run: the draws come from one seeded stream for each file, money is
kept in whole cents, and nothing looks at the clock, the locale or the machine.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import club
import count_truth
import funnel
import shop
from dice import SEED
from ru_names import FIRMS, REGIONS

CANONICAL: count_truth.Histories = {
    "a": [(date(2023, 3, 1), None)],
    "b": [(date(2023, 5, 1), date(2024, 2, 10))],
    "c": [(date(2023, 6, 1), date(2024, 3, 1)), (date(2024, 4, 15), None)],
    "d": [(date(2024, 2, 1), None)],
    "e": [(date(2024, 2, 15), date(2024, 5, 20))],
    "f": [(date(2022, 1, 1), date(2023, 8, 1)), (date(2024, 3, 10), None)],
    "g": [(date(2022, 2, 1), date(2023, 9, 1)), (date(2024, 1, 20), date(2024, 4, 30))],
    "h": [(date(2023, 1, 1), date(2024, 7, 1))],
    "i": [(date(2024, 1, 1), None)],
    "j": [(date(2024, 7, 1), None)],
    "k": [(date(2023, 1, 1), date(2024, 1, 1))],
}
EVERY = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
FEES = {"basic": 990, "standard": 1790, "premium": 3490}
FEES_AFTER_RISE = {"basic": 1190, "standard": 2090, "premium": 3990}
RU_FEES = {"basic": 125000, "standard": 489950, "premium": 1280000}
Cells = Sequence[object]


def money(cents: int | None) -> str:
    """Write cents with two decimals; nothing where there is no money."""
    return "" if cents is None else f"{cents / 100:.2f}"


def day_or_nothing(day: date | None) -> str:
    """Write a date as in ISO 8601; nothing for a contract that still runs."""
    return "" if day is None else day.isoformat()


def table(header: str, rows: Iterable[Cells], *, sep: str = ",", newline: str = "\n") -> str:
    """Lay out one file; `header` names the columns, with spaces between them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sep, lineterminator=newline)
    writer.writerow(header.split())
    writer.writerows(rows)
    return text.getvalue()


def orders_file(orders: Sequence[shop.Order]) -> str:
    """Write the shop's till."""
    rows = (
        (
            f"R{number:06d}",
            "" if o.fault == "missing_client_id" else o.client_id,
            shop.written_date(o),
            money(o.cents),
            o.region,
            o.channel,
        )
        for number, o in enumerate(orders, start=1)
    )
    return table("receipt client_id ordered_at total region channel", rows)


def orders_truth(orders: Sequence[shop.Order], known_before: set[str]) -> dict[str, object]:
    """Count the buyers of every period from the good lines, and the bad lines by their fault."""
    good = [o for o in orders if not o.fault]
    clients = {o.client_id for o in good}
    return {
        "rows": len(orders),
        "purchases": len(good),
        "purchases_total": sum(o.cents for o in good) / 100,
        "clients": len(clients),
        "clients_who_bought_before_the_file": len(clients & known_before),
        "dirty": dict(sorted(Counter(o.fault for o in orders if o.fault).items())),
        **buyers_by_period([(o.client_id, o.at.date()) for o in good]),
    }


def buyers_by_period(purchases: list[tuple[str, date]]) -> dict[str, list[count_truth.Row]]:
    """Count the buyers of 2023 and 2024 in months, quarters, half-years and years."""
    return {
        every: count_truth.purchase_accounts(purchases, count_truth.boundaries(2023, 2024, months)[:-1], months)
        for every, months in EVERY.items()
    }


def contracts_in_order(people: Sequence[club.Member]) -> list[tuple[club.Member, club.Contract]]:
    """Give all contracts by the day of signing, as a register has them."""
    pairs = [(member, contract) for member in people for contract in member.contracts]
    return sorted(pairs, key=lambda pair: pair[1].joined)


def contracts_file(people: Sequence[club.Member]) -> str:
    """Write the club's register; a contract keeps the fee of the day it was signed."""
    rows = (
        (
            f"K{number:05d}",
            member.client_id,
            contract.joined.isoformat(),
            day_or_nothing(contract.left),
            member.region,
            contract.tariff,
            money((FEES if contract.joined < club.PRICE_RISE else FEES_AFTER_RISE)[contract.tariff]),
        )
        for number, (member, contract) in enumerate(contracts_in_order(people), start=1)
    )
    return table("contract client_id joined left region tariff monthly_fee", rows)


def contracts_truth(people: Sequence[club.Member]) -> dict[str, object]:
    """Count the register by person for every period, by contract and by region for some."""
    persons = club.histories(people)
    each = [(c.joined, c.left) for _, c in contracts_in_order(people)]
    return {
        "rows": len(each),
        "clients": len(persons),
        "clients_with_several_contracts": sum(len(spells) > 1 for spells in persons.values()),
        "running_contracts": sum(left is None for _, left in each),
        "left_on_the_day_of_joining": sum(joined == left for joined, left in each),
        **{every: by_period(persons, months) for every, months in EVERY.items()},
        "month_by_contract": by_period({str(n): [spell] for n, spell in enumerate(each)}, 1),
        "year_by_region": {
            region: by_period(club.histories([m for m in people if m.region == region]), 12) for region in club.REGIONS
        },
    }


def by_period(histories: count_truth.Histories, months: int) -> list[count_truth.Row]:
    """Count 2022 to 2024 in periods of so many months."""
    return count_truth.accounts(histories, count_truth.boundaries(2022, 2024, months), months)


def events_file(events: Sequence[funnel.Event]) -> str:
    """Write what happened, in the words of the firm."""
    rows = ((e.client_id, f"{e.at:%Y-%m-%d %H:%M:%S}", e.kind, money(e.cents)) for e in events)
    return table("client_id at kind total", rows)


def events_truth(events: Sequence[funnel.Event]) -> dict[str, object]:
    """Count people and events by kind, and the buyers of every period."""
    bought = [e for e in events if e.kind == "purchase"]
    purchases = Counter(e.client_id for e in bought)
    return {
        "rows": len(events),
        "clients": len({e.client_id for e in events}),
        "kinds": dict(sorted(Counter(e.kind for e in events).items())),
        "clients_who_never_bought": len({e.client_id for e in events} - set(purchases)),
        "clients_who_bought_once": sum(times == 1 for times in purchases.values()),
        "purchases_total": sum(e.cents or 0 for e in bought) / 100,
        **buyers_by_period([(e.client_id, e.at.date()) for e in bought]),
    }


def canonical_file() -> str:
    """Write the eleven customers."""
    rows = (
        (who, joined.isoformat(), day_or_nothing(left)) for who, spells in CANONICAL.items() for joined, left in spells
    )
    return table("client_id joined left", rows)


def canonical_truth() -> list[count_truth.Row]:
    """Count the two halves of 2024."""
    return count_truth.accounts(CANONICAL, count_truth.boundaries(2024, 2024, 6), 6)


def rubles(kopecks: int) -> str:
    """Write money as Russian accounting does: no-break space between thousands, decimal comma."""
    return f"{kopecks / 100:,.2f}".replace(",", "\xa0").replace(".", ",")


def ru_rows(people: Sequence[club.Member]) -> list[tuple[club.Member, club.Contract, int]]:
    """Give the Russian contracts with a price each; a third of them have a special price."""
    return [
        (member, contract, RU_FEES[contract.tariff] - (15050 if number % 3 == 0 else 0))
        for number, (member, contract) in enumerate(contracts_in_order(people), start=1)
    ]


def ru_file(people: Sequence[club.Member]) -> str:
    """Write the same kind of register as a Russian accounting system exports it."""
    rows = (
        (
            member.client_id,
            f"Д-{number:04d}/{contract.joined:%y}",
            f"{contract.joined:%d.%m.%Y}",
            f"{contract.left:%d.%m.%Y}" if contract.left else "",
            member.region,
            rubles(price),
        )
        for number, (member, contract, price) in enumerate(ru_rows(people), start=1)
    )
    header = "Клиент Договор Начало Окончание Регион Сумма"
    return table(header, rows, sep=";", newline="\r\n")


def ru_truth(people: Sequence[club.Member]) -> dict[str, object]:
    """Count the Russian register by client."""
    rows = ru_rows(people)
    return {
        "rows": len(rows),
        "clients": len(people),
        "running_contracts": sum(contract.left is None for _, contract, _ in rows),
        "total": sum(price for _, _, price in rows) / 100,
        "quarter": by_period(club.histories(people), 3),
        "year": by_period(club.histories(people), 12),
    }


def as_json(value: object, indent: str = "") -> str:
    """Write JSON with one line a row, so that people can read it and compare versions."""
    deeper = indent + "  "
    if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
        inner = (f"{deeper}{json.dumps(k)}: {as_json(v, deeper)}" for k, v in value.items())
        return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + json.dumps(row) for row in value) + f"\n{indent}]"
    return json.dumps(value)


def files() -> dict[str, bytes]:
    """Make everything: the name of each file and its bytes."""
    lines, people, happened = shop.all_orders(), club.members(), funnel.events()
    known_before = {line.client_id for line in lines if line.at.date() < shop.FIRST_DAY}
    till = shop.orders(lines)
    firms = club.firms(FIRMS, REGIONS)
    truth = {
        "seed": SEED,
        "orders": orders_truth(till, known_before),
        "contracts": contracts_truth(people),
        "events": events_truth(happened),
        "canonical": {"half-year": canonical_truth()},
        "ru_clients": ru_truth(firms),
    }
    return {
        "orders.csv": orders_file(till).encode(),
        "contracts.csv": contracts_file(people).encode(),
        "events.csv": events_file(happened).encode(),
        "canonical.csv": canonical_file().encode(),
        "ru_clients.csv": ru_file(firms).encode("cp1251"),
        "truth.json": (as_json(truth) + "\n").encode(),
    }


def main() -> None:
    """Write the files into a folder."""
    parser = argparse.ArgumentParser(description="Make the sample files and their truth.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().out
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
