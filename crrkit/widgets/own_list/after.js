// @ts-check
/* Draw first, then send to Python: a change is sent after the frame that shows it is painted. */

const FROM_ONE_TO_THE_NEXT = 100; // milliseconds at least between two messages while a key is held or a finger drags

/**
 * A model that updates its own view at once and sends after the frame, so that kernel, responses and server do not
 * delay the key press. Until then the view reads its own values, and values from Python override them. `watch` sends
 * before the user can turn to something else, such as a cell that reads the settings.
 * @param {any} model of anywidget
 */
export function sentAfterFrames(model) {
  /** @type {Map<string, any>} */
  const ahead = new Map();
  /** @type {Map<Function, Function>} */
  const heard = new Map();
  let [due, sending, last, timer, frame] = [false, false, Number.NEGATIVE_INFINITY, 0, 0];

  function send() {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    if (!due) return;
    due = false;
    last = performance.now();
    hand([...ahead]);
    model.save_changes();
  }

  function hand(written) {
    ahead.clear();
    sending = true; // the view that wrote it has drawn it
    try {
      for (const [name, value] of written) model.set(name, value);
    } finally {
      sending = false;
    }
  }

  function save() {
    if (due) return;
    due = true;
    const rest = last + FROM_ONE_TO_THE_NEXT - performance.now();
    if (rest > 0) timer = setTimeout(afterFrame, rest);
    else afterFrame();
  }

  /** A hidden page has no frames: then a timer is used. */
  function afterFrame() {
    clearTimeout(timer);
    timer = setTimeout(send, FROM_ONE_TO_THE_NEXT);
    frame = requestAnimationFrame(() => {
      clearTimeout(timer);
      timer = setTimeout(send);
    });
  }

  function on(event, listener) {
    const name = event.replace("change:", "");
    const own = (...told) => {
      if (sending) return;
      ahead.delete(name);
      listener(...told);
    };
    heard.set(listener, own);
    model.on(event, own);
  }

  function watch(el) {
    el.addEventListener("focusout", send);
    addEventListener("pointerdown", send, { capture: true });
    addEventListener("pagehide", send);
    return () => {
      send();
      el.removeEventListener("focusout", send);
      removeEventListener("pointerdown", send, { capture: true });
      removeEventListener("pagehide", send);
    };
  }
  const own = {
    get: (name) => (ahead.has(name) ? ahead.get(name) : model.get(name)),
    set: (name, value) => ahead.set(name, value),
    save_changes: save,
    on,
    off: (event, listener) => model.off(event, heard.get(listener)),
    send(message) {
      send();
      model.send(message);
    },
  };
  return { own, watch };
}
