/**
 * The task frames. A task's page is the requester's markup: it runs in a sandboxed frame on another origin and speaks
 * with the portal by messages alone. One frame is before the worker's eyes; the next task loads in a second one behind
 * it, laid out at full size but hidden, and takes its place in one step.
 */

/**
 * @typedef {object} FrameKey
 * @property {string} key
 * @property {string} label
 * @property {string} group
 *
 * @typedef {object} FrameReady
 * @property {string} [title]
 * @property {FrameKey[]} keys
 * @property {boolean} instructions
 *
 * @typedef {object} KeyPress a key the frame did not use, or one pressed in the portal itself
 * @property {string} key
 * @property {boolean} shift
 * @property {boolean} alt
 * @property {boolean} ctrl
 * @property {boolean} meta
 */

/** A page that has not said `ready` by then is shown with a way out. */
const READY_TIMEOUT_MS = 15_000;

/** The longest message text taken from a frame. */
const TEXT_LIMIT = 2_000;

/**
 * @typedef {object} FrameEvents
 * @property {(frame: TaskFrame) => void} [ready]
 * @property {(frame: TaskFrame, message: string|undefined) => void} [failed] the page did not come up; `message` is what it says of that itself
 * @property {(frame: TaskFrame, content: unknown, valid: boolean, message: string|undefined) => void} [change]
 * @property {(frame: TaskFrame, content: unknown, timeSpentMs: number|undefined) => void} [answer]
 * @property {(frame: TaskFrame, message: string) => void} [invalid]
 * @property {(frame: TaskFrame, url: string, message: string) => void} [objectError]
 * @property {(frame: TaskFrame, key: KeyPress) => void} [key]
 * @property {(frame: TaskFrame) => void} [submitRequest]
 */

export class TaskFrame {
  /** @type {HTMLIFrameElement} */
  element;
  /** @type {"loading"|"ready"|"failed"} */
  state = "loading";
  /** @type {FrameReady|null} */
  info = null;
  /** What the worker has done so far, as the frame last told it. @type {unknown} */
  content = undefined;
  valid = true;
  /** Why it failed, when the page itself could say. @type {string|undefined} */
  failure = undefined;
  #listening = new AbortController();
  /** @type {ReturnType<typeof setTimeout>} */
  #timeout;
  #events;
  #origin;
  #shown = false;
  #page;

  /**
   * @param {Element} container
   * @param {{id: string, page: string}} task `page`: absolute address of the task's page
   * @param {string} title what a screen reader calls the frame
   * @param {FrameEvents} events
   */
  constructor(container, task, title, events) {
    this.assignment = task.id;
    this.#page = task.page;
    this.#events = events;
    const url = new URL(task.page, location.href);
    // A page from another origin may keep its own origin (its cache, embedded players); one from ours must lose it.
    const foreign = url.origin !== location.origin;
    this.#origin = foreign ? url.origin : "null";
    const frame = document.createElement("iframe");
    frame.className = "task-frame";
    frame.setAttribute(
      "sandbox",
      `allow-scripts allow-forms allow-popups allow-modals allow-downloads${foreign ? " allow-same-origin" : ""}`,
    );
    frame.setAttribute("allow", "fullscreen; autoplay");
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.title = title;
    frame.inert = true;
    frame.src = url.href;
    this.element = frame;
    addEventListener("message", (event) => this.#receive(event), { signal: this.#listening.signal });
    this.#timeout = setTimeout(() => this.#fail(), READY_TIMEOUT_MS);
    container.append(frame);
  }

  /** Sends a message to the page. @param {Record<string, unknown>} message */
  send(message) {
    const target = this.#origin === "null" ? "*" : this.#origin;
    this.element.contentWindow?.postMessage({ cairn: 1, ...message }, target);
  }

  /** Brings it before the worker's eyes. */
  show() {
    this.#shown = true;
    this.element.inert = false;
    this.element.classList.add("shown");
    if (this.state === "ready") this.send({ type: "shown" });
  }

  /** Puts it behind again, with all that is in it. */
  hide() {
    this.#shown = false;
    this.element.inert = true;
    this.element.classList.remove("shown");
  }

  /** Gives it the keyboard. */
  focus() {
    if (this.#shown) this.element.focus({ preventScroll: true });
  }

  /** Loads the same page once more. */
  reload() {
    this.state = "loading";
    this.failure = undefined;
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => this.#fail(), READY_TIMEOUT_MS);
    // `location.replace` keeps the tab's history free of a step the worker never took.
    this.element.contentWindow?.location.replace(new URL(this.#page, location.href).href);
  }

  dispose() {
    clearTimeout(this.#timeout);
    this.#listening.abort();
    this.element.remove();
  }

  /** @param {string} [message] */
  #fail(message) {
    if (this.state !== "loading") return;
    clearTimeout(this.#timeout);
    this.state = "failed";
    this.failure = message;
    this.#events.failed?.(this, message);
  }

  /** @param {MessageEvent} event */
  #receive(event) {
    if (event.source !== this.element.contentWindow || event.origin !== this.#origin) return;
    const message = event.data;
    if (typeof message !== "object" || message === null || message.cairn !== 1) return;
    const events = this.#events;
    switch (message.type) {
      case "ready":
        clearTimeout(this.#timeout);
        this.state = "ready";
        this.info = {
          title: text(message.title),
          keys: Array.isArray(message.keys) ? message.keys.filter(isKey).slice(0, 500) : [],
          instructions: message.instructions === true,
        };
        events.ready?.(this);
        if (this.#shown) this.send({ type: "shown" });
        break;
      case "failed":
        // What the server sends in place of a page it cannot make.
        this.#fail(text(message.message));
        break;
      case "change":
        this.content = message.content;
        this.valid = message.valid !== false;
        events.change?.(this, message.content, this.valid, text(message.message));
        break;
      case "answer":
        this.content = message.content;
        events.answer?.(this, message.content, typeof message.timeSpentMs === "number" ? message.timeSpentMs : undefined);
        break;
      case "invalid":
        events.invalid?.(this, text(message.message) ?? "");
        break;
      case "object-error":
        events.objectError?.(this, text(message.url) ?? "", text(message.message) ?? "");
        break;
      case "key":
        if (typeof message.key === "string") {
          events.key?.(this, {
            key: message.key,
            shift: message.shift === true,
            alt: message.alt === true,
            ctrl: message.ctrl === true,
            meta: message.meta === true,
          });
        }
        break;
      case "submit-request":
        events.submitRequest?.(this);
        break;
    }
  }
}

/** @param {unknown} value @returns {string|undefined} */
function text(value) {
  return typeof value === "string" && value !== "" ? value.slice(0, TEXT_LIMIT) : undefined;
}

/** @param {any} value */
function isKey(value) {
  return typeof value?.key === "string" && typeof value?.label === "string";
}
