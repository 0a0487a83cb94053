import assert from "node:assert/strict";
import { test } from "node:test";
import { account, bars } from "../../crrkit/widgets/formula/index.js";
import { annual, course, left, lowest } from "../../crrkit/widgets/period/index.js";
import { shortestWindow } from "../../crrkit/widgets/stage_rule/index.js";
import { answer, answers, errors, span } from "../../crrkit/widgets/who_is_new/index.js";

test("70 at the start, 10 lost, 30 new: 60 kept, 90 at the end", () => {
  const { kept, end, crr, churn } = account({ start: 70, lost: 10, new: 30 });
  assert.deepEqual([kept, end, crr, churn], [60, 90, 6 / 7, 1 / 7]);
});

test("with nobody to keep there is no rate", () => {
  assert.deepEqual(account({ start: 0, lost: 0, new: 5 }), { kept: 0, end: 5, crr: NaN, churn: NaN });
});

test("the kept base is as tall in the last column as in the first", () => {
  // the scale ends at 100, so that 200 pixels are 100 customers
  const shape = bars({ start: 70, lost: 10, new: 30 });
  assert.equal(shape["kept-before"].height, 120);
  assert.equal(shape["kept-after"].height, 120);
  assert.deepEqual([shape.lost.height, shape.new.height], [20, 60]);
});

test("what is left is compounded, and adding up goes below nobody", () => {
  assert.deepEqual(left(0.5, 3), { compounded: 0.125, multiplied: -0.5 });
  assert.equal(course({ rate: 0.5, horizon: 3 }).length, 4);
  assert.equal(annual({ rate: 0.5, period: "quarter" }), 0.0625);
  assert.deepEqual([0.3, -0.2, -0.6, -7].map(lowest), [0, -0.5, -1, -1]);
});

test("a window must hold the days of a long customer", () => {
  assert.equal(shortestWindow({ k_long: 3, span_days: 0 }), 4);
  assert.equal(shortestWindow({ k_long: 3, span_days: 180 }), 182);
});

const FLOWS = { start: 100, lost: 20, new: 10, joined_and_left: 4, returned: 6, returned_and_left: 0, rejoined: 3 };

test("each meaning of new has its answer", () => {
  // end = 100 - 20 + 10 + 6 = 96; new alone gives (96 - 10) / 100, with those who returned (96 - 16) / 100 = the truth
  assert.deepEqual(answer(FLOWS, []), { end: 96, calledNew: 10, crr: 0.86 });
  assert.equal(answer(FLOWS, ["returned"]).crr, 0.8);
  const { truth, every } = answers({ ...FLOWS, counted: [] });
  assert.equal(truth, 0.8);
  assert.equal(every.length, 16);
  assert.equal(Math.min(...every), 0.73); // 4, 6 and 3 are called new as well
});

test("the error of an answer is told in customers", () => {
  assert.deepEqual(errors({ ...FLOWS, counted: [] }), { returned: 6 });
  assert.deepEqual(errors({ ...FLOWS, counted: ["returned", "rejoined"] }), { rejoined: -3 });
  assert.deepEqual(span([0.2, 1.1]), [0, 1.5]);
  assert.deepEqual(span([-3, 9]), [-1, 2]);
});
