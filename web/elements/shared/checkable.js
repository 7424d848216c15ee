import { checkedFrom, checkedOutput } from "../../lib/form_output.js";
import { t } from "../../lib/i18n.js";
import { FieldElement } from "./field_element.js";
import { make, setAttribute, sheet } from "./dom.js";

/**
 * What check box, radio button and switch share: on or off, with a `value` that names it. Gives `{"<value>": true|false}`,
 * so that several of one name merge.
 */
export class CheckableElement extends FieldElement {
  /** @type {Record<string, import("./element.js").AttributeKind>} */
  static attributes = { name: "text", value: "text", checked: "switch", disabled: "switch", required: "switch" };
  static styles = [
    sheet(`
    :host { display: inline-block; vertical-align: middle; }
    label { display: inline-flex; align-items: center; gap: var(--space-8); min-height: var(--target); padding-inline-end: var(--space-4); cursor: pointer; }
    input { flex: none; width: 18px; height: 18px; margin: 0; accent-color: var(--moss-fill); cursor: inherit; }
    label:has(:disabled) { color: var(--text-quiet); cursor: not-allowed; }
    `),
  ];

  /** What makes the native control inside a check box, a radio button or a switch. @type {Record<string, string>} */
  static nativeAttributes = {};

  /** @type {boolean | undefined} the state once the worker or code has set one; before that the attribute speaks */
  #state;
  native = make("input", { id: "control", .../** @type {typeof CheckableElement} */ (this.constructor).nativeAttributes });

  get control() {
    return this.native;
  }

  get value() {
    return this.getAttribute("value") ?? "on";
  }

  set value(value) {
    setAttribute(this, "value", value);
  }

  get checked() {
    return this.#state ?? this.hasAttribute("checked");
  }

  set checked(checked) {
    this.#state = Boolean(checked);
    this.stateSet();
    if (this.isConnected) this.update();
  }

  get _submittableValue() {
    return checkedOutput(this.value, this.checked);
  }

  /** @param {unknown} value */
  restore(value) {
    this.#state = checkedFrom(value, this.value);
    this.update();
  }

  get currentProblem() {
    return this.hasAttribute("required") && !this.checked ? t("element.error-checked") : "";
  }

  /** Checks without an event and without asking siblings; for a group that does the asking. @param {boolean} checked */
  setQuietly(checked) {
    this.#state = checked;
    this.update();
  }

  /** The state has changed, by whomever. */
  stateSet() {}

  build() {
    this.native.addEventListener("change", () => {
      this.checked = this.native.checked;
      this.tell("input");
      this.tell();
    });
    this.root.append(make("label", {}, this.native, make("span", { dir: "auto" }, make("slot"))), this.field.line);
  }

  update() {
    this.native.checked = this.checked;
    this.native.disabled = this.off;
    setAttribute(this.native, "aria-label", this.getAttribute("aria-label"));
    setAttribute(this.native, "aria-required", this.hasAttribute("required") ? "true" : null);
    super.update();
  }

  click() {
    this.native.click();
  }
}
