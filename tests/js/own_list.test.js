import assert from "node:assert/strict";
import { test } from "node:test";
import { speaker } from "../../crrkit/widgets/bench/shared.js";
import { couldLose, silenceFor, yearBefore } from "../../crrkit/widgets/own_list/answers.js";
import { nearest } from "../../crrkit/widgets/own_list/controls.js";
import { caution, goneAtOnce, inFront, shortOf } from "../../crrkit/widgets/own_list/doubts.js";
import { settledIn } from "../../crrkit/widgets/own_list/index.js";
import { formulaAnswers } from "../../crrkit/widgets/own_list/meanings.js";
import { bridgeBars, runs } from "../../crrkit/widgets/own_list/pictures.js";
import { labelAt } from "../../crrkit/widgets/own_list/rhythm.js";
import {
  counted,
  doubtOf,
  headline,
  listCode,
  newsLater,
  segmentName,
  stageCode,
  whenOf,
  whoCode,
} from "../../crrkit/widgets/own_list/sentences.js";
import { addedUp } from "../../crrkit/widgets/own_list/stages.js";
import { firstTellingAge } from "../../crrkit/widgets/own_list/triangle.js";
import { chosenRow } from "../../crrkit/widgets/own_list/view.js";

const MONTHS = [
  { label: "2024-01", from: "2024-01-01", until: "2024-02-01" },
  { label: "2024-02", from: "2024-02-01", until: "2024-03-01" },
  { label: "2024-03", from: "2024-03-01", until: "2024-04-01" },
  { label: "2024-04", from: "2024-04-01", until: "2024-05-01" },
];
const QUARTERS = [
  { label: "2024Q1", from: "2024-01-01", until: "2024-04-01" },
  { label: "2024Q2", from: "2024-04-01", until: "2024-07-01" },
];
const CUBE = {
  kind: "orders",
  everies: ["month", "quarter"],
  silences: [30, 60, 90],
  regulars: [2, 3],
  segments: [{ key: "region: north", by: "region", name: "north", customers: 9 }],
  starting: { every: "month", silence: 90 },
  rule: { window: 180, span: 30, contact: 30 },
  periods: (every) => (every === "month" ? MONTHS : QUARTERS),
};
const WORDS = {
  when: { month: "in {name}", quarter: "in Q{part} {year}", day: "on {name}", year: "in {year}" },
  bySilence: { one: "With {n} day of silence allowed", other: "With {n} days of silence allowed" },
  byPeriod: "By period",
  weKept: "{by} we kept {crr} ({kept} of {start}) {when}",
  soFar: "{by} {crr} so far {when}",
  otherwise: "; {by} {crr}: {unchanged}.",
  unchanged: { purchases: "the purchases are the same" },
  ofOthers: "; of {everybody} {crr}.",
  atFirst: "; at first, {by}, {crr} {when}.",
  everybody: "all",
  nobody: "Nobody {when}.",
  notSaid: "Not said {when}.",
  withheld: "Too few {when}.",
  thin: "{start} make {points} points.",
  periods: { month: "month" },
  suits: "Suits: {what}.",
  noLonger: "None as long.",
  silent: { one: "{n} day", other: "{n} days" },
  goneAtOnce: "All gone at once.",
  safe: "Nobody yet.",
  unsettled: { one: "Not settled: {periods}, {n}.", other: "Not settled: {periods}, {n}." },
  monthsMeant: { one: "{n} month, {longest}, {window}", other: "{n} months, {longest}, {window}" },
  shorterWindow: "{window} in a {every}",
  notSettled: "{by} {crr} not settled {when}",
  bridged: { one: "Bridging {n}", other: "Bridging {n}" },
  doubts: {
    by_construction: "{window} in a {every}",
    too_short: "{covered} {median}",
    not_seen: "{seen} {few}",
    annual: "once a year",
  },
};
const VOICE = { cube: CUBE, words: WORDS, say: speaker("en"), lang: "en" };
const STATE = { every: "month", silence: 90, segment: null, regular: 3, first: null, last: null, period: null };
const SETTINGS = { every: "month", silence: 60, segment: null, regular: 3, from: null, to: null };
const ROW = { ...MONTHS[2], status: "complete", start: 40, kept: 30, crr: 0.75, withheld: false };

test("a number goes to its nearest step, of two to the smaller", () => {
  assert.equal(nearest([30, 60, 90], 74), 60);
  assert.equal(nearest([30, 60, 90], 45), 30);
  assert.equal(nearest([30, 60, 90], 1e6), 90);
});

test("what is asked for is settled among what there is", () => {
  assert.deepEqual(settledIn(CUBE, { ...STATE, silence: 77, regular: 9 }, "silence"), { ...STATE, silence: 90 });
  assert.equal(settledIn(CUBE, { ...STATE, silence: "period" }, "silence").silence, "period");
});

test("periods keep their time when their length changes", () => {
  const months = { ...STATE, first: "2024-02", last: "2024-04", period: "2024-03" };
  const quarters = settledIn(CUBE, { ...months, every: "quarter" }, "every");
  assert.deepEqual([quarters.first, quarters.last, quarters.period], ["2024Q1", "2024Q2", "2024Q1"]);
  const back = settledIn(CUBE, { ...quarters, every: "month" }, "every");
  assert.deepEqual([back.first, back.last, back.period], ["2024-01", "2024-04", "2024-01"]); // May and June are no periods
});

test("a span that ends before it begins lets its other end go", () => {
  const wrong = { ...STATE, first: "2024-04", last: "2024-02" };
  assert.deepEqual(settledIn(CUBE, wrong, "first"), { ...wrong, last: null });
  assert.deepEqual(settledIn(CUBE, wrong, "last"), { ...wrong, first: null });
  const outside = settledIn(CUBE, { ...STATE, first: "2024-03", period: "2024-01" }, "first");
  assert.equal(outside.period, null);
});

test("the last whole period with somebody to keep is shown first", () => {
  const rows = [
    { label: "a", start: 5, status: "complete" },
    { label: "b", start: 6, status: "complete" },
    { label: "c", start: 7, status: "running" },
  ];
  assert.equal(chosenRow(rows, null).label, "b");
  assert.equal(chosenRow(rows, "a").label, "a");
  assert.equal(chosenRow(rows.slice(2), null).label, "c");
  assert.equal(chosenRow([{ label: "e", start: 0, status: "empty_base" }], null).label, "e");
  assert.equal(chosenRow([], null), null);
});

test("the sentence holds the rate against what the first setting said, where something moved", () => {
  const was = { row: { ...ROW, crr: 0.9 }, settings: { ...SETTINGS, silence: 90 } };
  const same = { row: ROW, settings: SETTINGS, was: { row: ROW, settings: SETTINGS } };
  assert.equal(headline(same, VOICE), "With 60 days of silence allowed we kept 75.0% (30 of 40) in March 2024.");
  assert.match(
    headline({ ...same, was }, VOICE),
    /March 2024; with 90 days of silence allowed 90\.0%: the purchases are the same\.$/,
  );
  const north = { ...SETTINGS, silence: 90, segment: "region: north" };
  assert.match(headline({ row: ROW, settings: north, was }, VOICE), /^region: north\. With 90 .*; of all 90\.0%\.$/);
  const quarter = { row: { ...ROW, ...QUARTERS[0] }, settings: { ...SETTINGS, every: "quarter" }, was };
  assert.match(
    headline(quarter, VOICE),
    /in Q1 2024; at first, with 90 days of silence allowed, 90\.0% in March 2024\.$/,
  );
});

test("what is not known is not said as 0", () => {
  const of = (row) => headline({ row: { ...ROW, ...row }, settings: SETTINGS, was: null }, VOICE);
  assert.equal(of({ start: 0, kept: 0, crr: NaN }), "Nobody in March 2024.");
  assert.equal(of({ start: NaN, crr: NaN, withheld: true }), "Too few in March 2024.");
  assert.equal(of({ kept: NaN, crr: NaN }), "Not said in March 2024.");
  assert.equal(of({ status: "running" }), "With 60 days of silence allowed 75.0% so far in March 2024.");
});

test("a silence longer than what was seen loses nobody, and is not told of", () => {
  const seen = { first: Date.UTC(2024, 0, 1) / 1000 }; // up to 1 April there are 91 days
  const rates = [90, 91, 92].map((silence) => ({ silence, crr: 1 }));
  const told = (kind) => couldLose({ kind, seen }, rates, "2024-04-01").map(({ silence }) => silence);
  assert.deepEqual(told("orders"), [90]); // whoever bought as the list began is a customer for 91 days
  assert.deepEqual(told("contracts"), [90, 91, 92]);
});

test("periods are called as one says them", () => {
  assert.equal(whenOf({ label: "2010/11Q4", from: "2011-01-01" }, "quarter", VOICE), "in Q4 2010/11");
  assert.equal(whenOf({ label: "2024-02-29", from: "2024-02-29" }, "day", VOICE), "on February 29, 2024");
  assert.equal(whenOf(MONTHS[0], "month", { ...VOICE, lang: "ru" }), "in январь 2024\u00a0г.");
  assert.equal(counted(WORDS.bySilence, 1, VOICE), "With 1 day of silence allowed");
});

test("a rate that measures no staying says so: as judge of crrkit/measure/cadence", () => {
  const rhythm = {
    lengths: { month: 30.4375 },
    closed: 9,
    seen: 30,
    days: [30, 60],
    covered: [0.4, 0.8],
    median: 50,
    notes: {},
  };
  assert.equal(doubtOf(rhythm, { every: "month", silence: 32 }), "by_construction");
  assert.equal(doubtOf(rhythm, { every: "month", silence: 31 }), "too_short"); // a window of 31 is no longer than a month
  assert.equal(doubtOf(rhythm, { every: "month", silence: "period" }), "too_short");
  assert.equal(doubtOf({ ...rhythm, covered: [0.5, 0.8] }, { every: "month", silence: 30 }), "");
  assert.equal(doubtOf({ ...rhythm, closed: 4 }, { every: "month", silence: 30 }), "not_seen");
  assert.equal(doubtOf({ ...rhythm, closed: 4, seen: 19 }, { every: "month", silence: 30 }), "");
  assert.equal(doubtOf({ notes: {} }, { every: "month", silence: 0 }), "");
  const annual = { ...rhythm, covered: [0.5, 0.8], annual: true, lengths: { month: 30.4375, year: 365.25 } };
  assert.equal(doubtOf(annual, { every: "month", silence: 30 }), "annual");
  assert.equal(doubtOf(annual, { every: "year", silence: "period" }), "");
  assert.equal(caution(annual, { every: "month", silence: 30 }, null, VOICE), "once a year");
  const said = caution(rhythm, { every: "month", silence: 31 }, { start: 5, withheld: false }, VOICE);
  assert.equal(said, "40.0% 50 5 make 20 points.");
  const suits = (every, days = null, why = "") => ({
    suits: { every, days, why },
    periods: { month: 30.4375, year: 365.25 },
  });
  const remedy = (more, silence = 30) => caution({ ...rhythm, ...more }, { every: "month", silence }, null, VOICE);
  assert.equal(remedy(suits("month", 400)), "40.0% 50 Suits: month, 400 days.");
  assert.equal(remedy(suits("month")), "40.0% 50 Suits: 31 days."); // the period does, the silence is too short
  assert.equal(remedy(suits("month"), "period"), "40.0% 50 None as long.");
  assert.equal(remedy(suits("month", null, "Collect more.")), "40.0% 50 Collect more.");
  const words = { ...WORDS, periods: { month: "month", year: "year" } };
  const shorter = caution({ ...rhythm, ...suits("year") }, { every: "month", silence: 31 }, null, { ...VOICE, words });
  assert.equal(shorter, "40.0% 50 Suits: year, 366 days."); // by year 31 days would be too short as well
  const long = caution({ ...rhythm, ...suits("month") }, { every: "month", silence: 60 }, null, { ...VOICE, words });
  assert.equal(long, "60 in a month Suits: year."); // within 60 days most have bought again: a period as long
});

test("what a list leaves open stands before the rate: as gone_at_once of crrkit/measure/spans", () => {
  const contracts = { ...VOICE, cube: { ...CUBE, kind: "contracts", seen: { asOf: Date.UTC(2024, 4, 1) / 1000 } } };
  const gone = [ROW, { ...ROW, start: 5, kept: 0, end: 0 }, { ...ROW, start: 0, kept: 0, end: 0 }];
  assert.equal(goneAtOnce(gone, contracts), "All gone at once.");
  assert.equal(goneAtOnce(gone, VOICE), ""); // purchases do not say when somebody left
  for (const row of [{ start: 4 }, { kept: 1 }, { end: 1 }])
    assert.equal(goneAtOnce([{ ...gone[1], ...row }], contracts), "", JSON.stringify(row));
  const rows = MONTHS.map((month, i) => ({ ...ROW, ...month, status: i > 1 ? "running" : "complete" }));
  const said = (silence, asOf = Date.UTC(2024, 4, 1)) => {
    const voice = { ...contracts, cube: { ...contracts.cube, seen: { asOf: asOf / 1000 } } };
    return inFront({ notes: {}, doubts: ["Odd rows."] }, { every: "month", silence }, rows, ROW, voice);
  };
  assert.equal(said(45), "Odd rows. Not settled: 2024‑03, 2024‑04, 45.");
  assert.equal(said(45, Date.UTC(2024, 3, 20)), "Odd rows. Not settled: 2024‑03, 45."); // April itself still runs
  assert.equal(said(0), "Odd rows.");
  const open = { row: { ...ROW, status: "running" }, settings: { ...SETTINGS, silence: 45 }, was: null };
  assert.equal(headline(open, contracts), "Bridging 45 75.0% not settled in March 2024.");
});

test("a period in which nobody can be lost yet says so", () => {
  const purchases = { ...VOICE, cube: { ...CUBE, kind: "orders", seen: { first: Date.UTC(2024, 0, 1) / 1000 } } };
  const said = (silence, row) => inFront({ notes: {} }, { every: "month", silence }, [], { ...ROW, ...row }, purchases);
  const young = { status: "burn_in", until: "2024-04-01" };
  assert.equal(said(91, young), "Nobody yet.");
  assert.equal(said(90, young), ""); // the burn-in that the list was read with
  assert.equal(said(91, { ...young, status: "complete" }), "");
  assert.equal(said("period", young), "");
});

test("a period whose customers are those of a first period seen in part says so", () => {
  const rhythm = { notes: {}, begun: { month: ["2024-02", "Begins late."], year: ["", ""] } };
  const said = (every, silence, label) => inFront(rhythm, { every, silence }, [], { ...ROW, label }, VOICE);
  assert.equal(said("month", "period", "2024-02"), "Begins late.");
  assert.equal(said("month", "period", "2024-03"), "");
  assert.equal(said("month", 30, "2024-02"), ""); // who is silent for days has a date of a last purchase
  assert.equal(said("year", "period", "2025"), "");
  assert.equal(inFront({ notes: {} }, { every: "month", silence: "period" }, [], ROW, VOICE), ""); // an older page
});

test("a silence that just misses the calendar says so: as the note of Rhythm", () => {
  const rhythm = {
    longest: { week: 7, month: 31 },
    months: { week: 0, month: 1 },
    meant: { 30: [1, 31], 60: [2, 62] },
  };
  const of = (every, silence) => shortOf(rhythm, { every, silence }, VOICE);
  assert.equal(of("month", 30), "1 month, 31, 30");
  assert.equal(of("month", 60), "2 months, 62, 60");
  assert.deepEqual([of("month", 31), of("week", 30), of("month", "period")], ["", "", ""]);
  assert.equal(of("month", 14), "14 in a month");
  assert.equal(shortOf({ notes: {} }, { every: "month", silence: 0 }, VOICE), "");
});

test("a cohort says something where the first purchase alone makes nobody a customer", () => {
  const rhythm = { lengths: { month: 30.4375, year: 365.25 } };
  assert.equal(firstTellingAge(rhythm, { every: "month", silence: 31 }), 1);
  assert.equal(firstTellingAge(rhythm, { every: "month", silence: 90 }), 3);
  assert.equal(firstTellingAge(rhythm, { every: "year", silence: 1223 }), 4);
  assert.equal(firstTellingAge(rhythm, { every: "month", silence: "period" }), 1);
  assert.equal(firstTellingAge({ notes: {} }, { every: "month", silence: 60 }), 1);
});

test("the lines of Python give the number again", () => {
  const plain = listCode({ ...SETTINGS, silence: 90 }, "2024-03", CUBE, 90);
  assert.equal(plain, 'kept = crr.retention_by_period(base, every="month"); kept.row("2024-03")');
  const all = listCode({ ...SETTINGS, segment: "region: north", from: "2024-01", to: "2024-03" }, "2024-03", CUBE, 90);
  assert.equal(
    all,
    'kept = crr.retention_by_period(base.with_activity(crr.Trailing(days=60)), every="month", first="2024-01", ' +
      'last="2024-03", by="region").segment(**{"region": "north"}); kept.row("2024-03")',
  );
  const gap = listCode({ ...SETTINGS, silence: 30 }, "2024-03", { ...CUBE, kind: "contracts" }, 0);
  assert.match(gap, /^kept = crr\.retention_by_period\(base\.with_merge_gap\(30\), every="month"\)/);
  const cell = whoCode("end", "2024-03", { ...SETTINGS, segment: "region: north" }, CUBE, 90, "2024-01");
  assert.equal(
    cell,
    'base.with_activity(crr.Trailing(days=60)).who("end", period="2024-03", every="month", cohort="2024-01", ' +
      'where={"region": "north"})',
  );
  const stage = stageCode(
    "long",
    { ...SETTINGS, silence: 5, regular: 24 },
    MONTHS[2],
    { ...CUBE, kind: "contracts" },
    0,
  );
  assert.equal(
    stage,
    'crr.stage_on(base.with_merge_gap(5), "2024-03-01", rule=crr.ContractRule(renewals=2, term="year"))' +
      '.customers.query("stage == \\"long\\"")',
  );
  const others = { ...CUBE, segments: [{ key: "region:", by: "region", name: null, customers: 9 }] };
  const several = listCode({ ...SETTINGS, segment: "region:" }, "2024-03", others, 90);
  assert.equal(whoCode("lost", "2024-03", { ...SETTINGS, segment: "region:" }, others, 90), "");
  assert.equal(several, 'explorer.account.set_index("period").loc["2024-03"]'); // no call of retention_by_period is of them
});

test("a line breaks where something is missing", () => {
  assert.deepEqual(
    runs([1, 2, null, 3], (value) => value !== null),
    [
      [0, 1],
      [3, 3],
    ],
  );
  assert.deepEqual(runs([], Boolean), []);
});

test("the kept stand at the foot of both ends of the bridge", () => {
  const bars = bridgeBars({ start: 10, kept: 7, new: 4, returned: 1, end: 12 });
  assert.deepEqual(bars.lost, [1, 7, 10]);
  assert.deepEqual(bars.new, [2, 7, 11]);
  assert.deepEqual(bars.returned, [3, 11, 12]);
  assert.deepEqual(bars["kept-after"], bars["kept-before"].with(0, 4));
});

test("parts that are rounded add up to the rounded whole", () => {
  const parts = addedUp([0.53939, 0.39242]); // 53.9 and 39.2 would make 93.1 of 93.2
  assert.deepEqual(parts, [0.539, 0.393]);
});

test("the silence for a rate is the one whose rate is nearest, of two the shorter", () => {
  const rates = [
    { silence: 30, crr: Number.NaN },
    { silence: 60, crr: 0.5 },
    { silence: 90, crr: 0.75 },
    { silence: 180, crr: 0.75 },
  ];
  assert.equal(silenceFor(rates, 0.8)?.silence, 90);
  assert.equal(silenceFor(rates, 0.1)?.silence, 60);
  assert.equal(silenceFor(rates.slice(0, 1), 0.5), null);
});

test("a year earlier is the period of the same name, and what is more than chance is said so", () => {
  const words = { ...WORDS, likeLastYear: "like {crr} {when} {difference}", unlikeLastYear: "unlike {crr}", pp: "pp" };
  const voice = { ...VOICE, words };
  const past = { ...ROW, label: "2023-03", from: "2023-03-01", start: 40, kept: 28, crr: 0.7 };
  const settings = { ...SETTINGS, every: "month" };
  assert.equal(yearBefore([past, ROW], ROW, settings, voice), "like 70.0% in March 2023 +5.0\u00a0pp");
  assert.equal(yearBefore([{ ...past, start: 400, kept: 40, crr: 0.1 }, ROW], ROW, settings, voice), "unlike 10.0%");
  assert.equal(yearBefore([ROW], ROW, settings, voice), "");
  // Of periods that differ eight times as much as chance has it the difference may be of that kind.
  const far = { ...past, start: 400, kept: 160, crr: 0.4 };
  assert.equal(yearBefore([far, ROW], ROW, settings, voice), "unlike 40.0%");
  assert.match(yearBefore([far, ROW], ROW, settings, voice, 8), /^like 40.0%/);
});

test("what is called new moves the formula and not the rate, on the eleven customers", () => {
  // Five at the start, three stay; two first-timers and one who returned are there at the end; one of each left again.
  const row = { start: 5, kept: 3, new: 2, returned: 1, newLost: 1, returnedLost: 1, end: 6 };
  assert.deepEqual(
    formulaAnswers(row).map(({ name, called, answer }) => [name, called, answer]),
    [
      ["apart", 2, 0.8],
      ["returned", 3, 0.6],
      ["gross", 3, 0.6],
      ["everybody", 5, 0.2],
    ],
  );
});

test("the segment of all others of a column says that it is", () => {
  const segments = [...CUBE.segments, { key: "region:", by: "region", name: null, customers: 4 }];
  const voice = { ...VOICE, cube: { ...CUBE, segments }, words: { ...WORDS, allOthers: "all others" } };
  assert.equal(segmentName("region:", voice), "region: all others");
  assert.equal(segmentName("region: north", voice), "region: north");
});

test("of a period that still runs nobody knows yet whether it is news", () => {
  const words = { newsLater: "{when} runs" };
  assert.equal(newsLater({ status: "running" }, "in May 2024", words), "in May 2024 runs");
  assert.equal(newsLater({ status: "burn_in" }, "in May 2024", words), "");
});

test("the rate at an end of the curve stands where the curve does not run through it", () => {
  const [top, bottom] = [14, 170];
  const share = (y) => (y - top) / (bottom - top);
  const text = (y) => ({ head: y - 10, foot: y });
  const rising = [
    [0, share(100)],
    [0.1, share(80)],
    [1, share(20)],
  ];
  assert.equal(labelAt(rising, "first"), 117, "below its beginning");
  assert.equal(labelAt([...rising].reverse(), "last"), 13, "above its end");
  const low = [
    [0, share(160)],
    [0.1, share(140)],
    [1, share(20)],
  ];
  assert.ok(text(labelAt(low, "first")).foot < 140, "nothing fits below, and above it is over the curve that rises");
  const falling = [
    [0, share(30)],
    [0.9, share(40)],
    [1, share(90)],
  ];
  assert.equal(labelAt([...falling].reverse(), "last"), 107, "the curve comes from above");
  assert.ok(labelAt(falling, "first") < 30, "the curve goes down");
  const full = [
    [0, share(14)],
    [1, share(14)],
  ];
  assert.equal(labelAt([...full].reverse(), "last"), 11, "not cut by the edge of the picture");
});
