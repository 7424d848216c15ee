import { t } from "../../lib/i18n.js";
import { make, setText, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { OpenerElement } from "../shared/opener.js";
import { Tabs, tabsStyles } from "../shared/tabs.js";

/**
 * `<crowd-instructions link-text link-type>`: a dialog with up to three pages (summary, details, examples) from the regions
 * `short-summary`, `detailed-instructions`, `positive-example` and `negative-example`.
 */
export class CrowdInstructions extends OpenerElement {
  static styles = [
    ...super.styles,
    tabsStyles,
    sheet(`
    .page { padding-block-start: var(--space-12); }
    .example { border: var(--line-width) solid var(--edge); border-inline-start-width: 4px; border-radius: var(--radius-control); padding: var(--space-8) var(--space-12); margin-block-end: var(--space-12); }
    .example h3 { display: flex; align-items: center; gap: var(--space-4); margin: 0; font: var(--weight-strong) var(--text-14) / var(--line-heading) var(--font-text); color: var(--mark); }
    .good { --edge: var(--moss-line); --mark: var(--moss-text); }
    .bad { --edge: var(--failed-fill); --mark: var(--failed-text); }
    `),
  ];

  #tabs = new Tabs();
  #slots = {
    summary: make("slot", { name: "short-summary" }),
    detailed: make("slot", { name: "detailed-instructions" }),
    good: make("slot", { name: "positive-example" }),
    bad: make("slot", { name: "negative-example" }),
  };
  #goodTitle = make("span");
  #badTitle = make("span");
  #examples = {
    good: make("section", { class: "example good" }, make("h3", {}, icon("check-circle", 18), this.#goodTitle), this.#slots.good),
    bad: make("section", { class: "example bad" }, make("h3", {}, icon("cancel", 18), this.#badTitle), this.#slots.bad),
  };
  #pages = {
    summary: make("div", { class: "page" }, this.#slots.summary),
    detailed: make("div", { class: "page" }, this.#slots.detailed),
    examples: make("div", { class: "page" }, this.#examples.good, this.#examples.bad),
  };

  get defaultText() {
    return t("element.instructions-click");
  }

  get title() {
    return t("element.instructions");
  }

  build() {
    super.build();
    this.dialog.content.append(this.#tabs.row, ...Object.values(this.#pages), make("slot"));
    for (const slot of Object.values(this.#slots)) slot.addEventListener("slotchange", () => this.update());
  }

  update() {
    super.update();
    const { summary, detailed, good, bad } = this.#slots;
    const has = (/** @type {HTMLSlotElement} */ slot) => slot.assignedElements().length > 0;
    this.#examples.good.hidden = !has(good);
    this.#examples.bad.hidden = !has(bad);
    setText(this.#goodTitle, t("element.instructions-good"));
    setText(this.#badTitle, t("element.instructions-bad"));
    const pages = [
      { title: t("element.instructions-summary"), panel: this.#pages.summary, there: has(summary) },
      { title: t("element.instructions-detailed"), panel: this.#pages.detailed, there: has(detailed) },
      { title: t("element.instructions-examples"), panel: this.#pages.examples, there: has(good) || has(bad) },
    ];
    for (const { panel, there } of pages) panel.hidden = !there;
    this.#tabs.set(pages.filter(({ there }) => there));
  }
}
