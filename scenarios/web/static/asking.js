// @ts-check
// When to ask: at once for the quick answer, with one question on its way at most and the latest next; for the full
// answer when the controls have rested.

import { wasStopped } from "./api.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Answer} Answer */

export const REST = 1000;

/**
 * @param {object} how
 * @param {(state: State) => Promise<Answer>} how.quick
 * @param {(state: State, signal: AbortSignal) => Promise<Answer>} how.full
 * @param {(state: State, answer: Answer) => void} how.onQuick
 * @param {(state: State) => void} how.onSettled the controls rest, and the full run starts
 * @param {(state: State, answer: Answer) => void} how.onFull
 * @param {() => void} how.onStopped
 * @param {(trouble: unknown, which: "quick" | "full") => void} how.onTrouble
 * @param {number} [how.rest] milliseconds without a move before the full run
 */
export function asking(how) {
  /** @type {State | null} */
  let wanted = null;
  let flying = false;
  let timer = 0;
  /** @type {AbortController | null} */
  let running = null;

  async function fly() {
    if (flying) return;
    flying = true;
    for (let asked = wanted; asked; asked = asked === wanted ? null : wanted) {
      try {
        const answer = await how.quick(asked);
        if (wanted) how.onQuick(asked, answer);
      } catch (trouble) {
        if (asked === wanted) {
          stop();
          how.onTrouble(trouble, "quick");
        }
      }
    }
    flying = false;
  }

  function stop() {
    clearTimeout(timer);
    running?.abort();
    running = null;
  }

  /** @param {State} state */
  async function sharpen(state) {
    stop();
    const mine = (running = new AbortController());
    how.onSettled(state);
    try {
      const answer = await how.full(state, mine.signal);
      if (running === mine) how.onFull(state, answer);
    } catch (trouble) {
      if (running !== mine) return;
      if (wasStopped(trouble)) how.onStopped();
      else how.onTrouble(trouble, "full");
    } finally {
      if (running === mine) running = null;
    }
  }

  return {
    /** @param {State} state the controls have moved to it */
    moved(state) {
      stop();
      wanted = state;
      fly();
      timer = setTimeout(() => sharpen(state), how.rest ?? REST);
    },
    /** @param {State} state */
    sharpen(state) {
      wanted = state;
      sharpen(state);
    },
    /** Nothing is asked any more. */
    rest() {
      stop();
      wanted = null;
    },
    /** The full run is given up; what is shown stays. */
    stop() {
      const was = running;
      stop();
      if (was) how.onStopped();
    },
  };
}
