// @ts-check
/*
 * ListChooser: a field for dropping or choosing a file, which is uploaded to Python in parts.
 *
 * The shared code, shared.js, is prepended to this module in place of the import.
 */

import { html, uniqueId } from "../bench/shared.js";

const PART = 1 << 20; // bytes: a server takes no message of any length

/**
 * Send a file in parts, so that the page stays responsive.
 * @param {Blob & { name: string }} file
 * @param {(message: Record<string, any>, buffers?: ArrayBuffer[]) => void} send
 */
export async function sendFile(file, send) {
  send({ step: "begin", name: file.name });
  for (let at = 0; at < file.size; at += PART) {
    send({ step: "part", at, size: file.size }, [await file.slice(at, at + PART).arrayBuffer()]);
  }
  send({ step: "end" });
}

function render({ model, el }) {
  const words = model.get("_words");
  const id = uniqueId();
  const input = html("input", { type: "file", id, class: "crrkit-file", accept: words.accept });
  const label = html("label", { for: id, class: "crrkit-drop-label" }, words.choose);
  const field = html("div", { class: "crrkit-drop" }, label, input);
  const status = html("p", { class: "crrkit-drop-status", role: "status" });
  const says = () => (status.textContent = model.get("says"));
  const take = (file) => file && sendFile(file, (message, buffers) => model.send(message, undefined, buffers));
  const over = (event, isOver) => {
    event.preventDefault();
    field.toggleAttribute("data-over", isOver);
  };
  input.addEventListener("change", () => take(input.files?.[0]));
  field.addEventListener("dragover", (event) => over(event, true));
  field.addEventListener("dragleave", (event) => over(event, false));
  field.addEventListener("drop", (event) => {
    over(event, false);
    take(event.dataTransfer?.files[0]);
  });
  model.on("change:says", says);
  says();
  el.replaceChildren(html("div", { class: "crrkit-ui", lang: model.get("lang") }, field, status));
  return () => model.off("change:says", says);
}

export default { render };
