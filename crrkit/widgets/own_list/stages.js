// @ts-check
/* The stages of ListExplorer: share, retention, contribution to the rate, and the customers in each. */

import { caption, html, set, vector } from "../bench/shared.js";
import { hatched } from "./pictures.js";
import { patch, tell } from "./redraw.js";

const NARROW = 14; // percent, below which a name does not fit under a stage
const ROOMY = 25; // percent, below which a long name in the middle would be cut at the edge of the picture
/**
 * Parts of a rate rounded so that the displayed numbers add up: each is the increment of the rounded sum, to 0.1 %.
 * @param {number[]} parts
 */
export function addedUp(parts) {
  let [sum, before] = [0, 0];
  return parts.map((part) => {
    sum += part;
    const now = Math.round(1000 * sum);
    const grown = (now - before) / 1000;
    before = now;
    return grown;
  });
}

const MOSAIC = { height: 118, top: 16, bottom: 96 };

/**
 * Each stage as wide as its share of the customers and filled to the height of its retention: the filled part of the
 * total area is the rate. Below it the same in numbers, and the customers.
 */
export function stageTable(words, say) {
  const lost = hatched("lost");
  const mosaic = vector("svg", { class: "crrkit-picture crrkit-list-mosaic", role: "img", width: "100%" });
  mosaic.setAttribute("height", String(MOSAIC.height));
  const body = html("tbody", {});
  const names = ["stage", "start", "share", "retention", "part"];
  const head = html("tr", {}, ...names.map((name) => html("th", { scope: "col" }, words.stageColumns[name])));
  const sum = html("p", { class: "crrkit-list-sum" });
  const who = html("p", { class: "crrkit-list-who", role: "status" });
  const table = html("table", { class: "crrkit-list-stages" }, html("thead", {}, head), body);
  const node = html("div", {}, mosaic, table, sum, who);
  /** @type {(stage: string) => string} */
  let callFor = () => ""; // none in a page, which has no list
  body.addEventListener("click", ({ target }) => {
    const stage = /** @type {Element} */ (target).closest("button")?.closest("tr")?.getAttribute("data-stage");
    if (stage) who.replaceChildren(words.whoThey, " ", html("code", {}, callFor(stage)));
  });

  /** @param {{ name: string, size: number, kept: number, rest?: boolean }[]} stages */
  function show(stages, start, sentence, callOf) {
    callFor = callOf;
    tell(who, "");
    const parts = addedUp(stages.map(({ rest, kept }) => (rest ? 0 : kept / start)));
    patch(body, ...stages.map((stage, i) => rowOf(stage, start, parts[i])));
    tell(sum, sentence);
    table.hidden = !stages.length;
    const drawn = start ? stages.filter(({ rest, size, kept }) => !rest && size && !Number.isNaN(kept)) : [];
    mosaic.toggleAttribute("hidden", !drawn.length);
    mosaic.setAttribute("aria-label", `${words.stagesTitle}. ${sentence}`);
    patch(mosaic, lost.pattern, ...blocks(drawn, start));
  }

  function blocks(stages, start) {
    let x = 0;
    return stages.flatMap(({ name, size, kept }) => {
      const [left, width] = [x, (100 * size) / start];
      x += width;
      const place = { x: `${left}%`, width: `${width}%` };
      const y = MOSAIC.bottom - ((MOSAIC.bottom - MOSAIC.top) * kept) / size;
      const gone = { ...place, y: MOSAIC.top, height: y - MOSAIC.top, fill: lost.fill, "data-bar": "lost" };
      const stay = { ...place, y, height: MOSAIC.bottom - y, "data-bar": name };
      const label = width < NARROW ? [] : [nameUnder(left, width, words.stages[name])];
      return [vector("rect", gone), vector("rect", stay), ...label];
    });
  }

  /** The name of a stage in its middle; for a narrow one, from the edge of the picture, so that it is not cut off. */
  function nameUnder(left, width, name) {
    const under = (x, anchor) => caption("column", x, MOSAIC.bottom + 17, name, anchor);
    if (width >= ROOMY) return under(left + width / 2, "middle");
    return left ? under(left + width, "end") : under(0, "start");
  }

  /** @param {{ name: string, size: number, kept: number, rest?: boolean }} stage */
  function rowOf({ name, size, kept, rest }, start, part) {
    const ask = callFor(name)
      ? html("button", { type: "button", title: words.who, class: "crrkit-list-ask" }, words.stages[name])
      : words.stages[name];
    const share = start ? size / start : NaN;
    const retention = size ? kept / size : NaN;
    const cell = (kind, text) => html("td", { "data-cell": kind }, text);
    const cells = rest
      ? [set(cell("rest", words.inNoRate), { colspan: 3 })]
      : Object.entries({ share, retention, part }).map(([kind, rate]) => cell(kind, say.percent(rate)));
    const heading = html("th", { scope: "row" }, ask);
    return html("tr", { "data-stage": name }, heading, cell("start", say.number(size)), ...cells);
  }
  return { node, show };
}
