// @ts-check
/*
 * DecompositionExplorer: whether the rate changed because of the segments' rates or because of their mix.
 *
 * The shared code, shared.js, is prepended to this module. `split` is pure: `crrkit.decompose` computes the same in
 * Python, and a browser test compares the two. A mix is a list of rows [segment, share, rate].
 */

import {
  bench,
  caption,
  dial,
  html,
  put,
  python,
  readout,
  resultList,
  scaled,
  sumLine,
  uniqueId,
  vector,
} from "../bench/shared.js";

const HEIGHT = 352; // of the picture, in CSS pixels
const PANELS = [
  [14, 51],
  [60, 97],
]; // across in percent
const TOP = 36;
const BOTTOM = 206; // where the columns stand
const EFFECTS = 282;
const ROW = 24;
const LONGEST = 12; // letters of a segment's name in the picture
const EDGE = 88; // percent; beyond it, a name needs the room beside it in a narrow picture
const EXACT = 1e-12; // what rounding leaves of a change that is none
const PERIODS = ["before", "after"];

/**
 * A mix as Python sends it: a segment's name, its share and its rate.
 * @typedef {[string, number, number][]} Mix
 */

/**
 * The change of the overall rate, split into rate effect and mix effect; `decompose`, twofold.
 * @param {{ before: Mix, after: Mix } & Record<string, Mix>} mixes
 */
export function split({ before, after }) {
  const [old, now] = [before, after].map(shares);
  const known = (share, rate) => (share > 0 ? rate : NaN); // where nobody was, there is no rate
  const rates = old.map((w, i) => [known(w, before[i][2]), known(now[i], after[i][2])]);
  // A segment without customers takes the rate of the other period: its whole effect is then mix.
  const standing = rates.map(([r0, r1]) => [or(or(r0, r1), 0), or(or(r1, r0), 0)]);
  const sum = (of) => standing.reduce((total, pair, i) => total + of(pair, old[i], now[i]), 0);
  const [crr0, crr1] = [sum(([r0], w0) => w0 * r0), sum(([, r1], _w0, w1) => w1 * r1)];
  const rate = sum(([r0, r1], w0, w1) => ((w0 + w1) / 2) * (r1 - r0));
  const mix = sum(([r0, r1], w0, w1) => ((r0 + r1) / 2 - (crr0 + crr1) / 2) * (w1 - w0));
  return { before: crr0, after: crr1, change: crr1 - crr0, rate, mix, notes: notes(rates, crr1 - crr0) };
}

function shares(mix) {
  const total = mix.reduce((sum, [, share]) => sum + share, 0);
  return mix.map(([, share]) => share / total);
}

function or(rate, other) {
  return Number.isNaN(rate) ? other : rate;
}

/** Warnings: names of sentences, and the indices of segments with customers in only one period. */
function notes(rates, change) {
  const moves = rates.map(([r0, r1]) => r1 - r0).filter((move) => !Number.isNaN(move));
  const once = rates.flatMap(([r0, r1], i) => (Number.isNaN(r0) !== Number.isNaN(r1) ? [i] : []));
  return { paradox: Math.abs(change) > EXACT && moves.length ? paradox(moves, change) : "", once };
}

function paradox(moves, change) {
  if (moves.every((move) => Math.abs(move) <= EXACT)) return "mixAlone";
  if (moves.some((move) => move * Math.sign(change) > -EXACT)) return "";
  return change < 0 ? "fell" : "rose";
}

export function code({ before, after }) {
  const literal = (mix) =>
    mix
      .filter(([, share]) => share)
      .map(([name, share, rate]) => `${JSON.stringify(name)}: (${python(share)}, ${python(rate)})`);
  return `split = crr.decompose({${literal(before).join(", ")}}, {${literal(after).join(", ")}})`;
}

function render({ model, el }) {
  const words = model.get("_words");
  const segments = model.get("before").map(([name]) => name);
  const areStages = segments.every((name) => name in words.stages);
  const names = segments.map((name) => (areStages ? words.stages[name] : name));
  const last = segments.length - 1;
  const key = (period, i, what) => `${period} ${i} ${what}`;

  const unpack = (state) =>
    Object.fromEntries(
      PERIODS.flatMap((period) =>
        state[period].flatMap(([, share, rate], i) => [
          [key(period, i, "share"), share],
          [key(period, i, "rate"), rate],
        ]),
      ),
    );
  /** @returns {any} */
  const pack = (flat) =>
    Object.fromEntries(
      PERIODS.map((period) => [
        period,
        segments.map((name, i) => [name, flat[key(period, i, "share")], flat[key(period, i, "rate")]]),
      ]),
    );
  const taken = (flat, period, but) =>
    segments.slice(0, last).reduce((sum, _, i) => (i === but ? sum : sum + flat[key(period, i, "share")]), 0);
  const room = (flat, period, i) => tidy(1 - taken(flat, period, i));

  /** The last segment takes the remaining share. */
  function settle(flat) {
    return {
      ...flat,
      ...Object.fromEntries(
        PERIODS.map((period) => [key(period, last, "share"), Math.max(0, tidy(1 - taken(flat, period)))]),
      ),
    };
  }

  const groups = PERIODS.map((period) => ({ period, legend: html("legend", { id: uniqueId() }, words[period]) }));
  const controls = Object.fromEntries(
    groups.flatMap(({ period, legend }) => [
      ...names.map((segment, i) => [
        key(period, i, "share"),
        i === last
          ? readout(put(words.rest, { segment }))
          : dial(put(words.share, { segment }), {
              share: true,
              of: legend.id,
              hue: "neutral",
              end: (flat) => room(flat, period, i),
            }),
      ]),
      ...names.map((segment, i) => [
        key(period, i, "rate"),
        dial(put(words.rate, { segment }), { share: true, of: legend.id, hue: `segment-${i}` }),
      ]),
    ]),
  );
  const layout = () =>
    groups.map(({ period, legend }) =>
      html(
        "fieldset",
        { class: "crrkit-group" },
        legend,
        ...Object.entries(controls)
          .filter(([name]) => name.startsWith(`${period} `))
          .map(([, { row }]) => row),
      ),
    );
  const results = resultList({ crr: words.crr, rate: words.byRate, mix: words.byMix, change: words.change });
  const sum = sumLine();
  const picture = mosaic(words, names);

  function draw(flat, say) {
    const state = pack(flat);
    const parts = split(state);
    const ink = Object.fromEntries(["rate", "mix", "change"].map((name) => [name, say.points(parts[name], words.pp)]));
    const [before, after] = [parts.before, parts.after].map(say.percent);
    results.show({ crr: `${before} → ${after}`, ...ink });
    const { paradox: named, once } = parts.notes;
    const told = [
      named && words[named],
      once.length && put(words.onlyOnce, { names: once.map((i) => names[i]).join(", ") }),
    ].filter(Boolean);
    sum.show(put(words.sum, ink), told.join(" ") || words.plain);
    picture.show(state, parts, say, put(words.picture, { ...ink, before, after }));
  }

  return bench({
    model,
    el,
    name: "decomposition",
    broad: true,
    traits: PERIODS,
    controls,
    layout,
    unpack,
    pack,
    settle,
    draw,
    results: results.list,
    sum: sum.line,
    picture: picture.svg,
    code: (flat) => code(pack(flat)),
    tooMuch(name, typed, flat, say) {
      const [period, i, what] = name.split(" ");
      const fits = what !== "share" || typed <= room(flat, period, Number(i));
      return fits ? "" : say.fill(words.tooMuch, { shown: scaled(flat[name]) });
    },
  });
}

/** A sum of shares without floating-point error. */
function tidy(share) {
  return Number(share.toFixed(12));
}

/* ---- the picture ---- */

function mosaic(words, names) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-mosaic", role: "img", width: "100%", height: HEIGHT });

  function show(state, parts, say, described) {
    const drawn = PERIODS.flatMap((period, i) => {
      const [from, to] = PANELS[i];
      const crr = parts[period];
      return [
        ...[0, 0.5, 1].map((rate) =>
          vector("line", {
            "data-line": rate ? "rule" : "floor",
            x1: `${from}%`,
            x2: `${to}%`,
            y1: down(rate),
            y2: down(rate),
          }),
        ),
        ...columns(state[period], names, [from, to - from], say),
        vector("line", { "data-line": "crr", x1: `${from}%`, x2: `${to}%`, y1: down(crr), y2: down(crr) }),
        caption("title", (from + to) / 2, TOP - 14, `${words[period]}: ${say.percent(crr)}`),
      ];
    });
    const ticks = [0, 0.5, 1].map((rate) =>
      caption("level", PANELS[0][0] - 1.5, down(rate) + 4, say.brief(rate), "end"),
    );
    svg.replaceChildren(...ticks, ...drawn, ...effects(parts, words, say));
    svg.setAttribute("aria-label", described);
  }
  return { svg, show };
}

function down(rate) {
  return BOTTOM - (BOTTOM - TOP) * rate;
}

/** Shares as widths and rates as heights, so that the area is the overall rate. */
function columns(mix, names, [from, wide], say) {
  let x = from;
  const isAtEdge = from + wide * (1 - mix.at(-1)[1] / 2) > EDGE;
  return mix.flatMap(([, share, rate], i) => {
    const width = wide * share;
    const middle = x + width / 2;
    const column = vector("rect", {
      "data-segment": i,
      fill: `var(--crrkit-segment-${i})`,
      x: `${x}%`,
      y: down(rate),
      width: `${width}%`,
      height: BOTTOM - down(rate),
    });
    x += width;
    // The middles of two columns are never close; with more, the sliders' colours identify them.
    if (!share || mix.length > 2) return [column];
    const name = names[i];
    const short = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
    const title = caption("segment", middle, BOTTOM + 17, short);
    if (isAtEdge) title.dataset.edge = i ? "own" : "neighbour";
    return [column, title, caption("rate", middle, BOTTOM + 33, say.percent(rate))];
  });
}

function effects({ rate, mix, change }, words, say) {
  const rows = [
    ["byRate", rate],
    ["byMix", mix],
    ["change", change],
  ];
  const largest = Math.max(...rows.map(([, effect]) => Math.abs(effect))) || 1;
  const [middle, room] = [58, 17];
  const drawn = rows.flatMap(([name, effect], i) => {
    const y = EFFECTS + ROW * i;
    const length = (room * Math.abs(effect)) / largest;
    return [
      caption("name", 2, y + 5, words[name], "start"),
      vector("rect", {
        "data-effect": effect > 0 ? "up" : "down",
        x: `${middle - (effect < 0 ? length : 0)}%`,
        y: y - 7,
        width: `${length}%`,
        height: 14,
      }),
      caption("effect", 99, y + 5, say.points(effect, words.pp), "end"),
    ];
  });
  return [
    ...drawn,
    vector("line", {
      "data-line": "floor",
      x1: `${middle}%`,
      x2: `${middle}%`,
      y1: EFFECTS - 12,
      y2: EFFECTS + ROW * rows.length - 12,
    }),
  ];
}

export default { render };
