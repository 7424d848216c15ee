import { CheckableElement } from "../shared/checkable.js";

/**
 * `<crowd-radio-button>`: gives `{"<value>": true|false}`. Only one of a `<crowd-radio-group>` is on at a time, and only
 * one of those that share a name in a form. There is no `required`.
 */
export class CrowdRadioButton extends CheckableElement {
  static nativeAttributes = { type: "radio" };

  get currentProblem() {
    return "";
  }

  /** The buttons that this one rules out, itself among them. @returns {CrowdRadioButton[]} */
  get siblings() {
    const group = this.closest("crowd-radio-group");
    const inGroup = /** @type {CrowdRadioButton[]} */ (group ? [...group.querySelectorAll("crowd-radio-button")] : []);
    const name = this.getAttribute("name");
    const form = this.closest("crowd-form");
    const named = form && name ? [...form.querySelectorAll("crowd-radio-button")].filter((other) => other.getAttribute("name") === name) : [];
    return [...new Set([this, ...inGroup, .../** @type {CrowdRadioButton[]} */ (named)])];
  }

  stateSet() {
    if (!this.checked) return;
    for (const other of this.siblings) if (other !== this && other.checked) other.setQuietly?.(false);
  }
}
