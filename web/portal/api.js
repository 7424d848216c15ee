/** The portal's HTTP API. One function a route. */

import { request as send } from "../pages/request.js";

/** @import { Assignment, HistoryPage, JobList, NextReply, SubmitReply, Worker } from "./types.js" */

export { ApiError, onSessionEnd } from "../pages/request.js";

const BASE = "/_/portal/api/";

/** @param {string} method @param {string} path @param {unknown} [body] @param {{keepalive?: boolean, anonymous?: boolean}} [options] */
const request = (method, path, body, options) => send(method, BASE + path, body, options);

/** @param {string} id */
const part = (id) => encodeURIComponent(id);

/** @param {string} name @param {string} password @returns {Promise<{worker: Worker}>} */
export const signIn = (name, password) => request("POST", "sign-in", { name, password }, { anonymous: true });

/** @returns {Promise<void>} */
export const signOut = () => request("POST", "sign-out", {}, { anonymous: true });

/** @returns {Promise<{worker: Worker}>} */
export const me = () => request("GET", "me", undefined, { anonymous: true });

/** @param {string|undefined} current @param {string} next @returns {Promise<void>} */
export const changePassword = (current, next) => request("POST", "password", { current, new: next });

/** @param {"en"|"ja"} language @returns {Promise<void>} */
export const chooseLanguage = (language) => request("POST", "language", { language });

/** @param {string} token @param {string} next @returns {Promise<void>} */
export const resetPassword = (token, next) =>
  request("POST", "password/reset", { token, new: next }, { anonymous: true });

/** @returns {Promise<JobList>} */
export const jobs = () => request("GET", "jobs");

/** @param {string} job @param {string[]} holding @param {boolean} prefetch @returns {Promise<NextReply>} */
export const next = (job, holding, prefetch) => request("POST", `jobs/${part(job)}/next`, { holding, prefetch });

/**
 * @param {string} assignment
 * @param {{content: unknown, key: string, timeSpentMs: number, showing?: string, next: boolean, holding: string[]}} body
 * @returns {Promise<SubmitReply>}
 */
export const submit = (assignment, body) => request("POST", `assignments/${part(assignment)}/submit`, body);

/** @param {string} assignment @param {boolean} showing @returns {Promise<{leaseExpiresAt: number, limitAt: number|null}>} */
export const heartbeat = (assignment, showing) =>
  request("POST", `assignments/${part(assignment)}/heartbeat`, { showing });

/** @param {string} assignment @param {unknown} content @returns {Promise<{savedAt: number}>} */
export const saveDraft = (assignment, content) => request("PUT", `assignments/${part(assignment)}/draft`, { content });

/** @param {string} assignment @param {string} reason @returns {Promise<void>} */
export const decline = (assignment, reason) => request("POST", `assignments/${part(assignment)}/decline`, { reason });

/**
 * Gives an assignment back unanswered. With `leaving` the request outlives the page and nobody waits for its answer.
 *
 * @param {string} assignment @param {{leaving?: boolean}} [options] @returns {Promise<void>}
 */
export const release = (assignment, options = {}) =>
  request("POST", `assignments/${part(assignment)}/release`, {}, { keepalive: options.leaving ?? false });

/**
 * Tells that an object could not be shown. The server looks for itself: when it is not there, the task is declined.
 *
 * @param {string} assignment @param {string} message @param {string} url @returns {Promise<{declined: boolean}>}
 */
export const objectError = (assignment, message, url) =>
  request("POST", `assignments/${part(assignment)}/object-error`, { message, url });

/** @param {string} job @param {{before?: string|number, limit: number}} page @returns {Promise<HistoryPage>} */
export const history = (job, page) => {
  const query = new URLSearchParams({ limit: String(page.limit) });
  if (page.before !== undefined) query.set("before", String(page.before));
  return request("GET", `jobs/${part(job)}/history?${query}`);
};
