import { KeyMap, combinations, isTextInput } from "../../lib/keys.js";

/** The keys of this page. Elements bind theirs; what nobody uses goes on to `onUnused`. */
export const keyboard = new KeyMap();

/**
 * Who hears of keys and wishes beyond the elements (the bridge).
 * @type {{ unused: (event: KeyboardEvent) => void, submit: () => void }}
 */
export const keyboardListener = { unused: () => {}, submit: () => {} };

/**
 * Starts listening on the whole page.
 * @param {AbortSignal} [signal]
 */
export function startKeyboard(signal) {
  addEventListener("keydown", handle, { signal });
}

/** @param {KeyboardEvent} event */
function handle(event) {
  // Some browsers end a composition before its last key, which then is known by this number only.
  if (event.defaultPrevented || event.keyCode === 229) return;
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  const names = combinations(event);
  if (names.length === 0) return;
  if (isTextInput(target)) return handleTyping(event, target, names);
  if (insideDialog(event)) return;
  if (names.includes("Enter")) return handleEnter(event, target);
  if (usesKeysItself(target, event)) return;
  const binding = keyboard.resolve(event);
  if (binding) {
    event.preventDefault();
    if (!event.repeat || binding.kind === "command") binding.run(event);
    return;
  }
  keyboardListener.unused(event);
}

/**
 * In a text field only leaving it and submitting are ours.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} target
 * @param {string[]} names
 */
function handleTyping(event, target, names) {
  const oneLine = target.tagName === "INPUT";
  if ((names[0] === "Enter" && oneLine && !insideDialog(event)) || (names[0] === "Mod+Enter" && !insideDialog(event))) {
    event.preventDefault();
    if (!event.repeat) keyboardListener.submit();
  } else if (names[0] === "Escape" && !insideDialog(event)) {
    event.preventDefault();
    target.blur();
  }
}

/**
 * Enter submits, except where it presses a button or follows a link.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} target
 */
function handleEnter(event, target) {
  const role = target.getAttribute?.("role");
  const chooses = role === "radio" || role === "checkbox" || role === "switch";
  const pressed = event.composedPath().some((node) => node instanceof Element && node.matches("button, a[href], summary, [role=button], [role=tab]"));
  if (pressed && !chooses) return;
  event.preventDefault();
  if (!event.repeat) keyboardListener.submit();
}

/** @param {KeyboardEvent} event */
function insideDialog(event) {
  return event.composedPath().some((node) => node instanceof HTMLDialogElement && node.open);
}

/**
 * Controls that move with the arrows, or act on the space bar, do so themselves.
 * @param {HTMLElement} target
 * @param {KeyboardEvent} event
 */
function usesKeysItself(target, event) {
  if (!target.matches?.("input, audio, video, [role=radio], [role=tab], [role=slider], button, summary, a")) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return event.key === " " || event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
}
