import assert from "node:assert/strict";
import { test } from "node:test";
import { code, split } from "../../crrkit/widgets/decomposition/index.js";

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-12, `${value} is not ${expected}`);

test("rates that stand still leave the whole change to the mix", () => {
  // 0.5 × 0.9 + 0.5 × 0.5 = 0.70; 0.25 × 0.9 + 0.75 × 0.5 = 0.60
  const before = [
    ["old", 0.5, 0.9],
    ["young", 0.5, 0.5],
  ];
  const after = [
    ["old", 0.25, 0.9],
    ["young", 0.75, 0.5],
  ];
  const parts = split({ before, after });
  near(parts.before, 0.7);
  near(parts.after, 0.6);
  near(parts.rate, 0);
  near(parts.mix, -0.1);
  assert.equal(parts.notes.paradox, "mixAlone");
});

test("every segment better and the whole worse is named", () => {
  const before = [
    ["old", 0.8, 0.9],
    ["young", 0.2, 0.5],
  ];
  const after = [
    ["old", 0.2, 0.92],
    ["young", 0.8, 0.52],
  ];
  const parts = split({ before, after });
  assert.equal(parts.notes.paradox, "fell");
  near(parts.rate + parts.mix, parts.change);
});

test("a segment that was there only once is told, and its rate does not count", () => {
  const before = [
    ["old", 1, 0.9],
    ["young", 0, 0.5],
  ];
  const after = [
    ["old", 0.5, 0.9],
    ["young", 0.5, 0.5],
  ];
  assert.deepEqual(split({ before, after }).notes.once, [1]);
  assert.equal(code({ before, after }).includes('{"old": (1.0, 0.9)}'), true);
});
