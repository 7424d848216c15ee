/** The language of portal and console: which one a person sees first, and how a switch is remembered. The words are `lib/i18n.js`'s. */

import { LANGUAGES, chooseLanguage, language, loadLanguage, t } from "../lib/i18n.js";

export { LANGUAGES, language, t };

/** @typedef {import("../lib/i18n.js").Language} Language */

/** Each language's own name, as its speakers look for it. @type {Record<Language, string>} */
export const LANGUAGE_NAMES = { en: "English", ja: "日本語" };

const STORED = "cairn.language";

/**
 * The language to begin with: the one switched to on this device, else the person's own, else the browser's first that
 * we have, else English.
 *
 * @param {string|null} [preferred] the person's own
 * @returns {Language}
 */
export function firstLanguage(preferred) {
  const wished = [readStored(), preferred, ...(navigator.languages ?? [navigator.language])];
  return chooseLanguage(wished.filter((wish) => typeof wish === "string"));
}

/** Speaks a language from now on. @param {Language} wanted */
export async function speak(wanted) {
  await loadLanguage(wanted);
  document.documentElement.lang = wanted;
}

/** @type {((chosen: Language) => Promise<void>)|null} */
let keep = null;

/** Says how a switch is kept for the person who is signed in: mail to them speaks it too. @param {(chosen: Language) => Promise<void>} keeper */
export function onLanguageChosen(keeper) {
  keep = keeper;
}

/** Remembers a switch on this device, and for the person. @param {Language} chosen */
export function rememberLanguage(chosen) {
  // The page speaks it already; what is not kept now is chosen again some other time.
  void keep?.(chosen).catch(() => undefined);
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    // A browser that keeps nothing speaks its own language again next time.
  }
}

function readStored() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
