// @ts-check
/* Saved settings for comparison, and settings in the page's URL. */

import { html, put } from "../bench/shared.js";
import { accountOf } from "./cube.js";
import { byRule, segmentName, whenOf } from "./sentences.js";
import { chosenRow, settingsOf } from "./view.js";

const SETTINGS = ["every", "silence", "segment", "regular", "first", "last", "period", "called_new"];
const PREFIX = "#list:";
const WHOLE = /^\d+$/;

/**
 * The settings that differ from the initial ones, as a URL fragment.
 * @param {Record<string, any>} state
 * @param {Record<string, any>} initial
 */
export function toHash(state, initial) {
  const moved = SETTINGS.filter((name) => state[name] !== initial[name]).map((name) => [name, state[name] ?? ""]);
  return PREFIX + new URLSearchParams(moved);
}

/**
 * The settings in a URL; empty if there are none.
 * @param {string} hash
 * @returns {Record<string, any>}
 */
export function fromHash(hash) {
  if (!hash.startsWith(PREFIX)) return {};
  const pairs = [...new URLSearchParams(hash.slice(PREFIX.length))].filter(([name]) => SETTINGS.includes(name));
  const read = (name, text) =>
    (name === "silence" || name === "regular") && WHOLE.test(text) ? Number(text) : text || null;
  return Object.fromEntries(pairs.map(([name, text]) => [name, read(name, text)]));
}

/**
 * A table of the saved settings with their rates, to compare and to restore.
 * @param {any} voice
 * @param {any} model
 * @param {(state: Record<string, any>) => void} give
 */
export function keptSettings(voice, model, give) {
  const { cube, words, say } = voice;
  const names = ["name", "rule", "when", "crr", "kept", "act"];
  const head = html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, words.keptColumns[name])));
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-stages" }, html("thead", {}, head), body);
  const title = html("p", { class: "crrkit-list-title" }, words.keptTitle);
  const node = html("section", { class: "crrkit-list-part crrkit-list-of-kept" }, title, table);

  function write(scenarios) {
    model.set("scenarios", scenarios);
    model.save_changes();
    show();
  }

  function keep(state) {
    const there = model.get("scenarios");
    const taken = there.map(({ name }) => name);
    let n = there.length + 1;
    while (taken.includes(put(words.keptName, { n }))) n += 1;
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, state[name]]));
    write([...there, { name: put(words.keptName, { n }), ...settings }]);
  }

  function show() {
    const scenarios = model.get("scenarios");
    node.hidden = !scenarios.length;
    body.replaceChildren(...scenarios.map(rowOf));
  }

  function rowOf(scenario, i) {
    const settings = settingsOf(scenario);
    const row = chosenRow(accountOf(cube, settings), scenario.period);
    const told = row && !row.withheld && row.start > 0;
    const box = html("input", { class: "crrkit-box", value: scenario.name, "aria-label": words.keptColumns.name });
    const all = () => model.get("scenarios");
    box.addEventListener("change", () => write(all().map((one, j) => (j === i ? { ...one, name: box.value } : one))));
    const act = (label, what) => {
      const node = html("button", { type: "button", class: "crrkit-button" }, label);
      node.addEventListener("click", what);
      return node;
    };
    const segment = settings.segment === null ? "" : `, ${segmentName(settings.segment, voice)}`;
    const cells = [
      box,
      `${byRule(settings.silence, voice)}${segment}`,
      row ? whenOf(row, settings.every, voice) : "–",
      told ? say.percent(row.crr) : "–",
      told ? put(words.keptOf, { kept: say.number(row.kept), start: say.number(row.start) }) : "–",
      html(
        "span",
        {},
        act(words.show, () => give(scenario)),
        " ",
        act(words.remove, () => write(all().filter((_, j) => j !== i))),
      ),
    ];
    return html("tr", {}, ...cells.map((cell) => html("td", {}, cell)));
  }
  return { node, keep, show };
}
