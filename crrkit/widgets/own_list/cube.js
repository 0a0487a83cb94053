// @ts-check
/*
 * A list counted once, turned into its account for any setting. Pure: `crrkit.measure.cube` computes the same in
 * Python, and a test compares the two.
 *
 * A count depends on one limit that has to be reached, so it is stored as a histogram: bin i has those whom the i-th
 * limit is the first to reach, the last bin those whom none reaches. For the i-th limit it is the sum of the bins up to
 * i.
 *
 * Its top-level names are its exports and names that start with `cube`, because it is prepended to an explorer's own
 * module.
 */

import { chanceLimits, signalsOf, wilson } from "../bench/chance.js";

/**
 * @typedef {object} Settings
 * @property {string} every one of `cube.everies`
 * @property {number | "period"} silence one of `cube.silences`; "period" if `cube.hasPeriod`
 * @property {string | null} segment the key of one of `cube.segments`; null for everybody
 * @property {number | null} regular one of `cube.regulars`
 * @property {string | null} from the first period by its label; null for the first of all
 * @property {string | null} to the last one; null for the last of all
 *
 * @typedef {{ label: string, from: string, until: string }} Period `from` and `until` are days, "2024-02-01"
 * @typedef {{ key: string, by: string, name: string | null, customers: number | null }} Segment
 *   name null: all others of `by`; of a shared page nobody says how many customers
 * @typedef {"complete" | "running" | "empty_base" | "burn_in" | "suppressed" | "unseen"} Status
 * @typedef {{ every: string, labels: string[], bounds: number[], listed?: number[][] }} Every `bounds`: first days,
 *   since 1970-01-01; `listed`, of lists: whether there is one as each period begins, and one as it ends
 *
 * @typedef {object} Cube
 * @property {string} kind "orders", "events", "contracts" or "snapshots"
 * @property {string[]} everies
 * @property {number[]} silences days, ascending; of contracts the pauses that are bridged, from 0 on
 * @property {boolean} hasPeriod
 * @property {number | null} natural the silence that the list itself suggests
 * @property {Segment[]} segments
 * @property {number[]} regulars numbers of purchase days that can make a regular; of contracts, months without a break
 * @property {{ window: number, span: number, contact: number }} rule days that no setting moves (of contracts 0)
 * @property {Settings} starting
 * @property {(every: string) => Period[]} periods
 * @property {Map<string, Every>} spans
 * @property {Record<string, number[]>} opening of lists: who is there as the first period begins, by segment
 * @property {Map<string, Map<string, Int32Array>>} counts by period length and name: segment × period (× bin)
 * @property {{ asOf: number, first: number, burnIn: number }} seen moments in seconds since 1970; days
 * @property {{ days: number[], closed: number[], open: number[] } | null} gaps silences, ended or not yet
 *   (null for contracts)
 * @property {boolean} hasCohorts
 * @property {Set<string>} withheld periods that a shared page suppresses
 * @property {"" | "all" | "account" | "net" | "together"} told how much a shared page shows of a period: `TOLD` of
 *   sharing.py; "" where nothing is left out
 * @property {string} note what a shared page leaves out, in a sentence
 * @property {number} z standard errors of 95 % for all segments together
 *
 * @typedef {object} AccountRow
 * @property {string} label
 * @property {string} from
 * @property {string} until
 * @property {Status} status
 * @property {number} start
 * @property {number} kept
 * @property {number} lost
 * @property {number} new
 * @property {number} returned
 * @property {number} end
 * @property {number} newLost
 * @property {number} returnedLost
 * @property {number} crr NaN where nobody was there to keep, as all rates
 * @property {number} low of the Wilson interval, 95 %
 * @property {number} high
 * @property {number} churn
 * @property {number} continuous
 * @property {boolean} withheld
 *
 * @typedef {Record<string, Record<string, number>>} Moves from a stage, or "unknown", to a stage: customers
 *
 * @typedef {object} StageRow
 * @property {string} label
 * @property {string} from
 * @property {string} until
 * @property {Status} status
 * @property {null} short people who never bought are not in the cube
 * @property {null} cold
 * @property {number} middle customers as of the start of the period, as are `long` and `lapsed`
 * @property {number} long
 * @property {number} lapsed
 * @property {number} start middle and long together
 * @property {number} startMiddle
 * @property {number} startLong
 * @property {number} kept of them at the end, NaN while the period is not over
 * @property {number} keptMiddle
 * @property {number} keptLong
 * @property {number} crr
 * @property {Moves | null} transitions null while the period is not over
 * @property {boolean} withheld
 */

const cubeDay = 86_400; // seconds
const cubeZ = 1.959963984540054; // standard errors of 95 %
const cubeStages = ["middle", "long", "lapsed"];
const cubeYear = { day: 365, week: 52, month: 12, quarter: 4, "half-year": 4, year: 4 }; // periods of a model
const cubeCohorts = 24; // of each period length, the latest: `LATEST_COHORTS` of tally.py
const cubeFewest = 2; // periods that a model is estimated from
const cubeHeldOut = 3; // one period of so many is held out to try a model
const cubeFailed = 0.2; // the mean error from which on nothing is projected

/**
 * Decode the cube sent by Python; the only slow step.
 * @param {Record<string, any>} state
 * @returns {Promise<Cube>}
 */
export async function openCube(state) {
  const packed = Uint8Array.from(atob(state.counts), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const next = cubeNumbers(new Uint8Array(await new Response(stream).arrayBuffer()));
  const counts = new Map();
  for (const { every, labels } of state.spans) {
    const size = { places: state.segments.length + 1, periods: labels.length, bins: state.silences.length + 1 };
    const bins = cubeLaid(next, state.histograms, size);
    const numbers = state.numbers.length ? cubeLaid(next, state.numbers, { ...size, bins: 1 }) : [];
    const there = Math.min(labels.length, cubeCohorts) * size.bins;
    const cohorts = [
      ["cohorts", labels.length],
      ["cohorts_there", there],
    ].flatMap(([name, n]) => (state[name].includes(every) ? cubeLaid(next, [name], { ...size, bins: n }) : []));
    counts.set(every, new Map([...bins, ...numbers, ...cohorts]));
  }
  /** @type {Map<string, Every>} */
  const spans = new Map(state.spans.map((/** @type {Every} */ span) => [span.every, span]));
  const periods = new Map(state.spans.map((/** @type {Every} */ span) => [span.every, cubePeriods(span)]));
  return {
    kind: state.kind,
    everies: [...spans.keys()],
    silences: state.silences,
    hasPeriod: state.numbers.length > 0,
    natural: state.natural,
    segments: state.segments,
    regulars: state.regulars,
    rule: state.rule,
    starting: state.starting,
    periods: (every) => cubeOf(periods, every),
    spans,
    opening: state.opening ?? {},
    counts,
    seen: state.seen,
    gaps: state.gaps,
    hasCohorts: state.cohorts_there.length > 0,
    withheld: new Set(state.withheld),
    told: state.told ?? "",
    note: state.note ?? "",
    z: state.z,
  };
}

/** Integers from bytes, seven bits each, low bits first. */
function cubeNumbers(bytes) {
  let at = 0;
  return () => {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      number |= (byte & 127) << shift;
      if (byte < 128) return number;
    }
  };
}

/**
 * The counts of each name, segment × period × bin: the number of non-zero ones, the zeros before each, and their
 * values.
 * @param {() => number} next
 * @param {string[]} names
 * @param {{ places: number, periods: number, bins: number }} size
 */
function cubeLaid(next, names, { places, periods, bins }) {
  const cells = places * periods;
  const found = names.map((name) => /** @type {const} */ ([name, new Int32Array(cells * bins)]));
  const zeros = Array.from({ length: next() }, next);
  let at = -1;
  for (const before of zeros) {
    at += before + 1; // the bin goes slowest, the name fastest
    const [row, name] = [Math.floor(at / names.length), at % names.length];
    found[name][1][(row % cells) * bins + Math.floor(row / cells)] = next();
  }
  return found;
}

/**
 * @template Value
 * @param {Map<string, Value>} known
 * @param {string} name
 * @returns {Value}
 */
function cubeOf(known, name) {
  const found = known.get(name);
  if (found === undefined) throw new RangeError(`${name} was not counted`);
  return found;
}

const cubeDate = (/** @type {number} */ day) => new Date(1000 * cubeDay * day).toISOString().slice(0, 10);

/**
 * @param {Every} span
 * @returns {Period[]}
 */
function cubePeriods({ labels, bounds }) {
  return labels.map((label, i) => ({ label, from: cubeDate(bounds[i]), until: cubeDate(bounds[i + 1]) }));
}

/** The index of a segment; the first is everybody. */
function cubeSegment(cube, key) {
  if (key === null) return 0;
  const place = cube.segments.findIndex((segment) => segment.key === key);
  if (place < 0) throw new RangeError(`${key} is no segment`);
  return place + 1;
}

/** The index of a limit. */
function cubeLimit(cube, silence) {
  const place = cube.silences.indexOf(silence);
  if (place < 0) throw new RangeError(`a silence of ${silence} was not counted`);
  return place;
}

/**
 * Access to the histograms of a setting: `upTo(name, period)` within its limit, `beyond` those who need a longer one.
 * @param {Cube} cube
 * @param {Settings} settings
 */
function cubeReader(cube, settings) {
  const counts = cubeOf(cube.counts, settings.every);
  const periods = cubeOf(cube.spans, settings.every).labels.length;
  const bins = cube.silences.length + 1;
  const segment = cubeSegment(cube, settings.segment);
  const place = settings.silence === "period" ? bins - 1 : cubeLimit(cube, settings.silence);
  function sum(name, period, begin, end) {
    const [of, row] = [cubeOf(counts, name), (segment * periods + period) * bins];
    let total = 0;
    for (let bin = begin; bin < end; bin += 1) total += of[row + bin];
    return total;
  }
  return {
    periods,
    opening: cube.opening[settings.every]?.[segment] ?? 0, // of lists; else nobody is there before the first event
    upTo: (name, period) => sum(name, period, 0, place + 1),
    beyond: (name, period) => sum(name, period, place + 1, bins),
    all: (name, period) => sum(name, period, 0, bins),
    bin: (name, period, at) => sum(name, period, at, at + 1),
    number: (name, period) => cubeOf(counts, name)[segment * periods + period],
  };
}

/**
 * The account for a setting, one row per period: `retention_by_period`.
 * @param {Cube} cube
 * @param {Settings} settings
 * @returns {AccountRow[]}
 */
export function accountOf(cube, settings) {
  const read = cubeReader(cube, settings);
  const flows = settings.silence === "period" ? cubeBought(read) : cubeThere(read);
  let start = read.opening;
  const rows = cube.periods(settings.every).map((period, i) => {
    const row = cubeRow(period, start, flows(i), cubeStatus(cube, settings, i, start));
    start = row.end;
    if (cube.withheld.has(row.label)) return cubeBlank(row);
    return cubeAsTold(cube, cubeAsListed(row, cubeListed(cube, settings.every, i)));
  });
  return cubeBetween(rows, settings);
}

/** The flows of a period for a silence limit. */
function cubeThere({ upTo, beyond }) {
  return (i) => ({
    kept: upTo("kept", i),
    new: upTo("new", i),
    end: upTo("there", i),
    newLost: beyond("new", i),
    returnedLost: beyond("back", i),
    unbroken: upTo("unbroken", i),
  });
}

/** The flows of a period if customers are those who bought in it. */
function cubeBought({ number, all }) {
  return (i) => {
    const kept = number("again", i);
    return { kept, new: all("new", i), end: number("bought", i), newLost: 0, returnedLost: 0, unbroken: kept };
  };
}

/** @returns {AccountRow} */
function cubeRow(period, start, { kept, end, newLost, returnedLost, unbroken, ...flows }, status) {
  const [low, high] = wilson(kept, start, cubeZ);
  return {
    ...period,
    status,
    start,
    kept,
    lost: start - kept,
    new: flows.new,
    returned: end - kept - flows.new,
    end,
    newLost,
    returnedLost,
    crr: cubeShare(kept, start),
    low,
    high,
    churn: cubeShare(start - kept, start),
    continuous: cubeShare(unbroken, start),
    withheld: false,
  };
}

/**
 * One period for every limit: `rates_by_silence`. If customers are those who bought in the period, one row without a
 * limit.
 * @param {Cube} cube
 * @param {Settings} settings
 * @param {string} label of the period
 * @returns {{ silence: number, start: number, kept: number, crr: number }[]}
 */
export function ratesBySilence(cube, settings, label) {
  const at = cube.periods(settings.every).findIndex((period) => period.label === label);
  if (cube.withheld.has(label)) return [];
  const none = { start: Number.NaN, kept: Number.NaN, crr: Number.NaN };
  if (!cubeListed(cube, settings.every, at).whole) return cube.silences.map((silence) => ({ silence, ...none }));
  const read = cubeReader(cube, { ...settings, silence: cube.silences[0] });
  let [start, kept] = [0, 0];
  return cube.silences.map((silence, place) => {
    start += at > 0 ? read.bin("there", at - 1, place) : place ? 0 : read.opening;
    kept += read.bin("kept", at, place);
    return { silence, start, kept, crr: cubeShare(kept, start) };
  });
}

/**
 * Every segment in one period compared with all other customers: `rates_by_segment`, sorted by losses beyond those at
 * the others' rate.
 * @param {Cube} cube
 * @param {Settings} settings
 * @param {string} label of the period
 */
export function ratesBySegment(cube, settings, label) {
  const at = cube.periods(settings.every).findIndex((period) => period.label === label);
  const whole = cubeKept(cube, { ...settings, segment: null }, at);
  const rows = cube.segments.map(({ key, by, name }) => {
    const own = cubeKept(cube, { ...settings, segment: key }, at);
    const pairs = own.map((one, i) => ({ ...one, others: cubeLess(whole[i], one) }));
    return { key, by, name, ...cubeBeside(pairs[at], cube.z), ...cubeRunBelow(pairs, cube.periods(settings.every)) };
  });
  return rows.filter(({ start }) => start > 0).sort((one, other) => cubeOrder(other.more) - cubeOrder(one.more));
}

const cubeOrder = (value) => (Number.isNaN(value) ? -1e15 : value);

/** The customers at the start of each period up to one, and those kept. */
function cubeKept(cube, settings, last) {
  const { upTo, number, opening } = cubeReader(cube, settings);
  const [end, kept] = settings.silence === "period" ? ["bought", "again"] : ["there", "kept"];
  const count = settings.silence === "period" ? number : upTo;
  const names = cube.periods(settings.every);
  return Array.from({ length: last + 1 }, (_, i) =>
    cube.withheld.has(names[i].label) || !cubeListed(cube, settings.every, i).whole
      ? { start: 0, kept: 0 }
      : { start: i ? count(end, i - 1) : opening, kept: count(kept, i) },
  );
}

const cubeLess = (whole, part) => ({ start: whole.start - part.start, kept: whole.kept - part.kept });

/** A segment compared with the others: the difference with its interval, and its excess losses over their rate. */
function cubeBeside({ start, kept, others }, z) {
  const [crr, rest] = [cubeShare(kept, start), cubeShare(others.kept, others.start)];
  const [low, high] = cubeDifference({ start, kept }, others, z);
  return { start, kept, lost: start - kept, crr, rest, difference: crr - rest, low, high, more: start * (rest - crr) };
}

/** Newcombe's interval of the difference of two proportions. */
export function cubeDifference(one, other, z = cubeZ) {
  if (!one.start || !other.start) return [Number.NaN, Number.NaN];
  const [p, q] = [one.kept / one.start, other.kept / other.start];
  const [[low, high], [otherLow, otherHigh]] = [one, other].map(({ kept, start }) => wilson(kept, start, z));
  return [p - q - Math.hypot(p - low, otherHigh - q), p - q + Math.hypot(high - p, q - otherLow)];
}

/** For how many consecutive periods up to the last one a segment has been below the others, and since when. */
function cubeRunBelow(pairs, periods) {
  const below = ({ start, kept, others }) => start && others.start && kept / start < others.kept / others.start;
  let first = pairs.length;
  while (first > 0 && below(pairs[first - 1])) first -= 1;
  const length = pairs.length - first;
  return { since: length ? periods[first].label : "", periods: length };
}

/**
 * The latest cohorts by first purchase, with the customers at the end of each later complete period; if customers are
 * those who bought in the period, the number who bought in it: `cohorts_of`. Empty if not counted.
 * @param {Cube} cube
 * @param {Settings} settings
 * @returns {{ label: string, size: number, cells: { label: string, active: number, rate: number }[] }[]}
 */
export function cohortsOf(cube, settings) {
  const { labels } = cubeOf(cube.spans, settings.every);
  const read = settings.silence === "period" ? cubeWhoBought(cube, settings) : cubeStillThere(cube, settings);
  if (!read) return [];
  const over = labels.filter((_, i) => cubeOver(cube, settings, i)).length;
  const rows = labels.slice(read.begin).map((label, place) => {
    const since = read.begin + place; // whoever is on a first list may have come at any time before
    const size = cubeListed(cube, settings.every, since).whole ? read.size(place) : 0;
    const cells = labels.slice(read.begin + place, over).map((own, age) => {
      const active = read.active(place, age);
      return { label: own, active, rate: cubeShare(active, size) };
    });
    return { label, size, cells };
  });
  return rows.filter(({ size, cells }) => size > 0 && cells.length);
}

/** The cohorts by purchases in a period; `begin` is the index of the first. */
function cubeWhoBought(cube, { every, segment }) {
  const counts = cubeOf(cube.counts, every).get("cohorts");
  if (!counts) return null;
  const n = cubeOf(cube.spans, every).labels.length;
  const at = (since, first) => counts[(cubeSegment(cube, segment) * n + since) * n + first];
  return { begin: 0, size: (place) => at(place, place), active: (place, age) => at(place + age, place) };
}

/** The cohorts by customers at the end of a period for a limit. */
function cubeStillThere(cube, { every, segment, silence }) {
  const counts = cubeOf(cube.counts, every).get("cohorts_there");
  if (!counts) return null;
  const n = cubeOf(cube.spans, every).labels.length;
  const [bins, limit] = [cube.silences.length + 1, cubeLimit(cube, silence)];
  const cohorts = counts.length / ((cube.segments.length + 1) * n * bins);
  const sum = (since, place, end) => {
    const row = ((cubeSegment(cube, segment) * n + since) * cohorts + place) * bins;
    let total = 0;
    for (let bin = 0; bin < end; bin += 1) total += counts[row + bin];
    return total;
  };
  const begin = n - cohorts;
  return {
    begin,
    size: (place) => sum(begin + place, place, bins),
    active: (place, age) => sum(begin + place + age, place, limit + 1),
  };
}

/**
 * A fully suppressed row; suppressed values are NaN.
 * @returns {AccountRow}
 */
function cubeBlank({ label, from, until, ...counts }) {
  const none = Object.fromEntries(Object.keys(counts).map((name) => [name, Number.NaN]));
  return /** @type {any} */ ({ ...none, label, from, until, status: "suppressed", withheld: true });
}

/** Whether the losses of a period are final: for a while after its end a contract may still be renewed. */
function cubeOver({ kind, seen, spans }, { every, silence }, i) {
  const late = kind === "contracts" ? silence : 0;
  return cubeOf(spans, every).bounds[i + 1] * cubeDay <= seen.asOf - late * cubeDay;
}

/** For periodic lists, whether there is one at the start of a period, at its end, and both; otherwise always true. */
function cubeListed({ spans }, every, i) {
  const [from, until] = cubeOf(spans, every).listed?.[i] ?? [1, 1];
  return { from: from > 0, until: until > 0, whole: from > 0 && until > 0, isList: "listed" in cubeOf(spans, every) };
}

/** A row of periodic lists: what happened between two of them is not observed, nor what a missing one would show. */
function cubeAsListed(row, { from, until, whole, isList }) {
  if (!isList) return row;
  const unseen = { newLost: Number.NaN, returnedLost: Number.NaN, continuous: Number.NaN };
  if (whole) return { ...row, ...unseen };
  const rates = ["kept", "lost", "new", "returned", "crr", "low", "high", "churn"];
  const none = Object.fromEntries(rates.map((name) => [name, Number.NaN]));
  const [start, end] = [from ? row.start : Number.NaN, until ? row.end : Number.NaN];
  return { ...row, ...none, ...unseen, start, end, status: "unseen" };
}

/** A row of a shared page: flows too small to be shown separately, or at all, are NaN. */
function cubeAsTold({ told }, row) {
  if (!told) return row;
  const inside = ["net", "together"].includes(told) ? ["newLost", "returnedLost"] : [];
  const gone = ["continuous", ...inside, ...(told === "together" ? ["new", "returned"] : [])];
  return { ...row, ...Object.fromEntries(gone.map((name) => [name, Number.NaN])) };
}

/** How far a period has been observed. */
function cubeStatus(cube, settings, i, start) {
  const { seen, spans } = cube;
  const { bounds } = cubeOf(spans, settings.every);
  if (start === 0) return "empty_base";
  if (!cubeOver(cube, settings, i)) return "running";
  const unknown = seen.burnIn > 0 && bounds[i] * cubeDay < seen.first + seen.burnIn * cubeDay;
  const safe = bounds[i + 1] * cubeDay <= safeUntil(cube, settings.silence);
  return unknown || safe ? "burn_in" : "complete";
}

/**
 * The time in seconds until which nobody can be lost, because no purchase of the list is older than the silence.
 * `safe_until`.
 * @param {Pick<Cube, "kind" | "seen">} cube
 * @param {Settings["silence"]} silence
 */
export function safeUntil({ kind, seen }, silence) {
  const isWaited = !["contracts", "snapshots"].includes(kind) && typeof silence === "number";
  return isWaited ? seen.first + silence * cubeDay : seen.first;
}

/**
 * The rows from the first to the last period of a setting.
 * @template {{ label: string }} Row
 * @param {Row[]} rows
 * @param {Settings} settings
 */
function cubeBetween(rows, { from, to }) {
  const at = (label) => rows.findIndex((row) => row.label === label);
  return rows.slice(from === null ? 0 : at(from), to === null ? rows.length : at(to) + 1);
}

const cubeShare = (part, whole) => (whole > 0 ? part / whole : Number.NaN);

/**
 * The control limits around the pooled rate, and the signals: `control_chart`. Null if fewer than two periods are
 * complete; NaN and "" in incomplete rows.
 * @param {AccountRow[]} rows
 */
export function limitsOf(rows) {
  const whole = rows.map((row) => row.status === "complete" && row.start > 0);
  const pool = rows.filter((_, i) => whole[i]);
  if (pool.length < 2) return null;
  const total = (name) => pool.reduce((sum, row) => sum + row[name], 0);
  const centre = total("kept") / total("start");
  const dispersion = Math.max(1, cubeDispersion(pool, centre));
  const wider = (limit) => (dispersion > 1 ? centre + dispersion * (limit - centre) : limit);
  const ends = pool.map((row) => chanceLimits(centre, row.start).map(wider));
  const signal = signalsOf(
    pool.map(({ crr }) => crr),
    ends,
    centre,
  );
  const placed = (values, none) => {
    let at = 0;
    return whole.map((is) => (is ? values[at++] : none));
  };
  return {
    centre,
    dispersion,
    low: placed(
      ends.map(([low]) => low),
      Number.NaN,
    ),
    high: placed(
      ends.map(([, high]) => high),
      Number.NaN,
    ),
    signal: placed(signal, ""),
  };
}

/** Laney's sigma: the mean difference of successive rates in standard errors, over that of a normal process. */
function cubeDispersion(pool, centre) {
  if (centre === 0 || centre === 1) return 1;
  const scores = pool.map((row) => (row.crr - centre) / Math.sqrt((centre * (1 - centre)) / row.start));
  const moves = scores.slice(1).map((score, i) => Math.abs(score - scores[i]));
  return moves.reduce((sum, move) => sum + move, 0) / moves.length / (2 / Math.sqrt(Math.PI));
}

/**
 * The stages for a setting, one row per period: `stage_flow`. Empty if customers are those who bought in the period.
 * @param {Cube} cube
 * @param {Settings} settings
 * @returns {StageRow[]}
 */
export function stagesOf(cube, settings) {
  return settings.silence === "period" || !cube.regulars.length
    ? []
    : cubeBetween(cubeAllStages(cube, settings), settings);
}

/** @returns {StageRow[]} */
function cubeAllStages(cube, settings) {
  const read = cubeReader(cube, settings);
  let stock = { middle: read.opening, long: 0, lapsed: 0 }; // who is on a first list cannot be a regular yet
  return cube.periods(settings.every).map((period, i) => {
    const before = stock;
    const moves = cubeMoves(read, settings.regular, i, before);
    const [there, long] = [read.upTo("there", i), read.upTo(`long_${settings.regular}`, i)];
    stock = { middle: there - long, long, lapsed: read.all("there", i) - there };
    if (cube.withheld.has(period.label)) return cubeNoStages(period);
    if (!cubeListed(cube, settings.every, i).whole)
      return { ...cubeNoStages(period), status: "unseen", withheld: false };
    const start = before.middle + before.long;
    const over = cubeOver(cube, settings, i);
    const kept = (ends) => (over ? ends.middle + ends.long : Number.NaN);
    const [keptMiddle, keptLong] = [kept(moves.middle), kept(moves.long)];
    return {
      ...period,
      status: cubeStatus(cube, settings, i, start),
      short: null,
      cold: null,
      ...before,
      start,
      startMiddle: before.middle,
      startLong: before.long,
      kept: keptMiddle + keptLong,
      keptMiddle,
      keptLong,
      crr: cubeShare(keptMiddle + keptLong, start),
      transitions: over ? moves : null,
      withheld: false,
    };
  });
}

/**
 * A period with suppressed stages.
 * @returns {StageRow}
 */
function cubeNoStages(period) {
  const names = [
    "middle",
    "long",
    "lapsed",
    "start",
    "startMiddle",
    "startLong",
    "kept",
    "keptMiddle",
    "keptLong",
    "crr",
  ];
  const none = Object.fromEntries(names.map((name) => [name, Number.NaN]));
  const rest = { status: "suppressed", short: null, cold: null, transitions: null, withheld: true };
  return /** @type {any} */ ({ ...period, ...none, ...rest });
}

/**
 * The transitions of a period between stages.
 * @returns {Moves}
 */
function cubeMoves({ upTo, beyond }, regular, i, before) {
  const [there, kept, fresh] = ["there", "kept", "new"].map((name) => upTo(name, i));
  const [long, both, stay, rise, freshLong] = ["long", "long_long", "long_there", "there_long", "new_long"].map(
    (name) => upTo(`${name}_${regular}`, i),
  );
  const [back, backLong] = [there - kept - fresh, long - rise - freshLong];
  return {
    unknown: { middle: fresh - freshLong, long: freshLong, lapsed: beyond("new", i) },
    middle: { middle: kept - stay - (rise - both), long: rise - both, lapsed: before.middle - (kept - stay) },
    long: { middle: stay - both, long: both, lapsed: before.long - stay },
    lapsed: { middle: back - backLong, long: backLong, lapsed: before.lapsed - back },
  };
}

/**
 * The purchase rhythm of the whole list, by Kaplan-Meier as in `characteristic_interval`: `longer`, the share of
 * silences longer than a number of days; `returning`, the share of those silent that long who still buy again.
 * @param {Cube} cube
 * @param {Settings} settings
 */
export function gapsOf(cube, settings) {
  if (!cube.gaps) return null;
  const { days, closed, open } = cube.gaps;
  const sum = (/** @type {number[]} */ of) => of.reduce((total, n) => total + n, 0);
  const seen = sum(closed) + sum(open);
  let [risk, share] = [seen, 1];
  const risks = [];
  const longer = days.map((_, i) => {
    risks.push(risk);
    share *= 1 - closed[i] / risk;
    risk -= closed[i] + open[i];
    return share;
  });
  const never = cubeNever({ closed, longer, risks, seen });
  const returning = longer.map((still) => cubeReturning(still, never));
  const silence = Number(settings.silence); // NaN for "period"
  const at = days.findLastIndex((day) => day <= silence);
  const atSilence = Number.isNaN(silence) ? Number.NaN : cubeReturning(at < 0 ? 1 : longer[at], never);
  return { days, longer, returning, atSilence, gaps: seen };
}

/** The share of silences that never end, without the tail in which few are at risk. */
function cubeNever({ closed, longer, risks, seen }) {
  const closing = longer.map((_, i) => i).filter((i) => closed[i] > 0);
  const firm = closing.filter((i) => risks[i] >= Math.min(10, seen / 10));
  return Math.min(1, ...(firm.length ? firm : closing).map((i) => longer[i]));
}

const cubeReturning = (still, never) => (still > never ? 1 - never / still : 0);

/**
 * The model of the list's last year: `StageModel.from_flow`, and its `backtest`. If `reason` is not empty, do not
 * project; `matrix` is null if there is none.
 * @param {Cube} cube
 * @param {Settings} settings
 */
export function modelOf(cube, settings) {
  const every = stagesOf(cube, { ...settings, from: null, to: null });
  const rows = every.slice(every.findLastIndex((row) => row.withheld) + 1); // no step is missing between them
  const none = { matrix: null, start: {}, inflow: {}, stages: [], retained: [], first: "", last: "", backtest: null };
  if (!rows.length) return { ...none, reason: every.length ? "withheld" : "no stages" };
  const over = rows.filter((row) => row.transitions);
  // a contract states its own start
  const silent = ["contracts", "snapshots"].includes(cube.kind) ? 0 : Number(settings.silence);
  const memory = Math.max(silent, cube.rule.window, cube.rule.contact, cube.seen.burnIn);
  const begun = (row) => Date.parse(row.from) / 1000 >= cube.seen.first + memory * cubeDay;
  const last = settings.to === null ? over.length : over.findIndex((row) => row.label === settings.to) + 1;
  const whole = last > 0 ? over.slice(0, last) : over;
  const settled = whole.filter(begun);
  const usable = settled.length ? settled : whole;
  const size = cubeYear[settings.every];
  const parts = usable.length ? cubeParts(usable.slice(-size)) : null;
  if (!parts) return { ...none, reason: usable.length ? "too few" : "no period" };
  const held = Math.min(Math.max(Math.floor(usable.length / cubeHeldOut), 1), size);
  const tried = settled.length - cubeFewest >= held ? cubeTried(usable, held, size) : null;
  const reason = tried ? (tried.passed ? "" : "failed") : rows.length < every.length ? "withheld" : "too few";
  return { ...parts, backtest: tried, reason };
}

/** Estimates from several periods: transition probabilities, counts per stage at their end, mean entries. */
function cubeParts(periods) {
  const total = (from, to) => periods.reduce((sum, row) => sum + row.transitions[from][to], 0);
  const out = (from) => cubeStages.reduce((sum, to) => sum + total(from, to), 0);
  const stages = cubeStages.filter((stage) => out(stage) > 0 || cubeStages.some((from) => total(from, stage) > 0));
  if (!stages.length || stages.some((stage) => out(stage) === 0)) return null; // a stage that nobody could leave
  const table = (of) => Object.fromEntries(stages.map((stage) => [stage, of(stage)]));
  const after = cubeEnds(periods.at(-1));
  return {
    matrix: table((from) => table((to) => total(from, to) / out(from))),
    start: table((stage) => after[stage]),
    inflow: table((stage) => total("unknown", stage) / periods.length),
    stages,
    retained: ["middle", "long"].filter((stage) => stages.includes(stage)),
    basis: cubeBasis(periods, stages),
    first: periods[0].label,
    last: periods.at(-1).label,
  };
}

/** The uncertainty of transitions and entries: `spread_of`, and Student's quantile for that number of periods. */
function cubeBasis(periods, stages) {
  const excess = stages.map((from) =>
    cubeExcess(periods.map(({ transitions }) => stages.map((to) => transitions[from][to]))),
  );
  const seen = (from) => periods.reduce((sum, { transitions }) => sum + cubeSum(Object.values(transitions[from])), 0);
  const entries = stages.map((stage) => {
    const came = periods.map(({ transitions }) => transitions.unknown[stage]);
    const mean = cubeSum(came) / came.length;
    const apart = cubeSum(came.map((n) => (n - mean) ** 2)) / (came.length - 1);
    return came.length > 1 ? Math.max(mean, apart) : mean;
  });
  const spread = { periods: periods.length, sizes: stages.map((from, i) => seen(from) / excess[i]), excess, entries };
  return { spread, quantile: cubeStudent(periods.length - 1) };
}

const cubeSum = (/** @type {number[]} */ numbers) => numbers.reduce((sum, n) => sum + n, 0);

/** Pearson's chi-square of period × transition per degree of freedom, at least 1. */
function cubeExcess(moves) {
  const whole = cubeSum(moves.map(cubeSum));
  const rows = moves.filter((row) => cubeSum(row) > 0);
  const ends = moves[0].map((_, j) => cubeSum(moves.map((row) => row[j])));
  const freedom = (rows.length - 1) * (ends.filter((n) => n > 0).length - 1);
  if (freedom < 1) return 1;
  const far = (row, n, j) =>
    ends[j] > 0 ? (n - (cubeSum(row) * ends[j]) / whole) ** 2 / ((cubeSum(row) * ends[j]) / whole) : 0;
  return Math.max(1, cubeSum(rows.map((row) => cubeSum(row.map((n, j) => far(row, n, j))))) / freedom);
}

/** The two-sided 95 % quantile of Student's t distribution: `student` of band.py. */
function cubeStudent(freedom) {
  if (freedom < 1) return Number.NaN; // one period shows no spread
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving += 1) {
    const angle = (low + high) / 2;
    if (cubeWithin(angle, freedom) < 0.95) low = angle;
    else high = angle;
  }
  return Math.tan(low) * Math.sqrt(freedom);
}

function cubeWithin(angle, freedom) {
  const odd = freedom % 2;
  let [term, total] = odd ? [Math.cos(angle), 0] : [1, 0];
  for (let k = 1 + odd; k < freedom; k += 2) {
    total += term;
    term *= (Math.cos(angle) ** 2 * k) / (k + 1);
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * total) : Math.sin(angle) * total;
}

/** The counts per stage at the end of a period. */
function cubeEnds({ transitions }) {
  const into = (stage) => Object.values(transitions).reduce((sum, ends) => sum + ends[stage], 0);
  return { middle: into("middle"), long: into("long"), lapsed: into("lapsed") };
}

/** The backtest on the last periods. */
function cubeTried(usable, held, size) {
  const parts = cubeParts(usable.slice(0, -held).slice(-size));
  if (!parts) return null;
  const { stages, matrix, inflow, retained } = parts;
  const customers = (at) => retained.reduce((sum, stage) => sum + at[stage], 0);
  let at = parts.start;
  const errors = usable.slice(-held).map((row) => {
    const into = (to) => stages.reduce((sum, from) => sum + at[from] * matrix[from][to], inflow[to]);
    at = Object.fromEntries(stages.map((stage) => [stage, into(stage)]));
    const { middle, long } = cubeEnds(row);
    return middle + long > 0 ? Math.abs(customers(at) / (middle + long) - 1) : Number.NaN;
  });
  const error = errors.reduce((sum, one) => sum + one, 0) / held;
  return {
    error,
    largest: Math.max(...errors),
    first: usable.at(-held).label,
    last: usable.at(-1).label,
    tested: held,
    limit: cubeFailed,
    passed: error <= cubeFailed,
  };
}
