// @ts-check
// Whom an intervention reaches, and how fast.

import { make, say } from "./dom.js";

/** @typedef {import("./types.js").Moves} Moves */

/**
 * @param {string[]} levels most deprived first
 * @param {string} id
 * @param {(part: Moves) => void} move
 */
export function decileControl(levels, id, move) {
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
export function rampControl([first, last], id, move) {
  const [from, to] = ["from", "to"].map((end) => make("select", { id: `${id}-${end}`, onchange: () => take(end) },
    make("option", { value: "" }, "as published"),
    ...Array.from({ length: last - first + 1 }, (_, k) => make("option", { value: String(first + k) }, String(first + k)))));
  const element = make("fieldset", { className: "part pair" },
    make("legend", {}, "Brought in, in equal yearly steps"),
    make("div", {}, make("label", { htmlFor: from.id }, "First step in"), from),
    make("div", {}, make("label", { htmlFor: to.id }, "Whole in"), to));

  /** A way up has both its years or neither; the other follows. @param {string} end */
  function take(end) {
    const [chosen, other] = (end === "from" ? [from, to] : [to, from]).map((select) => Number(select.value));
    if (!chosen) return move({ from: undefined, to: undefined });
    const both = [chosen, other || chosen];
    const crossed = end === "from" ? both[1] < chosen : both[1] > chosen;
    if (crossed) both[1] = chosen;
    if (end === "to") both.reverse();
    move({ from: both[0], to: both[1] });
  }
  return {
    element,
    /** @param {Moves} moves */
    show(moves) {
      from.value = moves.from ?? "";
      to.value = moves.to ?? "";
    },
  };
}
