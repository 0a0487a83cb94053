/*
 * FormulaExplorer: three counts, the account they make, and its bridge.
 *
 * One plain module with two homes: a notebook (anywidget) and a page without a kernel (static.js). It needs of its model
 * only get, set, on, off and save_changes, and of the world only the DOM: no bundler, no network. What all explorers
 * share, shared.js, is put in front of it as text.
 * `account` and `bars` are pure; _bridge.py says the same in Python, and a browser test compares the two.
 */

const LIMIT = 1e9; // the largest count that a number box takes
const HEIGHT = 264; // of the picture, in CSS pixels
const BASE = 232; // where the bars stand
const ROOM = 200; // how high they may grow
const ROOM_FOR_WORDS = 40; // a kept bar lower than this stays without words
const BAR_WIDTH = 20; // in percent of the picture's width, so that 360 pixels and 960 both fit
const CENTRES = [12.5, 37.5, 62.5, 87.5]; // start, lost, new, end
const COLUMNS = ["start", "lost", "new", "end"];
const INPUTS = ["start", "lost", "new"];

/** What the three counts come to; a rate without anybody to keep is NaN, not 0. */
export function account({ start, lost, new: joined }) {
  const kept = start - lost;
  const share = (part) => (start > 0 ? part / start : NaN);
  return { kept, end: kept + joined, crr: share(kept), churn: share(lost) };
}

/** A round number not below `value`, so that the picture's scale and the sliders' ends stand still between small moves. */
export function roundUp(value) {
  let power = 1;
  while (power * 10 <= value) power *= 10;
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((edge) => edge >= value);
}

/** The bars of the bridge: the kept base stands in the first and in the last column, so that CRR reads as a height. */
export function bars(counts) {
  const { kept, end } = account(counts);
  const top = roundUp(Math.max(counts.start, end, 1));
  const bar = (column, low, high) => ({ column, y: BASE - (ROOM * high) / top, height: (ROOM * (high - low)) / top });
  return {
    "kept-before": bar(0, 0, kept),
    gone: bar(0, kept, counts.start),
    lost: bar(1, kept, counts.start),
    new: bar(2, kept, end),
    "kept-after": bar(3, 0, kept),
    came: bar(3, kept, end),
  };
}

function render({ model, el }) {
  const words = model.get("_words");
  const say = speaker(model.get("lang"));
  const controls = Object.fromEntries(INPUTS.map((name) => [name, control(name, words)]));
  const results = resultList(words);
  const formula = html("p", { class: "crrkit-formula-sum", "aria-live": "polite", "aria-atomic": "true" });
  const message = html("p", { class: "crrkit-message", role: "status", id: uniqueId() });
  const hint = html("p", { class: "crrkit-hint" }, words.hint); // stands where the messages come
  const picture = bridge(words, say);
  const reset = html("button", { type: "button", class: "crrkit-button" }, words.reset);
  const copy = html("button", { type: "button", class: "crrkit-button" }, words.copy);

  let wanted = model.get("lost"); // what was last asked for: lost follows a falling start and comes back with it
  let reach = 0; // where the sliders of start and new end: it grows with the numbers and returns on reset
  let writing = false;

  const read = () => Object.fromEntries(INPUTS.map((name) => [name, model.get(name)]));
  const tell = (...content) => message.replaceChildren(...content);

  function redraw() {
    const counts = read();
    const largest = Math.max(counts.start, counts.new);
    if (largest > reach) reach = Math.min(LIMIT, roundUp(Math.max(2 * largest, 100)));
    const ends = { start: reach, lost: counts.start, new: reach };
    for (const name of INPUTS) showControl(controls[name], counts[name], ends[name], say);
    showResults(results, counts, say);
    formula.replaceChildren(...sum(counts, words, say));
    picture.show(counts);
  }

  function write(counts) {
    const lostFirst = counts.lost <= model.get("start"); // so that no other view of this model meets lost above start
    writing = true;
    for (const name of lostFirst ? ["lost", "start", "new"] : INPUTS) model.set(name, counts[name]);
    writing = false;
    model.save_changes();
    redraw();
  }

  function followModel() {
    if (writing) return;
    wanted = model.get("lost");
    redraw();
  }

  function choose(name, value) {
    if (name === "lost") wanted = value;
    const counts = { ...read(), [name]: value };
    counts.lost = Math.min(wanted, counts.start);
    controls[name].box.removeAttribute("aria-invalid");
    tell(counts.lost < wanted ? say.fill(words.followed, counts) : "");
    write(counts);
    for (const other of INPUTS) if (isRefused(controls[other].box)) take(other); // what was too much may fit now
  }

  function trouble(name, typed) {
    const { start, [name]: shown } = read();
    if (!Number.isInteger(typed) || typed < 0 || typed > LIMIT) return say.fill(words.notWhole, { limit: LIMIT, shown });
    return name === "lost" && typed > start ? say.fill(words.tooMany, { typed, start, shown }) : "";
  }

  function take(name) {
    const { box } = controls[name];
    const wrong = trouble(name, box.valueAsNumber);
    if (!wrong) return choose(name, box.valueAsNumber);
    box.setAttribute("aria-invalid", "true"); // what was typed stays, and the sentence says what is shown instead
    tell(wrong);
  }

  function explainLimit({ key }) {
    const { start, lost } = read();
    if (lost === start && ["ArrowRight", "ArrowUp", "PageUp", "End"].includes(key)) tell(say.fill(words.limit, { start }));
  }

  function restore() {
    const initial = model.get("_initial");
    [wanted, reach] = [initial.lost, 0];
    for (const { box } of Object.values(controls)) box.removeAttribute("aria-invalid");
    write(initial);
    tell(words.restored);
  }

  async function copyAsCode() {
    const { start, lost, new: joined } = read();
    const line = html("code", {}, `crr.solve_counts(start=${start}, lost=${lost}, new=${joined})`);
    const copied = await toClipboard(line.textContent);
    tell(copied ? words.copied : words.copyThis, " ", line);
    if (!copied) getSelection().selectAllChildren(line);
  }

  for (const name of INPUTS) {
    const { slider, box } = controls[name];
    box.setAttribute("aria-describedby", message.id);
    slider.addEventListener("input", () => choose(name, slider.valueAsNumber));
    box.addEventListener("input", () => take(name));
    model.on(`change:${name}`, followModel);
  }
  controls.lost.slider.addEventListener("keydown", explainLimit);
  reset.addEventListener("click", restore);
  copy.addEventListener("click", copyAsCode);

  const inputs = html("div", { class: "crrkit-formula-inputs" }, ...INPUTS.map((name) => controls[name].row));
  const actions = html("div", { class: "crrkit-actions" }, reset, copy);
  const parts = [inputs, message, hint, results.list, picture.svg, formula, actions];
  const body = html("div", { class: "crrkit-formula-body" }, ...parts);
  const root = html("div", { class: "crrkit-ui crrkit-formula", role: "group", "aria-label": words.title, lang: model.get("lang") }, body);
  // JupyterLab takes keys pressed inside outputs for its own commands unless they stop here.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.replaceChildren(root);
  redraw();
  return () => INPUTS.forEach((name) => model.off(`change:${name}`, followModel));
}

/* ---- controls and results ---- */

function control(name, words) {
  const id = uniqueId();
  const label = html("span", { class: "crrkit-formula-label", id }, words[name]);
  const slider = html("input", { type: "range", min: 0, step: 1, "aria-labelledby": id, class: "crrkit-formula-slider" });
  const max = name === "lost" ? {} : { max: LIMIT };
  const box = html("input", { type: "number", min: 0, step: 1, ...max, "aria-labelledby": id, class: "crrkit-box crrkit-formula-box" });
  const row = html("div", { class: `crrkit-formula-control crrkit-formula-${name}` }, label, slider, box);
  return { row, slider, box };
}

function showControl({ slider, box }, value, end, say) {
  set(slider, { max: end, "aria-valuetext": say.number(value) }); // the end first: a range holds no value beyond it
  slider.value = value;
  slider.style.setProperty("--crrkit-filled", `${end ? (100 * value) / end : 0}%`);
  if (!isRefused(box) && box.valueAsNumber !== value) box.value = value; // a refused one keeps what was typed
}

function isRefused(box) {
  return box.hasAttribute("aria-invalid");
}

function resultList(words) {
  const values = Object.fromEntries(["crr", "churn", "end"].map((name) => [name, html("dd", { class: "crrkit-formula-value" })]));
  const term = (name) => html("dt", { class: "crrkit-formula-term" }, words[name]);
  const groups = Object.entries(values).map(([name, value]) => html("div", { class: `crrkit-formula-${name}` }, term(name), value));
  return { list: html("dl", { class: "crrkit-formula-results" }, ...groups), values };
}

function showResults({ values }, counts, say) {
  const { end, crr, churn } = account(counts);
  values.crr.textContent = say.percent(crr);
  values.churn.textContent = say.percent(churn);
  values.end.textContent = say.number(end);
}

/** The formula with the numbers put in, as text that a screen reader says in order; undefined gives its reason. */
function sum(counts, words, say) {
  const { end, crr } = account(counts);
  const filled = `(${say.number(end)} − ${say.number(counts.new)}) / ${say.number(counts.start)}`;
  const line = html("span", { class: "crrkit-formula-numbers" }, `${words.short} = ${filled} = ${say.percent(crr)}`);
  const note = html("span", { class: "crrkit-formula-note" }, Number.isNaN(crr) ? words.undefined : words.formula);
  return [line, " ", note];
}

/* ---- the picture ---- */

function bridge(words, say) {
  const hatch = uniqueId();
  const pattern = vector("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(vector("rect", { width: 4.5, height: 7, "data-bar": "stripe" }));
  const rects = {};
  for (const [name, { column }] of Object.entries(bars({ start: 0, lost: 0, new: 0 }))) {
    rects[name] = vector("rect", { "data-bar": name, x: `${CENTRES[column] - BAR_WIDTH / 2}%`, width: `${BAR_WIDTH}%` });
  }
  rects.lost.setAttribute("fill", `url(#${hatch})`);
  const lines = { "at-start": between("at-start", 0, 1), "at-end": between("at-end", 2, 3), level: between("level", 0, 3) };
  const floor = vector("line", { "data-line": "floor", x1: "0%", x2: "100%", y1: BASE, y2: BASE });
  const height = [0, 1].map(() => vector("line", { "data-line": "height", x1: "50%", x2: "50%" })); // the rate between them
  const rate = text("rate", 50);
  const inside = [CENTRES[0], CENTRES[3]].map((x) => [text("kept", x), text("word", x)]);
  const counters = Object.fromEntries(COLUMNS.map((name, i) => [name, text("count", CENTRES[i])]));
  const names = COLUMNS.map((name, i) => text("column", CENTRES[i], words.columns[name], BASE + 21));
  const svg = vector("svg", { class: "crrkit-formula-bridge", role: "img", width: "100%", height: HEIGHT });
  svg.append(pattern, ...Object.values(rects), ...Object.values(lines), floor, ...height, rate, ...inside.flat(), ...names, ...Object.values(counters));

  function show(counts) {
    const { kept, end, crr } = account(counts);
    const shape = bars(counts);
    for (const [name, { y, height: tall }] of Object.entries(shape)) set(rects[name], { y, height: tall });
    const [atStart, atEnd, level] = [shape.gone.y, shape.came.y, shape["kept-before"].y];
    for (const [name, y] of Object.entries({ "at-start": atStart, "at-end": atEnd, level })) set(lines[name], { y1: y, y2: y });
    for (const line of [lines.level, lines["at-start"]]) set(line, { visibility: counts.start ? "visible" : "hidden" });
    const signed = (sign, value) => (value ? sign : "") + say.short(value);
    write(counters.start, say.short(counts.start), atStart - 8);
    write(counters.lost, signed("−", counts.lost), atStart - 8);
    write(counters.new, signed("+", counts.new), atEnd - 8);
    write(counters.end, say.short(end), atEnd - 8);
    const middle = (BASE + level) / 2;
    const roomy = BASE - level >= ROOM_FOR_WORDS;
    for (const [number, word] of inside) {
      write(number, roomy ? say.short(kept) : "", middle - 3);
      write(word, roomy ? words.kept : "", middle + 13);
    }
    write(rate, roomy ? `${words.short} ${say.percent(crr)}` : "", middle + 5);
    set(height[0], { y1: level, y2: roomy ? middle - 12 : level });
    set(height[1], { y1: roomy ? middle + 12 : BASE, y2: BASE });
    svg.setAttribute("aria-label", say.fill(words.picture, { ...counts, kept, end }));
  }
  return { svg, show };
}

function between(name, from, to) {
  const [x1, x2] = [`${CENTRES[from] + BAR_WIDTH / 2}%`, `${CENTRES[to] - BAR_WIDTH / 2}%`];
  return vector("line", { "data-line": name, x1, x2 });
}

function text(kind, x, content = "", y = 0) {
  const node = vector("text", { "data-text": kind, x: `${x}%`, "text-anchor": "middle" });
  write(node, content, y);
  return node;
}

function write(node, content, y) {
  node.textContent = content;
  node.setAttribute("y", y);
}

export default { render };
