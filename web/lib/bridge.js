/**
 * The task frame's side of the talk with the portal around it, by `postMessage`. Knows windows and messages but no
 * document: what the page is and does comes in as `page`.
 *
 * Every message has `cairn: 1`. Only messages whose source is the parent window are heard; the frame may be an opaque
 * sandbox, so its own origin says nothing, and the portal's origin is learnt from its first message.
 */

/** How long the page must be still before a draft is sent, in milliseconds. */
export const CHANGE_DELAY_MS = 300;

/**
 * What the page can tell and do.
 * @typedef {object} Page
 * @property {() => Record<string, unknown>} output the answer as it stands
 * @property {() => string} problem what keeps it from being submitted; empty when nothing does
 * @property {(content: Record<string, unknown>) => void} restore
 * @property {() => void} submit validates, then answers or refuses
 * @property {() => void} shown the page has come before the worker's eyes
 * @property {(settings: Settings) => void} applySettings
 * @property {() => void} openInstructions
 * @property {() => void} alive the portal has spoken for the first time
 */

/**
 * @typedef {object} Settings
 * @property {"en" | "ja"} [language]
 * @property {"light" | "dark" | "system"} [theme]
 * @property {boolean} [submitOnKey]
 * @property {boolean} [keysByPosition] keys by their place on the keyboard rather than by what they produce
 */

/**
 * The parts of a window that are used.
 * @typedef {object} Self
 * @property {(type: "message", listener: (event: { source: unknown, origin: string, data: any }) => void) => void} addEventListener
 */

export class Bridge {
  #portal;
  #page;
  #now;
  /** Where messages may go: the portal's origin, once it is known. */
  #origin = "*";
  #alive = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pending;
  /** When the worker began to see the page, and what was counted before; for the time spent. */
  #since = /** @type {number | undefined} */ (undefined);
  #spentMs = 0;

  /**
   * @param {Self} self the frame's own window
   * @param {{ postMessage: (message: any, origin: string) => void }} portal the parent window
   * @param {Page} page
   * @param {() => number} [now] a clock in milliseconds that never goes back
   */
  constructor(self, portal, page, now = () => performance.now()) {
    this.#portal = portal;
    this.#page = page;
    this.#now = now;
    self.addEventListener("message", (event) => {
      if (event.source !== portal || event.data?.cairn !== 1) return;
      this.#hear(event.data, event.origin);
    });
  }

  /** Whether a portal is there and has spoken. */
  get alive() {
    return this.#alive;
  }

  /**
   * The page can be shown and used.
   * @param {{ title?: string, keys: { key: string, label: string, group: string }[], instructions: boolean }} about
   */
  ready(about) {
    this.#say({ type: "ready", ...about });
  }

  /** The worker has changed something: a draft follows when the page is still. */
  changed() {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => this.#sayChange(), CHANGE_DELAY_MS);
  }

  /** @param {Record<string, unknown>} content a valid answer */
  answered(content) {
    clearTimeout(this.#pending);
    this.#say({ type: "answer", content, timeSpentMs: Math.round(this.#timeSpent()) });
  }

  /** @param {string} message why a submit was refused */
  refused(message) {
    this.#say({ type: "invalid", message });
  }

  /** The worker wants to submit; the portal says when. */
  submitRequest() {
    this.#say({ type: "submit-request" });
  }

  /**
   * @param {string} url
   * @param {string} message
   */
  objectError(url, message) {
    this.#say({ type: "object-error", url, message });
  }

  /** @param {import("./keys.js").KeyPress} press a key that nothing on the page used */
  key({ key, code, shiftKey = false, altKey = false, ctrlKey = false, metaKey = false }) {
    this.#say({ type: "key", key, code, shift: shiftKey, alt: altKey, ctrl: ctrlKey, meta: metaKey });
  }

  /** The page is or is no longer before the worker's eyes; only seen time counts. @param {boolean} visible */
  seen(visible) {
    if (this.#since !== undefined) this.#spentMs += this.#now() - this.#since;
    this.#since = visible ? this.#now() : undefined;
  }

  #timeSpent() {
    return this.#spentMs + (this.#since === undefined ? 0 : this.#now() - this.#since);
  }

  #sayChange() {
    const message = this.#page.problem();
    this.#say({ type: "change", content: this.#page.output(), valid: message === "", ...(message ? { message } : {}) });
  }

  /**
   * @param {any} message
   * @param {string} origin
   */
  #hear(message, origin) {
    // An opaque portal cannot be addressed by its origin.
    if (origin !== "null" && origin !== "") this.#origin = origin;
    if (!this.#alive) {
      this.#alive = true;
      this.#page.alive();
    }
    switch (message.type) {
      case "restore":
        if (typeof message.content === "object" && message.content !== null) this.#page.restore(message.content);
        break;
      case "submit":
        this.#page.submit();
        break;
      case "shown":
        this.#spentMs = 0;
        this.#since = this.#now();
        this.#page.shown();
        break;
      case "settings":
        this.#page.applySettings(message);
        break;
      case "open-instructions":
        this.#page.openInstructions();
        break;
    }
  }

  /** @param {Record<string, unknown>} message */
  #say(message) {
    this.#portal.postMessage({ cairn: 1, ...message }, this.#origin);
  }
}
