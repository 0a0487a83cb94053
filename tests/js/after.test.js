import assert from "node:assert/strict";
import { test } from "node:test";
import { sentAfterFrames } from "../../crrkit/widgets/own_list/after.js";

/** A model as anywidget gives it, which remembers what was sent; and a page whose frames are painted by hand. */
function setting(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  const frames = new Map();
  t.mock.method(performance, "now", () => now);
  Object.assign(globalThis, {
    requestAnimationFrame: (callback) => frames.set(frames.size + 1, callback) && frames.size,
    cancelAnimationFrame: (id) => frames.set(id, () => {}),
  });
  const pass = (milliseconds) => {
    now += milliseconds;
    t.mock.timers.tick(milliseconds);
  };
  const paint = () => {
    for (const [id, callback] of [...frames]) {
      frames.set(id, () => {});
      callback();
    }
    pass(1);
  };
  const state = { silence: 90, period: null };
  const listeners = new Map();
  const sent = [];
  let unsent = {};
  const model = {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      Object.assign(state, { [name]: value });
      unsent[name] = value;
      listeners.get(`change:${name}`)?.();
    },
    save_changes() {
      sent.push(unsent);
      unsent = {};
    },
    on: (event, listener) => listeners.set(event, listener),
    off: (event, listener) => listeners.get(event) === listener && listeners.delete(event),
    send: (message) => sent.push(message),
  };
  const fromPython = (name, value) => {
    model.set(name, value);
    unsent = {};
  };
  return { ...sentAfterFrames(model), state, sent, paint, pass, fromPython };
}

function choose(own, values) {
  for (const [name, value] of Object.entries(values)) own.set(name, value);
  own.save_changes();
}

test("a choice is read at once and sent when its frame is painted", (t) => {
  const { own, state, sent, paint } = setting(t);
  choose(own, { silence: 91, period: null });
  assert.equal(own.get("silence"), 91);
  assert.equal(state.silence, 90);
  assert.deepEqual(sent, []);
  paint();
  assert.equal(state.silence, 91);
  assert.deepEqual(sent, [{ silence: 91 }]);
});

test("a key that is held sends at most ten times a second, and its last value", (t) => {
  const { own, sent, paint } = setting(t);
  for (let silence = 91; silence <= 150; silence++) {
    choose(own, { silence });
    for (let frame = 0; frame < 2; frame++) paint();
  }
  for (let frame = 0; frame < 200; frame++) paint();
  assert.ok(sent.length > 1 && sent.length <= 1 + (60 * 2) / 100 + 1, `${sent.length} messages`);
  assert.deepEqual(sent.at(-1), { silence: 150 });
});

test("out of sight, where no frame is painted, a choice is sent all the same", (t) => {
  const { own, sent, pass } = setting(t);
  choose(own, { silence: 91 });
  pass(100);
  assert.deepEqual(sent, [{ silence: 91 }]);
});

test("what Python says meanwhile is newer than what was not sent yet", (t) => {
  const { own, sent, state, paint, fromPython } = setting(t);
  const told = [];
  own.on("change:silence", () => told.push(own.get("silence")));
  choose(own, { silence: 91, period: "2024-02" });
  fromPython("silence", 60);
  assert.deepEqual(told, [60]);
  paint();
  assert.deepEqual(state, { silence: 60, period: "2024-02" });
  assert.deepEqual(sent, [{ period: "2024-02" }]);
  assert.deepEqual(told, [60]); // its own words are not told to the view again
});

test("a question to Python comes after what was chosen before it", (t) => {
  const { own, sent, paint } = setting(t);
  choose(own, { silence: 91 });
  own.send({ ask: "page" });
  paint();
  assert.deepEqual(sent, [{ silence: 91 }, { ask: "page" }]);
});

test("who turns to something else, or closes the view, sends first", (t) => {
  for (const leave of ["focusout", "pointerdown", "close"]) {
    const { own, watch, sent } = setting(t);
    const heard = new Map();
    const place = { addEventListener: (event, act) => heard.set(event, act), removeEventListener() {} };
    Object.assign(globalThis, place);
    const free = watch(place);
    choose(own, { silence: 91 });
    if (leave === "close") free();
    else heard.get(leave)();
    assert.deepEqual(sent, [{ silence: 91 }], leave);
    t.mock.timers.reset();
    t.mock.restoreAll();
  }
});

test("a listener that is taken off hears nothing", (t) => {
  const { own, fromPython } = setting(t);
  const told = [];
  const listener = () => told.push(own.get("silence"));
  own.on("change:silence", listener);
  own.off("change:silence", listener);
  fromPython("silence", 60);
  assert.deepEqual(told, []);
});
