import assert from "node:assert/strict";
import { test } from "node:test";
import { band, effects, layers, level, moved, project, withInflow } from "../../crrkit/widgets/stages/chain.js";
import { code } from "../../crrkit/widgets/stages/index.js";

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-12, `${value} is not ${expected}`);

// Of the middle 60% stay, 20% become long, 20% are lost; of the long 90% stay, 10% are lost. Ten come a step.
const KEEP = { name: "retention_middle", how: "keep", own: 0, towards: 0, low: -0.8, high: 0.2 };
const CHAIN = {
  stages: ["middle", "long"],
  retained: [true, true],
  start: [100, 50],
  inflow: [10, 0],
  levers: [KEEP],
  costs: {},
  matrix: [
    [0.6, 0.2],
    [0, 0.9],
  ],
  basis: null,
};

test("the base goes step by step", () => {
  // middle 100 × 0.6 + 10 = 70, long 100 × 0.2 + 50 × 0.9 = 65; of 150 there were 80 + 45 kept
  const { path, customers, crr, endpoint, margin } = project(CHAIN, CHAIN.matrix, 1, { middle: 2, long: 10 });
  assert.deepEqual(path, [
    [100, 50],
    [70, 65],
  ]);
  assert.deepEqual(customers, [150, 135]);
  near(crr[1], 125 / 150);
  assert.equal(crr[0], NaN);
  near(endpoint[1], 125 / 150);
  assert.deepEqual(margin, [700, 790]);
});

test("with nobody there is no rate", () => {
  assert.equal(project({ ...CHAIN, start: [0, 0] }, CHAIN.matrix, 1, {}).crr[1], NaN);
});

test("keeping ten points more keeps the mix of those kept", () => {
  near(level(CHAIN, CHAIN.matrix, KEEP), 0.8);
  const [[stay, rise], long] = moved(CHAIN, { retention_middle: 0.1 });
  near(stay, 0.675); // 0.6 + 0.1 × 0.6 / 0.8
  near(rise, 0.225);
  assert.deepEqual(long, [0, 0.9]);
  assert.equal(moved(CHAIN, {}), CHAIN.matrix);
});

test("one point more on a lever brings one customer of each hundred in the next step", () => {
  const [row] = effects(CHAIN, {}, 1, {});
  near(row.customers, 1);
  near(row.crr, 1 / 150);
  assert.equal(row.full, false);
  const [full] = effects(CHAIN, { retention_middle: 0.2 }, 1, {});
  assert.deepEqual([full.full, full.customers], [true, NaN]);
});

test("half as many more come when the inflow is moved by half", () => {
  assert.deepEqual(withInflow(CHAIN, 0.5).inflow, [15, 0]);
  assert.equal(withInflow(CHAIN), CHAIN);
});

test("without a list nothing is said of how far it may stray", () => {
  assert.deepEqual(band(CHAIN, CHAIN.matrix, [[100, 50]], [150]), { low: [150], high: [150] });
});

test("stages stand on each other", () => {
  assert.deepEqual(
    layers(CHAIN, [
      [100, 50],
      [70, 65],
    ]),
    [
      [
        [0, 0],
        [100, 70],
      ],
      [
        [100, 70],
        [150, 135],
      ],
    ],
  );
});

test("the line of Python has what was moved and nothing else", () => {
  const state = { conversion: 0, retention_middle: 0.07, periods: 4, margins: { middle: 0, long: 10 } };
  assert.equal(
    code(state, CHAIN.stages),
    'scenario = crr.Scenario(retention_middle=0.07); future = model.project(4, scenario=scenario, margins={"long": 10.0})',
  );
});

test("a lever of promotion moves the kept from middle to long, one of winback takes from those who leave or stay", () => {
  const promotion = { name: "promotion", how: "share", own: 0, towards: 1, low: -0.25, high: 0.75 };
  const winback = { name: "winback", how: "enter", own: 0, towards: 1, low: -0.2, high: 0.2 };
  near(level(CHAIN, CHAIN.matrix, promotion), 0.25); // 0.2 of the 0.8 kept
  const [[stay, rise]] = moved({ ...CHAIN, levers: [promotion] }, { promotion: 0.5 });
  near(stay, 0.2); // 0.6 - 0.5 × 0.8
  near(rise, 0.6);
  const [[same, entered]] = moved({ ...CHAIN, levers: [winback] }, { winback: 0.1 });
  near(same, 0.6); // taken from the fifth that is lost
  near(entered, 0.3);
  const closed = {
    ...CHAIN,
    matrix: [
      [0.8, 0.2],
      [0, 0.9],
    ],
    levers: [winback],
  };
  near(moved(closed, { winback: 0.1 })[0][0], 0.7); // nobody is lost: taken from those who stay
});
