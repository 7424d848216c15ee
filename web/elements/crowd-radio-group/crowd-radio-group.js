import { CrowdElement } from "../shared/element.js";
import { make, sheet } from "../shared/dom.js";

/** `<crowd-radio-group>`: radio buttons of which one is on at a time; the arrows walk and choose. */
export class CrowdRadioGroup extends CrowdElement {
  static styles = [sheet(`:host { display: block; }`)];

  build() {
    this.root.append(make("slot"));
    if (!this.hasAttribute("role")) this.setAttribute("role", "radiogroup");
    this.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 })[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const buttons = /** @type {import("../crowd-radio-button/crowd-radio-button.js").CrowdRadioButton[]} */ (
      [...this.querySelectorAll("crowd-radio-button")].filter((button) => !button.matches(":disabled"))
    );
    const at = buttons.findIndex((button) => button === event.target);
    if (at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  }
}
