// @ts-check
/* The cohorts of a list: who first bought in a period, and how many of them bought again in each later one. */

import { html, put } from "../bench/shared.js";
import { cohortsOf } from "./cube.js";

const MOST_COHORTS = 12;
const MOST_AGES = 12;
const DARKEST = 55; // percent of the hue, so that ink can be read on it

/**
 * A triangle of cells, each as dark as its share is high; a click says how many they are.
 * @param {any} voice
 */
export function cohortTriangle(voice) {
  const { cube, words, say } = voice;
  const head = html("tr", {});
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-triangle" }, html("thead", {}, head), body);
  const told = html("p", { class: "crrkit-list-who", role: "status" });
  const said = html("p", { class: "crrkit-list-said" });
  const wide = html("div", { class: "crrkit-list-wide" }, table);
  const node = html("div", {}, said, wide, told);

  let drawn = ""; // of what the cells are: no silence moves them

  function show(settings) {
    const asked = `${settings.every} ${settings.segment}`;
    if (asked === drawn) return;
    drawn = asked;
    const all = cohortsOf(cube, settings);
    const rows = all.slice(-MOST_COHORTS);
    told.replaceChildren();
    said.textContent = rows.length ? sentenceOf(all) : words.noCohorts;
    wide.hidden = !rows.length;
    const ages = Math.min(Math.max(0, ...rows.map(({ cells }) => cells.length - 1)), MOST_AGES);
    const columns = Array.from({ length: ages }, (_, i) => `+${i + 1}`);
    head.replaceChildren(...[words.cohort, words.size, ...columns].map((text) => html("th", { scope: "col" }, text)));
    body.replaceChildren(...rows.map((row) => lineOf(row, ages, settings)));
  }

  /** The first age over all cohorts that have it, weighted by their size. */
  function sentenceOf(rows) {
    const known = rows.filter(({ cells }) => cells.length > 1);
    const size = known.reduce((sum, row) => sum + row.size, 0);
    const again = known.reduce((sum, { cells }) => sum + cells[1].active, 0);
    if (!size) return words.noSecondAge;
    const facts = { share: say.percent(again / size), again: say.number(again), size: say.number(size) };
    return put(words.cohortsSaid, facts);
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
    ask.addEventListener("click", () =>
      told.replaceChildren(put(words.cellSaid, facts), " ", html("code", {}, codeOf(settings, label, age, cube))),
    );
    return html("td", { "data-age": age, "data-active": active }, ask);
  }
  return { node, show };
}

/** The call that counts a cell again. */
export function codeOf({ every, segment }, cohort, age, cube) {
  const found = cube.segments.find(({ key }) => key === segment);
  const chosen = found?.name ? `, by="${found.by}"` : "";
  const where = found?.name ? ` and ${found.by} == ${JSON.stringify(found.name)}` : "";
  const cell = `cohort == "${cohort}" and age == ${age}${where}`;
  return `crr.cohort_grid(base, every="${every}"${chosen}).to_pandas().query(${JSON.stringify(cell)})`;
}
