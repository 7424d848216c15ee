/**
 * The portal's own keys, and the overlay that lists every key alive. A key pressed in the task's page reaches the portal
 * only when the page did not use it, so a label's key always wins; the portal therefore keeps to keys that labels never
 * get.
 */

import { h, keyCap } from "../pages/dom.js";
import { t } from "../pages/messages.js";

/** @import { FrameKey, KeyPress } from "../pages/frames.js" */

/** @typedef {"submit"|"help"|"decline"|"instructions"|"reopen"|"older"|"newer"|"escape"|"settings"} Command */

/** What stands in the overlay, in order: the keys as shown and the command they give. @type {[string, Command][]} */
const SHOWN = [
  ["Enter", "submit"],
  ["Backspace", "reopen"],
  ["←", "older"],
  ["→", "newer"],
  ["Shift + S", "decline"],
  ["Shift + I", "instructions"],
  ["?", "help"],
  ["F2", "settings"],
];

/**
 * The command a key gives, or null.
 *
 * @param {KeyPress} press
 * @returns {Command|null}
 */
export function commandOf(press) {
  if (press.alt) return null;
  const strong = press.ctrl || press.meta;
  if (press.key === "Enter") return press.shift ? null : "submit";
  if (strong) return null;
  if (press.key === "?" || press.key === "F1") return "help";
  if (press.key === "F2") return "settings";
  if (press.key === "Escape") return "escape";
  if (press.shift) {
    if (press.key === "S" || press.key === "s") return "decline";
    if (press.key === "I" || press.key === "i") return "instructions";
    return null;
  }
  if (press.key === "Backspace") return "reopen";
  if (press.key === "ArrowLeft") return "older";
  if (press.key === "ArrowRight") return "newer";
  return null;
}

/** @param {KeyboardEvent} event @returns {KeyPress} */
export function pressOf(event) {
  return { key: event.key, shift: event.shiftKey, alt: event.altKey, ctrl: event.ctrlKey, meta: event.metaKey };
}

/** Whether the key belongs to what has the focus: a text being typed, a button being pressed, an open dialog. @param {KeyboardEvent} event */
export function belongsToControl(event) {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, dialog, [popover], [contenteditable]")) return true;
  return (event.key === "Enter" || event.key === " ") && target.closest("button, a[href], summary") !== null;
}

/**
 * Shows every key alive, the task's first.
 *
 * @param {FrameKey[]} frameKeys
 * @returns {HTMLDialogElement}
 */
export function keyOverlay(frameKeys) {
  /** @type {Map<string, [string, string][]>} */
  const groups = new Map();
  for (const { key, label, group } of frameKeys) {
    const name = group || t("portal.keys.task");
    groups.set(name, [...(groups.get(name) ?? []), [key, label]]);
  }
  groups.set(
    t("portal.keys.portal"),
    SHOWN.map(([key, command]) => [key, t(`portal.keys.${command}`)]),
  );
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      "dialog.keys",
      { "aria-labelledby": "keys-title" },
      h("h2", { id: "keys-title" }, t("portal.keys.title")),
      h(
        "div.key-groups",
        {},
        [...groups].map(([name, rows]) =>
          h(
            "section",
            {},
            h("h3", {}, name),
            h(
              "dl",
              {},
              rows.map(([key, label]) =>
                h("div", {}, h("dt", {}, keyNames(key).map(keyCap)), h("dd", {}, label)),
              ),
            ),
          ),
        ),
      ),
      h(
        "form.actions",
        { method: "dialog" },
        h("button.button", { autofocus: true }, t("page.close")),
      ),
    )
  );
  // The key that opened it closes it.
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "?" || event.key === "F1") {
      event.preventDefault();
      dialog.close();
    }
  });
  return dialog;
}

/** "Mod+Shift+z" as it stands on this machine's keyboard. @param {string} key @returns {string[]} */
function keyNames(key) {
  const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);
  return key.split(/ ?\+ ?(?=.)/).map((part) => {
    if (part === "Mod") return apple ? "⌘" : "Ctrl";
    return part.length === 1 ? part.toUpperCase() : part;
  });
}
