/**
 * Holding on to tasks. A lease is short so that a task whose worker has gone returns quickly; it is renewed each third of
 * its length, and only up to the task's time limit. The rules are pure functions of times; `LeaseKeeper` acts on them.
 */

/** @import { Assignment } from "./types.js" */

/** The shortest and longest pause between two renewals, whatever the lease's length. */
const BEAT_MS_MIN = 2_000;
const BEAT_MS_MAX = 5 * 60_000;

/** The warning comes with a fifth of the time left, but at most five minutes and at least ten seconds before the end. */
const WARNING_SHARE = 0.2;
const WARNING_MS_MIN = 10_000;
const WARNING_MS_MAX = 5 * 60_000;

/**
 * When to renew next: a third of the way into what is left of the lease.
 *
 * @param {number} now
 * @param {number} leaseExpiresAt
 * @returns {number} milliseconds from now
 */
export function nextBeat(now, leaseExpiresAt) {
  return Math.min(BEAT_MS_MAX, Math.max(BEAT_MS_MIN, (leaseExpiresAt - now) / 3));
}

/**
 * Where a task stands against its time limit.
 *
 * @param {number} now
 * @param {number|null} limitAt
 * @param {number} limitMs the whole limit
 * @returns {"open"|"warning"|"over"}
 */
export function phase(now, limitAt, limitMs) {
  if (limitAt === null) return "open";
  if (now >= limitAt) return "over";
  const warningMs = Math.min(WARNING_MS_MAX, Math.max(WARNING_MS_MIN, limitMs * WARNING_SHARE));
  return limitAt - now <= warningMs ? "warning" : "open";
}

/**
 * @typedef {object} Held
 * @property {Assignment} assignment
 * @property {boolean} showing
 * @property {number|null} limitAt
 * @property {unknown} [timer]
 *
 * @typedef {object} KeeperOptions
 * @property {() => number} now the server's time
 * @property {(assignment: string, showing: boolean) => Promise<{leaseExpiresAt: number, limitAt: number|null}>} beat
 * @property {(run: () => void, delayMs: number) => unknown} later
 * @property {(timer: any) => void} cancel
 * @property {(assignment: string, code: string) => void} lost the server says the hold has ended
 */

/** Renews the leases of the tasks at hand: the one shown and the one held ahead. */
export class LeaseKeeper {
  /** @type {KeeperOptions} */
  #options;
  /** @type {Map<string, Held>} */
  #held = new Map();

  /** @param {KeeperOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** The ids held now. */
  get holding() {
    return [...this.#held.keys()];
  }

  /** When the time limit of a held task ends; null while it is not known. @param {string} id */
  limitAt(id) {
    return this.#held.get(id)?.limitAt ?? null;
  }

  /** @param {Assignment} assignment @param {boolean} showing */
  hold(assignment, showing) {
    this.drop(assignment.id);
    /** @type {Held} */
    const held = { assignment, showing, limitAt: assignment.limitAt };
    this.#held.set(assignment.id, held);
    this.#schedule(held, assignment.leaseExpiresAt);
  }

  /**
   * Says that a task held ahead is now before the worker's eyes: its time limit runs from here. The server learns of it
   * with the submit that moved on, or with the next renewal; until its word arrives the limit is reckoned here.
   *
   * @param {string} id
   * @param {number} limitMs
   */
  show(id, limitMs) {
    const held = this.#held.get(id);
    if (!held) return;
    held.showing = true;
    held.limitAt ??= this.#options.now() + limitMs;
  }

  /** Lets go without a word to the server. @param {string} id */
  drop(id) {
    const held = this.#held.get(id);
    if (held?.timer !== undefined) this.#options.cancel(held.timer);
    this.#held.delete(id);
  }

  dropAll() {
    for (const id of this.holding) this.drop(id);
  }

  /** Renews everything now: the page was asleep, or the network is back. */
  beatAll() {
    for (const held of this.#held.values()) void this.#beat(held);
  }

  /** @param {Held} held @param {number} leaseExpiresAt */
  #schedule(held, leaseExpiresAt) {
    if (held.timer !== undefined) this.#options.cancel(held.timer);
    held.timer = this.#options.later(() => void this.#beat(held), nextBeat(this.#options.now(), leaseExpiresAt));
  }

  /** @param {Held} held */
  async #beat(held) {
    const id = held.assignment.id;
    if (this.#held.get(id) !== held) return;
    if (held.limitAt !== null && this.#options.now() >= held.limitAt) return;
    try {
      const reply = await this.#options.beat(id, held.showing);
      if (this.#held.get(id) !== held) return;
      if (held.showing && typeof reply.limitAt === "number") held.limitAt = reply.limitAt;
      this.#schedule(held, reply.leaseExpiresAt);
    } catch (error) {
      if (this.#held.get(id) !== held) return;
      const failure = /** @type {any} */ (error);
      if (failure?.passing) {
        this.#schedule(held, this.#options.now());
      } else {
        this.drop(id);
        this.#options.lost(id, failure?.code ?? "lease_lost");
      }
    }
  }
}
