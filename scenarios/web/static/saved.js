// @ts-check
// Scenarios that are kept, up to six, and set beside one another.

import { at, fill, make } from "./dom.js";
import { asCount, asRange } from "./numbers.js";

/** @typedef {import("./types.js").Saved} Saved */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Arm} Arm */
/** @typedef {import("./types.js").Kept} Kept */

/**
 * @param {object} how
 * @param {(name: string) => string | null} how.onSave says what is wrong, if anything
 * @param {(index: number) => void} how.onRestore
 * @param {(index: number, name: string) => string | null} how.onRename says what is wrong, if anything
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
        (at("saved").hidden ? name : at("saved-heading")).focus();
      }));
    const element = make("li", {}, make("strong", {}, one.name), " ",
      make("span", {}, kept ? inWords(kept) : yearsOf(one)), actions);
    function rename() {
      const box = make("input", { type: "text", value: one.name, maxLength: 80, id: `rename-${index}` });
      const problem = make("p", { className: "wrong", role: "alert" });
      fill(element, make("form", { className: "row", onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        fill(problem, how.onRename(index, box.value.trim()));
        /** @type {any} */ (list.children[index])?.querySelectorAll("button")[1]?.focus();
      } }, make("label", { htmlFor: box.id }, "New name"), box, make("button", {}, "Rename")), problem);
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
      at("saved").hidden = saved.length === 0;
      comparison.hidden = saved.length < 2;
      fill(table, ...tableOf(saved, kept));
    },
  };
}

/** @param {Saved} one */
const yearsOf = ({ state }) => `births of ${state.years[0]} to ${state.years[1]}`;

/** @param {Arm} arm */
const isWhatIf = (arm) => arm.evidence?.status === "what_if";

/**
 * A number and its interval: whether anything is averted is for the headline to say.
 * @param {Kept} kept
 */
function inWords({ arm, full }) {
  const { mean, interval95 } = arm.deaths_averted;
  const interval = interval95 ? `95% interval ${asRange(interval95)}` : "no interval";
  return `${isWhatIf(arm) ? "what-if: " : ""}averted ${asCount(mean)} (${interval}), ${full ? "full" : "quick"}`;
}

/** @type {[string, (arm: Arm) => string | undefined][]} */
const NUMBERS = [
  ["Averted", (arm) => asCount(arm.deaths_averted.mean)],
  ["95% interval", (arm) => (arm.deaths_averted.interval95 ? asRange(arm.deaths_averted.interval95) : "none")],
  ["% of deaths", (arm) => arm.percent.toFixed(2)],
  // a model without deprivation has none
  ["In the most deprived fifth", (arm) => arm.most_deprived_fifth && asCount(arm.most_deprived_fifth.mean)],
];

/** @param {Saved[]} saved @param {(Kept | undefined)[]} kept */
function tableOf(saved, kept) {
  const shown = NUMBERS.filter(([, number]) => kept.some((one) => one && number(one.arm) !== undefined));
  const heading = (/** @type {string} */ words, className = "") => make("th", { scope: "col", className }, words);
  return [
    make("caption", {}, "Deaths averted by the saved scenarios"),
    make("thead", {}, make("tr", {}, heading("Scenario"), heading("Births of"),
      ...shown.map(([words]) => heading(words, "number")), heading("Answer"))),
    make("tbody", {}, ...saved.map((one, index) => {
      const held = kept[index];
      return make("tr", {}, make("th", { scope: "row" }, one.name, held && isWhatIf(held.arm) ? " (what-if)" : ""),
        make("td", {}, one.state.years.join(" to ")),
        ...shown.map(([, number]) => make("td", { className: "number" }, (held && number(held.arm)) ?? "")),
        make("td", {}, held ? (held.full ? "full" : "quick") : "not yet asked"));
    })),
  ];
}
