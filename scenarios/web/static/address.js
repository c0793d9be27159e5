// @ts-check
// The address bar: what the page shows is written there, and another address is read.

import { LONGEST_ADDRESS, encode } from "./state.js";

/** @typedef {import("./types.js").View} View */

const PAUSE = 250;

/** @param {(hash: string) => void} read called with what another address holds */
export function addressBar(read) {
  let timer = 0;
  /** What this page wrote itself is not read back. */
  let written = location.hash.slice(1);
  addEventListener("hashchange", () => {
    const hash = location.hash.slice(1);
    if (hash === written) return;
    clearTimeout(timer);
    written = hash;
    read(hash);
  });
  return {
    hash: () => location.hash.slice(1),
    /** @param {View} view @param {(long: boolean) => void} told whether it is too long for an address */
    write(view, told) {
      clearTimeout(timer);
      // browsers refuse an address that changes with every step of a slider
      timer = setTimeout(() => {
        const wanted = encode(view);
        const long = wanted.length > LONGEST_ADDRESS;
        told(long);
        if (long) return;
        written = wanted;
        history.replaceState(null, "", `#${wanted}`);
      }, PAUSE);
    },
    /**
     * From one view to another, so that the browser's Back returns to the first.
     * @param {View} from
     * @param {View} to
     */
    step(from, to) {
      clearTimeout(timer);
      const [left, come] = [encode(from), encode(to)];
      if (Math.max(left.length, come.length) > LONGEST_ADDRESS) return;
      history.replaceState(null, "", `#${left}`);
      history.pushState(null, "", `#${come}`);
      written = come;
    },
  };
}
