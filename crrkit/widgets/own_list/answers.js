// @ts-check
/* Two questions about a list: which silence gives a certain rate, and which segment loses, since when. */

import { html, put } from "../bench/shared.js";
import { cubeDifference, ratesBySegment, ratesBySilence, safeUntil } from "./cube.js";
import { patch, tell } from "./redraw.js";
import { silenceCurve } from "./rhythm.js";
import { counted, segmentName, whenOf } from "./sentences.js";

const ONE_OF_TWO = 0.5; // of a customer: less is nobody

/**
 * The silence whose rate is nearest to a given one, the shorter of two; null if no rate is known.
 * @param {any[]} rates rows of `ratesBySilence`
 * @param {number} wanted
 */
export function silenceFor(rates, wanted) {
  const known = rates.filter(({ crr }) => !Number.isNaN(crr));
  const far = ({ crr }) => Math.abs(crr - wanted);
  return known.length ? known.reduce((best, row) => (far(row) < far(best) ? row : best)) : null;
}

/** The silences by which somebody can have been lost up to a day: with longer ones all are kept. */
export function couldLose(cube, rates, until) {
  return rates.filter(({ silence }) => safeUntil(cube, silence) < Date.parse(until) / 1000);
}

/**
 * One period for every silence, and a box for entering a rate.
 * @param {any} voice
 * @param {(name: string, value: any) => void} choose
 */
export function silenceAnswer(voice, choose) {
  const { cube, words, say } = voice;
  const own = words.bySilences[cube.kind === "contracts" ? "contracts" : "purchases"];
  const said = html("p", { class: "crrkit-list-said" });
  const box = html("input", {
    type: "number",
    class: "crrkit-box crrkit-number",
    min: 0,
    max: 100,
    step: "any",
    placeholder: 80,
  });
  const ask = html("label", { class: "crrkit-list-wanted" }, own.wanted, " ", html("span", {}, box, " %"));
  const answer = html("p", { class: "crrkit-note", role: "status" });
  const curve = silenceCurve(own.axis, say, cube.silences, (days) => choose("silence", days));
  const node = html("div", {}, said, curve.svg, ask, answer);
  /** @type {{ settings: any, row: any }} */
  let shown = { settings: null, row: null };
  const wanted = () => (box.value === "" ? Number.NaN : box.valueAsNumber / 100);

  function show(settings, row) {
    shown = { settings, row };
    const rates = row ? couldLose(cube, ratesBySilence(cube, settings, row.label), row.until) : [];
    const known = rates.filter(({ crr }) => !Number.isNaN(crr));
    tell(said, known.length ? put(own.said, endsOf(known)) : row?.withheld ? words.tooFew : words.noRate);
    tell(answer, Number.isNaN(wanted()) ? "" : answerOf(rates, wanted()));
    curve.show(rates, settings.silence, wanted(), said.textContent);
  }
  const days = (silence) => counted(words.days, silence, voice);
  const endsOf = (known) => ({
    low: say.percent(known[0].crr),
    least: days(known[0].silence),
    high: say.percent(known[known.length - 1].crr),
    most: days(known[known.length - 1].silence),
  });

  function answerOf(rates, rate) {
    const found = silenceFor(rates, rate);
    if (!found) return words.noRate;
    const counts = { kept: say.number(found.kept), start: say.number(found.start) };
    const facts = { wanted: say.percent(rate), days: days(found.silence), crr: say.percent(found.crr), ...counts };
    const reached = rates.some(({ crr }) => crr >= rate) && rates.some(({ crr }) => crr <= rate);
    return put(reached ? words.rateReached : words.rateNotReached, facts);
  }
  box.addEventListener("input", () => show(shown.settings, shown.row));
  box.addEventListener("change", () => {
    const rates = shown.row ? ratesBySilence(cube, shown.settings, shown.row.label) : [];
    const found = silenceFor(couldLose(cube, rates, shown.row?.until ?? ""), wanted());
    if (found && !Number.isNaN(wanted())) choose("silence", found.silence);
  });
  return { node, show };
}

/**
 * Every segment compared with the others, the one that lost most first.
 * @param {any} voice
 * @param {(name: string, value: any) => void} choose
 */
export function segmentAnswer(voice, choose) {
  const { cube, words, say } = voice;
  const names = ["segment", "start", "crr", "rest", "more", "since"];
  const head = names.map((name) => html("th", { scope: "col", "data-cell": name }, words.segmentColumns[name]));
  const body = html("tbody", {});
  const table = html("table", { class: "crrkit-list-stages" }, html("thead", {}, html("tr", {}, ...head)), body);
  const said = html("p", { class: "crrkit-list-said", "aria-live": "polite" });
  const node = html("div", {}, said, table);
  /** @type {string | null} */
  let chosen = null;
  body.addEventListener("click", ({ target }) => {
    const key = /** @type {Element} */ (target).closest("button")?.closest("tr")?.getAttribute("data-segment");
    if (key) choose("segment", key === chosen ? null : key);
  });

  function show(settings, row) {
    chosen = settings.segment;
    const rows = row && !row.withheld ? ratesBySegment(cube, settings, row.label) : [];
    table.hidden = !rows.length;
    tell(said, rows.length ? sentenceOf(rows, whenOf(row, settings.every, voice)) : words.noRate);
    patch(body, ...rows.map(lineOf));
  }

  function sentenceOf(rows, when) {
    const loses = rows.find(({ high }) => high < 0);
    const one = loses ?? rows[0];
    const facts = {
      segment: segmentName(one.key, voice),
      when,
      crr: say.percent(one.crr),
      rest: say.percent(one.rest),
      more: say.fixed(one.more),
    };
    const since = one.periods > 1 ? ` ${counted(words.belowSince, one.periods, voice, { since: one.since })}` : "";
    return put(loses ? words.segmentLoses : words.segmentChance, facts) + (loses || one.more > 0 ? since : "");
  }

  function lineOf({ key, start, crr, rest, more, since, high, low }) {
    const name = html("button", { type: "button", class: "crrkit-list-ask" }, segmentName(key, voice));
    if (key === chosen) name.setAttribute("aria-pressed", "true");
    const beyond = high < 0 || low > 0 ? html("span", { title: words.beyondChance }, " ◆") : "";
    const cell = (kind, ...content) => html("td", { "data-cell": kind }, ...content);
    return html(
      "tr",
      { "data-segment": key },
      html("th", { scope: "row" }, name),
      cell("start", say.number(start)),
      cell("crr", say.percent(crr), beyond),
      cell("rest", say.percent(rest)),
      cell("more", Math.abs(more) < ONE_OF_TWO ? words.noMore : say.signed(more, 0)),
      cell("since", since || "–"),
    );
  }
  return { node, show };
}

/**
 * The same period a year before, and whether the two differ by more than chance; empty if there is none. The interval
 * is widened by the dispersion of the control limits, so that both comparisons agree.
 */
export function yearBefore(rows, row, settings, voice, dispersion = 1) {
  const { words, say } = voice;
  const label = row.label.replace(/^\d{4}/, (year) => String(Number(year) - 1));
  const past = rows.find((one) => one.label === label);
  if (settings.every === "year" || !past || !(past.start > 0) || Number.isNaN(row.crr) || row.status === "running")
    return "";
  const apart = row.crr - past.crr;
  const [low, high] = cubeDifference(row, past).map((end) => apart + dispersion * (end - apart));
  const facts = {
    when: whenOf(past, settings.every, voice),
    crr: say.percent(past.crr),
    difference: say.points(apart, words.pp),
  };
  return put(low > 0 || high < 0 ? words.unlikeLastYear : words.likeLastYear, facts);
}
