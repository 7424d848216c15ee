import { CrowdElement } from "./element.js";
import { Dialog } from "./dialog.js";
import { make, setText, sheet } from "./dom.js";

/** What `<crowd-modal>` and `<crowd-instructions>` share: a link or a button that opens a dialog. */
export class OpenerElement extends CrowdElement {
  /** @type {Record<string, import("./element.js").AttributeKind>} */
  static attributes = { "link-text": "text", "link-type": "text" };
  static styles = [sheet(`:host { margin-block: var(--space-8); } .button.link { margin-inline-start: calc(-1 * var(--space-4)); }`)];

  dialog = new Dialog();
  #button = make("button", { type: "button", "aria-haspopup": "dialog", onclick: () => this.open() });

  /** The text of the link when the template gives none. */
  get defaultText() {
    return "";
  }

  /** The title over the dialog. */
  get title() {
    return this.getAttribute("title") || this.getAttribute("link-text") || this.defaultText;
  }

  set title(title) {
    this.setAttribute("title", title);
  }

  open() {
    this.dialog.open();
  }

  close() {
    this.dialog.close();
  }

  build() {
    this.root.append(this.#button, this.dialog.element);
  }

  update() {
    this.#button.className = this.getAttribute("link-type") === "button" ? "button" : "button link";
    setText(this.#button, this.getAttribute("link-text") || this.defaultText);
    this.dialog.update(this.title);
  }
}
