/** Figures as they are written: counts first, shares second, in the reader's own way of writing numbers. */

import { language, t } from "../pages/messages.js";

/** @import { Counts } from "./types.js" */

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(language()).format(value);

/** Bytes as one rounded unit. @param {number} bytes */
export function size(bytes) {
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = bytes < 1_000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(language(), { style: "unit", unit: unit[step], unitDisplay: step > 0 ? "short" : "long", maximumFractionDigits: step > 0 ? 1 : 0 }).format(bytes / 1_000 ** step);
}

/**
 * A share as a percentage that never lies at its ends: what is not nothing is at least "<1 %", what is not all at most "99 %".
 *
 * @param {number} value from 0 to 1
 */
export function percent(value) {
  const format = new Intl.NumberFormat(language(), { style: "percent" });
  if (value > 0 && value < 0.01) return `<${format.format(0.01)}`;
  if (value < 1 && value > 0.99) return format.format(0.99);
  return format.format(value);
}

/** A confidence, two digits. @param {number} value */
export const confidence = (value) => new Intl.NumberFormat(language(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

/** @param {Counts} counts */
export const left = (counts) => Math.max(0, counts.total - counts.human - counts.machine - counts.failed);

/** @param {Counts} counts */
export const labeled = (counts) => counts.human + counts.machine;

/** The four parts of a bar, in order. @param {Counts} counts @returns {{kind: "human"|"machine"|"failed"|"left", count: number, share: number}[]} */
export function parts(counts) {
  const total = Math.max(1, counts.total);
  return [
    { kind: /** @type {const} */ ("human"), count: counts.human },
    { kind: /** @type {const} */ ("machine"), count: counts.machine },
    { kind: /** @type {const} */ ("failed"), count: counts.failed },
    { kind: /** @type {const} */ ("left"), count: left(counts) },
  ].map((part) => ({ ...part, share: part.count / total }));
}

/** A bar in words, for those who do not see it. @param {Counts} counts */
export function countsText(counts) {
  const said = parts(counts)
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => t(`console.counts.${kind}.said`, { count }));
  return said.length > 0 ? said.join(t("console.list_separator")) : t("console.counts.none");
}
