// @ts-check
/* The texts of ListExplorer: period names, the headline, doubts, and the lines of Python. */

import { put } from "../bench/shared.js";

/**
 * The context of all texts: the words and numbers of one language, and the counts. `local` is whether there is a kernel
 * on the machine with the list.
 * @typedef {{ cube: any, words: any, say: any, lang: string, local?: boolean }} Voice
 */

export const SLACK_DAYS = 1; // a window of 31 days is no longer than a month
export const FEW_RETURNS = 5; // purchases that were followed by another, below which no rhythm can be seen
const ENOUGH_TO_WARN = 20;
const A_YEAR = 365; // days between annual payments
export const HALF = 0.5;
/** @type {[string, number][]} */
const TERMS = [
  ["year", 12],
  ["half-year", 6],
  ["quarter", 3],
  ["month", 1],
]; // months

/** What takes long to make and is the same whenever it is asked for. @type {Map<string, any>} */
const made = new Map();

function once(key, make) {
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/**
 * A number with its noun in the right form.
 * @param {Record<string, string>} forms by plural rule
 * @param {number} n
 * @param {Voice} voice
 * @param {Record<string, string>} facts what else stands in the phrase
 */
export function counted(forms, n, { say, lang }, facts = {}) {
  const form = once(`plural ${lang}`, () => new Intl.PluralRules(lang)).select(n);
  return put(forms[form] ?? forms.other, { n: say.number(n), ...facts });
}

/**
 * The name of a segment, including the one for all others of a column.
 * @param {string} key
 * @param {Voice} voice
 */
export function segmentName(key, { cube, words }) {
  const found = cube.segments.find((one) => one.key === key);
  return found && found.name === null ? `${key} ${words.allOthers}` : key;
}

/**
 * A period as an adverbial phrase: "in November 2011".
 * @param {{ label: string, from: string }} row
 * @param {string} every
 * @param {Voice} voice
 */
export function whenOf({ label, from }, every, { words, lang }) {
  const [, year = "", part = ""] = /^(\d{4}(?:\/\d{2})?)(?:[QH](\d))?/.exec(label) ?? [];
  /** @type {Intl.DateTimeFormatOptions} */
  const looks = { timeZone: "UTC", year: "numeric", month: "long", ...(every === "day" ? { day: "numeric" } : {}) };
  const written = once(`${every} ${lang}`, () => new Intl.DateTimeFormat(lang, looks)).format(new Date(from));
  const name = written.replace(/\sг\.$/, "\u00a0г."); // stays on the line of its year
  return put(words.when[every], { name, year, part, label });
}

/**
 * The rule of a setting, worded as the beginning of a sentence.
 * @param {number | string} silence
 * @param {Voice} voice
 */
export function byRule(silence, voice) {
  const { cube, words } = voice;
  if (typeof silence === "string") return words.byPeriod;
  if (cube.kind === "snapshots") return words.byLists;
  if (cube.kind !== "contracts") return counted(words.bySilence, silence, voice);
  return silence ? counted(words.bridged, silence, voice) : words.byContracts;
}

/**
 * The headline: the rate of the chosen period, and the rate under the initial setting.
 * @param {{ row: any, settings: any, was: { row: any, settings: any } | null }} shown
 * @param {Voice} voice
 */
export function headline({ row, settings, was }, voice) {
  const { words, say } = voice;
  const when = whenOf(row, settings.every, voice);
  const who = settings.segment === null ? "" : `${segmentName(settings.segment, voice)}. `;
  if (row.withheld) return who + put(words.withheld, { when });
  if (!row.start) return who + put(words.nobody, { when });
  if (Number.isNaN(row.crr)) return who + put(row.status === "unseen" ? words.notListed : words.notSaid, { when });
  const numbers = { crr: say.percent(row.crr), kept: say.number(row.kept), start: say.number(row.start) };
  const text = row.status === "running" ? soFar(settings.silence, voice) : words.weKept;
  const said = put(text, { by: byRule(settings.silence, voice), when, ...numbers }) + compared(settings, was, voice);
  return who + (said.endsWith(".") ? said : `${said}.`); // "2024 г." has its full stop
}

/** A period that is not over, or after which a gap may still be bridged. */
const soFar = (silence, { cube, words }) => (cube.kind === "contracts" && silence > 0 ? words.notSettled : words.soFar);

/** The changes from the initial setting, and its rate; empty if there are none. */
function compared(settings, was, voice) {
  if (!was || was.row.withheld || Number.isNaN(was.row.crr)) return "";
  const { words, say } = voice;
  const moved = ["every", "silence", "segment"].filter((name) => was.settings[name] !== settings[name]).join();
  if (!moved) return "";
  const by = byRule(was.settings.silence, voice);
  const facts = {
    crr: say.percent(was.row.crr),
    by: by.slice(0, 1).toLowerCase() + by.slice(1),
    unchanged: words.unchanged[voice.cube.kind] ?? words.unchanged.purchases,
    everybody: was.settings.segment === null ? words.everybody : segmentName(was.settings.segment, voice),
    when: whenOf(was.row, was.settings.every, voice),
  };
  const text = { silence: words.otherwise, segment: words.ofOthers }[moved] ?? words.atFirst;
  return put(text, facts);
}

/**
 * The warnings before the rate: as `judge` of crrkit/measure/cadence, from the facts that Python sends.
 * @param {any} rhythm
 * @param {{ every: string, silence: number | string }} settings
 * @returns {"" | "by_construction" | "not_seen" | "too_short" | "annual"}
 */
export function doubtOf(rhythm, { every, silence }) {
  if (!rhythm.lengths) return "";
  const length = rhythm.lengths[every];
  const window = typeof silence === "string" ? length : silence;
  if (window > length + SLACK_DAYS) return "by_construction";
  if (rhythm.closed < FEW_RETURNS) return rhythm.seen >= ENOUGH_TO_WARN ? "not_seen" : "";
  const shortest = Math.min(window, length);
  if (coveredBy(rhythm, shortest) < HALF) return "too_short";
  return rhythm.annual && shortest < A_YEAR ? "annual" : "";
}

/** The share of purchases followed by another that have it within a number of days. */
export function coveredBy({ days, covered }, within) {
  let share = 0;
  for (let i = 0; i < days.length && days[i] <= within; i += 1) share = covered[i];
  return share;
}

/** A note that a running period cannot be judged yet; empty for others. */
export function newsLater({ status }, when, words) {
  return status === "running" ? put(words.newsLater, { when }) : "";
}

/** Text as a Python literal. */
const quoted = (text) => JSON.stringify(text);

/**
 * The lines of Python that reproduce the number shown.
 * @param {any} settings
 * @param {string} label of the chosen period
 * @param {any} cube
 * @param {number | string | null} own the rule of the base itself
 */
export function listCode(settings, label, cube, own) {
  const { every, silence, segment, from, to } = settings;
  const span = [from && `first=${quoted(from)}`, to && `last=${quoted(to)}`].filter(Boolean);
  const found = cube.segments.find(({ key }) => key === segment);
  // Of several segments at once no call of retention_by_period is.
  if (found && found.name === null) return `explorer.account.set_index("period").loc[${quoted(label)}]`;
  const given = [
    underOf(silence, cube, own),
    `every=${quoted(every)}`,
    ...span,
    ...(found ? [`by=${quoted(found.by)}`] : []),
  ];
  const chosen = found ? `.segment(**{${quoted(found.by)}: ${quoted(found.name)}})` : "";
  return `kept = crr.retention_by_period(${given.join(", ")})${chosen}; kept.row(${quoted(label)})`;
}

function underOf(silence, cube, own) {
  if (silence === own) return "base";
  if (silence === "period") return 'base.with_activity("period")';
  return cube.kind === "contracts"
    ? `base.with_merge_gap(${silence})`
    : `base.with_activity(crr.Trailing(days=${silence}))`;
}

/**
 * The call that says who is behind a count of a period, of a cohort if one is named; nothing for several segments at
 * once, of which no call is.
 * @param {string} what start, kept, lost, new, returned or end
 * @param {string} label of the period
 * @param {any} settings
 * @param {any} cube
 * @param {any} own the rule of the base itself
 * @param {string} [cohort]
 */
export function whoCode(what, label, { every, silence, segment }, cube, own, cohort) {
  const found = cube.segments.find(({ key }) => key === segment);
  if (found && found.name === null) return "";
  const given = [
    quoted(what),
    `period=${quoted(label)}`,
    `every=${quoted(every)}`,
    ...(cohort ? [`cohort=${quoted(cohort)}`] : []),
    ...(found ? [`where={${quoted(found.by)}: ${quoted(found.name)}}`] : []),
  ];
  return `${underOf(silence, cube, own)}.who(${given.join(", ")})`;
}

/** The call that lists the customers in a stage at the start of a period. */
export function stageCode(stage, { silence, regular, segment }, { from }, cube, own) {
  const found = cube.segments.find(({ key }) => key === segment);
  if (found && found.name === null) return "";
  const contracts = ["contracts", "snapshots"].includes(cube.kind);
  const given = contracts ? contractRule(regular) : dayRule(silence, regular, cube.rule);
  const under = contracts ? underOf(silence, cube, own) : "base"; // the rule of stages has its own silence
  const where = found ? ` and \`${found.by}\` == ${quoted(found.name)}` : "";
  const asked = quoted(`stage == ${quoted(stage)}${where}`);
  return `crr.stage_on(${under}, ${quoted(from)}, rule=${given}).customers.query(${asked})`;
}

const dayRule = (silence, regular, { window, span, contact }) =>
  `crr.StageRule(${silence}, window_days=${window}, k_long=${regular}, span_days=${span}, contact_days=${contact})`;

/** The rule of so many months without a break, in the longest terms that divide them: `ContractRule.of_months`. */
function contractRule(months) {
  const [term, length] = TERMS.find(([, each]) => months % each === 0) ?? ["month", 1];
  return `crr.ContractRule(renewals=${months / length}, term=${quoted(term)})`;
}

/**
 * The definition card for the current settings: rules changed by the controls are updated, the others are unchanged.
 * @param {[string, string, string][]} card rule, name and text
 * @param {any} settings
 * @param {Voice} voice
 * @returns {[string, string][]}
 */
export function cardLines(card, settings, voice) {
  const { cube, words } = voice;
  const { every, silence, segment, regular } = settings;
  const contracts = cube.kind === "contracts";
  const rule = silence === "period" ? words.rules.period : counted(words.rules.silence, silence, voice);
  const gap = silence ? counted(words.rules.gap, silence, voice) : words.rules.noGap;
  /** @type {Record<string, string>} */
  const moved = {
    every: words.periods[every],
    segment: segment === null ? words.all : segmentName(segment, voice),
    ...(contracts ? { merge_gap: gap } : cube.kind === "snapshots" ? {} : { activity: rule }),
    ...(regular === null ? {} : { regular: regularOf(regular, voice) }),
  };
  return card.map(([name, title, text]) => [title, moved[name] ?? text]);
}

function regularOf(regular, voice) {
  const months = { contracts: voice.words.rules.renewed, snapshots: voice.words.rules.listed }[voice.cube.kind];
  if (months) return counted(months, regular, voice);
  return put(voice.words.rules.regular, { k: voice.say.number(regular), ...voice.cube.rule });
}
