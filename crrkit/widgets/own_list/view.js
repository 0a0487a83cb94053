// @ts-check
/* The view of ListExplorer for a state: the headline and the sections below it, with consistent colours. */

import { html, put, vector } from "../bench/shared.js";
import { segmentAnswer, silenceAnswer, yearBefore } from "./answers.js";
import { accountOf, gapsOf, limitsOf, stagesOf } from "./cube.js";
import { inFront, shortOf } from "./doubts.js";
import { newMeanings } from "./meanings.js";
import { known, listBridge, rateOverTime } from "./pictures.js";
import { heldSteady, inSightFirst, patch, tell } from "./redraw.js";
import { rhythmCurve } from "./rhythm.js";
import { cardLines, counted, headline, newsLater, stageCode, whenOf } from "./sentences.js";
import { stageTable } from "./stages.js";
import { cohortTriangle } from "./triangle.js";
import { flowCalls } from "./who.js";

const CUSTOMER_STAGES = ["middle", "long"];
const OTHER_STAGES = ["short", "cold", "lapsed"];
const NAMED_AT_MOST = 6; // periods

/** A state in the form that the cube needs. */
export function settingsOf({ every, silence, segment, regular, first, last }) {
  return { every, silence, segment, regular, from: first, to: last };
}

/** The period shown: the chosen one, otherwise the last complete one with customers at its start. */
export function chosenRow(rows, label) {
  const chosen = rows.find((row) => row.label === label);
  const somebody = rows.filter((row) => row.start > 0);
  const whole = somebody.filter((row) => row.status === "complete");
  return chosen ?? whole.at(-1) ?? somebody.at(-1) ?? rows.at(-1) ?? null;
}

/**
 * @param {{ cube: any, words: any, say: any, lang: string, local: boolean, rhythm: any,
 *   card: [string, string, string][], whatIf: any }} facts
 * @param {(name: string, value: any) => void} choose
 */
export function viewOf({ rhythm, card, whatIf, ...voice }, choose) {
  const { cube, words, say, local } = voice;
  const sentence = html("p", { class: "crrkit-list-sentence", "aria-live": "polite", "aria-atomic": "true" });
  const doubt = html("p", { class: "crrkit-list-doubt" });
  const head = html("div", { class: "crrkit-list-head" }, sentence, doubt);
  heldSteady(head);
  const bridge = listBridge(words, say);
  const line = rateOverTime(words, say, (label) => choose("period", label));
  const stages = stageTable(words, say);
  const curve = rhythmCurve(words, say, cube.silences, (days) => choose("silence", days));
  const silences = silenceAnswer(voice, choose);
  const segments = segmentAnswer(voice, choose);
  const meanings = newMeanings(voice, (name) => choose("called_new", name));
  const cohorts = cohortTriangle(voice, rhythm);
  const flows = flowCalls(voice, rhythm.own);
  const definition = html("dl", { class: "crrkit-list-card" });
  const parts = {
    bridge: section("bridge", "", bridge.svg, html("p", { class: "crrkit-note" }), flows.node),
    line: section("line", words.overTime, legendOf(words), line.svg, html("p", { class: "crrkit-note" })),
    silences: section("silences", "", silences.node),
    rhythm: section("rhythm", words.rhythmTitle, html("p", { class: "crrkit-list-said" }), curve.svg),
    stages: section("stages", words.stagesTitle, stages.node),
    segments: section("segments", words.segmentsTitle, segments.node),
    meanings: section("meanings", words.newTitle, meanings.node),
    cohorts: section("cohorts", "", cohorts.node),
    card: section("card", words.cardTitle, definition),
  };
  const { card: last, ...first } = parts;
  const body = html("div", { class: "crrkit-list-body" }, ...Object.values(first), whatIf.node, last);
  const sight = inSightFirst();
  for (const part of body.children) sight.watch(part);
  const together = cube.told === "together"; // a shared page that does not separate new and returned customers
  if (cube.note) body.prepend(html("p", { class: "crrkit-note crrkit-list-shared" }, cube.note));
  parts.meanings.hidden = together;

  function draw(state, initial) {
    const settings = settingsOf(state);
    const rows = accountOf(cube, settings);
    const row = chosenRow(rows, state.period);
    const limits = limitsOf(rows);
    tell(sentence, row ? headline({ row, settings, was: before(row, settings, initial) }, voice) : words.nothing);
    tell(doubt, inFront(rhythm, settings, rows, row, voice));
    sight.draw(parts.bridge, () => drawBridge(row, settings, state.called_new));
    sight.draw(parts.line, () => drawLine(rows, limits, row, settings));
    sight.draw(parts.silences, () => drawSilences(row, settings));
    sight.draw(parts.rhythm, () => drawRhythm(settings));
    sight.draw(parts.stages, () => drawStages(row, settings));
    sight.draw(parts.segments, () => drawSegments(row, settings));
    sight.draw(parts.meanings, () => meanings.show(row, state.called_new));
    sight.draw(parts.cohorts, () => drawCohorts(settings));
    sight.draw(whatIf.node, () => whatIf.draw(settings));
    sight.draw(parts.card, () => patch(definition, ...cardLines(card, settings, voice).flatMap(pair)));
  }

  /** The result of the initial setting for the same time. */
  function before(row, settings, initial) {
    const first = settingsOf(initial);
    const rows = accountOf(cube, { ...first, from: null, to: null });
    const same =
      first.every === settings.every ? rows.find(({ label }) => label === row.label) : chosenRow(rows, initial.period);
    return same ? { row: same, settings: first } : null;
  }

  const saidOf = (row) =>
    row.withheld ? words.tooFew : known(row) ? say.percent(row.crr) : unseen(row) ? words.noList : words.noRate;

  function drawBridge(whole, settings, calledNew) {
    const told = whole && !unseen(whole) ? whole : null;
    const asOne = together || calledNew === "returned";
    const row = told && asOne ? { ...told, new: told.end - told.kept, returned: 0, together } : told;
    const when = whole ? whenOf(whole, settings.every, voice) : "";
    tell(titleOf(parts.bridge), put(words.bridgeTitle, { when }));
    const facts =
      row &&
      Object.fromEntries(
        ["start", "kept", "lost", "new", "returned", "end"].map((name) => [name, say.number(row[name])]),
      );
    bridge.show(
      row,
      row && !row.withheld
        ? put(together ? words.pictureTogether : words.picture, { ...facts, when })
        : whole
          ? words.noList
          : words.nothing,
    );
    const inside = row && !row.withheld ? row.newLost + row.returnedLost : 0;
    tell(noteOf(parts.bridge), inside ? put(words.cameAndWent, { n: say.number(inside) }) : "");
    flows.show(whole, settings);
  }

  function drawLine(rows, limits, row, settings) {
    line.show(rows, limits, row?.label, (one) => `${one.label}: ${saidOf(one)}`);
    tell(noteOf(parts.line), news(rows, limits, row, settings));
  }

  /** Whether the chosen period is a signal, and which others are. */
  function news(rows, limits, row, settings) {
    const gone = leftOut();
    if (!limits || !row) return [words.noLimits, gone].filter(Boolean).join(" ");
    const at = rows.indexOf(row);
    const [low, high] = [limits.low[at], limits.high[at]].map((end) => say.percent(Math.min(Math.max(end, 0), 1)));
    const facts = {
      crr: saidOf(row),
      when: whenOf(row, settings.every, voice),
      low,
      high,
      centre: say.percent(limits.centre),
    };
    const own = Number.isNaN(limits.low[at])
      ? newsLater(row, facts.when, words)
      : put(limits.signal[at] ? words.isNews[limits.signal[at]] : words.noNews, facts);
    const others = rows.filter((other, i) => limits.signal[i] && other !== row).map(({ label }) => unbroken(label));
    const past = yearBefore(rows, row, settings, voice, limits.dispersion);
    return [own, past, gone, others.length ? put(words.newsToo, { periods: others.join(", ") }) : ""]
      .filter(Boolean)
      .join(" ");
  }

  /** The periods suppressed in a shared page: a few by name, many by their number. */
  function leftOut() {
    const periods = [...cube.withheld];
    if (!periods.length) return "";
    if (periods.length <= NAMED_AT_MOST) return put(words.withheldToo, { periods: periods.map(unbroken).join(", ") });
    return counted(words.withheldMany, periods.length, voice);
  }

  function drawSilences(row, settings) {
    parts.silences.hidden = cube.silences.length < 2; // lists say themselves who is a customer
    tell(titleOf(parts.silences), put(words.bySilences.title, { when: row ? whenOf(row, settings.every, voice) : "" }));
    silences.show(settings, row);
  }

  function drawSegments(row, settings) {
    parts.segments.hidden = !cube.segments.length;
    if (cube.segments.length) segments.show(settings, row);
  }

  function drawCohorts(settings) {
    parts.cohorts.hidden = !cube.hasCohorts;
    if (!cube.hasCohorts) return;
    tell(titleOf(parts.cohorts), cohorts.titleOf(settings));
    cohorts.show(settings);
  }

  function drawStages(row, settings) {
    parts.stages.hidden = !cube.regulars.length; // of contracts that are shared there may be none
    const found = row && stagesOf(cube, settings).find(({ label }) => label === row.label);
    if (!found || found.withheld || unseen(found)) {
      stages.show([], 0, found ? (found.withheld ? words.tooFew : words.noList) : words.noStages, () => "");
      return;
    }
    const kept = { middle: found.keptMiddle, long: found.keptLong };
    const own = CUSTOMER_STAGES.map((name) => ({ name, size: found[name], kept: kept[name] }));
    const rest = OTHER_STAGES.filter((name) => found[name]).map((name) => ({
      name,
      size: found[name],
      kept: NaN,
      rest: true,
    }));
    stages.show([...own, ...rest], found.start, identity(own, found), (name) =>
      local ? stageCode(name, settings, found, cube, rhythm.own) : "",
    );
  }

  /** CRR as the sum over the stages, in counts, which add up exactly. */
  function identity(own, { start, crr }) {
    if (!start || Number.isNaN(crr)) return words.noRate;
    const there = own.filter(({ size }) => size);
    const shares = there
      .map(({ size, kept }) => `${say.percent(size / start)} × ${say.percent(kept / size)}`)
      .join(" + ");
    const counts = there.map(({ kept }) => say.number(kept)).join(" + ");
    const whole = there.length > 1 ? `(${counts})` : counts;
    return `${words.short} = ${shares} = ${whole} / ${say.number(start)} = ${say.percent(crr)}`;
  }

  function drawRhythm(settings) {
    const gaps = gapsOf(cube, settings);
    parts.rhythm.hidden = !gaps;
    if (!gaps) return;
    const chosen = typeof settings.silence === "number" && !Number.isNaN(gaps.atSilence);
    const days = chosen ? counted(words.days, settings.silence, voice) : "";
    const found = gaps.atSilence > 0 ? words.returnLater : words.noneReturns;
    const text = chosen ? put(found, { days, share: say.percent(gaps.atSilence) }) : words.noSilence;
    const beside = [text, shortOf(rhythm, settings, voice)].filter(Boolean).join(" ");
    tell(parts.rhythm.querySelector(".crrkit-list-said"), beside);
    curve.show(gaps, settings.silence, `${words.rhythmTitle}. ${text}`);
  }
  return { head, body, draw, free: sight.free };
}

/** Whether the list at its beginning or its end is missing. */
const unseen = (row) => row.status === "unseen";

/** A label with a non-breaking hyphen: "2024-08". */
const unbroken = (label) => label.replaceAll("-", "\u2011");
const titleOf = (part) => part.firstElementChild;
const noteOf = (part) => part.querySelector(".crrkit-note");
/** @param {[string, string]} line */
const pair = ([name, text]) => [html("dt", {}, name), html("dd", {}, text)];

function section(name, title, ...content) {
  return html(
    "section",
    { class: `crrkit-list-part crrkit-list-of-${name}` },
    html("p", { class: "crrkit-list-title" }, title),
    ...content,
  );
}

/** The legend of the line's marks, so that none relies on colour alone. */
function legendOf(words) {
  const sample = (...shapes) => {
    const svg = vector("svg", { width: 28, height: 14, "aria-hidden": "true", class: "crrkit-list-line" });
    svg.append(...shapes);
    return svg;
  };
  const stroke = (kind) => vector("path", { "data-track": kind, d: "M1 7H27" });
  const band = vector("rect", { "data-track": "band", x: 1, y: 2, width: 26, height: 10 });
  const marks = {
    crr: [stroke("crr"), vector("circle", { "data-marker": "period", cx: 14, cy: 7, r: 4 })],
    churn: [stroke("churn")],
    band: [band],
    limit: [stroke("limit")],
    signal: [vector("path", { "data-marker": "signal", d: "M14 0L21 7L14 14L7 7Z" })],
    running: [vector("circle", { "data-marker": "running", cx: 14, cy: 7, r: 4 })],
  };
  const entries = Object.entries(marks).map(([name, shapes]) =>
    html("span", {}, sample(...shapes), " ", words.legend[name]),
  );
  return html("p", { class: "crrkit-list-legend" }, ...entries);
}
