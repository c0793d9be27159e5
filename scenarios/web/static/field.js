// @ts-check
// One number of an intervention: a slider and a box that say the same, beside what is published.

import { make, say } from "./dom.js";

/** @typedef {import("./types.js").Field} Field */
/** @typedef {import("./types.js").Moves} Moves */

/**
 * @param {Field} field
 * @param {string} id
 * @param {(part: Moves) => void} move
 */
export function fieldControl(field, id, move) {
  const { low, high, step, value: published } = field;
  const unit = field.unit === "%" ? "%" : field.unit;
  const limits = { min: low, max: high, step };
  const hint = `${id}-hint`;
  const wrong = make("p", { className: "wrong", id: `${id}-wrong`, role: "alert" });
  const back = make("button", {
    type: "button", className: "plain", onclick: () => {
      move({ [field.name]: undefined });
      slider.focus();
    },
  }, "Back to published", make("span", { className: "unseen" }, ` ${field.label}`));

  /** @param {string} text */
  const take = (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(low <= value && value <= high)) {
      say(wrong, `Enter a number from ${low} to ${high}.`);
      box.setAttribute("aria-invalid", "true");
      return;
    }
    settle();
    move({ [field.name]: value });
  };
  const settle = () => {
    say(wrong, "");
    box.removeAttribute("aria-invalid");
  };
  const slider = make("input", {
    type: "range", id, ...limits, "aria-describedby": hint, oninput: () => take(slider.value),
  });
  const box = make("input", {
    type: "number", id: `${id}-box`, ...limits, step: "any", inputMode: "decimal",
    "aria-label": `${field.label}, as a number`, "aria-describedby": `${wrong.id} ${hint}`,
    oninput: () => take(box.value),
    // a number that was not taken does not stay to be read as though it were
    onblur: () => { if (box.getAttribute("aria-invalid")) { settle(); box.value = slider.value; } },
  });
  const element = make("div", { className: "field" },
    make("label", { htmlFor: id }, field.label),
    make("div", { className: "slide" },
      slider, make("span", { className: "boxed" }, box, make("span", { className: "unit" }, unit))),
    wrong,
    make("p", { className: "hint", id: hint }, `Published: ${field.published} `,
      field.source ? make("span", { className: "source" }, `Source: ${field.source}.`) : null),
    back);
  return {
    element,
    /** @param {Moves} moves */
    show(moves) {
      const moved = moves[field.name];
      const value = String(moved ?? published);
      slider.value = value;
      slider.setAttribute("aria-valuetext", `${value} ${unit}`);
      if (document.activeElement !== box || Number(box.value) !== Number(value)) box.value = value;
      back.hidden = moved === undefined;
      element.classList.toggle("moved", moved !== undefined);
    },
  };
}
