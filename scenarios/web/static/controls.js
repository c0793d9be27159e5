// @ts-check
// All controls: years, interventions by what they are about, and how the model reads what is disputed.

import { at, fill, make, say } from "./dom.js";
import { leverControl } from "./lever.js";
import { withMoves } from "./state.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Start} Start */
/** @typedef {import("./types.js").Lever} Lever */

/**
 * @param {Start} start
 * @param {{years: Element, variants: Element, levers: Element}} places
 * @param {(change: (state: State) => State) => void} change
 */
export function controls(start, places, change) {
  const years = yearControl(start, change);
  const variants = variantControl(start, change);
  fill(places.years, ...years.elements);
  fill(places.variants, ...variants.elements);
  at("disputed").hidden = start.variants.length === 0;
  /** @type {{show: (state: State) => void}} */
  let levers = { show: () => {} };
  return {
    /** @param {Lever[]} known */
    offer(known) {
      const made = leverGroups(known, [start.years.first, start.years.last], change);
      fill(places.levers, ...made.elements);
      levers = made;
    },
    /** @param {State} state */
    show(state) {
      years.show(state);
      variants.show(state);
      levers.show(state);
    },
  };
}

/**
 * @param {Start} start
 * @param {(change: (state: State) => State) => void} change
 */
function yearControl({ years: { first, last } }, change) {
  const [from, to] = [0, 1].map((end) => {
    const select = make("select", {
      id: end ? "year-to" : "year-from", onchange: () => change((state) => {
        const chosen = Number(select.value);
        const pair = /** @type {[number, number]} */ ([...state.years]);
        pair[end] = chosen;
        // the other end follows rather than that an impossible span is asked for
        if (pair[0] > pair[1]) pair[1 - end] = chosen;
        return { ...state, years: pair };
      }),
    });
    for (let year = first; year <= last; year += 1)
      select.append(make("option", { value: String(year) }, String(year)));
    return select;
  });
  return {
    elements: [
      make("div", {}, make("label", { htmlFor: from.id }, "From"), from),
      make("div", {}, make("label", { htmlFor: to.id }, "To"), to),
    ],
    /** @param {State} state */
    show(state) {
      [from.value, to.value] = state.years.map(String);
    },
  };
}

/**
 * @param {Start} start
 * @param {(change: (state: State) => State) => void} change
 */
function variantControl(start, change) {
  const made = start.variants.map((variant, index) => {
    const select = make("select", {
      id: `variant-${index}`, onchange: () => change((state) => {
        const { [variant.name]: _, ...others } = state.variants;
        const chosen = select.value;
        return { ...state, variants: chosen === variant.chosen ? others : { ...others, [variant.name]: chosen } };
      }),
    }, ...variant.options.map((option) => make("option", { value: option.name },
      `${option.title}${option.name === variant.chosen ? " (the model's choice)" : ""}`)));
    return { variant, select, element: make("div", {}, make("label", { htmlFor: select.id }, variant.title), select) };
  });
  return {
    elements: made.map((one) => one.element),
    /** @param {State} state */
    show(state) {
      for (const { variant, select } of made) select.value = state.variants[variant.name] ?? variant.chosen;
    },
  };
}

/**
 * @param {Lever[]} known
 * @param {[number, number]} span
 * @param {(change: (state: State) => State) => void} change
 */
function leverGroups(known, span, change) {
  const made = new Map(known.map((lever) => [lever.id, leverControl(lever, span, (moves) =>
    change((state) => withMoves(state, lever.id, moves)))]));
  const groups = [...new Set(known.map((lever) => lever.group))].map((group) => {
    const members = known.filter((lever) => lever.group === group);
    const count = make("span", { className: "count" });
    const element = make("details", { className: "group" },
      make("summary", {}, make("h3", {}, heading(group)), count),
      ...members.map((lever) => /** @type {any} */ (made.get(lever.id)).element));
    return { members, count, element };
  });
  return {
    elements: groups.map((group) => group.element),
    /** @param {State} state */
    show(state) {
      const moves = new Map(state.policy.map((choice) => [choice.lever, choice.set]));
      for (const [id, control] of made) control.show(moves.get(id) ?? null);
      for (const { members, count, element } of groups) {
        const on = members.filter((lever) => moves.has(lever.id)).length;
        say(count, on ? `${on} of ${members.length} on` : `${members.length}`);
        if (on && !count.classList.contains("on")) element.open = true;
        count.classList.toggle("on", on > 0);
      }
    },
  };
}

/** @param {string} name a name of the model or words */
function heading(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
