/** Why there is nothing to label now, and when to look again. */

import { t } from "../pages/messages.js";

/** @import { Reason } from "./types.js" */

/**
 * First pause before looking again, by reason; each further look waits twice as long, up to a minute. A job that is over
 * is not looked at again. @type {Record<string, number>}
 */
const FIRST_PAUSE_MS = {
  starting: 2_000,
  held_by_others: 5_000,
  no_objects_open: 5_000,
  paused: 15_000,
  all_done_by_you: 30_000,
  offline: 2_000,
};
const LAST_PAUSE_MS = 60_000;

/**
 * Milliseconds until the next look, or null for never.
 *
 * @param {Reason | {code: "offline", params?: undefined}} reason
 * @param {number} looks how often this reason was given already
 * @param {number} now the server's time
 * @param {number} chance from 0 to 1: spreads the looks of a team that ran dry at one moment
 */
export function nextLook(reason, looks, now, chance) {
  if (reason.code === "job_over") return null;
  const pause = Math.min(LAST_PAUSE_MS, (FIRST_PAUSE_MS[reason.code] ?? 5_000) * 2 ** Math.min(looks, 10));
  const free = reason.params?.nextFreeAt;
  // A lease ends at a known moment: look just after it, if that comes first.
  const wait = typeof free === "number" && free > now ? Math.min(pause, free - now + 250) : pause;
  return Math.round(wait * (1 + 0.2 * chance));
}

/**
 * The reason in words.
 *
 * @param {Reason | {code: "offline", params?: undefined}} reason
 * @param {number} now
 * @param {number} waiting answers not sent yet
 * @returns {{title: string, text: string}}
 */
export function reasonWords(reason, now, waiting) {
  const title = t(`portal.reason.${reason.code}`);
  switch (reason.code) {
    case "held_by_others": {
      const free = reason.params?.nextFreeAt;
      const minutes = typeof free === "number" ? Math.max(1, Math.ceil((free - now) / 60_000)) : null;
      const held = t("portal.reason.held_by_others.help", { count: reason.params?.count ?? 1 });
      return { title, text: minutes === null ? held : `${held} ${t("portal.reason.held_by_others.free", { count: minutes })}` };
    }
    case "offline":
      return { title, text: waiting > 0 ? t("portal.reason.offline.waiting", { count: waiting }) : t("portal.reason.offline.help") };
    default:
      return { title, text: t(`portal.reason.${reason.code}.help`) };
  }
}
