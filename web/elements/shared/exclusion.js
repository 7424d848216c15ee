import { isObject } from "../../lib/form_output.js";

/**
 * The category that rules out all others, from `exclusion-category="{ text: '…' }"`; a bare text is taken too.
 * @param {import("./element.js").CrowdElement} element
 * @returns {string | undefined}
 */
export function exclusionOf(element) {
  const value = element.readJson("exclusion-category");
  const text = isObject(value) ? value.text : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}
