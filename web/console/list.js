/** Lists that come by pages, stay fresh, and are redrawn row by row so that neither focus nor place is lost. */

import { fill, h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import { problemBanner } from "./parts.js";

/** @import { Page } from "./types.js" */

const PAGE = 50;
const REFRESH_PAGE_MAX = 200;

/** A skeleton appears only when the list takes longer than this. */
const SKELETON_MS = 300;

/** What an element was drawn from. @type {WeakMap<Element, {key: string, from: string}>} */
const drawn = new WeakMap();

/**
 * Makes the children of `parent` those of `items`: what has not changed stays the element it was.
 *
 * @template T
 * @param {Element} parent @param {T[]} items @param {(item: T) => string} keyOf @param {(item: T) => HTMLElement} draw
 */
export function reconcile(parent, items, keyOf, draw) {
  /** @type {Map<string, Element>} */
  const before = new Map();
  for (const child of parent.children) {
    const known = drawn.get(child);
    if (known) before.set(known.key, child);
  }
  const focused = document.activeElement?.closest("[data-key]");
  const focusedKey = focused && parent.contains(focused) ? focused.getAttribute("data-key") : null;
  const place = focused && focusedKey !== null ? [...focused.querySelectorAll("a[href], button")].indexOf(/** @type {Element} */ (document.activeElement)) : -1;
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const from = JSON.stringify(item);
    const old = before.get(key);
    before.delete(key);
    if (old && drawn.get(old)?.from === from) {
      if (old === at) at = at.nextElementSibling;
      else parent.insertBefore(old, at);
      continue;
    }
    const made = draw(item);
    made.setAttribute("data-key", key);
    drawn.set(made, { key, from });
    if (old && old === at) at = at.nextElementSibling;
    if (old) old.replaceWith(made);
    if (!old || made.nextElementSibling !== at) parent.insertBefore(made, at);
  }
  for (const gone of before.values()) gone.remove();
  if (focusedKey !== null && !parent.contains(document.activeElement)) {
    const again = parent.querySelector(`[data-key="${CSS.escape(focusedKey)}"]`);
    /** @type {HTMLElement|undefined} */ (again?.querySelectorAll("a[href], button")[Math.max(0, place)])?.focus({ preventScroll: true });
  }
}

/**
 * @template T
 * @typedef {object} PagedOptions
 * @property {HTMLElement} frame what is hidden while there is nothing, as the table
 * @property {Element} body where the items go
 * @property {(wanted: {after?: string, limit: number}) => Promise<Page<T>>} load
 * @property {(item: T) => string} keyOf
 * @property {(item: T) => HTMLElement} draw
 * @property {() => HTMLElement} empty what stands there when there is nothing
 * @property {(items: T[], more: boolean) => void} [shown] told after every change
 */

/** @template T */
export class PagedList {
  element = h("div.paged");
  /** @type {T[]} */
  items = [];
  /** @type {string|undefined} */
  #next;
  #options;
  #state = h("div.paged-state");
  #foot = h("div.paged-foot");
  #loaded = false;
  #generation = 0;
  #loadingMore = false;
  /** @type {IntersectionObserver} */
  #watch;
  #leaving = new AbortController();

  /** @param {PagedOptions<T>} options */
  constructor(options) {
    this.#options = options;
    this.element.append(this.#state, options.frame, this.#foot);
    options.frame.hidden = true;
    this.#watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && void this.more(), { rootMargin: "300px" });
    options.body.addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)), { signal: this.#leaving.signal });
  }

  /** Stops whatever is on its way. */
  close() {
    this.#generation++;
    this.#watch.disconnect();
    this.#leaving.abort();
  }

  /** Begins anew, as after a change of filter. */
  async reset() {
    this.#generation++;
    this.#loaded = false;
    this.#next = undefined;
    await this.refresh();
  }

  /** Asks anew for what is shown. */
  async refresh() {
    const generation = ++this.#generation;
    const skeleton = setTimeout(() => {
      if (!this.#loaded && generation === this.#generation) {
        this.#options.frame.hidden = true;
        fill(this.#state, h("div.card.skeleton", { "aria-busy": "true" }, h("span.hidden", {}, t("console.loading"))));
      }
    }, SKELETON_MS);
    try {
      const limit = this.#loaded ? Math.min(REFRESH_PAGE_MAX, Math.max(PAGE, this.items.length)) : PAGE;
      const page = await this.#options.load({ limit });
      if (generation !== this.#generation) return;
      if (!this.#loaded || this.items.length <= limit) {
        this.items = page.items;
        this.#next = page.next;
      } else {
        // Further down than one page reaches: the head is fresh, the rest stays as it was.
        const fresh = new Set(page.items.map(this.#options.keyOf));
        this.items = [...page.items, ...this.items.slice(limit).filter((item) => !fresh.has(this.#options.keyOf(item)))];
      }
      this.#loaded = true;
      this.#draw();
    } catch (error) {
      if (generation === this.#generation) {
        fill(
          this.#state,
          problemBanner(errorText(error)),
          h("button.button", { type: "button", onclick: () => void this.refresh() }, t("page.try_again")),
        );
      }
    } finally {
      clearTimeout(skeleton);
    }
  }

  /** The page that follows, if there is one. */
  async more() {
    if (!this.#next || this.#loadingMore) return;
    this.#loadingMore = true;
    const generation = this.#generation;
    try {
      const page = await this.#options.load({ after: this.#next, limit: PAGE });
      if (generation !== this.#generation) return;
      const known = new Set(this.items.map(this.#options.keyOf));
      this.items = [...this.items, ...page.items.filter((item) => !known.has(this.#options.keyOf(item)))];
      this.#next = page.next;
      this.#draw();
    } catch (error) {
      fill(this.#state, problemBanner(errorText(error)));
    } finally {
      this.#loadingMore = false;
    }
  }

  /** Takes items out or changes them at once, before the server is asked again. @param {(items: T[]) => T[]} change */
  change(change) {
    this.items = change(this.items);
    this.#draw();
  }

  #draw() {
    const { frame, body, keyOf, draw, empty, shown } = this.#options;
    reconcile(body, this.items, keyOf, draw);
    frame.hidden = this.items.length === 0;
    const nothing = this.items.length === 0 ? empty() : null;
    if (nothing?.outerHTML !== this.#state.innerHTML) fill(this.#state, nothing);
    this.#watch.disconnect();
    const more = this.#foot.querySelector("button");
    if (!this.#next) this.#foot.replaceChildren();
    else if (!more) fill(this.#foot, h("button.button", { type: "button", onclick: () => void this.more() }, t("console.more")));
    if (this.#next) this.#watch.observe(this.#foot);
    shown?.(this.items, this.#next !== undefined);
  }

  /** Up and down among the rows; going down past the last fetches more. @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    const target = /** @type {Element} */ (event.target);
    if (step === 0 || target.closest("input, select, textarea")) return;
    const here = target.closest("[data-key]");
    const next = step > 0 ? here?.nextElementSibling : here?.previousElementSibling;
    event.preventDefault();
    if (next) /** @type {HTMLElement|null} */ (next.querySelector("a[href], button"))?.focus();
    else if (step > 0 && this.#next && here) void this.more().then(() => /** @type {HTMLElement|null|undefined} */ (here.nextElementSibling?.querySelector("a[href], button"))?.focus());
  }
}

/**
 * Runs `work` every so often while the page is looked at, and at once when it is looked at again.
 *
 * @param {() => void} work @param {number} everyMs @param {AbortSignal} signal
 */
export function whileSeen(work, everyMs, signal) {
  const timer = setInterval(() => !document.hidden && work(), everyMs);
  signal.addEventListener("abort", () => clearInterval(timer));
  const again = () => !document.hidden && work();
  document.addEventListener("visibilitychange", again, { signal });
  addEventListener("online", again, { signal });
}
