/* What every explorer needs: numbers in words, the clipboard, elements. Put in front of each explorer's own module. */

/** Numbers and sentences in one language; halves are rounded to even, as the Python side does. */
export function speaker(lang) {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1, roundingMode: "halfEven" };
  const whole = new Intl.NumberFormat(lang);
  const share = new Intl.NumberFormat(lang, { style: "percent", ...digits });
  const compact = new Intl.NumberFormat(lang, { notation: "compact", maximumSignificantDigits: 3 });
  const number = (value) => whole.format(value);
  const short = (value) => (value < 1e7 ? whole : compact).format(value); // four of them stand side by side in 360 pixels
  const percent = (value) => (Number.isNaN(value) ? "–" : share.format(value));
  const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => number(facts[name]));
  return { number, short, percent, fill };
}

/** A page opened from disk or framed may not be let to the clipboard: then the caller shows the line to copy. */
async function toClipboard(line) {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    return false;
  }
}

function html(tag, attributes, ...children) {
  const node = set(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

function vector(tag, attributes) {
  return set(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// Each explorer in a notebook loads its own copy of this module, so a counter would give the same id twice.
function uniqueId() {
  return `crrkit-${Math.random().toString(36).slice(2)}`;
}

