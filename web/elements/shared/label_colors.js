/** The colours of theme.css's label palette; past the twelfth they begin again. */
const COUNT = 12;

/**
 * The colour of the label at `index` (0-based), as CSS.
 * @param {number} index
 */
export function labelColor(index) {
  return `var(--label-${(index % COUNT) + 1})`;
}

/**
 * The colour of text on it.
 * @param {number} index
 */
export function labelTextColor(index) {
  return `var(--label-on-${(index % COUNT) + 1})`;
}
