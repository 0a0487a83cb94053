// @ts-check
/* The ranking of levers, by customers or per cost, the horizons at which it changes, and the boxes for the costs. */

import { html, put } from "../bench/shared.js";
import { effects, effectsByStep } from "../stages/chain.js";
import { patch, tell } from "./redraw.js";

const FARTHEST_LOOK = 20; // periods, as LeverTable.by_horizon

/**
 * The ranking measure: the gain per unit of cost if costs are known, otherwise customers.
 * @param {Record<string, number>} costs
 * @param {Record<string, number>} margins
 */
export function measureOf(costs, margins) {
  if (!Object.keys(costs).length) return "customers";
  return Object.values(margins).some(Boolean) ? "margin_per_cost" : "customers_per_1000";
}

/** The levers with the effect of one more point, the largest first, unknown ones last. */
export function rankedLevers(chain, levers, steps, margins, measure) {
  const key = (row) => (Number.isNaN(row[measure]) ? -1e300 : row[measure]);
  const rows = effects(chain, levers, steps, margins).filter(({ full }) => !full);
  return rows.sort((one, other) => key(other) - key(one));
}

/**
 * The first lever at each horizon, as runs: `{ lever, from, to }`.
 * @returns {{ lever: string, from: number, to: number }[]}
 */
export function leadersOf(chain, levers, farthest, margins, measure) {
  const known = effectsByStep(chain, levers, farthest, margins).filter(({ steps }) => steps.length);
  /** @type {{ lever: string, from: number, to: number }[]} */
  const runs = [];
  for (let step = 0; step < farthest; step += 1) {
    const there = known.filter(({ steps }) => !Number.isNaN(steps[step][measure]));
    if (!there.length) continue;
    const first = there.reduce((best, one) => (one.steps[step][measure] > best.steps[step][measure] ? one : best));
    const last = runs[runs.length - 1];
    if (last?.lever === first.lever) last.to = step + 1;
    else runs.push({ lever: first.lever, from: step + 1, to: step + 1 });
  }
  return runs;
}

/** The table of levers, and the sentence about where their order flips. */
export function leverRanking({ words, say }) {
  const head = html("tr", {});
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-stages" }, html("thead", {}, head), body);
  const title = html("p", { class: "crrkit-list-ranked" });
  const flips = html("p", { class: "crrkit-note" });
  const node = html("div", { class: "crrkit-list-ranking" }, title, table, flips);

  function show(chain, levers, steps, margins, costs) {
    const measure = measureOf(costs, margins);
    const rows = rankedLevers(chain, levers, steps, margins, measure);
    const columns = ["customers", ...(measure === "customers" ? [] : ["cost", measure])];
    tell(title, words.ranked[measure]);
    patch(
      head,
      ...["lever", ...columns].map((name) => html("th", { scope: "col" }, words.rankColumns[name])),
      html("th", { scope: "col", "aria-hidden": "true" }),
    );
    const most = Math.max(...rows.map((row) => Math.abs(row[measure]) || 0), 1e-9);
    patch(body, ...rows.map((row) => lineOf(row, columns, measure, most)));
    const farthest = Math.max(steps, FARTHEST_LOOK);
    tell(flips, flipsOf(leadersOf(chain, levers, farthest, margins, measure)));
  }

  function lineOf(row, columns, measure, most) {
    const digits = (name) => (name === "cost" ? 0 : name === "customers" ? 1 : 2);
    const text = (name) => (name === "cost" ? say.fixed(row.cost) : say.signed(row[name], digits(name)));
    const width = (100 * (Math.abs(row[measure]) || 0)) / most;
    const bar = html("span", { class: "crrkit-list-gain", style: `width: ${width}%` });
    return html(
      "tr",
      { "data-lever": row.lever },
      html("th", { scope: "row" }, words.levers[row.lever]),
      ...columns.map((name) => html("td", {}, text(name))),
      html("td", { "aria-hidden": "true", "data-cell": "bar" }, bar),
    );
  }

  function flipsOf(runs) {
    const name = ({ lever }) => words.levers[lever];
    if (runs.length < 2)
      return runs.length ? put(words.noFlip, { lever: name(runs[0]), n: say.number(runs[0].to) }) : "";
    return runs
      .map((run, i) => put(i ? words.flipTo : words.flipFrom, { lever: name(run), to: run.to, from: run.from }))
      .join("; ")
      .concat(".");
  }
  return { node, show };
}

/**
 * Boxes for costs and margins; an empty one means not given.
 * @param {any} words
 * @param {string[]} levers
 * @param {string[]} stages
 * @param {(name: "costs" | "margins", value: Record<string, number>) => void} write
 */
export function priceList(words, levers, stages, write) {
  const boxes = {
    costs: boxesOf(levers, words.levers, 0),
    margins: boxesOf(stages, words.stages, -1e9),
  };
  const part = (name) =>
    html(
      "fieldset",
      { class: "crrkit-list-prices" },
      html("legend", {}, words.prices[name]),
      ...Object.values(boxes[name]).map(({ row }) => row),
    );
  const node = html(
    "details",
    { class: "crrkit-list-money" },
    html("summary", {}, words.prices.title),
    part("costs"),
    part("margins"),
  );
  for (const name of /** @type {("costs" | "margins")[]} */ (["costs", "margins"]))
    for (const { box } of Object.values(boxes[name]))
      box.addEventListener("input", () => box.checkValidity() && write(name, readBoxes(boxes[name])));

  function show(costs, margins, there) {
    for (const [name, values] of Object.entries({ costs, margins }))
      for (const [key, { row, box }] of Object.entries(boxes[name])) {
        row.hidden = !there.includes(key);
        if (values[key] !== (box.value === "" ? undefined : box.valueAsNumber)) box.value = String(values[key] ?? "");
      }
    if (Object.keys({ ...costs, ...margins }).length) node.setAttribute("open", "");
  }
  return { node, show };
}

function boxesOf(names, labels, least) {
  return Object.fromEntries(
    names.map((name) => {
      const box = html("input", { type: "number", class: "crrkit-box crrkit-number", min: least, step: "any" });
      return [name, { box, row: html("label", {}, html("span", {}, labels[name]), box) }];
    }),
  );
}

/** The values of the boxes, without empty ones and zero costs. */
function readBoxes(boxes) {
  const pairs = Object.entries(boxes).map(([name, { box }]) => [name, box.valueAsNumber]);
  return Object.fromEntries(pairs.filter(([, value]) => value));
}
