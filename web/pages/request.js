/**
 * One request to the server. What goes wrong arrives as one kind of error, and a session that has ended is renewed in
 * place before the caller hears of it.
 */

import { learnServerTime } from "./clock.js";

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
 * Says what to do when a session has ended. The function shows a sign-in and resolves when the same person is back;
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
    response = await fetch(path, {
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
