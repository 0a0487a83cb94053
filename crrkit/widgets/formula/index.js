// @ts-check
/*
 * FormulaExplorer: three counts, the resulting account, and its bridge.
 *
 * One plain module for two environments: a notebook (anywidget) and a page without a kernel (static.js). It needs only
 * get, set, on, off and save_changes of its model, and the DOM: no bundler, no network. The shared code, shared.js, is
 * prepended in place of the import. `account` and `bars` are pure; still.py says the same in Python, and a browser test
 * compares the two.
 */

import {
  bench,
  dial,
  reach,
  resultList,
  roundUp,
  set,
  speaker,
  sumLine,
  uniqueId,
  vector,
  within,
} from "../bench/shared.js";

const LIMIT = 1e9; // the largest count that a number box takes
const HEIGHT = 264; // of the picture, in CSS pixels
const BASE = 232; // where the bars stand
const ROOM = 200; // how high they may grow
const ROOM_FOR_WORDS = 40; // a kept bar lower than this stays without words
const BAR_WIDTH = 20; // in percent of the picture's width, so that 360 pixels and 960 both fit
const CENTRES = [12.5, 37.5, 62.5, 87.5]; // start, lost, new, end
const COLUMNS = ["start", "lost", "new", "end"];
const INPUTS = ["start", "lost", "new"];

/** The results of the three counts; a rate without customers at the start is NaN, not 0. */
export function account({ start, lost, new: joined }) {
  const kept = start - lost;
  const share = (part) => (start > 0 ? part / start : NaN);
  return { kept, end: kept + joined, crr: share(kept), churn: share(lost) };
}

/** The bars of the bridge: the customers kept are in the first and last column, so that CRR can be read as a height. */
export function bars(counts) {
  const { kept, end } = account(counts);
  const top = roundUp(Math.max(counts.start, end, 1));
  const bar = (column, low, high) => ({ column, y: BASE - (ROOM * high) / top, height: (ROOM * (high - low)) / top });
  return {
    "kept-before": bar(0, 0, kept),
    gone: bar(0, kept, counts.start),
    lost: bar(1, kept, counts.start),
    new: bar(2, kept, end),
    "kept-after": bar(3, 0, kept),
    came: bar(3, kept, end),
  };
}

function render({ model, el }) {
  const words = model.get("_words");
  const say = speaker(model.get("lang"));
  const wide = reach({ least: 100, most: LIMIT });
  const ends = { most: LIMIT, whole: true, end: ({ start, new: joined }) => wide.of(Math.max(start, joined)) };
  const controls = {
    start: dial(words.start, ends),
    lost: dial(words.lost, { ...ends, end: ({ start }) => start, hue: "lost" }),
    new: dial(words.new, { ...ends, hue: "new" }),
  };
  const results = resultList({ crr: words.crr, churn: words.churn, end: words.end });
  const formula = sumLine();
  const picture = bridge(words, say);

  function draw(counts) {
    const { end, crr, churn } = account(counts);
    results.show({ crr: say.percent(crr), churn: say.percent(churn), end: say.number(end) });
    formula.show(...sum(counts, words, say));
    picture.show(counts);
  }

  return bench({
    model,
    el,
    name: "formula",
    traits: INPUTS,
    controls,
    draw,
    results: results.list,
    sum: formula.line,
    picture: picture.svg,
    ...within("lost", "start", words),
    onReset: wide.forget,
    code: ({ start, lost, new: joined }) => `crr.solve_counts(start=${start}, lost=${lost}, new=${joined})`,
  });
}

/** The formula with its numbers, as text that a screen reader reads in order; if undefined, with the reason. */
function sum(counts, words, say) {
  const { end, crr } = account(counts);
  const filled = `(${say.number(end)} − ${say.number(counts.new)}) / ${say.number(counts.start)}`;
  return [`${words.short} = ${filled} = ${say.percent(crr)}`, Number.isNaN(crr) ? words.undefined : words.formula];
}

/* ---- the picture ---- */

function bridge(words, say) {
  const hatch = uniqueId();
  const pattern = vector("pattern", {
    id: hatch,
    width: 7,
    height: 7,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  pattern.append(vector("rect", { width: 4.5, height: 7, "data-bar": "stripe" }));
  const rects = {};
  for (const [name, { column }] of Object.entries(bars({ start: 0, lost: 0, new: 0 }))) {
    rects[name] = vector("rect", {
      "data-bar": name,
      x: `${CENTRES[column] - BAR_WIDTH / 2}%`,
      width: `${BAR_WIDTH}%`,
    });
  }
  rects.lost.setAttribute("fill", `url(#${hatch})`);
  const lines = {
    "at-start": between("at-start", 0, 1),
    "at-end": between("at-end", 2, 3),
    level: between("level", 0, 3),
  };
  const floor = vector("line", { "data-line": "floor", x1: "0%", x2: "100%", y1: BASE, y2: BASE });
  // The rate is between the two.
  const height = [0, 1].map(() => vector("line", { "data-line": "height", x1: "50%", x2: "50%" }));
  const rate = text("rate", 50);
  const inside = [CENTRES[0], CENTRES[3]].map((x) => [text("kept", x), text("word", x)]);
  const counters = Object.fromEntries(COLUMNS.map((name, i) => [name, text("count", CENTRES[i])]));
  const names = COLUMNS.map((name, i) => text("column", CENTRES[i], words.columns[name], BASE + 21));
  const svg = vector("svg", {
    class: "crrkit-picture crrkit-formula-bridge",
    role: "img",
    width: "100%",
    height: HEIGHT,
  });
  svg.append(
    pattern,
    ...Object.values(rects),
    ...Object.values(lines),
    floor,
    ...height,
    rate,
    ...inside.flat(),
    ...names,
    ...Object.values(counters),
  );

  function show(counts) {
    const { kept, end, crr } = account(counts);
    const shape = bars(counts);
    for (const [name, { y, height: tall }] of Object.entries(shape)) set(rects[name], { y, height: tall });
    const [atStart, atEnd, level] = [shape.gone.y, shape.came.y, shape["kept-before"].y];
    for (const [name, y] of Object.entries({ "at-start": atStart, "at-end": atEnd, level }))
      set(lines[name], { y1: y, y2: y });
    for (const line of [lines.level, lines["at-start"]]) set(line, { visibility: counts.start ? "visible" : "hidden" });
    const signed = (sign, value) => (value ? sign : "") + say.short(value);
    write(counters.start, say.short(counts.start), atStart - 8);
    write(counters.lost, signed("−", counts.lost), atStart - 8);
    write(counters.new, signed("+", counts.new), atEnd - 8);
    write(counters.end, say.short(end), atEnd - 8);
    const middle = (BASE + level) / 2;
    const roomy = BASE - level >= ROOM_FOR_WORDS;
    for (const [number, word] of inside) {
      write(number, roomy ? say.short(kept) : "", middle - 3);
      write(word, roomy ? words.kept : "", middle + 13);
    }
    write(rate, roomy ? `${words.short} ${say.percent(crr)}` : "", middle + 5);
    set(height[0], { y1: level, y2: roomy ? middle - 12 : level });
    set(height[1], { y1: roomy ? middle + 12 : BASE, y2: BASE });
    svg.setAttribute("aria-label", say.fill(words.picture, { ...counts, kept, end }));
  }
  return { svg, show };
}

function between(name, from, to) {
  const [x1, x2] = [`${CENTRES[from] + BAR_WIDTH / 2}%`, `${CENTRES[to] - BAR_WIDTH / 2}%`];
  return vector("line", { "data-line": name, x1, x2 });
}

function text(kind, x, content = "", y = 0) {
  const node = vector("text", { "data-text": kind, x: `${x}%`, "text-anchor": "middle" });
  write(node, content, y);
  return node;
}

function write(node, content, y) {
  node.textContent = content;
  node.setAttribute("y", y);
}

export default { render };
