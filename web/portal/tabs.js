/**
 * Several tabs of one worker. Each tab writes down which assignments it holds, so that a tab asking for work can tell the
 * server what is already before the worker's eyes elsewhere; and only one tab at a time sends answers.
 */

const PREFIX = "cairn.tab.";

/** A tab that has not been heard of for this long is gone. Browsers wake a hidden tab's timers at least once a minute. */
const GONE_MS = 3 * 60_000;

/** Two tabs never draw the same. */
const tab = randomId();

/** A random id of 24 characters. `crypto.randomUUID` would need a secure origin, which a plain LAN address is not. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** Writes down what this tab holds. @param {string} worker @param {string[]} ids */
export function announce(worker, ids) {
  try {
    if (ids.length === 0) localStorage.removeItem(PREFIX + tab);
    else localStorage.setItem(PREFIX + tab, JSON.stringify({ worker, ids, at: Date.now() }));
  } catch {
    // Without a shared store the tabs do not see one another; the server still counts each answer once.
  }
}

/** What this worker's other tabs hold. @param {string} worker @returns {string[]} */
export function heldElsewhere(worker) {
  /** @type {string[]} */
  const ids = [];
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(PREFIX) || name === PREFIX + tab) continue;
      const other = JSON.parse(localStorage.getItem(name) ?? "null");
      if (!other || Date.now() - other.at > GONE_MS) localStorage.removeItem(name);
      else if (other.worker === worker) ids.push(...other.ids);
    }
  } catch {
    return [];
  }
  return ids;
}

/**
 * Runs `work` while no other tab of this browser runs work of the same name. Where the browser has no locks (an origin
 * that is not secure) it runs at once: the idempotency keys keep a double sending harmless.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export function exclusive(name, work) {
  if (!navigator.locks) return work();
  return /** @type {Promise<any>} */ (navigator.locks.request(`cairn.${name}`, work));
}
