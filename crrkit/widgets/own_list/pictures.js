// @ts-check
/* The pictures of ListExplorer: the bridge of a period, the rate over time, the stages, the rhythm of the list. */

import { caption, field, levels, roundUp, set, track, uniqueId, vector } from "../bench/shared.js";
import { patch } from "./redraw.js";

const BRIDGE = { height: 268, base: 228, room: 180, bar: 15, roomy: 44 };
const COLUMN_NAMES = ["start", "lost", "new", "returned", "end"];
const middleOf = (column) => 10 + 20 * column; // across in percent
const LINE = { left: 14, right: 99, top: 14, bottom: 214, height: 250 };
const LONG_NAME = 7; // letters: of a month
const RULES = [0, 0.25, 0.5, 0.75, 1];
const HALF_TURN = 45; // degrees of the hatch

/** Whether a rate is drawn: known, and not suppressed. */
export function known(row) {
  return !row.withheld && row.crr !== null && !Number.isNaN(row.crr);
}

/**
 * Runs of consecutive items that satisfy a test, as [first, last] indices: a line breaks at missing values.
 * @param {any[]} rows
 * @param {(row: any) => boolean} fits
 */
export function runs(rows, fits) {
  /** @type {[number, number][]} */
  const found = [];
  rows.forEach((row, i) => {
    if (!fits(row)) return;
    if (i && fits(rows[i - 1])) found[found.length - 1][1] = i;
    else found.push([i, i]);
  });
  return found;
}

/**
 * The bars of a bridge as [low, high] in customers, with the kept at the bottom of both end bars.
 * @param {{ start: number, kept: number, new: number, end: number }} row
 */
export function bridgeBars({ start, kept, new: joined, end }) {
  return {
    "kept-before": [0, 0, kept],
    gone: [0, kept, start],
    lost: [1, kept, start],
    new: [2, kept, kept + joined],
    returned: [3, kept + joined, end],
    "kept-after": [4, 0, kept],
    came: [4, kept, end],
  };
}

/** A stripe pattern and its URL. */
export function hatched(kind) {
  const id = uniqueId();
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: `rotate(${HALF_TURN})` };
  const pattern = vector("pattern", { id, width: 7, height: 7, ...turned });
  pattern.append(vector("rect", { width: 4.5, height: 7, "data-stripe": kind }));
  return { pattern, fill: `url(#${id})` };
}

/* ---- the bridge ---- */

/** From start to end: the kept as a level line, lost hatched, new outlined, returned striped. */
export function listBridge(words, say) {
  const [lost, returned] = ["lost", "returned"].map(hatched);
  const svg = vector("svg", { class: "crrkit-picture crrkit-list-bridge", role: "img", width: "100%" });
  svg.setAttribute("height", String(BRIDGE.height));

  function show(row, described) {
    svg.setAttribute("aria-label", described);
    const drawable = row && !row.withheld;
    patch(svg, lost.pattern, returned.pattern, ...(drawable ? drawn(row) : []));
  }

  function drawn(row) {
    const top = roundUp(Math.max(row.start, row.end, 1));
    const down = (customers) => BRIDGE.base - (BRIDGE.room * customers) / top;
    const rects = Object.entries(bridgeBars(row)).map(([kind, [column, low, high]]) => {
      const place = { x: `${middleOf(column) - BRIDGE.bar / 2}%`, width: `${BRIDGE.bar}%`, y: down(high) };
      const rect = vector("rect", { "data-bar": kind, ...place, height: down(low) - down(high) });
      if (kind === "lost") rect.setAttribute("fill", lost.fill);
      if (kind === "returned") rect.setAttribute("fill", returned.fill);
      return rect;
    });
    return [...rects, ...connections(row, down), ...names(row, down), ...rate(row, down)];
  }

  /** Dashed connectors between bars, the level of the kept across the chart, and the axis. */
  function connections(row, down) {
    const grown = row.kept + row.new;
    const between = (kind, from, to, customers) =>
      vector("line", {
        "data-line": kind,
        x1: `${middleOf(from) + BRIDGE.bar / 2}%`,
        x2: `${middleOf(to) - BRIDGE.bar / 2}%`,
        y1: down(customers),
        y2: down(customers),
      });
    const floor = vector("line", { "data-line": "floor", x1: "0%", x2: "100%", y1: BRIDGE.base, y2: BRIDGE.base });
    const level = row.start ? [between("level", 0, 4, row.kept), between("step", 0, 1, row.start)] : [];
    const steps = row.together
      ? [between("step", 2, 4, row.end)]
      : [between("step", 2, 3, grown), between("step", 3, 4, row.end)];
    return [...level, ...steps, floor];
  }

  function names(row, down) {
    const tops = [row.start, row.start, row.kept + row.new, row.end, row.end];
    const signs = ["", "−", "+", "+", ""];
    return COLUMN_NAMES.flatMap((name, i) => {
      if (row.together && name === "returned") return []; // returned and new customers are merged
      const count = (row[name] ? signs[i] : "") + say.short(row[name], 1e5);
      const sofar = name === "end" && row.status === "running";
      const word = words.columns[sofar ? "sofar" : row.together && name === "new" ? "came" : name];
      return [
        caption("count", middleOf(i), down(tops[i]) - 7, count),
        caption("column", middleOf(i), BRIDGE.base + 20, word),
      ];
    });
  }

  /** The number kept in both bars, and the rate as the height of the level between them. */
  function rate(row, down) {
    if (BRIDGE.base - down(row.kept) < BRIDGE.roomy) return [];
    const half = (BRIDGE.base + down(row.kept)) / 2;
    const inside = [0, 4].flatMap((column) => [
      caption("kept", middleOf(column), half - 2, say.short(row.kept, 1e5)),
      caption("word", middleOf(column), half + 13, words.kept),
    ]);
    const height = { "data-line": "height", x1: "50%", x2: "50%" };
    return [
      ...inside,
      vector("line", { ...height, y1: down(row.kept), y2: half - 12 }),
      vector("line", { ...height, y1: half + 10, y2: BRIDGE.base }),
      caption("rate", 50, half + 4, `${words.short} ${say.percent(row.crr ?? NaN)}`),
    ];
  }
  return { svg, show };
}

/* ---- the rate over time ---- */

/**
 * CRR and churn over time: the interval as a band, control limits dashed, a running period hollow. It also works as a
 * slider: a click or an arrow key selects another period.
 * @param {(label: string) => void} choose
 */
export function rateOverTime(words, say, choose) {
  const svg = vector("svg", { class: "crrkit-picture crrkit-list-line", width: "100%", height: LINE.height });
  set(svg, { role: "slider", tabindex: 0, "aria-label": words.choosePeriod, "aria-valuemin": 0 });
  let [shown, at] = [/** @type {any[]} */ ([]), 0];
  const down = (rate) => LINE.bottom - (LINE.bottom - LINE.top) * rate;
  const axis = levels(RULES, { down, left: LINE.left, right: LINE.right, say });

  const across = (i) => LINE.left + ((LINE.right - LINE.left) * (i + 0.5)) / Math.max(shown.length, 1);
  const inside = (i, rate) => [(i + 0.5) / shown.length, 1 - rate];

  function show(rows, limits, chosen, saidOf) {
    [shown, at] = [
      rows,
      Math.max(
        rows.findIndex((row) => row.label === chosen),
        0,
      ),
    ];
    const valued = { "aria-valuemax": Math.max(rows.length - 1, 0), "aria-valuenow": at };
    set(svg, { ...valued, "aria-valuetext": rows.length ? saidOf(rows[at]) : words.nothing });
    patch(svg, ...axis, ...guide(), field(LINE, ...areas(limits)), ...points(limits), ...columns());
  }

  function guide() {
    if (!shown.length) return [];
    const x = `${across(at)}%`;
    return [vector("line", { "data-line": "chosen", x1: x, x2: x, y1: LINE.top - 6, y2: LINE.bottom + 6 })];
  }

  function areas(limits) {
    const whole = (row) => known(row) && row.status !== "running";
    const parts = [];
    for (const [first, last] of runs(shown, whole)) {
      const places = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      const along = (name) => places.map((i) => inside(i, shown[i][name]));
      parts.push(track("band", [...along("high"), ...along("low").reverse()], "Z"));
      parts.push(track("churn", along("churn")), track("crr", along("crr")));
      if (shown[last + 1] && known(shown[last + 1]))
        for (const name of ["crr", "churn"])
          parts.push(
            track(`${name}-running`, [inside(last, shown[last][name]), inside(last + 1, shown[last + 1][name])]),
          );
    }
    return [...limitTracks(limits), ...parts];
  }

  /** The limits as step lines; one outside the picture runs along its edge. */
  function limitTracks(limits) {
    if (!limits) return [];
    const edge = (rate) => 1 - Math.min(Math.max(rate, 0), 1);
    const steps = (end) =>
      runs(limits[end], (rate) => !Number.isNaN(rate)).map(([first, last]) =>
        track(
          "limit",
          limits[end].slice(first, last + 1).flatMap((rate, i) => [
            [(first + i) / shown.length, edge(rate)],
            [(first + i + 1) / shown.length, edge(rate)],
          ]),
        ),
      );
    const centre = [0, 1].map((x) => [x, 1 - limits.centre]);
    return [track("centre", centre), ...steps("low"), ...steps("high")];
  }

  /** Signals have a different shape, not only a different colour; a running period is hollow. */
  function points(limits) {
    return shown.flatMap((row, i) => {
      if (!known(row)) return [];
      const signal = limits?.signal[i] ?? "";
      const kind = row.status === "running" ? "running" : signal ? "signal" : "period";
      const chosen = i === at ? { "data-chosen": "" } : {};
      const facts = { "data-marker": kind, "data-label": row.label, "data-rate": row.crr, ...chosen };
      return [signal ? diamond(across(i), down(row.crr), facts) : point(across(i), down(row.crr), i === at, facts)];
    });
  }

  const point = (x, y, isChosen, facts) => vector("circle", { ...facts, cx: `${x}%`, cy: y, r: isChosen ? 7 : 4 });

  /** A path has no percent units, so it is in an SVG of its own. */
  function diamond(x, y, facts) {
    const group = vector("svg", { role: "presentation", x: `${x}%`, y, overflow: "visible" });
    group.append(vector("path", { ...facts, d: "M0-7L7 0L0 7L-7 0Z" }));
    return group;
  }

  function columns() {
    const most = (shown[0]?.label.length ?? 0) > LONG_NAME ? 3 : 5; // so that 360 pixels hold them
    const every = Math.ceil(shown.length / most);
    return shown.flatMap((row, i) => (i % every ? [] : [caption("column", across(i), LINE.bottom + 24, row.label)]));
  }

  const take = (i) => shown[i] && choose(shown[i].label);
  svg.addEventListener("click", (event) => {
    const { left, width } = svg.getBoundingClientRect();
    const share = ((100 * (event.clientX - left)) / width - LINE.left) / (LINE.right - LINE.left);
    take(Math.min(Math.max(Math.floor(share * shown.length), 0), shown.length - 1));
  });
  svg.addEventListener("keydown", (event) => {
    const moves = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      Home: 0,
      End: shown.length - 1,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    take(moves[event.key]);
  });
  return { svg, show };
}
