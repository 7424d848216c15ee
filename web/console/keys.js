/** The console's keys and the overlay that lists them. */

import { showDialog } from "../pages/dialogs.js";
import { h, keyCap } from "../pages/dom.js";
import { t } from "../pages/messages.js";

/** @typedef {"search"|"create"|"help"|"jobs"|"teams"|"settings"} Command */

/** @type {[string[], string][]} */
const SHOWN = [
  [["/"], "search"],
  [["↓", "↑"], "rows"],
  [["Enter"], "open"],
  [["C"], "create"],
  [["1"], "jobs"],
  [["2"], "teams"],
  [["3"], "settings"],
  [["?"], "help"],
];

/** @type {Record<string, Command>} */
const COMMANDS = { "/": "search", c: "create", "?": "help", 1: "jobs", 2: "teams", 3: "settings" };

/** The command of a key, unless it belongs to a field or a dialog. @param {KeyboardEvent} event @returns {Command|null} */
export function pressedCommand(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return null;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return null;
  return Object.hasOwn(COMMANDS, event.key) ? COMMANDS[event.key] : null;
}

export async function openKeyOverlay() {
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      "dialog.keys",
      { "aria-labelledby": "keys-title" },
      h("h2", { id: "keys-title" }, t("console.keys.title")),
      h("dl", {}, SHOWN.map(([keys, name]) => h("div", {}, h("dt", {}, keys.map(keyCap)), h("dd", {}, t(`console.keys.${name}`))))),
      h("form.actions", { method: "dialog" }, h("button.button", { autofocus: true }, t("page.close"))),
    )
  );
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "?") dialog.close();
  });
  await showDialog(dialog);
}
