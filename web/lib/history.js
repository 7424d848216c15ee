/**
 * One history of values for one element: every change a worker makes is one step that undo takes back and redo gives
 * again. Values are treated as immutable; the newest is always `current`.
 */

/** Steps kept; the oldest fall away. */
export const STEPS_MAX = 500;

/** @template Value */
export class History {
  /** @param {Value} initial */
  constructor(initial) {
    /** @type {Value[]} */
    this.steps = [initial];
    this.position = 0;
  }

  /** @returns {Value} */
  get current() {
    return this.steps[this.position];
  }

  get canUndo() {
    return this.position > 0;
  }

  get canRedo() {
    return this.position < this.steps.length - 1;
  }

  /**
   * Makes `value` the current one; what was undone before is gone.
   * @param {Value} value
   */
  push(value) {
    this.steps.splice(this.position + 1, Infinity, value);
    if (this.steps.length > STEPS_MAX) this.steps.shift();
    this.position = this.steps.length - 1;
  }

  /**
   * Starts again at `value`, with nothing to undo: for values that code sets, not a worker.
   * @param {Value} value
   */
  reset(value) {
    this.steps = [value];
    this.position = 0;
  }

  /** One step back; false at the beginning. */
  undo() {
    if (!this.canUndo) return false;
    this.position--;
    return true;
  }

  /** One step forward; false at the end. */
  redo() {
    if (!this.canRedo) return false;
    this.position++;
    return true;
  }
}
