// @ts-check
/* The cost of a point on each lever and the margin of a customer in each stage, in a collapsed section. */

import { html } from "../bench/shared.js";

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
