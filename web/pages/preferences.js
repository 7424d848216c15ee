/** What a person sets on this device: theme, text size, submitting on the key itself. */

/**
 * @typedef {object} Preferences
 * @property {"system"|"light"|"dark"} theme
 * @property {"small"|"normal"|"large"} textSize
 * @property {"job"|"always"|"never"} submitOnKey "job": as the job says
 */

const STORED = "cairn.preferences";

/** @type {Preferences} */
const DEFAULTS = { theme: "system", textSize: "normal", submitOnKey: "job" };

/** @returns {Preferences} */
export function preferences() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORED) ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

/** Changes some, keeps them and puts them into effect. @param {Partial<Preferences>} change */
export function setPreferences(change) {
  const changed = { ...preferences(), ...change };
  try {
    localStorage.setItem(STORED, JSON.stringify(changed));
  } catch {
    // Kept for this page alone, then.
  }
  applyPreferences(changed);
  return changed;
}

/** @param {Preferences} [chosen] */
export function applyPreferences(chosen = preferences()) {
  const root = document.documentElement;
  if (chosen.theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = chosen.theme;
  if (chosen.textSize === "normal") delete root.dataset["textSize"];
  else root.dataset["textSize"] = chosen.textSize;
}
