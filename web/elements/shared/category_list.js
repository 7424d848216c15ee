import { onLanguageChange, t } from "../../lib/i18n.js";
import { assignKeys } from "../../lib/keys.js";
import { make, setAttribute, setText, sheet } from "./dom.js";
import { icon } from "./icons.js";
import { keyboard } from "./keyboard.js";

/** From this many categories on, a search field stands above them. */
const SEARCH_FROM = 16;

let lists = 0;

/**
 * What a worker chooses from: one button a category with its key on it, as a radio group or as check boxes. Arrows walk
 * through the list; in a radio group they choose. An exclusion category stands apart and rules out all others.
 */
export class CategoryList {
  /** @type {readonly string[]} */
  #categories = [];
  /** @type {string | undefined} */
  #exclusion;
  /** @type {readonly string[]} */
  #chosen = [];
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {Map<string, string>} */
  #keys = new Map();
  #title = make("h2", { class: "list-title", id: `list-title-${++lists}` });
  #count = make("span", { class: "list-count", role: "status" });
  #search = make("input", { type: "search", class: "input search", hidden: true, oninput: () => this.#filter() });
  #none = make("p", { class: "quiet-note", role: "status", hidden: true });
  #items = make("div", { class: "items", "aria-labelledby": this.#title.id });
  #bound = new AbortController();
  /** The whole list. */
  element = make("div", { class: "list" }, make("div", { class: "list-head" }, this.#title, this.#count), this.#search, this.#none, this.#items);

  /**
   * @param {{ multiple: boolean, group: () => string, choose: (chosen: readonly string[], how: "key" | "pointer" | "focus") => void }} options
   *   `group` names the list in an overview of the keys; `choose` hears what the worker wants chosen; nothing changes until `show` says so
   */
  constructor({ multiple, group, choose }) {
    this.multiple = multiple;
    this.group = group;
    this.choose = choose;
    this.#items.setAttribute("role", multiple ? "group" : "radiogroup");
    this.#items.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** What takes the focus: the chosen one, or the first. */
  get focusTarget() {
    return [...this.#buttons.values()].find((button) => button.tabIndex === 0);
  }

  /** Takes the keys, until `signal`. @param {AbortSignal} signal */
  connect(signal) {
    onLanguageChange(() => this.update(), signal);
    signal.addEventListener("abort", () => this.#bound.abort());
    this.#bind();
  }

  /**
   * @param {readonly string[]} categories
   * @param {string | undefined} exclusion
   */
  setCategories(categories, exclusion) {
    const same = exclusion === this.#exclusion && categories.length === this.#categories.length && categories.every((name, index) => name === this.#categories[index]);
    if (same) return;
    this.#categories = categories;
    this.#exclusion = exclusion;
    this.#buttons = new Map(this.#names.map((name) => [name, this.#button(name)]));
    this.#items.replaceChildren(...this.#buttons.values());
    this.#search.hidden = categories.length < SEARCH_FROM;
    this.#bind();
    this.show(this.#chosen);
    this.#filter();
  }

  /** @param {readonly string[]} chosen */
  show(chosen) {
    this.#chosen = chosen;
    for (const [name, button] of this.#buttons) setAttribute(button, "aria-checked", String(chosen.includes(name)));
    this.#rove();
    this.update();
  }

  update() {
    setText(this.#title, t(this.multiple ? "element.categories-multiple" : "element.categories-single"));
    setText(this.#count, this.multiple && this.#chosen.length > 0 ? t("element.selected", { count: this.#chosen.length }) : "");
    setAttribute(this.#search, "placeholder", t("element.search"));
    setAttribute(this.#search, "aria-label", t("element.search"));
    setText(this.#none, t("element.search-none"));
  }

  get #names() {
    return this.#exclusion === undefined ? this.#categories : [...this.#categories, this.#exclusion];
  }

  /** @param {string} name */
  #button(name) {
    return make(
      "button",
      {
        type: "button",
        class: name === this.#exclusion ? "category exclusion" : "category",
        role: this.multiple ? "checkbox" : "radio",
        tabindex: "-1",
        onclick: (/** @type {MouseEvent} */ event) => this.#toggle(name, event.detail > 0 ? "pointer" : "focus"),
        onfocus: () => this.#rove(name),
      },
      make("span", { class: "name", dir: "auto" }, name),
      make("span", { class: "mark", "aria-hidden": "true" }, icon("check", 14)),
    );
  }

  /**
   * @param {string} name
   * @param {"key" | "pointer" | "focus"} how
   */
  #toggle(name, how) {
    if (!this.multiple) return this.choose([name], how);
    const without = this.#chosen.filter((other) => other !== name);
    if (without.length < this.#chosen.length) return this.choose(without, how);
    if (name === this.#exclusion) return this.choose([name], how);
    const chosen = new Set([...this.#chosen, name]);
    // In the order of the categories, so that equal choices are equal answers.
    this.choose(this.#categories.filter((category) => chosen.has(category)), how);
  }

  /** Gives each category a key that no other list of the page has. */
  #bind() {
    this.#bound.abort();
    this.#bound = new AbortController();
    const taken = keyboard.labelKeys;
    const keys = assignKeys(this.#categories.length, this.#exclusion === undefined ? taken : [...taken, "0"]);
    this.#keys = new Map(this.#categories.map((name, index) => [name, keys[index]]));
    if (this.#exclusion !== undefined) this.#keys.set(this.#exclusion, taken.includes("0") ? "" : "0");
    for (const [name, button] of this.#buttons) {
      button.querySelector(".key")?.remove();
      const key = this.#keys.get(name);
      if (!key) continue;
      button.prepend(make("kbd", { class: "key", "aria-hidden": "true" }, key));
      button.setAttribute("aria-keyshortcuts", key);
      const unbind = keyboard.bind({ scope: "page", combination: key, kind: "label", run: () => this.#toggle(name, "key"), describe: () => ({ label: name, group: this.group() }) });
      this.#bound.signal.addEventListener("abort", unbind);
    }
  }

  /** One category at a time is in the tab order. @param {string} [name] */
  #rove(name) {
    const shown = [...this.#buttons.values()].filter((button) => !button.hidden);
    const wanted = (name === undefined ? undefined : this.#buttons.get(name)) ?? shown.find((button) => button.ariaChecked === "true") ?? shown[0];
    for (const button of this.#buttons.values()) button.tabIndex = button === wanted ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const shown = [...this.#buttons].filter(([, button]) => !button.hidden);
    const at = shown.findIndex(([, button]) => button === event.target);
    if (at < 0) return;
    const last = shown.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at === 0 ? last : at - 1, Home: 0, End: last };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const [name, button] = shown[moves[event.key]];
    button.focus();
    if (!this.multiple) this.#toggle(name, "focus");
  }

  #filter() {
    const wanted = this.#search.hidden ? "" : this.#search.value.trim().toLocaleLowerCase();
    let found = 0;
    for (const [name, button] of this.#buttons) {
      button.hidden = wanted !== "" && !name.toLocaleLowerCase().includes(wanted);
      if (!button.hidden) found++;
    }
    this.#none.hidden = found > 0;
    this.#rove();
  }
}

export const categoryListStyles = sheet(`
  .list { display: flex; flex-direction: column; gap: var(--space-8); min-height: 0; }
  .list-head { display: flex; align-items: baseline; justify-content: space-between; gap: var(--space-8); }
  .list-title { margin: 0; font: var(--weight-strong) var(--text-14) / var(--line-heading) var(--font-text); }
  .list-count { color: var(--text-quiet); font-size: var(--text-12); white-space: nowrap; }
  .quiet-note { margin: 0; color: var(--text-quiet); }
  .items { display: flex; flex-direction: column; gap: var(--space-4); min-height: 0; overflow-y: auto; padding: 4px; margin: -4px; }
  .category {
    flex: none; display: flex; align-items: center; gap: var(--space-8); width: 100%; min-height: max(36px, var(--target));
    padding: var(--space-4) var(--space-8); border: var(--line-width) solid var(--line-control); border-radius: var(--radius-control);
    background: var(--surface); color: var(--text); text-align: start; cursor: pointer;
  }
  .category:hover { background: var(--stone-4); }
  .category .name { flex: 1; min-width: 0; overflow-wrap: anywhere; text-align: start; }
  .category .mark { flex: none; display: grid; place-items: center; width: 16px; height: 16px; border: 1.5px solid var(--line-control); color: transparent; }
  .category[role="radio"] .mark { border-radius: 50%; }
  .category[role="checkbox"] .mark { border-radius: 3px; }
  .category[aria-checked="true"] { background: var(--moss-tint); border-color: var(--moss-line); box-shadow: inset 0 0 0 1px var(--moss-line); font-weight: var(--weight-medium); }
  .category[aria-checked="true"] .mark { background: var(--moss-fill); border-color: var(--moss-fill); color: var(--moss-on-fill); }
  .category .mark svg { stroke-width: 3; }
  .category.exclusion { margin-block-start: var(--space-8); }
`);
