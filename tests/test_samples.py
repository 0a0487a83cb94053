"""The sample data hold what their README says, and truth.json stands up to a second count made in another way."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from crrkit.ground import errors, languages
from crrkit.read import samples

FOLDER = Path(__file__).parent.parent / "sample_data"
NAMES = ("orders", "contracts", "events", "canonical", "ru_clients")
FAR = date(2026, 1, 1)  # an open contract runs beyond every period counted here


@cache
def truth():
    return json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))


@cache
def raw(name):
    cp1251 = name == "ru_clients"
    text = (FOLDER / f"{name}.csv").read_bytes().decode("cp1251" if cp1251 else "utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";" if cp1251 else ","))


@cache
def readme():
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def section(title):
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", readme(), re.DOTALL | re.MULTILINE)[1]


# A second count: every customer on every single day -----------------------------------------------------------------


FLOWS = ("start", "kept", "lost", "new", "returned", "end", "new_lost", "returned_lost", "rejoined", "kept_continuous")


@cache
def presence(spells):
    """The days on which somebody is there, as a set: no merging and no comparing of boundaries."""
    return {joined + timedelta(d) for joined, left in spells for d in range(((left or FAR) - joined).days)}


def day_by_day(histories, since, until):
    """The flows of a period, read off the days. As of `t` means: there on the day before `t`."""
    flows = Counter(dict.fromkeys(FLOWS, 0))
    span = {since + timedelta(d) for d in range(-1, (until - since).days)}
    for spells in histories.values():
        days = presence(tuple(spells))
        there_before, there_after = since - timedelta(1) in days, until - timedelta(1) in days
        flows.update({"start": there_before, "end": there_after, "kept": there_before and there_after})
        flows["lost"] += there_before and not there_after
        flows["kept_continuous"] += span <= days
        arrivals = arrivals_within(spells, days, since, until)
        came = arrivals > 0 and not there_before
        known = min(joined for joined, _ in spells) < since
        flows[("returned" if known else "new") + ("" if there_after else "_lost")] += came
        flows["rejoined"] += arrivals - came
    return dict(flows)


def arrivals_within(spells, days, since, until):
    """Days of joining on which nobody was there the day before; a contract ended on its first day is one as well."""
    joined = {first for first, _ in spells if since <= first < until}
    return sum(first - timedelta(1) not in days for first in joined)


def histories_of(rows, *, who="client_id", joined="joined", left="left", form="%Y-%m-%d"):
    result = defaultdict(list)
    for row in rows:
        begins, ends = (datetime.strptime(row[c], form).date() if row[c] else None for c in (joined, left))  # noqa: DTZ007 - the business's own clock
        result[row[who]].append((begins, ends))
    return result


def bounds(label):
    """First day of a period and of the next one, from its label."""
    year = int(label[:4])
    kind, _, number = label[4:].rpartition(label[4:5] or "-")
    months = {"-": 1, "Q": 3, "H": 6, "": 12}[label[4:5]]
    first = (int(label[5:] or 1) - 1) * months
    assert kind == ""
    assert number == label[5:]
    return date(year, first + 1, 1), date(year + (first + months) // 12, (first + months) % 12 + 1, 1)


def check_account(rows, histories):
    assert rows
    for row in rows:
        since, until = bounds(row["period"])
        assert {k: v for k, v in row.items() if k != "period"} == day_by_day(histories, since, until), row["period"]


@pytest.mark.parametrize("every", ["month", "quarter", "half-year", "year"])
def test_truth_of_contracts_agrees_with_a_count_day_by_day(every):
    check_account(truth()["contracts"][every], histories_of(raw("contracts")))


def test_truth_by_contract_takes_every_contract_on_its_own():
    check_account(truth()["contracts"]["month_by_contract"], histories_of(raw("contracts"), who="contract"))


def test_truth_by_region_adds_up_to_the_whole():
    regions = truth()["contracts"]["year_by_region"]
    for region, rows in regions.items():
        check_account(rows, histories_of(r for r in raw("contracts") if r["region"] == region))
    for whole, *parts in zip(truth()["contracts"]["year"], *regions.values(), strict=True):
        assert whole["kept"] == sum(part["kept"] for part in parts)


@pytest.mark.parametrize("every", ["quarter", "year"])
def test_truth_of_the_russian_register(every):
    columns = {"who": "Клиент", "joined": "Начало", "left": "Окончание", "form": "%d.%m.%Y"}
    check_account(truth()["ru_clients"][every], histories_of(raw("ru_clients"), **columns))


def test_canonical_customers_give_the_numbers_counted_by_hand():
    # H1 2024: S={a,b,c,h,k} E={a,c,d,f,h,i}; kept a,c,h; lost b,k; new d,i; returned f; joined and left e;
    # returned and left g; c left and rejoined, so only a and h stayed without a break. H2: j is new, h is lost.
    first, second = truth()["canonical"]["half-year"]
    assert first == {
        "period": "2024H1", "start": 5, "kept": 3, "lost": 2, "new": 2, "returned": 1, "end": 6,
        "new_lost": 1, "returned_lost": 1, "rejoined": 1, "kept_continuous": 2,
    }  # fmt: skip
    assert second["start"] == 6
    assert second["kept"] == 5
    assert second["new"] == 1
    assert second["lost"] == 1
    check_account([first, second], histories_of(raw("canonical")))


def test_canonical_file_is_the_eleven_customers():
    frame = samples.sample("canonical")
    spans = [
        f"{row.client_id} {row.joined:%Y-%m-%d}..{'' if pd.isna(row.left) else format(row.left, '%Y-%m-%d')}"
        for row in frame.itertuples()
    ]
    assert spans == [
        "a 2023-03-01..", "b 2023-05-01..2024-02-10", "c 2023-06-01..2024-03-01", "c 2024-04-15..",
        "d 2024-02-01..", "e 2024-02-15..2024-05-20", "f 2022-01-01..2023-08-01", "f 2024-03-10..",
        "g 2022-02-01..2023-09-01", "g 2024-01-20..2024-04-30", "h 2023-01-01..2024-07-01", "i 2024-01-01..",
        "j 2024-07-01..", "k 2023-01-01..2024-01-01",
    ]  # fmt: skip


DAYS = st.dates(date(2024, 1, 25), date(2024, 3, 6))
SPELLS = st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 20))).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + timedelta(days=pair[1]))
)


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(SPELLS, min_size=1, max_size=4)))
def test_the_counter_of_the_truth_agrees_with_the_days_on_random_histories(histories):
    counted = counter().account(histories, date(2024, 2, 1), date(2024, 3, 1))
    assert counted == day_by_day(histories, date(2024, 2, 1), date(2024, 3, 1))


@cache
def counter():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("count_truth", FOLDER / "count_truth.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Purchases: a second count with pandas ------------------------------------------------------------------------------


def purchases_of_orders():
    frame = pd.DataFrame(raw("orders"))
    at = pd.to_datetime(frame["ordered_at"], errors="coerce", format="%Y-%m-%d %H:%M:%S")
    good = (frame["client_id"] != "") & at.notna() & (frame["total"].astype(float) > 0)
    return pd.DataFrame({"who": frame["client_id"][good], "at": at[good]})


def purchases_of_events():
    frame = pd.DataFrame(raw("events"))
    bought = frame[frame["kind"] == "purchase"]
    return pd.DataFrame({"who": bought["client_id"], "at": pd.to_datetime(bought["at"])})


def by_gaps(purchases, months):
    """The flows of buyers from each customer's step to the period of the purchase before: no sets."""
    number = (purchases["at"].dt.year - 2023) * 12 + purchases["at"].dt.month - 1
    active = pd.DataFrame({"who": purchases["who"], "period": number // months}).drop_duplicates()
    active = active.sort_values(["who", "period"])
    step = active["period"] - active.groupby("who")["period"].shift()
    kinds = step.map(lambda gap: "new" if pd.isna(gap) else "kept" if gap == 1 else "returned")
    table = pd.crosstab(active["period"], kinds).reindex(columns=["kept", "new", "returned"], fill_value=0)
    table["end"] = table.sum(axis=1)
    table["start"] = table["end"].shift()
    table["lost"] = table["start"] - table["kept"]
    return table


@pytest.mark.parametrize(("every", "months"), [("month", 1), ("quarter", 3), ("half-year", 6), ("year", 12)])
@pytest.mark.parametrize(("name", "purchases"), [("orders", purchases_of_orders), ("events", purchases_of_events)])
def test_truth_of_buyers_agrees_with_a_count_by_gaps(name, purchases, every, months):
    rows, counted = truth()[name][every], by_gaps(purchases(), months)
    assert len(rows) == len(counted) == 24 // months
    assert rows[0]["end"] == counted["end"].iloc[0]
    assert {rows[0][flow] for flow in ("start", "kept", "lost", "new", "returned")} == {None}
    for row, (_, again) in zip(rows[1:], list(counted.iterrows())[1:], strict=True):
        assert {k: row[k] for k in again.index} == again.to_dict(), row["period"]


def chains_of_periods():
    for part in ("orders", "contracts", "events", "canonical", "ru_clients"):
        tables = {k: v for k, v in truth()[part].items() if isinstance(v, list)}
        yield from tables.values()
    yield from truth()["contracts"]["year_by_region"].values()


def test_every_row_of_the_truth_balances_and_continues_the_one_before():
    chains = list(chains_of_periods())
    assert len(chains) == 4 + 5 + 4 + 1 + 2 + 4
    for rows in chains:
        assert [row["start"] for row in rows[1:]] == [row["end"] for row in rows[:-1]]
        for row in (row for row in rows if row["start"] is not None):
            assert row["start"] - row["lost"] + row["new"] + row["returned"] == row["end"]
            assert row["start"] == row["kept"] + row["lost"]


# What is wrong on purpose, and the other counts of the truth --------------------------------------------------------


def fault_of(row):
    try:
        datetime.strptime(row["ordered_at"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - only: can it be read?
    except ValueError:
        return "unreadable_dates"
    return "missing_client_id" if not row["client_id"] else "refunds" if float(row["total"]) < 0 else ""


def test_dirty_rows_are_as_many_as_the_truth_and_the_readme_say():
    rows = raw("orders")
    faults = Counter(fault_of(row) for row in rows)
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", section("orders.csv"), re.MULTILINE))
    good = faults.pop("")
    assert faults == truth()["orders"]["dirty"] == {fault: int(n) for fault, n in told.items()}
    assert good == truth()["orders"]["purchases"]
    assert 0.008 < faults.total() / len(rows) < 0.013


def test_a_refund_follows_a_larger_purchase_of_the_same_customer():
    rows = [row for row in raw("orders") if row["client_id"] and row["ordered_at"] != "n/a"]
    for back in (row for row in rows if row["total"].startswith("-")):
        earlier = [r for r in rows if r["client_id"] == back["client_id"] and r["ordered_at"] < back["ordered_at"]]
        if back["ordered_at"] >= "2023-01-21":  # before that the purchase may be older than the file
            assert max(float(r["total"]) for r in earlier) > -float(back["total"])


def test_counts_of_rows_clients_and_money():
    orders, contracts, events, ru = (truth()[n] for n in ("orders", "contracts", "events", "ru_clients"))
    good = [row for row in raw("orders") if not fault_of(row)]
    assert round(sum(float(row["total"]) for row in good), 2) == orders["purchases_total"]
    assert len({row["client_id"] for row in good}) == orders["clients"]
    persons = Counter(row["client_id"] for row in raw("contracts"))
    assert len(persons) == contracts["clients"]
    assert sum(n > 1 for n in persons.values()) == contracts["clients_with_several_contracts"]
    assert sum(not row["left"] for row in raw("contracts")) == contracts["running_contracts"]
    assert sum(row["left"] == row["joined"] for row in raw("contracts")) == contracts["left_on_the_day_of_joining"]
    assert Counter(row["kind"] for row in raw("events")) == events["kinds"]
    bought = Counter(row["client_id"] for row in raw("events") if row["kind"] == "purchase")
    assert events["clients"] - len(bought) == events["clients_who_never_bought"]
    assert sum(n == 1 for n in bought.values()) == events["clients_who_bought_once"]
    assert round(samples.sample("ru_clients")["Сумма"].sum(), 2) == ru["total"]
    assert sum(not row["Окончание"] for row in raw("ru_clients")) == ru["running_contracts"]
    assert {n: truth()[n]["rows"] for n in NAMES if n != "canonical"} == {
        n: len(raw(n)) for n in NAMES if n != "canonical"
    }


# The story can be seen ----------------------------------------------------------------------------------------------


def churn(row):
    return row["lost"] / row["start"]


def test_the_price_rise_is_the_worst_month_of_a_grown_club():
    months = {row["period"]: churn(row) for row in truth()["contracts"]["month"] if row["start"] >= 50}
    assert max(months, key=months.get) == "2023-09"
    assert months["2023-09"] > 2 * sorted(months.values())[len(months) // 2]


def test_december_is_the_busiest_month_of_both_years():
    for year in ("2023", "2024"):
        months = {row["period"]: row["end"] for row in truth()["orders"]["month"] if row["period"].startswith(year)}
        assert max(months, key=months.get) == f"{year}-12"


def test_the_south_keeps_fewest_buyers_once_the_rival_is_there():
    frame = purchases_of_orders()
    frame["region"], frame["quarter"] = samples.sample("orders")["region"], frame["at"].dt.to_period("Q")
    buyers = frame.groupby(["region", "quarter"])["who"].agg(set).unstack()  # noqa: PD010 - sets, nothing to aggregate
    for before, now in (("2024Q2", "2024Q3"), ("2024Q3", "2024Q4")):
        kept = {region: len(row[before] & row[now]) / len(row[before]) for region, row in buyers.iterrows()}
        assert min(kept, key=kept.get) == "South"


def test_people_come_back_after_long_silence():
    purchases = purchases_of_orders().sort_values("at")
    silence = purchases.groupby("who")["at"].diff().dropna()
    assert (silence.dt.days > 150).sum() > 100


def test_contracts_hold_the_hard_cases():
    histories = histories_of(raw("contracts"))
    pairs = [pair for spells in histories.values() for pair in zip(sorted(spells), sorted(spells)[1:], strict=False)]
    assert max(map(len, histories.values())) == 3
    assert sum(second[0] < (first[1] or FAR) for first, second in pairs) > 50  # side by side
    assert sum(second[0] == first[1] for first, second in pairs) >= 5  # renewed on the same day
    assert sum(first[1] is not None and first[1] < second[0] for first, second in pairs) > 20  # left and returned
    assert sum(row["left"].endswith("-01") for row in raw("contracts")) > 30  # on the very boundary
    assert sum(row["joined"].endswith("-01") for row in raw("contracts")) > 100


# Files and frames ---------------------------------------------------------------------------------------------------


def test_the_generator_makes_the_same_bytes_again(tmp_path):
    script = FOLDER / "make_sample_data.py"
    subprocess.run([sys.executable, "-B", script, "--out", tmp_path], check=True, timeout=300)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {f"{name}.csv" for name in NAMES} | {"truth.json"}
    for name, content in made.items():
        assert content == (FOLDER / name).read_bytes(), name


def test_all_files_together_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_readme_describes_every_column_and_no_other(name):
    table = section(f"{name}.csv").split("| column | meaning |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(raw(name)[0])


def test_readme_gives_the_rows_the_seed_and_the_other_numbers_of_the_truth():
    for name in NAMES:
        assert re.search(rf"^\| `{name}.csv` \|.*\| {len(raw(name))} \|$", readme(), re.MULTILINE), name
    assert f"`{truth()['seed']}`" in readme()
    assert f"in it ({truth()['orders']['clients_who_bought_before_the_file']})" in section("orders.csv")
    assert f"`left_on_the_day_of_joining` ({truth()['contracts']['left_on_the_day_of_joining']})" in readme()


def test_readme_names_every_kind_of_event():
    told = re.search(r"^\| `kind` \|(.*)\|$", section("events.csv"), re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", told)) == set(truth()["events"]["kinds"])


def test_the_russian_file_is_what_accounting_exports():
    content = (FOLDER / "ru_clients.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.decode("cp1251").split("\r\n")
    assert lines[0] == "Клиент;Договор;Начало;Окончание;Регион;Сумма"
    assert "\n" not in "".join(lines)
    assert all(
        re.search(r";\d{2}\.\d{2}\.\d{4};(\d{2}\.\d{2}\.\d{4})?;[^;]+;(\d+\xa0)?\d{3},\d\d$", x) for x in lines[1:-1]
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_has_the_rows_and_columns_of_its_file(name):
    frame = samples.sample(name)
    assert list(frame.columns) == list(raw(name)[0])
    assert len(frame) == len(raw(name))


@pytest.mark.parametrize(
    ("name", "dates", "money"),
    [
        ("orders", [], "total"),
        ("contracts", ["joined", "left"], "monthly_fee"),
        ("events", ["at"], "total"),
        ("canonical", ["joined", "left"], None),
        ("ru_clients", ["Начало", "Окончание"], "Сумма"),
    ],
)
def test_clean_dates_and_money_arrive_as_such(name, dates, money):
    frame = samples.sample(name)
    assert [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])] == dates
    assert [c for c in frame if pd.api.types.is_numeric_dtype(frame[c])] == ([money] if money else [])


def test_orders_keep_their_dates_as_they_stand_in_the_file():
    frame = samples.sample("orders")
    assert frame["ordered_at"].tolist() == [row["ordered_at"] for row in raw("orders")]
    assert int(frame["client_id"].isna().sum()) == truth()["orders"]["dirty"]["missing_client_id"]


def test_empty_stays_missing_and_is_not_zero():
    assert samples.sample("contracts")["left"].isna().sum() == truth()["contracts"]["running_contracts"]
    events = samples.sample("events")
    assert events["total"].isna().equals(~events["kind"].isin(["purchase", "refund"]))


def test_day_and_month_of_a_russian_date_are_not_exchanged():
    assert samples.sample("ru_clients")["Начало"].dt.strftime("%d.%m.%Y").tolist() == [
        row["Начало"] for row in raw("ru_clients")
    ]


# Refusals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [samples.sample, samples.sample_path])
def test_an_unknown_name_is_told_the_list_and_the_nearest(function):
    with pytest.raises(errors.InputError, match=r"Did you mean 'contracts'\?") as caught:
        function("contract")
    assert caught.value.argument == "name"
    assert caught.value.available == list(NAMES)


@pytest.mark.parametrize("name", ["truth", "../README", "", None, 3])
def test_nothing_but_a_sample_is_opened(name):
    with pytest.raises(errors.InputError, match="orders, contracts, events, canonical, ru_clients"):
        samples.sample(name)


def test_the_installed_package_finds_its_own_copy_first(tmp_path, monkeypatch):
    package = tmp_path / "crrkit"
    for folder in (package / "_sample_data", tmp_path / "sample_data"):
        folder.mkdir(parents=True)
        (folder / "orders.csv").write_text("")
    monkeypatch.setattr(samples, "_PACKAGE", package)
    assert samples.sample_path("orders") == package / "_sample_data" / "orders.csv"
    (package / "_sample_data" / "orders.csv").unlink()
    assert samples.sample_path("orders") == tmp_path / "sample_data" / "orders.csv"


@pytest.mark.parametrize(("lang", "words"), [("en", "Install crrkit again"), ("ru", "установите crrkit заново")])
def test_an_installation_without_the_files_says_so(tmp_path, monkeypatch, lang, words):
    monkeypatch.setattr(samples, "_PACKAGE", tmp_path / "crrkit")
    with languages.use_language(lang), pytest.raises(errors.SourceError, match=words):
        samples.sample("events")


def test_importing_the_module_loads_no_pandas():
    code = "import sys, crrkit.read as s; s.sample_path('orders'); sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
