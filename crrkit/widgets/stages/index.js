// @ts-check
/*
 * StageExplorer: the levers of a stage model, the base step by step, and the most effective lever.
 *
 * When it is delivered, its imports are prepended.
 */

import {
  bench,
  caption,
  choice,
  dial,
  field,
  html,
  put,
  python,
  reach,
  resultList,
  roundUp,
  set,
  speaker,
  sumLine,
  track,
  uniqueId,
  vector,
} from "../bench/shared.js";
import { band, effects, layers, level, moved, project, SLACK, total, withInflow } from "./chain.js";

const LEVERS = ["conversion", "retention_middle", "promotion", "retention_long", "winback"];
const CHANGES = [...LEVERS, "inflow"];
const TRAITS = [...CHANGES, "periods", "margins", "measure"];
const LIMIT = 1e9; // the largest margin that a box takes
const MOST_STEPS = 40;
const MOST_MORE = 99; // times as many as come now, that a box takes
const INWARD = 1e5; // ends of a lever are given to a thousandth of a point
const HEIGHT = 264; // of the picture, in CSS pixels
const PLOT = { left: 13, right: 85, top: 16, bottom: 224 }; // across in percent, so that 360 pixels and 960 both fit
const HUES = ["kept", "long", "new", "neutral", "lost"];
const CROWDED = 1e5; // what stands beside the picture is written short from here on
const PER_COST = ["customers_per_1000", "margin_per_cost"];

/** The largest gain first, unknown ones last. */
function ranked(rows, measure) {
  const key = (row) => (Number.isNaN(row[measure]) ? -Infinity : row[measure]);
  return [...rows].sort((one, other) => (key(other) === key(one) ? 0 : key(other) - key(one)));
}

function render({ model, el }) {
  const words = model.get("_words");
  const chain = model.get("_chain");
  if (words.refusal) return el.replaceChildren(html("p", { class: "crrkit-stage-refusal" }, words.refusal));
  const say = speaker(model.get("lang"));
  const customerStages = chain.stages.filter((_, i) => chain.retained[i]);
  const priced = Object.keys(chain.costs).length > 0;
  const measures = Object.fromEntries(
    Object.entries(words.measures).filter(([name]) => priced || !PER_COST.includes(name)),
  );
  const levers = Object.fromEntries(chain.levers.map((lever) => [lever.name, leverDial(chain, lever, words)]));
  const purse = marginDials(customerStages, words, model.get("margins"));
  const periods = dial(words.periods, { least: 1, most: MOST_STEPS, whole: true });
  /** @type {Record<string, import("../bench/shared.js").Control>} */
  const inflow = total(chain.inflow) > 0 ? { inflow: inflowDial(words) } : {};
  /** @type {Record<string, import("../bench/shared.js").Control>} */
  const controls = { ...levers, ...inflow, periods, margins: purse, measure: choice(words.measure, measures) };
  const results = resultList({
    customers: words.customers,
    crr: words.crr,
    endpoint: words.endpoint,
    money: words.money,
  });
  const formula = sumLine();
  const picture = stagePicture(customerStages, words, say);
  const ranking = rankTable(words, say);
  const tried = html("p", { class: "crrkit-stage-note" });

  function draw(state) {
    const live = withInflow(chain, state.inflow);
    const now = project(live, moved(chain, state), state.periods, state.margins);
    const plain = project(chain, chain.matrix, state.periods, state.margins);
    const ends = band(live, moved(chain, state), now.path, now.customers);
    results.show(resultsOf(now, plain, state.margins, words, say));
    formula.show(...sumOf(chain, now, customerStages, words, say));
    picture.show(chain, now, plain, ends);
    tried.textContent = chain.basis
      ? [put(words.band, endsOf(ends, say)), words.tried, state.periods > chain.basis.tested ? words.beyond : ""]
          .join(" ")
          .trim()
      : "";
    ranking.show(
      ranked(effects(chain, state, state.periods, state.margins), state.measure),
      state,
      plainMargins(state.margins),
    );
  }

  return bench({
    model,
    el,
    name: "stage",
    traits: TRAITS,
    controls,
    draw,
    results: results.list,
    sum: formula.line,
    picture: html("div", { class: "crrkit-stage-shown" }, picture.figure, tried, ranking.table),
    atEnd: (name) => (LEVERS.includes(name) ? words.atEnd : ""),
    onReset: purse.forget,
    code: (state) => code(state, chain.stages),
  });
}

/** The line of Python that reproduces the numbers shown: `code` of StageExplorer. */
export function code({ periods, margins, ...changes }, stages) {
  const given = CHANGES.filter((name) => changes[name]).map((name) => `${name}=${python(changes[name])}`);
  const purse = stages.filter((stage) => margins[stage]).map((stage) => `"${stage}": ${python(margins[stage])}`);
  const worth = purse.length ? `, margins={${purse.join(", ")}}` : "";
  return `scenario = crr.Scenario(${given.join(", ")}); future = model.project(${periods}, scenario=scenario${worth})`;
}

const endsOf = ({ low, high }, say) => ({ low: say.fixed(low.at(-1)), high: say.fixed(high.at(-1)) });
const plainMargins = (margins) => Object.values(margins).every((value) => !value);

/* ---- numbers ---- */

/** The effect of a lever, with digits suited to its measure and size. */
function effectText(value, measure, words, say) {
  if (measure.startsWith("crr")) return say.points(value, words.pp, 2);
  if (PER_COST.includes(measure)) return say.signed(value, 2);
  return say.signed(value, Math.abs(value) < 1000 ? 1 : 0);
}

function resultsOf(now, plain, margins, words, say) {
  const last = (name) => [now[name].at(-1), plain[name].at(-1)];
  const change = (value) => say.signed(value, Math.abs(value) < 100 ? 1 : 0);
  const beside = (text, moved, zero) => (zero ? text : `${text} (${moved})`);
  const [end, same] = last("customers");
  const [crr, crrSame] = last("crr");
  const [left, leftSame] = last("endpoint");
  const [money, moneySame] = [now, plain].map(({ margin }) => total(margin.slice(1)));
  const still = (one, other) => !(Math.abs(one - other) > SLACK * Math.max(1, Math.abs(other)));
  return {
    customers: beside(`${say.fixed(now.customers[0])} → ${say.fixed(end)}`, change(end - same), still(end, same)),
    crr: beside(say.percent(crr), say.points(crr - crrSame, words.pp, 2), still(crr, crrSame)),
    endpoint: beside(say.percent(left), say.points(left - leftSame, words.pp, 2), still(left, leftSame)),
    money: plainMargins(margins) ? "–" : beside(say.fixed(money), change(money - moneySame), still(money, moneySame)),
  };
}

/** The rate of the last step as the mean of the stages' retention, weighted by their customers. */
function sumOf(chain, now, stages, words, say) {
  const rate = now.crr.at(-1);
  if (Number.isNaN(rate)) return [`${words.short} = –`, words.undefined];
  const [before, all] = [now.path.at(-2), now.customers.at(-2)];
  const parts = stages.map((stage) => {
    const i = chain.stages.indexOf(stage);
    return `${say.percent(before[i] / all)} × ${say.percent(now.rates[i])}`;
  });
  return [
    `${words.short} = ${parts.join(" + ")} = ${say.percent(rate)}`,
    `${words.sumNote} (${stages.map((stage) => words.stages[stage]).join(", ")})`,
  ];
}

/* ---- controls ---- */

const whole = (number) => Math.floor(number + SLACK * INWARD); // 7.4999999999 is 7.5 with the speck of rounding

/** A slider of whole points around zero, a box for any change, and the resulting value of the lever. */
function leverDial(chain, lever, words) {
  const [least, most] = [-whole(-lever.low * INWARD) / INWARD, whole(lever.high * INWARD) / INWARD];
  const [low, high] = [-whole(-least * 100) / 100, whole(most * 100) / 100];
  const own = dial(words.levers[lever.name], { least, most, share: true, end: () => high });
  const stands = html("span", { class: "crrkit-stage-level", id: uniqueId() });
  const note = html("span", { class: "crrkit-stage-note" }, words.notes[lever.name]);
  set(own.slider, { min: Math.round(100 * low), "aria-describedby": stands.id });
  own.slider.before(stands);
  own.row.append(note);

  function show(change, state, say) {
    own.show(change, state, say);
    const at = level(chain, chain.matrix, lever);
    stands.textContent = change ? `${say.percent(at)} → ${say.percent(at + change)}` : say.percent(at);
    own.slider.setAttribute("aria-valuetext", say.points(change, words.pp));
    own.slider.style.setProperty("--crrkit-filled", `${high > low ? (100 * (change - low)) / (high - low) : 0}%`);
  }
  return { ...own, show };
}

/** A slider of whole percents of the current inflow, up to double or to the value in the box. */
function inflowDial(words) {
  const own = dial(words.levers.inflow, {
    least: -1,
    most: MOST_MORE,
    share: true,
    end: ({ inflow }) => Math.max(1, Math.ceil(inflow)),
  });
  own.row.append(html("span", { class: "crrkit-stage-note" }, words.notes.inflow));
  function show(change, state, say) {
    own.show(change, state, say);
    own.slider.setAttribute("aria-valuetext", `${change > 0 ? "+" : ""}${say.percent(change)}`);
  }
  return { ...own, show };
}

/** The margins of all customer stages as one control, since they are one value of the state. */
function marginDials(stages, words, initial) {
  const wide = reach({ least: 10, most: LIMIT });
  const end = ({ margins }) => wide.of(Math.max(0, ...stages.map((stage) => margins[stage])));
  const dials = stages.map((stage) => dial(words.marginOf[stage], { least: -LIMIT, most: LIMIT, end, hue: "new" }));
  const lowest = Math.min(0, ...stages.map((stage) => initial[stage]));
  let shown = initial;
  let last = 0; // whose box was used last
  dials.forEach(({ slider }) => set(slider, { min: lowest < 0 ? -roundUp(-Math.min(-1, lowest)) : 0 }));

  function show(margins, state, say) {
    shown = margins;
    dials.forEach((each, i) => {
      each.show(margins[stages[i]], state, say);
      const { min, max, value } = each.slider;
      each.slider.style.setProperty("--crrkit-filled", `${(100 * (value - min)) / (max - min)}%`);
    });
  }
  function bind({ choose, refuse, message }) {
    const takes = dials.map((each, i) => {
      const used = (act) => {
        last = i;
        act();
      };
      return each.bind({
        message,
        choose: (value, typed) => used(() => choose({ ...shown, [stages[i]]: value }, typed)),
        refuse: (bounds) => used(() => refuse(bounds)),
      });
    });
    return () => takes.forEach((take, i) => dials[i].refused() && take());
  }
  return {
    row: html("div", { class: "crrkit-stage-margins" }, ...dials.map(({ row }) => row)),
    show,
    bind,
    forget: wide.forget,
    mark: (wrong) => (wrong ? dials[last].mark(true) : dials.forEach((each) => each.mark(false))),
    refused: () => dials.some((each) => each.refused()),
    ink: (margins) => margins[stages[last]],
  };
}

/* ---- the picture ---- */

function stagePicture(stages, words, say) {
  const svg = vector("svg", {
    class: "crrkit-picture crrkit-stage-picture",
    role: "img",
    width: "100%",
    height: HEIGHT,
  });
  const names = stages.map((stage, i) =>
    html(
      "span",
      {},
      html("span", { class: "crrkit-stage-swatch", "data-hue": HUES[i % HUES.length] }),
      " ",
      words.stages[stage],
    ),
  );
  const dashed = html("span", {}, html("span", { class: "crrkit-stage-dash" }), " ", words.plain);
  const figure = html(
    "div",
    { class: "crrkit-stage-figure" },
    html("p", { class: "crrkit-stage-legend" }, ...names, dashed),
    svg,
  );

  function show(chain, now, plain, { low, high }) {
    const steps = now.path.length - 1;
    const top = roundUp(Math.max(...now.customers, ...plain.customers, ...high, 1));
    const at = (value, step) => [step / steps, 1 - value / top];
    const down = (value) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * value) / top;
    const areas = layers(chain, now.path).map(([feet, tops], i) => {
      const way = [...tops.map(at), ...feet.map(at).reverse()];
      return set(track("area", way, "Z"), { "data-hue": HUES[i % HUES.length] });
    });
    const rules = [0, 0.5, 1].flatMap((share) => {
      const y = down(share * top);
      const line = vector("line", {
        "data-line": share ? "rule" : "floor",
        x1: `${PLOT.left}%`,
        x2: `${PLOT.right}%`,
        y1: y,
        y2: y,
      });
      return [line, caption("level", PLOT.left - 1.5, y + 4, say.short(share * top, CROWDED), "end")];
    });
    const below = PLOT.bottom + 17;
    const ends = [
      caption("step", PLOT.left, below, "0"),
      caption("step", PLOT.right, below, String(steps)),
      caption("aside", (PLOT.left + PLOT.right) / 2, below, words.axis),
    ];
    const end = caption(
      "end",
      PLOT.right + 1.5,
      down(now.customers.at(-1)) + 4,
      say.short(now.customers.at(-1), CROWDED),
      "start",
    );
    const strayed = track("band", [...high.map(at), ...low.map(at).reverse()], "Z");
    svg.replaceChildren(
      ...rules,
      field(PLOT, ...areas, ...(chain.basis ? [strayed] : []), track("plain", plain.customers.map(at))),
      ...ends,
      end,
    );
    const facts = {
      n: steps,
      start: say.fixed(now.customers[0]),
      end: say.fixed(now.customers.at(-1)),
      plain: say.fixed(plain.customers.at(-1)),
    };
    const said = chain.basis ? ` ${put(words.band, endsOf({ low, high }, say))}` : "";
    svg.setAttribute("aria-label", put(words.picture, facts) + said);
  }
  return { figure, show };
}

/* ---- the ranking ---- */

function rankTable(words, say) {
  const title = html("caption", {});
  const rows = html("tbody", {});
  const table = html("table", { class: "crrkit-table crrkit-stage-ranking" }, title, rows);

  function show(ranking, { measure, periods }, moneyless) {
    const unknown = measure.startsWith("margin") && moneyless;
    title.textContent = put(words.ranking, { measure: words.measures[measure], n: periods });
    const largest = Math.max(...ranking.map((row) => Math.abs(row[measure]) || 0)) || 1;
    rows.replaceChildren(...ranking.map((row) => line(row, unknown ? NaN : row[measure], largest, measure)));
  }
  function line({ lever, full }, value, largest, measure) {
    const bar = html("span", { class: "crrkit-stage-bar", "data-sign": value < 0 ? "less" : "more" });
    bar.style.setProperty("--crrkit-share", `${(100 * (Math.abs(value) || 0)) / largest}%`);
    const text = full ? `– (${words.full})` : effectText(value, measure, words, say);
    const cells = [
      html("th", { scope: "row" }, words.names[lever]),
      html("td", { class: "crrkit-stage-bars", "aria-hidden": "true" }, bar),
      html("td", {}, text),
    ];
    return html("tr", { "data-lever": lever, "data-value": value }, ...cells);
  }
  return { table, show };
}

export default { render };
