// @ts-check
/* The warnings before the rate of ListExplorer, and the notes next to it: as `RetentionTable.warning` and its notes. */

import { put } from "../bench/shared.js";
import { safeUntil } from "./cube.js";
import { counted, coveredBy, doubtOf, FEW_RETURNS, HALF, SLACK_DAYS } from "./sentences.js";

const FEW = 30; // customers, below which one more or less is said in points
const ALL_AT_ONCE = 5; // fewer who leave together may be an example: as in crrkit/measure/spans
const LONGEST = "year";
const SAY_THEMSELVES = ["contracts", "snapshots"]; // who is a customer

/**
 * All warnings before the rate: doubts about the list, about the rule, about its end.
 * @param {any} rhythm
 * @param {any} settings
 * @param {any[]} rows
 * @param {any} row the one that is shown
 * @param {any} voice
 */
export function inFront(rhythm, settings, rows, row, voice) {
  const ends = [rhythm.gone ? "" : goneAtOnce(rows, voice), unsettled(rows, settings, voice)];
  const rule = [
    caution(rhythm, settings, row, voice),
    keptByConstruction(settings, row, voice),
    begunWithin(rhythm, settings, row),
  ];
  return [...(rhythm.doubts ?? []), ...ends, ...rule].filter(Boolean).join(" ");
}

/**
 * The doubt about the rule in a sentence, and further warnings before the rate.
 * @param {any} rhythm
 * @param {any} settings
 * @param {any} row
 * @param {any} voice
 */
export function caution(rhythm, settings, row, voice) {
  const { words, say } = voice;
  const doubt = doubtOf(rhythm, settings);
  const few = row && !row.withheld && row.start > 0 && row.start < FEW;
  const thin = few ? put(words.thin, { start: say.number(row.start), points: say.fixed(100 / row.start) }) : "";
  const doubted = doubt && put(words.doubts[doubt], doubtFacts(rhythm, settings, words, say));
  const remedy = remedyOf(rhythm, settings, doubt, voice);
  return [doubted, remedy, rhythm.notes[settings.every] ?? "", thin].filter(Boolean).join(" ");
}

function doubtFacts(rhythm, { every, silence }, words, say) {
  const length = rhythm.lengths[every];
  const window = typeof silence === "string" ? length : silence;
  return {
    window: say.fixed(window),
    every: words.periods[every],
    covered: say.percent(coveredBy(rhythm, Math.min(window, length))),
    median: rhythm.median === null ? "–" : say.number(rhythm.median),
    seen: say.number(rhythm.seen),
    few: say.number(FEW_RETURNS),
  };
}

/** A more suitable rule, as in `Rhythm`; empty in a shared page, which has only one period. */
function remedyOf(rhythm, settings, doubt, voice) {
  if (!doubt || doubt === "annual" || !rhythm.suits) return "";
  const { words } = voice;
  const { every, silence } = settings;
  const known = typeof silence === "number" && coveredBy(rhythm, silence) >= HALF;
  const advice = known ? { every: asLongAs(silence, rhythm.periods), days: null, why: "" } : rhythm.suits;
  if (advice.why) return advice.why;
  const days = (n) => counted(words.silent, n, voice);
  // A silence that most outlast stays with another period, so the period alone would not do.
  const short = typeof silence === "number" && !known;
  const own = advice.days ?? (short ? Math.ceil(rhythm.periods[advice.every]) : null);
  const period = advice.every !== every || advice.days !== null ? [words.periods[advice.every]] : [];
  const what = [...period, ...(own === null ? [] : [days(own)])].join(", ");
  return what ? put(words.suits, { what }) : words.noLonger;
}

/** The shortest period at least as long as the window. */
function asLongAs(window, periods) {
  const fits = (/** @type {[string, number]} */ [, length]) => length + SLACK_DAYS >= window;
  return Object.entries(periods).find(fits)?.[0] ?? LONGEST;
}

/** A warning that the end of all contracts in one period may be the export date: `gone_at_once`. */
export function goneAtOnce(rows, { cube, words }) {
  if (!SAY_THEMSELVES.includes(cube.kind)) return "";
  const last = rows.findLast(({ start }) => start > 0);
  return last && last.start >= ALL_AT_ONCE && last.kept === 0 && last.end === 0 ? words.goneAtOnce : "";
}

/** A note that nobody can be lost yet in the period shown: as in `RetentionTable`. */
function keptByConstruction({ silence }, row, { cube, words }) {
  if (row?.status !== "burn_in") return "";
  return Date.parse(row.until) / 1000 <= safeUntil(cube, silence) ? words.safe : "";
}

/** A warning if the customers of the period shown are the buyers of a first period seen in part: `begun_within`. */
function begunWithin(rhythm, { every, silence }, row) {
  const [second, said] = rhythm.begun?.[every] ?? ["", ""];
  return silence === "period" && said && row?.label === second ? said : "";
}

/** The periods that have ended but are not final, because a gap after them may still be bridged. */
function unsettled(rows, { silence }, voice) {
  const { cube, words } = voice;
  if (cube.kind !== "contracts" || !silence) return "";
  const over = ({ until }) => Date.parse(until) <= 1000 * cube.seen.asOf;
  const open = rows.filter((row) => row.status === "running" && over(row));
  const periods = open.map(({ label }) => label.replaceAll("-", "\u2011")).join(", ");
  return open.length ? counted(words.unsettled, silence, voice, { periods }) : "";
}

/** How a silence in days differs from calendar months, as in the note of `Rhythm`, next to the rate. */
export function shortOf(rhythm, { every, silence }, voice) {
  if (!rhythm.longest || typeof silence !== "number") return "";
  const { words, say } = voice;
  const [n, longest] = rhythm.meant[silence] ?? [0, 0];
  const months = rhythm.months[every];
  const window = say.number(silence);
  if (months && n >= months) return counted(words.monthsMeant, n, voice, { longest: say.number(longest), window });
  return silence < rhythm.longest[every] ? put(words.shorterWindow, { window, every: words.periods[every] }) : "";
}
