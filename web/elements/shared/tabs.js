import { make, setAttribute, sheet } from "./dom.js";

let groups = 0;

/** A row of tabs over panels: one panel shows, arrows walk along the row, Home and End go to its ends. */
export class Tabs {
  #group = ++groups;
  /** @type {{ tab: HTMLButtonElement, panel: HTMLElement }[]} */
  #pairs = [];
  #shown = 0;
  /** The row of tabs. */
  row = make("div", { role: "tablist", class: "tab-row" });

  constructor() {
    this.row.addEventListener("keydown", (event) => this.#walk(event));
  }

  /**
   * @param {{ title: string, panel: HTMLElement }[]} pages each panel is shown and hidden by its `hidden`
   */
  set(pages) {
    const focusedAt = this.#pairs.findIndex(({ tab }) => tab.matches(":focus"));
    this.#pairs = pages.map(({ title, panel }, index) => {
      panel.id ||= `tab-panel-${this.#group}-${index}`;
      panel.setAttribute("role", "tabpanel");
      const tab = make("button", { type: "button", role: "tab", class: "tab", dir: "auto", onclick: () => this.show(index) }, title);
      return { tab, panel };
    });
    this.row.replaceChildren(...this.#pairs.map(({ tab }) => tab));
    this.show(Math.min(this.#shown, Math.max(0, pages.length - 1)));
    this.#pairs[focusedAt]?.tab.focus();
  }

  /** Shows the page at `index`. @param {number} index */
  show(index) {
    this.#shown = index;
    for (const [at, { tab, panel }] of this.#pairs.entries()) {
      setAttribute(tab, "aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      panel.hidden = at !== index;
      setAttribute(panel, "aria-label", tab.textContent);
    }
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const last = this.#pairs.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: this.#shown + 1, ArrowLeft: this.#shown - 1, Home: 0, End: last };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const to = (moves[event.key] + last + 1) % (last + 1);
    this.show(to);
    this.#pairs[to].tab.focus();
  }
}

export const tabsStyles = sheet(`
  .tab-row { display: flex; gap: var(--space-4); overflow-x: auto; border-block-end: var(--line-width) solid var(--line); padding: 4px 4px 0; }
  .tab { flex: none; min-height: max(36px, var(--target)); padding: var(--space-4) var(--space-12); border: 0; border-block-end: 3px solid transparent; background: none; color: var(--text-quiet); cursor: pointer; }
  .tab:hover { color: var(--text); background: var(--stone-4); }
  .tab[aria-selected="true"] { color: var(--text); border-block-end-color: var(--moss-fill); font-weight: var(--weight-medium); }
`);
