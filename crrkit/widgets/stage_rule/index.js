// @ts-check
/*
 * StageRuleExplorer: four numbers of a stage rule, and the resulting people by stage.
 *
 * Python counts: a rule is sent when a control is released, and the page shows that it is waiting for the numbers. The
 * shared code, shared.js, is prepended to this module in place of the import.
 */

import { bench, dial, html, put, reach, resultList, sumLine } from "../bench/shared.js";

const INPUTS = ["lapse_days", "window_days", "k_long", "span_days"];
const STAGES = ["short", "cold", "middle", "long", "lapsed"];
const LONGEST = 3650; // days
const PATIENCE = 600; // milliseconds after which what nobody let go is sent all the same

/**
 * The shortest window in which somebody could be long: as `_refuse_nobody_long` of crrkit.measure.stages.
 * @param {Record<string, number>} rule
 */
export function shortestWindow({ k_long: days, span_days: span }) {
  return Math.max(span, days - 1) + 2;
}

/** A model that buffers changes until they are sent, so that dragging a slider triggers one count, not fifty. */
export function held(model) {
  const kept = new Map();
  let timer;
  function send() {
    clearTimeout(timer);
    if (!kept.size) return;
    for (const [name, value] of kept) model.set(name, value);
    kept.clear();
    model.save_changes();
  }
  return {
    get: (name) => (kept.has(name) ? kept.get(name) : model.get(name)),
    set: (name, value) => (model.get(name) === value ? kept.delete(name) : kept.set(name, value)),
    on: (...event) => model.on(...event),
    off: (...event) => model.off(...event),
    save_changes() {
      clearTimeout(timer);
      timer = setTimeout(send, PATIENCE);
    },
    send,
  };
}

function render({ model, el }) {
  const words = model.get("_words");
  const patient = held(model);
  const wide = reach({ least: 100, most: LONGEST });
  const often = reach({ least: 10, most: 100 });
  const days = ({ lapse_days: lapse, window_days: window, span_days: span }) => wide.of(Math.max(lapse, window, span));
  const controls = {
    lapse_days: dial(words.lapse_days, { least: 1, most: LONGEST, whole: true, end: days, hue: "lost" }),
    window_days: dial(words.window_days, { least: 2, most: LONGEST + 2, whole: true, end: days }),
    k_long: dial(words.k_long, { least: 1, most: 100, whole: true, end: (state) => often.of(state.k_long) }),
    span_days: dial(words.span_days, { least: 0, most: LONGEST, whole: true, end: days }),
  };
  const results = resultList({
    crr: words.crr,
    churn: words.churn,
    customers: words.customers,
    long: words.long,
    moved: words.moved,
  });
  const rule = sumLine();
  const table = stageTable(words);
  let state; // as it was drawn last
  let say;

  function draw(now, speak) {
    [state, say] = [now, speak];
    const counted = model.get("_counted");
    const fresh = INPUTS.every((name) => counted.rule[name] === now[name]);
    for (const part of [results.list, table.figure]) part.setAttribute("aria-busy", String(!fresh));
    const rate = rateOf(counted.rate, words, say);
    rule.show(fresh ? `${counted.words}. ${rate.line}` : words.busy, model.get("_live") ? "" : words.needsPython);
    const customers = counted.now.middle + counted.now.long;
    results.show({
      crr: rate.crr,
      churn: rate.churn,
      customers: say.number(customers),
      long: say.percent(customers ? counted.now.long / customers : NaN),
      moved: say.number(elsewhere(counted.moved)),
    });
    table.show(counted, say);
  }

  const leave = bench({
    model: patient,
    el,
    name: "rule",
    traits: INPUTS,
    controls,
    draw,
    results: results.list,
    sum: rule.line,
    picture: table.figure,
    settle: (wanted) => ({ ...wanted, window_days: Math.max(wanted.window_days, shortestWindow(wanted)) }),
    onReset: () => [wide.forget(), often.forget()],
    code: (now) => put(words.code, { rule: INPUTS.map((name) => `${name}=${now[name]}`).join(", ") }),
  });
  const answered = () => draw(state, say);
  model.on("change:_counted", answered);
  el.addEventListener("change", patient.send); // let go, or Enter in a box
  if (!model.get("_live")) el.querySelectorAll("input").forEach((input) => (input.disabled = true));
  return () => {
    leave();
    model.off("change:_counted", answered);
    el.removeEventListener("change", patient.send);
  };
}

/** CRR and churn of the last whole period under the current and the initial rule; an undefined rate is a dash. */
function rateOf({ period, now, first }, words, say) {
  const pair = (of) => [now, first].map((crr) => say.percent(crr === null ? NaN : of(crr)));
  const [crr, crrAtFirst] = pair((share) => share);
  const [churn, churnAtFirst] = pair((share) => 1 - share);
  const both = (rate, atFirst) => (rate === atFirst ? rate : put(words.atFirst, { rate, first: atFirst }));
  const line = period ? put(words.rate, { period, crr, churn, first: crrAtFirst }) : words.noRate;
  return { crr: both(crr, crrAtFirst), churn: both(churn, churnAtFirst), line };
}

function elsewhere(moves) {
  let sum = 0;
  for (const from of STAGES) for (const to of STAGES) if (from !== to) sum += moves[from][to];
  return sum;
}

/* ---- the people by stage ---- */

function stageTable(words) {
  const title = html("caption", {}, words.columns);
  const heads = [words.stage, "", words.now, words.first].map((word) =>
    word ? html("th", { scope: "col" }, word) : html("td", { "aria-hidden": "true" }),
  );
  const rows = html("tbody", {});
  const figure = html(
    "table",
    { class: "crrkit-picture crrkit-table crrkit-rule-table" },
    title,
    html("thead", {}, html("tr", {}, ...heads)),
    rows,
  );

  function show({ now, first }, say) {
    const most = Math.max(1, ...Object.values(now), ...Object.values(first));
    rows.replaceChildren(
      ...STAGES.filter((stage) => now[stage] || first[stage]).map((stage) =>
        line(stage, now[stage], first[stage], most, say),
      ),
    );
  }
  function line(stage, here, before, most, say) {
    const bars = [bar("now", stage, here / most), bar("first", stage, before / most)];
    const cells = [
      html("td", { class: "crrkit-rule-bars", "aria-hidden": "true" }, ...bars),
      html("td", {}, say.number(here)),
      html("td", {}, say.number(before)),
    ];
    return html("tr", { "data-stage": stage }, html("th", { scope: "row" }, words.stages[stage]), ...cells);
  }
  function bar(kind, stage, share) {
    const node = html("span", { class: "crrkit-rule-bar", "data-kind": kind, "data-stage": stage });
    node.style.setProperty("--crrkit-share", `${100 * share}%`);
    return node;
  }
  return { figure, show };
}

export default { render };
