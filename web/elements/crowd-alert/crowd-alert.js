import { t } from "../../lib/i18n.js";
import { CrowdElement } from "../shared/element.js";
import { make, setAttribute, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** @type {Record<string, string>} */
const ICONS = { info: "info", success: "check-circle", warning: "warning", error: "error" };

/** `<crowd-alert type="info|success|error|warning" dismissible>`: a message to the worker. */
export class CrowdAlert extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = { type: "text", dismissible: "switch" };
  static styles = [
    sheet(`
    :host { margin-block: var(--space-8); }
    .alert { display: flex; align-items: flex-start; gap: var(--space-8); padding: var(--space-8) var(--space-12); border: var(--line-width) solid var(--edge); border-inline-start-width: 4px; border-radius: var(--radius-control); background: var(--tint); color: var(--text); }
    .alert > svg { flex: none; margin-block-start: 1px; color: var(--mark); }
    .text { flex: 1; min-width: 0; overflow-wrap: anywhere; align-self: center; }
    .info { --tint: var(--human-tint); --edge: var(--human-fill); --mark: var(--human-text); }
    .success { --tint: var(--moss-tint); --edge: var(--moss-line); --mark: var(--moss-text); }
    .warning { --tint: var(--attention-tint); --edge: var(--attention-fill); --mark: var(--attention-text); }
    .error { --tint: var(--failed-tint); --edge: var(--failed-fill); --mark: var(--failed-text); }
    .button { margin: -4px -8px -4px 0; }
    `),
  ];

  #text = make("div", { class: "text", dir: "auto" }, make("slot"));
  #dismiss = make("button", { type: "button", class: "button quiet icon", onclick: () => (this.hidden = true) }, icon("close", 18));
  #alert = make("div", { class: "alert" });

  build() {
    this.root.append(this.#alert);
  }

  update() {
    const asked = this.getAttribute("type") ?? "info";
    const type = Object.hasOwn(ICONS, asked) ? asked : "info";
    this.#alert.className = `alert ${type}`;
    setAttribute(this.#alert, "role", type === "error" || type === "warning" ? "alert" : "status");
    this.#dismiss.hidden = !this.hasAttribute("dismissible");
    setAttribute(this.#dismiss, "aria-label", t("element.dismiss"));
    this.#alert.replaceChildren(icon(ICONS[type]), this.#text, this.#dismiss);
  }
}
