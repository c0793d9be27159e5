// @ts-check
// A full run on its way: how far it is, in words and as a bar, and a button that stops it.

import { at, say } from "./dom.js";

/** @typedef {import("./types.js").Progress} Progress */

/**
 * @param {string} prefix of the ids of its parts
 * @param {() => void} onStop
 */
export function runningPart(prefix, onStop) {
  const [whole, bar, doing, stop] = ["progress", "bar", "doing", "stop"].map((part) => at(`${prefix}-${part}`));
  stop.addEventListener("click", onStop);
  return {
    /** @param {Progress | null} said null when nothing runs */
    show(said) {
      if (said?.what === WAITING.what) said = WAITING;
      whole.hidden = said === null;
      if (said === null) return;
      bar.max = said.of || 1;
      if (said.of) bar.value = said.done;
      else bar.removeAttribute("value");
      const what = said.what === "draws" ? "" : `, ${said.what.replaceAll("_", " ").replaceAll("=", " = ")}`;
      say(doing, said.of ? `Running full draws${what}: ${said.done} of ${said.of}` : "Waiting for full draws");
    },
  };
}

/** As the server says that others are before this run; so long nothing is known of how far it is. */
export const WAITING = { what: "waiting", done: 0, of: 0 };
