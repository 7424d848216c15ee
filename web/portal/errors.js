/** Errors in the worker's words. */

import { ApiError } from "./api.js";
import { t } from "./messages.js";

/** Codes that the catalogue has words for. */
const KNOWN = new Set([
  "offline",
  "wrong_password",
  "worker_disabled",
  "too_many_tries",
  "password_too_short",
  "password_too_long",
  "password_too_common",
  "password_unchanged",
  "reset_token",
  "time_limit",
  "object_settled",
  "lease_lost",
  "job_over",
  "already_answered",
  "correction_over",
  "answer_too_large",
]);

/** What to tell the worker. @param {unknown} error @returns {string} */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t("portal.error.unexpected", { message: String(error) });
  return codeText(error.code, error.message, error.status);
}

/** The same from a code alone. @param {string} code @param {string} message the server's own words @param {number} [status] */
export function codeText(code, message, status = 0) {
  if (KNOWN.has(code)) return t(`portal.error.${code}`);
  if (status === 429) return t("portal.error.too_many_tries");
  if (status >= 500) return t("portal.error.server");
  return t("portal.error.unexpected", { message });
}
