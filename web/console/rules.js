/**
 * The rules of the forms, as the server has them (`types.js`). A rule gives the code of what is wrong, or null; the words
 * are `console.rule.<code>`. The server has the last word: these only save a round trip.
 */

/** @import { TaskType } from "./types.js" */

/** Names of jobs, teams and label attributes: letters, digits and single hyphens between them. */
const NAME = /^[A-Za-z0-9](-*[A-Za-z0-9])*$/;

export const LABELS_MAX = 1_000;

/** @param {string} name @returns {string|null} */
export function nameProblem(name) {
  if (name === "") return "required";
  if (!NAME.test(name)) return "name";
  return name.length > 63 ? "name_too_long" : null;
}

/** @param {string} name empty: the job's own @returns {string|null} */
export function labelAttributeProblem(name) {
  if (name === "") return null;
  if (!NAME.test(name)) return "name";
  if (name.length > 127) return "name_too_long";
  return name === "source" || name === "source-ref" || name.endsWith("-metadata") || name.endsWith("-ref") ? "reserved" : null;
}

/** @param {string} uri @param {"file"|"folder"} kind @returns {string|null} */
export function s3Problem(uri, kind) {
  if (uri === "") return "required";
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri);
  if (!parts) return "s3_uri";
  if (uri.length > 1_024) return "s3_too_long";
  return kind === "file" && (!parts[2] || parts[2].endsWith("/")) ? "s3_file" : null;
}

/** @param {string} text @param {number} max @param {boolean} required @returns {string|null} */
export function textProblem(text, max, required) {
  if (required && text.trim() === "") return "required";
  return [...text].length > max ? "too_long" : null;
}

/** @param {string} text what stands in the field @param {number} min @param {number} max @returns {string|null} */
export function numberProblem(text, min, max) {
  if (text.trim() === "") return "required";
  const number = Number(text);
  return Number.isInteger(number) && number >= min && number <= max ? null : "out_of_range";
}

/** Whether one object may get several labels. @param {TaskType} taskType */
export const isMultiLabel = (taskType) => taskType.endsWith("MultiLabel");

/** @param {string} taskType */
export const isImage = (taskType) => taskType.startsWith("Image");

/**
 * The labels of a text with one a line, in order: blank lines are dropped, the rest is trimmed.
 *
 * @param {string} text @returns {string[]}
 */
export const labelsOf = (text) => text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line !== "");

/**
 * @param {string[]} labels
 * @returns {{code: string|null, wrong: Set<number>}} which of them are wrong: every later twin of a label, and those too long
 */
export function labelsProblem(labels) {
  const seen = new Set();
  const twins = new Set();
  const long = new Set();
  labels.forEach((label, index) => {
    if (seen.has(label)) twins.add(index);
    seen.add(label);
    if ([...label].length > 256) long.add(index);
  });
  const code =
    labels.length === 0 ? "labels_none" : twins.size > 0 ? "labels_twice" : long.size > 0 ? "label_too_long" : labels.length < 2 ? "labels_few" : labels.length > LABELS_MAX ? "labels_many" : null;
  return { code, wrong: new Set([...twins, ...long]) };
}

/** The folder that a manifest's bucket suggests for output, or nothing. @param {string} manifest */
export function suggestedOutput(manifest) {
  const bucket = /^s3:\/\/([^/]+)\//.exec(manifest)?.[1];
  return bucket ? `s3://${bucket}/output/` : "";
}
