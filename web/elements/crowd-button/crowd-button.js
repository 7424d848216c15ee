import { CrowdElement } from "../shared/element.js";
import { make, setAttribute, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/**
 * `<crowd-button>`: a button, or a link that looks like one (`href`). `form-action` submits or resets the form around it;
 * `loading` shows that it is busy and keeps it from being pressed, whatever `disabled` says.
 */
export class CrowdButton extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = {
    "form-action": "text", variant: "text", href: "text", target: "text", icon: "text", "icon-align": "text",
    "icon-url": "text", loading: "switch", disabled: "switch",
  };
  static styles = [
    sheet(`
    :host { display: inline-block; vertical-align: middle; margin-block: var(--space-4); }
    .button { width: 100%; min-height: max(36px, var(--target)); padding-inline: var(--space-16); }
    .icon-end { flex-direction: row-reverse; }
    .only-icon { padding-inline: var(--space-8); }
    .spinner { width: 14px; height: 14px; border: 2px solid currentColor; border-inline-end-color: transparent; border-radius: 50%; animation: turn 0.8s linear infinite; }
    @keyframes turn { to { transform: rotate(1turn); } }
    @media (prefers-reduced-motion: reduce) { .spinner { animation-duration: 4s; } }
    `),
  ];

  /** @type {HTMLElement} */
  #control = make("button");

  get #off() {
    return this.hasAttribute("disabled") || this.hasAttribute("loading");
  }

  build() {
    this.root.append(this.#control);
    // In the capture phase, so that no listener of the page hears of a press that does nothing.
    this.addEventListener("click", (event) => this.#off && block(event), { capture: true });
    // After the page's own listeners, which may prevent it.
    this.addEventListener("click", (event) => setTimeout(() => event.defaultPrevented || this.#act()));
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#control.focus(options);
  }

  click() {
    this.#control.click();
  }

  update() {
    const href = this.getAttribute("href");
    const wanted = href === null ? "BUTTON" : "A";
    if (this.#control.tagName !== wanted) {
      const next = wanted === "A" ? make("a") : make("button");
      this.#control.replaceWith(next);
      this.#control = next;
    }
    const loading = this.hasAttribute("loading");
    const variant = this.getAttribute("variant") || (this.getAttribute("form-action") === "submit" ? "primary" : "normal");
    const drawing = this.getAttribute("icon-url") || this.getAttribute("icon");
    const parts = loading ? [make("span", { class: "spinner" })] : drawing ? [icon(drawing, 18)] : [];
    const text = make("span", { class: variant === "icon" ? "heard" : "", dir: "auto" }, make("slot"));
    this.#control.className = `button ${variant === "icon" ? "quiet only-icon" : variant}${this.getAttribute("icon-align") === "right" ? " icon-end" : ""}`;
    // An icon that a template put inside is the whole content of an icon button.
    if (variant === "icon" && parts.length === 0) text.className = "";
    this.#control.replaceChildren(...parts, text);
    setAttribute(this.#control, "type", href === null ? "button" : null);
    setAttribute(this.#control, "href", href);
    setAttribute(this.#control, "target", href === null ? null : this.getAttribute("target"));
    setAttribute(this.#control, "rel", href === null ? null : "noopener");
    setAttribute(this.#control, "aria-disabled", this.#off ? "true" : null);
    setAttribute(this.#control, "aria-busy", loading ? "true" : null);
    setAttribute(this.#control, "aria-label", this.getAttribute("aria-label"));
  }

  #act() {
    const form = /** @type {import("../crowd-form/crowd-form.js").CrowdForm | null} */ (this.closest("crowd-form"));
    const action = this.getAttribute("form-action");
    if (action === "submit") form?.wish(this);
    else if (action === "reset") form?.reset();
  }
}

/** @param {Event} event */
function block(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
