// @ts-check
/* What if a stage kept more, or more came: the list's own model of stages, and how far off it was before. */

import { caption, dial, field, html, levels, put, roundUp, track, vector } from "../bench/shared.js";
import { effects, moved, project, total, withInflow } from "../stages/chain.js";
import { modelOf } from "./cube.js";

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
const FUTURE = { left: 11, right: 84, top: 12, bottom: 150, height: 190 }; // across in percent
const RATE_RULES = [0, 0.5, 1];

/**
 * A model of the cube as the arithmetic of stages takes it; null where it cannot be projected.
 * @param {any} model
 */
export function chainOf(model) {
  if (!model || model.reason) return null;
  const { stages, matrix, start, inflow, retained } = model;
  const rows = stages.map((from) => stages.map((to) => matrix[from]?.[to] ?? 0));
  const chain = {
    stages,
    matrix: rows,
    start: stages.map((stage) => start[stage] ?? 0),
    inflow: stages.map((stage) => inflow[stage] ?? 0),
    retained: stages.map((stage) => retained.includes(stage)),
    costs: {},
    basis: null,
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

/** The levers as far as this model lets them go. */
export function fitting(chain, levers) {
  const within = ({ name, low, high }) => [name, Math.min(Math.max(levers[name] ?? 0, low), high)];
  return { ...Object.fromEntries(chain.levers.map(within)), inflow: Math.max(levers.inflow ?? 0, -1) };
}

/**
 * The base so many periods ahead with the levers moved, and beside it with nothing changed.
 * @param {any} chain
 * @param {Record<string, number>} levers
 * @param {number} steps
 */
export function outlook(chain, levers, steps) {
  const fit = fitting(chain, levers);
  const now = project(withInflow(chain, fit.inflow), moved(chain, fit), steps, {});
  const plain = project(chain, chain.matrix, steps, {});
  return { now, plain, gains: effects(chain, fit, steps, {}) };
}

/**
 * The section: sliders of the levers, what they bring, and what is known of the model.
 * @param {any} voice
 * @param {any} model
 */
export function whatIf(voice, model) {
  const { cube, words, say } = voice;
  const title = html("p", { class: "crrkit-list-title" }, words.whatIfTitle);
  const said = html("p", { class: "crrkit-list-said", "aria-live": "polite" });
  const known = html("p", { class: "crrkit-note" });
  const inputs = html("div", { class: "crrkit-list-levers" });
  const picture = outlookPicture(words, say);
  const ranking = html("ol", { class: "crrkit-list-ranking" });
  const act = html("button", { type: "button", class: "crrkit-button" }, words.leversReset);
  const shown = html("div", { class: "crrkit-list-outlook" }, inputs, html("div", {}, picture.svg, ranking));
  const node = html("section", { class: "crrkit-list-part crrkit-list-of-whatif" }, title, said, shown, known);
  inputs.setAttribute("role", "group");
  inputs.setAttribute("aria-label", words.whatIfTitle);
  const message = html("p", { class: "crrkit-message", role: "status", id: `${Math.random()}` });
  const names = [...Object.keys(LEVER_RULES), "inflow"];
  const dials = Object.fromEntries(
    names.map((name) => [
      name,
      dial(words.levers[name], { least: -FARTHEST, most: FARTHEST, share: true, hue: LEVER_HUES[name] ?? "new" }),
    ]),
  );
  const steps = dial(words.steps, { least: 1, most: MOST_STEPS_AHEAD, whole: true, hue: "neutral" });
  inputs.append(...Object.values(dials).map(({ row }) => row), steps.row, act, message);
  /** @type {any} */
  let settings = null;

  function write(name, value) {
    model.set(name, value);
    model.save_changes();
    draw(settings);
  }
  for (const [name, one] of Object.entries(dials))
    one.bind({
      message,
      choose: (value) => write("levers", { ...model.get("levers"), [name]: value }),
      refuse: (bounds) => (message.textContent = say.fill(words.notBetween, { ...bounds, shown: "" })),
    });
  steps.bind({
    message,
    choose: (value) => write("steps", value),
    refuse: (bounds) => (message.textContent = say.fill(words.notWhole, { ...bounds, shown: model.get("steps") })),
  });
  act.addEventListener("click", () => write("levers", {}));

  function draw(now) {
    settings = now;
    node.hidden = !cube.regulars.length; // no stages, no levers
    const found = modelOf(cube, settings);
    const chain = chainOf(found);
    shown.hidden = !chain;
    message.textContent = "";
    if (!chain) {
      said.textContent = put(words.noModel[found.reason] ?? words.noModel.failed, {
        error: say.percent(found.backtest?.error ?? NaN),
      });
      known.textContent = "";
      return;
    }
    const ahead = model.get("steps");
    const state = fitting(chain, model.get("levers"));
    const result = outlook(chain, state, ahead);
    for (const [name, one] of Object.entries(dials)) {
      one.row.hidden = name !== "inflow" && !chain.levers.some((lever) => lever.name === name);
      one.show(state[name] ?? 0, state, say);
    }
    steps.show(ahead, state, say);
    said.textContent = sentenceOf(result, ahead);
    known.textContent = knownOf(found, ahead);
    picture.show(result, said.textContent);
    rank(result.gains);
  }

  function sentenceOf({ now, plain }, ahead) {
    const last = (path) => path.at(-1);
    const periods = `${say.number(ahead)} × ${words.periods[settings.every]}`;
    const facts = {
      periods,
      customers: say.fixed(last(now.customers)),
      plain: say.fixed(last(plain.customers)),
      more: say.signed(last(now.customers) - last(plain.customers), 0),
      crr: say.percent(last(now.crr)),
      before: say.percent(last(plain.crr)),
    };
    const same = Math.abs(last(now.customers) - last(plain.customers)) < 1e-9;
    return put(same ? words.goesOn : words.instead, facts);
  }

  function knownOf({ first, last, backtest }, ahead) {
    if (!backtest) return put(words.untested, { first, last });
    const when = backtest.first === backtest.last ? words.one : words.several;
    const facts = { first, last, held: put(when, { from: backtest.first, to: backtest.last }) };
    const errors = { error: say.percent(backtest.error), largest: say.percent(backtest.largest) };
    return put(words.tried, { ...facts, ...errors }) + (ahead > backtest.tested ? ` ${words.beyond}` : "");
  }

  /** What one point more on each lever brings from where they stand, the greatest first. */
  function rank(gains) {
    const known = gains
      .filter((gain) => !Number.isNaN(gain.customers))
      .sort((one, other) => other.customers - one.customers);
    const most = Math.max(...known.map(({ customers }) => Math.abs(customers)), 1e-9);
    ranking.replaceChildren(
      html("li", { class: "crrkit-list-ranked" }, words.onePoint),
      ...known.map(({ lever, customers }) => {
        const bar = html("span", { class: "crrkit-list-gain", style: `width: ${(30 * Math.abs(customers)) / most}%` });
        return html("li", {}, html("span", {}, words.levers[lever]), bar, say.signed(customers, 1));
      }),
    );
  }
  return { node, draw, refresh: () => settings && draw(settings) };
}

/** Customers over the steps: with the levers as they stand, and dashed with nothing changed. */
function outlookPicture(words, say) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-list-future", role: "img", width: "100%" });
  svg.setAttribute("height", String(FUTURE.height));

  function show({ now, plain }, described) {
    const top = roundUp(Math.max(...now.customers, ...plain.customers, 1));
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
    svg.replaceChildren(
      ...axis,
      field(FUTURE, track("plain", inside(plain.customers)), track("now", inside(now.customers))),
      caption("count", FUTURE.right + 1, down(last) + (last >= before ? -2 : 12), say.short(last, 1e5), "start"),
      caption("column", FUTURE.left, FUTURE.bottom + 18, "0"),
      caption("column", FUTURE.right, FUTURE.bottom + 18, say.number(steps)),
      caption("aside", (FUTURE.left + FUTURE.right) / 2, FUTURE.bottom + 34, words.whatIfAxis),
    );
  }
  return { svg, show };
}
