import { parseRelaxedJson } from "../../lib/json5.js";
import { onLanguageChange, t } from "../../lib/i18n.js";
import { setAttribute } from "./dom.js";
import { base } from "./styles.js";

/**
 * What an attribute holds: text, a switch (there or not), a number, or relaxed JSON.
 * @typedef {"text" | "switch" | "number" | "json"} AttributeKind
 */

/**
 * The one base of all crowd elements: attributes that are also properties, an open shadow root, one lifetime for all
 * listeners, and a call to `update` whenever something shown may have changed. What several elements can do beyond that
 * (fields, zoom, keys, lists) are objects an element has, not classes it descends from.
 */
export class CrowdElement extends HTMLElement {
  /**
   * The attributes, by name; each becomes a property with its name in camel case.
   * @type {Record<string, AttributeKind>}
   */
  static attributes = {};
  /** @type {CSSStyleSheet[]} */
  static styles = [];

  static get observedAttributes() {
    return Object.keys(this.attributes);
  }

  /** Ends when the element leaves the page; give its `signal` to every listener outside the element. */
  #lifetime = new AbortController();
  #built = false;
  /** Properties of JSON attributes that code has set, and attributes already parsed. @type {Map<string, any>} */
  #json = new Map();
  /** Why an attribute cannot be read, by its name. @type {Map<string, string>} */
  #wrong = new Map();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: false });
    const kind = /** @type {typeof CrowdElement} */ (this.constructor);
    root.adoptedStyleSheets = [base, ...kind.styles];
  }

  /** The shadow root, which is always there. */
  get root() {
    return /** @type {ShadowRoot} */ (this.shadowRoot);
  }

  /** What the attributes hold that cannot be read, in words; empty when all is well. */
  get attributeProblem() {
    const [wrong] = this.#wrong;
    return wrong ? t("element.error-attribute", { attribute: wrong[0], element: this.localName, reason: wrong[1] }) : "";
  }

  connectedCallback() {
    this.#lifetime = new AbortController();
    if (!this.#built) {
      this.#applyEarlyProperties();
      this.build();
      this.#built = true;
    }
    onLanguageChange(() => this.update(), this.#lifetime.signal);
    this.connected(this.#lifetime.signal);
    this.update();
  }

  disconnectedCallback() {
    this.#lifetime.abort();
  }

  /** A move inside the page, where the browser knows such a thing, changes nothing for us. */
  connectedMoveCallback() {}

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    if (before === after) return;
    this.#json.delete(name);
    this.#wrong.delete(name);
    if (this.#built) {
      this.attributeSet(name);
      if (this.isConnected) this.update();
    }
  }

  /** Makes the inside, once. */
  build() {}

  /**
   * Listens outside the element, each time it enters the page.
   * @param {AbortSignal} _signal ends when it leaves
   */
  connected(_signal) {}

  /**
   * An attribute, or the property of it, has changed after the inside was made; `update` follows.
   * @param {string} _name
   */
  attributeSet(_name) {}

  /** Brings the inside up to date with attributes, state and language. */
  update() {}

  /**
   * Tells what the worker did: bubbles, and code that sets values never causes it.
   * @param {string} [type]
   */
  tell(type = "change") {
    this.dispatchEvent(new Event(type, { bubbles: true }));
  }

  /**
   * The value of a JSON attribute or of the property set in its place.
   * @param {string} name
   * @returns {any} undefined when there is none, or it cannot be read (see `attributeProblem`)
   */
  readJson(name) {
    if (this.#json.has(name)) return this.#json.get(name);
    const text = this.getAttribute(name);
    if (text === null || text.trim() === "") return undefined;
    /** @type {any} */
    let value;
    try {
      value = parseRelaxedJson(text);
    } catch (error) {
      this.#wrong.set(name, error instanceof Error ? error.message : String(error));
    }
    this.#json.set(name, value);
    return value;
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  writeJson(name, value) {
    this.#wrong.delete(name);
    if (value === null || value === undefined) this.#json.delete(name);
    else this.#json.set(name, typeof value === "string" ? parseRelaxedJson(value) : value);
    if (this.#built) {
      this.attributeSet(name);
      this.update();
    }
  }

  /** A property that code set before the element was defined lies on the instance and hides ours: apply it again. */
  #applyEarlyProperties() {
    for (const name of Object.getOwnPropertyNames(this)) {
      const own = Object.getOwnPropertyDescriptor(this, name);
      if (!own?.configurable || !("value" in own) || !(name in Object.getPrototypeOf(this))) continue;
      delete (/** @type {any} */ (this)[name]);
      /** @type {any} */ (this)[name] = own.value;
    }
  }
}

/**
 * Registers `Element` as `name`, with a property for each of its attributes.
 * @param {string} name
 * @param {typeof CrowdElement} Element
 */
export function define(name, Element) {
  for (const [attribute, kind] of Object.entries(Element.attributes)) {
    const property = attribute.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    // An accessor the class writes itself (a field's live `value`) stays.
    if (property in Element.prototype && !(property in HTMLElement.prototype)) continue;
    Object.defineProperty(Element.prototype, property, { configurable: true, enumerable: true, ...accessor(attribute, kind) });
  }
  customElements.define(name, Element);
}

/**
 * @param {string} attribute
 * @param {AttributeKind} kind
 * @returns {PropertyDescriptor & ThisType<CrowdElement>}
 */
function accessor(attribute, kind) {
  if (kind === "json") {
    return {
      get() {
        return this.readJson(attribute);
      },
      set(value) {
        this.writeJson(attribute, value);
      },
    };
  }
  return {
    get() {
      if (kind === "switch") return this.hasAttribute(attribute);
      const text = this.getAttribute(attribute);
      if (kind === "text") return text ?? "";
      const number = text === null || text.trim() === "" ? NaN : Number(text);
      return Number.isFinite(number) ? number : undefined;
    },
    set(value) {
      setAttribute(this, attribute, kind === "switch" ? Boolean(value) : value);
    },
  };
}
