// @ts-check
// Elements made without markup: whatever a file or an address says stays text.

/**
 * @param {string} tag
 * @param {Record<string, any>} [traits] properties, `on...` listeners, and attributes where there is no such property
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function make(tag, traits = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) /** @type {any} */ (element)[name] = value;
    else element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

/**
 * Puts children in place of those that an element has.
 * @param {Element} element
 * @param {...(Node | string | null | undefined | false)} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

/**
 * Sets words only where they differ, so that a screen reader is not told them twice.
 * @param {Element} element
 * @param {string} words
 */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * @param {string} id
 * @returns {any}
 */
export function at(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * What stands folded until it is opened.
 * @param {string} summary
 * @param {...(Node | string | null | undefined | false)} children
 */
export function folded(summary, ...children) {
  return make("details", {}, make("summary", {}, summary), ...children);
}
