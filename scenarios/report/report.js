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

  // On paper nothing can be opened, and a picture is drawn as wide as the page: letters keep their size.
  const paper = 680; // CSS pixels of A4 between its margins
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((one) => (one.open = true));
    views.forEach((view) => view.width(paper).run());
  });
  window.addEventListener("afterprint", () => {
    closed.forEach((one) => (one.open = false));
    refit();
  });
})();
