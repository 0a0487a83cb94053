// @ts-check
/* The meanings of "new", and the result of the formula (end - new) / start, compared with the share that stayed. */

import { html, put, uniqueId } from "../bench/shared.js";
import { tell } from "./redraw.js";

/** Who is called new in addition to first-timers still there, as in WhoIsNewExplorer. */
const CALLED_NEW = {
  apart: [],
  returned: ["returned"],
  gross: ["newLost"],
  everybody: ["newLost", "returned", "returnedLost"],
};

/**
 * The results of the formula for one period, by meaning of "new".
 * @param {any} row
 * @returns {{ name: string, called: number, answer: number }[]}
 */
export function formulaAnswers(row) {
  return Object.entries(CALLED_NEW).map(([name, also]) => {
    const called = row.new + also.reduce((sum, flow) => sum + row[flow], 0);
    return { name, called, answer: row.start > 0 ? (row.end - called) / row.start : Number.NaN };
  });
}

/**
 * The meanings as a choice, each with its result.
 * @param {any} voice
 * @param {(name: string) => void} choose
 */
export function newMeanings({ words, say }, choose) {
  const said = html("p", { class: "crrkit-list-said", "aria-live": "polite" });
  const group = uniqueId();
  const rows = Object.fromEntries(
    Object.keys(CALLED_NEW).map((name) => {
      const radio = html("input", { type: "radio", name: group, value: name });
      radio.addEventListener("change", () => choose(name));
      const cells = Object.fromEntries(["called", "answer", "off"].map((kind) => [kind, html("td", {})]));
      const label = html("label", { class: "crrkit-tick" }, radio, " ", words.newMeans[name]);
      return [
        name,
        { radio, cells, line: html("tr", {}, html("th", { scope: "row" }, label), ...Object.values(cells)) },
      ];
    }),
  );
  const head = ["newMeaning", "called", "answer", "off"].map((name) =>
    html("th", { scope: "col" }, words.newColumns[name]),
  );
  const table = html(
    "table",
    { class: "crrkit-list-stages" },
    html("thead", {}, html("tr", {}, ...head)),
    html("tbody", {}, ...Object.values(rows).map(({ line }) => line)),
  );
  const node = html("div", {}, said, table);

  function show(row, chosen) {
    const answers = row ? formulaAnswers(row) : []; // suppressed numbers are shown as dashes
    for (const { name, called, answer } of answers) {
      const { radio, cells, line } = rows[name];
      line.hidden = Number.isNaN(called); // between two lists nobody saw who came and went
      radio.checked = name === chosen;
      tell(cells.called, say.number(called));
      tell(cells.answer, say.percent(answer));
      tell(cells.off, say.points(answer - row.crr, words.pp));
    }
    const own = answers.find(({ name }) => name === chosen);
    tell(said, own && !Number.isNaN(own.answer) ? sentenceOf(row, own) : words.noRate);
  }

  function sentenceOf(row, { called, answer }) {
    const sum = `(${say.number(row.end)} − ${say.number(called)}) / ${say.number(row.start)}`;
    const facts = { sum, answer: say.percent(answer), crr: say.percent(row.crr) };
    return put(Math.abs(answer - row.crr) < 1e-12 ? words.formulaRight : words.formulaOff, facts);
  }
  return { node, show };
}
