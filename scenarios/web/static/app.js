// @ts-check
// The page is opened: what the server offers is asked once, then the page is set up.

import { Refused, start as begin } from "./api.js";
import { at, fill, make, say } from "./dom.js";
import { GRADES } from "./evidence.js";
import { page } from "./page.js";

function skipLinks() {
  for (const link of document.querySelectorAll("a[data-to]"))
    link.addEventListener("click", (event) => {
      // the address holds the state, and is not for places on the page
      event.preventDefault();
      const place = at(/** @type {HTMLElement} */ (link).dataset.to ?? "");
      place.focus();
      place.scrollIntoView();
    });
}

async function open() {
  skipLinks();
  try {
    const start = await begin();
    say(at("title"), `How many ${start.words.deaths} would a policy avert?`);
    document.title = `simcore: ${start.words.deaths} averted by policy`;
    say(at("use"), start.words.use);
    say(at("grades"), GRADES);
    say(at("made-by"), `simcore ${start.version}, model ${start.model}, seed ${start.seed}, ${start.draws} draws of ${start.births} births.`);
    await page(start);
    document.body.dataset.ready = "yes";
  } catch (trouble) {
    if (!(trouble instanceof Refused)) throw trouble;
    fill(at("notice"), make("p", {}, make("strong", {}, "The page could not be opened. "), trouble.message));
  }
}

open();
