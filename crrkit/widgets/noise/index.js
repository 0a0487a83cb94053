// @ts-check
// biome-ignore-all lint/correctness/noPrecisionLoss: Wichura's coefficients stand as he gave them
/*
 * NoiseExplorer: how precisely a rate of few customers is known, and how much it varies by chance.
 *
 * The shared code, shared.js, is prepended to this module in place of the import. `interval` and `chart` are pure:
 * `crrkit.wilson` and `crrkit.simulate_chart` compute the same in Python, and a browser test compares them.
 */

import { chanceLimits, signalsOf, wilson } from "../bench/chance.js";
import {
  bench,
  button,
  caption,
  dial,
  field,
  put,
  python,
  reach,
  resultList,
  sumLine,
  track,
  vector,
  within,
} from "../bench/shared.js";

const PERIODS = 24;
const MOST = 10_000;
const SEEDS = 2 ** 32;
const HEIGHT = 330; // of the picture, in CSS pixels
const PLOT = { left: 13, right: 95, top: 110, bottom: 290, bar: 44 }; // across in percent

/** The two-sided normal quantile for `level`: Wichura's AS241, as in Python's NormalDist. */
export function zScore(level) {
  const p = (1 - level) / 2;
  const q = p - 0.5;
  const ratio = (above, below, r) =>
    [above, below].map((of) => of.reduce((sum, part) => sum * r + part, 0)).reduce((a, b) => a / b);
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const above = [
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
    ];
    const below = [
      5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
    ];
    return -q * ratio(above, below, r);
  }
  const r = Math.sqrt(-Math.log(p)) - 1.6; // p is 0.0005 or more: the far tail of the algorithm is not needed
  const above = [
    7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ];
  const below = [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
    6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
  ];
  return ratio(above, below, r);
}

/** Wilson's score interval of a share. */
export function interval({ n, kept, level }) {
  return wilson(kept, n, zScore(level));
}

/** The generator mulberry32: numbers in [0, 1), the same on every machine. */
export function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / SEEDS;
  };
}

/** The periods of an unchanged process, and its control limits. */
export function chart({ n, kept, seed }) {
  const draw = draws(seed);
  const stay = kept / n;
  const counts = Array.from({ length: PERIODS }, () => {
    let stayed = 0;
    for (let i = 0; i < n; i += 1) if (draw() < stay) stayed += 1;
    return stayed;
  });
  const centre = counts.reduce((sum, count) => sum + count, 0) / (n * PERIODS);
  const rates = counts.map((count) => count / n);
  const limits = chanceLimits(centre, n);
  const [low, high] = limits;
  return { rates, centre, low, high, signals: signalsOf(rates, Array(PERIODS).fill(limits), centre) };
}

/** The lowest and the highest share of the chart: its points, its limits, and a margin. */
export function scale({ rates, low, high }) {
  const [least, most] = [Math.min(...rates, low), Math.max(...rates, high)];
  const room = Math.max(0.05 * (most - least), 0.005);
  return [least - room, most + room];
}

export function code({ n, kept, level, seed }) {
  const chart = `chart = crr.simulate_chart(${n}, rate=${kept} / ${n}, periods=${PERIODS}, seed=${seed})`;
  return `interval = crr.wilson(${kept}, ${n}, level=${python(level)}); ${chart}`;
}

function render({ model, el }) {
  const words = model.get("_words");
  const wide = reach({ least: 50, most: MOST });
  const controls = {
    n: dial(words.n, { least: 1, most: MOST, whole: true, end: ({ n }) => wide.of(n) }),
    kept: dial(words.kept, { most: MOST, whole: true, end: ({ n }) => n, hue: "new" }),
    level: dial(words.level, { least: 0.5, most: 0.999, share: true, hue: "neutral" }),
  };
  const results = resultList({ rate: words.rate, interval: words.interval, spread: words.spread });
  const sum = sumLine();
  const picture = wandering(words);

  function draw(state, say) {
    const drawn = chart(state);
    const rate = say.percent(state.kept / state.n);
    const [low, high] = interval(state).map(say.percent);
    const [least, most] = [Math.min(...drawn.rates), Math.max(...drawn.rates)].map(say.percent);
    results.show({
      rate,
      interval: put(words.between, { low, high }),
      spread: put(words.between, { low: least, high: most }),
    });
    const counts = { kept: say.number(state.kept), n: say.number(state.n) };
    const facts = { ...counts, rate, level: say.percent(state.level), low, high };
    sum.show(put(words.sum, facts), words.alarms[drawn.signals.filter(Boolean).length]);
    picture.show(state, drawn, say, put(words.picture, { rate, low: least, high: most }));
  }

  return bench({
    model,
    el,
    name: "noise",
    traits: ["n", "kept", "level", "seed"],
    controls,
    draw,
    code,
    results: results.list,
    sum: sum.line,
    picture: picture.svg,
    ...within("kept", "n", words),
    onReset: wide.forget,
    buttons: ({ choose, read }) => [button(words.draw, () => choose("seed", (read().seed + 1) % SEEDS))],
  });
}

/* ---- the picture ---- */

function wandering(words) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-noise-chart", role: "img", width: "100%", height: HEIGHT });

  function show(state, drawn, say, described) {
    const [least, most] = scale(drawn);
    const down = (share) => PLOT.top + ((PLOT.bottom - PLOT.top) * (most - share)) / (most - least);
    const points = drawn.rates.map((rate, i) => [(i + 0.5) / PERIODS, (most - rate) / (most - least)]);
    const limits = [
      ["limit", drawn.low],
      ["limit", drawn.high],
      ["centre", drawn.centre],
    ].flatMap(([kind, share]) => [
      vector("line", {
        "data-line": kind,
        x1: `${PLOT.left}%`,
        x2: `${PLOT.right}%`,
        y1: down(share),
        y2: down(share),
      }),
      caption("level", PLOT.left - 1.5, down(share) + 4, say.brief(share), "end"),
    ]);
    const markers = points.map(([x], i) =>
      marker(PLOT.left + (PLOT.right - PLOT.left) * x, down(drawn.rates[i]), drawn.signals[i]),
    );
    svg.replaceChildren(
      ...bar(state, say),
      ...limits,
      field(PLOT, track("rates", points)),
      ...markers,
      caption("axis", (PLOT.left + PLOT.right) / 2, PLOT.bottom + 26, words.axis),
    );
    svg.setAttribute("aria-label", described);
  }
  return { svg, show };
}

/** The interval on a line from 0 to 100%. */
function bar(state, say) {
  const across = (share) => PLOT.left + (PLOT.right - PLOT.left) * share;
  const y = PLOT.bar;
  const [low, high] = interval(state).map(across);
  const rate = across(state.kept / state.n);
  const marks = [0, 0.5, 1].flatMap((share) => [
    vector("line", { "data-line": "floor", x1: `${across(share)}%`, x2: `${across(share)}%`, y1: y - 4, y2: y + 4 }),
    caption("aside", across(share), y + 24, say.brief(share)),
  ]);
  return [
    vector("line", { "data-line": "rule", x1: `${PLOT.left}%`, x2: `${PLOT.right}%`, y1: y, y2: y }),
    ...marks,
    vector("rect", { "data-bar": "interval", x: `${low}%`, y: y - 6, width: `${high - low}%`, height: 12 }),
    vector("circle", { "data-marker": "rate", cx: `${rate}%`, cy: y, r: 6 }),
    caption("rate", rate, y - 16, say.percent(state.kept / state.n)),
  ];
}

/** Signals have a different shape, not only a different colour. */
function marker(x, y, signal) {
  if (!signal) return vector("circle", { "data-marker": "period", cx: `${x}%`, cy: y, r: 4 });
  const group = vector("svg", { role: "presentation", x: `${x}%`, y, overflow: "visible" });
  group.append(vector("path", { "data-marker": signal, d: "M0-8L8 0L0 8L-8 0Z" }));
  return group;
}

export default { render };
