// @ts-check
// How good the evidence for an intervention is, in words, so that no colour has to say it.

/** @typedef {import("./types.js").Lever} Lever */

const STATUS = /** @type {Record<string, [string, string]>} */ ({
  effective: ["shown", "Evidence of an effect"],
  null: ["null", "Null evidence: no effect was shown"],
  what_if: ["what-if", "What-if: no policy is known to do this"],
  reference: ["reference", "A path to compare with, not a policy"],
});
const BOUND = /** @type {[string, string]} */ (["what-if", "Bound: a what-if that no policy reaches"]);
const UNSTATED = /** @type {[string, string]} */ (["reference", "Evidence not stated"]);

/**
 * @param {Lever} lever
 * @returns {[string, string]} the style of its badge, and its words
 */
export function badgeOf(lever) {
  const { evidence } = lever;
  if (lever.kind === "what_if") return BOUND;
  const [style, words] = STATUS[evidence?.status ?? ""] ?? UNSTATED;
  return [style, evidence && style !== "what-if" ? `${words} (grade ${evidence.grade})` : words];
}

/** What the grades are, as the ledger of evidence has them. */
export const GRADES =
  "Grades: A, counts of a whole population, or large studies that agree; B, sound studies with a known weakness; " +
  "C, borrowed from another place or time, crude, or worked out; D, assumed.";
