/**
 * The portal's HTTP API. One function a route; what goes wrong arrives as one kind of error, and a session that has
 * ended is renewed in place before the caller hears of it.
 */

import { learnServerTime } from "./clock.js";

/** @import { Assignment, HistoryPage, JobList, NextReply, SubmitReply, Worker } from "./types.js" */

const BASE = "/_/portal/api/";

/** A request that has not been answered by then counts as not sent: the answer queue will try it again. */
const REQUEST_TIMEOUT_MS = 20_000;

/** What the server, or the way to it, said no with. Status 0 means that no answer came. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {string} [field] the input that broke a rule
   */
  constructor(status, code, message, field) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
  }

  /** No answer came: the network is away, or the server is. */
  get offline() {
    return this.status === 0;
  }

  /** The same request may succeed later without a change. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** @type {(() => Promise<void>) | null} */
let renewSession = null;
/** @type {Promise<void> | null} */
let renewing = null;

/**
 * Says what to do when a session has ended. The function shows a sign-in and resolves when the same worker is back;
 * requests that met the end wait for it and are sent again.
 *
 * @param {() => Promise<void>} renew
 */
export function onSessionEnd(renew) {
  renewSession = renew;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{keepalive?: boolean, anonymous?: boolean}} [options] `anonymous`: a 401 is the answer, not a lost session
 * @returns {Promise<any>}
 */
export async function request(method, path, body, options = {}) {
  for (;;) {
    const errorOrReply = await once(method, path, body, options);
    if (!(errorOrReply instanceof ApiError)) return errorOrReply;
    const lost = errorOrReply.status === 401 && !options.anonymous && !options.keepalive && renewSession;
    if (!lost) throw errorOrReply;
    renewing ??= lost().finally(() => (renewing = null));
    await renewing;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {{keepalive?: boolean}} options
 */
async function once(method, path, body, options) {
  const sent = Date.now();
  /** @type {Response} */
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      keepalive: options.keepalive ?? false,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch {
    return new ApiError(0, "offline", "the server did not answer");
  }
  const received = Date.now();
  /** @type {any} */
  let reply = null;
  try {
    const text = await response.text();
    reply = text === "" ? {} : JSON.parse(text);
  } catch {
    // A reply cut off on its way, or a page from something in between: neither says what became of the request.
    return new ApiError(response.ok ? 0 : response.status, "unreadable", `unreadable reply (${response.status})`);
  }
  if (typeof reply.now === "number") learnServerTime(reply.now, sent, received);
  if (response.ok) return reply;
  const error = reply.error ?? {};
  return new ApiError(response.status, error.code ?? "unknown", error.message ?? `status ${response.status}`, error.field);
}

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

/** @param {string} assignment @param {string} message @param {string} url @returns {Promise<void>} */
export const objectError = (assignment, message, url) =>
  request("POST", `assignments/${part(assignment)}/object-error`, { message, url });

/** @param {string} job @param {{before?: string|number, limit: number}} page @returns {Promise<HistoryPage>} */
export const history = (job, page) => {
  const query = new URLSearchParams({ limit: String(page.limit) });
  if (page.before !== undefined) query.set("before", String(page.before));
  return request("GET", `jobs/${part(job)}/history?${query}`);
};
