/**
 * Going back to one's own answers while a task is at hand: older with ←, newer with →, and back to the task. The task at
 * hand keeps its frame, hidden, with all that is in it.
 */

import * as api from "./api.js";
import { serverNow } from "../pages/clock.js";
import { clockTime, relativeTime } from "../pages/format.js";
import { TaskFrame } from "../pages/frames.js";
import { t } from "../pages/messages.js";

/** @import { FrameEvents } from "../pages/frames.js" */
/** @import { HistoryItem } from "./types.js" */

/** Answers of this visit that are kept at hand, so that going back works offline too. */
const TRAIL_LENGTH = 30;
const PAGE_SIZE = 10;

/**
 * @typedef {object} Entry an answer as it can be shown again
 * @property {string} id the assignment
 * @property {string} objectId
 * @property {string} page
 * @property {unknown} content
 * @property {number} submittedAt
 * @property {number|null} correctableUntil null: the server has not said yet, since the answer is still on its way
 *
 * @typedef {object} Options
 * @property {string} job
 * @property {Element} stage
 * @property {FrameEvents} events
 * @property {(frame: TaskFrame) => void} prepare the frame is ready: give it the settings
 * @property {() => void} changed what is shown is another now
 */

export class Review {
  #options;
  /** Newest first. @type {Entry[]} */
  #entries = [];
  #index = -1;
  /** @type {TaskFrame|null} */
  frame = null;
  /** @type {string|number|undefined} */
  #before;
  /** Whether the server may know answers older than the last entry. */
  #more = true;
  #loading = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** The answer shown, or null when the task at hand is. */
  get entry() {
    return this.#index < 0 ? null : (this.#entries[this.#index] ?? null);
  }

  get hasOlder() {
    return this.#more || this.#index + 1 < this.#entries.length;
  }

  /** Whether the answer shown may still be changed. */
  get open() {
    const entry = this.entry;
    return entry !== null && (entry.correctableUntil === null || entry.correctableUntil > serverNow());
  }

  /** @returns {string} */
  get words() {
    const entry = this.entry;
    if (!entry) return "";
    const when = relativeTime(entry.submittedAt, serverNow());
    if (!this.open) return t("portal.review.closed", { time: when });
    if (entry.correctableUntil === null) return t("portal.review.sent", { time: when });
    return t("portal.review.open", { time: when, until: clockTime(entry.correctableUntil) });
  }

  /** Remembers an answer just given, or given anew. @param {Entry} entry */
  answered(entry) {
    this.#entries = [entry, ...this.#entries.filter((known) => known.id !== entry.id)].slice(0, TRAIL_LENGTH + PAGE_SIZE);
  }

  /** The server's word on an answer. @param {string} id @param {{correctableUntil: number}|null} accepted null: refused, there is nothing to go back to */
  settled(id, accepted) {
    if (accepted === null) {
      const shown = this.entry?.id === id;
      this.#entries = this.#entries.filter((entry) => entry.id !== id);
      if (shown) this.leave();
      return;
    }
    for (const entry of this.#entries) if (entry.id === id) entry.correctableUntil = accepted.correctableUntil;
    this.#options.changed();
  }

  /** Shows the next older answer. */
  async older() {
    if (this.#index + 1 >= this.#entries.length) await this.#load();
    if (this.#index + 1 < this.#entries.length) this.#show(this.#index + 1);
  }

  /** Shows the next newer answer, or the task at hand. */
  newer() {
    if (this.#index > 0) this.#show(this.#index - 1);
    else if (this.#index === 0) this.leave();
  }

  /** Shows one answer out of the history, by its assignment. @param {string} id */
  async jumpTo(id) {
    for (;;) {
      const found = this.#entries.findIndex((entry) => entry.id === id);
      if (found >= 0) return this.#show(found);
      const known = this.#entries.length;
      await this.#load();
      if (this.#entries.length === known) return;
    }
  }

  /** Back to the task at hand. */
  leave() {
    this.frame?.dispose();
    this.frame = null;
    this.#index = -1;
    this.#options.changed();
  }

  /** @param {number} index */
  #show(index) {
    this.frame?.dispose();
    this.#index = index;
    const entry = /** @type {Entry} */ (this.#entries[index]);
    const frame = new TaskFrame(this.#options.stage, entry, t("portal.review.frame"), {
      ...this.#options.events,
      ready: (ready) => {
        this.#options.prepare(ready);
        ready.send({ type: "restore", content: entry.content });
        ready.focus();
        this.#options.changed();
      },
    });
    this.frame = frame;
    frame.show();
    this.#options.changed();
  }

  async #load() {
    if (!this.#more || this.#loading) return;
    this.#loading = true;
    try {
      const reply = await api.history(this.#options.job, { before: this.#before, limit: PAGE_SIZE });
      this.#before = reply.next;
      this.#more = reply.next !== undefined && reply.next !== null;
      const known = new Set(this.#entries.map((entry) => entry.id));
      for (const item of reply.items) if (!known.has(item.id)) this.#entries.push(toEntry(item));
    } catch {
      // Offline: what this visit answered is all there is to show for now.
    } finally {
      this.#loading = false;
      this.#options.changed();
    }
  }
}

/** @param {HistoryItem} item @returns {Entry} */
function toEntry({ id, objectId, page, content, submittedAt, correctableUntil }) {
  return { id, objectId, page, content, submittedAt, correctableUntil };
}
