// @ts-check
// What can be taken away: the scenario as a file, and the full answer as a table and a report.

import * as api from "./api.js";
import { at, fill, say } from "./dom.js";
import { fileName, hand } from "./saving.js";

/** @typedef {import("./types.js").State} State */

/** @param {() => State} state what the controls hold */
export function takingPanel(state) {
  const trouble = at("take-trouble");
  const why = at("take-why");
  /** @type {string | null} */
  let key = null;

  /** @param {string} id @param {() => Promise<[Blob, string]>} get */
  function button(id, get) {
    at(id).addEventListener("click", async () => {
      if (at(id).getAttribute("aria-disabled") === "true") return;
      fill(trouble);
      try {
        hand(...(await get()));
      } catch (problem) {
        if (!(problem instanceof api.Refused)) throw problem;
        fill(trouble, problem.message);
      }
    });
  }
  const named = (/** @type {string} */ end) => `${fileName(state().title)}.${end}`;
  button("take-yaml", async () => [await api.yaml(state()), named("yaml")]);
  button("take-csv", async () => [await api.download(/** @type {string} */ (key), "summary.csv"), named("csv")]);
  button("take-json", async () => [await api.download(/** @type {string} */ (key), "summary.json"), named("json")]);
  button("take-report", async () => [await api.download(/** @type {string} */ (key), "report.html"), named("html")]);

  return {
    /**
     * @param {boolean} chosen whether an intervention is on
     * @param {string | null} answered the key of the full answer to what the controls hold
     */
    show(chosen, answered) {
      key = answered;
      at("take-yaml").setAttribute("aria-disabled", String(!chosen));
      for (const id of ["take-csv", "take-json", "take-report"]) at(id).setAttribute("aria-disabled", String(!answered));
      say(why, !chosen ? "Switch on an intervention first."
        : !answered ? "The table and the report are of the full answer: they can be taken when full draws are done." : "");
    },
  };
}
