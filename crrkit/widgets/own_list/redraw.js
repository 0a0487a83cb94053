// @ts-check
/* How a redraw stays small: nodes stay and only what differs is written, and what is out of sight waits. */

const A_MOMENT = 100; // milliseconds: longer than from one key to the next while it is held down

/**
 * Give a node other children, as `replaceChildren` does, but keep each that can become the one in its place: what is
 * written is laid out and painted anew, what stays is not, and keeps the focus. What is kept keeps its listeners, so
 * that children who are given here have none of their own.
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

/** Write a text only where it changed: what stays is not drawn again. */
export function tell(/** @type {any} */ node, /** @type {string} */ text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Make a node what another is; false where it is of another kind. */
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
 * Draws parts of a page: those in sight at once, the others when no key has come for a moment, so that an answer does
 * not wait for what nobody looks at. None of it is seen as it was before: what comes into sight is drawn then, and
 * before the page is printed all is. Until it is known what is in sight, everything is.
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
