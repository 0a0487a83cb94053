// @ts-check
/*
 * WhoIsNewExplorer: one list, and the result of the formula under different meanings of "new".
 *
 * The shared code, shared.js, is prepended to this module in place of the import. `answers` is pure:
 * `crrkit.who_is_new` computes the same in Python, and a browser test compares the two.
 */

import { bench, caption, dial, put, reach, resultList, set, sumLine, ticks, vector, within } from "../bench/shared.js";

const LIMIT = 1e9; // the largest count that a number box takes
const MAYBE_NEW = ["joined_and_left", "returned", "returned_and_left", "rejoined"];
const COUNTS = ["start", "lost", "new", ...MAYBE_NEW];
const HEIGHT = 352; // of the picture, in CSS pixels
const PLOT = { left: 4, right: 84, top: 48, row: 38 }; // across in percent
const BEYOND = [-1, 2]; // what lies farther stands at the edge with an arrow
// In Python's order.
const EVERY = Array.from({ length: 16 }, (_, marks) => MAYBE_NEW.filter((_name, i) => marks & (8 >> i)));

/** The formula if these flows are called new in addition to first-timers who stayed; NaN with nobody at the start. */
export function answer(state, counted) {
  const end = state.start - state.lost + state.new + state.returned;
  const calledNew = counted.reduce((sum, name) => sum + state[name], state.new);
  return { end, calledNew, crr: state.start > 0 ? (end - calledNew) / state.start : NaN };
}

/** The formula as chosen and under all sixteen meanings, with the true share of customers kept. */
export function answers(state) {
  const truth = state.start > 0 ? (state.start - state.lost) / state.start : NaN;
  return { ...answer(state, state.counted), truth, every: EVERY.map((counted) => answer(state, counted).crr) };
}

/** Why the formula is wrong: the contribution of each flow, in customers. */
export function errors(state) {
  const of = (name) =>
    name === "returned"
      ? state.counted.includes(name)
        ? 0
        : state[name]
      : state.counted.includes(name)
        ? -state[name]
        : 0;
  return Object.fromEntries(MAYBE_NEW.map((name) => [name, of(name)]).filter(([, customers]) => customers));
}

/** The scale of the chart: 0 to 100%, and as many halves beyond as needed and allowed. */
export function span(rates) {
  const known = rates.filter((rate) => !Number.isNaN(rate));
  const [low, high] = [Math.min(0, ...known), Math.max(1, ...known)];
  return [Math.max(BEYOND[0], Math.floor(2 * low) / 2), Math.min(BEYOND[1], Math.ceil(2 * high) / 2)];
}

export function code(state) {
  const given = COUNTS.slice(1).map((name) => `${name}=${state[name]}`);
  return `answers = crr.who_is_new(${state.start}, ${given.join(", ")}); answers.truth, answers.table`;
}

function render({ model, el }) {
  const words = model.get("_words");
  const wide = reach({ least: 10, most: LIMIT });
  const ends = {
    most: LIMIT,
    whole: true,
    end: ({ lost, counted, ...counts }) => wide.of(Math.max(...Object.values(counts))),
  };
  const looks = { lost: { end: ({ start }) => start, hue: "lost" }, new: { hue: "new" } };
  /** @type {Record<string, import("../bench/shared.js").Control>} */
  const controls = Object.fromEntries(
    COUNTS.map((name) => [
      name,
      dial(words[name], { ...ends, hue: "neutral", ...(name === "start" ? { hue: "kept" } : looks[name]) }),
    ]),
  );
  controls.counted = ticks(
    words.counted,
    MAYBE_NEW.map((name) => [name, words.flows[name]]),
  );
  const results = resultList({
    answer: words.answer,
    truth: words.truth,
    difference: words.difference,
    range: words.range,
  });
  const sum = sumLine();
  const picture = meanings(words);

  function draw(state, say) {
    const { end, calledNew, crr, truth, every } = answers(state);
    const [low, high] = [Math.min(...every), Math.max(...every)].map(say.percent);
    const rates = { answer: say.percent(crr), truth: say.percent(truth) };
    results.show({ ...rates, difference: say.points(crr - truth, words.pp), range: put(words.between, { low, high }) });
    const counts = { end, called_new: calledNew, start: state.start, kept: state.start - state.lost };
    const ink = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, say.number(count)]));
    sum.show(put(words.sum, { ...ink, ...rates }), remark(state, words, say));
    picture.show(state, say, put(words.picture, { low, high, truth: rates.truth }));
  }

  return bench({
    model,
    el,
    name: "who",
    broad: true,
    traits: [...COUNTS, "counted"],
    controls,
    draw,
    code,
    results: results.list,
    sum: sum.line,
    picture: picture.svg,
    ...within("lost", "start", words),
    onReset: wide.forget,
  });
}

function remark(state, words, say) {
  if (!state.start) return words.undefined;
  const off = Object.entries(errors(state));
  if (!off.length) return words.exact;
  const reasons = off.map(
    ([name, customers]) => `${say.points(customers / state.start, words.pp)} ${words.flows[name]}`,
  );
  const total = off.reduce((sum, [, customers]) => sum + customers, 0);
  return put(total ? words.off : words.luck, { reasons: reasons.join("; ") });
}

/* ---- the picture ---- */

function meanings(words) {
  const svg = vector("svg", {
    class: "crrkit-picture crrkit-who-meanings",
    role: "img",
    width: "100%",
    height: HEIGHT,
  });

  function show(state, say, described) {
    const { crr, truth, every } = answers(state);
    const named = [[words.chosen, crr], ...words.named.map(([counted, name]) => [name, answer(state, counted).crr])];
    const [low, high] = span(every);
    const across = (rate) =>
      PLOT.left + ((PLOT.right - PLOT.left) * (Math.min(Math.max(rate, low), high) - low)) / (high - low);
    const floor = PLOT.top + PLOT.row * (named.length + 1);
    const parts = frame(low, high, across, floor, say);
    if (!Number.isNaN(truth)) {
      parts.push(
        vector("line", {
          "data-line": "truth",
          x1: `${across(truth)}%`,
          x2: `${across(truth)}%`,
          y1: PLOT.top - 12,
          y2: floor,
        }),
      );
      const anchor = across(truth) > 75 ? "end" : across(truth) < 25 ? "start" : "middle";
      parts.push(caption("truth", across(truth), PLOT.top - 20, `${words.truth}: ${say.percent(truth)}`, anchor));
    }
    named.forEach(([name, rate], i) =>
      parts.push(
        ...row(PLOT.top + PLOT.row * i, name, rate, i ? "named" : "chosen", { low, high, truth, across, say }),
      ),
    );
    parts.push(caption("every", PLOT.left + 1.5, PLOT.top + PLOT.row * named.length + 10, words.every, "start"));
    const y = PLOT.top + PLOT.row * named.length + 23;
    for (const rate of every)
      if (!Number.isNaN(rate))
        parts.push(
          vector("circle", { "data-marker": "every", "data-rate": rate, cx: `${across(rate)}%`, cy: y, r: 5 }),
        );
    svg.replaceChildren(...parts);
    svg.setAttribute("aria-label", described);
  }
  return { svg, show };
}

function frame(low, high, across, floor, say) {
  const halves = Array.from({ length: 2 * (high - low) + 1 }, (_, i) => low + i / 2);
  return halves.flatMap((rate) => [
    vector("line", {
      "data-line": rate === 0 || rate === 1 ? "floor" : "rule",
      x1: `${across(rate)}%`,
      x2: `${across(rate)}%`,
      y1: PLOT.top - 6,
      y2: floor,
    }),
    caption("aside", across(rate), floor + 18, say.brief(rate)),
  ]);
}

function row(y, name, rate, kind, { low, high, truth, across, say }) {
  const title = caption(kind, PLOT.left + 1.5, y + 10, name, "start");
  if (Number.isNaN(rate)) return [title, caption(kind, PLOT.left + 1.5, y + 28, say.percent(rate), "start")];
  const x = across(rate);
  const number = rate < low ? `← ${say.percent(rate)}` : rate > high ? `${say.percent(rate)} →` : say.percent(rate);
  const right = rate >= truth || x < PLOT.left + 17; // away from the line of the truth, if there is room
  const beside = caption(kind, x, y + 28, number, right ? "start" : "end");
  set(beside, { dx: right ? 12 : -12 });
  return [
    title,
    vector("circle", { "data-marker": kind, "data-rate": rate, cx: `${x}%`, cy: y + 23, r: kind === "chosen" ? 7 : 5 }),
    beside,
  ];
}

export default { render };
