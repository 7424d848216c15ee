/**
 * The rules by which the named fields of a page become one answer object, without a document.
 */

/**
 * One field's part of the answer; `value` undefined means that the field gives nothing (an empty `crowd-input`, an
 * unchosen classifier).
 * @typedef {{ name: string, value: unknown }} FieldValue
 */

/**
 * One object keyed by the fields' names, in alphabetical order at every level so that equal answers are equal bytes.
 * Fields without a name or a value give nothing. Two fields of one name: objects merge (`crowd-checkbox`es that share a
 * name), anything else is replaced by the later one.
 * @param {Iterable<FieldValue>} fields in document order
 * @returns {Record<string, unknown>}
 */
export function formOutput(fields) {
  /** @type {Map<string, unknown>} */
  const output = new Map();
  for (const { name, value } of fields) {
    if (name === "" || value === undefined) continue;
    const before = output.get(name);
    output.set(name, isObject(before) && isObject(value) ? { ...before, ...value } : value);
  }
  return /** @type {Record<string, unknown>} */ (sortedKeys(Object.fromEntries(output)));
}

/**
 * What `<input type=checkbox>`, `<input type=radio>` and the crowd elements of that kind give: the value is the key.
 * @param {string} value the `value` attribute, "on" when there is none
 * @param {boolean} checked
 * @returns {Record<string, boolean>}
 */
export function checkedOutput(value, checked) {
  return Object.fromEntries([[value, checked]]);
}

/**
 * The reverse of `checkedOutput` for one field out of a possibly merged object: its state, or undefined when `output`
 * says nothing of it.
 * @param {unknown} output
 * @param {string} value
 * @returns {boolean | undefined}
 */
export function checkedFrom(output, value) {
  if (!isObject(output) || !Object.hasOwn(output, value)) return undefined;
  const state = output[value];
  return typeof state === "boolean" ? state : undefined;
}

/**
 * Text as an answer holds it: every line break a `\n`.
 * @param {string} text
 */
export function textOutput(text) {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A copy of `value` with the keys of every object in code-unit order.
 * @param {unknown} value
 * @returns {unknown}
 */
function sortedKeys(value) {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortedKeys(value[key])]),
  );
}
