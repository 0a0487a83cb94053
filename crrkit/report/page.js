// @ts-check
/*
 * Makes the tables of a report sort, copy and download. What is shown is what is copied: nothing that is suppressed is
 * in the page. Without JavaScript the tables simply stand there.
 */

const LANG = document.documentElement.lang;
const DECIMAL = LANG === "ru" ? "," : ".";
const MISSING = new Set(["", "–", "×"]);
const NUMBER = /^[-+]?[\d.]+(%|points|п\.п\.)?$/;

/** A shown cell as plain text: no thin or unbreakable spaces, an ASCII minus. */
const plain = (/** @type {Element} */ cell) =>
  /** @type {string} */ (cell.textContent)
    .replace(/[\u00a0\u202f\u2009]/g, " ")
    .replace(/−/g, "-")
    .trim();

/** Its number without the marks of the language; NaN where it is none. */
function numberOf(/** @type {string} */ text) {
  const marks = DECIMAL === "," ? / /g : /[ ,]/g;
  const bare = text.replace(marks, "").replace(DECIMAL, ".");
  return NUMBER.test(bare) ? parseFloat(bare) : NaN;
}

function compared(/** @type {string} */ one, /** @type {string} */ other) {
  const [a, b] = [numberOf(one), numberOf(other)];
  return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other, LANG, { numeric: true }) : a - b;
}

const headsOf = (/** @type {HTMLTableElement} */ table) => [...table.rows[0].cells];

/** Sort the rows by a column; what is missing stays below, whichever way. */
function sortBy(/** @type {HTMLTableElement} */ table, /** @type {number} */ column) {
  const heads = headsOf(table);
  const way = heads[column].getAttribute("aria-sort") === "descending" ? 1 : -1;
  heads.forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", way < 0 ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => ({ row, key: plain(row.cells[column]) }));
  keyed.sort((a, b) => {
    const [none, nor] = [MISSING.has(a.key), MISSING.has(b.key)];
    return none || nor ? Number(none) - Number(nor) : way * compared(a.key, b.key);
  });
  body.append(...keyed.map(({ row }) => row));
}

/** A text that a spreadsheet would take for a formula stands behind an apostrophe. */
const harmless = (/** @type {string} */ text) =>
  /^[=@\t\r\n＝＋－＠]/.test(text) || (/^[+-]/.test(text) && Number.isNaN(numberOf(text))) ? `'${text}` : text;

const rowsOf = (/** @type {HTMLTableElement} */ table) =>
  [...table.rows].map((row) => [...row.cells].map((cell) => harmless(plain(cell))));

const quoted = (/** @type {string} */ text) => (/[",;\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

function download(/** @type {HTMLTableElement} */ table, /** @type {string} */ name) {
  const mark = DECIMAL === "," ? ";" : ","; // what spreadsheets of the language part fields with
  const text = rowsOf(table)
    .map((cells) => cells.map(quoted).join(mark))
    .join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
}

function copy(/** @type {HTMLTableElement} */ table) {
  const box = document.createElement("textarea"); // a page from the disk has no clipboard of its own
  box.value = rowsOf(table)
    .map((cells) => cells.join("\t"))
    .join("\n");
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

function button(/** @type {string} */ label, /** @type {() => void} */ act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

for (const frame of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("main .scroll[data-copy]"))) {
  const table = /** @type {HTMLTableElement} */ (frame.querySelector("table"));
  headsOf(table).forEach((head, column) => {
    const sorter = button(/** @type {string} */ (head.textContent), () => sortBy(table, column));
    head.replaceChildren(sorter);
  });
  const { copy: copied, csv, more } = /** @type {{copy: string, csv: string, more: string}} */ (frame.dataset);
  const name = frame.closest("section")?.id ?? "table";
  const tools = document.createElement("p");
  tools.className = "tools";
  tools.append(
    button(copied, () => copy(table)),
    button(csv, () => download(table, name)),
  );
  const hint = document.createElement("span");
  hint.textContent = more;
  tools.prepend(hint);
  new ResizeObserver(() => (hint.hidden = frame.scrollWidth <= frame.clientWidth)).observe(frame);
  frame.after(tools);
}

// On a narrow screen the findings in brief are folded: the first picture comes before them. CSS shows no way to fold
// them on a wide one, so there they are open again.
const briefs = /** @type {HTMLDetailsElement | null} */ (document.querySelector("details.briefs"));
const narrow = matchMedia("screen and (max-width: 30rem)");
const fold = () => {
  if (briefs) briefs.open = !narrow.matches;
};
narrow.addEventListener("change", fold);
fold();

// A what-if that was moved says in print that it is one.
document.addEventListener("input", ({ target }) => {
  /** @type {Element} */ (target).closest("figure[data-moved]")?.classList.add("moved");
});
