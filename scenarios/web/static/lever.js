// @ts-check
// The controls of one intervention: on or off, and what is moved of it.

import { folded, make, say } from "./dom.js";
import { badgeOf } from "./evidence.js";
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

/**
 * @param {string[]} levels most deprived first
 * @param {string} id
 * @param {(part: Moves) => void} move
 */
function decileControl(levels, id, move) {
  const boxes = levels.map((level, index) => make("input", {
    type: "checkbox", id: `${id}-decile-${index}`, value: level,
    onchange: () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      if (chosen.length === 0) {
        boxes[index].checked = true;
        say(hint, "At least one decile has to be reached. To reach none, switch the intervention off.");
        return;
      }
      choose(chosen);
    },
  }));
  /** @param {string[]} chosen */
  const choose = (chosen) => move({ deciles: chosen.length === levels.length ? undefined : chosen });
  const fifth = levels.slice(0, Math.max(1, Math.round(levels.length / 5)));
  const hint = make("p", { className: "hint", id: `${id}-deciles` });
  const element = make("fieldset", { className: "part", "aria-describedby": `${id}-deciles` },
    make("legend", {}, "Deciles of deprivation reached"),
    hint,
    make("div", { className: "boxes" }, ...boxes.map((box) => make("div", { className: "choice small" },
      box, make("label", { htmlFor: box.id }, box.value)))),
    make("div", { className: "shortcuts" },
      make("button", { type: "button", className: "plain", onclick: () => choose(levels) }, "All"),
      make("button", { type: "button", className: "plain", onclick: () => choose(fifth) }, "Most deprived fifth")));
  return {
    element,
    /** @param {string[] | undefined} chosen */
    show(chosen) {
      for (const box of boxes) box.checked = !chosen || chosen.includes(box.value);
      say(hint, `1 is the most deprived. ${chosen ? `${chosen.length} of ${levels.length} reached.` : "All are reached."}`);
    },
  };
}

/**
 * @param {[number, number]} span
 * @param {string} id
 * @param {(part: Moves) => void} move
 */
function rampControl([first, last], id, move) {
  /** @param {"from" | "to"} name @param {string} label */
  const year = (name, label) => {
    const select = make("select", {
      id: `${id}-${name}`, onchange: () => {
        const chosen = select.value ? Number(select.value) : undefined;
        const other = name === "from" ? "to" : "from";
        const beside = Number(selects[other].value) || undefined;
        const crossed = chosen && beside && (name === "from" ? beside < chosen : beside > chosen);
        move({ [name]: chosen, ...(crossed ? { [other]: chosen } : {}) });
      },
    }, make("option", { value: "" }, "as published"));
    for (let at = first; at <= last; at += 1) select.append(make("option", { value: String(at) }, String(at)));
    selects[name] = select;
    return make("div", {}, make("label", { htmlFor: select.id }, label), select);
  };
  /** @type {Record<string, any>} */
  const selects = {};
  const element = make("fieldset", { className: "part pair" },
    make("legend", {}, "How it is brought in"), year("from", "Starts in"), year("to", "Complete in"));
  return {
    element,
    /** @param {Moves} moves */
    show(moves) {
      selects.from.value = moves.from ?? "";
      selects.to.value = moves.to ?? "";
    },
  };
}
