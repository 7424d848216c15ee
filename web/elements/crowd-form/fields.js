import { checkedFrom, checkedOutput, textOutput } from "../../lib/form_output.js";

/**
 * A named field of a page, whoever made it: one of ours, or a native control.
 * @typedef {object} PageField
 * @property {HTMLElement} element
 * @property {string} name
 * @property {unknown} value undefined gives nothing
 * @property {(value: unknown) => void} restore
 * @property {() => string} problem in words; empty when it may be submitted
 * @property {() => void} reveal shows the problem and takes the worker there
 */

/** Native controls that give nothing. */
const SILENT = new Set(["button", "submit", "reset", "image", "file"]);

/**
 * The named fields inside `root`, in document order; what is disabled is left out, as in a native form.
 * @param {ParentNode} root
 * @returns {PageField[]}
 */
export function pageFields(root) {
  return [...root.querySelectorAll("[name]")].flatMap((element) => {
    if (element.matches(":disabled")) return [];
    if ("_submittableValue" in element) return [crowdField(/** @type {any} */ (element))];
    if (element instanceof HTMLInputElement && !SILENT.has(element.type)) return [nativeField(element)];
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return [nativeField(element)];
    return [];
  });
}

/**
 * @param {import("../shared/field_element.js").FieldElement} element
 * @returns {PageField}
 */
function crowdField(element) {
  return {
    element,
    name: element.getAttribute("name") ?? "",
    get value() {
      return element._submittableValue;
    },
    restore: (value) => element.restore(value),
    problem: () => (element.checkValidity() ? "" : element.validationMessage),
    reveal: () => element.showProblem(),
  };
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} element
 * @returns {PageField}
 */
function nativeField(element) {
  return {
    element,
    name: element.name,
    get value() {
      return nativeValue(element);
    },
    restore: (value) => restoreNative(element, value),
    problem: () => (element.checkValidity() ? "" : element.validationMessage),
    reveal: () => element.reportValidity(),
  };
}

/** @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} element */
function nativeValue(element) {
  if (isCheckable(element)) return checkedOutput(element.value, element.checked);
  if (element instanceof HTMLSelectElement && element.multiple) return [...element.selectedOptions].map((option) => option.value);
  return textOutput(element.value);
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} element
 * @param {unknown} value undefined leaves it as the page made it
 */
function restoreNative(element, value) {
  if (isCheckable(element)) {
    element.checked = checkedFrom(value, element.value) ?? element.checked;
  } else if (element instanceof HTMLSelectElement && Array.isArray(value)) {
    for (const option of element.options) option.selected = value.includes(option.value);
  } else if (typeof value === "string") {
    element.value = value;
  }
}

/**
 * @param {Element} element
 * @returns {element is HTMLInputElement}
 */
function isCheckable(element) {
  return element instanceof HTMLInputElement && (element.type === "checkbox" || element.type === "radio");
}
