// @ts-check
// Pictures of an answer, each with its finding for a title, its words, and its table. A picture that stands is given
// new rows; only another shape is drawn anew.

import { fill, folded, make, say } from "./dom.js";

/** @typedef {import("./types.js").Chart} Chart */

const OPTIONS = {
  // no menu, for it links to an editor on the network; interpreted, for a strict policy refuses code made of strings
  actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
};
const NARROWEST = 240;

/**
 * @param {HTMLElement} place
 * @param {string} prefix of ids, for two sets of pictures may stand on the page
 */
export function pictures(place, prefix) {
  /** @type {Map<string, ReturnType<typeof picture>>} */
  const standing = new Map();
  return {
    /** @param {Chart[]} charts */
    async show(charts) {
      const names = charts.map((chart) => chart.name);
      for (const name of standing.keys()) {
        if (names.includes(name)) continue;
        standing.get(name)?.end();
        standing.delete(name);
      }
      for (const name of names) if (!standing.has(name)) standing.set(name, picture(`${prefix}-${name}`));
      const all = /** @type {ReturnType<typeof picture>[]} */ (names.map((name) => standing.get(name)));
      if ([...place.children].some((child, index) => child !== all[index]?.element) || place.children.length !== all.length)
        fill(place, ...all.map((one) => one.element));
      await Promise.all(all.map((one, index) => one.show(charts[index])));
    },
  };
}

/** @param {string} id */
function picture(id) {
  const title = make("h3", { id: `${id}-title` });
  // its marks are not told one by one: its words and its table are
  const drawing = make("div", { className: "drawing", "aria-hidden": "true" });
  const words = make("p", { id: `${id}-words` });
  const note = make("p", { className: "hint" });
  const table = make("table");
  const element = make("figure", { className: "chart", "aria-labelledby": title.id },
    title, make("div", { role: "img", "aria-labelledby": title.id, "aria-describedby": words.id }, drawing), note,
    folded("The picture in words, and its figures", words,
      make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-labelledby": title.id }, table)));
  /** @type {any} */
  let view = null;
  let shape = "";
  let turn = 0;

  /** @param {Chart} chart */
  async function draw(chart) {
    const asked = (turn += 1);
    const width = Math.max(NARROWEST, Math.floor(drawing.clientWidth));
    const drawn = JSON.stringify([chart.spec, width]);
    const rows = chart.rows.map((row) => ({ ...row }));
    if (view && drawn === shape) {
      await view.data("rows", rows).runAsync();
      return;
    }
    const canvas = make("div");
    const spec = { ...chart.spec, width, datasets: { rows } };
    try {
      const { view: next } = await /** @type {any} */ (window).vegaEmbed(canvas, spec, OPTIONS);
      if (asked !== turn) return next.finalize();
      view?.finalize();
      [view, shape] = [next, drawn];
      fill(drawing, canvas);
    } catch (trouble) {
      // an answer does not hang on its pictures
      [view, shape] = [null, ""];
      fill(drawing, make("p", {}, "This picture could not be drawn here. Its figures are below."));
      console.error(trouble);
    }
  }

  /** @type {Chart | null} */
  let shown = null;
  let width = 0;
  const watch = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (shown && width && now && now !== width) draw(shown);
    width = now;
  });
  watch.observe(drawing);
  return {
    element,
    end() {
      // what is being drawn comes too late to be kept
      turn += 1;
      watch.disconnect();
      view?.finalize();
    },
    /** @param {Chart} chart */
    async show(chart) {
      shown = chart;
      say(title, chart.title);
      say(words, chart.words);
      say(note, chart.note);
      note.hidden = !chart.note;
      fill(table, ...rowsOf(chart));
      await draw(chart);
    },
  };
}

/** @param {Chart} chart */
function rowsOf({ title, columns, cells }) {
  const kind = (/** @type {boolean} */ number) => (number ? "number" : "");
  return [
    make("caption", { className: "unseen" }, title),
    make("thead", {}, make("tr", {}, ...columns.map((column) =>
      make("th", { scope: "col", className: kind(column.number) }, column.heading)))),
    make("tbody", {}, ...cells.map((row) => make("tr", {}, ...row.map((cell, index) =>
      make(index ? "td" : "th", { ...(index ? {} : { scope: "row" }), className: kind(columns[index].number) }, cell))))),
  ];
}
