import { t } from "../../lib/i18n.js";
import { make, setText, sheet } from "../shared/dom.js";
import { TextFieldElement } from "../shared/text_field.js";

const ROWS = 2;

/**
 * `<crowd-text-area>`: several lines of text, growing with them up to `max-rows`. Gives the text with `\n` as line break;
 * nothing when it is empty.
 */
export class CrowdTextArea extends TextFieldElement {
  static attributes = {
    ...super.attributes,
    rows: /** @type {const} */ ("number"),
    "max-rows": /** @type {const} */ ("number"),
    "char-counter": /** @type {const} */ ("switch"),
  };
  static styles = [
    ...super.styles,
    sheet(`
    .input { field-sizing: content; resize: vertical; min-height: calc(var(--rows) * 1lh + 10px); max-height: calc(var(--max-rows) * 1lh + 10px); }
    .counter { color: var(--text-quiet); font-size: var(--text-12); text-align: end; font-variant-numeric: tabular-nums; }
    `),
  ];

  #native = make("textarea", { class: "input" });
  #counter = make("div", { class: "counter" });

  get native() {
    return this.#native;
  }

  build() {
    super.build();
    this.#native.after(this.#counter);
  }

  update() {
    const rows = Number(this.getAttribute("rows")) || ROWS;
    this.#native.rows = rows;
    this.#native.style.setProperty("--rows", String(rows));
    this.#native.style.setProperty("--max-rows", String(Number(this.getAttribute("max-rows")) || 1000));
    this.#counter.hidden = !this.hasAttribute("char-counter");
    const used = [...this.value].length;
    const limit = Number(this.getAttribute("max-length"));
    setText(this.#counter, limit > 0 ? t("element.characters-of", { used, limit }) : t("element.characters", { used }));
    super.update();
  }
}
