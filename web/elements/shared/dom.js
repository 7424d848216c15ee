/** Small helpers for building an element's inside. */

/**
 * Makes an element with attributes and children. An attribute that is `false`, `null` or `undefined` is left out, `true`
 * is empty; a name that starts with `on` is a listener.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Sets the text of `element` only when it differs, so that a screen reader is not told the same again.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A stylesheet that any number of shadow roots share.
 * @param {string} css
 */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/**
 * The element that really has the focus, inside however many open shadow roots.
 * @returns {Element | null}
 */
export function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/**
 * A value kept for this browser, or only for this page where the frame may not store anything (an opaque sandbox).
 * @type {{ get(key: string): string | null, set(key: string, value: string): void }}
 */
export const memory = {
  get(key) {
    try {
      return localStorage.getItem(`cairn.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`cairn.${key}`, value);
    } catch {
      // Forgotten with the page; nothing depends on it.
    }
  },
};
