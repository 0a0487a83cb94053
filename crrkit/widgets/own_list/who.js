// @ts-check
/* Who is behind the counts of a period: each flow with the call that lists its customers, where the list is. */

import { html, put } from "../bench/shared.js";
import { whoCode } from "./sentences.js";

const FLOWS = ["lost", "new", "returned", "kept"];

/**
 * A button for each flow, and the call of the one that was clicked. In a page without a kernel there is none: it has no
 * list, and says nothing of anybody.
 * @param {any} voice
 * @param {any} own the rule of the base itself
 */
export function flowCalls({ cube, words, say, local }, own) {
  const row = html("span", {});
  const told = html("p", { class: "crrkit-list-who", role: "status" });
  const node = html("div", { class: "crrkit-list-flows" }, row, told);

  function show(account, settings) {
    told.replaceChildren();
    const some = local && account && !account.withheld ? FLOWS.filter((name) => account[name] > 0) : [];
    const asked = some.map((name) => [name, whoCode(name, account.label, settings, cube, own)]);
    node.hidden = !asked.some(([, call]) => call);
    if (!node.hidden)
      row.replaceChildren(words.who, ": ", ...asked.flatMap(([name, call]) => [buttonOf(name, call), " "]));

    function buttonOf(name, call) {
      const text = put(words.flowOf[name], { n: say.number(account[name]) });
      const ask = html("button", { type: "button", class: "crrkit-list-ask", "data-flow": name }, text);
      ask.addEventListener("click", () => told.replaceChildren(words.whoThey, " ", html("code", {}, call)));
      return ask;
    }
  }
  return { node, show };
}
