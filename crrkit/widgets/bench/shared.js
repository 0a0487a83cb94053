// @ts-check
/* Shared by all explorers: number formatting, clipboard, elements, controls. Prepended to each explorer's module. */

/**
 * The model interface that an explorer uses: provided by anywidget in a notebook, by static.js in a page without a
 * kernel.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => unknown} set
 * @property {(event: string, listener: () => void) => unknown} on
 * @property {(event: string, listener: () => void) => unknown} off
 * @property {() => void} save_changes
 *
 * @typedef {ReturnType<typeof speaker>} Speaker
 * @typedef {Record<string, any>} State
 * @typedef {Record<string, any>} Words every word that Python sent, in one language
 * @typedef {{ least: number, most: number, whole: boolean }} Bounds
 *
 * The callbacks that a control gets when it is bound: for a value, for an invalid one; and the element for messages.
 * @typedef {object} Hands
 * @property {(value: any, typed?: boolean) => void} choose
 * @property {(bounds: Bounds) => void} refuse
 * @property {HTMLElement} message
 *
 * @typedef {object} Control
 * @property {HTMLElement} row
 * @property {(shown: any, state: State, say: Speaker) => void} show
 * @property {(hands: Hands) => (() => void) | void} bind gives what takes a typed value again
 * @property {(wrong: boolean) => void} mark
 * @property {() => boolean} refused
 * @property {HTMLInputElement} [slider]
 * @property {(value: any) => number} [ink]
 *
 * What a button may do: set one value, read the state, replace the state.
 * @typedef {object} Tools
 * @property {(name: string, value: any) => void} choose
 * @property {() => State} read
 * @property {(state: State, sentence?: string) => void} give
 *
 * @typedef {object} Bench
 * @property {Model} model
 * @property {HTMLElement} el
 * @property {string} name
 * @property {boolean} [broad]
 * @property {readonly string[]} traits
 * @property {Record<string, Control>} controls
 * @property {(wanted: State, chosen: string) => State} [settle]
 * @property {boolean} [forgetful]
 * @property {(moved: string[], state: State, words: Words, say: Speaker) => string} [gaveWay]
 * @property {(name: string, typed: any, state: State, say: Speaker) => string} [tooMuch]
 * @property {(name: string, state: State, say: Speaker) => string} [atEnd]
 * @property {() => void} [onReset]
 * @property {(controls: Record<string, Control>) => HTMLElement[]} [layout]
 * @property {(state: State) => State} [unpack]
 * @property {(state: State) => State} [pack]
 * @property {(state: any, say: Speaker) => void} draw
 * @property {(state: any) => string} code
 * @property {Element} [results]
 * @property {Element} [sum]
 * @property {Element} picture
 * @property {(tools: Tools) => Element[]} [buttons]
 * @property {(tools: { choose: (name: string, value: any) => void }) => Element[]} [below]
 */

/**
 * Formatting of numbers and sentences in one language; halves are rounded to even, as in Python; NaN is a dash.
 * @param {string} lang
 */
export function speaker(lang) {
  /** @returns {Intl.NumberFormat} */
  const exactly = (/** @type {number} */ digits, style = {}) =>
    new Intl.NumberFormat(lang, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      roundingMode: "halfEven",
      ...style,
    });
  const fixes = [0, 1, 2].map((digits) => exactly(digits));
  const [none, one] = [0, 1].map((digits) => exactly(digits, { style: "percent", minimumFractionDigits: 0 }));
  const share = exactly(1, { style: "percent" });
  const any = new Intl.NumberFormat(lang);
  const compact = new Intl.NumberFormat(lang, { notation: "compact", maximumSignificantDigits: 3 });
  const write = (format, value) => (Number.isNaN(value) ? "–" : format.format(value).replace("-", "−"));
  const number = (value) => any.format(value).replace("-", "−");
  const fixed = (value, digits = 0) => write(fixes[digits], value);
  const signed = (value, digits = 1) => (value > 0 ? "+" : "") + fixed(value, digits);
  const short = (value, most = 1e7) => (value < most ? fixed(value) : write(compact, value)); // for 360 pixels
  const percent = (value) => write(share, value);
  const points = (value, unit, digits = 1) =>
    Number.isNaN(value) ? "–" : `${signed(100 * value, digits)}\u00a0${unit}`;
  // Percentages short enough for a cell or an axis: only values that would round to 0 get a decimal.
  const brief = (rate) => write(rate > 0 && rate < 0.01 ? one : none, rate);
  const fill = (sentence, facts) =>
    put(sentence, Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, number(fact)])));
  return { number, fixed, signed, short, percent, brief, points, fill };
}

/**
 * A float as Python prints it: integers keep the decimal point, exponents have two digits.
 * @param {number} fraction
 */
export function python(fraction) {
  if (Number.isInteger(fraction)) return fraction.toFixed(1);
  const text = Math.abs(fraction) < 1e-4 ? fraction.toExponential() : String(fraction);
  return text.replace(/e-(\d)$/, "e-0$1");
}

/**
 * Fill words or formatted numbers into a sentence; `{n:день|дня|дней}` selects the plural form for `n`.
 * @param {string} sentence
 * @param {Record<string, any>} facts
 * @returns {string}
 */
export function put(sentence, facts) {
  return sentence.replace(/\{(\w+)(?::([^}|]*\|[^}]*))?\}/g, (_, name, forms) =>
    forms ? agreeing(facts[name], forms.split("|")) : facts[name],
  );
}

/**
 * The plural form for a number, as in `crrkit/ground/word_forms.py`.
 * @param {any} number
 * @param {string[]} forms two in English, three in Russian
 * @returns {string}
 */
export function agreeing(number, forms) {
  const ink = String(number).replace(/\s/g, "");
  const n = /^[+−-]?\d+$/.test(ink) ? Number(ink.replace(/\D/g, "")) : Number.NaN;
  if (forms.length === 2) return n === 1 ? forms[0] : forms[1];
  if (Number.isNaN(n)) return /^[+−-]?\d+[.,]\d+$/.test(ink) ? forms[1] : forms[2];
  if (n % 100 >= 11 && n % 100 <= 14) return forms[2];
  return n % 10 === 1 ? forms[0] : n % 10 >= 2 && n % 10 <= 4 ? forms[1] : forms[2];
}

/**
 * A round number not below `value`, so that small changes do not change a picture's scale or a slider's end.
 * @param {number} value
 * @returns {number}
 */
export function roundUp(value) {
  let power = 1;
  while (power * 10 <= value) power *= 10;
  return (
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((edge) => edge >= value) ?? 10 * power
  );
}

/** The end of the count sliders: it grows with the numbers and is restored on reset. */
export function reach({ least, most }) {
  let end = 0;
  function of(largest) {
    if (!end || largest > end) end = Math.min(most, roundUp(Math.max(2 * largest, least)));
    return end;
  }
  function forget() {
    end = 0;
  }
  return { of, forget };
}

/** Convert a fraction to hundredths and back, without floating-point error: 0.07 is 7. */
export function scaled(value) {
  return Number((100 * value).toPrecision(12));
}

function unscaled(value) {
  return Number((value / 100).toPrecision(12));
}

/** A page opened from disk or in a frame may have no clipboard access: then the caller shows the line to copy. */
async function toClipboard(line) {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function html(tag, attributes, ...children) {
  const node = set(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @returns {SVGElement}
 */
export function vector(tag, attributes) {
  return set(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
}

/**
 * @template {Element} E
 * @param {E} node
 * @param {Record<string, any>} attributes
 * @returns {E}
 */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    // as an attribute it would need 'unsafe-inline' in the page's policy
    if (name === "style") /** @type {any} */ (node).style.cssText = value;
    else node.setAttribute(name, value);
  }
  return node;
}

// Each explorer in a notebook loads its own copy of this module, so a counter would give the same id twice.
export function uniqueId() {
  return `crrkit-${Math.random().toString(36).slice(2)}`;
}

/**
 * A text in a picture, with its x position in percent.
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 * @param {string} content
 */
export function caption(kind, x, y, content, anchor = "middle") {
  const node = vector("text", { "data-text": kind, x: `${x}%`, y, "text-anchor": anchor });
  node.textContent = content;
  return node;
}

/** Grid lines of a picture with their percentages on the left; the line at 0 is the axis. */
export function levels(rates, { down, left, right, say }) {
  const rule = (rate) =>
    vector("line", {
      "data-line": rate ? "rule" : "floor",
      x1: `${left}%`,
      x2: `${right}%`,
      y1: down(rate),
      y2: down(rate),
    });
  return rates.flatMap((rate) => [rule(rate), caption("level", left - 1.5, down(rate) + 4, say.brief(rate), "end")]);
}

/** A plot area with its own coordinates, 0 to 1 in both directions, so that lines and areas fit any width. */
export function field({ left, right, top, bottom }, ...children) {
  const node = vector("svg", {
    role: "presentation",
    x: `${left}%`,
    y: top,
    width: `${right - left}%`,
    height: bottom - top,
    viewBox: "0 0 1 1",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  node.append(...children);
  return node;
}

export function track(kind, points, closed = "") {
  const d = `M${points.map(([x, y]) => `${x} ${y}`).join("L")}${closed}`;
  return vector("path", { "data-track": kind, d, "vector-effect": "non-scaling-stroke" });
}

/**
 * Wrap each control in a form of its own, radio buttons of one name in a common one. After each change of a control
 * Chrome searches all controls without a form for autofill, and lays out those off screen for it, before anything else.
 * The forms submit nothing.
 * @param {ParentNode} root
 */
function ownForms(root) {
  const forms = html("div", { hidden: "" });
  const ids = new Map();
  for (const input of root.querySelectorAll("input, select")) {
    const key = input.getAttribute("name") ?? input;
    if (!ids.has(key)) {
      const form = html("form", { id: uniqueId(), novalidate: "", autocomplete: "off" });
      ids.set(key, form.id);
      forms.append(form);
    }
    set(input, { form: ids.get(key) });
  }
  forms.addEventListener("submit", (event) => event.preventDefault()); // Enter in a box
  return forms;
}

export function button(label, act) {
  const node = html("button", { type: "button", class: "crrkit-button" }, label);
  node.addEventListener("click", act);
  return node;
}

const UPWARD = ["ArrowRight", "ArrowUp", "PageUp", "End"];

/* ---- controls: `row` is the element, `show` updates it from the state, `bind` reports the user's input ---- */

/**
 * A label, a native slider and a number box for one number. A share is stored as a fraction and shown as a percentage.
 * `least` and `most` limit the box; `end` is the end of the slider, and its limit, in a state; `of` is the id of the
 * text before its name.
 * @typedef {{ slider: HTMLInputElement, box: HTMLInputElement, ink: (value: number) => number }} Sliding
 * @typedef {Control & Sliding & { bind: (hands: Hands) => () => void }} Dial
 * @typedef {{ least?: number, most?: number, whole?: boolean, end?: (state: any) => number }} Range
 * @param {string} label
 * @param {Range & { share?: boolean, hue?: string, of?: string }} looks
 * @returns {Dial}
 */
export function dial(
  label,
  { least = 0, most = 1, whole = false, share = false, end = () => most, hue = "kept", of = "" },
) {
  const [ink, value] = share ? [scaled, unscaled] : [(number) => number, (number) => number];
  const id = uniqueId();
  const ends = { min: ink(least), max: ink(most), "aria-labelledby": `${of} ${id}`.trim() };
  const slider = html("input", { ...ends, type: "range", step: 1, class: "crrkit-slider" });
  const box = html("input", { ...ends, type: "number", step: whole ? 1 : "any", class: "crrkit-box crrkit-number" });
  const row = html("div", { class: "crrkit-dial", style: `--crrkit-hue: var(--crrkit-${hue})` });
  row.append(html("span", { class: "crrkit-dial-label", id }, label), slider, box);

  const fits = (number) => number >= ink(least) && number <= ink(most) && (!whole || Number.isInteger(number));
  const refused = () => box.hasAttribute("aria-invalid");

  function show(shown, state, say) {
    const top = ink(end(state));
    set(slider, { max: top, "aria-valuetext": share ? say.percent(shown) : say.number(shown) });
    slider.value = ink(shown); // after its end: a range holds no value beyond it
    slider.style.setProperty(
      "--crrkit-filled",
      `${top > ink(least) ? (100 * (ink(shown) - ink(least))) / (top - ink(least)) : 0}%`,
    );
    if (!refused() && box.valueAsNumber !== ink(shown)) box.value = ink(shown); // a refused one keeps what was typed
  }

  function bind({ choose, refuse, message }) {
    const bounds = { least: ink(least), most: ink(most), whole };
    const take = () => (fits(box.valueAsNumber) ? choose(value(box.valueAsNumber), true) : refuse(bounds));
    box.setAttribute("aria-describedby", message.id);
    slider.addEventListener("input", () => choose(value(slider.valueAsNumber), false));
    box.addEventListener("input", take);
    return take;
  }
  const mark = (wrong) => (wrong ? box.setAttribute("aria-invalid", "true") : box.removeAttribute("aria-invalid"));
  return { row, slider, box, show, bind, mark, refused, ink };
}

/**
 * A choice among names, given as pairs of value and label, as an object of them, or as a function from the state to
 * pairs; hidden if there is nothing to choose. `before` precedes its name.
 * @typedef {[string, string][]} Pairs
 * @param {string} label
 * @param {Pairs | Record<string, string> | ((state: any) => Pairs)} options
 * @param {...(Node | string)} before
 * @returns {Control}
 */
export function choice(label, options, ...before) {
  const id = uniqueId();
  const select = html("select", { class: "crrkit-box", id });
  const row = html("div", { class: "crrkit-choice" }, html("label", { for: id }, ...before, label), select);
  const pairsOf =
    typeof options === "function" ? options : () => (Array.isArray(options) ? options : Object.entries(options));
  let there = "";

  function show(shown, state) {
    const pairs = pairsOf(state);
    const names = JSON.stringify(pairs);
    if (names !== there) select.replaceChildren(...pairs.map(([value, word]) => html("option", { value }, word)));
    there = names;
    if (select.value !== shown) select.value = shown;
    row.hidden = pairs.length < 2;
  }
  const bind = ({ choose }) => select.addEventListener("change", () => choose(select.value));
  return { row, show, bind, mark() {}, refused: () => false };
}

/**
 * A share that follows from the others.
 * @param {string} label
 * @returns {Control}
 */
export function readout(label) {
  const value = html("span", { class: "crrkit-readout" });
  const row = html("div", { class: "crrkit-dial" }, html("span", {}, label), value);
  const show = (shown, _state, say) => (value.textContent = say.percent(shown));
  return { row, show, bind() {}, mark() {}, refused: () => false };
}

/**
 * A selection of names, with a checkbox each.
 * @param {string} legend
 * @param {[string, string][]} options
 * @returns {Control}
 */
export function ticks(legend, options) {
  const boxes = options.map(([value]) => html("input", { type: "checkbox", value }));
  const labels = options.map(([, word], i) => html("label", { class: "crrkit-tick" }, boxes[i], " ", word));
  const row = html("fieldset", { class: "crrkit-ticks" }, html("legend", {}, legend), ...labels);
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const bind = ({ choose }) => boxes.forEach((box) => box.addEventListener("change", () => choose(chosen())));
  const show = (shown) => boxes.forEach((box) => (box.checked = shown.includes(box.value)));
  return { row, show, bind, mark() {}, refused: () => false };
}

/**
 * A list of results, each below its name, the first one large.
 * @param {Record<string, string>} terms
 */
export function resultList(terms) {
  const values = Object.fromEntries(Object.keys(terms).map((name) => [name, html("dd", { class: "crrkit-value" })]));
  const group = ([name, term]) =>
    html("div", { "data-result": name }, html("dt", { class: "crrkit-term" }, term), values[name]);
  const list = html("dl", { class: "crrkit-results" }, ...Object.entries(terms).map(group));
  const show = (texts) => Object.entries(texts).forEach(([name, text]) => (values[name].textContent = text));
  return { list, show, values };
}

/** A calculation with its numbers, as text that a screen reader reads in order, and a note below it. */
export function sumLine() {
  const numbers = html("span", { class: "crrkit-numbers" });
  const note = html("span", { class: "crrkit-note" });
  const line = html("p", { class: "crrkit-sum", "aria-live": "polite", "aria-atomic": "true" }, numbers, " ", note);
  function show(sum, remark) {
    numbers.textContent = sum;
    note.textContent = remark;
  }
  return { line, show };
}

/**
 * Rules of a bench for a part and a whole: the part cannot exceed the whole, is reduced with it, and is restored if
 * possible.
 * @param {string} part
 * @param {string} whole
 * @param {Words} words
 * @returns {Pick<Bench, "settle" | "tooMuch" | "atEnd">}
 */
export function within(part, whole, words) {
  return {
    settle: (wanted) => ({ ...wanted, [part]: Math.min(wanted[part], wanted[whole]) }),
    tooMuch: (name, typed, state, say) =>
      name === part && typed > state[whole] ? say.fill(words.tooMany, { ...state, typed, shown: state[part] }) : "",
    atEnd: (name, state, say) => (name === part && state[part] === state[whole] ? say.fill(words.limit, state) : ""),
  };
}

export /** @param {State} state */
function same(state) {
  return state;
}

/** @type {NonNullable<Bench["gaveWay"]>} */
function followed(_moved, state, words, say) {
  return words.followed ? say.fill(words.followed, state) : "";
}

function rowsOf(controls) {
  return Object.values(controls).map(({ row }) => row);
}

/**
 * The frame of an explorer of numbers: it reads and writes the state, follows external changes, refuses invalid values,
 * resets to the initial state and shows it as code.
 *
 * `controls` are keyed by the state names they change; `settle` turns a requested state into a valid one, given the
 * name that was changed; `gaveWay` reports the values that were adjusted, which are restored when possible unless the
 * bench is `forgetful`; `tooMuch` explains why a typed number does not fit the others, `atEnd` why a slider stops;
 * `draw` renders a state; `code` is its line of Python. If the state is not numbers by name, `unpack` converts it and
 * `pack` converts it back; `layout` arranges the controls; `buttons` and `below` come after the picture. With `broad`,
 * many controls are placed above everything else.
 * @param {Bench} parts
 * @returns {() => void} what takes the explorer off its model again
 */
export function bench({
  model,
  el,
  name,
  broad = false,
  traits,
  controls,
  settle = same,
  forgetful = false,
  gaveWay = followed,
  tooMuch = () => "",
  atEnd,
  onReset = () => {},
  layout = rowsOf,
  unpack = same,
  pack = same,
  draw,
  code,
  results,
  sum,
  picture,
  buttons = () => [],
  below = () => [],
}) {
  const words = model.get("_words");
  const about = model.get("_about"); // what the first numbers come from, of those that come from a result
  const say = speaker(model.get("lang"));
  const message = html("p", { class: "crrkit-message", role: "status", id: uniqueId() });
  const hint = html("p", { class: "crrkit-hint" }, words.hint); // stands where the messages come
  const read = () => unpack(Object.fromEntries(traits.map((trait) => [trait, model.get(trait)])));
  const tell = (...content) => message.replaceChildren(...content);
  let wanted = read(); // what was last asked for: a number that had to give way comes back when it can
  let writing = false;
  let due = false;

  function redraw() {
    const state = read();
    for (const [key, control] of Object.entries(controls)) control.show(state[key], state, say);
    draw(state, say);
  }

  function write(state) {
    writing = true;
    for (const [trait, value] of Object.entries(pack(state))) model.set(trait, value);
    writing = false;
    model.save_changes();
    redraw();
  }

  function follow() {
    if (writing || due) return;
    due = true;
    queueMicrotask(() => {
      // once all simultaneous changes have arrived
      due = false;
      wanted = read();
      redraw();
    });
  }

  function choose(key, value, typed = false) {
    const wrong = typed ? tooMuch(key, value, read(), say) : "";
    controls[key]?.mark(Boolean(wrong)); // what was typed stays, and the sentence says what is shown instead
    if (wrong) return tell(wrong);
    wanted = { ...(forgetful ? read() : wanted), [key]: value };
    const state = settle(wanted, key);
    const moved = Object.keys(state).filter((each) => state[each] !== wanted[each]);
    tell(moved.length ? gaveWay(moved, state, words, say) : "");
    write(state);
    const refused = Object.keys(retakes).filter((other) => controls[other].refused());
    for (const other of refused) retakes[other](); // what was too much may fit now
  }

  function refuse(key, { whole, ...bounds }) {
    const shown = controls[key].ink?.(read()[key]);
    controls[key].mark(true);
    tell(say.fill(whole ? words.notWhole : words.notBetween, { ...bounds, shown }));
  }

  function give(state, sentence = "") {
    wanted = state;
    for (const control of Object.values(controls)) control.mark(false);
    write(wanted);
    tell(sentence);
  }

  function restore() {
    onReset();
    give(unpack(model.get("_initial")), words.restored);
  }

  async function copyAsCode() {
    const line = html("code", {}, code(read()));
    const copied = await toClipboard(line.textContent);
    tell(copied ? words.copied : words.copyThis, " ", line);
    if (!copied) getSelection()?.selectAllChildren(line);
  }

  /** @type {Record<string, () => void>} */
  const retakes = {};
  for (const [key, control] of Object.entries(controls)) {
    const take = control.bind({
      message,
      choose: (value, typed) => choose(key, value, typed),
      refuse: (bounds) => refuse(key, bounds),
    });
    if (take) retakes[key] = take;
    const { slider } = control;
    if (atEnd && slider)
      slider.addEventListener(
        "keydown",
        (event) => UPWARD.includes(event.key) && slider.value === slider.max && tell(atEnd(key, read(), say)),
      );
  }
  for (const trait of traits) model.on(`change:${trait}`, follow);
  const inputs = html("div", { class: "crrkit-inputs" }, ...layout(controls));
  const actions = html(
    "div",
    { class: "crrkit-actions" },
    ...buttons({ choose, read, give }),
    button(words.reset, restore),
    button(words.copy, copyAsCode),
  );
  const parts = [inputs, message, hint, results ?? "", picture, sum ?? "", actions, ...below({ choose })];
  const body = html("div", { class: broad ? "crrkit-body crrkit-broad" : "crrkit-body" }, ...parts);
  const root = html(
    "div",
    { class: `crrkit-ui crrkit-${name}`, role: "group", "aria-label": words.title, lang: model.get("lang") },
    ...(about ? [html("p", { class: "crrkit-about" }, about)] : []),
    body,
  );
  // JupyterLab handles keys pressed inside outputs as its own commands unless propagation stops here; Notebook 7
  // handles them earlier, unless the focused element has an attribute that excludes it.
  root.addEventListener("focusin", ({ target }) =>
    set(/** @type {any} */ (target), { "data-lm-suppress-shortcuts": "true" }),
  );
  root.addEventListener("keydown", (event) => event.stopPropagation());
  root.append(ownForms(root));
  el.classList.add("crrkit-place");
  el.replaceChildren(root);
  redraw();
  return () => traits.forEach((trait) => model.off(`change:${trait}`, follow));
}
