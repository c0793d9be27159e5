// @ts-check
// The controls of one intervention: on or off, and what is moved of it.

import { folded, make, say } from "./dom.js";
import { badgeOf } from "./evidence.js";
import { decileControl, rampControl } from "./aims.js";
import { fieldControl } from "./field.js";

/** @typedef {import("./types.js").Lever} Lever */
/** @typedef {import("./types.js").Moves} Moves */

let made = 0;

/**
 * @param {Lever} lever
 * @param {[number, number]} span the first and last year of the model
 * @param {(moves: Moves | null) => void} change
 */
export function leverControl(lever, span, change) {
  const id = `lever-${(made += 1)}`;
  /** @type {Moves | null} */
  let now = null;
  /** @param {Moves} part */
  const move = (part) => change(withoutNothing({ ...now, ...part }));

  const [style, words] = badgeOf(lever);
  const on = make("input", {
    type: "checkbox", id, "aria-describedby": `${id}-badge`,
    onchange: () => change(on.checked ? {} : null),
  });
  const marked = make("p", { className: "marked", hidden: true },
    make("strong", {}, "What-if: "), "the effect is not the published one.");
  const fields = lever.fields.map((field) => fieldControl(field, `${id}-${field.name}`, move));
  const deciles = lever.deciles ? decileControl(lever.deciles, id, move) : null;
  const ramp = lever.ramp ? rampControl(span, id, move) : null;
  const body = make("div", { className: "lever-body", hidden: true },
    marked, ...fields.map((one) => one.element), deciles?.element, ramp?.element, about(lever));
  const element = make("fieldset", { className: "lever" },
    make("legend", { className: "unseen" }, lever.title),
    make("div", { className: "choice" },
      on, make("label", { htmlFor: id }, lever.title)),
    make("p", { className: `badge ${style}`, id: `${id}-badge` }, words),
    body);
  return {
    element,
    /** @param {Moves | null} moves */
    show(moves) {
      now = moves;
      on.checked = moves !== null;
      body.hidden = moves === null;
      marked.hidden = moves?.effect === undefined;
      for (const one of fields) one.show(moves ?? {});
      deciles?.show(moves?.deciles);
      ramp?.show(moves ?? {});
    },
  };
}

/** @param {Record<string, any>} moves @returns {Moves} */
function withoutNothing(moves) {
  return Object.fromEntries(Object.entries(moves).filter(([, value]) => value !== undefined));
}

/** @param {Lever} lever */
function about(lever) {
  const { evidence } = lever;
  return folded("Why, and what it is not",
    make("p", {}, lever.why),
    lever.is_not.length ? make("p", {}, "It is not:") : null,
    lever.is_not.length ? make("ul", {}, ...lever.is_not.map((point) => make("li", {}, point))) : null,
    evidence ? make("p", {}, make("strong", {}, `Evidence, grade ${evidence.grade}: `), evidence.summary) : null);
}
