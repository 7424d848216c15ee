/**
 * Answers on their way to the server. An answer is kept on this device from the moment it is given until the server has
 * acknowledged or refused it, is sent with an idempotency key so that sending twice counts once, and answers go in the
 * order they were given. This module knows neither the document nor the network: it is given a store, a sender and a
 * clock.
 */

/**
 * @typedef {object} Answer
 * @property {string} key idempotency key
 * @property {string} worker whose answer it is: another person at the same machine must not send it
 * @property {string} job
 * @property {string} assignment
 * @property {string} objectId
 * @property {unknown} content
 * @property {number} timeSpentMs
 * @property {number} order rises with every answer
 * @property {boolean} correction
 *
 * @typedef {object} AnswerStore
 * @property {(worker: string) => Promise<Answer[]>} list in any order
 * @property {(answer: Answer) => Promise<void>} put kept when it resolves
 * @property {(key: string) => Promise<void>} remove
 *
 * @typedef {object} Outcome
 * @property {any} [reply] the server's acknowledgement
 * @property {{code: string, message: string, status: number}} [refused] the server will never take it
 *
 * @typedef {object} Options
 * @property {string} worker
 * @property {AnswerStore} store
 * @property {(answer: Answer) => Promise<any>} send rejects with an error whose `passing` is true when it may be tried again
 * @property {<T>(work: () => Promise<T>) => Promise<T>} exclusive runs work while no other tab sends
 * @property {(run: () => void, delayMs: number) => unknown} later setTimeout
 * @property {() => void} [changed] the count or the state is another now
 * @property {(answer: Answer, outcome: Outcome) => void} [settled]
 */

/** More than this is never waiting: a worker holds two tasks, so it takes many corrections made offline to come near. */
export const WAITING_LIMIT = 200;

const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;

/** Milliseconds to wait before try number `tries` (1 is the first repetition): doubling, up to half a minute. */
export function retryDelay(/** @type {number} */ tries) {
  return Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 10));
}

export class AnswerQueue {
  /** @type {Options} */
  #options;
  /** Those given in this tab and not settled yet, by key. @type {Map<string, Answer>} */
  #ours = new Map();
  /** What each waiting answer is to, by key. @type {Map<string, string>} */
  #assignments = new Map();
  #waiting = 0;
  #tries = 0;
  #stuck = false;
  #sending = false;
  #again = false;
  #order = 0;
  #closed = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** How many answers are not acknowledged yet. */
  get waiting() {
    return this.#waiting;
  }

  /**
   * The assignments whose answers are on their way. The server does not know yet that they are answered, and would take
   * them for lost and give them again if it were not told that they are at hand.
   */
  get assignments() {
    return [...new Set(this.#assignments.values())];
  }

  /** Whether the last try to send found no server. */
  get stuck() {
    return this.#stuck;
  }

  /** Looks at what an earlier visit left, and starts to send it. */
  async open() {
    const left = await this.#options.store.list(this.#options.worker);
    this.#waiting = left.length;
    this.#assignments = new Map(left.map((answer) => [answer.key, answer.assignment]));
    this.#order = left.reduce((most, answer) => Math.max(most, answer.order), 0);
    if (left.length > 0) this.#options.changed?.();
    void this.flush();
  }

  /**
   * Takes an answer. Resolves when it is kept on this device; sending goes on by itself.
   *
   * @param {Omit<Answer, "worker" | "order">} given
   * @throws {Error} when too many are waiting already
   */
  async add(given) {
    if (this.#waiting >= WAITING_LIMIT) throw new Error("too many answers are waiting to be sent");
    const now = Date.now();
    this.#order = Math.max(this.#order + 1, now);
    const answer = { ...given, worker: this.#options.worker, order: this.#order };
    this.#ours.set(answer.key, answer);
    this.#assignments.set(answer.key, answer.assignment);
    this.#waiting += 1;
    this.#options.changed?.();
    try {
      await this.#options.store.put(answer);
    } finally {
      // A device that keeps nothing (its disk is full) must not stop the sending of what is still in memory.
      void this.flush();
    }
  }

  /** Sends what is waiting, oldest first, until none is left or the server cannot be reached. */
  async flush() {
    if (this.#closed) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    try {
      do {
        this.#again = false;
        await this.#options.exclusive(() => this.#sendAll());
      } while (this.#again && !this.#stuck);
    } finally {
      this.#sending = false;
    }
    if (this.#stuck && !this.#closed) {
      this.#tries += 1;
      this.#options.later(() => void this.flush(), retryDelay(this.#tries));
    }
  }

  /** Stops sending; what is kept stays for the next visit. */
  close() {
    this.#closed = true;
  }

  async #sendAll() {
    const answers = await this.#list();
    for (const answer of answers) {
      if (this.#closed) return;
      /** @type {Outcome} */
      let outcome;
      try {
        outcome = { reply: await this.#options.send(answer) };
      } catch (error) {
        const failure = /** @type {any} */ (error);
        if (failure?.passing) {
          this.#stuck = true;
          this.#options.changed?.();
          return;
        }
        outcome = {
          refused: {
            code: failure?.code ?? "unknown",
            message: failure?.message ?? String(error),
            status: failure?.status ?? 0,
          },
        };
      }
      this.#stuck = false;
      this.#tries = 0;
      await this.#options.store.remove(answer.key).catch(() => undefined);
      this.#settle(answer, outcome);
    }
    this.#stuck = false;
    this.#options.changed?.();
  }

  /** What is kept, with what only memory holds, oldest first; notices what another tab has settled. */
  async #list() {
    const kept = await this.#options.store.list(this.#options.worker).catch(() => /** @type {Answer[]} */ ([]));
    const byKey = new Map(kept.map((answer) => [answer.key, answer]));
    for (const answer of [...this.#ours.values()]) {
      if (byKey.has(answer.key)) continue;
      // Not in the store: either never kept (no disk), or settled by another tab. Sending again is harmless, since the
      // key makes it count once, and the reply tells which of both it was.
      byKey.set(answer.key, answer);
    }
    this.#waiting = byKey.size;
    this.#assignments = new Map([...byKey.values()].map((answer) => [answer.key, answer.assignment]));
    return [...byKey.values()].sort((a, b) => a.order - b.order);
  }

  /** @param {Answer} answer @param {Outcome} outcome */
  #settle(answer, outcome) {
    this.#waiting = Math.max(0, this.#waiting - 1);
    this.#ours.delete(answer.key);
    this.#assignments.delete(answer.key);
    this.#options.settled?.(answer, outcome);
    this.#options.changed?.();
  }
}
