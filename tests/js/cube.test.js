import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { accountOf, gapsOf, limitsOf, modelOf, openCube, stagesOf } from "../../crrkit/widgets/own_list/cube.js";

/* Two months, the limits 30 and 60 days. In January a, b and c buy first; a is silent for 10 days at its end, b for 30,
 * c for 31. In February a buys again and is silent for 20 days at its end, b for 59, c for 60; nobody is new. */
const NAMES = ["there", "kept", "unbroken", "new", "back"];
const BINS = {
  there: [
    [2, 1, 0],
    [1, 2, 0],
  ], // by month: the first limit that holds them
  kept: [
    [0, 0, 0],
    [1, 2, 0],
  ],
  unbroken: [
    [0, 0, 0],
    [1, 2, 0],
  ],
  new: [
    [2, 1, 0],
    [0, 0, 0],
  ],
  back: [
    [0, 0, 0],
    [1, 0, 0],
  ],
};
const BOUGHT = { bought: [3, 1], again: [0, 1] };

/** As Python packs it: how many numbers are not 0, the zeros before each, the numbers; all below 128 here. */
function packed(numbers) {
  const places = numbers.map((_, i) => i).filter((i) => numbers[i]);
  const zeros = places.map((place, i) => place - (places[i - 1] ?? -1) - 1);
  return [places.length, ...zeros, ...places.map((i) => numbers[i])];
}

const flat = [0, 1, 2].flatMap((bin) => [0, 1].flatMap((month) => NAMES.map((name) => BINS[name][month][bin])));
const months = [0, 1].flatMap((month) => [BOUGHT.bought[month], BOUGHT.again[month]]);
const STATE = {
  kind: "orders",
  silences: [30, 60],
  natural: 30,
  segments: [],
  regulars: [],
  rule: { window: 180, span: 30, contact: 30 },
  starting: { every: "month", silence: 30, segment: null, regular: null, from: null, to: null },
  spans: [{ every: "month", labels: ["2024-01", "2024-02"], bounds: [19723, 19754, 19783] }],
  seen: { asOf: 19783 * 86400, first: 19723 * 86400, burnIn: 0 },
  gaps: { days: [19, 20, 59, 60], closed: [1, 0, 0, 0], open: [0, 1, 1, 1] },
  cohorts: [],
  cohorts_there: [],
  z: 1.96,
  histograms: NAMES,
  numbers: ["bought", "again"],
  counts: gzipSync(Uint8Array.from([...packed(flat), ...packed(months)])).toString("base64"),
};
const cube = await openCube(STATE);

test("a longer silence keeps more of the same list", () => {
  const [, short] = accountOf(cube, { ...cube.starting, silence: 30 });
  const [, long] = accountOf(cube, { ...cube.starting, silence: 60 });
  assert.deepEqual([short.start, short.kept, short.lost, short.end, short.status], [2, 1, 1, 1, "complete"]);
  assert.deepEqual([long.start, long.kept, long.lost, long.end], [3, 3, 0, 3]);
  assert.deepEqual([short.crr, long.crr], [0.5, 1]);
  assert.deepEqual([short.from, short.until], ["2024-02-01", "2024-03-01"]);
});

test("by period customers are who bought in it", () => {
  const [first, second] = accountOf(cube, { ...cube.starting, silence: "period" });
  assert.deepEqual([first.status, first.new, first.end], ["empty_base", 3, 3]);
  assert.deepEqual([second.start, second.kept, second.end], [3, 1, 1]);
  assert.ok(Number.isNaN(first.crr)); // nobody was there to keep
});

test("a setting that was not counted is refused", () => {
  for (const wrong of [{ silence: 45 }, { every: "week" }, { segment: "region: north" }]) {
    assert.throws(() => accountOf(cube, { ...cube.starting, ...wrong }), RangeError);
  }
});

test("periods are chosen by their names", () => {
  const rows = accountOf(cube, { ...cube.starting, from: "2024-02", to: "2024-02" });
  assert.deepEqual(
    rows.map((row) => row.label),
    ["2024-02"],
  );
});

test("one whole period has no limits, and without numbers of regulars there are no stages", () => {
  assert.equal(limitsOf(accountOf(cube, cube.starting)), null);
  assert.deepEqual(stagesOf(cube, cube.starting), []);
  assert.equal(modelOf(cube, cube.starting).reason, "no stages");
});

test("of four silences one ended, after 19 days", () => {
  const gaps = gapsOf(cube, cube.starting);
  assert.deepEqual(gaps.longer, [0.75, 0.75, 0.75, 0.75]);
  assert.deepEqual([gaps.gaps, gaps.atSilence], [4, 0]); // who has been silent for 30 days was never seen again
  assert.equal(gapsOf(cube, { ...cube.starting, silence: 10 }).atSilence, 0.25);
});
