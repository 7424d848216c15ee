import { t } from "../../lib/i18n.js";
import { CrowdElement } from "../shared/element.js";
import { make, setAttribute, setText, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { shown as whenSeen } from "../shared/settings.js";

/** How long a toast stays when the template does not say, in milliseconds. */
const DURATION_MS = 3000;

/** The one toast that shows. @type {CrowdToast | null} */
let shown = null;

/** `<crowd-toast duration text opened>`: a message at the foot of the page for `duration` milliseconds; one at a time. */
export class CrowdToast extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = { duration: "number", text: "text", opened: "switch" };
  static styles = [
    sheet(`
    :host { position: fixed; inset: auto var(--space-16) var(--space-24); z-index: 10; display: grid; justify-items: center; pointer-events: none; }
    .toast { display: flex; align-items: center; gap: var(--space-8); max-width: 560px; padding: var(--space-8) var(--space-8) var(--space-8) var(--space-16); border-radius: var(--radius-card); background: var(--stone-12); color: var(--stone-1); box-shadow: var(--shadow-float); overflow-wrap: anywhere; pointer-events: auto; }
    .toast .button:hover { background: oklch(0.5 0 0 / 0.4); }
    `),
  ];

  #text = make("span", { dir: "auto" });
  #close = make("button", { type: "button", class: "button quiet icon", onclick: () => this.close() }, icon("close", 18));
  #toast = make("div", { class: "toast", role: "status", hidden: true }, make("span", {}, this.#text, make("slot")), this.#close);
  #timer = 0;

  build() {
    this.root.append(this.#toast);
  }

  open() {
    this.toggleAttribute("opened", true);
  }

  close() {
    this.toggleAttribute("opened", false);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#hide();
  }

  update() {
    setText(this.#text, this.getAttribute("text") ?? "");
    setAttribute(this.#close, "aria-label", t("element.close"));
    const opened = this.hasAttribute("opened");
    if (opened && this.#toast.hidden) this.#show();
    if (!opened) this.#hide();
  }

  #show() {
    if (shown !== this) shown?.close();
    shown = this;
    this.#toast.hidden = false;
    const duration = this.hasAttribute("duration") ? Number(this.getAttribute("duration")) : DURATION_MS;
    if (duration > 0) whenSeen.then(() => (this.#timer = setTimeout(() => this.close(), duration)));
  }

  #hide() {
    this.#toast.hidden = true;
    clearTimeout(this.#timer);
    if (shown === this) shown = null;
  }
}
