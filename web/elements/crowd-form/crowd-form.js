import { formOutput } from "../../lib/form_output.js";
import { onLanguageChange, t } from "../../lib/i18n.js";
import { CrowdElement } from "../shared/element.js";
import { make, setText, sheet } from "../shared/dom.js";
import { Instructions, instructionsStyles } from "../shared/instructions.js";
import { unsupportedProblem } from "../unsupported/unsupported.js";
import { pageFields } from "./fields.js";

/** Dispatched, bubbling, with the answer as `detail` when a submit went through. */
export const ANSWER = "cairn-answer";
/** Dispatched, bubbling, with the reason as `detail` when a submit was refused. */
export const REFUSED = "cairn-refused";
/** Dispatched, bubbling and cancelable, when the worker wants to submit: the portal then decides when. */
export const SUBMIT_WISH = "cairn-submit-wish";

/** Dispatched, bubbling, on a field the worker is about to be taken to, so that what hides it can open. */
export const REVEAL = "cairn-reveal";

/** The annotators that fill the page when nothing else wants room. */
const ANNOTATORS = "crowd-classifier, crowd-classifier-multi-select, crowd-image-classifier, crowd-image-classifier-multi-select";
/** What may stand beside such an annotator: it shows nothing, or floats, or comes and goes. */
const BESIDE = "script, style, link, template, meta, br, input[type=hidden], crowd-toast, crowd-alert, crowd-modal, div:empty, p:empty, span:empty";
/** Regions that belong to the form itself, for pages without an annotator. */
const REGIONS = "short-instructions, full-instructions";

/**
 * `<crowd-form>`: the form around a page's fields. Its children move into a native form (`.form`), so that fields take
 * part as they would in any form; `submit` events come before an answer and may cancel it.
 */
export class CrowdForm extends CrowdElement {
  /** @type {HTMLFormElement} */
  form = make("form", { novalidate: true, autocomplete: "off" });
  #instructions = new Instructions(this);
  #problem = make("p", { class: "banner", role: "alert" });
  #submit = make("button", { type: "button", class: "button primary", onclick: () => this.wish() });
  #footer = make("div", { class: "footer" }, this.#submit);
  /** A page cancelled the last submit and has not been touched since: it may go on by itself with `.submit()`. */
  #heldBack = false;
  /** Whether all elements of the page are there, so that what is missing will not come. */
  #complete = false;
  /** Whether the portal around the page has a Submit of its own. */
  #outsideSubmit = false;

  static styles = [
    instructionsStyles,
    sheet(`
    :host { min-height: 100dvh; container-type: inline-size; background: var(--ground); color: var(--text); }
    .page { display: flex; min-height: inherit; }
    .main { flex: 1; display: flex; flex-direction: column; min-width: 0; }
    .fields { flex: 1; min-height: 0; }
    ::slotted(form) { padding: var(--space-16); }
    .banner { margin: 0; padding: var(--space-8) var(--space-16); background: var(--failed-tint); color: var(--failed-text); font-weight: var(--weight-medium); overflow-wrap: anywhere; }
    .banner:empty { display: none; }
    .opener { align-self: flex-end; margin: var(--space-8) var(--space-12) 0; }
    .footer { position: sticky; inset-block-end: 0; display: flex; justify-content: flex-end; padding: var(--space-8) var(--space-16); border-block-start: var(--line-width) solid var(--line); background: var(--surface); }
    .footer .button { min-height: max(40px, var(--target)); min-width: 120px; }
    .instructions { position: sticky; inset-block-start: 0; max-height: 100dvh; }
    :host([data-fill]) { height: 100dvh; min-height: 0; }
    :host([data-fill]) .page { height: 100%; }
    :host([data-fill]) .main { min-height: 0; }
    :host([data-fill]) ::slotted(form) { padding: 0; }
    @container (max-width: 640px) {
      .instructions { display: none; }
      .opener:not([hidden]) { display: inline-flex; }
      .footer .button { width: 100%; min-height: 48px; }
    }
    `),
  ];

  /** The answer as it stands, valid or not. @returns {Record<string, unknown>} */
  get output() {
    return formOutput(this.#fields);
  }

  /** What keeps the page from being submitted, in words; empty when nothing does. */
  get problem() {
    return unsupportedProblem(this) || this.#fields.map((field) => field.problem()).find((problem) => problem !== "") || "";
  }

  /** How many named fields the page has. */
  get fieldCount() {
    return this.#fields.filter((field) => field.name !== "").length;
  }

  /** The instructions of the form itself, for pages without an annotator. */
  get instructions() {
    return this.#instructions;
  }

  build() {
    const stays = [...this.children].filter((child) => child.matches(REGIONS));
    const moves = [...this.childNodes].filter((node) => !stays.includes(/** @type {Element} */ (node)));
    this.form.noValidate = true;
    // A page that calls the native `submit` would leave it.
    this.form.submit = () => this.submit();
    this.append(this.form);
    for (const node of moves) moveInto(this.form, node);
    const main = make("div", { class: "main" }, this.#instructions.opener, this.#problem, make("div", { class: "fields" }, make("slot")), this.#footer);
    this.root.append(make("div", { class: "page" }, this.#instructions.pane, main), this.#instructions.dialog);
  }

  /** @param {AbortSignal} signal */
  connected(signal) {
    // A native submit (a plain button, or script) is turned into ours before the page hears of it. A form inside the
    // form is the page's own affair, except that it may not leave the page; its event does not come up to us.
    const native = (/** @type {SubmitEvent} */ event) => {
      const { target } = event;
      if (!event.isTrusted || !(target instanceof HTMLFormElement) || !this.contains(target)) return;
      if (target !== this.form) return target.addEventListener("submit", inner, { once: true });
      event.preventDefault();
      event.stopImmediatePropagation();
      this.wish(event.submitter);
    };
    const inner = (/** @type {SubmitEvent} */ event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      this.wish(event.submitter);
    };
    addEventListener("submit", native, { capture: true, signal });
    for (const type of ["pointerdown", "keydown", "input"]) {
      addEventListener(type, () => (this.#heldBack = false), { capture: true, signal });
    }
    onLanguageChange(() => this.update(), signal);
  }

  update() {
    this.#instructions.update();
    if (this.#complete) setText(this.#problem, unsupportedProblem(this));
    setText(this.#submit, t("element.submit"));
    const own = this.querySelector('crowd-button[form-action="submit"], button[type="submit"], input[type="submit"]') !== null;
    this.#footer.hidden = own || this.#outsideSubmit;
    this.toggleAttribute("data-fill", this.#fills());
  }

  /**
   * Hides the automatic Submit while the portal offers its own.
   * @param {boolean} outside
   */
  setOutsideSubmit(outside) {
    this.#outsideSubmit = outside;
    this.update();
  }

  /**
   * The worker wants to submit: asks around first (the portal then calls `trySubmit`), and submits when nobody minds.
   * @param {HTMLElement | null} [submitter]
   */
  wish(submitter = null) {
    const event = new CustomEvent(SUBMIT_WISH, { bubbles: true, cancelable: true });
    if (this.dispatchEvent(event)) this.trySubmit(submitter);
  }

  /** What a page's script calls. Goes on with a submit that the page itself held back, else starts one. */
  submit() {
    if (this.#heldBack) this.#answer();
    else this.trySubmit();
  }

  /** The name that native forms have for it. */
  requestSubmit() {
    this.submit();
  }

  reset() {
    this.form.reset();
  }

  checkValidity() {
    return this.problem === "";
  }

  reportValidity() {
    return this.#valid();
  }

  /**
   * Submits: every field must be valid, then the page's `submit` listeners may cancel, then the answer goes out.
   * @param {HTMLElement | null} [submitter]
   * @returns {boolean} whether an answer went out
   */
  trySubmit(submitter = null) {
    if (!this.#valid()) return false;
    const event = new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter });
    if (!this.form.dispatchEvent(event)) {
      this.#heldBack = true;
      this.#refuse(t("element.submit-held"));
      return false;
    }
    return this.#answer();
  }

  /**
   * Puts an answer back into the fields, as from a draft; no events follow.
   * @param {Record<string, unknown>} content
   */
  restore(content) {
    for (const field of this.#fields) {
      if (Object.hasOwn(content, field.name)) field.restore(content[field.name]);
    }
  }

  get #fields() {
    return pageFields(this);
  }

  /** Shows the first problem, if there is one. */
  #valid() {
    const unsupported = unsupportedProblem(this);
    const field = unsupported ? undefined : this.#fields.find((candidate) => candidate.problem() !== "");
    if (!unsupported && !field) return true;
    const problem = unsupported || field?.problem() || "";
    field?.element.dispatchEvent(new Event(REVEAL, { bubbles: true }));
    field?.reveal();
    this.#refuse(problem);
    return false;
  }

  /** Called when all elements are there: a page that cannot be answered says so at once. */
  checkElements() {
    this.#complete = true;
    this.update();
  }

  #answer() {
    this.#heldBack = false;
    this.dispatchEvent(new CustomEvent(ANSWER, { bubbles: true, detail: this.output }));
    return true;
  }

  /** @param {string} message */
  #refuse(message) {
    this.dispatchEvent(new CustomEvent(REFUSED, { bubbles: true, detail: message }));
  }

  /** Whether the page is one annotator and nothing else that needs room, so that it may take all of it. */
  #fills() {
    if (this.parentElement !== document.body) return false;
    const others = (/** @type {Node} */ node) => node !== this && !isBeside(node);
    if ([...document.body.childNodes].some(others)) return false;
    const annotators = [...this.form.children].filter((child) => child.matches(ANNOTATORS));
    return annotators.length === 1 && [...this.form.childNodes].every((node) => node === annotators[0] || isBeside(node));
  }
}

/**
 * Moves `node` to the end of `parent`; where the browser can, without reloading frames or stopping players in it.
 * @param {Element} parent
 * @param {Node} node
 */
function moveInto(parent, node) {
  const moving = /** @type {Element & { moveBefore?: (node: Node, before: Node | null) => void }} */ (parent);
  if (moving.moveBefore && node instanceof Element) moving.moveBefore(node, null);
  else parent.append(node);
}

/** @param {Node} node */
function isBeside(node) {
  if (node instanceof Element) return node.matches(BESIDE);
  return node.nodeType !== Node.TEXT_NODE || node.textContent?.trim() === "";
}
