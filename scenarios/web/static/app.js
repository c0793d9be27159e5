// @ts-check
// The page: one view (what is asked, what is saved), shown by its parts; what they are told makes another view.

import * as api from "./api.js";
import { answerPanel, fullWords, quickWords } from "./answer.js";
import { asking } from "./asking.js";
import { controls } from "./controls.js";
import { at, fill, make, say } from "./dom.js";
import { GRADES } from "./evidence.js";
import { loadingPanel } from "./loading.js";
import { savedPanel } from "./saved.js";
import { LONGEST_ADDRESS, MOST_SAVED, Unreadable, checkAgainst, decode, emptyView, encode, whatIfs } from "./state.js";
import { takingPanel } from "./taking.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Start} Start */
/** @typedef {import("./types.js").Lever} Lever */
/** @typedef {import("./types.js").Answer} Answer */

/** @param {Start} start */
function page(start) {
  let view = emptyView(start);
  /** @type {Map<string, Lever>} */
  let levers = new Map();
  /** The answers there are, by the question in letters. @type {Map<string, {quick?: Answer, full?: Answer}>} */
  const answers = new Map();
  const answersTo = (/** @type {State} */ state) => {
    const letters = JSON.stringify({ ...state, title: undefined });
    const found = answers.get(letters) ?? {};
    answers.set(letters, found);
    return found;
  };
  const asked = (/** @type {State} */ state) => state.policy.length > 0;

  const panel = answerPanel({ onStop: () => asks.stop(), onRun: () => asks.sharpen(view.state) });
  const taking = takingPanel(() => view.state);
  const set = controls(start, { years: at("years"), variants: at("variants"), levers: at("levers") },
    (change) => become({ ...view, state: change(view.state) }));

  const asks = asking({
    quick: api.quick,
    full: (state, signal) => api.full([state], panel.progress, signal),
    async onQuick(state, answer) {
      answersTo(state).quick = answer;
      if (answersTo(state).full || !asked(view.state)) return;
      await panel.show(answer, "quick", quickWords(answer), whatIfs(state, levers));
    },
    onSettled(state) {
      const { quick } = answersTo(state);
      panel.progress({ what: "starting", done: 0, of: 1 });
      if (quick) panel.announce(`Quick answer: ${quick.words.headline}`);
      showSaved();
    },
    async onFull(state, answer) {
      const held = answersTo(state);
      held.full = answer;
      panel.progress(null);
      taking.show(true, answer.key ?? null);
      showSaved();
      await panel.show(answer, "full", fullWords(answer, held.quick ?? null), whatIfs(state, levers));
      panel.announce(`Full answer: ${answer.words.headline}`);
    },
    onStopped() {
      panel.offerRun();
      panel.announce("The full run was stopped. The quick answer stands.");
    },
    onTrouble(state, trouble, which) {
      if (!(trouble instanceof api.Refused)) throw trouble;
      panel.offerRun();
      panel.trouble(trouble.message, which === "quick");
      panel.announce(`No new answer. ${trouble.message}`);
    },
  });

  const saved = savedPanel({
    onSave(name) {
      if (!asked(view.state)) return "Switch on an intervention first.";
      if (view.saved.length >= MOST_SAVED) return `${MOST_SAVED} are saved already. Remove one first.`;
      if (!name) return "Give it a name, to tell it from the others.";
      if (view.saved.some((one) => one.name === name)) return "There is one of this name. Choose another.";
      keep([...view.saved, { name, state: { ...view.state, title: name } }]);
      panel.announce(`Saved: ${name}.`);
      return null;
    },
    onRestore: (index) => restore({ ...view, state: view.saved[index].state }, true).then(() => at("answer-heading").focus()),
    onRename: (index, name) => keep(view.saved.map((one, k) =>
      (k === index ? { name, state: { ...one.state, title: name } } : one))),
    onRemove: (index) => keep(view.saved.filter((_, k) => k !== index)),
    onCompare: compare,
    onStop: () => comparing?.abort(),
  });

  /** @param {View["saved"]} now */
  function keep(now) {
    view = { ...view, saved: now };
    comparing?.abort();
    saved.charts([]);
    showSaved();
    writeAddress();
  }

  function showSaved() {
    saved.show(view.saved, view.saved.map(({ state }) => {
      const { quick, full } = answersTo(state);
      const answer = full ?? quick;
      return answer && { arm: answer.summary.arms[0], full: Boolean(full) };
    }), asked(view.state));
  }

  /** @type {AbortController | null} */
  let comparing = null;
  async function compare() {
    asks.stop();
    const mine = (comparing = new AbortController());
    saved.progress({ what: "starting", done: 0, of: 1 });
    const states = view.saved.map((one) => one.state);
    try {
      const answer = await api.full(states, saved.progress, mine.signal);
      await saved.charts(answer.charts.filter((chart) => ["comparison", "by_decile"].includes(chart.name)));
      panel.announce("The saved scenarios are compared.");
    } catch (trouble) {
      if (trouble instanceof api.Refused) saved.trouble(trouble.message);
      else if (!api.wasStopped(trouble)) throw trouble;
    } finally {
      if (comparing === mine) saved.progress(null);
    }
  }

  loadingPanel(async (text) => {
    const { levers: found, title } = await api.load(text);
    offer(found);
    history.pushState(null, "", location.href);
    become({ ...view, state: { ...view.state, loaded: text, title, policy: found.map((lever) => ({ lever: lever.id, set: {} })) } });
  });

  /** @param {Lever[]} loaded */
  function offer(loaded) {
    const known = [...loaded, ...start.levers];
    levers = new Map(known.map((lever) => [lever.id, lever]));
    set.offer(known);
  }

  /** @param {View} next */
  function become(next) {
    view = next;
    set.show(view.state);
    writeAddress();
    const { full } = answersTo(view.state);
    taking.show(asked(view.state), full?.key ?? null);
    showSaved();
    if (!asked(view.state)) {
      asks.rest();
      panel.progress(null);
      panel.empty(start.words.deaths);
      return;
    }
    panel.stale();
    panel.progress(null);
    if (full) {
      asks.rest();
      panel.show(full, "full", fullWords(full, answersTo(view.state).quick ?? null), whatIfs(view.state, levers));
    } else asks.moved(view.state);
  }

  let writing = 0;
  /** What this page wrote itself is not read back. @type {string | null} */
  let written = null;
  function writeAddress() {
    clearTimeout(writing);
    // browsers refuse an address that changes with every step of a slider
    writing = setTimeout(() => {
      const wanted = encode(view);
      const long = wanted.length > LONGEST_ADDRESS;
      at("too-long").hidden = !long;
      if (long) return;
      written = wanted;
      history.replaceState(null, "", `#${wanted}`);
    }, 250);
  }

  /** @param {View} next @param {boolean} [stepped] whether the browser's Back returns to what is shown now */
  async function restore(next, stepped) {
    const found = next.state.loaded ? (await api.load(next.state.loaded)).levers : [];
    const known = new Set([...found, ...start.levers].map((lever) => lever.id));
    for (const state of [next.state, ...next.saved.filter((one) => !one.state.loaded).map((one) => one.state)])
      checkAgainst(state, start, known);
    if (stepped) history.pushState(null, "", location.href);
    offer(found);
    become(next);
  }

  async function fromAddress() {
    const hash = location.hash.slice(1);
    if (hash === written) return;
    fill(at("notice"));
    try {
      await restore(hash ? decode(hash) : { ...emptyView(start), saved: view.saved });
    } catch (trouble) {
      const words = trouble instanceof Unreadable || trouble instanceof api.Refused ? trouble.message : null;
      if (words === null) throw trouble;
      fill(at("notice"), make("p", {}, make("strong", {}, "The address of this page could not be read: "), `${words}. `,
        "The page opens as it is without it."));
      offer([]);
      become(emptyView(start));
    }
  }
  addEventListener("hashchange", fromAddress);
  return fromAddress();
}

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
    const start = await api.start();
    say(at("title"), `How many ${start.words.deaths} would a policy avert?`);
    document.title = `simcore: ${start.words.deaths} averted by policy`;
    say(at("use"), start.words.use);
    say(at("grades"), GRADES);
    say(at("made-by"), `simcore ${start.version}, model ${start.model}, seed ${start.seed}, ${start.draws} draws of ${start.births} births.`);
    await page(start);
    document.body.dataset.ready = "yes";
  } catch (trouble) {
    if (!(trouble instanceof api.Refused)) throw trouble;
    fill(at("notice"), make("p", {}, make("strong", {}, "The page could not be opened. "), trouble.message));
  }
}

open();
