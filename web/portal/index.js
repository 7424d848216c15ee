/**
 * The portal: who is signed in, which page is shown, and the answers on their way. The address after `#` says the page:
 * nothing for home, `job=…` for labeling, `history=…` for one's own answers, `reset=…` for a new password.
 */

import * as api from "./api.js";
import { fill, h } from "../pages/dom.js";
import { DRAFT_KEPT_MS } from "./drafts.js";
import { errorText, knowErrors } from "../pages/errors.js";
import { HistoryPage } from "./history.js";
import { HomePage } from "./home.js";
import { firstLanguage, onLanguageChosen, speak, t } from "../pages/messages.js";
import { applyPreferences } from "../pages/preferences.js";
import { AnswerQueue } from "./queue.js";
import { firstPasswordPage, resetPage, signInAgain, signInPage } from "../pages/sign_in.js";
import { openStore } from "./store.js";
import { exclusive, heldElsewhere } from "./tabs.js";
import { TaskPage } from "./task.js";

/** @import { Answer } from "./queue.js" */
/** @import { Job, Worker } from "./types.js" */

knowErrors("portal", ["time_limit", "object_settled", "lease_lost", "job_over", "already_answered", "correction_over", "answer_too_large", "holds_enough"]);

const door = {
  signIn: async (/** @type {string} */ name, /** @type {string} */ password) => (await api.signIn(name, password)).worker,
  changePassword: api.changePassword,
  resetPassword: api.resetPassword,
};

const root = /** @type {HTMLElement} */ (document.getElementById("portal"));

export class App {
  /** @type {Worker} */
  worker;
  /** @type {Awaited<ReturnType<typeof openStore>>} */
  store;
  /** @type {AnswerQueue|null} */
  queue = null;
  /** @type {HomePage|HistoryPage|TaskPage|null} */
  #page = null;
  /** @type {Map<string, Job>} */
  #jobs = new Map();

  /** @param {Worker} worker @param {Awaited<ReturnType<typeof openStore>>} store */
  constructor(worker, store) {
    this.worker = worker;
    this.store = store;
  }

  async start() {
    api.onSessionEnd(() => signInAgain(this.worker, door, t("portal.again.why")));
    this.queue = new AnswerQueue({
      worker: this.worker.id,
      store: this.store.answers,
      send: (answer) => this.#send(answer),
      exclusive: (work) => exclusive(`answers.${this.worker.id}`, work),
      later: setTimeout.bind(globalThis),
      changed: () => this.#page instanceof TaskPage && this.#page.queueChanged(),
      settled: (answer, outcome) => this.#page instanceof TaskPage && this.#page.settled(answer, outcome),
    });
    await this.queue.open();
    void this.store.drafts.removeOlder(Date.now() - DRAFT_KEPT_MS).catch(() => undefined);
    addEventListener("hashchange", () => void this.#route());
    addEventListener("online", () => void this.queue?.flush());
    // A page kept aside by the browser has given its tasks back: it must begin anew.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    await this.#route();
  }

  /** What the bar of a page that is not a task needs. @param {() => void} changed */
  chrome(changed) {
    return { name: this.worker.name, changed, signOut: () => void this.signOut() };
  }

  async signOut() {
    this.#page?.close();
    this.#page = null;
    this.queue?.close();
    await api.signOut().catch(() => undefined);
    location.hash = "";
    location.reload();
  }

  /** @param {Job[]} jobs */
  knowJobs(jobs) {
    for (const job of jobs) this.#jobs.set(job.job, job);
  }

  /** What is known of a job; a job that is no longer in the list is shown by its name alone. @param {string} id @returns {Promise<Job>} */
  async job(id) {
    if (!this.#jobs.has(id)) {
      try {
        this.knowJobs((await api.jobs()).jobs);
      } catch {
        // The page that needs it says what is wrong when it asks for more.
      }
    }
    const known = this.#jobs.get(id);
    if (known) return known;
    const title = id.split("/").at(-1) ?? id;
    return { job: id, title, description: "", team: "", taskType: "", left: 0, doneByMe: 0, timeLimitSeconds: 3_600, createdAt: 0, state: "available" };
  }

  async #route() {
    const place = new URLSearchParams(location.hash.slice(1));
    this.#page?.close();
    this.#page = null;
    const history = place.get("history");
    const id = place.get("job");
    if (place.has("reset")) return location.reload();
    if (history) {
      this.#page = new HistoryPage(this, root, history);
    } else if (id) {
      const job = await this.job(id);
      if (new URLSearchParams(location.hash.slice(1)).get("job") !== id) return;
      this.#page = new TaskPage(this, root, { ...job }, place.get("answer") ?? undefined);
    } else {
      this.#page = new HomePage(this, root);
    }
    await this.#page.open();
  }

  /** @param {Answer} answer */
  #send(answer) {
    const context = this.#page instanceof TaskPage ? this.#page.sendingContext(answer) : null;
    return api.submit(answer.assignment, {
      content: answer.content,
      key: answer.key,
      timeSpentMs: answer.timeSpentMs,
      ...(context ?? { next: false, holding: heldElsewhere(this.worker.id) }),
    });
  }
}

/** The worker of a session that still lives, or null. @returns {Promise<Worker|null>} */
async function current() {
  for (;;) {
    try {
      return (await api.me()).worker;
    } catch (error) {
      if (error instanceof api.ApiError && error.status === 401) return null;
      await new Promise((resolve) => {
        fill(
          root,
          h(
            "main.sheet",
            {},
            h(
              "div.card",
              {},
              h("h1", {}, t("page.unreachable")),
              h("p", {}, errorText(error)),
              h("button.button.primary.wide", { type: "button", onclick: resolve }, t("page.try_again")),
            ),
          ),
        );
      });
    }
  }
}

async function main() {
  applyPreferences();
  await speak(firstLanguage());
  const token = new URLSearchParams(location.hash.slice(1)).get("reset");
  if (token) {
    // Out of the address bar and the history at once: whoever holds it may set the password.
    history.replaceState(null, "", location.pathname);
    await resetPage(root, door, token);
  }
  let worker = await current();
  if (worker?.mustChangePassword) await firstPasswordPage(root, door, undefined);
  worker ??= await signInPage(root, door);
  onLanguageChosen(api.chooseLanguage);
  await speak(firstLanguage(worker.language));
  await new App(worker, await openStore()).start();
}

await main();
