import { textOutput } from "../../lib/form_output.js";
import { t } from "../../lib/i18n.js";
import { FieldElement } from "./field_element.js";
import { make, setAttribute, setText, sheet } from "./dom.js";
import { shown } from "./settings.js";

/**
 * What `<crowd-input>` and `<crowd-text-area>` share: a label, a native control, its limits, and the text as the answer.
 * Gives the text; nothing when it is empty.
 */
export class TextFieldElement extends FieldElement {
  /** @type {Record<string, import("./element.js").AttributeKind>} */
  static attributes = {
    name: "text", label: "text", value: "text", placeholder: "text", disabled: "switch", required: "switch",
    "max-length": "number", "min-length": "number", "auto-validate": "switch", "auto-focus": "switch",
    "allowed-pattern": "text", "error-message": "text",
  };
  static styles = [
    sheet(`
    :host { max-width: 640px; margin-block: var(--space-8); }
    .label:empty { display: none; }
    `),
  ];

  #label = make("label", { class: "label", for: "control", dir: "auto" });
  /** What is wrong about a character that was just left out. */
  #leftOut = "";
  /** Whether the worker, or code, has written here; the `value` attribute then no longer speaks. */
  #written = false;

  /** The native control. @type {HTMLInputElement | HTMLTextAreaElement} */
  get native() {
    throw new Error("a text field names its control");
  }

  get control() {
    return this.native;
  }

  /** @returns {string} */
  get value() {
    return this.native.value;
  }

  set value(value) {
    this.#written = true;
    this.native.value = value ?? "";
    if (this.isConnected) this.update();
  }

  /** @returns {string | undefined} */
  get _submittableValue() {
    return this.value === "" ? undefined : textOutput(this.value);
  }

  /** @param {unknown} value */
  restore(value) {
    this.#written = typeof value === "string";
    this.native.value = typeof value === "string" ? value : (this.getAttribute("value") ?? "");
    this.update();
  }

  get currentProblem() {
    if (this.#leftOut) return this.#leftOut;
    const own = this.getAttribute("error-message");
    const { value } = this;
    if (value === "") return this.hasAttribute("required") ? own || t("element.error-required") : "";
    const minimum = Number(this.getAttribute("min-length"));
    if ([...value].length < minimum) return own || t("element.error-too-short", { minimum });
    const { whole } = this.#pattern;
    if (whole && this.hasAttribute("auto-validate") && !whole.test(value)) return own || t("element.error-pattern");
    return this.native.checkValidity() ? "" : own || t("element.error-type");
  }

  build() {
    const control = this.native;
    control.id = "control";
    control.addEventListener("input", (event) => this.#input(/** @type {InputEvent} */ (event)));
    control.addEventListener("change", () => this.tell());
    control.value = this.#written ? control.value : (this.getAttribute("value") ?? "");
    // What a template left unclosed ends up inside; it stays visible.
    this.root.append(this.#label, control, this.field.line, make("slot"));
    if (this.hasAttribute("auto-focus")) shown.then(() => this.focus());
  }

  /** @param {string} name */
  attributeSet(name) {
    if (name === "value" && !this.#written) this.native.value = this.getAttribute("value") ?? "";
  }

  update() {
    const control = this.native;
    setText(this.#label, this.getAttribute("label") ?? "");
    setAttribute(control, "placeholder", this.getAttribute("placeholder"));
    setAttribute(control, "maxlength", this.getAttribute("max-length"));
    setAttribute(control, "aria-required", String(this.hasAttribute("required")));
    setAttribute(control, "aria-label", this.getAttribute("label") ? null : this.getAttribute("aria-label") || this.getAttribute("placeholder"));
    control.dir = "auto";
    control.disabled = this.off;
    super.update();
  }

  /** @param {InputEvent} event */
  #input(event) {
    this.#written = true;
    this.#leftOut = "";
    if (!event.isComposing) this.#leaveOut();
    this.update();
    this.tell("input");
    event.stopPropagation();
  }

  /** Takes out characters that the pattern does not allow, keeping the caret. */
  #leaveOut() {
    const { character } = this.#pattern;
    if (!character || !this.hasAttribute("auto-validate")) return;
    const control = this.native;
    const kept = [...control.value].filter((one) => character.test(one)).join("");
    if (kept === control.value) return;
    const caret = (control.selectionStart ?? kept.length) - (control.value.length - kept.length);
    control.value = kept;
    control.setSelectionRange?.(caret, caret);
    this.#leftOut = this.getAttribute("error-message") || t("element.error-pattern");
    this.field.touch();
  }

  /**
   * `allowed-pattern` says which single characters may be typed; one with an anchor can only be meant for the whole text.
   * @returns {{ character?: RegExp, whole?: RegExp }}
   */
  get #pattern() {
    const source = this.getAttribute("allowed-pattern");
    if (!source) return {};
    try {
      if (/^\^|\$$/.test(source)) return { whole: new RegExp(source, "u") };
      return { character: new RegExp(`^(?:${source})$`, "u") };
    } catch {
      return {};
    }
  }
}
