// @ts-check
/* Keeps the controls in place when a sentence or warning above them grows. */

const SCROLLS = ["auto", "scroll", "overlay"];
const ROOM = 8; // pixels

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
