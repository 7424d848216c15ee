/** Times in words, in the language the page speaks. */

import { language, t } from "./messages.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "2 minutes ago", "in 4 minutes". @param {number} at @param {number} now */
export function relativeTime(at, now) {
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  const differenceMs = at - now;
  const size = Math.abs(differenceMs);
  if (size < MINUTE_MS) return format.format(Math.round(differenceMs / SECOND_MS), "second");
  if (size < HOUR_MS) return format.format(Math.round(differenceMs / MINUTE_MS), "minute");
  if (size < DAY_MS) return format.format(Math.round(differenceMs / HOUR_MS), "hour");
  return format.format(Math.round(differenceMs / DAY_MS), "day");
}

/** The exact moment, for a title. @param {number} at */
export function exactTime(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** "14:02", by the reader's own habit. @param {number} at */
export function clockTime(at) {
  return new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(at);
}

/** A countdown: "4:31", "1:04:31", and whole days from two days on. @param {number} leftMs */
export function countdown(leftMs) {
  const left = Math.max(0, Math.ceil(leftMs / SECOND_MS));
  if (left >= 2 * 86_400) return t("page.days", { count: Math.floor(left / 86_400) });
  const hours = Math.floor(left / 3_600);
  const minutes = Math.floor((left % 3_600) / 60);
  const seconds = String(left % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A span of time as one rounded unit: "5 min", "2 h". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 120) return t("page.seconds", { count: Math.round(seconds) });
  if (seconds < 2 * 3_600) return t("page.minutes", { count: Math.round(seconds / 60) });
  if (seconds < 2 * 86_400) return t("page.hours", { count: Math.round(seconds / 3_600) });
  return t("page.days", { count: Math.round(seconds / 86_400) });
}
