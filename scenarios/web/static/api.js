// @ts-check
// What the server is asked. Whatever goes wrong comes back as words that say what to do.

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Progress} Progress */

const REMEDIES = {
  0: "The server does not answer. It may have been stopped: start it again with `simcore serve`, then ask again. Nothing here is lost.",
  403: "The server does not know this page any more. Load the page again: the address keeps what is chosen.",
  413: "This is larger than the server takes. A scenario file is a few pages of text.",
  429: "Too many questions at once. Wait a few seconds, then ask again. Nothing here is lost.",
  503: "The server is busy with other runs. Wait a little, then ask again. Nothing here is lost.",
};

/**
 * A problem of what the controls hold, which has no lines.
 * @param {Problem} problem
 */
const inWords = ({ key, message }) => (key ? `${key.split(".").at(-1)}: ${message}` : message);

/** A request that came to nothing: the problems, each in words. */
export class Refused extends Error {
  /**
   * @param {number} status of HTTP; 0 where the server was not reached
   * @param {Problem[]} problems
   */
  constructor(status, problems) {
    super(problems.map(inWords).join("; "));
    this.status = status;
    this.problems = problems;
  }
}

/** @param {unknown} trouble */
export const wasStopped = (trouble) => trouble instanceof DOMException && trouble.name === "AbortError";

const TURNS = 3;
const LONGEST_WAIT = 3;
const seconds = (/** @type {number} */ many) => new Promise((done) => setTimeout(done, 1000 * many));

/**
 * @param {string} path
 * @param {RequestInit} [how]
 * @param {number} [turns] how often it is asked where the server has no turn for it
 * @returns {Promise<Response>}
 */
async function ask(path, how = {}, turns = 1) {
  let response;
  try {
    response = await fetch(path, { ...how, cache: "no-store", credentials: "same-origin" });
  } catch (trouble) {
    throw wasStopped(trouble) ? trouble : new Refused(0, [{ message: REMEDIES[0] }]);
  }
  if (response.ok) return response;
  if (turns > 1 && (response.status === 429 || response.status === 503)) {
    await seconds(Math.min(Number(response.headers.get("Retry-After")) || 1, LONGEST_WAIT));
    return ask(path, how, turns - 1);
  }
  const said = await response.json().catch(() => ({}));
  const remedy = /** @type {Record<number, string>} */ (REMEDIES)[response.status];
  const problems = remedy || !said.problems?.length ? [] : said.problems;
  throw new Refused(response.status, problems.length ? problems : [
    { message: remedy ?? `The server could not answer (${response.status}). Ask again; if it stays so, start the server anew.` }]);
}

/**
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 */
const asJson = (body, signal) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

/** @returns {Promise<import("./types.js").Start>} */
export const start = async () => (await ask("/api/start")).json();

/** @param {State} state @returns {Promise<Answer>} */
export const quick = async (state) => (await ask("/api/quick", asJson({ state }), TURNS)).json();

/** @param {State} state @returns {Promise<Blob>} */
export const yaml = async (state) => (await ask("/api/yaml", asJson({ state }))).blob();

/** @param {string} key @param {string} file @returns {Promise<Blob>} */
export async function download(key, file) {
  try {
    return await (await ask(`/answers/${encodeURIComponent(key)}/${file}`)).blob();
  } catch (trouble) {
    if (trouble instanceof Refused && trouble.status === 404)
      throw new Refused(404, [{ message: "The server no longer keeps this answer. Run it in full again, then download." }]);
    throw trouble;
  }
}

/** @param {string} text @returns {Promise<{levers: import("./types.js").Lever[], title: string}>} */
export async function load(text) {
  return (await ask("/api/load", { method: "POST", headers: { "Content-Type": "text/yaml" }, body: text })).json();
}

/**
 * The full answer, with its progress on the way. Aborting closes the connection, and so ends the run.
 * @param {State[]} states
 * @param {(progress: Progress) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function full(states, onProgress, signal) {
  const response = await ask("/api/full", asJson({ states }, signal));
  for await (const line of linesOf(response)) {
    const said = JSON.parse(line);
    if (said.progress) onProgress(said.progress);
    if (said.problems) throw new Refused(400, said.problems);
    if (said.answer) return said.answer;
  }
  throw new Refused(0, [{ message: "The run ended without an answer. Run it again; the quick answer stands." }]);
}

/** @param {Response} response */
async function* linesOf(response) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      held += value ?? "";
      const lines = held.split("\n");
      held = done ? "" : /** @type {string} */ (lines.pop());
      yield* lines.filter((line) => line.trim());
      if (done) return;
    }
  } catch (trouble) {
    throw wasStopped(trouble) ? trouble : new Refused(0, [{ message: REMEDIES[0] }]);
  }
}
