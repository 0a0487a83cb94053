import assert from "node:assert/strict";
import { test } from "node:test";
import { put, python, reach, roundUp, scaled, speaker } from "../../crrkit/widgets/bench/shared.js";

test("a scale ends at a round number not below what it shows", () => {
  assert.deepEqual([1, 1.1, 9, 10, 101, 250, 999_999].map(roundUp), [1, 1.2, 10, 10, 120, 250, 1_000_000]);
});

test("numbers are written as Python writes them: halves to even, a real minus, a dash for what is not there", () => {
  const say = speaker("en");
  assert.deepEqual(
    [0.5, 1.5, 2.5].map((value) => say.fixed(value)),
    ["0", "2", "2"],
  );
  assert.equal(say.fixed(-1234.25, 1), "−1,234.2");
  assert.deepEqual([say.signed(0), say.signed(1.25, 2), say.signed(-3)], ["0.0", "+1.25", "−3.0"]);
  assert.deepEqual([say.percent(6 / 7), say.percent(NaN)], ["85.7%", "–"]);
  assert.deepEqual([say.points(-0.0125, "pp"), say.points(0.001, "pp", 2)], ["−1.2\u00a0pp", "+0.10\u00a0pp"]);
  assert.deepEqual([0, 0.004, 0.124, NaN].map(say.brief), ["0%", "0.4%", "12%", "–"]);
  assert.deepEqual(
    [say.short(9_999_999), say.short(12_345_678), say.short(123_456, 1e5)],
    ["9,999,999", "12.3M", "123K"],
  );
});

test("Russian has its own space, comma and percent", () => {
  const say = speaker("ru");
  assert.equal(say.percent(0.857), "85,7\u00a0%");
  assert.equal(say.number(1200), "1\u00a0200");
});

test("a sentence takes numbers of its language, or words as they are", () => {
  assert.equal(speaker("en").fill("{a} of {b}", { a: 1000, b: -2 }), "1,000 of −2");
  assert.equal(put("{a} of {b}", { a: "x", b: 1000 }), "x of 1000");
});

test("a fraction is a literal of Python", () => {
  assert.deepEqual([1, 0.07, 0.0001, 0.00001, 1.5e-7].map(python), ["1.0", "0.07", "0.0001", "1e-05", "1.5e-07"]);
});

test("a hundredth has no speck of floating point", () => {
  assert.equal(scaled(0.07), 7);
});

test("words agree with the number beside them, as in Python", () => {
  const days = "{n} {n:день|дня|дней}";
  assert.deepEqual(
    ["1", 2, "5", "11", "21", "1\u00a0001", "2,5", "–"].map((n) => put(days, { n })),
    ["1 день", "2 дня", "5 дней", "11 дней", "21 день", "1\u00a0001 день", "2,5 дня", "– дней"],
  );
  assert.deepEqual(
    ["1", "1,001"].map((n) => put("{n} {n:day|days}", { n })),
    ["1 day", "1,001 days"],
  );
});

test("a slider of numbers that are all 0 can be moved, and its end grows with them", () => {
  const wide = reach({ least: 10, most: 1000 });
  assert.equal(wide.of(0), 10);
  assert.equal(wide.of(8), 10);
  assert.equal(wide.of(30), 60);
  wide.forget();
  assert.equal(wide.of(0), 10);
});
