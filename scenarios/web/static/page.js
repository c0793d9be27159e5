// @ts-check
// The page: one view (what is asked, what is saved), shown by its parts; what they are told makes another view.

import * as api from "./api.js";
import { addressBar } from "./address.js";
import { answerPanel, fullWords, quickWords } from "./answer.js";
import { askedInWords } from "./asked.js";
import { asking } from "./asking.js";
import { comparing } from "./comparing.js";
import { controls } from "./controls.js";
import { at, fill, make } from "./dom.js";
import { keptAnswers } from "./kept.js";
import { loadingPanel } from "./loading.js";
import { savedPanel } from "./saved.js";
import { MOST_SAVED, Unreadable, checkAgainst, decode, emptyView, untitled, whatIfs } from "./state.js";
import { takingPanel } from "./taking.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Start} Start */
/** @typedef {import("./types.js").Lever} Lever */
/** @typedef {import("./types.js").Answer} Answer */

const TAKEN = "There is one of this name. Choose another.";
const BROKEN = "Something went wrong in this page. Load it again: its address keeps what is chosen.";

/** @param {Start} start */
export async function page(start) {
  let view = emptyView(start);
  /** @type {Map<string, Lever>} */
  let levers = new Map();
  const answers = keptAnswers();
  const asked = (/** @type {State} */ state) => state.policy.length > 0;

  const address = addressBar(fromAddress);
  const panel = answerPanel({ onStop: () => asks.stop(), onRun: () => asks.sharpen(view.state) });
  const taking = takingPanel(() => view.state);
  const set = controls(start, { years: at("years"), variants: at("variants"), levers: at("levers") },
    (change) => become({ ...view, state: untitled(change(view.state)) }));

  /** What the controls held when they came to rest: an answer to what they pass is shown, and not told. */
  let rested = view.state;
  const announceQuick = (/** @type {Answer} */ { words }) => panel.announce(`Quick answer: ${words.headline}`);
  const asks = asking({
    quick: api.quick,
    full: (state, signal) => api.full([state], panel.progress, signal),
    async onQuick(state, answer) {
      const held = answers.to(state);
      held.quick = answer;
      if (held.full) return;
      if (rested === state) announceQuick(answer);
      await panel.show(answer, "quick", quickWords(answer), whatIfs(state, levers));
    },
    onSettled(state) {
      const { quick } = answers.to(state);
      rested = state;
      panel.waiting();
      if (quick) announceQuick(quick);
      showSaved();
    },
    async onFull(state, answer) {
      const held = answers.to(state);
      held.full = answer;
      taking.show(true, answer.key ?? null);
      showSaved();
      await panel.show(answer, "full", fullWords(answer), whatIfs(state, levers));
      panel.announce(`Full answer: ${answer.words.headline}`);
    },
    onStopped() {
      panel.offerRun();
      panel.announce("The full run was stopped. The quick answer stands.");
    },
    onTrouble(trouble, which) {
      const words = trouble instanceof api.Refused ? trouble.message : BROKEN;
      panel.trouble(words, which === "quick");
      panel.announce(`No new answer. ${words}`);
      if (!(trouble instanceof api.Refused)) throw trouble;
    },
  });

  const comparison = comparing({
    full: api.full,
    onStart: () => asks.stop(),
    onAnswer(states, answer) {
      states.forEach((state, index) => { answers.to(state).number = { arm: answer.summary.arms[index], full: true }; });
      showSaved();
      panel.announce("The saved scenarios are compared.");
    },
  });
  const saved = savedPanel({
    onSave(name) {
      if (!asked(view.state)) return "Switch on an intervention first.";
      if (view.saved.length >= MOST_SAVED) return `${MOST_SAVED} are saved already. Remove one first.`;
      if (!name) return "Give it a name, to tell it from the others.";
      if (view.saved.some((one) => one.name === name)) return TAKEN;
      keep([...view.saved, { name, state: untitled(view.state) }]);
      panel.announce(`Saved: ${name}.`);
      return null;
    },
    async onRestore(index) {
      const next = { ...view, state: view.saved[index].state };
      address.step(view, next);
      await restore(next);
      at("answer-heading").focus();
    },
    onRename(index, name) {
      if (view.saved.some((one, k) => k !== index && one.name === name)) return TAKEN;
      keep(view.saved.map((one, k) => (k === index && name ? { ...one, name } : one)));
      return null;
    },
    onRemove: (index) => keep(view.saved.filter((_, k) => k !== index)),
    onCompare: () => comparison.run(view.saved),
  });
  loadingPanel(async (text) => {
    const { levers: found } = await api.load(text);
    const policy = found.map((lever) => ({ lever: lever.id, set: {} }));
    const next = { ...view, state: { ...untitled(view.state), loaded: text, policy } };
    address.step(view, next);
    offer(found);
    become(next);
  });

  /** @param {View["saved"]} now */
  function keep(now) {
    view = { ...view, saved: now };
    comparison.clear();
    showSaved();
    writeAddress();
  }

  function showSaved() {
    saved.show(view.saved, view.saved.map((one) => answers.number(one.state)));
  }

  function writeAddress() {
    address.write(view, (long) => { at("too-long").hidden = !long; });
  }

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
    fill(at("chosen"), ...askedInWords(view.state, start, levers));
    showSaved();
    writeAddress();
    const { full } = answers.to(view.state);
    taking.show(asked(view.state), full?.key ?? null);
    if (!asked(view.state)) {
      asks.rest();
      panel.empty(start.words.deaths);
    } else if (full) {
      asks.rest();
      panel.show(full, "full", fullWords(full), whatIfs(view.state, levers));
    } else {
      panel.stale();
      asks.moved(view.state);
    }
  }

  /** @param {View} next */
  async function restore(next) {
    const found = next.state.loaded ? (await api.load(next.state.loaded)).levers : [];
    const known = new Set([...found, ...start.levers].map((lever) => lever.id));
    checkAgainst(next.state, start, known);
    offer(found);
    become(next);
  }

  /** @param {string} hash */
  async function fromAddress(hash) {
    fill(at("notice"));
    try {
      await restore(hash ? decode(hash) : emptyView(start));
    } catch (trouble) {
      if (!(trouble instanceof Unreadable || trouble instanceof api.Refused)) throw trouble;
      fill(at("notice"), make("p", {}, make("strong", {}, "The address of this page could not be read: "),
        `${trouble.message}. The page opens as it is without it.`));
      offer([]);
      become(emptyView(start));
    }
  }
  await fromAddress(address.hash());
}
