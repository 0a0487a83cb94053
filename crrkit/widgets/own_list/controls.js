// @ts-check
/* The controls of ListExplorer: sliders with unequal steps, button groups, ranges. */

import { choice, html, set, uniqueId } from "../bench/shared.js";

/**
 * The step nearest to a number, the smaller one if tied.
 * @param {number[]} steps
 * @param {number} value
 */
export function nearest(steps, value) {
  return steps.reduce((best, step) => (Math.abs(step - value) < Math.abs(best - value) ? step : best), steps[0]);
}

/**
 * A button group: native radio buttons, so that arrow keys move to the next.
 * @param {string} legend
 * @param {[string, string][]} pairs
 */
export function pressed(legend, pairs) {
  const name = uniqueId();
  const radios = pairs.map(([value]) => html("input", { type: "radio", name, value }));
  const labels = pairs.map(([, word], i) => html("label", {}, radios[i], html("span", {}, word)));
  const row = html("fieldset", { class: "crrkit-list-pressed" }, html("legend", {}, legend), ...labels);
  row.hidden = pairs.length < 2;
  const show = (shown) => radios.forEach((radio) => (radio.checked = radio.value === shown));
  const bind = ({ choose }) => radios.forEach((radio) => radio.addEventListener("change", () => choose(radio.value)));
  return { row, show, bind, mark() {}, refused: () => false };
}

/**
 * A choice without an initial selection: `none` is its label then.
 * @param {string} label
 * @param {string} none
 * @param {(state: any) => string[]} names
 */
export function optional(label, none, names, called = (/** @type {string} */ name) => name) {
  /** @returns {[string, string][]} */
  const pairs = (state) => [
    ["", none],
    ...names(state).map((name) => /** @type {[string, string]} */ ([name, called(name)])),
  ];
  const inner = choice(label, pairs);
  return {
    ...inner,
    show: (shown, state, say) => inner.show(shown ?? "", state, say),
    bind: (/** @type {any} */ hands) => inner.bind({ ...hands, choose: (value) => hands.choose(value || null) }),
  };
}

/**
 * A slider over increasingly wide steps, and a box for the number itself. A typed number selects the nearest step, but
 * the text is left unchanged until typing is finished, so that 12 on the way to 120 is not replaced. `other` is an
 * additional value with a label.
 * @param {string} label
 * @param {number[]} steps
 * @param {{ unit: (value: number) => string, other?: [string, string] | null, word?: string, hue?: string }} looks
 */
export function stepped(label, steps, { unit, other = null, word = "", hue = "kept" }) {
  const id = uniqueId();
  const [least, most] = [steps[0], steps[steps.length - 1]];
  const named = { "aria-labelledby": id };
  const slider = html("input", { ...named, type: "range", min: 0, max: steps.length - 1, step: 1 });
  const box = html("input", { ...named, type: "number", min: least, max: most, step: 1 });
  slider.className = "crrkit-slider";
  box.className = "crrkit-box crrkit-number";
  const dial = html("div", { class: "crrkit-dial", style: `--crrkit-hue: var(--crrkit-${hue})` }, slider, box);
  const radios = other ? pressed(label, [["", word], other]) : null;
  const title = html("span", { class: "crrkit-dial-label", id }, label);
  const row = html("div", { class: "crrkit-list-stepped" }, radios ? radios.row : title, dial);
  if (radios) set(radios.row.querySelector("legend") ?? row, { id });
  let last = steps[Math.floor(steps.length / 2)]; // where the slider stands while the other value is chosen
  let typing = false;

  function show(shown) {
    if (shown !== other?.[0]) last = shown;
    const place = steps.indexOf(last);
    row.toggleAttribute("data-other", shown === other?.[0]);
    radios?.show(shown === other?.[0] ? shown : "");
    set(slider, { "aria-valuetext": unit(last) });
    if (slider.value !== String(place)) slider.value = String(place);
    slider.style.setProperty("--crrkit-filled", `${(100 * place) / Math.max(steps.length - 1, 1)}%`);
    if (!refused() && !typing && box.value !== String(last)) box.value = String(last);
  }

  const refused = () => box.hasAttribute("aria-invalid");
  const mark = (wrong) => (wrong ? box.setAttribute("aria-invalid", "true") : box.removeAttribute("aria-invalid"));

  function bind({ choose, refuse, message }) {
    box.setAttribute("aria-describedby", message.id);
    slider.addEventListener("input", () => choose(steps[slider.valueAsNumber]));
    radios?.bind({ choose: (value) => choose(value || last) });
    const fits = () => box.valueAsNumber >= least && box.valueAsNumber <= most;
    const follow = () => {
      typing = true;
      if (!fits()) return; // it may be the beginning of one that does
      mark(false);
      choose(box.valueAsNumber);
    };
    const take = () => {
      typing = false;
      if (!fits()) return refuse({ least, most, whole: true });
      mark(false);
      return choose(box.valueAsNumber);
    };
    const walk = (by) => {
      const place = steps.indexOf(last) + by;
      if (steps[place] !== undefined) choose(steps[place]);
    };
    const wheel = (event) => {
      if (event.target.getRootNode().activeElement !== event.target) return; // it may be meant for the page
      event.preventDefault();
      walk(event.deltaY < 0 ? 1 : -1);
    };
    for (const input of [slider, box]) input.addEventListener("wheel", wheel, { passive: false });
    box.addEventListener("input", follow);
    box.addEventListener("change", take);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      walk(event.key === "ArrowUp" ? 1 : -1);
    });
  }
  row.hidden = steps.length < 2 && !other;
  return { row, slider, box, show, bind, mark, refused, ink: (value) => value };
}
