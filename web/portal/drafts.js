/**
 * Drafts: what a worker has done to a task so far, kept without being asked. Each change goes to this device at once and
 * to the server soon after, one request at a time, the newest content only.
 */

/** @import { DraftStore } from "./store.js" */
/** @import { Assignment, Draft } from "./types.js" */

/** The least time between two saves to the server. */
const SAVE_INTERVAL_MS = 1_000;
const RETRY_MS = 5_000;

/** Local drafts of tasks that never came back are dropped after this long. */
export const DRAFT_KEPT_MS = 14 * 24 * 3_600_000;

/**
 * @typedef {{state: "clean"} | {state: "saving"} | {state: "saved", at: number} | {state: "device"}} DraftState
 *   "device": kept here, the server could not be reached.
 *
 * @typedef {object} Options
 * @property {string} worker
 * @property {DraftStore} store
 * @property {() => number} now the server's time
 * @property {(assignment: string, content: unknown) => Promise<{savedAt: number}>} save
 * @property {(run: () => void, delayMs: number) => unknown} later
 * @property {(state: DraftState) => void} changed
 */

export class Drafts {
  /** @type {Options} */
  #options;
  /** @type {{assignment: string, content: unknown} | null} */
  #pending = null;
  /** @type {string|null} */
  #current = null;
  #saving = false;
  #lastSave = 0;
  #timer = false;
  /** @type {DraftState} */
  #state = { state: "clean" };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  get state() {
    return this.#state;
  }

  /** Whether the task at hand has been touched. */
  get touched() {
    return this.#state.state !== "clean";
  }

  /**
   * Begins a task. Gives the draft to start from: the newer of the server's and this device's.
   *
   * @param {Assignment} assignment
   * @returns {Promise<Draft|null>}
   */
  async newest(assignment) {
    const local = await this.#options.store.get(assignment.id).catch(() => undefined);
    if (!local || local.worker !== this.#options.worker) return assignment.draft;
    if (assignment.draft && assignment.draft.savedAt >= local.savedAt) return assignment.draft;
    return { content: local.content, savedAt: local.savedAt };
  }

  /** Says which task is at hand. @param {string|null} assignment @param {Draft|null} [draft] */
  begin(assignment, draft) {
    this.#current = assignment;
    this.#pending = null;
    this.#set(draft ? { state: "saved", at: draft.savedAt } : { state: "clean" });
  }

  /** @param {string} assignment @param {unknown} content */
  change(assignment, content) {
    if (assignment !== this.#current) return;
    this.#pending = { assignment, content };
    void this.#options.store
      .put({ assignment, worker: this.#options.worker, content, savedAt: this.#options.now() })
      .catch(() => undefined);
    this.#set({ state: "saving" });
    this.#pump();
  }

  /** Sends what is not on the server yet without waiting for the interval. */
  flush() {
    this.#lastSave = 0;
    this.#pump();
  }

  /** The server has the answer: its draft is of no more use. @param {string} assignment */
  forget(assignment) {
    if (this.#pending?.assignment === assignment) this.#pending = null;
    void this.#options.store.remove(assignment).catch(() => undefined);
  }

  #pump() {
    if (this.#saving || this.#timer || this.#pending === null) return;
    const waitMs = this.#lastSave + SAVE_INTERVAL_MS - Date.now();
    if (waitMs > 0) {
      this.#wait(waitMs);
      return;
    }
    void this.#save();
  }

  /** @param {number} delayMs */
  #wait(delayMs) {
    this.#timer = true;
    this.#options.later(() => {
      this.#timer = false;
      this.#pump();
    }, delayMs);
  }

  async #save() {
    const sent = this.#pending;
    if (sent === null) return;
    this.#saving = true;
    this.#pending = null;
    this.#lastSave = Date.now();
    try {
      const { savedAt } = await this.#options.save(sent.assignment, sent.content);
      if (this.#current === sent.assignment && this.#pending === null) this.#set({ state: "saved", at: savedAt });
    } catch (error) {
      if (this.#current === sent.assignment) {
        this.#set({ state: "device" });
        if (/** @type {any} */ (error)?.passing) {
          this.#pending ??= sent;
          this.#wait(RETRY_MS);
        }
      }
    } finally {
      this.#saving = false;
      this.#pump();
    }
  }

  /** @param {DraftState} state */
  #set(state) {
    this.#state = state;
    this.#options.changed(state);
  }
}
