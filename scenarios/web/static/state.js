// @ts-check
// What the page holds, and the address that carries it. An address is what anybody may write: it is checked to the
// last key, and nothing but what is known is taken from it.

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Start} Start */
/** @typedef {import("./types.js").Lever} Lever */
/** @typedef {import("./types.js").Moves} Moves */

export const MOST_SAVED = 6;
export const LONGEST_ADDRESS = 200_000;
const VERSION = "1.";
const NUMBERS = /** @type {const} */ (["coverage", "uptake", "effect", "from", "to"]);

/** Says in words why an address cannot be read. */
export class Unreadable extends Error {}

/**
 * The page as it opens.
 * @param {Start} start
 * @returns {View}
 */
export function emptyView(start) {
  return { state: { v: 1, years: [...start.years.chosen], variants: {}, policy: [] }, saved: [] };
}

/**
 * Another state, in which an intervention is moved, or off where moves are null.
 * @param {State} state
 * @param {string} lever
 * @param {Moves | null} moves
 * @returns {State}
 */
export function withMoves(state, lever, moves) {
  const known = state.policy.some((choice) => choice.lever === lever);
  const moved = state.policy.map((choice) => (choice.lever === lever && moves ? { lever, set: moves } : choice));
  if (moves === null) return { ...state, policy: moved.filter((choice) => choice.lever !== lever) };
  return { ...state, policy: known ? moved : [...moved, { lever, set: moves }] };
}

/**
 * Without a title: one that was given to other numbers would be taken for theirs.
 * @param {State} state
 * @returns {State}
 */
export function untitled({ title: _, ...state }) {
  return state;
}

/**
 * Interventions whose answer is a what-if, and why, in words.
 * @param {State} state
 * @param {Map<string, Lever>} levers
 */
export function whatIfs(state, levers) {
  return state.policy.flatMap(({ lever: id, set }) => {
    const lever = levers.get(id);
    if (!lever) return [];
    if (set.effect !== undefined) return [`${lever.title}: the effect is not the published one`];
    if (lever.kind === "what_if" || lever.evidence?.status === "what_if") return [`${lever.title}: no study shows that a policy does this`];
    return [];
  });
}

/**
 * @param {View} view
 * @returns {string} what follows the # of an address
 */
export function encode(view) {
  const bytes = new TextEncoder().encode(JSON.stringify(view));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return VERSION + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * @param {string} hash what follows the # of an address
 * @returns {View}
 * @throws {Unreadable}
 */
export function decode(hash) {
  if (!hash.startsWith(VERSION)) throw new Unreadable("it was made by another edition of this page, or is no link of it");
  if (hash.length > LONGEST_ADDRESS) throw new Unreadable("it is longer than any link of this page");
  let said;
  try {
    const binary = atob(hash.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Unreadable("it is cut short or garbled");
  }
  const view = objectOf(said, ["state", "saved"]);
  const saved = listOf(view.saved ?? []).map((one) => {
    const item = objectOf(one, ["name", "state"]);
    return { name: textOf(item.name), state: stateOf(item.state) };
  });
  if (saved.length > MOST_SAVED) throw new Unreadable(`it holds more than ${MOST_SAVED} saved scenarios`);
  return { state: stateOf(view.state), saved };
}

/**
 * Refuses what the model of this page has not: years, variants, interventions.
 * @param {State} state
 * @param {Start} start
 * @param {ReadonlySet<string>} levers those that are known, of a loaded file too
 */
export function checkAgainst(state, start, levers) {
  const [from, to] = state.years;
  if (!(start.years.first <= from && from <= to && to <= start.years.last))
    throw new Unreadable("it asks for years that the model has not");
  for (const [name, option] of Object.entries(state.variants)) {
    const variant = start.variants.find((one) => one.name === name);
    if (!variant?.options.some((one) => one.name === option))
      throw new Unreadable("it asks for a variant that the model has not");
  }
  const ids = state.policy.map((choice) => choice.lever);
  if (new Set(ids).size < ids.length || ids.some((id) => !levers.has(id)))
    throw new Unreadable("it asks for an intervention that is not known here");
}

/**
 * @param {unknown} said
 * @returns {State}
 */
function stateOf(said) {
  const { v, years, variants, policy, loaded, title } = objectOf(
    said, ["v", "years", "variants", "policy", "loaded", "title"]);
  if (v !== 1) throw new Unreadable("it was made by another edition of this page");
  const pair = listOf(years).map(numberOf);
  if (pair.length !== 2 || !pair.every(Number.isInteger)) throw garbled();
  const chosen = Object.entries(objectOf(variants ?? {}));
  return {
    v: 1,
    years: [pair[0], pair[1]],
    variants: Object.fromEntries(chosen.map(([name, option]) => [name, textOf(option)])),
    policy: listOf(policy ?? []).map(choiceOf),
    ...(loaded === undefined ? {} : { loaded: textOf(loaded) }),
    ...(title === undefined ? {} : { title: textOf(title) }),
  };
}

/** @param {unknown} said */
function choiceOf(said) {
  const { lever, set } = objectOf(said, ["lever", "set"]);
  const moves = objectOf(set ?? {}, [...NUMBERS, "deciles"]);
  /** @type {Moves} */
  const taken = {};
  for (const name of NUMBERS) if (moves[name] !== undefined) taken[name] = numberOf(moves[name]);
  if (moves.deciles !== undefined) taken.deciles = listOf(moves.deciles).map(textOf);
  return { lever: textOf(lever), set: taken };
}

const garbled = () => new Unreadable("it is cut short or garbled");

/**
 * @param {unknown} said
 * @param {readonly string[]} [known]
 * @returns {Record<string, unknown>}
 */
function objectOf(said, known) {
  if (typeof said !== "object" || said === null || Array.isArray(said)) throw garbled();
  if (known && Object.keys(said).some((key) => !known.includes(key))) throw garbled();
  return /** @type {Record<string, unknown>} */ (said);
}

/** @param {unknown} said @returns {unknown[]} */
function listOf(said) {
  if (!Array.isArray(said)) throw garbled();
  return said;
}

/** @param {unknown} said @returns {string} */
function textOf(said) {
  if (typeof said !== "string") throw garbled();
  return said;
}

/** @param {unknown} said @returns {number} */
function numberOf(said) {
  if (typeof said !== "number" || !Number.isFinite(said)) throw garbled();
  return said;
}
