// @ts-check
// Saved scenarios run together in full, and their pictures side by side.

import { Refused, download, wasStopped } from "./api.js";
import { at, fill, make } from "./dom.js";
import { pictures } from "./charts.js";
import { WAITING, runningPart } from "./running.js";
import { hand } from "./saving.js";

/** @typedef {import("./types.js").Saved} Saved */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Progress} Progress */

const SHOWN = ["comparison", "what_ifs", "by_decile", "structures"];

/**
 * @param {object} how
 * @param {(states: State[], onProgress: (said: Progress) => void, signal: AbortSignal) => Promise<Answer>} how.full
 * @param {() => void} how.onStart
 * @param {(states: State[], answer: Answer) => void} how.onAnswer
 */
export function comparing(how) {
  /** @type {AbortController | null} */
  let running = null;
  const [button, trouble] = ["compare", "compare-trouble"].map(at);
  const charts = pictures(at("compare-charts"), "compare");
  const part = runningPart("compare", () => running?.abort());
  let key = "";
  const report = at("compare-report");
  report.addEventListener("click", async () => {
    try {
      hand(await download(key, "report.html"), "comparison.html");
    } catch (problem) {
      told(problem);
    }
  });

  /** @param {unknown} problem */
  function told(problem) {
    if (!(problem instanceof Refused)) throw problem;
    fill(trouble, make("p", {}, problem.message));
  }

  function end() {
    running = null;
    part.show(null);
    button.hidden = false;
  }

  return {
    /** What was compared is no longer what is saved. */
    clear() {
      running?.abort();
      end();
      fill(trouble);
      report.hidden = true;
      charts.show([]);
    },
    /** @param {Saved[]} saved */
    async run(saved) {
      const apart = ofOtherQuestion(saved);
      fill(trouble, apart && make("p", {}, apart));
      if (apart) return;
      how.onStart();
      const mine = (running = new AbortController());
      button.hidden = true;
      part.show(WAITING);
      const states = saved.map((one) => ({ ...one.state, title: one.name }));
      try {
        const answer = await how.full(states, part.show, mine.signal);
        if (running !== mine) return;
        how.onAnswer(states, answer);
        key = answer.key ?? "";
        report.hidden = !key;
        await charts.show(answer.charts.filter((chart) => SHOWN.includes(chart.name)));
      } catch (problem) {
        if (running !== mine || wasStopped(problem)) return;
        told(problem);
      } finally {
        if (running === mine) end();
      }
    },
  };
}

/** @param {Saved[]} saved @returns {string | null} */
function ofOtherQuestion(saved) {
  const question = (/** @type {Saved} */ { state }) => JSON.stringify([state.years, Object.entries(state.variants).sort()]);
  const others = saved.filter((one) => question(one) !== question(saved[0])).map((one) => one.name);
  if (!others.length) return null;
  return `These are of other years, or read disputed evidence otherwise, than ${saved[0].name}: ${others.join(", ")}. ` +
    "Only answers to the same question can be compared: put one into the controls, choose the same, and save it again.";
}
