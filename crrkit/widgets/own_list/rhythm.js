// @ts-check
/* The purchase rhythm of the list: the share still buying again after a silence. */

import { caption, field, levels, track, vector } from "../bench/shared.js";
import { patch } from "./redraw.js";

const RHYTHM = { left: 14, right: 97, top: 14, bottom: 170, height: 212 };
const END_LABEL = {
  width: 0.17, // of the axis: a rate at 360 pixels
  above: 7, // of the curve
  below: 17,
  highest: 11, // which the picture would cut above
  lowest: 166, // which would touch the axis below
};
const DAY_MARKS = [0, 1, 7, 30, 90, 180, 365, 1095];

/**
 * The share of those silent for a number of days who still buy again. The chosen silence is marked on the curve and can
 * be dragged.
 * @param {number[]} steps what the silence can be
 * @param {(days: number) => void} choose
 */
export function rhythmCurve(words, say, steps, choose) {
  const { svg, place, axes, dot } = dayPicture(words.rhythmAxis, say, steps, choose);

  /**
   * @param {{ days: number[], returning: number[], atSilence: number }} gaps
   * @param {number | string} silence
   */
  function show(gaps, silence, described) {
    svg.setAttribute("aria-label", described);
    patch(svg, ...axes, field(RHYTHM, ...curve(gaps)), ...dot(silence, gaps.atSilence));
  }

  function curve({ days, returning }) {
    const points = days
      .map((length, i) => [place(length), 1 - returning[i]])
      .filter(([x, y]) => x <= 1 && !Number.isNaN(y));
    if (points.length < 2) return [];
    const [first, last] = [points[0], points[points.length - 1]];
    return [track("under", [[first[0], 1], ...points, [last[0], 1]], "Z"), track("returning", points)];
  }
  return { svg, show };
}

/**
 * One period for every silence, as the share kept. The chosen one is marked on the curve and can be dragged.
 * @param {number[]} steps what the silence can be
 * @param {(days: number) => void} choose
 */
export function silenceCurve(title, say, steps, choose) {
  const { svg, place, across, down, axes, dot } = dayPicture(title, say, steps, choose);

  /**
   * @param {{ silence: number, crr: number }[]} rates
   * @param {number | string} silence
   * @param {number} wanted a rate that is asked for; NaN for none
   */
  function show(rates, silence, wanted, described) {
    svg.setAttribute("aria-label", described);
    const known = rates.filter(({ crr }) => !Number.isNaN(crr));
    const points = known.map((one) => [place(one.silence), 1 - one.crr]);
    const line = known.length > 1 ? [track("returning", points)] : [];
    const at = known.find((one) => one.silence === silence)?.crr ?? NaN;
    const asked = { "data-line": "wanted", x1: `${RHYTHM.left}%`, x2: `${RHYTHM.right}%` };
    const level = Number.isNaN(wanted) ? [] : [vector("line", { ...asked, y1: down(wanted), y2: down(wanted) })];
    const ends = () => [
      endOf(known[0], labelAt(points, "first"), "start"),
      endOf(known[known.length - 1], labelAt([...points].reverse(), "last"), "end"),
    ];
    patch(svg, ...axes, field(RHYTHM, ...line), ...level, ...(known.length > 1 ? ends() : []), ...dot(silence, at));
  }
  const endOf = ({ silence, crr }, y, anchor) => caption("end", across(silence), y, say.percent(crr), anchor);
  return { svg, show };
}

/**
 * How far down the rate at an end of the curve is written, so that no part of the curve runs through it: on the side of
 * which the curve stays clear, of two such sides below its beginning and above its end.
 * @param {number[][]} points places and shares from the top, from this end on
 * @param {"first" | "last"} end
 */
export function labelAt(points, end) {
  const depth = RHYTHM.bottom - RHYTHM.top;
  const downs = besideIt(points).map((share) => RHYTHM.top + depth * share);
  const [high, low] = [Math.min(...downs), Math.max(...downs)];
  const [rise, fall] = [downs[0] - high, low - downs[0]];
  const isBelow = end === "first" ? fall <= rise : fall < rise;
  if (isBelow && low + END_LABEL.below <= END_LABEL.lowest) return low + END_LABEL.below;
  return Math.max(high - END_LABEL.above, END_LABEL.highest);
}

/** The shares at the points of a curve that are within the width of a label from its end, and where that width ends. */
function besideIt(points) {
  const off = ([x]) => Math.abs(x - points[0][0]);
  const beyond = points.findIndex((point) => off(point) > END_LABEL.width);
  if (beyond < 0) return points.map(([, share]) => share);
  const [inner, outer] = [points[beyond - 1], points[beyond]];
  const part = (END_LABEL.width - off(inner)) / (off(outer) - off(inner));
  return [...points.slice(0, beyond).map(([, share]) => share), inner[1] + part * (outer[1] - inner[1])];
}

/** A picture over days of silence, one of which is selected by a click or by dragging. */
function dayPicture(title, say, steps, choose) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-list-rhythm", role: "img", width: "100%" });
  svg.setAttribute("height", String(RHYTHM.height));
  const [least, most] = [steps[0], steps[steps.length - 1]];
  const aside = least < 1 ? 1 : 0; // 0 days have no logarithm, and a place of their own beside 1
  const far = (days) => Math.log((Math.max(days, least) + aside) / (least + aside));
  const place = (days) => far(days) / Math.max(far(most), Math.LN2);
  const across = (days) => RHYTHM.left + (RHYTHM.right - RHYTHM.left) * Math.min(place(days), 1);
  const down = (share) => RHYTHM.bottom - (RHYTHM.bottom - RHYTHM.top) * share;

  const marks = DAY_MARKS.filter((days) => days >= least && days <= most);
  const axes = [
    ...levels([0, 0.5, 1], { down, left: RHYTHM.left, right: RHYTHM.right, say }),
    ...marks.map((mark) => caption("column", across(mark), RHYTHM.bottom + 18, say.number(mark))),
    caption("aside", (RHYTHM.left + RHYTHM.right) / 2, RHYTHM.bottom + 36, title),
  ];

  function dot(silence, share) {
    if (typeof silence !== "number") return [];
    const x = `${across(silence)}%`;
    const line = vector("line", { "data-line": "chosen", x1: x, x2: x, y1: RHYTHM.top - 6, y2: RHYTHM.bottom });
    if (Number.isNaN(share)) return [line];
    return [line, vector("circle", { "data-marker": "silence", cx: x, cy: down(share), r: 7 })];
  }

  /** Dragging on the picture moves the silence: to the step nearest to the pointer on the axis. */
  function follow(event) {
    const { left, width } = svg.getBoundingClientRect();
    const share = ((100 * (event.clientX - left)) / width - RHYTHM.left) / (RHYTHM.right - RHYTHM.left);
    const off = (step) => Math.abs(place(step) - share);
    const step = steps.reduce((best, each) => (off(each) < off(best) ? each : best));
    if (step !== held) choose(step);
    held = step;
  }
  let held = NaN;
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    held = NaN;
    follow(event);
  });
  svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && follow(event));
  return { svg, place, across, down, axes, dot };
}
