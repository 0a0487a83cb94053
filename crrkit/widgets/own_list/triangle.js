// @ts-check
/*
 * The cohorts of a list by first purchase, with the customers at the end of each later period; if customers are those
 * who bought in the period, with the number who bought in it.
 */

import { html, put } from "../bench/shared.js";
import { cohortsOf } from "./cube.js";
import { tell } from "./redraw.js";
import { byRule, SLACK_DAYS, whoCode } from "./sentences.js";

const MOST_COHORTS = 12;
const COHORTS_OF = { contracts: "contracts", snapshots: "lists" }; // else by who is silent for no longer
const MOST_AGES = 12;
const DARKEST = 55; // percent of the hue, so that ink can be read on it

/**
 * A triangle of cells, darker for higher shares; a click shows the counts.
 * @param {any} voice
 * @param {any} rhythm
 */
export function cohortTriangle(voice, rhythm) {
  const { cube, words, say, local } = voice;
  const head = html("tr", {});
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-triangle" }, html("thead", {}, head), body);
  const told = html("p", { class: "crrkit-list-who", role: "status" });
  const said = html("p", { class: "crrkit-list-said" });
  const wide = html("div", { class: "crrkit-list-wide" }, table);
  const node = html("div", {}, said, wide, told);

  let drawn = ""; // of what the cells are
  let shape = ""; // which cells there are: as long as they stay, a slider writes into them
  /** @type {{ ask: HTMLElement, holder: HTMLElement, facts: any }[]} */
  let shown = [];
  const wordsOf = ({ silence }) => words.cohorts[silence === "period" ? "bought" : (COHORTS_OF[cube.kind] ?? "there")];

  function show(settings) {
    const asked = `${settings.every} ${settings.silence} ${settings.segment}`;
    if (asked === drawn) return;
    drawn = asked;
    const all = cohortsOf(cube, settings);
    const rows = all.slice(-MOST_COHORTS);
    const ages = Math.min(Math.max(0, ...rows.map(({ cells }) => cells.length - 1)), MOST_AGES);
    told.replaceChildren();
    tell(said, rows.length ? sentenceOf(all, settings) : words.noCohorts);
    wide.hidden = !rows.length;
    const sizes = rows.map(({ label, size, cells }) => `${label} ${size} ${cells.length}`);
    const now = [settings.every, wordsOf(settings).cohort, ...sizes].join();
    if (now !== shape) build(rows, ages, settings);
    shape = now;
    const cells = rows.flatMap(({ label, size, cells: own }) =>
      own.slice(1, ages + 1).map((cell, i) => ({ ...cell, period: cell.label, age: i + 1, cohort: label, size })),
    );
    cells.forEach((cell, i) => fill(shown[i], cell, settings));
  }

  function build(rows, ages, settings) {
    const columns = Array.from({ length: ages }, (_, i) => `+${i + 1}`);
    head.replaceChildren(
      ...[wordsOf(settings).cohort, words.size, ...columns].map((text) => html("th", { scope: "col" }, text)),
    );
    shown = [];
    body.replaceChildren(...rows.map((row) => lineOf(row, ages)));
  }

  /** The first informative age, over all cohorts that have it, weighted by their size. */
  function sentenceOf(rows, settings) {
    const age = firstTellingAge(rhythm, settings);
    const known = rows.filter(({ cells }) => cells.length > age);
    const size = known.reduce((sum, row) => sum + row.size, 0);
    const again = known.reduce((sum, { cells }) => sum + cells[age].active, 0);
    if (!size) return age > 1 ? words.noOldCohort : words.noSecondAge;
    const facts = { share: say.percent(again / size), again: say.number(again), size: say.number(size) };
    const said = put(wordsOf(settings).said, { ...facts, age: say.number(age), by: byRule(settings.silence, voice) });
    return age > 1 ? `${said} ${put(words.byFirst, { age: say.number(age - 1) })}` : said;
  }

  function lineOf({ label, size, cells }, ages) {
    const later = Array.from({ length: ages }, (_, i) => (cells[i + 1] ? cellAt(i + 1) : html("td", {})));
    return html(
      "tr",
      { "data-cohort": label },
      html("th", { scope: "row" }, label),
      html("td", {}, say.number(size)),
      ...later,
    );
  }

  function cellAt(age) {
    const ask = html("button", { type: "button", class: "crrkit-list-cell" });
    const cell = { ask, holder: html("td", { "data-age": age }, ask), facts: /** @type {any} */ (null) };
    ask.addEventListener("click", () => told.replaceChildren(...answerOf(cell.facts)));
    shown.push(cell);
    return cell.holder;
  }

  function fill(cell, facts, settings) {
    const same = cell.facts?.active === facts.active;
    cell.facts = { ...facts, settings };
    if (same) return;
    const { cohort, age, active, rate } = facts;
    tell(cell.ask, say.brief(rate));
    cell.ask.style.setProperty("--crrkit-share", `${DARKEST * rate}%`);
    cell.ask.setAttribute("aria-label", `${cohort}, +${age}: ${say.percent(rate)}`);
    cell.holder.setAttribute("data-active", String(active));
  }

  function answerOf({ cohort, period, active, size, settings }) {
    const counts = { cohort, period, active: say.number(active), size: say.number(size) };
    const call = local ? whoCode("end", period, settings, cube, rhythm.own, cohort) : ""; // a page has no list
    const who = call ? [" ", words.whoThey, " ", html("code", {}, call)] : [];
    return [put(wordsOf(settings).cell, counts), ...who];
  }
  return { node, show, titleOf: (settings) => wordsOf(settings).title };
}

/**
 * The first age at whose end the first purchase alone no longer makes anybody a customer.
 * @param {any} rhythm
 * @param {any} settings
 */
export function firstTellingAge({ lengths }, { every, silence }) {
  if (!lengths || typeof silence !== "number") return 1; // of contracts, and by who bought in the period
  return Math.max(1, Math.ceil((silence - SLACK_DAYS) / lengths[every]));
}
