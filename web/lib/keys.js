/**
 * Keys without a document: how a press is named, which keys the labels get, and a map from keys to commands in scopes.
 *
 * A key is written as a combination such as `1`, `q`, `?`, `Enter`, `Shift+s`, `Mod+z`, `Alt+b`. `Mod` is Ctrl, or Cmd on
 * a Mac. Letters are lower case; Shift is written for letters and named keys only, since `?` already says it.
 */

/**
 * What a KeyboardEvent tells, so that tests and messages can stand in for one.
 * @typedef {object} KeyPress
 * @property {string} key
 * @property {string} code
 * @property {boolean} [shiftKey]
 * @property {boolean} [ctrlKey]
 * @property {boolean} [altKey]
 * @property {boolean} [metaKey]
 * @property {boolean} [isComposing]
 */

/** Scopes, the narrowest first: a tool's keys win over the page's, the page's over the global ones. */
export const SCOPES = /** @type {const} */ (["tool", "page", "global"]);
/** @typedef {typeof SCOPES[number]} Scope */

/**
 * @typedef {object} Binding
 * @property {Scope} scope
 * @property {string} combination
 * @property {"command" | "label"} kind
 * @property {(press: KeyPress) => void} run
 * @property {() => { label: string, group: string }} [describe] for an overview of the keys; without it the key is not listed
 */

/** Commands of the page and the portal around it; a label never takes one of these. */
export const COMMAND_KEYS = new Set([
  "Enter", "Escape", "Backspace", "Delete", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", " ",
  "?", "d", "f", "i", "Shift+s", "+", "-", "Mod+z", "Mod+y", "Mod+Shift+z", "Mod+0", "Mod+1",
]);

/** What labels get, in this order: the digits, then the letters along the keyboard's rows. */
export const LABEL_KEYS = [..."1234567890qwertyuiopasdfghjklzxcvbnm"].filter((key) => !COMMAND_KEYS.has(key));

/** Combinations that belong to the browser: binding one is a mistake. */
const BROWSER_OWNED = new Set([
  "Mod+w", "Mod+t", "Mod+n", "Mod+Shift+w", "Mod+Shift+t", "Mod+Shift+n", "Mod+Tab", "Mod+Shift+Tab", "Mod+l", "Mod+r",
  "Mod+q", "Mod+p", "Mod+f", "Alt+F4", "F5", "F6", "F11", "F12", "Tab", "Shift+Tab",
]);

/**
 * The keys of `count` labels; the empty string when they run out.
 * @param {number} count
 * @param {Iterable<string>} [taken] keys that other labels of the page have
 * @returns {string[]}
 */
export function assignKeys(count, taken = []) {
  const used = new Set(taken);
  const free = LABEL_KEYS.filter((key) => !used.has(key));
  return Array.from({ length: count }, (_, index) => free[index] ?? "");
}

/**
 * The combinations a press may stand for, the likeliest first. By default that is the character produced; where that is
 * no Latin letter, digit or sign of its own (Cyrillic and kana layouts, the French digit row, Alt on a Mac), the key's
 * place on a US keyboard stands in. In position mode the place comes first.
 * @param {KeyPress} press
 * @param {{ byPosition?: boolean }} [options]
 * @returns {string[]} empty while an input method is composing, and for a modifier alone
 */
export function combinations(press, { byPosition = false } = {}) {
  if (press.isComposing || ["Process", "Dead", "Unidentified", "Shift", "Control", "Alt", "Meta"].includes(press.key)) return [];
  const produced = named(press.key, press);
  const place = placeOf(press.code);
  if (place === undefined) return [produced];
  const placed = named(place, press);
  if (byPosition) return [...new Set([placed, produced])];
  const digitWithShift = press.shiftKey && /^\d$/.test(place);
  const standsForItself = /^[a-z0-9]$/i.test(press.key) || digitWithShift;
  return standsForItself ? [produced] : [...new Set([produced, placed])];
}

/**
 * Whether typing goes into `target`, so that no key of ours may act on it.
 * @param {{ tagName?: string, type?: string, isContentEditable?: boolean } | null | undefined} target
 */
export function isTextInput(target) {
  if (!target?.tagName) return false;
  if (target.isContentEditable) return true;
  const name = target.tagName.toUpperCase();
  if (name === "TEXTAREA" || name === "SELECT") return true;
  const pressed = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];
  return name === "INPUT" && !pressed.includes((target.type ?? "text").toLowerCase());
}

/** Keys bound to commands, by scope. */
export class KeyMap {
  /** @type {Binding[]} */
  #bindings = [];
  /** Whether the key's place comes before the character it produces. */
  byPosition = false;

  /**
   * @param {Binding} binding
   * @returns {() => void} takes the binding back
   * @throws {Error} when the browser owns the combination, or a label would hide a command
   */
  bind(binding) {
    const { combination, kind } = binding;
    if (BROWSER_OWNED.has(combination)) throw new Error(`the browser owns the key ${combination}`);
    const hidesCommand = COMMAND_KEYS.has(combination) || this.#bound(combination).some((other) => other.kind === "command");
    if (kind === "label" && hidesCommand) throw new Error(`a label cannot take the key ${combination}: it is a command's`);
    this.#bindings.push(binding);
    return () => {
      this.#bindings = this.#bindings.filter((other) => other !== binding);
    };
  }

  /**
   * The binding a press means: the narrowest scope first, then the newest.
   * @param {KeyPress} press
   * @returns {Binding | undefined}
   */
  resolve(press) {
    for (const combination of combinations(press, { byPosition: this.byPosition })) {
      const found = this.#bound(combination);
      for (const scope of SCOPES) {
        const binding = found.findLast((other) => other.scope === scope);
        if (binding) return binding;
      }
    }
    return undefined;
  }

  /** Combinations bound more than once in one scope. */
  conflicts() {
    const names = this.#bindings.map((binding) => `${binding.scope}: ${binding.combination}`);
    return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  }

  /** The keys worth listing, each with what it does; labels first. @returns {{ key: string, label: string, group: string }[]} */
  get overview() {
    const isLabel = (/** @type {Binding} */ { kind }) => kind === "label";
    const ordered = [...this.#bindings.filter(isLabel), ...this.#bindings.filter((binding) => !isLabel(binding))];
    return ordered.flatMap(({ combination, describe }) => (describe ? [{ key: combination, ...describe() }] : []));
  }

  /** The keys that labels have. */
  get labelKeys() {
    return this.#bindings.filter((binding) => binding.kind === "label").map((binding) => binding.combination);
  }

  /** @param {string} combination */
  #bound(combination) {
    return this.#bindings.filter((binding) => binding.combination === combination);
  }
}

/**
 * A key with its modifiers, as a combination.
 * @param {string} key
 * @param {KeyPress} press
 */
function named(key, press) {
  const single = [...key].length === 1;
  const letter = single && key.toLowerCase() !== key.toUpperCase();
  const modifiers = [];
  if (press.ctrlKey || press.metaKey) modifiers.push("Mod");
  if (press.altKey) modifiers.push("Alt");
  if (press.shiftKey && (letter || !single)) modifiers.push("Shift");
  return [...modifiers, letter ? key.toLowerCase() : key].join("+");
}

/**
 * The letter or digit at a place of a US keyboard.
 * @param {string} code as in KeyboardEvent
 */
function placeOf(code) {
  return /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1].toLowerCase();
}
