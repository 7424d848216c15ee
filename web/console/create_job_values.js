/** What stands in the form of a new job: as it is typed, what is wrong with it, and as the server takes it. */

import { LABELS_MAX, isMultiLabel, labelAttributeProblem, labelsOf, labelsProblem, nameProblem, numberProblem, s3Problem, textProblem } from "./rules.js";

/** @import { Consolidation, CreateJob, Question, TaskType } from "./types.js" */

/**
 * @typedef {object} Values all as typed
 * @property {string} name
 * @property {TaskType} taskType
 * @property {string} inputManifest
 * @property {string} outputPath
 * @property {string} header
 * @property {string} labels one a line
 * @property {string} instructions
 * @property {string} fullInstructions
 * @property {string} workteam
 * @property {string} workersPerObject
 * @property {string} taskTimeLimitMinutes
 * @property {Consolidation} consolidation
 * @property {string} confidenceTarget percent; empty asks everybody
 * @property {string} answersMean empty gives every object the same number
 * @property {boolean} submitOnKey
 * @property {string} labelAttributeName
 */

/** @typedef {{code: string, params?: Record<string, string|number>}} Problem `code`: a key below `console.rule` */

/** @returns {Values} */
export const emptyValues = () => ({
  name: "",
  taskType: "ImageMultiClass",
  inputManifest: "",
  outputPath: "",
  header: "",
  labels: "",
  instructions: "",
  fullInstructions: "",
  workteam: "",
  workersPerObject: "3",
  taskTimeLimitMinutes: "5",
  consolidation: "cairn",
  confidenceTarget: "",
  answersMean: "",
  submitOnKey: false,
  labelAttributeName: "",
});

/** What is wrong, by field. @param {Values} values @returns {Record<string, Problem|null>} */
export function problemsOf(values) {
  const wrong = (/** @type {string|null} */ code, /** @type {Record<string, string|number>} */ params = {}) => (code === null ? null : { code, params });
  const labels = labelsProblem(labelsOf(values.labels));
  return {
    name: wrong(nameProblem(values.name.trim())),
    inputManifest: wrong(s3Problem(values.inputManifest.trim(), "file")),
    outputPath: wrong(s3Problem(values.outputPath.trim(), "folder")),
    header: wrong(textProblem(values.header, 128, true), { max: 128 }),
    labels: wrong(labels.code, { max: LABELS_MAX }),
    instructions: wrong(textProblem(values.instructions, 2_000, false), { max: 2_000 }),
    fullInstructions: wrong(textProblem(values.fullInstructions, 20_000, false), { max: 20_000 }),
    workteam: wrong(values.workteam === "" ? "team" : null),
    workersPerObject: wrong(numberProblem(values.workersPerObject, 1, 9), { min: 1, max: 9 }),
    taskTimeLimitMinutes: wrong(numberProblem(values.taskTimeLimitMinutes, 1, 480), { min: 1, max: 480 }),
    confidenceTarget: wrong(given(values, "confidenceTarget") === null ? null : numberProblem(values.confidenceTarget, 50, 99), { min: 50, max: 99 }),
    answersMean: meanProblem(values),
    labelAttributeName: wrong(labelAttributeProblem(values.labelAttributeName.trim())),
  };
}

/** A number by which workers are saved; none where it is empty or nobody knows how sure a label is. @param {Values} values @param {"confidenceTarget"|"answersMean"} field @returns {number|null} */
function given(values, field) {
  return values[field].trim() === "" || values.consolidation !== "cairn" ? null : Number(values[field]);
}

/** @param {Values} values @returns {Problem|null} */
function meanProblem(values) {
  const mean = given(values, "answersMean");
  if (mean === null) return null;
  if (given(values, "confidenceTarget") !== null) return { code: "one_of_two" };
  const max = Number(values.workersPerObject);
  const good = mean >= 1 && mean <= max && Number(mean.toFixed(1)) === mean;
  return good ? null : { code: "mean_out_of_range", params: { max } };
}

/** @param {Values} values @returns {Question} */
export function questionOf(values) {
  const full = values.fullInstructions.trim();
  return {
    taskType: values.taskType,
    labels: labelsOf(values.labels),
    header: values.header.trim(),
    instructions: values.instructions.trim(),
    ...(full === "" ? {} : { fullInstructions: full }),
  };
}

/** @param {Values} values without a problem @returns {CreateJob} */
export function requestOf(values) {
  const attribute = values.labelAttributeName.trim();
  const target = given(values, "confidenceTarget");
  const mean = given(values, "answersMean");
  return {
    name: values.name.trim(),
    ...questionOf(values),
    inputManifest: values.inputManifest.trim(),
    outputPath: values.outputPath.trim(),
    ...(attribute === "" ? {} : { labelAttributeName: attribute }),
    workteam: values.workteam,
    workersPerObject: Number(values.workersPerObject),
    taskTimeLimitSeconds: 60 * Number(values.taskTimeLimitMinutes),
    consolidation: values.consolidation,
    ...(target === null ? {} : { confidenceTarget: target }),
    ...(mean === null ? {} : { answersMean: mean }),
    submitOnKey: values.submitOnKey && !isMultiLabel(values.taskType),
  };
}

const STORED = "cairn.create-job";

/** What was typed in this tab before. @returns {Partial<Values>} */
export function draft() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
    const empty = /** @type {Record<string, unknown>} */ (emptyValues());
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => typeof value === typeof empty[name]));
  } catch {
    return {};
  }
}

/** @param {Values} values */
export function keepDraft(values) {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(values));
  } catch {
    // The page itself still holds it.
  }
}

export function forgetDraft() {
  try {
    sessionStorage.removeItem(STORED);
  } catch {
    // Nothing was kept, then.
  }
}
