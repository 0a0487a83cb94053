// @ts-check
/* The customers behind the counts of a period: each flow with the call that lists them. */

import { html, put } from "../bench/shared.js";
import { patch, tell } from "./redraw.js";
import { whoCode } from "./sentences.js";

const FLOWS = ["lost", "new", "returned", "kept"];

/**
 * A button for each flow, and the call of the one clicked. In a page without a kernel there are none, since it has no
 * list and discloses nobody.
 * @param {any} voice
 * @param {any} own the rule of the base itself
 */
export function flowCalls({ cube, words, say, local }, own) {
  const row = html("span", {});
  const told = html("p", { class: "crrkit-list-who", role: "status" });
  const node = html("div", { class: "crrkit-list-flows" }, row, told);
  /** @type {Record<string, string>} */
  let calls = {};
  row.addEventListener("click", ({ target }) => {
    const flow = /** @type {Element} */ (target).getAttribute("data-flow");
    if (flow) told.replaceChildren(words.whoThey, " ", html("code", {}, calls[flow]));
  });

  function show(account, settings) {
    tell(told, "");
    const some = local && account && !account.withheld ? FLOWS.filter((name) => account[name] > 0) : [];
    calls = Object.fromEntries(some.map((name) => [name, whoCode(name, account.label, settings, cube, own)]));
    node.hidden = !Object.values(calls).some(Boolean);
    if (node.hidden) return;
    const buttonOf = (name) => {
      const text = put(words.flowOf[name], { n: say.number(account[name]) });
      return html("button", { type: "button", class: "crrkit-list-ask", "data-flow": name }, text);
    };
    patch(row, words.who, ": ", ...some.flatMap((name) => [buttonOf(name), " "]));
  }
  return { node, show };
}
