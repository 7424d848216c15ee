import { CrowdElement } from "./element.js";
import { make, setAttribute, sheet } from "./dom.js";
import { icon } from "./icons.js";

/** What `<crowd-icon-button>` and `<crowd-fab>` share: one round button with an icon. */
export class IconControlElement extends CrowdElement {
  /** @type {Record<string, import("./element.js").AttributeKind>} */
  static attributes = { icon: "text", label: "text", disabled: "switch" };
  static styles = [
    sheet(`
    :host { display: inline-block; vertical-align: middle; }
    .button { min-width: max(40px, var(--target)); min-height: max(40px, var(--target)); padding: var(--space-8); border-radius: 999px; }
    `),
  ];

  #button = make("button", { type: "button", class: "button" });

  build() {
    // What a template left unclosed ends up inside; it stays visible.
    this.root.append(this.#button, make("slot"));
    this.addEventListener("click", (event) => this.hasAttribute("disabled") && event.stopImmediatePropagation(), { capture: true });
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#button.focus(options);
  }

  click() {
    this.#button.click();
  }

  update() {
    const label = this.getAttribute("label");
    const name = this.getAttribute("icon");
    this.#button.replaceChildren(name ? icon(name) : (label ?? icon("star")));
    this.#button.className = `button ${this.localName === "crowd-fab" ? "primary" : "quiet"}`;
    this.#button.disabled = this.hasAttribute("disabled");
    setAttribute(this.#button, "aria-label", this.getAttribute("aria-label") || this.getAttribute("title") || label || name);
  }
}
