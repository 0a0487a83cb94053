// @ts-check
/*
 * The cohorts of a list: who first came in a period, and how many of them are customers at the end of each later one;
 * where customers are who bought in the period, how many bought in it.
 */

import { html, put } from "../bench/shared.js";
import { cohortsOf } from "./cube.js";
import { byRule, whoCode } from "./sentences.js";

const MOST_COHORTS = 12;
const MOST_AGES = 12;
const DARKEST = 55; // percent of the hue, so that ink can be read on it

/**
 * A triangle of cells, each as dark as its share is high; a click says how many they are.
 * @param {any} voice
 * @param {any} own the rule of the base itself
 */
export function cohortTriangle(voice, own) {
  const { cube, words, say, local } = voice;
  const head = html("tr", {});
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-triangle" }, html("thead", {}, head), body);
  const told = html("p", { class: "crrkit-list-who", role: "status" });
  const said = html("p", { class: "crrkit-list-said" });
  const wide = html("div", { class: "crrkit-list-wide" }, table);
  const node = html("div", {}, said, wide, told);

  let drawn = ""; // of what the cells are
  const wordsOf = ({ silence }) =>
    words.cohorts[silence === "period" ? "bought" : cube.kind === "contracts" ? "contracts" : "there"];

  function show(settings) {
    const asked = `${settings.every} ${settings.silence} ${settings.segment}`;
    if (asked === drawn) return;
    drawn = asked;
    const all = cohortsOf(cube, settings);
    const rows = all.slice(-MOST_COHORTS);
    told.replaceChildren();
    said.textContent = rows.length ? sentenceOf(all, settings) : words.noCohorts;
    wide.hidden = !rows.length;
    const ages = Math.min(Math.max(0, ...rows.map(({ cells }) => cells.length - 1)), MOST_AGES);
    const columns = Array.from({ length: ages }, (_, i) => `+${i + 1}`);
    head.replaceChildren(
      ...[wordsOf(settings).cohort, words.size, ...columns].map((text) => html("th", { scope: "col" }, text)),
    );
    body.replaceChildren(...rows.map((row) => lineOf(row, ages, settings)));
  }

  /** The first age over all cohorts that have it, weighted by their size. */
  function sentenceOf(rows, settings) {
    const known = rows.filter(({ cells }) => cells.length > 1);
    const size = known.reduce((sum, row) => sum + row.size, 0);
    const again = known.reduce((sum, { cells }) => sum + cells[1].active, 0);
    if (!size) return words.noSecondAge;
    const facts = { share: say.percent(again / size), again: say.number(again), size: say.number(size) };
    return put(wordsOf(settings).said, { ...facts, by: byRule(settings.silence, voice) });
  }

  function lineOf({ label, size, cells }, ages, settings) {
    const later = Array.from({ length: ages }, (_, i) => cells[i + 1]);
    const heading = html("th", { scope: "row" }, label);
    return html(
      "tr",
      { "data-cohort": label },
      heading,
      html("td", {}, say.number(size)),
      ...later.map((cell, i) => (cell ? cellOf(cell, i + 1, { label, size, settings }) : html("td", {}))),
    );
  }

  function cellOf({ label: period, active, rate }, age, { label, size, settings }) {
    const ask = html("button", { type: "button", class: "crrkit-list-cell" }, say.brief(rate));
    ask.style.setProperty("--crrkit-share", `${DARKEST * rate}%`);
    ask.setAttribute("aria-label", `${label}, +${age}: ${say.percent(rate)}`);
    const facts = { cohort: label, period, active: say.number(active), size: say.number(size) };
    ask.addEventListener("click", () => {
      const call = local ? whoCode("end", period, settings, cube, own, label) : ""; // a page has no list
      const who = call ? [" ", words.whoThey, " ", html("code", {}, call)] : [];
      told.replaceChildren(put(wordsOf(settings).cell, facts), ...who);
    });
    return html("td", { "data-age": age, "data-active": active }, ask);
  }
  return { node, show, titleOf: (settings) => wordsOf(settings).title };
}
