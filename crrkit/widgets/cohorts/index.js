/*
 * CohortExplorer: the triangle of cohorts, and the curves of two of them beside the average.
 *
 * Python counts, this module only picks and draws. It needs of its model only get, set, on, off and save_changes, and
 * of the world only the DOM: no bundler, no network. What all explorers share, shared.js, is put in front of it as text.
 */

const CHOICES = ["kind", "period", "value", "one", "other", "average"];
const KEY = ["kind", "period", "value"];
const LINES = ["average", "other", "one"]; // the last one is drawn on top
const STATES = { o: "seen", p: "running", u: "unseen", e: "empty", s: "hidden" };
const STRONGEST = 80; // percent of the hue: the page's ink can still be read on it, light or dark
const HEIGHT = 264; // of the curves, in CSS pixels
const PLOT = { left: 12, right: 97, top: 16, bottom: 224 }; // across in percent, so that 360 pixels and 960 both fit

/** The grid of a choice, or undefined. */
export function gridOf(grids, choice) {
  return grids.find((grid) => KEY.every((name) => grid[name] === choice[name]));
}

/** What is drawn: the two cohorts and the average by column; null where nothing was observed whole. */
export function curvesOf(grid, { one, other, average }) {
  const cohort = (name) => {
    const row = grid.cohorts.indexOf(name);
    return grid.rates[row].map((rate, i) => (grid.states[row][i] === "o" ? rate : null));
  };
  return { one: cohort(one), other: cohort(other), average: grid.averages[average] };
}

/** The last column in which both cohorts were observed whole; -1 when there is none. */
export function lastCommon(grid, { one, other }) {
  return one.findLastIndex((rate, i) => i >= grid.first && rate !== null && other[i] !== null);
}

/** The line of Python that gives the shown numbers again: `code` of CohortExplorer. */
export function code(choice, grid) {
  const facts = { every: choice.period, kind: choice.kind, value: choice.value, align: grid.align };
  const given = Object.entries(facts).map(([name, fact]) => `${name}="${fact}"`);
  const rows = `["${choice.one}", "${choice.other}"]`;
  return `grid = crr.cohort_grid(base, ${given.join(", ")}); curves = grid.matrix().loc[${rows}]; average = grid.average("${choice.average}")`;
}

function render({ model, el }) {
  const words = model.get("_words");
  const grids = model.get("_grids");
  const say = speaker(model.get("lang"));
  const controls = Object.fromEntries(CHOICES.map((name) => [name, control(name, words[name])]));
  const message = html("p", { class: "crrkit-message", role: "status" });
  const hint = html("p", { class: "crrkit-hint" }, words.hint); // stands where the messages come
  const sentence = html("p", { class: "crrkit-cohort-sentence", "aria-live": "polite", "aria-atomic": "true" });
  const chart = curves(words, say);
  const triangle = heatMap(words, say, (cohort) => choose("one", cohort));
  const reset = html("button", { type: "button", class: "crrkit-button" }, words.reset);
  const copy = html("button", { type: "button", class: "crrkit-button" }, words.copy);
  let writing = false;

  const read = () => Object.fromEntries(CHOICES.map((name) => [name, model.get(name)]));
  const tell = (...content) => message.replaceChildren(...content);

  function redraw() {
    const choice = read();
    const grid = gridOf(grids, choice);
    if (!grid) return; // a half-made change of several choices; the rest is on its way
    if (!grid.cohorts.includes(choice.one) || !grid.cohorts.includes(choice.other)) return;
    const options = { average: Object.keys(words.averages), one: grid.cohorts, other: grid.cohorts };
    for (const name of KEY) options[name] = [...new Set(grids.map((each) => each[name]))];
    for (const name of CHOICES) showControl(controls[name], options[name], choice[name], words[`${name}s`]);
    const lines = curvesOf(grid, choice);
    sentence.textContent = compare(grid, choice, lines, words, say);
    chart.show(grid, choice, lines);
    triangle.show(grid, choice);
  }

  function write(choice) {
    writing = true;
    for (const name of CHOICES) model.set(name, choice[name]);
    writing = false;
    model.save_changes();
    redraw();
  }

  /** What was chosen stands; what is not counted together with it gives way, and the page says so. */
  function choose(name, value) {
    const before = read();
    const choice = { ...before, [name]: value };
    const fits = (grid) => grid[name] === value;
    const alike = (grid) => KEY.filter((other) => grid[other] === choice[other]).length;
    const grid = KEY.includes(name) ? grids.filter(fits).sort((a, b) => alike(b) - alike(a))[0] : gridOf(grids, choice);
    for (const other of KEY) choice[other] = grid[other];
    const usual = usualCohorts(grid);
    for (const line of ["one", "other"]) if (!grid.cohorts.includes(choice[line])) choice[line] = usual[line];
    const moved = KEY.filter((other) => other !== name && choice[other] !== before[other]).map((other) => words[other]);
    tell(moved.length ? words.moved.replace("{what}", moved.join(", ")) : "");
    write(choice);
  }

  function restore() {
    write(model.get("_initial"));
    tell(words.restored);
  }

  async function copyAsCode() {
    const choice = read();
    const line = html("code", {}, code(choice, gridOf(grids, choice)));
    const copied = await toClipboard(line.textContent);
    tell(copied ? words.copied : words.copyThis, " ", line);
    if (!copied) getSelection().selectAllChildren(line);
  }

  const follow = () => writing || redraw();
  for (const name of CHOICES) {
    controls[name].select.addEventListener("change", ({ target }) => choose(name, target.value));
    model.on(`change:${name}`, follow);
  }
  reset.addEventListener("click", restore);
  copy.addEventListener("click", copyAsCode);

  const inputs = html("div", { class: "crrkit-cohort-inputs" }, ...CHOICES.map((name) => controls[name].row));
  const actions = html("div", { class: "crrkit-actions" }, reset, copy);
  const body = html("div", { class: "crrkit-cohort-body" }, inputs, message, hint, sentence, chart.figure, actions, triangle.figure);
  const root = html("div", { class: "crrkit-ui crrkit-cohort", role: "group", "aria-label": words.title, lang: model.get("lang") }, body);
  // JupyterLab takes keys pressed inside outputs for its own commands unless they stop here.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.replaceChildren(root);
  redraw();
  return () => CHOICES.forEach((name) => model.off(`change:${name}`, follow));
}

/** As `default_cohorts` of state.py: the oldest cohort, and the youngest that has a curve. */
export function usualCohorts(grid) {
  const seen = grid.states.map((row) => [...row].filter((state) => "op".includes(state)).length);
  const there = grid.cohorts.filter((_, i) => seen[i]);
  const names = there.length ? there : grid.cohorts;
  const long = grid.cohorts.filter((_, i) => seen[i] >= 3);
  return { one: names[0], other: (long.length > 1 ? long : names).at(-1) };
}

/* ---- controls and words ---- */

function control(name, word) {
  const id = uniqueId();
  const select = html("select", { class: "crrkit-box", id });
  const mark = name === "one" || name === "other" ? [swatch(name), " "] : [];
  const label = html("label", { for: id }, ...mark, word);
  return { row: html("div", { class: `crrkit-cohort-control crrkit-cohort-${name}` }, label, select), select };
}

function showControl({ row, select }, options, value, names) {
  const shown = [...select.options].map((option) => option.value);
  if (shown.join() !== options.join()) {
    select.replaceChildren(...options.map((option) => html("option", { value: option }, names?.[option] ?? option)));
  }
  select.value = value;
  row.hidden = options.length < 2; // nothing to choose
}

function compare(grid, choice, lines, words, say) {
  const at = lastCommon(grid, lines);
  const names = { one: choice.one, other: choice.other };
  if (at < 0) return put(words.nothingCommon, names);
  const [rateOne, rateOther, rateAll] = [lines.one, lines.other, lines.average].map((line) => say.percent(line[at]));
  return put(words.compared, { ...names, age: grid.columns[at], rateOne, rateOther, rateAll });
}

/** A short piece of a line as it is drawn, so that no name hangs on its colour alone. */
function swatch(name) {
  const svg = vector("svg", { class: "crrkit-cohort-swatch", width: 28, height: 12, "aria-hidden": "true" });
  svg.append(vector("line", { "data-line": name, x1: 1, x2: 27, y1: 6, y2: 6 }), marker(name, "14", 6, "o"));
  return svg;
}

/** Circle and square, so that the lines are told apart without colour; the average has none, only a place. */
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
  const svg = vector("svg", { class: "crrkit-cohort-curves", role: "img", width: "100%", height: HEIGHT });
  const figure = html("div", { class: "crrkit-cohort-picture" }, legend, svg);

  function show(grid, choice, lines) {
    const shown = LINES.flatMap((name) => lines[name]).filter((rate) => rate !== null);
    const top = roundTop(Math.max(...shown, ...running(grid, choice), 0.01));
    const across = (i) => PLOT.left + ((PLOT.right - PLOT.left) * (i + 0.5)) / grid.columns.length;
    const down = (rate) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * rate) / top;
    svg.replaceChildren(...axes(grid, top, across, down, say, words), ...LINES.flatMap((name) => line(name, grid, choice, lines[name], across, down)));
    svg.setAttribute("aria-label", put(words.chart, choice));
    const names = { one: choice.one, other: choice.other, average: `${words.average}: ${words.averages[choice.average]}` };
    legend.replaceChildren(...["one", "other", "average"].map((name) => html("span", {}, swatch(name), " ", names[name])));
  }
  return { figure, show };
}

function running(grid, choice) {
  return [choice.one, choice.other].flatMap((name) => grid.rates[grid.cohorts.indexOf(name)]).filter((rate) => rate !== null);
}

function roundTop(value) {
  return [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5].find((edge) => edge >= value) ?? Math.ceil(value);
}

function axes(grid, top, across, down, say, words) {
  const parts = [];
  for (let i = 0; i <= 4; i += 1) {
    const y = down((top * i) / 4);
    parts.push(vector("line", { "data-line": i ? "rule" : "floor", x1: `${PLOT.left}%`, x2: "100%", y1: y, y2: y }));
    parts.push(text(`${PLOT.left - 1.5}%`, y + 4, say.percent((top * i) / 4).replace(/[.,]0(?=\D*$)/, ""), "end"));
  }
  const every = Math.ceil(grid.columns.length / 13);
  grid.columns.forEach((name, i) => i % every === 0 && parts.push(text(`${across(i)}%`, PLOT.bottom + 17, name, "middle")));
  parts.push(text(`${(PLOT.left + 100) / 2}%`, HEIGHT - 5, put(words.age, { period: words.periods[grid.period] ?? grid.period }), "middle"));
  return parts;
}

/** A line breaks where nothing was observed, and is dashed to what is still running. */
function line(name, grid, choice, rates, across, down) {
  const states = name === "average" ? [] : [...grid.states[grid.cohorts.indexOf(choice[name])]];
  const all = name === "average" ? rates : grid.rates[grid.cohorts.indexOf(choice[name])];
  const parts = [];
  all.forEach((rate, i) => {
    if (rate === null) return;
    const state = states[i] ?? "o";
    if (i && all[i - 1] !== null) {
      parts.push(vector("line", {
        "data-line": name, "data-state": STATES[state],
        x1: `${across(i - 1)}%`, y1: down(all[i - 1]), x2: `${across(i)}%`, y2: down(rate),
      }));
    }
    const shape = marker(name, `${across(i)}%`, down(rate), state);
    shape.dataset.rate = rate;
    shape.dataset.column = grid.columns[i];
    parts.push(shape);
  });
  return [...parts.filter((part) => part.tagName === "line"), ...parts.filter((part) => part.tagName !== "line")];
}

function text(x, y, content, anchor) {
  const node = vector("text", { x, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}

/* ---- the triangle ---- */

function heatMap(words, say, choose) {
  const body = html("table", { class: "crrkit-cohort-table" });
  const scroll = html("div", { class: "crrkit-cohort-scroll", role: "region", tabindex: 0 }, body);
  const legend = html("p", { class: "crrkit-cohort-legend" });
  const figure = html("div", { class: "crrkit-cohort-triangle" }, scroll, legend);

  function legendOf(state) {
    const name = STATES[state] ?? state;
    const sample = html("span", { class: "crrkit-cohort-key", "data-state": name, "aria-hidden": "true" }, { e: "–", s: "×" }[state] ?? "");
    return html("span", {}, sample, " ", words[name]);
  }

  let stands = ""; // the cohorts and ages whose cells stand there; cells that stay the same are not drawn again
  let rows = [];
  let means = [];

  function stand(grid) {
    const columns = grid.columns.slice(grid.first);
    const names = JSON.stringify([grid.cohorts, columns]);
    if (names === stands) return;
    stands = names;
    rows = grid.cohorts.map((cohort) => lineOf(cohort, columns));
    means = columns.map(() => html("td", {}));
    const ages = columns.map((name) => html("th", { scope: "col" }, name));
    const head = html("tr", {}, html("th", { scope: "col" }, words.cohort), html("th", { scope: "col" }, words.size), ...ages);
    const foot = html("tr", {}, html("th", { scope: "row", colspan: 2 }), ...means);
    body.replaceChildren(html("caption", {}), html("thead", {}, head), html("tbody", {}, ...rows.map((row) => row.node)), html("tfoot", {}, foot));
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
    grid.averages[choice.average].slice(grid.first).forEach((rate, i) => (means[i].textContent = rate === null ? "" : say.brief(rate)));
    body.querySelector("tfoot th").textContent = `${words.average}: ${words.averages[choice.average]}`;
    body.caption.textContent = words.tables[grid.value];
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
    return { state: STATES[grid.states[row][i]], provisional: grid.provisional[row][i] === "1", rate, active, share, size: grid.sizes[row] };
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

  /** What a cell counts, said when the pointer is on it: to write it under all of them takes longer than a key may. */
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
