import assert from "node:assert/strict";
import { test } from "node:test";
import { chart, draws, interval, zScore } from "../../crrkit/widgets/noise/index.js";

const near = (value, expected, speck = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= speck, `${value} is not ${expected}`);

test("the quantiles of the normal distribution are those of tables", () => {
  near(zScore(0.5), 0.6744897501960817);
  near(zScore(0.95), 1.959963984540054);
  near(zScore(0.999), 3.2905267314918945);
});

test("Wilson's interval of 8 in 10 is 49.0% to 94.3%", () => {
  const [low, high] = interval({ n: 10, kept: 8, level: 0.95 });
  near(low, 0.490162, 1e-6);
  near(high, 0.943318, 1e-6);
});

test("nobody and everybody end at the edge", () => {
  assert.equal(interval({ n: 10, kept: 0, level: 0.95 })[0], 0);
  assert.equal(interval({ n: 10, kept: 10, level: 0.95 })[1], 1);
});

test("the draws of a seed are those of mulberry32", () => {
  const draw = draws(0);
  near(draw(), 0.26642920868471265, 0);
  near(draw(), 0.0003297457005828619, 0);
});

test("who keeps everybody always does, and nothing is a signal", () => {
  const { rates, centre, low, high, signals } = chart({ n: 5, kept: 5, seed: 1 });
  assert.deepEqual([rates.length, centre, low, high], [24, 1, 1, 1]);
  assert.ok(rates.every((rate) => rate === 1));
  assert.equal(Object.values(signals).flat().filter(Boolean).length, 0);
});
