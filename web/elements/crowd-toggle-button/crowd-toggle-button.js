import { t } from "../../lib/i18n.js";
import { CheckableElement } from "../shared/checkable.js";
import { sheet } from "../shared/dom.js";

/** `<crowd-toggle-button>`: a switch. Gives `{"<value>": true|false}`; `invalid` colours it while it is off. */
export class CrowdToggleButton extends CheckableElement {
  static attributes = { ...super.attributes, invalid: /** @type {const} */ ("switch") };
  static styles = [
    ...super.styles,
    sheet(`
    input { appearance: none; position: relative; width: 40px; height: 22px; border: 1.5px solid var(--line-control); border-radius: 11px; background: var(--stone-5); transition: background var(--motion); }
    input::before { content: ""; position: absolute; inset-block-start: 2px; inset-inline-start: 2px; width: 15px; height: 15px; border-radius: 50%; background: var(--stone-10); transition: transform var(--motion); }
    input:checked { background: var(--moss-fill); border-color: var(--moss-fill); }
    input:checked::before { background: var(--moss-on-fill); transform: translateX(18px); }
    input:checked:dir(rtl)::before { transform: translateX(-18px); }
    :host([invalid]) input:not(:checked) { border-color: var(--failed-fill); }
    :host([invalid]) input:not(:checked)::before { background: var(--failed-fill); }
    input:disabled { opacity: 0.55; }
    `),
  ];

  static nativeAttributes = { type: "checkbox", role: "switch" };

  get currentProblem() {
    return super.currentProblem && t("element.error-switched");
  }
}
