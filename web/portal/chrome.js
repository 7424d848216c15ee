/** What stands around the pages that are not a task: the bar above and the column below it. */

import { append, h, iconButton, mark } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import { openSettings } from "../pages/settings.js";

/**
 * @typedef {object} Chrome
 * @property {string} name the worker's
 * @property {() => void} changed the page must be written anew
 * @property {() => void} signOut
 */

/** @param {Chrome} chrome @param {...any} content @returns {HTMLElement} */
export function page(chrome, ...content) {
  const column = h("main.column", { id: "content", tabindex: "-1" });
  append(column, ...content);
  return h(
    "div.page",
    {},
    h("a.skip", { href: "#content", onclick: (/** @type {Event} */ event) => {
      event.preventDefault();
      column.focus();
    } }, t("page.skip")),
    h(
      "header.bar",
      {},
      h("a.brand", { href: "#" }, mark(), "Cairn"),
      h("span.spacer"),
      h("span.who", { title: chrome.name }, chrome.name),
      iconButton("settings", t("page.settings.title"), {
        onclick: () => void openSettings({ changed: chrome.changed, signOut: chrome.signOut, labels: true }),
      }),
    ),
    column,
  );
}
