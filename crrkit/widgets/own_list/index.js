// @ts-check
/*
 * ListExplorer: the user's own list with sliders. Python counts once, into a cube of aggregates; this module derives
 * the account, the stages and the rhythm for the current controls in every frame.
 *
 * When it is delivered, its imports are prepended.
 */

import { bench, button, html, put, speaker } from "../bench/shared.js";
import { sentAfterFrames } from "./after.js";
import { nearest, optional, pressed, stepped } from "./controls.js";
import { accountOf, openCube } from "./cube.js";
import { fromHash, keptSettings, toHash } from "./scenarios.js";
import { counted, listCode, segmentName } from "./sentences.js";
import { chosenRow, settingsOf, viewOf } from "./view.js";
import { whatIf } from "./whatif.js";

const A_MINUTE = 60_000; // milliseconds in which a browser has taken a file
const TRAITS = ["every", "silence", "segment", "regular", "first", "last", "period", "called_new"];

/**
 * Make requested settings valid: a number goes to its nearest step, period names are converted to the new length, and
 * of a range that ends before it begins the other end is cleared.
 */
export function settledIn(cube, wanted, chosen) {
  const { every } = wanted;
  const silence = typeof wanted.silence === "number" ? nearest(cube.silences, wanted.silence) : wanted.silence;
  const regular = wanted.regular === null ? null : nearest(cube.regulars, wanted.regular);
  const periods = cube.periods(every);
  const spans = ["first", "last", "period"].map((name) => spanOf(cube, wanted[name]));
  const [from, to, at] = spans;
  let first = from && periods.find((period) => period.until > from.from);
  let last = to && periods.findLast((period) => period.from < to.until);
  if (first && last && first.from > last.from) [first, last] = chosen === "last" ? [null, last] : [first, null];
  const period = at && periods.find((each) => each.until > at.from);
  const inside = period && !(first && period.from < first.from) && !(last && period.from > last.from);
  const labels = { first: first?.label ?? null, last: last?.label ?? null, period: inside ? period.label : null };
  return { ...wanted, silence, regular, ...labels };
}

/** A period of any length by its name; names of different lengths are distinct. */
function spanOf(cube, label) {
  if (label === null || label === undefined) return null;
  return cube.everies.flatMap((every) => cube.periods(every)).find((period) => period.label === label) ?? null;
}

async function render({ model: whole, el }) {
  const isPage = !("send" in whole); // in a notebook the address is not ours
  const { own: model, watch } = isPage ? { own: whole, watch: () => () => {} } : sentAfterFrames(whole);
  const cube = await openCube(model.get("_cube"));
  const words = model.get("_words");
  const lang = model.get("lang");
  const voice = { cube, words, lang, say: speaker(lang), local: !isPage };
  /** @type {{ choose: (name: string, value: any) => void, give: (state: any, sentence?: string) => void }} */
  const hands = { choose() {}, give() {} }; // the bench fills them
  const ahead = whatIf(voice, model, (name, value) => hands.choose(name, value));
  const facts = { ...voice, whatIf: ahead, rhythm: model.get("_rhythm"), card: model.get("_card") };
  const shown = viewOf(facts, (name, value) => hands.choose(name, value));
  const kept = keptSettings(voice, model, (state) => hands.give(settledIn(cube, state, "")));
  const past = history(words);
  if (isPage) takeFromAddress(model, cube);

  const off = bench({
    model,
    el,
    name: "list",
    traits: TRAITS,
    controls: controlsOf(voice),
    forgetful: true,
    settle: (wanted, chosen) => settledIn(cube, wanted, chosen),
    gaveWay: (moved, state) => gaveWayTo(moved, state, voice),
    layout: (controls) => laidOut({ ...controls, why: whyNoSilence(voice) }),
    results: shown.head,
    picture: shown.body,
    draw(state) {
      past.keep(state);
      shown.draw(state, model.get("_initial"));
    },
    code: (state) => listCode(settingsOf(state), shownLabel(cube, state), cube, facts.rhythm.own),
    buttons({ choose, give, read }) {
      Object.assign(hands, { choose, give });
      const link = () => {
        location.hash = toHash(read(), model.get("_initial"));
        give(read(), words.linked);
      };
      return [
        past.button(give),
        button(words.keep, () => kept.keep(read())),
        ...(isPage ? [] : [saveButton(model, words, (sentence) => give(read(), sentence))]),
        ...(isPage ? [button(words.link, link)] : []),
      ];
    },
    below: () => [kept.node],
  });
  kept.show();
  const aheadOf = ["levers", "steps", "costs", "margins"].map((name) => [`change:${name}`, ahead.refresh]);
  const followed = { "change:scenarios": kept.show, ...Object.fromEntries(aheadOf) };
  for (const [event, listener] of Object.entries(followed)) model.on(event, listener);
  const frees = [past.watch(el), watch(el)];
  return () => {
    off();
    for (const free of frees) free();
    shown.free();
    for (const [event, listener] of Object.entries(followed)) model.off(event, listener);
  };
}

/** The valid settings given in the page's URL. */
function takeFromAddress(model, cube) {
  const asked = fromHash(location.hash);
  const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  if (asked.every && !cube.everies.includes(asked.every)) return;
  if (asked.segment && !cube.segments.some(({ key }) => key === asked.segment)) return;
  const settled = settledIn(cube, { ...state, ...asked }, "");
  for (const name of TRAITS) model.set(name, settled[name]);
}

function gaveWayTo(moved, state, { words, say }) {
  const name = ["silence", "regular"].find((each) => moved.includes(each));
  return name ? put(words.nearest, { shown: say.number(state[name]) }) : "";
}

/** @param {Record<string, any>} controls */
function laidOut({ every, silence, segment, regular, first, last, why }) {
  const span = html("div", { class: "crrkit-list-span" }, first.row, last.row);
  return [every.row, why ?? silence.row, regular.row, segment.row, span];
}

/** For periodic lists, why there is no silence to choose; otherwise null. */
function whyNoSilence({ cube, words }) {
  if (cube.kind !== "snapshots") return null;
  const shortest = words.periods[cube.everies[0]];
  return html("p", { class: "crrkit-note crrkit-list-why" }, put(words.noSilenceOfLists, { every: shortest }));
}

function shownLabel(cube, state) {
  return chosenRow(accountOf(cube, settingsOf(state)), state.period)?.label ?? "";
}

/**
 * A button that requests the shareable page from Python and downloads it.
 * @param {any} model
 * @param {any} words
 * @param {(sentence: string) => void} tell
 */
function saveButton(model, words, tell) {
  model.on("msg:custom", (/** @type {any} */ message) => {
    if (message.refused) tell(message.refused);
    if (!message.page) return;
    const href = URL.createObjectURL(new Blob([message.page], { type: "text/html" }));
    html("a", { href, download: "list.html" }).click();
    setTimeout(() => URL.revokeObjectURL(href), A_MINUTE);
    tell(words.pageSaved);
  });
  return button(words.savePage, () => {
    tell(words.pageMade);
    model.send({ ask: "page" });
  });
}

/** The undo history; a drag is one step. */
function history(words) {
  /** @type {any[]} */
  const past = [];
  let [now, dragging, kept] = [/** @type {any} */ (null), false, false];
  const node = html("button", { type: "button", class: "crrkit-button", disabled: "" }, words.back);

  function keep(state) {
    const same = now && TRAITS.every((name) => state[name] === now[name]);
    if (now && !same && !(dragging && kept)) past.push(now);
    if (now && !same) kept = dragging;
    now = { ...state };
    node.disabled = !past.length;
  }
  function stepBack(give) {
    node.addEventListener("click", () => {
      const before = past.pop();
      now = null; // what is given back is no step of its own
      give(before, words.wentBack);
    });
    return node;
  }
  function watch(el) {
    const down = () => ([dragging, kept] = [true, false]);
    const up = () => (dragging = false);
    el.addEventListener("pointerdown", down, { capture: true }); // before a picture follows the pointer
    window.addEventListener("pointerup", up);
    return () => window.removeEventListener("pointerup", up);
  }
  return { keep, button: stepBack, watch };
}

/* ---- controls ---- */

function controlsOf(voice) {
  const { cube, words, say } = voice;
  const days = (n) => counted(words.days, n, voice);
  const labels = ({ every }) => cube.periods(every).map(({ label }) => label);
  /** @type {[string, string][]} */
  const everies = cube.everies.map((every) => [every, words.periods[every]]);
  const isContracts = cube.kind === "contracts";
  const ofMonths = isContracts || cube.kind === "snapshots";
  const renewed = isContracts ? words.renewed : words.listed;
  return {
    every: pressed(words.every, everies),
    silence: stepped(isContracts ? words.gap : words.customer, cube.silences, {
      unit: days,
      other: cube.hasPeriod ? ["period", words.periodRule] : null,
      word: words.silenceRule,
    }),
    regular: stepped(ofMonths ? renewed : words.regular, cube.regulars, {
      unit: (n) => (ofMonths ? counted(words.months, n, voice) : say.number(n)),
      hue: "long",
    }),
    segment: optional(
      words.segment,
      words.all,
      () => cube.segments.map(({ key }) => key),
      (key) => segmentName(key, voice),
    ),
    first: optional(words.first, words.begin, labels),
    last: optional(words.last, words.end, labels),
  };
}

export default { render };
