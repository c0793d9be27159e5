// @ts-check
// One number of an intervention: a slider and a box that say the same, beside what is published.

import { folded, make, say } from "./dom.js";

/** @typedef {import("./types.js").Field} Field */
/** @typedef {import("./types.js").Moves} Moves */

/** Shares are read in hundredths. */
const SCALE = /** @type {Record<string, number>} */ ({ "%": 100, points: 100 });
const UNITS = /** @type {Record<string, string>} */ ({ points: "percentage points" });
const neat = (/** @type {number} */ value) => Number(value.toPrecision(10));

/**
 * A number as the page shows it, its unit and all.
 * @param {Field} field
 * @param {number} value
 */
export function shownAs(field, value) {
  const unit = UNITS[field.unit] ?? field.unit;
  return `${neat(value * (SCALE[field.unit] ?? 1))}${unit === "%" ? "" : " "}${unit}`;
}

/**
 * @param {Field} field
 * @param {string} id
 * @param {(part: Moves) => void} move
 */
export function fieldControl(field, id, move) {
  const scale = SCALE[field.unit] ?? 1;
  const unit = UNITS[field.unit] ?? field.unit;
  const [low, high, step, published] = [field.low, field.high, field.step, field.value].map((at) => neat(at * scale));
  let shown = published;
  const hint = `${id}-hint`;
  const wrong = make("p", { className: "wrong", id: `${id}-wrong`, role: "alert" });
  const back = make("button", {
    type: "button", className: "plain", onclick: () => {
      move({ [field.name]: undefined });
      slider.focus();
    },
  }, "Back to published", make("span", { className: "unseen" }, ` for ${field.label}`));

  /** @param {string} text */
  function take(text) {
    const value = Number(text);
    if (text.trim() === "" || !(low <= value && value <= high)) {
      say(wrong, `Enter a number from ${low} to ${high}.`);
      box.setAttribute("aria-invalid", "true");
      return;
    }
    settle();
    move({ [field.name]: value === published ? undefined : neat(value / scale) });
  }
  function settle() {
    say(wrong, "");
    box.removeAttribute("aria-invalid");
  }
  const slider = make("input", {
    type: "range", id, min: low, max: high, step, "aria-describedby": hint, oninput: () => take(slider.value),
  });
  // a slider stops at its steps alone: from its lowest, for the published number may lie between two
  const box = make("input", {
    type: "number", id: `${id}-box`, min: low, max: high, step: "any", inputMode: "decimal",
    "aria-label": `${field.label}, as a number`, "aria-describedby": `${wrong.id} ${hint}`,
    oninput: () => take(box.value),
    onblur: () => {
      // a number that was not taken does not stay to be read as though it were
      if (!box.hasAttribute("aria-invalid")) return;
      settle();
      box.value = String(shown);
    },
  });
  const [source, note] = inTwo(field.source);
  const element = make("div", { className: "field" },
    make("label", { htmlFor: id }, field.label),
    make("div", { className: "slide" },
      slider, make("span", { className: "boxed" }, box, make("span", { className: "unit" }, unit))),
    wrong,
    make("p", { className: "hint", id: hint }, `Published: ${said(field)}. Source: ${source}.`),
    back,
    note && folded("How it was reached", make("p", {}, note)));
  return {
    element,
    /** @param {Moves} moves */
    show(moves) {
      const moved = moves[field.name];
      shown = moved === undefined ? published : neat(moved * scale);
      slider.value = String(shown);
      slider.setAttribute("aria-valuetext", `${shown} ${unit}`);
      if (Number(box.value) !== shown || box.value === "") box.value = String(shown);
      back.hidden = moved === undefined;
      element.classList.toggle("moved", moved !== undefined);
    },
  };
}

/**
 * A share stands in its file as a number from 0 to 1; it is told as the slider has it, too.
 * @param {Field} field
 */
function said(field) {
  if (!(field.unit in SCALE)) return field.published;
  return `${shownAs(field, field.value)} (as a share: ${field.published})`;
}

/**
 * Keys of sources, and the note that stands after them.
 * @param {string} source
 */
function inTwo(source) {
  const end = source.indexOf(". ");
  return end < 0 ? [source, ""] : [source.slice(0, end), source.slice(end + 2)];
}
