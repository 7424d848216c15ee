/** The console's HTTP API. One function a route; the shapes are in `types.js`. */

import { request as send } from "../pages/request.js";

/** @import * as T from "./types.js" */

export { ApiError, onSessionEnd } from "../pages/request.js";

const BASE = "/_/console/api/";

/** @param {string} method @param {string} path @param {unknown} [body] @param {{anonymous?: boolean}} [options] */
const request = (method, path, body, options) => send(method, BASE + path, body, options);

/** @param {string} id */
const part = (id) => encodeURIComponent(id);

/** @typedef {{after?: string, limit?: number}} Paging */

/** A query of what is set. @param {Record<string, string|number|undefined>} values */
function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return set.length > 0 ? `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}` : "";
}

/** @param {string} name @param {string} password @returns {Promise<T.Session>} */
export const signIn = (name, password) => request("POST", "sign-in", { name, password }, { anonymous: true });

/** @returns {Promise<void>} */
export const signOut = () => request("POST", "sign-out", {}, { anonymous: true });

/** @returns {Promise<T.Session>} */
export const me = () => request("GET", "me", undefined, { anonymous: true });

/** @param {string|undefined} current @param {string} next @returns {Promise<void>} */
export const changePassword = (current, next) => request("POST", "password", { current, new: next });

/** @param {"en"|"ja"} language @returns {Promise<void>} */
export const chooseLanguage = (language) => request("POST", "language", { language });

/** @param {string} token @param {string} next @returns {Promise<void>} */
export const resetPassword = (token, next) =>
  request("POST", "password/reset", { token, new: next }, { anonymous: true });

/** @returns {Promise<T.Overview>} */
export const overview = () => request("GET", "overview");

/** @param {Paging & {name?: string, state?: string}} [wanted] @returns {Promise<T.Page<T.JobSummary>>} */
export const jobs = (wanted = {}) => request("GET", `jobs${query(wanted)}`);

/** @param {T.CreateJob} job @returns {Promise<{job: T.JobSummary}>} */
export const createJob = (job) => request("POST", "jobs", job);

/** @param {string} name @returns {Promise<{job: T.Job}>} */
export const job = (name) => request("GET", `jobs/${part(name)}`);

/** @param {string} name */
export const eventsAddress = (name) => `${BASE}jobs/${part(name)}/events`;

/** @param {string} name */
export const outputManifestAddress = (name) => `${BASE}jobs/${part(name)}/output-manifest`;

/** @param {string} name @param {Paging & {label?: string}} [wanted] @returns {Promise<T.Page<T.Labeled>>} */
export const labels = (name, wanted = {}) => request("GET", `jobs/${part(name)}/labels${query(wanted)}`);

/** @param {string} name @param {Paging} [wanted] @returns {Promise<T.Page<T.Failure>>} */
export const failures = (name, wanted = {}) => request("GET", `jobs/${part(name)}/failures${query(wanted)}`);

/** @param {string} name @param {T.Retry} what @returns {Promise<T.Retried>} */
export const retry = (name, what) => request("POST", `jobs/${part(name)}/retry`, what);

/** @param {string} name @returns {Promise<{progress: T.Progress}>} */
export const stopJob = (name) => request("POST", `jobs/${part(name)}/stop`, {});

/** @param {T.ManifestCheck} check @returns {Promise<T.ManifestReport>} */
export const checkManifest = (check) => request("POST", "manifest-check", check);

/** @param {T.Preview} preview @returns {Promise<T.PreviewPage>} */
export const preview = (preview) => request("POST", "preview", preview);

/** @param {Paging} [wanted] @returns {Promise<T.Page<T.Team>>} */
export const teams = (wanted = {}) => request("GET", `teams${query(wanted)}`);

/** @param {T.CreateTeam} team @returns {Promise<{team: T.Team}>} */
export const createTeam = (team) => request("POST", "teams", team);

/** @param {string} name @returns {Promise<{team: T.Team}>} */
export const team = (name) => request("GET", `teams/${part(name)}`);

/** @param {string} name @returns {Promise<void>} */
export const deleteTeam = (name) => request("DELETE", `teams/${part(name)}`);

/** @param {string} name @param {string[]} workers @returns {Promise<{team: T.Team}>} */
export const addMembers = (name, workers) => request("POST", `teams/${part(name)}/members`, { workers });

/** @param {string} name @param {string} worker @returns {Promise<{team: T.Team}>} */
export const removeMember = (name, worker) => request("DELETE", `teams/${part(name)}/members/${part(worker)}`);

/** @param {Paging & {search?: string, team?: string, state?: string}} [wanted] @returns {Promise<T.Page<T.Worker>>} */
export const workers = (wanted = {}) => request("GET", `workers${query(wanted)}`);

/** @param {T.Invite} invite @returns {Promise<{invitations: T.Invitation[]}>} */
export const invite = (invite) => request("POST", "workers", invite);

/** @param {string} id @returns {Promise<{worker: T.Worker}>} */
export const disableWorker = (id) => request("POST", `workers/${part(id)}/disable`, {});

/** @param {string} id @returns {Promise<{worker: T.Worker}>} */
export const enableWorker = (id) => request("POST", `workers/${part(id)}/enable`, {});

/** @param {string} id @returns {Promise<T.ResetLink>} */
export const resetLink = (id) => request("POST", `workers/${part(id)}/reset-link`, {});

/** @param {Paging} [wanted] @returns {Promise<T.Page<T.AccessKey>>} */
export const keys = (wanted = {}) => request("GET", `keys${query(wanted)}`);

/** @param {T.CreateKey} key @returns {Promise<T.CreatedKey>} */
export const createKey = (key) => request("POST", "keys", key);

/** @param {string} id @returns {Promise<{key: T.AccessKey}>} */
export const disableKey = (id) => request("POST", `keys/${part(id)}/disable`, {});

/** @param {string} id @returns {Promise<{key: T.AccessKey}>} */
export const enableKey = (id) => request("POST", `keys/${part(id)}/enable`, {});
