// @ts-check
// What is asked, in words: for paper, which has no controls.

import { make } from "./dom.js";
import { shownAs } from "./field.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Start} Start */
/** @typedef {import("./types.js").Lever} Lever */

/**
 * @param {State} state
 * @param {Start} start
 * @param {Map<string, Lever>} levers
 * @returns {Node[]} points of a list
 */
export function askedInWords({ years, variants, policy }, start, levers) {
  const points = policy.map(({ lever: id, set }) => {
    const lever = levers.get(id);
    const moved = (lever?.fields ?? []).flatMap((field) => {
      const value = set[field.name];
      return value === undefined ? [] : [`${field.name} ${shownAs(field, value)}`];
    });
    if (set.deciles) moved.push(`deciles ${set.deciles.join(", ")}`);
    if (set.from !== undefined) moved.push(`brought in from ${set.from} to ${set.to}`);
    return `${lever?.title ?? id}: ${moved.length ? `${moved.join("; ")}; the rest as published` : "as published"}`;
  });
  const read = start.variants.flatMap(({ name, title, options }) => {
    const option = options.find((one) => one.name === variants[name]);
    return option ? [`${title}: ${option.title}`] : [];
  });
  return [`Births of ${years[0]} to ${years[1]}`, ...points, ...read].map((point) => make("li", {}, point));
}
