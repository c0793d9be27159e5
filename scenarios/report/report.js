"use strict";

// Draws each picture from the specification and the rows that stand beside it. Nothing else needs a script: without one
// the words and the tables of every picture still stand.
(() => {
  const options = {
    actions: false, // their menu leads to an editor elsewhere
    ast: true, // expressions are read, not compiled: the content security policy allows no compiling
    defaultStyle: false,
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
  };

  const views = [];

  async function draw(figure) {
    const { spec, rows } = JSON.parse(figure.querySelector("script").textContent);
    const drawing = figure.querySelector(".drawing");
    try {
      const { view } = await vegaEmbed(drawing, { ...spec, datasets: { rows } }, options);
      if (spec.width === "container") views.push(view);
      figure.querySelector(".undrawn").remove();
    } catch (error) {
      figure.querySelector("details").open = true;
      throw error;
    }
  }

  // Whoever has no pointer scrolls with the arrow keys, once the region has the focus.
  function letScroll(region) {
    const wider = region.scrollWidth > region.clientWidth;
    region.toggleAttribute("tabindex", false);
    if (wider) region.tabIndex = 0;
  }

  const regions = [...document.querySelectorAll(".chart > .scroll")];
  const figures = [...document.querySelectorAll(".chart")];
  Promise.allSettled(figures.map(draw)).then((done) => {
    const resized = new ResizeObserver((entries) => entries.forEach((entry) => letScroll(entry.target)));
    regions.forEach((region) => resized.observe(region));
    done.filter((one) => one.status === "rejected").forEach((one) => console.error(one.reason));
    document.documentElement.dataset.drawn = String(done.filter((one) => one.status === "fulfilled").length);
  });

  // A picture takes the width it finds; folded away it found none.
  const refit = () => window.dispatchEvent(new Event("resize"));
  document.addEventListener("toggle", refit, true);

  // On paper nothing can be opened. A picture is drawn as wide as the page, so that letters keep their size; one a
  // little higher than the page is made smaller, a much higher one is cut between two lines of its words.
  const paper = { width: 680, height: 840 }; // CSS pixels of A4 between its margins, below a title
  const smallest = 1.55;

  // Waits for nothing but its own drawing, which is done before the browser goes on to print.
  async function fitPaper(view) {
    await view.width(paper.width).runAsync();
    const svg = view.container().querySelector("svg");
    const times = svg.clientHeight / paper.height;
    if (times > smallest) cut(svg);
    else if (times > 1) await view.width(paper.width * times).runAsync();
  }

  function cut(svg) {
    const { top, height } = svg.getBoundingClientRect();
    const lines = [...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    const pieces = document.createElement("div");
    pieces.className = "pieces";
    for (let from = 0, to = 0; from < height; from = to) {
      to = Math.min(from + paper.height, height);
      const through = lines.filter((line) => to < height && line.top - top < to && line.bottom - top > to);
      to = Math.min(to, ...through.map((line) => line.top - top));
      const piece = svg.cloneNode(true);
      piece.setAttribute("height", to - from);
      piece.setAttribute("viewBox", `0 ${from} ${svg.clientWidth} ${to - from}`);
      pieces.append(piece);
    }
    svg.before(pieces);
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => (one.open = true));
    views.forEach(fitPaper);
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll(".pieces").forEach((pieces) => pieces.remove());
    closed.forEach((one) => (one.open = false));
    refit();
  });
})();
