/**
 * The figures of a job as they move: server-sent events, and where those do not get through (a proxy that buffers, a
 * session that ended) the same figures asked for every few seconds.
 */

import * as api from "./api.js";

/** @import { Progress } from "./types.js" */

/** The server speaks at least every 15 s; silence for this long is a broken way. */
const SILENCE_MS = 40_000;
const POLL_MS = 5_000;
/** While polling, events are tried again this often. */
const EVENTS_AGAIN_MS = 30_000;

/** States that nothing follows. @param {string} state */
export const isFinal = (state) => state === "Completed" || state === "Failed" || state === "Stopped";

export class Live {
  #name;
  #heard;
  #problem;
  /** @type {EventSource|null} */
  #events = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #closed = false;
  #leaving = new AbortController();
  #eventsTriedAt = 0;

  /**
   * @param {string} name of the job
   * @param {(progress: Progress) => void} heard
   * @param {(error: unknown) => void} problem told once a poll fails; null when it works again
   */
  constructor(name, heard, problem) {
    this.#name = name;
    this.#heard = heard;
    this.#problem = problem;
  }

  open() {
    this.#closed = false;
    // A browser grants a host few connections, and every stream holds one: a tab nobody looks at gives its own back.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.#listen()), { signal: this.#leaving.signal });
    if (!document.hidden) this.#listen();
  }

  close() {
    this.#closed = true;
    this.#leaving.abort();
    this.#pause();
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#events?.close();
    this.#events = null;
  }

  #listen() {
    this.#pause();
    if (this.#closed) return;
    this.#eventsTriedAt = Date.now();
    const events = new EventSource(api.eventsAddress(this.#name));
    this.#events = events;
    this.#expectWithin(SILENCE_MS);
    events.addEventListener("progress", (event) => {
      if (this.#events !== events) return;
      this.#expectWithin(SILENCE_MS);
      try {
        this.#heard(JSON.parse(event.data));
        this.#problem(null);
      } catch {
        this.#poll();
      }
    });
    events.addEventListener("end", () => this.close());
    events.addEventListener("error", () => {
      if (this.#events === events) this.#poll();
    });
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), ms);
  }

  #poll() {
    this.#pause();
    if (!this.#closed) void this.#ask();
  }

  async #ask() {
    try {
      const { job } = await api.job(this.#name);
      if (this.#closed || document.hidden) return;
      this.#problem(null);
      this.#heard(job.progress);
      if (isFinal(job.progress.state)) return this.close();
    } catch (error) {
      if (this.#closed || document.hidden) return;
      this.#problem(error);
    }
    if (Date.now() - this.#eventsTriedAt >= EVENTS_AGAIN_MS) return this.#listen();
    this.#timer = setTimeout(() => void this.#ask(), POLL_MS);
  }
}
