// @ts-check
/* What if a stage kept more, or more customers joined: the list's own stage model, with its backtest error. */

import { button, caption, dial, field, html, levels, put, roundUp, track, vector } from "../bench/shared.js";
import { band, marginBand, moved, project, rateBand, total, withInflow } from "../stages/chain.js";
import { modelOf } from "./cube.js";
import { leverRanking, priceList } from "./ranking.js";
import { patch, tell } from "./redraw.js";

/** As LEVERS of crrkit/judge/whatif/scenario.py. @type {Record<string, [string, string, string]>} */
const LEVER_RULES = {
  conversion: ["short", "enter", "middle"],
  retention_middle: ["middle", "keep", "middle"],
  promotion: ["middle", "share", "long"],
  retention_long: ["long", "keep", "long"],
  winback: ["lapsed", "enter", "middle"],
};
const LEVER_HUES = { retention_middle: "kept", retention_long: "long", promotion: "long" };
const NOBODY_LEAVES = 1e-9;
const FARTHEST = 0.3; // of a slider, either way
const MOST_STEPS_AHEAD = 36;
const FUTURE = { left: 14, right: 84, top: 12, bottom: 150, height: 190 }; // across in percent
const SHOWN_TO = 1e5; // a lever is shown to a thousandth of a point
const RATE_RULES = [0, 0.5, 1];
const YEAR_OF_STEPS = { day: 30, week: 26, month: 12, quarter: 4, "half-year": 2, year: 1 }; // as STEPS_AT_FIRST
const WHOLE_YEAR = ["month", "quarter", "half-year", "year"]; // in which these are a year
/** The scenarios offered first: one in ten. @type {Record<string, [string, number]>} */
const TRIES = { long: ["retention_long", 0.1], middle: ["retention_middle", 0.1], inflow: ["inflow", 0.1] };

/**
 * A model of the cube in the form of the stage arithmetic; null if it cannot be projected.
 * @param {any} model
 */
export function chainOf(model, costs = {}) {
  if (!model || model.reason) return null;
  const { stages, matrix, start, inflow, retained, basis } = model;
  const rows = stages.map((from) => stages.map((to) => matrix[from]?.[to] ?? 0));
  const chain = {
    stages,
    matrix: rows,
    start: stages.map((stage) => start[stage] ?? 0),
    inflow: stages.map((stage) => inflow[stage] ?? 0),
    retained: stages.map((stage) => retained.includes(stage)),
    costs,
    basis: basis.spread.periods > 1 ? basis : null, // one period shows no spread
  };
  const there = Object.entries(LEVER_RULES).filter(([, [own, , to]]) => stages.includes(own) && retained.includes(to));
  return { ...chain, levers: there.map(([name, rule]) => leverOf(chain, name, rule)) };
}

/** A lever with how far it can go down and up: `room` of scenario.py. */
function leverOf({ stages, matrix, retained }, name, [from, how, to]) {
  const [own, towards] = [stages.indexOf(from), stages.indexOf(to)];
  const row = matrix[own];
  const stay = total(row.filter((_, i) => retained[i]));
  const sum = total(row);
  const open = Math.abs(1 - sum) <= NOBODY_LEAVES ? row[own] : Math.max(1 - sum, 0);
  const [low, high] = {
    enter: [-row[towards], open],
    keep: [-stay, Math.max(1 - stay, 0)],
    share: stay ? [-row[towards] / stay, row[own] / stay] : [0, 1],
  }[how];
  return { name, how, own, towards, low, high };
}

/** The levers, limited to their room in this model. */
export function fitting(chain, levers) {
  const within = ({ name, low, high }) => [name, Math.min(Math.max(levers[name] ?? 0, low), high)];
  return { ...Object.fromEntries(chain.levers.map(within)), inflow: Math.max(levers.inflow ?? 0, -1) };
}

/**
 * The base a number of periods ahead with the levers changed, and unchanged for comparison; with bands.
 * @param {any} chain
 * @param {Record<string, number>} levers
 * @param {number} steps
 * @param {Record<string, number>} margins
 */
export function outlook(chain, levers, steps, margins = {}) {
  const fit = fitting(chain, levers);
  const [live, matrix] = [withInflow(chain, fit.inflow), moved(chain, fit)];
  const now = project(live, matrix, steps, margins);
  const plain = project(chain, chain.matrix, steps, margins);
  return {
    now,
    plain,
    customers: band(live, matrix, now.path, now.customers),
    rate: rateBand(live, matrix, now.path),
    margin: marginBand(live, matrix, now.path, margins),
    plainMargin: marginBand(chain, chain.matrix, plain.path, margins).totals,
  };
}

/** The number of periods in a year, up to the maximal horizon. */
export function yearOf(every) {
  return YEAR_OF_STEPS[every];
}

/**
 * The section: lever sliders, their effects, and facts about the model.
 * @param {any} voice
 * @param {any} model
 * @param {(name: string, value: any) => void} choose
 */
export function whatIf(voice, model, choose) {
  const { cube, words, say } = voice;
  const said = html("p", { class: "crrkit-list-said", "aria-live": "polite" });
  const shorter = html("p", {});
  const known = html("p", { class: "crrkit-note" });
  const inputs = html("div", { class: "crrkit-list-levers", role: "group", "aria-label": words.whatIfTitle });
  const picture = outlookPicture(words, say);
  const ranking = leverRanking(voice);
  const names = [...Object.keys(LEVER_RULES), "inflow"];
  const prices = priceList(words, Object.keys(LEVER_RULES), ["middle", "long"], (name, value) =>
    write({ [name]: value }),
  );
  const outcome = html("div", {}, picture.svg, ranking.node);
  const shown = html("div", { class: "crrkit-list-outlook" }, inputs, outcome, prices.node);
  const title = html("p", { class: "crrkit-list-title" }, words.whatIfTitle);
  const node = html("section", { class: "crrkit-list-part crrkit-list-of-whatif" }, title, said, shorter, shown, known);
  const message = html("p", { class: "crrkit-message", role: "status", id: `${Math.random()}` });
  const lever = (name) =>
    dial(words.levers[name], { least: -FARTHEST, most: FARTHEST, share: true, hue: LEVER_HUES[name] ?? "new" });
  const dials = Object.fromEntries(names.map((name) => [name, lever(name)]));
  const steps = dial(words.steps, { least: 1, most: MOST_STEPS_AHEAD, whole: true, hue: "neutral" });
  const tries = Object.fromEntries(
    Object.entries(TRIES).map(([name, one]) => [name, button(words.tries[name], () => attempt(one))]),
  );
  const tried = html(
    "div",
    { class: "crrkit-list-tries" },
    html("span", {}, words.tries.title),
    ...Object.values(tries),
  );
  const back = button(words.leversReset, () => write({ levers: {} }));
  inputs.append(tried, ...Object.values(dials).map(({ row }) => row), steps.row, back, message);
  /** @type {any} */
  let settings = null;
  let writing = false;

  function write(values) {
    writing = true; // what changes together is drawn once
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    writing = false;
    model.save_changes();
    draw(settings);
  }
  const attempt = ([name, change]) => write({ levers: { [name]: change }, steps: yearOf(settings.every) });
  for (const [name, one] of Object.entries(dials))
    one.bind({
      message,
      choose: (value) => write({ levers: { ...model.get("levers"), [name]: value } }),
      refuse: (bounds) => (message.textContent = say.fill(words.notBetween, { ...bounds, shown: "" })),
    });
  steps.bind({
    message,
    choose: (value) => write({ steps: value }),
    refuse: (bounds) => (message.textContent = say.fill(words.notWhole, { ...bounds, shown: model.get("steps") })),
  });

  function draw(now) {
    if (settings && settings.every !== now.every && model.get("steps") === yearOf(settings.every))
      model.set("steps", yearOf(now.every)); // a year stays a year
    settings = now;
    node.hidden = !cube.regulars.length; // no stages, no levers
    const found = modelOf(cube, settings);
    const chain = chainOf(found, model.get("costs"));
    shown.hidden = !chain;
    tell(message, "");
    shorter.replaceChildren(...(chain || node.hidden ? [] : shorterOnes()));
    if (chain) return drawOutlook(chain, found);
    const error = say.percent(found.backtest?.error ?? NaN);
    tell(said, put(words.noModel[found.reason] ?? words.noModel.failed, { error }));
    tell(known, "");
  }

  function drawOutlook(chain, found) {
    const [ahead, margins] = [model.get("steps"), model.get("margins")];
    const state = fitting(chain, model.get("levers"));
    const result = outlook(chain, state, ahead, margins);
    for (const [name, one] of Object.entries(dials)) {
      one.row.hidden = name === "inflow" ? !total(chain.inflow) : !chain.levers.some((each) => each.name === name);
      one.show(Math.round(SHOWN_TO * (state[name] ?? 0)) / SHOWN_TO, state, say);
      one.slider.setAttribute("aria-valuetext", say.points(state[name] ?? 0, words.pp));
    }
    for (const [name, [own]] of Object.entries(TRIES)) tries[name].hidden = dials[own].row.hidden;
    steps.show(ahead, state, say);
    prices.show(model.get("costs"), margins, [
      ...chain.levers.map(({ name }) => name),
      ...chain.retained.flatMap((is, i) => (is ? [chain.stages[i]] : [])),
    ]);
    tell(said, sentenceOf(result, ahead, Object.values(margins).some(Boolean), Boolean(chain.basis)));
    tell(known, knownOf(found, ahead));
    const wanted = Object.entries(model.get("levers"));
    if (wanted.some(([name, change]) => change > (state[name] ?? change) + 1e-9)) message.textContent = words.atEnd;
    picture.show(result, said.textContent);
    ranking.show(chain, state, ahead, margins, model.get("costs"));
  }

  /** If nothing is projected: the longest of the shorter periods that allow a projection. */
  function shorterOnes() {
    const every = cube.everies
      .slice(0, cube.everies.indexOf(settings.every))
      .findLast((each) => !modelOf(cube, { ...settings, every: each, from: null, to: null }).reason);
    return every ? [button(put(words.byShorter, { every: words.periods[every] }), () => choose("every", every))] : [];
  }

  function sentenceOf({ now, plain, customers, rate, margin, plainMargin }, ahead, priced, banded) {
    const last = (path) => path.at(-1);
    const count = `${say.number(ahead)} × ${words.periods[settings.every]}`;
    const isYear = ahead === yearOf(settings.every) && WHOLE_YEAR.includes(settings.every);
    const ends = (low, high, write) => (banded ? put(words.banded, { low: write(low), high: write(high) }) : "");
    const facts = {
      periods: isYear ? put(words.inAYear, { count }) : put(words.inPeriods, { count }),
      customers: say.fixed(last(now.customers)) + ends(last(customers.low), last(customers.high), say.fixed),
      plain: say.fixed(last(plain.customers)),
      more: say.signed(last(now.customers) - last(plain.customers), 0),
      crr: say.percent(last(now.crr)) + ends(rate.low, rate.high, say.percent),
      before: say.percent(last(plain.crr)),
    };
    const same = Math.abs(last(now.customers) - last(plain.customers)) < 1e-9;
    const money = {
      margin: say.fixed(last(margin.totals)) + ends(last(margin.low), last(margin.high), say.fixed),
      more: say.signed(last(margin.totals) - last(plainMargin), 0),
    };
    const text = put(same ? words.goesOn : words.instead, facts);
    return priced ? `${text} ${put(same ? words.marginOfAll : words.marginInstead, money)}` : text;
  }

  function knownOf({ first, last, backtest }, ahead) {
    if (!backtest) return put(words.untested, { first, last });
    const when = backtest.first === backtest.last ? words.one : words.several;
    const facts = { first, last, held: put(when, { from: backtest.first, to: backtest.last }) };
    const errors = { error: say.percent(backtest.error), largest: say.percent(backtest.largest) };
    return put(words.tried, { ...facts, ...errors }) + (ahead > backtest.tested ? ` ${words.beyond}` : "");
  }
  return { node, draw, refresh: () => settings && !writing && draw(settings) };
}

/** Customers over the steps with their band: with the current levers, and dashed without changes. */
function outlookPicture(words, say) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-list-future", role: "img", width: "100%" });
  svg.setAttribute("height", String(FUTURE.height));

  function show({ now, plain, customers: { low, high } }, described) {
    const top = roundUp(Math.max(...now.customers, ...plain.customers, ...high, 1));
    const down = (customers) => FUTURE.bottom - ((FUTURE.bottom - FUTURE.top) * customers) / top;
    const steps = now.customers.length - 1;
    const inside = (path) => path.map((customers, step) => [step / steps, 1 - customers / top]);
    const axis = levels(RATE_RULES, {
      down: (rate) => down(rate * top),
      left: FUTURE.left,
      right: FUTURE.right,
      say: { brief: (rate) => say.short(rate * top, 1e5) },
    });
    const [last, before] = [now, plain].map(({ customers }) => customers.at(-1));
    svg.setAttribute("aria-label", described);
    patch(
      svg,
      ...axis,
      field(
        FUTURE,
        track("band", [...inside(high), ...inside(low).reverse()], "Z"),
        track("plain", inside(plain.customers)),
        track("now", inside(now.customers)),
      ),
      caption("count", FUTURE.right + 1, down(last) + (last >= before ? -2 : 12), say.short(last, 1e5), "start"),
      caption("column", FUTURE.left, FUTURE.bottom + 18, "0"),
      caption("column", FUTURE.right, FUTURE.bottom + 18, say.number(steps)),
      caption("aside", (FUTURE.left + FUTURE.right) / 2, FUTURE.bottom + 34, words.whatIfAxis),
    );
  }
  return { svg, show };
}
