/**
 * The address after `#` says the page: `#/jobs`, `#/jobs/NAME/TAB`, `#/create-job`, `#/teams`, `#/teams/NAME`,
 * `#/workers`, `#/settings`, `#/settings/keys`. A query may follow, as in `#/jobs?state=Failed`.
 */

/** Tabs of a job; the first is what a bare name shows. */
export const JOB_TABS = /** @type {const} */ (["overview", "labels", "failures", "settings"]);

/** @typedef {typeof JOB_TABS[number]} JobTab */

/**
 * @typedef {{page: "jobs", query: URLSearchParams}
 *   | {page: "job", name: string, tab: JobTab, query: URLSearchParams}
 *   | {page: "create-job", query: URLSearchParams}
 *   | {page: "teams", query: URLSearchParams}
 *   | {page: "team", name: string, query: URLSearchParams}
 *   | {page: "workers", query: URLSearchParams}
 *   | {page: "connect", query: URLSearchParams}
 *   | {page: "keys", query: URLSearchParams}
 *   | {page: "nowhere", query: URLSearchParams}} Route
 */

/** @param {string} hash with or without its `#` @returns {Route} */
export function parseRoute(hash) {
  const [path, after = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const query = new URLSearchParams(after);
  /** @type {string[]} */
  let parts;
  try {
    parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  } catch {
    return { page: "nowhere", query };
  }
  const [first = "jobs", name, third, ...more] = parts;
  if (more.length > 0) return { page: "nowhere", query };
  if (first === "jobs" && name !== undefined) {
    const tab = JOB_TABS.find((each) => each === (third ?? JOB_TABS[0]));
    return tab ? { page: "job", name, tab, query } : { page: "nowhere", query };
  }
  if (third !== undefined) return { page: "nowhere", query };
  if (first === "teams" && name !== undefined) return { page: "team", name, query };
  if (first === "settings" && name === "keys") return { page: "keys", query };
  if (name !== undefined) return { page: "nowhere", query };
  if (first === "settings") return { page: "connect", query };
  if (first === "jobs" || first === "create-job" || first === "teams" || first === "workers") return { page: first, query };
  return { page: "nowhere", query };
}

/** An address of the console. @param {string[]} parts @param {Record<string, string|undefined>} [query] */
export function address(parts, query = {}) {
  const set = Object.entries(query).filter((entry) => entry[1] !== undefined && entry[1] !== "");
  const after = set.length > 0 ? `?${new URLSearchParams(/** @type {[string, string][]} */ (set))}` : "";
  return `#/${parts.map(encodeURIComponent).join("/")}${after}`;
}

/** @param {string} name @param {JobTab} [tab] @param {Record<string, string|undefined>} [query] */
export const jobAddress = (name, tab = "overview", query = {}) =>
  address(tab === "overview" ? ["jobs", name] : ["jobs", name, tab], query);
