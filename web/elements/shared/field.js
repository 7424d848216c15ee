import { setText } from "./dom.js";

/**
 * The part every named field has: its share in the form (value, validity, disabled) and the line under it that says
 * what is wrong. The problem is shown once the worker has left the field or tried to submit, not before.
 *
 * What the form asks of an element that has a field: `name`, `_submittableValue` (undefined gives nothing), `restore`,
 * `checkValidity`, `showProblem`.
 */
export class Field {
  /** Whether the problem may be shown. */
  #touched = false;
  #problem = "";

  /**
   * @param {HTMLElement} host
   * @param {{ control: () => HTMLElement | null | undefined }} options the part that takes the focus
   */
  constructor(host, { control }) {
    this.host = host;
    this.internals = host.attachInternals();
    this.control = control;
    /** The line that shows the problem; put it where it belongs. */
    this.line = document.createElement("div");
    this.line.className = "problem";
    this.line.id = "problem";
    this.line.setAttribute("role", "alert");
    host.addEventListener("focusout", () => this.touch());
  }

  get problem() {
    return this.#problem;
  }

  /**
   * The state after anything changed.
   * @param {unknown} value what the field gives; undefined is nothing
   * @param {string} problem in words that say what to do; empty when the field may be submitted
   */
  set(value, problem) {
    this.internals.setFormValue(value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value));
    this.#problem = problem;
    const control = this.control() ?? undefined;
    if (problem === "") this.internals.setValidity({});
    else this.internals.setValidity({ customError: true }, problem, control);
    this.#show();
  }

  /** From now on a problem shows. */
  touch() {
    this.#touched = true;
    this.#show();
  }

  /** As if nobody had been here yet. */
  untouch() {
    this.#touched = false;
    this.#show();
  }

  /** Shows the problem and takes the worker there. */
  reveal() {
    this.touch();
    this.control()?.focus();
    this.host.scrollIntoView({ block: "nearest" });
  }

  #show() {
    const shown = this.#touched && !this.internals.form?.matches(":disabled") ? this.#problem : "";
    setText(this.line, shown);
    const control = this.control();
    if (!control) return;
    control.setAttribute("aria-invalid", String(shown !== ""));
    if (shown === "") control.removeAttribute("aria-describedby");
    else control.setAttribute("aria-describedby", this.line.id);
  }
}
