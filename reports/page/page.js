"use strict";
// Filters, sorting, copying and unfolding. Without this script the page shows the same content, unfiltered.
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const controls = document.querySelector(".controls");
const said = controls.querySelector("output");
const filtered = all("[data-law]");

function shows(part) {
  const { text, mode, state } = controls.elements;
  return part.dataset.law.toLowerCase().includes(text.value.trim().toLowerCase())
    && (!mode.value || part.dataset.modes.split(" ").includes(mode.value))
    && (!state.value || part.dataset.state === state.value);
}

function filter() {
  for (const part of filtered) part.hidden = !shows(part);
  const mode = controls.elements.mode.value;
  for (const button of all("th button[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === mode);
  for (const way of all(".way")) way.hidden = Boolean(mode) && way.dataset.mode !== mode;
  const tiles = all(".wall li");
  said.value = `${tiles.filter((tile) => !tile.hidden).length} of ${tiles.length} laws`;
}

// A control that replaces the text of a heading and keeps its words.
function press(heading, pressed) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  button.addEventListener("click", pressed);
  heading.append(button);
  return button;
}

function valueOf(row, column) {
  const text = row.cells[column].textContent.trim();
  const number = parseFloat(text.replaceAll(",", ""));
  return Number.isNaN(number) || !/^[\d.,%]+/.test(text) ? text : number;
}

function sort(table, column, heading) {
  const body = table.tBodies[0];
  const down = heading.getAttribute("aria-sort") === "ascending";
  const rows = [...body.rows].sort((one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    return (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))) * (down ? -1 : 1);
  });
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...rows);
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = "Selected: press Ctrl+C";
  }
}

// Show what a fragment names, even if it is folded or filtered away.
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) controls.reset();
  for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  target.scrollIntoView();
}

const modes = new Set(all(".grid th[data-mode]").map((heading) => heading.dataset.mode));
for (const mode of modes) controls.elements.mode.append(new Option(mode));
for (const heading of all(".grid th[data-mode]")) {
  const { mode } = heading.dataset;
  const button = press(heading, () => {
    controls.elements.mode.value = controls.elements.mode.value === mode ? "" : mode;
    filter();
  });
  button.dataset.mode = mode;
}
for (const table of all(".sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if ("sort" in heading.dataset) press(heading, () => sort(table, column, heading));
  });
}
for (const button of all(".copy")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
for (const cell of all(".grid td a")) {
  cell.addEventListener("click", () => {
    controls.elements.mode.value = cell.dataset.mode;
    filter();
  });
}
const unfold = controls.querySelector(".unfold");
unfold.addEventListener("click", () => {
  const folds = all("details.law, details.fold");
  const open = folds.some((each) => !each.open && !each.hidden);
  for (const each of folds) each.open = open;
  unfold.textContent = open ? "Fold all" : "Unfold all";
});
controls.addEventListener("input", filter);
controls.addEventListener("submit", (event) => event.preventDefault());
controls.addEventListener("reset", () => setTimeout(filter));
addEventListener("hashchange", reveal);
controls.hidden = false;
filter();
reveal();
