/** Making elements without a framework. */

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, any>} Properties
 */

/**
 * Makes an element. `name` may carry classes ("div.card.quiet"). Of the properties, functions become listeners
 * (`onclick`), `true` an empty attribute, `false`, `null` and `undefined` nothing, and anything else an attribute.
 *
 * @param {string} name
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  append(element, ...children);
  return element;
}

/** @param {Element} parent @param {...(Child | Child[])} children */
export function append(parent, ...children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces what is in an element. @param {Element} parent @param {...(Child | Child[])} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, ...children);
}

/** Sets a text only when it differs, so that a screen reader is not woken for nothing. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 20 by 20 grid, drawn with a 1.6 px line. */
const ICONS = {
  back: "M12 4.5 6.5 10l5.5 5.5",
  forward: "M8 4.5 13.5 10 8 15.5",
  help: "M7.6 7.6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8M10 14.4v.1M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15Z",
  settings: "M3 6h7m5 0h2M3 14h2m5 0h7M12.5 3.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM7.5 11.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4Z",
  book: "M10 5.2C8.3 4 6 3.6 3 3.8v11.6c3-.2 5.3.2 7 1.4 1.7-1.2 4-1.6 7-1.4V3.8c-3-.2-5.3.2-7 1.4Zm0 0v11.6",
  check: "m4.5 10.5 3.6 3.6 7.4-8.2",
  clock: "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4ZM10 6v4.2l2.8 1.7",
  offline: "M3 3l14 14M5.2 11.6a6.6 6.6 0 0 1 3-1.7M2.8 8.4a10.8 10.8 0 0 1 3.4-2M10.5 5.2c2.7.1 5 1.3 6.7 3.2M12.8 10.3c.8.3 1.5.8 2 1.3M10 15v.1",
  language: "M2.8 10h14.4M10 2.8c2.2 2 3.3 4.4 3.3 7.2s-1.1 5.2-3.3 7.2c-2.2-2-3.3-4.4-3.3-7.2S7.8 4.8 10 2.8ZM10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4Z",
  close: "m5 5 10 10M15 5 5 15",
  decline: "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4ZM5 5l10 10",
  undo: "M7 4 3.5 7.5 7 11M3.8 7.5H12a4.5 4.5 0 0 1 0 9H8",
  jobs: "M3 5.5h14M3 10h14M3 14.5h9",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5M13 3.9a3 3 0 0 1 0 5.2M14.8 12c2 .7 3.2 2.3 3.2 4.5",
  copy: "M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5Z",
  plus: "M10 4v12M4 10h12",
  download: "M10 3v9.5m-4-4 4 4 4-4M3.5 16.5h13",
  retry: "M16 5.5v3.5h-3.5M15.6 9a6 6 0 1 0 .2 3",
  stop: "M5 5h10v10H5Z",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c0-3.2 2.7-5 6-5s6 1.8 6 5",
  warning: "M10 3 2.6 16.2h14.8L10 3Zm0 5v4M10 14.2v.1",
};

/** @param {keyof typeof ICONS} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The mark: three stacked stones. */
export function mark() {
  return h("img.mark", { src: "/_/assets/mark.svg", alt: "", width: 20, height: 20 });
}

/**
 * A button with an icon alone; its name is spoken and shown on hover.
 *
 * @param {keyof typeof ICONS} name @param {string} label @param {Properties} [properties]
 */
export function iconButton(name, label, properties = {}) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, ...properties }, icon(name));
}

/** A key as it is shown on controls. @param {string} name */
export const keyCap = (name) => h("kbd", {}, name);
