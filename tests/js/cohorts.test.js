import assert from "node:assert/strict";
import { test } from "node:test";
import { code, curvesOf, gridOf, lastCommon, settled } from "../../crrkit/widgets/cohorts/index.js";

const MONTH = {
  kind: "bounded",
  period: "month",
  value: "customers",
  align: "calendar",
  cohorts: ["2024-01", "2024-02", "2024-03"],
  columns: ["0", "1", "2"],
  sizes: [10, 8, 5],
  rates: [
    [1, 0.5, 0.4],
    [1, 0.25, 0.2],
    [1, null, null],
  ],
  active: [
    [10, 5, 4],
    [8, 2, 1],
    [5, null, null],
  ],
  states: ["ooo", "oop", "ouu"],
  provisional: ["000", "001", "000"],
  averages: { pooled: [1, 0.39, 0.4], simple: [1, 0.375, 0.4] },
  first: 1,
};
const QUARTER = {
  ...MONTH,
  period: "quarter",
  cohorts: ["2023Q4", "2024Q1"],
  states: ["oo", "oo"],
  rates: [
    [1, 0.5],
    [1, 0.4],
  ],
};
const MONEY = { ...MONTH, value: "revenue" };
const LATER = { ...MONTH, kind: "unbounded" };
const GRIDS = [MONTH, LATER, MONEY, QUARTER];
const USUAL = [
  ["2024-01", "2024-02"],
  ["2024-01", "2024-02"],
  ["2024-01", "2024-02"],
  ["2023Q4", "2024Q1"],
];
const CHOICE = {
  kind: "bounded",
  period: "month",
  value: "customers",
  one: "2024-01",
  other: "2024-03",
  average: "pooled",
};

test("a cell that is running or was not seen is no number of a curve", () => {
  const lines = curvesOf(MONTH, { ...CHOICE, one: "2024-02" });
  assert.deepEqual(lines.one, [1, 0.25, null]);
  assert.deepEqual(lines.other, [1, null, null]);
  assert.deepEqual(lines.average, [1, 0.39, 0.4]);
});

test("two cohorts are compared where both were observed whole, and age 0 says nothing", () => {
  assert.equal(lastCommon(MONTH, { one: [1, 0.5, 0.4], other: [1, 0.25, null] }), 1);
  assert.equal(lastCommon(MONTH, { one: [1, 0.5, 0.4], other: [1, null, null] }), -1);
});

test("what was chosen stands and what is not counted together gives way", () => {
  assert.deepEqual(settled(GRIDS, USUAL, { ...CHOICE, value: "revenue", kind: "unbounded" }, "kind"), {
    ...CHOICE,
    kind: "unbounded",
  });
  assert.deepEqual(settled(GRIDS, USUAL, { ...CHOICE, value: "revenue", kind: "unbounded" }, "value"), {
    ...CHOICE,
    value: "revenue",
  });
});

test("cohorts that are not there give way to the usual ones; those that are stay", () => {
  const quarter = settled(GRIDS, USUAL, { ...CHOICE, period: "quarter" }, "period");
  assert.deepEqual([quarter.one, quarter.other], ["2023Q4", "2024Q1"]);
  assert.deepEqual(settled(GRIDS, USUAL, CHOICE, "one"), CHOICE);
});

test("a half-made state of Python can be drawn: nothing was chosen, the nearest grid serves", () => {
  const half = settled(GRIDS, USUAL, { ...CHOICE, period: "quarter", value: "revenue" });
  assert.ok(gridOf(GRIDS, half).cohorts.includes(half.one));
});

test("the line of Python names the grid, the cohorts and the average", () => {
  assert.equal(
    code(CHOICE, MONTH),
    'grid = crr.cohort_grid(base, every="month", kind="bounded", value="customers", align="calendar"); ' +
      'curves = grid.matrix().loc[["2024-01", "2024-03"]]; average = grid.average("pooled")',
  );
});
