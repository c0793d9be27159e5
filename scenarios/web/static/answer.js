// @ts-check
// The answer: its sentence, how sure and how fresh it is, and the run that sharpens it.

import { at, fill, make, say } from "./dom.js";
import { WAITING, runningPart } from "./running.js";
import { asPercent, asCount, asRange } from "./numbers.js";
import { pictures } from "./charts.js";

/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Progress} Progress */
/** @typedef {"none" | "stale" | "quick" | "full"} Standing */

/** The sentence has said it, with one scenario. */
const SAID = ["comparison", "what_ifs"];
const BADGES = /** @type {Record<Standing, string>} */ ({ none: "", stale: "Out of date", quick: "Quick", full: "Full draws" });

/**
 * @param {object} how
 * @param {() => void} how.onStop the full run is given up
 * @param {() => void} how.onRun it is asked for
 */
export function answerPanel({ onStop, onRun }) {
  const [headline, badge, about, notes, whatIf] = ["headline", "badge", "about-answer", "notes", "what-if"].map(at);
  const [run, trouble, live, short] = ["run", "trouble", "live", "short"].map(at);
  const running = runningPart("full", onStop);
  const charts = pictures(at("charts"), "answer");
  run.addEventListener("click", onRun);

  /** @param {Standing} standing */
  function stands(standing) {
    say(badge, BADGES[standing]);
    badge.hidden = standing === "none";
    badge.dataset.standing = standing;
    at("answer").dataset.standing = standing;
  }

  return {
    /** Nothing is switched on. @param {string} deaths */
    empty(deaths) {
      stands("none");
      say(headline, `Switch on an intervention to see how many ${deaths} it would avert.`);
      for (const place of [about, notes, whatIf, trouble]) fill(place);
      for (const place of [run, at("result"), at("bar-short")]) place.hidden = true;
      running.show(null);
      charts.show([]);
    },
    /** The controls have moved on from what is shown. */
    stale() {
      if (badge.dataset.standing === "full") stands("stale");
      running.show(null);
      run.hidden = true;
      fill(trouble);
    },
    /**
     * @param {Answer} answer
     * @param {"quick" | "full"} standing
     * @param {string} words about it
     * @param {string[]} whatIfs
     */
    async show(answer, standing, words, whatIfs) {
      stands(standing);
      if (standing === "full") {
        running.show(null);
        run.hidden = true;
      }
      say(headline, answer.words.headline);
      say(about, words);
      fill(notes, ...answer.words.notes.map((note) => make("li", {}, note)));
      fill(whatIf, ...(whatIfs.length || answer.words.what_if ? whatIfBox(whatIfs) : []));
      say(short, `${briefly(answer)}${standing === "quick" ? " (quick)" : ""}`);
      for (const place of [at("result"), at("bar-short")]) place.hidden = false;
      fill(trouble);
      await charts.show(answer.charts.filter((chart) => !SAID.includes(chart.name)));
    },
    /** The full run is asked for. */
    waiting() {
      running.show(WAITING);
      run.hidden = true;
      fill(trouble);
    },
    progress: running.show,
    /** The full run ended without an answer. */
    offerRun() {
      running.show(null);
      run.hidden = false;
    },
    /** @param {string} words @param {boolean} stale whether what is shown is of other controls */
    trouble(words, stale) {
      this.offerRun();
      if (stale && badge.dataset.standing !== "none") stands("stale");
      fill(trouble, make("p", {}, make("strong", {}, "No new answer. "), words));
    },
    /** @param {string} words told to who cannot see the page change */
    announce(words) {
      say(live, words);
    },
  };
}

/** @param {string[]} whatIfs */
function whatIfBox(whatIfs) {
  return [make("h3", {}, "This is a what-if"),
    make("ul", {}, ...whatIfs.map((line) => make("li", {}, line)))];
}

/** @param {Answer} answer */
function briefly({ summary, words }) {
  const averted = summary.arms[0].deaths_averted;
  const range = averted.interval95 ? ` (${asRange(averted.interval95)})` : "";
  return `${words.what_if ? "What-if: " : ""}${asCount(averted.mean)} averted${range}`;
}

/**
 * How a quick answer is to be read.
 * @param {Answer} answer
 */
export function quickWords({ summary: { quick } }) {
  const error = quick?.error;
  const last = error === null || error === undefined
    ? "How far it is from full draws is not known before they were run once."
    : `The last time it was ${off(error)}.`;
  return `Quick answer: what moves is worked out for the median draw, and spread as in draws that were run. ${last}`;
}

/**
 * @param {Answer} answer
 */
export function fullWords({ summary: { draws, quick, arms } }) {
  const error = quick?.errors?.[arms[0].name];
  return `Full answer, over ${asCount(draws)} draws.${error === undefined ? "" : ` The quick answer was ${off(error)}.`}`;
}

/** @param {number} error */
const off = (error) => (error < 0.0005 ? "the same as full draws" : `${asPercent(error)} off full draws`);
