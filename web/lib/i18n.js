/**
 * Messages in the worker's language. One flat JSON per language in `web/messages/`, shared by the task frame
 * (`element.*`), the portal (`portal.*`), the console (`console.*`) and what both of them use (`page.*`).
 *
 * `{name}` in a message is replaced by a parameter; numbers are written the language's way. A message that depends on a
 * count has the plural category after its key: `portal.left.one`, `portal.left.other`; the parameter is `count`.
 */

/** @typedef {"en" | "ja"} Language */
/** @typedef {Record<string, string | number>} Parameters */

/** Every language there is a message file for; the first is used when none fits. */
export const LANGUAGES = /** @type {const} */ (["en", "ja"]);

/** @type {Language} */
let current = LANGUAGES[0];
/** @type {Record<string, string>} */
let messages = {};
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * The first language of `preferred` (BCP 47 tags, best first) that we have.
 * @param {readonly string[]} preferred
 * @returns {Language}
 */
export function chooseLanguage(preferred) {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split("-")[0];
    const found = LANGUAGES.find((language) => language === base);
    if (found) return found;
  }
  return LANGUAGES[0];
}

/** The language whose messages are in use. */
export function language() {
  return current;
}

/**
 * Fetches the messages of `wanted`, then tells everybody who listens. Asking twice for the same language is cheap.
 * @param {Language} wanted
 * @returns {Promise<void>} fails when the file cannot be had; the language in use then stays
 */
export async function loadLanguage(wanted) {
  if (wanted === current && Object.keys(messages).length > 0) return;
  const response = await fetch(new URL(`../messages/${wanted}.json`, import.meta.url));
  if (!response.ok) throw new Error(`messages of ${wanted}: HTTP ${response.status}`);
  useMessages(wanted, await response.json());
}

/**
 * Puts `table` to use as the messages of `wanted`; what `loadLanguage` does once the file is here.
 * @param {Language} wanted
 * @param {Record<string, string>} table
 */
export function useMessages(wanted, table) {
  current = wanted;
  messages = table;
  for (const listener of [...listeners]) listener();
}

/**
 * Calls `listener` whenever the language changes.
 * @param {() => void} listener
 * @param {AbortSignal} [signal] ends the listening
 */
export function onLanguageChange(listener, signal) {
  if (signal?.aborted) return;
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}

/**
 * The message of `key` in the language in use. A key without a message gives the key itself (seen at once in a
 * screenshot), except before any messages are here: then the empty string, so that nothing flashes.
 * @param {string} key
 * @param {Parameters} [parameters]
 * @returns {string}
 */
export function t(key, parameters = {}) {
  return messageFrom(messages, current, key, parameters);
}

/**
 * `t` without the state: the message of `key` from `table`.
 * @param {Record<string, string>} table
 * @param {string} inLanguage a BCP 47 tag
 * @param {string} key
 * @param {Parameters} [parameters]
 * @returns {string}
 */
export function messageFrom(table, inLanguage, key, parameters = {}) {
  const template = templateOf(table, inLanguage, key, parameters.count);
  if (template === undefined) return Object.keys(table).length === 0 ? "" : key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(inLanguage).format(value) : value;
  });
}

/**
 * @param {Record<string, string>} table
 * @param {string} inLanguage
 * @param {string} key
 * @param {string | number | undefined} count
 */
function templateOf(table, inLanguage, key, count) {
  if (typeof count === "number") {
    const plural = `${key}.${new Intl.PluralRules(inLanguage).select(count)}`;
    if (Object.hasOwn(table, plural)) return table[plural];
    if (Object.hasOwn(table, `${key}.other`)) return table[`${key}.other`];
  }
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
