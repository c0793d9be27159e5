// @ts-check
// The answers that are at hand, by the question; what it is called is no part of it.

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {{quick?: Answer, full?: Answer, number?: Kept}} Held */

const MOST = 100;

export function keptAnswers() {
  /** @type {Map<string, Held>} */
  const held = new Map();
  return {
    /** @param {State} state @returns {Held} */
    to(state) {
      const question = JSON.stringify({ ...state, title: undefined });
      const found = held.get(question) ?? {};
      // what was asked for last stands last
      held.delete(question);
      held.set(question, found);
      if (held.size > MOST) held.delete(/** @type {string} */ (held.keys().next().value));
      return found;
    },
    /** @param {State} state @returns {Kept | undefined} */
    number(state) {
      const { quick, full, number } = this.to(state);
      if (full) return { arm: full.summary.arms[0], full: true };
      return number ?? (quick && { arm: quick.summary.arms[0], full: false });
    },
  };
}
