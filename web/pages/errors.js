/** Errors in the reader's words. */

import { t } from "./messages.js";
import { ApiError } from "./request.js";

/** Codes that the catalogue has words for, each with the key of its message. @type {Map<string, string>} */
const words = new Map(
  [
    "offline",
    "wrong_password",
    "worker_disabled",
    "too_many_tries",
    "password_too_short",
    "password_too_long",
    "password_too_common",
    "password_unchanged",
    "reset_token",
    "required",
  ].map((code) => [code, `page.error.${code}`]),
);

/** Adds the codes of one page: their words stand in the catalogue as `<prefix>.error.<code>`. @param {string} prefix @param {readonly string[]} codes */
export function knowErrors(prefix, codes) {
  for (const code of codes) words.set(code, `${prefix}.error.${code}`);
}

/** What to tell the reader. @param {unknown} error @returns {string} */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t("page.error.unexpected", { message: String(error) });
  return codeText(error.code, error.message, error.status);
}

/** The same from a code alone. @param {string} code @param {string} message the server's own words @param {number} [status] */
export function codeText(code, message, status = 0) {
  const key = words.get(code);
  if (key) return t(key);
  if (status === 429) return t("page.error.too_many_tries");
  if (status >= 500) return t("page.error.server");
  return t("page.error.unexpected", { message });
}
