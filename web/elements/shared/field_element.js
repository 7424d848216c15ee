import { CrowdElement } from "./element.js";
import { Field } from "./field.js";

/** A crowd element that is a named field of its form, like `<input>`. What it gives is `_submittableValue`. */
export class FieldElement extends CrowdElement {
  static formAssociated = true;

  field = new Field(this, { control: () => this.control });
  #disabledByForm = false;

  /** The part of the inside that takes the focus. @returns {HTMLElement | null | undefined} */
  get control() {
    return null;
  }

  /** @returns {unknown} the field's part of the answer; undefined gives nothing */
  get _submittableValue() {
    return undefined;
  }

  /** What is wrong with the state as it is, in words; empty when nothing is. */
  get currentProblem() {
    return "";
  }

  /**
   * Takes back what `_submittableValue` gave, from a draft; no event follows.
   * @param {unknown} _value undefined when the draft has nothing for this name
   */
  restore(_value) {}

  /** Whether the element itself or a fieldset around it is switched off. */
  get off() {
    return this.hasAttribute("disabled") || this.#disabledByForm;
  }

  get form() {
    return this.field.internals.form;
  }

  get validity() {
    return this.field.internals.validity;
  }

  get validationMessage() {
    return this.field.internals.validationMessage;
  }

  get willValidate() {
    return this.field.internals.willValidate;
  }

  checkValidity() {
    return this.field.internals.checkValidity();
  }

  reportValidity() {
    const valid = this.checkValidity();
    if (!valid) this.showProblem();
    return valid;
  }

  showProblem() {
    this.field.reveal();
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.control?.focus(options);
  }

  update() {
    this.field.set(this._submittableValue, this.off ? "" : this.currentProblem);
  }

  /** @param {boolean} disabled */
  formDisabledCallback(disabled) {
    this.#disabledByForm = disabled;
    if (this.isConnected) this.update();
  }

  formResetCallback() {
    this.restore(undefined);
    this.field.untouch();
  }
}
