import { t } from "../../lib/i18n.js";
import { Dialog } from "./dialog.js";
import { make, memory, setAttribute, setText, sheet } from "./dom.js";
import { icon } from "./icons.js";

/** Sent on an element, bubbling, when a worker asks for the instructions from outside (the portal's button). */
export const OPEN_INSTRUCTIONS = "cairn-open-instructions";

/**
 * The instructions of a task: a pane at the left that collapses and remembers it, and a dialog with the full text. On a
 * narrow page the pane gives way to one button, and the dialog holds both texts.
 *
 * Shows what the host's `<short-instructions>` and `<full-instructions>` hold, by slot.
 */
export class Instructions {
  #short = make("slot", { name: "short-instructions" });
  #full = make("slot", { name: "full-instructions" });
  #title = make("h2", { class: "pane-title" });
  #toggle = make("button", { type: "button", class: "button quiet icon", onclick: () => this.#collapse(!this.#collapsed) });
  #openFull = make("button", { type: "button", class: "button link", onclick: () => this.open() });
  #body = make("div", { class: "pane-body" }, this.#short, this.#openFull);
  #dialog = new Dialog({ closed: () => this.#body.prepend(this.#short) });
  #collapsed = memory.get("instructions") === "collapsed";

  /** The pane at the left. */
  pane = make("aside", { class: "instructions" }, make("div", { class: "pane-head" }, this.#title, this.#toggle), this.#body);
  /** What stands in for the pane on a narrow page. */
  opener = make("button", { type: "button", class: "button opener", onclick: () => this.open() });
  /** The dialog; put it into the host's shadow root. */
  dialog = this.#dialog.element;

  /** @param {HTMLElement} host whose regions are shown */
  constructor(host) {
    this.host = host;
    for (const slot of [this.#short, this.#full]) slot.addEventListener("slotchange", () => this.update());
    this.#dialog.content.append(this.#full);
    host.addEventListener(OPEN_INSTRUCTIONS, () => this.open());
  }

  get hasShort() {
    return holdsSomething(this.#short);
  }

  get hasFull() {
    return holdsSomething(this.#full);
  }

  /** Whether there is anything to show. */
  get any() {
    return this.hasShort || this.hasFull;
  }

  /** Opens the dialog; it holds the short text too where the pane does not show it. */
  open() {
    if (!this.any || this.#dialog.isOpen) return;
    if (!this.#paneShows || !this.hasFull) this.#dialog.content.prepend(this.#short);
    this.#dialog.open();
  }

  /** Opens or closes the pane where it is shown, else the dialog. */
  toggle() {
    if (this.pane.checkVisibility()) this.#collapse(!this.#collapsed);
    else this.open();
  }

  update() {
    const full = this.#full.assignedElements()[0];
    this.pane.hidden = this.opener.hidden = !this.any;
    this.#openFull.hidden = !this.hasFull;
    setText(this.#title, t("element.instructions"));
    setText(this.#openFull, t("element.instructions-full"));
    this.#dialog.update(full?.getAttribute("header") || t("element.instructions"));
    this.opener.replaceChildren(icon("info", 18), t("element.instructions"));
    this.#showCollapsed();
  }

  get #paneShows() {
    return this.pane.checkVisibility() && !this.#collapsed;
  }

  /** @param {boolean} collapsed */
  #collapse(collapsed) {
    this.#collapsed = collapsed;
    memory.set("instructions", collapsed ? "collapsed" : "open");
    this.#showCollapsed();
  }

  #showCollapsed() {
    const text = t(this.#collapsed ? "element.instructions-show" : "element.instructions-hide");
    this.pane.classList.toggle("collapsed", this.#collapsed);
    this.#toggle.replaceChildren(icon(this.#collapsed ? "info" : "chevron-left"));
    setAttribute(this.#toggle, "aria-expanded", String(!this.#collapsed));
    setAttribute(this.#toggle, "aria-label", text);
    setAttribute(this.#toggle, "title", text);
  }
}

/** @param {HTMLSlotElement} slot */
function holdsSomething(slot) {
  return slot.assignedElements().some((region) => region.childElementCount > 0 || region.textContent?.trim());
}

export const instructionsStyles = sheet(`
  .instructions { display: flex; flex-direction: column; min-height: 0; width: clamp(176px, 22%, 264px); border-inline-end: var(--line-width) solid var(--line); background: var(--surface); }
  .pane-head { display: flex; align-items: center; gap: var(--space-4); min-height: 40px; padding: var(--space-4) var(--space-4) 0 var(--space-12); }
  .pane-title { flex: 1; margin: 0; font: var(--weight-strong) var(--text-14) / var(--line-heading) var(--font-text); }
  .pane-body { flex: 1; min-height: 0; overflow: auto; padding: 0 var(--space-12) var(--space-12); overflow-wrap: anywhere; }
  .instructions.collapsed { width: calc(var(--target) + 9px); }
  .instructions.collapsed .pane-title, .instructions.collapsed .pane-body { display: none; }
  .instructions.collapsed .pane-head { padding: var(--space-4); }
  .pane-body .button.link { margin-block-start: var(--space-8); margin-inline-start: calc(-1 * var(--space-4)); }
  .opener { display: none; flex: none; }
`);
