// @ts-check
/*
 * Runs the explorers of a page without a kernel: a small model over the state embedded in the page, and the explorer's
 * own module, loaded from a Blob. If anything is forbidden or fails, the static picture remains.
 */

/** @typedef {HTMLScriptElement & { dataset: { crrkitState: string, crrkitModule: string } }} Island */
/** @typedef {HTMLElement & { crrkitLive?: boolean }} Host */

function modelOver(state) {
  const listeners = new Map();
  const of = (event) => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
  return {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      of(`change:${name}`).forEach((listener) => listener());
    },
    on: (event, listener) => of(event).add(listener),
    off: (event, listener) => of(event).delete(listener),
    save_changes() {}, // there is nobody to tell
  };
}

const parsed = (node) => JSON.parse(node.textContent);
const sources = Object.assign({}, ...[...document.querySelectorAll("script[data-crrkit-modules]")].map(parsed));
const modules = {};
const load = (name) =>
  (modules[name] ??= import(URL.createObjectURL(new Blob([sources[name]], { type: "text/javascript" }))));

for (const state of /** @type {NodeListOf<Island>} */ (document.querySelectorAll("script[data-crrkit-state]"))) {
  const host = /** @type {Host} */ (document.getElementById(state.dataset.crrkitState));
  if (host.crrkitLive) continue; // two copies of this script may stand on one page
  host.crrkitLive = true;
  const { default: explorer } = await load(state.dataset.crrkitModule);
  const el = document.createElement("div");
  await explorer.render({ model: modelOver(parsed(state)), el });
  host.replaceChildren(el);
}
