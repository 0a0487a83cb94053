// @ts-check
/*
 * PeriodExplorer: what a rate per period means after many periods, compared with wrongly adding up the losses.
 *
 * The shared code, shared.js, is prepended to this module. `left`, `course` and `annual` are pure; PeriodExplorer
 * computes the same in Python, and a browser test compares the two.
 */

import {
  bench,
  caption,
  choice,
  dial,
  field,
  levels,
  put,
  python,
  resultList,
  sumLine,
  track,
  vector,
} from "../bench/shared.js";

const HEIGHT = 264; // of the picture, in CSS pixels
const PLOT = { left: 17, right: 77, top: 20, bottom: 224 }; // across in percent, so that 360 pixels and 960 both fit
const DEEPEST = -1; // what lies deeper leaves the picture, and its number says how deep
const APART = 16; // pixels between two lines of text
const PER_YEAR = { day: 365.25, week: 365.25 / 7, month: 12, quarter: 4, "half-year": 2, year: 1 };

/** The share that remains after n equal periods, and the result of adding up the losses. */
export function left(rate, n) {
  return { compounded: rate ** n, multiplied: 1 - n * (1 - rate) };
}

/** Both calculations, period by period. */
export function course({ rate, horizon }) {
  return Array.from({ length: horizon + 1 }, (_, n) => left(rate, n));
}

/** The equivalent annual rate: `crrkit.convert_rate`. */
export function annual({ rate, period }) {
  return rate ** PER_YEAR[period];
}

/** The lower end of the chart: 0, or the next multiple of one half below the values. */
export function lowest(multiplied) {
  return Math.max(DEEPEST, Math.min(0, Math.floor(2 * multiplied) / 2));
}

export function code({ rate, period, horizon }) {
  const shown = python(rate);
  const left = `left = ${shown}**${horizon}; added_up = 1 - ${horizon} * (1 - ${shown})`;
  return `annual = crr.convert_rate(${shown}, from_="${period}", to="year"); ${left}`;
}

function render({ model, el }) {
  const words = model.get("_words");
  const controls = {
    rate: dial(words.rate, { share: true }),
    period: choice(words.period, Object.fromEntries(Object.keys(PER_YEAR).map((name) => [name, words.periods[name]]))),
    horizon: dial(words.horizon, { least: 1, most: 60, whole: true, hue: "neutral" }),
  };
  const results = resultList({
    compounded: words.compounded,
    multiplied: words.multiplied,
    gap: words.gap,
    annual: words.annual,
  });
  const sum = sumLine();
  const picture = lines(words);

  function draw(state, say) {
    const { compounded, multiplied } = left(state.rate, state.horizon);
    const shares = { rate: state.rate, churn: 1 - state.rate, compounded, multiplied };
    const ink = Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, say.percent(share)]));
    const gap = say.points(compounded - multiplied, words.pp).replace("+", "");
    results.show({ compounded: ink.compounded, multiplied: ink.multiplied, gap, annual: say.percent(annual(state)) });
    const power = String(state.horizon).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
    sum.show(put(words.sum, { ...ink, power, horizon: state.horizon }), multiplied < 0 ? words.below : words.left);
    picture.show(state, say, put(words.picture, { ...ink, gap, horizon: state.horizon }));
  }

  return bench({
    model,
    el,
    name: "period",
    traits: ["rate", "period", "horizon"],
    controls,
    draw,
    code,
    results: results.list,
    sum: sum.line,
    picture: picture.svg,
  });
}

/* ---- the picture ---- */

function lines(words) {
  const svg = vector("svg", {
    class: "crrkit-picture crrkit-period-lines",
    role: "img",
    width: "100%",
    height: HEIGHT,
  });

  function show(state, say, described) {
    const ways = course(state);
    const { compounded, multiplied } = ways[ways.length - 1];
    const low = lowest(multiplied);
    const place = (share) => (1 - share) / (1 - low);
    const down = (share) => PLOT.top + (PLOT.bottom - PLOT.top) * place(share);
    const [right, wrong] = ["compounded", "multiplied"].map((name) =>
      ways.map((way, n) => [n / state.horizon, place(way[name])]),
    );
    const drawn = [
      track("gap", [...right, ...wrong.toReversed()], "Z"),
      track("multiplied", wrong),
      track("compounded", right),
    ];
    const halves = [1, 0.5, 0, -0.5, -1].filter((share) => share >= low);
    const bottom = down(Math.max(multiplied, low));
    svg.replaceChildren(
      ...levels(halves, { down, left: PLOT.left, right: PLOT.right, say }),
      ...(low < 0 ? [caption("aside", PLOT.left + 1, PLOT.bottom - 8, words.nobody, "start")] : []),
      field(PLOT, ...drawn),
      caption(
        "compounded",
        PLOT.right + 1,
        Math.min(down(compounded), bottom - APART) + 5,
        say.percent(compounded),
        "start",
      ),
      caption(
        "multiplied",
        PLOT.right + 1,
        bottom + 5,
        multiplied < low ? `↓ ${say.brief(multiplied)}` : say.percent(multiplied),
        "start",
      ),
      caption("axis", PLOT.left, PLOT.bottom + 17, "0"),
      caption("axis", PLOT.right, PLOT.bottom + 17, say.number(state.horizon)),
      caption(
        "axis",
        (PLOT.left + PLOT.right) / 2,
        PLOT.bottom + 33,
        put(words.axis, { period: words.periods[state.period] }),
      ),
    );
    svg.setAttribute("aria-label", described);
  }
  return { svg, show };
}

export default { render };
