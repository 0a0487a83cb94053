// @ts-check
/*
 * CohortExplorer: the cohort triangle, and the curves of two cohorts with the average.
 *
 * Python counts, this module only selects and draws. When it is delivered, shared.js is prepended in place of the
 * import.
 */

import { bench, caption, choice, html, levels, put, set, speaker, vector } from "../bench/shared.js";

const CHOICES = ["kind", "period", "value", "one", "other", "average"];
const KEY = ["kind", "period", "value"];
const LINES = ["average", "other", "one"]; // the last one is drawn on top
const STATES = { o: "seen", p: "running", u: "unseen", e: "empty", s: "hidden" };
const STRONGEST = 80; // percent of the hue: the page's ink can still be read on it, light or dark
const HEIGHT = 264; // of the curves, in CSS pixels
const PLOT = { left: 14, right: 97, top: 16, bottom: 224 }; // across in percent, so that 360 pixels and 960 both fit

/**
 * A grid as Python sends it: one row per cohort, one column per age; null for a missing number.
 * @typedef {object} Grid
 * @property {string} kind
 * @property {string} period
 * @property {string} value
 * @property {string} align
 * @property {string[]} cohorts
 * @property {string[]} columns
 * @property {(number | null)[]} sizes
 * @property {(number | null)[][]} rates
 * @property {(number | null)[][]} active
 * @property {string[]} states a letter a cell
 * @property {string[]} provisional 1 where a cell may still rise
 * @property {Record<string, (number | null)[]>} averages
 * @property {number} first the first column that says anything
 *
 * @typedef {Record<string, string>} Choice
 */

/** @param {Grid} grid */
const keys = ({ kind, period, value }) => [kind, period, value];

/**
 * The grid of a choice; it exists, because the choice is already valid.
 * @param {Grid[]} grids
 * @param {Choice} choice
 * @returns {Grid}
 */
export function gridOf(grids, choice) {
  const found = grids.find((grid) => keys(grid).every((value, i) => value === choice[KEY[i]]));
  if (!found) throw new Error(`no grid of ${KEY.map((name) => choice[name]).join(", ")}`);
  return found;
}

/**
 * The values drawn: the two cohorts and the average by column; null if not fully observed.
 * @param {Grid} grid
 * @param {Choice} choice
 */
export function curvesOf(grid, { one, other, average }) {
  const cohort = (name) => {
    const row = grid.cohorts.indexOf(name);
    return grid.rates[row].map((rate, i) => (grid.states[row][i] === "o" ? rate : null));
  };
  return { one: cohort(one), other: cohort(other), average: grid.averages[average] };
}

/**
 * The last column in which both cohorts were fully observed; -1 if there is none.
 * @param {{ first: number }} grid
 * @param {{ one: (number | null)[], other: (number | null)[] }} lines
 */
export function lastCommon(grid, { one, other }) {
  return one.findLastIndex((rate, i) => i >= grid.first && rate !== null && other[i] !== null);
}

/** The line of Python that reproduces the numbers shown: `code` of CohortExplorer. */
export function code(choice, grid) {
  const facts = { every: choice.period, kind: choice.kind, value: choice.value, align: grid.align };
  const given = Object.entries(facts).map(([name, fact]) => `${name}="${fact}"`);
  const rows = `["${choice.one}", "${choice.other}"]`;
  const curves = `curves = grid.matrix().loc[${rows}]; average = grid.average("${choice.average}")`;
  return `grid = crr.cohort_grid(base, ${given.join(", ")}); ${curves}`;
}

/**
 * Keep the changed choice; adjust choices not available with it, and replace missing cohorts by the default ones.
 * @param {Grid[]} grids
 * @param {[string, string][]} usual of each grid
 * @param {Choice} wanted
 * @param {string} [chosen]
 * @returns {Choice}
 */
export function settled(grids, usual, wanted, chosen) {
  const same = (/** @type {Grid} */ grid, /** @type {number} */ i) => keys(grid)[i] === wanted[KEY[i]];
  const alike = (/** @type {Grid} */ grid) => KEY.filter((_, i) => same(grid, i)).length;
  const fixed = KEY.indexOf(chosen ?? "");
  const fits = grids.filter((grid) => fixed < 0 || same(grid, fixed));
  const grid = fits.sort((a, b) => alike(b) - alike(a))[0];
  const [one, other] = usual[grids.indexOf(grid)];
  const there = (name, instead) => (grid.cohorts.includes(name) ? name : instead);
  const { kind, period, value } = grid;
  return { ...wanted, kind, period, value, one: there(wanted.one, one), other: there(wanted.other, other) };
}

function render({ model, el }) {
  const words = model.get("_words");
  const grids = model.get("_grids");
  const say = speaker(model.get("lang"));
  const settle = (wanted, chosen) => settled(grids, model.get("_usual"), wanted, chosen);
  const sentence = html("p", { class: "crrkit-cohort-sentence", "aria-live": "polite", "aria-atomic": "true" });
  const chart = curves(words, say);
  /** @type {ReturnType<typeof heatMap>} */
  let triangle; // made when there is a bench to choose on

  function draw(choice) {
    const grid = gridOf(grids, choice);
    const lines = curvesOf(grid, choice);
    sentence.textContent = compare(grid, choice, lines, words, say);
    chart.show(grid, choice, lines);
    triangle.show(grid, choice);
  }

  return bench({
    model,
    el,
    name: "cohort",
    traits: CHOICES,
    controls: choices(grids, words),
    draw,
    results: sentence,
    picture: chart.figure,
    settle,
    forgetful: true,
    unpack: settle, // several traits that Python changes arrive one after the other
    gaveWay: (moved) =>
      told(
        moved.filter((name) => KEY.includes(name)),
        words,
      ),
    below({ choose }) {
      triangle = heatMap(words, say, (cohort) => choose("one", cohort));
      return [triangle.figure];
    },
    code: (choice) => code(choice, gridOf(grids, choice)),
  });
}

/* ---- controls and words ---- */

function choices(grids, words) {
  /** @returns {[string, string][]} */
  const values = (name) =>
    [...new Set(grids.map((grid) => grid[name]))].map((value) => [value, words[`${name}s`][value] ?? value]);
  /** @returns {[string, string][]} */
  const cohorts = (state) => gridOf(grids, state).cohorts.map((name) => [name, name]);
  return {
    ...Object.fromEntries(KEY.map((name) => [name, choice(words[name], values(name))])),
    one: choice(words.one, cohorts, swatch("one"), " "),
    other: choice(words.other, cohorts, swatch("other"), " "),
    average: choice(words.average, words.averages),
  };
}

function told(names, words) {
  return names.length ? words.moved.replace("{what}", names.map((name) => words[name]).join(", ")) : "";
}

function compare(grid, choice, lines, words, say) {
  const at = lastCommon(grid, lines);
  const names = { one: choice.one, other: choice.other };
  if (at < 0) return put(words.nothingCommon, names);
  const [rateOne, rateOther, rateAll] = [lines.one, lines.other, lines.average].map((line) => say.percent(line[at]));
  return put(words.compared, { ...names, age: grid.columns[at], rateOne, rateOther, rateAll });
}

/** A short sample of the line as drawn, so that names do not rely on colour alone. */
function swatch(name) {
  const svg = vector("svg", { class: "crrkit-cohort-swatch", width: 28, height: 12, "aria-hidden": "true" });
  svg.append(vector("line", { "data-line": name, x1: 1, x2: 27, y1: 6, y2: 6 }), marker(name, "14", 6, "o"));
  return svg;
}

/** Circle and square, so that the lines are distinguishable without colour; the average has no marker. */
function marker(name, x, y, state) {
  const shapes = {
    one: () => vector("circle", { cx: x, cy: y, r: 3.5 }),
    other: () => vector("rect", { x, y: y - 3.5, width: 7, height: 7, class: "crrkit-cohort-square" }),
    average: () => vector("g", {}),
  };
  return set(shapes[name](), { "data-marker": name, "data-state": STATES[state] });
}

/* ---- the curves ---- */

function curves(words, say) {
  const legend = html("p", { class: "crrkit-cohort-legend" });
  const look = "crrkit-picture crrkit-cohort-curves";
  const svg = vector("svg", { class: look, role: "img", width: "100%", height: HEIGHT });
  const figure = html("div", { class: "crrkit-cohort-picture" }, legend, svg);

  function show(grid, choice, lines) {
    const shown = LINES.flatMap((name) => lines[name]).filter((rate) => rate !== null);
    const top = roundTop(Math.max(...shown, ...running(grid, choice), 0.01));
    const across = (i) => PLOT.left + ((PLOT.right - PLOT.left) * (i + 0.5)) / grid.columns.length;
    const down = (rate) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * rate) / top;
    svg.replaceChildren(
      ...axes(grid, top, across, down, say, words),
      ...LINES.flatMap((name) => line(name, grid, choice, lines[name], across, down)),
    );
    svg.setAttribute("aria-label", put(words.chart, choice));
    const names = {
      one: choice.one,
      other: choice.other,
      average: `${words.average}: ${words.averages[choice.average]}`,
    };
    legend.replaceChildren(
      ...["one", "other", "average"].map((name) => html("span", {}, swatch(name), " ", names[name])),
    );
  }
  return { figure, show };
}

function running(grid, choice) {
  return [choice.one, choice.other]
    .flatMap((name) => grid.rates[grid.cohorts.indexOf(name)])
    .filter((rate) => rate !== null);
}

function roundTop(value) {
  return (
    [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5].find((edge) => edge >= value) ??
    Math.ceil(value)
  );
}

function axes(grid, top, across, down, say, words) {
  const brief = (rate) => say.percent(rate).replace(/[.,]0(?=\D*$)/, "");
  const quarters = [0, 1, 2, 3, 4].map((i) => (top * i) / 4);
  const parts = levels(quarters, { down, left: PLOT.left, right: 100, say: { brief } });
  const every = Math.ceil(grid.columns.length / 13);
  grid.columns.forEach(
    (name, i) => i % every === 0 && parts.push(caption("column", across(i), PLOT.bottom + 17, name)),
  );
  parts.push(
    caption(
      "age",
      (PLOT.left + 100) / 2,
      HEIGHT - 5,
      put(words.age, { period: words.periods[grid.period] ?? grid.period }),
    ),
  );
  return parts;
}

/** A line breaks at unobserved points, and is dashed towards a running one. */
function line(name, grid, choice, rates, across, down) {
  const states = name === "average" ? [] : [...grid.states[grid.cohorts.indexOf(choice[name])]];
  const all = name === "average" ? rates : grid.rates[grid.cohorts.indexOf(choice[name])];
  const parts = [];
  all.forEach((rate, i) => {
    if (rate === null) return;
    const state = states[i] ?? "o";
    if (i && all[i - 1] !== null) {
      parts.push(
        vector("line", {
          "data-line": name,
          "data-state": STATES[state],
          x1: `${across(i - 1)}%`,
          y1: down(all[i - 1]),
          x2: `${across(i)}%`,
          y2: down(rate),
        }),
      );
    }
    const shape = marker(name, `${across(i)}%`, down(rate), state);
    shape.dataset.rate = rate;
    shape.dataset.column = grid.columns[i];
    parts.push(shape);
  });
  return [...parts.filter((part) => part.tagName === "line"), ...parts.filter((part) => part.tagName !== "line")];
}

/* ---- the triangle ---- */

function heatMap(words, say, choose) {
  const body = html("table", { class: "crrkit-cohort-table" });
  const title = html("caption", {});
  const mean = html("th", { scope: "row", colspan: 2 });
  const scroll = html("div", { class: "crrkit-cohort-scroll", role: "region", tabindex: 0 }, body);
  const legend = html("p", { class: "crrkit-cohort-legend" });
  const figure = html("div", { class: "crrkit-cohort-triangle" }, scroll, legend);

  function legendOf(state) {
    const name = STATES[state] ?? state;
    const sample = html(
      "span",
      { class: "crrkit-cohort-key", "data-state": name, "aria-hidden": "true" },
      { e: "–", s: "×" }[state] ?? "",
    );
    return html("span", {}, sample, " ", words[name]);
  }

  let stands = ""; // the cohorts and ages whose cells stand there; cells that stay the same are not drawn again
  /** @type {ReturnType<typeof lineOf>[]} */
  let rows = [];
  /** @type {HTMLElement[]} */
  let means = [];

  function stand(grid) {
    const columns = grid.columns.slice(grid.first);
    const names = JSON.stringify([grid.cohorts, columns]);
    if (names === stands) return;
    stands = names;
    rows = grid.cohorts.map((cohort) => lineOf(cohort, columns));
    means = columns.map(() => html("td", {}));
    const ages = columns.map((name) => html("th", { scope: "col" }, name));
    const head = html(
      "tr",
      {},
      html("th", { scope: "col" }, words.cohort),
      html("th", { scope: "col" }, words.size),
      ...ages,
    );
    const foot = html("tr", {}, mean, ...means);
    body.replaceChildren(
      title,
      html("thead", {}, head),
      html("tbody", {}, ...rows.map((row) => row.node)),
      html("tfoot", {}, foot),
    );
  }

  function lineOf(cohort, columns) {
    const name = html("th", { scope: "row" }, cohort);
    const size = html("td", { class: "crrkit-cohort-size" });
    const cells = columns.map(() => html("td", {}));
    const node = html("tr", {}, name, size, ...cells);
    node.addEventListener("click", () => choose(cohort));
    return { cohort, node, name, size, cells };
  }

  function show(grid, choice) {
    stand(grid);
    const top = Math.max(...grid.rates.flatMap((row) => row.slice(grid.first)).filter((rate) => rate !== null), 0) || 1;
    rows.forEach((row, i) => {
      mark(row, choice);
      const size = grid.sizes[i] === null ? "×" : say.number(grid.sizes[i]);
      if (row.size.textContent !== size) row.size.textContent = size;
      row.cells.forEach((cell, j) => fill(cell, factsOf(grid, i, j + grid.first, top)));
    });
    grid.averages[choice.average]
      .slice(grid.first)
      .forEach((rate, i) => (means[i].textContent = rate === null ? "" : say.brief(rate)));
    mean.textContent = `${words.average}: ${words.averages[choice.average]}`;
    title.textContent = words.tables[grid.value];
    scroll.setAttribute("aria-label", words.tables[grid.value]);
    const met = new Set(grid.states.join(""));
    const key = ["p", "u", "e", "s"].filter((state) => met.has(state));
    if (grid.provisional.join("").includes("1")) key.push("provisional");
    legend.replaceChildren(...key.map(legendOf));
  }

  function mark({ cohort, node, name }, choice) {
    const chosen = ["one", "other"].filter((line) => choice[line] === cohort);
    if ((node.dataset.chosen ?? "") === chosen.join(" ")) return;
    if (chosen.length) node.dataset.chosen = chosen.join(" ");
    else delete node.dataset.chosen;
    name.replaceChildren(cohort, ...chosen.flatMap((line) => [" ", swatch(line)]));
  }

  function factsOf(grid, row, i, top) {
    const rate = grid.rates[row][i];
    const active = grid.value === "customers" ? grid.active[row][i] : null;
    const share = rate === null ? null : ((STRONGEST * Math.max(rate, 0)) / top).toFixed(1);
    return {
      state: STATES[grid.states[row][i]],
      provisional: grid.provisional[row][i] === "1",
      rate,
      active,
      share,
      size: grid.sizes[row],
    };
  }

  function fill(cell, facts) {
    const key = Object.values(facts).join();
    if (cell.crrkitShown?.key === key) return;
    cell.crrkitShown = { key, facts };
    cell.title = "";
    const { state, provisional, rate, share } = facts;
    cell.dataset.state = state;
    cell.toggleAttribute("data-provisional", provisional);
    if (rate === null) delete cell.dataset.rate;
    else cell.dataset.rate = rate;
    cell.style.setProperty("--crrkit-share", `${share ?? 0}%`);
    const ink = state === "unseen" ? "" : state === "hidden" ? "×" : say.brief(rate ?? NaN);
    const aside = () => html("span", { class: "crrkit-cohort-aside" }, ` ${words[state]}`);
    const shown = () => html("span", state === "running" && rate !== null ? {} : { "aria-hidden": "true" }, ink);
    if (state === "seen") cell.textContent = ink;
    else cell.replaceChildren(shown(), aside());
  }

  /** The counts of a cell, shown on hover, since writing all of them takes too long for a key press. */
  function explain({ target }) {
    const cell = target.closest("td");
    const { active = null, size, rate } = cell?.crrkitShown?.facts ?? {};
    if (active === null || rate === null) return;
    cell.title = put(words.ofSize, { active: say.number(active), size: say.number(size), rate: say.percent(rate) });
  }
  body.addEventListener("pointerover", explain);
  return { figure, show };
}

export default { render };
