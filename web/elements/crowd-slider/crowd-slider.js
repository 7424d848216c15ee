import { t } from "../../lib/i18n.js";
import { FieldElement } from "../shared/field_element.js";
import { make, setAttribute, setText, sheet } from "../shared/dom.js";

/**
 * `<crowd-slider>`: a number between `min` and `max`. Gives the number. A required slider without a `value` must be
 * touched once, since its first position is nobody's answer.
 */
export class CrowdSlider extends FieldElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = {
    name: "text", min: "number", max: "number", step: "number", value: "number", pin: "switch", editable: "switch",
    disabled: "switch", required: "switch", "secondary-progress": "number",
  };
  static styles = [
    sheet(`
    :host { max-width: 480px; margin-block: var(--space-8); }
    .row { display: flex; align-items: center; gap: var(--space-12); }
    .track { flex: 1; position: relative; }
    input[type="range"] { display: block; width: 100%; min-height: var(--target); margin: 0; accent-color: var(--moss-fill); cursor: pointer; }
    input[type="range"]:disabled { cursor: not-allowed; }
    .secondary { position: absolute; inset-block-end: 4px; inset-inline-start: 0; height: 2px; background: var(--crowd-slider-secondary-color, var(--stone-8)); pointer-events: none; }
    output { min-width: 4ch; text-align: end; font-variant-numeric: tabular-nums; }
    .number { width: 9ch; flex: none; }
    .ends { display: flex; justify-content: space-between; color: var(--text-quiet); font-size: var(--text-12); font-variant-numeric: tabular-nums; }
    `),
  ];

  #touched = false;
  #range = make("input", { type: "range", id: "control" });
  #number = make("input", { type: "number", class: "input number" });
  #output = make("output", { for: "control" });
  #secondary = make("div", { class: "secondary" });
  #ends = make("div", { class: "ends", "aria-hidden": "true" }, make("span"), make("span"));

  get control() {
    return this.#range;
  }

  get value() {
    return this.#range.valueAsNumber;
  }

  set value(value) {
    this.#touched = true;
    this.#setRange(value);
    if (this.isConnected) this.update();
  }

  /** @returns {number} */
  get _submittableValue() {
    return this.value;
  }

  /** @param {unknown} value */
  restore(value) {
    this.#touched = typeof value === "number";
    this.#setRange(typeof value === "number" ? value : this.#start);
    this.update();
  }

  get currentProblem() {
    return this.#unanswered ? t("element.error-required") : "";
  }

  build() {
    this.#limits();
    if (!this.#touched) this.#setRange(this.#start);
    const used = () => {
      this.#touched = true;
      this.update();
    };
    this.#range.addEventListener("input", () => {
      used();
      this.tell("input");
    });
    this.#range.addEventListener("change", () => this.tell());
    // Pressing the knob where it stands is an answer too.
    for (const type of ["pointerup", "keydown"]) {
      this.#range.addEventListener(type, (event) => {
        if (event instanceof KeyboardEvent && !/^(Arrow|Home|End|Page| )/.test(event.key)) return;
        if (!this.#touched) {
          used();
          this.tell();
        }
      });
    }
    this.#number.addEventListener("change", () => {
      if (Number.isFinite(this.#number.valueAsNumber)) this.#setRange(this.#number.valueAsNumber);
      used();
      this.tell("input");
      this.tell();
    });
    const track = make("div", { class: "track" }, this.#range, this.#secondary);
    this.root.append(make("div", { class: "row" }, track, this.#output, this.#number), this.#ends, this.field.line, make("slot"));
  }

  /** @param {string} name */
  attributeSet(name) {
    this.#limits();
    if (name === "value" && !this.#touched) this.#setRange(this.#start);
  }

  update() {
    const shown = this.#unanswered ? "–" : new Intl.NumberFormat().format(this.value);
    setText(this.#output, shown);
    this.#number.hidden = !this.hasAttribute("editable");
    this.#output.hidden = this.hasAttribute("editable");
    this.#number.value = this.#unanswered ? "" : this.#range.value;
    this.#range.disabled = this.#number.disabled = this.off;
    const secondary = Number(this.getAttribute("secondary-progress"));
    const share = (secondary - Number(this.#range.min)) / (Number(this.#range.max) - Number(this.#range.min));
    this.#secondary.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
    this.#secondary.hidden = !this.hasAttribute("secondary-progress");
    setText(this.#ends.children[0], this.#range.min);
    setText(this.#ends.children[1], this.#range.max);
    setAttribute(this.#range, "aria-label", this.getAttribute("aria-label") || t("element.slider-value"));
    setAttribute(this.#number, "aria-label", t("element.slider-value"));
    super.update();
  }

  get #unanswered() {
    return this.hasAttribute("required") && !this.hasAttribute("value") && !this.#touched;
  }

  get #start() {
    const value = Number.parseFloat(this.getAttribute("value") ?? "");
    return Number.isFinite(value) ? value : Number(this.#range.min);
  }

  #limits() {
    for (const input of [this.#range, this.#number]) {
      input.min = this.getAttribute("min") || "0";
      input.max = this.getAttribute("max") || "100";
      input.step = this.getAttribute("step") || "1";
    }
  }

  /** @param {number} value */
  #setRange(value) {
    this.#range.value = String(value);
  }
}
