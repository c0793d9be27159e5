// @ts-check
// Scenarios that are kept, up to six, and set beside one another.

import { at, fill, make } from "./dom.js";
import { asCount, asRange } from "./numbers.js";
import { MOST_SAVED } from "./state.js";

/** @typedef {import("./types.js").Saved} Saved */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Arm} Arm */
/** @typedef {import("./types.js").Kept} Kept */

/**
 * @param {object} how
 * @param {(name: string) => string | null} how.onSave says what is wrong, if anything
 * @param {(index: number) => void} how.onRestore
 * @param {(index: number, name: string) => void} how.onRename
 * @param {(index: number) => void} how.onRemove
 * @param {() => void} how.onCompare
 */
export function savedPanel(how) {
  const [form, name, wrong, list, comparison] = ["save", "save-name", "save-wrong", "saved-list", "comparison"].map(at);
  const table = at("compare-table");
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const problem = how.onSave(name.value.trim());
    fill(wrong, problem);
    if (problem) {
      name.setAttribute("aria-invalid", "true");
      name.focus();
      return;
    }
    name.removeAttribute("aria-invalid");
    name.value = "";
  });
  at("compare").addEventListener("click", how.onCompare);

  /** @param {Saved} one @param {number} index @param {Kept | undefined} kept */
  function item(one, index, kept) {
    const about = make("span", { className: "unseen" }, ` ${one.name}`);
    const button = (/** @type {string} */ words, /** @type {() => void} */ act) =>
      make("button", { type: "button", className: "plain", onclick: act }, words, about.cloneNode(true));
    const actions = make("div", { className: "shortcuts" },
      button("Put into the controls", () => how.onRestore(index)),
      button("Rename", () => rename()),
      button("Remove", () => {
        how.onRemove(index);
        at("saved-heading").focus();
      }));
    const element = make("li", {}, make("strong", {}, one.name), " ",
      make("span", {}, kept ? inWords(kept) : yearsOf(one)), actions);
    function rename() {
      const box = make("input", { type: "text", value: one.name, maxLength: 80, id: `rename-${index}` });
      const done = () => how.onRename(index, box.value.trim() || one.name);
      fill(element, make("form", { className: "row", onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        done();
        /** @type {any} */ (list.children[index])?.querySelectorAll("button")[1]?.focus();
      } }, make("label", { htmlFor: box.id }, "New name"), box, make("button", {}, "Rename")));
      box.focus();
      box.select();
    }
    return element;
  }

  return {
    /**
     * @param {Saved[]} saved
     * @param {(Kept | undefined)[]} kept the answers there are, one for each
     */
    show(saved, kept) {
      fill(list, ...saved.map((one, index) => item(one, index, kept[index])));
      at("none-saved").hidden = saved.length > 0;
      comparison.hidden = saved.length < 2;
      at("save-hint").textContent = saved.length >= MOST_SAVED
        ? `${MOST_SAVED} are saved, which is all that can be compared at once. Remove one to save another.`
        : "Keeps what the controls hold, so that it can be compared with others.";
      fill(table, ...tableOf(saved, kept));
    },
  };
}

/** @param {Saved} one */
const yearsOf = ({ state }) => `births of ${state.years[0]} to ${state.years[1]}`;

/** @param {Kept} kept */
function inWords({ arm, full }) {
  const { mean, interval95 } = arm.deaths_averted;
  return `averts ${asCount(mean)}${interval95 ? ` (${asRange(interval95)})` : ""}, ${full ? "full" : "quick"}`;
}

/** @param {Saved[]} saved @param {(Kept | undefined)[]} kept */
function tableOf(saved, kept) {
  const headings = ["Scenario", "Births of", "Averted", "95% interval", "% of deaths", "Most deprived fifth", "Answer"];
  return [
    make("caption", {}, "Deaths averted by the saved scenarios"),
    make("thead", {}, make("tr", {}, ...headings.map((words, index) =>
      make("th", { scope: "col", className: index > 1 && index < 6 ? "number" : "" }, words)))),
    make("tbody", {}, ...saved.map((one, index) => {
      const held = kept[index];
      const numbers = held ? numbersOf(held.arm) : ["", "", "", ""];
      return make("tr", {}, make("th", { scope: "row" }, one.name), make("td", {}, one.state.years.join(" to ")),
        ...numbers.map((words) => make("td", { className: "number" }, words)),
        make("td", {}, held ? (held.full ? "full" : "quick") : "not yet asked"));
    })),
  ];
}

/** @param {Arm} arm */
function numbersOf({ deaths_averted: averted, percent, most_deprived_fifth: fifth }) {
  return [asCount(averted.mean), averted.interval95 ? asRange(averted.interval95) : "none",
    percent.toFixed(2), asCount(fifth.mean)];
}
