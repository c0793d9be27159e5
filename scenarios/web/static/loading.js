// @ts-check
// A scenario file from the reader's disk, and what is wrong with it shown at its lines.

import { Refused } from "./api.js";
import { at, fill, make } from "./dom.js";

/** @typedef {import("./types.js").Problem} Problem */

const NEAR = 3;
const WHOLE = 150;

/** @param {(text: string) => Promise<void>} read throws Refused */
export function loadingPanel(read) {
  const [form, text, file, faults, done] = ["load", "yaml-text", "yaml-file", "faults", "loaded"].map(at);

  async function load() {
    fill(done);
    fill(faults);
    if (!text.value.trim()) return refuse([{ message: "Choose a file, or paste its text, first." }], "");
    try {
      await read(text.value);
      fill(done, make("p", {}, "The file is read. Its interventions are switched on."));
    } catch (trouble) {
      if (!(trouble instanceof Refused)) throw trouble;
      refuse(trouble.problems, text.value);
    }
  }

  /** @param {Problem[]} problems @param {string} said */
  function refuse(problems, said) {
    fill(faults, ...faultsOf(problems, said));
    faults.querySelector("h4").focus();
  }

  /** @param {File | undefined} chosen */
  async function take(chosen) {
    if (!chosen) return;
    text.value = await chosen.text();
    await load();
  }

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    load();
  });
  file.addEventListener("change", () => take(file.files[0]).finally(() => { file.value = ""; }));
  form.addEventListener("dragover", (/** @type {DragEvent} */ event) => event.preventDefault());
  form.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

/** @param {Problem[]} problems @param {string} said */
function faultsOf(problems, said) {
  const many = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  return [
    make("h4", { tabIndex: -1 }, `The file was not read: ${many}`),
    make("ul", {}, ...problems.map((problem) => make("li", {}, pointer(problem)))),
    problems.some((problem) => problem.line) && linesOf(problems, said),
  ];
}

/** @param {Problem} problem */
function pointer(problem) {
  const { line, column, message } = problem;
  if (!line) return worded(problem);
  const go = (/** @type {Event} */ event) => {
    // the address holds the state, and is not for places on the page
    event.preventDefault();
    at(`line-${line}`).focus();
  };
  return make("a", { href: `#line-${line}`, onclick: go }, `Line ${line}${column ? `, column ${column}` : ""}: ${worded({ message, key: problem.key })}`);
}

/** @param {Problem} problem */
const worded = ({ key, message }) => (key ? `${key}: ${message}` : message);

/** @param {Problem[]} problems @param {string} said */
function linesOf(problems, said) {
  const lines = said.split(/\r?\n/);
  const wrong = new Set(problems.map((problem) => problem.line));
  const shown = (/** @type {number} */ n) => lines.length <= WHOLE || [...wrong].some((line) => line && Math.abs(line - n) <= NEAR);
  const list = make("ol", { className: "lines", "aria-label": "The text of the file, by line" });
  lines.forEach((line, index) => {
    const number = index + 1;
    if (!shown(number)) return;
    const at = problems.filter((problem) => problem.line === number);
    list.append(make("li", { value: number, ...(at.length ? { id: `line-${number}`, tabIndex: -1, className: "wrong-line" } : {}) },
      make("code", {}, line || " "),
      ...at.map((problem) => make("p", { className: "wrong" }, worded(problem)))));
  });
  return list;
}
