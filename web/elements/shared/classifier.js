import { History } from "../../lib/history.js";
import { isObject } from "../../lib/form_output.js";
import { t } from "../../lib/i18n.js";
import { CategoryList, categoryListStyles } from "./category_list.js";
import { FieldElement } from "./field_element.js";
import { Instructions } from "./instructions.js";
import { keyboard, keyboardListener } from "./keyboard.js";
import { settings } from "./settings.js";
import { TaskLayout, taskLayoutStyles } from "./task_layout.js";

/**
 * What the four classifiers share: an object in the middle, categories at the right, one history of choices. Each says
 * how its object is shown (`buildTarget`) and whether one or several categories may be chosen.
 */
export class ClassifierElement extends FieldElement {
  static multiple = false;
  /** @type {Record<string, import("./element.js").AttributeKind>} */
  static attributes = { name: "text", header: "text", categories: "json", disabled: "switch" };
  static styles = [...taskLayoutStyles, categoryListStyles];

  /** @type {History<readonly string[]>} */
  #history = new History(/** @type {readonly string[]} */ ([]));
  #list = new CategoryList({
    multiple: this.multiple,
    group: () => this.getAttribute("header") || t("element.categories"),
    choose: (chosen, how) => this.#choose(chosen, how),
  });
  instructions = new Instructions(this);
  layout = new TaskLayout(this.instructions);

  get multiple() {
    return /** @type {typeof ClassifierElement} */ (this.constructor).multiple;
  }

  /** The chosen categories, in the order they are listed; one that a script has since taken away is not chosen. */
  get chosen() {
    const there = new Set([...this.categoryNames, this.exclusionName]);
    return this.#history.current.filter((name) => there.has(name));
  }

  /** The chosen category, or `{ labels }` where several may be chosen. */
  get value() {
    return this.multiple ? { labels: [...this.chosen] } : (this.chosen[0] ?? "");
  }

  set value(value) {
    this.#history.reset(this.#known(categoriesOf(value)));
    if (this.isConnected) this.update();
  }

  /** @returns {unknown} */
  get _submittableValue() {
    if (this.multiple) return { labels: [...this.chosen] };
    return this.chosen.length === 0 ? undefined : { label: this.chosen[0] };
  }

  /** @param {unknown} value */
  restore(value) {
    this.value = /** @type {any} */ (value);
  }

  get control() {
    return this.#list.focusTarget;
  }

  get currentProblem() {
    if (this.pageProblem) return this.pageProblem;
    if (this.chosen.length > 0) return "";
    return t(this.multiple ? "element.error-choose-at-least-one" : "element.error-choose-one");
  }

  /** Something wrong with the page itself, which no worker can mend; empty when all is well. */
  get pageProblem() {
    if (this.attributeProblem) return this.attributeProblem;
    return this.categoryNames.length === 0 ? t("element.error-categories", { element: this.localName }) : "";
  }

  /** The categories as texts, each once. @returns {string[]} */
  get categoryNames() {
    const categories = this.readJson("categories");
    return Array.isArray(categories) ? [...new Set(categories.map(nameOf).filter((name) => name !== ""))] : [];
  }

  /** The category that rules out all others. @returns {string | undefined} */
  get exclusionName() {
    return undefined;
  }

  /**
   * Shows the object.
   * @param {HTMLElement} _target where
   */
  buildTarget(_target) {}

  build() {
    this.buildTarget(this.layout.target);
    this.layout.side.append(this.#list.element, this.field.line);
    this.root.append(this.layout.element);
  }

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.#list.connect(signal);
    /** @type {[string, string, () => void][]} */
    const commands = [
      ["Mod+z", "element.undo", () => this.#travel(this.#history.undo())],
      ["Mod+Shift+z", "element.redo", () => this.#travel(this.#history.redo())],
      ["Mod+y", "", () => this.#travel(this.#history.redo())],
      ["i", "element.instructions", () => this.instructions.toggle()],
    ];
    for (const [combination, name, run] of commands) {
      const describe = name ? () => ({ label: t(name), group: t("element.page") }) : undefined;
      const unbind = keyboard.bind({ scope: "page", combination, kind: "command", run, describe });
      signal.addEventListener("abort", unbind);
    }
  }

  update() {
    const names = this.categoryNames;
    this.#list.setCategories(names, this.exclusionName);
    this.#list.show(this.chosen);
    this.instructions.update();
    this.layout.update(this.getAttribute("header") ?? "", this.pageProblem);
    this.layout.element.inert = this.off;
    super.update();
  }

  /**
   * @param {readonly string[]} chosen
   * @param {"key" | "pointer" | "focus"} how
   */
  #choose(chosen, how) {
    if (this.off) return;
    const same = chosen.length === this.chosen.length && chosen.every((name, index) => name === this.chosen[index]);
    if (!same) {
      this.#history.push(chosen);
      this.update();
      this.tell("input");
      this.tell();
    }
    // Walking through the list with the arrows only looks; a key or a press means it.
    if (!this.multiple && settings.submitOnKey && how !== "focus") keyboardListener.submit();
  }

  /** @param {boolean} moved */
  #travel(moved) {
    if (!moved) return;
    this.update();
    this.tell("input");
    this.tell();
  }

  /**
   * Those of `names` that can be chosen here, in the order of the categories.
   * @param {readonly string[]} names
   */
  #known(names) {
    const wanted = new Set(names);
    const known = this.categoryNames.filter((name) => wanted.has(name));
    const { exclusionName } = this;
    if (exclusionName !== undefined && wanted.has(exclusionName) && known.length === 0) return [exclusionName];
    return this.multiple ? known : known.slice(0, 1);
  }
}

/**
 * The category names in anything that may stand for a value: a name, names, or what a form gives.
 * @param {unknown} value
 * @returns {string[]}
 */
function categoriesOf(value) {
  const part = isObject(value) ? (value.labels ?? value.label) : value;
  return (Array.isArray(part) ? part : [part]).map(nameOf).filter((name) => name !== "");
}

/**
 * A category as text: most are strings, some templates write objects or numbers.
 * @param {unknown} category
 * @returns {string}
 */
function nameOf(category) {
  if (typeof category === "string") return category;
  if (isObject(category)) return nameOf(category.label ?? category.text);
  return typeof category === "number" || typeof category === "boolean" ? String(category) : "";
}
