import { REVEAL } from "../crowd-form/crowd-form.js";
import { CrowdElement } from "../shared/element.js";
import { make, sheet } from "../shared/dom.js";
import { Tabs, tabsStyles } from "../shared/tabs.js";

/** Dispatched by a `<crowd-tab>` whose header changed. */
const CHANGED = "cairn-tab-changed";

/** `<crowd-tabs>`: the `<crowd-tab header>`s inside, one shown at a time. */
export class CrowdTabs extends CrowdElement {
  static styles = [tabsStyles, sheet(`:host { margin-block: var(--space-8); } .panels { padding-block: var(--space-12); }`)];

  #tabs = new Tabs();
  #slot = make("slot", { onslotchange: () => this.update() });

  build() {
    this.root.append(this.#tabs.row, make("div", { class: "panels" }, this.#slot));
    this.addEventListener(CHANGED, () => this.update());
    this.addEventListener(REVEAL, (event) => {
      const index = this.#panels.findIndex((panel) => panel.contains(/** @type {Node} */ (event.target)));
      if (index >= 0) this.#tabs.show(index);
    });
  }

  update() {
    this.#tabs.set(this.#panels.map((panel, index) => ({ title: panel.getAttribute("header") || String(index + 1), panel })));
  }

  get #panels() {
    return /** @type {HTMLElement[]} */ ([...this.children].filter((child) => child.localName === "crowd-tab"));
  }
}

/** `<crowd-tab header>`: one page of `<crowd-tabs>`. */
export class CrowdTab extends CrowdElement {
  static attributes = { header: /** @type {const} */ ("text") };

  build() {
    this.root.append(make("slot"));
  }

  attributeSet() {
    this.dispatchEvent(new Event(CHANGED, { bubbles: true }));
  }
}
