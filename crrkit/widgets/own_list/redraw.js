// @ts-check
/*
 * Minimal redraws: nodes are reused and only differences written, off-screen sections wait, and the controls stay in
 * place when a sentence or warning above them grows.
 */

const A_MOMENT = 100; // milliseconds: longer than from one key to the next while it is held down
const SCROLLS = ["auto", "scroll", "overlay"];
const ROOM = 8; // pixels above the controls that stay

/**
 * Replace a node's children, like `replaceChildren`, but reuse existing ones that can be patched: only changed nodes
 * are laid out and painted, and the focus is kept. Reused nodes keep their listeners, so new children must not have
 * listeners of their own.
 * @param {Element} parent
 * @param {...(Node | string)} children
 */
export function patch(parent, ...children) {
  const there = [...parent.childNodes];
  children.forEach((child, i) => {
    const next = typeof child === "string" ? document.createTextNode(child) : child;
    if (!there[i]) parent.append(next);
    else if (there[i] !== next && !became(there[i], next)) parent.replaceChild(next, there[i]);
  });
  for (const node of there.slice(children.length)) node.remove();
}

/** Write a text only if it changed, to avoid redrawing it. */
export function tell(/** @type {any} */ node, /** @type {string} */ text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Patch a node to equal another; false if it is of another kind. */
function became(/** @type {any} */ node, /** @type {any} */ next) {
  if (node.nodeName !== next.nodeName) return false;
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== next.data) node.data = next.data;
    return true;
  }
  const names = next.getAttributeNames();
  for (const name of names) {
    const value = next.getAttribute(name);
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  if (node.attributes.length > names.length)
    for (const name of node.getAttributeNames()) if (!next.hasAttribute(name)) node.removeAttribute(name);
  patch(node, ...next.childNodes);
  return true;
}

/**
 * Draws parts of a page: visible ones at once, the others when no key has been pressed for a moment, so that off-screen
 * parts do not delay the response. Nothing outdated is ever visible: a part is drawn when it becomes visible, and
 * everything before printing. Until visibility is known, everything is drawn.
 */
export function inSightFirst() {
  /** @type {Set<Element>} */
  const away = new Set();
  /** @type {Map<Element, () => void>} */
  const due = new Map();
  let timer = 0;

  function draw(part, how) {
    due.set(part, how);
    if (!away.has(part)) return drawDue(part);
    clearTimeout(timer);
    timer = setTimeout(drawAll, A_MOMENT);
  }
  function drawDue(part) {
    const how = due.get(part);
    due.delete(part);
    how?.();
  }
  function drawAll() {
    for (const part of [...due.keys()]) drawDue(part);
  }
  const sight = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      if (isIntersecting) away.delete(target);
      else away.add(target);
      if (isIntersecting) drawDue(target);
    }
  });
  addEventListener("beforeprint", drawAll);

  function free() {
    sight.disconnect();
    clearTimeout(timer);
    removeEventListener("beforeprint", drawAll);
  }
  return { draw, watch: (part) => sight.observe(part), free };
}

/**
 * Once taken the room above the controls stays taken, at this width, and the page moves by what was added; a finger on
 * a slider gives it no focus, so that nothing tells whether one is held. It is told after the layout of a frame and
 * before it is painted, so that no move asks for a layout.
 * @param {HTMLElement} head
 */
export function heldSteady(head) {
  if (typeof ResizeObserver === "undefined") return;
  let [width, height] = [0, 0];
  new ResizeObserver(() => {
    const now = head.getBoundingClientRect();
    if (now.width !== width) {
      head.style.minHeight = "";
      [width, height] = [now.width, head.getBoundingClientRect().height];
      return;
    }
    const grown = now.height - height;
    if (grown <= 0) return;
    height = now.height;
    head.style.minHeight = `${height}px`;
    const room = now.top - ROOM; // above the sentence: its rate is not moved out of sight
    scrollerOf(head).scrollTop += now.top < 0 ? grown : Math.min(grown, Math.max(room, 0));
  }).observe(head);
}

/** What scrolls a node: the page, or the part of an application that holds it. */
function scrollerOf(node) {
  const root = document.scrollingElement ?? document.documentElement;
  for (let at = above(node); at && at !== root; at = above(at)) {
    const scrolls = at instanceof HTMLElement && SCROLLS.includes(getComputedStyle(at).overflowY);
    if (scrolls && at !== document.body && at.scrollHeight > at.clientHeight) return at;
  }
  return root;
}

const above = (node) => node.parentElement ?? node.getRootNode().host ?? null;
