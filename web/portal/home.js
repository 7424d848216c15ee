/** The first page after signing in: what there is to do, what was done, and what may still be corrected. */

import * as api from "./api.js";
import { page } from "./chrome.js";
import { serverNow } from "../pages/clock.js";
import { fill, h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { duration, exactTime, relativeTime } from "../pages/format.js";
import { t } from "../pages/messages.js";

/** @import { App } from "./index.js" */
/** @import { HistoryItem, Job, JobList } from "./types.js" */

/** How often the list is asked for anew while it is looked at. */
const REFRESH_MS = 30_000;

/** Recent answers are looked up in this many of the jobs last worked on, and this many answers of each. */
const RECENT_JOBS = 3;
const RECENT_ANSWERS = 5;

/** A skeleton appears only when the list takes longer than this. */
const SKELETON_MS = 300;

export class HomePage {
  #app;
  #root;
  /** @type {JobList|null} */
  #list = null;
  /** @type {{item: HistoryItem, job: Job}[]} */
  #recent = [];
  /** @type {string|null} */
  #problem = null;
  #leaving = new AbortController();
  #slow = false;

  /** @param {App} app @param {Element} root */
  constructor(app, root) {
    this.#app = app;
    this.#root = root;
  }

  open() {
    this.draw();
    const skeleton = setTimeout(() => {
      this.#slow = true;
      if (!this.#list) this.draw();
    }, SKELETON_MS);
    const timer = setInterval(() => {
      if (!document.hidden) void this.#refresh();
    }, REFRESH_MS);
    this.#leaving.signal.addEventListener("abort", () => {
      clearTimeout(skeleton);
      clearInterval(timer);
    });
    const again = () => {
      if (!document.hidden) void this.#refresh();
    };
    document.addEventListener("visibilitychange", again, { signal: this.#leaving.signal });
    addEventListener("online", again, { signal: this.#leaving.signal });
    void this.#refresh().then(() => this.#lookUpRecent());
  }

  close() {
    this.#leaving.abort();
  }

  async #refresh() {
    try {
      const list = await api.jobs();
      const same = this.#problem === null && JSON.stringify(list.jobs) === JSON.stringify(this.#list?.jobs);
      this.#list = list;
      this.#problem = null;
      this.#app.knowJobs(list.jobs);
      if (same) return;
    } catch (error) {
      this.#problem = errorText(error);
    }
    if (!this.#leaving.signal.aborted) this.draw();
  }

  async #lookUpRecent() {
    const worked = (this.#list?.jobs ?? []).filter((job) => job.doneByMe > 0).slice(0, RECENT_JOBS);
    const pages = await Promise.all(
      worked.map(async (job) => {
        try {
          const { items } = await api.history(job.job, { limit: RECENT_ANSWERS });
          return items.map((item) => ({ item, job }));
        } catch {
          return [];
        }
      }),
    );
    this.#recent = pages
      .flat()
      .filter(({ item }) => item.correctableUntil > serverNow())
      .sort((a, b) => b.item.submittedAt - a.item.submittedAt)
      .slice(0, RECENT_ANSWERS);
    if (this.#recent.length > 0 && !this.#leaving.signal.aborted) this.draw();
  }

  draw() {
    document.title = t("portal.home.title");
    // Drawn anew under a worker's hands: the focus returns to the same card.
    const focused = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset["focus"];
    fill(
      this.#root,
      page(
        this.#app.chrome(() => this.draw()),
        h("h1", {}, t("portal.home.title")),
        this.#waiting(),
        this.#problem ? h("p.banner.failed", { role: "alert" }, this.#problem) : null,
        this.#jobs(),
        this.#list ? this.#figures(this.#list) : null,
        this.#recentAnswers(),
      ),
    );
    if (focused) /** @type {HTMLElement|null} */ (this.#root.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus();
  }

  #waiting() {
    const count = this.#app.queue?.waiting ?? 0;
    return count > 0 ? h("p.banner.attention", { role: "status" }, t("portal.home.waiting", { count })) : null;
  }

  #jobs() {
    if (!this.#list) {
      return this.#slow ? h("div.cards", { "aria-busy": "true" }, [0, 1].map(() => h("div.card.skeleton"))) : h("div.cards");
    }
    if (this.#list.jobs.length === 0) {
      return h(
        "div.card.empty",
        {},
        h("h2", {}, t("portal.home.empty")),
        h("p", {}, t("portal.home.empty.help")),
      );
    }
    // One main button a page: the first job that has something to do.
    const first = this.#list.jobs.find((job) => job.left > 0 || job.state === "stopped");
    return h("ul.cards", {}, this.#list.jobs.map((job) => card(job, job === first)));
  }

  /** @param {JobList} list */
  #figures({ today, week }) {
    return h(
      "section.figures",
      { "aria-label": t("portal.home.figures") },
      h("div.figure", {}, h("strong", {}, t("page.number", { number: today })), h("span", {}, t("portal.home.today"))),
      h("div.figure", {}, h("strong", {}, t("page.number", { number: week })), h("span", {}, t("portal.home.week"))),
    );
  }

  #recentAnswers() {
    if (this.#recent.length === 0) return null;
    return h(
      "section.recent",
      {},
      h("h2", {}, t("portal.home.recent")),
      h(
        "ul.rows",
        {},
        this.#recent.map(({ item, job }) => answerRow(item, job)),
      ),
    );
  }
}

/** @param {Job} job @param {boolean} main whether its button is the page's main one */
function card(job, main) {
  const unfinished = job.state === "stopped";
  const nothing = job.left === 0 && !unfinished;
  return h(
    "li.card.job",
    {},
    job.thumbnail
      ? h("img.thumbnail", { src: job.thumbnail, alt: "", loading: "lazy", decoding: "async" })
      : h("div.thumbnail.none", { "aria-hidden": "true" }, h("span", {}, t(`portal.task_glyph.${glyph(job.taskType)}`))),
    h(
      "div.job-text",
      {},
      h("h2", {}, job.title),
      h("p.asks", {}, job.description),
      h(
        "p.facts",
        {},
        h("span", {}, nothing ? t("portal.home.nothing_left") : t("portal.home.left", { count: job.left })),
        h("span", {}, t("portal.home.time_limit", { time: duration(job.timeLimitSeconds) })),
        job.doneByMe > 0
          ? h("a", { href: `#history=${encodeURIComponent(job.job)}` }, t("portal.home.done", { count: job.doneByMe }))
          : null,
        h("span.team", {}, job.team),
      ),
    ),
    h(
      `a.button${main ? ".primary" : ""}`,
      {
        href: `#job=${encodeURIComponent(job.job)}`,
        "data-focus": job.job,
        "aria-label": t(unfinished ? "portal.home.continue_job" : "portal.home.start_job", { title: job.title }),
      },
      t(unfinished ? "portal.home.continue" : nothing ? "portal.home.look" : "portal.home.start"),
    ),
  );
}

/** One answer as a row that opens it. @param {HistoryItem} item @param {Job} job */
export function answerRow(item, job) {
  const now = serverNow();
  const open = item.correctableUntil > now;
  return h(
    "li",
    {},
    h(
      "a.row",
      { href: `#job=${encodeURIComponent(job.job)}&answer=${encodeURIComponent(item.id)}` },
      h("span.summary", {}, item.summary || t("portal.history.no_summary")),
      h("span.quiet", {}, job.title),
      h("time.quiet", { datetime: new Date(item.submittedAt).toISOString(), title: exactTime(item.submittedAt) },
        relativeTime(item.submittedAt, now)),
      h(`span.chip${open ? ".moss" : ""}`, {}, t(open ? "portal.history.correct" : "portal.history.closed")),
    ),
  );
}

/** @param {string} taskType */
function glyph(taskType) {
  return /text/i.test(taskType) ? "text" : /image|box|segment|polygon|keypoint/i.test(taskType) ? "image" : "thing";
}
