import assert from "node:assert/strict";
import { test } from "node:test";
import { sendFile } from "../../crrkit/widgets/list_chooser/index.js";

test("a file goes in parts, in order, and whole", async () => {
  const size = (1 << 20) * 2 + 3;
  const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
  const sent = [];
  await sendFile(new File([bytes], "list.csv"), (message, buffers) => sent.push([message, buffers]));
  assert.deepEqual(sent[0], [{ step: "begin", name: "list.csv" }, undefined]);
  assert.deepEqual(sent.at(-1), [{ step: "end" }, undefined]);
  const parts = sent.slice(1, -1);
  assert.deepEqual(
    parts.map(([{ step, at }]) => [step, at]),
    [0, 1 << 20, 1 << 21].map((at) => ["part", at]),
  );
  assert.deepEqual(Buffer.concat(parts.map(([, [part]]) => Buffer.from(part))), Buffer.from(bytes));
});

test("of an empty file there is nothing but its name", async () => {
  const sent = [];
  await sendFile(new File([], "empty.csv"), (message) => sent.push(message.step));
  assert.deepEqual(sent, ["begin", "end"]);
});
