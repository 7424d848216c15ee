import { t } from "../../lib/i18n.js";
import { textOutput } from "../../lib/form_output.js";
import { Dialog } from "../shared/dialog.js";
import { make, setAttribute, setText, sheet } from "../shared/dom.js";

/**
 * The comment a worker may add, for `<worker-comment header link-text placeholder>`: a link under the categories opens a
 * dialog with the region's text and a field.
 */
export class WorkerComment {
  #slot = make("slot", { name: "worker-comment", onslotchange: () => this.update() });
  #open = make("button", { type: "button", class: "button link", "aria-haspopup": "dialog", onclick: () => this.#edit() });
  #given = make("p", { class: "comment", dir: "auto" });
  #field = make("textarea", { class: "input", rows: 4, dir: "auto" });
  #done = make("button", { type: "button", class: "button primary", onclick: () => this.#dialog.close() });
  #before = "";

  element = make("div", { class: "worker-comment" }, this.#given, this.#open);
  #dialog = new Dialog({ closed: () => this.#closed() });
  /** The dialog; put it into the host's shadow root. */
  dialog = this.#dialog.element;

  /**
   * @param {HTMLElement} host
   * @param {() => void} changed the worker has written something else
   */
  constructor(host, changed) {
    this.host = host;
    this.changed = changed;
    this.#dialog.content.append(this.#slot, this.#field, make("div", { class: "actions" }, this.#done));
    this.#dialog.content.removeAttribute("tabindex");
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#dialog.close();
    });
  }

  /** Not by `autofocus`: browsers complain of that in a frame from elsewhere, though the dialog is still closed. */
  #edit() {
    this.#dialog.open();
    this.#field.focus();
  }

  /** The comment; empty when there is none but blanks. */
  get value() {
    const text = textOutput(this.#field.value);
    return text.trim() === "" ? "" : text;
  }

  set value(value) {
    this.#field.value = this.#before = value;
  }

  update() {
    const region = this.#slot.assignedElements()[0];
    this.element.hidden = !region;
    const text = t("element.comment-add");
    setText(this.#open, region?.getAttribute("link-text") || text);
    this.#dialog.update(region?.getAttribute("header") || text);
    setText(this.#given, this.value);
    this.#given.hidden = this.value === "";
    setAttribute(this.#given, "aria-label", t("element.comment-given"));
    setAttribute(this.#field, "placeholder", region?.getAttribute("placeholder"));
    setAttribute(this.#field, "aria-label", t("element.comment-field"));
    setText(this.#done, t("element.comment-done"));
  }

  #closed() {
    if (this.value === this.#before) return;
    this.#before = this.value;
    this.changed();
  }
}

export const workerCommentStyles = sheet(`
  .worker-comment { margin-block-start: var(--space-4); }
  .comment { margin: 0 0 var(--space-4); padding: var(--space-8); border-inline-start: 3px solid var(--moss-line); background: var(--stone-3); overflow-wrap: anywhere; white-space: pre-wrap; max-height: 8em; overflow-y: auto; }
  .actions { display: flex; justify-content: flex-end; margin-block-start: var(--space-12); }
  ::slotted(worker-comment) { display: block; margin-block-end: var(--space-12); }
`);
