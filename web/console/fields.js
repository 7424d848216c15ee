/** Fields of the console's forms: label above, help below, the error under the field in words that say what to do. */

import { h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import { ApiError } from "../pages/request.js";

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Control */

/** How long typing must pause before a search is made. */
const SEARCH_PAUSE_MS = 200;

/**
 * @param {string} label @param {Control} control its `name` names the field
 * @param {{help?: string|HTMLElement, optional?: boolean, beside?: HTMLElement|null, after?: HTMLElement|null}} [options]
 *   `beside`: stands right of the control; `after`: below the help
 */
export function field(label, control, { help, optional, beside, after } = {}) {
  control.id = `field-${control.name}`;
  const helpId = `${control.id}-help`;
  const problemId = `${control.id}-problem`;
  control.setAttribute("aria-describedby", help ? `${helpId} ${problemId}` : problemId);
  return h(
    "div.field",
    { "data-field": control.name },
    h("label", { for: control.id }, label, optional ? h("span.optional", {}, ` ${t("page.optional")}`) : null),
    beside ? h("div.beside", {}, control, beside) : control,
    help ? h("p.help", { id: helpId }, help) : null,
    h("p.problem", { id: problemId, role: "alert", hidden: true }),
    after,
  );
}

/** @param {string} name @param {Record<string, any>} [properties] */
export function textInput(name, properties = {}) {
  const { value = "", ...attributes } = properties;
  const element = /** @type {HTMLInputElement} */ (h("input", { type: "text", name, autocomplete: "off", ...attributes }));
  element.value = value;
  return element;
}

/**
 * A box to search by. `search` is called with the trimmed text once typing pauses.
 *
 * @param {string} name @param {string} label @param {(text: string) => void} search @param {Record<string, any>} [properties]
 */
export function searchInput(name, label, search, properties = {}) {
  const element = textInput(name, { type: "search", "aria-label": label, placeholder: label, ...properties });
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let pause;
  element.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => search(element.value.trim()), SEARCH_PAUSE_MS);
  });
  return element;
}

/** @param {string} name @param {Record<string, any>} [properties] */
export function textArea(name, properties = {}) {
  const { value = "", ...attributes } = properties;
  const element = /** @type {HTMLTextAreaElement} */ (h("textarea", { name, rows: 3, ...attributes }));
  element.value = value;
  return element;
}

/** @param {string} name @param {[string, string][]} choices value and words @param {string} chosen @param {Record<string, any>} [properties] */
export function selectBox(name, choices, chosen, properties = {}) {
  const element = /** @type {HTMLSelectElement} */ (
    h("select", { name, ...properties }, choices.map(([value, words]) => h("option", { value }, words)))
  );
  element.value = chosen;
  return element;
}

/** Shows what is wrong with a field, or that nothing is. @param {Element} form @param {string} name @param {string|null} message */
export function showProblem(form, name, message) {
  const place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  const words = /** @type {HTMLElement|null|undefined} */ (place?.querySelector(".problem"));
  if (!place || !words) return false;
  if (words.textContent !== (message ?? "")) words.textContent = message ?? "";
  words.hidden = message === null;
  for (const control of place.querySelectorAll("input, textarea, select")) {
    if (message === null) control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
  }
  return true;
}

/** The first field that is wrong takes the focus. @param {Element} form */
export function focusProblem(form) {
  const wrong = /** @type {HTMLElement|null} */ (form.querySelector("[aria-invalid=true]"));
  wrong?.focus();
  wrong?.closest(".field")?.scrollIntoView({ block: "nearest" });
}

/**
 * What the server said no with, under the field it is about or else in the form's own line.
 *
 * @param {Element} form @param {unknown} error @param {HTMLElement} line
 */
export function showRefusal(form, error, line) {
  const words = errorText(error);
  const name = error instanceof ApiError ? error.field?.split(".")[0] : undefined;
  if (name && showProblem(form, name, words)) return focusProblem(form);
  line.textContent = words;
  line.hidden = false;
  line.scrollIntoView({ block: "nearest" });
}

/** The words of a rule that is broken. @param {string|null} code @param {Record<string, string|number>} [params] */
export const ruleText = (code, params) => (code === null ? null : t(`console.rule.${code}`, params));

/**
 * A small form in a dialog or a card: checks all fields, sends, shows what is wrong, keeps what was typed.
 *
 * @param {object} options
 * @param {(HTMLElement|null)[]} options.fields
 * @param {string} options.verb
 * @param {() => Record<string, string|null>} options.check what is wrong with each field
 * @param {() => Promise<void>} options.send
 * @param {(() => void)} [options.cancel] makes a Cancel button
 */
export function smallForm({ fields, verb, check, send, cancel }) {
  const line = h("p.problem", { role: "alert", hidden: true });
  const button = /** @type {HTMLButtonElement} */ (h("button.button.primary", {}, verb));
  const form = h(
    "form.fields",
    {
      novalidate: true,
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        line.hidden = true;
        const problems = check();
        for (const [name, message] of Object.entries(problems)) showProblem(form, name, message);
        if (Object.values(problems).some((message) => message !== null)) return focusProblem(form);
        button.disabled = true;
        try {
          await send();
        } catch (error) {
          showRefusal(form, error, line);
        } finally {
          button.disabled = false;
        }
      },
      onfocusout: (/** @type {FocusEvent} */ event) => {
        const left = /** @type {Control} */ (event.target);
        if (left.name && left.value.trim() !== "") showProblem(form, left.name, check()[left.name] ?? null);
      },
    },
    fields,
    line,
    h("div.actions", {}, cancel ? h("button.button", { type: "button", onclick: cancel }, t("page.cancel")) : null, button),
  );
  return form;
}
