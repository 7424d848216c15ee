import { t } from "../../lib/i18n.js";
import { make, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";

let dialogs = 0;

/** A dialog over the page with a title, a close button and a scrolling content; Escape and a press outside close it. */
export class Dialog {
  #title = make("h2", { id: `dialog-title-${++dialogs}` });
  #close = make("button", { type: "button", class: "button quiet icon", onclick: () => this.close() }, icon("close"));
  content = make("div", { class: "content", tabindex: "0" });
  element = make(
    "dialog",
    { "aria-labelledby": this.#title.id, closedby: "any" },
    make("div", { class: "frame" }, make("header", {}, this.#title, this.#close), this.content),
  );

  /** @param {{ closed?: () => void }} [options] */
  constructor({ closed = () => {} } = {}) {
    this.element.addEventListener("close", closed);
    // For browsers that do not know `closedby`.
    this.element.addEventListener("click", (event) => event.target === this.element && this.close());
  }

  get isOpen() {
    return this.element.open;
  }

  open() {
    if (this.isOpen || !this.element.isConnected) return;
    this.element.showModal();
    if (!this.element.querySelector("[autofocus]")) this.content.focus({ preventScroll: true });
  }

  close() {
    this.element.close();
  }

  /** @param {string} title */
  update(title) {
    setText(this.#title, title);
    setAttribute(this.#close, "aria-label", t("element.close"));
    setAttribute(this.#close, "title", t("element.close"));
  }
}
