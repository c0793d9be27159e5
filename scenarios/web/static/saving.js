// @ts-check
// Files that leave the page.

import { make } from "./dom.js";

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function hand(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  // the browser reads it after the click; a minute is more than it needs
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * A name that any disk takes.
 * @param {string | undefined} title
 */
export function fileName(title) {
  const plain = (title ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return plain.slice(0, 60) || "my_policy";
}
